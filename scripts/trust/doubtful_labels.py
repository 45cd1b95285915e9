"""Lists the images whose label other images contradict, as CSV.

    python scripts/trust/doubtful_labels.py --model ultimate_model [--data PATH] [--part test]

Confident learning (Northcutt et al. 2021): heads are trained on the network's pooled features,
each on four fifths of the images, and answer for the rest. STEM.doubts.csv goes beside the model.
Of images that the network itself was trained on, the features remember the label, so that fewer
are found: --part test looks at the others, --part train at those, the default at all. Minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fer_core.data.dataset import load_dataset
from fer_core.errors import DataError
from fer_core.evaluation.audits.doubts import write_doubts
from fer_core.store.model_files import (
    DOUBTS_SUFFIX,
    KERAS_SUFFIX,
    load_card,
    model_file,
    verified_bytes,
)
from fer_core.training.progress import share_shown
from scripts import cli


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    source = model_file(args.model, KERAS_SUFFIX)
    verified_bytes(load_card(args.model), source)
    dataset = load_dataset(args.data, numbered=args.numbered)
    left_out = dataset.left_out
    if args.part != "all":
        dataset = dataset.where(dataset.is_test if args.part == "test" else ~dataset.is_test)
    if not len(dataset):
        raise DataError(f"The data set has no images of the part {args.part}.")
    # Keras takes seconds to import: only once model and data have been found good.
    import keras

    from fer_core.evaluation.audits.confident_learning import doubts, out_of_fold
    from fer_core.training.architecture import feature_model, predict

    features = predict(
        feature_model(keras.models.load_model(source, compile=False)), dataset.images
    )
    show = share_shown("the heads", sys.stderr)
    answers = out_of_fold(features, dataset.labels, dataset.copy_groups, show)
    found = doubts(dataset.paths, dataset.labels, answers)
    target = args.out or model_file(args.model, DOUBTS_SUFFIX)
    write_doubts(target, found)
    share = len(found) / len(dataset)
    cli.say(f"{target}: {len(found):,} doubtful labels of {len(dataset):,} ({share:.1%}).")
    return 1 if left_out else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__)
    parser.add_argument("--model", type=cli.model, required=True, help="stem, or one of its files")
    parser.add_argument("--out", type=cli.path, help="default: STEM.doubts.csv by the model")
    parser.add_argument("--part", choices=("all", "train", "test"), default="all")
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
