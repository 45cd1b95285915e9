"""Decoding of files from strangers: in a process of its own, which is ended if it takes too long.

What `structure` cannot tell, such as a file whose few scans each take minutes, costs at most two
seconds of processor time here. Neither a fault in a decoder nor its memory touches the app.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from fer_core.errors import ImageError
from fer_core.images.structure import MAX_DECODE_BYTES
from fer_core.types import RGBImage

CPU_S: Final = 2
"""Processor time for one picture, in seconds; a 25-megapixel PNG takes about one."""
WALL_S: Final = 20.0
"""For the same on a busy machine, or on a system that limits no processor time, in seconds."""
HEADROOM: Final = MAX_DECODE_BYTES + 200_000_000
"""Bytes of address space that a decode may add to its process."""

_PICTURE, _PROBLEM = b"P", b"E"
_TOO_LONG: Final = (
    f"This picture took more than {CPU_S} seconds to decode and was given up. Save it again with "
    "an image editor, as an ordinary JPEG."
)


class GuardedDecoder:
    """Decodes one picture at a time in a process that starts with the first and stays.

    Safe to use from several threads: they wait for one another.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def decode(self, data: bytes) -> RGBImage:
        """As `images.decode`, for files that nobody vouches for.

        Raises:
            ImageError: as `images.decode`, and if the file takes too long or too much memory.
        """
        with self._lock:
            process = self._running()
            timer = threading.Timer(WALL_S, process.kill)
            timer.start()
            try:
                return _ask(process, data)
            except (EOFError, OSError, ValueError) as error:
                self._end()
                raise ImageError(_TOO_LONG) from error
            finally:
                timer.cancel()

    def close(self) -> None:
        """Ends the process; the next picture starts another."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            root = str(Path(__file__).resolve().parents[2])
            paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fer_core.images.guarded", str(CPU_S)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
        return self._process

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()
        self._process = None


def _ask(process: subprocess.Popen[bytes], data: bytes) -> RGBImage:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(len(data).to_bytes(8))
    process.stdin.write(data)
    process.stdin.flush()
    if _read(process.stdout, 1) == _PROBLEM:
        raise ImageError(_read(process.stdout, int.from_bytes(_read(process.stdout, 8))).decode())
    height, width = (int.from_bytes(_read(process.stdout, 4)) for _ in range(2))
    picture = np.empty((height, width, 3), np.uint8)
    left = picture.reshape(-1).data
    while left:
        count = process.stdout.readinto(left)  # type: ignore[attr-defined]
        if not count:
            raise EOFError("The decoder ended in the middle of a picture.")
        left = left[count:]
    return picture


def _read(pipe: BinaryIO | object, count: int) -> bytes:
    data: bytes = pipe.read(count)  # type: ignore[union-attr]
    if len(data) < count:
        raise EOFError("The decoder ended.")
    return data


def _serve(cpu_s: int) -> None:
    """The process's own loop: a picture's length and bytes in, its pixels or a sentence out."""
    from fer_core.images.decoder import decode  # noqa: PLC0415

    source, target = sys.stdin.buffer, sys.stdout.buffer
    _step_back()
    while header := source.read(8):
        data = source.read(int.from_bytes(header))
        _limit_processor_time(cpu_s)
        try:
            picture = decode(data)
        except ImageError as error:
            words = str(error).encode()
            target.write(_PROBLEM + len(words).to_bytes(8) + words)
        else:
            height, width = picture.shape[:2]
            target.write(_PICTURE + height.to_bytes(4) + width.to_bytes(4))
            target.write(picture.reshape(-1).data)
            del picture
        del data
        target.flush()


def _step_back() -> None:
    """Live video comes before photographs; and memory is bounded, where the system can do both."""
    if hasattr(os, "nice"):
        os.nice(5)
    try:
        import resource  # noqa: PLC0415

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + HEADROOM, used + HEADROOM))
    except (ImportError, OSError, ValueError):
        return


def _limit_processor_time(cpu_s: int) -> None:
    """The system ends this process so many seconds from now, rounded up to a whole one."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows; the parent's clock ends it
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (used + cpu_s + 1, hard))


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
