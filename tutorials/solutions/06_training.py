"""Solutions of notebook 06."""

import math

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


def leaky_scale(shape: tuple[int, ...], slope: float) -> float:
    """The standard deviation of fresh weights with which a mean square stays the same.

    A leaky ReLU follows the layer: y where y > 0, else slope * y. The shape is that of
    initial_scale. The mean square that leaves the leaky ReLU is to be that which entered the layer.
    """
    return math.sqrt(2 / ((1 + slope**2) * math.prod(shape[:-1])))
