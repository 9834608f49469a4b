"""Which labels got which answers, as a heat map."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnist_app.figures.look import FAINT, shortened
from mnist_app.text import percent
from mnist_app.training.evaluation import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DARK = 0.71  # on darker shades white has a contrast of 4.5, on lighter ones black
MOST_NUMBERED = 50  # classes; with the numbers of more, the picture would fill the memory


def draw_confusion(figure: "Figure", evaluation: Evaluation) -> None:
    """The counts of each label (row) and answer (column), and how many are right."""
    classes = len(evaluation.confusion)
    size = max(4.8, 0.5 * classes + 1.2) if classes <= MOST_NUMBERED else 12
    figure.set_size_inches(size, size)
    axes = figure.subplots()
    draw_counts(axes, evaluation.confusion)
    if evaluation.classes is not None and classes <= MOST_NUMBERED:
        names = [shortened(name, 12, from_start=True) for name in evaluation.classes]
        upright = max(map(len, names)) > 2
        axes.set_xticklabels(names, rotation=90 if upright else 0)
        axes.set_yticklabels(names)
    axes.set(xlabel="answer of the network", ylabel="label")
    axes.set_title(
        f"{percent(evaluation.accuracy)} right: "
        f"{len(evaluation.mistakes):,} of {len(evaluation.labels):,} images wrong"
    )


def draw_counts(axes: "Axes", counts: NDArray[np.int_]) -> None:
    """A square matrix of counts as a heat map, with the numbers if there are few; rows go down."""
    shades = (counts / max(1, counts.max())) ** 0.3  # shows one mistake beside 1,000 hits
    axes.imshow(shades, cmap="Blues", vmin=0, vmax=1)
    if len(counts) <= MOST_NUMBERED:
        for (row, column), count in np.ndenumerate(counts):
            colour = FAINT if count == 0 else "white" if shades[row, column] > DARK else "black"
            axes.text(column, row, f"{count}", ha="center", va="center", color=colour, size=8)
        axes.set(xticks=range(len(counts)), yticks=range(len(counts)))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
