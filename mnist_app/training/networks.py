"""The networks by name, and the loss and the learning rate that each is trained with."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from mnist_app.reading.probabilities import ends_in_logits
from tinynet import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    ModelFileError,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    cross_entropy,
    softmax_cross_entropy,
)
from tinynet.losses import Loss
from tinynet.types import Shape

DEFAULT_NETWORK = "cnn"


def cnn(classes: int) -> list[Layer]:
    """Two convolutions of 3x3 with pooling; 121,930 parameters for ten classes.

    The usual order is ReLU, then MaxPool. Both orders give the same bits, forwards and backwards
    (tests/tinynet/test_relu_after_pool.py), and this one has a quarter of the ReLU's work.
    """
    return [
        Conv2D(32, 3),
        MaxPool(2),
        ReLU(),
        Conv2D(64, 3),
        MaxPool(2),
        ReLU(),
        Flatten(),
        Dense(64),
        ReLU(),
        Dense(classes),
    ]


def cnn_large(classes: int) -> list[Layer]:
    """Four normalized convolutions and dropout; 506,250 parameters for ten classes.

    Made for an hour of training on distorted digits, on one core. Most of the time goes into the
    maps of full size. So only one convolution comes before the first pool, with a wide 5x5
    window, and most filters come after it.
    """
    return [
        Conv2D(32, 5),
        MaxPool(2),
        BatchNormalization(),
        ReLU(),
        Conv2D(64, 3),
        BatchNormalization(),
        ReLU(),
        Conv2D(128, 3),
        MaxPool(2),
        BatchNormalization(),
        ReLU(),
        Dropout(0.2),
        Conv2D(128, 3, padding="same"),
        BatchNormalization(),
        ReLU(),
        Flatten(),
        Dense(128),
        BatchNormalization(),
        ReLU(),
        Dropout(0.4),
        Dense(classes),
    ]


def resnet(classes: int) -> list[Layer]:
    """Three normalized convolutions and two residual blocks; 406,042 parameters for ten classes.

    Its blocks work on maps of 4x4, where a convolution costs a ninth of what it would on those of
    12x12 that the first pool makes.
    """
    return [
        Conv2D(32, 5),
        MaxPool(2),
        BatchNormalization(),
        ReLU(),
        Conv2D(48, 3),
        BatchNormalization(),
        ReLU(),
        Conv2D(96, 3),
        MaxPool(2),
        BatchNormalization(),
        ReLU(),
        *residual_block(96),
        *residual_block(96),
        Flatten(),
        Dropout(0.3),
        Dense(classes),
    ]


def residual_block(channels: int) -> list[Layer]:
    """relu(x + body(x)), where the body is two normalized convolutions.

    Source: He, Zhang, Ren and Sun, Deep residual learning (2016), figure 2.
    """
    body = [
        Conv2D(channels, 3, padding="same"),
        BatchNormalization(),
        ReLU(),
        Conv2D(channels, 3, padding="same"),
        BatchNormalization(),
    ]
    return [Residual(Sequential(body)), ReLU()]


def mlp(classes: int) -> list[Layer]:
    """Two hidden layers of 512; 669,706 parameters for ten classes."""
    return [Flatten(), Dense(512), ReLU(), Dense(512), ReLU(), Dense(classes)]


def mlp_small(classes: int) -> list[Layer]:
    """Two hidden layers of 50 and a sigmoid for each class; 42,310 parameters for ten."""
    return [Flatten(), Dense(50), ReLU(), Dense(50), ReLU(), Dense(classes), Sigmoid()]


NETWORKS: dict[str, Callable[[int], list[Layer]]] = {
    "cnn": cnn,
    "cnn-large": cnn_large,
    "resnet": resnet,
    "mlp": mlp,
    "mlp-small": mlp_small,
}


# The size of Adam's first steps, chosen on the validation images where it is not the usual one;
# resnet has that of cnn-large.
LEARNING_RATES = {
    "cnn": 0.001,
    "cnn-large": 0.002,
    "resnet": 0.002,
    "mlp": 0.001,
    "mlp-small": 0.003,
}

# Of distorted copies of 10,000 held-out images, after 8 epochs, resnet reads 237 of 30,000 wrongly
# with a weight decay of 0.3, and 264 without; 0.1 takes as much away in a longer training.
WEIGHT_DECAYS = {"resnet": 0.1}


def build_network(
    name: str,
    classes: int = 10,
    input_shape: Shape = (28, 28, 1),
    seed: int = 0,
    dtype: DTypeLike = np.float32,
) -> Sequential:
    """A new network of NETWORKS; ValueError for an unknown name."""
    if name not in NETWORKS:
        raise ValueError(f"unknown network {name!r}; known are {', '.join(NETWORKS)}")
    return Sequential(NETWORKS[name](classes), input_shape, seed, dtype)


def copy_features(learned: Sequential, model: Sequential) -> None:
    """Give a new network what a trained one of its kind has learned, all but the last layer.

    That one knows other classes; the strokes that the others see are the same in all writing.
    """
    values, last = learned.parameters(), model.layers[-1].name
    for name, parameter in model.parameters().items():
        if not name.startswith(f"{last}."):
            parameter.value[...] = values[name].value


def copy_all(learned: Sequential, model: Sequential, path: Path) -> None:
    """Give a new network the weights of a trained one of its kind, which is read from the path.

    Raises ModelFileError if its layers are others.
    """
    if list(map(repr, learned.layers)) != list(map(repr, model.layers)):
        raise ModelFileError(
            f"'{path}' is another network than the one to train; expected its kind"
        )
    values = learned.parameters()
    for name, parameter in model.parameters().items():
        parameter.value[...] = values[name].value


def keep(share: float, learned: Sequential, model: Sequential) -> None:
    """Take the network back towards the one that it began with, by this share of the way.

    Such means of weights keep what was known before, and nearly all that is new.
    Source: Wortsman et al., Robust fine-tuning of zero-shot models (2022).
    """
    values = learned.parameters()
    for name, parameter in model.parameters().items():
        parameter.value[...] = share * values[name].value + (1 - share) * parameter.value


def loss_of(model: Sequential) -> Loss:
    """The cross-entropy that fits the model's outputs: logits, or numbers in (0, 1)."""
    return softmax_cross_entropy if ends_in_logits(model) else cross_entropy
