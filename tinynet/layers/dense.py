"""The fully connected layer.  In plain words: `dense` in textbook.py."""

import numpy as np

from tinynet.initializers import glorot_uniform, zeros
from tinynet.layers.arguments import expect_rank, positive_int
from tinynet.layers.layer import Layer
from tinynet.parameter import Parameter
from tinynet.types import Array, Shape


class Dense(Layer):
    """An affine map.  (N, in) -> (N, units)

    y[n,j] = bias[j] + sum_i x[n,i] * kernel[i,j]
    Parameters: kernel (in, units), Glorot uniform; bias (units,), zeros.
    Raises ValueError if units is not positive, or in build() if x is not flat.
    Source: layout as keras.layers.Dense.
    """

    kernel: Parameter
    bias: Parameter

    def __init__(self, units: int) -> None:
        self.units = positive_int(units, "units")

    def declare(self, input_shape: Shape) -> Shape:
        expect_rank(self, input_shape, "features")
        self.kernel = Parameter((input_shape[0], self.units), glorot_uniform)
        self.bias = Parameter((self.units,), zeros)
        return (self.units,)

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        self._cache = x if keep else None
        return x @ self.kernel.value + self.bias.value

    def backward(self, dy: Array) -> Array:
        """dx[n,i] = sum_j dy[n,j] * kernel[i,j], the transpose of the map."""
        self.backward_parameters(dy)
        return (self.kernel.value @ dy.T).T  # = dy @ kernel.T, laid out as Flatten wants it

    def backward_parameters(self, dy: Array) -> None:
        """dkernel[i,j] = sum_n x[n,i] * dy[n,j];  dbias[j] = sum_n dy[n,j]"""
        np.matmul(self.cached().T, dy, out=self.kernel.grad)
        np.sum(dy, axis=0, out=self.bias.grad)
