"""The IDX reader: MNIST as published, other data sets by their names, and every broken file."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_app.data import DatasetError, load_dataset, load_mnist, split
from mnist_app.data.dataset import MNIST_SHA256
from mnist_app.data.idx import read_idx
from mnist_app.data.labels import spans, unseen
from tests.app.idx_files import NAMES, idx_bytes, mnist, write_dataset


def test_mnist_is_the_whole_of_mnist() -> None:
    found = load_mnist()
    assert found.train_images.shape == (60_000, 28, 28)
    assert found.test_images.shape == (10_000, 28, 28)
    assert found.train_images.dtype == found.test_labels.dtype == np.uint8
    assert np.bincount(found.test_labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    assert (found.name, found.classes) == ("mnist", 10)
    assert not found.train_images.flags.writeable


def test_a_changed_mnist_is_noticed(tmp_path: Path) -> None:
    path = write_dataset(tmp_path, train=60_000) / NAMES[1]
    digest = MNIST_SHA256["train", "labels"]
    assert read_idx(path, 1, digest).shape == (60_000,)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"is not the file that was published"):
        read_idx(path, 1, digest)


@pytest.mark.parametrize("which", MNIST_SHA256)
def test_every_file_of_mnist_is_compared_with_its_checksum(
    monkeypatch: pytest.MonkeyPatch, which: tuple[str, str]
) -> None:
    monkeypatch.setitem(MNIST_SHA256, which, "0" * 64)
    name = f"{'train' if which[0] == 'train' else 't10k'}-{which[1]}"
    with pytest.raises(DatasetError, match=rf"{name}\S*' is not the file that was published"):
        load_mnist()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name,
        lambda name: name.replace("-idx", ".idx"),
        lambda name: f"kmnist-{name.replace('t10k', 'test')}",
    ],
)
def test_other_data_sets_by_their_usual_names(
    tmp_path: Path, packed: bool, rename: Callable[[str], str]
) -> None:
    folder = write_dataset(tmp_path / "mine", 30, 20, packed)
    for path in list(folder.iterdir()):
        path.rename(folder / rename(path.name))
    found = load_dataset(folder)
    np.testing.assert_array_equal(found.train_images, mnist().train_images[:30])
    np.testing.assert_array_equal(found.train_labels, mnist().train_labels[:30])
    np.testing.assert_array_equal(found.test_images, mnist().test_images[:20])
    np.testing.assert_array_equal(found.test_labels, mnist().test_labels[:20])
    assert (found.name, found.classes) == ("mine", 10)


def test_emnist_is_turned_upright(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, 30, 20)
    for path in list(folder.iterdir()):
        path.rename(folder / f"emnist-digits-{path.name.replace('t10k', 'test')}")
    found = load_dataset(folder)
    for images, as_published in (
        (found.train_images, mnist().train_images[:30]),
        (found.test_images, mnist().test_images[:20]),
    ):
        np.testing.assert_array_equal(images, as_published.transpose(0, 2, 1))


def test_classes_are_counted_in_both_sets(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, 30, 20)
    labels = np.arange(27, 47, dtype=np.uint8)
    (folder / NAMES[3]).write_bytes(idx_bytes(labels))
    assert load_dataset(folder).classes == 47


def test_an_unpacked_file_comes_before_its_packed_twin(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, 30, 20)
    (folder / f"{NAMES[0]}.gz").write_bytes(b"not even gzip")
    assert len(load_dataset(folder).train_images) == 30


IMAGES, LABELS = NAMES[0], NAMES[1]
HEAD = idx_bytes(np.zeros((0, 28, 28), np.uint8))


def header(*sizes: int) -> bytes:
    return bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (IMAGES, b"", "'{path}' is not an IDX file of bytes with 3 axes: it begins with nothing; "
         "expected 00000803"),
        (IMAGES, b"\0\0\x08", "'{path}' is not an IDX file of bytes with 3 axes: it begins with "
         "000008; expected 00000803"),
        (IMAGES, b"hello, this is text", "'{path}' is not an IDX file of bytes with 3 axes: it "
         "begins with 68656c6c; expected 00000803"),
        (LABELS, header(30, 1), "'{path}' is not an IDX file of bytes with 1 axis: it begins with "
         "00000802; expected 00000801"),
        (IMAGES, header(30, 28, 28) + bytes(30 * 784 - 1),
         "'{path}' is damaged: its header promises 23,520 bytes, it has 23,519"),
        (IMAGES, header(30, 28, 28) + bytes(30 * 784 + 1),
         "'{path}' is damaged: its header promises 23,520 bytes, it has more"),
        (IMAGES, header(2**32 - 1, 28, 28),
         "'{path}' promises 3,367,254,359,280 bytes; expected at most 1,073,741,824"),
        (IMAGES, gzip.compress(header(30, 28, 28) + bytes(30 * 784), mtime=0)[:-30],
         "'{path}' is a damaged or truncated gzip file (Compressed file ended before the "
         "end-of-stream marker was reached)"),
        (IMAGES, b"\x1f\x8bnot gzip",
         "'{path}' is a damaged or truncated gzip file (Unknown compression method)"),
        (IMAGES, header(30, 32, 32) + bytes(30 * 1024),
         "'{path}' has images of 32x32 pixels; expected 28x28"),
        (IMAGES, header(29, 28, 28) + bytes(29 * 784),
         "'{folder}' has 29 train images and 30 train labels; expected as many labels as images, "
         "and at least one"),
        (NAMES[2], HEAD, "'{folder}' has 0 test images and 20 test labels; expected as many labels "
         "as images, and at least one"),
        (LABELS, None, "'{folder}' has no file of train labels; expected the four files "
         "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
         "t10k-labels-idx1-ubyte, gzipped (.gz) or not, or a folder of pictures for each class"),
        ("other-train-images-idx3-ubyte", b"", "'{folder}' has files of several data sets "
         "(other-train-images-idx3-ubyte, t10k-images-idx3-ubyte); "
         "expected one data set in a folder of its own, or its name behind the folder's, such as "
         "gzip/emnist-letters"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    folder = write_dataset(tmp_path, 30, 20)
    path = folder / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        load_dataset(folder)
    assert str(caught.value) == message.format(path=path, folder=folder)


def test_one_class_is_none(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, 30, 20)
    for name, count in ((NAMES[1], 30), (NAMES[3], 20)):
        (folder / name).write_bytes(idx_bytes(np.zeros(count, np.uint8)))
    with pytest.raises(DatasetError, match="has only the label 0; expected at least two classes"):
        load_dataset(folder)


@pytest.mark.parametrize(
    ("labels", "text", "classes"),
    [
        ([*range(10), 255], "0-9, 255", 256),
        ([0, 255], "0, 255", 256),
        ([7], None, None),
        ([1, 2, 9], "1-2, 9", 10),
    ],
)
def test_labels_that_leave_most_classes_empty(
    tmp_path: Path, labels: list[int], text: str | None, classes: int | None
) -> None:
    folder = write_dataset(tmp_path, 30, 20)
    for name, count in ((NAMES[1], 30), (NAMES[3], 20)):
        (folder / name).write_bytes(idx_bytes(np.resize(np.array(labels, np.uint8), count)))
    with pytest.raises(DatasetError) as caught:
        load_dataset(folder)
    assert str(caught.value) == (
        f"'{folder}' has the labels {text}, which would make {classes} classes, most of them "
        "without an image; expected the labels 0, 1, 2 and so on"
        if text
        else f"'{folder}' has only the label 7; expected at least two classes"
    )


def test_gaps_in_the_labels_are_found(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, 30, 20)
    letters = np.resize(np.arange(1, 27, dtype=np.uint8), 30)  # EMNIST's letters have no 0
    (folder / NAMES[1]).write_bytes(idx_bytes(letters))
    found = load_dataset(folder)
    assert found.classes == 27
    assert unseen(found.train_labels, found.classes) == [0]
    assert unseen(np.array([2, 2, 5], np.uint8), 10) == [0, 1, 3, 4, 6, 7, 8, 9]
    assert spans([0, 1, 3, 4, 6, 8, 9, 10]) == "0-1, 3-4, 6, 8-10"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(DatasetError, match=r"file' is not a folder; expected the four files"):
        load_dataset(path)


def test_a_gzip_bomb_takes_no_memory(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, 30, 20)
    (folder / IMAGES).unlink()
    bomb = gzip.compress(header(30, 28, 28) + bytes(200_000_000), 1)
    (folder / f"{IMAGES}.gz").write_bytes(bomb)
    tracemalloc.start()
    with pytest.raises(DatasetError, match="its header promises 23,520 bytes, it has more"):
        load_dataset(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_split_divides_the_training_set(data: Path) -> None:
    dataset = load_dataset(data)
    (images, labels), validation = split(dataset, 0.25, np.random.default_rng(3))
    assert validation is not None
    assert (len(images), len(labels), len(validation[0]), len(validation[1])) == (
        750,
        750,
        250,
        250,
    )
    pairs = [
        (image.tobytes(), label)
        for part in ((images, labels), validation)
        for image, label in zip(*part, strict=True)
    ]
    everything = zip(dataset.train_images, dataset.train_labels, strict=True)
    assert sorted(pairs) == sorted((image.tobytes(), label) for image, label in everything)
    again, _ = split(dataset, 0.25, np.random.default_rng(3))
    np.testing.assert_array_equal(again[0], images)
    other, _ = split(dataset, 0.25, np.random.default_rng(4))
    assert not np.array_equal(other[0], images)


def test_split_of_nothing_keeps_everything(data: Path) -> None:
    dataset = load_dataset(data)
    (images, _), validation = split(dataset, 0, np.random.default_rng(0))
    assert len(images) == 1000
    assert validation is None


@pytest.mark.parametrize("share", [0.0001, 0.9999])
def test_split_leaves_images_on_both_sides(data: Path, share: float) -> None:
    with pytest.raises(DatasetError, match="leaves none of them on one side"):
        split(load_dataset(data), share, np.random.default_rng(0))
