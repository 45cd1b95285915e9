"""Picture → faces with their apparent expression: the one pipeline behind every page and script."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.images.denoising import denoised
from fer_core.recognition.answers.occlusion_map import SensitivityMap, occlusion_map
from fer_core.recognition.answers.usability import Measures, notes
from fer_core.recognition.answers.ways import ONE_LOOK, Calibration, Way, combine
from fer_core.recognition.classifier import Classifier
from fer_core.recognition.cropping import face_crop, framing
from fer_core.recognition.detection import PHOTO_WIDTH, Detector, load_detector
from fer_core.recognition.detectors.turns import detect_in_turns
from fer_core.recognition.inputs import Picture, as_crops, as_rgb, at_least_one
from fer_core.store.model_files import DEFAULT_MODEL, ModelCard, load_model
from fer_core.types import Box, Face, FaceEmotion, Probabilities, RGBImage


class Recognizer:
    """Detect → crop → smooth if noisy → classify. Safe to call from several threads.

    It can be pickled, about 10 MB, and sent to another process or machine: networks are loaded anew
    there, and no file is needed.

    Args:
        detector: Finds the faces.
        classifier: Answers for their crops.
        card: The card of the classifier's model.
        way: How the network is asked; by default one look, and the expressions of everyday.
    """

    def __init__(
        self, detector: Detector, classifier: Classifier, card: ModelCard, way: Way = ONE_LOOK
    ) -> None:
        self._detector = detector
        self._classifier = classifier
        self.card = card
        self.way = way
        self._calibration = Calibration.of(card, way)
        self._ways = {way: self}

    @classmethod
    def load(cls, model: str | Path = DEFAULT_MODEL, way: Way = ONE_LOOK) -> Recognizer:
        """Loads a model by its stem or by the path of one of its files.

        Raises:
            ModelError: it is missing, altered, or not of the expected shape.
        """
        card, network = load_model(model)
        return cls(load_detector(), Classifier(network), card, way)

    def asked(self, way: Way) -> Recognizer:
        """The same detector and network, asked in another way; nothing is loaded.

        Returns:
            The same recognizer each time.
        """
        if way not in self._ways:
            other = Recognizer(self._detector, self._classifier, self.card, way)
            other._ways = self._ways
            self._ways.setdefault(way, other)
        return self._ways[way]

    def with_threshold(self, unsure_below: float) -> Recognizer:
        """The same network, which says "unsure" below another threshold, in [0, 1)."""
        ways = {
            name: {**figures, "unsure_below": unsure_below}
            for name, figures in self.card.ways.items()
        }
        card = dataclasses.replace(self.card, unsure_below=unsure_below, ways=ways)
        return Recognizer(self._detector, self._classifier, card, self.way)

    @property
    def detector_name(self) -> str:
        return self._detector.name

    @property
    def finds_landmarks(self) -> bool:
        """Whether the detector finds eyes, nose and mouth."""
        return self._detector.finds_landmarks

    @property
    def unsure_below(self) -> float:
        """The answer is "unsure" if the largest probability is below this, asked in this way."""
        return self._calibration.unsure_below

    def analyze(
        self,
        image: Picture,
        *,
        detection_width: int = PHOTO_WIDTH,
        max_faces: int | None = None,
        turned: bool | None = None,
    ) -> list[FaceEmotion]:
        """Finds the faces of a picture and the network's answer for each.

        Args:
            image: (height, width, 3) uint8 RGB. Gray, RGBA and PIL images are converted.
            detection_width: Faces are looked for on a copy scaled down to this width, in pixels.
            max_faces: Only the largest ones, at least 1; all by default.
            turned: Whether the picture may be turned: if no upright face is sure, the other three
                quarter turns are looked at. By default it may at widths from `PHOTO_WIDTH` on:
                videos have no time for it.

        Returns:
            The faces by size, the largest first; empty if there are none.

        Raises:
            InputError: `image` is no such picture, or a number is not whole or below 1.
        """
        image = as_rgb(image)
        faces = self.detect(
            image, detection_width=detection_width, max_faces=max_faces, turned=turned
        )
        return self.answer(image, faces)

    def detect(
        self,
        image: Picture,
        *,
        detection_width: int = PHOTO_WIDTH,
        max_faces: int | None = None,
        turned: bool | None = None,
    ) -> list[Face]:
        """Finds the faces of a picture, without asking the network; arguments as of `analyze`."""
        width = at_least_one("detection_width", detection_width)
        most = None if max_faces is None else at_least_one("max_faces", max_faces)
        may_be_turned = width >= PHOTO_WIDTH if turned is None else turned
        detect = (
            partial(detect_in_turns, self._detector) if may_be_turned else self._detector.detect
        )
        return detect(as_rgb(image), width)[:most]

    def answer(self, image: RGBImage, faces: Sequence[Face]) -> list[FaceEmotion]:
        """The network's answers for faces that `detect` found in this picture, in their order."""
        return self._answer([image] * len(faces), faces)

    def classify(self, crops: Sequence[Picture] | NDArray[np.uint8]) -> list[FaceEmotion]:
        """The network's answers for faces that are cut out already.

        The network knows FER-2013's framing alone, and answers worse the further a crop is from it:
        a square as wide as the head, upright, the eyes 0.37 of its side apart and 0.39 of it below
        its top edge. `analyze` cuts faces so.

        Args:
            crops: Pictures as `analyze` takes them, of any size; or an array (n, height, width) or
                (n, height, width, 3) uint8. Those of 48x48 reach the network as they are, others
                are scaled; noisy ones are smoothed (`images.denoising`). A crop that is not square
                is widened by its replicated edges.

        Returns:
            One answer for each crop, in their order; the box of its face is the whole crop.

        Raises:
            InputError: a crop is no picture, or `crops` is a single one.
        """
        images = as_crops(crops)
        faces = [Face(Box(0, 0, image.shape[1], image.shape[0])) for image in images]
        return self._answer(images, faces)

    def why(self, answer: FaceEmotion, emotion: str | None = None) -> SensitivityMap:
        """Where the face speaks for an expression: see `answers.occlusion_map`. One look, 0.15 s.

        Args:
            answer: Of this network.
            emotion: By default the likeliest.
        """
        (crop,) = denoised(answer.crop[None])
        return occlusion_map(self._classifier.predict, crop, emotion or answer.emotion)

    def _answer(self, images: Sequence[RGBImage], faces: Sequence[Face]) -> list[FaceEmotion]:
        if not faces:
            return []
        crops = [face_crop(image, face) for image, face in zip(images, faces, strict=True)]
        answers = self._probabilities(np.stack(crops))
        return [
            FaceEmotion(
                *(face, answer, crop, self._calibration.unsure_below),
                notes(Measures.of(crop, *framing(image.shape, face)), self.card.usability),
            )
            for image, face, answer, crop in zip(images, faces, answers, crops, strict=True)
        ]

    def _probabilities(self, crops: NDArray[np.uint8]) -> Probabilities:
        crops = denoised(crops)
        faces = self._classifier.predict(crops)
        two = self.way.looks == 2
        mirrored = self._classifier.predict(crops[:, :, ::-1]) if two else None
        return combine(self.way, self._calibration, faces, mirrored)
