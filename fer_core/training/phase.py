"""A phase's optimizer, and the callbacks that count its epochs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from fer_core.training.config import PhaseConfig


def make_optimizer(phase: PhaseConfig, steps_per_epoch: int) -> Any:
    """The phase's Keras optimizer with its learning-rate schedule."""
    rate: Any = phase.learning_rate
    if phase.schedule == "cosine":
        steps = max(1, phase.epochs * steps_per_epoch - phase.warmup_steps)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0 if phase.warmup_steps else phase.learning_rate,
            steps,
            alpha=phase.final_learning_rate / phase.learning_rate,
            warmup_target=phase.learning_rate if phase.warmup_steps else None,
            warmup_steps=phase.warmup_steps,
        )
    options: dict[str, Any] = {}
    if phase.ema:
        options |= {"use_ema": True, "ema_momentum": phase.ema}
    if phase.clip_norm:
        options["global_clipnorm"] = phase.clip_norm
    makers: dict[str, Callable[[], Any]] = {
        "adam": lambda: keras.optimizers.Adam(rate, **options),
        "adamw": lambda: keras.optimizers.AdamW(rate, weight_decay=phase.weight_decay, **options),
        "sgd": lambda: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, **options),
    }
    return makers[phase.optimizer]()


def counting_callbacks(phase: PhaseConfig, monitor: str) -> list[Any]:
    """The plateau and the early stop, as far as the phase has them."""
    mode = "min" if monitor == "val_loss" else "max"
    callbacks: list[Any] = []
    if phase.schedule == "plateau":
        callbacks.append(
            keras.callbacks.ReduceLROnPlateau(
                monitor,
                factor=phase.plateau_factor,
                patience=phase.plateau_patience,
                mode=mode,
                min_lr=1e-7,
            )
        )
    if phase.early_stopping:
        callbacks.append(
            keras.callbacks.EarlyStopping(monitor, patience=phase.early_stopping, mode=mode)
        )
    return callbacks
