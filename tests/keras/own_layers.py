"""Two layers as a user would write them, outside tinynet."""

import numpy as np

from tinynet import Layer, Parameter
from tinynet.types import Array, Shape


class LeakyReLU(Layer):
    """y = x where x > 0, negative_slope * x elsewhere.  Same arguments as Keras's."""

    def __init__(self, negative_slope: float = 0.3) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        self._cache = x > 0 if keep else None
        return np.where(x > 0, x, x * x.dtype.type(self.negative_slope))

    def backward(self, dy: Array) -> Array:
        return np.where(self.cached(), dy, dy * dy.dtype.type(self.negative_slope))


class Scale(Layer):
    """y = scale * x, a learned factor for each channel."""

    def __init__(self, start: float) -> None:
        self.start = start

    def declare(self, input_shape: Shape) -> Shape:
        self.scale = Parameter(
            input_shape[-1:], lambda shape, rng, dtype: np.full(shape, self.start, dtype)
        )
        return input_shape

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        self._cache = x if keep else None
        return x * self.scale.value

    def backward(self, dy: Array) -> Array:
        self.scale.grad[...] = (dy * self.cached()).sum(axis=tuple(range(dy.ndim - 1)))
        return dy * self.scale.value
