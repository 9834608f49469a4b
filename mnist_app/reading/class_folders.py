"""Data sets of one's own: pictures sorted into a folder for each class.

letters/alpha/*.png, letters/beta/*.png, and so on: the layout that torchvision calls ImageFolder.
Photos, scans and drawings go the same way to 28x28 as those that `predict` is asked about.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from mnist_app.data.dataset import SIDE, TEST, TRAIN, Dataset, Images, Labels
from mnist_app.data.folders import folders_in
from mnist_app.data.idx import DatasetError
from mnist_app.data.labels import DIGITS, MOST_CLASSES
from mnist_app.pictures.decode import PictureError, decode
from mnist_app.pictures.pipeline import preprocess
from mnist_app.reading.picture_files import PICTURE_FILE, check_picture_file

LEAST_PICTURES = 5  # of a class: one to test with, one to choose the epoch, three to learn from
MOST_PICTURES = 100_000  # half an hour of reading
TEST_SHARE = 0.2  # of each class, where there is no folder of test pictures


def load_pictures(folder: Path, is_digit: bool | None = None) -> Dataset:
    """The pictures in a folder for each class, which gives the class its name.

    Folders `train` and `test` of such folders are taken as they are. Otherwise a fifth of each
    class is held out to test with; the pictures themselves decide which, so that it is the same
    fifth every time. A picture that cannot be read is left out, and said so in `left_out`.
    They are read as digits if the names of all classes are digits, unless `is_digit` says it.
    Raises DatasetError for classes that are not usable, OSError for unreadable folders.
    """
    is_divided = folders_in(folder) == [TEST, TRAIN] and bool(folders_in(folder / TRAIN))
    train_folder = folder / TRAIN if is_divided else folder
    files = _files(train_folder)
    test_files = _files(folder / TEST) if is_divided else {}
    if unknown := sorted(test_files.keys() - files.keys()):
        raise DatasetError(f"'{folder / TEST / unknown[0]}' is a class that '{TRAIN}' lacks")
    if sum(map(len, [*files.values(), *test_files.values()])) > MOST_PICTURES:
        raise DatasetError(f"'{folder}' has more than {MOST_PICTURES:,} pictures; take fewer")
    if is_digit is None:
        is_digit = files.keys() <= set(DIGITS)
    train, test, left_out = [], [], []
    for name, paths in files.items():
        images, problems = _read(paths, is_digit)
        if len(images) < LEAST_PICTURES:
            why = f" ({problems[0]})" if problems else ""
            raise DatasetError(
                f"the class '{name}' in '{train_folder}' has {len(images)} readable pictures; "
                f"expected at least {LEAST_PICTURES}, better 50{why}"
            )
        if is_divided:
            test_images, more_problems = _read(test_files.get(name, []), is_digit)
            problems += more_problems
        else:
            images, test_images = _divided(images)
        train.append(images)
        test.append(test_images)
        left_out += problems
    if not any(map(len, test)):
        raise DatasetError(f"'{folder / TEST}' has no readable pictures; expected some")
    return Dataset(
        *_joined(train),
        *_joined(test),
        folder.resolve().name,
        len(files),
        tuple(files),
        tuple(left_out),
        pictures=True,
    )


def _files(folder: Path) -> dict[str, list[Path]]:
    """The picture files of each class; DatasetError for classes that are not usable."""
    return {name: _pictures(folder / name) for name in _class_names(folder)}


def _class_names(folder: Path) -> tuple[str, ...]:
    """The classes; DatasetError if there is one only, or too many, or names are confusing."""
    names = tuple(folders_in(folder))
    if not 2 <= len(names) <= MOST_CLASSES:
        raise DatasetError(
            f"'{folder}' has folders for {len(names)} classes; expected 2 to {MOST_CLASSES}"
        )
    seen: dict[str, str] = {}
    for name in names:
        if not name.isprintable():
            raise DatasetError(
                f"'{folder / name}' is no name for a class; expected letters that can be shown"
            )
        alike = unicodedata.normalize("NFC", name).casefold()
        if alike in seen:
            raise DatasetError(
                f"'{folder}' has the classes '{seen[alike]}' and '{name}', which many systems "
                "cannot tell apart; rename one, such as 'small_a' beside 'A'"
            )
        seen[alike] = name
    return names


def _pictures(folder: Path) -> list[Path]:
    """The picture files right in a folder; DatasetError if there are none."""
    found: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if PICTURE_FILE.fullmatch(entry.name):
                found.append(folder / entry.name)
            if len(found) > MOST_PICTURES:
                break  # which is refused
    if not found:
        raise DatasetError(
            f"the class '{folder.name}' in '{folder.parent}' has no pictures; expected files right "
            "in its folder that end in .png, .jpg, .gif, .webp, .tif, .bmp or the like"
        )
    return sorted(found)


def _read(files: Iterable[Path], is_digit: bool) -> tuple[Images, list[str]]:
    """(N, 28, 28), the pictures as a network sees them, and why others could not be read."""
    images, problems = [np.zeros((0, SIDE, SIDE), np.uint8)], []
    for file in files:
        try:
            check_picture_file(str(file))
            image = preprocess(decode(file), is_digit).image
            if not image.any():
                raise PictureError(f"'{file}' shows nothing that is drawn")
            images.append(image[np.newaxis])
        except PictureError as error:
            problems.append(str(error))
    return np.concatenate(images), problems


def _divided(images: Images) -> tuple[Images, Images]:
    """The images to train on and to test with, by a checksum of each."""
    digests = [hashlib.sha256(image.tobytes()).digest() for image in images]
    order = sorted(range(len(images)), key=digests.__getitem__)
    held_out = max(1, round(TEST_SHARE * len(images)))
    return images[order[held_out:]], images[order[:held_out]]


def _joined(classes: Sequence[Images]) -> tuple[Images, Labels]:
    """The images of all classes, and their labels."""
    labels = np.repeat(np.arange(len(classes)), [len(images) for images in classes])
    return np.concatenate(classes), labels.astype(np.uint8)
