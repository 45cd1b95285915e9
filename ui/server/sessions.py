"""What a visitor leaves behind is gone soon after the tab is closed, whoever else is there.

Streamlit keeps a disconnected session for a while, so that a short break of the network costs
nothing. Its own store forgets an expired one only when the next session disconnects: with no other
visitor, pictures and uploads stay for good (its runtime/caching/ttl_cache.py).
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Callable
from typing import Final

from streamlit import config
from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import SessionInfo, SessionStorage

from fer_core.batch.photo_worker import give_memory_back

CHECK_S: Final = 2.0
"""How often sessions are looked at, in seconds."""

_log = logging.getLogger(__name__)


class DisconnectedSessions(SessionStorage):
    """Sessions without a browser, each with the time at which it lost it.

    Args:
        kept_s: For so long a session can be resumed, in seconds.
        clock: Of seconds.
    """

    def __init__(self, kept_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept_s, self._clock = kept_s, clock
        self._sessions: dict[str, tuple[float, SessionInfo]] = {}

    def expired(self) -> list[str]:
        """The ids of the sessions that have been without a browser for `kept_s`."""
        now = self._clock()
        return [key for key, (since, _) in self._sessions.items() if now - since >= self._kept_s]

    def get(self, session_id: str) -> SessionInfo | None:
        kept = self._sessions.get(session_id)
        return kept and kept[1]

    def save(self, session_info: SessionInfo) -> None:
        self._sessions[session_info.session.id] = (self._clock(), session_info)

    def delete(self, session_id: str) -> None:
        self._sessions.pop(session_id, None)

    def list(self) -> list[SessionInfo]:
        return [info for _, info in self._sessions.values()]


def adopt(runtime: Runtime) -> DisconnectedSessions:
    """Makes a runtime keep its disconnected sessions in a store that `reap` can empty.

    A private name of a package whose version is pinned exactly; test_sessions.py says when it
    changes.
    """
    sessions = DisconnectedSessions(config.get_option("server.disconnectedSessionTTL"))
    runtime._session_mgr._session_storage = sessions  # type: ignore[attr-defined]
    return sessions


async def reap(
    runtime: Runtime,
    sessions: DisconnectedSessions,
    rest: Callable[[], None],
    on_gone: Callable[[str], None],
) -> None:
    """Closes expired sessions until it is cancelled, and gives their memory back.

    Args:
        rest: Ends what nobody uses at the moment; called each time.
        on_gone: Gets the id of each session before it is closed.
    """
    while True:
        await asyncio.sleep(CHECK_S)
        await asyncio.to_thread(rest)
        gone = sessions.expired()
        for session_id in gone:
            try:
                on_gone(session_id)
            except Exception:  # such as a full disk, which a file tells when it is closed
                _log.exception("A session left something behind")
            try:
                runtime.close_session(session_id)
            except Exception:  # one session's fault must not keep the others'
                sessions.delete(session_id)
                _log.exception("A session did not close")
        if gone:
            await asyncio.to_thread(_give_memory_back)


def _give_memory_back() -> None:
    gc.collect()
    give_memory_back()
