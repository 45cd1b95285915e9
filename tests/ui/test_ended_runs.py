"""Streamlit may end a run of a page at each look into the session, because another one was asked
for. Wherever that is: nothing is lost, and nothing is done twice."""

import itertools
import threading
from collections.abc import MutableMapping
from types import SimpleNamespace

import pytest
import streamlit as st

from fer_core.labels import EMOTIONS
from fer_core.recognition.photos import PhotoResult
from ui.evaluation import own
from ui.films import intake as films
from ui.live import streamer
from ui.photos import intake as photos
from ui.photos import kept
from ui.server import uploads
from ui.server.budget import ORIGINALS

NAMES = ["a.jpg", "b.jpg", "c.jpg"]


class Ended(BaseException):
    """As Streamlit's own, which passes by `except Exception`."""


class Session(MutableMapping):
    """A session state that ends the run at its n-th look, once."""

    def __init__(self, at, **values):
        self.left, self._values = at, values

    def look(self, *_):
        self.left -= 1
        if self.left == 0:
            raise Ended

    def __getitem__(self, key):
        self.look()
        return self._values[key]

    def __setitem__(self, key, value):
        self.look()
        self._values[key] = value

    def __delitem__(self, key):
        self.look()
        del self._values[key]

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)


@pytest.fixture
def wherever(monkeypatch):
    """Does something again and again, each time ended at another look, until it is not ended.

    What was ended is done again, as Streamlit does, and then checked.
    """

    def try_all(prepare, do, check, **values):
        for at in itertools.count(1):
            session = Session(at, **values)
            monkeypatch.setattr(st, "session_state", session)
            monkeypatch.setattr(
                st, "progress", lambda *_, bar=session: SimpleNamespace(progress=bar.look)
            )
            prepared = prepare()
            try:
                do(prepared)
            except Ended:
                do(prepared)
            ended = session.left <= 0
            session.left = 0  # no further look ends anything
            check(prepared)
            if not ended:
                assert at > 1, "nothing looks into the session"
                return

    return try_all


@pytest.mark.parametrize("corrects", [False, True])
def test_each_photo_is_looked_at_and_kept_once(wherever, monkeypatch, corrects):
    files = [SimpleNamespace(file_id=name, name=name, getvalue=bytes, type="") for name in NAMES]
    monkeypatch.setattr(st, "file_uploader", lambda *_, **__: files)
    monkeypatch.setattr(st, "rerun", _rerun)
    monkeypatch.setattr(
        photos, "_look_at", lambda photo, *_: SimpleNamespace(name=photo.name, faces_found=1)
    )

    def run(_):
        while given := photos.draw():
            try:
                photos.look_at_next(given, None)
            except _RerunError:
                continue

    def check(_):
        assert [result.name for result in kept.results().values()] == NAMES
        assert kept.chosen([0, 1, 2]) == 0, "the first one's card is open"
        assert set(ORIGINALS.of("")) == ({0, 1, 2} if corrects else set())

    wherever(lambda: ORIGINALS.drop(""), run, check, **{"photo-correct": corrects})
    ORIGINALS.drop("")


def test_a_sample_outlives_the_run_that_was_told_of_the_click(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    clicks = [True, False]
    monkeypatch.setattr(st, "button", lambda *_, **__: clicks.pop(0))
    first, then = photos.draw(), photos.draw()
    assert list(first) == list(then) == ["sample"]


def test_only_what_the_uploader_has_forgotten_is_told_as_lost(monkeypatch):
    files = [SimpleNamespace(file_id=name, name=name, getvalue=bytes, type="") for name in NAMES]
    told, switches = [], {}
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "file_uploader", lambda *_, **__: files)
    monkeypatch.setattr(st, "warning", lambda words, **_: told.append(words))
    monkeypatch.setattr(
        st, "toggle", lambda words, disabled=False, **_: switches.update({words: disabled})
    )
    photos.draw()
    photos._intake().waiting = set(NAMES)
    photos.draw()
    assert (told, switches["Take a whole folder"]) == ([], True)
    del files[:]
    photos.draw()
    photos.draw()
    assert switches["Take a whole folder"] is False, "they can be added again as they were"
    assert told == [
        "3 photos were not looked at, because this page was left meanwhile. Add them again."
    ]


