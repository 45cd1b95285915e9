"""A recognizer that fails when it is told to."""

import numpy as np
import pytest

from scripts.live_bench import hosting
from scripts.live_bench.hosting import FAILING, AskedForError, WatchedRecognizer

PICTURE = np.zeros((48, 64, 3), np.uint8)


class _Shared:
    card = "the card"
    faces = ("a face",)

    def analyze(self, image, **_):
        return list(self.faces)


def test_it_answers_as_the_shared_one_and_counts():
    shared = _Shared()
    recognizer = WatchedRecognizer(shared, faults=False)
    assert recognizer.analyze(PICTURE, detection_width=320) == ["a face"]
    shared.faces = ()
    assert recognizer.analyze(PICTURE, detection_width=320) == []
    assert recognizer.counts == {"analysed": 2, "with_face": 1}
    assert recognizer.card == "the card"


@pytest.mark.parametrize("faults", [False, True])
def test_one_call_in_a_hundred_raises(faults):
    recognizer = WatchedRecognizer(_Shared(), faults=faults)
    raised = 0
    for _ in range(3 * FAILING):
        try:
            recognizer.analyze(PICTURE, detection_width=320)
        except AskedForError:
            raised += 1
    assert raised == recognizer.counts["raised"] == (3 if faults else 0)
    assert recognizer.counts["analysed"] == 3 * FAILING - raised


def test_only_the_next_call_hangs(monkeypatch):
    slept = []
    monkeypatch.setattr(hosting.time, "sleep", slept.append)
    recognizer = WatchedRecognizer(_Shared(), faults=False)
    recognizer.pause = 5.0
    for _ in range(3):
        recognizer.analyze(PICTURE, detection_width=320)
    assert (slept, recognizer.counts["hung"], recognizer.counts["analysed"]) == ([5.0], 1, 3)
