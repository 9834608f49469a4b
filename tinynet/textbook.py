"""Every operation in the words of its derivation, forwards and backwards: plain, slow, obvious.

The layers compute the same, faster; the tests hold each of them equal to its twin here. Notation
as everywhere: N examples, H and W height and width, C channels in, F filters, u and v positions
in a window, K classes, dx for dL/dx. Everything is NHWC, and nothing is kept between calls.
"""

from collections.abc import Callable, Iterator

import numpy as np

from tinynet.types import Array

Pair = tuple[int, int]


def dense(x: Array, kernel: Array, bias: Array) -> Array:
    """y[n,j] = bias[j] + sum_i x[n,i] * kernel[i,j]"""
    return np.asarray(np.einsum("ni,ij->nj", x, kernel) + bias)


def dense_backward(x: Array, kernel: Array, dy: Array) -> tuple[Array, Array, Array]:
    """dx, dkernel, dbias: whatever x[n,i] was multiplied by comes back with dy[n,j]."""
    dx = np.einsum("nj,ij->ni", dy, kernel)
    dkernel = np.einsum("ni,nj->ij", x, dy)
    return dx, dkernel, np.einsum("nj->j", dy)


def places(size: Pair, window: Pair, strides: Pair, padding: str) -> tuple[list[int], list[int]]:
    """Where windows begin, rows and columns; before the image in a border that `same` adds."""
    starts = []
    for length, extent, stride in zip(size, window, strides, strict=True):
        before = 0
        last = length - extent
        if padding == "same":
            count = -(-length // stride)
            before = max((count - 1) * stride + extent - length, 0) // 2
            last = (count - 1) * stride - before
        starts.append(list(range(-before, last + 1, stride)))
    return starts[0], starts[1]


def inside(size: Pair, window: Pair, strides: Pair, padding: str) -> Iterator[tuple[int, ...]]:
    """(i, j, u, v, h, w) for every output (i, j) that sees pixel (h, w) at its place (u, v)."""
    rows, columns = places(size, window, strides, padding)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            for u, v in np.ndindex(window):
                h, w = top + u, left + v
                if 0 <= h < size[0] and 0 <= w < size[1]:
                    yield i, j, u, v, h, w


def conv2d(x: Array, kernel: Array, bias: Array, strides: Pair, padding: str) -> Array:
    """y[n,i,j,f] = bias[f] + sum_{u,v,c} x[n,h,w,c] * kernel[u,v,c,f],  h = i*s+u, w = j*s+v"""
    size, window = x.shape[1:3], kernel.shape[:2]
    rows, columns = places(size, window, strides, padding)
    y = np.zeros((len(x), len(rows), len(columns), kernel.shape[3]), x.dtype) + bias
    for i, j, u, v, h, w in inside(size, window, strides, padding):
        y[:, i, j] += x[:, h, w] @ kernel[u, v]
    return y


def conv2d_backward(
    x: Array, kernel: Array, dy: Array, strides: Pair, padding: str
) -> tuple[Array, Array, Array]:
    """dx, dkernel, dbias: the loop of `conv2d`, each product taken back to its two factors."""
    dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
    for i, j, u, v, h, w in inside(x.shape[1:3], kernel.shape[:2], strides, padding):
        dx[:, h, w] += dy[:, i, j] @ kernel[u, v].T
        dkernel[u, v] += x[:, h, w].T @ dy[:, i, j]
    return dx, dkernel, np.einsum("nijf->f", dy)


def max_pool(x: Array, window: Pair, strides: Pair, padding: str) -> Array:
    """y[n,i,j,c] = max_{u,v} x[n,h,w,c],  h = i*s+u, w = j*s+v"""
    rows, columns = places(x.shape[1:3], window, strides, padding)
    y = np.full((len(x), len(rows), len(columns), x.shape[3]), -np.inf, x.dtype)
    for i, j, _, _, h, w in inside(x.shape[1:3], window, strides, padding):
        y[:, i, j] = np.maximum(y[:, i, j], x[:, h, w])
    return y


def max_pool_backward(
    x: Array, y: Array, dy: Array, window: Pair, strides: Pair, padding: str
) -> Array:
    """dx: the first pixel in reading order that equals the window's maximum gets all of its dy."""
    dx, taken = np.zeros_like(x), np.zeros(y.shape, bool)
    for i, j, _, _, h, w in inside(x.shape[1:3], window, strides, padding):
        wins = (x[:, h, w] == y[:, i, j]) & ~taken[:, i, j]
        dx[:, h, w] += wins * dy[:, i, j]
        taken[:, i, j] |= wins
    return dx


def global_average_pooling(x: Array) -> Array:
    """y[n,c] = 1/(H*W) * sum_{h,w} x[n,h,w,c]"""
    return np.asarray(np.einsum("nhwc->nc", x) / (x.shape[1] * x.shape[2]))


def global_average_pooling_backward(x: Array, dy: Array) -> Array:
    """dx[n,h,w,c] = dy[n,c] / (H*W)"""
    return np.asarray(np.zeros_like(x) + dy[:, None, None] / (x.shape[1] * x.shape[2]))


def flatten(x: Array) -> Array:
    """y[n, (i*W + j)*C + c] = x[n,i,j,c]"""
    return x.reshape(len(x), -1)


def flatten_backward(x: Array, dy: Array) -> Array:
    """dx[n,i,j,c] = dy[n, (i*W + j)*C + c]"""
    return dy.reshape(x.shape)


def relu(x: Array) -> Array:
    """y = max(x, 0)"""
    return np.maximum(x, 0)


def relu_backward(x: Array, dy: Array) -> Array:
    """dx = dy where x > 0, else 0"""
    return np.where(x > 0, dy, 0)


def sigmoid(x: Array) -> Array:
    """y = 1 / (1 + exp(-x))"""
    return np.asarray(1 / (1 + np.exp(-x)))


def sigmoid_backward(y: Array, dy: Array) -> Array:
    """dx = dy * y * (1 - y)"""
    return np.asarray(dy * y * (1 - y))


def softmax(x: Array) -> Array:
    """y[n,j] = exp(x[n,j]) / sum_k exp(x[n,k])"""
    return np.asarray(np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True))


