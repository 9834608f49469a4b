""".keras files: what one side writes the other opens, and a bad file is refused in one line."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from mnist_app.cli import app
from mnist_app.data.dataset import load_mnist
from mnist_app.keras.file import CONFIG, WEIGHTS, load_keras, save_keras
from mnist_app.keras.networks import copy_to_keras, keras_network
from mnist_app.training.networks import build_network
from tinynet import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPool,
    ModelFileError,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    fit,
    load_model,
    save_model,
)

pytestmark = [
    pytest.mark.usefixtures("float32"),
    # Keras's own conversion of its variables to NumPy, as it saves a model.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
NETWORKS = ("cnn", "mlp", "mlp-small")
IMAGES = np.random.default_rng(0).random((20, 28, 28, 1), np.float32)


def every_layer() -> Sequential:
    """One of each, in both orders of ReLU and MaxPool, with settings that differ from defaults."""
    layers = [
        Conv2D(4, (3, 2), strides=(2, 1), padding="same"),
        ReLU(),
        MaxPool(2),
        BatchNormalization(momentum=0.9, epsilon=0.01),
        Conv2D(5, 3),
        MaxPool((3, 2), strides=1, padding="same"),
        ReLU(),
        Dropout(0.25),
        GlobalAveragePooling2D(),
        Dense(6),
        Sigmoid(),
        Dense(7),
        Softmax(),
    ]
    model = Sequential(layers)
    rng = np.random.default_rng(1)
    for parameter in model.parameters().values():
        parameter.value[...] = rng.uniform(0.1, 1, parameter.shape)
    return model


def models() -> dict[str, Sequential]:
    return {"every layer": every_layer(), **{name: build_network(name) for name in NETWORKS}}


def same_weights(a: Sequential, b: Sequential) -> bool:
    ours, theirs = a.parameters(), b.parameters()
    return list(ours) == list(theirs) and all(
        np.array_equal(ours[name].value, theirs[name].value) for name in ours
    )


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize("name", models())
def test_there_and_back_changes_no_bit(name: str, tmp_path: Path) -> None:
    model = models()[name]
    save_model(model, tmp_path / "a.safetensors")
    assert run("convert", tmp_path / "a.safetensors", tmp_path / "b.keras").exit_code == 0
    result = run("convert", tmp_path / "b.keras", tmp_path / "c.safetensors")
    assert (result.exit_code, result.stdout) == (0, f"Saved {tmp_path / 'c.safetensors'}\n")
    back, _ = load_model(tmp_path / "c.safetensors")
    assert repr(back) == repr(model)
    assert same_weights(back, model)


@pytest.mark.parametrize("name", models())
def test_keras_opens_what_tinynet_saves(name: str, tmp_path: Path) -> None:
    model = models()[name]
    save_keras(model, tmp_path / "model.keras", from_logits=name in ("cnn", "mlp"))
    twin = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        twin.predict(IMAGES, verbose=0), model.predict(IMAGES), rtol=1e-5, atol=1e-6
    )


def test_a_trained_network_is_as_accurate_in_keras(tmp_path: Path) -> None:
    """`evaluate` works as soon as Keras has opened the file."""
    mnist = load_mnist()
    model = build_network("mlp")
    fit(model, mnist.train_images[:4000], mnist.train_labels[:4000])
    save_keras(model, tmp_path / "model.keras", from_logits=True)
    twin = keras.models.load_model(tmp_path / "model.keras")
    images, labels = mnist.test_images[:2000], mnist.test_labels[:2000]
    floats = images[..., np.newaxis].astype(np.float32) / 255
    _, accuracy = twin.evaluate(floats, labels, verbose=0)
    ours = np.mean(model.predict(images).argmax(axis=1) == labels)
    assert accuracy == pytest.approx(ours, abs=1e-6)
    assert ours > 0.8


@pytest.mark.parametrize("name", NETWORKS)
def test_tinynet_opens_what_keras_saves(name: str, tmp_path: Path) -> None:
    """After training, so that the file holds the optimizer's arrays as well."""
    twin = keras_network(name)
    copy_to_keras(build_network(name, seed=3), twin)
    twin.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    twin.fit(IMAGES, np.arange(20) % 10, verbose=0)
    twin.save(tmp_path / "model.keras")
    model = load_keras(tmp_path / "model.keras")
    np.testing.assert_allclose(
        model.predict(IMAGES), twin.predict(IMAGES, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_the_other_ways_to_write_the_same_network(tmp_path: Path) -> None:
    layers = keras.layers
    twin = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(3, 3, name="first"),
            layers.MaxPooling2D(),
            layers.ReLU(),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(5),
            layers.Activation("linear"),
            layers.Dense(5, activation="sigmoid", kernel_initializer="he_normal"),
            layers.Activation("relu"),
            layers.Dense(4, activation="softmax"),
        ]
    )
    twin.save(tmp_path / "model.keras")
    model = load_keras(tmp_path / "model.keras")
    kinds = [type(layer) for layer in model.layers]
    assert kinds == [
        Conv2D,
        MaxPool,
        ReLU,
        BatchNormalization,
        Flatten,
        Dropout,
        Dense,
        Dense,
        Sigmoid,
        ReLU,
        Dense,
        Softmax,
    ]
    np.testing.assert_allclose(
        model.predict(IMAGES), twin.predict(IMAGES, verbose=0), rtol=1e-5, atol=1e-6
    )


