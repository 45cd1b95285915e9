"""What users wait for: a face, a frame, a photo, the app."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, Final

import cv2
import numpy as np

from fer_core import Recognizer, decode_image
from fer_core.recognition.classifier import Classifier
from fer_core.recognition.detection import VIDEO_WIDTH
from fer_core.store.model_files import KERAS_SUFFIX, load_model, model_file
from scripts.benchmarks.app import app_process
from scripts.benchmarks.pictures import faces, film_frame, photo_bytes
from scripts.benchmarks.timing import WARM_UP, median_ms, medians_ms

BATCHES: Final = (1, 4, 16, 32)


def measure(model: str, *, with_keras: bool) -> dict[str, Any]:
    """Every figure, on one thread."""
    cv2.setNumThreads(1)
    _, network = load_model(model)
    classifier, face = Classifier(network), faces(1)
    recognizer = Recognizer.load(model)
    result = {
        "detector": recognizer.detector_name,
        "classify_ms_per_face": classify_batches(classifier),
        "classify_cpu_ms": round(
            median_ms(partial(classifier.predict, face), 40, time.thread_time), 3
        ),
        "frame_640x480": frame(recognizer),
        "photo_12_megapixels": photo(recognizer),
        "app": app_process(),
    }
    return {**result, **beside_keras(model, classifier)} if with_keras else result


def classify_batches(classifier: Classifier) -> dict[str, float]:
    """Milliseconds a face by batch size."""
    crops = faces(max(BATCHES))
    return {
        str(n): round(median_ms(partial(classifier.predict, crops[:n]), 40) / n, 3) for n in BATCHES
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


def beside_keras(model: str, classifier: Classifier) -> dict[str, float]:
    """`model.predict` on one face, as most demos of this task call it, by turns with ours."""
    import keras

    network = keras.models.load_model(model_file(model, KERAS_SUFFIX), compile=False)
    crop = faces(1)
    face = crop[..., None].astype(np.float32)
    theirs, ours = medians_ms(
        [lambda: network.predict(face, verbose=0), lambda: classifier.predict(crop)], 30
    )
    return {
        "keras_predict_ms": round(theirs, 1),
        "classify_ms_beside_it": round(ours, 3),
        "times_faster_than_keras_predict": round(theirs / ours, 1),
    }
