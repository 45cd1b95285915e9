"""What the networks pre-trained on faces have in common: their head, and what they refuse."""

from pathlib import Path

import numpy as np
import pytest

from fer_core.errors import TrainingError
from fer_core.training import architecture
from fer_core.training.networks import face_mobilenet, face_resnet

SMALL = {"size": 118, "width": 0.25}


@pytest.fixture(params=[face_mobilenet, face_resnet], ids=["mobilenet", "resnet"])
def build(request: pytest.FixtureRequest):
    return request.param.build


def test_its_head_and_its_contract(build, tmp_path: Path):
    network = build(**SMALL, weights="none")
    names = [layer.name for layer in network.layers]
    assert names[-3:] == ["pooled", "dropout", "probabilities"]
    assert "dense" in [layer.name for layer in build(**SMALL, weights="none", dense=8).layers]
    answers = network.predict(np.full((2, 48, 48, 1), 9, np.uint8), verbose=0)
    assert answers.shape == (2, 7)
    assert architecture.head_model(network).output_shape == (None, 7)
    network.save(tmp_path / "model.keras")
    going_on = build(size=150, width=0.25, weights=str(tmp_path / "model.keras"))
    for ours, theirs in zip(going_on.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"weights": "imagenet"}, "Accepted: (vggface2|dlib)"),
        ({"width": 0.5}, r"Received: 0\.5"),
    ],
)
def test_what_it_does_not_have_is_refused(build, asked, said):
    with pytest.raises(TrainingError, match=said):
        build(size=118, **asked)
