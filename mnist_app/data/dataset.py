"""MNIST, which is part of the package, and other data sets in folders of IDX files."""

import importlib.resources
import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_app.data.idx import DatasetError, read_idx
from mnist_app.data.labels import count_classes, numbers, read_mapping, renumbered

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]

SIDE = 28
IMAGES, LABELS = "images", "labels"
TRAIN, TEST = "train", "test"
AXES = {IMAGES: 3, LABELS: 1}
# train-images-idx3-ubyte.gz; t10k- and test- are the test set; EMNIST puts its name before it.
FILE_NAME = re.compile(r"(.*?)(train|t10k|test)-(images|labels)[-.]idx[13]-ubyte(\.gz)?")
MAPPING = "mapping.txt"  # EMNIST's, with the same name before it
EXPECTED = (
    "expected the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, "
    "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, gzipped (.gz) or not, or a folder of "
    "pictures for each class"
)
MNIST_SHA256 = {  # of the unpacked files
    (TRAIN, IMAGES): "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    (TRAIN, LABELS): "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    (TEST, IMAGES): "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    (TEST, LABELS): "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@dataclass(frozen=True)
class Dataset:
    """Images (N, 28, 28) uint8, 0 = background, with labels (N,) uint8 below `classes`.

    names     what the classes are called, if the data set says so
    left_out  what could not be read, a line for each
    pictures  whether it was read from pictures of somebody's own, of which there are few
    """

    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    name: str
    classes: int
    names: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()
    pictures: bool = False

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes are called; "0", "1", ... if nobody has said."""
        return self.names or numbers(self.classes)


def load_mnist() -> Dataset:
    """The MNIST of the package: 60,000 training and 10,000 test images, checksums verified."""
    return _load(importlib.resources.files("mnist_app") / "data" / "mnist", "mnist", MNIST_SHA256)


def load_dataset(folder: Path | None = None) -> Dataset:
    """The data set in a folder of IDX files; without a folder the package's MNIST.

    MNIST, Fashion-MNIST and KMNIST are published under these file names. EMNIST puts a name of
    its own before them, and of several data sets in a folder, `folder/emnist-letters` is one. Its
    pictures are transposed: they are turned back here. A mapping file beside them names the
    classes. Labels that begin at 1 are their own names.
    Raises DatasetError for missing, damaged or inconsistent files, OSError for unreadable ones.
    """
    if folder is None:
        return load_mnist()
    if folder.is_dir():
        return _load(folder, folder.resolve().name, {})
    prefix = f"{folder.name}-"
    if folder.parent.is_dir() and prefix in _files(folder.parent):
        return _load(folder.parent, folder.name, {}, prefix)
    raise DatasetError(f"'{folder}' is not a folder; {EXPECTED} in it")


def is_idx(folder: Path) -> bool:
    """Whether the folder has a file of a data set's name."""
    return bool(_files(folder))


def _load(
    folder: Traversable,
    name: str,
    sha256: dict[tuple[str, str], str],
    wanted: str | None = None,
) -> Dataset:
    prefix, files = _find(folder, wanted)
    arrays = {
        (part, kind): read_idx(file, AXES[kind], sha256.get((part, kind)))
        for (part, kind), file in files.items()
    }
    for part in (TRAIN, TEST):
        images, labels = arrays[part, IMAGES], arrays[part, LABELS]
        if images.shape[1:] != (SIDE, SIDE):
            height, width = images.shape[1:]
            raise DatasetError(
                f"'{files[part, IMAGES]}' has images of {height}x{width} pixels; "
                f"expected {SIDE}x{SIDE}"
            )
        if len(images) != len(labels) or len(images) == 0:
            raise DatasetError(
                f"'{folder}' has {len(images):,} {part} images and {len(labels):,} {part} "
                "labels; expected as many labels as images, and at least one"
            )
        if prefix.lower().startswith("emnist"):
            arrays[part, IMAGES] = np.ascontiguousarray(images.transpose(0, 2, 1))
    train, test = arrays[TRAIN, LABELS], arrays[TEST, LABELS]
    classes = count_classes(str(folder), train, test)
    names = None
    if (mapping := folder / f"{prefix}{MAPPING}").is_file():
        names = read_mapping(mapping)
    elif min(train.min(), test.min()) == 1:
        names = {label: str(label) for label in range(1, classes)}
    if names is not None:
        classes = len(names)
        train, test = (renumbered(str(folder), part, names) for part in (train, test))
    return Dataset(
        arrays[TRAIN, IMAGES],
        train,
        arrays[TEST, IMAGES],
        test,
        name,
        classes,
        None if names is None else tuple(names.values()),
    )


def _find(
    folder: Traversable, wanted: str | None
) -> tuple[str, dict[tuple[str, str], Traversable]]:
    """What stands before the names of the four files, and the files by what they hold."""
    by_prefix = _files(folder)
    if wanted is not None:
        by_prefix = {wanted: by_prefix[wanted]}
    if len(by_prefix) > 1:
        examples = ", ".join(next(iter(files.values())).name for files in by_prefix.values())
        raise DatasetError(
            f"'{folder}' has files of several data sets ({examples}); "
            "expected one data set in a folder of its own, or its name behind the folder's, "
            "such as gzip/emnist-letters"
        )
    prefix, files = next(iter(by_prefix.items()), ("", {}))
    for part, kind in MNIST_SHA256:
        if (part, kind) not in files:
            raise DatasetError(f"'{folder}' has no file of {part} {kind}; {EXPECTED}")
    return prefix, files


def _files(folder: Traversable) -> dict[str, dict[tuple[str, str], Traversable]]:
    """The files of each data set in the folder, by what stands before their names.

    An unpacked file is taken before its gzipped twin.
    """
    by_prefix: dict[str, dict[tuple[str, str], Traversable]] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):  # "x" before "x.gz"
        if match := FILE_NAME.fullmatch(file.name):
            prefix, part, kind, _ = match.groups()
            key = (TRAIN if part == "train" else TEST, kind)
            by_prefix.setdefault(prefix, {}).setdefault(key, file)
    return by_prefix
