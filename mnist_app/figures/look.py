"""One look for all pictures: the colours, the style, and how a figure becomes a file.

matplotlib takes long to load. So it is imported only by what draws, and only when it draws.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from tinynet.serialization import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

P = ParamSpec("P")

INK, FAINT = "#222222", "#9a9a9a"
BLUE, ORANGE, RED = "#2a6f97", "#e07a1f", "#c1121f"
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.parse_math": False,  # a file name may hold a dollar sign
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.axisbelow": True,
    "grid.color": "#eeeeee",
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}
INK_ON_PAPER: dict[str, Any] = {"cmap": "gray_r", "vmin": 0, "vmax": 255}  # of a 28x28 image
FORMATS = (".png", ".jpg", ".webp", ".svg", ".pdf")


def save_figure(
    path: Path, draw: Callable[Concatenate["Figure", P], None], *args: P.args, **kwargs: P.kwargs
) -> None:
    """Call `draw(figure, ...)` with a new figure in our style, and write it.

    The file is written whole or not at all; its extension decides the format. Raises OSError
    if it cannot be written.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # names in scripts without a font
        figure = Figure(layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06))
        draw(figure, *args, **kwargs)
        write_whole(path, lambda temporary: figure.savefig(temporary, dpi=130))


def shortened(text: str, longest: int = 28, from_start: bool = False) -> str:
    """The text without control characters, and only its end, or its start, if it is too long."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    if len(printable) <= longest:
        return printable
    return f"{printable[: longest - 1]}…" if from_start else f"…{printable[1 - longest :]}"
