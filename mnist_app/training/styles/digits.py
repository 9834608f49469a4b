"""Digits of all styles, mixed, as the network will see them."""

import numpy as np

from mnist_app.data.splits import Examples
from mnist_app.pictures.mnist_style import draw_like_mnist
from mnist_app.pictures.pixels import Image28, Pixels
from mnist_app.training.styles.hand import Drawing, Hand
from mnist_app.training.styles.pens import INK, PENS, draw
from mnist_app.training.styles.printed import FONTS, printed, seven_segments
from mnist_app.training.styles.skeletons import STYLES
from tinynet.types import Array

PRINTED, SEGMENTS = 0.12, 0.06  # the shares of fonts and of seven segments; the rest is by hand
# How often each digit is drawn: 1 and 7 more often, which are written in most ways.
DIGITS = np.array([3, 8, 3, 3, 4, 3, 4, 6, 3, 5]) / 42
PEN_SHARES = (0.44, 0.12, 0.12, 0.06, 0.1, 0.08, 0.08)  # of PENS, in their order
# An outline of these is another digit, or no digit at all; and filled ones are drawn with a pen.
NOT_OUTLINED, FILLED = {"1", "0 slashed"}, {"6 filled", "9 filled"}


def with_styles(examples: Examples, rng: np.random.Generator) -> Examples:
    """The examples, and half as many drawn digits."""
    images, labels = examples
    drawn, drawn_labels = draw_digits(len(images) // 2, rng)
    return np.concatenate([images, drawn]), np.concatenate([labels, drawn_labels])


def draw_digits(count: int, rng: np.random.Generator) -> Examples:
    """Images (count, 28, 28) uint8, reduced as `predict` reduces pictures, and their labels.

    The same state of rng gives the same images, with the same version of OpenCV.
    """
    images, labels = np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8)
    for place in range(count):
        digit = int(rng.choice(10, p=DIGITS))
        images[place], labels[place] = reduced(draw_digit(digit, rng)), digit
    return images, labels


def draw_digit(digit: int, rng: np.random.Generator) -> Pixels:
    """A sheet with this digit in any style."""
    kind = rng.random()
    if kind < SEGMENTS:
        return seven_segments(digit, rng)
    if kind < SEGMENTS + PRINTED:
        return printed(str(digit), str(rng.choice(FONTS)), rng)
    styles = [name for name, (label, _) in STYLES.items() if label == digit]
    style = styles[rng.integers(len(styles))]
    return draw_style(style, str(rng.choice(list(PENS), p=PEN_SHARES)), rng)


def draw_style(style: str, pen: str, rng: np.random.Generator) -> Pixels:
    """A sheet with a digit of this style: bent, slanted and stretched a little.

    The pen is a round one where another would spoil the digit.
    """
    _, skeleton = STYLES[style]
    if style in FILLED or (pen == "outlined" and style in NOT_OUTLINED):
        pen = "round"
    return draw(as_written(skeleton(Hand(rng)), rng), pen, rng)


def as_written(drawing: Drawing, rng: np.random.Generator) -> Drawing:
    """The drawing as one person has written it: bent, slanted, turned, stretched."""
    bend = np.stack([rng.normal(0, 0.012, (2, 2)), rng.uniform(0, 2 * np.pi, (2, 2))], axis=-1)
    slant = float(np.clip(rng.normal(0.06, 0.12), -0.15, 0.32))
    turn, wide = np.radians(rng.normal(0, 3)), rng.uniform(0.82, 1.2)
    slanted: Array = np.array([[wide, 0], [-slant, 1]])
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return drawing.moved(slanted @ turned, bend)


def reduced(sheet: Pixels) -> Image28:
    """What a network sees of a sheet."""
    return draw_like_mnist(sheet, sheet > INK)
