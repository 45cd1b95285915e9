from live_fixtures import tracked

from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS
from ui.live.components.bars import bars


def test_rows_keep_order_name_and_colour():
    rows = bars(tracked(emotion="surprise", confidence=0.6), "")["rows"]
    assert [row["name"] for row in rows] == [DISPLAY_NAMES[e] for e in EMOTIONS]
    assert [row["color"] for row in rows] == [COLORS[e] for e in EMOTIONS]
    assert rows[EMOTIONS.index("surprise")]["percent"] == 60


def test_rows_are_empty_without_a_face():
    assert {row["percent"] for row in bars(None, "No face")["rows"]} == {None}
