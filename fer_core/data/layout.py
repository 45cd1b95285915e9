"""What the names of a data set's folders mean: parts, expressions, and where both begin."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath
from typing import Final

from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.store.names import alike, printable

SUFFIX_KINDS: Final = {
    **dict.fromkeys((".jpg", ".jpeg"), "JPEG"),
    **{".png": "PNG", ".webp": "WebP"},
    **dict.fromkeys((".heic", ".heif"), "HEIC"),
}
"""The suffixes of what is read as an image → what its content should be."""
IMAGE_SUFFIXES: Final = tuple(SUFFIX_KINDS)

HALVES: Final = {"PublicTest": "public", "PrivateTest": "private"}
"""How the names of FER-2013's test files begin → the split they belong to."""
SPLIT_FOLDERS: Final = ("train", "validation", "test")
CONTEMPT: Final = "contempt"
"""The eighth expression of CK+, FER+ and AffectNet, which no network here answers."""

CSV_NAMES: Final = ("fer2013.csv", "icml_face_data.csv")
"""What FER-2013's own file is called in the challenge's archives."""
CHALLENGE_TAR: Final = "fer2013.tar.gz"
"""In the zip of all the challenge's files."""

_ALIASES: Final = {
    "angry": ("anger",),
    "disgust": ("disgusted",),
    "fear": ("fearful", "afraid", "scared"),
    "happy": ("happiness", "joy"),
    "sad": ("sadness",),
    "surprise": ("surprised",),
    "neutral": ("neutrality",),
    CONTEMPT: ("contemptuous",),
}
_CLASSES: Final = {word: name for name, words in _ALIASES.items() for word in (name, *words)}
_SPLITS: Final = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
    **{half.lower(): split for half, split in HALVES.items()},
}
_NUMBERS: Final = {str(i): name for i, name in enumerate(EMOTIONS)}
_MOST_ENCLOSING: Final = 2
"""Folders around the data, as archives have them: `archive/fer2013/train/`."""
_SHOWN: Final = 6

