"""A figure with its 95 % interval, and how figures stand in JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval.

    Attributes:
        value: A share in [0, 1], or a ratio of at least 0.
        low: Lower end of the interval, at most `value`; None in a report that has no intervals.
        high: Upper end, at least `value`; None where `low` is.
    """

    value: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        numbers = [0.0, self.value] if self.interval is None else [0.0, *self._ordered()]
        if not all(map(math.isfinite, numbers)) or numbers != sorted(numbers):
            raise ValueError(
                "an estimate is low ≤ value ≤ high, all at least 0. "
                f"Received: {self.low} ≤ {self.value} ≤ {self.high}"
            )

    @property
    def interval(self) -> tuple[float, float] | None:
        return None if self.low is None or self.high is None else (self.low, self.high)

    def to_dict(self) -> dict[str, float | None]:
        return asdict(self)

    def _ordered(self) -> list[float]:
        low, high = self.interval or (self.value, self.value)
        return [low, self.value, high]


def flat(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    """The figure as `name`, `name_low` and `name_high`: plain numbers, all null for None."""
    ends = (None, None) if estimate is None else (estimate.low, estimate.high)
    value = None if estimate is None else estimate.value
    return {name: value, f"{name}_low": ends[0], f"{name}_high": ends[1]}


def read_flat(data: Json, name: str) -> Estimate | None:
    """The inverse of `flat`; a report without the ends of the interval is accepted.

    Raises KeyError, TypeError or ValueError, as all readers here, where `data` is damaged.
    """
    value = read_number(data[name])
    low, high = read_number(data.get(f"{name}_low")), read_number(data.get(f"{name}_high"))
    return None if value is None else Estimate(value, low, high)


def read_estimate(data: Json | None) -> Estimate | None:
    """The inverse of `Estimate.to_dict`, with null for None."""
    if data is None:
        return None
    return read_flat(
        {"x": data["value"], "x_low": data.get("low"), "x_high": data.get("high")}, "x"
    )


def read_number(value: Any) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise TypeError(f"a figure is a number or null. Received: {value!r}")
    return None if value is None else float(value)


def read_count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"a count is a whole number of at least 0. Received: {value!r}")
    return int(value)
