"""What a pen draws that writes nothing: knots, springs, hatching, spirals, lines that tremble.

Some of them look like a digit by chance, as a bent line does. They are few beside the digits that
the detector learns from.
"""

from collections.abc import Callable

import numpy as np

from mnist_app.pictures.mnist_style import stroke_width
from mnist_app.pictures.pixels import Pixels
from mnist_app.training.styles.hand import Drawing, Hand
from mnist_app.training.styles.others import in_a_pen
from mnist_app.training.styles.pens import HEIGHT
from tinynet.types import Array

# Where lines run together, so broad a stroke (a share of the height) may be a bold 0 or 1.
BLOT = 0.17


def scribble(rng: np.random.Generator, ways: tuple[Callable[[Hand], Array], ...] = ()) -> Pixels:
    """One of these ways, or of all, or two over each other, as a sheet (see pens.py)."""
    hand = Hand(rng)
    ways = ways or (*SCRIBBLES, trembling)  # the last twice as often: it is most like a digit
    while True:
        count = 2 if hand.chance(0.15) else 1
        lines = [ways[place](hand) for place in rng.integers(len(ways), size=count)]
        sheet = in_a_pen(Drawing([turned(line, hand) for line in lines]), rng)
        if stroke_width(sheet) < BLOT * HEIGHT:
            return sheet


def turned(line: Array, hand: Hand) -> Array:
    """The line about 1 long, leaning anyhow."""
    centred = line - (line.min(axis=0) + line.max(axis=0)) / 2
    angle = hand.between(0, 2 * np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    anyhow: Array = centred / np.ptp(centred, axis=0).max() @ np.array([[cos, sin], [-sin, cos]])
    return anyhow


def knot(hand: Hand) -> Array:
    """A curve from place to place, which crosses itself."""
    return hand.curve(*hand.rng.random((int(hand.rng.integers(5, 16)), 2)))


def waves(hand: Hand) -> Array:
    """Both coordinates swing, several times each."""
    time = np.linspace(0, 2 * np.pi * hand.between(0.4, 1), 150)[:, np.newaxis, np.newaxis]
    number = np.arange(1, 6)
    heights = hand.rng.normal(0, 1, (2, 5)) / number ** hand.between(0.3, 1.2)
    swings = heights * np.sin(time * number + hand.rng.uniform(0, 2 * np.pi, (2, 5)))
    line: Array = swings.sum(axis=-1)
    return line


def spring(hand: Hand) -> Array:
    """Loops in a row."""
    time = np.linspace(0, 2 * np.pi * hand.between(2, 9), 240)
    radius, step = hand.between(0.3, 1), hand.between(0.02, 0.2)
    grown = radius * np.linspace(1, hand.between(0.3, 1.2), len(time))
    return np.stack([grown * np.cos(time) + step * time, np.sin(time)], axis=1)


def hatching(hand: Hand) -> Array:
    """To and fro, as one blackens an area or strikes something out."""
    count = int(hand.rng.integers(5, 18))
    across = np.linspace(0, hand.between(0.5, 1.6), count) + hand.rng.normal(0, 0.04, count)
    along = np.arange(count) % 2 + hand.rng.normal(0, 0.15, count)
    points = list(zip(across, along, strict=True))
    return hand.curve(*points) if hand.chance(0.6) else hand.line(*points)


def spiral(hand: Hand) -> Array:
    """Two turns and more: one and a half is a 6 or a 9."""
    angles = np.linspace(0, 2 * np.pi * hand.between(2, 6), 200)
    radii = np.linspace(hand.between(0.02, 0.3), 1, 200)
    flat = hand.between(0.6, 1)
    return np.stack([radii * np.cos(angles), flat * radii * np.sin(angles)], axis=1)


def trembling(hand: Hand) -> Array:
    """A curve through a few places, with a tremor much larger than a hand's that writes."""
    path = hand.curve(*hand.rng.random((int(hand.rng.integers(2, 7)), 2)))
    steps = np.linspace(0, 1, int(hand.rng.integers(14, 45)))
    where = np.linspace(0, 1, len(path))
    coarse = np.stack([np.interp(steps, where, axis) for axis in path.T], axis=1)
    coarse += hand.rng.normal(0, hand.between(0.03, 0.11), coarse.shape)
    return hand.curve(*coarse)


SCRIBBLES = (knot, waves, spring, hatching, spiral, trembling)
