"""The deepest networks as a whole: gradients, size, file, and that they learn."""

from pathlib import Path

import numpy as np
import pytest

from mnist_app.data.dataset import load_mnist
from mnist_app.training.augmentation import augment
from mnist_app.training.networks import LEARNING_RATES, build_network
from tinynet import Adam, CosineDecay, check_model, evaluate, fit, load_model, save_model

DEEP = pytest.mark.parametrize("name", ["cnn-large", "resnet"])


@DEEP
def test_their_gradients(name: str) -> None:
    model = build_network(name, dtype=np.float64)
    check_model(model, np.random.default_rng(0).random((3, 28, 28, 1)))


@DEEP
def test_their_files_are_small_and_give_the_same_answers(name: str, tmp_path: Path) -> None:
    model, path = build_network(name), tmp_path / "model.safetensors"
    save_model(model, path)
    assert path.stat().st_size < 2.1e6  # all bundled weights together may take 5 MB
    images = load_mnist().test_images[:20]
    assert np.array_equal(load_model(path)[0].predict(images), model.predict(images))


@pytest.mark.slow
@DEEP
def test_two_epochs_on_distorted_digits(name: str) -> None:
    dataset = load_mnist()
    model = build_network(name)
    steps = 2 * 469
    fit(
        model,
        dataset.train_images,
        dataset.train_labels,
        epochs=2,
        optimizer=Adam(CosineDecay(LEARNING_RATES[name], steps - 47, 47)),
        augment=augment,
    )
    _, accuracy = evaluate(model, dataset.test_images, dataset.test_labels)
    assert accuracy > 0.985
