"""Bad `.keras` files: refused in one line, before anything is believed, run or written."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from mnist_app.keras.read import CONFIG, WEIGHTS, load_keras
from mnist_app.keras.write import save_keras
from tests.keras.files import entry, every_layer, forge, refused, run
from tinynet import save_model


@pytest.fixture
def good(tmp_path: Path) -> Path:
    save_keras(every_layer(), tmp_path / "good.keras", from_logits=False)
    return tmp_path / "good.keras"


def setting(kind: str, name: str, value: Any) -> Callable[[Any], object]:
    return lambda config: entry(config, kind)["config"].update({name: value})


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Conv2D", "groups", 2),
        ("Conv2D", "dilation_rate", [2, 2]),
        ("Conv2D", "use_bias", False),
        ("Conv2D", "data_format", "channels_first"),
        ("Conv2D", "kernel_regularizer", {"class_name": "L2", "config": {"l2": 0.1}}),
        ("Conv2D", "something_new", 1),
        ("ReLU", "max_value", 6.0),
        ("ReLU", "negative_slope", 0.1),
        ("BatchNormalization", "axis", 1),
        ("BatchNormalization", "center", False),
        ("Softmax", "axis", 1),
        ("GlobalAveragePooling2D", "keepdims", True),
    ],
)
def test_a_setting_that_tinynet_lacks(kind: str, name: str, value: Any, good: Path) -> None:
    refused(forge(good, setting(kind, name, value)), f"its {kind} has {name}={value!r}")


@pytest.mark.parametrize(
    ("kind", "name", "value", "words"),
    [
        ("Dense", "activation", "gelu", "its Dense has the activation 'gelu'; known are linear"),
        ("Dense", "activation", {"class_name": "Lambda"}, "has the activation {'class_name'"),
        ("Activation", "activation", "elu", "its Activation has the activation 'elu'"),
        ("Conv2D", "filters", -1, "filters must be a positive integer"),
        ("Conv2D", "filters", "many", "filters must be a positive integer"),
        ("Conv2D", "kernel_size", [99, 99], "of shape (3, 2, 1, 4); expected float32 of shape (99"),
        ("Conv2D", "padding", ["same"], "padding must be"),
        ("Conv2D", "padding", "causal", "padding must be"),
        ("Dropout", "rate", 2, "rate must lie in [0, 1)"),
        ("Dense", "dtype", "bfloat16", "its dtype is bfloat16 and float32"),
        ("InputLayer", "batch_shape", [None, -3, 28, 1], "input shape is (-3, 28, 1)"),
        ("InputLayer", "batch_shape", [None, None, None, 1], "input shape is (None, None, 1)"),
        ("InputLayer", "batch_shape", None, "does not say its input shape"),
        ("InputLayer", "batch_shape", [None, 10], "expects examples with the axes H, W, C"),
    ],
)
def test_a_setting_that_is_nonsense(
    kind: str, name: str, value: Any, words: str, good: Path
) -> None:
    refused(forge(good, setting(kind, name, value)), words)


def test_arrays_without_end_are_refused_before_memory_is_taken(good: Path) -> None:
    """HDF5 stores nothing for an array that was never written, and reads zeros."""
    kernel = "layers/dense/vars/0"

    def grow(file: h5py.File) -> None:
        rows = file[kernel].shape[0]
        replace(file, kernel, shape=(rows, 10**10), dtype="f4")
        replace(file, "layers/dense/vars/1", shape=10**10, dtype="f4")
        replace(file, "layers/dense_1/vars/0", shape=(10**10, 7), dtype="f4")

    path = forge(good, setting("Dense", "units", 10**10), grow)
    assert path.stat().st_size < 20_000
    refused(path, "is not stored in the file")


def test_a_link_to_another_file_is_not_followed(good: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.h5"
    with zipfile.ZipFile(good) as file:
        other.write_bytes(file.read(WEIGHTS))

    outside = h5py.ExternalLink(str(other), "/layers")
    refused(forge(good, weights=lambda file: link(file, "layers", outside)), "is missing")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_members_that_are_packed_otherwise(good: Path, tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(good) as file:
        members = {name: file.read(name) for name in file.namelist()}
    bad = tmp_path / "bad.keras"
    with zipfile.ZipFile(bad, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    refused(bad, "its config.json is packed in an unusual way; expected stored or deflated")


@pytest.mark.parametrize("long", [False, True], ids=["many", "64-bit"])
def test_more_members_than_fit(long: bool, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each member becomes an object in zipfile: they are counted before."""
    with zipfile.ZipFile(good, "a") as file:
        for number in range(10 if long else 2000):
            file.writestr(f"{number}", b"")
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 5 if long else 2**16)
    refused(good, "it has far more members than a .keras file")


