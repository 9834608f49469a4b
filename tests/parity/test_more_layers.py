"""The ladder for batch normalization, dropout, global pooling, schedules and weight decay."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.ladder import agree, disagreement, in_float64, layer_rung, optimizer_rung
from tests.tinynet.strategies import normal, seeds
from tinynet import (
    SGD,
    Adam,
    BatchNormalization,
    Conv2D,
    CosineDecay,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    ReLU,
    Sequential,
    softmax_cross_entropy,
    train_step,
)
from tinynet.layers.layout import memory_order

pictures = st.tuples(*[st.integers(1, 6)] * 4)
shapes = st.one_of(pictures, st.tuples(st.integers(2, 8), st.integers(1, 6)))


@given(pictures, seeds)
def test_global_average_pooling(shape: tuple[int, ...], seed: int) -> None:
    agree(
        layer_rung(
            GlobalAveragePooling2D(), keras.layers.GlobalAveragePooling2D(), normal(shape, seed)
        )
    )


def batch_normalization_rung(
    layer: BatchNormalization, x: np.ndarray, seed: int
) -> dict[str, float]:
    """Outputs in training and in prediction, gradients, and the moving averages after a step."""
    rng = np.random.default_rng(seed)
    layer.build(x.shape[1:], rng, np.float64)
    reference = keras.layers.BatchNormalization(
        momentum=np.float64(layer.momentum), epsilon=np.float64(layer.epsilon)
    )
    reference.build(x.shape)
    for parameter, weight in zip(layer.parameters().values(), reference.weights, strict=True):
        parameter.value[...] = rng.uniform(0.5, 2, parameter.shape)
        weight.assign(parameter.value)
    distances = {"predicted": disagreement(layer.forward(x), reference(x, training=False))}
    y, dy = layer.forward(x, training=True, keep=True), rng.normal(size=x.shape)
    dx = layer.backward(dy)
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = reference(inputs, training=True)
    sources = [inputs, *(weight.value for weight in reference.trainable_weights)]
    theirs = tape.gradient(outputs, sources, output_gradients=tf.constant(dy))
    distances["y"] = disagreement(y, outputs)
    for name, ours, gradient in zip(
        ("dx", "dgamma", "dbeta"), (dx, layer.gamma.grad, layer.beta.grad), theirs, strict=True
    ):
        distances[name] = disagreement(ours, gradient)
    SGD().update(layer.parameters())
    for name in ("moving_mean", "moving_variance"):
        value = getattr(layer, name).value
        distances[name] = disagreement(value, getattr(reference, name).numpy())
    return distances


@given(shapes, st.sampled_from([0.5, 0.9, 0.99]), st.sampled_from([1e-5, 1e-3, 0.1]), seeds)
def test_batch_normalization(
    shape: tuple[int, ...], momentum: float, epsilon: float, seed: int
) -> None:
    x = normal(shape, seed) + np.random.default_rng(seed).normal(size=shape[-1])
    distances = batch_normalization_rung(BatchNormalization(momentum, epsilon), x, seed)
    if x.size <= 2 * x.shape[-1]:  # of two numbers a channel, mean and spread leave dx nothing:
        del distances["dx"], distances["dgamma"]  # rounding around zero
    agree(distances)


def test_batch_normalization_defaults_are_those_of_keras() -> None:
    ours, theirs = BatchNormalization(), keras.layers.BatchNormalization()
    assert (ours.momentum, ours.epsilon) == (theirs.momentum, theirs.epsilon)


def test_a_batch_variance_with_bessel_s_correction_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ladder must tell M from M - 1, which other frameworks use for the moving average."""
    right = BatchNormalization.backward_parameters

    def wrong(self: BatchNormalization, dy: np.ndarray) -> None:
        right(self, dy)
        _, _, (_, variance) = self.cached()
        count = dy.size // dy.shape[-1]
        self.moving_variance.grad -= (1 - self.momentum) * variance / (count - 1)

    monkeypatch.setattr(BatchNormalization, "backward_parameters", wrong)
    distances = batch_normalization_rung(BatchNormalization(), normal((4, 5, 5, 3), 0), 0)
    with pytest.raises(AssertionError, match="moving_variance"):
        agree(distances)


