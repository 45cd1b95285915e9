"""The live pipeline without a page: what all sessions share, and the making of one session."""

from __future__ import annotations

import ctypes
import functools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_core.images import decode
from fer_core.recognition.answers.ways import EVERYDAY, Way
from fer_core.recognition.recognizer import Recognizer
from fer_core.types import FaceEmotion, RGBImage
from fer_core.video.tracking import MAX_FACES, Tracker
from ui.live.pipeline import capacity
from ui.live.pipeline.pool import AnalysisPool
from ui.live.pipeline.session import LiveSession
from ui.live.pipeline.settings import DETECTION_WIDTHS, Settings
from ui.live.pipeline.tracks import LiveTracks

CORES: Final = os.cpu_count() or 1
_SAMPLE: Final = Path(__file__).parents[2] / "assets" / "eileen_collins.jpg"
_M_ARENA_MAX: Final = -8  # of glibc's malloc.h
_ARENAS: Final = 2
_M_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 8 * 1024 * 1024  # bytes: above a frame of 1080p, which would be cleared each time


@dataclass(frozen=True, slots=True)
class Service:
    """What all sessions share.

    Attributes:
        pool: Analyses.
        painters: Convert and paint.
    """

    pool: AnalysisPool
    painters: ThreadPoolExecutor


def start_service() -> Service:
    """One a process. Two threads at least: one slow frame does not hold up every session."""
    limit_heaps()
    workers = max(2, CORES)
    return Service(AnalysisPool(workers), ThreadPoolExecutor(workers, thread_name_prefix="painter"))


def frame_cost(recognizer: Recognizer) -> float:
    """CPU seconds of a 640x480 frame with one face. Measuring it is the warm-up."""
    picture = decode(_SAMPLE.read_bytes())
    return capacity.measure(functools.partial(analyze, recognizer, picture, Settings()))


def analyze(recognizer: Recognizer, image: RGBImage, settings: Settings) -> list[FaceEmotion]:
    if settings.mix != EVERYDAY:
        recognizer = recognizer.asked(Way(mix=settings.mix))
    width = DETECTION_WIDTHS[settings.detection]
    return recognizer.analyze(image, detection_width=width, max_faces=MAX_FACES)


def start_session(
    recognizer: Recognizer, service: Service, settings: Settings | None = None
) -> LiveTracks:
    """A new viewer's session and its two ends in WebRTC."""
    session = LiveSession(
        functools.partial(analyze, recognizer),
        settings or Settings(unsure_below=recognizer.card.unsure_below),
        Tracker(confirm_after=2),
    )
    return LiveTracks(session, service.pool, service.painters)


def limit_heaps() -> bool:
    """Let all threads share two heaps for what is small; whether the C library has such settings.

    glibc gives each thread a heap of its own, which keeps the memory of the frames it once held:
    three sessions grew by 160 MB a minute; with two heaps they do not grow. And of what is large it
    takes ever more from those heaps, where it leaves holes: three photographs of 20 MB cost 30 MB
    each time. A threshold that is set stays. Other C libraries have no such settings and no such
    need.
    """
    try:
        library = ctypes.CDLL(None)
        return bool(
            library.mallopt(_M_ARENA_MAX, _ARENAS) and library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        )
    except (AttributeError, OSError, TypeError):  # not glibc; Windows has no CDLL(None)
        return False
