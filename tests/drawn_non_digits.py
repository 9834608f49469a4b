"""Pictures without a digit: noise, textures, scribbles, shapes and letters.

Each function draws one dark-on-light (H, W, 3) uint8 picture. Letters that are written like a
digit (O and 0, I and 1, Z and 2, ...) have a list of their own: no program can tell them apart.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture = npt.NDArray[np.uint8]
Rng = np.random.Generator

LETTERS = "ACEFHKMNPRVWXaefhkmnrtvwx&#@%*=?"
LIKE_DIGITS = "BDGIJLOQSTUYZbcdgijlopqsuyz|"
SIDE = 160


def noise(rng: Rng) -> Picture:
    """Grey noise of a random grain."""
    side = int(rng.choice([16, 28, 40, 80, 160]))
    return _grey(_enlarged(rng.random((side, side)), SIDE if side > 28 else side))


def texture(rng: Rng) -> Picture:
    """Clouds, stripes, a chequer or rings."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    angle, waves, phase = rng.uniform(0, np.pi), rng.uniform(2, 9), rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    across = np.cos(angle) * y - np.sin(angle) * x
    first = np.sin(2 * np.pi * waves * along + phase)
    kind = rng.integers(4)
    if kind == 0:
        grain = int(rng.integers(4, 12))
        return _grey(_enlarged(rng.random((grain, grain)), SIDE))
    if kind == 1:
        return _grey((first + 1) / 2)
    if kind == 2:
        return _grey(first * np.sin(2 * np.pi * waves * across) > 0)
    return _grey(np.sin(2 * np.pi * waves * np.hypot(x - 0.5, y - 0.5) + phase) > 0)


def scribble(rng: Rng) -> Picture:
    """A pen that wanders about."""
    sheet, pen = _sheet(rng)
    turns = np.cumsum(rng.normal(0, rng.uniform(0.3, 1.2), int(rng.integers(40, 120))))
    points = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0)
    _line(sheet, _fitted(points, rng), pen)
    return _turned(sheet, 0)


def shape(rng: Rng) -> Picture:
    """A cross, a star, a house, a heart, ... by hand: jittered, turned, any pen."""
    sheet, pen = _sheet(rng)
    lines = SHAPES[rng.choice(list(SHAPES))]
    points = np.concatenate(lines) + rng.normal(0, 0.02, (sum(map(len, lines)), 2))
    points = _fitted(points, rng)
    start = 0
    for line in lines:
        _line(sheet, points[start : start + len(line)], pen)
        start += len(line)
    return _turned(sheet, rng.uniform(-12, 12))


def letter(rng: Rng, letters: str = LETTERS) -> Picture:
    """A letter or a sign, from thin to bold."""
    return _turned(_printed(str(rng.choice(list(letters))), SIDE, rng), rng.uniform(-10, 10))


def like_a_digit(rng: Rng) -> Picture:
    """A letter that is written like a digit."""
    return letter(rng, LIKE_DIGITS)


def several_digits(rng: Rng) -> Picture:
    """Two or three digits side by side, near enough to touch if they are bold."""
    return _printed(str(rng.integers(10, 1000)), 2 * SIDE, rng)


def _printed(text: str, width: int, rng: Rng) -> Picture:
    page = Image.new("RGB", (width, SIDE), "white")
    font = ImageFont.load_default(rng.uniform(70, 110))
    weight = int(rng.integers(0, 5))
    middle = (width / 2, SIDE / 2)
    ImageDraw.Draw(page).text(middle, text, "black", font, "mm", stroke_width=weight)
    return np.array(page)


def _sheet(rng: Rng) -> tuple[Picture, int]:
    return np.full((SIDE, SIDE, 3), 255, np.uint8), int(rng.integers(3, 13))


