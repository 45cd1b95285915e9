"""A client's camera: a film of a real face with a counter burnt into each frame.

The counter stands in blocks large enough to survive VP8: thirty of them in two columns along the
left edge, one dark and one light for comparison, 20 bits of the counter, 8 bits of its CRC-32.
"""

from __future__ import annotations

import asyncio
import fractions
import itertools
import os
import time
import zlib
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import Packet, VideoFrame
from numpy.typing import NDArray

Film = list[NDArray[np.uint8]]
"""Frames of (height · 3 / 2, width) uint8, I420: the luma first, (height, width)."""

FPS: Final = 30.0
SIZE: Final = (480, 640)
COUNTERS: Final = 1 << 20
"""The counter starts again after so many frames: 9.7 hours at 30 a second."""

_NO_START_CODE: Final = b"\x10\x00\x00\xff\xff\xff" + os.urandom(400)
_CUT_OFF: Final = b"\x10"
UNDECODABLE: Final = (_NO_START_CODE, _CUT_OFF)
"""VP8 payloads that a decoder refuses: a key frame without its start code, and one of one byte
(RFC 6386, section 9.1)."""

_CLOCK: Final = 90_000  # ticks a second of a video's timestamps
_SECONDS: Final = 2.0  # of the film
_ROWS, _COLUMNS = 15, 2
_BITS, _CHECK_BITS = 20, 8
_DARK, _LIGHT = 40, 215  # within the range of video luma, 16 to 235
_LEAST_CONTRAST = 80


class FilmCamera(MediaStreamTrack):
    """Give the film's frames at its rate; those that nobody fetched in time are lost.

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
        """Continue in the next resolution."""
        self._film = next(self._films)

    def corrupt(self) -> None:
        """Give a few payloads that no decoder can read, among the others."""
        self._corrupt.extend(UNDECODABLE)

    async def recv(self) -> VideoFrame | Packet[Any]:
        await asyncio.sleep(max(0.0, self._due - time.monotonic()))
        if self.readyState != "live":
            raise MediaStreamError
        now = time.monotonic()
        self._due = max(self._due + 1 / FPS, now)
        # The encoder is made with the first frame, and packs payloads from then on.
        corrupt = self._corrupt and self.sent
        payload = Packet(self._corrupt.pop()) if corrupt else self._frame(now)
        payload.pts = round((now - self._start) * _CLOCK)
        payload.time_base = fractions.Fraction(1, _CLOCK)
        return payload

    def _frame(self, now: float) -> VideoFrame:
        image = self._film[round((now - self._start) * FPS) % len(self._film)].copy()
        burn(image[: image.shape[0] * 2 // 3], len(self.sent))
        self.sent.append(now)
        return VideoFrame.from_ndarray(image, format="yuv420p")


def shoot(picture: Path, size: tuple[int, int] = SIZE) -> Film:
    """A film from a camera held in a slightly unsteady hand; its end meets its beginning.

    Args:
        picture: A file with one face, near its middle.
        size: (height, width) of the film, both even.

    Raises:
        OSError: If the file is no picture.
    """
    image = cv2.imread(str(picture))
    if image is None:
        raise OSError(f"{picture} is no picture that OpenCV can read.")
    still = _framed(image, size)
    film = []
    for angle in np.linspace(0, 2 * np.pi, round(_SECONDS * FPS), endpoint=False):
        move = np.array([[1, 0, 4 * np.cos(angle)], [0, 1, 3 * np.sin(angle)]], np.float32)
        frame = cv2.warpAffine(still, move, size[::-1], borderMode=cv2.BORDER_REPLICATE)
        film.append(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), np.uint8))
    return film


def _framed(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The picture's middle square as high as the film, its edges replicated to both sides."""
    height, width = size
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    square = image[top : top + side, left : left + side]
    square = cv2.resize(square, (height, height), interpolation=cv2.INTER_AREA)
    left = (width - height) // 2
    right = width - height - left
    return np.asarray(cv2.copyMakeBorder(square, 0, 0, left, right, cv2.BORDER_REPLICATE))


def burn(luma: NDArray[np.uint8], counter: int) -> None:
    """Write the counter into a picture.

    Args:
        luma: (height, width) uint8, changed in place; height ≥ 60, so that a block is 4 pixels.
        counter: Taken modulo `COUNTERS`.
    """
    block = luma.shape[0] // _ROWS
    counter %= COUNTERS
    word = counter << _CHECK_BITS | _check(counter)
    bits = [0, 1, *(word >> i & 1 for i in reversed(range(_BITS + _CHECK_BITS)))]
    cells = np.where(np.array(bits, bool).reshape(_ROWS, _COLUMNS), _LIGHT, _DARK)
    pattern = cells.astype(np.uint8).repeat(block, axis=0).repeat(block, axis=1)
    luma[: pattern.shape[0], : pattern.shape[1]] = pattern


def read(luma: NDArray[np.uint8], *, mirrored: bool = False) -> int | None:
    """The counter of a picture, None if it cannot be read.

    Args:
        luma: (height, width) uint8.
        mirrored: Whether the picture was flipped left to right since.
    """
    block = luma.shape[0] // _ROWS
    edge = block // 4  # compression smears the blocks' edges
    strip = (luma[:, ::-1] if mirrored else luma)[: _ROWS * block, : _COLUMNS * block]
    blocks = strip.reshape(_ROWS, block, _COLUMNS, block)
    means = blocks[:, edge : block - edge, :, edge : block - edge].mean(axis=(1, 3)).ravel()
    dark, light = float(means[0]), float(means[1])
    if light - dark < _LEAST_CONTRAST:
        return None
    word = 0
    for mean in means[2:]:
        word = word << 1 | int(mean > (dark + light) / 2)
    counter, check = divmod(word, 1 << _CHECK_BITS)
    return counter if check == _check(counter) else None


def _check(counter: int) -> int:
    """The lowest byte of the counter's CRC-32; no single wrong bit passes."""
    return zlib.crc32(counter.to_bytes(3, "big")) % (1 << _CHECK_BITS)
