from dataclasses import replace

import pytest
from faces import answered

from fer_core.recognition.photos import PhotoResult
from ui.photos import choice
from ui.photos.choice import Choice
from ui.photos.overview import totals_html

HAPPY = answered(unsure_below=0.4, happy=0.92, surprise=0.06, fear=0.02)
SAD = answered(unsure_below=0.4, sad=0.6, neutral=0.4)
UNSURE = answered(unsure_below=0.4, surprise=0.35, fear=0.3, happy=0.2, neutral=0.15)
CERTAIN = answered(neutral=1.0)
DARK = replace(SAD, notes=("dark",))


def _photo(name: str, *faces) -> PhotoResult:
    return PhotoResult(name, faces=faces, size=(9, 9), annotated=b"jpeg")


RESULTS = {
    3: _photo("Happy.jpg", HAPPY),
    4: _photo("crowd.jpg", SAD, SAD, UNSURE),
    6: PhotoResult("bad.jpg", problem="It is damaged."),
    7: _photo("wall.jpg"),
    8: _photo("dark.jpg", DARK),
    9: _photo("beach/plain.jpg", CERTAIN),
}


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Choice(), [3, 4, 6, 7, 8, 9]),
        (Choice("happy"), [3]),
        (Choice("sad"), [4, 8]),
        (Choice("unsure"), [4]),
        (Choice("doubtful"), [8]),
        (Choice("no-face"), [7]),
        (Choice("unreadable"), [6]),
        (Choice("fear"), []),
        (Choice(certainty="high"), [3, 9]),
        (Choice(certainty="middle"), [4, 8]),
        (Choice(certainty="low"), [4]),
        (Choice("sad", certainty="low"), []),
        (Choice(text="HAPPY"), [3]),
        (Choice(text="beach/"), [9]),
        (Choice(order="name"), [6, 9, 4, 8, 3, 7]),
        (Choice(order="doubt"), [4, 8, 3, 9, 6, 7]),
        (Choice(order="sure"), [9, 3, 8, 4, 6, 7]),
        (Choice("sad", order="doubt"), [4, 8]),
        (Choice(order="expression"), [3, 4, 8, 9, 7, 6]),
    ],
)
def test_what_is_shown_and_in_which_order(wanted: Choice, numbers: list[int]):
    assert wanted.of(RESULTS) == numbers


@pytest.mark.parametrize(
    ("number", "words", "short", "marks", "doubts"),
    [
        (3, "Happy, 92 %", "Happy, 92 %", [], ""),
        (4, "3 faces: 2 sad, 1 unsure", "3 faces", ["unsure"], "1 unsure"),
        (6, "Not readable", "Not readable", [], ""),
        (7, "No face", "No face", [], ""),
        (8, "Sad, 60 %", "Sad, 60 %", ["dark"], "dark"),
    ],
)
def test_a_thumbnail_in_words(number: int, words: str, short: str, marks: list[str], doubts: str):
    result = RESULTS[number]
    assert choice.in_a_word(result) == words
    assert choice.short_answer(result) == short
    assert choice.marks(result) == marks
    assert choice.doubts(result) == doubts


def test_totals_as_bars_keep_their_order_and_share_one_scale():
    answers = choice.answers(RESULTS.values())
    assert answers["sad"] == 3
    assert answers["unsure"] == 1
    html = totals_html(answers)
    assert html.index(">Angry<") < html.index(">Sad<") < html.index(">Unsure<")
    assert html.count("width:100.0%") == 1
    assert html.count("width:33.3%") == 3
