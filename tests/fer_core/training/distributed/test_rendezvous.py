"""Processes that meet, stand-ins in threads: who comes, who does not, and who is another."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from fer_core.errors import TrainingError
from fer_core.training.distributed.processes import Processes
from fer_core.training.distributed.rendezvous import meet

RECIPE = {"recipe": "a", "data set": "b"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _meet(port: int, came: list[tuple[int, int, dict[str, str]]], seconds: float) -> list[str]:
    """What each of the processes is told: "" where they have met."""

    def one(process: tuple[int, int, dict[str, str]]) -> str:
        index, count, digests = process
        try:
            meet(Processes("127.0.0.1", port, count, index), digests, seconds)
        except TrainingError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(came)) as threads:
        return list(threads.map(one, came))


@pytest.mark.parametrize("indices", [[0, 1], [2, 1, 0]])
def test_all_come(indices: list[int]):
    came = [(index, len(indices), RECIPE) for index in indices]
    assert _meet(free_port(), came, 30) == [""] * len(indices)


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ([(1, 3, {**RECIPE, "recipe": "x"})], "Process 1 has another recipe than process 0"),
        ([(2, 3, {**RECIPE, "data set": "x"})], "Process 2 has another data set than process 0"),
        ([(1, 3, {})], "another recipe"),
        ([(1, 2, RECIPE)], "Process 1 was started with --processes 2, process 0 with 3"),
        ([(1, 3, RECIPE), (1, 3, RECIPE)], "Two processes came as --process 1"),
    ],
)
def test_another_is_refused_and_all_who_came_are_told(
    others: list[tuple[int, int, dict[str, str]]], message: str
):
    told = _meet(free_port(), [(0, 3, RECIPE), *others], 30)
    assert all(message in text for text in told), told


@pytest.mark.parametrize(
    ("came", "messages"),
    [
        ([(1, 2, RECIPE)], ["Process 0 did not answer at 127.0.0.1"]),
        ([(0, 3, RECIPE)], ["Of 3 processes, 1, 2 did not come within 1 seconds"]),
        ([(0, 3, RECIPE), (2, 3, RECIPE)], ["Of 3 processes, 1 did not come"] * 2),
    ],
)
def test_whoever_does_not_come_is_named(
    came: list[tuple[int, int, dict[str, str]]], messages: list[str]
):
    told = _meet(free_port(), came, 1.0)
    assert [message in text for text, message in zip(told, messages, strict=True)] == [True] * len(
        came
    ), told


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("", 0)) as server:
        port = server.getsockname()[1]
        (told,) = _meet(port, [(0, 2, RECIPE)], 1.0)
    assert f"Port {port} of this machine cannot be opened" in told


def test_a_host_that_does_not_exist_is_named():
    with pytest.raises(TrainingError, match=r"no machine called nowhere\.invalid"):
        meet(Processes("nowhere.invalid", 1, 2, 1), RECIPE, 5)


def test_a_stranger_at_the_port_is_overlooked():
    port = free_port()
    with ThreadPoolExecutor(1) as threads:
        host = threads.submit(_meet, port, [(0, 2, RECIPE)], 30)
        _say(port, b"GET / HTTP/1.1\r\n")
        _say(port, b"[1, 2]\n")
        assert _meet(port, [(1, 2, RECIPE)], 30) == [""]
        assert host.result() == [""]


def _say(port: int, text: bytes) -> None:
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                return connection.sendall(text)
        except ConnectionRefusedError:
            continue
