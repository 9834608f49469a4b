"""Each answer has its own picture, its own 28x28 and its own bars."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from mnist_app.figures.answers import draw_answers
from mnist_app.figures.look import BLUE, FAINT, ORANGE, save_figure
from mnist_app.reading.predict import Answer
from tests.figures.samples import answer, assert_ink_on_paper, bars, drawn, texts

SURE = [0.05, 0.0, 0.9, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
UNSURE = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.0, 0.0]


def answers() -> list[Answer]:
    """A sure one, one with a problem, and a blank page."""
    return [
        answer("folder/two.png", 4, SURE),
        answer(
            "a very long name of a picture, with its end.png", 20, UNSURE, "more than one digit"
        ),
        answer("blank.png", -1, UNSURE, "nothing drawn"),
    ]


def rows(figure: Figure) -> np.ndarray:
    """The axes: a row for each answer."""
    return np.array(figure.axes).reshape(-1, 3)


def test_each_row_has_its_own_pictures() -> None:
    for (original, seen, _), given in zip(
        rows(drawn(draw_answers, answers())), answers(), strict=True
    ):
        np.testing.assert_array_equal(original.images[0].get_array(), given.picture)
        np.testing.assert_array_equal(seen.images[0].get_array(), given.stages.image)
        assert_ink_on_paper(seen)


def test_each_row_has_its_name_and_what_is_said() -> None:
    titles = [[axes.get_title() for axes in row] for row in rows(drawn(draw_answers, answers()))]
    assert titles == [
        ["two.png", "as the network sees it", "2, 90.0 %"],
        ["…a picture, with its end.png", "as the network sees it", "more than one digit"],
        ["blank.png", "as the network sees it", "nothing drawn"],
    ]


def test_a_bar_for_each_digit_in_percent() -> None:
    axes = rows(drawn(draw_answers, answers()))[0, 2]
    lengths = bars(axes)
    assert list(lengths) == list(range(10))
    assert [length for length, _ in lengths.values()] == pytest.approx([100 * p for p in SURE])
    said = {y: text for (_, y), text in texts(axes).items()}
    assert [said[digit] for digit in range(4)] == ["5.0 %", "0.0 %", "90.0 %", "5.0 %"]
    assert axes.yaxis_inverted()  # 0 is at the top
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [str(n) for n in range(10)]
    assert axes.get_xlim()[1] > 100


def test_the_answer_is_in_colour_only_if_it_is_sure() -> None:
    sure, unsure, blank = rows(drawn(draw_answers, answers()))[:, 2]
    assert [colour for _, colour in bars(sure).values()] == [BLUE] * 2 + [ORANGE] + [BLUE] * 7
    assert [colour for _, colour in bars(unsure).values()] == [FAINT] * 10
    assert bars(blank) == {}
    assert not blank.axison


@pytest.mark.parametrize("count", [1, 3])
def test_a_figure_grows_with_its_answers(count: int) -> None:
    figure = drawn(draw_answers, answers()[:count])
    assert tuple(figure.get_size_inches()) == pytest.approx((8.4, 2.7 * count))


@pytest.mark.parametrize("name", ["cost $5 and $6.png", "sieben\udcff.png", "日本\n🎈.png"])
@pytest.mark.parametrize("extension", ["png", "svg", "pdf", "jpg"])
def test_any_name_in_any_format(tmp_path: Path, name: str, extension: str) -> None:
    path = tmp_path / f"figure.{extension}"
    save_figure(path, draw_answers, [answer(name, 4, SURE)])
    assert path.stat().st_size > 1000