class Draws:
    """A generator whose draws are given."""

    def __init__(self, keep: np.ndarray) -> None:
        self.draws = memory_order(keep).astype(np.float32)

    def random(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        assert shape == self.draws.shape
        return self.draws


@given(shapes, st.floats(0.05, 0.9), seeds)
def test_dropout_with_the_mask_of_keras(shape: tuple[int, ...], rate: float, seed: int) -> None:
    x, dy = normal(shape, seed), normal(shape, seed + 1)
    reference = keras.layers.Dropout(rate, seed=seed % 2**31)
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = reference(inputs, training=True)
    theirs = tape.gradient(outputs, inputs, output_gradients=tf.constant(dy))
    layer = Dropout(rate)
    layer.rng = Draws(np.asarray(outputs) != 0)  # type: ignore[assignment]
    y = layer.forward(x, training=True, keep=True)
    agree({"y": disagreement(y, outputs), "dx": disagreement(layer.backward(dy), theirs)})
    assert np.array_equal(layer.forward(x), reference(inputs, training=False))


@pytest.mark.parametrize("warmup_steps", [0, 7])
def test_cosine_decay(warmup_steps: int) -> None:
    ours, theirs = CosineDecay(0.02, 50, warmup_steps), cosine_decay(0.02, 50, warmup_steps)
    for step in range(65):
        assert float(theirs(step)) == pytest.approx(ours(step), rel=1e-12, abs=1e-17)


def cosine_decay(peak: float, decay_steps: int, warmup_steps: int) -> Any:
    """Keras's schedule, from NumPy's floats: it would round Python's to float32."""
    schedules = keras.optimizers.schedules
    if not warmup_steps:
        return schedules.CosineDecay(np.float64(peak), decay_steps)
    return schedules.CosineDecay(
        np.float64(0.0), decay_steps, warmup_target=np.float64(peak), warmup_steps=warmup_steps
    )


@pytest.mark.parametrize("kind", ["Adam", "AdamW", "SGD"])
def test_optimizers_with_schedule_and_weight_decay(kind: str) -> None:
    schedule, twin = CosineDecay(0.02, 50, 7), cosine_decay(0.02, 50, 7)
    reference = getattr(keras.optimizers, kind)(twin, weight_decay=np.float64(0.05))
    if kind == "SGD":
        reference.momentum = np.float64(0.9)
        ours: Any = SGD(schedule, momentum=0.9, weight_decay=0.05)
    else:
        ours = Adam(schedule, weight_decay=0.05)
    rng = np.random.default_rng(0)
    start = [rng.normal(size=(3, 4)), rng.normal(size=4)]
    gradients = [[rng.normal(size=array.shape) for array in start] for _ in range(60)]
    agree(optimizer_rung(ours, in_float64(reference), start, gradients))


def test_a_network_with_batch_normalization_stays_together_for_20_steps() -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.normal(size=(20, 16, 9, 8, 1)), rng.integers(0, 3, (20, 16))
    model = Sequential(
        [Conv2D(4, 3), BatchNormalization(), ReLU(), GlobalAveragePooling2D(), Dense(3)],
        (9, 8, 1),
        dtype=np.float64,
    )
    reference = keras.Sequential(
        [
            keras.layers.Conv2D(4, 3),
            keras.layers.BatchNormalization(momentum=np.float64(0.99), epsilon=np.float64(1e-3)),
            keras.layers.ReLU(),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3),
        ]
    )
    reference.build((None, 9, 8, 1))
    reference.set_weights([p.value for p in model.parameters().values()])
    optimizer = SGD(0.05, momentum=0.9)
    twin = in_float64(keras.optimizers.SGD(0.05, momentum=0.9))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for x, y in zip(images, labels, strict=True):
        train_step(model, x, y, softmax_cross_entropy, optimizer)
        with tf.GradientTape() as tape:
            value = loss(y, reference(x, training=True))
        weights = reference.trainable_weights
        gradients = tape.gradient(value, [weight.value for weight in weights])
        twin.apply(gradients, weights)
    distances = {
        name: disagreement(parameter.value, weight)
        for (name, parameter), weight in zip(
            model.parameters().items(), reference.get_weights(), strict=True
        )
        if name != "conv2d_1.bias"  # cancelled by the mean: its gradient is rounding around zero
    }
    agree(distances)
