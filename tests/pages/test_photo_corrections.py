"""A visitor corrects answers on the Photos page, and takes the labelled faces along."""

import io
import zipfile

from page_tools import button, png, texts, upload
from ui.photos import correcting
from ui.sample import SAMPLE
from ui.server.budget import ORIGINALS

PORTRAIT = SAMPLE.read_bytes()


def _zip_of(app) -> set[str]:
    button(app, next(b.label for b in app.button if b.label.startswith("Make a zip"))).click().run()
    data = app.session_state["photo-zip"][1]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return set(archive.namelist())


def test_an_answer_is_corrected_undone_and_exported_with_its_original(open_page, monkeypatch):
    app = open_page("photos")
    from ui.photos import intake  # its components belong to a visitor's run

    monkeypatch.setattr(intake, "TOGETHER_S", 0)  # the card of each that is added opens
    app = upload(app, ("before.jpg", PORTRAIT))
    assert not ORIGINALS.all(), "nothing is kept before it is asked for"
    app.toggle(key="photo-correct-toggle").set_value(True).run()
    assert "kept in the app's memory" in texts(app)
    assert "Only the results are kept" not in texts(app)
    app = upload(app, ("after.jpg", PORTRAIT), ("wall.png", png(3)))
    assert "Kept now: 1" in texts(app)
    assert [*ORIGINALS.all().values()] == [[PORTRAIT]]
    app.selectbox(key="photo-label-1-1").select("sad").run()
    app.selectbox(key="photo-label-1-1").select("fear").run()
    assert app.dataframe[0].value["your_label"].tolist() == ["", "fear", ""]
    assert {"faces/test/fear/after.png", "photos/fear/after.jpg", "labels.csv"} == _zip_of(app)
    button(app, "Undo label").click().run()
    assert app.selectbox(key="photo-label-1-1").value == "sad"
    assert app.dataframe[0].value["your_label"].tolist() == ["", "sad", ""]
    button(app, "Previous").click().run()
    app.selectbox(key="photo-label-0-1").select("happy").run()
    found = _zip_of(app)
    assert {"faces/test/happy/before.png", "faces/train/sad/after.png"} < found
    assert "photos/happy/before.jpg" not in found, "it was not kept"
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/photos.py").run()
    assert app.toggle(key="photo-correct-toggle").value, "a change of page costs nothing"
    app.toggle(key="photo-correct-toggle").set_value(False).run()
    assert not any(ORIGINALS.all().values())
    assert not any(box.key.startswith("photo-label") for box in app.selectbox)


def test_an_original_that_finds_no_room_is_told(open_page, monkeypatch):
    monkeypatch.setattr(correcting, "MOST_KEPT", len(PORTRAIT) + 1)
    app = open_page("photos")
    app.toggle(key="photo-correct-toggle").set_value(True).run()
    app = upload(app, ("a.jpg", PORTRAIT))
    assert "Kept now: 1." in texts(app)
    app = upload(app, ("a.jpg", PORTRAIT), ("b.jpg", PORTRAIT), ("c.jpg", PORTRAIT))
    assert len(ORIGINALS.all()) == 1
    assert "for 3 more there was no room" in texts(app)
    button(app, "Remove all").click().run()
    assert "no room" not in texts(app)
