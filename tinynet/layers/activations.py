"""Element-wise non-linearities, and the softmax that turns scores into probabilities."""

import numpy as np

from tinynet.layers.layer import Layer
from tinynet.types import Array


class ReLU(Layer):
    """y = max(x, 0).  Any shape.

    dx = dy where x > 0, else 0; at x = 0 the derivative is taken as 0, as in Keras.
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        self._cache = x > 0 if training else None
        return np.clip(x, 0, np.inf)  # max(x, 0), three times as fast as np.maximum(x, 0)

    def backward(self, dy: Array) -> Array:
        positive: Array = self.cached()
        return dy * positive

    def branches(self) -> list[Array]:
        return [self.cached()]


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)).  Any shape.

    dx = dy * y * (1 - y)
    Computed as (1 + tanh(x/2)) / 2, which is the same function and cannot overflow.
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        y: Array = 0.5 + 0.5 * np.tanh(0.5 * x)
        self._cache = y if training else None
        return y

    def backward(self, dy: Array) -> Array:
        y: Array = self.cached()
        dx: Array = dy * (y * (1 - y))
        return dx


class Softmax(Layer):
    """y[n,j] = exp(x[n,j]) / sum_k exp(x[n,k]), over the last axis.

    dx[n,j] = y[n,j] * (dy[n,j] - sum_k dy[n,k] * y[n,k]), the full vector-Jacobian product.
    The row's maximum is subtracted first: it cancels, and exp cannot overflow.
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
        y: Array = exponentials / exponentials.sum(axis=-1, keepdims=True)
        self._cache = y if training else None
        return y

    def backward(self, dy: Array) -> Array:
        y: Array = self.cached()
        dx: Array = y * (dy - np.sum(dy * y, axis=-1, keepdims=True))
        return dx
