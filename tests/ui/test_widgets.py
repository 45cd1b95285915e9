import numpy as np
import pytest

from fer_core.labels import EMOTIONS
from fer_core.types import Box, Face, FaceEmotion
from ui.face_card import face_html
from ui.widgets import answer_line, file_name, plain, right_of_100


def _face(shares: list[float], unsure_below: float = 0.0) -> FaceEmotion:
    crop = np.zeros((48, 48), np.uint8)
    face = Face(Box(0, 0, 9, 9))
    return FaceEmotion(face, np.array(shares, np.float32), crop, unsure_below)


SURE = _face([0, 0, 0.02, 0.92, 0, 0.06, 0], 0.4)
UNSURE = _face([0, 0, 0.3, 0.2, 0, 0.35, 0.15], 0.4)


@pytest.mark.parametrize(
    ("face", "expected"), [(SURE, "Happy, 92 %"), (UNSURE, "Unsure: surprise or fear")]
)
def test_answers_in_words(face: FaceEmotion, expected: str):
    assert answer_line(face) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words", "plain words"),
        ("*bold*_x_.jpg", r"\*bold\*\_x\_\.jpg"),
        ("[a](http://b)", r"\[a\]\(http\://b\)"),
        ("a\n# b", r"a \# b"),
        ("<b>&$x$", r"\<b\>\&\$x\$"),
    ],
)
def test_no_markdown_comes_from_outside(text: str, expected: str):
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("www.example.com :smile:.jpg", "<strong>www.example.com :smile:.jpg</strong>"),
        ("<img src=x onerror=y>.png", "<strong>&lt;img src=x onerror=y&gt;.png</strong>"),
        ('a"b&c.png', "<strong>a&quot;b&amp;c.png</strong>"),
    ],
)
def test_a_file_name_is_shown_letter_by_letter(name: str, shown: str):
    assert shown in file_name(name)


def test_the_headline_in_words():
    accuracy = {"value": 0.671, "low": 0.655, "high": 0.686}
    line = right_of_100({"split": "private", "n": 3589, "accuracy": accuracy})
    assert line == ("right for 67 of 100 faces of PrivateTest (95 % interval 65.5–68.6, n = 3,589)")
    assert right_of_100({}) == "not evaluated yet"


def test_seven_bars_in_their_fixed_order():
    html = face_html(2, UNSURE)
    places = [html.index(f">{name.capitalize()}<") for name in EMOTIONS]
    assert places == sorted(places)
    assert "width:35.0%" in html
    assert 'class="unsure"' in html
    assert 'class="unsure"' not in face_html(1, SURE)
    assert 'alt="Face 2' in html
