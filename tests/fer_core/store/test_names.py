import unicodedata

import pytest

from fer_core.store.names import alike, free_name, printable, printable_text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a photo.jpg", "a photo.jpg"),
        ("größe-日本-שלום-😎.jpg", "größe-日本-שלום-😎.jpg"),
        ("e\u0301.jpg", "e\u0301.jpg"),
        ("Screenshot at 1\u202fPM.png", "Screenshot at 1\u202fPM.png"),  # macOS writes this space
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("a\u2066b\u2069", "a\\u2066b\\u2069"),
        ("a\u200b\u200d\u2060\ufeffb", "a\\u200b\\u200d\\u2060\\ufeffb"),
        ("a\u00ad\u3164b", "a\\xad\\u3164b"),
        ("\x1b[2Jx\x07", "\\x1b[2Jx\\x07"),
        ("\x9b2Jx", "\\x9b2Jx"),
        ("a\nb\r\tc\x00", "a\\nb\\r\\tc\\x00"),
        ("a\u2028b\u0085c", "a\\u2028b\\x85c"),
        ("\U000e0041", "\\U000e0041"),
        ("bad\udcff.png", "bad\\xff.png"),
        ("half\ud800", "half\\ud800"),
    ],
)
def test_what_is_hidden_in_a_name_is_shown(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_lines_of_text_stay_lines() -> None:
    assert printable_text("a\n\tb\x1b[0m\r\u202e") == "a\n\tb\\x1b[0m\\r\\u202e"


@pytest.mark.parametrize(
    ("photo", "name"),
    [
        ("a.b.png", "a.b.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("con", "_con.jpg"),
        ("nul.tar.png", "_nul.tar.jpg"),
        ("Aux .png", "_Aux.jpg"),
        ("aux .x.png", "_aux .x.jpg"),
        ("COM1.png", "_COM1.jpg"),
        ("lpt².png", "_lpt².jpg"),
        ("conin$.png", "_conin$.jpg"),
        ("confetti.png", "confetti.jpg"),
        ("com.png", "com.jpg"),
        ("com10.png", "com10.jpg"),
        ("x. . .png", "x.jpg"),
        (" ..", "photo.jpg"),
        ("C\u200bON.png", "_CON.jpg"),
        ("a\u202eb\x1b[c.png", "ab[c.jpg"),
        ("e\u0301.png", "\xe9.jpg"),
    ],
)
def test_a_new_files_name_is_safe_everywhere(photo: str, name: str) -> None:
    assert free_name(photo, lambda name: False) == name


def test_a_mark_makes_no_reserved_name_safe() -> None:
    assert free_name("CON.png", lambda name: False, ".annotated") == "_CON.annotated.jpg"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", ["É.jpg", "é.jpg"])
def test_one_name_to_some_system_is_alike(name: str, form: str) -> None:
    assert alike(unicodedata.normalize(form, name)) == "é.jpg"
    assert alike("e.jpg") != "é.jpg"
