import numpy as np
import pytest
from session_fixtures import record_of, rows_of, steady, tracked

from fer_core.labels import EMOTIONS
from fer_core.video.record import NOBODY, SessionRecord
from fer_core.video.spans import by_face
from fer_core.video.timeline import latest_face, timeline, window_faces

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")


def _timeline(told, number: int | None = 1, end: float | None = None, bins: int = 4):
    rows = rows_of(told)
    end = float(rows["time"][-1]) if end is None else end
    return timeline(by_face(rows), number, end, window=bins * 0.5, bins=bins)


@pytest.mark.parametrize(
    ("told", "happy"),
    [
        (steady(1, "happy", 0, 1.1) + steady(1, "sad", 1.1, 1.9), [0.7, 0.7, 0.18, 0.05]),
        (steady(1, "happy", 0, 0.5) + steady(NOBODY, "", 0.5, 2), [0.7, None, None, None]),
        (steady(NOBODY, "", 0, 1.5) + steady(1, "happy", 1.5, 2), [None, None, None, 0.7]),
        ([(0, 1, "happy"), (0.9, 1, "sad"), (1.8, 1, "sad")], [0.7, 0.05, 0.05, 0.05]),
        (steady(2, "happy", 0, 2), [None] * 4),
    ],
    ids=["a change", "left", "came", "a slow computer", "another face"],
)
def test_means_of_the_bins(told, happy: list[float | None]):
    shown = _timeline(told)
    found = shown.probabilities[:, HAPPY]
    assert found.tolist() == pytest.approx(
        [np.nan if share is None else share for share in happy], nan_ok=True
    )
    assert (np.isnan(shown.probabilities).sum(axis=1) % 7 == 0).all()


def test_a_blink_of_the_detector_is_no_gap():
    told = [(i / 10, 1 if i < 3 or i > 11 else NOBODY, "happy") for i in range(20)]
    assert not np.isnan(_timeline(told).probabilities).any()


@pytest.mark.parametrize("end", [0.0, 0.3, 59.9, 60.0, 61.7])
def test_the_last_bin_holds_the_end_and_edges_do_not_move(end: float):
    shown = _timeline([(0, 1, "happy")], end=end)
    assert shown.edges[-2] <= end < shown.edges[-1]
    np.testing.assert_allclose(shown.edges % 0.5, 0)
    assert len(shown.edges) == len(shown.probabilities) + 1 == 5


def test_without_anybody():
    shown = _timeline([], number=None, end=0.0)
    assert shown.number is None
    assert np.isnan(shown.probabilities).all()


@pytest.mark.parametrize(
    ("sides", "expected"),
    [([], None), ([{1: 40}], 1), ([{1: 40, 2: 60}], 2), ([{1: 90}, {2: 10}, {}], 2)],
    ids=["nobody", "one", "the larger", "the one seen last"],
)
def test_the_face_to_show(sides: list[dict[int, int]], expected: int | None):
    record = SessionRecord()
    for time, faces in enumerate(sides):
        record.append(time, [tracked(n, "happy", side=side) for n, side in faces.items()])
    assert latest_face(record.rows()) == expected


def test_faces_by_time_in_view():
    told = sorted(steady(1, "happy", 0, 1) + steady(2, "sad", 0, 3))
    faces = window_faces(record_of(told).window(60))
    assert [face.number for face in faces] == [2, 1]
