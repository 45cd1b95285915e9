"""Arrays in a file: written in pieces, mapped, and NumPy's own format."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from hostile_files import npz

from fer_core.store.stored_arrays import append_array, append_pieces, map_array, read_arrays


def test_pieces_become_one_array_that_is_mapped(tmp_path: Path):
    path = tmp_path / "a.npz"
    faces = np.random.default_rng(1).integers(0, 256, (10, 2, 5, 5), dtype=np.uint8)
    with zipfile.ZipFile(path, "w") as archive:
        append_array(archive, "words", np.array("é and so on"))
        append_pieces(archive, "faces", faces.shape, np.uint8, [faces[:3], faces[3:]])
        append_array(archive, "numbers", np.arange(3.0))
    mapped = map_array(path, "faces")
    assert isinstance(mapped, np.memmap)
    np.testing.assert_array_equal(mapped, faces)
    assert not mapped.flags.writeable
    assert str(map_array(path, "words")) == "é and so on"
    with np.load(path, allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["faces"], faces)
        np.testing.assert_array_equal(arrays["numbers"], [0, 1, 2])
    with pytest.raises(KeyError):
        map_array(path, "others")


def test_what_numpy_stores_is_mapped_and_what_it_compresses_is_not(tmp_path: Path):
    np.savez(tmp_path / "stored.npz", a=np.arange(5))
    np.savez_compressed(tmp_path / "small.npz", a=np.arange(5))
    np.testing.assert_array_equal(map_array(tmp_path / "stored.npz", "a"), np.arange(5))
    with pytest.raises(ValueError, match="compressed"):
        map_array(tmp_path / "small.npz", "a")


@pytest.mark.parametrize(
    ("how", "message"),
    [("encrypted", "password"), ("bomb", "more than 1,073,741,824"), ("false size", "allocate")],
)
def test_arrays_that_would_fill_the_memory_are_not_read(tmp_path: Path, how: str, message: str):
    (tmp_path / "a.npz").write_bytes(npz(how))
    with pytest.raises(ValueError, match=message):
        read_arrays(tmp_path / "a.npz")


def test_arrays_are_read_by_name(tmp_path: Path):
    np.savez_compressed(tmp_path / "a.npz", a=np.arange(5), b=np.array("é"))
    arrays = read_arrays(tmp_path / "a.npz")
    assert list(arrays) == ["a", "b"] and str(arrays["b"]) == "é"
    np.testing.assert_array_equal(arrays["a"], np.arange(5))
    for content in (b"", b"x", (tmp_path / "a.npz").read_bytes()[:-40]):
        (tmp_path / "b.npz").write_bytes(content)
        with pytest.raises(ValueError):
            read_arrays(tmp_path / "b.npz")
