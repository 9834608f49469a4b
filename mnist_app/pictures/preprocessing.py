"""Any picture of a digit -> the (28, 28) picture that a network trained on MNIST expects.

One path, each stage kept: grey values in the colour that carries the ink, the paper's own
brightness, the ink above it, which ink counts, which of it is the digit, and the digit drawn as
MNIST draws digits: strokes about 3 pixels wide, in a box of 20, centred by mass.
"""

import os
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

from mnist_app.pictures.decode import Pixels, decode

Mask = npt.NDArray[np.bool_]
Picture = TypeVar("Picture", bound=npt.NDArray[Any])
Problem = Literal["nothing drawn", "more than one digit", "does not look like a digit"]

# Longest side of the stages. A digit of a tenth of the frame still has 50 pixels, and every
# step costs milliseconds.
LONGEST_SIDE = 512
# A canvas is of one colour, but for what JPEG leaves on plain areas (up to 8 of 255).
CANVAS_TOLERANCE = 0.04
# A box of this share of the frame's shorter side is a photo on a canvas; no stroke is so thick.
CANVAS_BOX = 0.4
# Up to this side a picture holds a digit and no more: no canvas, ruling or edge of a scan.
TINY = 32
# The thumbnail in which the paper is told from the ink: strokes are still wider than a pixel.
THUMBNAIL_SIDE = 128
# Windows wider than a stroke, as shares of the frame: a pen's line to a marker in a tight crop.
WINDOWS, WIDEST = (0.06, 0.1, 0.16), 0.5
# The slope of a sharp edge in the thumbnail, as Sobel gives it, for ink of level 1: the most
# blurred photo of a digit has 2.2, shaded paper 1.1, soft shadows up to 2.0.
SHARP = 1.7
# MNIST's digits fill a box of 20 pixels; strokes are measured and mended at four times that.
BOX, FINE = 20, 80
# Ink is at least 8 of 255 grey values, which is faint to the eye, and clearly above the noise.
FAINTEST, CLEAR, NOISE = 0.03, 5, 3  # the last two in standard deviations of the noise
# Strokes: connected pixels of 0.3 of the ink's level, which keeps their pale parts, with one of
# 0.6 among them, which smudges and pale ruling have not.
WEAK, STRONG = 0.3, 0.6
# A piece with this share of the largest one's ink may be a stroke; dust has less.
SPECK = 0.03
# MNIST's stroke widths in pixels of its box: from 2.1 to 4.5 in nine of ten training images.
# A network trained on them reads hair-thin pens best when they are thickened to 2.4.
THINNEST, THICKEST = 2.4, 4.5
# One MNIST image in 10,000 has more holes, none fills as much of its box (0.71 at most).
MOST_HOLES, SOLID = 5, 0.75


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
    colour = _peel_canvas(_as_colour(pixels))
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
    if problem is None and not _looks_drawn(image):
        problem = "does not look like a digit"
    return Stages(grey, paper, np.clip(ink, 0, 1), strokes, digit, image, problem)


def to_network_input(stages: Stages) -> npt.NDArray[np.uint8]:
    """The (28, 28) uint8 image of the stages."""
    return stages.image


def _as_colour(pixels: npt.NDArray[np.generic]) -> Pixels:
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3) or not pixels.size:
        raise ValueError(f"expected pixels of shape (H, W) or (H, W, 3); received {pixels.shape}")
    if pixels.dtype not in (np.uint8, np.float32, np.float64):
        raise ValueError(f"expected uint8 pixels or floats in [0, 1]; received {pixels.dtype}")
    if not (pixels.min() >= 0 and pixels.max() <= (255 if pixels.dtype == np.uint8 else 1)):
        raise ValueError("expected floats in [0, 1]; received values outside or NaN")
    small = _shrink(pixels, LONGEST_SIDE).astype(np.float32)
    small /= 255 if pixels.dtype == np.uint8 else 1
    return np.repeat(small[:, :, None], 3, axis=2) if small.ndim == 2 else small


