"""What a training step of each of the ablation's networks costs: they get equal budgets."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, Final

import keras
import numpy as np

from fer_core.evaluation.ablation_report import MOBILENET, PLAIN
from fer_core.labels import EMOTIONS
from fer_core.training import architecture
from fer_core.training.networks import mobilenet_v2, plain_cnn
from fer_core.training.networks.registry import Build
from scripts.ablation.design import CANDIDATES, Costs, Plan, Tuning

SIDES: Final = {MOBILENET: 96, PLAIN: 48}
ROUNDS: Final = 5
BUILDERS: Final[dict[str, Build]] = {MOBILENET: mobilenet_v2.build, PLAIN: plain_cnn.build}


def measure(plan: Plan) -> Costs:
    """Seconds of CPU an image, the median of rounds in which every network takes its turn.

    CPU time over all threads, not wall time: other work on the machine then hardly matters.
    """
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 256, (plan.batch_size, 48, 48, 1)).astype(np.float32)
    targets = np.eye(len(EMOTIONS), dtype=np.float32)[rng.integers(0, 7, plan.batch_size)]
    shapes = {tuning.shape: tuning for tuning in CANDIDATES}
    steps = {shape: _step(tuning, plan, faces, targets) for shape, tuning in shapes.items()}
    features = architecture.feature_model(_network(CANDIDATES[0], plan))
    steps["features"] = lambda: features.predict_on_batch(faces)
    medians = _medians(steps, plan.batch_size)
    keras.utils.clear_session()
    return Costs(features=medians.pop("features"), step=medians)


def _medians(steps: dict[str, Callable[[], Any]], images: int) -> dict[str, float]:
    for step in steps.values():
        step()  # the first call compiles
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            start = time.process_time()
            step()
            seconds[name].append((time.process_time() - start) / images)
    return {name: statistics.median(values) for name, values in seconds.items()}


def _step(tuning: Tuning, plan: Plan, faces: Any, targets: Any) -> Callable[[], Any]:
    network = _network(tuning, plan)
    network.compile(keras.optimizers.AdamW(1e-4), "categorical_crossentropy")
    return lambda: network.train_on_batch(faces, targets)


def _network(tuning: Tuning, plan: Plan) -> keras.Model:
    return BUILDERS[tuning.network](
        size=SIDES[tuning.network],
        width=tuning.width * plan.backbone_width,
    )
