"""One's own pictures on the Evaluation page, saved reports, and the model that the pages use."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import streamlit as st
from made_figures import probabilities_of, says

from fer_core.evaluation.predictions import Predictions, write_predictions
from fer_core.evaluation.report import load_report
from fer_core.store import model_files
from fer_core.store.files import MOST_TEXT
from page_tools import figures, open_panel, texts, write_report
from ui.evaluation import own
from ui.evaluation.subjects import OWN_KEY

DEFAULT = model_files.DEFAULT_MODEL


def _box(app, label):
    return next(box for box in app.selectbox if box.label == label)


def _button(app, label):
    return next(button for button in app.button if button.label == label)


def _evaluate(app, path, kind=own.CROPS):
    next(r for r in app.radio if r.key == "own-kind").set_value(kind)
    next(t for t in app.text_input if t.key == "own-path").set_value(str(path)).run()
    _button(app, "Evaluate").click().run()
    assert not app.exception
    return app


def test_own_faces_stand_first_and_beside_fer2013(open_page, dataset_folder):
    app = _evaluate(open_page("evaluation"), dataset_folder / "test")
    page = texts(app)
    assert says(page, "On your 84 pictures it was right for … (95 % interval … on FER-2013's for")
    assert "Too few to say anything" in page
    assert _box(app, "Test images").value == "own"
    assert len(figures(app)) == 6, "both have their headline"
    found = app.session_state[OWN_KEY]
    split = found.reports[DEFAULT].splits["own"]
    assert (split.n, len(found.faces)) == (84, 84)
    assert {part.by for part in split.slices} >= {"face size", "brightness"}


def test_what_is_left_out_of_them_is_said(open_page, dataset_folder, tmp_path):
    data = tmp_path / "mine"
    shutil.copytree(dataset_folder / "test", data)
    (data / "sad" / "bad.png").write_bytes(b"\x89PNG")
    (data / "fear").rename(data / "feer")
    page = texts(_evaluate(open_page("evaluation"), data))
    for words in ("Left out of the figures", "rename it to fear", "no pictures of fear"):
        assert words in page.replace("\\", "")


def test_they_are_forgotten_on_request(open_page, dataset_folder):
    app = _evaluate(open_page("evaluation"), dataset_folder / "test")
    _button(app, "Forget these pictures").click().run()
    assert OWN_KEY not in app.session_state
    assert "On your" not in texts(app)


def test_pictures_without_a_face_are_counted_apart(open_page, dataset_folder):
    """Stripes are no faces: whole pictures, in which none is found."""
    app = open_page("evaluation")
    folder = dataset_folder / "test"
    some = {path.name for path in list((folder / "sad").iterdir())[:2]}
    app = _evaluate(app, _few(folder, some), own.WHOLE)
    assert "No face was found in these pictures" in texts(app)


def _few(folder, names):
    home = folder.parent.parent / "few"
    for name in names:
        (home / "sad").mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "sad" / name, home / "sad" / name)
    return home


def test_a_folder_without_classes_is_a_message(open_page, tmp_path):
    (tmp_path / "mine" / "hapy").mkdir(parents=True)
    app = _evaluate(open_page("evaluation"), tmp_path / "mine")
    assert "rename it to happy" in app.error[0].value


@pytest.mark.parametrize(
    ("address", "hosts", "alone"),
    [
        ("127.0.0.1", ["localhost"], True),
        ("127.0.0.1", ["localhost", "faces.example.org"], False),
        ("0.0.0.0", ["localhost"], False),
        (None, [], False),
    ],
)
def test_a_path_is_offered_only_on_ones_own_computer(monkeypatch, address, hosts, alone):
    options = {"server.address": address, "server.allowedHosts": hosts}
    monkeypatch.setattr(st, "get_option", options.__getitem__)
    assert own.serves_this_computer_alone() is alone


def _answers(models, stem, wrong):
    labels = np.repeat(np.arange(7), 100)
    given = np.where(np.arange(700) < wrong, (labels + 1) % 7, labels)
    names = tuple(f"test/angry/PrivateTest_{i}.jpg" for i in range(700))
    write_predictions(
        models / f"{stem}.predictions.csv", Predictions(names, labels, probabilities_of(given))
    )


def test_two_models_get_a_verdict(open_page, models):
    write_report(models / "other.report.json", seed=1)
    _answers(models, DEFAULT, 50)
    _answers(models, "other", 200)
    app = open_page("evaluation")
    _box(app, "Compare with").select("other").run()
    app.session_state["panel"] = "Which is better"
    app.run()
    assert not app.exception
    page = texts(app).replace("\\", "")
    assert says(page, "A small test network is better than other: … +21.4 points … McNemar")
    assert "Accuracy, difference" in [name for name, _ in figures(app)]


def test_the_model_in_use_is_chosen_for_the_session(open_page, models, make_model):
    make_model("other")
    card = json.loads((models / "other.card.json").read_text())
    (models / "other.card.json").write_text(json.dumps({**card, "title": "Another"}))
    app = open_page("about")
    assert "A small test network" in app.caption[-1].value
    _box(app, "Model in use").select("other").run()
    assert not app.exception
    assert "Model card: Another" in [heading.value for heading in app.header]
    assert "Model in use: Another" in app.caption[-1].value


@pytest.mark.parametrize("page", ["start", "photos", "about"])
def test_a_missing_model_offers_the_others(open_page, models, make_model, page):
    make_model("other")
    (models / f"{DEFAULT}.tflite").unlink()
    app = open_page(page)
    assert texts(app).count("no model file") == 1
    assert str(models) not in texts(app)
    next(b for b in app.button if b.label.startswith("Use ")).click().run()
    assert not app.exception
    assert "no model file" not in texts(app)
    assert "Model in use" in app.caption[-1].value


def test_a_threshold_of_ones_own_reaches_the_pages(open_page, models):
    app = open_page("evaluation")
    app.session_state["panel"] = "“Unsure”"
    app.run()
    slider = next(s for s in app.slider if s.label.startswith("“Unsure” below"))
    assert slider.value == 40
    slider.set_value(60).run()
    _button(app, "Use this threshold on my pages").click().run()
    assert not app.exception
    assert "below 60 % now" in texts(app)
    back = next(b for b in app.button if b.label.startswith("Back to the model"))
    back.click().run()
    assert "below 60 % now" not in texts(app)


def test_a_model_that_is_hardly_ever_sure(open_page, models):
    path = models / f"{DEFAULT}.report.json"
    report = json.loads(path.read_text())
    for split in report["splits"].values():
        split["selective"]["unsure_below"] = 0.99
    path.write_text(json.dumps(report))
    app = open_panel(open_page("evaluation"), "“Unsure”")
    assert next(s for s in app.slider if s.label.startswith("“Unsure” below")).value == 95


def test_a_saved_report_is_read_as_it_was_written(models):
    from fer_core.evaluation.report import parse_report

    path = models / f"{DEFAULT}.report.json"
    assert parse_report(path.read_bytes(), path.name) == load_report(path)


def test_a_saved_report_that_is_too_large_is_refused(open_page, models):
    app = open_panel(open_page("evaluation"), "Take it away")
    file = next(each for each in app.file_uploader if each.key == "saved-report")
    content = (models / f"{DEFAULT}.report.json").read_bytes() + b" " * MOST_TEXT
    file.set_value(("large.report.json", content, "application/json")).run()
    assert not app.exception
    assert says(
        texts(app).replace("\\", ""), "large.report.json cannot be read … more than 4,194,304"
    )
