import ctypes
import platform
import subprocess
import sys

import pytest

from ui.live.pipeline.service import limit_heaps


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_glibc_is_told():
    assert limit_heaps()


LARGE_BLOCKS = """
import ctypes, sys
from ui.live.pipeline.service import limit_heaps

class Figures(ctypes.Structure):  # of glibc's malloc.h
    _fields_ = [(f"f{i}", ctypes.c_size_t) for i in range(10)]

if sys.argv[1] == "limited":
    limit_heaps()
before = bytearray(20_000_000)
del before  # from here on, glibc by itself takes blocks of this size from the heap
held = bytearray(20_000_000)
told = ctypes.CDLL(None).mallinfo2
told.restype = Figures
print(told().f4)  # bytes in blocks that go back to the system as soon as they are freed
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="only glibc 2.33 tells")
def test_a_large_block_goes_back_when_it_is_freed():
    apart = {}
    for heaps in ("as they are", "limited"):
        command = [sys.executable, "-c", LARGE_BLOCKS, heaps]
        apart[heaps] = int(subprocess.run(command, capture_output=True, check=True).stdout)
    assert apart["limited"] - apart["as they are"] >= 20_000_000


@pytest.mark.parametrize("trouble", [AttributeError, OSError, TypeError])
def test_another_c_library_is_left_as_it_is(monkeypatch, trouble):
    def cannot(name):
        raise trouble

    monkeypatch.setattr(ctypes, "CDLL", cannot)
    assert not limit_heaps()
