"""Solutions of notebook 11.

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
    axes = tuple(range(x.ndim - 1))
    centred = x - x.mean(axis=axes)
    sigma = np.sqrt((centred**2).mean(axis=axes) + epsilon)
    return centred / sigma, sigma


def three_paths(dxhat: Array, xhat: Array, sigma: Array) -> tuple[Array, Array, Array]:
    """The three shares of dx of `normalize`: direct, through the mean, through the variance.

    All have the shape of x; their sum is dx. xhat and sigma are what `normalize` returned.
    """
    axes, count = tuple(range(xhat.ndim - 1)), xhat.size // xhat.shape[-1]
    direct = dxhat / sigma
    dmean = -direct.sum(axis=axes)
    dvariance = -0.5 * (direct * xhat / sigma).sum(axis=axes)
    through_mean = np.broadcast_to(dmean / count, xhat.shape)
    through_variance = dvariance * 2 * xhat * sigma / count
    return direct, through_mean, through_variance


def batchnorm_backward(
    dy: Array, xhat: Array, sigma: Array, gamma: Array
) -> tuple[Array, Array, Array]:
    """dx, and dgamma and dbeta (C,), of y = gamma * xhat + beta, where xhat, sigma = normalize(x).

    x and dy are (N, C) or (N, H, W, C); dy holds the loss's 1/N already.
    """
    axes = tuple(range(xhat.ndim - 1))
    along = (dy * xhat).mean(axis=axes)
    dx = gamma / sigma * (dy - dy.mean(axis=axes) - xhat * along)
    return dx, (dy * xhat).sum(axis=axes), dy.sum(axis=axes)


def folded(
    kernel: Array, bias: Array, gamma: Array, beta: Array, mean: Array, sigma: Array
) -> tuple[Array, Array]:
    """A kernel (..., F) and a bias (F,) that do the work of a layer and its normalization.

    The layer adds up inputs times kernel[..., f], plus bias[f]. In prediction
    gamma * (that - mean) / sigma + beta follows, with numbers (F,) that are fixed.
    """
    scale = gamma / sigma
    return kernel * scale, (bias - mean) * scale + beta


def layer_normalization_backward(dy: Array, xhat: Array, sigma: Array) -> Array:
    """dx (N, D) of a layer that gives every *example* the mean 0 and the variance 1.

    xhat[n] = (x[n] - mean of x[n]) / sigma[n], with sigma (N, 1); dy is dL/dxhat.
    """
    mean = dy.mean(axis=1, keepdims=True)
    along = (dy * xhat).mean(axis=1, keepdims=True)
    return (dy - mean - xhat * along) / sigma


def dropout_variance(x: Array, rate: float) -> Array:
    """The variance of dropout's outputs over all masks, entry by entry, with the shape of x.

    y = x * mask / (1 - rate), where the mask is 0 with probability `rate`, else 1.
    """
    return x**2 * rate / (1 - rate)
