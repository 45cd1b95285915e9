"""Small pieces that several pages share, and the words around figures."""

import re
from collections.abc import Mapping
from typing import Any

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")

SPLIT_TITLES = {
    "public": "PublicTest",
    "private": "PrivateTest",
    "test": "Test (PublicTest and PrivateTest together)",
    "private_deduplicated": "PrivateTest without copies",
}


def plain(text: str) -> str:
    """`text` for a Markdown element, every character shown as itself, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def right_of_100(headline: Mapping[str, Any]) -> str:
    """A card's headline figure in words.

    Args:
        headline: {"split": str, "accuracy": {"value", "low", "high"} in [0, 1], "n": int}.
    """
    accuracy = headline["accuracy"]
    split = SPLIT_TITLES.get(str(headline["split"]), str(headline["split"]))
    return (
        f"right for {100 * accuracy['value']:.0f} of 100 faces of {split} "
        f"(95 % interval {100 * accuracy['low']:.1f}–{100 * accuracy['high']:.1f}, "
        f"n = {headline['n']:,})"
    )
