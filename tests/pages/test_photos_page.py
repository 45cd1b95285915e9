import io

import numpy as np
import pytest
from PIL import Image
from streamlit.runtime.scriptrunner import StopException

from page_tools import texts
from ui.sample import SAMPLE

PORTRAIT = SAMPLE.read_bytes()


def _png(value: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((120, 160, 3), value, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def _upload(app, *files: tuple[str, bytes]):
    uploads = [(name, data, "application/octet-stream") for name, data in files]
    return app.file_uploader[0].set_value(uploads).run()


def test_a_photo_gives_its_faces_and_the_downloads(open_page):
    app = _upload(open_page("photos"), ("portrait.jpg", PORTRAIT))
    assert not app.exception
    assert "1 photo, 1 face" in texts(app)
    assert [button.label for button in app.get("download_button")] == [
        "Download table (CSV)",
        "Download everything (JSON)",
        "Download pictures (ZIP)",
    ]
    assert "Surprise" in app.get("html")[1].proto.body


def test_the_sample_needs_no_file_and_can_be_removed(open_page):
    app = open_page("photos")
    app.button[0].click().run()
    assert "1 photo, 1 face" in texts(app)
    next(b for b in app.button if b.label == "Remove the sample").click().run()
    assert "1 photo" not in texts(app)


def test_a_bad_file_shows_its_reason_and_the_others_go_on(open_page):
    app = _upload(
        open_page("photos"),
        ("*bold* [x](y).jpg", b"not a picture"),
        ("wall.png", _png(200)),
        ("portrait.jpg", PORTRAIT),
    )
    page = texts(app)
    assert "3 photos, 1 face, 1 file not readable" in page.replace("\\", "")
    assert "<strong>*bold* [x](y).jpg</strong>" in app.get("html")[0].proto.body
    assert len(app.error) == 1
    assert "No face was found" in app.info[-1].value


def test_an_unexpected_fault_stays_with_its_photo(open_page, monkeypatch):
    from fer_core.recognition import photos as photo_results

    real = photo_results.decode

    def failing(data: bytes):
        if data == b"trouble":
            raise RuntimeError("secret detail")
        return real(data)

    monkeypatch.setattr(photo_results, "decode", failing)
    app = _upload(open_page("photos"), ("a.jpg", b"trouble"), ("b.jpg", PORTRAIT))
    assert "fault in the app" in app.error[0].value
    assert "secret detail" not in texts(app)
    assert "1 face" in texts(app)


@pytest.mark.parametrize("count", [51])
def test_more_photos_than_fit_are_told(open_page, count):
    app = _upload(open_page("photos"), *((f"{i}.png", _png(i)) for i in range(count)))
    assert "more than the 50" in app.warning[0].value
    assert "50 photos" in texts(app)


def test_what_was_analysed_before_an_interruption_is_kept(open_page, monkeypatch):
    from fer_core.recognition import photos as photo_results

    calls = []
    real = photo_results.analyze

    def interrupted(photo, recognizer):
        calls.append(photo.name)
        if calls == ["a.png", "b.png"]:
            raise StopException  # as when somebody adds a photo meanwhile
        return real(photo, recognizer)

    monkeypatch.setattr(photo_results, "analyze", interrupted)
    app = _upload(open_page("photos"), ("a.png", _png(1)), ("b.png", _png(2)))
    assert "2 photos" not in texts(app)
    app.run()
    assert calls == ["a.png", "b.png", "b.png"]
    assert "2 photos" in texts(app)


def test_a_photo_is_analysed_once_and_forgotten_when_removed(open_page, monkeypatch):
    from fer_core.recognition import photos as photo_results

    calls = []
    real = photo_results.analyze
    monkeypatch.setattr(photo_results, "analyze", lambda *a: calls.append(1) or real(*a))
    app = _upload(open_page("photos"), ("a.png", _png(1)))
    app = _upload(app, ("a.png", _png(1)), ("again.png", _png(1)), ("b.png", _png(2)))
    assert len(calls) == 2
    app = _upload(app)
    assert app.session_state["photo-results"] == {}
