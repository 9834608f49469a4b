"""Solutions of notebook 14."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Backward = Callable[[Array], Array]  # from the gradient of a layer's output to that of its input


def residual_backward(dy: Array, body_backward: Backward) -> Array:
    """dx of y = x + body(x), from dy. `body_backward` is the body's own backward pass.

    dy belongs to the caller: it holds after the call what it held before.
    """
    return dy + body_backward(dy)


def relu_block_backward(x: Array, w: Array, dy: Array) -> tuple[Array, Array]:
    """dx (N, D) and dw (D, D) of the block y = x + max(x w, 0), from dy (N, D)."""
    a = x @ w
    da = dy * (a > 0)
    return dy + da @ w.T, x.T @ da


def projection_backward(x: Array, w: Array, v: Array, dy: Array) -> tuple[Array, Array, Array]:
    """dx (N, D), dw (D, E) and dv (D, E) of the block y = x v + max(x w, 0), from dy (N, E).

    The shortcut has a matrix of its own, v, because the block changes the number of features.
    """
    da = dy * (x @ w > 0)
    return dy @ v.T + da @ w.T, x.T @ da, x.T @ dy


def mean_square(depth: int, scale: float) -> float:
    """By how much `depth` blocks x + scale * f(x) enlarge the mean square of the numbers: a factor.

    Every f makes numbers that have the mean 0 and the same mean square as its input, and that are
    uncorrelated with it.
    """
    return (1 + scale**2) ** depth


def gated_backward(x: Array, gate: Array, dy: Array) -> tuple[Array, Array]:
    """dx (N, D) and dgate (D,) of a highway: y = s * tanh(x) + (1 - s) * x, s = 1/(1 + exp(-gate)).

    gate (D,) is learned, one number for each feature, and the same for all examples.
    """
    s, t = 1 / (1 + np.exp(-gate)), np.tanh(x)
    dx = dy * (s * (1 - t**2) + 1 - s)
    dgate = (dy * (t - x)).sum(axis=0) * s * (1 - s)
    return dx, dgate