LAYOUT: Final = (
    "Accepted: a folder, or the zip or tar of one, with train/<class>/ and test/<class>/ (also "
    "validation/<class>/, or Training, PublicTest and PrivateTest), or with the class folders "
    f"alone, which are then the test; or FER-2013's fer2013.csv. Classes: {', '.join(EMOTIONS)}, "
    "in any case, or as anger, disgusted, fearful, happiness, sadness, surprised."
)
NUMBERED: Final = (
    "Numbered folders are read as FER-2013 numbers them (0 angry, 1 disgust, … 6 neutral) by the "
    "scripts' option --numbered; if they mean another order, rename them."
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the paths of one data set are to be read, from the folder that holds the parts on.

    Attributes:
        flat: The class folders stand alone, without train/ or test/: all of it is the test.
        validation_tests: There is no test/, so that validation/ is what is evaluated on.
        numbered: Folders 0 to 6 are the classes, in the order of `EMOTIONS`.
    """

    flat: bool = False
    validation_tests: bool = False
    numbered: bool = False

    def split(self, folder: str) -> str | None:
        """ "train", "validation", "test", "public" or "private" of a top folder; None if none."""
        found = _SPLITS.get(normal_name(folder))
        return "test" if found == "validation" and self.validation_tests else found

    def expression(self, folder: str) -> str | None:
        """The class that a folder's name stands for, `CONTEMPT` among them; None if none."""
        names = _NUMBERS if self.numbered else _CLASSES
        return names.get(normal_name(folder))

    def class_folder(self, path: str) -> tuple[str, str] | None:
        """(split, folder's name) if the path is that of a folder where classes stand."""
        parts = PurePosixPath(path).parts
        if self.flat:
            return ("test", parts[0]) if len(parts) == 1 else None
        if len(parts) != 2 or (split := self.split(parts[0])) is None:
            return None
        return split, parts[1]

    def split_and_label(self, path: str) -> tuple[str, int] | None:
        """The split and class index that a file's path stands for, or None for any other file.

        >>> Layout().split_and_label("test/Happiness/PrivateTest_17.jpg")
        ('private', 3)
        """
        file = PurePosixPath(path)
        place = self.class_folder(str(file.parent))
        if place is None or file.suffix.lower() not in IMAGE_SUFFIXES:
            return None
        split, name = place
        expression = self.expression(name)
        if expression not in EMOTIONS:
            return None
        if split == "test":
            split = HALVES.get(file.name.split("_")[0], "test")
        return split, EMOTIONS.index(expression)


def normal_name(name: str) -> str:
    """A folder's name without case, Unicode form, or surrounding blanks."""
    return alike(name.strip())


def common_name(folder: str) -> str:
    """The name of a part or class that a folder's stands for: "train", "test", "happy"; or itself.

    FER-2013's two halves are one test here, as they are in its class folders.
    """
    name = normal_name(folder)
    split = _SPLITS.get(name)
    found = _CLASSES.get(name) or ("test" if split in HALVES.values() else split)
    return found or name


def is_debris(path: str) -> bool:
    """Whether an operating system left the file there, such as `__MACOSX/._a.jpg`."""
    parts = PurePosixPath(path).parts
    names = {".ds_store", "thumbs.db", "desktop.ini", ".localized", "@eadir", "__macosx"}
    return any(part.lower() in names or part.startswith("._") for part in parts)


def member_path(name: str) -> str:
    """An archive member's name as a path: Windows' backslashes turned, `./` dropped."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    return ("/" if name[:1] in ("/", "\\") else "") + "/".join(parts)


def folders_of(path: str) -> set[str]:
    """Every folder that a path goes through."""
    return {str(folder) for folder in PurePosixPath(path).parents} - {".", "/"}


def leads_out(path: str) -> bool:
    """Whether a member's path names a place outside its archive."""
    parts = PurePosixPath(path).parts
    return path.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", path) is not None


def find_layout(folders: Collection[str], what: str, *, numbered: bool) -> tuple[str, Layout]:
    """Where the data begin, and how they are laid out.

    Args:
        folders: Every folder, with forward slashes, from what was given on.
        what: What was given, in words, for the message.
        numbered: Read folders 0 to 6 as classes.

    Returns:
        The enclosing folders, such as "archive/fer2013/", or "": the outermost that hold data.

    Raises:
        DataError: there are no such folders; the message names those there are, and the rename
            that would do.
    """
    plain = Layout(numbered=numbered)
    below: dict[str, list[str]] = {"": [], **{folder: [] for folder in folders}}
    for folder in sorted(folders):
        parent = str(PurePosixPath(folder).parent)
        below.setdefault("" if parent == "." else parent, []).append(PurePosixPath(folder).name)
    for depth in range(_MOST_ENCLOSING + 1):
        homes = [home for home in sorted(below) if len(PurePosixPath(home).parts) == depth]
        for home in homes:
            if splits := {plain.split(name) for name in below[home]} - {None}:
                prefix = f"{home}/" if home else ""
                inside = [below.get(prefix + folder, []) for folder in below[home]]
                _check_numbers(chain.from_iterable(inside), numbered)
                return prefix, Layout(False, not splits & {"test", *HALVES.values()}, numbered)
        for home in homes:
            if any(plain.expression(name) for name in below[home]):
                _check_numbers(below[home], numbered)
                return f"{home}/" if home else "", Layout(True, False, numbered)
    raise DataError(f"{what} holds no class folders. {_found(folders)} {LAYOUT}")


def rename_hint(folder: str) -> str:
    """What to call a folder whose name is nearly that of a class; "" if none is near.

    >>> rename_hint("Hapy")
    'rename it to happy'
    """
    near = difflib.get_close_matches(normal_name(folder), _CLASSES, n=1, cutoff=0.7)
    return f"rename it to {_CLASSES[near[0]]}" if near else ""


def _check_numbers(names: Iterable[str], numbered: bool) -> None:
    """RAF-DB and others count from 1, in another order: read as FER-2013's they would mislead."""
    beyond = sorted({n for n in names if n.isdecimal() and n not in _NUMBERS})
    if numbered and beyond:
        raise DataError(
            f"--numbered reads the folders 0 to 6 as FER-2013's classes. Found: {beyond[0]}, so "
            "that these numbers mean another order. Rename the folders to the classes' names."
        )


def _found(folders: Collection[str]) -> str:
    names = list(dict.fromkeys(PurePosixPath(folder).name for folder in sorted(folders)))
    if not names:
        return "It has no folders."
    shown = ", ".join(printable(name) for name in names[:_SHOWN])
    hints = [f"{printable(name)}: {hint}." for name in names if (hint := rename_hint(name))]
    numbered = [NUMBERED] if {"0", "1"} <= set(names) else []
    rest = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return " ".join([f"Found the folders {shown}{rest}.", *hints[:_SHOWN], *numbered])
