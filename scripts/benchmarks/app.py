"""The app's process: CPU seconds until it can analyse, and its memory after ten photos.

Runs itself again as `python -m scripts.benchmarks.app FOLDER`: the app is measured alone in a
process, through Streamlit's own test harness.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import cv2

from scripts.benchmarks.pictures import ROOT, film_frame, photo_bytes
from scripts.benchmarks.timing import resident_mb

PHOTOS: Final = 10


def app_process() -> dict[str, float]:
    """Photos are made here: in the measured process they would count as the app's memory."""
    with tempfile.TemporaryDirectory() as folder:
        for i in range(PHOTOS):
            (Path(folder) / f"{i}.jpg").write_bytes(photo_bytes(4000 + i, 3000))
        done = subprocess.run(
            [sys.executable, "-m", "scripts.benchmarks.app", folder],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def probe(folder: Path) -> dict[str, float]:
    """What the process of its own measures, with the photos of a folder."""
    from streamlit.testing.v1 import AppTest

    from ui import resources

    resources.recognizer().analyze(film_frame())
    ready = time.process_time()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.switch_page("pages/photos.py").run()
    photos = [(path.name, path.read_bytes(), "image/jpeg") for path in sorted(folder.glob("*.jpg"))]
    app.file_uploader[0].set_value(photos).run()
    assert not app.exception
    return {
        "cpu_s_until_ready": round(ready, 2),
        "resident_mb_after_ten_photos": round(resident_mb(), 1),
    }


if __name__ == "__main__":
    cv2.setNumThreads(1)
    print(json.dumps(probe(Path(sys.argv[1]))))
