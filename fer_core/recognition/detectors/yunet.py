"""YuNet (Wu, Peng and Yu 2023, "YuNet: A Tiny Millisecond-level Face Detector").

What OpenCV's `FaceDetectorYN` finds, twice as fast: the network runs on LiteRT.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.errors import ModelError, command
from fer_core.recognition.detectors.yunet_graph import STRIDES, litert_model
from fer_core.recognition.geometry import VIDEO_WIDTH, by_prominence, clip, overlap, shrink
from fer_core.recognition.litert import new_interpreter, run
from fer_core.recognition.pool import Pool
from fer_core.store.assets import YUNET
from fer_core.types import Box, Face, RGBImage

Rows = NDArray[np.float32]
"""(n, 15) float32: x, y, width, height, five landmarks' x and y, score."""

# Of 600 images of FER-2013, 90 % hold a face above 0.6, 87 % above 0.7 and 81 % above 0.8. Flags
# and folds of clothes reach 0.63.
_SCORE: Final = 0.7
_OVERLAP: Final = 0.3
_CANDIDATES: Final = 5000
_LARGEST_LOG: Final = 10.0  # of a box's side in cells: wider than any picture, and finite

# The network was trained on faces up to about this size. A portrait that fills 1280 pixels has a
# score of 0.6 or none, and a box of half the face; at 320 pixels its score is 0.95.
_LARGEST: Final = 320

# Landmarks follow a face's roll only if it is large in the network's input. Of a roll of 20°
# they show 2° at 60 pixels, 4° at 120, 13° at 200 and 15° at 250 (medians of 150 faces). So the
# largest faces are looked at again, in a cut of the picture that shows them at 200: 2 ms each.
_CUT: Final = 256
_FACE_IN_CUT: Final = 200
_LOOKS_VIDEO: Final = 2
_LOOKS_PHOTO: Final = 32


class YuNetDetector:
    """Boxes, scores and five landmarks.

    Args:
        path: Of `face_detection_yunet_2023mar.onnx`.

    Raises:
        ModelError: the file cannot be read or is not that network.
    """

    name = "YuNet"
    finds_landmarks = True
    # Of 214 photographs with a face, 18 have none of this score. Turned by quarters, those have
    # faces of 0.92 at most, and 0.88 if they lie on their side.
    sure = 0.93

    def __init__(self, path: Path) -> None:
        try:
            self._create = partial(new_interpreter, litert_model(path.read_bytes()))
        except (OSError, ValueError, cv2.error) as error:
            raise ModelError(
                f"{path} is not the face detector {YUNET}. "
                f"Run {command('scripts/fetch_models.py')}."
            ) from error
        # Two, since a network is laid out anew if its input has another size than last.
        self._networks, self._close_ups = Pool(self._create), Pool(self._create)

    def detect(self, image: RGBImage, width: int = VIDEO_WIDTH) -> list[Face]:
        """See `detection.Detector.detect`. Landmarks may lie outside the picture."""
        rows, scale = self._scan(image, width)
        if max(image.shape[:2]) * scale > 2 * VIDEO_WIDTH:
            coarse, _ = self._scan(image, VIDEO_WIDTH)
            rows = _merge(rows, coarse, _LARGEST / scale)
        faces = by_prominence(face for row in rows if (face := _to_face(row, image)) is not None)
        looks = _LOOKS_VIDEO if width <= VIDEO_WIDTH else _LOOKS_PHOTO
        return [self._look_again(image, face) for face in faces[:looks]] + faces[looks:]

    def _scan(self, image: RGBImage, width: int) -> tuple[Rows, float]:
        """Rows in the pixels of `image`, and the scale of the copy they were found on."""
        small, scale = shrink(image, width)
        # A network keeps the memory of its largest input, 90 MB of a photograph's. One that lives
        # for that photograph costs 50 ms.
        fits = max(small.shape[:2]) <= 2 * VIDEO_WIDTH
        rows = self._rows(small, self._networks if fits else Pool(self._create))
        rows[:, :14] /= np.tile(np.array(scale, np.float32), 7)
        return rows, min(scale)  # the other is larger if a strip was rounded up to one pixel

    def _look_again(self, image: RGBImage, face: Face) -> Face:
        """The face with landmarks that follow its roll; as it was if it is not seen again."""
        cut, scale, corner = _cut(image, face.box)
        rows = self._rows(cut, self._close_ups)
        rows[:, :14] /= scale
        rows[:, :2] += corner
        rows[:, 4:14] += np.tile(corner, 5)
        box = np.array([face.box.x, face.box.y, face.box.width, face.box.height], np.float32)
        best = max(rows, key=lambda row: overlap(row, box), default=None)
        if best is None or overlap(best, box) < _OVERLAP:
            return face
        return replace(face, landmarks=_landmarks(best))

    def _rows(self, image: RGBImage, networks: Pool[Interpreter]) -> Rows:
        below, beside = (-length % STRIDES[-1] for length in image.shape[:2])
        padded = cv2.copyMakeBorder(image, 0, below, 0, beside, cv2.BORDER_CONSTANT)
        with networks.borrow() as network:
            outputs = run(network, np.asarray(padded[None], np.float32))
        return _without_doubles(np.concatenate(list(map(_decode, STRIDES, outputs))))


