"""A bound on the frames that wait for aiortc's decoder."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any, Final

from aiortc import RTCRtpReceiver

MOST_WAITING: Final = 15
"""Frames, half a second of video. More means that the decoder's thread is starved."""

_ASK_AGAIN: Final = 10  # skipped frames after which the key frame is asked for once more


class DecoderQueue(queue.Queue[Any]):
    """aiortc's queue before a decoder, with an end: beyond it, all that waits is dropped.

    A frame of VP8 builds on those before it, so nothing is decoded after that until a frame comes
    that stands for itself; the sender is asked for one.

    Args:
        ask: Asks the sender for a key frame.
    """

    def __init__(self, ask: Callable[[], None]) -> None:
        super().__init__()
        self._ask = ask
        self._skipped = 0  # since the last frame that was let in; 0 while all are

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Takes (codec, encoded frame), or None, which ends the decoder without further work."""
        if item is None:
            self._drop()
        elif self._refuses(item[1].data, vp8=item[0].mimeType == "video/VP8"):
            return
        super().put(item, block, timeout)

    def _refuses(self, data: bytes, vp8: bool) -> bool:
        if not vp8:
            return False
        full = self.qsize() >= MOST_WAITING
        if full:
            self._drop()
        if is_key_frame(data) or not (full or self._skipped):
            self._skipped = 0
            return False
        if self._skipped % _ASK_AGAIN == 0:
            self._ask()
        self._skipped += 1
        return True

    def _drop(self) -> None:
        with self.mutex:
            ends = [item for item in self.queue if item is None]  # a thread waits for each
            self.queue.clear()
            self.queue.extend(ends)


class BoundedReceiver(RTCRtpReceiver):
    """An RTCRtpReceiver whose decoder has a `DecoderQueue`.

    Private names of a package whose version is pinned exactly; test_limits.py says when they
    change.
    """

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        # Set, it makes the receiver send a picture loss indication with the next packet.
        lost = self._RTCRtpReceiver__decoder_error  # type: ignore[attr-defined]
        self._RTCRtpReceiver__decoder_queue = DecoderQueue(lost.set)


def is_key_frame(data: bytes) -> bool:
    """Whether a VP8 frame builds on no other (RFC 6386, section 9.1: its first bit is 0)."""
    return bool(data) and not data[0] & 1
