"""Joins FER+'s votes with the images of FER-2013 by their pixels: the file for train.py --ferplus.

    python scripts/join_ferplus.py --votes fer2013new.csv --original fer2013.csv --out ferplus.csv
                                   [--data PATH]

fer2013new.csv is FER+'s (microsoft/FERPlus); fer2013.csv (or icml_face_data.csv) is FER-2013 as it
was published (Kaggle, challenges in representation learning), whose rows the votes follow. PATH is
FER-2013 as class folders, or the zip of them; the environment variable FER_DATA does as well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fer_core.data.dataset import load_dataset
from fer_core.data.fer2013_csv import read_original
from fer_core.data.ferplus_join import join, read_voted_rows, write_votes
from fer_core.errors import DataError
from fer_core.training.progress import share_shown
from scripts import cli


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    cli.say(f"Reading {args.votes}, {args.original} and {args.data} …", file=sys.stderr)
    voted = read_voted_rows(args.votes)
    original = read_original(args.original)
    dataset = load_dataset(args.data, numbered=args.numbered)
    rows = join(dataset, original, voted, share_shown("the images", sys.stderr))
    if not rows:
        raise DataError(f"No image of {args.data} is one of {args.original}.")
    write_votes(args.out, rows)
    cli.say(f"{len(rows):,} of {len(dataset):,} images have votes.")
    cli.say(f"Written: {args.out}. Next: scripts/train.py --ferplus {args.out}")
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__.splitlines()[0])
    parser.add_argument("--votes", type=cli.path, required=True, help="FER+'s fer2013new.csv")
    parser.add_argument("--original", type=cli.path, required=True, help="FER-2013's fer2013.csv")
    parser.add_argument(
        "--out", type=cli.path, required=True, help="the file to write, as ferplus.csv"
    )
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
