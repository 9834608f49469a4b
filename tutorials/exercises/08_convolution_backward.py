"""Exercises of notebook 08.  Replace each `raise NotImplementedError` by your code.

`python -m tutorials` tells how you are doing; so does the notebook, when you run its cells.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def conv_db(dy: Array) -> Array:
    """db[f] = sum_{n,i,j} dy[n,i,j,f], with dy (N, H', W', F)."""
    raise NotImplementedError


def conv_dw(x: Array, dy: Array, kernel_size: tuple[int, int], stride: int = 1) -> Array:
    """dw[u,v,c,f] = sum_{n,i,j} x[n, i*stride+u, j*stride+v, c] * dy[n,i,j,f]

    x is (N, H, W, C), dy (N, H', W', F), the kernel size (kh, kw); dw is (kh, kw, C, F).
    """
    raise NotImplementedError


def conv_dx(dy: Array, kernel: Array) -> Array:
    """dx[n,p,q,c] for stride 1: the sum of dy[n,i,j,f] * kernel[u,v,c,f] over i+u = p, j+v = q

    dy is (N, H', W', F), the kernel (kh, kw, C, F); dx is (N, H'+kh-1, W'+kw-1, C).
    """
    raise NotImplementedError


def conv_dx_strided(
    dy: Array, kernel: Array, image_size: tuple[int, int], stride: int, padding: int = 0
) -> Array:
    """dx (N, H, W, C) for any stride and padding; the image size is (H, W), without padding.

    The sum of dy[n,i,j,f] * kernel[u,v,c,f] over i*stride+u = p+padding, j*stride+v = q+padding.
    Pixels that no window covers get 0; what the padding's zeros would get is dropped.
    """
    raise NotImplementedError
