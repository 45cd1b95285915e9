"""A real socket whose buffer is full, and the protocol that empties it."""

import asyncio
import socket

import pytest
from aioice import ice

from ui.live.webrtc import wiring
from ui.live.webrtc.limits import AT_ONCE, EagerProtocol


class _Receiver:
    """Stands where aioice has its connection."""

    def __init__(self, after=lambda: None):
        self.turns = []  # datagrams of each turn of the event loop
        self._after = after

    def data_received(self, data, component):
        self.turns[-1].append(data)
        self._after()

    def protocol_lost(self, protocol):
        pass


async def _received(count, protocol_class=EagerProtocol, receiver=None):
    """Sends `count` datagrams before the event loop has a turn; returns what came, by turns."""
    receiver = receiver or _Receiver()
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: protocol_class(receiver), local_addr=("127.0.0.1", 0)
    )
    protocol.local_candidate = ice.Candidate("1", 1, "udp", 1, "127.0.0.1", 1, "host")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(count):
            sender.sendto(b"\x80%d" % number, transport.get_extra_info("sockname"))
    for _ in range(count + 2):
        receiver.turns.append([])
        await asyncio.sleep(0)
    transport.close()
    return [turn for turn in receiver.turns if turn]


@pytest.mark.parametrize(
    ("count", "turns"),
    [(1, [1]), (40, [40]), (AT_ONCE, [AT_ONCE]), (AT_ONCE + 5, [AT_ONCE, 5])],
)
def test_all_that_waits_is_read_at_once_and_in_order(count, turns):
    received = asyncio.run(_received(count))
    assert [len(turn) for turn in received] == turns
    assert [data for turn in received for data in turn] == [
        b"\x80%d" % number for number in range(count)
    ]


def test_asyncio_alone_reads_one_a_turn():
    """Or else this module is no longer needed."""
    received = asyncio.run(_received(20, ice.StunProtocol))
    assert {len(turn) for turn in received} == {1}


def test_a_connection_closed_by_a_datagram_reads_no_further():
    async def scenario():
        made = []
        receiver = _Receiver(after=lambda: made[0].transport.close())

        def protocol(_):
            made.append(EagerProtocol(receiver))
            return made[0]

        return await _received(9, protocol, receiver)

    assert [len(turn) for turn in asyncio.run(scenario())] == [1]


def test_a_transport_without_a_socket_is_left_alone():
    async def scenario():
        receiver = _Receiver()
        receiver.turns.append([])
        protocol = EagerProtocol(receiver)
        protocol.local_candidate = ice.Candidate("1", 1, "udp", 1, "127.0.0.1", 1, "host")
        protocol.transport = object()  # such as aioice's way through TURN
        protocol.datagram_received(b"\x80", ("127.0.0.1", 9))
        return receiver.turns

    assert asyncio.run(scenario()) == [[b"\x80"]]


def test_aioice_makes_it_for_its_sockets(monkeypatch):
    async def scenario():
        connection = ice.Connection(ice_controlling=True)
        await connection.gather_candidates()
        kinds = {type(protocol) for protocol in connection._protocols}
        await connection.close()
        return kinds

    monkeypatch.setattr(ice, "StunProtocol", ice.StunProtocol)
    wiring.read_eagerly()
    assert asyncio.run(scenario()) == {EagerProtocol}
