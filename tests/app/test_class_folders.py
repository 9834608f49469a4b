"""Pictures in a folder for each class: what becomes a data set, and every folder that does not."""

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mnist_app.data import DatasetError, split
from mnist_app.pictures.decode import decode
from mnist_app.pictures.pipeline import preprocess
from mnist_app.reading import class_folders
from mnist_app.reading.datasets import load_data
from tests.app.class_folders import CLASSES, rows_of_ink, write_classes
from tests.app.idx_files import mnist, write_dataset


def test_each_folder_is_a_class_and_a_fifth_is_for_the_test(tmp_path: Path) -> None:
    found = load_data(write_classes(tmp_path / "shapes"))
    assert (found.name, found.names, found.classes) == ("shapes", CLASSES, 3)
    assert np.bincount(found.train_labels).tolist() == [8, 8, 8]
    assert np.bincount(found.test_labels).tolist() == [2, 2, 2]
    assert found.train_images.shape == (24, 28, 28)
    assert found.train_images.dtype == found.train_labels.dtype == np.uint8
    assert found.left_out == ()
    pictures = {
        preprocess(decode(path), is_digit=False).image.tobytes(): path.parent.name
        for path in (tmp_path / "shapes").glob("*/*.png")
    }
    for images, labels in (
        (found.train_images, found.train_labels),
        (found.test_images, found.test_labels),
    ):
        assert [pictures[image.tobytes()] for image in images] == [CLASSES[k] for k in labels]


def test_names_and_order_of_files_decide_nothing(tmp_path: Path) -> None:
    """The test pictures stay the same when files are renamed."""
    before = load_data(write_classes(tmp_path / "shapes"))
    for path in (tmp_path / "shapes").glob("*/*.png"):
        path.rename(path.with_name(f"{999 - int(path.stem):03} renamed.PNG"))
    after = load_data(tmp_path / "shapes")
    np.testing.assert_array_equal(before.test_images, after.test_images)
    np.testing.assert_array_equal(before.train_images, after.train_images)


def test_a_folder_of_test_pictures_is_taken_as_it_is(tmp_path: Path) -> None:
    write_classes(tmp_path / "train", 6)
    write_classes(tmp_path / "test", 2, CLASSES[1:], seed=1)
    found = load_data(tmp_path)
    assert np.bincount(found.train_labels).tolist() == [6, 6, 6]
    assert found.test_labels.tolist() == [1, 1, 2, 2]
    write_classes(tmp_path / "test", 2, ("square",))
    with pytest.raises(DatasetError, match="test/square' is a class that 'train' lacks"):
        load_data(tmp_path)


def test_classes_may_be_called_train_and_test(tmp_path: Path) -> None:
    assert load_data(write_classes(tmp_path, 5, ("train", "test"))).names == ("test", "train")


def test_a_character_keeps_all_its_pieces(tmp_path: Path) -> None:
    """An i is a bar with a dot; if the classes were digits, the dot would be another thing."""
    found = load_data(write_classes(tmp_path))
    dotted = found.train_images[found.train_labels == CLASSES.index("i with dot")]
    bars = found.train_images[found.train_labels == CLASSES.index("bar")]
    assert all(rows_of_ink(image) > 1 for image in dotted)
    assert all(rows_of_ink(image) == 1 for image in bars)


def test_digits_in_folders_are_read_by_the_rules_of_digits(tmp_path: Path) -> None:
    """A 7 beside a dot of dust that an i would keep."""
    for digit in (1, 7):
        (tmp_path / str(digit)).mkdir()
        for index in np.flatnonzero(mnist().test_labels == digit)[:6]:
            sheet = np.full((128, 128), 255, np.uint8)
            sheet[60:116, 60:116] = 255 - mnist().test_images[index].repeat(2, 0).repeat(2, 1)
            sheet[8:15, 8:15] = 0
            Image.fromarray(sheet).save(tmp_path / str(digit) / f"{index}.png")
    as_digits = load_data(tmp_path).train_images
    (tmp_path / "7").rename(tmp_path / "seven")
    as_characters = load_data(tmp_path).train_images
    assert {pieces(image) for image in as_digits} == {1}
    assert {pieces(image) for image in as_characters} == {2}


def pieces(image: np.ndarray) -> int:
    """How many connected pieces the ink has."""
    return cv2.connectedComponents((image > 30).astype(np.uint8))[0] - 1


def test_idx_files_beside_folders_are_the_data_set(tmp_path: Path) -> None:
    write_dataset(tmp_path, 30, 20)
    write_classes(tmp_path)
    assert load_data(tmp_path).names is None


def test_validation_takes_its_share_of_each_class(tmp_path: Path) -> None:
    dataset = load_data(write_classes(tmp_path, 12))
    (_, labels), validation = split(dataset, 0.2, np.random.default_rng(0))
    assert validation is not None
    assert np.bincount(validation[1]).tolist() == [2, 2, 2]
    assert np.bincount(labels).tolist() == [8, 8, 8]
    assert not (np.diff(labels.astype(int)) >= 0).all()  # shuffled


# --- pictures that cannot be read ------------------------------------------------------------


