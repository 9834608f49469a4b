"""The classes that the labels of a data set make: how many, their names, and which are empty."""

import itertools
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from mnist_app.data.idx import DatasetError

MOST_CLASSES = 256  # a label is a byte
DIGITS = tuple("0123456789")
LARGEST_MAPPING = 2**16  # bytes


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


def numbers(classes: int) -> tuple[str, ...]:
    """What classes are called that nobody has named."""
    return tuple(map(str, range(classes)))


def read_mapping(file: Traversable) -> dict[int, str]:
    """What EMNIST's file of names calls each label: a line is a label and its characters' codes.

    "1 65 97" gives the name "Aa" to label 1. Raises DatasetError for any other line.
    """
    with file.open("rb") as stream:
        lines = stream.read(LARGEST_MAPPING).decode("ascii", "replace").splitlines()
    names: dict[int, str] = {}
    for line in filter(str.strip, lines):
        try:
            label, *codes = map(int, line.split())
            name = "".join(map(chr, codes))
        except (ValueError, OverflowError):
            name = ""
        if not (name and name.isprintable() and 0 <= label < MOST_CLASSES and label not in names):
            raise DatasetError(
                f"'{file}' has the line {line[:40]!r}; expected a label and the codes of its "
                "characters, such as '1 65 97', and each label once"
            )
        names[label] = name
    if len(set(names.values())) < max(2, len(names)):
        raise DatasetError(f"'{file}' does not name two classes or more, each another way")
    return dict(sorted(names.items()))


def renumbered(where: str, labels: NDArray[np.uint8], names: dict[int, str]) -> NDArray[np.uint8]:
    """The labels as places among the names; DatasetError for a label without a name."""
    if nameless := sorted(set(np.unique(labels).tolist()) - names.keys()):
        raise DatasetError(
            f"'{where}' has the labels {spans(nameless)}, for which its mapping file has no name"
        )
    places = np.zeros(MOST_CLASSES, np.uint8)
    places[list(names)] = np.arange(len(names))
    return places[labels]


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
