"""The convolution, forwards and backwards."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinynet.initializers import glorot_uniform, zeros
from tinynet.layers.base import (
    Array,
    Layer,
    Parameter,
    Shape,
    batch_first,
    batch_last,
    expect_rank,
    pair,
    positive_int,
)
from tinynet.layers.windows import Padding, check_padding, output_size, pad, pad_widths


class Conv2D(Layer):
    """2-D cross-correlation.  (N, H, W, C) -> (N, H', W', F)

    y[n,i,j,f] = bias[f] + sum_{u,v,c} x[n, i*s+u, j*s+v, c] * kernel[u,v,c,f]
    Parameters: kernel (kh, kw, C, F), Glorot uniform; bias (F,), zeros.
    Raises ValueError in build() if the kernel is larger than the image.
    Source: layout and `same` padding as keras.layers.Conv2D.
    """

    kernel: Parameter
    bias: Parameter

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = (1, 1),
        padding: str = "valid",
    ) -> None:
        self.filters = positive_int(filters, "filters")
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.strides = pair(strides, "strides")
        self.padding = check_padding(padding)

    def declare(self, input_shape: Shape) -> Shape:
        expect_rank(self, input_shape, "H, W, C")
        height, width, channels = input_shape
        settings = list(zip((height, width), self.kernel_size, self.strides, strict=True))
        rows, columns = (output_size(self, *each, self.padding) for each in settings)
        top_bottom, left_right = (pad_widths(*each, self.padding) for each in settings)
        self._pad: Padding = (top_bottom, left_right)
        self.kernel = Parameter((*self.kernel_size, channels, self.filters), glorot_uniform)
        self.bias = Parameter((self.filters,), zeros)
        return rows, columns, self.filters

    def forward(self, x: Array, training: bool = False) -> Array:
        x = pad(batch_last(x), self._pad, 0)
        self._cache = x if training else None
        return batch_first(correlate(x, self.kernel.value, self.strides, self.bias.value))

    def backward(self, dy: Array) -> Array:
        """dx[n,h,w,c] = sum over all (i,u), (j,v), f with i*s+u = h, j*s+v = w
        of dy[n,i,j,f] * kernel[u,v,c,f]

        The sum is itself a correlation: of dy, spread out by the stride and surrounded by
        zeros, with the kernel turned by 180 degrees and its channel axes swapped.
        """
        self.backward_parameters(dy)
        x = self.cached()
        dy = batch_last(dy)
        (kh, kw), (sh, sw) = self.kernel_size, self.strides
        (top, bottom), (left, right) = self._pad
        height, width = x.shape[0] - top - bottom, x.shape[1] - left - right
        spread = np.zeros((height + kh - 1, width + kw - 1, *dy.shape[2:]), dy.dtype)
        spread[kh - 1 - top :: sh, kw - 1 - left :: sw][: len(dy), : dy.shape[1]] = dy
        turned = self.kernel.value[::-1, ::-1].swapaxes(2, 3)
        return batch_first(correlate(spread, turned, (1, 1)))

    def backward_parameters(self, dy: Array) -> None:
        """dkernel[u,v,c,f] = sum_{n,i,j} x[n, i*s+u, j*s+v, c] * dy[n,i,j,f]

        dbias[f] = sum_{n,i,j} dy[n,i,j,f]
        """
        dy = batch_last(dy)
        self.bias.grad[...] = dy.sum(axis=(0, 1)).sum(axis=1)
        self.kernel.grad[...] = correlate_kernel(self.cached(), dy, self.kernel_size, self.strides)


def correlate(
    x: Array, kernel: Array, strides: tuple[int, int], bias: Array | None = None
) -> Array:
    """The sum in Conv2D's docstring.  x (H, W, C, N), kernel (kh, kw, C, F) -> (H', W', F, N)

    One output row at a time. Its kh input rows, laid out as (W, kh*C, N), hold every window
    of kw columns as one contiguous (kw*kh*C, N) matrix, and the row is W' small matrix
    products: no im2col, and the working set stays in the cache.
    """
    kh, kw, channels, filters = kernel.shape
    sh, sw = strides
    batch = x.shape[-1]
    rows, columns = (x.shape[0] - kh) // sh + 1, (x.shape[1] - kw) // sw + 1
    weights = kernel.transpose(3, 1, 0, 2).reshape(filters, kw * kh * channels)
    strip = np.empty((x.shape[1], kh, channels, batch), x.dtype)
    windows = sliding_window_view(strip.reshape(-1, batch), kw * kh * channels, axis=0)
    windows = windows[:: sw * kh * channels][:columns].swapaxes(1, 2)
    y = np.empty((rows, columns, filters, batch), x.dtype)
    offset: Any = 0 if bias is None else np.repeat(bias, batch).reshape(filters, batch)
    for i in range(rows):
        np.copyto(strip, x[i * sh : i * sh + kh].swapaxes(0, 1))
        np.matmul(weights, windows, out=y[i])
        if bias is not None:
            y[i] += offset
    return y


def correlate_kernel(
    x: Array, dy: Array, kernel_size: tuple[int, int], strides: tuple[int, int]
) -> Array:
    """The sum in `backward_parameters`.  x (H, W, C, N), dy (H', W', F, N) -> (kh, kw, C, F)

    One output row at a time, and one matrix product for each kernel column v: with the
    channels in front, the contraction runs over all columns and the whole batch at once.
    """
    (kh, kw), (sh, sw) = kernel_size, strides
    width, channels, batch = x.shape[1:]
    rows, columns, filters, _ = dy.shape
    strip = np.empty((kh, channels, width, batch), x.dtype)
    gradient = np.zeros((kw, kh * channels, filters), x.dtype)
    for i in range(rows):
        np.copyto(strip, x[i * sh : i * sh + kh].transpose(0, 2, 1, 3))
        row = dy[i].swapaxes(0, 1).reshape(filters, columns * batch)
        for v in range(kw):
            seen = strip[:, :, v : v + sw * (columns - 1) + 1 : sw]
            gradient[v] += seen.reshape(kh * channels, columns * batch) @ row.T
    return gradient.reshape(kw, kh, channels, filters).swapaxes(0, 1)
