"""Digits on the surfaces that people photograph:  python -m tests.pictures.surfaces [SEED]

Squared and lined paper, faint pencil, boards, poor cameras, odd crops, drawn around MNIST's
validation digits.
"""

import cv2
import numpy as np
import numpy.typing as npt

from mnist_app.pictures.pixels import Pixels
from tests.drawn_pictures import as_bytes, as_jpeg
from tests.pictures.desk import Image8, Kinds, Page, Rng, pasted, photographed, tight
from tests.pictures.underlines import show_held_out

Colour = npt.NDArray[np.float64]


def thinned(page: Page, rng: Rng, most: float = 0.45) -> Page:
    """The digit with a finer pen: as much of its edge is taken as leaves it whole."""
    inside = (page.cover > 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    ridge = cv2.dilate(distance, np.ones((3, 3), np.uint8))
    middle = np.quantile(distance[(distance >= ridge) & (inside > 0)], 0.1)
    page.cover = np.clip(distance - middle * rng.uniform(0.1, most) + 0.5, 0, 1).astype(np.float32)
    return page


def squares(page: Page, rng: Rng, upright: bool = True, darker: float = 0.35) -> Pixels:
    """The page coloured, with ruling below the ink: of squares, or of lines alone."""
    height, width = page.cover.shape
    spacing = page.size.max() * rng.uniform(0.35, 1.3)
    tint = rng.uniform(0.1, darker) * np.array([1, rng.uniform(0.5, 0.9), rng.uniform(0.3, 0.9)])
    angle = np.deg2rad(rng.uniform(-3, 3))
    pen = max(1.0, page.size.max() * rng.uniform(0.008, 0.02))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    lines = np.zeros((height, width), np.float32)
    for along in (y * np.cos(angle) + x * np.sin(angle), x * np.cos(angle) - y * np.sin(angle)):
        far = np.abs((along + rng.uniform(0, spacing)) % spacing - spacing / 2)
        lines = np.maximum(lines, (pen / 2 + 0.5 - far).clip(0, 1))
        if not upright:
            break
    page.paper = page.paper * (1 - lines[:, :, None] * tint)
    return page.coloured()


def lit(picture: Pixels, rng: Rng, depth: float = 0.4) -> Pixels:
    """Uneven light: a vignette off the middle, and a soft shadow."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width] / max(height, width)
    place = rng.uniform(0.2, 0.8, 2)
    far = np.hypot(y - place[0], x - place[1])
    light = 1 - rng.uniform(0, depth) * far**2
    angle, start = rng.uniform(0, 2 * np.pi), rng.uniform(-0.1, 0.9)
    along = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5) + 0.5 - start
    shade = 1 / (1 + np.exp(-along * rng.uniform(4, 20)))
    light = light * (1 - rng.uniform(0, depth) * shade)
    return np.asarray(picture * light[:, :, None], np.float32)


def shot(picture: Pixels, rng: Rng) -> Image8:
    """By a phone: uneven light, blur, noise, JPEG."""
    seen = photographed(lit(picture, rng), rng).astype(np.float32) / np.float32(255)
    return as_bytes(as_jpeg(seen, int(rng.integers(30, 90))))


def squared(digit: Image8, rng: Rng) -> Image8:
    return shot(squares(thinned(pasted(digit, rng), rng), rng), rng)


def lined(digit: Image8, rng: Rng) -> Image8:
    """Ballpoint on lined paper with a red margin line, which may pass near the digit."""
    page = thinned(pasted(digit, rng), rng)
    page.ink = np.array([rng.uniform(0, 0.2), rng.uniform(0.05, 0.25), rng.uniform(0.3, 0.6)])
    picture = squares(page, rng, upright=False)
    side = rng.choice([-1, 1])
    x = round(page.middle[0] + side * page.size[0] * rng.uniform(0.7, 1.4))
    cv2.line(picture, (x, 0), (x + int(rng.integers(-8, 9)), len(picture)), (0.85, 0.45, 0.45), 2)
    return shot(picture, rng)


def pencil(digit: Image8, rng: Rng) -> Image8:
    """About 11 of 255 grey levels on plain paper, with the grain of graphite."""
    page = thinned(pasted(digit, rng), rng)
    page.ink = page.paper - rng.uniform(10, 20) / 255
    grain = rng.uniform(0.5, 1, page.cover.shape)
    page.cover = (page.cover * cv2.GaussianBlur(grain, (0, 0), 1)).astype(np.float32)
    blurred = cv2.GaussianBlur(page.coloured(), (0, 0), rng.uniform(0.4, 1.2))
    noisy = blurred + rng.normal(0, rng.uniform(0.001, 0.006), blurred.shape)
    return np.round(noisy.clip(0, 1) * 255).astype(np.uint8)


def scanned(digit: Image8, rng: Rng) -> Image8:
    """Faint ink, and the scanner's dark edge or the shadow of the lid along one side or two."""
    page = thinned(pasted(digit, rng), rng)
    page.ink = page.paper - rng.uniform(0.06, 0.3)
    picture = page.coloured()
    for turn in rng.permutation(4)[: rng.integers(1, 3)]:
        side = np.rot90(picture, turn)
        depth = rng.uniform(0.005, 0.06) * len(side)
        edge = depth * (1 + rng.uniform(-0.8, 0.8) * np.linspace(-1, 1, side.shape[1]))
        far = (np.arange(len(side))[:, None] - edge) / rng.uniform(0.5, 3)
        dark = 1 / (1 + np.exp(far.clip(-30, 30)))
        side *= (1 - rng.uniform(0.3, 0.9) * dark[:, :, None]).astype(np.float32)
    return photographed(picture, rng)


def chalk(digit: Image8, rng: Rng) -> Image8:
    """On a board with clouds of wiped chalk."""
    page = pasted(digit, rng)
    clouds = cv2.resize(rng.random((6, 6)), page.cover.shape[::-1], interpolation=cv2.INTER_CUBIC)
    board = np.array([[0.1, 0.11, 0.12], [0.1, 0.25, 0.18]][int(rng.integers(2))])
    page.paper = board + rng.uniform(0, 0.15) * clouds.clip(0, 1)[:, :, None]
    page.ink = np.array([1, 1, rng.uniform(0.7, 1)]) * rng.uniform(0.65, 1)
    grain = cv2.GaussianBlur(rng.normal(0, 1, page.cover.shape), (0, 0), rng.uniform(0.6, 1.6))
    rough = 1 + rng.uniform(0, 0.5) * np.minimum(grain / grain.std(), 0)
    page.cover = (page.cover * rough.clip(0, 1)).astype(np.float32)
    return shot(page.coloured(), rng)


def whiteboard(digit: Image8, rng: Rng) -> Image8:
    """A coloured marker on a glossy board, a lamp's reflection beside the digit or on it."""
    page = pasted(digit, rng, thicker=int(rng.integers(0, 3)))
    inks = [[0.1, 0.1, 0.12], [0.1, 0.2, 0.7], [0.75, 0.1, 0.12], [0.1, 0.5, 0.25]]
    page.ink, page.paper = np.array(inks[int(rng.integers(4))]), page.paper * rng.uniform(0.7, 0.9)
    picture = lit(page.coloured(), rng, 0.3)
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    place = page.middle + rng.normal(0, 1.2, 2) * page.size
    far = np.hypot(x - place[0], y - place[1]) / (page.size.max() * rng.uniform(0.15, 0.5))
    glare = rng.uniform(0.2, 0.6) * np.exp(-(far**2))[:, :, None]
    return photographed(np.asarray(picture + glare * (1 - picture), np.float32), rng)


def phone(digit: Image8, rng: Rng) -> Image8:
    """Poor light, blur, strong noise, JPEG of quality 30."""
    picture = lit(pasted(digit, rng).coloured(), rng, 0.6) * rng.uniform(0.5, 1)
    blurred = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.8, 2.5))
    noisy = blurred + rng.normal(0, rng.uniform(0.01, 0.04), picture.shape)
    return as_bytes(as_jpeg(noisy.clip(0, 1).astype(np.float32), 30))


