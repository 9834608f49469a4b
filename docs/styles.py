"""Draw styles.png and non_digits.png, all that the training draws:  python docs/styles.py

A line for each style of handwriting, each font and the seven segments, in all pens: for a person
to look at, and to say whether each is the digit that it is labelled with. And a line for each kind
of scribble, letters, signs and shapes: none should be a digit, but for a few scribbles by chance.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from mnist_app.figures.look import save_figure  # noqa: E402
from mnist_app.training.styles.digits import draw_style, reduced  # noqa: E402
from mnist_app.training.styles.others import letter, question_mark, shape  # noqa: E402
from mnist_app.training.styles.pens import PENS  # noqa: E402
from mnist_app.training.styles.printed import FONTS, printed, seven_segments  # noqa: E402
from mnist_app.training.styles.scribbles import SCRIBBLES, scribble  # noqa: E402
from mnist_app.training.styles.skeletons import STYLES  # noqa: E402

COLUMNS, SHEETS = 18, 4  # pictures in a line; of the first ones, the sheet is shown too


def lines(rng: np.random.Generator) -> dict[str, list[np.ndarray]]:
    """COLUMNS sheets for each style, by its name."""
    drawn = {}
    for style in STYLES:
        pens = ["round"] * 6 + list(PENS)
        drawn[style] = [draw_style(style, pens[k % len(pens)], rng) for k in range(COLUMNS)]
    for font in FONTS:
        drawn[font] = [printed(str(k % 10), font, rng) for k in range(COLUMNS)]
    drawn["seven segments"] = [seven_segments(k % 10, rng) for k in range(COLUMNS)]
    return drawn


def non_digits(rng: np.random.Generator) -> dict[str, list[np.ndarray]]:
    """COLUMNS sheets for each kind of what is no digit, by its name."""
    drawn = {way.__name__: [scribble(rng, (way,)) for _ in range(COLUMNS)] for way in SCRIBBLES}
    for kind in (letter, question_mark, shape):
        drawn[kind.__name__.replace("_", " ")] = [kind(rng) for _ in range(COLUMNS)]
    return drawn


def draw(figure: Figure, drawn: dict[str, list[np.ndarray]]) -> None:
    """Each line: some sheets as drawn, then all of them as the network sees them."""
    side = 30
    page = np.zeros((side * len(drawn), side * (SHEETS + COLUMNS)))
    figure.set_size_inches(page.shape[1] / 80 + 2, page.shape[0] / 80)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    for row, sheets in enumerate(drawn.values()):
        small = [s[2:-2, 2:-2].reshape(28, 5, 28, 5).mean(axis=(1, 3)) for s in sheets[:SHEETS]]
        for column, image in enumerate(small + [reduced(sheet) / 255 for sheet in sheets]):
            top, left = row * side, column * side
            page[top : top + len(image), left : left + len(image)] = image
    axes.imshow(1 - page, cmap="gray")
    axes.set_yticks([side * (k + 0.5) for k in range(len(drawn))], list(drawn), size=8)
    axes.set_xticks([])


if __name__ == "__main__":
    save_figure(FOLDER / "styles.png", draw, lines(np.random.default_rng(0)))
    save_figure(FOLDER / "non_digits.png", draw, non_digits(np.random.default_rng(0)))
