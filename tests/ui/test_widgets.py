import pytest
from faces import answered
from made_figures import says

from fer_core.evaluation.estimates import Estimate
from fer_core.labels import EMOTIONS
from fer_core.types import FaceEmotion
from ui.photos.faces import face_html
from ui.widgets import answer_line, file_name, plain, right_of_100

SURE = answered(unsure_below=0.4, happy=0.92, surprise=0.06, fear=0.02)
UNSURE = answered(unsure_below=0.4, surprise=0.35, fear=0.3, happy=0.2, neutral=0.15)


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
        ("95\u00a0%  ", "95\u00a0%"),
        ("<b>&$x$", r"\<b\>\&\$x\$"),
        ("gpj.\u202eexe \x1b", r"gpj\.\\u202eexe \\x1b"),
    ],
)
def test_no_markdown_comes_from_outside(text: str, expected: str):
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("www.example.com :smile:.jpg", "<strong>www.example.com :smile:.jpg</strong>"),
        ("<img src=x onerror=y>.png", "<strong>&lt;img src=x onerror=y&gt;.png</strong>"),
        ("gpj.\u202eexe\u200b.png", "<strong>gpj.\\u202eexe\\u200b.png</strong>"),
        ('a"b&c.png', "<strong>a&quot;b&amp;c.png</strong>"),
    ],
)
def test_a_file_name_is_shown_letter_by_letter(name: str, shown: str):
    assert shown in file_name(name)


def test_the_headline_in_words():
    line = right_of_100(("private", Estimate(0.671, 0.655, 0.686), 3589))
    assert says(line, "67 of 100 … PrivateTest … 95 % interval 65.5 to 68.6 % … n = 3,589)")
    assert says(right_of_100(("private", Estimate(0.671), 3589)), "PrivateTest (n = 3,589)")
    assert "not evaluated" in right_of_100(None)


def test_seven_bars_in_their_fixed_order():
    html = face_html(2, UNSURE)
    places = [html.index(f">{name.capitalize()}<") for name in EMOTIONS]
    assert places == sorted(places)
    assert "width:35.0%" in html
    assert 'class="unsure"' in html
    assert 'class="unsure"' not in face_html(1, SURE)
    assert 'alt="Face 2' in html
