"""The convolution, forwards and backwards."""

from collections.abc import Iterator

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
from tinynet.layers.windows import check_padding, crop, pad, place_windows


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
        (rows, columns), self._pad = place_windows(
            self, (height, width), self.kernel_size, self.strides, self.padding
        )
        self.kernel = Parameter((*self.kernel_size, channels, self.filters), glorot_uniform)
        self.bias = Parameter((self.filters,), zeros)
        self._output_shape = (rows, columns, self.filters)
        return self._output_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        x = pad(batch_last(x), self._pad, 0)
        self._cache = x if training else None
        rows, columns, filters = self._output_shape
        weights = self._weights()
        y = np.empty((rows, columns, filters, x.shape[-1]), x.dtype)
        bias = np.broadcast_to(self.bias.value[:, np.newaxis], y.shape[2:]).copy()  # long loops
        for i, windows in enumerate(self._windows(x)):
            np.matmul(weights, windows, out=y[i])
            y[i] += bias
        return batch_first(y)

    def backward(self, dy: Array) -> Array:
        """dx[n, i*s+u, j*s+v, c] += sum_f kernel[u,v,c,f] * dy[n,i,j,f]  for all i, j, u, v

        Each window gets its share of dx from one matrix product; where windows overlap, the
        shares add up.
        """
        self.backward_parameters(dy)
        x, dy = self.cached(), batch_last(dy)
        (kh, kw), (sh, sw) = self.kernel_size, self.strides
        rows, columns = dy.shape[:2]
        weights = np.ascontiguousarray(self._weights().T)
        dx = np.zeros(x.shape, x.dtype)
        shares = np.empty((columns, len(weights), x.shape[-1]), x.dtype)
        by_position = shares.reshape(columns, kw, kh, *x.shape[2:])
        for i in range(rows):
            np.matmul(weights, dy[i], out=shares)
            for u in range(kh):
                for v in range(kw):
                    dx[i * sh + u, v : v + sw * (columns - 1) + 1 : sw] += by_position[:, v, u]
        return batch_first(crop(dx, self._pad))

    def backward_parameters(self, dy: Array) -> None:
        """dkernel[u,v,c,f] = sum_{n,i,j} x[n, i*s+u, j*s+v, c] * dy[n,i,j,f]

        dbias[f] = sum_{n,i,j} dy[n,i,j,f]
        """
        x, dy = self.cached(), batch_last(dy)
        kh, kw, channels, filters = self.kernel.shape
        dweights = np.zeros((kw * kh * channels, filters), x.dtype)
        for i, windows in enumerate(self._windows(x)):
            dweights += (windows @ dy[i].swapaxes(1, 2)).sum(axis=0)
        self.kernel.grad[...] = dweights.reshape(kw, kh, channels, filters).swapaxes(0, 1)
        self.bias.grad[...] = dy.sum(axis=(0, 1)).sum(axis=1)  # 5 times faster than at once

    def _weights(self) -> Array:
        """The kernel as a matrix (F, kw*kh*C), its columns in the order of a window's entries."""
        return self.kernel.value.transpose(3, 1, 0, 2).reshape(self.filters, -1)

    def _windows(self, x: Array) -> Iterator[Array]:
        """For each output row all windows of the padded x (H, W, C, N), as (W', kw*kh*C, N).

        The kh input rows are copied to a strip (W, kh*C, N), in which kw neighbouring columns
        are one contiguous matrix: every window is a slice, and no im2col is needed. The strip
        is small enough for the cache, and is overwritten by the next row.
        """
        (kh, kw), (sh, sw) = self.kernel_size, self.strides
        _, width, channels, batch = x.shape
        rows, columns, _ = self._output_shape
        strip = np.empty((width, kh, channels, batch), x.dtype)
        entries = strip.reshape(-1, batch)
        windows = sliding_window_view(entries, kw * kh * channels, axis=0)
        windows = windows[:: sw * kh * channels][:columns].swapaxes(1, 2)
        for i in range(rows):
            np.copyto(strip, x[i * sh : i * sh + kh].swapaxes(0, 1))
            yield windows
