"""Data sets of both kinds: IDX files, and pictures in a folder for each class."""

from pathlib import Path

from mnist_app.data.dataset import Dataset, is_idx, load_dataset
from mnist_app.data.folders import folders_in


def load_data(folder: Path | None = None, is_digit: bool | None = None) -> Dataset:
    """The data set in a folder of either kind; without a folder the package's MNIST.

    `is_digit` tells how to read pictures, if their classes are not to decide.
    Raises DatasetError for one that is not usable, OSError for unreadable files.
    """
    if folder is None or not folder.is_dir() or is_idx(folder) or not folders_in(folder):
        return load_dataset(folder)
    from mnist_app.reading.class_folders import load_pictures  # imports cv2

    return load_pictures(folder, is_digit)
