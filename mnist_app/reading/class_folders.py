"""Data sets of one's own: pictures sorted into a folder for each class.

letters/alpha/*.png, letters/beta/*.png, and so on: the layout that torchvision calls ImageFolder.
Photos, scans and drawings go the same way to 28x28 as those that `predict` is asked about.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Sequence
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


def load_pictures(folder: Path) -> Dataset:
    """The pictures in a folder for each class, which gives the class its name.

    Folders `train` and `test` of such folders are taken as they are. Otherwise a fifth of each
    class is held out to test with; the pictures themselves decide which, so that it is the same
    fifth every time. A picture that cannot be read is left out, and said so in `left_out`.
    Raises DatasetError for classes that are not usable, OSError for unreadable folders.
    """
    parts = {name: folder / name for name in folders_in(folder)}
    is_divided = parts.keys() == {TRAIN, TEST} and bool(folders_in(parts[TRAIN]))
    train_folder = parts[TRAIN] if is_divided else folder
    names = _class_names(train_folder)
    files = {name: _pictures(train_folder / name) for name in names}
    test_files: dict[str, list[Path]] = {}
    if is_divided:
        test_files = {name: _pictures(parts[TEST] / name) for name in _class_names(parts[TEST])}
        if unknown := sorted(test_files.keys() - files.keys()):
            raise DatasetError(f"'{parts[TEST] / unknown[0]}' is a class that '{TRAIN}' lacks")
    _check_number(folder, [*files.values(), *test_files.values()])
    left_out: list[str] = []
    is_digit = set(names) <= set(DIGITS)
    read = [_read(files[name], is_digit, left_out) for name in names]
    for name, images in zip(names, read, strict=True):
        if len(images) < LEAST_PICTURES:
            why = f" ({left_out[0]})" if left_out else ""
            raise DatasetError(
                f"the class '{name}' in '{train_folder}' has {len(images)} readable pictures; "
                f"expected at least {LEAST_PICTURES}, better 50{why}"
            )
    if is_divided:
        tests = [_read(test_files.get(name, []), is_digit, left_out) for name in names]
        pairs = list(zip(read, tests, strict=True))
    else:
        pairs = [_divided(images) for images in read]
    train, test = (_joined(images) for images in zip(*pairs, strict=True))
    if not len(test[1]):
        raise DatasetError(f"'{parts[TEST]}' has no readable pictures; expected some to test with")
    name, problems = folder.resolve().name, tuple(left_out)
    return Dataset(*train, *test, name, len(names), names, problems, pictures=True)


def _class_names(folder: Path) -> tuple[str, ...]:
    """The classes; DatasetError if there is one only, or too many, or names are confusing."""
    names = tuple(folders_in(folder))
    if not 2 <= len(names) <= MOST_CLASSES:
        raise DatasetError(
            f"'{folder}' has {len(names)} folders; expected one for each class, from 2 to "
            f"{MOST_CLASSES}"
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
                break  # `_check_number` will object
    if not found:
        raise DatasetError(
            f"the class '{folder.name}' in '{folder.parent}' has no pictures; expected files right "
            "in its folder that end in .png, .jpg, .gif, .webp, .tif, .bmp or the like"
        )
    return sorted(found)


def _check_number(folder: Path, files: list[list[Path]]) -> None:
    if sum(map(len, files)) > MOST_PICTURES:
        raise DatasetError(f"'{folder}' has more than {MOST_PICTURES:,} pictures; take fewer")


def _read(files: list[Path], is_digit: bool, left_out: list[str]) -> Images:
    """(N, 28, 28): the pictures as a network sees them; of others, the reason goes to `left_out`"""

    def images() -> Iterator[Images]:
        for file in files:
            try:
                check_picture_file(str(file))
                image = preprocess(decode(file), is_digit).image
                if not image.any():
                    raise PictureError(f"'{file}' shows nothing that is drawn")
                yield image
            except PictureError as error:
                left_out.append(str(error))

    return np.array(list(images()), np.uint8).reshape(-1, SIDE, SIDE)


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
