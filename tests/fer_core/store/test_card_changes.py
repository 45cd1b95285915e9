"""A card that several commands write to at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_core.errors import ModelError
from fer_core.store.card_changes import change_card, record_evaluation, save_card
from fer_core.store.model_files import load_card

Make = Callable[..., Path]


def test_what_others_wrote_meanwhile_stays(make_model: Make) -> None:
    network = make_model()
    first, second = load_card(network), load_card(network)
    change_card(first, network.parent, lambda now: dataclasses.replace(now, data={"images": 3}))
    for suffix in (".report.json", ".predictions.csv"):
        network.with_name(f"small{suffix}").write_text("{}")
    record_evaluation(second, network.parent, {"split": "test"}, {"learned_from": 7})
    now = load_card(network)
    assert (now.data, now.headline) == ({"images": 3, "learned_from": 7}, {"split": "test"})
    assert set(now.files) == {*first.files, ".report.json", ".predictions.csv"}


def test_findings_about_a_network_that_was_replaced_are_not_written(make_model: Make) -> None:
    network = make_model()
    asked = load_card(network)
    files = {**asked.files, ".tflite": {"sha256": "0" * 64, "bytes": 1}}
    save_card(dataclasses.replace(asked, files=files), network.parent)
    with pytest.raises(ModelError, match="another network meanwhile"):
        change_card(asked, network.parent, lambda now: dataclasses.replace(now, headline={}))
    assert load_card(network).files == files
