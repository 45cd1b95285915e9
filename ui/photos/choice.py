"""Which photos are shown, and in which order; and each of them in a word. No Streamlit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS, UNSURE
from fer_core.recognition.answers.usability import NOTES
from fer_core.recognition.photos import PhotoResult
from fer_core.types import FaceEmotion
from ui.widgets import answer_line

ALL: Final = "all"
DOUBTFUL: Final = "doubtful"
NO_FACE: Final = "no-face"
UNREADABLE: Final = "unreadable"
KINDS: Final = {
    ALL: "All",
    **{name: DISPLAY_NAMES[name] for name in (*EMOTIONS, UNSURE)},
    DOUBTFUL: "Hard to read",
    NO_FACE: "No face",
    UNREADABLE: "Not readable",
}
"""What a photo can be chosen by; one with several faces by the answer for any of them."""

ANY: Final = "any"
CERTAINTIES: Final = {
    ANY: ("Any", 0.0, 1.0),
    "high": ("80 % and more", 0.8, 1.0),
    "middle": ("50 to 80 %", 0.5, 0.8),
    "low": ("Below 50 %", 0.0, 0.5),
}
"""Name, and from where up to where the certainty of an answer is, in [0, 1]."""

ADDED, NAME, SURE, DOUBT, EXPRESSION = "added", "name", "sure", "doubt", "expression"
ORDERS: Final = {
    ADDED: "As added",
    NAME: "File name",
    EXPRESSION: "Expression",
    DOUBT: "Least certain first",
    SURE: "Most certain first",
}

Results = Mapping[int, PhotoResult]
"""Number → result, in the order in which the photos came."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to see.

    Attributes:
        kind: Of `KINDS`.
        certainty: Of `CERTAINTIES`.
        text: What the file's name contains, in letters of either case.
        order: Of `ORDERS`.
    """

    kind: str = ALL
    certainty: str = ANY
    text: str = ""
    order: str = ADDED

    def of(self, results: Results) -> list[int]:
        """The numbers of the photos to show, in their order."""
        shown = [number for number, result in results.items() if self._has(result)]
        if self.order == NAME:
            return sorted(shown, key=lambda number: results[number].name.casefold())
        if self.order == EXPRESSION:
            return sorted(shown, key=lambda number: _place(results[number]))
        if self.order == DOUBT:
            return sorted(shown, key=lambda number: self._certainty(results[number], 2.0))
        if self.order == SURE:
            return sorted(shown, key=lambda number: -self._certainty(results[number], -1.0))
        return shown

    def _has(self, result: PhotoResult) -> bool:
        if self.text.casefold() not in result.name.casefold():
            return False
        if self.certainty == ANY:
            return self.kind == ALL or self.kind in kinds(result)
        return any(True for _ in self._faces(result))

    def _faces(self, result: PhotoResult) -> Iterable[FaceEmotion]:
        """The faces that the choice is about."""
        _, low, high = CERTAINTIES[self.certainty]
        for face in result.faces:
            certain = low <= face.confidence < high or face.confidence == high == 1
            if certain and (self.kind == ALL or self.kind in _kinds_of(face)):
                yield face

    def _certainty(self, result: PhotoResult, without: float) -> float:
        """Of the answer that is the least certain, in [0, 1]; `without` one, what is given."""
        return min((face.confidence for face in self._faces(result)), default=without)


def kinds(result: PhotoResult) -> set[str]:
    """All of `KINDS` that a photo is chosen by, but for `ALL`."""
    if result.problem:
        return {UNREADABLE}
    if not result.faces:
        return {NO_FACE}
    return set().union(*(_kinds_of(face) for face in result.faces))


def answers(results: Iterable[PhotoResult]) -> dict[str, int]:
    """How many faces got each answer: the seven expressions, and "unsure"."""
    found = Counter(face.answer for result in results for face in result.faces)
    return {name: found[name] for name in (*EMOTIONS, UNSURE)}


def in_a_word(result: PhotoResult) -> str:
    """What a thumbnail says: "Happy, 92 %", "5 faces: 3 happy, 2 unsure", "No face"."""
    if result.problem:
        return KINDS[UNREADABLE]
    if not result.faces:
        return KINDS[NO_FACE]
    if len(result.faces) == 1:
        return answer_line(result.faces[0])
    listed = ", ".join(f"{n} {DISPLAY_NAMES[name].lower()}" for name, n in _often(result))
    return f"{result.faces_found:,} faces: {listed}"


def short_answer(result: PhotoResult) -> str:
    """`in_a_word` in the width of a thumbnail."""
    if result.problem or not result.faces:
        return in_a_word(result)
    face = result.faces[0]
    if len(result.faces) > 1:
        return f"{result.faces_found:,} faces"
    return "Unsure" if face.is_unsure else answer_line(face)


def color(result: PhotoResult) -> str:
    """Of the answer that most of a photo's faces got; none without a face."""
    return COLORS[_often(result)[0][0]] if result.faces else ""


def marks(result: PhotoResult) -> list[str]:
    """What is to be said of a photo beside its answer, in words."""
    notes = {note for face in result.faces for note in face.notes}
    unsure = [UNSURE] if UNSURE in kinds(result) else []
    return [*unsure, *(note for note in NOTES if note in notes)]


def doubts(result: PhotoResult) -> str:
    """`marks` under the short answer, which may say "Unsure" itself: "2 unsure, dark"."""
    unsure = sum(face.is_unsure for face in result.faces)
    counted = [f"{unsure} {UNSURE}"] if unsure and len(result.faces) > 1 else []
    return ", ".join([*counted, *(mark for mark in marks(result) if mark != UNSURE)])


def _often(result: PhotoResult) -> list[tuple[str, int]]:
    """The answers for a photo's faces, the most frequent one first."""
    return Counter(face.answer for face in result.faces).most_common()


def _place(result: PhotoResult) -> int:
    """Of the photo's expression among all."""
    found = kinds(result)
    return next(i for i, kind in enumerate(KINDS) if kind in found)


def _kinds_of(face: FaceEmotion) -> set[str]:
    return {face.answer, *([DOUBTFUL] if face.notes else [])}
