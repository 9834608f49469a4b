"""One look for all figures, and the way to show them with their caption and alt text.

Colours mean the same everywhere: VALUE for what flows forwards, GRADIENT for what flows back,
WRONG for a mistake, MUTED for what is only context.
"""

import io
import os
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler
from numpy.typing import NDArray

VALUE = "#1f5fa8"
GRADIENT = "#c8561b"
WRONG = "#b3123d"
RIGHT = "#2b7a4b"
MUTED = "#8a8f98"
INK = "#222222"
LIGHT = {
    VALUE: "#dce8f6",
    GRADIENT: "#fbe6d8",
    WRONG: "#f8dbe2",
    RIGHT: "#dcefe3",
    MUTED: "#eeeff1",
}
DPI = 144

mpl.rcParams.update(
    {
        "axes.edgecolor": MUTED,
        "axes.grid": True,
        "axes.labelcolor": INK,
        "axes.prop_cycle": cycler(color=[VALUE, GRADIENT, RIGHT, WRONG, "#6b4fa0", MUTED]),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": 11,
        "figure.facecolor": "white",
        "font.size": 10,
        "grid.color": "#e4e6ea",
        "image.cmap": "gray_r",
        "legend.frameon": False,
        "mathtext.fontset": "cm",
        "savefig.facecolor": "white",
        "svg.fonttype": "path",
        "svg.hashsalt": "tinynet",
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
)


def new_figure(width: float = 7.0, height: float = 3.2) -> Figure:
    """A figure of so many inches that lays itself out; at most 8 wide."""
    return Figure(figsize=(width, height), layout="constrained")


def show(figure: Figure, name: str, caption: str, alt: str) -> None:
    """Show a figure and its one-line caption; `alt` tells what it shows to who cannot see it.

    When the notebooks are built, it is also saved as figures/NN_notebook_name.svg.
    """
    if get_ipython() is None:  # run as a script: nobody to show a picture to
        print(f"[figure: {caption}]")
    else:
        _display(figure, caption, alt)
    saved = os.environ.get("TUTORIALS_FIGURES")
    if saved:
        about = {"Title": caption, "Description": alt, "Date": None, "Creator": None}
        figure.savefig(f"{saved}_{name}.svg", metadata=about)


def _display(figure: Figure, caption: str, alt: str) -> None:
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    width = round(figure.get_figwidth() * 100)
    display(
        {"image/png": png.getvalue(), "text/plain": alt},
        raw=True,
        metadata={"image/png": {"alt": alt, "width": width}},
    )
    display({"text/markdown": f"*{caption}*", "text/plain": caption}, raw=True)


def empty_axes(axes: Axes) -> Axes:
    """Axes without ticks, frame and grid, for drawings."""
    axes.set_axis_off()
    axes.grid(False)
    return axes


def show_image(axes: Axes, image: NDArray[Any], title: str = "", **settings: Any) -> None:
    """An image (H, W) with square pixels; ink is dark. Further settings go to imshow."""
    axes.imshow(image, **settings)
    axes.set_title(title)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.grid(False)


def draw_matrix(
    axes: Axes,
    numbers: NDArray[Any],
    title: str = "",
    colour: str = VALUE,
    marked: Sequence[tuple[int, int]] = (),
    corner: tuple[float, float] = (0.0, 0.0),
) -> None:
    """A matrix as a grid of numbered cells, one unit each, row 0 on top; `marked` ones filled.

    The corner (x, y) is the upper left one, y grows downwards, so several fit on one axes.
    """
    empty_axes(axes)
    numbers = np.atleast_2d(numbers)
    left, top = corner
    for (i, j), number in np.ndenumerate(numbers):
        face = LIGHT[colour] if (i, j) in marked else "white"
        axes.add_patch(
            mpl.patches.Rectangle((left + j, top + i), 1, 1, facecolor=face, edgecolor=colour)
        )
        text = number if isinstance(number, str) else f"{number:.4g}"
        axes.text(left + j + 0.5, top + i + 0.5, text, ha="center", va="center", color=INK)
    middle = left + numbers.shape[1] / 2
    axes.text(middle, top - 0.25, title, ha="center", va="bottom", color=colour)
    axes.set_aspect("equal")
    axes.update_datalim([(left, top - 0.9), (left + numbers.shape[1], top + len(numbers))])
    axes.autoscale_view()
    if not axes.yaxis_inverted():
        axes.invert_yaxis()


def draw_graph(
    axes: Axes,
    places: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[str, str, str]],
    values: Mapping[str, str],
    gradients: Mapping[str, str],
) -> None:
    """A computation graph: nodes with their value above and gradient below, edges with slopes.

    `places` maps a node's label to its centre (x, y); nodes are 1 wide and 0.9 high. An edge
    (from, to, slope) runs forwards; its slope is written beside it.
    """
    empty_axes(axes)
    for start, end, slope in edges:
        (x1, y1), (x2, y2) = places[start], places[end]
        arrow = {"arrowstyle": "-|>", "color": MUTED, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (x2 - 0.5, y2), (x1 + 0.5, y1), arrowprops=arrow)
        axes.text(
            *((x1 + x2) / 2, (y1 + y2) / 2),
            slope,
            color=INK,
            ha="center",
            va="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
        )
    for label, (x, y) in places.items():
        box = (x - 0.5, y - 0.45)
        axes.add_patch(mpl.patches.Rectangle(box, 1, 0.9, facecolor="white", edgecolor=INK))
        axes.text(x, y + 0.56, label, ha="center", va="bottom", fontsize=11)
        axes.text(x, y + 0.2, values[label], ha="center", va="center", color=VALUE)
        axes.text(x, y - 0.22, gradients[label], ha="center", va="center", color=GRADIENT)
        axes.plot([x - 0.47, x + 0.47], [y, y], color=LIGHT[MUTED], lw=1)
    axes.set_aspect("equal")
    columns, rows = zip(*places.values(), strict=True)
    axes.set_xlim(min(columns) - 0.7, max(columns) + 0.7)
    axes.set_ylim(min(rows) - 0.6, max(rows) + 1.0)
