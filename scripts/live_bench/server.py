"""The server process: the app's live service, without its pages."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import threading
import time
import weakref
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, Final

import psutil
from aiortc import RTCPeerConnection

from fer_core.recognition.recognizer import Recognizer
from scripts.live_bench.hosting import AskedForError, HostedSession, WatchedRecognizer
from scripts.live_bench.messages import Kind, Message, ServerOptions
from ui.live.pipeline import capacity, service
from ui.live.pipeline.session import LiveSession
from ui.live.webrtc import wiring

_LOOK_EACH: Final = 0.05  # seconds between two looks at the queues
_UNLIMITED: Final = 10_000


def serve(pipe: Connection, options: ServerOptions) -> None:
    """Do what the pipe's other end says until it is closed."""
    log = _Log()
    logging.getLogger("ui").addHandler(log)
    logging.getLogger("aiortc").setLevel(logging.ERROR)  # each undecodable payload warns
    server = _Server(pipe, options, log)
    while True:
        try:
            message = pipe.recv()
        except EOFError:
            break
        if message.kind == "quit":
            break
        server.do(message)
    pipe.close()
    os._exit(0)  # a leaked thread must not keep the process, and was counted before


class _Log(logging.StreamHandler[Any]):
    """Write what the app warns of to the console, and keep it, less the faults asked for."""

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
        cost = service.frame_cost(self._recognizer)
        self._seats = options.seats or capacity.seats(cost, service.CORES)
        self._loop = _running_loop()
        _fill(self._service.painters)
        self._hosted: dict[int, HostedSession] = {}
        self._sessions: weakref.WeakSet[LiveSession] = weakref.WeakSet()
        self._connections: weakref.WeakSet[RTCPeerConnection] = weakref.WeakSet()
        self._queues: Counter[str] = Counter()
        threading.Thread(target=self._look, name="look", daemon=True).start()
        ready = {
            "capacity": self._seats,
            "frame_cost_ms": round(1000 * cost, 2),
            "detector": self._recognizer.detector_name,
        }
        self._tell("ready", value=ready)

    def do(self, message: Message) -> None:
        match message:
            # The app does these two in a thread of the viewer's own, too.
            case Message("offer", int(peer), sdp):
                threading.Thread(target=self._host, args=(peer, sdp), name="page").start()
            case Message("stop", int(peer)):
                threading.Thread(target=self._hosted.pop(peer).stop, name="page").start()
            case Message("hang", int(peer), seconds):
                self._hosted[peer].watched.pause = seconds
            case Message("begin"):
                self._queues.clear()
                for hosted in self._hosted.values():
                    hosted.begin()
            case Message("end"):
                served = {peer: hosted.served() for peer, hosted in self._hosted.items()}
                self._tell("serving", value=(served, self._queues, self._log.warnings))
            case Message("count"):
                self._tell("census", value=self._census())

    def _tell(self, kind: Kind, peer: int | None = None, value: Any = None) -> None:
        with self._telling:
            self._pipe.send(Message(kind, peer, value))

    def _host(self, peer: int, sdp: str) -> None:
        watched = WatchedRecognizer(self._recognizer, faults=self._options.faults)
        tracks = service.start_session(watched, self._service)
        seats = _UNLIMITED if self._options.admit_all else self._seats
        if not self._service.pool.admit(tracks.session, seats):
            self._tell("refusal", peer)
            return
        self._sessions.add(tracks.session)
        hosted = HostedSession(tracks, watched, self._loop)
        self._connections.add(hosted.connection)
        self._hosted[peer] = hosted
        try:
            answer = hosted.answer(sdp)
        except Exception as error:
            self._tell("failed", peer, f"{type(error).__name__}: {error}")
        else:
            self._tell("answer", peer, answer)

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_EACH)
            self._count_waiting()

    def _count_waiting(self) -> None:  # in `_look` itself, its loop would keep the last session
        for hosted in list(self._hosted.values()):
            if not hosted.over:
                self._queues |= hosted.waiting()  # the larger of each

    def _census(self) -> Counter[str]:
        for peer in [peer for peer, hosted in self._hosted.items() if hosted.over]:
            del self._hosted[peer]
        gc.collect()
        pool = self._service.pool
        threads = Counter(f"thread {thread.name}" for thread in threading.enumerate())
        return threads + Counter(
            tasks=len(asyncio.all_tasks(self._loop)),
            sockets=len(psutil.Process().net_connections("all")),
            sessions=sum(not session.closed for session in self._sessions),
            connections=len(self._connections),
            seated=pool.seated,
            queued=pool.queued,
        )


def _running_loop() -> asyncio.AbstractEventLoop:
    """WebRTC's event loop in a thread of its own; in the app it is Streamlit's.

    Its executor is asyncio's own default (aiortc encodes there), except that its threads all start
    now, so that those which start later are leaks.
    """
    loop = asyncio.new_event_loop()
    executor = ThreadPoolExecutor(min(32, service.CORES + 4), thread_name_prefix="asyncio")
    loop.set_default_executor(executor)
    _fill(executor)
    threading.Thread(target=loop.run_forever, name="event loop", daemon=True).start()
    return loop


def _fill(executor: ThreadPoolExecutor) -> None:
    """Start every thread of a pool."""
    workers = executor._max_workers
    barrier = threading.Barrier(workers)
    for done in [executor.submit(barrier.wait, 10) for _ in range(workers)]:
        done.result()
