"""Decides which pixels are strokes of a pen.

The ink still holds noise, smudges, the ruling of the paper and the dark edges of a scan; none of
them may reach the digit.
"""

import cv2
import numpy as np

from mnist_app.pictures.digit import MARGIN
from mnist_app.pictures.pixels import THUMBNAIL_SIDE, Mask, Pixels, frame, ink_level, is_tiny

# The blur before anything is measured, as a share of the frame: it calms noise and spares strokes.
CALM = 1 / 512
# Ink is at least 8 of 255 grey values, which is faint to the eye, and clearly above the noise.
FAINTEST, CLEAR, NOISE = 0.03, 5, 3  # the last two in standard deviations of the noise
# The standard deviation of a normal curve, in medians of its absolute values.
DEVIATION = 1.4826
# Strokes are connected pixels of 0.3 of the ink's level, which keeps their pale parts, with one of
# 0.6 among them, which smudges and pale ruling have not.
WEAK, STRONG = 0.3, 0.6
# The edge of a scan is dark (in ink's levels) nearly all along the frame, and narrow (a share of
# the frame).
EDGE_DARK, EDGE_FULL, EDGE_DEPTH = 0.5, 0.95, 0.1
# A printed line crosses this share of the sheet and rises by at most this share of its width,
# about 5 degrees.
RULING_LENGTH, RULING_RISE = 0.9, 0.1
# Where the picture may show any character, long straight strokes among them, a printed line also
# has ink so near to the frame, as a share of its length, on both sides: it runs off the sheet.
RULING_END = 0.02
# Pixels of a printed line that are so much darker than the line mostly is are a stroke's.
RULING_DARK = 1.5


def find_strokes(
    ink: Pixels, is_digit: bool = True, has_lines: bool = True, weakest: float = WEAK
) -> tuple[Pixels, Mask, Mask]:
    """(H, W) departures from the paper -> the ink as shares of its level, the strokes, the lines.

    Lines are what was taken for ruling or the edge of a scan; without `has_lines` that is strokes
    too. Other characters than digits have straight strokes that nearly fill the picture. On bare
    paper, there are no strokes, and the ink stays as it is. `weakest` is what joins a stroke, in
    levels.
    """
    has_lines = has_lines and not is_tiny(ink)
    smooth, lines = ink, np.zeros(ink.shape, bool)
    if max(ink.shape) > THUMBNAIL_SIDE:
        smooth = cv2.GaussianBlur(ink, (0, 0), max(ink.shape) * CALM).astype(np.float32)
    if has_lines:
        inner = without_scan_edges(smooth)
        lines = inner != smooth
        smooth = inner
    noise = _noise(smooth)
    level = ink_level(np.where(smooth > NOISE * noise, smooth, 0))
    if level < max(FAINTEST, CLEAR * noise):
        return ink, np.zeros(ink.shape, bool), lines
    weak = smooth > max(weakest * level, NOISE * noise)
    if has_lines:
        lines |= find_ruling(smooth, weak, is_digit)
        weak &= ~lines
        lines |= find_ruling(smooth.T, weak.T, is_digit).T
        weak &= ~lines
    count, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    strong = np.zeros(count, bool)
    strong[labels[smooth > STRONG * level]] = True
    strong[0] = False  # the background
    strokes: Mask = strong[labels]
    return ink / level, strokes, lines


def _noise(ink: Pixels) -> float:
    """The standard deviation of the noise: what is below 0 cannot be ink."""
    below = ink[ink < 0]
    return -DEVIATION * float(np.median(below)) if below.size else 0.0


def without_scan_edges(ink: Pixels) -> Pixels:
    """The ink with 0 in the dark edges of a scan: whole rows or columns at the frame."""
    inner, dark = ink.copy(), ink > EDGE_DARK * ink_level(ink)
    for turn in range(4):
        side, full = np.rot90(inner, turn), np.rot90(dark, turn).mean(axis=1) > EDGE_FULL
        depth = int(full.argmin())
        if depth and depth / len(side) < EDGE_DEPTH:
            side[: depth + 2] = 0  # with its blurred border
    return inner


def without_frame(ink: Pixels) -> Pixels | None:
    """The ink with 0 in all that touches the frame; None if nothing does.

    The edge of a scan, a stripe of the desk and a shadow may be so dark that a faint pen is
    nothing beside them.
    """
    near = max(1, round(MARGIN * min(ink.shape)))
    touching = reaching_frame(ink > WEAK * ink_level(ink), near)
    if not touching.any():
        return None
    width = max(ink.shape) // 128 | 1  # of their blurred border
    near = cv2.dilate(touching.astype(np.uint8), np.ones((2 * width + 1,) * 2, np.uint8))
    return np.where(near > 0, np.float32(0), ink)


def reaching_frame(mask: Mask, width: int) -> Mask:
    """The connected pieces of the mask that come nearer to the frame than `width`."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    reaches = np.zeros(count, bool)
    reaches[frame(labels, width)] = True
    reaches[0] = False  # the background
    found: Mask = reaches[labels]
    return found


def find_ruling(ink: Pixels, weak: Mask, is_digit: bool = True) -> Mask:
    """The pixels of printed lines that cross the sheet from left to right, nearly level.

    weak: the pixels that may be strokes. Where a stroke crosses a line, the pixels are the
    stroke's: they are darker than the line, or there is ink right above and below them.
    """
    ruling = np.zeros(weak.shape, bool)
    thickness = max(3, weak.shape[1] // 100 | 1)
    for line in _long_lines(weak, thickness):
        if not (is_digit or _runs_off(line)):
            continue
        darkest = np.where(line, ink, 0).max(axis=0)
        ruling |= line & (ink < RULING_DARK * np.median(darkest))
    if not ruling.any():
        return ruling
    rest = (weak & ~ruling).astype(np.uint8)
    across = np.ones((2 * thickness + 3, 1), np.uint8)
    between = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, across) > 0
    return np.asarray(ruling & ~between)


def _runs_off(line: Mask) -> bool:
    """Whether it has ink at both ends of the picture."""
    end = max(1, round(RULING_END * line.shape[1]))
    return bool(line[:, :end].any() and line[:, -end:].any())


def _long_lines(weak: Mask, thickness: int) -> list[Mask]:
    """The masks of the lines that cross the sheet."""
    width = weak.shape[1]
    # Each line made thicker, so that it stays connected although it is not quite level.
    thick = cv2.dilate(weak.astype(np.uint8), np.ones((thickness, 1), np.uint8))
    # Gaps closed, what is short taken away, and the gaps closed that this leaves.
    long = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, width // 20), np.uint8))
    long = cv2.morphologyEx(long, cv2.MORPH_OPEN, np.ones((1, width // 5), np.uint8))
    if not long.any():
        return []  # as for most digits; what follows is half the time
    long = cv2.morphologyEx(long, cv2.MORPH_CLOSE, np.ones((1, width // 8), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(long, connectivity=8)
    return [
        weak & (labels == label)
        for label in range(1, count)
        if boxes[label][cv2.CC_STAT_WIDTH] > RULING_LENGTH * width
        and boxes[label][cv2.CC_STAT_HEIGHT] < RULING_RISE * width
    ]
