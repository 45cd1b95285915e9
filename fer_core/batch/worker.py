"""A process that labels shards, and who watches over it.

Decoders and networks run in a process of their own: a file that makes it hang or fall is given up,
in words, and the others go on. Files of strangers, which may cost two seconds and no more, are for
`photo_worker`: it takes one at a time, and its answer carries the picture.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Final

import cv2

from fer_core.batch.look import Job
from fer_core.batch.parts import label_shard
from fer_core.batch.shards import Shard
from fer_core.errors import BatchError, FerError
from fer_core.video.film import maker

PATIENCE: Final = 60
"""Seconds without a sign of life after which a worker hangs: one file, or one frame of a film."""
_TOO_LONG: Final = "it took more than {} seconds"
_ENDED: Final = "the process that read it ended twice ({})"


def pack(job: Job) -> bytes:
    """The job as workers take it: with its networks, the versions that they must have, and the
    folder from which relative paths count.
    """
    return pickle.dumps((maker(job.recognizer)["versions"], str(Path.cwd()), job))


class Worker:
    """A process that starts with the first shard and stays, and starts again if it ends.

    For one thread, but for `stop`.

    Args:
        job: As `pack` gives it.
        patience: Seconds, in whole ones, without a sign of life after which it is ended.
    """

    def __init__(self, job: bytes, patience: int = PATIENCE) -> None:
        self._job, self._patience = job, patience
        self._process: SpawnProcess | None = None
        self._connection: Connection[Any, Any] | None = None
        self._closed = False

    def label(self, shard: Shard, beat: Callable[[float], None] = lambda _: None) -> bytes:
        """The shard's part. A file that ends the process twice, or lets it hang, has a problem.

        Args:
            beat: Called with how many files of the shard are done, in fractions for a film.

        Raises:
            BatchError: the process cannot work at all, or `stop` was called.
        """
        given_up, ends = dict[int, str](), Counter[int | None]()
        again = shard.again
        while True:
            at: int | None = None
            try:
                connection = self._running()
                connection.send((shard.inputs, given_up, again))
                while isinstance(answer := self._next(connection, begun=at is not None), float):
                    at = int(answer)
                    beat(answer)
            except TimeoutError:
                self._end()
                ends[at] += 2
                reason = _TOO_LONG.format(self._patience)
            except (EOFError, OSError):
                ends[at] += 1
                reason = _ENDED.format(self._end())
            else:
                if isinstance(answer, FerError):
                    raise answer
                return bytes(answer)
            if self._closed:
                raise BatchError("The worker was closed.")
            if ends[at] >= 2:
                if at is None:
                    raise BatchError(f"A worker cannot begin: {reason}.")
                given_up[at] = f"This file was given up: {reason}."
            again = True

    def close(self) -> None:
        """Ends the process; of the thread that calls `label`."""
        self._closed = True
        self._end()

    def stop(self) -> None:
        """Lets `label`, which another thread may be in, end with an error."""
        self._closed = True
        if (process := self._process) is not None:
            with suppress(ValueError):  # it was just ended
                process.kill()

    @property
    def pid(self) -> int | None:
        """Of the process; None if there is none."""
        return self._process.pid if self._process else None

    def _running(self) -> Connection[Any, Any]:
        if self._connection is None:
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs,), daemon=True)
            process.start()
            theirs.close()  # so that its end is seen here
            self._process, self._connection = process, ours
            if self._closed:  # by another thread, which did not see the process yet
                raise EOFError
            ours.send_bytes(self._job)
        return self._connection

    def _next(self, connection: Connection[Any, Any], begun: bool) -> Any:
        # Counted by the second: if the user stops the whole job and goes on later, that is one.
        for _ in range(self._patience if begun else PATIENCE):
            if connection.poll(1.0):
                return connection.recv()
        raise TimeoutError

    def _end(self) -> str:
        """Ends the process; returns how it ended, in words."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is None:
            return "stopped"
        process.join(0.2)  # if it ended by itself, by what
        process.kill()
        process.join()
        code = process.exitcode or 0
        process.close()
        if connection is not None:
            connection.close()
        return f"signal {-code}" if code < 0 else f"status {code}"


def _serve(connection: Connection[Any, Any]) -> None:
    """The process's own loop: shards in; signs of life and a part out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who watches
    cv2.setNumThreads(1)

    def send(message: object) -> None:
        try:
            connection.send(message)
        except OSError:  # nobody listens any more
            raise SystemExit(0) from None

    try:
        with _hushed():  # each worker would repeat what was said at the start
            versions, folder, job = pickle.loads(connection.recv_bytes())
    except Exception as error:
        send(BatchError(f"A worker cannot load what it needs: {type(error).__name__}: {error}"))
        return
    if (own := maker(job.recognizer)["versions"]) != versions:
        send(BatchError(f"Every machine needs the same versions: {versions}. Received: {own}"))
    try:
        os.chdir(folder)
    except OSError as error:
        send(BatchError(f"Every machine needs the folder {folder}: {error.strerror or error}."))
    while True:
        try:
            inputs, given_up, again = connection.recv()
        except (EOFError, OSError):
            return
        send(label_shard(job, inputs, given_up, again, send))


@contextmanager
def _hushed() -> Iterator[None]:
    """Nothing is written to the error output, not by libraries of C++ either."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
