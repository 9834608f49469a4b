"""Max pooling, forwards and backwards."""

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
from tinynet.layers.windows import Padding, check_padding, crop, output_size, pad, pad_widths


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
        settings = list(zip((height, width), self.pool_size, self._strides, strict=True))
        rows, columns = (output_size(self, *each, self.padding) for each in settings)
        top_bottom, left_right = (pad_widths(*each, self.padding) for each in settings)
        self._pad: Padding = (top_bottom, left_right)
        return rows, columns, channels

    def forward(self, x: Array, training: bool = False) -> Array:
        """Separable: the maximum of each row of a window, then the maximum of those."""
        x = pad(batch_last(x), self._pad, -np.inf)
        (height, width), (sh, sw) = self.pool_size, self._strides
        row_max = running_max(x.swapaxes(0, 1), width, sw).swapaxes(0, 1)
        y = running_max(row_max, height, sh)
        self._cache = (x, row_max, y) if training else None
        return batch_first(y)

    def backward(self, dy: Array) -> Array:
        """Back to the first row that holds the maximum, then to the first place in that row."""
        x, row_max, y = self.cached()
        (height, width), (sh, sw) = self.pool_size, self._strides
        drow = route(batch_last(dy), row_max, y, height, sh)
        dx = route(*(a.swapaxes(0, 1) for a in (drow, x, row_max)), width, sw).swapaxes(0, 1)
        return batch_first(crop(dx, self._pad))

    def branches(self) -> list[Array]:
        x, row_max, y = self.cached()
        (height, width), (sh, sw) = self.pool_size, self._strides
        columns = first_winners(x.swapaxes(0, 1), row_max.swapaxes(0, 1), width, sw)
        return [*columns, *first_winners(row_max, y, height, sh)]


def running_max(x: Array, size: int, stride: int) -> Array:
    """y[i] = max_u x[i*stride + u] along the first axis."""
    outputs = (len(x) - size) // stride + 1
    y = x[: stride * outputs : stride]
    for u in range(1, size):
        y = np.maximum(y, x[u::stride][:outputs])
    return y


def first_winners(x: Array, y: Array, size: int, stride: int) -> list[Array]:
    """For each u, where x[i*stride + u] is the first element of its window equal to y[i]."""
    taken = np.zeros(y.shape, bool)
    winners = []
    for u in range(size):
        wins = (x[u::stride][: len(y)] == y) & ~taken
        taken |= wins
        winners.append(wins)
    return winners


def route(dy: Array, x: Array, y: Array, size: int, stride: int) -> Array:
    """dx[i*stride + u] += dy[i] where u is the window's first winner."""
    dx = np.zeros(x.shape, dy.dtype)
    for u, wins in enumerate(first_winners(x, y, size, stride)):
        dx[u::stride][: len(y)] += dy * wins
    return dx
