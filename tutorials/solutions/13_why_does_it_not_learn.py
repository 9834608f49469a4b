"""Solutions of notebook 13."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def relative_moves(before: list[Array], after: list[Array]) -> list[float]:
    """How far a step has moved each array, in relation to its own length.  One number for each.

    Lengths are Euclidean: the root of the sum of all squares. 0 for an array that is all zeros.
    """
    lengths = [np.linalg.norm(a) for a in before]
    steps = [np.linalg.norm(b - a) for a, b in zip(before, after, strict=True)]
    return [float(s / w) if w else 0.0 for s, w in zip(steps, lengths, strict=True)]


def batch_noise(gradients: Array, batch_size: int) -> float:
    """How far a batch's mean gradient lies from the mean of all, as the root of a mean square.

    gradients (N, D) holds one row for each example. The batch is drawn at random, each example
    independently of the others (so the same one may come twice). The mean is over all such batches
    and the square is that of the distance in D dimensions.
    """
    distances = gradients - gradients.mean(axis=0)
    return float(np.sqrt((distances**2).sum(axis=1).mean() / batch_size))


def seen_before(train: Array, test: Array) -> list[int]:
    """The numbers of the test images that also stand, pixel by pixel, among the training images.

    train (N, H, W) and test (M, H, W), integers from 0 to 255; a list, in rising order, each once.
    """
    known = {image.tobytes() for image in np.asarray(train, dtype=np.uint8)}
    test = np.asarray(test, dtype=np.uint8)
    return [k for k, image in enumerate(test) if image.tobytes() in known]


def name_faults() -> dict[str, str]:
    """What is wrong with the runs A to H of notebook 13.  -> {"A": ..., ..., "H": ...}

    Each letter gets another one of: "rate too large", "rate too small", "bytes", "zero weights",
    "frozen layer", "softmax twice", "shuffled labels", "leak".
    """
    return {
        "A": "frozen layer",
        "B": "rate too small",
        "C": "shuffled labels",
        "D": "bytes",
        "E": "softmax twice",
        "F": "leak",
        "G": "zero weights",
        "H": "rate too large",
    }


def treatments() -> dict[str, str]:
    """What to do about each fault, by the name of the fault.  -> {"rate too large": ..., ...}

    Each gets another one of: "lower the rate", "raise the rate", "divide the pixels by 255",
    "draw fresh weights", "repair its gradient", "remove a layer", "pair images and labels again",
    "split the images anew", "train on more images", "train a larger network". Two are of no use.
    """
    return {
        "rate too large": "lower the rate",
        "rate too small": "raise the rate",
        "bytes": "divide the pixels by 255",
        "zero weights": "draw fresh weights",
        "frozen layer": "repair its gradient",
        "softmax twice": "remove a layer",
        "shuffled labels": "pair images and labels again",
        "leak": "split the images anew",
    }
