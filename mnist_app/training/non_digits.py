"""Pictures that hold no digit, for the detector to learn from.

Random strokes, scribbles, digits made into something else, letters, shapes and textures. How well
the detector knows such things is measured on those of other fonts and other hands.
"""

from collections.abc import Callable

import cv2
import numpy as np

from mnist_app.data.dataset import Images, Labels
from mnist_app.pictures.digit import choose_digit
from mnist_app.pictures.mnist_style import draw_like_mnist
from mnist_app.pictures.pipeline import preprocess
from mnist_app.pictures.pixels import Image28, Pixels
from mnist_app.training.styles.others import letter, question_mark, shape
from mnist_app.training.styles.pens import INK
from mnist_app.training.styles.scribbles import scribble
from tinynet.types import Array

SIDE = 96  # pixels of a sheet: strokes are then finer than the network sees them
# How many of each kind; the rest are textures.
STROKES, SCRIBBLES, CHANGED, LETTERS, QUESTIONS, SHAPES = 0.24, 0.2, 0.14, 0.22, 0.02, 0.15


def draw_non_digits(count: int, digits: Images, labels: Labels, rng: np.random.Generator) -> Images:
    """What the network would see of `count` pictures without a digit.  (count, 28, 28) uint8

    Some are made of the digits. Pictures on which nothing is found are drawn again.
    """
    images = np.zeros((count, 28, 28), np.uint8)
    ways: list[Callable[[], Image28]] = [
        lambda: seen(strokes(rng)),
        lambda: seen_ink(scribble(rng)),
        lambda: seen(changed_digit(digits, labels, rng)),
        lambda: seen_ink(letter(rng)),
        lambda: seen_ink(question_mark(rng)),
        lambda: seen_ink(shape(rng)),
        lambda: preprocess(texture(rng)).image,
    ]
    shares = [STROKES, SCRIBBLES, CHANGED, LETTERS, QUESTIONS, SHAPES]
    for place in range(count):
        while not images[place].any():
            images[place] = ways[rng.choice(len(ways), p=[*shares, 1 - sum(shares)])]()
    return images


def seen(sheet: Images) -> Image28:
    """What the network sees of black ink on clean paper."""
    return seen_ink(np.asarray(1 - sheet / np.float32(255), np.float32))


def seen_ink(ink: Pixels) -> Image28:
    """What the network sees of ink; `preprocess` finds the same on clean paper, in five times."""
    digit, _ = choose_digit(ink, ink > INK)
    return draw_like_mnist(ink, digit)


def redraw_digits(digits: Images, rng: np.random.Generator) -> Images:
    """Digits drawn on paper and preprocessed, as the non-digits are.

    Otherwise the network could tell the two kinds apart by how they were made.
    """
    return np.stack([seen(on_paper(digit, rng)) for digit in digits])


def on_paper(image: Images, rng: np.random.Generator) -> Images:
    """White ink on black as black ink on white, three or four times as large."""
    scale = int(rng.integers(3, 5))
    way = cv2.INTER_CUBIC
    return 255 - cv2.resize(image, None, fx=scale, fy=scale, interpolation=way).astype(np.uint8)


# --- strokes ---------------------------------------------------------------------------------


def strokes(rng: np.random.Generator) -> Images:
    """One to six strokes of one pen, often joined, sometimes with their mirror image."""
    count = int(rng.choice([1, 2, 3, 4, 5, 6], p=[0.15, 0.25, 0.25, 0.15, 0.1, 0.1]))
    drawn = [stroke(rng) for _ in range(count)]
    if rng.random() < 0.6:
        for place in range(1, count):
            other = drawn[rng.integers(place)]
            start = other[rng.integers(len(other))]
            drawn[place] = start + (drawn[place] - drawn[place][0]) * rng.uniform(0.3, 1)
    if rng.random() < 0.3:
        drawn += [line * (-1, 1) + (1, 0) for line in drawn]
    pen = max(2, int(SIDE * np.exp(rng.uniform(np.log(0.02), np.log(0.1)))))
    size = SIDE * rng.uniform(0.3, 0.65, 2)
    sheet = np.full((SIDE, SIDE), 255, np.uint8)
    for line in drawn:
        points = np.round((0.18 * SIDE + line * size) * 16).astype(np.int32)
        cv2.polylines(sheet, [points.reshape(-1, 1, 2)], False, 0, pen, cv2.LINE_AA, shift=4)
    return sheet


