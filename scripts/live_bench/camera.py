"""A client's camera: the film, a counter burnt into each frame, and what cameras and nets do."""

from __future__ import annotations

import asyncio
import fractions
import itertools
import os
import time
from typing import Final

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import Packet, VideoFrame

from scripts.live_bench import stamp
from scripts.live_bench.film import FPS, Film

_CLOCK: Final = 90_000

_NO_START_CODE: Final = b"\x10\x00\x00\xff\xff\xff" + os.urandom(400)
_CUT_OFF: Final = b"\x10"
UNDECODABLE: Final = (_NO_START_CODE, _CUT_OFF)
"""VP8 payloads that a decoder refuses: a key frame without its start code, and one of one byte
(RFC 6386, section 9.1)."""


class FilmCamera(MediaStreamTrack):
    """Gives the film's frames at its rate; those that nobody fetched in time are lost.

    Attributes:
        sent: When each frame was taken, in seconds, monotonic, by its counter.

    Args:
        films: In each resolution of the camera; it begins with the first one.
    """

    kind = "video"

    def __init__(self, films: tuple[Film, ...]) -> None:
        super().__init__()
        self.sent: list[float] = []
        self._films = itertools.cycle(films)
        self._film = next(self._films)
        self._corrupt: list[bytes] = []
        self._start = self._due = time.monotonic()

    def resize(self) -> None:
        """Goes on in the next resolution."""
        self._film = next(self._films)

    def corrupt(self) -> None:
        """Gives a few payloads that no decoder can read, among the others."""
        self._corrupt.extend(UNDECODABLE)

    async def recv(self) -> VideoFrame | Packet:
        await asyncio.sleep(max(0.0, self._due - time.monotonic()))
        if self.readyState != "live":
            raise MediaStreamError
        now = time.monotonic()
        self._due = max(self._due + 1 / FPS, now)
        # The encoder is made with the first frame, and packs payloads from then on.
        payload = self._payload() if self._corrupt and self.sent else self._frame(now)
        payload.pts = round((now - self._start) * _CLOCK)
        payload.time_base = fractions.Fraction(1, _CLOCK)
        return payload

    def _payload(self) -> Packet:
        return Packet(self._corrupt.pop())

    def _frame(self, now: float) -> VideoFrame:
        image = self._film[round((now - self._start) * FPS) % len(self._film)].copy()
        stamp.burn(image[: image.shape[0] * 2 // 3], len(self.sent))
        self.sent.append(now)
        return VideoFrame.from_ndarray(image, format="yuv420p")
