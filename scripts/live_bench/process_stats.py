"""What the kernel says of another process. Linux only: it reads /proc."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProcessStats:
    """A process at one moment.

    Attributes:
        at: When, in seconds, monotonic.
        cpu_s: Processor time since its start, its threads' and the kernel's for it, in seconds.
        rss_mb: Resident memory, in 10⁶ bytes.
        threads: Those of its libraries included.
        fds: Open file descriptors.
    """

    at: float
    cpu_s: float
    rss_mb: float
    threads: int
    fds: int


def read_process(pid: int) -> ProcessStats:
    """Raises OSError where there is no such process or no /proc."""
    home = Path("/proc") / str(pid)
    # The second field, the command, may hold spaces and ends with the last bracket.
    fields = (home / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    return ProcessStats(
        at=time.monotonic(),
        cpu_s=ticks / os.sysconf("SC_CLK_TCK"),
        rss_mb=int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6,
        threads=int(fields[17]),
        fds=sum(1 for _ in (home / "fd").iterdir()),
    )
