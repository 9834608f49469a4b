"""From a picture to a vector."""

import math

import numpy as np

from tinynet.layers.layer import Layer
from tinynet.types import Array, Shape


class Flatten(Layer):
    """Lay each example's axes end to end.  (N, H, W, C) -> (N, H*W*C)

    y[n, (i*W + j)*C + c] = x[n,i,j,c]; backward is the same relabelling, the other way.
    Source: order as keras.layers.Flatten.
    """

    def declare(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def forward(self, x: Array, training: bool = False) -> Array:
        self._cache = x.shape[1:] if training else None
        if x.ndim != 4:
            return x.reshape(len(x), -1)
        x = np.ascontiguousarray(x.transpose(1, 2, 3, 0))  # batch last, as Dense's product likes it
        return x.reshape(math.prod(x.shape[:3]), x.shape[3]).T

    def backward(self, dy: Array) -> Array:
        shape: Shape = self.cached()
        if len(shape) != 3:
            return dy.reshape(-1, *shape)
        return dy.T.reshape(*shape, len(dy)).transpose(3, 0, 1, 2)