def test_a_label_can_be_undone_as_often_as_it_was_given(wherever, monkeypatch):
    monkeypatch.setattr(
        kept.corrections,
        "labelled",
        lambda result, face, said: PhotoResult(result.name, your_labels=(said,)),
    )
    given = kept.Kept({0: PhotoResult("a.jpg", your_labels=("",))})

    def prepare():
        given.results[0], given.said = PhotoResult("a.jpg", your_labels=("",)), []

    def check(_):
        assert kept.results()[0].your_labels == (EMOTIONS[3],)
        kept.undo()
        assert kept.results()[0].your_labels == ("",)
        assert not kept.labels_given()

    wherever(prepare, lambda _: kept.label(0, 1, EMOTIONS[3]), check, **{"photos-kept": given})


def test_a_film_is_taken_in_once(wherever, monkeypatch):
    given = {"film-0": SimpleNamespace(name="a.mp4")}
    monkeypatch.setattr(st, "file_uploader", lambda *_, key, **__: given.get(key))
    monkeypatch.setattr(st, "rerun", lambda: None)
    for name in ("film", "forget"):
        monkeypatch.setattr(uploads, name, lambda *_: taken.append(1))
    taken = []

    def check(_):
        films.take_in()
        assert taken == [1, 1], "taken in, and what was uploaded forgotten"

    wherever(taken.clear, lambda _: films.take_in(), check)


def test_a_run_beside_the_one_that_takes_a_film_in_waits_for_it(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "rerun", lambda: None)
    given = {"film-0": SimpleNamespace(name="a.mp4")}
    monkeypatch.setattr(st, "file_uploader", lambda *_, key, **__: given.get(key))
    begun, go_on, taken = threading.Event(), threading.Event(), []

    def take(file):
        taken.append(file.name)
        begun.set()
        assert go_on.wait(30)

    monkeypatch.setattr(uploads, "film", take)
    monkeypatch.setattr(uploads, "forget", lambda: None)
    first, second = (threading.Thread(target=films.take_in) for _ in range(2))
    first.start()
    assert begun.wait(30)
    second.start()
    go_on.set()
    for run in (first, second):
        run.join(30)
    assert taken == ["a.mp4"]


def test_a_run_beside_the_one_that_evaluates_counts_no_picture_twice(monkeypatch):
    """The visitor presses something while a picture is looked at: both runs look at that one."""
    looked_at, reported = [], []
    work = own.Work("mine", ("a",), True, [SimpleNamespace(name=name) for name in NAMES], ())
    session = {own._WORK: work}
    monkeypatch.setattr(st, "session_state", session)
    monkeypatch.setattr(own.resources, "recognizer", lambda stem: stem)

    def look_at(photo, *_):
        if not looked_at:  # the other run, all through, before this one's first result
            looked_at.append(photo.name)
            own._go_on(work)
        looked_at.append(photo.name)
        return SimpleNamespace(name=photo.name, faces=(), problem="")

    def report(results, *_):
        reported.append([result.name for result in results])
        session[own._WORK] = work
        return None, None

    monkeypatch.setattr(own, "_look_at", look_at)
    monkeypatch.setattr(own, "report_own", report)
    own._go_on(work)
    assert looked_at.count("a.jpg") == 3, "by both, and the first is told before it looks"
    assert reported == [NAMES, NAMES]


def test_camera_tracks_always_have_their_study(wherever, monkeypatch):
    started = []

    def start(*_):
        session = SimpleNamespace(record=[object()])
        started.append(SimpleNamespace(session=session, ended=False))
        return started[-1]

    monkeypatch.setattr(streamer.pipeline, "start_session", start)
    monkeypatch.setattr(streamer, "service", lambda: None)
    monkeypatch.setattr(streamer, "maker", lambda _: None)
    monkeypatch.setattr(streamer, "Study", lambda record, _: SimpleNamespace(record=record))

    def check(_):
        assert len(started) == 1, "none runs that nobody knows of"
        viewer = streamer._viewer()
        assert viewer.study.record is viewer.tracks.session.record

    wherever(started.clear, lambda _: streamer._tracks(None), check)


class _RerunError(Exception):
    pass


def _rerun():
    raise _RerunError
