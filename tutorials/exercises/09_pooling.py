"""Exercises of notebook 09.  Replace each `raise NotImplementedError` by your code.

`python -m tutorials` tells how you are doing; so does the notebook, when you run its cells.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def maxpool_backward(dy: Array, x: Array, window: int, stride: int) -> Array:
    """dx of a max pooling with square windows: dy[n,i,j,c] goes to the maximum of its window.

    x is (N, H, W, C), dy (N, H', W', C); window (i, j) begins at row i*stride, column j*stride.
    Of several equal maxima the first one, line by line from the left, gets everything.
    Windows may overlap; pixels in no window get 0.
    """
    raise NotImplementedError


def avgpool_backward(dy: Array, image_size: tuple[int, int], window: int, stride: int) -> Array:
    """dx (N, H, W, C) of the mean over each square window; the image size is (H, W).

    dy is (N, H', W', C); window (i, j) begins at row i*stride, column j*stride.
    Windows may overlap; pixels in no window get 0.
    """
    raise NotImplementedError


def dropout_backward(dy: Array, keep: Array, rate: float) -> Array:
    """dx of y = x * keep / (1 - rate); keep is True where a number was let through.

    dy, keep and dx have the same shape, which may be any.
    """
    raise NotImplementedError


def padded_mean_backward(
    dy: Array, image_size: tuple[int, int], window: int, stride: int, padding: int
) -> Array:
    """dx (N, H, W, C) of a mean pooling with a border of `padding` lines on all four sides.

    Window (i, j) begins at row i*stride - padding, column j*stride - padding, of the image (H, W).
    The mean is taken over those entries of the window that lie in the image; each has some.
    """
    raise NotImplementedError
