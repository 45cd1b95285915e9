"""The processes' entries.

Each imports what it needs in its own process: the clients are not to carry the pipeline, nor the
benchmark either of them.
"""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

from scripts.live_bench.server_options import ServerOptions


def server(pipe: Connection, options: ServerOptions) -> None:
    from streamlit import config, logger

    config.get_config_options()  # which sets the level itself
    logger.set_log_level("ERROR")  # Streamlit warns that no page runs

    from scripts.live_bench import server

    server.serve(pipe, options)


def client(pipe: Connection, picture: Path) -> None:
    from scripts.live_bench import client

    client.serve(pipe, picture, mirrored=True)
