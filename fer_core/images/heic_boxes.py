"""The size of a HEIC picture, from its boxes alone (ISO/IEC 23008-12 and 14496-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Count = Callable[[str, int], None]
"""Counts parts of a kind; raises if a file has more of them than a real one."""


def heic_size(data: bytes, count: Count) -> tuple[int, int]:
    """Width and height of the largest item of a file, in pixels.

    Which item is the picture is not asked: its tiles, thumbnail and depth are no larger.

    Args:
        count: Is told of "boxes" and "items".

    Raises:
        ValueError: no item has a size, or the boxes make no sense.
    """
    sizes: list[tuple[int, int]] = []
    for kind, body in _boxes(data, count):
        if kind != b"meta":
            continue
        for inner, content in _boxes(body[4:], count):
            if inner == b"iinf":
                count("items", _item_count(content))
            elif inner == b"iprp":
                sizes += _item_sizes(content, count)
    if not sizes:
        raise ValueError("No item of the HEIC file has a size.")
    return max(sizes, key=lambda size: size[0] * size[1])


def _boxes(data: bytes, count: Count) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each box, one after the other (14496-12, 4.2)."""
    at = 0
    while at + 8 <= len(data):
        count("boxes", 1)
        size, kind, head = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if size == 1:  # the size follows, in 64 bits
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        elif size == 0:  # to the end
            size = len(data) - at
        if size < head:
            raise ValueError("A box of the HEIC file is shorter than its own head.")
        yield kind, data[at + head : at + size]
        at += size


def _item_count(content: bytes) -> int:
    """Of "iinf": 16 bits behind version and flags, 32 from version 1 on."""
    return int.from_bytes(content[4:8] if content[:1] > b"\0" else content[4:6])


def _item_sizes(content: bytes, count: Count) -> list[tuple[int, int]]:
    """Width and height of each "ispe" in the "ipco" of an "iprp" (23008-12, 6.5.3)."""
    return [
        (int.from_bytes(body[4:8]), int.from_bytes(body[8:12]))
        for kind, properties in _boxes(content, count)
        if kind == b"ipco"
        for name, body in _boxes(properties, count)
        if name == b"ispe"
    ]
