"""The connection test's end in the app, with aiortc in the browser's place."""

import asyncio

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from live_fixtures import until

from ui.live.webrtc import probe
from ui.live.webrtc.probe import ProbeError, Probes

NO_SERVERS = RTCConfiguration(iceServers=[])


@pytest.fixture
def probes(loop, monkeypatch):
    """Every probe of a test has ended after it, and every task with it."""
    monkeypatch.setattr(probe, "_PATIENCE", 60.0)
    probes = Probes(loop)
    yield probes
    until(lambda: probes.count == 0)
    until(lambda: len(asyncio.all_tasks(loop)) == 0)


@pytest.fixture
def browser(loop):
    made = []

    def make(*tracks):
        browser = _on(loop, _make(*tracks))
        made.append(browser)
        return browser

    yield make
    for each in made:
        _on(loop, each.close())


async def _make(*tracks):
    browser = RTCPeerConnection(NO_SERVERS)
    for track in tracks:
        browser.addTrack(track)
    browser.channel = browser.createDataChannel("test")
    browser.replies = asyncio.Queue()
    browser.channel.on("message", browser.replies.put_nowait)
    await browser.setLocalDescription(await browser.createOffer())
    return browser


def _on(loop, coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)


async def _connect(browser, sdp):
    await browser.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
    while browser.channel.readyState != "open":
        await asyncio.sleep(0.01)


async def _exchange(browser, *messages):
    for message in messages:
        browser.channel.send(message)
    return await asyncio.wait_for(browser.replies.get(), 60)


def test_what_is_sent_comes_back_and_the_browsers_end_is_the_probes(loop, probes, browser):
    viewer = browser()
    answer = probes.answer("one", viewer.localDescription.sdp, NO_SERVERS)
    assert answer.kinds == ("host",)
    _on(loop, _connect(viewer, answer.sdp))
    assert _on(loop, _exchange(viewer, "ping 1")) == "ping 1"
    # What is too long or no text is kept.
    assert _on(loop, _exchange(viewer, "x" * 1000, b"bytes", "ping 2")) == "ping 2"
    assert probes.count == 1
    _on(loop, viewer.close())
    until(lambda: probes.count == 0)


def _without_candidates(sdp):
    return "".join(line for line in sdp.splitlines(True) if "candidate" not in line)


def test_addresses_may_follow_the_offer(loop, probes, browser):
    viewer = browser()
    offer = viewer.localDescription.sdp
    lines = [line for line in offer.splitlines() if line.startswith("a=candidate")]
    candidates = [{"candidate": line.removeprefix("a="), "sdpMid": "0"} for line in lines]
    nonsense = [{}, {"candidate": "candidate:nonsense", "sdpMid": "0"}, {"candidate": 5}]
    answer = probes.answer("late", _without_candidates(offer), NO_SERVERS)
    probes.add_candidates("late", nonsense + candidates)
    probes.add_candidates("unknown", candidates)
    (answering,) = probes._open.values()
    assert len(answering.sctp.transport.transport.getRemoteCandidates()) == len(candidates) > 0
    # Its own addresses are kept from the browser: the app has to make the first step.
    _on(loop, _connect(viewer, _without_candidates(answer.sdp)))
    assert _on(loop, _exchange(viewer, "ping")) == "ping"
    _on(loop, viewer.close())


@pytest.mark.parametrize("offer", ["", "nonsense", "v=0\r\n", None, "v=0\r\n" * 10_000])
def test_damaged_offer_is_refused_and_opens_nothing(probes, offer):
    with pytest.raises(ProbeError) as caught:
        probes.answer("damaged", offer, NO_SERVERS)
    assert caught.value.state == "damaged"
    assert probes.count == 0


def test_offer_without_its_secrets_is_refused_and_leaves_nothing(probes, browser):
    offer = browser().localDescription.sdp
    stripped = "".join(line for line in offer.splitlines(True) if "ice-ufrag" not in line)
    with pytest.raises(ProbeError) as caught:
        probes.answer("stripped", stripped, NO_SERVERS)
    assert caught.value.state == "damaged"


def test_sound_and_video_are_refused(probes, browser):
    offer = browser(VideoStreamTrack()).localDescription.sdp
    assert "m=video" in offer
    with pytest.raises(ProbeError) as caught:
        probes.answer("video", offer, NO_SERVERS)
    assert caught.value.state == "damaged"


def test_few_at_a_time(probes, browser, loop, monkeypatch):
    monkeypatch.setattr(probe, "LIFETIME", 600.0)
    offer = browser().localDescription.sdp
    for name in range(probe._MOST):
        probes.answer(str(name), offer, NO_SERVERS)
    with pytest.raises(ProbeError) as caught:
        probes.answer("one too many", offer, NO_SERVERS)
    assert caught.value.state == "busy"
    loop.call_soon_threadsafe(probes._end, "0")
    until(lambda: probes.count == probe._MOST - 1)
    probes.answer("again", offer, NO_SERVERS)
    for name in list(probes._open):
        loop.call_soon_threadsafe(probes._end, name)


def test_each_ends_by_itself(probes, browser, monkeypatch):
    monkeypatch.setattr(probe, "LIFETIME", 0.5)
    probes.answer("short", browser().localDescription.sdp, NO_SERVERS)
    until(lambda: probes.count == 0)


def test_server_that_does_not_answer_ends_the_wait(probes, browser, monkeypatch):
    async def never(self):
        await asyncio.sleep(60)

    monkeypatch.setattr(probe, "_PATIENCE", 0.2)
    monkeypatch.setattr(RTCPeerConnection, "createAnswer", never)
    with pytest.raises(ProbeError) as caught:
        probes.answer("slow", browser().localDescription.sdp, NO_SERVERS)
    assert caught.value.state == "slow"
