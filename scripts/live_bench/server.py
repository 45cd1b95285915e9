"""The server process: the app's live service, without its pages."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import threading
import time
import weakref
from collections import Counter
from concurrent.futures import Executor, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from aiortc import RTCPeerConnection

from fer_core.recognition.recognizer import Recognizer
from scripts.live_bench import messages as m
from scripts.live_bench.hosting import HostedSession
from scripts.live_bench.server_options import ServerOptions
from scripts.live_bench.watched import AskedForError, WatchedRecognizer
from ui.live.pipeline import capacity, service
from ui.live.pipeline.session import LiveSession
from ui.live.webrtc import wiring

_LOOK_EACH: Final = 0.05  # seconds between two looks at the queues
_UNLIMITED: Final = 10_000


def serve(pipe: Connection, options: ServerOptions) -> None:
    """Does what the pipe's other end says until it is closed."""
    log = _Log()
    logging.getLogger("ui").addHandler(log)
    logging.getLogger("aiortc").setLevel(logging.ERROR)  # each undecodable payload warns
    server = _Server(pipe, options, log)
    server.welcome()
    while True:
        try:
            message = pipe.recv()
        except EOFError:
            break
        if isinstance(message, m.Quit):
            break
        server.do(message)
    pipe.close()
    os._exit(0)  # a leaked thread must not keep the process, and was counted before


class _Log(logging.StreamHandler[Any]):
    """Writes what the app warns of to the console, and keeps it, less the faults asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[1] if record.exc_info else None
        if isinstance(cause, AskedForError):
            return
        self.warnings.append(f"{record.getMessage()} {cause!r}")
        super().emit(record)


class _Server:
    def __init__(self, pipe: Connection, options: ServerOptions, log: _Log) -> None:
        self._pipe = pipe
        self._options = options
        self._log = log
        self._telling = threading.Lock()
        wiring.prepare_webrtc()
        self._recognizer = Recognizer.load(options.model)
        self._service = service.start_service()
        self._cost = service.frame_cost(self._recognizer)
        self._seats = capacity.seats(self._cost, service.CORES, self._environment())
        self._loop = _running_loop()
        _fill(self._service.painters)
        self._hosted: dict[int, HostedSession] = {}
        self._sessions: weakref.WeakSet[LiveSession] = weakref.WeakSet()
        self._connections: weakref.WeakSet[RTCPeerConnection] = weakref.WeakSet()
        self._queues: Counter[str] = Counter()
        threading.Thread(target=self._look, name="look", daemon=True).start()

    def _environment(self) -> dict[str, str]:
        chosen = self._options.seats
        return dict(os.environ) if chosen is None else {capacity.VARIABLE: str(chosen)}

    def welcome(self) -> None:
        self._tell(m.Ready(self._seats, 1000 * self._cost, self._recognizer.detector_name))

    def do(self, message: Any) -> None:
        match message:
            # The app does these two in a thread of the viewer's own, too.
            case m.Offer(peer, sdp):
                threading.Thread(target=self._host, args=(peer, sdp), name="page").start()
            case m.Stop(peer):
                threading.Thread(target=self._hosted.pop(peer).stop, name="page").start()
            case m.Hang(peer, seconds):
                self._hosted[peer].watched.hang(seconds)
            case m.Begin():
                self._queues.clear()
                for hosted in self._hosted.values():
                    hosted.begin()
            case m.End():
                sessions = {peer: hosted.served() for peer, hosted in self._hosted.items()}
                self._tell(m.Serving(sessions, dict(self._queues), tuple(self._log.warnings)))
            case m.Count():
                self._tell(self._census())

    def _tell(self, message: Any) -> None:
        with self._telling:
            self._pipe.send(message)

    def _host(self, peer: int, sdp: str) -> None:
        watched = WatchedRecognizer(self._recognizer, faults=self._options.faults)
        tracks = service.start_session(watched, self._service)
        seats = _UNLIMITED if self._options.admit_all else self._seats
        if not self._service.pool.admit(tracks.session, seats):
            self._tell(m.Refusal(peer))
            return
        self._sessions.add(tracks.session)
        hosted = HostedSession(tracks, watched, self._loop)
        self._connections.add(hosted.connection)
        self._hosted[peer] = hosted
        try:
            answer = hosted.answer(sdp)
        except Exception as error:
            self._tell(m.Failed(peer, f"{type(error).__name__}: {error}"))
        else:
            self._tell(m.Answer(peer, answer))

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_EACH)
            self._count_waiting()

    def _count_waiting(self) -> None:
        for hosted in list(self._hosted.values()):
            if not hosted.over:
                for place, count in hosted.waiting().items():
                    self._queues[place] = max(self._queues[place], count)

    def _census(self) -> m.Census:
        for peer in [peer for peer, hosted in self._hosted.items() if hosted.over]:
            del self._hosted[peer]
        gc.collect()
        pool = self._service.pool
        return m.Census(
            threads=tuple(sorted(thread.name for thread in threading.enumerate())),
            tasks=len(asyncio.all_tasks(self._loop)),
            sockets=_sockets(),
            sessions=sum(not session.closed for session in self._sessions),
            connections=len(self._connections),
            seated=pool.seated,
            queued=pool.queued,
        )


def _running_loop() -> asyncio.AbstractEventLoop:
    """WebRTC's event loop in a thread of its own; in the app it is Streamlit's.

    Its executor is asyncio's own default (aiortc encodes there), but for its threads: they all
    start now, so that those which start later are leaks.
    """
    loop = asyncio.new_event_loop()
    executor = ThreadPoolExecutor(min(32, service.CORES + 4), thread_name_prefix="asyncio")
    loop.set_default_executor(executor)
    _fill(executor)
    threading.Thread(target=loop.run_forever, name="event loop", daemon=True).start()
    return loop


def _fill(executor: Executor) -> None:
    """Starts every thread of a pool."""
    workers: int = executor._max_workers
    barrier = threading.Barrier(workers)
    for done in [executor.submit(barrier.wait, 10) for _ in range(workers)]:
        done.result()


def _sockets() -> int:
    found = 0
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # closed since, as the listing's own is
            found += link.readlink().name.startswith("socket:")
    return found
