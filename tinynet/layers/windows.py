"""Sliding windows: the arithmetic that convolution and pooling share."""

from typing import Any

import numpy as np

from tinynet.layers.layer import Layer
from tinynet.types import Array

Pair = tuple[int, int]
Padding = tuple[tuple[int, int], tuple[int, int]]  # ((top, bottom), (left, right))


def check_padding(padding: Any) -> str:
    """ "valid" or "same"; ValueError for anything else."""
    if padding not in ("valid", "same"):
        raise ValueError(f'padding must be "valid" or "same". Received: padding={padding!r}')
    return str(padding)


def place_windows(
    layer: Layer, image: Pair, window: Pair, strides: Pair, padding: str
) -> tuple[Pair, Padding]:
    """How many windows fit (rows, columns), and the border that `same` padding adds.

    valid: floor((size - window) / stride) + 1 windows along an axis, and no border
    same: ceil(size / stride) windows; the border is what the last one lacks, split in two,
    an odd one after the image, as in Keras.
    Raises ValueError if the window is larger than an image that is not padded.
    """
    counts, borders = [], []
    for size, extent, stride in zip(image, window, strides, strict=True):
        if padding == "same":
            count = -(-size // stride)
            lacking = max((count - 1) * stride + extent - size, 0)
        elif extent <= size:
            count, lacking = (size - extent) // stride + 1, 0
        else:
            raise ValueError(
                f"{layer!r} has a window of {extent}, larger than its input of {size}; "
                'use a smaller window or padding="same".'
            )
        counts.append(count)
        borders.append((lacking // 2, lacking - lacking // 2))
    return (counts[0], counts[1]), (borders[0], borders[1])


def entries(first: int, stride: int, count: int) -> slice:
    """Where the entry that the first of `count` windows has at `first` lies in each of them."""
    return slice(first, first + stride * (count - 1) + 1, stride)


def pad(x: Array, widths: Padding, value: float) -> Array:
    """(H, C, W, N) with a border of `value`; x itself where the border is empty."""
    if not any(map(any, widths)):
        return x
    rows, columns = widths
    return np.pad(x, (rows, (0, 0), columns, (0, 0)), constant_values=value)


def crop(x: Array, widths: Padding) -> Array:
    """The inverse of `pad`: a view without the border."""
    (top, bottom), (left, right) = widths
    return x[top : x.shape[0] - bottom, :, left : x.shape[2] - right]
