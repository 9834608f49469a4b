"""Exercises of notebook 14.  Replace each `raise NotImplementedError` by your code."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Backward = Callable[[Array], Array]  # from the gradient of a layer's output to that of its input


def residual_backward(dy: Array, body_backward: Backward) -> Array:
    """dx of y = x + body(x), from dy. `body_backward` is the body's own backward pass.

    dy belongs to the caller: it holds after the call what it held before.
    """
    raise NotImplementedError


def relu_block_backward(x: Array, w: Array, dy: Array) -> tuple[Array, Array]:
    """dx (N, D) and dw (D, D) of the block y = x + max(x w, 0), from dy (N, D)."""
    raise NotImplementedError


def projection_backward(x: Array, w: Array, v: Array, dy: Array) -> tuple[Array, Array, Array]:
    """dx (N, D), dw (D, E) and dv (D, E) of the block y = x v + max(x w, 0), from dy (N, E).

    The shortcut has a matrix of its own, v, because the block changes the number of features.
    """
    raise NotImplementedError


def mean_square(depth: int, scale: float) -> float:
    """By how much `depth` blocks x + scale * f(x) enlarge the mean square of the numbers: a factor.

    Every f makes numbers that have the mean 0 and the same mean square as its input, and that are
    uncorrelated with it.
    """
    raise NotImplementedError


def gated_backward(x: Array, gate: Array, dy: Array) -> tuple[Array, Array]:
    """dx (N, D) and dgate (D,) of a highway: y = s * tanh(x) + (1 - s) * x, s = 1/(1 + exp(-gate)).

    gate (D,) is learned, one number for each feature, and the same for all examples.
    """
    raise NotImplementedError
