"""Start the server and the clients, carry their signalling, and ask them for their figures."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import psutil

from fer_core.errors import FerError
from scripts.live_bench.messages import Kind, Message, ServerOptions
from scripts.live_bench.report import ProcessStats, Window

PATIENCE: Final = 60.0
"""Seconds for what takes a few at most: a start, a connection, a report."""

_SAMPLE_EACH: Final = 1.0  # seconds between two samples of the server's memory


class BenchError(FerError):
    """The benchmark itself could not continue."""


class Bench:
    """The server, its clients, and what they said. Use it in a `with` statement.

    Attributes:
        service: What the report says of the server's service.

    Args:
        options: The server's.
        picture: Of the film that the clients show.
    """

    service: dict[str, Any]

    def __init__(self, options: ServerOptions, picture: Path) -> None:
        self._picture = picture
        self._context = multiprocessing.get_context("spawn")
        self._clients: dict[int, tuple[BaseProcess, Connection]] = {}  # by peer
        self._heard: list[Message] = []
        self._samples: list[ProcessStats] = []
        self._cpu = (0.0, 0.0)  # of server and clients at `begin`
        self._server, self._pipe = self._start(_serve, options)

    def __enter__(self) -> Bench:
        self.service = self.expect("ready").value
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(BenchError):  # it has died, and the reason is on its way
            self.tell_server("quit")
        for process, pipe in {*self._clients.values(), (self._server, self._pipe)}:
            pipe.close()
            process.join(10)
            process.kill()

    def open(self, *peers: int) -> None:
        """Start one client process for these peers; they do not connect yet."""
        self._clients |= dict.fromkeys(peers, self._start(_view, self._picture))

    def wait_for_clients(self) -> None:
        """Wait until every client process is ready: starting takes them a second of work."""
        for _ in self._pipes(self._clients):
            self.expect("opened")

    def connect(self, *peers: int) -> None:
        for peer in peers:
            self.tell(peer, "connect")

    def reconnect(self, peer: int, before: int) -> None:
        """Let the client process of the peer `before` open a session for another peer."""
        self._clients[peer] = self._clients.pop(before)
        self.connect(peer)

    def tell(self, peer: int, kind: Kind, value: Any = None) -> None:
        self._clients[peer][1].send(Message(kind, peer, value))

    def tell_server(self, kind: Kind, peer: int | None = None, value: Any = None) -> None:
        try:
            self._pipe.send(Message(kind, peer, value))
        except OSError as error:
            raise BenchError(f"The server has died (exit {self._server.exitcode}).") from error

    def kill(self, peer: int) -> None:
        """End the peer's process at once, without a goodbye."""
        process, pipe = self._clients.pop(peer)
        process.kill()
        process.join()
        pipe.close()

    def begin(self, *peers: int) -> None:
        """What these peers and the server see counts from now on."""
        self._cpu = self._cpu_s(peers)
        self._samples.clear()
        self._tell_all("begin", peers)

    def end(self, *peers: int) -> Window:
        """Everything that was measured since `begin`, which had the same peers."""
        self._tell_all("end", peers)
        viewed = {peer: self.expect("viewed", peer=peer).value for peer in peers}
        served, queues, warnings = self.expect("serving").value
        server_cpu, clients_cpu = self._cpu_s(peers)
        return Window(
            viewed=viewed,
            served=served,
            queues=queues,
            warnings=warnings,
            samples=tuple(self._samples),
            server_cpu_s=server_cpu - self._cpu[0],
            clients_cpu_s=clients_cpu - self._cpu[1],
        )

    def close(self, peer: int) -> None:
        """Let the peer's browser close its connection."""
        self.tell(peer, "close")
        self.expect("closed", peer=peer)

    def server_stats(self) -> ProcessStats:
        return _stats(self._server)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._hear(min(left, _SAMPLE_EACH / 2))

    def expect(self, *kinds: Kind, peer: int | None = None) -> Message:
        """The next message of one of the kinds, and of the peer if one is given.

        Raises:
            BenchError: If it does not come in time, or a connection could not be made.
        """
        end = time.monotonic() + PATIENCE
        while True:
            for message in self._heard:
                if message.kind in kinds and peer in (None, message.peer):
                    self._heard.remove(message)
                    return message
            if time.monotonic() > end:
                raise BenchError(f"No {' or '.join(kinds)} of {peer} within {PATIENCE:.0f} s.")
            self._hear(0.5)

    def _hear(self, seconds: float) -> None:
        """Receive and pass on what is said within this time; sample the server's memory."""
        if not self._samples or time.monotonic() - self._samples[-1].at >= _SAMPLE_EACH:
            self._samples.append(self.server_stats())
        for pipe in wait([self._pipe, *self._pipes(self._clients)], seconds):
            assert isinstance(pipe, Connection)
            try:
                self._carry(pipe.recv())
            except EOFError as error:
                who = "server" if pipe is self._pipe else "client"
                raise BenchError(f"A {who} has died; its own message is above.") from error

    def _carry(self, message: Message) -> None:
        match message:
            case Message("offer", peer, sdp):
                self.tell_server("offer", peer, sdp)
            case Message("answer" | "refusal", int(peer), value):
                if peer in self._clients:
                    self.tell(peer, message.kind, value)
            case Message("failed", peer, reason):
                raise BenchError(f"The server could not connect session {peer}: {reason}")
            case _:
                self._heard.append(message)

    def _start(self, target: Any, *args: Any) -> tuple[BaseProcess, Connection]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=target, args=(theirs, *args), daemon=True)
        process.start()
        theirs.close()  # so that the end of either process is an end of file to the other
        return process, ours

    def _pipes(self, peers: Any) -> set[Connection]:
        return {self._clients[peer][1] for peer in peers}

    def _tell_all(self, kind: Kind, peers: tuple[int, ...]) -> None:
        for pipe in self._pipes(peers):
            pipe.send(Message(kind))
        self.tell_server(kind)

    def _cpu_s(self, peers: tuple[int, ...]) -> tuple[float, float]:
        """Processor seconds of the server, and of these peers' processes together."""
        clients = {self._clients[peer][0] for peer in peers}
        return self.server_stats().cpu_s, sum(_stats(client).cpu_s for client in clients)


def _stats(process: BaseProcess) -> ProcessStats:
    try:
        return ProcessStats.of(psutil.Process(process.pid))
    except psutil.Error as error:
        raise BenchError("A process has died; its own message is above.") from error


# The processes' entries. Each imports what it needs in its own process: the clients are not to
# carry the pipeline, nor the benchmark either of them.


def _serve(pipe: Connection, options: ServerOptions) -> None:
    from streamlit import config, logger

    config.get_config_options()  # which sets the level itself
    logger.set_log_level("ERROR")  # Streamlit warns that no page runs

    from scripts.live_bench import server

    server.serve(pipe, options)


def _view(pipe: Connection, picture: Path) -> None:
    from scripts.live_bench import client

    client.serve(pipe, picture)
