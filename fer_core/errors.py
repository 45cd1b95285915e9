"""Errors that a user can cause. Each message is shown as it is: wrong, accepted, what to do."""

import shlex
import sys
from pathlib import Path
from typing import Final

UNFORESEEN: Final = "This is a fault in the app, which its console describes."
"""Begins what is said of an error that nobody foresaw; what to do comes after it."""


def command(script: str) -> str:
    """What to type to run a script here, for a message's "what to do".

    Args:
        script: Its path and arguments, such as "scripts/fetch_models.py".

    Returns:
        It after this process's interpreter, if that lies below the working folder and the scripts
        do (as `make app` has it, whose interpreter alone has the libraries), or after "python".
    """
    try:
        here = Path.cwd()
        used = Path(sys.executable or "").relative_to(here) if (here / "scripts").is_dir() else None
    except (OSError, ValueError):  # the folder is gone; the interpreter lies elsewhere
        used = None
    return f"{shlex.quote(str(used or 'python'))} {script}"


class FerError(Exception):
    """Base of every error whose message is written for the person at the screen."""


class ImageError(FerError):
    """A file that cannot become a picture."""


class InputError(FerError, ValueError):
    """An argument that the library does not take, such as an array that is no picture."""


class ModelError(FerError):
    """A model that is missing, altered, or not of the expected shape."""


class DataError(FerError):
    """A data set that cannot be read or trained on."""


class ReportError(FerError):
    """An evaluation report or history that is missing or damaged."""


class TrainingError(FerError):
    """A training run that cannot start or had to stop."""


class FilmError(FerError):
    """A film that cannot be read, or holds nothing to analyse."""


class BatchError(FerError):
    """A run over many files that cannot begin, go on, or be resumed."""
