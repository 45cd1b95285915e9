"""A connection beside the camera's, with one data channel, to see whether one comes about at all.

It uses what the video uses: the same event loop, the same STUN and TURN servers, the same kind of
transport. It carries short messages only, which the app sends back.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription, candidate_from_sdp

from fer_core.errors import FerError

LIFETIME: Final = 20.0
"""Seconds after which a probe is closed, whatever has become of it; a test takes ten at most."""

_MOST: Final = 4  # probes at a time, of all viewers
_PATIENCE: Final = 6.5  # seconds; a STUN or TURN server that does not answer costs five
_LONGEST_OFFER: Final = 20_000  # characters; a browser's has about 1,000
_MOST_CANDIDATES: Final = 40
_LONGEST_MESSAGE: Final = 64

Result = TypeVar("Result")


class ProbeError(FerError):
    """A probe that could not be made; `state` says why in a word: "busy", "damaged", "slow"."""

    def __init__(self, state: str) -> None:
        super().__init__(f"The connection test could not be started: {state}.")
        self.state = state


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answers to a browser's offer.

    Attributes:
        sdp: The answer, with all of the app's addresses.
        kinds: What kinds of them there are, of "host", "srflx" (named by a STUN server) and
            "relay" (lent by a TURN server).
    """

    sdp: str
    kinds: tuple[str, ...]


class Probes:
    """Answer the browsers' offers, a few at a time, and close each probe in the end.

    Its methods are called by page threads and block them for seconds at most.

    Args:
        loop: The running event loop that the probes live on.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._open: dict[str, RTCPeerConnection] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def answer(self, name: str, offer: str, configuration: RTCConfiguration) -> Answer:
        """Open a probe.

        Args:
            name: Any that is unique, for `add_candidates`.
            offer: SDP with one data channel and nothing else.
            configuration: The STUN and TURN servers.

        Raises:
            ProbeError: if too many are open, the offer is no such SDP, or a server's answer
                takes too long.
        """
        answer: Answer = self._wait(self._answer(name, offer, configuration))
        return answer

    def add_candidates(self, name: str, candidates: Sequence[Mapping[str, Any]]) -> None:
        """Tell the probe of addresses that the browser learnt after its offer.

        Args:
            name: The probe's; one that has ended is passed over.
            candidates: As RTCIceCandidate.toJSON makes them; what is none is passed over.
        """
        self._wait(self._add_candidates(name, candidates))

    def _wait(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(_PATIENCE)
        except concurrent.futures.TimeoutError as error:
            future.cancel()
            raise ProbeError("slow") from error

    async def _answer(self, name: str, offer: str, configuration: RTCConfiguration) -> Answer:
        if len(self._open) >= _MOST or name in self._open:
            raise ProbeError("busy")
        if not _is_for_data_only(offer):
            raise ProbeError("damaged")
        probe = self._open[name] = RTCPeerConnection(configuration)
        self._loop.call_later(LIFETIME, self._end, name)
        probe.on("datachannel", _send_back)
        probe.on("connectionstatechange", lambda: self._watch(name, probe))
        try:
            await probe.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await probe.setLocalDescription(await probe.createAnswer())
        except Exception as error:
            self._end(name)
            raise ProbeError("damaged") from error
        except asyncio.CancelledError:
            self._end(name)
            raise
        return Answer(probe.localDescription.sdp, _kinds(probe.localDescription.sdp))

    async def _add_candidates(self, name: str, candidates: Sequence[Mapping[str, Any]]) -> None:
        probe = self._open.get(name)
        for candidate in candidates[:_MOST_CANDIDATES]:
            try:
                parsed = candidate_from_sdp(candidate["candidate"].removeprefix("candidate:"))
                parsed.sdpMid = candidate["sdpMid"]
                if probe is not None:
                    await probe.addIceCandidate(parsed)
            except Exception:  # of a kind that aiortc does not know, e.g. one for TCP
                continue

    def _watch(self, name: str, probe: RTCPeerConnection) -> None:
        if probe.connectionState in ("failed", "closed"):
            self._end(name)

    def _end(self, name: str) -> None:
        probe = self._open.pop(name, None)
        if probe is not None:
            task = self._loop.create_task(probe.close())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def _is_for_data_only(offer: str) -> bool:
    """Sound and video would start decoders, which a test has no use for."""
    if not isinstance(offer, str) or len(offer) > _LONGEST_OFFER:
        return False
    try:
        media = SessionDescription.parse(offer).media
    except Exception:
        return False
    return [part.kind for part in media] == ["application"]


def _kinds(sdp: str) -> tuple[str, ...]:
    (media,) = SessionDescription.parse(sdp).media
    found = {candidate.type for candidate in media.ice_candidates}
    return tuple(kind for kind in ("host", "srflx", "relay") if kind in found)


def _send_back(channel: RTCDataChannel) -> None:
    @channel.on("message")
    def send_back(message: Any) -> None:
        if isinstance(message, str) and len(message) <= _LONGEST_MESSAGE:
            channel.send(message)
