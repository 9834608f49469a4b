"""Digits in styles that MNIST lacks, for testing; nothing is trained on them.

Another construction than mnist_app/training/styles has: outlines and pens' ways as Bezier curves in
the notation of SVG, drawn by matplotlib (Agg), and its DejaVu fonts.
Each picture is dark on light, (SIDE, SIDE, 3) uint8.
"""

import io
import re
from pathlib import Path as File

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from matplotlib.typing import CapStyleType

Picture = npt.NDArray[np.uint8]
Rng = np.random.Generator

SIDE, INCHES = 140, 1.4  # of a sheet: pixels, and how large matplotlib takes it to be
COMMANDS: dict[str, tuple[int, ...]] = {"M": (1,), "L": (2,), "Q": (3, 3), "C": (4, 4, 4)}

# The pen's way on a sheet of 100 x 100, y downwards. A leading # fills the first contour.
WAYS: dict[str, list[str]] = {
    "1 short flag": ["M 40 30 L 53 14 L 53 88", "M 42 26 Q 49 23 52 13 L 50 86"],
    "1 long flag": ["M 26 50 L 54 12 L 54 88", "M 24 46 Q 42 34 55 12 L 53 90",
                    "M 30 56 L 55 14 L 51 88"],
    "1 foot": ["M 50 14 L 50 86 M 32 86 L 68 86"],
    "1 flag, foot": ["M 34 32 L 52 14 L 52 86 M 34 86 L 70 86",
                     "M 38 27 Q 50 24 52 13 L 52 87 M 40 87 L 64 87"],
    "1 long flag, foot": ["M 26 44 L 52 12 L 52 88 M 30 88 L 74 88"],
    "7": ["M 27 18 L 72 16 L 44 88", "M 28 16 L 70 16 Q 50 44 48 88", "M 26 20 L 68 15 L 58 88"],
    "7 crossed": ["M 27 18 L 73 16 L 44 88 M 40 52 L 70 50", 
                  "M 27 16 L 70 16 Q 50 50 46 88 M 36 54 L 66 50"],
    "7 wavy": ["M 25 24 C 32 8 44 14 50 18 C 58 24 66 22 74 14 L 46 88"],
    "7 hooked": ["M 28 32 L 28 16 L 72 16 L 46 88", "M 25 30 L 28 17 L 70 17 Q 54 48 50 88"],
    "4 open": ["M 34 16 L 26 58 L 74 58 M 60 36 L 58 88", 
               "M 30 14 Q 24 58 32 58 L 74 54 M 62 14 L 60 88"],
    "4 closed": ["M 58 88 L 58 14 L 24 64 L 76 64", "M 60 88 L 56 12 L 26 62 L 74 60"],
    "9 straight": ["M 66 34 C 66 8 32 8 32 34 C 32 58 66 58 66 34 M 66 14 L 66 88"],
    "9 curled": ["M 66 34 C 66 8 32 8 32 34 C 32 58 66 58 66 34 C 68 76 60 90 34 84"],
    "9 filled": ["#M 66 32 C 66 10 34 10 34 32 C 34 54 66 54 66 32 L 60 88",
                 "#M 64 30 C 64 12 38 12 38 30 C 38 48 64 48 64 30 C 66 66 62 84 44 88"],
    "6": ["M 56 12 C 30 30 28 52 30 66 C 32 92 70 92 68 68 C 66 46 34 48 31 70",
          "M 64 18 C 46 8 28 40 30 68 C 32 92 70 92 68 68 C 66 46 34 48 31 70"],
    "6 straight": ["M 60 12 L 32 66 C 28 94 72 94 70 68 C 68 46 36 46 32 66"],
    "0": ["M 50 12 C 18 12 18 88 50 88 C 82 88 82 12 50 12"],
    "2": ["M 30 30 C 34 6 72 8 68 34 C 66 50 40 70 28 86 L 74 86",
          "M 30 28 C 36 8 70 10 66 36 C 62 56 44 84 32 86 C 22 84 30 70 44 80 Q 56 90 74 82"],
    "3": ["M 30 22 C 40 6 70 12 66 30 C 64 44 52 46 44 47 C 60 46 72 54 70 68 C 68 92 36 92 28 78",
          "M 30 16 L 66 16 L 46 44 C 64 42 72 56 70 68 C 66 92 38 92 28 80"],
    "5": ["M 68 14 L 36 14 L 33 46 C 48 36 72 46 70 66 C 68 90 38 92 28 80",
          "M 36 18 L 33 46 C 48 38 70 46 68 66 C 66 88 38 90 28 80 M 42 13 L 72 11"],
    "8": ["M 66 24 C 56 6 34 12 36 28 C 38 44 68 50 68 70 C 66 92 32 92 32 70 C 32 50 64 42 66 24"],
}  # fmt: skip
HAND = tuple(WAYS)
NONSENSE: dict[str, list[str]] = {
    "smiley": ["M 82 50 C 82 8 18 8 18 50 C 18 92 82 92 82 50 "
               "M 38 36 L 38 43 M 62 36 L 62 43 M 34 62 Q 50 78 66 62"],
    "square": ["M 20 20 L 80 20 L 80 80 L 20 80 L 20 20"],
    "plus": ["M 50 18 L 50 82 M 18 50 L 82 50"],
    "cross": ["M 22 20 L 78 80 M 78 20 L 22 80"],
    "?": ["M 30 32 C 32 8 72 10 68 34 C 66 48 50 48 50 66 M 50 82 L 50 85"],
    "H": ["M 28 16 L 28 84 M 72 16 L 72 84 M 28 50 L 72 50"],
    "n": ["M 30 34 L 30 82 M 30 50 C 36 32 68 28 68 50 L 68 82"],
    "plot": ["M 16 14 L 16 84 L 86 84 M 18 24 C 26 66 44 74 84 76 M 18 20 C 28 56 46 58 84 54"],
    "grid": ["M 18 18 L 82 18 M 18 39 L 82 39 M 18 61 L 82 61 M 18 82 L 82 82 "
             "M 18 18 L 18 82 M 39 18 L 39 82 M 61 18 L 61 82 M 82 18 L 82 82"],
    "house": ["M 24 84 L 24 46 L 50 18 L 76 46 L 76 84 L 24 84 M 44 84 L 44 64 L 56 64 L 56 84"],
    "key": ["M 40 50 C 40 34 16 34 16 50 C 16 66 40 66 40 50 L 86 50 L 86 64 M 72 50 L 72 60"],
    "cup": ["M 24 30 L 28 80 L 62 80 L 66 30 L 24 30 M 65 40 C 86 38 84 66 63 64"],
    "envelope": ["M 14 30 L 86 30 L 86 74 L 14 74 L 14 30 L 50 56 L 86 30"],
    "flower": ["M 50 48 C 30 30 70 30 50 48 C 72 34 72 66 50 48 C 66 70 34 70 50 48 "
               "C 28 66 28 34 50 48 M 50 58 L 50 90"],
    "lemniscate": ["M 20 50 C 20 20 80 80 80 50 C 80 20 20 80 20 50"],
    "yen": ["M 24 16 L 50 48 L 76 16 M 50 48 L 50 86 M 32 56 L 68 56 M 32 68 L 68 68"],
}  # fmt: skip
FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"),
    *("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique"),
    *("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic"),
)
SEVEN_SEGMENTS = ("ABCDEF", "BC", "ABGED", "ABGCD", "FGBC", "AFGCD", "AFGEDC", "ABC", "ABCDEFG",
                  "ABCDFG")  # fmt: skip
