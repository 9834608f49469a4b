"""Solutions of notebook 01."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    """The gradient of f at x by centred differences, in float64 and with the shape of x.

    f takes an array of any shape and returns a number. x may hold integers, and must hold
    after the call what it held before.
    """
    point = np.array(x, dtype=np.float64)  # a copy: x itself stays as it is
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        kept = point[index]
        point[index] = kept + h
        above = f(point)
        point[index] = kept - h
        below = f(point)
        point[index] = kept
        gradient[index] = (above - below) / (2 * h)
    return gradient


def relative_error(a: Array, n: Array) -> Array:
    """|a - n| / max(1e-8, |a| + |n|), entry by entry, with the shape of a.

    Where both are 0, they agree: the error there is 0.
    """
    return np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))


def crosses_kink(x: Array, h: float) -> Array:
    """True for each entry of x from which a step of h, up or down, crosses the ReLU's kink.

    The kink is at 0. An entry that is 0 itself also counts: it has no derivative. Of an entry with
    |x| = h, from which a step just reaches the kink, either may be said.
    """
    return np.abs(x) < h


def second_derivative(f: Callable[[Array], float], x: Array, h: float = 1e-3) -> Array:
    """d^2 f / dx_i^2 for each entry x_i, from values of f alone; float64, with the shape of x.

    f takes an array and returns a number. The error falls with the square of h.
    """
    point = np.array(x, dtype=np.float64)
    here, curvature = f(point), np.zeros_like(point)
    for index in np.ndindex(point.shape):
        kept = point[index]
        point[index] = kept + h
        above = f(point)
        point[index] = kept - h
        below = f(point)
        point[index] = kept
        curvature[index] = (above - 2 * here + below) / h**2
    return curvature
