"""What is no digit, in the same pens: letters and signs by hand, and shapes.

Letters that are written like a digit (O, I, Z, S, b, ...) stay out: no program can tell them apart.
"""

import numpy as np

from mnist_app.pictures.pixels import Pixels
from mnist_app.training.styles.digits import PEN_SHARES, as_written
from mnist_app.training.styles.hand import Drawing, Hand
from mnist_app.training.styles.pens import PENS, draw
from mnist_app.training.styles.printed import FONTS, printed
from tinynet.types import Array

PRINTED = "ACEFHKMNPRTVWXaefhkmnrtvwx&#@%*=?+~^<>"
# Strokes through the places of a grid of 4 x 6, written as pairs of x and y.
WRITTEN = {
    "A": "06 20 46 / 14 34",
    "C": "41 20 03 26 45",
    "E": "40 00 06 46 / 03 33",
    "F": "40 00 06 / 03 33",
    "H": "00 06 / 40 46 / 03 43",
    "K": "00 06 / 40 03 46",
    "M": "06 10 23 30 46",
    "N": "06 00 46 40",
    "P": "06 00 30 41 33 03",
    "R": "06 00 30 41 33 03 / 23 46",
    "T": "00 40 / 20 26",
    "V": "00 26 40",
    "W": "00 16 22 36 40",
    "X": "00 46 / 40 06",
    "h": "00 06 / 04 23 44 46",
    "k": "00 06 / 32 04 36",
    "m": "02 06 / 03 12 23 26 / 23 32 43 46",
    "n": "02 06 / 03 22 43 46",
    "r": "02 06 / 04 12 32",
    "t": "20 25 36 / 02 42",
    "f": "40 20 16 / 03 33",
    "e": "04 44 32 12 04 16 45",
    "a": "42 22 04 16 34 42 46",
    "v": "02 26 42",
    "w": "02 16 24 36 42",
    "+": "20 26 / 03 43",
    "?": "01 10 30 41 23 24 / 26 26",
    "#": "10 06 / 40 36 / 02 42 / 04 44",
    "*": "20 26 / 01 45 / 41 05",
    "alpha": "41 25 16 04 12 22 45",
    "pi": "02 42 / 12 16 / 32 36",
    "psi": "01 03 24 43 41 / 20 26",
    "omega": "02 05 16 24 36 45 42",
    "lambda": "00 10 46 / 23 06",
    "sigma": "40 00 23 06 46",
    "zhe": "00 46 / 40 06 / 20 26",
    "arch": "06 02 20 42 46",
}


def letter(rng: np.random.Generator) -> Pixels:
    """A letter or a sign, printed or by hand, as a sheet (see pens.py)."""
    if rng.random() < 0.5:
        return printed(str(rng.choice(list(PRINTED))), str(rng.choice(FONTS)), rng)
    hand, round_hand = Hand(rng), rng.random() < 0.4
    text = WRITTEN[str(rng.choice(list(WRITTEN)))]
    wide = rng.uniform(0.1, 0.24)
    lines = []
    for stroke in text.split(" / "):
        places = [(int(pair[0]) * wide, int(pair[1]) / 6) for pair in stroke.split()]
        places = [(x + hand.between(-0.03, 0.03), y + hand.between(-0.03, 0.03)) for x, y in places]
        lines.append(hand.curve(*places) if round_hand and len(places) > 2 else hand.line(*places))
    return in_a_pen(Drawing(lines), rng)


def question_mark(rng: np.random.Generator) -> Pixels:
    """A bow, a stem below it that may bend, and a dot below the stem."""
    hand = Hand(rng)
    width, waist = hand.between(0.3, 0.7), hand.between(0.45, 0.6)
    foot, sway = hand.between(0.68, 0.8), hand.between(-0.1, 0.1)
    start, middle = (0.0, hand.between(0.12, 0.3)), (width * hand.between(0.4, 0.6), 0.0)
    bow = [start, middle, (width, hand.between(0.18, 0.3)), (0.6 * width, waist)]
    lines = [hand.curve(*bow, (0.5 * width + sway, foot))]
    dot = (0.5 * width + sway + hand.between(-0.06, 0.06), hand.between(0.88, 1))
    lines.append(np.stack([dot, np.add(dot, hand.rng.uniform(0, 0.04, 2))]))
    return in_a_pen(Drawing(lines), rng)


def shape(rng: np.random.Generator) -> Pixels:
    """An outline with or without marks in it, a star, a lattice, crossing lines, a plot."""
    kinds = (outline, star, lattice, crossing, plot, zigzag)
    return in_a_pen(kinds[rng.integers(len(kinds))](Hand(rng)), rng)


def in_a_pen(drawing: Drawing, rng: np.random.Generator) -> Pixels:
    """A sheet with the drawing, as a person's hand bends it, in any pen but outlines."""
    pen = str(rng.choice(list(PENS), p=PEN_SHARES))
    return draw(as_written(drawing, rng), "round" if pen == "outlined" else pen, rng)


