"""Visitors' films: files without a name, so that they are gone with the process, however it ends.

On Linux such a file has no place in any folder; on Windows it is removed when it is closed, also by
the system. None is in memory as a whole.
"""

from __future__ import annotations

import contextlib
import errno
import io
import re
import tempfile
import threading
from collections.abc import AsyncIterator
from typing import BinaryIO, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from fer_core.store.positioned import PositionedFile

CHUNK: Final = 256 * 1024
"""Bytes that are read at a time."""
_RANGE: Final = re.compile(r"bytes=(\d{0,19})-(\d{0,19})$", re.ASCII)


class FilmFile:
    """A file that several threads read, each at its own place.

    Args:
        file: A binary file that can seek; a new one without a name by default. It is this object's.
        limit: Bytes that may be written; None for no limit.
    """

    def __init__(self, file: BinaryIO | None = None, limit: int | None = None) -> None:
        self._file: BinaryIO = file or tempfile.TemporaryFile()  # noqa: SIM115
        self._lock = threading.Lock()
        self._limit = limit
        self.size = self._file.seek(0, io.SEEK_END)

    def read_at(self, offset: int, count: int) -> bytes:
        """Raises ValueError once the file is closed."""
        with self._lock:
            self._file.seek(offset)
            return self._file.read(count)

    def write_at(self, offset: int, data: bytes) -> int:
        """Raises OSError beyond the limit, and ValueError once the file is closed."""
        with self._lock:
            if self._limit is not None and offset + len(data) > self._limit:
                words = f"it has more than {self._limit / 1e6:.0f} MB"
                raise OSError(errno.EFBIG, words)
            self._file.seek(offset)
            count = self._file.write(data)
            self.size = max(self.size, offset + count)
            return count

    def open(self) -> BinaryIO:
        """The file for one reader or writer, with a place of its own; from the start."""
        return cast(BinaryIO, _Opened(self))

    def close(self) -> None:
        """Gives the disk back; whoever still reads gets a ValueError."""
        with self._lock, contextlib.suppress(OSError):  # a full disk: what is lost is not wanted
            self._file.close()


class _Opened(PositionedFile):
    def __init__(self, film: FilmFile) -> None:
        self._film = film

    @property
    def size(self) -> int:
        return self._film.size

    def read_at(self, offset: int, count: int) -> bytes:
        return self._film.read_at(offset, count)

    def write_at(self, offset: int, data: bytes) -> int:
        return self._film.write_at(offset, data)


def serve(film: FilmFile, kind: str, asked: str | None, headers: dict[str, str]) -> Response:
    """The answer to a request for a film, or for one range of its bytes (RFC 9110, 14).

    Args:
        kind: MIME type.
        asked: The request's Range header. Several ranges at once are answered with the whole, as
            the standard allows.
        headers: To send as well.
    """
    headers = {**headers, "Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    found = _RANGE.match(asked.strip()) if asked else None
    if found is None or found.groups() == ("", ""):
        headers["Content-Length"] = str(film.size)
        return StreamingResponse(_chunks(film, 0, film.size), 200, headers, kind)
    first, last = _ends(found[1], found[2], film.size)
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{film.size}"})
    headers["Content-Length"] = str(last - first + 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{film.size}"
    return StreamingResponse(_chunks(film, first, last + 1), 206, headers, kind)


def _ends(first: str, last: str, size: int) -> tuple[int, int]:
    """The first and last byte; the first is behind the last if there is no such range."""
    if not first:  # the last so many
        return max(0, size - int(last)), size - 1 if int(last) else -1
    return int(first), min(int(last), size - 1) if last else size - 1


async def _chunks(film: FilmFile, start: int, end: int) -> AsyncIterator[bytes]:
    while start < end:
        try:
            data = await run_in_threadpool(film.read_at, start, min(CHUNK, end - start))
        except ValueError:  # removed meanwhile: the browser sees a broken connection
            return
        if not data:
            return
        start += len(data)
        yield data
