"""How the C library keeps the memory of frames."""

from __future__ import annotations

import ctypes
from typing import Final

_M_ARENA_MAX: Final = -8  # of glibc's malloc.h
_ARENAS: Final = 2


def limit_arenas() -> bool:
    """Lets all threads share two heaps; whether the C library could be told so.

    glibc gives each thread a heap of its own, in which the frames it once held keep their room:
    three sessions grew by 160 MB a minute, and stay as they are with two heaps. Other C libraries
    have no such setting and no such need.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS))
    except (AttributeError, OSError, TypeError):  # not glibc; Windows has no CDLL(None)
        return False