def test_a_few_members_more_do_no_harm(good: Path) -> None:
    with zipfile.ZipFile(good, "a") as file:
        for number in range(20):
            file.writestr(f"assets/{number}", b"")
        file.comment = b"a comment" * 7000
    load_keras(good)


def test_a_small_file_that_unpacks_to_many_zeros(good: Path) -> None:
    """A thousand times its own size, as the description allows it."""
    large = setting("Dense", "units", 10**7)
    with zipfile.ZipFile(forge(good, large)) as file:
        config = file.read(CONFIG)
    path = archive(good.with_name("bad.keras"), config=config, weights=bytes(10**8))
    refused(path, "its model.weights.h5 unpacks to 100,000,000 bytes; expected <=")


def test_sizes_without_end_are_refused_before_memory_is_taken(good: Path) -> None:
    refused(forge(good, setting("Dense", "units", 10**12)), "/layers/dense/vars/0", "expected")


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda c: c.update(class_name="Model"), "holds a Model; expected a Sequential or a Fun"),
        (lambda c: c.update(registered_name="mine>Sequential"), "holds a Sequential; expected"),
        (lambda c: c.update(class_name="Functional"), "lacks 'name'"),
        (lambda c: c["config"]["layers"].append(entry(c, "InputLayer")), "have one input"),
        (lambda c: entry(c, "Dense").update(class_name="Lambda"), "has a layer 'Lambda'"),
        (lambda c: entry(c, "Dense").update(class_name=["Dense"]), "layer"),
        (lambda c: entry(c, "Dense").update(registered_name="mine>Dense"), "'mine>Dense'"),
        (lambda c: entry(c, "Dense").update(registered_name="Dense"), "a layer of its own, 'De"),
        (lambda c: entry(c, "Dense").pop("config"), "lacks 'config'"),
        (lambda c: entry(c, "Dense")["config"].pop("units"), "units"),
        (lambda c: c["config"].update(layers=[]), "has no layers"),
        (lambda c: c["config"].update(layers=7), "not iterable"),
        (lambda c: c.pop("class_name"), "lacks 'class_name'"),
    ],
)
def test_a_description_that_is_no_network_of_ours(
    tamper: Callable[[Any], object], words: str, good: Path
) -> None:
    refused(forge(good, tamper), words)


def replace(file: h5py.File, name: str, **settings: Any) -> None:
    del file[name]
    file.create_dataset(name, **settings)


def link(file: h5py.File, name: str, target: Any) -> None:
    file.move(name, "moved")
    file[name] = target


BIAS = "layers/conv2d/vars/1"


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda f: f.__delitem__(BIAS), f"the array '{BIAS}' is missing"),
        (lambda f: f.__delitem__("layers"), "is missing"),
        (lambda f: f.create_dataset("layers/dense_9/vars/0", data=1.0), "that no layer has"),
        (lambda f: replace(f, BIAS, data=np.zeros(3, "f4")), "float32 of shape (3,); expected"),
        (lambda f: replace(f, BIAS, data=np.zeros(4, "f8")), "is float64 of shape (4,)"),
        (lambda f: replace(f, BIAS, data=[b"a"] * 4), "expected float32"),
        (lambda f: f[BIAS].write_direct(np.full(4, np.nan, "f4")), "holds NaN"),
        (lambda f: replace(f, BIAS, shape=4, dtype="f4", chunks=(2,)), "not stored as one plain"),
        (
            lambda f: replace(f, BIAS, shape=4, dtype="f4", external=[("/etc/hostname", 0, 16)]),
            "not stored as one plain",
        ),
        (lambda f: link(f, BIAS, h5py.ExternalLink("/etc/hostname", "/x")), "is missing"),
        (lambda f: link(f, BIAS, h5py.SoftLink("/optimizer/vars/1")), "is missing"),
        (lambda f: link(f, "layers", h5py.SoftLink("/moved")), "is missing"),
        (lambda f: replace(f, BIAS, shape=4, dtype="f4"), "is not stored in the file"),
        (lambda f: (f.__delitem__(BIAS), f.create_group(BIAS)), "is missing"),
    ],
)
def test_arrays_that_are_not_the_networks(
    tamper: Callable[[h5py.File], object], words: str, good: Path
) -> None:
    refused(forge(good, weights=tamper), words)


