"""What a card says of the use and the limits of a network, and under which terms it stands."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from fer_core.data.dataset import Dataset
from fer_core.training.sections import ModelConfig

INTENDED_USE: Final = (
    "Teaching, research on interfaces, and play: to see which of seven apparent expressions a "
    "face shows, with a known rate of error."
)
_PRETRAINED: Final = {
    "imagenet": "ImageNet (Apache-2.0)",
    "vggface2": "the faces of VGGFace2 (Cao et al. 2018, for research)",
    "dlib": "dlib's faces (King 2017, CC0)",
}
"""A recipe's weights → where they come from."""
_LIMITS: Final = (
    "It answers for the expression a face shows in one picture, not for what a person feels.",
    "Covered, dark, blurred and very small faces cost accuracy; profile views were not measured.",
    "Not for decisions about people. Inferring emotions at work or in education is prohibited in "
    "the EU (AI Act, Art. 5(1)(f)).",
)
_FER2013_LIMITS: Final = (
    "FER-2013's labels are themselves disputed: people agree with them on about 65 of 100 faces.",
    "Trained on 48x48 gray faces found on the web in 2013; not measured by age or skin tone.",
)
_OWN_LIMITS: Final = ("Not measured by age or skin tone, nor on other data than it was made from.",)


def licence(dataset: Dataset, model: ModelConfig) -> str:
    """What is known of the terms of a network that began so and was trained on these data."""
    data = (
        "MIT. Trained on FER-2013, which its authors released for research"
        if is_fer2013(dataset)
        else "That of the data it was trained on"
    )
    if model.weights.endswith(".keras"):
        return f"{data}; it went on from {PurePath(model.weights).name}."
    start = _PRETRAINED.get(model.weights)
    return f"{data}; backbone pretrained on {start}." if start else f"{data}."


def limits(dataset: Dataset) -> tuple[str, ...]:
    """What the card warns of."""
    first, *rest = _LIMITS
    return (first, *(_FER2013_LIMITS if is_fer2013(dataset) else _OWN_LIMITS), *rest)


def is_fer2013(dataset: Dataset) -> bool:
    """Whether the data have FER-2013's two test halves, which no other data set has."""
    return bool((dataset.splits == "private").any())
