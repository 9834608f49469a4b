"""Training images are divided: most to learn from, some to choose the best epoch."""

import numpy as np
from numpy.typing import NDArray

from mnist_app.data.dataset import Dataset, Images, Labels
from mnist_app.data.idx import DatasetError

Examples = tuple[Images, Labels]


def split(
    dataset: Dataset, validation_split: float, rng: np.random.Generator
) -> tuple[Examples, Examples | None]:
    """Shuffle the training set, and divide it into training and validation.

    Each of the two is a pair of images and labels. Of named classes, which may have few images,
    the share is held out of each. For a validation_split of 0 nothing is shuffled, and the
    validation is None. Raises DatasetError if either would have no images.
    """
    images, labels = dataset.train_images, dataset.train_labels
    if validation_split == 0:
        return (images, labels), None
    held_out = round(len(images) * validation_split)
    if not 0 < held_out < len(images):
        raise DatasetError(
            f"the data set {dataset.name!r} has {len(images):,} training images; a validation "
            f"split of {validation_split:g} leaves none of them on one side; with "
            "--validation-split 0, all of them train"
        )
    order = rng.permutation(len(images))
    if dataset.names is not None:
        order, held_out = _by_class(order, labels, validation_split)
    training, validation = np.split(order, [len(images) - held_out])
    return (images[training], labels[training]), (images[validation], labels[validation])


def _by_class(
    order: NDArray[np.intp], labels: Labels, share: float
) -> tuple[NDArray[np.intp], int]:
    """The order with the held-out images of each class at its end, at least one, and how many."""
    held_out = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        count = min(max(1, round(share * len(members))), len(members) - 1)
        held_out[members[:count]] = True
    last = held_out[order]
    return np.concatenate([order[~last], order[last]]), int(last.sum())
