import numpy as np
import pytest
from live_fixtures import face, picture

from fer_core.drawing import annotate
from ui.live.painting import paint
from ui.live.session import Analysis


def _analysis(faces, size=(120, 160)):
    return Analysis(tuple(faces), size, arrived=0.0, finished=0.0)


def test_faces_are_drawn_on_a_copy():
    image = picture(size=(120, 160))
    painted = paint(image, _analysis([face()]))
    assert painted.shape == image.shape
    assert (image == 120).all()
    box = painted[12:44, 10:40]
    happy = np.array([0xE6, 0x9F, 0x00])
    assert (np.abs(box.astype(int) - happy).sum(axis=2) < 30).any()


def test_nothing_to_draw_costs_nothing():
    image = picture(size=(120, 160))
    assert paint(image, None) is image
    assert paint(image, _analysis([])) is image


def test_answer_for_another_resolution_is_not_drawn():
    image = picture(size=(240, 320))
    assert paint(image, _analysis([face()])) is image


@pytest.mark.parametrize("count", [1, 2])
def test_faces_are_numbered_only_where_there_are_several(count):
    image, faces = picture(size=(120, 160)), [face()] * count
    expected = annotate(image, faces, numbers=count > 1)
    assert (paint(image, _analysis(faces)) == expected).all()
