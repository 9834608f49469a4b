"""Digits on a desk again, drawn in another way: what the preprocessing was made with.

Training digits, thinned to their centre lines and drawn with a pen (drawn_pictures.py), so that
desk.py, which only measures, has nothing of it:  python -m tests.pictures.desk_for_tuning
"""

import cv2
import numpy as np

from mnist_app.data.dataset import load_mnist
from tests.drawn_pictures import Sheet, add_noise, as_bytes, blur, draw
from tests.pictures.desk import Image8, Kinds, Rng, show

SIDE = 400
PENS = [(0.1, 0.1, 0.1), (0.1, 0.15, 0.5), (0.3, 0.3, 0.32), (0.6, 0.1, 0.1)]


def sheet(digit: Image8, rng: Rng, height: float = 0.4) -> tuple[Sheet, tuple[float, ...], int]:
    """The digit in the middle of a page, the colour of its ink, and its pen in pixels."""
    ink = PENS[int(rng.integers(len(PENS)))]
    pen = rng.uniform(0.05, 0.14)
    paper = (rng.uniform(0.75, 1),) * 3
    drawn = draw(digit, (SIDE, SIDE), height, pen, (0.5, 0.5), paper, ink)
    return drawn, ink, max(2, round(pen * height * SIDE))


def seen(picture: Sheet, rng: Rng) -> Image8:
    return as_bytes(add_noise(blur(picture, 0.002), rng, 0.01))


def shadow(digit: Image8, rng: Rng) -> Image8:
    """Of a book: a corner, or a whole side."""
    page, *_ = sheet(digit, rng, rng.uniform(0.3, 0.7))
    corner = rng.uniform(0.2, 0.8, 2) * SIDE
    y, x = np.mgrid[:SIDE, :SIDE]
    turned = rng.uniform(-0.3, 0.3)
    shaded = (y + turned * x > corner[0]) & ((x - turned * y > corner[1]) | (rng.random() < 0.5))
    return seen(np.where(shaded[:, :, None], page * rng.uniform(0.4, 0.8), page), rng)


def line_at(page: Sheet, ink: tuple[float, ...], pen: int, height: float, rng: Rng) -> None:
    left, right = (SIDE * (0.5 + side * rng.uniform(0.16, 0.4)) for side in (-1, 1))
    start = round(left), round(height)
    end = round(right), round(height + rng.uniform(-12, 12))
    cv2.line(page, start, end, ink, pen, cv2.LINE_AA)


def underlined(digit: Image8, rng: Rng) -> Image8:
    page, ink, pen = sheet(digit, rng)
    line_at(page, ink, pen, SIDE * rng.uniform(0.71, 0.78), rng)
    return seen(page, rng)


def struck(digit: Image8, rng: Rng) -> Image8:
    page, ink, pen = sheet(digit, rng)
    line_at(page, ink, pen, SIDE * rng.uniform(0.44, 0.56), rng)
    return seen(page, rng)


def circled(digit: Image8, rng: Rng) -> Image8:
    """An ellipse that may be turned, and may have a gap."""
    page, ink, pen = sheet(digit, rng)
    axes = (rng.uniform(0.26, 0.36, 2) * SIDE).round().astype(int).tolist()
    middle = (SIDE // 2 + rng.integers(-8, 9, 2)).tolist()
    start, open_ = rng.uniform(0, 360), rng.uniform(0, 15)
    turned = rng.uniform(-30, 30)
    cv2.ellipse(page, middle, axes, turned, start, start + 360 - open_, ink, pen, cv2.LINE_AA)
    return seen(page, rng)


def boxed(digit: Image8, rng: Rng) -> Image8:
    page, ink, pen = sheet(digit, rng)
    half = rng.uniform(0.24, 0.33, 2) * SIDE
    low, high = ((SIDE / 2 + side * half).round().astype(int).tolist() for side in (-1, 1))
    cv2.rectangle(page, low, high, ink, max(2, pen // 2), cv2.LINE_AA)
    return seen(page, rng)


def tilted(digit: Image8, rng: Rng) -> Image8:
    """A note in perspective on a dark table."""
    page, *_ = sheet(digit, rng, rng.uniform(0.3, 0.6))
    angle = np.deg2rad(rng.uniform(5, 20) * rng.choice([-1, 1]))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * rng.uniform(0.55, 0.7)
    there = corners @ turn.T + rng.normal(0, 0.02, (4, 2))
    there = ((there / 1.1 + 1) / 2 * SIDE).astype(np.float32)
    here = ((np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) + 1) / 2 * SIDE).astype(np.float32)
    way = cv2.getPerspectiveTransform(here, there)
    note = cv2.warpPerspective(page, way, (SIDE, SIDE))
    mask = cv2.warpPerspective(np.ones_like(page), way, (SIDE, SIDE))
    table = np.full_like(page, rng.uniform(0.05, 0.45))
    return seen(note + (1 - mask) * add_noise(table, rng, 0.03), rng)


def tight(digit: Image8, rng: Rng, pen: float | None = None) -> Image8:
    width = rng.uniform(0.06, 0.15) if pen is None else pen
    page = draw(digit, (SIDE, SIDE), 0.7, width, paper=(0.9,) * 3, ink=(0.2,) * 3)
    rows, columns = np.nonzero(page[:, :, 0] < 0.55)
    top, left = rows.min() - rng.integers(0, 3), columns.min() - rng.integers(0, 3)
    bottom, right = rows.max() + rng.integers(1, 4), columns.max() + rng.integers(1, 4)
    return seen(page[top:bottom, left:right], rng)


def bold_and_tight(digit: Image8, rng: Rng) -> Image8:
    return tight(digit, rng, rng.uniform(0.2, 0.3))


def scanned(digit: Image8, rng: Rng) -> Image8:
    """Faint ink, and dark wedges at the frame, hard or soft: an open lid, the edge of a page."""
    paper, pen = rng.uniform(0.75, 1), rng.uniform(0.03, 0.14)
    ink = (paper - rng.uniform(0.06, 0.35),) * 3
    page = draw(digit, (SIDE, SIDE), rng.uniform(0.3, 0.6), pen, (0.5, 0.5), (paper,) * 3, ink)
    wedges = np.zeros((SIDE, SIDE), np.float32)
    for turn in rng.permutation(4)[: rng.integers(1, 4)]:
        left, right = rng.uniform(0, 0.07, 2) * SIDE
        corners = np.array([[0, 0], [SIDE, 0], [SIDE, right], [0, left]]).round().astype(np.int32)
        wedge = cv2.fillPoly(np.zeros_like(wedges), [corners], rng.uniform(0.2, 0.9), cv2.LINE_AA)
        soft = cv2.GaussianBlur(wedge, (0, 0), rng.uniform(0.4, 7), borderType=cv2.BORDER_REPLICATE)
        wedges = np.maximum(wedges, np.rot90(soft, turn))
    return seen(page * (1 - wedges[:, :, None]), rng)


def plain(digit: Image8, rng: Rng) -> Image8:
    return seen(sheet(digit, rng)[0], rng)


KINDS: Kinds = {
    "plain": plain,
    "shadow": shadow,
    "underlined": underlined,
    "struck": struck,
    "circled": circled,
    "boxed": boxed,
    "tilted": tilted,
    "tight": tight,
    "bold_and_tight": bold_and_tight,
    "scanned": scanned,
}


if __name__ == "__main__":
    mnist = load_mnist()
    show(KINDS, mnist.train_images[:100], mnist.train_labels[:100])
