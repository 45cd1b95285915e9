"""Bounds on what aiortc leaves open: frames before a decoder, datagrams, lost connections."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Callable
from typing import Any, Final

from aioice.ice import StunProtocol
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription

MOST_WAITING: Final = 15
"""Frames before a decoder, half a second of video. More means that its thread is starved."""

AT_ONCE: Final = 64
"""Datagrams read in one turn of the event loop; then it is another socket's turn."""

CONSENT_INTERVAL: Final = 1.5
"""Seconds between two requests for consent; aioice has 5.

A killed browser says no goodbye, and a paused camera sends no frame, so that frames alone tell
nothing. ICE's consent (RFC 7675) does: a living browser answers each request, whether its camera
sends or not. A session without frames gives up its seat after 3 s (`pool.SILENT`); its connection
ends once consent is gone."""

CONSENT_FAILURES: Final = 6
"""Requests without an answer, each waited for half a second, that end a connection: after about
12 s. As many as aioice allows, so that packet loss is forgiven as before."""

CONNECT_WITHIN: Final = 20.0
"""Seconds within which a connection has to come about. Browsers give up after about 15; aioice
waits without an end for candidates, of which streamlit-webrtc never names the last."""

_ASK_AGAIN: Final = 10  # skipped frames after which the key frame is asked for once more
_LARGEST: Final = 65_536  # bytes of a UDP datagram


class DecoderQueue(queue.Queue[Any]):
    """aiortc's queue before a decoder, with a bound: beyond it, all that waits is dropped.

    A VP8 frame builds on those before it, so nothing is decoded after that until a key frame
    comes; the sender is asked for one.

    Args:
        ask: Asks the sender for a key frame.
    """

    def __init__(self, ask: Callable[[], None]) -> None:
        super().__init__()
        self._ask = ask
        self._skipped = 0  # since the last frame that was let in; 0 while all are

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Take (codec, encoded frame), or None, which ends the decoder without further work."""
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


def is_key_frame(data: bytes) -> bool:
    """Whether a VP8 frame builds on no other (RFC 6386, section 9.1: its first bit is 0)."""
    return bool(data) and not data[0] & 1


class BoundedReceiver(RTCRtpReceiver):
    """An RTCRtpReceiver whose decoder has a `DecoderQueue`.

    Private names of a package whose version is pinned exactly; tests say if they change.
    """

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        # Once set, it makes the receiver send a picture loss indication with the next packet.
        lost = self._RTCRtpReceiver__decoder_error  # type: ignore[attr-defined]
        self._RTCRtpReceiver__decoder_queue = DecoderQueue(lost.set)


class EagerProtocol(StunProtocol):
    """aioice's protocol, which reads all that waits in its socket.

    asyncio reads one datagram a turn. On an overloaded machine the turns grow longer than the time
    between two frames, and the socket's buffer fills up: five seconds of video that every frame
    then waits behind, and with it the answers by which a connection is known to live. Read at once,
    surplus frames are dropped by `DecoderQueue`.

    A private name of asyncio's; if an event loop has none, one datagram is read as before.
    """

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        super().datagram_received(data, addr)
        socket = getattr(self.transport, "_sock", None)
        if socket is None:
            return
        for _ in range(AT_ONCE - 1):
            if self.transport.is_closing():
                return
            try:
                data, addr = socket.recvfrom(_LARGEST)
            except OSError:  # nothing waits, or an error that aioice would only log
                return
            super().datagram_received(data, addr)


class LimitedConnection(RTCPeerConnection):
    """Closes itself if it has not come about within `CONNECT_WITHIN`.

    Args:
        configuration: As for RTCPeerConnection.
    """

    def __init__(self, configuration: RTCConfiguration | None = None) -> None:
        super().__init__(configuration)
        self._limit: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    async def setRemoteDescription(self, description: RTCSessionDescription) -> Any:  # noqa: N802
        if self._limit is None:
            self._limit = asyncio.get_running_loop().call_later(CONNECT_WITHIN, self._give_up)
        return await super().setRemoteDescription(description)

    async def close(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        await super().close()

    def _give_up(self) -> None:
        if self.connectionState in ("new", "connecting"):
            self._closing = asyncio.ensure_future(self.close())
