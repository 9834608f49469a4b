"""Residual blocks against Keras's functional graphs, in float64, to 1e-12."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_app.keras.read import load_keras
from mnist_app.keras.write import save_keras
from tests.keras.files import drawn
from tests.parity.ladder import Distances, agree, disagreement, in_float64
from tinynet import (
    SGD,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    ReLU,
    Residual,
    Sequential,
    softmax_cross_entropy,
    train_step,
)

RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.normal(size=(6, 9, 8, 2)), RNG.integers(0, 3, 6)


def network() -> Sequential:
    """A block with the input as it is, one with a shortcut, and one in another."""
    inner = Residual(Conv2D(6, (1, 2), padding="same"))
    layers = [
        Conv2D(4, 3),
        Residual(Sequential([BatchNormalization(), ReLU(), Conv2D(4, 3, padding="same")])),
        Residual(Sequential([Conv2D(6, 3, padding="same"), ReLU(), inner]), Conv2D(6, 1)),
        GlobalAveragePooling2D(),
        Dense(3),
    ]
    return drawn(Sequential(layers, (9, 8, 2), dtype=np.float64))


def twin(model: Sequential) -> tuple[Any, dict[str, Any]]:
    """The same network as a functional graph, written by hand, and its variables by our names."""
    k = keras.layers
    x = inputs = k.Input((9, 8, 2))
    x = k.Conv2D(4, 3, name="conv2d_1")(x)
    exact = {"momentum": np.float64(0.99), "epsilon": np.float64(1e-3)}
    y = k.BatchNormalization(name="residual_1.batch_normalization_1", **exact)(x)
    y = k.ReLU()(y)
    y = k.Conv2D(4, 3, padding="same", name="residual_1.conv2d_1")(y)
    x = k.Add()([x, y])
    y = k.Conv2D(6, 3, padding="same", name="residual_2.conv2d_1")(x)
    y = k.ReLU()(y)
    y = k.Add()([y, k.Conv2D(6, (1, 2), padding="same", name="residual_2.residual_1")(y)])
    x = k.Add()([k.Conv2D(6, 1, name="residual_2.shortcut")(x), y])
    x = k.GlobalAveragePooling2D()(x)
    graph = keras.Model(inputs, k.Dense(3, name="dense_1")(x))
    variables = {f"{layer.name}.{w.name}": w for layer in graph.layers for w in layer.weights}
    parameters = model.parameters()
    assert set(variables) == set(parameters)
    for name, variable in variables.items():
        variable.assign(parameters[name].value)
    return graph, variables


def test_outputs_gradients_and_steps() -> None:
    model = network()
    graph, variables = twin(model)
    learned = [name for name, variable in variables.items() if variable.trainable]
    optimizer, reference = SGD(0.05, momentum=0.9), in_float64(keras.optimizers.SGD(0.05, 0.9))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for _ in range(5):
        ours, outputs = train_step(model, IMAGES, LABELS, softmax_cross_entropy, optimizer)
        with tf.GradientTape() as tape:
            theirs = graph(IMAGES, training=True)
            value = loss(LABELS, theirs)
        gradients = tape.gradient(value, [variables[name].value for name in learned])
        reference.apply(gradients, [variables[name] for name in learned])
        distances: Distances = {
            "outputs": disagreement(outputs, theirs),
            "loss": disagreement(np.array(ours), value),
        }
        parameters = model.parameters()
        for name, gradient in zip(learned, gradients, strict=True):
            distances[f"d {name}"] = disagreement(parameters[name].grad, gradient)
        for name, variable in variables.items():
            distances[name] = disagreement(parameters[name].value, variable.numpy())
        agree(distances)


def test_the_gradient_reaches_the_input_on_every_way() -> None:
    model = network()
    graph, _ = twin(model)
    y = model.forward(IMAGES, keep=True)
    dy = RNG.normal(size=y.shape)
    inputs = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = graph(inputs, training=False)
    dx = tape.gradient(outputs, inputs, output_gradients=tf.constant(dy))
    agree({"y": disagreement(y, outputs), "dx": disagreement(model.backward(dy), dx)})


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_file_keeps_all_of_it(tmp_path: Any) -> None:
    """Ours opened by Keras, and the graph written by hand opened by tinynet."""
    model = network()
    graph, _ = twin(model)
    save_keras(model, tmp_path / "ours.keras", from_logits=True)
    opened = keras.models.load_model(tmp_path / "ours.keras")
    graph.save(tmp_path / "theirs.keras")
    back = load_keras(tmp_path / "theirs.keras")
    assert back.dtype == np.float64
    y = model.forward(IMAGES)
    agree(
        {"opened": disagreement(y, opened(IMAGES)), "back": disagreement(back.forward(IMAGES), y)}
    )
