"""Times as people write them, and the page's sentences."""

from __future__ import annotations

import pytest

from fer_core.errors import InputError
from fer_core.video.film import FilmInfo
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
