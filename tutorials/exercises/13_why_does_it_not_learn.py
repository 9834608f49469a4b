"""Exercises of notebook 13.  Replace each `raise NotImplementedError` by your code."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def relative_moves(before: list[Array], after: list[Array]) -> list[float]:
    """How far a step has moved each array, in relation to its own length.  One number for each.

    Lengths are Euclidean: the root of the sum of all squares. 0 for an array that is all zeros.
    """
    raise NotImplementedError


def batch_noise(gradients: Array, batch_size: int) -> float:
    """How far a batch's mean gradient lies from the mean of all, as the root of a mean square.

    gradients (N, D) holds one row for each example. The batch is drawn at random, each example
    independently of the others (so the same one may come twice). The mean is over all such batches
    and the square is that of the distance in D dimensions.
    """
    raise NotImplementedError


def seen_before(train: Array, test: Array) -> list[int]:
    """The numbers of the test images that also stand, pixel by pixel, among the training images.

    train (N, H, W) and test (M, H, W), integers from 0 to 255; a list, in rising order, each once.
    """
    raise NotImplementedError


def name_faults() -> dict[str, str]:
    """What is wrong with the runs A to H of notebook 13.  -> {"A": ..., ..., "H": ...}

    Each letter gets another one of: "rate too large", "rate too small", "bytes", "zero weights",
    "frozen layer", "softmax twice", "shuffled labels", "leak".
    """
    raise NotImplementedError


def treatments() -> dict[str, str]:
    """What to do about each fault, by the name of the fault.  -> {"rate too large": ..., ...}

    Each gets another one of: "lower the rate", "raise the rate", "divide the pixels by 255",
    "draw fresh weights", "repair its gradient", "remove a layer", "pair images and labels again",
    "split the images anew", "train on more images", "train a larger network". Two are of no use.
    """
    raise NotImplementedError
