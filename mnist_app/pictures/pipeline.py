"""From any picture of a digit to the 28x28 that a network reads: all stages in order.

Each stage is kept, so that one can see where a picture went wrong.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_app.pictures.canvas import peel_canvas
from mnist_app.pictures.digit import Problem, choose_character, choose_digit
from mnist_app.pictures.grey import ink_channel
from mnist_app.pictures.mnist_style import draw_like_mnist, looks_drawn
from mnist_app.pictures.paper import paper_and_ink
from mnist_app.pictures.pixels import Image28, Mask, Pixels, shrink
from mnist_app.pictures.strokes import find_strokes

# Longest side of the stages: a digit of a tenth of the frame still has 50 pixels, and each step
# takes milliseconds.
LONGEST_SIDE = 512


@dataclass(frozen=True)
class Stages:
    """What becomes of a picture on its way to the network, in order.

    grey    (H, W) float32 in [0, 1], the picture in the colour that carries the ink
    paper   (H, W) float32, the brightness of the paper alone
    ink     (H, W) float32 in [0, 1], how far each pixel departs from the paper to the ink's side
    strokes (H, W) bool, the pixels that are ink rather than noise, ruling or smudge
    digit   (H, W) bool, the strokes that form the digit, or whatever is drawn
    image   (28, 28) uint8, 0 = background, 255 = ink: the network's input
    problem why there is no single digit in the picture, or None
    """

    grey: Pixels
    paper: Pixels
    ink: Pixels
    strokes: Mask
    digit: Mask
    image: Image28
    problem: Problem | None


def preprocess(pixels: npt.NDArray[np.generic], is_digit: bool = True) -> Stages:
    """(H, W) grey or (H, W, 3) RGB, uint8 or floats in [0, 1] -> its stages.

    Only of a digit is known which pieces belong together and what it cannot look like. Anything
    else keeps all its pieces. Raises ValueError for any other shape, type or range.
    """
    grey = ink_channel(peel_canvas(_as_colour(pixels)))
    paper, ink = paper_and_ink(grey)
    ink, strokes = find_strokes(ink, is_digit)
    digit, problem = (choose_digit if is_digit else choose_character)(ink, strokes)
    image = draw_like_mnist(ink, digit)
    if is_digit and problem is None and not looks_drawn(image):
        problem = "does not look like a digit"
    return Stages(grey, paper, np.clip(ink, 0, 1), strokes, digit, image, problem)


def _as_colour(pixels: npt.NDArray[np.generic]) -> Pixels:
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