def test_what_is_no_picture_is_left_out_and_named(tmp_path: Path) -> None:
    folder = write_classes(tmp_path)
    (folder / "bar" / "broken.png").write_bytes(b"no picture")
    (folder / "bar" / "empty.png").touch()
    (folder / "bar" / "notes.txt").write_text("not read at all")
    (folder / "bar" / ".hidden.png").write_bytes(b"not read at all")
    (folder / "bar" / "folder.png").mkdir()
    (folder / "bar" / "gone.png").symlink_to("nowhere.png")
    (folder / "bar" / "round.png").symlink_to("round.png")
    os.mkfifo(folder / "bar" / "pipe.png")
    (folder / "bar" / "endless.png").symlink_to("/dev/zero")
    Image.new("L", (50, 50), 255).save(folder / "bar" / "blank.png")
    (folder / ".git").mkdir()
    (folder / "readme.png").write_bytes(b"beside the classes")
    found = load_data(folder)
    assert found.names == CLASSES
    assert len(found.train_images) == 24
    words = {
        "blank": "shows nothing that is drawn",
        "broken": "is not a picture in a known format",
        "empty": "is empty (0 bytes)",
        "endless": "is not a file but a pipe or a device",
        "folder": "Is a directory",
        "gone": "No such file",
        "pipe": "is not a file but a pipe or a device",
        "round": "symbolic links",
    }
    assert len(found.left_out) == len(words)
    for line, (name, word) in zip(found.left_out, words.items(), strict=True):
        assert f"bar/{name}.png'" in line
        assert word in line
        assert "\n" not in line


def test_a_link_to_a_folder_is_a_class(tmp_path: Path) -> None:
    write_classes(tmp_path / "shapes", classes=CLASSES[:2])
    write_classes(tmp_path / "elsewhere")
    (tmp_path / "shapes" / "circle").symlink_to(tmp_path / "elsewhere" / "ring")
    assert load_data(tmp_path / "shapes").names == ("bar", "circle", "i with dot")


# --- folders that are no data set ------------------------------------------------------------


def nest(folder: Path) -> None:
    (folder / "ring").rename(folder / "bar" / "ring")
    (folder / "ring").mkdir()


def remove(folder: Path, left: int) -> None:
    for path in sorted((folder / "ring").iterdir())[left:]:
        path.unlink()


def spoil(folder: Path, left: int) -> None:
    for path in sorted((folder / "ring").iterdir())[left:]:
        path.write_bytes(b"spoilt")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: remove(f, 4), "the class 'ring' in '{}' has 4 readable pictures; expected at"),
        (lambda f: spoil(f, 2), "has 2 readable pictures; expected at least 5, better 50 ('{}/r"),
        (lambda f: remove(f, 0), "the class 'ring' in '{}' has no pictures; expected files right"),
        (
            nest,
            "the class 'ring' in '{}' has no pictures; expected files right in its folder",
        ),
        (
            lambda f: [
                path.rename(f / f".{path.name}") for path in f.iterdir() if path.stem != "bar"
            ],
            "'{}' has folders for 1 classes; expected 2 to 256",
        ),
        (
            lambda f: (f / "Ring").mkdir(),
            "'{}' has the classes 'Ring' and 'ring', which many systems cannot tell apart",
        ),
        (
            lambda f: [(f / name).mkdir() for name in ("caf\u00e9", "cafe\u0301")],
            "which many systems cannot tell apart; rename one, such as 'small_a' beside 'A'",
        ),
        (lambda f: (f / "a\nb").mkdir(), "is no name for a class; expected letters that can be"),
        (lambda f: os.mkdir(os.fsencode(f) + b"/\xff"), "is no name for a class"),
        (
            lambda f: [(f / f"{n}").mkdir() for n in range(254)],
            "has folders for 257 classes; expected 2",
        ),
        (lambda f: (f / "loop").symlink_to("."), "the class 'loop' in '{}' has no pictures"),
    ],
)
def test_a_folder_that_is_not_usable_is_one_line(
    tmp_path: Path, change: Callable[[Path], object], words: str
) -> None:
    folder = write_classes(tmp_path)
    change(folder)
    with pytest.raises(DatasetError) as caught:
        load_data(folder)
    assert words.format(folder) in str(caught.value)


def test_folders_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_classes(tmp_path)
    scan = os.scandir

    def forbidden(path: Path) -> object:
        if Path(path).name == "ring":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(PermissionError) as caught:
        load_data(folder)
    assert caught.value.filename == str(folder / "ring")


def test_so_many_pictures_that_reading_would_not_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_classes(tmp_path)
    monkeypatch.setattr(class_folders, "MOST_PICTURES", 29)
    monkeypatch.setattr(class_folders, "decode", lambda _: pytest.fail("a picture was read"))
    with pytest.raises(DatasetError, match="has more than 29 pictures; take fewer"):
        load_data(folder)


def test_an_empty_folder_hears_of_both_kinds(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"four files .* or a folder of pictures for each class"):
        load_data(tmp_path)
    with pytest.raises(DatasetError, match="is not a folder; expected the four files"):
        load_data(tmp_path / "nowhere")


def test_test_pictures_that_are_all_spoilt(tmp_path: Path) -> None:
    write_classes(tmp_path / "train", 6)
    write_classes(tmp_path / "test", 2)
    for path in (tmp_path / "test").glob("*/*"):
        path.write_bytes(b"spoilt")
    with pytest.raises(DatasetError, match="test' has no readable pictures; expected some"):
        load_data(tmp_path)
