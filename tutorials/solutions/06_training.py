"""Solutions of notebook 06."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sgd_step(w: Array, dw: Array, rate: float) -> Array:
    """The weights after one step of gradient descent, as a new array of w's shape."""
    return w - rate * dw


def momentum_step(
    w: Array, dw: Array, velocity: Array, rate: float, momentum: float = 0.9
) -> tuple[Array, Array]:
    """The new weights and the new velocity after one step, as two new arrays (w, velocity)."""
    velocity = momentum * velocity - rate * dw
    return w + velocity, velocity


def adam_step(
    w: Array,
    dw: Array,
    m: Array,
    v: Array,
    t: int,
    rate: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
) -> tuple[Array, Array, Array]:
    """The new weights, m and v after step number t = 1, 2, ..., as new arrays (w, m, v).

    m and v are those before the step, and come back uncorrected. epsilon is added to the root of v.
    """
    m = beta_1 * m + (1 - beta_1) * dw
    v = beta_2 * v + (1 - beta_2) * dw**2
    corrected_rate = rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - corrected_rate * m / (np.sqrt(v) + epsilon), m, v


def initial_scale(shape: tuple[int, ...]) -> float:
    """He's standard deviation for fresh weights in front of a ReLU.

    With it, the mean square leaves the ReLU as it entered the layer. The last axis of the shape
    counts the outputs, all others together the inputs: (in, out), or (kh, kw, C, F) for a
    convolution.
    """
    return math.sqrt(2 / math.prod(shape[:-1]))


def learn_by_heart(
    weights: list[Array],
    loss_and_gradients: Callable[..., tuple[float, list[Array]]],
    adam_step: Callable[..., tuple[Array, Array, Array]],
    steps: int,
) -> list[float]:
    """The losses while Adam learns the same few examples again and again: steps + 1 numbers.

    The first is the loss of `weights`, the others are those after each step. loss_and_gradients
    takes weights, a list of arrays, and returns the loss and a list of their gradients.
    adam_step(w, dw, m, v, t) is that of exercise 3. `weights` stays as it is.
    """
    weights = list(weights)
    averages = [[np.zeros_like(w), np.zeros_like(w)] for w in weights]
    loss, gradients = loss_and_gradients(weights)
    losses = [loss]
    for t in range(1, steps + 1):
        for k, gradient in enumerate(gradients):
            weights[k], *averages[k] = adam_step(weights[k], gradient, *averages[k], t)
        loss, gradients = loss_and_gradients(weights)
        losses.append(loss)
    return losses
