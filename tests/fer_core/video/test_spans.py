import pytest
from session_fixtures import rows_of, steady

from fer_core.video.record import NOBODY
from fer_core.video.spans import answer_spans, by_face


@pytest.mark.parametrize(
    ("told", "durations"),
    [
        ([(0, 1, "happy"), (0.1, 1, "happy")], {1: [0.1, 0.04]}),
        ([(0, 1, "happy"), (0.1, NOBODY, ""), (0.8, 1, "sad")], {1: [0.8, 0.04]}),
        ([(0, 1, "happy"), (0.1, NOBODY, ""), (5, 1, "sad")], {1: [0.1, 0.04]}),
        ([(0, 1, "happy"), (30, 1, "sad")], {1: [1.0, 0.04]}),
        ([(0, 1, "happy"), (0, 2, "sad"), (0.5, 2, "sad")], {1: [0.5], 2: [0.5, 0.04]}),
        ([(0, NOBODY, "")], {}),
        ([], {}),
    ],
    ids=["two frames", "a blink", "left and back", "a pause", "two faces", "empty room", "nothing"],
)
def test_how_long_an_answer_stands(told, durations):
    found = {face.number: face.durations.tolist() for face in by_face(rows_of(told))}
    assert found.keys() == durations.keys()
    for number, seconds in durations.items():
        assert found[number] == pytest.approx(seconds)


CHANGING = steady(1, "happy", 0, 2) + steady(1, "unsure", 2, 3) + steady(1, "sad", 3, 5)
RETURNING = steady(1, "happy", 0, 2) + steady(NOBODY, "", 2, 6) + steady(1, "happy", 6, 8)
NERVOUS = [(i / 10, 1, "sad" if i % 4 == 3 else "happy") for i in range(100)]


@pytest.mark.parametrize(
    ("told", "step", "expected"),
    [
        (CHANGING, 0.1, [(0, 2, "happy"), (2, 3, "unsure"), (3, 4.94, "sad")]),
        (RETURNING, 0.5, [(0, 2, "happy"), (6, 7.94, "happy")]),
        (NERVOUS, 0.4, [(0, 9.94, "happy")]),
        ([(3.1, NOBODY, ""), (7.4, 2, "fear")], 1.0, [(4.3, 4.34, "fear")]),
    ],
    ids=["three answers", "gone for a while", "flicker within a step", "a single row"],
)
def test_answer_spans(told, step: float, expected):
    (face,) = by_face(rows_of(told))
    found = answer_spans(face, step)
    assert [span.answer for span in found] == [answer for *_, answer in expected]
    for span, (start, end, _) in zip(found, expected, strict=True):
        assert (span.start, span.end) == pytest.approx((start, end))


def test_never_more_spans_than_steps():
    told = [(i / 25, 1, ("happy", "sad", "fear")[i % 3]) for i in range(25 * 60)]
    (face,) = by_face(rows_of(told))
    assert len(answer_spans(face, 2.0)) <= 30
    assert len(answer_spans(face, 0.04)) > 1000
