"""Faces in a picture → their apparent expression.

>>> from fer_core import Recognizer, decode_image
>>> recognizer = Recognizer.load()
>>> faces = recognizer.analyze(decode_image(data))
"""

from fer_core.errors import FerError, ImageError, InputError, ModelError
from fer_core.images import decode as decode_image
from fer_core.labels import EMOTIONS
from fer_core.recognition.recognizer import Recognizer
from fer_core.types import Box, Face, FaceEmotion

__all__ = [
    "EMOTIONS",
    "Box",
    "Face",
    "FaceEmotion",
    "FerError",
    "ImageError",
    "InputError",
    "ModelError",
    "Recognizer",
    "decode_image",
]

__version__ = "0.2.0"
