"""The recognizer as a library: every form of picture, own crops, other processes."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from fer_core import FerError, Recognizer, decode_image
from fer_core.images import to_gray
from fer_core.images.denoising import denoised
from fer_core.recognition import detection
from fer_core.recognition.classifier import Classifier
from fer_core.store.model_files import load_model

PORTRAIT = Path(__file__).resolve().parents[3] / "ui" / "assets" / "eileen_collins.jpg"
IMAGE = decode_image(PORTRAIT.read_bytes())
CROPS = np.random.default_rng(3).integers(0, 256, (5, 48, 48), dtype=np.uint8)


@pytest.fixture
def recognizer(make_model: Callable[..., Path]) -> Recognizer:
    return Recognizer.load(make_model(unsure_below=0.2))


def test_every_form_of_a_gray_picture_has_the_same_answer(recognizer: Recognizer) -> None:
    gray = to_gray(IMAGE)
    forms: list[Any] = [gray, gray[..., None], np.dstack([gray] * 3), Image.fromarray(gray)]
    answers = [recognizer.analyze(form) for form in forms]
    assert [len(faces) for faces in answers] == [1, 1, 1, 1]
    for faces in answers[1:]:
        assert faces[0].face.box == answers[0][0].face.box
        np.testing.assert_array_equal(faces[0].crop, answers[0][0].crop)


@pytest.mark.parametrize("method", ["analyze", "detect"])
@pytest.mark.parametrize(
    ("image", "options", "received"),
    [
        (IMAGE.astype(np.uint16), {}, "uint16"),
        (IMAGE.transpose(2, 0, 1), {}, "(3, "),
        (None, {}, "NoneType"),
        (IMAGE, {"max_faces": 0}, "0"),
        (IMAGE, {"max_faces": -1}, "-1"),
        (IMAGE, {"max_faces": 1.5}, "1.5"),
        (IMAGE, {"max_faces": "1"}, "'1'"),
        (IMAGE, {"detection_width": None}, "None"),
        (IMAGE, {"detection_width": 0}, "0"),
    ],
)
def test_what_is_not_taken_is_refused_in_words(
    recognizer: Recognizer, method: str, image: Any, options: dict[str, int], received: str
) -> None:
    with pytest.raises(FerError) as caught:
        getattr(recognizer, method)(image, **options)
    assert received in str(caught.value).partition("Received: ")[2]


def test_detect_finds_what_analyze_answers_for(recognizer: Recognizer) -> None:
    (face,) = recognizer.detect(IMAGE, max_faces=1)
    (answer,) = recognizer.analyze(IMAGE, max_faces=1)
    assert face.box == answer.face.box


def test_own_crops_are_answered_as_the_network_does(
    recognizer: Recognizer, make_model: Callable[..., Path]
) -> None:
    expected = Classifier(load_model(make_model())[1]).predict(denoised(CROPS))
    for crops in (CROPS, list(CROPS), CROPS[..., None], [Image.fromarray(crop) for crop in CROPS]):
        found = recognizer.classify(crops)
        np.testing.assert_allclose([a.probabilities for a in found], expected, atol=1e-6)
    assert [a.is_unsure for a in found] == (expected.max(axis=1) < 0.2).tolist()
    np.testing.assert_array_equal(found[2].crop, CROPS[2], "shown as it is, noise and all")
    assert (found[0].face.box.width, found[0].face.box.height) == (48, 48)
    assert recognizer.classify([]) == []


@pytest.mark.parametrize("side", [24, 96, 100, 300])
def test_crops_of_any_size_are_scaled(recognizer: Recognizer, side: int) -> None:
    ramp = np.repeat(np.linspace(0, 255, 48)[None], 48, axis=0).astype(np.uint8)
    kind = cv2.INTER_AREA if side < 48 else cv2.INTER_LINEAR
    (answer,) = recognizer.classify([cv2.resize(ramp, (side, side), interpolation=kind)])
    assert answer.crop.shape == (48, 48)
    assert np.abs(answer.crop.astype(int) - ramp).max() <= 6


def test_a_crop_that_is_not_square_keeps_its_proportions(recognizer: Recognizer) -> None:
    crop = np.full((48, 24), 200, np.uint8)
    crop[:, :12] = 50
    (answer,) = recognizer.classify([crop])
    assert (answer.crop[:, :23] == 50).all() and (answer.crop[:, 25:] == 200).all()


@pytest.mark.parametrize("detector", ["best", "cascade"])
def test_another_process_answers_alike(
    recognizer: Recognizer,
    make_model: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    detector: str,
) -> None:
    if detector == "cascade":
        monkeypatch.setattr(detection, "find_asset", lambda name: None)
    recognizer = Recognizer.load(make_model(unsure_below=0.2))
    here = recognizer.analyze(IMAGE)
    make_model().unlink()  # nothing is read from the disk there
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as workers:
        there = workers.submit(recognizer.analyze, IMAGE).result(timeout=120)
    assert len(there) == len(here) >= 1
    for one, other in zip(here, there, strict=True):
        assert (one.face.box, one.answer) == (other.face.box, other.answer)
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-6)


def test_a_pickled_recognizer_keeps_its_card(recognizer: Recognizer) -> None:
    copy = pickle.loads(pickle.dumps(recognizer))
    assert copy.card == recognizer.card
    assert copy.detector_name == recognizer.detector_name
