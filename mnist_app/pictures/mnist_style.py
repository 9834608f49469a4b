"""Draws the digit as MNIST draws digits: a box of 20 pixels on 28x28, centred by mass.

A network reads best what it has learned from, so hair-thin and very thick strokes come to a usual
width too.
"""

import cv2
import numpy as np

from mnist_app.pictures.pixels import TINY, Image28, Mask, Pixels, box_of, ink_level

# MNIST's digits fill a box of 20 pixels on an image of 28; strokes are measured and mended at four
# times that.
SIDE, BOX, FINE = 28, 20, 80
# Ink below the first of these shares of its level is an edge's blur, above the second it is full.
EDGE_FROM, EDGE_TO = 0.3, 0.7
# MNIST's stroke widths in pixels of its box: from 2.3 to 4.4 in nine of ten training images.
# A network trained on them reads hair-thin pens best when they are thickened to 2.4.
THINNEST, THICKEST = 2.4, 4.5
# A digit that has MNIST's size already is not drawn again if its strokes are usual, give or take
# a quarter.
AS_IT_IS = 0.25
# Of MNIST's training images, drawn in this way, one in 10,000 has more holes, and none fills as
# much of its box (0.746 at most).
MOST_HOLES, SOLID = 5, 0.75


def draw_like_mnist(ink: Pixels, digit: Mask) -> Image28:
    """The ink of the digit, and where the digit is -> what a network reads.  (28, 28) uint8

    Zeros if there is no digit.
    """
    if not digit.any():
        return np.zeros((SIDE, SIDE), np.uint8)
    near = cv2.dilate(digit.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # anti-aliased edge
    drawn = np.where(near, ink, np.float32(0)).clip(0)
    crop = drawn[box_of(drawn > 0)]
    shape = _enlarged(np.asarray(crop / ink_level(crop), np.float32))
    width = stroke_width(shape) * BOX / FINE
    has_size = abs(max(crop.shape) - BOX) <= 1 and max(ink.shape) <= TINY
    if has_size and (1 - AS_IT_IS) * THINNEST < width < (1 + AS_IT_IS) * THICKEST:
        return _centred(crop / crop.max())
    usual = _with_usual_width(shape, width)
    small = usual[box_of(usual > 0.5)]
    return _centred(_scaled(small, BOX / max(small.shape), cv2.INTER_AREA))


def looks_drawn(image: Image28) -> bool:
    """Whether the image may be strokes of a pen: not riddled with holes, and no solid blob.

    A narrow solid shape is a 1.
    """
    shape = np.pad(image > 127, 1)
    # Of the areas, the first is the shape and the second the background around it.
    holes = cv2.connectedComponents((~shape).astype(np.uint8), connectivity=4)[0] - 2
    box = shape[box_of(shape)]
    is_blob = min(box.shape) > BOX / 2 and box.mean() > SOLID
    return bool(holes <= MOST_HOLES and not is_blob)


def stroke_width(shape: Pixels) -> float:
    """In pixels: four times the mean distance to the edge, which for a long strip is its width + 2.

    Distances run between the centres of pixels, so each is half a pixel too long.
    """
    inside = np.pad(shape > 0.5, 1).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    return 4 * float(distance[inside > 0].mean()) if inside.any() else 0.0


def _enlarged(crop: Pixels) -> Pixels:
    """The ink resampled to FINE pixels on its longest side, with sharp edges and a margin."""
    scale = FINE / max(crop.shape)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = _scaled(crop, scale, way)
    if (level := ink_level(scaled)) < EDGE_TO:
        scaled /= np.float32(level)  # thinner than a pixel, and pale by that
    sharp = (scaled - EDGE_FROM) / (EDGE_TO - EDGE_FROM)
    return np.pad(sharp.clip(0, 1), FINE // 8)


def _scaled(picture: Pixels, scale: float, way: int) -> Pixels:
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    return cv2.resize(picture, (width, height), interpolation=way).astype(np.float32)


def _with_usual_width(shape: Pixels, width: float) -> Pixels:
    """Thickens hair-thin strokes and thins very thick ones to the nearest usual width."""
    change = round(abs(np.clip(width, THINNEST, THICKEST) - width) * FINE / BOX)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (change + 1, change + 1))
    moved = (cv2.dilate if width < THINNEST else cv2.erode)(shape, kernel)
    return moved.astype(np.float32)


def _centred(small: Pixels) -> Image28:
    """On 28x28, the centre of mass on pixel (14, 14) to half a pixel, as MNIST has it."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    corner = []
    for axis, side in enumerate(small.shape):
        profile = small.sum(axis=1 - axis)
        middle = (profile * np.arange(side)).sum() / profile.sum()
        corner.append(int(np.clip(round(SIDE / 2 - middle), 0, SIDE - side)))
    top, left = corner
    image[top : top + small.shape[0], left : left + small.shape[1]] = np.round(small * 255)
    return image
