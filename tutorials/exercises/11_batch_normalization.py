"""Exercises of notebook 11.  Replace each `raise NotImplementedError` by your code.

Channels are the last axis: x is (N, C) or (N, H, W, C), and one channel has M = N or N*H*W numbers.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def normalize(x: Array, epsilon: float) -> tuple[Array, Array]:
    """x with mean 0 and variance 1 in every channel, and what it was divided by.  -> xhat, sigma

    xhat has the shape of x. sigma is (C,): the root of the channel's variance plus epsilon.
    The variance is the mean squared distance from the mean, over all M numbers of the channel.
    """
    raise NotImplementedError


def three_paths(dxhat: Array, xhat: Array, sigma: Array) -> tuple[Array, Array, Array]:
    """The three shares of dx of `normalize`: direct, through the mean, through the variance.

    All have the shape of x; their sum is dx. xhat and sigma are what `normalize` returned.
    """
    raise NotImplementedError


def batchnorm_backward(
    dy: Array, xhat: Array, sigma: Array, gamma: Array
) -> tuple[Array, Array, Array]:
    """dx, and dgamma and dbeta (C,), of y = gamma * xhat + beta, where xhat, sigma = normalize(x).

    x and dy are (N, C) or (N, H, W, C); dy holds the loss's 1/N already.
    """
    raise NotImplementedError


def folded(
    kernel: Array, bias: Array, gamma: Array, beta: Array, mean: Array, sigma: Array
) -> tuple[Array, Array]:
    """A kernel (..., F) and a bias (F,) that do the work of a layer and its normalization.

    The layer adds up inputs times kernel[..., f], plus bias[f]. In prediction
    gamma * (that - mean) / sigma + beta follows, with numbers (F,) that are fixed.
    """
    raise NotImplementedError


def layer_normalization_backward(dy: Array, xhat: Array, sigma: Array) -> Array:
    """dx (N, D) of a layer that gives every *example* the mean 0 and the variance 1.

    xhat[n] = (x[n] - mean of x[n]) / sigma[n], with sigma (N, 1); dy is dL/dxhat.
    """
    raise NotImplementedError


def dropout_variance(x: Array, rate: float) -> Array:
    """The variance of dropout's outputs over all masks, entry by entry, with the shape of x.

    y = x * mask / (1 - rate), where the mask is 0 with probability `rate`, else 1.
    """
    raise NotImplementedError
