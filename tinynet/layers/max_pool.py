"""Max pooling, forwards and backwards."""

import functools

import numpy as np

from tinynet.layers.layer import Layer, expect_rank, pair
from tinynet.layers.layout import batch_first, batch_last
from tinynet.layers.windows import check_padding, crop, entries, pad, place_windows
from tinynet.types import Array, Shape


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
        self._overlap = any(s < k for s, k in zip(self._strides, self.pool_size, strict=True))
        self._output_shape = (rows, columns, channels)
        return self._output_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        x = pad(batch_last(x), self._pad, -np.inf)
        places = self._places(x)
        y = functools.reduce(np.maximum, places)
        # Compared now, while x is in the cache; a byte for each is also less to keep than x.
        self._cache = (x.shape, [place == y for place in places[:-1]]) if training else None
        return batch_first(y)

    def backward(self, dy: Array) -> Array:
        """dx[n, i*s+u, j*s+v, c] += dy[n,i,j,c] for the first u, v with x[...] = y[n,i,j,c]

        Whoever equals the maximum takes all that is left of dy: later equals get nothing, and
        the last entry of a window gets what the others leave.
        """
        shape, winners = self.cached()
        left = batch_last(dy)
        dx = np.zeros(shape, dy.dtype)
        *places, last = self._places(dx)
        for place, wins in zip(places, winners, strict=True):
            share = left * wins
            place[...] = place + share if self._overlap else share  # writing is twice as fast
            left = left - share
        last[...] = last + left if self._overlap else left
        return batch_first(crop(dx, self._pad))

    def branches(self) -> list[Array]:
        _, winners = self.cached()
        return list(winners)

    def _places(self, x: Array) -> list[Array]:
        """Entry (u, v) of every window of the padded x, in reading order: (H', C, W', N) each."""
        (kh, kw), (sh, sw) = self.pool_size, self._strides
        rows, columns, _ = self._output_shape
        return [
            x[entries(u, sh, rows), :, entries(v, sw, columns)]
            for u in range(kh)
            for v in range(kw)
        ]
