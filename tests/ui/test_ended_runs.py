"""Streamlit may end a run of a page at each look into the session, because another one was asked
for. Wherever that is: nothing is lost, and nothing is done twice."""

import itertools
from collections.abc import MutableMapping
from types import SimpleNamespace

import pytest
import streamlit as st

from fer_core.labels import EMOTIONS
from fer_core.recognition.photos import PhotoResult
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
        assert taken == [1, 1], "taken in, and what was uploaded forgotten"

    wherever(taken.clear, lambda _: films.take_in(), check)


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
