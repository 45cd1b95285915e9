"""scripts/train.py with the tests' tiny network, as a process of its own.

python tests/train_tiny.py (the arguments of scripts/train.py)
"""

from __future__ import annotations

import functools
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def main() -> int:
    script = runpy.run_path(str(ROOT / "scripts" / "train.py"))
    # Patched once the script imports it, which is after its processes have met.
    from training_tools import build_tiny

    import fer_core.training

    fer_core.training.fit = functools.partial(fer_core.training.fit, build=build_tiny)
    return script["main"]()


if __name__ == "__main__":
    sys.exit(main())
