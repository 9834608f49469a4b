"""The figures that move, as GIF files:  python -m tutorials.animations

Each frame is a whole figure, so the first and the last one can be read as stills. The last frame
stands longer.
"""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from tutorials import files
from tutorials.style import (
    GRADIENT,
    INK,
    MUTED,
    VALUE,
    draw_graph,
    draw_matrix,
    new_figure,
)

Frames = Callable[[], Iterator[Figure]]
MILLISECONDS = 1600

X = np.array([[1, 2, 3, 4], [0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1]])
W = np.array([[1, 0], [2, -1]])
D = np.array([[1, 2, -1], [3, -1, 1], [1, -2, 2]])


def backward_pass() -> Iterator[Figure]:
    """Notebook 02: the diamond forwards, then backwards, a node at a time."""
    places = {
        "a": (0.0, 0.0),
        "b = 3a": (2.0, 0.0),
        "c = b + 1": (4.0, 1.1),
        "p = 2b": (4.0, -1.1),
        "q = c p": (6.0, 0.0),
    }
    names = list(places)
    values, gradients = dict.fromkeys(names, ""), dict.fromkeys(names, "")
    forwards = zip(names, ["2", "6", "7", "12", "84"], strict=True)
    backwards = [
        (names[4], "1", "begin with 1: how q changes with q"),
        (names[2], "12", "c gets 1 times its slope, 12"),
        (names[3], "7", "p gets 1 times its slope, 7"),
        (names[1], "12", "b gets the share through c: 12 times 1"),
        (names[1], "12 + 14", "and adds the share through p: 7 times 2"),
        (names[0], "78", "only now is b complete: a gets 26 times 3"),
    ]

    def frame(text: str, colour: str) -> Figure:
        figure = new_figure(7.5, 3.8)
        edges = [  # the slopes of the product are values, and known when these are
            (names[0], names[1], "3"),
            (names[1], names[2], "1"),
            (names[1], names[3], "2"),
            (names[2], names[4], values[names[3]]),
            (names[3], names[4], values[names[2]]),
        ]
        axes = figure.add_subplot()
        draw_graph(axes, places, edges, values, gradients)
        axes.set_title(text, color=colour)
        return figure

    for name, value in forwards:
        values[name] = value
        yield frame(f"forwards: {name} is {value}", VALUE)
    for name, gradient, text in backwards:
        gradients[name] = gradient
        yield frame(f"backwards: {text}", GRADIENT)


def window_slides() -> Iterator[Figure]:
    """Notebook 07: one window after the other becomes a number of the output."""
    y = np.full((3, 3), "", dtype=object)
    for i, j in np.ndindex(3, 3):
        window = X[i : i + 2, j : j + 2]
        y[i, j] = str(int((window * W).sum()))
        figure = new_figure(7, 3)
        axes = figure.add_subplot()
        places = [(i + u, j + v) for u in (0, 1) for v in (0, 1)]
        draw_matrix(axes, X, "$X$", VALUE, places)
        draw_matrix(axes, W, "$W$", VALUE, list(np.ndindex(2, 2)), corner=(6, 1))
        draw_matrix(axes, y, "$Y$", VALUE, [(i, j)], corner=(10, 0.5))
        terms = " + ".join(f"{a} · {b}" for a, b in zip(window.flat, W.flat, strict=True))
        axes.text(6.5, 4.6, f"{terms.replace('-1', '(-1)')} = {y[i, j]}", ha="center", color=INK)
        axes.set_ylim(5, -1)
        yield figure


def gradient_returns() -> Iterator[Figure]:
    """Notebook 08, route A: each window's gradient times the kernel is added where it came from."""
    dx = np.zeros((4, 4), int)
    for i, j in np.ndindex(3, 3):
        dx[i : i + 2, j : j + 2] += D[i, j] * W
        figure = new_figure(8, 3)
        axes = figure.add_subplot()
        places = [(i + u, j + v) for u in (0, 1) for v in (0, 1)]
        draw_matrix(axes, D, "$dY$", GRADIENT, [(i, j)], corner=(0, 0.5))
        draw_matrix(axes, D[i, j] * W, f"{D[i, j]} times $W$", GRADIENT, corner=(5, 1))
        draw_matrix(axes, dx, "$dX$ so far", GRADIENT, places, corner=(9, 0))
        axes.text(4, 2, "→", ha="center", va="center", fontsize=14)
        axes.text(8, 2, "+=", ha="center", va="center", fontsize=12)
        axes.text(6.5, 4.6, f"window {i}, {j} gives its share", ha="center", color=MUTED)
        axes.set_ylim(5, -1)
        yield figure


ANIMATIONS: dict[str, Frames] = {
    "02_chain_rule_backward_pass": backward_pass,
    "07_convolution_forward_window_slides": window_slides,
    "08_convolution_backward_gradient_returns": gradient_returns,
}


def save(frames: Iterator[Figure], path: Path) -> None:
    """Write figures as the frames of an animation that repeats."""
    pictures = []
    for figure in frames:
        png = io.BytesIO()
        figure.savefig(png, format="png", dpi=90)
        pictures.append(Image.open(png).convert("P", palette=Image.Palette.ADAPTIVE, colors=32))
    times = [MILLISECONDS] * (len(pictures) - 1) + [4 * MILLISECONDS]
    first, *others = pictures
    first.save(path, save_all=True, append_images=others, duration=times, loop=0, optimize=True)


def main() -> None:
    """Make all of them again."""
    for name, frames in ANIMATIONS.items():
        save(frames(), files.FOLDER / "figures" / f"{name}.gif")
        print(name)


if __name__ == "__main__":
    main()
