"""A card claims what is so of these data and this start, and nothing of FER-2013 otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.data.dataset import Dataset
from fer_core.export import card_texts
from fer_core.training.config import load_config
from fer_core.training.sections import ModelConfig
from tests.small_data import noise_dataset

CONFIGS = Path(__file__).parents[3] / "configs"


def fer2013() -> Dataset:
    return noise_dataset(4, tests=2, split="private")


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ("imagenet", "pretrained on ImageNet"),
        ("vggface2", "VGGFace2 (Cao et al. 2018"),
        ("dlib", "dlib"),
        ("none", "trained on."),
        ("models/x.keras", "went on from x.keras"),
    ],
)
def test_the_licence_names_data_and_start(weights: str, says: str) -> None:
    words = card_texts.licence(noise_dataset(4), ModelConfig(weights=weights))
    assert says in words and words.startswith("That of the data") and words.endswith(".")
    on_fer2013 = card_texts.licence(fer2013(), ModelConfig(weights=weights))
    assert on_fer2013.startswith("MIT. Trained on FER-2013")


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_start_of_every_recipe_here_is_known(path: Path) -> None:
    model = load_config(path).model
    assert model.weights == "none" or "pretrained" in card_texts.licence(fer2013(), model)


def test_limits_name_fer2013_only_for_its_networks() -> None:
    assert "FER-2013" not in " ".join(card_texts.limits(noise_dataset(4)))
    assert "FER-2013" in " ".join(card_texts.limits(fer2013()))
