"""Files that are downloaded rather than committed: finding them, and fetching them.

Each is pinned by its SHA-256. A file with another hash is never used, wherever it came from.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from fer_core.errors import ModelError
from fer_core.store.files import expand, read_regular

ASSETS_VARIABLE: Final = "FER_ASSETS"
_ROOT: Final = Path(__file__).resolve().parents[2]
IN_CHECKOUT: Final = (_ROOT / "pyproject.toml").is_file()
"""Rather than installed from a wheel, without scripts."""
CACHE: Final = (
    (_ROOT if IN_CHECKOUT else Path.home())
    / ".cache"
    / ("models" if IN_CHECKOUT else "fer-expressions")
)
YUNET: Final = "face_detection_yunet_2023mar.onnx"

_TIMEOUT: Final = 30.0  # seconds without a byte
_CHUNK: Final = 1 << 16

Progress = Callable[[int, int], None]
"""Called with the bytes received so far and the bytes expected."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that is downloaded once.

    Attributes:
        urls: Where it is published, in the order in which they are tried.
        sha256: Of the whole file, in lower-case hexadecimal.
        size: In bytes.
    """

    urls: tuple[str, ...]
    sha256: str
    size: int


ASSETS: Final[Mapping[str, Asset]] = {
    # Wu, Peng and Yu (2023), "YuNet: A Tiny Millisecond-level Face Detector"; MIT licence. The
    # file is in Git LFS: raw.githubusercontent.com would hand out its pointer.
    YUNET: Asset(
        urls=(
            "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models/"
            f"face_detection_yunet/{YUNET}",
            f"https://huggingface.co/opencv/face_detection_yunet/resolve/main/{YUNET}",
        ),
        sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        size=232_589,
    ),
}


def assets_folder() -> Path | None:
    """The folder named by the environment variable FER_ASSETS, or None if it is not set."""
    folder = os.environ.get(ASSETS_VARIABLE)
    return expand(folder) if folder else None


def find_asset(name: str) -> Path | None:
    """Looks for a file in FER_ASSETS, then in the cache.

    Args:
        name: A file name. One of `ASSETS` counts as found only if its hash is right; any other
            name is looked up in FER_ASSETS alone, and its content is not judged.

    Returns:
        The file's path, or None.
    """
    local = assets_folder()
    if name not in ASSETS:
        path = local / name if local else None
        return path if path is not None and path.is_file() else None
    folders = (CACHE,) if local is None else (local, CACHE)
    return next((folder / name for folder in folders if is_right(folder / name)), None)


def is_right(path: Path) -> bool:
    """Whether `path` is a readable file with the hash that `ASSETS` gives for its name."""
    asset = ASSETS[path.name]
    try:
        return hashlib.sha256(read_regular(path, asset.size)).hexdigest() == asset.sha256
    except OSError:
        return False


def fetch_asset(
    name: str,
    *,
    source: Path | None = None,
    folder: Path = CACHE,
    urls: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Puts a file of `ASSETS` into the cache, unless the right one is there.

    Written beside its place and swapped in when its hash is right, so that a broken transfer
    leaves nothing behind. A wrong file in the cache is removed.

    Args:
        name: A key of `ASSETS`.
        source: A folder to copy it from. Without one, FER_ASSETS if that holds the file, and
            the network otherwise.
        folder: The cache.
        urls: Instead of the asset's own.
        progress: Told how far a download is.

    Returns:
        The path in the cache.

    Raises:
        ModelError: the file cannot be had, or what was had is not the pinned file.
    """
    target = folder / name
    if is_right(target):
        return target
    source = source or _local_source(name)
    try:
        target.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        if source is not None:
            return _copy(source / name, target)
        return _download_any(ASSETS[name].urls if urls is None else urls, target, progress)
    except OSError as error:
        raise ModelError(f"{name} cannot be written to {folder}: {error}.") from error


def _local_source(name: str) -> Path | None:
    folder = assets_folder()
    return folder if folder is not None and (folder / name).is_file() else None


def _copy(path: Path, target: Path) -> Path:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read: {error.strerror}. Give the folder that holds {path.name}."
        ) from error
    with stream:
        return _store(stream, target, str(path), None)


def _download_any(urls: Sequence[str], target: Path, progress: Progress | None) -> Path:
    failures = []
    for url in urls:
        try:
            return _download(url, target, progress)
        except ModelError as error:
            failures.append(str(error))
    advice = (
        f"Check the connection and try again, or put {target.name} into a folder and name that "
        f"folder by --from DIR or the environment variable {ASSETS_VARIABLE}."
    )
    raise ModelError("\n".join([*failures, advice]))


def _download(url: str, target: Path, progress: Progress | None) -> Path:
    request = urllib.request.Request(url, headers={"User-Agent": "fer-fetch-models/1"})
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        raise ModelError(f"{url}: the server answered {error.code} {error.reason}.") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ModelError(f"{url}: no connection ({reason}).") from error
    with response:
        return _store(response, target, url, progress)


def _store(stream: BinaryIO, target: Path, origin: str, progress: Progress | None) -> Path:
    """Writes `stream` beside `target` and swaps it in if it is the pinned file."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _receive(stream, file, ASSETS[target.name].size, origin, progress)
        _verify(beside, ASSETS[target.name], origin)
        beside.chmod(0o644)  # mkstemp's file is its owner's alone
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return target


def _receive(
    stream: BinaryIO, file: BinaryIO, expected: int, origin: str, progress: Progress | None
) -> None:
    """Copies up to one chunk more than `expected`: a server without end fills no disk."""
    received = 0
    while received <= expected:
        try:
            chunk = stream.read(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise ModelError(
                f"{origin}: the transfer broke off after {received:,} of {expected:,} bytes."
            ) from error
        if not chunk:
            break
        file.write(chunk)
        received += len(chunk)
        if progress is not None:
            progress(received, expected)


def _verify(path: Path, asset: Asset, origin: str) -> None:
    size, digest = path.stat().st_size, _sha256(path)
    if digest == asset.sha256:
        return
    if size < asset.size:
        raise ModelError(
            f"{origin}: cut off, or another file. Expected {asset.size:,} bytes. Received: {size:,}"
        )
    raise ModelError(
        f"{origin}: not the pinned file, refused. Expected SHA-256 {asset.sha256}. "
        f"Received: {digest}"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
