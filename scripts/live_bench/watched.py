"""A recognizer that counts its answers and can be made to fail as the real ones might."""

from __future__ import annotations

import time
from typing import Final

from fer_core.recognition.recognizer import Recognizer
from fer_core.types import FaceEmotion, RGBImage

FAILING: Final = 100
"""With faults on, one call in so many raises."""

_FIRST: Final = 10  # the first of those, so that a short run meets one


class AskedForError(Exception):
    """A fault that the benchmark asked for."""


class WatchedRecognizer(Recognizer):
    """One session's view of the shared recognizer; called by one thread at a time.

    Attributes:
        analysed: Calls that answered.
        with_face: Those with a face in the answer.
        raised: Calls that were made to raise.
        hung: Calls that were made to hang.

    Args:
        shared: Answers.
        faults: Whether one call in `FAILING` raises.
    """

    def __init__(self, shared: Recognizer, *, faults: bool) -> None:
        self._shared = shared
        self._faults = faults
        self._calls = 0
        self._pause = 0.0
        self.card = shared.card
        self.analysed = self.with_face = self.raised = self.hung = 0

    @property
    def detector_name(self) -> str:
        return self._shared.detector_name

    def hang(self, seconds: float) -> None:
        """The next call takes so long."""
        self._pause = seconds

    def analyze(
        self, image: RGBImage, *, detection_width: int, max_faces: int | None = None
    ) -> list[FaceEmotion]:
        self._calls += 1
        pause, self._pause = self._pause, 0.0
        if pause:
            self.hung += 1
            time.sleep(pause)
        if self._faults and self._calls % FAILING == _FIRST:
            self.raised += 1
            raise AskedForError
        faces = self._shared.analyze(image, detection_width=detection_width, max_faces=max_faces)
        self.analysed += 1
        self.with_face += bool(faces)
        return faces
