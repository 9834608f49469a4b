"""Batch normalization: every channel leaves with the mean and spread that it has learned."""

import math

import numpy as np

from tinynet.initializers import ones, zeros
from tinynet.layers.layer import Layer
from tinynet.layers.layout import batch_first, batch_last
from tinynet.parameter import Parameter
from tinynet.types import Array, Shape


class BatchNormalization(Layer):
    """Normalize each channel over the batch.  (N, ..., C) -> (N, ..., C)

    y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
    In training, mean and variance are those of all M = N*H*W numbers of the channel in this
    batch (with several workers, in this worker's share: "ghost" batches); in prediction, the
    moving averages of those. Parameters, all (C,): gamma, ones; beta, zeros; moving_mean,
    zeros; moving_variance, ones.
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
        self.moving_mean = Parameter(channels, zeros, moving=True)
        self.moving_variance = Parameter(channels, ones, moving=True)
        return input_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        rows = by_channel(x)
        if not training:
            self._cache = None
            scale, shift = self.affine()
            return like_input(rows * scale[:, np.newaxis] + shift[:, np.newaxis], x)
        mean = channel_sum(rows) / per_channel(x)
        centred = rows - mean[:, np.newaxis]
        variance = channel_product(centred, centred) / per_channel(x)
        spread = np.sqrt(variance + x.dtype.type(self.epsilon))
        self._cache = (centred, mean, variance, spread)
        scaled = centred * (self.gamma.value / spread)[:, np.newaxis]
        scaled += self.beta.value[:, np.newaxis]
        return like_input(scaled, x)

    def affine(self) -> tuple[Array, Array]:
        """Scale and shift, (C,) both: in prediction y = x * scale + shift."""
        variance = self.moving_variance.value
        scale: Array = self.gamma.value / np.sqrt(variance + variance.dtype.type(self.epsilon))
        return scale, self.beta.value - self.moving_mean.value * scale

    def backward(self, dy: Array) -> Array:
        """dx = gamma / spread * (dy - mean(dy) - xhat * mean(dy * xhat)),  xhat = centred / spread

        The two means are over the M numbers of the channel: x also acts through mean and
        variance. By `backward_parameters` they are dbeta / M and dgamma / M.
        """
        self.backward_parameters(dy)
        centred, _, _, spread = self.cached()
        scale = self.gamma.value / spread
        through_mean = scale * self.beta.grad / per_channel(dy)
        through_variance = scale / spread * self.gamma.grad / per_channel(dy)
        dx = by_channel(dy) * scale[:, np.newaxis]
        dx -= centred * through_variance[:, np.newaxis]
        dx -= through_mean[:, np.newaxis]
        return like_input(dx, dy)

    def backward_parameters(self, dy: Array) -> None:
        """dgamma[c] = sum dy * xhat;  dbeta[c] = sum dy;  both over n, h, w

        The moving averages go (1 - momentum) of the way to the batch's mean and variance.
        """
        centred, mean, variance, spread = self.cached()
        rows = by_channel(dy)
        self.beta.grad[...] = channel_sum(rows)
        self.gamma.grad[...] = channel_product(rows, centred) / spread
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.grad[...] = (1 - self.momentum) * (moving.value - batch)


def by_channel(x: Array) -> Array:
    """(N, H, W, C) -> (H, C, W*N), or (N, ..., C) -> (positions, C, N), as memory has it."""
    if x.ndim == 4:
        batch, height, width, channels = x.shape
        return batch_last(x).reshape(height, channels, width * batch)
    batch, *positions, channels = x.shape
    last = np.ascontiguousarray(np.moveaxis(x, 0, -1))
    return last.reshape(math.prod(positions), channels, batch)


def like_input(rows: Array, x: Array) -> Array:
    """The inverse of `by_channel`: rows in the shape of x."""
    if x.ndim == 4:
        batch, height, width, channels = x.shape
        return batch_first(rows.reshape(height, channels, width, batch))
    return np.moveaxis(rows.reshape(*x.shape[1:], len(x)), -1, 0)


def per_channel(x: Array) -> int:
    """How many numbers of x share a channel."""
    return int(x.size // x.shape[-1])


def channel_sum(rows: Array) -> Array:
    """(H, C, M) -> (C,)"""
    total: Array = rows.sum(axis=0).sum(axis=1)
    return total


def channel_product(a: Array, b: Array) -> Array:
    """The sum of a * b, (H, C, M) both -> (C,)

    einsum, because it makes no array of the products: a third of the time of a * b, summed.
    """
    total: Array = np.einsum("pcn,pcn->c", a, b)
    return total
