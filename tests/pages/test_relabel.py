"""The Evaluation page's doubtful labels: said anew face by face, and taken along."""

import io
import zipfile

import cv2
import numpy as np
import pytest

from fer_core.data.dataset import DATA_VARIABLE, load_dataset
from fer_core.evaluation.audits.doubts import Doubt, write_doubts
from fer_core.store import model_files
from page_tools import open_panel
from ui.evaluation import relabel


@pytest.fixture
def doubts(models, dataset_folder, monkeypatch):
    """Fourteen, of which the first two are of the training part."""
    paths = load_dataset(dataset_folder).paths
    train = [path for path in paths if path.startswith("train/happy")][:2]
    test = [path for path in paths if path.startswith("test/sad")]
    test += [path for path in paths if path.startswith("test/fear")]
    found = [Doubt(path, path.split("/")[1], "angry", 0.1, 0.8) for path in (train + test)[:14]]
    write_doubts(models / f"{model_files.DEFAULT_MODEL}.doubts.csv", found)
    monkeypatch.setenv(DATA_VARIABLE, str(dataset_folder))
    return found


def _menus(app):
    return [box for box in app.selectbox if box.label.startswith("Your label for")]


def _open(open_page):
    return open_panel(open_page("evaluation"), "Doubtful labels")


def test_a_doubtful_label_is_said_anew_and_taken_along(open_page, doubts, dataset_folder):
    app = _open(open_page)
    assert [menu.label for menu in _menus(app)] == [
        f"Your label for {doubt.path}" for doubt in doubts[: relabel.MOST]
    ]
    _menus(app)[0].select("disgust").run()
    _menus(app)[2].select("not a face").run()
    assert not app.exception
    files = app.session_state["downloads"]
    with zipfile.ZipFile(io.BytesIO(files["relabelled_faces.zip"][1])) as archive:
        names = archive.namelist()
        table = archive.read("labels.csv").decode("utf-8-sig")
        faces = [name for name in names if name.startswith("faces/")]
        assert len(faces) == 1 and faces[0].startswith("faces/train/disgust/")
        told = cv2.imdecode(np.frombuffer(archive.read(faces[0]), np.uint8), cv2.IMREAD_GRAYSCALE)
    given = cv2.imread(str(dataset_folder / doubts[0].path), cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(told, given)
    assert doubts[2].path in table and "not a face" in table
    _menus(app)[0].select("").run()
    assert relabel._SAID in app.session_state
    assert list(app.session_state[relabel._SAID]) == [doubts[2].path]


def test_without_the_data_it_is_said_how_to_see_the_faces(open_page, doubts, monkeypatch):
    monkeypatch.delenv(DATA_VARIABLE)
    app = _open(open_page)
    assert _menus(app) == []
    (hint,) = (info.value for info in app.info)
    assert DATA_VARIABLE in hint and "to see them" in hint


def test_the_others_follow_and_what_was_said_stays(open_page, doubts):
    app = _open(open_page)
    _menus(app)[1].select("fear").run()
    next(button for button in app.button if button.label == "Next").click().run()
    assert [menu.label for menu in _menus(app)] == [
        f"Your label for {doubt.path}" for doubt in doubts[relabel.MOST :]
    ]
    next(button for button in app.button if button.label == "Back").click().run()
    assert _menus(app)[1].value == "fear"
