"""Scores become probabilities.  In plain words: `softmax` in textbook.py."""

import numpy as np

from tinynet.layers.layer import Layer
from tinynet.types import Array


class Softmax(Layer):
    """y[n,j] = exp(x[n,j]) / sum_k exp(x[n,k]), over the last axis.

    dx[n,j] = y[n,j] * (dy[n,j] - sum_k dy[n,k] * y[n,k]), the full vector-Jacobian product.
    The row's maximum is subtracted first: it cancels, and exp cannot overflow.
    """

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
        y: Array = exponentials / exponentials.sum(axis=-1, keepdims=True)
        self._cache = y if keep else None
        return y

    def backward(self, dy: Array) -> Array:
        y: Array = self.cached()
        dx: Array = y * (dy - np.sum(dy * y, axis=-1, keepdims=True))
        return dx
