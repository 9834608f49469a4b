"""Exercises of notebook 08.  Replace each `raise NotImplementedError` by your code.

`python -m tutorials` tells how you are doing; so does the notebook, when you run its cells.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def conv_db(dy: Array) -> Array:
    """db (F,), from dy (N, H', W', F), which holds the loss's 1/N already."""
    raise NotImplementedError


def conv_dw(x: Array, dy: Array, kernel_size: tuple[int, int], stride: int = 1) -> Array:
    """dw (kh, kw, C, F), from x (N, H, W, C) and dy (N, H', W', F), with the given stride.

    Rows and columns of x that no window covers do not count. The kernel size is (kh, kw).
    """
    raise NotImplementedError


def conv_dx(dy: Array, kernel: Array) -> Array:
    """dx for stride 1 and no padding.

    dy is (N, H', W', F), the kernel (kh, kw, C, F); dx is (N, H'+kh-1, W'+kw-1, C).
    """
    raise NotImplementedError


def conv_dx_strided(
    dy: Array, kernel: Array, image_size: tuple[int, int], stride: int, padding: int = 0
) -> Array:
    """dx (N, H, W, C) for any stride and padding; the image size is (H, W), without padding.

    The forward pass put `padding` lines of zeros around the picture, on all four sides. Pixels that
    no window covers get 0.
    """
    raise NotImplementedError


def depthwise_backward(x: Array, kernel: Array, dy: Array) -> tuple[Array, Array]:
    """dx and dkernel of a convolution in which every channel has a filter of its own, stride 1.

    y[n,i,j,c] = sum_{u,v} x[n,i+u,j+v,c] * kernel[u,v,c], with x (N, H, W, C), kernel (kh, kw, C).
    """
    raise NotImplementedError