def stroke(rng: np.random.Generator) -> Array:
    """The points (P, 2) of a curve in the unit square or near it."""
    kind = rng.integers(5)
    if kind == 0:  # a pen that wanders
        steps = int(rng.integers(15, 70))
        turns = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, rng.uniform(0.1, 1), steps))
        return in_unit_square(np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0))
    if kind == 1:  # a zigzag
        return rng.random((int(rng.integers(3, 7)), 2))
    if kind == 2:  # part of an ellipse
        angles = rng.uniform(0, 2 * np.pi) + np.linspace(0, rng.uniform(1.5, 6.6), 30)
        curve: Array = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return rng.uniform(0.2, 0.8, 2) + rng.uniform(0.12, 0.5, 2) * curve
    if kind == 3:  # a straight line
        return rng.random((2, 2))
    corners = rng.random((int(rng.integers(3, 6)), 2))
    corners -= corners.mean(axis=0)
    around = corners[np.argsort(np.arctan2(corners[:, 0], corners[:, 1]))]
    return in_unit_square(np.concatenate([around, around[:1]]))


def in_unit_square(points: Array) -> Array:
    """The points, moved and scaled alike in both directions, so that they fit the unit square."""
    moved = points - points.min(axis=0)
    scaled: Array = moved / moved.max()
    return scaled


# --- digits made into something else ---------------------------------------------------------


def changed_digit(digits: Images, labels: Labels, rng: np.random.Generator) -> Images:
    """A digit lying on its side, mirrored or upside down, or two that touch.

    Only digits that are none any more: an 8 in a mirror is still an 8.
    """
    ways = {
        (1, 2, 3, 4, 5, 6, 7, 8, 9): lambda digit: np.rot90(digit, rng.choice([1, 3])),
        (2, 3, 4, 5, 6, 7, 9): np.fliplr,
        (4, 7): np.flipud,
        tuple(range(10)): lambda digit: touching(digit, digits[rng.integers(len(digits))], rng),
    }
    among = list(ways)[rng.integers(len(ways))]
    place = rng.integers(len(digits))
    while labels[place] not in among:
        place = rng.integers(len(digits))
    return on_paper(np.ascontiguousarray(ways[among](digits[place])), rng)


def touching(left: Images, right: Images, rng: np.random.Generator) -> Images:
    """Two digits so close that they may touch."""
    both = np.zeros((44, 56), np.uint8)
    down, across = 8 + int(rng.integers(-3, 4)), int(rng.integers(9, 21))
    both[8:36, :28] = left
    part = both[down : down + 28, across : across + 28]
    np.maximum(part, right, out=part)
    return both


# --- textures --------------------------------------------------------------------------------


def texture(rng: np.random.Generator) -> Images:
    """Clouds or stripes of ink, in a disc or over the whole sheet."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    if rng.random() < 0.6:
        grain = int(rng.integers(4, 16))
        clouds = cv2.resize(rng.random((grain, grain)), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        ink = clouds < rng.uniform(0.2, 0.6)
    else:
        angle, waves = rng.uniform(0, np.pi), rng.uniform(2, 9)
        along = np.cos(angle) * x + np.sin(angle) * y
        ink = np.sin(2 * np.pi * (waves * along + rng.random())) > rng.uniform(-0.5, 0.5)
    if rng.random() < 0.7:
        ink = ink & (np.hypot(x, y) < rng.uniform(0.2, 0.45))
    return np.where(ink, 0, 255).astype(np.uint8)
