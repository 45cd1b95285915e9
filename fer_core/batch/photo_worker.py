"""Photos from strangers: looked at in a process of its own, which is ended if one takes too long.

What `images.structure` cannot tell, such as a file whose few scans each take minutes, costs at most
two seconds of processor time here. Neither a fault in a decoder nor its memory touches the caller,
and the caller's own threads, such as those of a live stream, come first.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

import cv2

from fer_core.errors import FerError
from fer_core.images import decode
from fer_core.images.structure import MAX_DECODE_BYTES
from fer_core.recognition import photos
from fer_core.recognition.answers.ways import ONE_LOOK
from fer_core.recognition.photos import Photo, PhotoResult
from fer_core.recognition.recognizer import Recognizer
from fer_core.types import RGBImage

CPU_S: Final = 2
"""Processor time for decoding one picture, in seconds; a 25-megapixel PNG takes about one."""
WALL_S: Final = 60.0
"""For one photo on a busy machine, or on a system that limits no processor time, in seconds."""
NICENESS: Final = 10
"""How far the process steps back behind its parent: live video comes before photographs."""
HEADROOM: Final = MAX_DECODE_BYTES + 200_000_000
"""Bytes of address space that a photo may add to the process."""

_TOO_LONG: Final = (
    f"This picture took more than {CPU_S} seconds to decode and was given up. Save it again with "
    "an image editor, as an ordinary JPEG."
)


class PhotoWorker:
    """Looks at one photo at a time, in a process that starts with the first.

    Safe to use from several threads: they wait for one another.

    Attributes:
        used: When it was last used, by `time.monotonic`.
    """

    def __init__(self) -> None:
        self.used = time.monotonic()
        self._process: subprocess.Popen[bytes] | None = None
        self._recognizer: Recognizer | None = None
        self._lock = threading.Lock()

    @property
    def runs(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def analyze(self, photo: Photo, recognizer: Recognizer) -> PhotoResult:
        """As `photos.analyze`; a file that takes too much time or memory has a problem."""
        try:
            data = photo.read()
        except FerError as error:
            return PhotoResult(photo.name, photo.label, problem=str(error))
        with self._lock:
            process = self._running(recognizer.asked(ONE_LOOK))  # one process for all ways
            timer = threading.Timer(WALL_S, process.kill)
            timer.start()
            try:
                _send(process.stdin, pickle.dumps((photo.name, photo.label, recognizer.way)), data)
                return cast(PhotoResult, pickle.loads(_receive(process.stdout)))
            except (EOFError, OSError):
                self._end()
                return PhotoResult(photo.name, photo.label, problem=_TOO_LONG)
            except BaseException:  # an answer that is on its way must not become the next photo's
                self._end()
                raise
            finally:
                timer.cancel()
                self.used = time.monotonic()

    def close(self) -> None:
        """Ends the process; the next photo starts another."""
        with self._lock:
            self._end()

    def _running(self, recognizer: Recognizer) -> subprocess.Popen[bytes]:
        process = self._process
        if process is None or process.poll() is not None or recognizer is not self._recognizer:
            self._end()
            process = self._process = spawned("fer_core.batch.photo_worker", f"serve({CPU_S})")
            self._recognizer = recognizer
            with contextlib.suppress(OSError):  # it has ended; whoever asks it is told
                _send(process.stdin, pickle.dumps(recognizer))
        return process

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not sent yet has no reader any more
                cast(BinaryIO, pipe).close()
        self._process.wait()
        self._process = self._recognizer = None


def spawned(module: str, call: str = "serve()") -> subprocess.Popen[bytes]:
    """A new process that does a call of a module of this project, with pipes to and from it."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    name = call.partition("(")[0]
    return subprocess.Popen(
        [sys.executable, "-c", f"from {module} import {name}; {call}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Each thread would have a heap of its own, of which `limit_memory` counts 64 MB.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "MALLOC_ARENA_MAX": "2"},
    )


def _send(pipe: object, *parts: bytes) -> None:
    target = cast(BinaryIO, pipe)
    for part in parts:
        target.write(len(part).to_bytes(8))
        target.write(part)
    target.flush()


def _receive(pipe: object) -> bytes:
    source = cast(BinaryIO, pipe)
    if len(header := source.read(8)) < 8:
        raise EOFError("The other end was closed.")
    size = int.from_bytes(header)
    if len(data := source.read(size)) < size:
        raise EOFError("The other end was closed in the middle of a message.")
    return data


def serve(cpu_s: int) -> None:
    """The process's own loop: a photo's name and bytes in, its result out."""
    source = sys.stdin.buffer
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _step_back()
    recognizer: Recognizer = pickle.loads(_receive(source))
    limit_memory(HEADROOM)

    def bounded_decode(data: bytes) -> RGBImage:
        with _limited_processor_time(cpu_s):
            return decode(data)

    while True:
        try:
            name, label, way = pickle.loads(_receive(source))
        except EOFError:
            return
        data = _receive(source)
        photo = Photo(name, lambda data=data: data, label)  # type: ignore[misc]
        result = photos.analyze(photo, recognizer.asked(way), decode=bounded_decode)
        del data, photo
        _send(target, pickle.dumps(result))
        del result  # with its pictures
        give_memory_back()


def give_memory_back() -> None:
    """Returns freed memory to the system: pictures leave holes that glibc keeps."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


def _step_back() -> None:
    """One core, and only what others leave of it."""
    cv2.setNumThreads(1)
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def limit_memory(headroom: int) -> None:
    """Bounds the process's address space to so many bytes more, where the system can."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + headroom, used + headroom))


@contextlib.contextmanager
def _limited_processor_time(cpu_s: int) -> Iterator[None]:
    """The system ends this process so many seconds from now, rounded up to a whole one."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows; the parent's clock ends it
        yield
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + cpu_s + 1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