# --- files that must be refused --------------------------------------------------------------


@pytest.fixture
def good(tmp_path: Path) -> Path:
    save_keras(every_layer(), tmp_path / "good.keras", from_logits=False)
    return tmp_path / "good.keras"


def forge(
    good: Path,
    config: Callable[[Any], object] | None = None,
    weights: Callable[[h5py.File], object] | None = None,
) -> Path:
    """A copy of the good file whose description or arrays have been tampered with."""
    with zipfile.ZipFile(good) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if config is not None:
        described = json.loads(members[CONFIG])
        config(described)
        members[CONFIG] = json.dumps(described).encode()
    if weights is not None:
        content = io.BytesIO(members[WEIGHTS])
        with h5py.File(content, "r+") as file:
            weights(file)
        members[WEIGHTS] = content.getvalue()
    bad = good.with_name("bad.keras")
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return bad


def refused(path: Path, *words: str) -> None:
    """`convert` says in one line what is wrong, with all these words, and leaves nothing."""
    target = path.with_name("out.safetensors")
    result = run("convert", path, target)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith(f"Error: {path}: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr
    assert not target.exists()


def entry(config: Any, kind: str) -> Any:
    """The first layer of this kind, as the file describes it."""
    return next(e for e in config["config"]["layers"] if e["class_name"] == kind)


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


def test_sizes_without_end_are_refused_before_memory_is_taken(good: Path) -> None:
    refused(forge(good, setting("Dense", "units", 10**12)), "/layers/dense/vars/0", "expected")


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda c: c.update(class_name="Functional"), "holds a Functional; expected a Sequential"),
        (lambda c: entry(c, "Dense").update(class_name="Lambda"), "has a layer 'Lambda'"),
        (lambda c: entry(c, "Dense").update(class_name=["Dense"]), "layer"),
        (lambda c: entry(c, "Dense").update(registered_name="mine>Dense"), "'mine>Dense'"),
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
    del file[name]
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
    result = run("convert", good, tmp_path / "model.onnx")
    assert result.exit_code == 2
    assert "one must end in .safetensors, the other in .keras" in result.stderr
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


def test_without_h5py(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    result = run("convert", good, tmp_path / "out.safetensors")
    assert result.exit_code == 1
    assert result.stderr == (
        'Error: h5py is not installed; install the extra "keras": '
        'python -m pip install "tinynet-mnist[keras]"\n'
    )


def test_a_layer_that_keras_lacks_is_refused(tmp_path: Path) -> None:
    class Doubling(ReLU):
        """y = 2 max(x, 0)."""

    with pytest.raises(ModelFileError, match="no place for the layer Doubling"):
        save_keras(Sequential([Doubling()]), tmp_path / "a.keras", from_logits=True)
    assert not list(tmp_path.iterdir())
