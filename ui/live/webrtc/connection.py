"""How long the app holds a connection whose other end is not there, or not there any more.

A browser that was killed says no goodbye, and a paused camera sends no frame, so that frames alone
tell nothing. What tells them apart is ICE's consent (RFC 7675): a living browser answers a small
request every other second, whether its camera sends or not. A session without frames gives up its
place among the analyses after 3 s (`pool.SILENT`); its connection ends once consent is gone.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

CONSENT_INTERVAL: Final = 1.5
"""Seconds between two requests; aioice has 5."""

CONSENT_FAILURES: Final = 6
"""Requests without an answer, each waited for half a second, that end a connection: after about
12 s. As many as aioice allows, so that loss on the way is forgiven as before."""

CONNECT_WITHIN: Final = 20.0
"""Seconds within which a connection has to come about. Browsers give up after about 15; aioice
waits without an end for candidates, of which streamlit-webrtc never names the last."""


class LimitedConnection(RTCPeerConnection):
    """Closes itself where it has not come about in time.

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
