"""Where the answers of tinynet and Keras agree, and who is right where they do not."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnist_app.figures.confusion import draw_counts
from mnist_app.figures.look import BLUE, FAINT, ORANGE
from tinynet.types import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_agreement(
    figure: "Figure", ours: NDArray[np.intp], theirs: NDArray[np.intp], labels: Array, network: str
) -> None:
    """The counts of tinynet's (row) and Keras's (column) answers, and a bar for each case."""
    classes = int(max(ours.max(), theirs.max(), labels.max())) + 1
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (ours, theirs), 1)
    we, they, same = ours == labels, theirs == labels, ours == theirs
    cases = {
        "both right": (we & they, BLUE),
        "both wrong, the same": (~we & same, FAINT),
        "both wrong, differently": (~we & ~they & ~same, FAINT),
        "only tinynet right": (we & ~they, ORANGE),
        "only Keras right": (they & ~we, ORANGE),
    }
    figure.set_size_inches(10, 5.2)
    figure.suptitle(
        f"{network}: the same answer to {np.count_nonzero(same):,} of {len(labels):,} test images",
        size=11,
    )
    matrix, bars = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.25, 1]})
    draw_counts(matrix, counts)
    matrix.set(xlabel="answer of Keras", ylabel="answer of tinynet")
    sizes = [np.count_nonzero(members) for members, _ in cases.values()]
    colours = [colour for _, colour in cases.values()]
    bars.barh(range(len(cases)), sizes, color=colours, height=0.6)
    for place, size in enumerate(sizes):
        bars.text(size + 0.02 * len(labels), place, f"{size:,}", va="center")
    bars.set(yticks=range(len(cases)), xticks=[], xlim=(0, 1.2 * len(labels)))
    bars.set_yticklabels(cases)
    bars.invert_yaxis()
    bars.tick_params(length=0)
    bars.spines[["bottom", "left"]].set_visible(False)
