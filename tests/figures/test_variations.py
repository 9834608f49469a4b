"""A row for each training image, with its own copies."""

import numpy as np

from mnist_app.figures.variations import draw_variations
from tests.figures.samples import assert_ink_on_paper, distinct_images, drawn


def test_each_row_holds_an_image_and_its_copies() -> None:
    images = distinct_images(6).reshape(2, 3, 28, 28)
    figure = drawn(draw_variations, images)
    assert len(figure.axes) == 6
    for axes in figure.axes:
        place = axes.get_subplotspec()
        assert place is not None
        expected = images[place.rowspan.start, place.colspan.start]
        np.testing.assert_array_equal(axes.images[0].get_array(), expected)
        assert_ink_on_paper(axes)


def test_one_image_without_copies() -> None:
    assert len(drawn(draw_variations, distinct_images(1).reshape(1, 1, 28, 28)).axes) == 1
