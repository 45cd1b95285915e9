"""A card is written: whole, or changed beside others who change it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fer_core.errors import ModelError
from fer_core.store.files import replace_text
from fer_core.store.model_files import (
    CARD_SUFFIX,
    MODELS,
    NETWORK_SUFFIX,
    PREDICTIONS_SUFFIX,
    REPORT_SUFFIX,
    ModelCard,
    file_record,
    load_card,
)


def save_card(card: ModelCard, folder: Path = MODELS) -> Path:
    """Writes a card beside its model's files."""
    path = folder / f"{card.stem}{CARD_SUFFIX}"
    replace_text(path, card.to_json())
    return path


def change_card(
    card: ModelCard, folder: Path, change: Callable[[ModelCard], ModelCard]
) -> ModelCard:
    """Changes a card as it stands now: others may have written to it since `card` was read.

    Raises:
        ModelError: its network is another one by now.
    """
    changed = change(require_same_network(card, folder))
    save_card(changed, folder)
    return changed


def require_same_network(card: ModelCard, folder: Path) -> ModelCard:
    """The card as it stands now; raises `ModelError` if its network is another one by now."""
    now = load_card(folder / f"{card.stem}{CARD_SUFFIX}")
    if now.files.get(NETWORK_SUFFIX) != card.files.get(NETWORK_SUFFIX):
        raise ModelError(
            f"{card.stem} became another network meanwhile: its files were left as they are. Start "
            "again to ask the new one."
        )
    return now


def record_evaluation(
    card: ModelCard, folder: Path, headline: Mapping[str, Any], sizes: Mapping[str, Any]
) -> None:
    """Writes a model's headline and its evaluation's hashes into its card.

    Args:
        headline: {"split", "n", "accuracy": {"value", "low", "high"}}.
        sizes: Entries for the card's data.
    """
    written = (REPORT_SUFFIX, PREDICTIONS_SUFFIX)
    records = {suffix: file_record(folder / f"{card.stem}{suffix}") for suffix in written}
    change_card(
        card,
        folder,
        lambda now: dataclasses.replace(
            now,
            data={**now.data, **sizes},
            files={**now.files, **records},
            headline=headline,
        ),
    )
