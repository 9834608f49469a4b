"""Solutions of notebook 15."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]  # one for each image: True where it is read wrongly


def bilinear(image: Array, row: float, column: float) -> float:
    """The ink of an image (H, W) at the place (row, column), which need not be whole numbers.

    Pixel [i, j] lies at (i, j). Between neighbours the ink changes evenly, first along one axis
    and then along the other. All pixels beyond the border are 0.
    """
    height, width = image.shape

    def pixel(i: int, j: int) -> float:
        return float(image[i, j]) if 0 <= i < height and 0 <= j < width else 0.0

    top, left = math.floor(row), math.floor(column)
    down, right = row - top, column - left
    upper = (1 - right) * pixel(top, left) + right * pixel(top, left + 1)
    lower = (1 - right) * pixel(top + 1, left) + right * pixel(top + 1, left + 1)
    return (1 - down) * upper + down * lower


def warp(image: Array, matrix: Array) -> Array:
    """The image (H, W) moved about its centre by a matrix (2, 2).  -> (H, W), bilinear

    The centre is ((H - 1) / 2, (W - 1) / 2). What lies at centre + p, p = (rows, columns), is to
    lie at centre + matrix @ p afterwards.
    """
    height, width = image.shape
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    back = np.linalg.inv(matrix)
    moved = np.empty((height, width))
    for place in np.ndindex(height, width):
        moved[place] = bilinear(image, *(centre + back @ (place - centre)))
    return moved


def bilinear_backward(
    image: Array, row: float, column: float, dy: float
) -> tuple[Array, float, float]:
    """dL/dimage (H, W), dL/drow and dL/dcolumn of y = bilinear(image, row, column), from dy.

    The place lies between four pixels of the image, and on none of them.
    """
    top, left = math.floor(row), math.floor(column)
    down, right = row - top, column - left
    (a, b), (c, d) = image[top : top + 2, left : left + 2]
    dimage = np.zeros_like(image)
    rows, columns = np.array([1 - down, down]), np.array([1 - right, right])
    dimage[top : top + 2, left : left + 2] = dy * np.outer(rows, columns)
    drow = dy * ((1 - right) * (c - a) + right * (d - b))
    dcolumn = dy * ((1 - down) * (b - a) + down * (d - c))
    return dimage, float(drow), float(dcolumn)


def mcnemar(wrong_a: Flags, wrong_b: Flags) -> float:
    """How likely equal networks A and B disagree at least as unevenly as these two: from 0 to 1.

    wrong_a[n] and wrong_b[n] tell of the same image n. Uneven in either direction counts. Exact,
    for any number of images; 1 where they never disagree.
    """
    only_a, only_b = int(np.sum(wrong_a & ~wrong_b)), int(np.sum(wrong_b & ~wrong_a))
    tosses = only_a + only_b
    tail = sum(math.comb(tosses, k) for k in range(min(only_a, only_b) + 1))
    return min(1.0, 2 * tail / 2**tosses)


def difference(wrong_a: Flags, wrong_b: Flags) -> tuple[float, float]:
    """A's share of wrong images minus B's, and its standard deviation.

    wrong_a[n] and wrong_b[n] tell of the same image n. The deviation is that of other images of the
    same kind, as many as these, read by the same two networks.
    """
    each = wrong_a.astype(float) - wrong_b.astype(float)
    return float(each.mean()), float(each.std() / math.sqrt(len(each)))


def over_seeds(errors: Array, reference: Array) -> tuple[float, float]:
    """The mean of what a change costs, and the standard error of this mean.

    errors[s] is the error with the change, reference[s] that without, both trained with seed s: the
    same weights to begin with, the same batches. At least two seeds.
    """
    each = np.asarray(errors) - np.asarray(reference)
    return float(each.mean()), float(each.std(ddof=1) / math.sqrt(len(each)))
