"""Sliding windows: the arithmetic that convolution and pooling share."""

from typing import Any

import numpy as np

from tinynet.layers.base import Array, Layer

Padding = tuple[tuple[int, int], tuple[int, int]]  # ((top, bottom), (left, right))


def check_padding(padding: Any) -> str:
    """ "valid" or "same"; ValueError for anything else."""
    if padding not in ("valid", "same"):
        raise ValueError(f'padding must be "valid" or "same". Received: padding={padding!r}')
    return str(padding)


def output_size(layer: Layer, size: int, window: int, stride: int, padding: str) -> int:
    """How many windows fit along one axis; ValueError if none does.

    valid: floor((size - window) / stride) + 1;  same: ceil(size / stride), as in Keras.
    """
    if padding == "same":
        return -(-size // stride)
    if window > size:
        raise ValueError(
            f"{layer!r} has a window of {window}, larger than its input of {size}; "
            'use a smaller window or padding="same".'
        )
    return (size - window) // stride + 1


def pad_widths(size: int, window: int, stride: int, padding: str) -> tuple[int, int]:
    """How much to add before and after one axis.

    same: what the last window lacks, split in two; an odd one goes after, as in Keras.
    """
    if padding == "valid":
        return 0, 0
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def pad(x: Array, widths: Padding, value: float) -> Array:
    """(H, W, C, N) with a border of `value`; x itself where the border is empty."""
    if not any(map(any, widths)):
        return x
    return np.pad(x, (*widths, (0, 0), (0, 0)), constant_values=value)


def crop(x: Array, widths: Padding) -> Array:
    """The inverse of `pad`: a view without the border."""
    (top, bottom), (left, right) = widths
    return x[top : x.shape[0] - bottom, left : x.shape[1] - right]
