"""Each mistake on the sheet: its file, its label, what was said, the original, the 28x28."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from mnist_app.figures.contact_sheet import CELL, draw_contact_sheet
from mnist_app.figures.look import FAINT, RED
from mnist_app.reading.predict import Answer, Failure
from mnist_app.reading.score import Scored
from tests.figures.samples import answer, drawn, extent, frame_at, picture_at, texts

SURE_OF_2 = [0.0, 0.1, 0.9, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def mistakes() -> list[Scored]:
    """Six: five with an answer and pictures of their own, the last cannot be read."""
    read = [Scored(f"{n}.png", 3 + n, {}, answer("?", 4 * n + 2, SURE_OF_2)) for n in range(5)]
    return [*read, Scored("broken.png", 9, {}, Failure("broken.png", "no picture " * 9))]


def axes_of(chosen: list[Scored]) -> Axes:
    (axes,) = drawn(draw_contact_sheet, chosen).axes
    return axes


def test_file_label_and_answer_stand_above_the_pictures() -> None:
    axes = axes_of(mistakes())
    said = texts(axes)
    for n, mistake in enumerate(mistakes()[:5]):
        left, top = n % 4 * CELL[0], n // 4 * CELL[1]
        assert said[left, top - 6.5] == mistake.file
        assert said[left, top - 2] == f"{mistake.label} → 2, 90.00 %"
        assert isinstance(mistake.result, Answer)
        np.testing.assert_array_equal(picture_at(axes, (left, top)), mistake.result.picture)
        seen = picture_at(axes, (left + 30, top))
        np.testing.assert_array_equal(seen, mistake.result.stages.image)
        assert frame_at(axes, (left, top)) == frame_at(axes, (left + 30, top)) == FAINT
    colours = {text.get_text(): text.get_color() for text in axes.texts}
    assert (colours["0.png"], colours["3 → 2, 90.00 %"]) == (FAINT, RED)


def test_a_broken_file_has_its_reason_and_no_picture() -> None:
    axes = axes_of(mistakes())
    said = texts(axes)
    assert said[CELL[0], CELL[1] - 6.5] == "broken.png"
    assert said[CELL[0], CELL[1] - 2] == "9 → no picture no picture no pictur…"
    assert len(axes.images) == 10


def test_pictures_keep_their_shape() -> None:
    axes = axes_of(mistakes()[:1])
    original, seen = axes.images
    assert extent(original) == pytest.approx((0, 28 * 40 / 60, 28, 0))
    assert extent(seen) == (30, 58, 28, 0)
    assert axes.get_aspect() == 1
    assert (seen.get_cmap().name, seen.get_clim()) == ("gray_r", (0, 255))


@pytest.mark.parametrize(
    ("count", "title", "inches"),
    [
        (0, "No mistakes", (4.6, 1)),
        (1, "The only mistake: label → answer", (4.6, 1)),
        (6, "All 6 mistakes: label → answer", (9.2, 2)),
        (42, "The 40 most confident of 42 mistakes: label → answer", (9.2, 10)),
    ],
)
def test_any_number_of_mistakes(count: int, title: str, inches: tuple[float, int]) -> None:
    figure = drawn(draw_contact_sheet, (mistakes() * 7)[:count])
    (axes,) = figure.axes
    assert axes.get_title() == title
    assert len(axes.texts) == 2 * min(count, 40)
    width, rows = inches
    assert tuple(figure.get_size_inches()) == pytest.approx((width, rows * 2.3 * 46 / 64 + 0.3))
