"""The server's own part: what runs beside Streamlit from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import importlib
import sys
from collections.abc import AsyncIterator
from typing import Any, Final

from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from streamlit.runtime import Runtime
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from ui.live.pipeline.meter import METER
from ui.live.pipeline.service import CORES, limit_heaps
from ui.server import metrics, outbound, sessions
from ui.server.budget import ORIGINALS
from ui.server.films import FILMS
from ui.server.gate import Gate
from ui.server.turns import Turns
from ui.server.uploads import PHOTO_MB, UploadGate, new_budget, uploaded
from ui.shell import Shell

BUDGET: Final = new_budget()
"""Of the whole process: uploads and decoded pictures share it."""
TURNS: Final = Turns(CORES, BUDGET, METER.live)
"""Of the photographs of all visitors."""
SWITCH_S: Final = 0.0005
"""Seconds for which a thread may keep the interpreter while others wait for it. The event loop,
which passes on every packet of a video and answers for the app's health, waits once for each of its
calls to the system: with Python's own 5 ms that was most of its time."""
ANSWERS: Final = ("file_urls_response", "backend_operation_response")
"""Streamlit's messages that answer what the browser has asked, by their type."""
NEEDED: Final = ("ui.evaluation.view", "ui.photos.faces")
"""Modules of the pages that bring much of what these need. Not those of the live page: Streamlit
knows only the components that are declared in a visitor's run (its component_registry.py)."""
MIDDLEWARE: Final = [
    Middleware(Gate),
    Middleware(Shell),
    Middleware(UploadGate, budget=BUDGET),
]


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """From before the first request to after the last."""
    outbound.stay_inside()
    keep_uploads_in_memory()
    keep_answers()
    limit_heaps()  # before other threads start, which would have heaps of their own
    sys.setswitchinterval(SWITCH_S)
    settle()
    metrics.log_to_console()
    runtime = Runtime.instance()
    tasks = [
        asyncio.create_task(sessions.reap(runtime, sessions.adopt(runtime), TURNS.rest, _forget)),
        asyncio.create_task(metrics.report(runtime, lambda: uploaded("").total)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        TURNS.close()
        FILMS.close()
        await asyncio.gather(*tasks, return_exceptions=True)


def _forget(session: str) -> None:
    """What a visitor leaves behind beside what Streamlit itself forgets."""
    FILMS.end(session)
    ORIGINALS.drop(session)


def settle() -> None:
    """Loads what the pages need, and takes it out of what Python looks through for garbage.

    That is some 150,000 objects, which stay for good. A look through them takes 0.3 s, in which no
    other thread runs: packets of video and requests for the app's health wait.
    """
    for module in NEEDED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()


def keep_uploads_in_memory() -> None:
    """No photo touches the disk on its way in: Starlette writes what is above 1 MB to a file."""
    MultiPartParser.spool_max_size = (PHOTO_MB + 1) * 1024 * 1024


def keep_answers() -> None:
    """A file that is added in the instant in which a run of its page starts is uploaded as well.

    The browser asks where to send it. Streamlit drops its own answer if that still waits when a run
    starts (its forward_msg_queue.py), and the file is gone without a word.
    """
    clear = ForwardMsgQueue.clear

    @functools.wraps(clear)
    def clear_but_answers(
        queue: ForwardMsgQueue,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        waiting = []
        if retain_lifecycle_msgs:  # a run starts; else all were sent, as many times a second
            waiting = [each for each in queue._queue if each.WhichOneof("type") in ANSWERS]
        clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
        for message in waiting:
            if not any(message is left for left in queue._queue):
                queue.enqueue(message)

    if not hasattr(clear, "__wrapped__"):
        ForwardMsgQueue.clear = clear_but_answers  # type: ignore[assignment, method-assign]
