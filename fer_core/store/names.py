"""Names that come from outside: shown, compared, and made the names of new files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import PurePath
from typing import Final

_HIDDEN: Final = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of what shows nothing of its own: controls (a terminal's escapes), formats
(U+202E and the other bidirectional controls, zero-width characters), surrogates, line ends."""
_BLANK: Final = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
"""Letters and marks without a shape; Unicode's property Default_Ignorable_Code_Point."""
_UNSAFE: Final = '<>:"|?*'
"""What some system allows in no file name."""
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|con(in|out)\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.I)
"""What Windows opens a device for, whatever the ending."""
_LONGEST: Final = 200
"""Bytes; file systems allow 255, of which an ending and a number need some."""


class _Escapes(dict[int, str | int]):
    """For `str.translate`: code point → itself, or its escape if it is hidden."""

    def __missing__(self, code: int) -> str | int:
        self[code] = _escape(chr(code)) if is_hidden(chr(code)) else code
        return self[code]


_NAME: Final = _Escapes()
_TEXT: Final = _Escapes({ord(c): ord(c) for c in "\n\t"})


def is_hidden(character: str) -> bool:
    """Whether a character shows nothing itself, but may change what is shown around it."""
    return unicodedata.category(character) in _HIDDEN or character in _BLANK


def printable(name: str) -> str:
    r"""The name with its hidden characters as escapes, such as \x1b, \n or \u202e.

    A byte of a file's name that is no UTF-8 is shown as that byte, such as \xff.
    """
    return name.translate(_NAME)


def printable_text(text: str) -> str:
    """The same for text of several lines: line ends and tabs stay."""
    return text.translate(_TEXT)


def alike(name: str) -> str:
    """The name without case and Unicode form: equal for names that some system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def free_name(photo: str, is_taken: Callable[[str], bool], mark: str = "") -> str:
    """A name for a picture made of a photo of this name: safe on every system, and not taken.

    Args:
        mark: Follows the photo's name, as in ".annotated".
    """
    stem = safe_stem(photo) + mark
    name, number = f"{stem}.jpg", 2
    while is_taken(name):
        name, number = f"{stem}-{number}.jpg", number + 1
    return name


def safe_stem(name: str, otherwise: str = "photo") -> str:
    """The file's name without folders and ending, safe on every system; `otherwise` if none is."""
    stem = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).stem)
    stem = "".join(c for c in stem if c not in _UNSAFE and not is_hidden(c))
    stem = stem.encode()[:_LONGEST].decode("utf-8", "ignore").strip(". ") or otherwise
    return ("_" if _RESERVED.match(stem) else "") + stem


def _escape(character: str) -> str:
    byte = ord(character) - 0xDC00  # Python's surrogateescape
    if 0x80 <= byte <= 0xFF:
        return f"\\x{byte:02x}"
    return character.encode("unicode_escape").decode()
