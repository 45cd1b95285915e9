"""What the server does once, before its first request."""

import asyncio
import subprocess
import sys
from types import SimpleNamespace

import pytest
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from ui.server import service


@pytest.fixture
def steps(monkeypatch):
    """The names of the lifespan's steps as they are taken, which then do nothing."""
    taken = []

    def only_named(name):
        return lambda *_: taken.append(name)

    async def waiting(*_):
        await asyncio.Event().wait()

    for name in ("limit_heaps", "settle", "keep_uploads_in_memory", "keep_answers"):
        monkeypatch.setattr(service, name, only_named(name))
    # What it sets would stay for the tests after this one, whose log lines caplog could not see.
    monkeypatch.setattr(service.metrics, "log_to_console", only_named("log_to_console"))
    for name in ("TURNS", "FILMS"):
        part = SimpleNamespace(rest=None, end=None, close=only_named(f"{name}.close"))
        monkeypatch.setattr(service, name, part)
    monkeypatch.setattr(service.outbound, "stay_inside", only_named("stay_inside"))
    monkeypatch.setattr(service.sys, "setswitchinterval", only_named("setswitchinterval"))
    monkeypatch.setattr(service.sessions, "adopt", lambda _: None)
    monkeypatch.setattr(service.sessions, "reap", waiting)
    monkeypatch.setattr(service.metrics, "report", waiting)
    monkeypatch.setattr(service, "Runtime", SimpleNamespace(instance=lambda: None))
    return taken


def test_every_step_is_taken_before_the_first_request(steps):
    async def start():
        async with service.lifespan(None):
            return list(steps)

    before = asyncio.run(start())
    assert sorted(before) == [
        "keep_answers", "keep_uploads_in_memory", "limit_heaps", "log_to_console",
        "setswitchinterval", "settle", "stay_inside",
    ]  # fmt: skip
    assert sorted(steps[len(before) :]) == ["FILMS.close", "TURNS.close"]
    assert before.index("limit_heaps") < before.index("settle"), "which may start threads"


def test_what_stays_for_good_is_not_looked_through_and_no_component_is_declared():
    """Streamlit would not know of one: the live page then has no video."""
    code = (
        "import gc, sys\n"
        "from ui.server import service\n"
        "service.settle()\n"
        "print(gc.get_freeze_count(), len(gc.get_objects()), 'streamlit_webrtc' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    frozen, looked_through, declared = done.stdout.split()
    assert int(frozen) > 50_000
    assert int(looked_through) < 1_000
    assert declared == "False"


def test_no_run_ends_in_a_look_through_everything():
    assert config.get_option("runner.postScriptGC") is False


@pytest.mark.parametrize("fragments", [None, ["a"]])
def test_where_a_file_is_to_go_is_said_although_a_run_starts(monkeypatch, fragments):
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)
    service.keep_answers()
    once = ForwardMsgQueue.clear
    service.keep_answers()
    assert ForwardMsgQueue.clear is once
    queue, answer, words = ForwardMsgQueue(), ForwardMsg(), ForwardMsg()
    answer.file_urls_response.response_id = "1"
    words.delta.new_element.text.body = "of the run before"
    queue.enqueue(words)
    queue.enqueue(answer)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
    assert queue.flush() == ([words, answer] if fragments else [answer])
    assert queue.flush() == [], "it is said once"
