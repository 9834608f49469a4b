"""The arrays that training changes: each is a view of two vectors that hold all of a model's."""

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from tinynet.types import Array, Initializer, Shape

IDENTITIES = itertools.count()


@dataclass
class Vectors:
    """All of a model's parameters, end to end: values in one vector, gradients in another.

    The first `trainable` entries are learned, the others kept (moving averages). `identity` tells
    one model's vectors from another's; a copy and a replica keep it.
    Reason: one NumPy call adds or updates a vector, where there would be one for each parameter.
    """

    values: Array
    grads: Array
    trainable: int
    identity: int = field(default_factory=IDENTITIES.__next__)


class Parameter:
    """An array that training changes, with the gradient of the loss beside it.

    A layer declares its shape; `allocate` then gives it a place in the model's vectors, so that a
    wrong stack of layers fails before any memory is taken. Write into value and grad in place.
    trainable=False marks a moving average of what passes through (BatchNormalization keeps two):
    it is saved with the rest but not learned. Its grad is the step that the batch asks for, which
    the optimizer subtracts as it is.
    """

    vectors: Vectors

    def __init__(self, shape: Shape, initializer: Initializer, trainable: bool = True) -> None:
        self.shape = shape
        self.initializer = initializer
        self.trainable = trainable

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    def put(self, vectors: Vectors, start: int) -> None:
        """Give it its place: value and grad are views of the vectors, from entry `start` on."""
        self.vectors, self.start = vectors, start
        entries = slice(start, start + self.size)
        self._value = vectors.values[entries].reshape(self.shape)
        self._grad = vectors.grads[entries].reshape(self.shape)

    @property
    def value(self) -> Array:
        """The numbers, a view."""
        return self._value

    @value.setter
    def value(self, value: Array) -> None:
        self._value[...] = value

    @property
    def grad(self) -> Array:
        """dL/dvalue, a view."""
        return self._grad

    @grad.setter
    def grad(self, grad: Array) -> None:
        self._grad[...] = grad

    def __getstate__(self) -> dict[str, Any]:
        return {name: it for name, it in vars(self).items() if name not in ("_value", "_grad")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if "start" in state:
            self.put(self.vectors, self.start)  # a copy of a view would be an array of its own


def allocate(
    parameters: Iterable[Parameter], rng: np.random.Generator, dtype: DTypeLike
) -> Vectors:
    """Give the parameters their places in two new vectors, and draw their values in this order.

    Gradients start at zero.
    """
    parameters = list(parameters)
    learned = sum(p.size for p in parameters if p.trainable)
    total = sum(p.size for p in parameters)
    vectors = Vectors(np.empty(total, dtype), np.zeros(total, dtype), learned)
    start = 0
    for parameter in sorted(parameters, key=lambda p: not p.trainable):
        parameter.put(vectors, start)
        start += parameter.size
    for parameter in parameters:
        parameter.value = parameter.initializer(parameter.shape, rng, dtype)
    return vectors


def place(parameters: Mapping[str, Parameter], vectors: Vectors) -> None:
    """Give a model's parameters the same places in other vectors."""
    for parameter in parameters.values():
        parameter.put(vectors, parameter.start)


NOTHING = Vectors(np.empty(0), np.empty(0), 0)


def vectors_of(parameters: Mapping[str, Parameter]) -> Vectors:
    """The vectors that hold a model's parameters; empty ones if it has none."""
    return next((parameter.vectors for parameter in parameters.values()), NOTHING)
