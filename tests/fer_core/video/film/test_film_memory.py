"""Nothing grows with a film's length but its rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from films import every, square, write_film

from scripts.benchmarks.film.looped import loop

ROOT = Path(__file__).resolve().parents[4]
PROGRAM = """
import io, resource, sys
sys.path[:0] = [{root!r}, {tests!r}]
from films import Squares
from fer_core.video.film import AnalyzedFilm, Film, FilmRecord, FilmSettings, analyze_film
from fer_core.video.film import write_annotated
record, settings = FilmRecord(), FilmSettings(rate=0)
with Film({film!r}) as film:
    for result in analyze_film(film, Squares(), settings, images=True):
        record.append(result)
    info = film.info
with open({target!r}, "wb") as target:
    write_annotated({film!r}, AnalyzedFilm(info, settings, record.rows(), {{}}), target)
print(len(record.rows()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


def peak_mb(film: Path) -> tuple[int, float]:
    """Rows, and the most memory of a process that analyses every frame and draws the boxes."""
    program = PROGRAM.format(
        root=str(ROOT), tests=str(ROOT / "tests"), film=str(film), target=str(film) + ".out"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    rows, peak = run.stdout.split()[-2:]
    return int(rows), float(peak)


def test_eighty_seconds_take_the_memory_of_twenty(tmp_path: Path) -> None:
    """Kept frames would take 86 MB more, and their packets 5."""
    short = write_film(
        tmp_path / "short.mp4", every(0.04, 500), lambda i: square(2 * i % 100), sound=True
    )
    long = loop(short, tmp_path / "long.mp4", 4)
    (rows, peak), (more_rows, more_peak) = peak_mb(short), peak_mb(long)
    assert rows == 500 and 1990 <= more_rows <= 2000
    assert more_peak - peak < 20
