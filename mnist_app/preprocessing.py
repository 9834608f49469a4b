"""Any picture of a digit -> the (28, 28) picture that a network trained on MNIST expects.

One path, each stage kept: grey values in the colour that carries the ink, the paper's own
brightness, the ink above it, which ink counts, which of it is the digit, and the digit drawn as
MNIST draws digits: strokes about 3 pixels wide, in a box of 20, centred by mass.
"""

import os
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from mnist_app.decoding import Pixels, decode

Mask = npt.NDArray[np.bool_]
Problem = Literal["nothing drawn", "more than one digit", "no digit"]

# Longest side of the stages. A digit of a tenth of the frame still has 50 pixels, and every
# step costs milliseconds.
LONGEST_SIDE = 512
# The thumbnail in which the paper is told from the ink: strokes are still wider than a pixel.
THUMBNAIL_SIDE = 128


@dataclass(frozen=True)
class Stages:
    """What becomes of a picture on its way to the network, in order.

    grey    (H, W) float32, the colour direction that carries the ink, in [0, 1]
    paper   (H, W) float32, the brightness of the paper alone
    ink     (H, W) float32 in [0, 1], how far each pixel departs from the paper to the ink's side
    strokes (H, W) bool, the pixels that are ink rather than noise, ruling or smudge
    digit   (H, W) bool, the strokes that form the digit
    image   (28, 28) uint8, 0 = background, 255 = ink: the network's input
    problem why there is no single digit in the picture, or None
    """

    grey: Pixels
    paper: Pixels
    ink: Pixels
    strokes: Mask
    digit: Mask
    image: npt.NDArray[np.uint8]
    problem: Problem | None


def read_picture(source: str | os.PathLike[str] | bytes) -> Stages:
    """A picture file, by path or as its bytes -> its stages.  Raises PictureError."""
    return preprocess(decode(source))


def preprocess(pixels: npt.NDArray[np.generic]) -> Stages:
    """(H, W) grey or (H, W, 3) RGB, uint8 or floats in [0, 1] -> its stages.

    Raises ValueError for any other shape, type or range.
    """
    colour = _peel_canvas(_shrink(_as_colour(pixels), LONGEST_SIDE))
    grey = _ink_channel(colour)
    if _ink_is_dark(grey):
        paper = _paper(grey)
        ink = paper - grey
    else:
        paper = 1 - _paper(1 - grey)
        ink = grey - paper
    ink, strokes = _strokes(ink)
    digit, problem = _choose_digit(ink, strokes)
    image = _as_mnist(ink, digit)
    return Stages(grey, paper, np.clip(ink, 0, 1), strokes, digit, image, problem)


def to_network_input(stages: Stages) -> npt.NDArray[np.uint8]:
    """The (28, 28) uint8 image of the stages."""
    return stages.image


def _as_colour(pixels: npt.NDArray[np.generic]) -> Pixels:
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3) or not pixels.size:
        raise ValueError(f"expected pixels of shape (H, W) or (H, W, 3); received {pixels.shape}")
    values = pixels.astype(np.float32) / (255 if pixels.dtype == np.uint8 else 1)
    if not (values.min() >= 0 and values.max() <= 1):  # written so that NaN fails too
        raise ValueError("expected uint8 pixels or floats in [0, 1]; received values outside")
    return np.repeat(values[:, :, None], 3, axis=2) if values.ndim == 2 else values


def _shrink(picture: Pixels, longest: int) -> Pixels:
    """Averages a picture down to the longest side; smaller pictures stay as they are."""
    scale = longest / max(picture.shape[:2])
    if scale >= 1:
        return picture
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)


# --- the canvas, the channel, the polarity -------------------------------------------------


