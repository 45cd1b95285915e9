"""One of two processes that train together; test_data_parallel.py starts both.

    python tests/distributed_process.py DATA FOLDER HOST:PORT INDEX

The repository and its tests are on PYTHONPATH. FOLDER holds recipe.toml, and gets the runs:
whole-INDEX by scripts/train.py; broken-INDEX, which is interrupted and goes on; alone, by process 0
without the other.
"""

from __future__ import annotations

import functools
import runpy
import shutil
import sys
from pathlib import Path

from training_tools import StopsAfter, build_tiny

from fer_core.data.dataset import load_dataset
from fer_core.training import fit as training
from fer_core.training.config import load_config
from fer_core.training.distributed.data_parallel import ManyDevices
from fer_core.training.distributed.processes import Processes
from fer_core.training.run_folder import RunFolder

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "train.py"


def main(data: str, folder: Path, address: str, index: int) -> None:
    training.fit = functools.partial(training.fit, build=build_tiny)
    recipe = folder / "recipe.toml"
    run_script(
        "--data", data, "--config", str(recipe), "--run", str(folder / f"whole-{index}"),
        "--distribute", address, "--processes", "2", "--process", str(index),
    )  # fmt: skip
    devices = ManyDevices(Processes.from_options(address, 2, index))
    fit = functools.partial(training.fit, load_config(recipe), load_dataset(data))
    broken = RunFolder(folder / f"broken-{index}")
    try:
        fit(broken, StopsAfter(1.1), resume=False, devices=devices)
    except KeyboardInterrupt:
        if index == 1:
            shutil.rmtree(broken.path)  # a machine that was lost: the other has its files
    fit(broken, StopsAfter(float("inf")), resume=True, devices=devices)
    if index == 0:
        fit(RunFolder(folder / "alone"), StopsAfter(float("inf")), resume=False)


def run_script(*arguments: str) -> None:
    code = runpy.run_path(str(SCRIPT))["main"](list(arguments))
    assert code == 0


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
