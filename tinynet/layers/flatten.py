"""From a picture to a vector.  In plain words: `flatten` in textbook.py."""

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

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        self._cache = x.shape[1:] if keep else None
        batch_last = np.ascontiguousarray(np.moveaxis(x, 0, -1))  # as Dense's product likes it
        return batch_last.reshape(math.prod(x.shape[1:]), len(x)).T

    def backward(self, dy: Array) -> Array:
        shape: Shape = self.cached()
        return np.moveaxis(dy.T.reshape(*shape, len(dy)), -1, 0)
