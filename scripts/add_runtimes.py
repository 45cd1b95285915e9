"""Adds runtimes to a finished model: LiteRT in 8-bit integers, and ONNX.

    python scripts/add_runtimes.py --model ultimate_model --data PATH [--int8] [--onnx]

Both by default. PATH is what the model was trained on: faces of train/ calibrate the integers, and
every face of test/ is put through each runtime and the Keras network. ONNX and the float LiteRT
file must agree with it within 0.001 in any probability; the 8-bit file is kept where its accuracy
is within one point. The card lists the files and the figures. Needs requirements-dev.txt.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fer_core.data.dataset import load_dataset
from fer_core.store.model_files import DEFAULT_MODEL, INT8_SUFFIX, ONNX_SUFFIX, load_model
from scripts import cli


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    chosen = {INT8_SUFFIX: args.int8, ONNX_SUFFIX: args.onnx}
    suffixes = tuple(suffix for suffix, wanted in chosen.items() if wanted) or tuple(chosen)
    load_model(args.model)
    dataset = load_dataset(args.data)
    # Keras takes seconds to import: only once the model and the data have been found good.
    from fer_core.export.runtimes import add_runtimes

    add_runtimes(args.model, dataset, suffixes, print)
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--model", type=cli.model, default=DEFAULT_MODEL, help="stem, or path of one of its files"
    )
    parser.add_argument("--int8", action="store_true", help="only the 8-bit LiteRT file")
    parser.add_argument("--onnx", action="store_true", help="only the ONNX file")
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
