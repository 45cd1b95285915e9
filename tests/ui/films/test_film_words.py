"""Times as people write them, and the page's sentences."""

from __future__ import annotations

import pytest

from fer_core.errors import InputError
from fer_core.video.film import FilmInfo
from fer_core.video.film.edits import Edits
from ui.films import outputs
from ui.films.faces import changed_by
from ui.films.words import facts, parse_clock, progress, waiting


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("75", 75),
        (" 1:15 ", 75),
        ("1:02:03.5", 3723.5),
        ("0", 0),
        ("0:07,25", 7.25),
        ("90:00", 5400),
    ],
)
def test_a_time(text, seconds):
    assert parse_clock(text) == seconds


@pytest.mark.parametrize("text", ["", "one", "-3", "1:2:3:4", "1:", ":30", "1e3"])
def test_what_is_no_time_is_said(text):
    with pytest.raises(InputError, match="1:15"):
        parse_clock(text)


def test_sentences():
    info = FilmInfo("a.mp4", "mov", "h264", 640, 480, 185.0, 29.97, True)
    assert facts(info) == "3:05 long, 640×480 pixels, 30 frames a second, with sound"
    assert "long" not in facts(FilmInfo("a", "avi", "x", 6, 4, None, None, False))
    assert "One film" in waiting(1) and "3 films" in waiting(3) and "next" in waiting(0)
    assert progress(0.62, 40, 9) == "62 %, 40 s left"
    assert progress(None, None, 75) == "Up to 1:15"


def test_what_is_said_of_a_face_replaces_what_was_said_before():
    edits = changed_by(Edits(), 2, "Anna", 1, True)
    assert edits == Edits({2: "Anna"}, {2: 1}, frozenset({2}))
    assert changed_by(edits, 2, "", None, False) == Edits()
    assert changed_by(edits, 3, "Carla", None, False).names == {2: "Anna", 3: "Carla"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("interview.mp4", "interview.vtt"),
        ("con.mp4", "_con.vtt"),
        ("a\u202e4pm.exe.mp4", "a4pm.exe.vtt"),
        ("../../b\x1b?.mov", "b.vtt"),
        ("...", "film.vtt"),
    ],
)
def test_what_leaves_has_a_name_that_is_safe_everywhere(name, expected):
    assert outputs.file_name(name, ".vtt") == expected
