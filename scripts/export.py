"""Turns a finished run into a model: .keras, .tflite, card and history, and proves they agree.

    python scripts/export.py --run runs/NAME --name ultimate_model [--data PATH] [--calibrate]
        [--balance-neutral] [--without-keras]

The largest difference in any probability between the two runtimes, on the validation faces, must
stay within 0.001. Then write the report with scripts/evaluate.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fer_core.data.dataset import load_dataset
from fer_core.store.model_files import MODELS
from scripts import cli


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    dataset = load_dataset(args.data)
    # Keras takes seconds to import: only once the data have been found good.
    from fer_core.export.package import package
    from fer_core.training.run_folder import RunFolder

    card, agreement = package(
        RunFolder(args.run),
        args.name,
        args.models,
        dataset,
        calibrate=args.calibrate,
        balance_neutral=args.balance_neutral,
        keep_keras=not args.without_keras,
    )
    print(
        f"{args.models / card.stem}.*: {card.parameters:,} parameters, validation accuracy "
        f"{card.validation['accuracy']:.1%} on {card.validation['n']:,} faces, temperature "
        f"{card.temperature}, Neutral's logit lowered by {card.neutral_lowered}, unsure below "
        f"{card.unsure_below}.\n"
        f"LiteRT and Keras on {agreement.faces:,} faces: largest difference "
        f"{agreement.largest_difference:.1e}, same answer on {agreement.same_answer:.2%}.\n"
        f"Next: scripts/evaluate.py --model {args.models / card.stem}.tflite"
    )
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=cli.path, required=True, help="a finished run's folder")
    parser.add_argument("--name", required=True, help="stem of the model's files")
    parser.add_argument("--models", type=cli.path, default=MODELS, help="folder of the models")
    parser.add_argument(
        "--calibrate", action="store_true", help="fold in a temperature, choose an unsure threshold"
    )
    parser.add_argument(
        "--balance-neutral",
        action="store_true",
        help="lower Neutral's logit until it is answered as often as it is the label",
    )
    parser.add_argument("--without-keras", action="store_true", help="leave out the .keras file")
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
