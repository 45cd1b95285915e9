"""Who labels the shards: processes of this machine, or the tasks of a Ray cluster."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from functools import partial

from fer_core.batch.shards import Shard
from fer_core.batch.worker import PATIENCE, Worker

Save = Callable[[Shard, bytes], None]
"""Called with a shard's part, once for each shard, by any thread."""
Beat = Callable[[Shard, float], None]
"""Called with how many files of a shard are done so far, by any thread."""


def on_this_machine(
    shards: Sequence[Shard],
    job: bytes,
    save: Save,
    beat: Beat,
    *,
    workers: int,
    patience: int = PATIENCE,
) -> None:
    """Labels the shards in so many processes, each of which uses one thread.

    Args:
        job: As `worker.pack` gives it.
        patience: As of `Worker`.

    Raises:
        BatchError: a worker cannot work at all; what `save` raises.
    """
    left, lock = iter(shards), threading.Lock()
    crew = [Worker(job, patience) for _ in range(min(workers, len(shards)))]

    def work(worker: Worker) -> None:
        try:
            while True:
                with lock:
                    shard = next(left, None)
                if shard is None:
                    return
                save(shard, worker.label(shard, partial(beat, shard)))
        finally:
            worker.close()

    with ThreadPoolExecutor(max(1, len(crew))) as pool:
        tasks = [pool.submit(work, worker) for worker in crew]
        try:
            for task in wait(tasks, return_when=FIRST_EXCEPTION).done:
                task.result()
        finally:
            for worker in crew:
                worker.stop()
