"""Marks that people make around a digit: a circle or a box, a line below it or through it."""

import cv2
import numpy as np

from mnist_app.pictures.digit import pieces_of
from mnist_app.pictures.pixels import Mask, Pixels

# Gaps of this share of an outline's size are closed: a hand seldom meets its beginning again.
OPEN = 0.12
# So near to the outside, in widths of its line, there is nothing but an outline itself.
BAND = 1.6
# What stands inside of an outline has this share of its height at least; of an 8 nothing has.
INSIDE = 0.3
# A line below or across a digit sticks out of it by this share of its length, on both sides. It is
# no thicker and rises no more than these shares of its length, and has hardly a gap.
STICKS_OUT, THICK, RISE, UNBROKEN = 0.08, 0.2, 0.2, 0.95
# It lies below this share of the digit's height: above that are the bars of 5 and 7.
HIGH = 0.25


def inside_outline(ink: Pixels, strokes: Mask) -> Mask | None:
    """The strokes inside of a circle or a box, also where they touch it; None without one."""
    pieces, labels = pieces_of(ink, strokes)
    if not pieces:
        return None
    outer = max(pieces, key=lambda piece: piece.width * piece.height)
    box = slice(outer.top, outer.bottom), slice(outer.left, outer.right)
    margin = max(1, round(OPEN * outer.size))
    line = np.pad(labels[box] == outer.label, margin).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (margin | 1, margin | 1))
    closed = cv2.morphologyEx(line, cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(line), contours, -1, 1, cv2.FILLED)
    width = 4 * float(cv2.distanceTransform(line, cv2.DIST_L2, 3)[line > 0].mean())
    core = cv2.distanceTransform(filled, cv2.DIST_L2, 3) > BAND * width
    inside = np.zeros_like(strokes)
    inside[box] = strokes[box] & core[margin:-margin, margin:-margin]
    rows = np.flatnonzero(inside.any(axis=1))
    return inside if rows.size and np.ptp(rows) > INSIDE * outer.height else None


def without_line(strokes: Mask, apart: bool, far: float = STICKS_OUT) -> Mask | None:
    """The strokes without a line below or across them; None if there is no such line.

    A line that is `apart` touches none of them, so that it cannot be the foot of a 2 or the bar
    of a 4. The line sticks out of all others on both sides, by the share `far` of its length. So
    its ends are all that there is at the left and right, and tell where it runs. Where others
    cross it, their ink goes on above and below. Most bars of a digit end in its other strokes.
    """
    rows, columns = (np.flatnonzero(strokes.any(axis=axis)) for axis in (1, 0))
    if min(rows.size, columns.size) < 8:
        return None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    drawn = strokes[box]
    width = drawn.shape[1]
    out = max(2, round(far * width))
    ends = [np.flatnonzero(side.any(axis=1)) for side in (drawn[:, :out], drawn[:, -out:])]
    thickness = max(np.ptp(end) + 1 for end in ends)
    left, right = (float(end.mean()) for end in ends)
    if thickness > THICK * width or abs(left - right) > RISE * width:
        return None
    y, x = np.mgrid[: drawn.shape[0], :width]
    below = y - (left + (right - left) * x / width)
    line = drawn & (np.abs(below) <= thickness)
    if line.any(axis=0).mean() < UNBROKEN:
        return None
    rest = (drawn & ~line).astype(np.uint8)
    kernel = np.ones((4 * thickness + 3, 1), np.uint8)
    crossing = line & (cv2.morphologyEx(rest, cv2.MORPH_CLOSE, kernel) > 0)
    digit = crossing | (rest > 0)
    rows, columns = (np.flatnonzero((rest > 0).any(axis=axis)) for axis in (1, 0))
    if not rows.size or columns[0] < out or columns[-1] >= width - out:
        return None
    if max(left, right) < rows[0] + HIGH * np.ptp(rows):
        return None  # the bar of a 5 or a T
    touching = cv2.dilate(line.astype(np.uint8), np.ones((3, 3), np.uint8)) & rest
    if touching.any() == apart:
        return None
    without = strokes.copy()
    without[box] = digit
    return without
