import pytest
from live_fixtures import tracked

from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS
from ui.live.components.bars import bars


@pytest.mark.parametrize(
    ("one", "faces", "title"),
    [
        (None, None, "Seven apparent expressions"),
        (None, 0, "No face in the picture"),
        (tracked(emotion="happy", confidence=0.92), 1, "Happy 92 %"),
        (tracked(2, emotion="sad", confidence=0.5), 3, "Face 2: sad 50 %"),
        (tracked(emotion="fear", confidence=0.4, unsure_below=0.5), 1, "Unsure: fear or happy"),
    ],
)
def test_title(one, faces, title):
    assert bars(one, faces)["title"] == title


def test_rows_keep_order_name_and_colour():
    rows = bars(tracked(emotion="surprise", confidence=0.6), 1)["rows"]
    assert [row["name"] for row in rows] == [DISPLAY_NAMES[e] for e in EMOTIONS]
    assert [row["color"] for row in rows] == [COLORS[e] for e in EMOTIONS]
    assert rows[EMOTIONS.index("surprise")]["percent"] == 60


def test_rows_are_empty_without_a_face():
    assert {row["percent"] for row in bars(None, 0)["rows"]} == {0}
