"""The mistakes of `score` on one sheet, each as the original and as the network saw it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mnist_app.figures.grids import LARGEST_GRID, SIDE, draw_framed, which_mistakes
from mnist_app.figures.look import FAINT, INK_ON_PAPER, RED, shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mnist_app.reading.score import Scored

COLUMNS = 4  # mistakes beside each other
CELL = (64, 46)  # two pictures with spaces, and two lines of text above


def draw_contact_sheet(figure: "Figure", mistakes: "Sequence[Scored]") -> None:
    """Two pictures for each of the first mistakes; above them the file, the label, the answer.

    A file that could not be read has no pictures, and the reason in the answer's place.
    """
    chosen = mistakes[:LARGEST_GRID]
    columns = min(COLUMNS, max(2, len(chosen)))
    rows = max(1, -(-len(chosen) // columns))
    width, height = CELL
    figure.set_size_inches(2.3 * columns, 2.3 * rows * height / width + 0.3)
    axes = figure.subplots()
    what = which_mistakes(len(mistakes))
    axes.set_title(f"{what}: label → answer" if mistakes else what, size=11, pad=12)
    for place, mistake in enumerate(chosen):
        line, column = divmod(place, columns)
        left, top = column * width, line * height
        said = f"{mistake.name} → {mistake.said}"
        axes.text(left, top - 6.5, shortened(mistake.file, 36), size=8, color=FAINT)
        axes.text(left, top - 2, shortened(said, 36, from_start=True), size=8, color=RED)
        if mistake.answer is not None:
            seen = mistake.answer.laid_out(mistake.answer.images)
            draw_framed(axes, mistake.answer.picture, left, top, FAINT, 0.8, {})
            draw_framed(axes, seen, left + SIDE + 2, top, FAINT, 0.8, INK_ON_PAPER)
    axes.set(xlim=(-1, columns * width - 3), ylim=(rows * height - 16, -10), aspect="equal")
    axes.set_axis_off()
