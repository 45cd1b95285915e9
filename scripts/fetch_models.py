"""Fetches the face detector into .cache/models, from opencv_zoo or from a local folder.

    python scripts/fetch_models.py [--from DIR]

Without it the app works with OpenCV's Haar cascade. Exit status: 0 if every file is there with the
right hash, 1 if one cannot be had.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fer_core.errors import ModelError
from fer_core.store.assets import ASSETS, ASSETS_VARIABLE, CACHE, fetch_asset, is_right
from fer_core.training.progress import share_shown
from scripts import cli


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    failed = [name for name in ASSETS if not _fetch(name, args.source, args.into)]
    return 1 if failed else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser("Fetches the face detector (0.2 MB) into a folder that git ignores.")
    parser.add_argument(
        "--from",
        dest="source",
        type=cli.path,
        metavar="DIR",
        help="copy from this folder instead of the network; by default the environment variable "
        f"{ASSETS_VARIABLE}, if the file is there",
    )
    parser.add_argument(
        "--into",
        type=cli.path,
        metavar="DIR",
        default=CACHE,
        help="default: %(default)s, where the app looks",
    )
    return parser.parse_args(argv)


def _fetch(name: str, source: Path | None, folder: Path) -> bool:
    if is_right(folder / name):
        cli.say(f"{name}: already there, its hash is right ({folder}).")
        return True
    try:
        show = share_shown(name, sys.stderr)
        path = fetch_asset(
            name,
            source=source,
            folder=folder,
            progress=lambda received, expected: show(min(1.0, received / expected)),
        )
    except ModelError as error:
        cli.say(f"{name} could not be had.\n{error}", file=sys.stderr)
        cli.say("The app works without it, with OpenCV's Haar cascade.", file=sys.stderr)
        return False
    cli.say(f"{name}: {path.stat().st_size:,} bytes, its hash is right ({folder}).")
    return True


if __name__ == "__main__":
    sys.exit(main())
