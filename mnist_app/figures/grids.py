"""Grids of 28x28 images with the answers to them: the first ones, and the mistakes."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mnist_app.data.dataset import Images
from mnist_app.figures.look import FAINT, INK, INK_ON_PAPER, RED, shortened
from mnist_app.text import percent
from mnist_app.training.evaluation import Evaluation
from tinynet.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIRST_IMAGES = 60  # predictions in one picture
LARGEST_GRID = 40  # mistakes in one picture
SIDE = 28  # of a picture, in the grid's own unit
CELL = (31, 38)  # an image, the space beside it, and its line of text above
LONGEST, NARROW = 8, 7  # characters: of a class's name, and of what goes into one line


def draw_predictions(figure: "Figure", images: Images, evaluation: Evaluation) -> None:
    """The first images, each with its answer and confidence, mistakes in red."""
    chosen = np.arange(min(FIRST_IMAGES, len(images)))
    wrong = np.isin(chosen, evaluation.mistakes)
    title = f"The first {len(chosen)} test images: answer and confidence; {wrong.sum()} wrong"
    title += " (in red: label → answer)" if wrong.any() else ""
    axes = draw_grid(figure, images, evaluation, chosen, 10, red=wrong)
    axes.set_title(title, size=11, pad=12)


def draw_mistakes(figure: "Figure", images: Images, evaluation: Evaluation) -> None:
    """The wrong answers of which the network was most certain, the most certain first."""
    chosen = evaluation.mistakes[:LARGEST_GRID]
    what = which_mistakes(len(evaluation.mistakes))
    title = f"{what}: label → answer, confidence" if len(chosen) else what
    axes = draw_grid(figure, images, evaluation, chosen, 8, red=np.zeros(len(chosen), bool))
    axes.set_title(title, size=11, pad=12)


def which_mistakes(total: int) -> str:
    """How many of the mistakes a picture shows."""
    if total > LARGEST_GRID:
        return f"The {LARGEST_GRID} most confident of {total:,} mistakes"
    return {0: "No mistakes", 1: "The only mistake"}.get(total, f"All {total} mistakes")


def draw_grid(
    figure: "Figure",
    images: Images,
    evaluation: Evaluation,
    chosen: NDArray[np.intp],
    columns: int,
    red: NDArray[np.bool_],
) -> "Axes":
    """The chosen images (M,) in rows, with their answers above; in red where `red` (M,) says."""
    rows = max(1, -(-len(chosen) // columns))
    figure.set_size_inches(1.05 * columns, 1.05 * rows * CELL[1] / CELL[0] + 0.5)
    axes = figure.subplots()  # one for all: sixty of them take a second
    for place, (index, is_red) in enumerate(zip(chosen, red, strict=True)):
        row, label = evaluation.probabilities[index], evaluation.labels[index]
        answer = row.argmax()
        given, meant = (shortened(evaluation.names[k], LONGEST) for k in (answer, label))
        said = given if answer == label else f"{meant} → {given}"
        line, column = divmod(place, columns)
        left, top = column * CELL[0], line * CELL[1]
        edge, width = (RED, 1.8) if is_red else (FAINT, 0.8)
        draw_framed(axes, images[index], left, top, edge, width, INK_ON_PAPER)
        share, colour = percent(row[answer], 1), RED if is_red else INK
        between, size = ("  ", 8) if len(said) <= NARROW else ("\n", 6)
        text, middle = f"{said}{between}{share}", left + SIDE / 2
        axes.text(middle, top - 2, text, ha="center", va="bottom", size=size, color=colour)
    axes.set(xlim=(-1, columns * CELL[0] - 2), ylim=(rows * CELL[1] - 7, -8), aspect="equal")
    axes.set_axis_off()
    return axes


def draw_framed(
    axes: "Axes",
    picture: Array,
    left: float,
    top: float,
    edge: str,
    width: float,
    look: dict[str, Any],
) -> None:
    """A picture in a frame: upper left corner at (left, top), longer side SIDE; y goes down."""
    from matplotlib.patches import Rectangle

    high, wide = (SIDE * side / max(picture.shape[:2]) for side in picture.shape[:2])
    axes.imshow(picture, extent=(left, left + wide, top + high, top), **look)
    axes.add_patch(Rectangle((left, top), wide, high, fill=False, edgecolor=edge, lw=width))
