import threading

import numpy as np
import pytest
from session_fixtures import STARTED, record_of, steady, tracked

from fer_core.video.record import ANSWERS, NOBODY, ROW, SessionRecord
from fer_core.video.timing import LAST


def test_a_row_holds_what_was_shown():
    record = SessionRecord()
    face = tracked(3, "sad")
    record.append(50.0, [])
    record.append(50.5, [face])
    empty, row = record.rows()
    assert (empty["number"], empty["time"]) == (NOBODY, 0.0)
    assert (row["time"], row["number"], ANSWERS[row["answer"]]) == (0.5, 3, "sad")
    assert tuple(row[name] for name in ("x", "y", "width", "height")) == (30, 20, 40, 45)
    np.testing.assert_array_equal(row["probabilities"], face.result.probabilities)


@pytest.mark.parametrize(
    ("faces", "numbers"),
    [
        ([], [NOBODY]),
        ([tracked(1, "happy", age=0.2)], [NOBODY]),
        ([tracked(1, "happy", age=0.2), tracked(2, "sad")], [2]),
        ([tracked(1, "happy"), tracked(2, "sad")], [1, 2]),
    ],
    ids=["empty room", "lost a moment ago", "one of two lost", "two"],
)
def test_only_faces_detected_in_the_frame_have_a_row(faces, numbers):
    record = SessionRecord()
    record.append(0.0, faces)
    assert record.rows()["number"].tolist() == numbers


def test_before_the_first_frame():
    record = SessionRecord()
    assert (len(record), record.duration, record.faces(), record.started) == (0, 0.0, (), None)
    assert record.rows().shape == record.window(60).shape == (0,)


def test_the_start_is_that_of_the_first_frame():
    assert record_of([(7.0, NOBODY, ""), (9.0, 1, "happy")]).started == STARTED


@pytest.mark.parametrize(
    ("frames", "kept", "first"),
    [(10, 10, 0), (12, 12, 0), (13, 9, 4), (16, 12, 4), (17, 9, 8), (40, 12, 28)],
)
def test_the_oldest_chunk_is_let_go(frames: int, kept: int, first: int):
    told = [(float(i), i + 1, "happy") for i in range(frames)]
    record = record_of(told, max_rows=12, chunk_rows=4)
    assert len(record) == kept
    assert record.rows()["time"].tolist() == list(range(first, frames))
    assert record.faces() == tuple(range(first + 1, frames + 1))
    assert record.duration == frames - 1 + LAST


@pytest.mark.parametrize("seconds", [0, 0.5, 1, 3, 3.5, 8, 11, 100])
@pytest.mark.parametrize("chunk_rows", [1, 3, 4, 100])
def test_a_window_is_the_end_of_all_rows(seconds: float, chunk_rows: int):
    told = [(time, n, "happy") for time in range(12) for n in (1, 2)]
    record = record_of(told, max_rows=1000, chunk_rows=chunk_rows)
    rows = record.rows()
    expected = rows[rows["time"] >= record.duration - seconds]
    np.testing.assert_array_equal(record.window(seconds), expected)


def test_what_was_read_does_not_change():
    record = record_of(steady(1, "happy", 0, 1))
    rows = record.rows()
    rows["number"] = 9
    record.append(1.0, [tracked(1, "sad")])
    assert len(rows) == 10
    assert record.faces() == (1,)


def test_four_hours_of_one_face_fit_into_24_megabytes():
    assert ROW.itemsize * 400_000 <= 24e6
    assert 400_000 / 25 >= 4 * 3600


def test_reading_while_it_is_written():
    record = SessionRecord(max_rows=500, chunk_rows=50)
    faces = [tracked(1, "happy"), tracked(2, "sad")]
    writer = threading.Thread(target=lambda: [record.append(i / 10, faces) for i in range(2000)])
    writer.start()
    while writer.is_alive():
        rows = record.rows()
        assert (np.diff(rows["time"]) >= 0).all()
        assert set(rows["number"].tolist()) <= {1, 2}
        assert len(rows) <= 500
    writer.join()
    assert record.duration == pytest.approx(199.9 + LAST)


@pytest.mark.parametrize("sizes", [(0, 10), (11, 10)])
def test_impossible_sizes_are_refused(sizes: tuple[int, int]):
    chunk_rows, max_rows = sizes
    with pytest.raises(ValueError, match=f"Received: {chunk_rows}"):
        SessionRecord(max_rows=max_rows, chunk_rows=chunk_rows)
