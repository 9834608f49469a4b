"""Each row shows the stages of its own picture, and the pixels that spoke for its own answer."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mnist_app.cli import app
from mnist_app.figures.explanations import draw_explanations, sorted_strokes
from mnist_app.figures.look import ORANGE
from mnist_app.pictures.pipeline import preprocess
from mnist_app.reading.classifier import load_classifier
from mnist_app.reading.explain import explain
from mnist_app.reading.predict import Answer
from tests.app.idx_files import mnist
from tests.figures.samples import answer, assert_ink_on_paper, bars, drawn

SURE = [0.05, 0.0, 0.9, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def answers() -> list[Answer]:
    """Two answers to different pictures, and a blank page."""
    blank = answer("blank.png", -1, SURE, "nothing drawn")
    return [answer("left.png", 4, SURE), answer("right.png", 28, SURE[::-1]), blank]


def contributions() -> list[np.ndarray]:
    """A map of its own for each answer; the largest number of the second is negative."""
    first, second = np.random.default_rng(1).uniform(-1, 1, (2, 28, 28))
    second[3, 4] = -5.0
    return [first, second, np.zeros((28, 28))]


def rows() -> np.ndarray:
    """The axes: a row for each answer."""
    return np.array(drawn(draw_explanations, answers(), contributions()).axes).reshape(3, 8)


def test_each_stage_stands_under_its_title() -> None:
    for row, given in zip(rows(), answers(), strict=True):
        stages = given.stages
        digit = "" if given.digit is None else f"red: for {given.digit}, blue: against"
        shown = {
            given.image: given.picture,
            "in the ink's colour": stages.grey,
            "the paper alone": stages.paper,
            "the ink": stages.ink,
            "orange: not the digit": sorted_strokes(stages),
            "for the network": stages.image,
        }
        assert [axes.get_title() for axes in row[:7]] == [*shown, digit]
        for axes, expected in zip(row, shown.values(), strict=False):
            np.testing.assert_array_equal(axes.images[0].get_array(), expected)
        assert_ink_on_paper(row[5])
        assert [axes.images[0].get_cmap().name for axes in row[1:4]] == ["gray", "gray", "gray_r"]
        assert {axes.images[0].get_clim() for axes in row[1:4]} == {(0, 1)}


def test_each_answer_has_its_own_map() -> None:
    for row, expected in zip(rows(), contributions(), strict=True):
        np.testing.assert_array_equal(row[6].images[0].get_array(), expected)


def test_white_is_silent_and_red_speaks_for_the_answer() -> None:
    for row, expected in zip(rows(), contributions(), strict=True):
        (image,) = row[6].images
        low, high = image.get_clim()
        assert low == -high < 0  # so that white means 0
        assert high == pytest.approx(np.abs(expected).max(), abs=1e-12)
        red, _, blue, _ = image.get_cmap()(1.0)
        assert red > blue


def test_each_row_ends_with_its_own_bars() -> None:
    first, second, blank = rows()[:, 7]
    assert [length for length, _ in bars(first).values()] == pytest.approx([100 * p for p in SURE])
    assert [axes.get_title() for axes in (first, second)] == ["2, 90.0 %", "7, 90.0 %"]
    assert bars(blank) == {}


def test_strokes_that_are_not_the_digit_are_orange() -> None:
    pixels = np.ones((120, 240), np.float32)
    pixels[20:100, 40:50] = pixels[20:100, 190:200] = 0
    stages = preprocess(pixels)
    sheet = sorted_strokes(stages)
    assert (sheet[stages.digit] == 0).all()
    others = stages.strokes & ~stages.digit
    assert others.any()
    assert (sheet[others] == tuple(bytes.fromhex(ORANGE[1:]))).all()
    assert (sheet[~stages.strokes] == 255).all()


def test_predict_explains_each_picture_by_its_own_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in (0, 1):
        Image.fromarray(255 - mnist().test_images[index]).save(tmp_path / f"{index}.png")
    told: list[Any] = []

    def tell(path: Path, draw: Callable[..., object], *args: Any) -> None:
        told.append((path, draw, *args))

    monkeypatch.setattr(sys.modules["mnist_app.cli.predict"], "save_figure", tell)
    names = [str(tmp_path / f"{index}.png") for index in (0, 1)]
    result = CliRunner().invoke(app, ["predict", *names, "--explain", "why.png"])
    assert result.exit_code == 0
    ((path, draw, shown, spoke),) = told
    assert (path, draw) == (Path("why.png"), draw_explanations)
    assert [given.image for given in shown] == names
    model = load_classifier().model
    for given, contribution in zip(shown, spoke, strict=True):
        np.testing.assert_allclose(contribution, explain(model, given.stages.image), atol=1e-6)
