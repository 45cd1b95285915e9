"""The options of distributed training, and what they refuse."""

from __future__ import annotations

import importlib.util

import pytest

from fer_core.errors import TrainingError
from fer_core.training.config import TrainingConfig
from fer_core.training.distributed.processes import Processes
from fer_core.training.sections import PhaseConfig


@pytest.fixture(autouse=True)
def _jax(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")


@pytest.mark.parametrize(
    ("options", "expected", "address"),
    [
        ((None, None, None), None, None),
        (("", None, None), Processes(), ":0"),
        (("10.0.0.1:12355", 2, 0), Processes("10.0.0.1", 12355, 2, 0), "10.0.0.1:12355"),
        (("gpu-1.lan:80", 4, 3), Processes("gpu-1.lan", 80, 4, 3), "gpu-1.lan:80"),
        (("[::1]:65535", 2, 1), Processes("::1", 65535, 2, 1), "[::1]:65535"),
    ],
)
def test_options(options: tuple, expected: Processes | None, address: str | None):
    found = Processes.from_options(*options)
    assert found == expected
    assert found is None or found.address == address


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((None, 2, 0), "need process 0's address. Accepted: --distribute alone"),
        ((None, None, 0), "need process 0's address"),
        (("", 2, None), "need process 0's address"),
        (("h:1", None, None), "lacks --processes and --process. Accepted"),
        (("h:1", 2, None), "lacks --process. Accepted"),
        (("h:1", None, 1), "lacks --processes. Accepted"),
        (("h", 2, 0), "h is no address. Accepted: HOST:PORT"),
        ((":12355", 2, 0), "is no address"),
        (("h:", 2, 0), "is no address"),
        (("h:0", 2, 0), "a port from 1 to 65535"),
        (("h:65536", 2, 0), "a port from 1 to 65535"),
        (("http://h:80", 2, 0), "is no address"),
        (("::1:80", 2, 0), "is no address"),
        (("h:1", 1, 0), r"at least 2\. Received: 1"),
        (("h:1", 0, 0), r"at least 2\. Received: 0"),
        (("h:1", 3, 3), r"from 0 to 2, as --processes is 3\. Received: 3"),
        (("h:1", 3, -1), r"from 0 to 2.*Received: -1"),
    ],
)
def test_wrong_options_are_refused(options: tuple, message: str):
    with pytest.raises(TrainingError, match=message):
        Processes.from_options(*options)


@pytest.mark.parametrize("options", [("", None, None), ("h:1", 2, 0)])
def test_other_backends_and_a_missing_jax_are_refused(
    monkeypatch: pytest.MonkeyPatch, options: tuple
):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(TrainingError, match=r"not installed\..*pip install"):
        Processes.from_options(*options)
    for backend, name in (("tensorflow", "tensorflow"), ("torch", "torch"), ("", "tensorflow")):
        monkeypatch.setenv("KERAS_BACKEND", backend)
        with pytest.raises(TrainingError, match=f"backend {name}. Accepted: jax. Set KERAS_"):
            Processes.from_options(*options)


@pytest.mark.parametrize(
    ("batch_size", "processes", "devices", "message"),
    [
        (64, 2, None, None),
        (64, 2, 8, None),
        (63, 2, None, "do not divide by 2 processes. Accepted: multiples of 2, such as 62 or 64"),
        (60, 2, 8, "do not divide by 8 devices. Accepted: multiples of 8, such as 56 or 64"),
        (2, 3, None, "multiples of 3, such as 3. Change"),
        (6, 1, 4, "do not divide by 4 devices"),
    ],
)
def test_batches_that_do_not_divide_are_refused(
    batch_size: int, processes: int, devices: int | None, message: str | None
):
    phases = (PhaseConfig("a", 1), PhaseConfig("b", 1, batch_size=batch_size))
    # Phase "a" has batches of 64, which divide throughout but by 3.
    config = TrainingConfig(title="t", phases=phases[1:] if processes == 3 else phases)
    group = Processes("h", 1, processes, 0)
    if message is None:
        group.check_batches(config, devices)
    else:
        with pytest.raises(TrainingError, match=f'Phase "b".*{message}'):
            group.check_batches(config, devices)
