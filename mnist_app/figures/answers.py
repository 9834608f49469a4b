"""What the network says of pictures: each with what the network saw, and the probabilities."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mnist_app.figures.look import BLUE, FAINT, INK_ON_PAPER, ORANGE, shortened
from mnist_app.text import percent
from tinynet.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mnist_app.reading.predict import Answer

MOST_DIGITS = 12  # of a number, with a bar each
BARS_WIDTH = 1.6  # of the bars, where a picture beside them has 1


def draw_answers(figure: "Figure", answers: "Sequence[Answer]") -> None:
    """One row an answer: the original, the 28x28 that the network saw, and the bars."""
    figure.set_size_inches(8.4, 2.7 * len(answers))
    widths = {"width_ratios": (1, 1, BARS_WIDTH)}
    cells = figure.subplots(len(answers), 3, squeeze=False, gridspec_kw=widths)
    for (original, seen, bars), answer in zip(cells, answers, strict=True):
        original.imshow(answer.picture, vmin=0, vmax=1)
        original.set_title(shortened(Path(answer.image).name))
        seen.imshow(answer.laid_out(answer.images), **INK_ON_PAPER)
        seen.set_title("as the network sees it", color=FAINT)
        frame(original)
        frame_digits(original, answer)
        frame(seen)
        draw_answer(bars, answer)


def frame(axes: "Axes") -> None:
    """A thin frame around a picture, in place of the axes."""
    axes.set(xticks=[], yticks=[], anchor="N")
    axes.spines[:].set_visible(True)


def frame_digits(axes: "Axes", answer: "Answer") -> None:
    """A frame around each of several digits in the picture on these axes."""
    from matplotlib.patches import Rectangle

    height, width = answer.picture.shape[:2]
    for digit in answer.digits:
        left, top, right, bottom = np.array(digit.box) * (width, height, width, height) - 0.5
        box = Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=ORANGE)
        axes.add_patch(box)


def draw_answer(axes: "Axes", answer: "Answer") -> None:
    """What is said, and the bars below it: pale if there is a problem, none if there is no ink.

    Several digits have one bar each, the first MOST_DIGITS of them.
    """
    axes.set_title(shortened(answer.said(decimals=1), 40, from_start=True), weight="bold")
    axes.set_box_aspect(1 / BARS_WIDTH)  # as high as the pictures beside it
    axes.set_anchor("N")
    if answer.digits:
        shown = answer.digits[:MOST_DIGITS]
        confidences = np.array([digit.confidence for digit in shown])
        draw_bars(axes, confidences, [digit.name for digit in shown], [ORANGE] * len(shown))
        axes.set_ylim(max(10, len(shown)) - 0.4, -0.6)  # bars as high as those of ten classes
    elif answer.digit is None:
        axes.set_axis_off()
    else:
        places = answer.shown()
        names = [shortened(answer.classes[place], 12, from_start=True) for place in places]
        probabilities = answer.probabilities[places]
        best, others = (ORANGE, BLUE) if answer.problem is None else (FAINT, FAINT)
        colours = [best if place == answer.digit else others for place in places]
        draw_bars(axes, probabilities, names, colours)


def draw_bars(
    axes: "Axes", probabilities: Array, names: Sequence[str], colours: Sequence[str]
) -> None:
    """The probabilities (K,) in % as horizontal bars."""
    labels = range(len(probabilities))
    axes.barh(labels, 100 * probabilities, color=colours, height=0.72)
    for label, value in enumerate(probabilities):
        axes.text(100 * value + 1.5, label, percent(value, 1), va="center", size=7.5)
    axes.set(xlim=(0, 116), ylim=(len(labels) - 0.4, -0.6), yticks=labels, xticks=[])
    axes.set_yticklabels(names)
    axes.tick_params(length=0)
    axes.spines[["bottom", "left"]].set_visible(False)
