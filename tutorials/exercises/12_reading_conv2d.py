"""Exercises of notebook 12.  Replace each `raise NotImplementedError` by your code.

All pictures lie in memory's order, (H, C, W, N): rows, channels, columns, examples. No padding.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def unfold(x: Array, kernel_size: tuple[int, int], stride: int = 1) -> Array:
    """The windows of x (H, C, W, N) as columns: (H', kh*(kw*C + 1), W'*N).

    unfold(x)[i, (u,v,c), (j,n)] = x[i*stride+u, c, j*stride+v, n], where (u,v,c) counts c fastest,
    then v, then u, and (j,n) counts n fastest. Behind the kw*C lines of each u stands a line of
    ones.
    """
    raise NotImplementedError


def weights_for(kernel: Array, bias: Array) -> Array:
    """Kernel (kh, kw, C, F) and bias (F,) as the matrix (kh*(kw*C + 1), F) that meets `unfold`.

    weights_for(kernel, bias).T @ unfold(x, ...)[i] is row i of the convolution, bias included.
    """
    raise NotImplementedError


def copied(size: tuple[int, int, int, int], kernel_size: tuple[int, int]) -> tuple[int, int]:
    """How many numbers are written down: by notebook 07's im2col, and into the strips.

    The picture is (H, C, W, N), the stride 1. The strips have a line of ones for each row of x.
    """
    raise NotImplementedError


def fold(shares: Array, kernel_width: int, stride: int, width: int) -> Array:
    """The shares (kw*C, W'*N) of one row's windows, added to where they came from: (C, W, N).

    row[c, w, n] = the sum of shares[(v,c), (j,n)] over all j*stride + v = w. W is `width`.
    """
    raise NotImplementedError


def dx_row(dy: Array, kernel: Array, h: int, stride: int, width: int) -> Array:
    """Row h of dx (H, C, W, N), from dy (H', F, W', N) and the kernel (kh, kw, C, F): (C, W, N).

    Only the rows of dy that saw row h count. One product of matrices and one `fold` are enough.
    """
    raise NotImplementedError
