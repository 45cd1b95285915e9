"""A recognizer that fails when it is told to."""

import numpy as np
import pytest

from scripts.live_bench import watched
from scripts.live_bench.watched import FAILING, AskedForError, WatchedRecognizer

PICTURE = np.zeros((48, 64, 3), np.uint8)


class _Shared:
    card = "the card"
    detector_name = "YuNet"
    faces = ("a face",)

    def analyze(self, image, **_):
        return list(self.faces)


def test_it_answers_as_the_shared_one_and_counts():
    shared = _Shared()
    recognizer = WatchedRecognizer(shared, faults=False)
    assert recognizer.analyze(PICTURE, detection_width=320) == ["a face"]
    shared.faces = ()
    assert recognizer.analyze(PICTURE, detection_width=320) == []
    assert (recognizer.analysed, recognizer.with_face) == (2, 1)
    assert (recognizer.card, recognizer.detector_name) == ("the card", "YuNet")


@pytest.mark.parametrize("faults", [False, True])
def test_one_call_in_a_hundred_raises(faults):
    recognizer = WatchedRecognizer(_Shared(), faults=faults)
    raised = 0
    for _ in range(3 * FAILING):
        try:
            recognizer.analyze(PICTURE, detection_width=320)
        except AskedForError:
            raised += 1
    assert raised == recognizer.raised == (3 if faults else 0)
    assert recognizer.analysed == 3 * FAILING - raised


def test_only_the_next_call_hangs(monkeypatch):
    slept = []
    monkeypatch.setattr(watched.time, "sleep", slept.append)
    recognizer = WatchedRecognizer(_Shared(), faults=False)
    recognizer.hang(5.0)
    for _ in range(3):
        recognizer.analyze(PICTURE, detection_width=320)
    assert (slept, recognizer.hung, recognizer.analysed) == ([5.0], 1, 3)
