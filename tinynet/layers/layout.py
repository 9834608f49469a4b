"""How arrays lie in memory.  Layers speak of (N, H, W, C); only this file knows the rest.

Images lie as (H, C, W, N), batch last. The rows under a window are then one matrix (kh*C, W*N)
as they stand, and every NumPy loop runs over long lines of neighbours instead of C numbers.
Anything else, such as vectors (N, features), lies as it comes.
"""

import math

import numpy as np

from tinynet.types import Array, Shape


def memory_order(x: Array) -> Array:
    """A view of x with its axes in the order of memory: (N, H, W, C) -> (H, C, W, N)."""
    return x.transpose(1, 3, 2, 0) if x.ndim == 4 else x


def to_memory(x: Array) -> Array:
    """The same, and contiguous; free if x lies so already."""
    return np.ascontiguousarray(memory_order(x))


def from_memory(x: Array) -> Array:
    """The inverse, a view: (H, C, W, N) -> (N, H, W, C), which callers see."""
    return x.transpose(3, 0, 2, 1) if x.ndim == 4 else x


def by_channel(x: Array) -> Array:
    """(N, ..., C) of any rank -> (P, C, M), contiguous: a channel's P*M numbers, in P lines.

    Images become (H, C, W*N), which is free if they lie as above.
    """
    if x.ndim == 4:
        batch, height, width, channels = x.shape
        return to_memory(x).reshape(height, channels, width * batch)
    batch, *positions, channels = x.shape
    batch_last = np.ascontiguousarray(np.moveaxis(x, 0, -1))
    return batch_last.reshape(math.prod(positions), channels, batch)


def from_channels(rows: Array, shape: Shape) -> Array:
    """The inverse of `by_channel`, a view of the given shape (N, ..., C)."""
    if len(shape) == 4:
        batch, height, width, channels = shape
        return from_memory(rows.reshape(height, channels, width, batch))
    return np.moveaxis(rows.reshape(*shape[1:], shape[0]), -1, 0)
