"""Data sets: IDX files, splits, and MNIST itself."""

from mnist_app.data.dataset import Dataset, load_dataset, load_mnist
from mnist_app.data.idx import DatasetError
from mnist_app.data.splits import split

__all__ = ["Dataset", "DatasetError", "load_dataset", "load_mnist", "split"]
