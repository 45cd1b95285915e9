"""Films from strangers: decoded in a process of their own, which is ended if one takes too much.

A film of 100 KB may have frames of 8K, of which a decoder keeps sixteen and more; another leads it
where it does not return from. Neither memory nor a fault in a decoder touches the caller here. The
process reads and writes through its caller: it has no file of its own.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, Final, cast

import cv2

from fer_core.batch.photo_worker import limit_memory, spawned
from fer_core.errors import FerError, FilmError
from fer_core.recognition.recognizer import Recognizer
from fer_core.store.positioned import PositionedFile
from fer_core.video.film import (
    AnalyzedFilm,
    Film,
    FilmSettings,
    analyze_film,
    write_annotated,
    write_mp4,
)
from fer_core.video.film.analysis import THREADS
from fer_core.video.film.opening import MANY_PIXELS, pyav

HEADROOM: Final = 1_000_000_000
"""Bytes of address space that a film may add to the process; one of 8K takes about 800 MB."""
SILENT_S: Final = 60.0
"""Seconds without a sign of life after which the process is ended: a frame takes up to one."""
OPENING_S: Final = 30.0
"""Seconds in which a film must be opened."""
SHOWN_EVERY_S: Final = 0.25
"""Seconds between two pictures of the film that its caller gets."""
LOOK_S: Final = 0.2
"""How often it is looked at whether the process is to be ended, in seconds."""
_BUFFER: Final = 256 * 1024  # bytes that are read or written at a time, about

_GIVEN_UP: Final = (
    "This film takes more memory or time than a film may, or breaks its decoder. Save it again as "
    "MP4 (H.264), at a smaller size."
)
Tell = Callable[[str, Any], None]
"""What a task tells: ("info", FilmInfo), ("frame", FrameResult), ("note", str), ("at", seconds)."""


class StoppedError(Exception):
    """Somebody wants no more of it."""


def opened(source: BinaryIO, name: str, tell: Tell) -> None:
    """Tells what a film's file says of itself: "info".

    Raises:
        FilmError: it is no film that can be looked at.
    """
    with Film(source, name) as film:
        tell("info", film.info)


def analysis(
    source: BinaryIO, name: str, settings: FilmSettings, recognizer: Recognizer, tell: Tell
) -> None:
    """Tells every "frame" as `analyze_film` yields it, and the "note" at the end.

    A picture comes along every `SHOWN_EVERY_S`: nobody looks at more, and each is a megabyte.
    """
    shown = -SHOWN_EVERY_S
    with Film(source, name) as film:
        threads = THREADS if film.info.width * film.info.height <= MANY_PIXELS else 1
        for result in analyze_film(film, recognizer, settings, images=True, threads=threads):
            now = time.monotonic()
            due = now - shown >= SHOWN_EVERY_S
            shown = now if due else shown
            tell("frame", result if due else replace(result, image=None))
        tell("note", film.note)


def copy(source: BinaryIO, target: BinaryIO, settings: FilmSettings, tell: Tell) -> None:
    """`write_mp4`; tells how far it is: "at"."""
    write_mp4(source, target, settings, on_time=lambda seconds: tell("at", seconds))


def annotated(source: BinaryIO, target: BinaryIO, film: AnalyzedFilm, tell: Tell) -> None:
    """`write_annotated`; tells how far it is: "at"."""
    write_annotated(source, film, target, lambda seconds: tell("at", seconds))


def apart(
    task: Callable[..., None],
    files: tuple[BinaryIO, ...],
    arguments: tuple[Any, ...],
    tell: Tell,
    stopped: Callable[[], bool] = lambda: False,
    most_s: float = float("inf"),
) -> None:
    """Does one of this module's tasks in a process.

    Args:
        task: `opened`, `analysis`, `copy` or `annotated`.
        files: Its first arguments; read and written here.
        arguments: The others, but for `tell`.
        tell: What it raises ends the process.
        stopped: Whether nobody wants it any more; asked every `LOOK_S`.
        most_s: Seconds that it may take.

    Raises:
        FilmError: as the task says, or it took too much.
        StoppedError: if `stopped`.
    """
    process = spawned(__name__)
    ended, heard = threading.Event(), [time.monotonic()]
    ends = time.monotonic() + most_s

    def watch() -> None:
        while not ended.wait(LOOK_S):
            now = time.monotonic()
            if stopped() or now > ends or now - heard[0] > SILENT_S:
                process.kill()
                return

    threading.Thread(target=watch, name="film-watch", daemon=True).start()
    try:
        to, of = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        sizes = [file.seek(0, io.SEEK_END) for file in files]
        _send(to, (task.__name__, sizes, arguments, HEADROOM))
        for kind, value in _received(of):
            heard[0] = time.monotonic()
            if kind == "read":
                which, offset, count = value
                files[which].seek(offset)
                _send(to, files[which].read(count))
            elif kind == "write":
                which, offset, data = value
                files[which].seek(offset)
                files[which].write(data)
            elif kind == "problem":
                raise FilmError(value)
            elif kind == "done":
                return
            else:
                tell(kind, value)
        raise EOFError
    except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
        if stopped():
            raise StoppedError from error
        raise FilmError(_GIVEN_UP) from error
    finally:
        ended.set()
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                cast(BinaryIO, pipe).close()
        process.wait()


def _send(pipe: BinaryIO, value: Any) -> None:
    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _received(pipe: BinaryIO) -> Iterator[tuple[str, Any]]:
    while True:
        yield pickle.load(pipe)


class _Remote(PositionedFile):
    """The caller's file, in the process."""

    def __init__(self, which: int, size: int, source: BinaryIO, target: BinaryIO) -> None:
        self._which, self._size = which, size
        self._source, self._target = source, target

    @property
    def size(self) -> int:
        return self._size

    def read_at(self, offset: int, count: int) -> bytes:
        with _waiting():
            _send(self._target, ("read", (self._which, offset, count)))
            data: bytes = pickle.load(self._source)
        return data

    def write_at(self, offset: int, data: bytes) -> int:
        with _waiting():
            _send(self._target, ("write", (self._which, offset, data)))
        self._size = max(self._size, offset + len(data))
        return len(data)


@contextlib.contextmanager
def _waiting() -> Iterator[None]:
    """Inside, the process waits for its caller, as long as that takes.

    Outside it computes, and the system ends it after `SILENT_S`: a decoder that does not return
    would outlive a caller that was killed.
    """
    alarm = getattr(signal, "alarm", lambda seconds: None)  # Windows has none
    alarm(0)
    yield
    alarm(round(SILENT_S))


_TASKS: Final[Mapping[str, Callable[..., None]]] = {
    task.__name__: task for task in (opened, analysis, copy, annotated)
}


def serve() -> None:
    """The process's own part: one task, told to its caller."""
    source = sys.stdin.buffer
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    cv2.setNumThreads(1)
    name, sizes, arguments, headroom = pickle.load(source)
    pyav()  # its libraries are no film's memory
    limit_memory(headroom)
    files = [_Remote(which, size, source, target) for which, size in enumerate(sizes)]

    def tell(kind: str, value: Any) -> None:
        with _waiting():
            _send(target, (kind, value))

    try:
        _TASKS[name](*files, *arguments, tell)
    except FerError as error:
        _send(target, ("problem", str(error)))
    except MemoryError:
        _send(target, ("problem", _GIVEN_UP))
    else:
        _send(target, ("done", None))
