"""The option that names the data set, alike in every script."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from fer_core.data.dataset import DATA_VARIABLE


def parse_with_data(
    parser: argparse.ArgumentParser, argv: Sequence[str] | None, *, unless: str | None = None
) -> argparse.Namespace:
    """Adds `--data`, which `FER_DATA` sets as well, to a script's options and parses them.

    Ends the script with status 2 and a sentence where neither names a data set.

    Args:
        unless: A flag with which the script needs none, as an attribute of the result.
    """
    parser.add_argument("--data", default=os.environ.get(DATA_VARIABLE), help="folder or zip")
    args = parser.parse_args(argv)
    needless = unless is not None and getattr(args, unless)
    if not args.data and not needless:
        parser.error(f"--data PATH is missing, and {DATA_VARIABLE} is not set")
    return args
