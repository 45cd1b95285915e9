"""What every script shares: how its `main` ends, its path options, and the option of the data set.

Imported before Keras, it also sets what TensorFlow reads from the environment when imported.
"""

from __future__ import annotations

import argparse
import functools
import io
import os
import select
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn, Protocol, TextIO

from fer_core.data.dataset import DATA_VARIABLE
from fer_core.data.ferplus import FERPLUS_VARIABLE
from fer_core.errors import FerError
from fer_core.store.files import expand
from fer_core.store.names import printable_text

STOPPED: Final = 2
INTERRUPTED: Final = 130
"""128 + SIGINT, as a shell reports it."""
PIPE_CLOSED: Final = 141
"""128 + SIGPIPE, likewise."""

# TensorFlow turns oneDNN on by itself only on recent Intel processors; on an AMD one with AVX2 it
# doubles the speed at 96 pixels.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


class Main(Protocol):
    """A script's entry: arguments (`sys.argv` by default) → exit status."""

    def __call__(self, argv: Sequence[str] | None = None) -> int: ...


def command(go_on: str = "") -> Callable[[Main], Main]:
    """Lets a script's `main` end in an exit status and one sentence, never in a traceback.

    An error that a user can cause → 2, Ctrl-C → 130, standard output closed by its reader, as by
    `| head`, → 141 without a word.

    Args:
        go_on: After Ctrl-C: how to go on, if one can.
    """

    def decorate(main: Main) -> Main:
        @functools.wraps(main)
        def run(argv: Sequence[str] | None = None) -> int:
            if isinstance(sys.stdout, io.TextIOWrapper):
                # A file's name may have letters that the terminal's encoding lacks.
                sys.stdout.reconfigure(errors="backslashreplace")
            try:
                status = main(argv)
                if sys.stdout is not None:  # closed before the start, as by `>&-`
                    sys.stdout.flush()
                return status
            except KeyboardInterrupt:
                return stop(f"Stopped by you. {go_on}".rstrip(), INTERRUPTED)
            except FerError as error:
                return stop(f"Stopped: {error}")
            except OSError as error:
                if isinstance(error, BrokenPipeError) and _reader_is_gone():
                    return PIPE_CLOSED
                file = f" ({error.filename})" if error.filename else ""
                return stop(f"Stopped: {error.strerror or error}{file}")

        return run

    return decorate


def stop(message: str, status: int = STOPPED) -> int:
    """Says on the error output why a script ends; returns its exit status."""
    over_the_bar = "\r\x1b[2K" if sys.stderr.isatty() else ""
    print(f"{over_the_bar}{printable_text(message)}", file=sys.stderr)
    return status


def say(text: str, file: TextIO | None = None) -> None:
    """Prints text, by default on the standard output; no name in it can command the terminal."""
    print(printable_text(text), file=file, flush=True)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(printable_text(message))  # it repeats what was given


def parser(description: str) -> argparse.ArgumentParser:
    """A script's parser; its help shows the description line by line."""
    return _Parser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)


def path(text: str) -> Path:
    """The type of a path option: `~` is the home folder."""
    return expand(text)


def model(text: str) -> str:
    """The type of an option that is a model's stem, or the path of one of its files."""
    return str(path(text))


def add_ferplus(parser: argparse.ArgumentParser) -> None:
    """Adds `--ferplus`, which the environment sets as well."""
    parser.add_argument(
        "--ferplus",
        type=path,
        default=os.environ.get(FERPLUS_VARIABLE) or None,
        help=f"CSV file of FER+ votes; by default what {FERPLUS_VARIABLE} names",
    )


def add_numbered(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--numbered",
        action="store_true",
        help="folders 0 to 6 are the classes, in FER-2013's order: 0 angry … 6 neutral",
    )


def parse_with_data(
    parser: argparse.ArgumentParser,
    argv: Sequence[str] | None,
    *,
    unless: str | None = None,
    by_place: bool = False,
) -> argparse.Namespace:
    """Adds `--data`, which `FER_DATA` sets as well, to a script's options and parses them.

    Ends the script with status 2 and a sentence if neither names a data set.

    Args:
        unless: A flag with which the script needs none, as an attribute of the result.
        by_place: The data set is given as PATH, without `--data`; in the result it is `data` still.
    """
    place: dict[str, Any] = {"nargs": "?", "metavar": "PATH"} if by_place else {}
    parser.add_argument(
        "data" if by_place else "--data",
        type=path,
        default=os.environ.get(DATA_VARIABLE) or None,
        help=f"folder, zip, tar or fer2013.csv; by default what {DATA_VARIABLE} names",
        **place,
    )
    add_numbered(parser)
    args = parser.parse_args(argv)
    needless = unless is not None and getattr(args, unless)
    if not args.data and not needless:
        option = "PATH" if by_place else "--data PATH"
        parser.error(f"{option} is missing, and {DATA_VARIABLE} is not set")
    return args


def _reader_is_gone() -> bool:
    """Whether standard output is the closed pipe; if so, what is left in it is dropped."""
    try:
        output = sys.stdout.fileno()
    except OSError:  # not a file, as in a notebook or a test
        return False
    waiting = select.poll()
    waiting.register(output, 0)  # errors are reported whatever is asked for
    if not waiting.poll(0):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)  # Python flushes once more as it ends
    return True