def placed(digit: Image8, rng: Rng, share: float, corner: bool) -> Pixels:
    """A digit of this share of a large page, anywhere or in a corner of it."""
    page = pasted(digit, rng)
    rows, columns = np.nonzero(page.cover > 0.5)
    room = 6
    box = (
        slice(max(0, rows.min() - room), rows.max() + room),
        slice(max(0, columns.min() - room), columns.max() + room),
    )
    page.cover = page.cover[box]
    inner = cv2.resize(page.coloured(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    side = round(max(inner.shape[:2]) / share)
    large = np.empty((side, round(side * rng.uniform(0.75, 1.3)), 3), np.float32)
    large[:] = page.paper
    space = np.array(large.shape[:2]) - inner.shape[:2]
    place = (rng.choice([0.03, 0.97], 2) if corner else rng.uniform(0.1, 0.9, 2)) * space
    top, left = place.clip(0).astype(int)
    part = large[top : top + inner.shape[0], left : left + inner.shape[1]]
    part[:] = inner[: part.shape[0], : part.shape[1]]
    return large


def small(digit: Image8, rng: Rng) -> Image8:
    """A twelfth to a fifth of the photo."""
    return shot(placed(digit, rng, rng.uniform(0.08, 0.2), corner=False), rng)


def cornered(digit: Image8, rng: Rng) -> Image8:
    return shot(placed(digit, rng, rng.uniform(0.2, 0.45), corner=True), rng)


def touching_frame(digit: Image8, rng: Rng) -> Image8:
    """A crop so tight that it takes a little of the ink, on one side or two."""
    picture = tight(digit, rng)
    for turn in rng.permutation(4)[: rng.integers(1, 3)]:
        cut = int(rng.integers(1, 2 + max(picture.shape) // 30)) + 3
        picture = np.rot90(np.rot90(picture, turn)[cut:], -turn)
    return np.ascontiguousarray(picture)


SURFACES: Kinds = {
    "squared": squared,
    "lined": lined,
    "pencil": pencil,
    "scanned": scanned,
    "chalk": chalk,
    "whiteboard": whiteboard,
    "phone": phone,
    "small": small,
    "cornered": cornered,
    "touching_frame": touching_frame,
}


if __name__ == "__main__":
    show_held_out(SURFACES)
