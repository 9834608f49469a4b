"""The picture that goes with a link to the site when somebody posts it."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from mnist_app.data import load_mnist

GROUND, INK = "#155e75", "#ffffff"
SIZE = (12, 6.3)  # inches of 100 pixels: the usual 1200 x 630


def draw_card(path: Path) -> None:
    """Write the picture: the name, what it is, and a test digit of each class."""
    mnist = load_mnist()
    figure = Figure(figsize=SIZE, facecolor=GROUND)
    figure.text(0.06, 0.7, "tinynet", color=INK, size=72, weight="bold")
    told = "A neural network from scratch in NumPy,\nsmall enough to read in an evening"
    figure.text(0.06, 0.43, told, color=INK, size=29, linespacing=1.5)
    for digit in range(10):
        axes = figure.add_axes((0.06 + 0.088 * digit, 0.12, 0.084, 0.16))
        axes.imshow(mnist.test_images[np.argmax(mnist.test_labels == digit)], cmap="gray")
        axes.set_axis_off()
    figure.savefig(path, dpi=100, metadata={"Software": None})
