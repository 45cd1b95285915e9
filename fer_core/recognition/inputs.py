"""What the recognizer's methods take: pictures in any form that is unmistakable.

Everything else ends in one error that says what was expected and what was received, before it
crashes inside OpenCV or is answered with "no faces".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fer_core.errors import InputError
from fer_core.images import to_rgb
from fer_core.types import RGBImage

Picture = NDArray[Any] | Image.Image
"""(height, width, 3) uint8 RGB, or what `as_rgb` makes one of: gray, RGBA, a PIL image."""

TAKEN: Final = (
    "Expected: a uint8 array (height, width, 3) in RGB, 0 to 255, or one that becomes such a "
    "picture unmistakably: gray (height, width) or (height, width, 1), RGBA (height, width, 4), or "
    "a PIL image."
)

_EMPTY: Final = "This one is empty."
_SCALE: Final = "Scale the values to 0 to 255 and convert them to uint8."
_READ_A_FILE: Final = "Read a file with decode_image(Path(...).read_bytes())."


def as_rgb(image: object) -> RGBImage:
    """The picture that an argument stands for, as the recognizer's methods take it.

    Args:
        image: (height, width, 3) uint8 RGB; or gray (height, width) or (height, width, 1); or
            RGBA (height, width, 4), whose transparency is laid on white; or a PIL image, whose
            EXIF orientation is not applied, so that positions are in its own pixels.

    Returns:
        (height, width, 3) uint8 RGB, contiguous; `image` itself if it is that already.

    Raises:
        InputError: it is none of these, or empty. The message says what was expected and received.
    """
    if isinstance(image, Image.Image):
        return _from_pil(image)
    if not isinstance(image, np.ndarray):
        read = isinstance(image, str | bytes | bytearray | memoryview | PurePath)
        raise _not_taken(_READ_A_FILE if read else "", type(image).__name__)
    image = np.asarray(image)  # no longer a matrix or a masked array
    received = f"{image.dtype} array of shape {image.shape}"
    if image.dtype != np.uint8:
        raise _not_taken(_SCALE, received)
    if image.ndim == 2:
        image = image[..., None]
    if image.ndim != 3 or image.shape[2] not in _FROM_CHANNELS:
        raise _not_taken(_shape_advice(image.shape), received)
    if 0 in image.shape:
        raise _not_taken(_EMPTY, received)
    return _FROM_CHANNELS[image.shape[2]](np.ascontiguousarray(image))


def at_least_one(name: str, value: object) -> int:
    """An argument that counts something, as an int.

    Raises:
        InputError: it is no whole number, or below 1.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if number < 1:
        raise InputError(f"{name} is a whole number, at least 1. Received: {value!r}")
    return number


def as_crops(crops: object) -> list[RGBImage]:
    """Several pictures: a list of what `as_rgb` takes, or an array (n, height, width, …) of them.

    Raises:
        InputError: one of them is no picture, or `crops` is a single one: the rows of an array
            (height, width, 3) would each be taken for a gray picture.
    """
    single = isinstance(crops, np.ndarray) and (
        crops.ndim < 3 or (crops.ndim == 3 and crops.shape[2] in _FROM_CHANNELS)
    )
    if single or isinstance(crops, Image.Image | str | bytes) or not isinstance(crops, Iterable):
        shape = f" of shape {crops.shape}" if isinstance(crops, np.ndarray) else ""
        raise InputError(
            "Expected: several faces, as a list of pictures or an array (n, height, width). Put a "
            f"single one into a list: [crop]. Received: {type(crops).__name__}{shape}"
        )
    return [as_rgb(crop) for crop in crops]


def _not_taken(advice: str, received: str) -> InputError:
    return InputError(" ".join(filter(None, (TAKEN, advice, f"Received: {received}"))))


def _shape_advice(shape: tuple[int, ...]) -> str:
    if len(shape) == 4:
        return "Give one picture after the other, without a batch axis."
    if len(shape) == 3 and shape[0] in _FROM_CHANNELS:
        return "Put the channels last: image.transpose(1, 2, 0)."
    return ""


def _from_pil(picture: Image.Image) -> RGBImage:
    received = f"{picture.mode} image of {picture.width}x{picture.height} pixels"
    if 0 in picture.size:
        raise _not_taken(_EMPTY, received)
    if picture.mode in ("F", "I"):  # whose range nobody can tell
        raise _not_taken(_SCALE, received)
    try:
        return np.array(to_rgb(picture))
    except Exception as error:  # Pillow reads the file only now; see `decode`
        raise InputError(f"The PIL image cannot be read ({error}). Received: {received}") from error


def _from_rgba(image: NDArray[np.uint8]) -> RGBImage:
    return np.array(to_rgb(Image.fromarray(image)))


def _from_gray(image: NDArray[np.uint8]) -> RGBImage:
    return np.repeat(image, 3, axis=2)


_FROM_CHANNELS: Final[Mapping[int, Callable[[NDArray[np.uint8]], RGBImage]]] = {
    1: _from_gray,
    3: lambda image: image,
    4: _from_rgba,
}
