"""How arrays lie in memory."""

import numpy as np

from tinynet.types import Array


def batch_last(x: Array) -> Array:
    """(N, H, W, C) -> (H, C, W, N), contiguous in memory; free if it lies so already.

    Reason: the rows under a window are then one matrix (kh*C, W*N) in memory, as it stands,
    and every NumPy loop runs over long lines of neighbours instead of C numbers.
    """
    return np.ascontiguousarray(x.transpose(1, 3, 2, 0))


def batch_first(x: Array) -> Array:
    """(H, C, W, N) -> (N, H, W, C), a view: the layout that callers see."""
    return x.transpose(3, 0, 2, 1)
