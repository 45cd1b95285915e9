"""How the server of a run is to behave."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """See `scripts/live_bench` for the words.

    Attributes:
        model: Stem of the model, or the path of one of its files.
        faults: Whether analyses raise now and then.
        admit_all: Whether sessions beyond capacity are taken, which the app never does.
        seats: How many sessions fit; None works it out as the app does.
    """

    model: str
    faults: bool = False
    admit_all: bool = False
    seats: int | None = None
