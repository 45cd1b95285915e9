import pytest
from live_fixtures import picture, tracked

from fer_core.video.overlay import annotate_tracked
from ui.live.pipeline.painting import paint
from ui.live.pipeline.session import Analysis
from ui.live.pipeline.settings import Settings

PLAIN = Settings(mirror=False)


def _analysis(*faces, size=(120, 160)):
    return Analysis(faces, size, arrived=0.0, finished=0.0)


@pytest.mark.parametrize(
    "settings",
    [PLAIN, Settings(), Settings(mirror=False, parts=frozenset({"bars"}))],
    ids=["as it is", "mirrored", "bars"],
)
def test_faces_are_drawn_as_the_viewer_chose(settings):
    image, face = picture(size=(120, 160)), tracked()
    expected = annotate_tracked(image, [face], parts=settings.parts, mirror=settings.mirror)
    assert (paint(image, _analysis(face), settings) == expected).all()
    assert (image == 120).all()


def test_nothing_to_draw_costs_nothing():
    image = picture(size=(120, 160))
    assert paint(image, None, PLAIN) is image
    assert paint(image, _analysis(), PLAIN) is image
    assert paint(image, _analysis(tracked()), Settings(mirror=False, parts=frozenset())) is image


def test_answer_for_another_resolution_is_not_drawn():
    image = picture(size=(240, 320))
    assert paint(image, _analysis(tracked()), PLAIN) is image
