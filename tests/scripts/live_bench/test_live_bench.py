"""The live pipeline under real WebRTC clients, through everything that goes wrong.

Only promises that do not depend on the machine's speed: nothing frozen, nothing left behind,
bounded queues, a quick refusal. Rates and delays are for the script itself, on an idle machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "scripts.live_bench"]


def bench(*args: object, status: int = 0) -> dict[str, Any]:
    command = [*COMMAND, *map(str, args)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", timeout=240
    )
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.live
def test_two_viewers_see_a_moving_picture_whatever_goes_wrong() -> None:
    """Failing and hanging analyses, undecodable payloads, another resolution, a killed viewer, two
    tabs, a refusal, a closed tab, a page that is loaded again."""
    report = bench("--faults", "--seconds", 20)
    assert report["broken"] == []
    first, second = report["sessions"]
    assert (first["hung"], first["raised"] > 0, second["raised"] > 0) == (1, True, True)
    assert max(first["server_freeze_s"], second["server_freeze_s"]) <= 1.0
    assert sorted(second["sizes"]) == ["320x240", "640x480"]
    server = report["server"]
    assert server["capacity"] == 3
    assert (server["refused"], server["refused_within_s"] <= 1.0) == (1, True)
    assert server["max_queue"] <= 2
    assert server["left"] == {}
    assert server["threads_after"] <= server["threads_before"]
    assert server["fds_after"] <= server["fds_before"]
    assert server["clean_after_s"] <= 30.0
    assert report["clients"]["cpu_ms_per_frame"] > 0


@pytest.mark.live
def test_visits_leave_nothing_behind() -> None:
    report = bench("--cycles", 10)
    assert report["broken"] == []
    assert report["server"]["left"] == {}


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["--sessions", 0], "--sessions"),
        (["--cycles", 0], "--cycles"),
        (["--faults", "--seconds", 5], "--seconds is 12 or more"),
        (["--faults", "--overload"], "not allowed with"),
        (["--film", "nowhere.jpg"], "nowhere.jpg"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(args: list[object], word: str) -> None:
    command = [*COMMAND, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert word in done.stderr