def outline(hand: Hand) -> Drawing:
    """A polygon, a box, or a ring with two marks and more: with fewer it may be a 0."""
    kind = hand.rng.integers(3)
    marks = [mark(hand) for _ in range(int(hand.rng.integers(2 * (kind == 2), 5)))]
    if kind == 0:
        corners = int(hand.rng.integers(3, 6))
        angles = hand.between(0, 2 * np.pi) + np.arange(corners + 1) * 2 * np.pi / corners
        around = [(float(np.cos(t)), float(np.sin(t))) for t in angles]
        return Drawing([hand.line(*around), *marks])
    if kind == 1:
        x, y = hand.between(0.8, 1.25), 1.0
        return Drawing([hand.line((-x, -y), (x, -y), (x, y), (-x, y), (-x, -y)), *marks])
    rings = [hand.arc((0, 0), (1, hand.between(0.8, 1.2)))]
    if hand.chance(0.2):
        rings.append(rings[0] * hand.between(0.3, 0.7))
    return Drawing([*rings, *marks])


def mark(hand: Hand) -> Array:
    """A dot, a dash or a bow, small, somewhere within a ring."""
    x, y = hand.between(-0.5, 0.5), hand.between(-0.5, 0.5)
    size = hand.between(0.02, 0.35)
    if hand.chance(0.5):
        return hand.line((x, y), (x + hand.between(-size, size), y + hand.between(-size, size)))
    return hand.arc((x, y), (size, size), hand.between(0, 360), hand.between(60, 180))


def star(hand: Hand) -> Drawing:
    """Rays about a middle, as an outline, as lines, or drawn in one stroke."""
    rays, inner = int(hand.rng.integers(4, 10)), hand.between(0.25, 0.6)
    start = hand.between(0, 2 * np.pi)
    if hand.chance(0.4):
        angles = start + np.arange(rays) * 2 * np.pi / rays
        middle = hand.between(0, 0.4)
        return Drawing(
            [
                hand.line((middle * np.cos(t), middle * np.sin(t)), (np.cos(t), np.sin(t)))
                for t in angles
            ]
        )
    turns = start + np.arange(2 * rays + 1) * np.pi / rays
    radii = np.where(np.arange(2 * rays + 1) % 2, inner, 1)
    return Drawing([hand.line(*zip(radii * np.cos(turns), radii * np.sin(turns), strict=True))])


def lattice(hand: Hand) -> Drawing:
    """The lines of a table, with or without its frame."""
    down, across = int(hand.rng.integers(2, 6)), int(hand.rng.integers(2, 6))
    over = hand.between(0, 0.15)
    wide = hand.between(0.7, 1.4)
    rows = [hand.line((-over, k / (down - 1)), (wide + over, k / (down - 1))) for k in range(down)]
    columns = [wide * k / (across - 1) for k in range(across)]
    return Drawing(rows + [hand.line((x, -over), (x, 1 + over)) for x in columns])


def crossing(hand: Hand) -> Drawing:
    """Two to four lines through about one place: a plus, a cross, an arrow, a branch."""
    count, start = int(hand.rng.integers(2, 5)), hand.between(0, np.pi)
    lines = []
    for k in range(count):
        angle = start + np.pi * k / count + hand.between(-0.2, 0.2)
        ray, back = hand.between(0.6, 1), -hand.between(0.3, 1)
        x, y = float(np.cos(angle)), float(np.sin(angle))
        lines.append(hand.line((back * x, back * y), (ray * x, ray * y)))
    if hand.chance(0.3):  # a head, or a foot
        tip = lines[0][1]
        side = np.array([lines[0][1][1] - lines[0][0][1], lines[0][0][0] - lines[0][1][0]])
        lines.append(np.stack([tip - side * 0.25, tip + side * 0.25]))
    return Drawing(lines)


def plot(hand: Hand) -> Drawing:
    """Curves over two axes."""
    lines = [hand.line((0, 0), (0, 1), (hand.between(0.9, 1.6), 1))]
    for _ in range(int(hand.rng.integers(1, 4))):
        x = np.linspace(0.05, 1, 6) * lines[0][2][0]
        y = hand.between(0.1, 0.9) + hand.between(-0.4, 0.4) * np.exp(-3 * x)
        y = y + hand.rng.normal(0, hand.between(0, 0.12), 6)
        lines.append(hand.curve(*zip(x, y, strict=True)))
    return Drawing(lines)


def zigzag(hand: Hand) -> Drawing:
    """Teeth or waves, four and more, level or falling, or a tick."""
    teeth, rise = int(hand.rng.integers(4, 9)), hand.between(-0.3, 0.3)
    height = hand.between(0.15, 0.6)
    points = [(k / 3, height * (k % 2) + rise * k / 3) for k in range(teeth)]
    return Drawing([hand.curve(*points) if hand.chance(0.5) else hand.line(*points)])
