"""Digits underlined in many ways:  python -m tests.pictures.underlines [SEED]

What the program does about lines below a digit was found with these, drawn around MNIST's
validation digits; desk.py, which only measures, has one other kind of line.
"""

import sys

import numpy as np
import numpy.typing as npt

from mnist_app.data.dataset import load_mnist
from mnist_app.data.splits import split
from tests.pictures.desk import Image8, Kinds, Page, Rng, pasted, photographed, show

Points = npt.NDArray[np.float64]


def level(page: Page, rng: Rng, gap: float, long: float = 1.2, rise: float = 0.03) -> Points:
    """A straight line below the digit: its gap and length are shares of the digit's size."""
    half = max(page.size[0] * long, 0.45 * page.size[1]) / 2
    x = np.linspace(-half, half, 40)
    y = page.bottom + gap * page.size[1] + x * rng.uniform(-rise, rise) + page.pen
    return np.stack([page.middle[0] + x + rng.normal(0, 0.05) * page.size[0], y], axis=1)


def finished(page: Page, rng: Rng) -> Image8:
    return photographed(page.coloured(), rng)


def ruler(digit: Image8, rng: Rng) -> Image8:
    """With a ruler, near or far, short or long."""
    page = pasted(digit, rng)
    page.line(level(page, rng, rng.uniform(0.02, 0.4), rng.uniform(1, 2.4)))
    return finished(page, rng)


def thick(digit: Image8, rng: Rng) -> Image8:
    """With a marker, up to three times as broad as the digit's pen."""
    page = pasted(digit, rng)
    pen = page.pen
    page.pen = round(pen * rng.uniform(1.5, 3))
    page.line(level(page, rng, rng.uniform(0.1, 0.3), rng.uniform(1, 2)))
    page.pen = pen
    return finished(page, rng)


def hair(digit: Image8, rng: Rng) -> Image8:
    """With a much finer pen."""
    page = pasted(digit, rng)
    page.pen = max(1, page.pen // 4)
    page.line(level(page, rng, rng.uniform(0.05, 0.3), rng.uniform(1, 2)))
    return finished(page, rng)


def wave(digit: Image8, rng: Rng) -> Image8:
    """A wavy line."""
    page = pasted(digit, rng)
    line = level(page, rng, rng.uniform(0.12, 0.3), rng.uniform(1.1, 2))
    waves = np.sin(np.linspace(0, 2 * np.pi * rng.uniform(0.5, 3), len(line)) + rng.uniform(0, 6))
    line[:, 1] += waves * page.pen * rng.uniform(0.3, 0.8)
    page.line(line)
    return finished(page, rng)


def arch(digit: Image8, rng: Rng) -> Image8:
    """A quick line, bent, with one end up or down."""
    page = pasted(digit, rng)
    line = level(page, rng, rng.uniform(0.12, 0.3), rng.uniform(1.1, 2), rise=0.12)
    along = np.linspace(-1, 1, len(line))
    line[:, 1] += (along**2 - 0.5) * page.size[1] * rng.uniform(-0.08, 0.08)
    page.line(line)
    return finished(page, rng)


def dashed(digit: Image8, rng: Rng) -> Image8:
    """Dashes with gaps."""
    page = pasted(digit, rng)
    line = level(page, rng, rng.uniform(0.15, 0.3), rng.uniform(1.2, 2))
    dash = int(rng.integers(4, 9))
    for start in range(0, len(line) - 2, dash):
        page.line(line[start : start + max(2, dash // 2)])
    return finished(page, rng)


def double(digit: Image8, rng: Rng) -> Image8:
    """Two lines, as below a result."""
    page = pasted(digit, rng)
    line = level(page, rng, rng.uniform(0.1, 0.25), rng.uniform(1, 2))
    page.line(line)
    page.line(line + np.array([rng.normal(0, 2), page.pen * rng.uniform(1.8, 3)]))
    return finished(page, rng)


def touching(digit: Image8, rng: Rng) -> Image8:
    """A line on which the digit stands."""
    page = pasted(digit, rng)
    page.line(level(page, rng, 0, rng.uniform(1.6, 2.4)) - [0, page.pen * rng.uniform(0.9, 1.8)])
    return finished(page, rng)


def held_out(seed: int) -> tuple[Image8, npt.NDArray[np.integer]]:
    """A hundred of the training digits that no network was trained on, others for each seed."""
    validation = split(load_mnist(), 0.1, np.random.default_rng(0))[1]
    assert validation is not None
    images, labels = validation
    return images[100 * seed :][:100], labels[100 * seed :][:100]


def show_held_out(kinds: Kinds) -> None:
    """Measure with held-out digits; the seed stands on the command line, 0 if it does not."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    show(kinds, *held_out(seed), seed)


LINES: Kinds = {
    "ruler": ruler,
    "thick": thick,
    "hair": hair,
    "wave": wave,
    "arch": arch,
    "dashed": dashed,
    "double": double,
    "touching": touching,
}


if __name__ == "__main__":
    show_held_out(LINES)
