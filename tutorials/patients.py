"""The eight runs of notebook 13, each with one fault.  Reading on spoils the exercises.

A run is described by settings; `log_of` trains by them and writes down what can be measured.
A treatment changes the settings.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_app.data import load_mnist
from tinynet import (
    Adam,
    Dense,
    Flatten,
    Layer,
    ReLU,
    Sequential,
    Softmax,
    batches,
    evaluate,
    softmax_cross_entropy,
    train_step,
)
from tinynet.inspection import activations

Array = NDArray[Any]

FAULTS: dict[str, dict[str, Any]] = {
    "A": {"frozen": True},
    "B": {"rate": 1e-5},
    "C": {"labels": "shuffled"},
    "D": {"divide_by": 1.0},
    "E": {"last": "softmax"},
    "F": {"validation": "from the training images"},
    "G": {"factor": 0.0},
    "H": {"rate": 0.3},
}

SHORT = {"images": 200, "epochs": 1}
_mnist = functools.cache(load_mnist)


@dataclass
class Settings:
    """How a run is trained. The defaults are sound."""

    rate: float = 0.002
    divide_by: float = 255.0
    factor: float = 1.0  # of the fresh weights
    frozen: bool = False  # the first layer's kernel
    labels: str = "as they are"
    last: str = "scores"
    validation: str = "other images"
    units: int = 64  # of either hidden layer
    images: int = 2000
    epochs: int = 3
    seed: int = 0  # of the weights and the batches


@dataclass
class Log:
    """What was measured of a run, from its first loss to images that nobody has used."""

    first_loss: float = 0.0
    by_heart: float = 0.0  # the loss of twenty images after forty steps on them alone
    moves: list[float] = field(default_factory=list)  # |change| / |weights| of a step, by layer
    dead: list[float] = field(default_factory=list)  # share of hidden units that are always off
    training: float = 0.0
    validation: float = 0.0
    fresh: float = 0.0


TREATMENTS: dict[str, Callable[[Settings], Settings]] = {
    "lower the rate": lambda run: replace(run, rate=0.002 if run.rate > 0.002 else run.rate / 5),
    "raise the rate": lambda run: replace(run, rate=0.002 if run.rate < 0.002 else run.rate * 5),
    "divide the pixels by 255": lambda run: replace(run, divide_by=255.0),
    "draw fresh weights": lambda run: replace(run, factor=1.0),
    "repair its gradient": lambda run: replace(run, frozen=False),
    "remove a layer": lambda run: replace(run, last="scores"),
    "pair images and labels again": lambda run: replace(run, labels="as they are"),
    "split the images anew": lambda run: replace(run, validation="other images"),
    "train on more images": lambda run: replace(run, images=2 * run.images),
    "train a larger network": lambda run: replace(run, units=2 * run.units),
}


class _Frozen(Dense):
    def backward_parameters(self, dy: Array) -> None:
        super().backward_parameters(dy)
        self.kernel.grad[...] = 0


def _network(settings: Settings) -> Sequential:
    first = _Frozen if settings.frozen else Dense
    units = settings.units
    layers: list[Layer] = [Flatten(), first(units), ReLU(), Dense(units), ReLU(), Dense(10)]
    if settings.last == "softmax":
        layers.append(Softmax())
    model = Sequential(layers, input_shape=(28, 28, 1), seed=settings.seed + 1)
    for parameter in model.parameters().values():
        parameter.value *= settings.factor
    return model


def log_of(settings: Settings) -> Log:
    """Train by the settings, and measure on the way."""
    data, rng, log = _mnist(), np.random.default_rng(settings.seed), Log()

    def some(which: slice | Array) -> tuple[Array, Array]:
        pixels = data.train_images[which] / np.float32(settings.divide_by)
        return pixels.astype(np.float32), data.train_labels[which]

    heap = 50_000 + np.random.default_rng(1).permutation(10_000)  # in order they differ in kind
    train, fresh = some(slice(settings.images)), some(heap[2000:4000])
    if settings.labels == "shuffled":
        train = train[0], rng.permutation(train[1])
    leaks = settings.validation != "other images"
    validation = train if leaks else some(heap[:2000])
    model = _network(settings)
    log.first_loss = evaluate(model, *train)[0]
    log.by_heart = _by_heart(_network(settings), train[0][:20], train[1][:20], settings.rate)
    optimizer, moves = Adam(settings.rate), []
    for _ in range(settings.epochs):
        for batch in batches(settings.images, 50, rng):
            before = [p.value.copy() for p in _kernels(model)]
            train_step(model, train[0][batch], train[1][batch], softmax_cross_entropy, optimizer)
            moves.append([_move(a, p.value) for a, p in zip(before, _kernels(model), strict=True)])
    log.moves = list(np.mean(moves[2:], axis=0))
    outputs = activations(model, fresh[0][:200])[1:]
    for layer, units in zip(model.layers, outputs, strict=True):
        if isinstance(layer, ReLU):
            log.dead.append(float((units == 0).all(axis=0).mean()))
    log.training = evaluate(model, *train)[1]
    log.validation = evaluate(model, *validation)[1]
    log.fresh = evaluate(model, *fresh)[1]
    return log


def log(letter: str, short: bool = False) -> Log:
    """The log of one of the anonymous runs, "A" to "H"; a short one has seen few images once.

    Each has a seed of its own: which numbers are those of the sound run says nothing.
    """
    seed = 1 + list(FAULTS).index(letter)
    return log_of(Settings(**FAULTS[letter] | (SHORT if short else {}), seed=seed))


def cures(treatment: str, letter: str) -> bool:
    """Does a treatment take the fault out of one of the anonymous runs?"""
    treated = TREATMENTS[treatment](Settings(**FAULTS[letter]))
    return all(getattr(treated, name) == getattr(Settings(), name) for name in FAULTS[letter])


def _by_heart(model: Sequential, images: Array, labels: Array, rate: float) -> float:
    optimizer = Adam(rate)
    for _ in range(40):
        train_step(model, images, labels, softmax_cross_entropy, optimizer)
    return evaluate(model, images, labels)[0]


def _kernels(model: Sequential) -> list[Any]:
    return [p for name, p in model.parameters().items() if name.endswith("kernel")]


def _move(before: Array, after: Array) -> float:
    length = float(np.linalg.norm(before))
    return float(np.linalg.norm(after - before)) / length if length else 0.0
