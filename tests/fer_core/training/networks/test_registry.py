"""A recipe's architecture and precision reach the network that is trained, and its second phase."""

from pathlib import Path

import numpy as np
from training_tools import Silent

from fer_core.data.dataset import Dataset
from fer_core.training.architecture import backbone, predict
from fer_core.training.config import TrainingConfig
from fer_core.training.fit import fit
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import DataConfig, ModelConfig, PhaseConfig

RECIPE = TrainingConfig(
    title="Plain",
    phases=tuple(PhaseConfig(name, epochs=1, size=48, ema=0.9) for name in ("one", "two")),
    model=ModelConfig(
        architecture="plain_cnn",
        width=0.125,
        dense=8,
        weights="none",
        precision="mixed_bfloat16",
    ),
    data=DataConfig(validation=0.25),
)


def test_the_named_network_is_trained_in_the_named_precision(dataset: Dataset, tmp_path: Path):
    network = fit(RECIPE, dataset, RunFolder(tmp_path), Silent(), resume=False)
    assert network.name == "fer_plain_cnn"
    inside = backbone(network).layers[1:]  # after the input
    assert {layer.compute_dtype for layer in [*inside, network.get_layer("dense")]} == {"bfloat16"}
    answers = predict(network, dataset.images[:20])
    assert np.isfinite(answers).all()
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
