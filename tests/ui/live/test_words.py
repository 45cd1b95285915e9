import pytest

from ui.component import CAMERA_STATES
from ui.live import words


@pytest.mark.parametrize("state", sorted(words.CAMERA))
def test_each_camera_state_has_a_sentence_and_a_way_on(state):
    text = words.CAMERA[state]
    assert text.count(". ") >= 1
    assert any(way in text for way in ("Photos page", "Choose Allow", "press Start camera"))


def test_every_state_of_the_browser_has_words():
    script = CAMERA_STATES.read_text("utf-8")
    for state in words.CAMERA:
        assert f'"{state}"' in script
