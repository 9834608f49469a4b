"""A count stands in the row of its label and in the column of its answer."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from mnist_app.figures.confusion import draw_confusion
from tests.figures.samples import drawn, evaluation, texts


def axes_of(labels: list[int], answers: list[int], classes: int = 10) -> Axes:
    figure = drawn(draw_confusion, evaluation(labels, answers, [0.9] * len(labels), classes))
    (axes,) = figure.axes
    return axes


def test_rows_are_labels_and_columns_answers() -> None:
    axes = axes_of([2, 2, 2, 2, 0], [7, 7, 7, 2, 0])
    counts = texts(axes)
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("label", "answer of the network")
    assert counts[7, 2] == "3"  # x is the answer, y the label
    assert counts[2, 7] == "0"
    assert counts[2, 2] == counts[0, 0] == "1"
    assert len(counts) == 100


def test_the_shades_lie_below_their_numbers() -> None:
    axes = axes_of([2, 2, 2, 2, 0], [7, 7, 7, 2, 0])
    (image,) = axes.images
    shades = np.asarray(image.get_array())
    assert shades[2, 7] == 1
    assert 0 < shades[2, 2] == shades[0, 0] < 1
    assert np.count_nonzero(shades) == 3
    assert image.get_clim() == (0, 1)
    assert axes.yaxis_inverted()  # row 0 is at the top


def test_the_title_counts() -> None:
    title = axes_of([2, 2, 2, 2, 0], [7, 7, 7, 2, 0]).get_title()
    assert title == "40.00 % right: 3 of 5 images wrong"


@pytest.mark.parametrize("classes", [2, 10, 26, 50])
def test_numbers_of_any_matrix_have_room(classes: int) -> None:
    one = evaluation([0], [0], [0.9], classes)
    width, height = drawn(draw_confusion, one).get_size_inches()
    assert width == height >= 0.4 * classes


def test_a_matrix_of_many_classes_stays_small() -> None:
    figure = drawn(draw_confusion, evaluation([0, 255], [0, 3], [0.9, 0.9], 256))
    (axes,) = figure.axes
    assert max(figure.get_size_inches()) <= 12
    assert not axes.texts
    assert len(axes.get_xticks()) < 50
    shades = np.asarray(axes.images[0].get_array())
    assert np.argwhere(shades).tolist() == [[0, 0], [255, 3]]
