"""The reference that tinynet is held against: the same networks in TensorFlow's Keras.

The only module that imports TensorFlow, and only when a function here is called.
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from mnist_app.keras.extras import ExtraMissing
from tinynet.model import snake_case
from tinynet.types import Array, Shape

Weights = dict[str, Array]

PREDICT_BATCH = 1000
# Batches for each call into TensorFlow. With the pipeline below the fastest Keras measured: an
# epoch in 0.8 (cnn), 0.6 (mlp) and 0.4 (mlp-small) of the time of model.fit on float arrays.
STEPS_PER_CALL = 16
PIPELINE = (
    "Keras trains with model.fit on a tf.data pipeline that gathers and scales each batch from "
    f"the uint8 images and prefetches it, with steps_per_execution={STEPS_PER_CALL} and "
    "jit_compile as Keras chooses."
)


def import_keras() -> Any:
    """Keras on TensorFlow, quietly; ExtraMissing without it."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import keras
        import tensorflow  # noqa: F401
    except ModuleNotFoundError:
        raise ExtraMissing("TensorFlow", "keras") from None
    return keras


def keras_network(name: str, classes: int = 10, input_shape: Shape = (28, 28, 1)) -> Any:
    """One of the networks `cnn`, `mlp`, `mlp-small`, as a Keras user would write it.

    The first two end in logits, as in tinynet, with a loss that says so: Keras's own advice,
    and the same function as a softmax with its cross-entropy, without the rounding between.
    The dtype is what keras.config.dtype_policy() says, float32 unless it has been changed.
    Raises ValueError for another name, ExtraMissing without TensorFlow.
    """
    keras = import_keras()
    layers = keras.layers
    networks: dict[str, Callable[[], list[Any]]] = {
        "cnn": lambda: [
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(classes),
        ],
        "mlp": lambda: [
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dense(512, activation="relu"),
            layers.Dense(classes),
        ],
        "mlp-small": lambda: [
            layers.Flatten(),
            layers.Dense(50, activation="relu"),
            layers.Dense(50, activation="relu"),
            layers.Dense(classes, activation="sigmoid"),
        ],
    }
    if name not in networks:
        raise ValueError(f"Keras has no twin of the network {name!r}; {', '.join(networks)} have")
    return keras.Sequential([layers.Input(input_shape), *networks[name]()])


def keras_loss(model: Any) -> Any:
    """The sparse cross-entropy of a Keras network: of logits, unless it ends in an activation.

    Given the output of an activation, Keras quietly goes back to what went into it and takes
    that for the logits of a softmax, also if the activation was a sigmoid. `identity` hides
    where the outputs come from, so that Keras calculates the loss that it documents.
    """
    keras = import_keras()
    from tensorflow import identity

    if model.layers[-1].activation.__name__ == "linear":
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    class CrossEntropyOfOutputs(keras.losses.Loss):  # type: ignore[misc, name-defined, unused-ignore]
        def call(self, labels: Any, outputs: Any) -> Any:
            return keras.losses.sparse_categorical_crossentropy(labels, identity(outputs))

    return CrossEntropyOfOutputs()


def keras_weights(model: Any) -> dict[str, Any]:
    """A Keras model's variables under tinynet's names: {"conv2d_1.kernel": ..., ...}."""
    weights = {}
    counts: dict[str, int] = {}
    for layer in model.layers:
        kind = snake_case(type(layer).__name__)
        counts[kind] = counts.get(kind, 0) + 1
        weights.update({f"{kind}_{counts[kind]}.{w.name}": w for w in layer.weights})
    return weights


def set_weights(model: Any, values: Weights) -> None:
    """Copy arrays under tinynet's names into a Keras model; ValueError unless all fit."""
    variables = keras_weights(model)
    theirs = {name: tuple(variable.shape) for name, variable in variables.items()}
    ours = {name: value.shape for name, value in values.items()}
    for name in sorted(theirs.keys() | ours.keys()):
        if theirs.get(name) != ours.get(name):
            raise ValueError(
                f"the Keras network is not this network's twin: {name} has the shape "
                f"{theirs.get(name)} there and {ours.get(name)} here"
            )
    for name, variable in variables.items():
        variable.assign(values[name])


class KerasContender:
    """Keras's side of `compare`: what TinynetContender does, in the same order."""

    def __init__(self, network: str, classes: int, batch_size: int, learning_rate: float) -> None:
        self.keras = import_keras()
        self.batch_size, self.learning_rate = batch_size, learning_rate
        self.model = keras_network(network, classes)
        self.steps_per_call = 0

    def versions(self) -> dict[str, str]:
        """What calculates here."""
        import tensorflow

        return {"keras": self.keras.__version__, "tensorflow": tensorflow.__version__}

    def start(self, weights: Weights, every_step: bool = False) -> None:
        """Begin from these weights with a new optimizer; every_step: report each one."""
        steps_per_call = 1 if every_step else STEPS_PER_CALL
        if steps_per_call != self.steps_per_call:
            optimizer = self.keras.optimizers.Adam(self.learning_rate)
            self.model.compile(
                optimizer,
                keras_loss(self.model),
                metrics=["accuracy"],
                steps_per_execution=steps_per_call,
            )
            optimizer.build(self.model.trainable_variables)
            self.steps_per_call = steps_per_call
            self.new_optimizer = [variable.numpy() for variable in optimizer.variables]
        set_weights(self.model, weights)
        for variable, value in zip(self.model.optimizer.variables, self.new_optimizer, strict=True):
            variable.assign(value)

    def weights(self) -> Weights:
        """A copy of all weights."""
        return {n: np.array(variable) for n, variable in keras_weights(self.model).items()}

    def outputs_and_gradients(self, images: Array, labels: Array) -> tuple[Array, Weights]:
        """Of one batch, without training."""
        import tensorflow

        with tensorflow.GradientTape() as tape:
            outputs = self.model(as_floats(images), training=True)
            loss = keras_loss(self.model)(labels, outputs)
        variables = keras_weights(self.model)
        gradients = tape.gradient(loss, [variable.value for variable in variables.values()])
        return np.array(outputs), dict(zip(variables, map(np.array, gradients), strict=True))

    def train(
        self,
        images: Array,
        labels: Array,
        rng: np.random.Generator,
        on_step: Callable[[int, float], None],
    ) -> None:
        """One epoch in the order that rng draws; on_step(steps, mean loss so far)."""
        import tensorflow as tf

        stored, answers = tf.constant(images), tf.constant(labels)

        def batch(indices: Any) -> tuple[Any, Any]:
            x = tf.cast(tf.gather(stored, indices), tf.float32)[..., tf.newaxis] / 255
            return x, tf.gather(answers, indices)

        order = rng.permutation(len(images))
        pipeline = tf.data.Dataset.from_tensor_slices(order).batch(self.batch_size)
        pipeline = pipeline.map(batch).prefetch(2)
        steps = len(pipeline)  # a call that ends early still reports all of its steps
        report = self.keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda last, logs: on_step(min(last + 1, steps), logs["loss"])
        )
        self.model.fit(pipeline, shuffle=False, verbose=0, callbacks=[report])

    def predict(self, images: Array) -> Array:
        """Outputs for many images."""
        outputs: Array = self.model.predict(as_floats(images), PREDICT_BATCH, verbose=0)
        return outputs


def as_floats(images: Array) -> Array:
    """(N, 28, 28) bytes -> (N, 28, 28, 1) float32 in 0..1."""
    return images[..., np.newaxis].astype(np.float32) / 255
