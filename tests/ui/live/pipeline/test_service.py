import ctypes
import platform

import pytest

from ui.live.pipeline.service import limit_arenas


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_glibc_is_told():
    assert limit_arenas()


@pytest.mark.parametrize("trouble", [AttributeError, OSError, TypeError])
def test_another_c_library_is_left_as_it_is(monkeypatch, trouble):
    def cannot(name):
        raise trouble

    monkeypatch.setattr(ctypes, "CDLL", cannot)
    assert not limit_arenas()
