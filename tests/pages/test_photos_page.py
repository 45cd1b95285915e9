import json
from dataclasses import replace

import pytest
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import StopException

from fer_core.batch.photo_worker import PhotoWorker
from fer_core.recognition.photos import PhotoResult
from page_tools import button, png, shown, texts, upload
from ui.sample import SAMPLE
from ui.server.turns import Turns

PORTRAIT = SAMPLE.read_bytes()


def test_a_photo_gives_its_faces_and_the_downloads(open_page):
    app = upload(open_page("photos"), ("portrait.jpg", PORTRAIT))
    assert not app.exception
    assert "1 photo, 1 face" in texts(app)
    assert [button.label for button in app.get("download_button")] == [
        "Download table (CSV)",
        "Download everything (JSON)",
        "Download pictures (ZIP)",
    ]
    assert "Surprise" in shown(app)


def test_the_downloads_are_made_once_for_their_results(open_page, monkeypatch):
    from fer_core.recognition import photos as photo_results

    made = []
    real = photo_results.as_zip
    monkeypatch.setattr(
        photo_results, "as_zip", lambda found: made.append(len(found)) or real(found)
    )
    app = upload(open_page("photos"), ("a.png", png(1)))
    app.run()
    assert made == [1]
    app = upload(app, ("b.png", png(2)))
    assert made == [1, 2]
    button(app, "Remove all").click().run()
    assert app.session_state["downloads"] == {}


def test_of_a_crowd_the_page_says_how_many_were_looked_at(open_page, monkeypatch):
    real = PhotoWorker.analyze

    def crowded(*args):
        return replace(real(*args), faces_left_out=2)

    monkeypatch.setattr(PhotoWorker, "analyze", crowded)
    app = upload(open_page("photos"), ("portrait.jpg", PORTRAIT))
    assert "3 faces were found" in "".join(info.value for info in app.info)
    assert "1 face of 3 faces found" in texts(app)


def test_a_name_hides_nothing_on_the_page(open_page):
    app = upload(open_page("photos"), ("gpj.\u202eexe\x1b.jpg", PORTRAIT))
    shown = [*(html.proto.body for html in app.get("html")), *app.dataframe[0].value["file"]]
    assert sum("\\u202e" in text and "\\x1b" in text for text in shown) == 2
    assert not any({"\u202e", "\x1b"} & set(text) for text in shown)


def test_the_sample_needs_no_file_and_can_be_removed(open_page):
    app = open_page("photos")
    button(app, "Use the sample").click().run()
    assert "1 photo, 1 face" in texts(app)
    button(app, "Remove").click().run()
    assert "1 photo" not in texts(app)


def test_a_bad_file_shows_its_reason_and_the_others_go_on(open_page):
    app = upload(
        open_page("photos"),
        ("*bold* [x](y).jpg", b"not a picture"),
        ("wall.png", png(200)),
        ("portrait.jpg", PORTRAIT),
    )
    page = texts(app)
    assert "2 photos, 1 face, 1 file not readable" in page.replace("\\", "")
    assert "<strong>*bold* [x](y).jpg</strong>" in shown(app)
    assert len(app.error) == 1
    button(app, "Next").click().run()
    assert "No face was found" in app.info[-1].value
    button(app, "Next").click().run()
    assert "portrait.jpg" in shown(app)
    assert not app.error


def test_one_photos_problem_stays_with_it(open_page, monkeypatch):
    real = PhotoWorker.analyze

    def failing(worker, photo, recognizer):
        if photo.read() == b"trouble":
            return PhotoResult(photo.name, problem="It met a fault in the app.")
        return real(worker, photo, recognizer)

    monkeypatch.setattr(PhotoWorker, "analyze", failing)
    app = upload(open_page("photos"), ("a.jpg", b"trouble"), ("b.jpg", PORTRAIT))
    assert "fault in the app" in app.error[0].value
    assert "1 face" in texts(app)


