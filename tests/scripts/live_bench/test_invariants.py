"""Each promise is seen to be broken where it is, and only there."""

import copy

import pytest

from scripts.live_bench.invariants import broken

SESSION = {
    "analysed_fps": 12.0,
    "delay_ms": {"p50": 130.0, "p95": 220.0},
    "server_freeze_s": 0.2,
    "with_face": 1.0,
    "sizes": ["320x240", "640x480"],
    "raised": 1,
    "hung": 1,
}
SERVER = {
    "left": {},
    "refused": 1,
    "refused_within_s": 0.02,
    "warnings": [],
    "max_queue": 2,
    "max_queue_in_aiortc": {"undecoded": 4, "decoded": 2},
    "rss_growth_mb_per_min": 0.3,
    "rss_growth_percent": 2.0,
    "measured_s": 1200,
}


def report(server=(), session=()):
    second = copy.deepcopy(SESSION) | dict(session)
    return {"sessions": [copy.deepcopy(SESSION), second], "server": SERVER | dict(server)}


@pytest.mark.parametrize("run", [{}, {"faults": True}, {"overload": True}])
def test_a_good_run_breaks_nothing(run):
    assert broken(report(), **run) == []


@pytest.mark.parametrize(("left", "count"), [({}, 0), ({"thread video-decoder": 2}, 1)])
def test_short_visits_are_to_leave_nothing(left, count):
    assert len(broken({"cycles": 4, "server": {"left": left}})) == count


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (report(server={"left": {"thread video-decoder": 1}}), "video-decoder"),
        (report(server={"refused_within_s": 1.2}), "1.2 s"),
        (report(server={"warnings": ["painting failed"]}), "painting failed"),
        (report(server={"max_queue": 3}), "3 frames"),
        (report(server={"max_queue_in_aiortc": {"undecoded": 31, "decoded": 0}}), "31 undecoded"),
        (report(server={"rss_growth_percent": 5.0}), "5.0 %"),
        (report(session={"server_freeze_s": 1.1}), "froze for 1.1 s"),
        (report(session={"analysed_fps": 0.0}), "nothing was analysed"),
        (report(session={"with_face": 0.0}), "never found"),
    ],
)
def test_any_run(result, word):
    (sentence,) = broken(result)
    assert word in sentence


def test_a_short_run_says_nothing_of_memory():
    assert broken(report({"rss_growth_percent": 40.0, "measured_s": 60})) == []


@pytest.mark.parametrize(
    ("session", "server", "word"),
    [
        ({"raised": 0}, {}, "made to raise"),
        ({"sizes": ["640x480"]}, {}, "two sizes"),
        ({}, {"refused": 0, "refused_within_s": None}, "to be refused"),
    ],
)
def test_faults_that_did_not_take_place(session, server, word):
    (sentence,) = broken(report(server, session), faults=True)
    assert word in sentence


@pytest.mark.parametrize(
    ("session", "server", "word"),
    [
        ({"delay_ms": {"p50": 700.0, "p95": 1000.5}}, {}, "1000.5 ms"),
        ({"delay_ms": {"p50": None, "p95": None}}, {}, "None ms"),
        ({}, {"rss_growth_mb_per_min": 1.0}, "1.0 MB a minute"),
        ({}, {"rss_growth_mb_per_min": None}, "None MB a minute"),
    ],
)
def test_overload(session, server, word):
    (sentence,) = broken(report(server, session), overload=True)
    assert word in sentence
