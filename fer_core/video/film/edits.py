"""What somebody has said of the faces of an analysed film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fer_core.video.film.record import AnalyzedFilm


@dataclass(frozen=True, slots=True)
class Edits:
    """What somebody has said of the faces.

    Attributes:
        names: Number → name.
        same_as: Number → the number whose face it is as well.
        left_out: Numbers.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    same_as: Mapping[int, int] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.names or self.same_as or self.left_out)

    def apply(self, film: AnalyzedFilm) -> AnalyzedFilm:
        film = film.without(*self.left_out) if self.left_out else film
        for number in self.same_as:
            film = film.merged(self.target(number), number)
        return replace(film, names={**film.names, **self.names})

    def target(self, number: int) -> int:
        """Whose face a number is in the end."""
        seen = {number}
        while (number := self.same_as.get(number, number)) not in seen:
            seen.add(number)
        return number
