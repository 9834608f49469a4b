"""The rungs of the ladder: the same calculation by tinynet and by Keras, both in float64.

A rung returns how far apart the two are, array by array, and `agree` holds all of them to a
bound. Disagreement is max|a - b| / max|b| over an array, with b from Keras: relative to the
array's largest entry, since rounding in a sum is relative to its largest terms and not to what
they leave. An array that is zero throughout in Keras must be zero throughout here.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_app.keras.networks import keras_loss, keras_network, keras_weights, set_weights
from mnist_app.training.networks import build_network, loss_of
from tinynet import (
    Conv2D,
    Dense,
    Layer,
    MaxPool,
    Optimizer,
    Parameter,
    Sequential,
    train_step,
)
from tinynet.parameter import allocate
from tinynet.types import Array

BOUND = 1e-12
Distances = dict[str, float]


def disagreement(ours: Array, theirs: Any) -> float:
    """max|a - b| / max|b|; infinite if the shapes differ, or where only one is finite."""
    theirs = np.asarray(theirs)
    if ours.shape != theirs.shape:
        return np.inf
    if ours.dtype != np.float64 or theirs.dtype != np.float64:
        raise TypeError(f"the ladder stands on float64. Received: {ours.dtype}, {theirs.dtype}")
    difference, size = np.abs(ours - theirs).max(initial=0), np.abs(theirs).max(initial=0)
    if difference == 0:
        return 0.0
    return float(difference / size) if np.isfinite(difference) and size > 0 else np.inf


def agree(distances: Distances, bound: float = BOUND) -> None:
    """AssertionError that names every array which is further off than the bound."""
    apart = {name: d for name, d in distances.items() if not d <= bound}
    assert not apart, f"tinynet and Keras disagree: {apart}; allowed {bound:.0e}"


def layer_rung(layer: Layer, reference: Any, x: Array, seed: int = 0) -> Distances:
    """Outputs, dx and every parameter's gradient of a tinynet layer and its Keras twin.

    The parameters are drawn at random and copied, and so is dy, the gradient from above.
    """
    rng = np.random.default_rng(seed)
    layer.build(x.shape[1:], rng, np.float64)
    reference.build(x.shape)
    for parameter, weight in zip(
        layer.parameters().values(), reference.trainable_weights, strict=True
    ):
        parameter.value[...] = rng.normal(size=parameter.shape)
        weight.assign(parameter.value)
    y = layer.forward(x, training=True, keep=True)
    dy = rng.normal(size=y.shape)
    dx = layer.backward(dy)

    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = reference(inputs, training=True)
    if outputs.shape != y.shape:
        return {"y": np.inf}
    sources = [inputs, *(weight.value for weight in reference.trainable_weights)]
    gradients = tape.gradient(outputs, sources, output_gradients=tf.constant(dy))
    ours = {"dx": dx, **{f"d{name}": p.grad for name, p in layer.parameters().items()}}
    return {
        "y": disagreement(y, outputs),
        **{
            name: disagreement(gradient, theirs)
            for (name, gradient), theirs in zip(ours.items(), gradients, strict=True)
        },
    }


def conv2d_rung(x: Array, **settings: Any) -> Distances:
    """A convolution with these settings in both."""
    return layer_rung(Conv2D(**settings), keras.layers.Conv2D(**settings), x)


def max_pool_rung(x: Array, **settings: Any) -> Distances:
    """A pool with these settings in both."""
    return layer_rung(MaxPool(**settings), keras.layers.MaxPooling2D(**settings), x)


def dense_rung(x: Array, units: int) -> Distances:
    """A dense layer in both."""
    return layer_rung(Dense(units), keras.layers.Dense(units), x)


def loss_rung(
    loss: Callable[[Array, Array], tuple[float, Array]],
    reference: Any,
    outputs: Array,
    labels: Array,
) -> Distances:
    """A loss and its gradient in both, from the same outputs of a network."""
    value, gradient = loss(outputs, labels)
    inputs = tf.constant(outputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        theirs = reference(labels, inputs)
    return {
        "loss": disagreement(np.array(value), theirs),
        "gradient": disagreement(gradient, tape.gradient(theirs, inputs)),
    }


def in_float64(optimizer: Any) -> Any:
    """A Keras optimizer whose betas and momentum stay float64.

    Keras rounds Python numbers to float32 on the way to the variables' dtype, but not NumPy's
    (test_optimizers.py measures what the rounding does).
    """
    for name in ("beta_1", "beta_2", "momentum"):
        if hasattr(optimizer, name):
            setattr(optimizer, name, np.float64(getattr(optimizer, name)))
    return optimizer


def optimizer_rung(
    optimizer: Any, reference: Any, start: Sequence[Array], gradients: Sequence[Sequence[Array]]
) -> Distances:
    """The values after each of these steps, given to both: `gradients[step][parameter]`."""
    parameters = {f"parameter {i}": starting_at(value) for i, value in enumerate(start)}
    allocate(parameters.values(), np.random.default_rng(0), np.float64)
    variables = [keras.Variable(value, dtype="float64") for value in start]
    reference.build(variables)
    apply = tf.function(reference.apply)
    worst = dict.fromkeys(parameters, 0.0)
    for step in gradients:
        for parameter, gradient in zip(parameters.values(), step, strict=True):
            parameter.grad[...] = gradient
        optimizer.update(parameters)
        apply([tf.constant(gradient) for gradient in step])
        for (name, parameter), variable in zip(parameters.items(), variables, strict=True):
            worst[name] = max(worst[name], disagreement(parameter.value, variable.numpy()))
    return worst


def starting_at(value: Array) -> Parameter:
    """A parameter that starts at this value, once it is allocated."""
    return Parameter(value.shape, lambda shape, rng, dtype: value.astype(dtype))


def copy_to_keras(model: Sequential, twin: Any) -> None:
    """Copy every parameter into the Keras model; ValueError unless names and shapes match."""
    set_weights(twin, {name: p.value for name, p in model.parameters().items()})


class Training:
    """One of the app's networks and its Keras twin, with the same weights, side by side."""

    def __init__(self, network: str, optimizer: Optimizer, reference: Any) -> None:
        self.model = build_network(network, dtype=np.float64)
        self.loss = loss_of(self.model)
        self.optimizer = optimizer
        twin = keras_network(network)
        copy_to_keras(self.model, twin)
        self.variables = keras_weights(twin)
        loss = keras_loss(twin)
        reference.build(list(self.variables.values()))

        @tf.function  # type: ignore[untyped-decorator]  # TensorFlow has no type hints
        def keras_step(x: Any, labels: Any) -> Any:
            with tf.GradientTape() as tape:
                outputs = twin(x, training=True)
                value = loss(labels, outputs)
            gradients = tape.gradient(value, [v.value for v in self.variables.values()])
            reference.apply(gradients)
            return outputs, value, gradients

        self.keras_step = keras_step

    def step(self, images: Array, labels: Array) -> tuple[Distances, float]:
        """One training step of both: outputs, loss, gradients and new weights; and the loss."""
        labels = labels.astype(np.int64)
        loss, outputs = train_step(self.model, images, labels, self.loss, self.optimizer)
        x = np.ascontiguousarray(self.model.prepare(images))
        theirs, value, gradients = self.keras_step(tf.constant(x), tf.constant(labels))
        distances = {
            "outputs": disagreement(outputs, theirs),
            "loss": disagreement(np.array(loss), value),
        }
        parameters = self.model.parameters()
        for (name, variable), gradient in zip(self.variables.items(), gradients, strict=True):
            distances[f"d {name}"] = disagreement(parameters[name].grad, gradient.numpy())
            distances[name] = disagreement(parameters[name].value, variable.numpy())
        return distances, loss
