"""Where windows lie: which numbers a window sees, and which windows see a number."""

import numpy as np

from tinynet.layers.windows import Windows
from tinynet.types import Array

Index = tuple[int, ...]
BORDER = -1  # the place of a number that is not in the array, but beside it


def seen(windows: Windows, x: Array, i: int, j: int) -> tuple[Array, Array, Array]:
    """The rows and columns under window (i, j), moved into the image, and which were inside."""
    (kh, kw), (sh, sw) = windows.size, windows.strides
    (top, _), (left, _) = windows.border
    rows, columns = i * sh - top + np.arange(kh), j * sw - left + np.arange(kw)
    inside = is_inside(rows, columns, x)
    return rows.clip(0, x.shape[0] - 1), columns.clip(0, x.shape[1] - 1), inside


def is_inside(rows: Array, columns: Array, x: Array) -> Array:
    """Which of rows times columns are pixels, and not the border."""
    good_rows, good_columns = (rows >= 0) & (rows < len(x)), (columns >= 0) & (columns < x.shape[1])
    inside: Array = good_rows[:, None] & good_columns
    return inside


def output_place(windows: Windows, h: int, w: int, u: int, v: int) -> tuple[int | None, int | None]:
    """The window (i, j) that has pixel (h, w) at its place (u, v), each None if there is none."""
    found = [
        place // stride if place % stride == 0 and 0 <= place // stride < count else None
        for place, stride, count in zip(
            (h + windows.border[0][0] - u, w + windows.border[1][0] - v),
            windows.strides,
            windows.counts,
            strict=True,
        )
    ]
    return found[0], found[1]


def first_maximum(window: Array) -> Array:
    """True at the first of the largest entries, in reading order."""
    wins = np.zeros(window.shape, bool)
    wins[np.unravel_index(int(window.argmax()), window.shape)] = True
    return wins


def grid(rows: Array, columns: Array, inside: Array, channel: int) -> Array:
    """The places (row, column, channel) of rows times columns; BORDER where they are not inside."""
    everywhere = np.broadcast_arrays(rows[:, None], columns, np.int64(channel))
    return np.where(inside[..., None], np.stack(everywhere, axis=-1), BORDER)


def whole_map(picture: Array, channel: int) -> Array:
    """The places of all numbers of one map (H, W)."""
    rows, columns = (np.arange(size) for size in picture.shape)
    return grid(rows, columns, np.ones(picture.shape, bool), channel)


def at(*index: int) -> Array:
    """A single place, as the (1, 1) that a group of one product has."""
    return np.array(index).reshape(1, 1, -1)
