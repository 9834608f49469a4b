"""Windows that slide over an image: where they lie, and how to lay them out and put them back.

Everything here is in memory's order, (H, C, W, N) (see layout.py).
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinynet.types import Array

Pair = tuple[int, int]


@dataclass(frozen=True)
class Windows:
    """Where windows of `size` (kh, kw) lie on an image that gets a border.

    counts   how many there are: rows H', columns W'
    border   ((top, bottom), (left, right)), the lines added around the image
    Window (i, j) begins at row i*sh and column j*sw of the image with its border.
    """

    size: Pair
    strides: Pair
    counts: Pair
    border: tuple[Pair, Pair]


def place_windows(layer: object, image: Pair, size: Pair, strides: Pair, padding: str) -> Windows:
    """The windows that fit on an image (H, W), for one of Keras's two paddings.

    valid: floor((size - window) / stride) + 1 windows along an axis, and no border
    same: ceil(size / stride) windows; the border is what the last one lacks, split in two,
    an odd line after the image.
    Raises ValueError if the window is larger than an image that is not padded.
    """
    counts, border = [], []
    for length, extent, stride in zip(image, size, strides, strict=True):
        if padding == "same":
            count = -(-length // stride)
            lacking = max((count - 1) * stride + extent - length, 0)
        elif extent <= length:
            count, lacking = (length - extent) // stride + 1, 0
        else:
            raise ValueError(
                f"{layer!r} has a window of {extent}, larger than its input of {length}; "
                'use a smaller window or padding="same".'
            )
        counts.append(count)
        border.append((lacking // 2, lacking - lacking // 2))
    return Windows(size, strides, (counts[0], counts[1]), (border[0], border[1]))


def pad(x: Array, windows: Windows, value: float) -> Array:
    """x with its border of `value`; x itself where the border is empty."""
    rows, columns = windows.border
    if not any(rows + columns):
        return x
    return np.pad(x, (rows, (0, 0), columns, (0, 0)), constant_values=value)


def crop(x: Array, windows: Windows) -> Array:
    """The inverse of `pad`: a view without the border."""
    (top, bottom), (left, right) = windows.border
    return x[top : x.shape[0] - bottom, :, left : x.shape[2] - right]


def entries(place: int, count: int, stride: int) -> slice:
    """Entry `place` of every window along an axis: place, place + stride, ..., `count` of them."""
    return slice(place, place + stride * (count - 1) + 1, stride)


def unfold(x: Array, windows: Windows) -> Array:
    """Each window of the padded x as a column: (H, C, W, N) -> (H', kh*(kw*C + 1), W'*N)

    unfold(x)[i, (u,v,c), (j,n)] = x[i*sh+u, c, j*sw+v, n];  each u ends with a line of ones,
    which the bias meets. The windows of a row are copied out, kw*C + 1 lines for each row of x;
    kh such strips, one below the other, are an output row's windows as they stand in memory. So x
    is copied kw times, not kh*kw times.
    """
    height, channels, _, batch = x.shape
    (kh, kw), (sh, sw), (_, columns) = windows.size, windows.strides, windows.counts
    lines = kw * channels + 1
    strips = np.empty((height, lines, columns * batch), x.dtype)
    strips[:, -1] = 1
    by_column = strips[:, :-1].reshape(height, kw, channels, columns, batch)
    for v in range(kw):
        by_column[:, v] = x[:, :, entries(v, columns, sw)]
    strip, line, number = strips.strides
    # sliding_window_view would say the same, and take longer than a small image's arithmetic.
    return as_strided(
        strips, (windows.counts[0], kh * lines, columns * batch), (sh * strip, line, number)
    )


def fold(shares: Array, windows: Windows, row: Array) -> None:
    """Add the shares (kw*C, W'*N) of a row's windows to the row (C, W, N) that they came from.

    row[c, w, n] += sum_{v,j} shares[(v,c), (j,n)]  over j*sw + v = w: what `unfold` does along a
    row, the other way.
    """
    channels, _, batch = row.shape
    (_, kw), (_, sw), (_, columns) = windows.size, windows.strides, windows.counts
    for v, share in enumerate(shares.reshape(kw, channels, columns, batch)):
        row[:, entries(v, columns, sw)] += share
