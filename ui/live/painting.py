"""Frame and answer → the frame that goes back to the viewer."""

from __future__ import annotations

from fer_core.drawing import annotate
from fer_core.types import RGBImage
from ui.live.session import Analysis


def paint(image: RGBImage, analysis: Analysis | None) -> RGBImage:
    """Draws the answer's faces on a copy; the image itself where there is nothing to draw.

    An answer for a frame of another size is not drawn: cameras change their resolution while they
    run, and its boxes would lie elsewhere.
    """
    if analysis is None or not analysis.faces or analysis.size != image.shape[:2]:
        return image
    return annotate(image, analysis.faces, numbers=len(analysis.faces) > 1)