def test_more_photos_than_fit_are_told(open_page):
    app = upload(open_page("photos"), *((f"{i}.png", png(i)) for i in range(51)))
    assert "1 photos more than the 50" in app.warning[0].value
    assert "50 photos" in texts(app)


def test_what_was_analysed_before_an_interruption_is_kept(open_page, monkeypatch):
    calls = []
    real = PhotoWorker.analyze

    def interrupted(worker, photo, recognizer):
        calls.append(photo.name)
        if calls == ["a.png", "b.png"]:
            raise StopException  # as when somebody adds a photo meanwhile
        return real(worker, photo, recognizer)

    monkeypatch.setattr(PhotoWorker, "analyze", interrupted)
    app = upload(open_page("photos"), ("a.png", png(1)), ("b.png", png(2)))
    assert "2 photos" not in texts(app)
    app.run()
    assert calls == ["a.png", "b.png", "b.png"]
    assert "2 photos" in texts(app)


def test_photos_that_a_change_of_page_takes_away_are_counted_and_can_be_added_again(
    open_page, monkeypatch
):
    real, left = PhotoWorker.analyze, []

    def leaving(worker, photo, recognizer):
        if photo.name == "b.png" and not left:
            left.append(photo)
            raise StopException  # as when somebody opens another page
        return real(worker, photo, recognizer)

    monkeypatch.setattr(PhotoWorker, "analyze", leaving)
    files = [(name, png(value)) for value, name in enumerate(("a.png", "b.png", "c.png"))]
    app = upload(open_page("photos"), *files)
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/photos.py").run()
    assert "1 photo," in texts(app)
    assert app.warning[0].value.startswith("2 photos were not looked at")
    app.run()
    assert not app.warning
    app = upload(app, *files)  # of the same names, at the same places
    assert "4 photos," in texts(app)


def test_results_stay_and_originals_go(open_page, monkeypatch):
    """Each file is given back once it was looked at; a visit to another page costs no result."""
    real, stayed = MemoryUploadedFileManager.remove_file, []

    def removing(manager, session, file_id):
        real(manager, session, file_id)
        stayed.append(len(manager.file_storage[session]))

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", removing)
    app = upload(open_page("photos"), ("a.png", png(1)))
    assert stayed == [0]
    app = upload(app, ("b.png", png(2)), ("c.png", png(3)))
    assert stayed[1:] == [1, 0]
    assert "3 photos" in texts(app)
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/photos.py").run()
    assert "3 photos" in texts(app)
    button(app, "Remove all").click().run()
    assert app.session_state["photos-kept"].results == {}


def test_who_waits_is_told_how_many_come_first(open_page, monkeypatch):
    said = []
    turn, progress = Turns.turn, st.progress

    class Bar:
        def __init__(self, bar):
            self._bar = bar

        def progress(self, share, text):
            said.append(text)
            self._bar.progress(share, text)

    def crowded(turns, session, cost, on_wait):
        on_wait(3)
        return turn(turns, session, cost, on_wait)

    monkeypatch.setattr(st, "progress", lambda *args: Bar(progress(*args)))
    monkeypatch.setattr(Turns, "turn", crowded)
    upload(open_page("photos"), ("a.png", png(1)))
    assert any("3 photos of other visitors" in text for text in said)


def test_photos_are_chosen_by_what_they_show(open_page):
    app = upload(open_page("photos"), ("b.png", png(1)), ("a.jpg", PORTRAIT), ("c.txt", b"no"))
    assert "b.png" in shown(app)
    app.selectbox(key="photo-order").select("name").run()
    assert "a.jpg" not in shown(app), "the open card stays open"
    button(app, "Previous").click().run()
    assert "a.jpg" in shown(app)
    app.selectbox(key="photo-kind").select("unreadable").run()
    assert "c.txt" in shown(app)
    app.text_input[0].input("nothing like it").run()
    assert "No photo is like this" in texts(app)
    assert "2 photos," in texts(app), "totals and downloads are of all"


