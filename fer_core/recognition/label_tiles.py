"""Labels as small pictures: text on a coloured ground, readable on any picture."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fer_core.types import RGBImage

Color = tuple[int, int, int]
"""Red, green, blue, each 0 to 255."""

DARK: Final[Color] = (16, 16, 16)
LIGHT: Final[Color] = (255, 255, 255)

# Of the picture's longer edge. A page shows it about 700 pixels wide: text of 0.02 is then 14.
_SMALLEST_TEXT: Final = 0.02
_LARGEST_TEXT: Final = 0.035
_TEXT_TO_FACE: Final = 0.14  # between these two, text grows with the face's width
_LEGIBLE: Final = 13  # pixels
_LAST_RESORT: Final = 7  # if a label of 13 pixels is wider than the picture


def from_hex(color: str) -> Color:
    """ "#D55E00" → (213, 94, 0)."""
    value = int(color.removeprefix("#"), 16)
    return value >> 16, value >> 8 & 0xFF, value & 0xFF


def text_size(face_width: int, longer: int) -> int:
    """Pixels of a label beside a face, in a picture whose longer edge has `longer` pixels."""
    smallest = max(_LEGIBLE, longer * _SMALLEST_TEXT)
    largest = max(_LEGIBLE, longer * _LARGEST_TEXT)
    return round(min(max(face_width * _TEXT_TO_FACE, smallest), largest))


def fitting_label(text: str, color: Color, size: int, width: int) -> RGBImage:
    """The label at `size` pixels, or at the largest smaller one at which it fits into `width`.

    Returns:
        (height, width, 3) uint8, read-only.
    """
    tile = label(text, color, size)
    while tile.shape[1] > width and size > _LAST_RESORT:
        size = max(_LAST_RESORT, min(size - 1, size * width // tile.shape[1]))
        tile = label(text, color, size)
    return tile


@lru_cache(maxsize=256)
def label(text: str, ground: Color, size: int) -> RGBImage:
    """(height, width, 3) uint8, read-only: text on a ground of the expression's colour."""
    font = ImageFont.load_default(size)
    left, _, right, _ = font.getbbox(text)
    _, top, _, bottom = font.getbbox("1dpy%")  # all labels of one size are equally high
    pad, edge = max(2, size // 4), max(1, size // 12)
    wide, high = round(right - left) + 2 * pad, round(bottom - top) + 2 * pad
    tile = Image.new("RGB", (wide, high), DARK)
    draw = ImageDraw.Draw(tile)
    draw.rectangle((edge, edge, wide - 1 - edge, high - 1 - edge), fill=ground)
    draw.text((pad - left, pad - top), text, font=font, fill=_ink_on(ground))
    return np.asarray(tile)


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours as WCAG 2.2 defines it: 1 for the same, 21 at most."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _ink_on(ground: Color) -> Color:
    """Dark or light, whichever has the higher contrast: 4.5 or more on any ground."""
    return max(DARK, LIGHT, key=lambda ink: contrast(ink, ground))


def _luminance(color: Color) -> float:
    """WCAG 2.2's relative luminance, in [0, 1]."""
    srgb = np.array(color) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
