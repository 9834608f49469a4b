"""One look for all pictures: the colours, the style, and how a figure becomes a file.

matplotlib takes long to load. So it is imported only by what draws, and only when it draws.
"""

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from PIL import Image

from tinynet.serialization import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

P = ParamSpec("P")

# Without a handler, matplotlib's log of folders that it cannot use would go to stderr.
logging.getLogger("matplotlib").addHandler(logging.NullHandler())

INK, FAINT = "#222222", "#707070"  # on white, FAINT has a contrast of 5
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
MARK = "figure by tinynet's mnist_app"  # in every figure; only a figure may be replaced unasked
LARGEST_FILE = 2**26  # bytes: no figure of ours has as many
EXIF_SOFTWARE = 0x0131


def save_figure(
    path: Path, draw: Callable[Concatenate["Figure", P], None], *args: P.args, **kwargs: P.kwargs
) -> None:
    """Call `draw(figure, ...)` with a new figure in our style alone, and write it.

    The file is written whole or not at all, with our MARK in it; its extension decides the
    format. Raises OSError if it cannot be written.
    """
    from matplotlib import style
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with style.context(["default", STYLE]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # names in scripts without a font
        figure = Figure(layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06))
        draw(figure, *args, **kwargs)
        write_whole(path, lambda temporary: figure.savefig(temporary, dpi=130, **marked(path)))


def marked(path: Path) -> dict[str, Any]:
    """What makes `savefig` write our MARK, plainly, where the file's format has a place for it."""
    extension = path.suffix.lower()
    if extension in (".jpg", ".webp"):
        exif = Image.Exif()
        exif[EXIF_SOFTWARE] = MARK
        return {"pil_kwargs": {"exif": exif}}
    return {"metadata": {"Software" if extension == ".png" else "Creator": MARK}}


def is_figure(path: Path) -> bool:
    """Whether the file is a figure of ours.  Raises OSError if it cannot be read."""
    if not path.is_file() or path.stat().st_size > LARGEST_FILE:
        return False
    return MARK.encode() in path.read_bytes()


def shortened(text: str, longest: int = 28, from_start: bool = False) -> str:
    """The text without control characters, and only its end, or its start, if it is too long."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    if len(printable) <= longest:
        return printable
    return f"{printable[: longest - 1]}…" if from_start else f"…{printable[1 - longest :]}"