def _shrink(picture: Picture, longest: int) -> Picture:
    """Averages a picture down to the longest side; smaller pictures stay as they are."""
    scale = longest / max(picture.shape[:2])
    if scale >= 1:
        return picture
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    return cast(Picture, cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))


# --- the canvas, the channel, the polarity -------------------------------------------------


def _peel_canvas(colour: Pixels) -> Pixels:
    """Cuts a photo out of the plain canvas that it was pasted on.

    Canvas: one colour at two opposite sides at least, around a box that differs from it nearly
    everywhere. A drawing fills no such box, a shadow touches more sides; both stay as they are.
    """
    if min(colour.shape[:2]) <= TINY:
        return colour
    difference = np.abs(colour - np.median(_ring(colour, 1), axis=0))
    difference = np.maximum.reduce(cv2.split(difference))
    rough = _filled_box(difference > CANVAS_TOLERANCE)
    if not difference[rough].size:
        return colour
    other = difference > max(CANVAS_TOLERANCE, float(np.median(difference[rough])) / 2)
    rows, columns = box = _filled_box(other)
    inside, outside = other[box], other.sum() - other[box].sum()
    if min(inside.shape) < max(CANVAS_BOX * min(other.shape), 16):
        return colour
    is_surrounded = any(
        part.start > 2 and part.stop < side - 2
        for part, side in zip((rows, columns), other.shape, strict=True)
    )
    is_photo = inside.mean() > 0.7 and _ring(inside[:, :, None], 1).mean() > 0.8
    is_clean = outside < 0.2 * (other.size - inside.size)
    return _peel_canvas(colour[box]) if is_surrounded and is_photo and is_clean else colour


def _filled_box(mask: Mask) -> tuple[slice, slice]:
    return _wide_rows(mask), _wide_rows(mask.T)


def _wide_rows(mask: Mask) -> slice:
    """From the first to the last row in which the mask is half as wide as at its widest.

    Cuts one row more on either side, with what blur leaves around a box.
    """
    width = mask.sum(axis=1)
    rows = np.flatnonzero(width > width.max() / 2)
    return slice(int(rows[0]) + 1, int(rows[-1])) if rows.size else slice(0, 0)


def _ring(picture: npt.NDArray[Any], width: int) -> npt.NDArray[Any]:
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
    return np.asarray(grey.clip(0, 1), np.float32)


def _window(picture: Pixels, share: float, at_least: int = 1) -> tuple[int, int]:
    side = max(at_least, int(share * max(picture.shape[:2])) | 1)
    return side, side


