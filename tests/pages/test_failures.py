"""Whatever is missing or damaged: each page says so once, without a path of this computer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_sentences import sentences

from fer_core.errors import UNFORESEEN
from fer_core.recognition.recognizer import Recognizer
from fer_core.store import model_files
from page_tools import png, shown, texts, upload
from ui.live import streamer
from ui.live.webrtc import wiring

PAGES = ("start", "live", "photos", "films", "evaluation", "about")
HARMED = {
    ".tflite": ("start", "live", "photos", "films", "about"),
    ".card.json": ("start", "live", "photos", "films", "evaluation", "about"),
    ".report.json": ("start", "evaluation", "about"),
    ".history.csv .predictions.csv .robustness.json .doubts.csv": ("evaluation",),
}
"""Files of a model → the pages that read them."""
TABS = ("“Unsure”", "Harm", "Doubtful labels", "Training", "Claims")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _damage(path: Path) -> None:
    path.write_bytes(b"\xff{")


def _make_a_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


@pytest.fixture
def no_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for streamlit-webrtc, which AppTest cannot run."""
    state = SimpleNamespace(playing=False, signalling=False)
    monkeypatch.setattr(streamer, "webrtc_streamer", lambda **_: SimpleNamespace(state=state))
    monkeypatch.setattr(wiring, "prepare", lambda: None)


def _check(app, models: Path) -> None:
    page = f"{texts(app)}\n{re.sub('<[^>]+>', ' ', shown(app))}"
    assert not app.exception
    assert "Traceback" not in page
    assert "Errno" not in page
    assert str(models) not in page
    assert re.findall(r"(?<![\w/:.])/(?:[\w.-]+/)+[\w.-]+", page) == []
    # Captions stand under each of several charts; what went wrong is said once.
    said = [sentences(str(e.value)) for kind in ("error", "warning", "info") for e in app.get(kind)]
    again = Counter(sentence for each in said for sentence in each)
    assert [sentence for sentence, count in again.items() if count > 1] == []


@pytest.mark.parametrize("harm", [_remove, _damage, _make_a_folder])
@pytest.mark.parametrize("suffixes", HARMED)
def test_harmed_files(
    open_page, models: Path, no_camera: None, suffixes: str, harm: Callable[[Path], None]
) -> None:
    for suffix in suffixes.split():
        harm(models / f"{model_files.DEFAULT_MODEL}{suffix}")
    app = open_page("start")
    for page in HARMED[suffixes]:
        _check(app.switch_page(f"pages/{page}.py").run(), models)
    for tab in TABS if "panel" in app.session_state else ():
        app.session_state["panel"] = tab
        _check(app.run(), models)


def test_nothing_there_at_all(open_page, models: Path, no_camera: None) -> None:
    for file in models.iterdir():
        file.unlink()
    app = open_page("start")
    for page in PAGES:
        _check(app.switch_page(f"pages/{page}.py").run(), models)


@pytest.mark.parametrize("page", ["live", "photos", "films", "about"])
def test_the_detector_is_missing(open_page, models: Path, no_camera, monkeypatch, page) -> None:
    monkeypatch.setattr(Recognizer, "finds_landmarks", False)
    app = open_page(page)
    _check(app, models)
    assert texts(app).count("fetch_models.py") == 1


def test_a_fault_that_nobody_foresaw(open_page, models: Path, no_camera, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"{models}/secret")

    app = open_page("start")
    monkeypatch.setattr("streamlit.title", fail)
    for page in PAGES:
        _check(app.switch_page(f"pages/{page}.py").run(), models)
        assert UNFORESEEN in texts(app).replace("\\", "")


def test_a_fault_in_the_foot_leaves_the_page(open_page, models: Path, monkeypatch) -> None:
    def fail() -> None:
        raise ValueError(f"{models}/secret")

    monkeypatch.setattr("ui.resources.headline", fail)
    app = open_page("photos")
    _check(app, models)
    assert UNFORESEEN in app.caption[-1].value


def test_files_that_are_no_photographs(open_page, models: Path) -> None:
    broken = {
        "empty.jpg": b"",
        "text.png": b"no picture",
        "cut.png": png(9)[:60],
        "x.gif": b"GIF89a",
    }
    app = open_page("photos")
    upload(app, *broken.items())
    for _ in broken:
        app.run()
        _check(app, models)
