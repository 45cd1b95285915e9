"""Frame and answer → the frame that goes back to the viewer."""

from __future__ import annotations

from fer_core.types import RGBImage
from fer_core.video.overlay import annotate_tracked
from ui.live.pipeline.session import Analysis
from ui.live.pipeline.settings import Settings


def paint(image: RGBImage, analysis: Analysis | None, settings: Settings) -> RGBImage:
    """Draws the answer's faces on a copy; the image itself where there is nothing to draw or flip.

    An answer for a frame of another size is not drawn: cameras change their resolution while they
    run, and its boxes would lie elsewhere.
    """
    fits = analysis is not None and analysis.size == image.shape[:2]
    faces = analysis.faces if analysis is not None and fits else ()
    return annotate_tracked(image, faces, parts=settings.parts, mirror=settings.mirror)
