"""Datagrams are read as fast as they come, so that none waits where no one can drop it."""

from __future__ import annotations

from typing import Any, Final

from aioice.ice import StunProtocol

AT_ONCE: Final = 64
"""Datagrams read in one turn of the event loop; then it is another socket's turn."""

_LARGEST: Final = 65_536  # bytes of a UDP datagram


class EagerProtocol(StunProtocol):
    """aioice's protocol, which reads all that waits in its socket.

    asyncio reads one datagram a turn. On a machine with more to do than it can, the turns grow
    longer than a camera's frames come apart, and the socket's buffer fills up: five seconds of
    video, through which every frame then has to wait, and the answers by which a connection is
    known to live. Read at once, frames that are too many are dropped by `ui.live.webrtc.limits`.

    A private name of asyncio's; where an event loop has none, one datagram is read as before.
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
