"""MNIST, which is part of the package, and other data sets in its IDX format.

An IDX file is a magic number (two zero bytes, the type 8 for unsigned bytes, the number of
axes), the size of each axis as a big-endian uint32, and the bytes themselves, gzipped or not.
"""

import gzip
import hashlib
import importlib.resources
import math
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]
Examples = tuple[Images, Labels]

SIDE = 28
LARGEST_FILE = 2**30  # bytes; EMNIST's largest file has 547 MB
IMAGES, LABELS = "images", "labels"
TRAIN, TEST = "train", "test"
AXES = {IMAGES: 3, LABELS: 1}
# train-images-idx3-ubyte.gz; t10k- and test- are the test set; EMNIST puts its name before it.
FILE_NAME = re.compile(r"(.*?)(train|t10k|test)-(images|labels)[-.]idx[13]-ubyte(\.gz)?")
EXPECTED = (
    "expected the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, "
    "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, gzipped (.gz) or not"
)
MNIST_SHA256 = {  # of the unpacked files
    (TRAIN, IMAGES): "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    (TRAIN, LABELS): "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    (TEST, IMAGES): "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    (TEST, LABELS): "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


class DatasetError(ValueError):
    """A folder or file that is no data set; the message names it and says what is wrong."""


@dataclass(frozen=True)
class Dataset:
    """Images (N, 28, 28) uint8, 0 = background, with labels (N,) uint8 below `classes`."""

    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    name: str
    classes: int


def load_mnist() -> Dataset:
    """The MNIST of the package: 60,000 training and 10,000 test images, checksums verified."""
    return _load(importlib.resources.files("mnist_app") / "data" / "mnist", "mnist", MNIST_SHA256)


def load_dataset(folder: Path | None = None) -> Dataset:
    """The data set in a folder of IDX files, or the package's MNIST without one.

    MNIST, Fashion-MNIST and KMNIST come with these file names, EMNIST with its own before
    them and its pictures transposed, which is undone here.
    Raises DatasetError for missing, damaged or inconsistent files, OSError for unreadable ones.
    """
    if folder is None:
        return load_mnist()
    if not folder.is_dir():
        raise DatasetError(f"'{folder}' is not a folder; {EXPECTED} in it")
    return _load(folder, folder.resolve().name, {})


def split(
    dataset: Dataset, validation_split: float, rng: np.random.Generator
) -> tuple[Examples, Examples | None]:
    """The training set, shuffled by rng and divided: (training, validation), each a pair of
    images and labels; validation is None for a validation_split of 0.

    Raises DatasetError unless that leaves images on both sides.
    """
    images, labels = dataset.train_images, dataset.train_labels
    if validation_split == 0:
        return (images, labels), None
    held_out = round(len(images) * validation_split)
    if not 0 < held_out < len(images):
        raise DatasetError(
            f"the data set {dataset.name!r} has {len(images):,} training images; a validation "
            f"split of {validation_split:g} leaves none of them on one side"
        )
    order = rng.permutation(len(images))
    training, validation = np.split(order, [len(images) - held_out])
    return (images[training], labels[training]), (images[validation], labels[validation])


def read_idx(file: Traversable, axes: int, sha256: str | None = None) -> NDArray[np.uint8]:
    """The array of an IDX file of unsigned bytes with so many axes, read-only.

    No more is read than the header promises, and one byte. Raises DatasetError.
    """
    header, body = _unpack(file, axes)
    digest = hashlib.sha256(header)
    digest.update(body)
    if sha256 is not None and digest.hexdigest() != sha256:
        raise DatasetError(
            f"'{file}' is not the file that was published (its SHA-256 differs); install again"
        )
    return np.frombuffer(body, np.uint8).reshape(_shape(header))


def _unpack(file: Traversable, axes: int) -> tuple[bytes, bytes]:
    """Header and body, after the header has been checked and the body's size against it."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw
            header = stream.read(4 + 4 * axes)
            size = _promised_size(file, header, axes)
            body = stream.read(size + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DatasetError(f"'{file}' is a damaged or truncated gzip file ({error})") from None
    if len(body) != size:
        found = "more" if len(body) > size else f"{len(body):,}"
        raise DatasetError(
            f"'{file}' is damaged: its header promises {size:,} bytes, it has {found}"
        )
    return header, body


def _promised_size(file: Traversable, header: bytes, axes: int) -> int:
    expected = bytes([0, 0, 8, axes])
    if len(header) < 4 + 4 * axes or header[:4] != expected:
        raise DatasetError(
            f"'{file}' is not an IDX file of bytes with {axes} {'axis' if axes == 1 else 'axes'}: "
            f"it begins with {header[:4].hex() or 'nothing'}; expected {expected.hex()}"
        )
    size = math.prod(_shape(header))
    if size > LARGEST_FILE:
        raise DatasetError(f"'{file}' promises {size:,} bytes; expected at most {LARGEST_FILE:,}")
    return size


def _shape(header: bytes) -> tuple[int, ...]:
    return tuple(int(size) for size in np.frombuffer(header, ">u4", offset=4))


def _load(folder: Traversable, name: str, sha256: dict[tuple[str, str], str]) -> Dataset:
    prefix, files = _find(folder)
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
    classes = 1 + max(int(arrays[part, LABELS].max()) for part in (TRAIN, TEST))
    if classes < 2:
        raise DatasetError(f"'{folder}' has only the label 0; expected at least two classes")
    return Dataset(
        arrays[TRAIN, IMAGES],
        arrays[TRAIN, LABELS],
        arrays[TEST, IMAGES],
        arrays[TEST, LABELS],
        name,
        classes,
    )


def _find(folder: Traversable) -> tuple[str, dict[tuple[str, str], Traversable]]:
    """The four files by what they hold, an unpacked one before its gzipped twin."""
    by_prefix: dict[str, dict[tuple[str, str], Traversable]] = {}
    for file in _sorted(folder.iterdir()):
        if match := FILE_NAME.fullmatch(file.name):
            prefix, part, kind, _ = match.groups()
            key = (TRAIN if part == "train" else TEST, kind)
            by_prefix.setdefault(prefix, {}).setdefault(key, file)
    if len(by_prefix) > 1:
        examples = ", ".join(next(iter(files.values())).name for files in by_prefix.values())
        raise DatasetError(
            f"'{folder}' has files of several data sets ({examples}); "
            "expected one data set in a folder of its own"
        )
    prefix, files = next(iter(by_prefix.items()), ("", {}))
    for part, kind in MNIST_SHA256:
        if (part, kind) not in files:
            raise DatasetError(f"'{folder}' has no file of {part} {kind}; {EXPECTED}")
    return prefix, files


def _sorted(files: Iterable[Traversable]) -> list[Traversable]:
    return sorted(files, key=lambda file: file.name)  # "x" comes before "x.gz"
