"""The deepest network as a whole: its gradients, its size, its file, and that it learns."""

from pathlib import Path

import numpy as np
import pytest

from mnist_app.data.dataset import load_mnist
from mnist_app.training.augmentation import augment
from mnist_app.training.networks import build_network
from tinynet import Adam, CosineDecay, check_model, evaluate, fit, load_model, save_model


def test_its_gradients() -> None:
    model = build_network("cnn-large", dtype=np.float64)
    check_model(model, np.random.default_rng(0).random((3, 28, 28, 1)))


def test_its_file_is_small_and_gives_the_same_answers(tmp_path: Path) -> None:
    model, path = build_network("cnn-large"), tmp_path / "cnn-large.safetensors"
    save_model(model, path)
    assert path.stat().st_size < 2.1e6  # all bundled weights together may take 5 MB
    images = load_mnist().test_images[:20]
    assert np.array_equal(load_model(path)[0].predict(images), model.predict(images))


@pytest.mark.slow
def test_two_epochs_on_distorted_digits() -> None:
    dataset = load_mnist()
    model = build_network("cnn-large")
    steps = 2 * 469
    fit(
        model,
        dataset.train_images,
        dataset.train_labels,
        epochs=2,
        optimizer=Adam(CosineDecay(0.002, steps - 47, 47)),
        augment=augment,
    )
    _, accuracy = evaluate(model, dataset.test_images, dataset.test_labels)
    assert accuracy > 0.985
