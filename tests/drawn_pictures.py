"""Pictures of digits as people make them, drawn from MNIST's strokes.

`centre_line` thins an MNIST digit to its strokes; `draw` puts them on a sheet with any pen;
the other functions each spoil the sheet in one way; `random_picture` combines them. The
colours are RGB in [0, 1], the lengths are shares of the sheet, so that every size looks alike.
"""

import io
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Sheet = npt.NDArray[np.float32]  # (H, W, 3) in [0, 1]
Colour = tuple[float, float, float]
Rng = np.random.Generator

WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
PAPERS: list[Colour] = [WHITE, (0.93, 0.9, 0.84), (0.78, 0.75, 0.7), (0.6, 0.6, 0.62)]
PENS: list[Colour] = [BLACK, (0.15, 0.2, 0.55), (0.7, 0.1, 0.1), (0.35, 0.35, 0.36)]
BOARDS: list[Colour] = [BLACK, (0.12, 0.13, 0.14), (0.13, 0.28, 0.2)]
CHALKS: list[Colour] = [WHITE, (0.85, 0.85, 0.8), (0.95, 0.9, 0.5)]
NEIGHBOURS = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]


def centre_line(digit: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """(28, 28) MNIST digit -> (segments, 2, 2) lines in a box from 0 to 1 on its longest side."""
    shape = cv2.resize(digit, (112, 112), interpolation=cv2.INTER_CUBIC) > 110
    points = np.argwhere(_thinned(shape)).astype(float)
    apart = np.abs(points[:, None] - points[None]).max(axis=2)
    beside = apart == 1
    for _ in range(3):  # takes the staircase of the pixels out of the lines
        inner = beside.sum(axis=1) == 2
        mean = beside @ points / np.maximum(beside.sum(axis=1, keepdims=True), 1)
        points = np.where(inner[:, None], (points + mean) / 2, points)
    first, second = np.nonzero(np.triu(beside))
    low = points.min(axis=0)
    points = (points - low) / np.ptp(points, axis=0).max()
    segments: npt.NDArray[np.float64] = np.stack([points[first], points[second]], axis=1)
    return segments[:, :, ::-1]


def _thinned(shape: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Zhang and Suen's thinning: strokes to lines of one pixel."""
    shape = np.pad(shape, 1)
    before = -1
    while before != shape.sum():
        before = shape.sum()
        for step in (0, 1):
            p = np.stack([np.roll(shape, (-dy, -dx), (0, 1)) for dy, dx in NEIGHBOURS])
            count = p.sum(axis=0)
            rises = (~p & np.roll(p, -1, axis=0)).sum(axis=0)
            north, east, south, west = p[0], p[2], p[4], p[6]
            if step == 0:
                free = ~(north & east & south) & ~(east & south & west)
            else:
                free = ~(north & east & west) & ~(north & south & west)
            shape = shape & ~((count >= 2) & (count <= 6) & (rises == 1) & free)
    return shape[1:-1, 1:-1]


def draw(
    digit: npt.NDArray[np.uint8],
    size: tuple[int, int] = (200, 200),
    height: float = 0.6,
    pen: float = 0.08,
    centre: tuple[float, float] = (0.5, 0.5),
    paper: Colour = WHITE,
    ink: Colour = BLACK,
) -> Sheet:
    """An MNIST digit on a sheet of (height, width) pixels.

    height: of the digit, as a share of the sheet's shorter side. pen: its width as a share of the
    digit's height, at least a pixel. centre: (down, across), shares of the sheet.
    """
    fine = 4 if max(size) <= 600 else 1  # small sheets are drawn larger for smooth edges
    rows, columns = size[0] * fine, size[1] * fine
    lines = centre_line(digit) * height * min(rows, columns)
    middle = (lines.max(axis=(0, 1)) + lines.min(axis=(0, 1))) / 2
    lines += (centre[1] * columns, centre[0] * rows) - middle
    stroke = max(fine, round(pen * height * min(rows, columns)))
    cover = np.zeros((rows, columns), np.uint8)
    for start, end in np.round(lines * 16).astype(int):
        cv2.line(cover, start.tolist(), end.tolist(), 255, stroke, cv2.LINE_AA, shift=4)
    small = cv2.resize(cover, size[::-1], interpolation=cv2.INTER_AREA)
    return _inked(np.array(paper), small[:, :, None] / np.float32(255), ink)


def _inked(sheet: npt.NDArray[np.floating], amount: Sheet, ink: Colour) -> Sheet:
    """The sheet with `amount` of each pixel covered by ink."""
    return np.asarray((1 - amount) * sheet + amount * np.array(ink), np.float32)


def shade(sheet: Sheet, rng: Rng, depth: float = 0.5) -> Sheet:
    """Uneven light: brightness falls by up to `depth` in a random direction."""
    return np.asarray(sheet * (1 - depth * _ramp(sheet, rng))[:, :, None], np.float32)


def cast_shadow(sheet: Sheet, rng: Rng, depth: float = 0.4) -> Sheet:
    """A shadow with a soft straight edge across the sheet."""
    edge = 1 / (1 + np.exp(-(_ramp(sheet, rng) - rng.uniform(0.3, 0.7)) * rng.uniform(20, 60)))
    return np.asarray(sheet * (1 - depth * edge)[:, :, None], np.float32)


def _ramp(sheet: Sheet, rng: Rng) -> Sheet:
    """(H, W) from 0 to 1 along a random direction."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[: sheet.shape[0], : sheet.shape[1]].astype(np.float32)
    ramp = np.cos(angle) * y + np.sin(angle) * x
    return np.asarray((ramp - ramp.min()) / np.ptp(ramp), np.float32)


def rule(sheet: Sheet, rng: Rng, strength: float = 0.25, squared: bool = True) -> Sheet:
    """Lined or squared paper, turned by up to 2 degrees; strength: how dark the lines are."""
    spacing = rng.uniform(0.12, 0.35) * min(sheet.shape[:2])
    width = max(1.0, 0.006 * min(sheet.shape[:2]))
    angle = np.deg2rad(rng.uniform(-2, 2))
    y, x = np.mgrid[: sheet.shape[0], : sheet.shape[1]].astype(np.float32)
    lines = np.zeros(sheet.shape[:2], np.float32)
    for across in [np.cos(angle) * y + np.sin(angle) * x, np.cos(angle) * x - np.sin(angle) * y][
        : 2 if squared else 1
    ]:
        distance = np.abs((across + rng.uniform(0, spacing)) % spacing - spacing / 2)
        lines = np.maximum(lines, np.clip(width / 2 + 0.5 - distance, 0, 1))
    tint = np.array([1, 0.8, 0.5]) * strength
    return np.asarray(sheet * (1 - lines[:, :, None] * tint), np.float32)


def add_noise(sheet: Sheet, rng: Rng, amount: float = 0.03) -> Sheet:
    """A camera's noise."""
    return np.clip(sheet + rng.normal(0, amount, sheet.shape).astype(np.float32), 0, 1)


def add_specks(sheet: Sheet, rng: Rng, count: int = 12) -> Sheet:
    """Dust: dots of at most 1 % of the sheet, as dark as ink."""
    dusty = sheet.copy()
    for _ in range(count):
        y, x = (rng.integers(0, side) for side in sheet.shape[:2])
        radius = int(rng.integers(0, min(sheet.shape[:2]) // 150 + 1))
        cv2.circle(dusty, (int(x), int(y)), radius, (0.1, 0.1, 0.1), -1)
    return dusty


def add_edge(sheet: Sheet, rng: Rng, colour: Colour = (0.1, 0.1, 0.1)) -> Sheet:
    """The dark edge of a scan along one or two sides."""
    edged = sheet.copy()
    for side in rng.permutation(4)[: rng.integers(1, 3)]:
        width = int(rng.integers(1, max(2, min(sheet.shape[:2]) // 25) + 1))
        np.rot90(edged, side)[:width] = colour
    return edged


def add_neighbour(sheet: Sheet, digit: npt.NDArray[np.uint8], ink: Colour, side: int) -> Sheet:
    """The edge of another digit that the frame cuts off, on the left (-1) or right (1)."""
    line = draw(digit, sheet.shape[:2], 0.5, 0.08, (0.5, 0.5 + 0.5 * side), WHITE, BLACK)
    share = 0.92 if side > 0 else 0.08
    outside = np.arange(sheet.shape[1]) / sheet.shape[1]
    seen = (outside > share) if side > 0 else (outside < share)
    amount = (1 - line) * seen[None, :, None]
    return _inked(sheet, amount, ink)


def paste_on_canvas(sheet: Sheet, rng: Rng, canvas: Colour = WHITE) -> Sheet:
    """A photo pasted on a larger plain canvas."""
    top, bottom, left, right = (int(n) for n in rng.uniform(0.05, 0.3, 4) * min(sheet.shape[:2]))
    canvas_shape = (sheet.shape[0] + top + bottom, sheet.shape[1] + left + right, 3)
    pasted = np.empty(canvas_shape, np.float32)
    pasted[:] = canvas
    pasted[top : top + sheet.shape[0], left : left + sheet.shape[1]] = sheet
    return pasted


def blur(sheet: Sheet, share: float = 0.006) -> Sheet:
    """A lens out of focus."""
    sigma = max(0.3, share * min(sheet.shape[:2]))
    return cv2.GaussianBlur(sheet, (0, 0), sigma).astype(np.float32)


def as_jpeg(sheet: Sheet, quality: int = 30) -> Sheet:
    """The sheet after JPEG has compressed it."""
    stream = io.BytesIO()
    Image.fromarray(as_bytes(sheet)).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream), np.float32) / np.float32(255)


def as_bytes(sheet: Sheet) -> npt.NDArray[np.uint8]:
    """(H, W, 3) in [0, 1] -> uint8."""
    return np.round(np.clip(sheet, 0, 1) * 255).astype(np.uint8)


def random_picture(
    digit: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8], rng: Rng
) -> tuple[npt.NDArray[np.uint8], str]:
    """A digit as someone might have made it -> the (H, W, 3) uint8 picture and what was done.

    other: the digit whose edge may show at the side.
    """
    side = int(np.exp(rng.uniform(np.log(40), np.log(1200))))
    size = (side, int(side * rng.uniform(0.75, 1.3)))
    board = rng.random() < 0.3
    paper, ink = _pick(rng, BOARDS if board else PAPERS), _pick(rng, CHALKS if board else PENS)
    height = rng.uniform(0.3, 0.85)
    pen = np.exp(rng.uniform(np.log(0.015), np.log(0.22)))
    free = (1 - height) / 2
    down, across = rng.uniform(-free, free, 2) * 0.8
    sheet = draw(digit, size, height, pen, (0.5 + down, 0.5 + across), paper, ink)
    done = [f"{size[0]}x{size[1]}", "board" if board else "paper", f"pen {pen:.2f}"]
    centred = abs(across) < 0.1 and height < 0.6
    steps: list[tuple[str, float, Callable[[Sheet], Sheet]]] = [
        ("ruled", 0.25, lambda s: rule(s, rng, rng.uniform(0.1, 0.35), rng.random() < 0.5)),
        ("specks", 0.2, lambda s: add_specks(s, rng)),
        ("neighbour", 0.3 * centred, lambda s: add_neighbour(s, other, ink, rng.choice([-1, 1]))),
        ("shaded", 0.35, lambda s: shade(s, rng, rng.uniform(0.1, 0.6))),
        ("shadow", 0.25, lambda s: cast_shadow(s, rng, rng.uniform(0.1, 0.45))),
        ("blurred", 0.3, lambda s: blur(s, rng.uniform(0, 0.008))),
        ("noisy", 0.4, lambda s: add_noise(s, rng, rng.uniform(0.005, 0.06))),
        ("edge", 0.12, lambda s: add_edge(s, rng)),
        ("canvas", 0.12, lambda s: paste_on_canvas(s, rng, _pick(rng, [WHITE, BLACK]))),
        ("jpeg", 0.4, lambda s: as_jpeg(s, int(rng.integers(15, 90)))),
    ]
    for name, chance, step in steps:
        if rng.random() < chance:
            sheet = step(sheet)
            done.append(name)
    return as_bytes(sheet), " ".join(done)


def _pick(rng: Rng, colours: list[Colour]) -> Colour:
    return colours[int(rng.integers(len(colours)))]