def test_the_next_card_is_open_once_one_is_removed(open_page):
    app = upload(open_page("photos"), *((f"{i}.png", png(i)) for i in range(3)))
    button(app, "Next").click().run()
    button(app, "Remove").click().run()
    assert "2.png" in shown(app)
    button(app, "Remove").click().run()
    assert "0.png" in shown(app)
    assert len(app.selectbox) == 1, "one photo needs no menus to choose among photos"


def test_each_result_stands_on_the_page_before_the_next_photo_is_looked_at(open_page, monkeypatch):
    real, seen, drawn = PhotoWorker.analyze, [], []

    def watching(worker, photo, recognizer):
        seen.append(len(drawn))
        return real(worker, photo, recognizer)

    from ui.photos import gallery, intake  # their components belong to a visitor's run

    card = gallery._card
    monkeypatch.setattr(gallery, "_card", lambda *args: drawn.append(args[1].name) or card(*args))
    monkeypatch.setattr(PhotoWorker, "analyze", watching)
    monkeypatch.setattr(intake, "SHOWN_S", 0)
    app = upload(open_page("photos"), *((f"{i}.png", png(i)) for i in range(3)))
    assert seen == [0, 1, 2]
    assert all(not button.disabled for button in app.get("download_button"))


@pytest.mark.parametrize(
    ("together_s", "name", "opened"),
    [(60, "b.png", "a.png"), (0, "b.png", "b.png"), (60, "camera.jpg", "camera.jpg")],
)
def test_which_card_is_open_does_not_hang_on_the_speed(
    open_page, monkeypatch, together_s, name, opened
):
    app = open_page("photos")
    from ui.photos import intake  # its components belong to a visitor's run

    monkeypatch.setattr(intake, "TOGETHER_S", together_s)
    app = upload(app, ("a.png", png(1)))
    app = upload(app, (name, png(2)), ("c.png", png(3)))
    assert f"<strong>{opened}</strong>" in shown(app)


def test_a_whole_folder_can_be_given(open_page):
    app = open_page("photos")
    app.toggle(key="photo-folder").set_value(True).run()
    uploader = app.file_uploader[0].proto
    assert uploader.accept_directory
    assert {".jpg", ".heic"} < set(uploader.type)
    app = upload(app, ("trip/one.png", png(1)), ("trip/two.png", png(2)))
    assert "2 photos," in texts(app)
    assert "trip/one.png" in shown(app)


def test_why_an_answer_and_its_odds_stand_beside_the_face_on_request(open_page):
    app = upload(open_page("photos"), ("portrait.jpg", PORTRAIT))
    assert "hangs on" not in shown(app)
    app.toggle(key="photo-why-0").set_value(True).run()
    assert "What the answer for face 1 hangs on" in shown(app)
    assert "not why somebody looks as they do" in texts(app)


def test_the_expected_mix_is_chosen_before_the_first_photo(open_page, monkeypatch):
    real, mixes = PhotoWorker.analyze, []

    def noting(worker, photo, recognizer):
        mixes.append(recognizer.way.mix)
        return real(worker, photo, recognizer)

    monkeypatch.setattr(PhotoWorker, "analyze", noting)
    app = open_page("photos")
    app.selectbox(key="photo-mix-menu").select("even").run()
    app = upload(app, ("a.jpg", PORTRAIT))
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/photos.py").run()
    menu = app.selectbox(key="photo-mix-menu")
    assert (menu.value, menu.disabled) == ("even", True)
    app = upload(app, ("b.jpg", PORTRAIT))
    assert mixes == ["even", "even"]
    data = json.loads(app.session_state["downloads"]["faces.json"][1])
    assert data["expected_mix"] == "even"
    button(app, "Remove all").click().run()
    assert not app.selectbox(key="photo-mix-menu").disabled
