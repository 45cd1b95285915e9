from made_figures import split_of

from ui.charts.style import blue
from ui.thumbnail import matrix_html


def _html(labels: list[int], answers: list[int]) -> str:
    return matrix_html(split_of(labels, answers))


def test_49_cells_coloured_by_the_share_of_their_row():
    html = _html([0, 0, 1, 3], [0, 2, 1, 3])
    assert html.count("<div style=") == 49
    assert html.count(blue(1.0)) == 2
    assert html.count(blue(0.5)) == 2
    assert html.count(blue(0.0)) == 45


def test_it_is_told_in_words():
    assert 'aria-label="Confusion matrix. ' in _html([0, 0, 1], [0, 2, 1])
