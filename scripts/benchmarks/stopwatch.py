"""When each step of a training ended, and how fast the steps were."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final

import keras

WARM_UP: Final = 5
"""Steps at the start of an epoch that do not count: the graph is traced, queues fill."""


@dataclass(slots=True)
class Stopwatch:
    """A run's `Reporter` that keeps times instead of showing them.

    Attributes:
        steps: (epochs done, wall seconds, CPU seconds of the process) of each step.
        messages: Wall seconds of each message.
    """

    steps: list[tuple[float, float, float]] = field(default_factory=list)
    messages: list[float] = field(default_factory=list)

    def batch(self, phase: str, done: float, total: float, logs: dict[str, float]) -> None:
        self.steps.append((done, time.perf_counter(), time.process_time()))

    def message(self, text: str) -> None:
        self.messages.append(time.perf_counter())

    def speed(self, batch: int) -> tuple[float, float]:
        """Images a second and images a CPU second, over the last epoch's full batches."""
        last = max(-(-done // 1) for done, _, _ in self.steps)
        # The last step of an epoch may be a smaller one.
        steps = [step for step in self.steps if -(-step[0] // 1) == last][WARM_UP:-1]
        images = batch * (len(steps) - 1)
        return tuple(images / (steps[-1][i] - steps[0][i]) for i in (1, 2))  # type: ignore[return-value]


class StepTimes(keras.callbacks.Callback):
    """Tells a stopwatch of each step of `model.fit`."""

    def __init__(self, watch: Stopwatch, steps: int) -> None:
        super().__init__()
        self._watch, self._steps = watch, steps

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._watch.batch("", (batch + 1) / self._steps, 1, {})
