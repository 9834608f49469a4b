""".keras files in real Keras: what one side writes the other opens, and computes the same.

What tinynet does with such files by itself, and what it refuses, is tested in tests/keras.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from mnist_app.data.dataset import load_mnist
from mnist_app.keras import layers as pairs
from mnist_app.keras.networks import keras_network
from mnist_app.keras.read import load_keras
from mnist_app.keras.write import save_keras
from mnist_app.training.networks import build_network, loss_of
from tests.keras.files import MODELS, NETWORKS, drawn, run
from tests.keras.own_layers import LeakyReLU, Scale
from tests.parity.ladder import copy_to_keras
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
    Residual,
    Sequential,
    Sigmoid,
    Softmax,
    fit,
    save_model,
)
from tinynet.types import Array

pytestmark = [
    pytest.mark.usefixtures("float32"),
    # Keras's own conversion of its variables to NumPy, as it saves a model.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
IMAGES = np.random.default_rng(0).random((20, 28, 28, 1), np.float32)


def assert_same(model: Sequential, twin: Any, images: Array = IMAGES) -> None:
    np.testing.assert_allclose(
        twin.predict(images, verbose=0), model.predict(images), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("name", MODELS)
def test_keras_opens_what_tinynet_saves(name: str, tmp_path: Path) -> None:
    """With the loss that fits, so that `evaluate` gives tinynet's loss at once."""
    model = MODELS[name]()
    save_model(model, tmp_path / "model.safetensors")
    run("convert", tmp_path / "model.safetensors", tmp_path / "model.keras")
    twin = keras.models.load_model(tmp_path / "model.keras")
    assert_same(model, twin)
    if name != "mlp-small":  # given a sigmoid, Keras takes what went into it for logits
        labels = np.arange(20) % model.output_shape[0]
        loss, _ = twin.evaluate(IMAGES, labels, verbose=0)
        assert loss == pytest.approx(loss_of(model)(model.predict(IMAGES), labels)[0], rel=1e-4)


def test_a_trained_network_is_as_accurate_in_keras(tmp_path: Path) -> None:
    """`evaluate` works as soon as Keras has opened the file."""
    mnist = load_mnist()
    model = build_network("mlp")
    fit(model, mnist.train_images[:4000], mnist.train_labels[:4000])
    save_keras(model, tmp_path / "model.keras", from_logits=True)
    twin = keras.models.load_model(tmp_path / "model.keras")
    images, labels = mnist.train_images[-2000:], mnist.train_labels[-2000:]
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
    assert_same(load_keras(tmp_path / "model.keras"), twin)


@pytest.mark.parametrize("name", ["every layer", "residual"])
def test_keras_saves_again_what_it_has_opened(name: str, tmp_path: Path) -> None:
    """Through Keras's own hands the network stays the same, layer by layer."""
    model = MODELS[name]()
    save_keras(model, tmp_path / "ours.keras", from_logits=True)
    keras.models.load_model(tmp_path / "ours.keras").save(tmp_path / "theirs.keras")
    back = load_keras(tmp_path / "theirs.keras")
    assert repr(back) == repr(model).replace("MaxPool()", "MaxPool(strides=(2, 2))")
    for name, parameter in model.parameters().items():
        assert np.array_equal(back.parameters()[name].value, parameter.value)


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
    assert_same(model, twin)


# --- residual blocks --------------------------------------------------------------------------


