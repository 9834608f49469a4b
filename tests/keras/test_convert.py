"""`convert` there and back, without TensorFlow; layers of one's own; what stays behind."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_app.keras import layers as pairs
from mnist_app.keras.read import CONFIG, load_keras
from mnist_app.keras.write import save_keras
from tests.keras.files import MODELS, every_layer, forge, run, same_weights
from tests.keras.own_layers import LeakyReLU, Scale
from tinynet import (
    Dense,
    Flatten,
    ModelFileError,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    load_model,
    save_model,
)


@pytest.mark.parametrize("name", MODELS)
def test_there_and_back_changes_no_bit(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    save_model(model, tmp_path / "a.safetensors")
    assert run("convert", tmp_path / "a.safetensors", tmp_path / "b.keras").exit_code == 0
    result = run("convert", tmp_path / "b.keras", tmp_path / "c.safetensors")
    assert (result.exit_code, result.stdout) == (0, f"Saved {tmp_path / 'c.safetensors'}\n")
    back, _ = load_model(tmp_path / "c.safetensors")
    assert repr(back) == repr(model)
    assert same_weights(back, model)


def test_float64_stays_float64(tmp_path: Path) -> None:
    model = Sequential([Dense(3)], (4,), dtype=np.float64)
    save_keras(model, tmp_path / "a.keras", from_logits=True)
    back = load_keras(tmp_path / "a.keras")
    assert back.dtype == np.float64
    assert same_weights(back, model)


def test_blocks_are_laid_out_one_after_the_other(tmp_path: Path) -> None:
    model = Sequential([Flatten(), Sequential([Dense(3), Sequential([ReLU(), Dense(2)])])], (2, 3))
    save_keras(model, tmp_path / "a.keras", from_logits=True)
    back = load_keras(tmp_path / "a.keras")
    assert repr(back.layers) == repr([Flatten(), Dense(3), ReLU(), Dense(2)])
    x = np.random.default_rng(0).normal(size=(5, 2, 3))
    assert np.array_equal(back.predict(x), model.predict(x))


@pytest.mark.parametrize("name", MODELS)
def test_the_loss_in_the_file_fits_the_outputs(name: str, tmp_path: Path) -> None:
    """Keras must know whether they are logits; `every layer` ends in Softmax."""
    save_model(MODELS[name](), tmp_path / "a.safetensors")
    run("convert", tmp_path / "a.safetensors", tmp_path / "b.keras")
    with zipfile.ZipFile(tmp_path / "b.keras") as archive:
        config = json.loads(archive.read(CONFIG))
    loss = config["compile_config"]["loss"]["config"]
    assert loss == {"from_logits": name in ("cnn", "mlp", "residual", "resnet")}


WITHOUT_KERAS = """
import sys
sys.modules.update(tensorflow=None, keras=None)  # importing either now raises
from mnist_app.cli import app
app(sys.argv[1:])
"""


def test_neither_tensorflow_nor_keras_is_needed(tmp_path: Path) -> None:
    model = every_layer()
    save_model(model, tmp_path / "a.safetensors")
    for one, other in (("a.safetensors", "b.keras"), ("b.keras", "c.safetensors")):
        command = [sys.executable, "-c", WITHOUT_KERAS, "convert"]
        paths = [str(tmp_path / one), str(tmp_path / other)]
        done = subprocess.run([*command, *paths], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
    assert same_weights(load_model(tmp_path / "c.safetensors")[0], model)


@pytest.mark.parametrize(
    ("source", "target"), [("a.keras", "b.safetensors"), ("a.safetensors", "b.keras")]
)
def test_without_h5py(
    source: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_keras(every_layer(), tmp_path / "a.keras", from_logits=False)
    save_model(every_layer(), tmp_path / "a.safetensors")
    monkeypatch.setitem(sys.modules, "h5py", None)
    result = run("convert", tmp_path / source, tmp_path / target)
    assert result.exit_code == 1
    assert result.stderr == (
        'Error: h5py is not installed; install the extra "convert": '
        'python -m pip install "tinynet-mnist[convert]"\n'
    )
    assert not (tmp_path / target).exists()


def test_help_names_the_extra() -> None:
    assert '(the extra "convert")' in " ".join(run("convert", "--help").stdout.split())


# --- layers of one's own ----------------------------------------------------------------------


@pytest.fixture
def registered() -> Iterator[Callable[..., None]]:
    """`register`, whose pairs are taken back after the test."""
    before = list(pairs._pairs)
    yield pairs.register
    pairs._pairs[:] = before


def with_leaky_relu() -> Sequential:
    return Sequential([Flatten(), Dense(4), LeakyReLU(0.125), Dense(3)], (2, 3))


def test_a_layer_whose_arguments_have_the_same_names(
    registered: Callable[..., None], tmp_path: Path
) -> None:
    registered(LeakyReLU, "LeakyReLU")
    model = with_leaky_relu()
    save_keras(model, tmp_path / "a.keras", from_logits=True)
    back = load_keras(tmp_path / "a.keras")
    assert repr(back) == repr(model)
    assert same_weights(back, model)


def test_a_layer_with_other_words_and_a_parameter(
    registered: Callable[..., None], tmp_path: Path
) -> None:
    """Keras's class is someone's own as well, and registered there."""
    registered(
        Scale,
        "mine>ScaleByChannel",
        lambda layer: {"begin": layer.start, "plain": True},
        lambda begin, plain: Scale(begin),
    )
    model = Sequential([Dense(3), Scale(0.5), Residual(Scale(0.25))], (4,))
    save_keras(model, tmp_path / "a.keras", from_logits=True)
    back = load_keras(tmp_path / "a.keras")
    assert repr(back) == repr(model)
    assert same_weights(back, model)
    with zipfile.ZipFile(tmp_path / "a.keras") as archive:
        described = json.loads(archive.read(CONFIG))["config"]["layers"][2]
    assert (described["class_name"], described["registered_name"]) == (
        "ScaleByChannel",
        "mine>ScaleByChannel",
    )
    assert described["config"] == {
        "name": "scale_1",
        "dtype": "float32",
        "begin": 0.5,
        "plain": True,
    }


def test_settings_that_a_registered_layer_lacks_are_refused(
    registered: Callable[..., None], tmp_path: Path
) -> None:
    registered(LeakyReLU, "LeakyReLU")
    save_keras(with_leaky_relu(), tmp_path / "a.keras", from_logits=True)

    def sharpen(config: Any) -> None:
        (entry,) = [e for e in config["config"]["layers"] if e["class_name"] == "LeakyReLU"]
        entry["config"]["sharpness"] = 2

    with pytest.raises(ModelFileError, match="its LeakyReLU has sharpness=2, which tinynet does"):
        load_keras(forge(tmp_path / "a.keras", sharpen))


def test_one_pair_a_layer_and_a_name(registered: Callable[..., None]) -> None:
    with pytest.raises(ValueError, match="LeakyReLU or Keras's ReLU is registered already"):
        registered(LeakyReLU, "ReLU")
    registered(LeakyReLU, "LeakyReLU")
    with pytest.raises(ValueError, match="LeakyReLU or Keras's ELU is registered already"):
        registered(LeakyReLU, "ELU")
    for name in ("Add", "Activation", "InputLayer"):
        with pytest.raises(ValueError, match="registered already"):
            registered(Scale, name)


def test_a_layer_without_a_pair_is_refused(registered: Callable[..., None], tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no place for the layer LeakyReLU"):
        save_keras(with_leaky_relu(), tmp_path / "a.keras", from_logits=True)
    assert not list(tmp_path.iterdir())
    registered(LeakyReLU, "LeakyReLU")
    save_keras(with_leaky_relu(), tmp_path / "a.keras", from_logits=True)
    pairs._pairs.pop()
    with pytest.raises(
        ModelFileError, match="has a layer 'LeakyReLU', which tinynet does not have"
    ):
        load_keras(tmp_path / "a.keras")


def test_a_subclass_is_not_taken_for_its_parent(tmp_path: Path) -> None:
    class Doubling(Sigmoid):
        """y = 2 / (1 + exp(-x))."""

    with pytest.raises(ModelFileError, match="no place for the layer Doubling"):
        save_keras(Sequential([Doubling()], (3,)), tmp_path / "a.keras", from_logits=True)


def test_arrays_are_named_as_keras_names_them() -> None:
    names = {
        "Conv2D": "conv2d",
        "Dense": "dense",
        "BatchNormalization": "batch_normalization",
        "PReLU": "p_re_lu",
        "LeakyReLU": "leaky_re_lu",
        "mine>ScaleByChannel": "scale_by_channel",
    }
    assert {name: pairs.snake_case(name) for name in names} == names
