"""Exercises of notebook 03.  Replace each `raise NotImplementedError` by your code."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def dense_forward(x: Array, w: Array, b: Array) -> Array:
    """The outputs of a dense layer.  x (N, in), w (in, out), b (out,)  -> y (N, out)"""
    raise NotImplementedError


def dense_backward(x: Array, w: Array, dy: Array) -> tuple[Array, Array, Array]:
    """The gradients dx (N, in), dw (in, out) and db (out,), from dy (N, out).

    x and w are what the forward pass had; dy is dL/dy and holds the loss's 1/N already.
    """
    raise NotImplementedError


def centre_backward(dy: Array) -> Array:
    """dx of a layer that subtracts from each column of x that column's mean.  (N, in) -> (N, in)

    y[n,i] = x[n,i] - mean over all n of x[n,i]; dy holds the loss's 1/N already.
    """
    raise NotImplementedError


def find_bugs() -> dict[str, str]:
    """Which gradient is wrong in each of notebook 03's backward passes: "dx", "dw" or "db".

    Returns {"first": ..., "second": ..., "third": ...}; each of the three has one mistake.
    """
    raise NotImplementedError
