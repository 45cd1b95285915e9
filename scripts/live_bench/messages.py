"""What the processes of the benchmark tell each other through their pipes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "answer", "begin", "census", "close", "closed", "connect", "corrupt", "count", "end", "failed",
    "hang", "offer", "opened", "playing", "quit", "ready", "refusal", "refused", "resize",
    "serving", "stop", "viewed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Its kinds, by receiver, with the type or meaning of `value` in brackets:

    A client: "connect"; "answer" [SDP]; "refusal": every seat is taken; "corrupt": send payloads
    that no decoder can read; "resize": continue in the camera's other resolution; "begin": what is
    seen counts from now on; "end": report it; "close": close the connection as a browser tab does.

    The server: "offer" [SDP]; "hang" [seconds that the next analysis takes]; "stop": the page's
    Stop; "begin" and "end" as above; "count": take a census; "quit".

    The benchmark, from a client: "opened": ready to connect; "offer" [SDP]; "playing": the first
    picture has come back; "refused" [seconds since the offer]; "closed"; "viewed" [`Viewed`].

    The benchmark, from the server: "ready" [capacity, cost of a frame and detector, for the
    report]; "answer" [SDP]; "refusal"; "failed" [why no connection could be made]; "census" [how
    many threads of each name, unfinished tasks of the event loop, sockets, live sessions, peer
    connections, taken seats and queued jobs there are]; "serving" [`Served` by peer; the most
    frames of one session that waited at once, by place; the app's warnings].

    Attributes:
        kind: See above.
        peer: Number of the session that it is about; None for the whole process.
        value: See above; None for most kinds.
    """

    kind: Kind
    peer: int | None = None
    value: Any = None


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server of a run behaves.

    Attributes:
        model: Stem of the model, or the path of one of its files.
        faults: Whether analyses raise now and then.
        admit_all: Whether sessions beyond capacity are admitted, which the app never does.
        seats: How many sessions fit; None works it out as the app does.
    """

    model: str
    faults: bool = False
    admit_all: bool = False
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class Viewed:
    """What a viewer saw between "begin" and "end".

    Attributes:
        seconds: Between the two.
        sent: Frames that the camera gave.
        returned: Different pictures that came back.
        unreadable: Pictures that came back without a readable counter.
        delay_ms: `p50` and `p95` from the camera to the picture on the viewer's side.
        longest_freeze_s: The longest time without a new picture.
        server_freeze_s: The same, less what the client's own pauses explain.
        sizes: (height, width) of the pictures that came back.
    """

    seconds: float
    sent: int
    returned: int
    unreadable: int
    delay_ms: dict[str, float | None]
    longest_freeze_s: float
    server_freeze_s: float
    sizes: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Served:
    """One session between "begin" and "end", as the server saw it.

    Attributes:
        frames: That were sent back.
        analysed: Answers.
        with_face: Answers with a face in them.
        raised: Analyses that were made to raise.
        hung: Analyses that were made to hang.
    """

    frames: int = 0
    analysed: int = 0
    with_face: int = 0
    raised: int = 0
    hung: int = 0
