"""What the player draws of an analysed film."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fer_core.video.film import AnalyzedFilm, FilmInfo, FilmSettings
from fer_core.video.record import ANSWERS, ROW
from ui.recorded.course import BINS, MOST_FACES, course, tracks


def film(*rows: tuple[float, int, str], names: dict[int, str] | None = None) -> AnalyzedFilm:
    made = np.zeros(len(rows), ROW)
    for row, (time, number, answer) in zip(made, rows, strict=True):
        row["time"], row["number"], row["frame"] = time, number, round(10 * time)
        row["answer"] = ANSWERS.index(answer)
        row["x"], row["y"], row["width"], row["height"] = 10 * number, 20, 30, 40
        row["probabilities"][min(ANSWERS.index(answer), 6)] = 1
    info = FilmInfo("a.mp4", "mov,mp4", "h264", 160, 120, 10.0, 25.0, False)
    return AnalyzedFilm(info, FilmSettings(), made, {}, names=names or {})


def two_faces() -> AnalyzedFilm:
    """Face 1 is happy for 4 s, away for 3, sad for 3; face 2 is there from 2 to 5 s."""
    one = [(t / 10, 1, "happy") for t in range(40)] + [(7 + t / 10, 1, "sad") for t in range(31)]
    two = [(2 + t / 10, 2, "surprise") for t in range(31)]
    empty = [(5.1 + t / 10, 0, "angry") for t in range(19)]
    return film(*sorted(one + two + empty), names={2: "Berta"})


def test_strips_lines_and_gaps():
    drawn = course(two_faces())
    json.dumps(drawn)
    assert (drawn["start"], drawn["end"], drawn["more"]) == (0, 10.04, 0)
    one, two = drawn["faces"]
    assert [(one["number"], one["name"]), (two["number"], two["name"])] == [
        (1, "Face 1"),
        (2, "Berta"),
    ]
    happy, sad = one["runs"]
    assert happy == pytest.approx([0, 4, ANSWERS.index("happy")], abs=0.15)
    assert sad == pytest.approx([7, 10.05, ANSWERS.index("sad")], abs=0.15)
    assert len(one["shares"]) == BINS + 1 == len(drawn["edges"]) - 1
    at = {round(t, 2): i for i, t in enumerate(drawn["edges"])}
    middle = min(at, key=lambda t: abs(t - 5.5))
    assert one["shares"][at[middle]] is None, "a gap is a gap"
    early = min(at, key=lambda t: abs(t - 2))
    assert one["shares"][at[early]][ANSWERS.index("happy")] == 1000


def test_the_timeline_of_a_film_that_is_not_finished_reaches_to_its_end():
    drawn = course(two_faces(), until=40.0)
    assert drawn["end"] == 40
    assert drawn["faces"][0]["shares"][-10] is None


def test_a_film_of_one_frame_or_without_faces_can_be_drawn():
    assert course(film((0.0, 0, "angry")))["faces"] == []
    (face,) = course(film((3.0, 1, "happy")))["faces"]
    assert face["runs"][0][0] == pytest.approx(3, abs=0.01)


def test_of_very_many_faces_those_in_view_the_longest_are_drawn():
    many = [(t / 10, n, "happy") for n in range(1, 61) for t in range(n, n + 2 + n)]
    drawn = course(film(*sorted(many)))
    assert len(drawn["faces"]) == MOST_FACES
    assert drawn["more"] == 20
    assert drawn["faces"][-1]["number"] == 60


def test_tracks_hold_every_box_in_upright_pixels():
    one, two = tracks(two_faces())
    assert (one["number"], two["number"]) == (1, 2)
    assert len(one["t"]) == len(one["e"]) == len(one["b"]) == len(one["a"]) == len(one["p"]) == 71
    assert one["b"][0] == [10, 20, 30, 40]
    assert one["e"][39] == pytest.approx(4.0), "until the next analysed frame, which lacks it"
    assert one["p"][0] == [0, 0, 0, 1000, 0, 0, 0]
    json.dumps([one, two])
