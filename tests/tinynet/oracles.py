"""Layers as plain nested loops, straight from the index formulas: slow, obvious, in float64.

Each forward has its backward beside it: every place that reads x[a] * w into y[b] sends
dy[b] * w back to dx[a]. Nothing here is imported from tinynet.
"""

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[int, int]


def outputs(size: int, window: int, stride: int, padding: str) -> tuple[int, int]:
    """How many windows lie along an axis, and how far before the axis the first one starts.

    TensorFlow's rule for "same": ceil(size / stride) windows; of the places that they need
    beyond the axis, the smaller half lies before it.
    """
    if padding == "valid":
        return len(range(0, size - window + 1, stride)), 0
    count = math.ceil(size / stride)
    return count, max((count - 1) * stride + window - size, 0) // 2


def taps(
    size: Pair, window: Pair, strides: Pair, padding: str
) -> Iterator[tuple[int, int, int, int, int, int]]:
    """(i, j, u, v, h, w): output (i, j) sees input (h, w) at the window's place (u, v)."""
    rows, top = outputs(size[0], window[0], strides[0], padding)
    columns, left = outputs(size[1], window[1], strides[1], padding)
    for i, j in itertools.product(range(rows), range(columns)):
        for u, v in itertools.product(range(window[0]), range(window[1])):
            h, w = i * strides[0] + u - top, j * strides[1] + v - left
            if 0 <= h < size[0] and 0 <= w < size[1]:
                yield i, j, u, v, h, w


def output_shape(size: Pair, window: Pair, strides: Pair, padding: str) -> Pair:
    """The number of windows along both axes."""
    rows, _ = outputs(size[0], window[0], strides[0], padding)
    columns, _ = outputs(size[1], window[1], strides[1], padding)
    return rows, columns


def convolution(x: Array, kernel: Array, bias: Array, strides: Pair, padding: str) -> Array:
    """y[n,i,j,f] = bias[f] + sum_{u,v,c} x[n,h,w,c] * kernel[u,v,c,f]"""
    size, window = x.shape[1:3], kernel.shape[:2]
    y = np.zeros((len(x), *output_shape(size, window, strides, padding), kernel.shape[3]))
    y += bias
    for i, j, u, v, h, w in taps(size, window, strides, padding):
        for n, c, f in itertools.product(range(len(x)), *map(range, kernel.shape[2:])):
            y[n, i, j, f] += x[n, h, w, c] * kernel[u, v, c, f]
    return y


def convolution_backward(
    x: Array, kernel: Array, dy: Array, strides: Pair, padding: str
) -> tuple[Array, Array, Array]:
    """dx, dkernel and dbias of `convolution`."""
    dx, dkernel, dbias = np.zeros(x.shape), np.zeros(kernel.shape), np.zeros(dy.shape[-1])
    for n, i, j, f in np.ndindex(dy.shape):
        dbias[f] += dy[n, i, j, f]
    for i, j, u, v, h, w in taps(x.shape[1:3], kernel.shape[:2], strides, padding):
        for n, c, f in itertools.product(range(len(x)), *map(range, kernel.shape[2:])):
            dx[n, h, w, c] += dy[n, i, j, f] * kernel[u, v, c, f]
            dkernel[u, v, c, f] += dy[n, i, j, f] * x[n, h, w, c]
    return dx, dkernel, dbias


def max_pool(
    x: Array, dy: Array | None, window: Pair, strides: Pair, padding: str
) -> tuple[Array, Array]:
    """y[n,i,j,c] = the largest x[n,h,w,c]; dx: its first holder in reading order gets all of dy.

    Without a dy, dx is zero.
    """
    shape = output_shape(x.shape[1:3], window, strides, padding)
    y = np.full((len(x), *shape, x.shape[3]), -np.inf)
    winner: dict[tuple[int, ...], tuple[int, ...]] = {}
    for i, j, _, _, h, w in taps(x.shape[1:3], window, strides, padding):
        for n, c in itertools.product(range(len(x)), range(x.shape[3])):
            if x[n, h, w, c] > y[n, i, j, c]:
                y[n, i, j, c] = x[n, h, w, c]
                winner[n, i, j, c] = (n, h, w, c)
    dx = np.zeros(x.shape)
    if dy is not None:
        for place, origin in winner.items():
            dx[origin] += dy[place]
    return y, dx


def dense(x: Array, kernel: Array, bias: Array) -> Array:
    """y[n,j] = bias[j] + sum_i x[n,i] * kernel[i,j]"""
    y = np.zeros((len(x), len(bias))) + bias
    for n, i, j in itertools.product(range(len(x)), *map(range, kernel.shape)):
        y[n, j] += x[n, i] * kernel[i, j]
    return y


def dense_backward(x: Array, kernel: Array, dy: Array) -> tuple[Array, Array, Array]:
    """dx, dkernel and dbias of `dense`."""
    dx, dkernel, dbias = np.zeros(x.shape), np.zeros(kernel.shape), np.zeros(kernel.shape[1])
    for n, j in np.ndindex(dy.shape):
        dbias[j] += dy[n, j]
        for i in range(len(kernel)):
            dx[n, i] += dy[n, j] * kernel[i, j]
            dkernel[i, j] += dy[n, j] * x[n, i]
    return dx, dkernel, dbias


def flatten(x: Array) -> Array:
    """y[n, (i*W + j)*C + c] = x[n,i,j,c]"""
    height, width, channels = x.shape[1:]
    y = np.zeros((len(x), height * width * channels))
    for n, i, j, c in np.ndindex(x.shape):
        y[n, (i * width + j) * channels + c] = x[n, i, j, c]
    return y


def softmax_jacobian(row: Array) -> tuple[Array, Array]:
    """softmax(row) and the whole matrix dy[j]/dx[k] = y[j] * ((j == k) - y[k])."""
    weights = [math.exp(value - max(row)) for value in row]
    y = np.array([weight / sum(weights) for weight in weights])
    jacobian = np.zeros((len(row), len(row)))
    for j, k in np.ndindex(jacobian.shape):
        jacobian[j, k] = y[j] * ((j == k) - y[k])
    return y, jacobian
