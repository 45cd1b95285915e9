"""Pictures in every form: converted if they are unmistakable, otherwise refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fer_core.errors import FerError
from fer_core.recognition.inputs import as_crops, as_rgb

RGB = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
GRAY = RGB[..., 0]
AS_RGB = np.repeat(GRAY[..., None], 3, axis=2)
HALF_CLEAR = np.dstack([RGB, np.full((20, 30), 128, np.uint8)])
ON_WHITE = np.round((RGB.astype(float) * 128 + 255 * 127) / 255)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (RGB, RGB),
        (RGB[::-1, ::2], RGB[::-1, ::2]),
        (RGB[..., ::-1], RGB[..., ::-1]),
        (GRAY, AS_RGB),
        (GRAY[..., None], AS_RGB),
        (np.dstack([RGB, np.full((20, 30), 255, np.uint8)]), RGB),
        (HALF_CLEAR, ON_WHITE),
        (Image.fromarray(RGB), RGB),
        (Image.fromarray(GRAY), AS_RGB),
        (Image.fromarray(HALF_CLEAR), ON_WHITE),
        (Image.fromarray(GRAY.astype(np.uint16) * 257), AS_RGB),
        (Image.new("P", (9, 7)), np.zeros((7, 9, 3))),
        (np.ma.masked_array(RGB), RGB),
    ],
    ids=[
        "RGB", "a view", "reversed channels", "gray", "gray with an axis", "opaque RGBA",
        "half clear RGBA", "PIL RGB", "PIL L", "PIL RGBA", "PIL I;16", "PIL P", "masked",
    ],
)  # fmt: skip
def test_what_is_unmistakable_becomes_rgb(image: Any, expected: np.ndarray) -> None:
    found = as_rgb(image)
    assert type(found) is np.ndarray
    assert found.dtype == np.uint8 and found.flags.c_contiguous
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= (1 if expected is ON_WHITE else 0)


def test_a_picture_is_not_copied() -> None:
    assert as_rgb(RGB) is RGB


@pytest.mark.parametrize(
    ("image", "words", "received"),
    [
        (RGB / 255, "0 to 255", "float64 array of shape (20, 30, 3)"),
        (RGB.astype(np.float32), "0 to 255", "float32 array"),
        (RGB.astype(np.uint16), "0 to 255", "uint16 array"),
        (RGB.astype(np.int64), "uint8", "int64 array"),
        (GRAY > 9, "uint8", "bool array"),
        (RGB[None], "batch axis", "(1, 20, 30, 3)"),
        (RGB.transpose(2, 0, 1), "transpose(1, 2, 0)", "(3, 20, 30)"),
        (np.zeros((20, 30, 2), np.uint8), "(height, width, 3)", "(20, 30, 2)"),
        (np.zeros(9, np.uint8), "(height, width, 3)", "(9,)"),
        (np.zeros((), np.uint8), "(height, width, 3)", "()"),
        (np.zeros((0, 30, 3), np.uint8), "empty", "(0, 30, 3)"),
        (np.zeros((20, 0), np.uint8), "empty", "(20, 0)"),
        (np.array([RGB, None], dtype=object), "uint8", "object array"),
        (Image.new("RGB", (0, 5)), "empty", "0x5"),
        (Image.new("F", (5, 5)), "0 to 255", "F image of 5x5"),
        (Image.new("I", (5, 5)), "0 to 255", "I image of 5x5"),
        (None, "uint8 array", "NoneType"),
        (Path("face.jpg"), "decode_image", "PosixPath"),
        ("face.jpg", "decode_image", "str"),
        (b"\xff\xd8", "decode_image", "bytes"),
        (RGB.tolist(), "uint8 array", "list"),
        (7, "uint8 array", "int"),
    ],
)
def test_everything_else_is_one_error_that_says_what_it_got(
    image: Any, words: str, received: str
) -> None:
    with pytest.raises(FerError) as caught:
        as_rgb(image)
    assert isinstance(caught.value, ValueError)
    expected, _, got = str(caught.value).partition("Received: ")
    assert words in expected
    assert received in got


def test_a_pil_image_whose_file_is_cut_off_is_told(tmp_path: Path) -> None:
    Image.fromarray(RGB).resize((300, 200)).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:900])
    with Image.open(tmp_path / "a.jpg") as picture, pytest.raises(FerError, match="cannot be read"):
        as_rgb(picture)


@pytest.mark.parametrize(
    ("crops", "n"),
    [
        ([], 0),
        (np.zeros((0, 48, 48), np.uint8), 0),
        (np.zeros((2, 48, 48), np.uint8), 2),
        (np.zeros((3, 48, 48, 1), np.uint8), 3),
        (np.zeros((2, 96, 90, 3), np.uint8), 2),
        ([RGB, GRAY, Image.fromarray(RGB)], 3),
        ((crop for crop in (RGB, GRAY)), 2),
    ],
)
def test_several_crops_in_any_form(crops: Any, n: int) -> None:
    found = as_crops(crops)
    assert len(found) == n
    assert all(crop.ndim == 3 and crop.shape[2] == 3 for crop in found)


@pytest.mark.parametrize("crops", [RGB, GRAY, GRAY[..., None], Image.fromarray(RGB), None, "a.jpg"])
def test_a_single_crop_is_told_to_go_into_a_list(crops: Any) -> None:
    with pytest.raises(FerError, match=r"\[crop\].*Received: "):
        as_crops(crops)