def _peel_canvas(colour: Pixels) -> Pixels:
    """Cuts a photo out of the plain canvas that it was pasted on.

    Canvas: a constant colour at the edge, around a box whose whole outline differs from it.
    A drawing has no such outline, so it stays as it is.
    """
    canvas = np.median(_ring(colour, 1).reshape(-1, 3), axis=0)
    other = np.abs(colour - canvas).max(axis=2) > 0.04  # above what JPEG leaves on plain areas
    rows, columns = np.flatnonzero(other.any(1)), np.flatnonzero(other.any(0))
    if not rows.size:
        return colour
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    inside = colour[box]
    if min(inside.shape[:2]) < 8 or _ring(other[box][:, :, None], 1).mean() < 0.95:
        return colour
    return colour if inside.shape == colour.shape else _peel_canvas(inside)


def _ring(picture: npt.NDArray[np.generic], width: int) -> npt.NDArray[np.generic]:
    """(H, W, C) -> (N, C), the pixels of the frame of this width."""
    inside = np.zeros(picture.shape[:2], bool)
    inside[width:-width, width:-width] = True
    return picture[~inside]


def _ink_channel(colour: Pixels) -> Pixels:
    """Projects RGB on the colour direction along which strokes leave the paper, in [0, 1].

    The direction is the principal axis of what a wide blur takes away, strong pixels counting
    most; for black, grey and white it is the luminance.
    """
    thumbnail = _shrink(colour, THUMBNAIL_SIDE)
    detail = (thumbnail - cv2.blur(thumbnail, _window(thumbnail, 0.5))).reshape(-1, 3)
    weighted = detail * (detail**2).sum(axis=1, keepdims=True)
    direction = np.linalg.eigh(weighted.T @ weighted)[1][:, -1]
    direction *= np.sign(direction.sum()) or 1
    lowest = np.minimum(direction, 0).sum()
    grey = (colour @ direction - lowest) / np.abs(direction).sum()
    return np.clip(grey, 0, 1).astype(np.float32)


def _window(picture: Pixels, share: float) -> tuple[int, int]:
    side = int(share * max(picture.shape[:2])) | 1
    return side, side


