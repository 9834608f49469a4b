"""Training images are divided: most to learn from, some to choose the best epoch."""

import numpy as np

from mnist_app.data.dataset import Dataset, Images, Labels
from mnist_app.data.idx import DatasetError

Examples = tuple[Images, Labels]


def split(
    dataset: Dataset, validation_split: float, rng: np.random.Generator
) -> tuple[Examples, Examples | None]:
    """Shuffle the training set, and divide it into training and validation.

    Each of the two is a pair of images and labels. For a validation_split of 0 nothing is
    shuffled, and the validation is None. Raises DatasetError if either would have no images.
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
    training, validation = np.split(order, [len(images) - held_out])
    return (images[training], labels[training]), (images[validation], labels[validation])
