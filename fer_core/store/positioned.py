"""What is read and written by offset, as a file with a place of its own."""

from __future__ import annotations

import io
from abc import abstractmethod
from typing import Any


class PositionedFile(io.RawIOBase):
    """A binary file that can seek, over three operations that a subclass gives."""

    _at = 0

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes that there are."""

    @abstractmethod
    def read_at(self, offset: int, count: int) -> bytes:
        """At most `count` bytes; none at the end."""

    @abstractmethod
    def write_at(self, offset: int, data: bytes) -> int:
        """The number of bytes written."""

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self.read_at(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def write(self, data: Any) -> int:
        count = self.write_at(self._at, bytes(data))
        self._at += count
        return count
