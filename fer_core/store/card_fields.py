"""What each field of a model's card may hold: a card is a file, and others write files too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

_LARGEST: Final = 10**15
_DEPTH: Final = 20

Check = Callable[[Any], bool]


def check_fields(values: Mapping[str, Any]) -> None:
    """Raises TypeError, naming the field and what it is, if one is of the wrong kind.

    A missing or unknown field is none of its business.
    """
    for name, (check, words) in _FIELDS.items():
        if name in values and not check(values[name]):
            raise TypeError(f"{name} is {words}. Received: {str(values[name])[:80]!r}")
    if not _is_shallow(values, _DEPTH):
        raise TypeError(f"its fields are nested more than {_DEPTH} deep")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_text, value))


def _is_number(value: Any) -> bool:
    """Finite and of a size that can be shown; JSON has true, 1e999 and integers without end."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -_LARGEST <= value <= _LARGEST
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and _is_number(value) and value >= 0


def _is_temperature(value: Any) -> bool:
    return _is_number(value) and 0.01 <= value <= 100


def _are_counts(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 7 and all(map(_is_count, value))


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _object(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Whether it is an object whose named values pass their checks; others are free."""
    checks = {**required, **(optional or {})}

    def check(value: Any) -> bool:
        return (
            isinstance(value, Mapping)
            and required.keys() <= value.keys()
            and all(is_right(value[name]) for name, is_right in checks.items() if name in value)
        )

    return check


def _is_interval(value: Any) -> bool:
    """Whether `Estimate` takes it: other keys are not free."""
    return value == {} or (
        _INTERVAL(value) and len(value) == 3 and value["low"] <= value["value"] <= value["high"]
    )


def _is_headline(value: Any) -> bool:
    return value == {} or _HEADLINE(value)


def _are_files(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_FILE, value.values()))


def _are_ways(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_WAY, value.values()))


def _are_thresholds(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_THRESHOLD, value.values()))


def _is_shallow(value: Any, levels: int) -> bool:
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        return True
    return levels > 0 and all(_is_shallow(each, levels - 1) for each in value)


_COUNTS: Final = ("images", "train_images", "learned_from", "validated_on")
_FILE: Final = _object({"sha256": _is_text, "bytes": _is_count})
_INTERVAL: Final = _object(dict.fromkeys(("value", "low", "high"), _is_share))
_HEADLINE: Final = _object({"split": _is_text}, {"n": _is_count, "accuracy": _is_interval})

_WAY: Final = _object({}, {"temperature": _is_temperature, "unsure_below": _is_share})
_THRESHOLD: Final = _object({"threshold": _is_number})

_FIELDS: Final[Mapping[str, tuple[Check, str]]] = {
    **dict.fromkeys(
        ("stem", "title", "summary", "created", "licence", "intended_use"), (_is_text, "a text")
    ),
    "emotions": (_are_texts, "a list of texts"),
    "limits": (_are_texts, "a list of texts"),
    "input": (_object({}, {"upscaled_to": _is_count}), "an object; upscaled_to, a whole number"),
    "files": (_are_files, 'an object: suffix → {"sha256": a text, "bytes": a whole number}'),
    "recipe": (
        _object({}, {"model": _is_object, "data": _object({}, {"drop": _are_texts})}),
        "an object; model, an object, and data, an object whose drop is a list of texts",
    ),
    "data": (
        _object(
            {},
            {**dict.fromkeys(_COUNTS, _is_count), "sha256": _is_text, "train_counts": _are_counts},
        ),
        f"an object; {', '.join(_COUNTS)}, whole numbers, sha256, a text, and train_counts, seven "
        "counts",
    ),
    "parameters": (_is_count, "a whole number"),
    "temperature": (_is_number, "a number"),
    "neutral_lowered": (_is_number, "a number"),
    "unsure_below": (_is_number, "a number"),
    "validation": (_is_object, "an object"),
    "ways": (_are_ways, "an object: name → temperature, 0.01 to 100, and unsure_below, a share"),
    "usability": (_are_thresholds, 'an object: note → {"threshold": a number}'),
    "headline": (
        _is_headline,
        'empty, or {"split": a text, "n": a whole number, "accuracy": {"value", "low", "high"}}, '
        "shares, low ≤ value ≤ high",
    ),
    "runtimes": (_is_object, "an object"),
}
