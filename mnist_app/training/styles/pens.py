"""From the pen's way to ink on a sheet: hair or marker, round or broad nib, outlined, ragged, pale.

A sheet is (SIDE, SIDE) float32, 0 where it is bare and 1 under full ink.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from mnist_app.pictures.pixels import Pixels
from mnist_app.training.styles.hand import Drawing
from tinynet.types import Array

SIDE, HEIGHT = 144, 88  # pixels of a sheet, and of the longest side of what is drawn on it
HAIR, MARKER = 0.02, 0.24  # the width of a pen, as a share of that
SUBPIXELS = 4  # binary digits of a coordinate that OpenCV reads as a fraction
INK = 0.3  # where there is so much of it, it belongs to the digit (pictures/strokes.py)


def draw(drawing: Drawing, pen: str, rng: np.random.Generator) -> Pixels:
    """The drawing in the middle of a sheet, in one of the pens of PENS."""
    points = np.concatenate(drawing.lines + drawing.filled)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = HEIGHT / max(high - low)

    def place(line: Array) -> Array:
        placed: Array = (line - (low + high) / 2) * scale + SIDE / 2
        return placed

    return PENS[pen]([place(x) for x in drawing.lines], [place(x) for x in drawing.filled], rng)


def width_of(rng: np.random.Generator, least: float = HAIR, most: float = MARKER) -> float:
    """The width of a pen in pixels: thin and thick ones alike, on a scale of ratios."""
    return HEIGHT * float(np.exp(rng.uniform(np.log(least), np.log(most))))


def stroked(lines: list[Array], filled: list[Array], width: float) -> Pixels:
    """A round pen that presses evenly."""
    sheet = np.zeros((SIDE, SIDE), np.uint8)
    for area in filled:
        cv2.fillPoly(sheet, [_fixed(area)], 255, cv2.LINE_AA, SUBPIXELS)
    thickness = max(1, round(width))
    cv2.polylines(sheet, [_fixed(x) for x in lines], False, 255, thickness, cv2.LINE_AA, SUBPIXELS)
    return sheet.astype(np.float32) / np.float32(255)


def round_pen(lines: list[Array], filled: list[Array], rng: np.random.Generator) -> Pixels:
    """From hair to marker; what fills a loop with ink is a thick one."""
    return stroked(lines, filled, width_of(rng, *((0.13, 0.18) if filled else (HAIR, MARKER))))


def nib(lines: list[Array], filled: list[Array], rng: np.random.Generator) -> Pixels:
    """A broad nib, which draws thin lines along its edge and thick ones across."""
    angle, broad = rng.uniform(0, np.pi), width_of(rng, 0.06, 0.16)
    edge = np.array([np.cos(angle), np.sin(angle)]) * broad / 2
    steps = np.linspace(-1, 1, 2 + round(broad))
    return stroked([line + edge * step for line in lines for step in steps], filled, 2)


def swelling(lines: list[Array], filled: list[Array], rng: np.random.Generator) -> Pixels:
    """A brush: its width swells and shrinks along each stroke."""
    sheet, width = stroked([], filled, 1), width_of(rng, 0.05, 0.2)
    for line in lines:
        ends = rng.uniform(0.35, 1.3, 3)
        fine = np.linspace(0, len(line) - 1, 25)
        points = np.stack([np.interp(fine, np.arange(len(line)), axis) for axis in line.T], axis=1)
        widths = np.interp(np.linspace(0, 2, 24), [0, 1, 2], ends) * width
        for start, stop, one in zip(points, points[1:], widths, strict=False):
            sheet = np.maximum(sheet, stroked([np.stack([start, stop])], [], one))
    return sheet


def outlined(lines: list[Array], filled: list[Array], rng: np.random.Generator) -> Pixels:
    """Only the edge of broad strokes."""
    broad = stroked(lines, filled, width_of(rng, 0.16, 0.26))
    edge = round(width_of(rng, 0.025, 0.06))
    inner = cv2.erode(broad, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * edge + 1,) * 2))
    return np.asarray(broad - inner, np.float32)


def ragged(lines: list[Array], filled: list[Array], rng: np.random.Generator) -> Pixels:
    """Frayed edges, as of chalk, a poor scan, or a felt pen on tissue."""
    whole = stroked(lines, filled, width_of(rng, 0.08))
    grain = int(rng.integers(20, 72))
    noise = cv2.resize(rng.random((grain, grain)), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(whole, (0, 0), rng.uniform(1.5, 3.5))
    edge = soft + rng.uniform(0.3, 0.8) * (noise - 0.5)
    return np.asarray((edge * 4 - 1.5).clip(0, 1), np.float32)


def pale_side(lines: list[Array], filled: list[Array], rng: np.random.Generator) -> Pixels:
    """Full ink on one side, and ever less towards the other."""
    whole, angle = stroked(lines, filled, width_of(rng, 0.04)), rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    ramp = (np.cos(angle) * x + np.sin(angle) * y) * rng.uniform(0.8, 1.6) + 0.75
    return np.asarray(whole * ramp.clip(0.45, 1), np.float32)


def blocks(lines: list[Array], filled: list[Array], rng: np.random.Generator) -> Pixels:
    """Few large pixels, as of a tiny picture."""
    whole, side = stroked(lines, filled, width_of(rng, 0.09, 0.2)), int(rng.integers(14, 36))
    small = cv2.resize(whole, (side, side), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        small = (small > 0.45).astype(np.float32)
    way = cv2.INTER_NEAREST if rng.random() < 0.5 else cv2.INTER_LINEAR
    return cv2.resize(small, (SIDE, SIDE), interpolation=way).astype(np.float32)


PENS: Mapping[str, Callable[[list[Array], list[Array], np.random.Generator], Pixels]] = {
    "round": round_pen,
    "nib": nib,
    "brush": swelling,
    "outlined": outlined,
    "ragged": ragged,
    "pale": pale_side,
    "blocks": blocks,
}


def _fixed(points: Array) -> Array:
    """Points as OpenCV takes them: integers, with binary places behind the point."""
    fixed: Array = np.round(points * 2**SUBPIXELS).astype(np.int32)
    return fixed
