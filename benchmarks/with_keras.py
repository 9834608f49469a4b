"""What is measured of Keras on TensorFlow, written as a Keras user would.

Of what was tried on the CPU, the fastest is kept: `fit` with several steps a call into
TensorFlow and without XLA (jit_compile=True takes five times as long), evaluation in batches
of 1,000.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from benchmarks.settings import BATCH_SIZE, SEED, Size
from benchmarks.timing import StepClock, median_seconds
from mnist_app.data.dataset import load_mnist
from mnist_app.keras.networks import keras_loss, keras_network
from mnist_app.training.augmentation import ROTATION, SCALE, SHIFT
from tinynet.types import Array

EVALUATION_BATCH = 1000
STEPS_PER_CALL = 16  # of training, in one call into TensorFlow


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no type hints
    """Ticks after each training step."""

    def __init__(self, clock: StepClock) -> None:
        super().__init__()
        self.clock = clock

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.clock.tick(batch + 1)


def versions(size: Size) -> dict[str, str]:
    """Versions and threads."""
    threads = tf.config.threading.get_intra_op_parallelism_threads() or "a thread a core"
    return {"Keras": f"{keras.__version__} on TensorFlow {tf.__version__}, {threads}"}


def training(size: Size, network: str, distorted: bool = False) -> dict[str, float]:
    """Seconds of a step of `fit` with Adam."""
    mnist = load_mnist()
    order = np.random.default_rng(SEED).permutation(len(mnist.train_images))  # as tinynet.fit
    clock = StepClock(size)
    model = compiled("cnn, distorting" if distorted else network, min(STEPS_PER_CALL, size.warm_up))
    model.fit(
        to_floats(mnist.train_images[order]),
        mnist.train_labels[order],
        batch_size=BATCH_SIZE,
        steps_per_epoch=size.warm_up + size.steps,
        shuffle=False,
        verbose=0,
        callbacks=[_Clock(clock)],
    )
    return {"step": clock.seconds()}


def evaluation(size: Size) -> dict[str, float]:
    """Seconds of evaluating the test set with `cnn`: loss and accuracy."""
    mnist = load_mnist()
    images, labels = to_floats(mnist.test_images[: size.images]), mnist.test_labels[: size.images]
    model = compiled("cnn")

    def evaluate() -> None:
        model.evaluate(images, labels, batch_size=EVALUATION_BATCH, verbose=0)

    return {"evaluation": median_seconds(evaluate, size.evaluations)}


def one_image(size: Size) -> dict[str, float]:
    """Seconds of predicting one image with `cnn`, by three of Keras's ways."""
    image = to_floats(load_mnist().test_images[:1])
    model = compiled("cnn")
    ways = {
        "predict": lambda: model.predict(image, verbose=0),
        "call": lambda: np.asarray(model(image, training=False)),
        "predict_on_batch": lambda: model.predict_on_batch(image),
    }
    return {name: median_seconds(way, size.calls) for name, way in ways.items()}


def write_model(size: Size, path: str) -> dict[str, float]:
    """A model file for keras_predict.py."""
    compiled("cnn").save(path)
    return {}


def compiled(network: str, steps_per_call: int = 1) -> Any:
    """The network, ready for training as tinynet's is."""
    model = OWN_NETWORKS[network]() if network in OWN_NETWORKS else keras_network(network)
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras_loss(model),
        metrics=["accuracy"],
        steps_per_execution=steps_per_call,
    )
    return model


def cnn_large() -> Any:
    """The network `cnn-large`, of 506,250 parameters."""
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 5),
            layers.MaxPooling2D(2),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(64, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(128, 3),
            layers.MaxPooling2D(2),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dropout(0.2),
            layers.Conv2D(128, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dense(128),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dropout(0.4),
            layers.Dense(10),
        ]
    )


def distorting_cnn() -> Any:
    """`cnn` behind layers that turn, stretch and shift, within mnist_app's limits."""
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.RandomRotation(ROTATION / 360, fill_mode="constant"),
            layers.RandomZoom(SCALE, SCALE, fill_mode="constant"),
            layers.RandomTranslation(SHIFT / 28, SHIFT / 28, fill_mode="constant"),
            *keras_network("cnn").layers,
        ]
    )


OWN_NETWORKS = {"cnn-large": cnn_large, "cnn, distorting": distorting_cnn}


def to_floats(images: Array) -> Array:
    """(N, 28, 28) uint8 -> (N, 28, 28, 1) float32 in 0..1"""
    return np.divide(images, np.float32(255), dtype=np.float32)[..., np.newaxis]
