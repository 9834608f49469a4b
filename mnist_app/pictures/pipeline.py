"""From any picture of a digit to the 28x28 that a network reads: all stages in order.

Each stage is kept, so that one can see where a picture went wrong.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_app.pictures.canvas import photo_box
from mnist_app.pictures.digit import Problem, choose_character, choose_digit, is_edge
from mnist_app.pictures.grey import ink_channel
from mnist_app.pictures.mnist_style import draw_like_mnist, looks_drawn
from mnist_app.pictures.paper import paper_and_ink
from mnist_app.pictures.pixels import Image28, Mask, Pixels, shrink
from mnist_app.pictures.place import Place, place_of
from mnist_app.pictures.strokes import find_strokes

# Longest side of the stages: a digit of a tenth of the frame still has 50 pixels, and each step
# takes milliseconds.
LONGEST_SIDE = 512


@dataclass(frozen=True)
class Sheet:
    """A picture, before it is said which of its ink is strokes.

    grey      (H, W) float32 in [0, 1], the picture in the colour that carries the ink
    paper     (H, W) float32, the brightness of the paper alone
    departure (H, W) float32, how far each pixel departs from the paper to the ink's side
    place     where the sheet lies in the picture
    """

    grey: Pixels
    paper: Pixels
    departure: Pixels
    place: Place


@dataclass(frozen=True)
class Stages(Sheet):
    """What becomes of a sheet on its way to the network, in order.

    ink     (H, W) float32 in [0, 1], the departure as a share of the ink's level
    strokes (H, W) bool, the pixels that are ink rather than noise, ruling or smudge
    lines   (H, W) bool, what was taken for ruling or the edge of a scan
    digit   (H, W) bool, the strokes that form the digit, or whatever is drawn
    image   (28, 28) uint8, 0 = background, 255 = ink: the network's input
    problem why there is no single digit in the picture, or None
    way     what was done otherwise than usual (see ways.py), or None
    """

    ink: Pixels
    strokes: Mask
    lines: Mask
    digit: Mask
    image: Image28
    problem: Problem | None
    way: str | None


def preprocess(pixels: npt.NDArray[np.generic], is_digit: bool = True) -> Stages:
    """(H, W) grey or (H, W, 3) RGB, uint8 or floats in [0, 1] -> its stages in the usual way.

    Only of a digit is known which pieces belong together and what it cannot look like. Anything
    else keeps all its pieces. Raises ValueError for any other shape, type or range.
    """
    colour = as_colour(pixels)
    box = photo_box(colour)
    grey = ink_channel(colour[box])
    sheet = Sheet(grey, *paper_and_ink(grey), place_of(*box, colour.shape))
    return finished(sheet, *find_strokes(sheet.departure, is_digit), is_digit=is_digit)


def finished(
    sheet: Sheet,
    ink: Pixels,
    strokes: Mask,
    lines: Mask,
    way: str | None = None,
    is_digit: bool = True,
) -> Stages:
    """The stages from the strokes on: which of them are the digit, and what the network gets."""
    digit, problem = (choose_digit if is_digit else choose_character)(ink, strokes)
    image = draw_like_mnist(ink, digit)
    if is_digit and problem is None and is_edge(digit):
        problem = "nothing drawn"
    if is_digit and problem is None and not looks_drawn(image):
        problem = "does not look like a digit"
    kept = sheet.grey, sheet.paper, sheet.departure, sheet.place
    return Stages(*kept, np.clip(ink, 0, 1), strokes, lines, digit, image, problem, way)


def as_colour(pixels: npt.NDArray[np.generic]) -> Pixels:
    """The pixels as (H, W, 3) float32 in [0, 1], at most LONGEST_SIDE long."""
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3) or not pixels.size:
        raise ValueError(f"expected pixels of shape (H, W) or (H, W, 3); received {pixels.shape}")
    if pixels.dtype not in (np.uint8, np.float32, np.float64):
        raise ValueError(f"expected uint8 pixels or floats in [0, 1]; received {pixels.dtype}")
    white = 255 if pixels.dtype == np.uint8 else 1
    if not (pixels.min() >= 0 and pixels.max() <= white):
        raise ValueError("expected floats in [0, 1]; received values outside or NaN")
    small = shrink(pixels, LONGEST_SIDE).astype(np.float32)
    small /= white
    return np.repeat(small[:, :, None], 3, axis=2) if small.ndim == 2 else small
