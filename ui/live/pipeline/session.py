"""What one viewer's camera session holds: the newest frame, the latest answer, its figures."""

from __future__ import annotations

import logging
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fer_core.types import FaceEmotion, RGBImage
from fer_core.video.record import SessionRecord
from fer_core.video.tracking import TrackedFace, Tracker
from ui.live.pipeline.meter import METER, Meter
from ui.live.pipeline.settings import Settings

_log = logging.getLogger(__name__)

Clock = Callable[[], float]
Analyze = Callable[[RGBImage, Settings], Sequence[FaceEmotion]]
"""Picture and settings → faces by size, the largest first. It may raise."""

FRESH: Final = 1.0
"""Seconds after its frame's arrival for which an answer is painted. An older one describes a
picture that is gone."""

_WINDOW: Final = 2.0  # seconds over which rates and delays are taken
_SPARSE: Final = 16  # every so many pixels count for the brightness
_RECENT: Final = 60  # frames over which the way through the app is taken
_MOST: Final = 240  # analyses kept for that; 2 s at four times a webcam's rate


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The answer for one frame.

    Attributes:
        faces: By number, those that the detector lost a moment ago included; in the pixels of
            the camera's frame, not of its mirror image.
        size: (height, width) of the frame.
        arrived: When the frame reached the app, in the session's clock (s).
        finished: When the answer was ready, in the same clock (s).
    """

    faces: tuple[TrackedFace, ...]
    size: tuple[int, int]
    arrived: float
    finished: float


@dataclass(frozen=True, slots=True, eq=False)
class Status:
    """A session at one moment.

    Attributes:
        frames: Arrived since the start.
        answers: Frames analysed since the start.
        analysed_fps: Analyses a second over the last two seconds.
        passing_ms: Median time from a frame's arrival to its way back, or None without frames.
        since_frame: Seconds since the last frame arrived, or since the start.
        since_answer: Seconds since the last answer, or since the start.
        since_face: Seconds since a face was last found, or since the start.
        failures: Frames whose analysis or painting failed, over the last two seconds.
        brightness: Mean of the last analysed frame, 0 (black) to 255; None before the first.
        paused: Whether the analysis is paused.
        latest: The latest answer, None if there is none or it is no longer fresh.
    """

    frames: int
    answers: int
    analysed_fps: float
    passing_ms: float | None
    since_frame: float
    since_answer: float
    since_face: float
    failures: int
    brightness: float | None
    paused: bool
    latest: Analysis | None


class LiveSession:
    """One waiting frame and one answer, whatever the rates of camera and analysis.

    `offer` is called by the stream, `run` by the analysis pool, `status` by the page: each from a
    thread of its own. Nothing in here raises into them, and no picture is stored or logged.

    Attributes:
        record: The answers of all analysed frames, figures only. It outlives the session.

    Args:
        analyze: See `Analyze`, e.g. around `Recognizer.analyze`.
        settings: The first ones.
        tracker: Who is who; a new one if None.
        clock: Seconds, monotonic.
        meter: Counts the answers.
    """

    def __init__(
        self,
        analyze: Analyze,
        settings: Settings = Settings(),  # noqa: B008 - frozen
        tracker: Tracker | None = None,
        clock: Clock = time.monotonic,
        meter: Meter = METER,
    ) -> None:
        self.record = SessionRecord()
        self._clock = clock
        self.settings = settings
        self._analyze = analyze
        self._tracker = tracker or Tracker()
        self._size: tuple[int, int] | None = None
        self._meter = meter
        self._lock = threading.Lock()
        self._waiting: tuple[RGBImage, float, int] | None = None
        self._latest: Analysis | None = None
        self._brightness: float | None = None
        self._closed = False
        self._frames = self._answers = 0
        self._passed: deque[float] = deque(maxlen=_RECENT)
        self._done: deque[Analysis] = deque(maxlen=_MOST)
        self._failed: deque[float] = deque(maxlen=_MOST)
        self._frame_at = self._answer_at = self._face_at = clock()

    @property
    def settings(self) -> Settings:
        """The viewer's; a new value counts from the next frame on."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings
        note = self.record.pause if settings.paused else self.record.resume
        note(self._clock())

    def offer(self, image: RGBImage, arrived: float | None = None) -> None:
        """Make `image` the frame that waits; an older one that still waits is dropped."""
        with self._lock:
            self._frame_at = self._clock() if arrived is None else arrived
            if not self._closed:
                self.record.see(self._frame_at)
                if not self.settings.paused:
                    self._waiting = (image, self._frame_at, self._frames)
            self._frames += 1

    def passed(self, seconds: float) -> None:
        """Say how long a frame took from its arrival to its way back."""
        self._passed.append(seconds)

    def mark(self, note: str = "") -> None:
        """Mark an event that happens now."""
        self.record.mark(self._clock(), note)

    @property
    def waiting(self) -> bool:
        return self._waiting is not None

    @property
    def closed(self) -> bool:
        return self._closed

    def run(self) -> None:
        """Analyse the waiting frame, if there is one. Never raises."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is None:
            return
        image, arrived, number = waiting
        try:
            faces = self._answer(image, arrived, number, self.settings)
        except Exception:
            self.fail("analysis")
        else:
            self._finish(Analysis(faces, image.shape[:2], arrived, self._clock()))

    def _answer(
        self, image: RGBImage, arrived: float, number: int, settings: Settings
    ) -> tuple[TrackedFace, ...]:
        self._brightness = float(image[::_SPARSE, ::_SPARSE].mean())
        found = self._analyze(image, settings)
        faces = [replace(face, unsure_below=settings.unsure_below) for face in found]
        self._follow_resolution(image.shape[:2])
        self._tracker.smoothing_seconds = settings.smoothing
        tracked = self._tracker.update(faces, arrived)
        if not self._closed:
            self.record.append(arrived, tracked, frame=number, settings=settings.to_dict())
        return tracked

    def _follow_resolution(self, size: tuple[int, int]) -> None:
        """Cameras and browsers change it while they run; faces keep their numbers."""
        if self._size is not None and size != self._size:
            self._tracker.rescale(size[1] / self._size[1], size[0] / self._size[0])
        self._size = size

    def fail(self, step: str) -> None:
        """Count a failure; the first of a burst goes to the console."""
        now = self._clock()
        with self._lock:
            first = not self._failed or now - self._failed[-1] > _WINDOW
            self._failed.append(now)
        if first:
            _log.warning("A frame's %s failed; the stream goes on.", step, exc_info=True)

    def latest(self) -> Analysis | None:
        """The latest answer, while it is fresh."""
        latest = self._latest
        if latest is None or self.settings.paused or self._clock() - latest.arrived > FRESH:
            return None
        return latest

    def status(self) -> Status:
        now, latest = self._clock(), self.latest()
        with self._lock:
            recent = [done for done in self._done if now - done.finished <= _WINDOW]
            failures = sum(now - at <= _WINDOW for at in self._failed)
            passed = list(self._passed)
            return Status(
                frames=self._frames,
                answers=self._answers,
                analysed_fps=len(recent) / _WINDOW,
                passing_ms=1000 * statistics.median(passed) if passed else None,
                since_frame=now - self._frame_at,
                since_answer=now - self._answer_at,
                since_face=now - self._face_at,
                failures=failures,
                brightness=self._brightness,
                paused=self.settings.paused,
                latest=latest,
            )

    def close(self) -> None:
        """Forget every picture; an analysis still under way leaves nothing behind."""
        with self._lock:
            self._closed = True
            self._waiting = self._latest = None
            self._done.clear()
            self._tracker.reset()

    def _finish(self, analysis: Analysis) -> None:
        with self._lock:
            if self._closed:
                self._tracker.reset()  # it has just been told of this frame's faces
                return
            self._latest = analysis
            self._done.append(analysis)
            self._answers += 1
            self._answer_at = analysis.finished
            self._meter.add(self, analysis.finished - analysis.arrived)
            if any(face.age == 0 for face in analysis.faces):
                self._face_at = analysis.finished
