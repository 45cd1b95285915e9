from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from films import Squares, every, square, write_film
from PIL import Image

from fer_core import Recognizer
from fer_core.video.film import (
    Film,
    FilmRecord,
    FilmSettings,
    analyze_film,
)  # fmt: skip
from fer_core.video.film.analysis import CUT, Scene
from fer_core.video.record import NOBODY
from fer_core.video.summary import summarize

ROOT = Path(__file__).resolve().parents[4]
EVERY = FilmSettings(rate=0, smoothing_seconds=0)


def rows_of(path: Path, settings: FilmSettings = EVERY, recognizer=None):
    record = FilmRecord()
    for result in analyze_film(path, recognizer or Squares(), settings):
        record.append(result)
    return record.rows()


def test_a_face_keeps_its_number_and_every_frame_has_a_row(tmp_path: Path) -> None:
    """In the middle five frames are empty: fewer than the second for which a number is kept."""
    path = write_film(
        tmp_path / "a.mp4", every(0.04, 15), lambda i: square(-1 if 5 <= i < 10 else 10 + 2 * i)
    )
    rows = rows_of(path)
    assert rows["frame"].tolist() == list(range(15))
    assert rows["number"].tolist() == [1] * 5 + [NOBODY] * 5 + [1] * 5
    seen = rows["number"] == 1
    assert rows["x"][seen] == pytest.approx(10 + 2 * rows["frame"][seen].astype(int), abs=2)
    assert rows["score"][seen] == pytest.approx(0.75)
    assert summarize(rows).faces[0].main_answer == "happy"


def test_a_cut_begins_new_numbers(tmp_path: Path) -> None:
    """The square stands where it stood: without the cut it would be the same face."""
    path = write_film(
        tmp_path / "a.mp4", every(0.04, 10), lambda i: square(50, ground=40 if i < 5 else 150)
    )
    results = list(analyze_film(path, Squares(), EVERY))
    assert [result.frame for result in results if result.cut] == [5]
    assert [result.faces[0].number for result in results] == [1] * 5 + [2] * 5


def test_what_moves_is_no_cut_and_another_scene_is() -> None:
    with Image.open(ROOT / "ui/assets/eileen_collins.jpg") as file:
        portrait = np.asarray(file.convert("RGB"))
    here = portrait[:400, :400]
    for same in (portrait[20:420, 24:424], here // 10 * 9):
        assert Scene.of(here).difference(Scene.of(same)) < 0.8 * CUT
    for other in (portrait[80:300, 150:370], portrait[300:450, 200:456], 255 - here):
        assert Scene.of(here).difference(Scene.of(other)) > 1.1 * CUT


def test_results_carry_their_picture_only_if_asked_for(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mp4", every(0.04, 2))
    assert [r.image for r in analyze_film(path, Squares())] == [None]
    with Film(path) as film:
        (result,) = analyze_film(film, Squares(), images=True)
    assert result.image is not None and result.image.shape == (120, 160, 3)


def test_the_default_network_reads_a_film_of_the_portrait(tmp_path: Path) -> None:
    """The portrait, moved about: one smiling face, always the same."""
    with Image.open(ROOT / "ui/assets/eileen_collins.jpg") as file:
        portrait = np.asarray(file.convert("RGB"))
    path = write_film(
        tmp_path / "a.mp4", every(0.1, 6), lambda i: portrait[4 * i : 4 * i + 480, i : i + 480]
    )
    rows = rows_of(path, FilmSettings(), Recognizer.load())
    assert rows["number"].tolist() == [1] * 6
    (face,) = summarize(rows).faces
    assert face.main_answer == "happy"


_PEAK = """
import resource, sys
sys.path[:0] = [{root!r}, {tests!r}]
from films import Squares
from fer_core.video.film import FilmRecord, analyze_film
record = FilmRecord()
for result in analyze_film({path!r}, Squares()):
    record.append(result)
print(len(record.rows()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _peak(path: Path) -> tuple[int, float]:
    """Rows of a film, and the most memory that a process of its own held for it, in MB."""
    code = _PEAK.format(root=str(ROOT), tests=str(ROOT / "tests"), path=str(path))
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    rows, peak = map(int, run.stdout.split())
    return rows, peak / (2**20 if sys.platform == "darwin" else 2**10)


def test_memory_does_not_grow_with_the_films_length(tmp_path: Path) -> None:
    """80 s decoded would be 115 MB, against 29 of 20 s; measured are a few."""
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0
    films = [write_film(tmp_path / f"{s}.mp4", every(0.04, 25 * s)) for s in (20, 80)]
    (short, first), (long, second) = map(_peak, films)
    assert (short, long) == (200, 800)
    assert second - first < 20
