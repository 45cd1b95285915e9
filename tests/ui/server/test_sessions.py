"""Sessions without a browser end by themselves."""

import asyncio
from functools import partial
from types import SimpleNamespace

from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from ui.server import sessions
from ui.server.sessions import DisconnectedSessions


def _info(name):
    return SimpleNamespace(session=SimpleNamespace(id=name), client=None)


def test_a_session_is_kept_for_a_while_and_can_be_resumed():
    now = [0.0]
    kept = DisconnectedSessions(30, lambda: now[0])
    kept.save(_info("a"))
    now[0] = 29.0
    assert kept.expired() == []
    assert kept.get("a").session.id == "a"
    now[0] = 30.0
    assert kept.expired() == ["a"]
    kept.delete("a")
    assert kept.get("a") is None
    assert kept.list() == []
    kept.delete("a")


def test_expired_sessions_are_closed_without_another_visitor(monkeypatch):
    monkeypatch.setattr(sessions, "CHECK_S", 0.01)
    kept = DisconnectedSessions(0, lambda: 0.0)
    for name in ("broken", "a"):
        kept.save(_info(name))
    closed, left = [], []

    def close(session_id):
        if session_id == "broken":
            raise RuntimeError("it does not close")
        closed.append(session_id)
        kept.delete(session_id)

    rested = []

    async def run():
        runtime = SimpleNamespace(close_session=close)
        rest = partial(rested.append, 1)

        def leave(session_id):
            left.append(session_id)
            if session_id == "broken":
                raise OSError(28, "No space left on device")

        task = asyncio.create_task(sessions.reap(runtime, kept, rest, leave))
        for _ in range(500):
            await asyncio.sleep(0.01)
            if not kept.list():
                break
        task.cancel()

    asyncio.run(run())
    assert closed == ["a"]
    assert rested
    assert left == ["broken", "a"], "films are given back whatever else fails"
    assert kept.list() == []


def test_streamlit_keeps_its_sessions_where_they_are_looked_for():
    """The private names that `adopt` relies on."""
    manager = WebsocketSessionManager(DisconnectedSessions(1), None, None, None)
    assert isinstance(manager._session_storage, DisconnectedSessions)
    runtime = SimpleNamespace(_session_mgr=manager)
    kept = sessions.adopt(runtime)
    assert manager._session_storage is kept
