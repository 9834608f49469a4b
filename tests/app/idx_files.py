"""Data sets for the tests: folders of IDX files with a little of the real MNIST."""

import functools
import gzip
from pathlib import Path

import numpy as np

from mnist_app.data.dataset import Dataset, load_mnist

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@functools.cache
def mnist() -> Dataset:
    """The real one, loaded once."""
    return load_mnist()


def idx_bytes(array: np.ndarray) -> bytes:
    """An array of bytes as an IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def write_dataset(folder: Path, train: int = 1000, test: int = 200, packed: bool = False) -> Path:
    """The first images of MNIST as four IDX files."""
    parts = (
        mnist().train_images[:train],
        mnist().train_labels[:train],
        mnist().test_images[:test],
        mnist().test_labels[:test],
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in zip(NAMES, parts, strict=True):
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(part), 1))
        else:
            (folder / name).write_bytes(idx_bytes(part))
    return folder