def _line(sheet: Picture, points: npt.NDArray[np.float64], pen: int) -> None:
    fixed = np.round(points * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(sheet, [fixed], False, (0, 0, 0), pen, cv2.LINE_AA, shift=4)


def _fitted(points: npt.NDArray[np.float64], rng: Rng) -> npt.NDArray[np.float64]:
    """The points in a box of a random size in the middle of the sheet."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = rng.uniform(0.4, 0.75) * SIDE
    fitted: npt.NDArray[np.float64] = (points - (low + high) / 2) * side / (high - low).max()
    return fitted + SIDE / 2


def _turned(sheet: Picture, degrees: float) -> Picture:
    turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), degrees, 1)
    white = (255, 255, 255)
    return cv2.warpAffine(sheet, turn, (SIDE, SIDE), borderValue=white).astype(np.uint8)


def _enlarged(grid: npt.NDArray[np.float64], side: int) -> npt.NDArray[np.float64]:
    return cv2.resize(grid, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float64)


def _grey(values: npt.NDArray[np.generic]) -> Picture:
    grey = np.round(np.clip(np.asarray(values, float), 0, 1) * 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _curve(turns: float, radius: float = 1.0) -> list[tuple[float, float]]:
    """A circle (one turn), or a spiral inwards (more)."""
    angles = np.linspace(0, 2 * np.pi * turns, 60)
    radii = radius * (np.ones(60) if turns == 1 else np.linspace(1, 0.1, 60))
    return list(zip(radii * np.cos(angles), radii * np.sin(angles), strict=True))


def _star() -> list[tuple[float, float]]:
    """Five points, in one stroke."""
    angles = 4 * np.pi * np.arange(6) / 5 - np.pi / 2
    return list(zip(np.cos(angles), np.sin(angles), strict=True))


def _sun() -> list[tuple[float, float]]:
    """The outline of eight rays."""
    angles, radii = np.pi * np.arange(17) / 8, np.where(np.arange(17) % 2, 0.45, 1)
    return list(zip(radii * np.cos(angles), radii * np.sin(angles), strict=True))


_HEART = np.linspace(0, 2 * np.pi, 60)
_LINES: dict[str, Any] = {
    "cross": [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
    "plus": [[(0, 0.5), (1, 0.5)], [(0.5, 0), (0.5, 1)]],
    "asterisk": [[(0, 0), (1, 1)], [(1, 0), (0, 1)], [(0, 0.5), (1, 0.5)]],
    "star": [_star()],
    "sun": [_sun()],
    "house": [[(0, 1), (0, 0.4), (0.5, 0), (1, 0.4), (1, 1), (0, 1)], [(0, 0.4), (1, 0.4)]],
    "square": [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]],
    "triangle": [[(0.5, 0), (1, 0.9), (0, 0.9), (0.5, 0)]],
    "diamond": [[(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5), (0.5, 0)]],
    "heart": [
        np.stack(
            [
                16 * np.sin(_HEART) ** 3,
                -13 * np.cos(_HEART) + 5 * np.cos(2 * _HEART) + 2 * np.cos(3 * _HEART),
            ],
            axis=1,
        )
    ],
    "face": [_curve(1), [(-0.4, -0.4), (-0.4, -0.2)], [(0.4, -0.4), (0.4, -0.2)],
             [(-0.5, 0.3), (-0.2, 0.55), (0.2, 0.55), (0.5, 0.3)]],
    "arrow": [[(0, 0.5), (1, 0.5)], [(0.65, 0.2), (1, 0.5), (0.65, 0.8)]],
    "tick": [[(0, 0.6), (0.35, 1), (1, 0)]],
    "flash": [[(0.6, 0), (0.1, 0.55), (0.8, 0.45), (0.3, 1)]],
    "waves": [[(x / 10, 0.3 * (-1) ** x) for x in range(11)]],
    "spiral": [_curve(3.2)],
    "grid": [[(x / 3, 0), (x / 3, 1)] for x in range(4)]
    + [[(0, x / 3), (1, x / 3)] for x in range(4)],
    "fish": [[(0, 0.2), (0.3, 0.5), (0.7, 0.2), (1, 0.5), (0.7, 0.8), (0.3, 0.5), (0, 0.8),
              (0, 0.2)]],
    "man": [_curve(1, 0.25), [(0, 0.25), (0, 1)], [(-0.5, 0.5), (0.5, 0.5)],
            [(-0.4, 1.6), (0, 1), (0.4, 1.6)]],
    "tree": [[(0.5, 1), (0.5, 0)], [(0.5, 0.4), (0, 0.1)], [(0.5, 0.5), (1, 0.2)],
             [(0.5, 0.7), (0.1, 0.5)]],
}  # fmt: skip
SHAPES: dict[str, list[npt.NDArray[np.float64]]] = {
    name: [np.array(line, float) for line in lines] for name, lines in _LINES.items()
}
