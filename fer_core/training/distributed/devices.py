"""What a network is trained on: the device that Keras takes by itself, or a subclass's many.

All that differs between the two is a method here; `data_parallel` has the subclass.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fer_core.training.config import TrainingConfig

if TYPE_CHECKING:  # Keras takes seconds to import
    from fer_core.training.run_folder import RunFolder, RunState


@dataclass(frozen=True, slots=True)
class Shard:
    """Which rows of every batch this process trains on.

    Attributes:
        process: This one, from 0.
        processes: All of them.
        devices: Of all processes together; each gets the same number of rows.
    """

    process: int = 0
    processes: int = 1
    devices: int = 1

    def usable(self, images: int) -> int:
        """How many of an epoch's images are trained on, so that its last batch divides as well.

        The rest, fewer than there are devices, is left out, a different one in every epoch.
        """
        return images - images % self.devices

    def rows(self, batch: int) -> slice:
        """This process's rows of a batch of so many; all processes' in order are the batch."""
        each = batch // self.processes
        return slice(self.process * each, (self.process + 1) * each)


class Devices:
    """One device: every method leaves things as they are."""

    shard = Shard()

    def record(self) -> dict[str, Any]:
        """What a run's record says of them."""
        return {}

    def check(self, config: TrainingConfig) -> None:
        """Raises `TrainingError` if a recipe's batches do not divide by the devices."""

    def sync_run_folder(self, run: RunFolder, state: RunState) -> RunState:
        """Copies the files of the process that has come furthest into this one's folder.

        Returns:
            The state that all processes go on from.

        Raises:
            TrainingError: if the files cannot be written.
        """
        return state

    def broadcast_weights(self, network: Any) -> None:
        """Copies a network's weights in process 0 to every process."""

    def scope(self) -> AbstractContextManager[None]:
        """What is made inside, and trained, lies on all devices."""
        return nullcontext()

    def replicate(self, model: Any) -> Any:
        """The model to train in place of `model`. Call it inside the scope."""
        return model

    def validator(self, model: Any, validation: tuple[Any, Any], batch_size: int) -> Any | None:
        """A callback that validates, or None if Keras's `fit` does."""
        return None

    def callbacks(
        self, model: Any, trained: Any, validating: list[Any], others: list[Any]
    ) -> list[Any]:
        """Puts a run's callbacks in order.

        Args:
            model: What was given to `replicate`; the callbacks see its layers.
            trained: What came back.
            validating: Those that write the validation's figures to an epoch's logs.
            others: Those that read them.
        """
        return [*validating, *others]
