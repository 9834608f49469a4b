"""Solutions of notebook 09."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def maxpool_backward(dy: Array, x: Array, window: int, stride: int) -> Array:
    """dx of a max pooling with square windows: dy[n,i,j,c] goes to the maximum of its window.

    x is (N, H, W, C), dy (N, H', W', C); window (i, j) begins at row i*stride, column j*stride.
    Of several equal maxima the first one, line by line from the left, gets everything.
    Windows may overlap; pixels in no window get 0.
    """
    examples, rows, columns, channels = dy.shape
    n, c = np.ogrid[:examples, :channels]
    dx = np.zeros_like(x)
    for i, j in np.ndindex(rows, columns):
        top, left = i * stride, j * stride
        entries = x[:, top : top + window, left : left + window]
        winner = entries.reshape(examples, -1, channels).argmax(axis=1)  # (N, C), the first one
        u, v = np.divmod(winner, window)
        dx[n, top + u, left + v, c] += dy[:, i, j]
    return dx


def avgpool_backward(dy: Array, image_size: tuple[int, int], window: int, stride: int) -> Array:
    """dx (N, H, W, C) of the mean over each square window; the image size is (H, W).

    dy is (N, H', W', C); window (i, j) begins at row i*stride, column j*stride.
    Windows may overlap; pixels in no window get 0.
    """
    dx = np.zeros((len(dy), *image_size, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride, j * stride
        share = dy[:, i : i + 1, j : j + 1] / window**2
        dx[:, top : top + window, left : left + window] += share
    return dx


def dropout_backward(dy: Array, keep: Array, rate: float) -> Array:
    """dx of y = x * keep / (1 - rate); keep is True where a number was let through.

    dy, keep and dx have the same shape, which may be any.
    """
    return dy * keep / (1 - rate)


def padded_mean_backward(
    dy: Array, image_size: tuple[int, int], window: int, stride: int, padding: int
) -> Array:
    """dx (N, H, W, C) of a mean pooling with a border of `padding` lines on all four sides.

    Window (i, j) begins at row i*stride - padding, column j*stride - padding, of the image (H, W).
    The mean is taken over those entries of the window that lie in the image; each has some.
    """
    height, width = image_size
    dx = np.zeros((len(dy), height, width, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride - padding, j * stride - padding
        rows = slice(max(0, top), min(height, top + window))
        columns = slice(max(0, left), min(width, left + window))
        count = (rows.stop - rows.start) * (columns.stop - columns.start)
        dx[:, rows, columns] += dy[:, i : i + 1, j : j + 1] / count
    return dx
