"""Each layer and loss is equal to its plain twin in textbook.py, forwards and backwards."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.tinynet.strategies import Array, Windows, normal, seeds, sizes, windows, with_ties
from tinynet import (
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Softmax,
    cross_entropy,
    softmax_cross_entropy,
    textbook,
)
from tinynet.layers.conv2d import NARROW

images = st.tuples(sizes, sizes, sizes, st.integers(1, 3))
vectors = st.tuples(sizes, sizes)


def agree(actual: Array, expected: Array) -> None:
    """Equal shapes, and equal numbers but for the rounding of float64 sums."""
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=1e-11, atol=1e-11)


def built(layer: Layer, shape: tuple[int, ...], seed: int = 0) -> Layer:
    """The layer in float64, with parameters that are nowhere zero."""
    rng = np.random.default_rng(seed)
    layer.build(shape, rng, np.float64)
    for parameter in layer.parameters().values():
        parameter.value[...] = rng.uniform(0.5, 2, parameter.shape) * rng.choice([-1, 1])
    return layer


def run(layer: Layer, x: Array, seed: int, training: bool = True) -> tuple[Array, Array, Array]:
    """y, a random dy, and dx."""
    y = layer.forward(x, training, keep=True)
    dy = normal(y.shape, seed + 1)
    return y, dy, layer.backward(dy)


@given(windows())
def test_conv2d(w: Windows) -> None:
    layer, x = w.conv2d(), normal(w.shape, w.seed)
    kernel = layer.kernel.value
    y, dy, dx = run(layer, x, w.seed)
    agree(y, textbook.conv2d(x, kernel, layer.bias.value, w.strides, w.padding))
    gradients = textbook.conv2d_backward(x, kernel, dy, w.strides, w.padding)
    for ours, expected in zip((dx, layer.kernel.grad, layer.bias.grad), gradients, strict=True):
        agree(ours, expected)


@given(windows())
def test_conv2d_narrow_and_wide_rows(w: Windows) -> None:
    layer, x = w.conv2d(), normal(w.shape, w.seed)[:1]
    expected = textbook.conv2d(x, layer.kernel.value, layer.bias.value, w.strides, w.padding)
    agree(layer.forward(x), expected)  # at most 7 columns, one product for all rows
    agree(layer.forward(np.repeat(x, NARROW, axis=0)), np.repeat(expected, NARROW, axis=0))


@given(windows(), st.booleans())
def test_max_pool(w: Windows, ties: bool) -> None:
    x = (with_ties if ties else normal)(w.shape, w.seed)
    y, dy, dx = run(w.max_pool(), x, w.seed)
    np.testing.assert_array_equal(y, textbook.max_pool(x, w.window, w.strides, w.padding))
    agree(dx, textbook.max_pool_backward(x, y, dy, w.window, w.strides, w.padding))


@given(sizes, sizes, sizes, seeds)
def test_dense(batch: int, inputs: int, units: int, seed: int) -> None:
    layer, x = built(Dense(units), (inputs,), seed), normal((batch, inputs), seed)
    assert isinstance(layer, Dense)
    y, dy, dx = run(layer, x, seed)
    agree(y, textbook.dense(x, layer.kernel.value, layer.bias.value))
    gradients = textbook.dense_backward(x, layer.kernel.value, dy)
    for ours, expected in zip((dx, layer.kernel.grad, layer.bias.grad), gradients, strict=True):
        agree(ours, expected)


@given(images, seeds)
def test_global_average_pooling(shape: Any, seed: int) -> None:
    x = normal(shape, seed)
    y, dy, dx = run(built(GlobalAveragePooling2D(), shape[1:]), x, seed)
    agree(y, textbook.global_average_pooling(x))
    agree(dx, textbook.global_average_pooling_backward(x, dy))


@given(st.one_of(images, vectors, st.tuples(sizes, sizes, sizes)), seeds)
def test_flatten(shape: Any, seed: int) -> None:
    x = normal(shape, seed)
    y, dy, dx = run(built(Flatten(), shape[1:]), x, seed)
    np.testing.assert_array_equal(y, textbook.flatten(x))
    np.testing.assert_array_equal(dx, textbook.flatten_backward(x, dy))


def test_flatten_numbers_the_entries_in_reading_order() -> None:
    x = np.arange(24).reshape(1, 2, 3, 4)
    for i, j, c in np.ndindex(2, 3, 4):
        assert textbook.flatten(x)[0, (i * 3 + j) * 4 + c] == x[0, i, j, c]


@given(st.one_of(images, vectors), seeds)
def test_relu(shape: Any, seed: int) -> None:
    x = with_ties(shape, seed) + with_ties(shape, seed + 1) + 3  # both signs, and zeros
    y, dy, dx = run(ReLU(), x, seed)
    np.testing.assert_array_equal(y, textbook.relu(x))
    np.testing.assert_array_equal(dx, textbook.relu_backward(x, dy))


@given(st.one_of(images, vectors), seeds)
def test_sigmoid(shape: Any, seed: int) -> None:
    x = 5 * normal(shape, seed)
    y, dy, dx = run(Sigmoid(), x, seed)
    agree(y, textbook.sigmoid(x))
    agree(dx, textbook.sigmoid_backward(y, dy))


@given(st.one_of(images, vectors), seeds)
def test_softmax(shape: Any, seed: int) -> None:
    x = 3 * normal(shape, seed)
    y, dy, dx = run(Softmax(), x, seed)
    agree(y, textbook.softmax(x))
    agree(dx, textbook.softmax_backward(y, dy))


@given(st.one_of(images, vectors), st.floats(0, 0.95), seeds)
def test_dropout(shape: Any, rate: float, seed: int) -> None:
    layer, x = Dropout(rate), normal(shape, seed)
    layer.reseed(seed)
    y, dy, dx = run(layer, x, seed)
    mask = (y != 0).astype(float)
    agree(y, textbook.dropout(x, mask, rate))
    agree(dx, textbook.dropout_backward(dy, mask, rate))


several = st.one_of(
    st.tuples(st.integers(2, 6), sizes),
    st.tuples(st.integers(2, 4), sizes, st.integers(1, 3)),
    st.tuples(st.integers(2, 4), sizes, sizes, st.integers(1, 3)),
)


@given(several, st.sampled_from([1e-3, 0.1]), seeds)
def test_batch_normalization(shape: Any, epsilon: float, seed: int) -> None:
    layer, x = built(BatchNormalization(epsilon=epsilon), shape[1:], seed), normal(shape, seed)
    assert isinstance(layer, BatchNormalization)
    gamma, beta = layer.gamma.value, layer.beta.value
    y, dy, dx = run(layer, x, seed)
    agree(y, textbook.batch_normalization(x, gamma, beta, epsilon))
    gradients = textbook.batch_normalization_backward(x, gamma, dy, epsilon)
    for ours, expected in zip((dx, layer.gamma.grad, layer.beta.grad), gradients, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-8, atol=1e-8)


@given(vectors, st.booleans(), seeds)
def test_residual(shape: Any, projected: bool, seed: int) -> None:
    body, shortcut = Dense(shape[1]), Dense(shape[1]) if projected else None
    layer = built(Residual(Sequential([body]), shortcut), shape[1:], seed)
    x = normal(shape, seed)
    y, dy, dx = run(layer, x, seed)
    if shortcut is None:
        agree(dx, textbook.residual_backward(dy, body.backward))
        agree(y, textbook.residual(x, body.forward))
    else:
        agree(y, shortcut.forward(x) + body.forward(x))
        agree(dx, dy @ shortcut.kernel.value.T + dy @ body.kernel.value.T)


labelled = st.tuples(st.integers(1, 5), st.integers(1, 6), seeds)


@given(labelled)
def test_softmax_cross_entropy(drawn: tuple[int, int, int]) -> None:
    batch, classes, seed = drawn
    logits, labels = 3 * normal((batch, classes), seed), np.arange(batch) % classes
    loss, dlogits = softmax_cross_entropy(logits, labels)
    expected, dexpected = textbook.softmax_cross_entropy(logits, np.eye(classes)[labels])
    np.testing.assert_allclose(loss, expected, rtol=1e-11, atol=1e-12)
    agree(dlogits, dexpected)


@given(labelled)
def test_cross_entropy(drawn: tuple[int, int, int]) -> None:
    batch, classes, seed = drawn
    p = np.random.default_rng(seed).uniform(0.01, 0.99, (batch, classes))
    labels = np.arange(batch) % classes
    loss, dp = cross_entropy(p, labels)
    expected, dexpected = textbook.cross_entropy(p, np.eye(classes)[labels])
    np.testing.assert_allclose(loss, expected, rtol=1e-11, atol=1e-12)
    agree(dp, dexpected)


def test_every_layer_has_a_twin() -> None:
    functions = {name for name in vars(textbook) if not name.startswith("_")}
    for kind in Layer.classes.values():
        if kind.__module__.startswith("tinynet.layers."):
            name = kind.__module__.rpartition(".")[2]
            assert {name, f"{name}_backward"} <= functions, kind
