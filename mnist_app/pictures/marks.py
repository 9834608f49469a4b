"""Marks that people make around a digit: a circle or a box, a line below it or through it."""

import cv2
import numpy as np
import numpy.typing as npt

from mnist_app.pictures.digit import pieces_of
from mnist_app.pictures.pixels import Mask, Pixels, box_of

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
# What bulges everywhere has this share of its convex hull; outlined digits have bays, but for 0.
BULGING = 0.93
# The hollow of an outlined stroke has so many times the area of the square of its mean distance to
# the line: a strip of length l and width w has 16 l / w. No loop of 1,768 training digits that were
# drawn with pens of all widths is so long.
LONG = 80
# Inside a line that bulges, it has so many times the area of the square of its half width, and it
# fills less than this share of its box.
NARROW, FULL = 20, 0.6
# Lines that lie apart are flat, dashes are small: shares of their width, and of all ink's height.
FLAT, DASH = 0.35, 0.2
# Their gap is this share of the digit's height, and they are so wide as a share of its width.
APART, WIDE = 0.08, 0.6


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


def filled_outline(ink: Pixels, strokes: Mask) -> Mask | None:
    """Strokes of which only the outlines are drawn, filled; None unless they are such strokes.

    What lies beside the outer line is filled, and not the holes beyond an inner one. It is long
    and narrow, as strokes are; the hole of a 0 and what a circle encloses is not.
    """
    pieces, labels = pieces_of(ink, strokes)
    if not pieces:
        return None
    outer = max(pieces, key=lambda piece: piece.width * piece.height)
    line = (labels == outer.label).astype(np.uint8)
    beside = cv2.dilate(line, np.ones((3, 3), np.uint8)) > 0
    paper = np.pad(~strokes, 1, constant_values=True).astype(np.uint8)
    _, parts = cv2.connectedComponents(paper, connectivity=4)
    within = parts[1:-1, 1:-1]
    hollows = np.setdiff1d(within[beside], [0, parts[0, 0]])
    if not hollows.size:
        return None
    largest = within == hollows[np.bincount(within.ravel())[hollows].argmax()]
    depth = cv2.distanceTransform(largest.astype(np.uint8), cv2.DIST_L2, 5)[largest]
    filled = strokes | np.isin(within, hollows)
    if _is_bulging(line):
        is_full = filled.sum() > FULL * outer.width * outer.height
        return filled if not is_full and depth.size > NARROW * depth.max() ** 2 else None
    return filled if depth.size > LONG * depth.mean() ** 2 else None


def _is_bulging(line: npt.NDArray[np.uint8]) -> bool:
    """Whether a line encloses a circle, a box or the like, without a bay."""
    contours, _ = cv2.findContours(line, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contour = max(contours, key=cv2.contourArea)
    return cv2.contourArea(contour) > BULGING * cv2.contourArea(cv2.convexHull(contour))


def without_lines_below(strokes: Mask) -> Mask | None:
    """The strokes without lines below them that touch nothing else; None if there are none.

    One line or two, straight, bent or wavy, or a row of dashes: from the bottom, all pieces that
    are flat or small. They stick out of the rest on both sides or are far from it, so that they
    are not the foot of a 2.
    """
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(strokes.astype(np.uint8))
    _, top, width, height, _ = boxes[1:].T
    if not height.size:
        return None
    is_small = np.maximum(width, height) < DASH * ((top + height).max() - top.min())
    is_line = is_small | (height < FLAT * width)
    upwards = np.argsort(-(2 * top + height))
    count = int(np.append(is_line[upwards], False).argmin())
    line = np.isin(labels, 1 + upwards[:count])
    rest = strokes & ~line
    above = line.any(axis=0) & rest.any(axis=0)
    if not above.any():
        return None
    size = np.ptp(np.flatnonzero(rest.any(axis=1)))
    gap = int((line[:, above].argmax(axis=0) - _lowest(rest[:, above])).min())
    if line.any(axis=1).argmax() < _lowest(rest).max() - HIGH * size:
        return None
    (left, right), (first, last) = (_ends(mask) for mask in (line, rest))
    sticks_out = left < first and last < right
    is_far = gap > APART * size and right - left > WIDE * (last - first)
    return rest if sticks_out or is_far else None


def _lowest(mask: Mask) -> npt.NDArray[np.intp]:
    """The row of the lowest pixel of each column; -1 where there is none."""
    rows: npt.NDArray[np.intp] = np.where(mask, np.arange(len(mask))[:, np.newaxis], -1).max(axis=0)
    return rows


def _ends(mask: Mask) -> tuple[int, int]:
    """The first and the last column."""
    columns = np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(columns[-1])


def without_line(strokes: Mask, far: float = STICKS_OUT) -> tuple[Mask, bool] | None:
    """The strokes without a line that touches them, and whether they stand on it; None without one.

    The line sticks out of all others on both sides, by the share `far` of its length. So its ends
    are all that there is at the left and right, and tell where it runs. Where others cross it,
    their ink goes on above and below; below strokes that stand on it, it may hide their own end,
    and stays. Most bars of a digit end in its other strokes.
    """
    if not strokes.any():
        return None
    drawn = strokes[box := box_of(strokes)]
    if min(drawn.shape) < 8:
        return None
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
    reach = 2 * int(thickness) + 1
    padded = np.pad(rest, ((reach, reach), (0, 0)))
    kernel = np.ones((2 * reach + 1, 1), np.uint8)
    crossing = line & (cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[reach:-reach] > 0)
    digit = crossing | (rest > 0)
    rows, columns = (np.flatnonzero((rest > 0).any(axis=axis)) for axis in (1, 0))
    if not rows.size or columns[0] < out or columns[-1] >= width - out:
        return None
    if max(left, right) < rows[0] + HIGH * np.ptp(rows):
        return None  # the bar of a 5 or a T
    touching = cv2.dilate(line.astype(np.uint8), np.ones((3, 3), np.uint8)) & rest
    if not touching.any():
        return None
    if is_below := rows[-1] < np.flatnonzero(line.any(axis=1))[-1]:
        first, last = _ends(touching > 0)
        digit[:, first : last + 1] |= line[:, first : last + 1]
    without = strokes.copy()
    without[box] = digit
    return without, bool(is_below)