def residual_twin() -> Any:
    """A residual network as a Keras user writes it: sums as layers, as functions, as `+`."""
    layers = keras.layers
    x = inputs = layers.Input((28, 28, 1))
    x = layers.Conv2D(4, 3, strides=2)(x)
    kept = layers.Conv2D(4, 3, padding="same")(x)  # made before the body, and counted after it
    y = layers.Conv2D(4, 3, padding="same")(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = layers.Dropout(0.2)(y)
    y = layers.Conv2D(4, 3, padding="same")(y)
    x = layers.Add()([y, kept])
    y = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    x = x + y
    y = layers.Conv2D(4, 3, padding="same")(x)
    y = layers.add([y, layers.Conv2D(4, 3, padding="same")(y)])
    x = layers.add([x, y])
    x = layers.GlobalAveragePooling2D()(x)
    twin = keras.Model(inputs, layers.Dense(5)(x))
    rng = np.random.default_rng(0)
    for variable in twin.variables:
        values = rng.normal(size=variable.shape) / np.sqrt(np.prod(variable.shape[:-1]))
        variable.assign(np.abs(values) + 0.1 if variable.name == "moving_variance" else values)
    return twin


def test_tinynet_opens_residual_blocks_of_keras(tmp_path: Path) -> None:
    twin = residual_twin()
    twin.save(tmp_path / "model.keras")
    model = load_keras(tmp_path / "model.keras")
    same = Conv2D(4, 3, padding="same")
    body = Sequential([same, BatchNormalization(), ReLU(), Dropout(0.2), same_as(same)])
    assert repr(model.layers) == repr(
        [
            Conv2D(4, 3, strides=2),
            Residual(body, same),
            Residual(Sequential([same_as(same), ReLU()])),
            Residual(Sequential([same, Residual(same)])),
            GlobalAveragePooling2D(),
            Dense(5),
        ]
    )
    assert_same(model, twin)


def same_as(layer: Conv2D) -> Conv2D:
    return Conv2D(**layer.config())


def test_a_residual_network_of_keras_goes_there_and_back(tmp_path: Path) -> None:
    twin = residual_twin()
    twin.save(tmp_path / "theirs.keras")
    save_keras(load_keras(tmp_path / "theirs.keras"), tmp_path / "ours.keras", from_logits=True)
    again = keras.models.load_model(tmp_path / "ours.keras")
    ours, theirs = again.predict(IMAGES, verbose=0), twin.predict(IMAGES, verbose=0)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_other_graphs_of_keras_are_refused(tmp_path: Path) -> None:
    layers = keras.layers
    inputs = layers.Input((8,))
    shared = layers.Dense(8)
    a, b = layers.Dense(8)(inputs), layers.Dense(8)(inputs)
    outputs = {
        "it has a layer 'Concatenate'": layers.Concatenate()([a, b]),
        "it has a layer of its own, 'Multiply'": a * 2,
        "is called 2 times": shared(shared(inputs)),
        "no chain with residual blocks": layers.Add()([layers.Add()([a, b]), layers.Dense(8)(a)]),
        "has 3 inputs": layers.Add()([a, b, inputs]),
    }
    for words, output in outputs.items():
        keras.Model(inputs, output).save(tmp_path / "model.keras")
        with pytest.raises(ModelFileError, match=words):
            load_keras(tmp_path / "model.keras")
    for model, words in (
        (keras.Model(inputs, [a, b]), "the only output"),
        (keras.Model([inputs, layers.Input((8,))], a), "the only output"),
        (keras.Sequential([layers.Input((8,)), keras.Sequential([shared])]), "a layer 'Sequent"),
    ):
        model.save(tmp_path / "model.keras")
        with pytest.raises(ModelFileError, match=words):
            load_keras(tmp_path / "model.keras")


# --- layers of one's own ----------------------------------------------------------------------


@pytest.fixture
def registered() -> Iterator[Callable[..., None]]:
    """`register`, whose pairs are taken back after the test."""
    before = list(pairs._pairs)
    yield pairs.register
    pairs._pairs[:] = before


def test_a_registered_layer_in_keras(registered: Callable[..., None], tmp_path: Path) -> None:
    registered(LeakyReLU, "LeakyReLU")
    model = drawn(Sequential([Flatten(), Dense(6), LeakyReLU(0.125), Dense(3)], (28, 28, 1)))
    save_keras(model, tmp_path / "ours.keras", from_logits=True)
    twin = keras.models.load_model(tmp_path / "ours.keras")
    assert isinstance(twin.layers[2], keras.layers.LeakyReLU)
    assert_same(model, twin)
    twin.save(tmp_path / "theirs.keras")
    back = load_keras(tmp_path / "theirs.keras")
    assert repr(back) == repr(model)
    assert_same(back, twin)


@keras.saving.register_keras_serializable(package="mine")
class ScaleByChannel(keras.layers.Layer):  # type: ignore[misc]  # Keras has no type hints
    """The twin of `Scale`, as its user would write it for Keras."""

    def __init__(self, begin: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.begin = begin

    def build(self, input_shape: Any) -> None:
        start = keras.initializers.Constant(self.begin)
        self.scale = self.add_weight(shape=input_shape[-1:], initializer=start, name="scale")

    def call(self, x: Any) -> Any:
        return x * self.scale

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "begin": self.begin}


def test_a_layer_that_is_of_one_s_own_in_keras_too(
    registered: Callable[..., None], tmp_path: Path
) -> None:
    registered(Scale, "mine>ScaleByChannel", lambda layer: {"begin": layer.start}, from_begin)
    model = drawn(Sequential([Scale(0.5), Residual(Scale(2.0)), Flatten()], (28, 28, 1)))
    save_keras(model, tmp_path / "ours.keras", from_logits=True)
    twin = keras.models.load_model(tmp_path / "ours.keras")
    assert_same(model, twin)
    twin.save(tmp_path / "theirs.keras")
    assert repr(load_keras(tmp_path / "theirs.keras")) == repr(model)


def from_begin(begin: float) -> Scale:
    return Scale(begin)
