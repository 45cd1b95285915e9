"""Errors that a user can cause. Each message is shown as it is: wrong, accepted, what to do."""

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
        It after this process's interpreter, if that lies below the working folder (as the one that
        `make app` makes does, and only that one has the libraries), or after "python".
    """
    used, here = Path(sys.executable), Path.cwd()
    return f"{used.relative_to(here) if used.is_relative_to(here) else 'python'} {script}"


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
