"""What is trained on the page: a network, an optimizer, a loss, data; and the knobs for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_app.data.dataset import Dataset
from mnist_app.training.networks import cnn, loss_of, mlp_small
from tinynet import SGD, Adam, Conv2D, Dense, Flatten, Layer, MaxPool, Optimizer, ReLU, Sequential
from tinynet.losses import Loss
from tinynet.types import Array

HELD_OUT = 1000  # of the training images, for validation


def small_cnn(classes: int) -> list[Layer]:
    """Two convolutions with 8 and 16 filters, whose kernels one can watch."""
    layers = [Conv2D(8, 3), MaxPool(2), ReLU(), Conv2D(16, 3), MaxPool(2), ReLU()]
    return [*layers, Flatten(), Dense(32), ReLU(), Dense(classes)]


NETWORKS: dict[str, Callable[[int], list[Layer]]] = {
    "cnn-small": small_cnn,
    "mlp-small": mlp_small,
    "cnn": cnn,
}
OPTIMIZERS: dict[str, Callable[[float], Optimizer]] = {"Adam": Adam, "SGD": SGD}
RATES = {"Adam": 0.002, "SGD": 0.1}


@dataclass(frozen=True)
class Settings:
    """The knobs.  `scale` multiplies the initial kernels; unshuffled images come by their digit."""

    network: str = "cnn-small"
    optimizer: str = "Adam"
    rate: float = RATES["Adam"]
    batch: int = 128
    scale: float = 1.0
    shuffle: bool = True
    seed: int = 0


@dataclass
class Experiment:
    """All that `fit` needs; a planted bug changes it (bugs.py)."""

    settings: Settings
    model: Sequential
    loss: Loss
    make_optimizer: Callable[[], Optimizer]
    images: Array
    labels: Array
    validation: tuple[Array, Array]

    def arguments(self) -> dict[str, Any]:
        """For `fit`, with one worker: the other cores answer the page's questions."""
        shuffler = np.random.default_rng(self.settings.seed)
        return {
            "batch_size": self.settings.batch,
            "optimizer": self.make_optimizer(),
            "loss": self.loss,
            "rng": shuffler if self.settings.shuffle else InOrder(shuffler.bit_generator),
            "workers": 1,
        }


class InOrder(np.random.Generator):
    """A generator that shuffles nothing."""

    def permutation(self, x: Any, axis: int = 0) -> Any:
        """0, 1, 2, ..."""
        return np.arange(x)


def build(settings: Settings, dataset: Dataset) -> Experiment:
    """A network with its initial weights, and nothing wrong with it."""
    model = Sequential(NETWORKS[settings.network](10), (28, 28, 1), settings.seed)
    for name, parameter in model.parameters().items():
        if name.endswith("kernel"):
            parameter.value *= np.float32(settings.scale)
    images, labels = dataset.train_images[:-HELD_OUT], dataset.train_labels[:-HELD_OUT]
    if not settings.shuffle:
        by_digit = np.argsort(labels, kind="stable")
        images, labels = images[by_digit], labels[by_digit]
    return Experiment(
        settings,
        model,
        loss_of(model),
        lambda: OPTIMIZERS[settings.optimizer](settings.rate),
        images,
        labels,
        (dataset.train_images[-HELD_OUT:], dataset.train_labels[-HELD_OUT:]),
    )
