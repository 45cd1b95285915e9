"""A file of NumPy arrays (`.npz`) too large for memory: written piece by piece, mapped when read.

The members are stored, not compressed: what lies in the file is the array, so that the system can
read any part of it when it is asked for. `numpy.load` reads such a file like any other.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MOST_ARRAYS: Final = 2**30
"""Bytes of all arrays of a file that is read into memory."""
_LOCAL_HEADER: Final = 30
"""Bytes before a member's name in a zip file; its length stands at 26, of what follows at 28."""


def append_array(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    """Adds one array to an open, uncompressed archive."""
    append_pieces(archive, name, array.shape, array.dtype, [array])


def append_pieces(
    archive: zipfile.ZipFile,
    name: str,
    shape: tuple[int, ...],
    dtype: Any,
    pieces: Iterable[NDArray[Any]],
) -> None:
    """Adds the array that `pieces` are along the first axis, one after the other."""
    head = {
        "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
        "fortran_order": False,
        "shape": shape,
    }
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(member, head)
        for piece in pieces:
            member.write(np.ascontiguousarray(piece).tobytes())


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a file, by name, in memory.

    Raises:
        ValueError: if it is no such file, is damaged, or holds more than `MOST_ARRAYS`.
        OSError: if it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MOST_ARRAYS:
            raise ValueError(f"its arrays have {size:,} bytes, more than {MOST_ARRAYS:,}")
        with np.load(path, allow_pickle=False) as arrays:
            return {name: np.asarray(arrays[name]) for name in arrays.files}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, MemoryError) as error:
        # An encrypted member is a RuntimeError, a head that lies about its size a MemoryError.
        raise ValueError(str(error) or "it is damaged") from error


def map_array(path: Path, name: str) -> NDArray[Any]:
    """One array of the file at `path`, read-only, of which memory holds what was touched.

    Raises:
        ValueError: if the file stores it compressed.
        KeyError: if there is no such array.
        OSError, zipfile.BadZipFile: if the file cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo(f"{name}.npy")
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{name} is compressed")
    with path.open("rb") as file:
        # The local header repeats the name, and its extra field differs from the directory's.
        file.seek(member.header_offset)
        local = file.read(_LOCAL_HEADER)
        name_length, extra_length = (int.from_bytes(local[i : i + 2], "little") for i in (26, 28))
        start = member.header_offset + _LOCAL_HEADER + name_length + extra_length
        file.seek(start)
        head = io.BytesIO(file.read(4096))
    np.lib.format.read_magic(head)
    shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(head)
    if fortran_order or dtype.hasobject:
        raise ValueError(f"{name} is laid out in another way")
    return np.memmap(path, dtype, "r", start + head.tell(), shape)
