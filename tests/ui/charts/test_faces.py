import numpy as np
import pytest

from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS
from ui.charts.faces import probability_bars

NAMES = tuple(DISPLAY_NAMES[name] for name in EMOTIONS)
PROBABILITIES = np.array([0.02, 0, 0.05, 0.86, 0.01, 0.05, 0.01], np.float32)


def test_probability_bars_keep_order_place_and_axis() -> None:
    one, other = probability_bars(PROBABILITIES), probability_bars(None)
    assert list(one.data[0].x) == pytest.approx(PROBABILITIES.tolist())
    assert list(one.data[0].marker.color) == [COLORS[name] for name in EMOTIONS]
    assert one.data[1].text[:4] == ("2 %", "0 %", "5 %", "<b>86 %</b>")
    assert list(other.data[0].x) == [0] * 7 and set(other.data[1].text) == {"–"}
    assert one.layout == other.layout
    assert tuple(one.data[0].y) == tuple(other.data[0].y) == NAMES
