"""Starts the server and the clients, carries their signalling, and asks them for their figures."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, TypeVar

from scripts.live_bench import launch
from scripts.live_bench import messages as m
from scripts.live_bench.process_stats import ProcessStats, read_process
from scripts.live_bench.server_options import ServerOptions

PATIENCE: Final = 60.0
"""Seconds for what takes a few at most: a start, a connection, a report."""

_SAMPLE_EACH: Final = 1.0  # seconds between two looks at the server's memory

Message = TypeVar("Message")


class BenchError(Exception):
    """The benchmark itself could not go on: what happened, and where."""


class Bench:
    """The server, its clients, and what they said. Use it in a `with` statement.

    Attributes:
        ready: What the server said of itself.
        samples: The server's process once a second, since `begin`.

    Args:
        options: The server's.
        picture: Of the film that the clients show.
    """

    def __init__(self, options: ServerOptions, picture: Path) -> None:
        self.samples: list[ProcessStats] = []
        self._picture = picture
        self._context = multiprocessing.get_context("spawn")
        self._clients: dict[int, tuple[BaseProcess, Connection]] = {}  # by the peer
        self._heard: list[Any] = []
        self._server, self._pipe = self._start(launch.server, options)

    def __enter__(self) -> Bench:
        self.ready = self.expect(m.Ready)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(BenchError):  # it has died, and the reason is on its way
            self.tell_server(m.Quit())
        for process, pipe in self._processes():
            pipe.close()
            process.join(10)
            process.kill()

    def open(self, *peers: int) -> None:
        """Starts a client process for these peers; they do not connect yet."""
        client = self._start(launch.client, self._picture)
        self._clients |= dict.fromkeys(peers, client)

    def wait_for_clients(self) -> None:
        """Until every client process is ready: starting takes them a second of work."""
        for _ in {pipe for _, pipe in self._clients.values()}:
            self.expect(m.Opened)

    def connect(self, *peers: int) -> None:
        for peer in peers:
            self.tell(peer, m.Connect(peer))

    def again(self, peer: int, before: int) -> None:
        """Lets the client process of the peer `before` open a session for another peer."""
        self._clients[peer] = self._clients.pop(before)
        self.connect(peer)

    def tell(self, peer: int, message: Any) -> None:
        self._clients[peer][1].send(message)

    def tell_server(self, message: Any) -> None:
        try:
            self._pipe.send(message)
        except OSError as error:
            raise BenchError(f"The server has died (exit {self._server.exitcode}).") from error

    def starts(self, peer: int) -> m.Playing | m.Refused:
        """How the peer's start came out."""
        return self.expect((m.Playing, m.Refused), peer)

    def kill(self, peer: int) -> None:
        """Ends the peer's process at once, without a goodbye."""
        process, pipe = self._clients.pop(peer)
        process.kill()
        process.join()
        pipe.close()

    def begin(self, *peers: int) -> None:
        """What these peers and the server see counts from now on."""
        self.samples.clear()
        for pipe in self._pipes(peers):
            pipe.send(m.Begin())
        self.tell_server(m.Begin())

    def end(self, *peers: int) -> tuple[dict[int, m.Viewed], m.Serving]:
        """What these peers and the server saw since `begin`."""
        for pipe in self._pipes(peers):
            pipe.send(m.End())
        self.tell_server(m.End())
        viewed = {peer: self.expect(m.Viewed, peer) for peer in peers}
        return viewed, self.expect(m.Serving)

    def close(self, peer: int) -> None:
        """Lets the peer's browser close its connection."""
        self.tell(peer, m.Close(peer))
        self.expect(m.Closed, peer)

    def census(self) -> m.Census:
        self.tell_server(m.Count())
        return self.expect(m.Census)

    def server_stats(self) -> ProcessStats:
        return read_process(self._server.pid or 0)

    def clients_cpu(self, *peers: int) -> float:
        """Processor time of these peers' processes, in seconds."""
        pids = {self._clients[peer][0].pid for peer in peers}
        return sum(read_process(pid).cpu_s for pid in pids if pid)

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._hear(min(left, _SAMPLE_EACH / 2))

    def expect(
        self,
        kind: type[Message] | tuple[type[Message], ...],
        peer: int | None = None,
        patience: float = PATIENCE,
    ) -> Message:
        """The next message of one of the kinds, and of a peer where one is given.

        Raises:
            BenchError: where it does not come in time, or a connection could not be made.
        """
        end = time.monotonic() + patience
        while True:
            for message in self._heard:
                if isinstance(message, kind) and peer in (None, getattr(message, "peer", None)):
                    self._heard.remove(message)
                    return message
            if time.monotonic() > end:
                raise BenchError(f"No {kind} of {peer} came within {patience:.0f} s.")
            self._hear(0.5)

    def _hear(self, seconds: float) -> None:
        """Receives and carries on what is said within this time; looks at the server's memory."""
        if not self.samples or time.monotonic() - self.samples[-1].at >= _SAMPLE_EACH:
            self.samples.append(self.server_stats())
        pipes = {pipe for _, pipe in self._clients.values()}
        for pipe in wait([self._pipe, *pipes], seconds):
            assert isinstance(pipe, Connection)
            try:
                self._carry(pipe.recv())
            except EOFError as error:
                who = "server" if pipe is self._pipe else "client"
                raise BenchError(f"A {who} has died; its words stand above.") from error

    def _carry(self, message: Any) -> None:
        match message:
            case m.Offer():
                self.tell_server(message)
            case m.Answer(peer) | m.Refusal(peer):
                if peer in self._clients:
                    self.tell(peer, message)
            case m.Failed(peer, reason):
                raise BenchError(f"The server could not connect session {peer}: {reason}")
            case _:
                self._heard.append(message)

    def _start(self, target: Any, *args: Any) -> tuple[BaseProcess, Connection]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=target, args=(theirs, *args), daemon=True)
        process.start()
        theirs.close()  # so that the end of either process is an end of file to the other
        return process, ours

    def _pipes(self, peers: Iterable[int]) -> set[Connection]:
        return {self._clients[peer][1] for peer in peers}

    def _processes(self) -> set[tuple[BaseProcess, Connection]]:
        return {*self._clients.values(), (self._server, self._pipe)}
