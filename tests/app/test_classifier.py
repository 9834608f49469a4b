"""Which model is meant, what it answers, and model files from others that would not work."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_app.reading.classifier import INCLUDED, MODEL, find_model, load_classifier
from mnist_app.training.run import TrainingRun
from tests.app.idx_files import mnist
from tinynet import (
    BatchNormalization,
    Dense,
    Flatten,
    Layer,
    MaxPool,
    ModelFileError,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Softmax,
    load_model,
    save_model,
)


def test_the_default_model_is_the_one_that_reads_best() -> None:
    assert find_model() == INCLUDED["cnn-large"]
    assert load_classifier().path == load_classifier("cnn-large").path


def test_exactly_the_networks_that_read_digits_are_included() -> None:
    assert {path.stem for path in INCLUDED["cnn"].parent.glob("*.safetensors")} == {
        *INCLUDED,
        "digit_detector",
    }
    for name, path in INCLUDED.items():
        assert load_classifier(name).path == path


def test_files_and_runs_come_before_included_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(INCLUDED["cnn"], "cnn-large")
    Path("cnn").mkdir()
    shutil.copy(INCLUDED["cnn"], Path("cnn", MODEL))
    assert find_model("cnn-large") == Path("cnn-large")
    assert find_model("cnn") == Path("cnn", MODEL)
    assert find_model() == INCLUDED["cnn-large"]


def test_probabilities_are_those_of_the_calibrated_logits(forgetful: TrainingRun) -> None:
    classifier = load_classifier(str(forgetful.folder))
    model, settings = load_model(forgetful.folder / MODEL)
    logits = model.predict(mnist().test_images[:50])
    expected = Softmax().forward(logits / settings["temperature"])
    found = classifier.probabilities(mnist().test_images[:50])
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert abs(found - Softmax().forward(logits)).max() > 0.01


def refused(model: Sequential, folder: Path) -> str:
    path = folder / "model.safetensors"
    save_model(model, path)
    with pytest.raises(ModelFileError) as caught:
        load_classifier(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"'{path}' ")


@pytest.mark.parametrize(
    ("layers", "input_shape"),
    [
        ([Flatten(), Dense(10)], (8, 8, 1)),
        ([MaxPool()], (28, 28, 1)),
    ],
)
def test_other_pictures_or_answers(
    tmp_path: Path, layers: list[Layer], input_shape: tuple[int, ...]
) -> None:
    assert refused(Sequential(layers, input_shape), tmp_path).startswith("maps ")


@pytest.mark.parametrize(
    "block", [Residual, lambda layer: Sequential([layer]), lambda layer: layer]
)
def test_a_window_that_never_ends(tmp_path: Path, block: Callable[[Layer], Layer]) -> None:
    pool = block(MaxPool(10**6, 1, "same"))
    model = Sequential([pool, Flatten(), Dense(10)], (28, 28, 1))
    assert refused(model, tmp_path).startswith("has a pool larger than the picture")


def test_a_negative_variance(tmp_path: Path) -> None:
    model = Sequential([BatchNormalization(), Flatten(), Dense(10)], (28, 28, 1))
    model.parameters()["batch_normalization_1.moving_variance"].value[...] = -1
    assert refused(model, tmp_path).startswith("gives no numbers")


@pytest.mark.parametrize("last", [[], [Softmax()], [Sigmoid(), Dense(10)]])
def test_weights_so_large_that_there_are_no_numbers(tmp_path: Path, last: list[Layer]) -> None:
    """They are finite, and so is the answer to a blank picture."""
    model = Sequential([Flatten(), Dense(9), ReLU(), Dense(10), *last], (28, 28, 1))
    for name, parameter in model.parameters().items():
        if name.endswith("kernel"):
            parameter.value[...] = np.where(np.arange(parameter.value.shape[-1]) % 2, 3e38, -3e38)
    assert refused(model, tmp_path).startswith("gives no numbers")


def test_weights_that_are_too_large_for_one_picture(tmp_path: Path) -> None:
    """Neither for a blank one nor for a full one, in which left and right cancel each other."""
    model = Sequential([Flatten(), Dense(10)], (28, 28, 1))
    kernel = model.parameters()["dense_1.kernel"].value
    kernel[...] = np.where(np.arange(784) % 28 < 14, 1e36, -1e36)[:, None] * np.eye(1, 10)
    save_model(model, tmp_path / "model.safetensors")
    classifier = load_classifier(str(tmp_path / "model.safetensors"))
    left = np.zeros((1, 28, 28), np.uint8)
    left[:, :, :14] = 255
    with pytest.raises(ModelFileError, match="gives no numbers: its weights are not usable"):
        classifier.probabilities(left)
