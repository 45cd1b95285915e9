"""Measures what users wait for, side by side in one run, as one JSON object.

    python scripts/benchmark.py [--model ultimate_model] [--without-keras]

Medians on one thread. Machines differ and are shared: compare the ratios, and figures of one run
with each other.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import numpy as np
from PIL import Image

from fer_core import Recognizer, decode_image
from fer_core.classifier import Classifier
from fer_core.detection import VIDEO_WIDTH
from fer_core.errors import FerError
from fer_core.model_store import DEFAULT_MODEL, load_model, model_file
from scripts import machine

PORTRAIT = ROOT / "ui" / "assets" / "eileen_collins.jpg"
BATCHES = (1, 4, 16, 32)
PHOTOS = 10


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=DEFAULT_MODEL, help="stem, or path of one of its files")
    parser.add_argument(
        "--without-keras", action="store_true", help="leave out the comparison with model.predict"
    )
    parser.add_argument("--app-probe", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    cv2.setNumThreads(1)
    if args.app_probe:
        print(json.dumps(app_probe(args.app_probe)))
        return 0
    try:
        result = measure(args.model, with_keras=not args.without_keras)
    except FerError as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result, indent=2))
    return 0


def measure(model: str, *, with_keras: bool) -> dict[str, Any]:
    """Every figure, with the machine that gave it."""
    _, network = load_model(model)
    recognizer = Recognizer.load(model)
    classify = classify_batches(Classifier(network))
    result = {
        "machine": machine.describe(),
        "model": model,
        "detector": recognizer.detector_name,
        "classify_ms_per_face": classify,
        "frame_640x480": frame(recognizer),
        "photo_12_megapixels": photo(recognizer),
        "app": app_process(),
    }
    if with_keras:
        predict_ms = keras_predict(model)
        result["keras_predict_ms"] = predict_ms
        result["times_faster_than_keras_predict"] = round(predict_ms / classify["1"], 1)
    return result


def classify_batches(classifier: Classifier) -> dict[str, float]:
    """Milliseconds a face by batch size."""
    faces = np.random.default_rng(0).integers(0, 256, (max(BATCHES), 48, 48), dtype=np.uint8)
    return {
        str(n): round(median_ms(lambda n=n: classifier.predict(faces[:n]), 40) / n, 3)
        for n in BATCHES
    }


def frame(recognizer: Recognizer) -> dict[str, float]:
    """One 640x480 frame with one face, detection to result."""
    image = film_frame()
    assert len(recognizer.analyze(image, detection_width=VIDEO_WIDTH)) == 1
    start = time.process_time()
    wall = median_ms(lambda: recognizer.analyze(image, detection_width=VIDEO_WIDTH), 40)
    cpu = (time.process_time() - start) / (40 + WARM_UP) * 1000
    return {"wall_ms": round(wall, 2), "cpu_ms": round(cpu, 2)}


def photo(recognizer: Recognizer) -> dict[str, float]:
    """A 12-megapixel JPEG, bytes to result."""
    data = photo_bytes(4000, 3000)
    return {
        "decode_ms": round(median_ms(lambda: decode_image(data), 5), 1),
        "bytes_to_result_ms": round(
            median_ms(lambda: recognizer.analyze(decode_image(data)), 5), 1
        ),
    }


def app_process() -> dict[str, float]:
    """CPU seconds until the app can analyse, and its memory after ten photos on its own page."""
    with tempfile.TemporaryDirectory() as folder:
        for i in range(PHOTOS):
            (Path(folder) / f"{i}.jpg").write_bytes(photo_bytes(4000 + i, 3000))
        done = subprocess.run(
            [sys.executable, str(Path(__file__)), "--app-probe", folder],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def app_probe(folder: Path) -> dict[str, float]:
    """Runs in a process of its own: the app's pages, driven by Streamlit's own test harness.

    Args:
        folder: Holds the photos; making them here would count as the app's memory.
    """
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


def resident_mb() -> float:
    """Memory of this process, in MB."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # no /proc: the peak instead
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def keras_predict(model: str) -> float:
    """Milliseconds of `model.predict` on one face, as most FER demos call it."""
    import keras

    network = keras.models.load_model(model_file(model, ".keras"), compile=False)
    face = np.zeros((1, 48, 48, 1), np.float32)
    return round(median_ms(lambda: network.predict(face, verbose=0), 20), 1)


WARM_UP = 3


def median_ms(call: Callable[[], Any], times: int) -> float:
    """The median of `times` calls in milliseconds, after a few that do not count."""
    for _ in range(WARM_UP):
        call()
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        durations.append(time.perf_counter() - start)
    return statistics.median(durations) * 1000


def film_frame() -> np.ndarray:
    """(480, 640, 3) uint8 RGB: a portrait as a webcam sees it."""
    portrait = decode_image(PORTRAIT.read_bytes())
    scaled = cv2.resize(portrait, (480, 480), interpolation=cv2.INTER_AREA)
    return cv2.copyMakeBorder(scaled, 0, 0, 80, 80, cv2.BORDER_REPLICATE)


def photo_bytes(width: int, height: int) -> bytes:
    """A JPEG of this size with one face."""
    scaled = cv2.resize(film_frame(), (width, height), interpolation=cv2.INTER_CUBIC)
    buffer = io.BytesIO()
    Image.fromarray(scaled).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
