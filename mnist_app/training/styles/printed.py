"""Printed digits: fonts that come with matplotlib, and the seven segments of displays.

The fonts are Computer Modern (Donald Knuth, in the BaKoMa collection) and STIX (by the STI Pub
companies); both may be used freely, and are not copied into this repository. Matplotlib's DejaVu
fonts stay out: the tests use them.
"""

import functools

import cv2
import numpy as np

from mnist_app.pictures.pixels import Pixels
from mnist_app.training.styles.pens import HEIGHT, SIDE, SUBPIXELS
from tinynet.types import Array

# The files without their extension.
FONTS = (
    *("cmr10", "cmb10", "cmss10", "cmtt10"),
    *("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"),
)
# The segments a, b, ..., g: where each begins and ends, as (x, y) on a grid of 1 x 2.
SEGMENTS = {
    "a": ((0, 0), (1, 0)),
    "b": ((1, 0), (1, 1)),
    "c": ((1, 1), (1, 2)),
    "d": ((0, 2), (1, 2)),
    "e": ((0, 1), (0, 2)),
    "f": ((0, 0), (0, 1)),
    "g": ((0, 1), (1, 1)),
}
# Which of them shine; 6 and 9 are known in two ways each.
SHINING = {
    0: ("abcdef",),
    1: ("bc",),
    2: ("abged",),
    3: ("abgcd",),
    4: ("fgbc",),
    5: ("afgcd",),
    6: ("afgedc", "fgedc"),
    7: ("abc",),
    8: ("abcdefg",),
    9: ("abcdfg", "abcfg"),
}


def printed(text: str, font: str, rng: np.random.Generator) -> Pixels:
    """A character in one of FONTS, as a sheet (see pens.py): leaning, wide or narrow, bold."""
    points, ends = outlines(text, font)
    change = np.array([[rng.uniform(0.85, 1.15), 0], [-rng.choice([0, rng.uniform(0, 0.25)]), 1]])
    points = points @ change
    low, high = points.min(axis=0), points.max(axis=0)
    placed = (points - (low + high) / 2) * HEIGHT / max(high - low) + SIDE / 2
    fixed = np.round(placed * 2**SUBPIXELS).astype(np.int32)
    outline = np.split(fixed, ends)
    sheet = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(sheet, outline, 255, cv2.LINE_AA, SUBPIXELS)
    if bolder := int(rng.integers(0, 9)):
        cv2.polylines(sheet, outline, True, 255, bolder, cv2.LINE_AA, SUBPIXELS)
    return sheet.astype(np.float32) / np.float32(255)


@functools.cache
def outlines(text: str, font: str) -> tuple[Array, Array]:
    """All points (P, 2) of a text's outlines, y downwards, and where each ends but the last."""
    from matplotlib import get_data_path
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    properties = FontProperties(fname=f"{get_data_path()}/fonts/ttf/{font}.ttf")
    polygons = TextPath((0, 0), text, size=100, prop=properties).to_polygons()
    areas = [np.asarray(polygon) for polygon in polygons]
    points = np.concatenate(areas) * (1, -1)
    return points, np.cumsum([len(area) for area in areas])[:-1]


def seven_segments(digit: int, rng: np.random.Generator) -> Pixels:
    """A digit as a display shows it: upright or leaning, with or without gaps at the corners."""
    ways = SHINING[digit]
    width, gap = rng.uniform(0.4, 0.62) * HEIGHT, rng.uniform(0, 0.06)
    half, lean = rng.uniform(0.03, 0.1) * HEIGHT, rng.choice([0.0, rng.uniform(0, 0.2)])
    pointed = rng.random() < 0.7
    corner = np.array([SIDE - width, SIDE - HEIGHT]) / 2
    sheet = np.zeros((SIDE, SIDE), np.uint8)
    for name in ways[rng.integers(len(ways))]:
        start, stop = np.array(SEGMENTS[name]) * (width, HEIGHT / 2)
        along = (stop - start) / np.hypot(*(stop - start))
        start, stop = start + along * gap * HEIGHT / 2, stop - along * gap * HEIGHT / 2
        across, inset = np.array([-along[1], along[0]]) * half, along * half * pointed
        tips = [start, start + inset + across, stop - inset + across]
        tips += [stop, stop - inset - across, start + inset - across]
        points = corner + np.array(tips)
        points[:, 0] += lean * (SIDE / 2 - points[:, 1])
        fixed = np.round(points * 2**SUBPIXELS).astype(np.int32)
        cv2.fillPoly(sheet, [fixed], 255, cv2.LINE_AA, SUBPIXELS)
    return sheet.astype(np.float32) / np.float32(255)
