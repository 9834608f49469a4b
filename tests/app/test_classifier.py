"""Model files from others: what loads but would not work is refused in one line."""

from pathlib import Path

import pytest

from mnist_app.reading.classifier import load_classifier
from tinynet import (
    BatchNormalization,
    Dense,
    Flatten,
    Layer,
    MaxPool,
    ModelFileError,
    Sequential,
    save_model,
)


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


def test_a_window_that_never_ends(tmp_path: Path) -> None:
    model = Sequential([MaxPool(10**6, 1, "same"), Flatten(), Dense(10)])
    assert refused(model, tmp_path).startswith("has a pool larger than the picture")


def test_a_negative_variance(tmp_path: Path) -> None:
    model = Sequential([BatchNormalization(), Flatten(), Dense(10)])
    model.parameters()["batch_normalization_1.moving_variance"].value[...] = -1
    assert refused(model, tmp_path).startswith("gives no numbers")
