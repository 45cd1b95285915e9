"""Bytes → picture: the only decoder of the project, and what a file will cost it."""

from fer_core.images.decoder import decode, file_kind, supported_kind, to_gray, to_rgb
from fer_core.images.structure import ACCEPTED, MAX_JPEG_PIXELS, MAX_PIXELS, MIN_SIDE, examine

__all__ = [
    "ACCEPTED",
    "MAX_JPEG_PIXELS",
    "MAX_PIXELS",
    "MIN_SIDE",
    "decode",
    "examine",
    "file_kind",
    "supported_kind",
    "to_gray",
    "to_rgb",
]
