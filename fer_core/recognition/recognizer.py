"""Picture → faces with their apparent expression: the one pipeline behind every page and script."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fer_core.recognition.classifier import Classifier
from fer_core.recognition.cropping import face_crop
from fer_core.recognition.detection import PHOTO_WIDTH, Detector, load_detector
from fer_core.store.model_files import DEFAULT_MODEL, ModelCard, load_model
from fer_core.types import FaceEmotion, RGBImage


class Recognizer:
    """Detect → crop → classify. Safe to call from several threads.

    Args:
        detector: Finds the faces.
        classifier: Answers for their crops.
        card: What the model says of itself.
    """

    def __init__(self, detector: Detector, classifier: Classifier, card: ModelCard) -> None:
        self._detector = detector
        self._classifier = classifier
        self.card = card

    @classmethod
    def load(cls, model: str | Path = DEFAULT_MODEL) -> Recognizer:
        """Loads a model by its stem or by the path of one of its files.

        Raises:
            ModelError: where it is missing, altered, or not of the expected shape.
        """
        card, network = load_model(model)
        return cls(load_detector(), Classifier(network), card)

    @property
    def detector_name(self) -> str:
        return self._detector.name

    def analyze(
        self,
        image: RGBImage,
        *,
        detection_width: int = PHOTO_WIDTH,
        max_faces: int | None = None,
    ) -> list[FaceEmotion]:
        """Finds the faces of a picture and the network's answer for each.

        Args:
            image: (height, width, 3) uint8 RGB.
            detection_width: Faces are looked for on a copy scaled down to this width.
            max_faces: Only the largest ones; all by default.

        Returns:
            The faces by size, the largest first; empty where there are none.
        """
        faces = self._detector.detect(image, detection_width)[:max_faces]
        if not faces:
            return []
        crops = np.stack([face_crop(image, face) for face in faces])
        answers = self._classifier.predict(crops)
        return [
            FaceEmotion(face, answer, crop, self.card.unsure_below)
            for face, answer, crop in zip(faces, answers, crops, strict=True)
        ]
