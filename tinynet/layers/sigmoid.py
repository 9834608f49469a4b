"""The logistic function.  In plain words: `sigmoid` in textbook.py."""

import numpy as np

from tinynet.layers.layer import Layer
from tinynet.types import Array


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)).  Any shape.

    dx = dy * y * (1 - y)
    Computed as (1 + tanh(x/2)) / 2, which is the same function and cannot overflow.
    """

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        y: Array = 0.5 + 0.5 * np.tanh(0.5 * x)
        self._cache = y if keep else None
        return y

    def backward(self, dy: Array) -> Array:
        y: Array = self.cached()
        dx: Array = dy * (y * (1 - y))
        return dx
