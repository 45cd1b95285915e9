"""What somebody says of faces, and what the files are called."""

import pytest

from fer_core.video.film.edits import Edits
from ui.recorded import outputs
from ui.recorded.faces import changed_by


def test_what_is_said_of_a_face_replaces_what_was_said_before():
    edits = changed_by(Edits(), 2, "Anna", 1, True)
    assert edits == Edits({2: "Anna"}, {2: 1}, frozenset({2}))
    assert changed_by(edits, 2, "", None, False) == Edits()
    assert changed_by(edits, 3, "Carla", None, False).names == {2: "Anna", 3: "Carla"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("interview.mp4", "interview.vtt"),
        ("con.mp4", "_con.vtt"),
        ("a\u202e4pm.exe.mp4", "a4pm.exe.vtt"),
        ("../../b\x1b?.mov", "b.vtt"),
        ("...", "film.vtt"),
    ],
)
def test_what_leaves_has_a_name_that_is_safe_everywhere(name, expected):
    assert outputs.file_name(name, ".vtt") == expected
