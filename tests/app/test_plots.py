"""Every picture is drawn in its odd cases; what it looks like has to be looked at."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_app.figures import plots
from mnist_app.pictures.decode import decode
from mnist_app.pictures.pipeline import preprocess
from mnist_app.reading.predict import Answer, thumbnail
from mnist_app.training.evaluation import Evaluation
from tests.app.idx_files import mnist
from tinynet import Epoch, History


def evaluation(classes: int = 10, wrong: int = 3, count: int = 50) -> Evaluation:
    """Answers that are right but for the first few."""
    labels = (np.arange(count) % classes).astype(np.uint8)
    answers = labels.copy()
    answers[:wrong] = (answers[:wrong] + 1) % classes
    probabilities = np.full((count, classes), 0.1 / (classes - 1), np.float32)
    probabilities[np.arange(count), answers] = 0.9
    pairs = labels.astype(int) * classes + answers
    confusion = np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    return Evaluation(0.1, probabilities, labels, confusion)


def colours(path: Path) -> set[tuple[int, ...]]:
    with Image.open(path) as picture:
        return {colour for _, colour in picture.convert("RGB").getcolors(2**24) or []}


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


@pytest.mark.parametrize("epochs", [1, 2, 30])
@pytest.mark.parametrize("validated", [True, False])
def test_curves_show_what_was_measured(tmp_path: Path, epochs: int, validated: bool) -> None:
    measured = (0.2, 0.95) if validated else (None, None)
    history = History([Epoch(n, 1 / n, 1 - 0.1 / n, *measured) for n in range(1, epochs + 1)])
    plots.save_curves(history, tmp_path / "curves.png")
    drawn = colours(tmp_path / "curves.png")
    assert rgb(plots.BLUE) in drawn
    assert (rgb(plots.ORANGE) in drawn) == validated


@pytest.mark.parametrize("classes", [2, 10, 26])
def test_confusion_matrices_of_any_size(tmp_path: Path, classes: int) -> None:
    plots.save_confusion_matrix(evaluation(classes), tmp_path / "confusion.png")
    with Image.open(tmp_path / "confusion.png") as picture:
        assert picture.width == picture.height >= 40 * classes


@pytest.mark.parametrize(("count", "wrong"), [(7, 0), (50, 3), (200, 0), (200, 5)])
def test_mistakes_are_marked_among_the_predictions(tmp_path: Path, count: int, wrong: int) -> None:
    images = mnist().test_images[:count]
    plots.save_predictions(
        images, evaluation(count=count, wrong=wrong), tmp_path / "predictions.png"
    )
    assert (rgb(plots.RED) in colours(tmp_path / "predictions.png")) == (wrong > 0)


@pytest.mark.parametrize(("wrong", "rows"), [(0, 1), (1, 1), (9, 2), (40, 5), (45, 5)])
def test_any_number_of_mistakes(tmp_path: Path, wrong: int, rows: int) -> None:
    plots.save_mistakes(mnist().test_images, evaluation(wrong=wrong), tmp_path / "mistakes.png")
    with Image.open(tmp_path / "mistakes.png") as picture:
        cell = picture.width / 8 * plots.CELL[1] / plots.CELL[0]
        assert picture.height == pytest.approx(rows * cell + 0.5 * 130, abs=3)


def test_a_digit_can_be_read_back(tmp_path: Path) -> None:
    image = mnist().test_images[0]
    plots.save_digit(image, tmp_path / "digit.png")
    seen = preprocess(decode(tmp_path / "digit.png")).image
    assert np.corrcoef(seen.ravel(), image.ravel())[0, 1] > 0.8


@pytest.mark.parametrize(
    "name", ["7.png", "cost $5 and $6.png", "sieben\udcff.png", "日本\n🎈.png"]
)
@pytest.mark.parametrize("extension", ["png", "svg", "pdf", "jpg"])
def test_answers_with_any_name_in_any_format(tmp_path: Path, name: str, extension: str) -> None:
    pixels = np.ones((900, 300, 3), np.float32)
    pixels[200:700, 130:160] = 0
    answer = Answer(name, thumbnail(pixels), preprocess(pixels), np.full(10, 0.1, np.float32), None)
    path = tmp_path / f"figure.{extension}"
    plots.save_answers([answer] * 2, path)
    assert path.stat().st_size > 1000
    assert answer.picture.shape == (300, 100, 3)


def test_a_figure_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(OSError, match="directory"):
        plots.save_curves(History([Epoch(1, 1.0, 0.5)]), tmp_path / "taken.png")
    assert os.listdir(tmp_path) == ["taken.png"]