def _decode(stride: int, output: NDArray[np.float32]) -> Rows:
    """The cells of one stride that hold a face: `CHANNELS` of `yunet_graph` → rows in pixels."""
    cells = output[0]
    scores = np.sqrt(np.prod(1 / (1 + np.exp(-cells[..., :2])), axis=-1))
    places = np.argwhere(scores >= _SCORE)[:, ::-1]  # column, row
    found = cells[places[:, 1], places[:, 0]]
    sizes = np.exp(np.minimum(found[:, 4:6], _LARGEST_LOG)) * stride
    corners = (places + found[:, 2:4]) * stride - sizes / 2
    points = (np.tile(places, 5) + found[:, 6:]) * stride
    return np.column_stack([corners, sizes, points, scores[scores >= _SCORE]]).astype(np.float32)


def _without_doubles(rows: Rows) -> Rows:
    """The best of those that overlap; whole pixels are compared, as OpenCV does."""
    boxes = rows[:, :4].astype(np.int32).tolist()
    kept = cv2.dnn.NMSBoxes(boxes, rows[:, 14].tolist(), _SCORE, _OVERLAP, top_k=_CANDIDATES)
    return rows[np.array(kept, np.int64)]


def _merge(fine: Rows, coarse: Rows, largest: float) -> Rows:
    """Faces up to `largest` of the fine pass, and those of the coarse pass not among them."""
    kept = [row for row in fine if row[2:4].max() <= largest]
    for row in coarse:
        if all(overlap(row, other) < _OVERLAP for other in kept):
            kept.append(row)
    return np.array(kept, np.float32).reshape(-1, 15)


def _cut(image: RGBImage, box: Box) -> tuple[RGBImage, float, NDArray[np.float32]]:
    """A square around a box, its edges replicated: cut, cut ÷ picture, and its corner x, y."""
    side = -(-max(box.width, box.height) * _CUT // _FACE_IN_CUT)
    left, top = box.x + (box.width - side) // 2, box.y + (box.height - side) // 2
    x, y = max(0, left), max(0, top)
    region = image[y : top + side, x : left + side]
    scale = _CUT / side
    # Scaled before it is padded: a face may be as large as a picture of 25 megapixels.
    before = (round((x - left) * scale), round((y - top) * scale))
    size = tuple(
        min(_CUT - edge, max(1, round(length * scale)))
        for edge, length in zip(before, (region.shape[1], region.shape[0]), strict=True)
    )
    small = cv2.resize(region, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    after = (_CUT - before[0] - size[0], _CUT - before[1] - size[1])
    cut = cv2.copyMakeBorder(small, before[1], after[1], before[0], after[0], cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8), scale, np.array([left, top], np.float32)


def _to_face(row: NDArray[np.float32], image: RGBImage) -> Face | None:
    box = clip(row[:4], image.shape)
    if box is None:
        return None
    return Face(box, min(1.0, max(0.0, float(row[14]))), _landmarks(row))


def _landmarks(row: NDArray[np.float32]) -> NDArray[np.float32]:
    return row[4:14].reshape(5, 2).copy()
