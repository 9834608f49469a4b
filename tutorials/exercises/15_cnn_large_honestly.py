"""Exercises of notebook 15.  Replace each `raise NotImplementedError` by your code."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]  # one for each image: True where it is read wrongly


def bilinear(image: Array, row: float, column: float) -> float:
    """The ink of an image (H, W) at the place (row, column), which need not be whole numbers.

    Pixel [i, j] lies at (i, j). Between neighbours the ink changes evenly, first along one axis
    and then along the other. All pixels beyond the border are 0.
    """
    raise NotImplementedError


def warp(image: Array, matrix: Array) -> Array:
    """The image (H, W) moved about its centre by a matrix (2, 2).  -> (H, W), bilinear

    The centre is ((H - 1) / 2, (W - 1) / 2). What lies at centre + p, p = (rows, columns), is to
    lie at centre + matrix @ p afterwards.
    """
    raise NotImplementedError


def bilinear_backward(
    image: Array, row: float, column: float, dy: float
) -> tuple[Array, float, float]:
    """dL/dimage (H, W), dL/drow and dL/dcolumn of y = bilinear(image, row, column), from dy.

    The place lies between four pixels of the image, and on none of them.
    """
    raise NotImplementedError


def mcnemar(wrong_a: Flags, wrong_b: Flags) -> float:
    """How likely equal networks A and B disagree at least as unevenly as these two: from 0 to 1.

    wrong_a[n] and wrong_b[n] tell of the same image n. Uneven in either direction counts. Exact,
    for any number of images; 1 where they never disagree.
    """
    raise NotImplementedError


def difference(wrong_a: Flags, wrong_b: Flags) -> tuple[float, float]:
    """A's share of wrong images minus B's, and its standard deviation.

    wrong_a[n] and wrong_b[n] tell of the same image n. The deviation is that of other images of the
    same kind, as many as these, read by the same two networks.
    """
    raise NotImplementedError


def over_seeds(errors: Array, reference: Array) -> tuple[float, float]:
    """The mean of what a change costs, and the standard error of this mean.

    errors[s] is the error with the change, reference[s] that without, both trained with seed s: the
    same weights to begin with, the same batches. At least two seeds.
    """
    raise NotImplementedError