PLACES = {"A": "M 32 14 L 68 14", "B": "M 70 16 L 70 48", "C": "M 70 52 L 70 84",
          "D": "M 32 86 L 68 86", "E": "M 30 52 L 30 84", "F": "M 30 16 L 30 48",
          "G": "M 33 50 L 67 50"}  # fmt: skip


def way(text: str, rng: Rng, shake: float = 1.2) -> Path:
    """A path in SVG's notation, each of its places missed a little."""
    places: list[tuple[float, float]] = []
    codes: list[int] = []
    for command, numbers in re.findall(r"([MLQC])([^MLQC]*)", text):
        values = [float(number) for number in numbers.split()]
        places += list(zip(values[::2], values[1::2], strict=True))
        codes += COMMANDS[command]
    return Path(np.array(places) + rng.normal(0, shake, (len(places), 2)), codes)


def handwritten(style: str, rng: Rng, pen: str = "round") -> Picture:
    """A digit of WAYS, whose name begins with it, or NONSENSE.

    Pens: round, from 2 to 17 hundredths of the sheet, outlined, ragged, pale.
    """
    ways = WAYS[style] if style in WAYS else NONSENSE[style]
    text = ways[int(rng.integers(len(ways)))]
    path = written(way(text.lstrip("#"), rng), rng)
    width = float(np.exp(rng.uniform(np.log(2), np.log(17))))
    axes = sheet()
    filled = text.startswith("#")
    if pen == "outlined":
        width = float(rng.uniform(14, 20))
        _stroke(axes, path, width)
        _stroke(axes, path, width - float(rng.uniform(4, 6)), "white")
    else:
        _stroke(axes, path, max(width, 5.0) if pen == "ragged" else width)
    if filled:
        loop = Path(np.asarray(path.vertices)[:7], np.asarray(path.codes)[:7])
        axes.add_patch(PathPatch(loop, facecolor="black", edgecolor="none"))
    picture = pixels(axes)
    if pen == "ragged":
        return _ragged(picture, rng)
    return _paled(picture, rng) if pen == "pale" else picture