def test_files_that_are_no_keras_files(good: Path, tmp_path: Path) -> None:
    whole = good.read_bytes()
    bad = tmp_path / "bad.keras"
    for content in (b"", b"words", whole[: len(whole) // 2], whole[:-30], b"PK\3\4" + bytes(99)):
        bad.write_bytes(content)
        refused(bad, "not a whole .keras file")
    damaged = bytearray(whole)
    damaged[whole.index(b"conv2d_1") + 2] ^= 1
    bad.write_bytes(damaged)
    refused(bad, "not a whole .keras file", "CRC")


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr({"config": CONFIG, "weights": WEIGHTS}.get(name, name), content)
    return path


def test_archives_that_are_no_keras_files(good: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.keras"
    with zipfile.ZipFile(good) as file:
        config, weights = file.read(CONFIG), file.read(WEIGHTS)
    refused(archive(bad, readme=b"hello"), "it has no config.json")
    refused(archive(bad, config=config), "it has no model.weights.h5")
    refused(archive(bad, config=b"{", weights=weights), "Expecting")
    refused(archive(bad, config=b"\xff\xfe\xff", weights=weights))
    refused(archive(bad, config=b"[]", weights=weights))
    refused(archive(bad, config=b"[" * 200_000, weights=weights), "nested too deeply")
    refused(archive(bad, config=config, weights=weights[:3000]), "model.weights.h5 is damaged")
    refused(archive(bad, config=config, weights=b"words"), "model.weights.h5 is damaged")
    refused(archive(bad, config=config, weights=bytes(10**8)), "unpacks to 100,000,000 bytes")
    refused(archive(bad, config=bytes(10**8), weights=weights), "unpacks to 100,000,000 bytes")


def test_what_convert_is_not_for(good: Path, tmp_path: Path) -> None:
    result = run("convert", good, tmp_path / "model.h5")
    assert result.exit_code == 2
    assert "one must end in .safetensors, the other in .keras" in result.stderr
    assert run("convert", good, tmp_path / "model.onnx").exit_code == 2
    assert run("convert", good, tmp_path / "other.keras").exit_code == 2
    result = run("convert", tmp_path / "none.keras", tmp_path / "out.safetensors")
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: '{tmp_path / 'none.keras'}': No such file or directory\n",
    )
    result = run("convert", good, tmp_path / "none" / "out.safetensors")
    assert result.exit_code == 1
    assert "No such file or directory" in result.stderr
    assert not list(tmp_path.glob(".*"))
    save_model(every_layer(), tmp_path / "a.safetensors")
    shutil.copy(tmp_path / "a.safetensors", tmp_path / "b.keras")
    refused(tmp_path / "b.keras", "not a whole .keras file")


def test_a_calibration_does_not_stay_behind_silently(tmp_path: Path) -> None:
    save_model(every_layer(), tmp_path / "a.safetensors", {"temperature": 1.5})
    result = run("convert", tmp_path / "a.safetensors", tmp_path / "b.keras")
    assert result.exit_code == 0
    assert "The calibration stays behind" in result.stdout
    assert "1.500" in result.stdout


@pytest.mark.parametrize("temperature", ["hot", None, float("nan"), 1000])
def test_a_calibration_that_is_none(tmp_path: Path, temperature: Any) -> None:
    source, target = tmp_path / "a.safetensors", tmp_path / "b.keras"
    save_model(every_layer(), source, {"temperature": temperature})
    result = run("convert", source, target)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: '{source}': the temperature must ")
    assert result.stderr.count("\n") == 1
    assert not target.exists()
