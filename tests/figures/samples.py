"""What the figures' tests draw, and how they read what was drawn."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from mnist_app.pictures.digit import Problem
from mnist_app.pictures.pipeline import preprocess
from mnist_app.reading.predict import Answer, thumbnail
from mnist_app.training.evaluation import Evaluation


def drawn(draw: Callable[..., object], *args: Any) -> Figure:
    """A figure with everything that `draw` puts on it."""
    figure = Figure()
    draw(figure, *args)
    return figure


def evaluation(
    labels: Sequence[int], answers: Sequence[int], confidences: Sequence[float], classes: int = 10
) -> Evaluation:
    """An evaluation of images with these labels, answers and confidences."""
    count = len(labels)
    rest = (1 - np.array(confidences)) / (classes - 1)
    probabilities = np.repeat(rest[:, np.newaxis], classes, axis=1)
    probabilities[np.arange(count), answers] = confidences
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (np.array(labels, int), np.array(answers, int)), 1)
    return Evaluation(0.1, probabilities, np.array(labels, np.uint8), confusion)


def distinct_images(count: int) -> np.ndarray:
    """(count, 28, 28) uint8; no two are alike, none is its own mirror image."""
    return np.random.default_rng(0).integers(0, 256, (count, 28, 28)).astype(np.uint8)


def answer(
    name: str, column: int, probabilities: Sequence[float], problem: Problem | None = None
) -> Answer:
    """The answer to a drawn bar with its left side in this column; no bar if it is negative."""
    pixels = np.ones((60, 40, 3), np.float32)
    if column >= 0:
        pixels[10:50, column : column + 6] = 0
    stages = preprocess(pixels)
    return Answer(name, thumbnail(pixels), stages, np.array(probabilities), problem)


def points(line: Line2D) -> list[tuple[float, float]]:
    """Every (x, y) of a curve."""
    x, y = (np.asarray(values, float) for values in line.get_data())
    return list(zip(x.tolist(), y.tolist(), strict=True))


def places(axes: Axes) -> list[tuple[float, float]]:
    """The upper left corner of each framed picture, in the order of reading."""
    return sorted(map(corner_of, axes.images), key=lambda corner: corner[::-1])


def picture_at(axes: Axes, corner: tuple[float, float]) -> np.ndarray:
    """The pixels of the one picture with its upper left corner there; upright, or it fails."""
    (found,) = (image for image in axes.images if corner_of(image) == corner)
    _, _, bottom, top = extent(found)
    assert bottom > top  # the y axis goes down
    assert axes.yaxis_inverted()
    assert not axes.xaxis_inverted()
    assert found.origin == "upper"
    return np.asarray(found.get_array())


def frame_at(axes: Axes, corner: tuple[float, float]) -> str:
    """The colour of the frame around the picture with its upper left corner there."""
    frames = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    (found,) = (frame for frame in frames if frame.get_xy() == pytest.approx(corner))
    return to_hex(found.get_edgecolor())


def corner_of(image: AxesImage) -> tuple[float, float]:
    """The left and the upper end of a picture, where the y axis goes down."""
    left, _, *ends = extent(image)
    return left, min(ends)


def extent(image: AxesImage) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a picture on its axes."""
    left, right, bottom, top = image.get_extent()
    return left, right, bottom, top


def texts(axes: Axes) -> dict[tuple[float, float], str]:
    """Every text on the axes by its position."""
    return {text.get_position(): text.get_text() for text in axes.texts}


def bars(axes: Axes) -> dict[float, tuple[float, str]]:
    """The length and the colour of each horizontal bar, by the height of its middle."""
    return {
        round(bar.get_y() + bar.get_height() / 2, 6): (bar.get_width(), to_hex(bar.get_facecolor()))
        for bar in axes.patches
        if isinstance(bar, Rectangle)
    }


def assert_ink_on_paper(axes: Axes) -> None:
    """A 28x28 image is drawn black on white, and a pale one stays pale."""
    (image,) = axes.images
    assert image.get_cmap().name == "gray_r"
    assert image.get_clim() == (0, 255)
