import csv
import json
import os
from pathlib import Path

import pytest

from fer_core.data.ferplus import FERPLUS_VARIABLE, VOTE_COLUMNS
from fer_core.labels import NEUTRAL
from fer_core.store import model_files
from page_tools import open_panel, texts


def test_start_shows_a_result_without_a_click(open_page):
    app = open_page("start")
    assert "Try the camera" in texts(app)
    assert "of 100" in texts(app)
    assert len(app.get("image")) == 1
    matrix, face = (each.proto.body for each in app.get("html"))
    assert "Confusion matrix. " in matrix
    assert face.count('class="row"') == 7


def test_about_says_what_was_and_was_not_measured_and_the_law(open_page):
    page = texts(open_page("about"))
    for words in ("A small test network", "Not measured", "Article 5(1)(f)", "Faces are found by"):
        assert words in page


def test_about_and_evaluation_count_disputed_labels_alike(open_page):
    said = "commonest answer for 640 of 700 faces with votes (91 %)"
    assert said in texts(open_page("about"))
    assert said in texts(open_panel(open_page("evaluation"), "Hard faces"))


@pytest.mark.skipif(FERPLUS_VARIABLE not in os.environ, reason=f"{FERPLUS_VARIABLE} is not set")
def test_about_counts_faces_that_annotators_find_neutral_as_they_voted(open_page):
    votes = {"sad": [], "fear": [], "angry": []}
    with Path(os.environ[FERPLUS_VARIABLE]).open(newline="") as file:
        for row in csv.DictReader(file):
            counts = [int(row[column]) for column in VOTE_COLUMNS]
            votes.get(row["path"].split("/")[1], []).append(counts[NEUTRAL] == max(counts))
    sad, fear, angry = (f"{100 * sum(each) / len(each):.0f} %" for each in votes.values())
    words = f"{sad} of all Sad images, {fear} of the Fear and {angry} of the Angry"
    assert words in " ".join(texts(open_page("about")).split())


def _remove(path):
    path.unlink()


def _alter(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


def _make_a_pipe(path):
    path.unlink()
    os.mkfifo(path)  # reading it would wait for ever


def _headline_without_a_split(path):
    card = path.with_name(path.name.replace(".tflite", ".card.json"))
    figures = {"n": 3, "accuracy": {"value": 0.7, "low": 0.6, "high": 0.8}}
    card.write_text(json.dumps({**json.loads(card.read_text()), "headline": figures}))


@pytest.mark.parametrize("page", ["start", "photos", "about", "evaluation"])
@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (_remove, "no model file"),
        (_alter, "altered"),
        (_make_a_pipe, "Neither a file nor a folder"),
        (_headline_without_a_split, "headline is"),
    ],
)
def test_a_harmed_model_is_a_message_and_the_app_stays_up(models, open_page, page, harm, message):
    harm(models / f"{model_files.DEFAULT_MODEL}.tflite")
    app = open_page(page)
    shown = texts(app).count(message)
    assert shown == (page != "evaluation"), "it stands once, where a model was needed"
    assert str(models) not in texts(app)
    assert "No model is in use" in app.caption[-1].value
    assert "Traceback" not in texts(app)


def test_without_any_model_every_page_still_opens(models, open_page):
    for file in models.iterdir():
        file.unlink()
    for page in ("start", "photos", "about", "evaluation"):
        app = open_page(page)
        assert "no model" in texts(app).lower() or "no evaluation report" in texts(app)
