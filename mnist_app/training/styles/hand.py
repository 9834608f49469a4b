"""A hand that draws: lines, arcs and curves through places that it never quite hits."""

from dataclasses import dataclass, field

import numpy as np

from tinynet.types import Array

Point = tuple[float, float] | Array  # (x, y): x to the right, y down; a digit is about 1 high

SHAKE = 0.015  # standard deviation of where the pen lands


@dataclass(frozen=True)
class Drawing:
    """What a hand has drawn: lines of points (P, 2), and areas that it has filled, likewise."""

    lines: list[Array]
    filled: list[Array] = field(default_factory=list)

    def moved(self, matrix: Array, bend: Array) -> "Drawing":
        """Each point p at p @ matrix, after waves of about a digit's length have shifted it.

        bend: (2, 2, 2), for each axis the height and the phase of a wave along x, and along y.
        """

        def place(points: Array) -> Array:
            shift = (bend[..., 0] * np.sin(4 * points[:, np.newaxis] + bend[..., 1])).sum(axis=-1)
            moved: Array = (points + shift) @ matrix
            return moved

        return Drawing([place(line) for line in self.lines], [place(a) for a in self.filled])


class Hand:
    """Draws with a generator's random numbers; each method returns points (P, 2)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def between(self, low: float, high: float) -> float:
        """A number in [low, high), any as likely as any other."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return bool(self.rng.random() < share)

    def line(self, *points: Point) -> Array:
        """Straight from place to place."""
        shaken: Array = np.array(points) + self.rng.normal(0, SHAKE, (len(points), 2))
        return shaken

    def curve(self, *points: Point) -> Array:
        """Smoothly through the places, as Catmull and Rom have it."""
        through = self.line(*points)
        ends = 2 * through[:1] - through[1:2], 2 * through[-1:] - through[-2:-1]
        through = np.concatenate([ends[0], through, ends[1]])
        a, b, c, d = (through[k : len(through) - 3 + k, np.newaxis] for k in range(4))
        t = np.linspace(0, 1, 9)[:, np.newaxis]
        cubic = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
        cubic = cubic + (3 * (b - c) + d - a) * t**3
        return np.asarray(cubic / 2).reshape(-1, 2)

    def arc(self, centre: Point, radii: Point, start: float = 0, turn: float = 360) -> Array:
        """Part of an ellipse; degrees, clockwise from the right."""
        angles = np.radians(start + np.linspace(0, turn, 33))
        middle = np.array(centre) + self.rng.normal(0, SHAKE, 2)
        radii_hit = np.array(radii) * (1 + self.rng.normal(0, 2 * SHAKE, 2))
        around: Array = middle + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii_hit
        return around
