"""Where labels go: off the face, off each other, inside the picture."""

from __future__ import annotations

from fer_core.types import Box, RGBImage


class LabelPlacer:
    """Stamps labels on a picture, each off those before it.

    Args:
        canvas: (height, width, 3) uint8; is drawn on.
        gap: Pixels between a box and its label.
    """

    def __init__(self, canvas: RGBImage, gap: int) -> None:
        self._canvas = canvas
        self._gap = gap
        self._whole = Box(0, 0, canvas.shape[1], canvas.shape[0])
        self._taken: list[Box] = []

    def stamp(self, tile: RGBImage, box: Box) -> Box:
        """Draws the label of the face in `box`; returns the place it took."""
        size = (tile.shape[1], tile.shape[0])
        place = place_label(size, box, self._gap, self._whole, self._taken)
        self._taken.append(place)
        region = self._canvas[place.y : place.bottom, place.x : place.right]
        region[:] = tile[: region.shape[0], : region.shape[1]]
        return place


def place_label(size: tuple[int, int], box: Box, gap: int, image: Box, taken: list[Box]) -> Box:
    """Above the box, below it, or inside: the first within the picture and off other labels."""
    wide, high = size
    x = max(0, min(box.x - gap, image.right - wide))
    inside = max(0, min(box.y, image.bottom - high))
    for y in (box.y - gap - high, box.bottom + gap, inside, box.bottom - high):
        place = Box(x, y, wide, high)
        if 0 <= y <= image.bottom - high and not any(touch(place, other) for other in taken):
            return place
    return Box(x, inside, wide, high)


def touch(a: Box, b: Box) -> bool:
    """Whether two boxes share a pixel."""
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom
