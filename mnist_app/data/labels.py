"""The classes that the labels of a data set make, and those without an image."""

import itertools

import numpy as np
from numpy.typing import NDArray

from mnist_app.data.idx import DatasetError

MOST_CLASSES = 256  # a label is a byte


def count_classes(where: str, *labels: NDArray[np.uint8]) -> int:
    """How many classes there are: the largest label, and 1 for the label 0.

    Raises DatasetError, which names the data set by `where`, for labels that are all the same,
    and if most classes have no image: then a byte is damaged, or the labels are no numbers of
    classes.
    """
    found = np.unique(np.concatenate(labels)).tolist()
    if len(found) < 2:
        raise DatasetError(
            f"'{where}' has only the label {found[0]}; expected at least two classes"
        )
    classes = int(found[-1]) + 1
    if classes > 2 * len(found):
        raise DatasetError(
            f"'{where}' has the labels {spans(found)}, which would make {classes} classes, most of "
            "them without an image; expected the labels 0, 1, 2 and so on"
        )
    return classes


def unseen(labels: NDArray[np.uint8], classes: int) -> list[int]:
    """The classes that no image has."""
    return np.flatnonzero(np.bincount(labels, minlength=classes) == 0).tolist()


def spans(numbers: list[int]) -> str:
    """Ascending numbers in short: [0, 3, 4, 5] -> "0, 3-5"."""
    parts = []
    for _, group in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        parts.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}")
    return ", ".join(parts)
