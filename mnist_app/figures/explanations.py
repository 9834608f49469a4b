"""Why the network said so: every stage from the picture to the network, and which pixels spoke."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mnist_app.figures.answers import BARS_WIDTH, draw_answer, frame, frame_digits
from mnist_app.figures.look import FAINT, INK, INK_ON_PAPER, ORANGE, shortened
from tinynet.types import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mnist_app.pictures.pipeline import Stages
    from mnist_app.reading.predict import Answer

PICTURES = 7  # in a row, with the bars after them
GREY: dict[str, Any] = {"cmap": "gray", "vmin": 0, "vmax": 1}


def draw_explanations(
    figure: "Figure", answers: "Sequence[Answer]", contributions: Sequence[Array]
) -> None:
    """One row an answer: the stages on its way to the network, which pixels spoke, the bars.

    Contributions (28, 28), one for each answer, or laid out as its digits are: red spoke for the
    answer, blue against it. Each of several digits has a frame in the picture. What was done
    otherwise than usual stands below the strokes.
    """
    figure.set_size_inches(16, 2.15 * len(answers))
    widths = {"width_ratios": (*(1,) * PICTURES, BARS_WIDTH)}
    cells = figure.subplots(len(answers), PICTURES + 1, squeeze=False, gridspec_kw=widths)
    for (*row, bars), answer, spoke in zip(cells, answers, contributions, strict=True):
        stages = answer.stages
        most = max(float(np.abs(spoke).max()), 1e-12)
        shown: list[tuple[str, Array, dict[str, Any]]] = [
            (shortened(Path(answer.image).name, 20), answer.picture, {}),
            ("in the ink's colour", stages.grey, GREY),
            ("the paper alone", stages.paper, GREY),
            ("the ink", stages.ink, GREY | {"cmap": "gray_r"}),
            ("orange: not the digit", sorted_strokes(stages), {}),
            ("for the network", answer.laid_out(answer.images), INK_ON_PAPER),
            (
                ""
                if answer.name is None
                else f"red: for {shortened(answer.name, 12)}, blue: against",
                spoke,
                {"cmap": "RdBu_r", "vmin": -most, "vmax": most},
            ),
        ]
        for axes, (title, picture, look) in zip(row, shown, strict=True):
            axes.imshow(picture, **look)
            axes.set_title(title, color=INK if axes is row[0] else FAINT)
            frame(axes)
        frame_digits(row[0], answer)
        if stages.way is not None:
            row[4].set_xlabel(f"read {stages.way}", color=ORANGE)
        draw_answer(bars, answer)


def sorted_strokes(stages: "Stages") -> NDArray[np.uint8]:
    """(H, W, 3): the strokes that form the digit in black, the others in orange, on white."""
    sheet = np.full((*stages.strokes.shape, 3), 255, np.uint8)
    sheet[stages.strokes] = tuple(bytes.fromhex(ORANGE[1:]))
    sheet[stages.digit] = 0
    return sheet
