"""From a picture to a vector."""

import math

from tinynet.layers.base import Array, Layer, Shape, batch_first, batch_last


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
        return batch_last(x).reshape(-1, len(x)).T  # no copy: features first, batch last

    def backward(self, dy: Array) -> Array:
        shape: Shape = self.cached()
        if len(shape) != 3:
            return dy.reshape(-1, *shape)
        return batch_first(dy.T.reshape(*shape, len(dy)))