def seven_segments(digit: int, rng: Rng) -> Picture:
    """As a display shows it: butt-ended bars, a gap between them."""
    width, lean = float(rng.uniform(5, 12)), float(rng.choice([0.0, 0.12]))
    narrow = float(rng.uniform(0.8, 1.1))
    axes = sheet()
    for segment in SEVEN_SEGMENTS[digit]:
        path = way(PLACES[segment], rng, 0)
        path = (
            Affine2D()
            .translate(-50, -50)
            .scale(narrow, 1)
            .skew(-lean, 0)
            .translate(50, 50)
            .transform_path(path)
        )
        _stroke(axes, path, width, cap="butt")
    return pixels(axes)


def printed(text: str, font: str, rng: Rng) -> Picture:
    """A character in one of FONTS, which come with matplotlib."""
    file = File(mpl.get_data_path(), "fonts", "ttf", f"{font}.ttf")
    properties = FontProperties(fname=str(file))
    path = TextPath((0, 0), text, size=float(rng.uniform(60, 95)), prop=properties)
    box = path.get_extents()
    turn = Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2).scale(1, -1)
    turn = turn.rotate_deg(float(rng.uniform(-4, 4))).translate(50, 50)
    axes = sheet()
    axes.add_patch(PathPatch(turn.transform_path(path), facecolor="black", edgecolor="none"))
    return pixels(axes)


def written(path: Path, rng: Rng) -> Path:
    """Slanted, turned and stretched by as much as handwriting is."""
    change = Affine2D().translate(-50, -50).scale(float(rng.uniform(0.85, 1.15)), 1)
    change = change.skew(-float(rng.uniform(-0.1, 0.25)), 0).rotate_deg(float(rng.uniform(-4, 4)))
    return change.translate(50, 50).transform_path(path)


def sheet() -> Axes:
    """A white sheet of 100 x 100, y downwards."""
    figure = Figure(figsize=(INCHES, INCHES), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 100), ylim=(100, 0))
    axes.set_axis_off()
    return axes


def pixels(axes: Axes) -> Picture:
    """What has been drawn, (SIDE, SIDE, 3) uint8."""
    stream = io.BytesIO()
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.savefig(stream, format="rgba", dpi=SIDE / INCHES)
    seen = np.frombuffer(stream.getvalue(), np.uint8).reshape(SIDE, SIDE, 4)
    return seen[:, :, :3].copy()


def _stroke(
    axes: Axes, path: Path, width: float, colour: str = "black", cap: CapStyleType = "round"
) -> None:
    """The width is in the sheet's units, of which matplotlib's points are as many as INCHES say."""
    points = width * 72 * INCHES / 100
    axes.add_patch(
        PathPatch(
            path, fill=False, edgecolor=colour, linewidth=points, capstyle=cap, joinstyle="round"
        )
    )


def _ragged(picture: Picture, rng: Rng) -> Picture:
    """Each pixel takes the value of one nearby, so that edges fray."""
    reach = float(rng.uniform(1.5, 4))
    grain = int(rng.integers(2, 5))
    coarse = rng.normal(0, reach / 2, (2, SIDE // grain + 1, SIDE // grain + 1))
    down, across = np.repeat(np.repeat(coarse, grain, axis=1), grain, axis=2)[:, :SIDE, :SIDE]
    y, x = np.mgrid[:SIDE, :SIDE]
    rows = np.clip(np.round(y + down), 0, SIDE - 1).astype(int)
    columns = np.clip(np.round(x + across), 0, SIDE - 1).astype(int)
    return np.asarray(picture[rows, columns], np.uint8)


def _paled(picture: Picture, rng: Rng) -> Picture:
    """Ink that fades to 45 % from one side of the digit to the other."""
    left = np.linspace(1, 0.45, SIDE)
    ramp = left if rng.random() < 0.5 else left[::-1]
    share = (
        ramp[np.newaxis, :, np.newaxis] if rng.random() < 0.5 else ramp[:, np.newaxis, np.newaxis]
    )
    return np.asarray(255 - (255.0 - picture) * share, np.uint8)
