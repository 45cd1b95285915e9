"""Processes that will train together meet first, and check that all were started alike.

JAX waits for a process that does not come and then aborts the others with a stack trace of C++;
it never notices that another recipe or data set was given. So they meet here before: process 0
listens on its port, every other one sends a line of JSON and gets one back.
"""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Final

from fer_core.errors import TrainingError
from fer_core.training.distributed.processes import Processes

SECONDS: Final = 300.0
"""How long processes wait for one another: machines are started by hand."""
_LONGEST_LINE: Final = 65536
_HELLO_SECONDS: Final = 5.0
_PAUSE: Final = 0.25


def meet(processes: Processes, digests: dict[str, str], seconds: float = SECONDS) -> None:
    """Returns once all processes are there and make the same thing.

    Nothing is encrypted, and whoever reaches the port may come: for networks that are trusted, as
    JAX's own coordinator is.

    Args:
        digests: What a process is about to do: a name of each part, and a digest of it.

    Raises:
        TrainingError: if a process does not come in time, or makes something else, or the port
            cannot be opened. It says so on every process that has come.
    """
    deadline = time.monotonic() + seconds
    if processes.index:
        _visit(processes, digests, deadline, seconds)
    else:
        _host(processes, digests, deadline, seconds)


@dataclass(slots=True)
class _Visitors:
    """Who has come to process 0."""

    processes: Processes
    digests: dict[str, str]
    connections: dict[int, socket.socket] = field(default_factory=dict)

    def add(self, connection: socket.socket, hello: dict[str, Any]) -> None:
        """Raises `TrainingError` if the newcomer does not belong to the others."""
        index, count = hello.get("process"), self.processes.count
        if hello.get("processes") != count:
            raise TrainingError(
                f"Process {index} was started with --processes {hello.get('processes')}, process 0 "
                f"with {count}. Start all of them with the same number."
            )
        if not isinstance(index, int) or not 0 < index < count or index in self.connections:
            raise TrainingError(
                f"Two processes came as --process {index}. Each has its own number, from 0 to "
                f"{count - 1}."
            )
        theirs = hello.get("digests")
        for name, digest in self.digests.items():
            if not isinstance(theirs, dict) or theirs.get(name) != digest:
                raise TrainingError(
                    f"Process {index} has another {name} than process 0. Give every process the "
                    "same."
                )
        self.connections[index] = connection

    def missing(self) -> list[int]:
        return [i for i in range(1, self.processes.count) if i not in self.connections]


def _host(processes: Processes, digests: dict[str, str], deadline: float, seconds: float) -> None:
    try:
        server = _listen(processes.port)
    except OSError as error:
        raise TrainingError(
            f"Port {processes.port} of this machine cannot be opened ({error}). Choose a free one, "
            "the same for every process."
        ) from error
    visitors = _Visitors(processes, digests)
    came: list[socket.socket] = []
    try:
        with server:
            while visitors.missing():
                connection = _accept(server, deadline)
                if connection is None:
                    raise _timed_out(visitors.missing(), processes, seconds)
                came.append(connection)
                hello = _read(connection, time.monotonic() + _HELLO_SECONDS)
                if hello is not None:  # else: somebody else, who has found an open port
                    visitors.add(connection, hello)
        _answer(came, {})
    except TrainingError as error:
        _answer(came, {"error": str(error)})
        raise
    finally:
        for connection in came:
            connection.close()


def _listen(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", port))


def _timed_out(missing: list[int], processes: Processes, seconds: float) -> TrainingError:
    names = ", ".join(str(index) for index in missing)
    return TrainingError(
        f"Of {processes.count} processes, {names} did not come within {seconds:.0f} seconds. Start "
        f"each with --distribute {processes.address}, and see that their machines reach it."
    )


def _accept(server: socket.socket, deadline: float) -> socket.socket | None:
    server.settimeout(max(0.01, deadline - time.monotonic()))
    try:
        return server.accept()[0]
    except TimeoutError:
        return None


def _visit(processes: Processes, digests: dict[str, str], deadline: float, seconds: float) -> None:
    hello = {"process": processes.index, "processes": processes.count, "digests": digests}
    while time.monotonic() < deadline:
        try:
            left = max(0.01, deadline - time.monotonic())
            with socket.create_connection((processes.host, processes.port), left) as connection:
                _send(connection, hello)
                # Process 0 waits as long as this one, but may have begun later.
                answer = _read(connection, time.monotonic() + seconds + 5)
        except socket.gaierror as error:
            raise TrainingError(
                f"There is no machine called {processes.host} ({error}). --distribute takes "
                "process 0's HOST:PORT."
            ) from error
        except OSError:
            answer = None
        if answer is not None and "error" in answer:
            raise TrainingError(str(answer["error"]))
        if answer is not None:
            return
        time.sleep(_PAUSE)
    raise TrainingError(
        f"Process 0 did not answer at {processes.address} within {seconds:.0f} seconds. Start it "
        "with --process 0, and see that this machine reaches it under this address."
    )


def _answer(connections: list[socket.socket], answer: dict[str, str]) -> None:
    for connection in connections:
        try:
            _send(connection, answer)
        except OSError:
            continue  # it has gone: the training itself will notice


def _send(connection: socket.socket, values: dict[str, Any]) -> None:
    connection.sendall(json.dumps(values).encode() + b"\n")


def _read(connection: socket.socket, deadline: float) -> dict[str, Any] | None:
    """A line of JSON; None if none comes, or it is something else."""
    connection.settimeout(max(0.01, deadline - time.monotonic()))
    try:
        with connection.makefile("rb") as lines:
            values = json.loads(lines.readline(_LONGEST_LINE))
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None
