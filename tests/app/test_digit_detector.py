"""The detector: how it is made, whom it judges.  How good it is: tests/test_real_life.py."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_app.data.dataset import load_dataset
from mnist_app.figures.digit import save_digit
from mnist_app.reading import choose, number
from mnist_app.reading.classifier import load_classifier
from mnist_app.reading.digit_detector import LEAST, detector, likeness
from mnist_app.reading.predict import Answer, predict_picture
from mnist_app.training import digit_detector
from mnist_app.training import non_digits as drawings
from mnist_app.training.digit_detector import build_detector, train_detector
from mnist_app.training.non_digits import changed_digit, draw_non_digits, redraw_digits
from tests.app.idx_files import mnist
from tinynet import load_model, save_model


def non_digits(count: int, seed: int) -> np.ndarray:
    digits, labels = mnist().train_images[:500], mnist().train_labels[:500]
    return draw_non_digits(count, digits, labels, np.random.default_rng(seed))


def test_non_digits_are_drawn_by_the_seed_and_never_blank() -> None:
    first = non_digits(60, 1)
    assert first.shape == (60, 28, 28)
    assert first.dtype == np.uint8
    assert first.any(axis=(1, 2)).all()
    assert np.array_equal(first, non_digits(60, 1))
    assert len(np.unique(np.concatenate([first, non_digits(60, 2)]), axis=0)) > 110


def test_changed_digits_are_digits_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turned upside down a 0, 1 or 8 may still be one; a 6 becomes a 9, and stays out too."""
    drawn: list[np.ndarray] = []
    monkeypatch.setattr(drawings, "on_paper", lambda digit, _: drawn.append(digit))
    rng = np.random.default_rng(0)
    images = np.arange(10, dtype=np.uint8)[:, np.newaxis, np.newaxis] * np.ones((28, 28), np.uint8)
    images[:, :14] += 100  # the upper half of each digit is brighter than the lower
    for _ in range(300):
        changed_digit(images, np.arange(10, dtype=np.uint8), rng)
    whole = [digit for digit in drawn if digit.shape == (28, 28)]
    on_their_heads = {int(digit[0, 0]) for digit in whole if digit[-1, 0] > digit[0, 0]}
    assert on_their_heads == {4, 7}


def test_the_included_weights_are_of_the_detector() -> None:
    """Dropout among its layers: another one would train another network."""
    assert list(map(repr, detector().layers)) == list(map(repr, build_detector().layers))


def test_the_included_weights_tell_digits_from_what_they_have_not_seen() -> None:
    assert (likeness(mnist().test_images[:1000]) >= LEAST).mean() > 0.99
    redrawn = redraw_digits(mnist().test_images[:100], np.random.default_rng(0))
    assert (likeness(redrawn) >= LEAST).mean() >= 0.98
    assert (likeness(non_digits(300, 3)) >= LEAST).mean() < 0.3


@pytest.mark.slow
def test_training_is_repeatable(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digit_detector, "load_mnist", lambda: load_dataset(data))
    for name, value in {"NON_DIGITS": 400, "REDRAWN": 50, "EPOCHS": 4, "BATCH": 16}.items():
        monkeypatch.setattr(digit_detector, name, value)
    first, second = train_detector(), train_detector()
    for a, b in zip(first.parameters().values(), second.parameters().values(), strict=True):
        assert np.array_equal(a.value, b.value)
    probabilities = first.predict(mnist().test_images[:200]), first.predict(non_digits(200, 3))
    digits, others = (np.mean(rows[:, 1] > rows[:, 0]) for rows in probabilities)
    assert digits > others + 0.3


def test_an_earlier_problem_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the strokes showed says more than that it does not look like a digit."""
    sheet = np.full((40, 60), 255, np.uint8)
    for index, left in ((0, 0), (1, 32)):
        sheet[6:34, left : left + 28] = 255 - mnist().test_images[index]
    Image.fromarray(sheet).save(tmp_path / "two.png")
    monkeypatch.setattr(choose, "likeness", lambda images: np.zeros(len(images)))
    monkeypatch.setattr(number, "likeness", lambda images: np.zeros(len(images)))
    answer = predict_picture(load_classifier("cnn"), str(tmp_path / "two.png"))
    assert isinstance(answer, Answer)
    assert answer.problem == "more than one digit"


def test_only_readers_of_digits_are_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network for clothes would be told that a shoe does not look like a digit."""
    picture = tmp_path / "seven.png"
    save_digit(mnist().test_images[0], picture)
    monkeypatch.setattr(choose, "likeness", lambda images: np.zeros(len(images)))
    model, settings = load_model(load_classifier("cnn").path)
    for dataset, problem in (("mnist", "does not look like a digit"), ("fashion", None)):
        save_model(model, tmp_path / "m.safetensors", {**settings, "dataset": dataset})
        classifier = load_classifier(str(tmp_path / "m.safetensors"))
        answer = predict_picture(classifier, str(picture))
        assert isinstance(answer, Answer)
        assert (answer.digit, answer.problem) == (7, problem)