def _ink_is_dark(grey: Pixels) -> bool:
    """Whether the ink is darker than the paper: the paper holds the frame and the majority.

    Each pixel is dark or bright against the middle of its surroundings' extremes, so shadows do
    not vote; only where that contrast is large.
    """
    thumbnail = _shrink(grey, THUMBNAIL_SIDE)
    kernel = np.ones(_window(thumbnail, 0.25, at_least=5), np.uint8)
    low, high = cv2.erode(thumbnail, kernel), cv2.dilate(thumbnail, kernel)
    contrast = high - low
    votes = np.where(contrast > contrast.max() / 2, 2 * thumbnail - low - high, 0)
    ring = _ring(votes[:, :, None], max(1, min(votes.shape) // 10))
    return bool(votes.mean() + ring.mean() >= 0)


# --- the paper and the ink -----------------------------------------------------------------


def _paper(grey: Pixels) -> Pixels:
    """The brightness of the paper under dark ink, from the paper around it.

    A closing wider than any stroke gives a first guess; the average of the paper that this
    leaves, near each place, follows shadows and corrects its bias.
    """
    thumbnail = _shrink(grey, THUMBNAIL_SIDE)
    guess, window = _closed(thumbnail)
    for _ in range(3):
        departure = guess - thumbnail
        departure = np.abs(departure - np.quantile(departure, 0.25))  # a closing of noise is high
        bare = (departure < max(0.02, 0.25 * _level(departure))).astype(np.float32)
        weight = cv2.GaussianBlur(bare, (0, 0), window / 6) + 1e-3
        guess = (cv2.GaussianBlur(bare * thumbnail, (0, 0), window / 6) + 1e-3 * guess) / weight
    return cv2.resize(guess, grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _closed(thumbnail: Pixels) -> tuple[Pixels, int]:
    """The closing by the narrowest window that surely removes the strokes, and its side.

    The narrower the window, the better the closing follows shadows. Sharp edges decide, since
    strokes have them and shadows do not: without any, all is paper. Twice the window that
    suffices covers junctions too.
    """
    widest, side = _closing(thumbnail, WIDEST), _window(thumbnail, WIDEST)[0]
    if min(thumbnail.shape) <= TINY:
        return widest, side
    ink = widest - thumbnail
    level = _level(ink)
    slopes = cv2.Sobel(thumbnail, -1, 1, 0) ** 2 + cv2.Sobel(thumbnail, -1, 0, 1) ** 2
    edges = np.where((ink > level / 2) & (slopes > (SHARP * level) ** 2), slopes, 0)
    if not edges.any():
        return thumbnail, side
    for share in WINDOWS:
        shown = _closing(thumbnail, share) - thumbnail > ink / 2
        if edges[shown].sum() > 0.95 * edges.sum():
            return _closing(thumbnail, 2 * share), _window(thumbnail, 2 * share)[0]
    return widest, side


def _closing(thumbnail: Pixels, share: float) -> Pixels:
    kernel = np.ones(_window(thumbnail, share), np.uint8)
    return cv2.morphologyEx(thumbnail, cv2.MORPH_CLOSE, kernel).astype(np.float32)


def _level(ink: Pixels) -> float:
    """The typical value of ink where there is any: a mean in which each pixel weighs its square."""
    squares = np.square(ink.clip(0), dtype=np.float64)
    return float((squares * ink).sum() / (squares.sum() + 1e-12))


def _strokes(ink: Pixels) -> tuple[Pixels, Mask]:
    """The ink as shares of its typical level, and the pixels that are strokes."""
    smooth = ink
    if max(ink.shape) > THUMBNAIL_SIDE:
        smooth = cv2.GaussianBlur(ink, (0, 0), max(ink.shape) / 512).astype(np.float32)
    if min(ink.shape) > TINY:
        smooth = _without_edges(smooth)
    below = smooth[smooth < 0]  # ink is above the paper, so this is noise: half a normal curve
    noise = -1.4826 * float(np.median(below)) if below.size else 0.0
    level = _level(np.where(smooth > NOISE * noise, smooth, 0))
    if level < max(FAINTEST, CLEAR * noise):
        return ink, np.zeros(ink.shape, bool)
    weak = smooth > max(WEAK * level, NOISE * noise)
    if min(ink.shape) > TINY:
        weak &= ~_ruling(smooth, weak)
        weak &= ~_ruling(smooth.T, weak.T).T
    count, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    strong = np.zeros(count, bool)
    strong[labels[smooth > STRONG * level]] = True
    strong[0] = False
    strokes: Mask = strong[labels]
    return ink / level, strokes


def _without_edges(ink: Pixels) -> Pixels:
    """The ink without the dark edges of a scan: whole rows or columns at the frame."""
    inner, dark = ink.copy(), ink > 0.5 * _level(ink)
    for turn in range(4):
        side, full = np.rot90(inner, turn), np.rot90(dark, turn).mean(axis=1) > 0.95
        depth = int(full.argmin())
        if 0 < depth < len(side) / 10:
            side[: depth + 2] = 0  # with its blurred border
    return inner


def _ruling(ink: Pixels, weak: Mask) -> Mask:
    """The printed lines that cross the whole sheet from left to right, nearly level.

    Where a line crosses a stroke, the darker pixels are the stroke's, and so are those with
    ink both above and below the line.
    """
    width = weak.shape[1]
    slack = max(3, width // 100 | 1)
    thick = cv2.dilate(weak.astype(np.uint8), np.ones((slack, 1), np.uint8))
    thick = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, width // 20), np.uint8))
    long = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, width // 5), np.uint8))
    long = cv2.morphologyEx(long, cv2.MORPH_CLOSE, np.ones((1, width // 8), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(long, connectivity=8)
    ruling = np.zeros(weak.shape, bool)
    for label in range(1, count):
        _, _, w, h, _ = boxes[label]
        if w > 0.9 * width and h < 0.1 * width:
            line = weak & (labels == label)
            darkest = np.where(line, ink, 0).max(axis=0)
            ruling |= line & (ink < 1.5 * np.median(darkest))
    if not ruling.any():
        return ruling
    rest = (weak & ~ruling).astype(np.uint8)
    bridged = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((2 * slack + 3, 1), np.uint8))
    lines: Mask = ruling & (bridged == 0)
    return lines


# --- the digit -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    """A connected piece of ink: its label, box (bottom and right exclusive), and mass."""

    label: int
    top: int
    left: int
    bottom: int
    right: int
    mass: float

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def size(self) -> int:
        return max(self.bottom - self.top, self.right - self.left)

    def joined(self, other: "_Piece") -> "_Piece":
        return _Piece(
            self.label,
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
            self.mass + other.mass,
        )

    def gap_beside(self, other: "_Piece") -> int:
        return max(self.left - other.right, other.left - self.right)

    def gap_above(self, other: "_Piece") -> int:
        return max(self.top - other.bottom, other.top - self.bottom)


def _choose_digit(ink: Pixels, strokes: Mask) -> tuple[Mask, Problem | None]:
    """The strokes that form the digit, and why they may not be one digit."""
    pieces, labels = _pieces(ink, strokes)
    if not pieces:
        return strokes, "nothing drawn"
    whole = [piece for piece in pieces if not _touches_frame(piece, strokes.shape)]
    largest = max(piece.size for piece in pieces)
    is_tiny = min(strokes.shape) <= TINY
    if not is_tiny and any(piece.size > largest / 4 for piece in whole):
        pieces = whole
    pieces.sort(key=lambda piece: piece.mass, reverse=True)
    digit, members, rest = pieces[0], [pieces[0].label], pieces[1:]
    while near := [piece for piece in rest if _belongs(piece, digit, is_tiny)]:
        members += [piece.label for piece in near]
        rest = [piece for piece in rest if piece not in near]
        for piece in near:
            digit = digit.joined(piece)
    others = [piece for piece in rest if piece.height > 0.5 * digit.height]
    return np.isin(labels, members), "more than one digit" if others else None


def _pieces(ink: Pixels, strokes: Mask) -> tuple[list[_Piece], npt.NDArray[np.int32]]:
    """The connected pieces of ink without the specks, and the label of each pixel."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(strokes.astype(np.uint8))
    mass = np.bincount(labels.ravel(), (ink * strokes).ravel(), count)
    pieces = [
        _Piece(label, int(y), int(x), int(y + h), int(x + w), float(mass[label]))
        for label in np.flatnonzero(mass > SPECK * mass.max(initial=0)).tolist()
        for x, y, w, h, _ in [boxes[label]]
    ]
    return pieces, labels.astype(np.int32)


def _touches_frame(piece: _Piece, shape: tuple[int, ...]) -> bool:
    margin = 0.02 * min(shape)  # what a blurred or cut-off edge of a scan leaves
    top_left = min(piece.top, piece.left)
    bottom_right = min(shape[0] - piece.bottom, shape[1] - piece.right)
    return min(top_left, bottom_right) < margin


def _belongs(piece: _Piece, digit: _Piece, is_tiny: bool) -> bool:
    """Whether a piece is a detached part of the digit: a bar above, a broken stroke.

    A piece as tall as the digit is another digit, unless they nearly touch. Smaller ones belong
    if they are near; in a tiny picture they are near.
    """
    height = digit.joined(piece).height
    gap = max(piece.gap_above(digit), piece.gap_beside(digit))
    is_tall = min(piece.height, digit.height) > 0.4 * height
    return gap < 0.08 * height if is_tall else is_tiny or gap < 0.2 * height


# --- the picture for the network -----------------------------------------------------------


def _as_mnist(ink: Pixels, digit: Mask) -> npt.NDArray[np.uint8]:
    """The digit as MNIST draws it: box of 20, strokes of usual width, centred by mass."""
    if not digit.any():
        return np.zeros((28, 28), np.uint8)
    near = cv2.dilate(digit.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # anti-aliased edge
    drawn = np.where(near, ink, np.float32(0)).clip(0)
    rows, columns = (np.flatnonzero((drawn > 0).any(axis)) for axis in (1, 0))
    crop = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    shape = _enlarged(np.asarray(crop / _level(crop), np.float32))
    width = _stroke_width(shape) * BOX / FINE
    is_mnist_like = abs(max(crop.shape) - BOX) <= 1 and max(ink.shape) <= TINY
    if is_mnist_like and 0.75 * THINNEST < width < 1.25 * THICKEST:
        return _centred(crop / crop.max())
    return _centred(_boxed(_with_usual_width(shape, width)))


def _enlarged(crop: Pixels) -> Pixels:
    """The ink resampled to FINE pixels on its longest side, with sharp edges and a margin."""
    scale = FINE / max(crop.shape)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.pad(((_scaled(crop, scale, way) - 0.3) / 0.4).clip(0, 1), FINE // 8)


def _scaled(picture: Pixels, scale: float, way: int) -> Pixels:
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    return cv2.resize(picture, (width, height), interpolation=way).astype(np.float32)


def _stroke_width(shape: Pixels) -> float:
    """In pixels: four times the mean distance to the edge, which is exact for a long strip."""
    inside = np.pad(shape > 0.5, 1).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    return 4 * float(distance[inside > 0].mean()) if inside.any() else 0.0


def _looks_drawn(image: npt.NDArray[np.uint8]) -> bool:
    """Whether the image may be pen strokes: neither riddled with holes nor one solid blob."""
    shape = np.pad(image > 127, 1)
    holes = cv2.connectedComponents((~shape).astype(np.uint8), connectivity=4)[0] - 2
    rows, columns = (np.flatnonzero(shape.any(axis)) for axis in (1, 0))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    is_blob = min(height, width) > BOX / 2 and shape.sum() > SOLID * height * width
    return bool(holes <= MOST_HOLES and not is_blob)


def _with_usual_width(shape: Pixels, width: float) -> Pixels:
    """Thickens hair-thin strokes and thins very thick ones to the nearest usual width."""
    change = round(abs(np.clip(width, THINNEST, THICKEST) - width) * FINE / BOX)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (change + 1, change + 1))
    moved = (cv2.dilate if width < THINNEST else cv2.erode)(shape, kernel)
    return moved.astype(np.float32)


def _boxed(shape: Pixels) -> Pixels:
    """Averages the shape down so that its longest side is BOX pixels."""
    rows, columns = (np.flatnonzero((shape > 0.5).any(axis)) for axis in (1, 0))
    crop = shape[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _scaled(crop, BOX / max(crop.shape), cv2.INTER_AREA)


def _centred(small: Pixels) -> npt.NDArray[np.uint8]:
    """On 28x28, the centre of mass on pixel (14, 14) to half a pixel, as MNIST has it."""
    image = np.zeros((28, 28), np.uint8)
    corner = []
    for axis, side in enumerate(small.shape):
        profile = small.sum(axis=1 - axis)
        middle = (profile * np.arange(side)).sum() / profile.sum()
        corner.append(int(np.clip(round(14 - middle), 0, 28 - side)))
    top, left = corner
    image[top : top + small.shape[0], left : left + small.shape[1]] = np.round(small * 255)
    return image
