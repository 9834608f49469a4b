"""Exercises of notebook 06.  Replace each `raise NotImplementedError` by your code.

`python -m tutorials` tells how you are doing; so does the notebook, when you run its cells.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sgd_step(w: Array, dw: Array, rate: float) -> Array:
    """The weights after one step of gradient descent, as a new array of w's shape."""
    raise NotImplementedError


def momentum_step(
    w: Array, dw: Array, velocity: Array, rate: float, momentum: float = 0.9
) -> tuple[Array, Array]:
    """The new weights and the new velocity after one step, as two new arrays (w, velocity)."""
    raise NotImplementedError


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
    raise NotImplementedError


def initial_scale(shape: tuple[int, ...]) -> float:
    """He's standard deviation for fresh weights in front of a ReLU.

    With it, the mean square leaves the ReLU as it entered the layer. The last axis of the shape
    counts the outputs, all others together the inputs: (in, out), or (kh, kw, C, F) for a
    convolution.
    """
    raise NotImplementedError


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
    raise NotImplementedError
