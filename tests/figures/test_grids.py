"""Each image of a grid stands with its own answer, in the right order."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from mnist_app.figures.grids import CELL, LARGEST_GRID, draw_mistakes, draw_predictions
from mnist_app.figures.look import FAINT, INK, RED
from tests.figures.samples import (
    distinct_images,
    drawn,
    evaluation,
    frame_at,
    picture_at,
    places,
    texts,
)

IMAGES = distinct_images(200)


def text_above(axes: Axes, corner: tuple[float, float]) -> str:
    """The text over the picture with its upper left corner there."""
    left, top = corner
    return texts(axes)[left + 14, top - 2]


def test_predictions_are_the_first_images_in_order() -> None:
    labels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    answers = [0, 1, 8, 3, 4, 5, 6, 7, 8, 9, 0, 7]
    confidences = [0.5 + 0.04 * n for n in range(12)]
    (axes,) = drawn(draw_predictions, IMAGES[:12], evaluation(labels, answers, confidences)).axes
    corners = places(axes)
    assert [text_above(axes, corner) for corner in corners] == [
        "0  50.0 %", "1  54.0 %", "2 → 8  58.0 %", "3  62.0 %", "4  66.0 %", "5  70.0 %",
        "6  74.0 %", "7  78.0 %", "8  82.0 %", "9  86.0 %", "0  90.0 %", "1 → 7  94.0 %",
    ]  # fmt: skip
    for corner, image in zip(corners, IMAGES, strict=False):
        np.testing.assert_array_equal(picture_at(axes, corner), image)
    assert corners[10] == (0, CELL[1])  # the eleventh begins the second row
    assert axes.get_title() == (
        "The first 12 test images: answer and confidence; 2 wrong (in red: label → answer)"
    )


def test_wrong_predictions_are_red_and_no_others() -> None:
    labels, answers = [0, 1, 2, 3], [0, 7, 2, 8]
    (axes,) = drawn(draw_predictions, IMAGES[:4], evaluation(labels, answers, [0.9] * 4)).axes
    assert [frame_at(axes, corner) for corner in places(axes)] == [FAINT, RED, FAINT, RED]
    colours = {text.get_text(): text.get_color() for text in axes.texts}
    assert list(colours.values()) == [INK, RED, INK, RED]


@pytest.mark.parametrize(("count", "shown", "rows"), [(7, 7, 1), (60, 60, 6), (200, 60, 6)])
def test_at_most_sixty_predictions(count: int, shown: int, rows: int) -> None:
    labels = [n % 10 for n in range(count)]
    answers = [*labels[:-1], (labels[-1] + 1) % 10]  # only the last is wrong
    figure = drawn(draw_predictions, IMAGES[:count], evaluation(labels, answers, [0.9] * count))
    (axes,) = figure.axes
    assert len(axes.images) == len(axes.texts) == shown
    assert f"The first {shown} " in axes.get_title()
    assert f"; {int(count == shown)} wrong" in axes.get_title()
    assert figure.get_size_inches()[1] == pytest.approx(rows * 1.05 * 38 / 31 + 0.5)


def test_mistakes_are_label_and_answer_the_most_confident_first() -> None:
    labels, answers = [0, 1, 2, 3, 4], [0, 7, 8, 3, 9]
    confidences = [0.99, 0.5, 0.9, 0.98, 0.7]
    (axes,) = drawn(draw_mistakes, IMAGES[:5], evaluation(labels, answers, confidences)).axes
    corners = places(axes)
    assert [text_above(axes, corner) for corner in corners] == [
        "2 → 8  90.0 %",
        "4 → 9  70.0 %",
        "1 → 7  50.0 %",
    ]
    for corner, index in zip(corners, (2, 4, 1), strict=True):
        np.testing.assert_array_equal(picture_at(axes, corner), IMAGES[index])
        assert frame_at(axes, corner) == FAINT  # red would say nothing where all are wrong
    assert axes.get_title() == "All 3 mistakes: label → answer, confidence"


@pytest.mark.parametrize(
    ("wrong", "title", "rows"),
    [
        (0, "No mistakes", 1),
        (1, "The only mistake: label → answer, confidence", 1),
        (9, "All 9 mistakes: label → answer, confidence", 2),
        (40, "All 40 mistakes: label → answer, confidence", 5),
        (45, "The 40 most confident of 45 mistakes: label → answer, confidence", 5),
    ],
)
def test_any_number_of_mistakes(wrong: int, title: str, rows: int) -> None:
    labels = [n % 10 for n in range(50)]
    answers = [(label + (n < wrong)) % 10 for n, label in enumerate(labels)]
    figure = drawn(draw_mistakes, IMAGES, evaluation(labels, answers, [0.9] * 50))
    (axes,) = figure.axes
    assert axes.get_title() == title
    assert len(axes.images) == min(wrong, LARGEST_GRID)
    assert figure.get_size_inches()[1] == pytest.approx(rows * 1.05 * 38 / 31 + 0.5)


def test_every_cell_is_in_sight() -> None:
    labels = [n % 10 for n in range(60)]
    (axes,) = drawn(draw_predictions, IMAGES, evaluation(labels, labels, [0.9] * 60)).axes
    bottom, top = axes.get_ylim()
    for x, y in places(axes):
        assert axes.get_xlim()[0] < x < x + 28 < axes.get_xlim()[1]
        assert top < y - 2 < y + 28 < bottom
    assert {image.get_clim() for image in axes.images} == {(0, 255)}
    assert {image.get_cmap().name for image in axes.images} == {"gray_r"}
