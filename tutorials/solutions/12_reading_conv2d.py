"""Solutions of notebook 12.

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
    height, channels, width, examples = x.shape
    kh, kw = kernel_size
    rows, columns = (height - kh) // stride + 1, (width - kw) // stride + 1
    lines = kw * channels + 1
    strips = np.ones((height, lines, columns * examples))
    for v in range(kw):
        pixels = x[:, :, v : v + stride * (columns - 1) + 1 : stride]
        place = slice(v * channels, (v + 1) * channels)
        strips[:, place] = pixels.reshape(height, channels, columns * examples)
    windows = [strips[i * stride : i * stride + kh].reshape(kh * lines, -1) for i in range(rows)]
    return np.array(windows)


def weights_for(kernel: Array, bias: Array) -> Array:
    """Kernel (kh, kw, C, F) and bias (F,) as the matrix (kh*(kw*C + 1), F) that meets `unfold`.

    weights_for(kernel, bias).T @ unfold(x, ...)[i] is row i of the convolution, bias included.
    """
    kh, kw, channels, filters = kernel.shape
    weights = np.zeros((kh, kw * channels + 1, filters))
    weights[:, :-1] = kernel.reshape(kh, kw * channels, filters)
    weights[0, -1] = bias
    return weights.reshape(-1, filters)


def copied(size: tuple[int, int, int, int], kernel_size: tuple[int, int]) -> tuple[int, int]:
    """How many numbers are written down: by notebook 07's im2col, and into the strips.

    The picture is (H, C, W, N), the stride 1. The strips have a line of ones for each row of x.
    """
    height, channels, width, examples = size
    kh, kw = kernel_size
    columns = width - kw + 1
    in_rows = (height - kh + 1) * columns * examples * kh * kw * channels
    in_strips = height * (kw * channels + 1) * columns * examples
    return in_rows, in_strips


def fold(shares: Array, kernel_width: int, stride: int, width: int) -> Array:
    """The shares (kw*C, W'*N) of one row's windows, added to where they came from: (C, W, N).

    row[c, w, n] = the sum of shares[(v,c), (j,n)] over all j*stride + v = w. W is `width`.
    """
    channels = len(shares) // kernel_width
    columns = (width - kernel_width) // stride + 1
    row = np.zeros((channels, width, shares.shape[1] // columns))
    for v, share in enumerate(shares.reshape(kernel_width, channels, columns, -1)):
        row[:, v : v + stride * (columns - 1) + 1 : stride] += share
    return row


def dx_row(dy: Array, kernel: Array, h: int, stride: int, width: int) -> Array:
    """Row h of dx (H, C, W, N), from dy (H', F, W', N) and the kernel (kh, kw, C, F): (C, W, N).

    Only the rows of dy that saw row h count. One product of matrices and one `fold` are enough.
    """
    kh, kw, channels, _ = kernel.shape
    rows, _, columns, examples = dy.shape
    seen_in = [i for i in range(rows) if 0 <= h - i * stride < kh]
    if not seen_in:
        return np.zeros((channels, width, examples))
    seen_by = [h - i * stride for i in seen_in]
    weights = kernel[seen_by].transpose(1, 2, 0, 3).reshape(kw * channels, -1)
    above = dy[seen_in].reshape(-1, columns * examples)
    return fold(weights @ above, kw, stride, width)
