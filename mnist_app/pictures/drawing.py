"""Pen strokes become a picture; and the plain way to the network's 28x28, for comparison."""

from collections.abc import Sequence

import cv2
import numpy as np

from mnist_app.pictures.pixels import Image28, Pixels

Strokes = Sequence[Sequence[tuple[float, float]]]

SIDE = 280
PEN = SIDE * 2 // 28  # about as wide as MNIST's own pen
SUBPIXELS = 4  # binary digits of a coordinate that OpenCV reads as a fraction


def draw_strokes(
    strokes: Strokes, rubber: Sequence[bool] = (), under: Pixels | None = None
) -> Pixels:
    """Black strokes on white paper.  Points (x, y) in [0, 1] from the top left -> (SIDE, SIDE)

    A stroke joins its points; one of a single point is a dot. Points outside are cut off. Strokes
    for which `rubber` is true are white. `under` is a picture to draw on instead, in the middle of
    a square as wide as its longer side.
    """
    paper = np.full((SIDE, SIDE), 255, np.uint8)
    if under is not None:
        paper = np.ascontiguousarray(np.round(under * 255), dtype=np.uint8)
    height, width = paper.shape[:2]
    side = max(height, width)
    corner = np.array([side - width, side - height]) / 2
    pen = max(1, round(side * PEN / SIDE))
    colours = [255 if erases else 0 for erases in rubber] or [0] * len(strokes)
    for stroke, colour in zip(strokes, colours, strict=True):
        places = np.asarray(stroke, np.float64).reshape(-1, 2).clip(-1, 2)
        points = np.round((places * side - corner - 0.5) * 2**SUBPIXELS).astype(np.int32)
        joined = np.concatenate([points, points[-1:]])  # so that a single point is a line too
        cv2.polylines(paper, [joined], False, (colour,) * 3, pen, cv2.LINE_AA, SUBPIXELS)
    return paper.astype(np.float32) / np.float32(255)


def drawn_on(image: Image28, strokes: Strokes, rubber: Sequence[bool]) -> Image28:
    """A network's input with strokes on it; pixels that none of them touches stay as they are."""
    large = cv2.resize(255 - image, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    drawn = draw_strokes(strokes, rubber, large.astype(np.float32) / np.float32(255))
    small = cv2.resize(drawn, image.shape[::-1], interpolation=cv2.INTER_AREA)
    return np.round((1 - small) * 255).astype(np.uint8)


def resized_plainly(picture: Pixels) -> Image28:
    """What most programs feed a network: grey, ink bright, squeezed to 28x28, and nothing else."""
    grey = picture.mean(axis=2) if picture.ndim == 3 else picture
    small = cv2.resize(grey, (28, 28), interpolation=cv2.INTER_AREA)
    ink = 1 - small if np.median(small) > 0.5 else small
    return np.round(ink.clip(0, 1) * 255).astype(np.uint8)
