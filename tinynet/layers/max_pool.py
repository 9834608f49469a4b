"""Max pooling, forwards and backwards."""

from collections.abc import Iterator

import numpy as np

from tinynet.layers.base import (
    Array,
    Layer,
    Shape,
    batch_first,
    batch_last,
    expect_rank,
    pair,
)
from tinynet.layers.windows import check_padding, crop, pad, place_windows


class MaxPool(Layer):
    """The largest value in each window.  (N, H, W, C) -> (N, H', W', C)

    y[n,i,j,c] = max_{u,v} x[n, i*s+u, j*s+v, c]
    dy goes to the window's maximum; of equal ones the first in reading order takes it all.
    Strides default to the pool size. Raises ValueError if the window exceeds the image.
    Source: keras.layers.MaxPooling2D.
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = (2, 2),
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
    ) -> None:
        self.pool_size = pair(pool_size, "pool_size")
        self.strides = None if strides is None else pair(strides, "strides")
        self.padding = check_padding(padding)

    def declare(self, input_shape: Shape) -> Shape:
        expect_rank(self, input_shape, "H, W, C")
        height, width, channels = input_shape
        self._strides = self.strides or self.pool_size
        (rows, columns), self._pad = place_windows(
            self, (height, width), self.pool_size, self._strides, self.padding
        )
        self._output_shape = (rows, columns, channels)
        return self._output_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        x = pad(batch_last(x), self._pad, -np.inf)
        y = np.full((*self._output_shape, x.shape[-1]), -np.inf, x.dtype)
        for i, place in self._places():
            np.maximum(y[i], x[place], out=y[i])
        self._cache = (x, y) if training else None
        return batch_first(y)

    def backward(self, dy: Array) -> Array:
        """dx[n, i*s+u, j*s+v, c] += dy[n,i,j,c] for the first u, v with x[...] = y[n,i,j,c]

        Whoever equals the maximum takes all that is left of dy: later equals get nothing.
        """
        (x, y), left = self.cached(), batch_last(dy).copy()
        dx = np.zeros_like(x)
        for i, place in self._places():
            share = left[i] * (x[place] == y[i])
            dx[place] += share
            left[i] -= share
        return batch_first(crop(dx, self._pad))

    def branches(self) -> list[Array]:
        _, y = self.cached()
        numbers = np.arange(1.0, y.size + 1, dtype=y.dtype).reshape(y.shape)
        return [self.backward(batch_first(numbers))]  # each window's number, where it wins

    def _places(self) -> Iterator[tuple[int, tuple[int, slice]]]:
        """For each output row i, in reading order: where x has the entries (u, v) of its windows.

        A row at a time, so that all its arrays stay in the cache.
        """
        (height, width), (sh, sw) = self.pool_size, self._strides
        rows, columns, _ = self._output_shape
        for i in range(rows):
            for u in range(height):
                for v in range(width):
                    yield i, (i * sh + u, slice(v, v + sw * (columns - 1) + 1, sw))
