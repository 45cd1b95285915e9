"""The server's own part: what runs beside Streamlit from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from streamlit import config
from streamlit.runtime import Runtime

from ui.live.pipeline.service import CORES, limit_arenas
from ui.server import metrics, outbound, sessions
from ui.server.gate import Gate
from ui.server.turns import Turns
from ui.server.uploads import UploadGate, new_budget, uploaded

BUDGET: Final = new_budget()
"""Of the whole process: uploads and decoded pictures share it."""
TURNS: Final = Turns(CORES, BUDGET)
"""Of the photographs of all visitors."""
MIDDLEWARE: Final = [Middleware(Gate), Middleware(UploadGate, budget=BUDGET)]


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """From before the first request to after the last."""
    outbound.stay_inside()
    keep_uploads_in_memory()
    limit_arenas()  # before the threads of photographs start, which would have heaps of their own
    metrics.log_to_console()
    runtime = Runtime.instance()
    tasks = [
        asyncio.create_task(sessions.reap(runtime, sessions.adopt(runtime))),
        asyncio.create_task(metrics.report(runtime, lambda: uploaded("").total)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        TURNS.close()
        await asyncio.gather(*tasks, return_exceptions=True)


def keep_uploads_in_memory() -> None:
    """No upload touches the disk on its way in: Starlette writes those above 1 MB to a file."""
    megabytes: int = config.get_option("server.maxUploadSize")
    MultiPartParser.spool_max_size = (megabytes + 1) * 1024 * 1024
