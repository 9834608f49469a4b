"""Folders of pictures for the tests: a few shapes, drawn anew each time."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

CLASSES = ("bar", "i with dot", "ring")


def draw(kind: str, rng: np.random.Generator) -> Image.Image:
    """Dark ink on paper: a ring, an upright bar, or a bar with a dot far above it."""
    picture = Image.new("L", (90, 100), int(rng.integers(200, 256)))
    pen = ImageDraw.Draw(picture)
    x, y, size = (int(number) for number in rng.integers((35, 45, 18), (50, 55, 26)))
    ink, width = int(rng.integers(0, 60)), int(rng.integers(5, 8))
    if kind == "ring":
        pen.ellipse((x - size, y - size, x + size, y + size), outline=ink, width=width)
    else:
        pen.line((x, y - size // 3, x, y + size), fill=ink, width=width)
    if kind == "i with dot":
        top = y - size - 10
        pen.ellipse((x - 5, top - 5, x + 5, top + 5), fill=ink)
    return picture


def write_classes(
    folder: Path, count: int = 10, classes: tuple[str, ...] = CLASSES, seed: int = 0
) -> Path:
    """A folder for each class with so many pictures; names other than ours are drawn as rings."""
    rng = np.random.default_rng(seed)
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            kind = name if name in CLASSES else "ring"
            draw(kind, rng).save(folder / name / f"{number:03}.png")
    return folder


def rows_of_ink(image: np.ndarray) -> int:
    """How many times the ink begins anew, from the top down."""
    inked = np.concatenate([[False], (image > 60).any(axis=1)])
    return int((np.diff(inked.astype(int)) == 1).sum())
