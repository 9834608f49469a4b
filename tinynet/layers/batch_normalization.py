"""Batch normalization.  In plain words: `batch_normalization` in textbook.py."""

import numpy as np

from tinynet.initializers import ones, zeros
from tinynet.layers.layer import Layer
from tinynet.layers.layout import by_channel, from_channels
from tinynet.parameter import Parameter
from tinynet.types import Array, Shape


class BatchNormalization(Layer):
    """Every channel leaves with the mean and spread that it has learned.  (N, ..., C), any rank

    y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
    In training, mean and variance are those of all M = N*H*W numbers of the channel in this
    batch (with several workers, in this worker's share: "ghost" batches); in prediction, the
    moving averages of those. Parameters, all (C,): gamma, ones; beta, zeros; and not trainable
    moving_mean, zeros; moving_variance, ones.
    Source: Ioffe and Szegedy (2015), as keras.layers.BatchNormalization (axis=-1).
    """

    gamma: Parameter
    beta: Parameter
    moving_mean: Parameter
    moving_variance: Parameter

    def __init__(self, momentum: float = 0.99, epsilon: float = 1e-3) -> None:
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must lie in [0, 1]. Received: momentum={momentum!r}")
        if not epsilon > 0:
            raise ValueError(f"epsilon must be positive. Received: epsilon={epsilon!r}")
        self.momentum = momentum
        self.epsilon = epsilon

    def declare(self, input_shape: Shape) -> Shape:
        channels = input_shape[-1:]
        self.gamma = Parameter(channels, ones)
        self.beta = Parameter(channels, zeros)
        self.moving_mean = Parameter(channels, zeros, trainable=False)
        self.moving_variance = Parameter(channels, ones, trainable=False)
        return input_shape

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        rows = by_channel(x)
        if training:
            mean = channel_sum(rows) / per_channel(x)
            centred = rows - each(mean)
            variance = channel_product(centred, centred) / per_channel(x)
        else:
            mean, variance = self.moving_mean.value, self.moving_variance.value
            centred = rows - each(mean) if keep else rows
        spread = np.sqrt(variance + x.dtype.type(self.epsilon))
        self._cache = (centred, spread, (mean, variance) if training else None) if keep else None
        scale = self.gamma.value / spread
        if training:
            y = centred * each(scale)
            y += each(self.beta.value)
        else:  # the same in a pass less
            y = rows * each(scale) + each(self.beta.value - mean * scale)
        return from_channels(y, x.shape)

    def backward(self, dy: Array) -> Array:
        """dx = gamma / spread * (dy - mean(dy) - xhat * mean(dy * xhat)),  xhat = centred / spread

        The two means, over the M numbers of the channel, are dbeta / M and dgamma / M: x also
        acts through the batch's mean and variance. In prediction it does not, and they are left
        out.
        """
        self.backward_parameters(dy)
        centred, spread, of_batch = self.cached()
        scale = self.gamma.value / spread
        dx = by_channel(dy) * each(scale)
        if of_batch is not None:
            dx -= centred * each(scale / spread * self.gamma.grad / per_channel(dy))
            dx -= each(scale * self.beta.grad / per_channel(dy))
        return from_channels(dx, dy.shape)

    def backward_parameters(self, dy: Array) -> None:
        """dgamma[c] = sum dy * xhat;  dbeta[c] = sum dy;  both over n, h, w

        In training, the moving averages go (1 - momentum) of the way to the batch's mean and
        variance; in prediction they stay.
        """
        centred, spread, of_batch = self.cached()
        rows = by_channel(dy)
        self.beta.grad = channel_sum(rows)
        self.gamma.grad = channel_product(rows, centred) / spread
        moving = (self.moving_mean, self.moving_variance)
        for average, value in zip(moving, of_batch or (None, None), strict=True):
            step = 0 if value is None else (1 - self.momentum) * (average.value - value)
            average.grad[...] = step


def each(numbers: Array) -> Array:
    """One number a channel, (C,), ready to meet rows (P, C, M)."""
    return numbers[:, np.newaxis]


def per_channel(x: Array) -> int:
    """How many numbers of x share a channel."""
    return int(x.size // x.shape[-1])


def channel_sum(rows: Array) -> Array:
    """(P, C, M) -> (C,)"""
    total: Array = rows.sum(axis=0).sum(axis=1)
    return total


def channel_product(a: Array, b: Array) -> Array:
    """The sum of a * b, (P, C, M) both -> (C,)

    einsum, because it makes no array of the products: a third of the time of a * b, summed.
    """
    total: Array = np.einsum("pcn,pcn->c", a, b)
    return total
