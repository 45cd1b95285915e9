"""What the processes tell each other through their pipes. A peer is one session's number."""

from __future__ import annotations

from dataclasses import dataclass, field

# From a client to the server and back, as a page would carry it.


@dataclass(frozen=True, slots=True)
class Offer:
    """A browser's session description."""

    peer: int
    sdp: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The app's session description."""

    peer: int
    sdp: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Every seat is taken."""

    peer: int


# To a client.


@dataclass(frozen=True, slots=True)
class Connect:
    peer: int


@dataclass(frozen=True, slots=True)
class Corrupt:
    """Send some payloads that no decoder can read."""

    peer: int


@dataclass(frozen=True, slots=True)
class Resize:
    """The camera goes on in its other resolution."""

    peer: int


@dataclass(frozen=True, slots=True)
class Begin:
    """From now on everything counts."""


@dataclass(frozen=True, slots=True)
class End:
    """Up to now everything counted: report it."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection as a browser's tab does."""

    peer: int


# From a client.


@dataclass(frozen=True, slots=True)
class Opened:
    """The process is ready to connect."""


@dataclass(frozen=True, slots=True)
class Playing:
    """The first picture came back."""

    peer: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The server said no, so many seconds after the offer."""

    peer: int
    within_s: float


@dataclass(frozen=True, slots=True)
class Closed:
    peer: int


@dataclass(frozen=True, slots=True)
class Viewed:
    """What a viewer saw between `Begin` and `End`.

    Attributes:
        peer: Whose.
        seconds: Between the two.
        sent: Frames that the camera gave.
        returned: Different pictures that came back.
        unreadable: Pictures that came back without a readable counter.
        delay_ms: `p50` and `p95` from the camera to the picture on the viewer's side.
        longest_freeze_s: The longest time without a new picture.
        server_freeze_s: The same, less what the client's own pauses explain.
        sizes: (height, width) of the pictures that came back.
    """

    peer: int
    seconds: float
    sent: int
    returned: int
    unreadable: int
    delay_ms: dict[str, float | None]
    longest_freeze_s: float
    server_freeze_s: float
    sizes: frozenset[tuple[int, int]]


# To the server.


@dataclass(frozen=True, slots=True)
class Hang:
    """The next analysis of this session takes so long."""

    peer: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Stop:
    """The page's "Stop": the viewer is done."""

    peer: int


@dataclass(frozen=True, slots=True)
class Count:
    """Say what lives."""


@dataclass(frozen=True, slots=True)
class Quit:
    pass


# From the server.


@dataclass(frozen=True, slots=True)
class Ready:
    """The service runs and is warm.

    Attributes:
        capacity: Sessions that fit.
        frame_cost_ms: CPU time of one analysis, as capacity is worked out from it.
        detector: Its name.
    """

    capacity: int
    frame_cost_ms: float
    detector: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The connection could not be made."""

    peer: int
    reason: str


@dataclass(frozen=True, slots=True)
class Served:
    """One session between `Begin` and `End`, as the server saw it.

    Attributes:
        frames: That went back.
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


@dataclass(frozen=True, slots=True)
class Serving:
    """The server between `Begin` and `End`.

    Attributes:
        sessions: By peer.
        queues: The most frames of one session that were seen waiting at once: `app` for painting
            and analysis, `undecoded` and `decoded` in aiortc before it.
        warnings: What the app wrote to its log, less the faults that were asked for.
    """

    sessions: dict[int, Served] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Census:
    """What lives in the server.

    Attributes:
        threads: Names of Python's threads, sorted.
        tasks: Unfinished tasks of the event loop.
        sockets: Open ones.
        sessions: Live sessions that were not closed.
        connections: Peer connections still in memory.
        seated: Seats taken.
        queued: Jobs in the analysis pool.
    """

    threads: tuple[str, ...]
    tasks: int
    sockets: int
    sessions: int
    connections: int
    seated: int
    queued: int