def _ink_is_dark(grey: Pixels) -> bool:
    """Whether the ink is darker than the paper: the paper holds the frame and the majority.

    Each pixel is dark or bright against the middle of its surroundings' extremes, so shadows do
    not vote; only where that contrast is large.
    """
    thumbnail = _shrink(grey, THUMBNAIL_SIDE)
    kernel = np.ones(_window(thumbnail, 0.25), np.uint8)
    low, high = cv2.erode(thumbnail, kernel), cv2.dilate(thumbnail, kernel)
    contrast = high - low
    votes = np.where(contrast > contrast.max() / 2, np.sign(2 * thumbnail - low - high), 0)
    ring = _ring(votes[:, :, None], max(1, min(votes.shape) // 20))
    return bool(votes.mean() + ring.mean() >= 0)


# --- the paper and the ink -----------------------------------------------------------------


def _paper(grey: Pixels) -> Pixels:
    """The brightness of the paper under dark ink, from the paper around it.

    A closing wider than any stroke gives a first guess; the average of the paper that this
    leaves, near each place, follows shadows and corrects its bias.
    """
    thumbnail = _shrink(grey, THUMBNAIL_SIDE)
    guess = cv2.morphologyEx(thumbnail, cv2.MORPH_CLOSE, np.ones(_window(thumbnail, 0.5), np.uint8))
    for _ in range(3):
        departure = np.abs(guess - thumbnail)
        bare = (departure < max(0.02, 0.25 * _level(departure))).astype(np.float32)
        sigma = max(thumbnail.shape) / 12
        weight = cv2.GaussianBlur(bare, (0, 0), sigma) + 1e-3
        guess = (cv2.GaussianBlur(bare * thumbnail, (0, 0), sigma) + 1e-3 * guess) / weight
    return cv2.resize(guess, grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _level(ink: Pixels) -> float:
    """The typical value of ink where there is any: a mean in which each pixel weighs its square."""
    squares = np.square(ink.clip(0), dtype=np.float64)
    return float((squares * ink).sum() / (squares.sum() + 1e-12))


def _strokes(ink: Pixels) -> tuple[Pixels, Mask]:
    smooth = cv2.GaussianBlur(ink, (0, 0), max(ink.shape) / 512) if max(ink.shape) > 128 else ink
    noise = 1.4826 * float(np.median(np.abs(smooth)))
    level = _level(np.where(smooth > 3 * noise, smooth, 0))
    if level < max(MIN_CONTRAST, 5 * noise):
        return ink, np.zeros(ink.shape, bool)
    low, high = max(0.3 * level, 3 * noise), 0.6 * level
    weak = (smooth > low).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    strong = np.zeros(count, bool)
    strong[labels[smooth > high]] = True
    strong[0] = False
    return ink / level, strong[labels]


MIN_CONTRAST = 0.03


# --- the digit -----------------------------------------------------------------------------


def _choose_digit(ink: Pixels, strokes: Mask) -> tuple[Mask, Problem | None]:
    count, labels, stats, centres = cv2.connectedComponentsWithStats(
        strokes.astype(np.uint8), connectivity=8
    )
    if count == 1:
        return strokes, "nothing drawn"
    mass = np.bincount(labels.ravel(), ink.ravel() * strokes.ravel(), count)[1:]
    main = 1 + int(mass.argmax())
    keep = [main]
    problem: Problem | None = None
    x, y, w, h, _ = stats[main]
    size = max(w, h)
    for other in range(1, count):
        if other == main:
            continue
        ox, oy, ow, oh, _ = stats[other]
        gap_x = max(ox - (x + w), x - (ox + ow))
        gap_y = max(oy - (y + h), y - (oy + oh))
        if mass[other - 1] < 0.03 * mass[main - 1]:
            continue
        if max(gap_x, gap_y) > 0.25 * size:
            if min(oh, h) > 0.5 * max(oh, h):
                problem = "more than one digit"
            continue
        keep.append(other)
    return np.isin(labels, keep), problem


# --- the picture for the network -----------------------------------------------------------


def _as_mnist(ink: Pixels, digit: Mask) -> npt.NDArray[np.uint8]:
    image = np.zeros((28, 28), np.uint8)
    if not digit.any():
        return image
    near = cv2.dilate(digit.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    drawn = np.where(near, ink, 0).clip(0, 1)
    near &= drawn > 0.02
    rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    crop = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    small = crop if 18 <= max(crop.shape) <= 20 and max(ink.shape) <= 40 else _redraw(crop)
    return _centred(small)


FINE = 80


def _redraw(crop: Pixels) -> Pixels:
    scale = (FINE - 8) / max(crop.shape)
    size = tuple(max(1, round(side * scale)) for side in crop.shape[::-1])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    fine = np.pad(cv2.resize(crop, size, interpolation=way), 16)
    sharp = ((fine - 0.3) / 0.4).clip(0, 1)
    width = _stroke_width(sharp > 0.5) / 4
    if width < 2.4:
        sharp = cv2.dilate(sharp, _disc((2.7 - width) * 4))
    elif width > 4.5:
        sharp = cv2.erode(sharp, _disc((width - 4) * 4))
    rows, columns = np.flatnonzero((sharp > 0.5).any(1)), np.flatnonzero((sharp > 0.5).any(0))
    sharp = sharp[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = 20 / max(sharp.shape)
    size = tuple(max(1, round(side * scale)) for side in sharp.shape[::-1])
    return cv2.resize(sharp, size, interpolation=cv2.INTER_AREA)


def _disc(diameter: float):
    side = max(1, round(diameter)) | 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def _stroke_width(shape: Mask) -> float:
    distance = cv2.distanceTransform(shape.astype(np.uint8), cv2.DIST_L2, 5)
    return 4 * float(distance[shape].mean())


def _centred(small: Pixels) -> npt.NDArray[np.uint8]:
    h, w = small.shape
    total = small.sum()
    cy = (small.sum(1) * np.arange(h)).sum() / total
    cx = (small.sum(0) * np.arange(w)).sum() / total
    top = int(np.clip(round(13.5 + 0.5 - cy), 0, 28 - h))
    left = int(np.clip(round(13.5 + 0.5 - cx), 0, 28 - w))
    image = np.zeros((28, 28), np.uint8)
    image[top : top + h, left : left + w] = np.round(small * 255)
    return image
