import pytest
from live_fixtures import tracked

from ui.live.controls import chosen_face

FACES = [tracked(2), tracked(5), tracked(7)]


@pytest.mark.parametrize(
    ("faces", "number", "expected"),
    [(FACES, 5, 5), (FACES, None, 2), (FACES, 6, 2), ([tracked(9)], 1, 9), ([], 5, None)],
    ids=["chosen", "nobody chosen", "chosen one gone", "another one alone", "nobody there"],
)
def test_chosen_face(faces, number, expected):
    face = chosen_face(faces, number)
    assert (face.number if face else None) == expected
