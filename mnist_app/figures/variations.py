"""What augmentation makes of the training images."""

from typing import TYPE_CHECKING

from mnist_app.data.dataset import Images
from mnist_app.figures.look import INK_ON_PAPER

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_variations(figure: "Figure", images: Images) -> None:
    """Pictures (M, 1 + V, 28, 28): one row each, the original and its V distorted copies."""
    rows, columns = images.shape[:2]
    figure.set_size_inches(0.75 * columns, 0.75 * rows + 0.3)
    cells = figure.subplots(rows, columns, squeeze=False)
    for row, pictures in zip(cells, images, strict=True):
        for axes, picture in zip(row, pictures, strict=True):
            axes.imshow(picture, **INK_ON_PAPER)
            axes.set_axis_off()
    figure.suptitle("Training images (first column), and copies distorted anew in each epoch")