def softmax_backward(y: Array, dy: Array) -> Array:
    """dx[n,k] = sum_j dy[n,j] * dy[n,j]/dx[n,k],  where dy[j]/dx[k] = y[j] * ((j == k) - y[k])"""
    jacobian = np.einsum("...j,jk->...jk", y, np.eye(y.shape[-1]))
    jacobian -= np.einsum("...j,...k->...jk", y, y)
    return np.asarray(np.einsum("...j,...jk->...k", dy, jacobian))


def dropout(x: Array, mask: Array, rate: float) -> Array:
    """y = x * mask / (1 - rate); the mask is 1 where a number stays"""
    return np.asarray(x * mask / (1 - rate))


def dropout_backward(dy: Array, mask: Array, rate: float) -> Array:
    """dx = dy * mask / (1 - rate)"""
    return np.asarray(dy * mask / (1 - rate))


def batch_normalization(x: Array, gamma: Array, beta: Array, epsilon: float) -> Array:
    """y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, over all axes but the last"""
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axis=axes), x.var(axis=axes)
    return np.asarray(gamma * (x - mean) / np.sqrt(variance + epsilon) + beta)


def batch_normalization_backward(
    x: Array, gamma: Array, dy: Array, epsilon: float
) -> tuple[Array, Array, Array]:
    """dx, dgamma, dbeta.  x acts on y three ways: itself, through the mean, the variance."""
    axes, count = tuple(range(x.ndim - 1)), x.size // x.shape[-1]
    centred = x - x.mean(axis=axes)
    spread = np.sqrt((centred**2).mean(axis=axes) + epsilon)
    dxhat = dy * gamma
    dvariance = (dxhat * centred).sum(axis=axes) * -0.5 / spread**3
    dmean = -dxhat.sum(axis=axes) / spread  # the variance's share is 0: centred sums to 0
    dx = dxhat / spread + dvariance * 2 * centred / count + dmean / count
    return dx, (dy * centred / spread).sum(axis=axes), dy.sum(axis=axes)


def residual(x: Array, body: Callable[[Array], Array]) -> Array:
    """y = x + body(x)"""
    return x + body(x)


def residual_backward(dy: Array, body_backward: Callable[[Array], Array]) -> Array:
    """dx = dy + what comes back through the body"""
    return dy + body_backward(dy)


def softmax_cross_entropy(logits: Array, onehot: Array) -> tuple[float, Array]:
    """loss = mean_n -log softmax(z)[n,label];  dz = (softmax(z) - onehot) / N"""
    p = softmax(logits)
    loss = -np.einsum("nk,nk->", onehot, np.log(p)) / len(p)
    return float(loss), (p - onehot) / len(p)


def cross_entropy(probabilities: Array, onehot: Array) -> tuple[float, Array]:
    """loss = mean_n -log(p[n,label] / sum_k p[n,k]);  dp = (1 / sum_k p - onehot / p) / N"""
    sums = probabilities.sum(axis=1, keepdims=True)
    loss = -np.einsum("nk,nk->", onehot, np.log(probabilities / sums)) / len(probabilities)
    return float(loss), (1 / sums - onehot / probabilities) / len(probabilities)
