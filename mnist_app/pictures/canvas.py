"""Cuts a photo out of the plain canvas that it was pasted on.

Screenshots and documents show a photo on white or black. Its edges would be taken for strokes.
"""

import cv2
import numpy as np

from mnist_app.pictures.pixels import Mask, Pixels, frame, is_tiny

# A canvas has one colour, but for what JPEG leaves on plain areas (up to 8 of 255).
TOLERANCE = 0.04
# The box of a photo takes this share of the shorter side, and this many pixels: no stroke is so
# thick, and fewer pixels show no digit.
BOX_SHARE, BOX_PIXELS = 0.4, 16
# A photo differs from its canvas nearly everywhere, at its edges even more; a drawing does not.
FILLED, FILLED_EDGE = 0.7, 0.8
# A canvas may bear a caption, but more than this share of it is no canvas.
LITTER = 0.2
# Pixels between the box and the frame, on both sides. The box leaves out one for its own blur.
LEAST_MARGIN = 3

Box = tuple[slice, slice]


def photo_box(colour: Pixels) -> Box:
    """(H, W, 3) -> the box of the photo, if the picture is a photo on a plain canvas.

    The canvas shows above and below the photo, or left and right of it, or all around. A canvas
    on a canvas is peeled too. Every other picture stays whole: a drawing does not fill its box,
    and a shadow has no second edge opposite to its first.
    """
    height, width = colour.shape[:2]
    box = None if is_tiny(colour) else _photo(colour)
    if box is None:
        return slice(0, height), slice(0, width)
    return _moved(photo_box(colour[box]), box)


def _moved(inner: Box, outer: Box) -> Box:
    """A box within another one, as a box of the picture."""
    rows, columns = (
        slice(part.start + corner.start, part.stop + corner.start)
        for part, corner in zip(inner, outer, strict=True)
    )
    return rows, columns


def _photo(colour: Pixels) -> Box | None:
    """The box of the photo on its canvas; None if there is no photo or no canvas."""
    red, green, blue = cv2.split(cv2.absdiff(colour, np.median(frame(colour, 1), axis=0)))
    difference = cv2.max(cv2.max(red, green), blue)
    rough = _widest_box(difference > TOLERANCE)
    if not difference[rough].size:
        return None
    # Half of the photo's own difference lies in the middle of its blurred edge.
    other = difference > max(TOLERANCE, float(np.median(difference[rough])) / 2)
    rows, columns = box = _widest_box(other)
    inside = other[box]
    if min(inside.shape) < max(BOX_SHARE * min(other.shape), BOX_PIXELS):
        return None
    height, width = other.shape
    is_surrounded = _has_margins(rows, height) or _has_margins(columns, width)
    is_filled = inside.mean() > FILLED and frame(inside, 1).mean() > FILLED_EDGE
    is_clean = other.sum() - inside.sum() < LITTER * (other.size - inside.size)
    return box if is_surrounded and is_filled and is_clean else None


def _widest_box(mask: Mask) -> Box:
    return _wide_rows(mask), _wide_rows(mask.T)


def _wide_rows(mask: Mask) -> slice:
    """The rows in which the mask is more than half as wide as in its widest row.

    Leaves out the first and the last of them, which are blurred.
    """
    width = mask.sum(axis=1)
    rows = np.flatnonzero(width > width.max() / 2)
    return slice(int(rows[0]) + 1, int(rows[-1])) if rows.size else slice(0, 0)


def _has_margins(part: slice, side: int) -> bool:
    return bool(part.start >= LEAST_MARGIN and side - part.stop >= LEAST_MARGIN)
