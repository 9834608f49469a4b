"""Exercises of notebook 05.  Replace each `raise NotImplementedError` by your code."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def relu_backward(x: Array, dy: Array) -> Array:
    """dx of y = max(x, 0), from dy.  Any shape; x is the *input* that the forward pass had.

    At x = 0, where there is no derivative, dx is 0.
    """
    raise NotImplementedError


def dead_units(a: Array) -> NDArray[np.bool_]:
    """True for each unit that no example of the batch switches on.  a (N, units) -> (units,)

    a holds the inputs of a ReLU. Such a unit passes no gradient back for this batch.
    """
    raise NotImplementedError


def two_layer_backward(
    x: Array, a: Array, h: Array, w2: Array, dz: Array
) -> tuple[Array, Array, Array, Array]:
    """The gradients dw1, db1, dw2, db2 of the network a = x w1 + b1, h = max(a, 0), z = h w2 + b2.

    x (N, in), a and h (N, hidden), w2 (hidden, K): what the forward pass had; dz (N, K) is
    dL/dz and holds the loss's 1/N already.
    """
    raise NotImplementedError


def softplus_backward(x: Array, dy: Array) -> Array:
    """dx of y = log(1 + exp(x)), from dy.  Any shape.

    Works for numbers of any size, such as 1000 and -1000.
    """
    raise NotImplementedError
