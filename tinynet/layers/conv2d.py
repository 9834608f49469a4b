"""The convolution, forwards and backwards."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinynet.initializers import glorot_uniform, zeros
from tinynet.layers.layer import Layer, expect_rank, pair, positive_int
from tinynet.layers.layout import batch_first, batch_last
from tinynet.layers.windows import check_padding, crop, entries, pad, place_windows
from tinynet.parameter import Parameter
from tinynet.types import Array, Shape


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
        (top, bottom), (left, right) = self._pad
        self._padded_shape = (top + height + bottom, channels, left + width + right)
        self.kernel = Parameter((*self.kernel_size, channels, self.filters), glorot_uniform)
        self.bias = Parameter((self.filters,), zeros)
        self._output_shape = (rows, columns, self.filters)
        return self._output_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        strips = self._strips(pad(batch_last(x), self._pad, 0))
        self._cache = strips if training else None
        y = self._weights().T @ self._windows(strips)
        rows, columns, filters = self._output_shape
        return batch_first(y.reshape(rows, filters, columns, len(x)))

    def backward(self, dy: Array) -> Array:
        """dx[n,h,w,c] = sum_{u,v,f} kernel[u,v,c,f] * dy[n,i,j,f]  with i*s+u = h, j*s+v = w

        The output rows i that saw row h, as their row u = h - i*s, lie one after the other in
        memory: one matrix product sums over u and f. What it gives for each v is added where the
        windows' column v was.
        """
        self.backward_parameters(dy)
        dy = batch_last(dy)
        rows, _, columns, batch = dy.shape
        kh, kw, channels, _ = self.kernel.shape
        sh, sw = self.strides
        upside_down = np.ascontiguousarray(self.kernel.value[::-1].transpose(1, 2, 0, 3))
        dx = np.zeros((*self._padded_shape, batch), dy.dtype)
        for h in range(len(dx)):
            first, last = max(0, (h - kh) // sh + 1), min(h // sh, rows - 1)  # i that saw h
            if first > last:
                continue
            top, bottom = kh - 1 - (h - first * sh), kh - 1 - (h - last * sh)  # u falls as i grows
            weights = upside_down[:, :, top : bottom + 1 : sh]
            seen_by = dy[first : last + 1].reshape(-1, columns * batch)
            shares = weights.reshape(-1, len(seen_by)) @ seen_by
            for v, share in enumerate(shares.reshape(kw, channels, columns, batch)):
                dx[h, :, entries(v, sw, columns)] += share
        return batch_first(crop(dx, self._pad))

    def backward_parameters(self, dy: Array) -> None:
        """dkernel[u,v,c,f] = sum_{n,i,j} x[n, i*s+u, j*s+v, c] * dy[n,i,j,f]

        dbias[f] = sum_{n,i,j} dy[n,i,j,f]
        """
        dy = batch_last(dy)
        dy = dy.reshape(*dy.shape[:2], -1)  # (H', F, W'*N)
        products = self._windows(self.cached()) @ dy.swapaxes(1, 2)
        dweights = products.sum(axis=0).reshape(self.kernel_size[0], -1, self.filters)
        self.kernel.grad[...] = dweights[:, :-1].reshape(self.kernel.shape)
        self.bias.grad[...] = dweights[0, -1]

    def _strips(self, x: Array) -> Array:
        """The padded x (H, C, W, N), kw times side by side, as (H, kw*C + 1, W'*N):

        strips[h, (v,c), (j,n)] = x[h, c, j*s+v, n], and a line of ones for the bias
        """
        height, channels, _, batch = x.shape
        _, columns, _ = self._output_shape
        kw, sw = self.kernel_size[1], self.strides[1]
        strips = np.empty((height, kw * channels + 1, columns * batch), x.dtype)
        strips[:, -1] = 1
        by_column = strips[:, :-1].reshape(height, kw, channels, columns, batch)
        for v in range(kw):
            by_column[:, v] = x[:, :, entries(v, sw, columns)]
        return strips

    def _windows(self, strips: Array) -> Array:
        """All windows of an output row as a matrix, for each row: (H', kh*(kw*C + 1), W'*N).

        kh neighbouring strips are such a matrix: windows are copied kw times, not kh*kw times.
        """
        height, lines, positions = strips.shape
        kh, sh = self.kernel_size[0], self.strides[0]
        one_below_the_other = strips.reshape(height * lines, positions)
        windows = sliding_window_view(one_below_the_other, kh * lines, axis=0)
        return windows[:: sh * lines].swapaxes(1, 2)

    def _weights(self) -> Array:
        """The kernel as a matrix (kh*(kw*C + 1), F): the bias meets the first line of ones.

        Each strip has such a line, so that all are alike; the other kh - 1 have zeros here.
        """
        kh, kw, channels, filters = self.kernel.shape
        weights = np.zeros((kh, kw * channels + 1, filters), self.kernel.value.dtype)
        weights[:, :-1] = self.kernel.value.reshape(kh, -1, filters)
        weights[0, -1] = self.bias.value
        return weights.reshape(-1, filters)
