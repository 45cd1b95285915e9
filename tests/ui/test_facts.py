"""What pages say of a model, against its card and report; the shipped ones too."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest
from made_figures import counted_split, says

from fer_core.data.dataset import DATA_VARIABLE, load_dataset
from fer_core.evaluation.report import EvaluationReport
from fer_core.labels import EMOTIONS
from fer_core.store.model_files import DEFAULT_MODEL, ModelCard, list_models, load_card
from fer_core.training.partition import partition
from fer_core.training.sections import DataConfig
from ui import facts, resources
from ui.charts.words import span


def card(**fields: Any) -> ModelCard:
    plain = ModelCard("m", "M", "", "2026-01-01", EMOTIONS, {}, {})
    return dataclasses.replace(plain, **fields)


@pytest.mark.parametrize(
    ("data", "drop", "words"),
    [
        ({}, [], "not recorded"),
        ({"train_images": 100}, [], "a part of the 100 images … not recorded"),
        ({"train_images": 100, "learned_from": 90, "validated_on": 10}, [], "90 of 100 … 10 valid"),
        (
            {"train_images": 100, "learned_from": 80, "validated_on": 10},
            ["constant", "near_test_copies"],
            "80 of 100 … 10 were left out (blank images, near copies of test images)",
        ),
    ],
)
def test_what_a_network_was_trained_on(data: dict[str, int], drop: list[str], words: str) -> None:
    assert says(facts.learned_from(card(data=data, recipe={"data": {"drop": drop}})), words)


def test_the_rarest_expression_is_told_with_its_interval() -> None:
    split = counted_split({(1, 1): 5, (1, 0): 5, (3, 3): 40})
    assert says(facts.rarest(split), "10 disgust images: recall 50 of 100 (95 % interval 23.7 to")
    assert facts.rarest(counted_split({})) == ""


def test_the_headline_is_the_part_that_chose_nothing() -> None:
    few, many = counted_split({(0, 0): 1}), counted_split({(0, 0): 2})
    assert facts.headline_split(EvaluationReport({"public": few, "private": many}))[1] is many
    assert facts.headline_split(EvaluationReport({"test": few}))[0] == "test"


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ("imagenet", "ImageNet weights"),
        ("none", "random weights"),
        ("a.keras", "“a.keras”"),
        ("", "random"),
    ],
)
def test_what_the_network_started_from(weights: str, words: str) -> None:
    assert words in facts.terms(card(recipe={"model": {"weights": weights}}))


def test_a_card_that_names_the_terms_is_taken_at_its_word() -> None:
    named = card(licence="MIT, after teachers of X.", recipe={"model": {"weights": "imagenet"}})
    assert facts.terms(named) == "MIT, after teachers of X."


def test_an_interval_does_not_break_and_is_rounded_alike() -> None:
    assert span(0.6636, 0.6941).split() == ["66.4", "to", "69.4", "%"]
    assert span(0.9, 1.05, share=False).split() == ["0.90", "to", "1.05"]
    assert " " not in span(0.1, 0.2)


@pytest.mark.parametrize("stem", list_models())
def test_headline_of_card_and_report_are_one_figure(stem: str) -> None:
    """Start and About show the report's, the foot the card's where there is no report."""
    name, accuracy, n = resources.headline_figure(stem) or pytest.fail("not evaluated")
    recorded = load_card(stem).headline
    assert (recorded["split"], recorded["n"]) == (name, n)
    assert recorded["accuracy"]["value"] == accuracy.value


@pytest.mark.skipif(DATA_VARIABLE not in os.environ, reason="FER_DATA is not set")
def test_the_default_card_counts_what_the_network_learned_from() -> None:
    made = load_card(DEFAULT_MODEL)
    dataset = load_dataset(Path(os.environ[DATA_VARIABLE]))
    config = DataConfig(**{**made.recipe["data"], "drop": tuple(made.recipe["data"]["drop"])})
    sizes = partition(dataset, config, made.recipe["seed"]).sizes
    assert {name: made.data[name] for name in sizes} == sizes
    assert f"{sizes['learned_from']:,} of 28,709" in facts.learned_from(made)
