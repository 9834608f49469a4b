"""Exercises of notebook 07.  Replace each `raise NotImplementedError` by your code.

`python -m tutorials` tells how you are doing; so does the notebook, when you run its cells.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def output_size(size: int, window: int, stride: int = 1, padding: int = 0) -> int:
    """How many windows fit along an axis of `size` pixels with `padding` zeros at both ends.

    The first window begins at the first pixel (or zero), each next one `stride` further on.
    The last one must fit whole: what is left over is not covered. 0 if none fits.
    """
    raise NotImplementedError


def im2col(x: Array, kernel_size: tuple[int, int], stride: int = 1) -> Array:
    """The windows of x (N, H, W, C) as rows of a matrix (N*H'*W', kh*kw*C).

    The rows are in the order of (n, i, j): the windows of the first image, line by line from
    the left, then those of the second. The columns are in the order of (u, v, c).
    """
    raise NotImplementedError


def conv_forward(x: Array, kernel: Array, bias: Array, stride: int = 1) -> Array:
    """y[n,i,j,f] = bias[f] + sum_{u,v,c} x[n, i*stride+u, j*stride+v, c] * kernel[u,v,c,f]

    x is (N, H, W, C), the kernel (kh, kw, C, F), the bias (F,); y is (N, H', W', F).
    No padding. One matrix product, of im2col(...) and the kernel as a matrix.
    """
    raise NotImplementedError


def pad_same(x: Array, kernel_size: tuple[int, int]) -> Array:
    """x (N, H, W, C) with zeros around the pictures: as many as make stride 1 give H * W windows.

    The kernel size is (kh, kw). Both ends of an axis get equally many lines; where that is not
    possible, the end at the bottom, or at the right, gets the extra one.
    """
    raise NotImplementedError


def edge_filters() -> Array:
    """A kernel (3, 3, 1, 2): two filters for images of one channel, 0 background and 1 ink.

    Filter 0 gives positive numbers where ink begins on the way down, filter 1 where it begins
    on the way to the right. Both give 0 where all nine pixels are alike. Filter 0 also gives 0
    at an upright edge, and filter 1 at a level one.
    """
    raise NotImplementedError


def receptive_field(layers: list[tuple[int, int]]) -> int:
    """How many pixels wide is the part of the image that one number of the last layer sees?

    The layers are (window, stride), the first one first: convolutions and pools, no padding.
    """
    raise NotImplementedError
