"""Gradients of the layers, their edges, and what they say to wrong arguments."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinynet.strategies import Windows, normal, seeds, sizes, windows, with_ties
from tinynet import (
    Conv2D,
    Dense,
    Flatten,
    MaxPool,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    check_layer,
)

RNG = np.random.default_rng(0)


def test_relu_at_and_around_zero() -> None:
    x = np.array([[-2.0, -0.0, 0.0, 1e-300, 3.0]])
    layer = ReLU()
    assert layer.forward(x, training=True, keep=True).tolist() == [[0.0, 0.0, 0.0, 1e-300, 3.0]]
    assert layer.backward(np.full((1, 5), -7.0)).tolist() == [[0.0, 0.0, 0.0, -7.0, -7.0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_input_overflows(dtype: type) -> None:
    x = np.array([[-1, -1e-9, 0, 1e-9, 1]], dtype) * np.finfo(dtype).max / 2
    for layer in (Sigmoid(), Softmax()):
        y = layer.forward(x, training=True, keep=True)
        assert np.isfinite(y).all()
        assert np.isfinite(layer.backward(np.ones_like(y))).all()
        assert y[0, 0] == 0
        assert y[0, -1] == 1


@given(windows())
def test_conv2d_gradients(w: Windows) -> None:
    check_layer(w.conv2d(), normal(w.shape, w.seed), seed=w.seed)


@given(windows())
def test_max_pool_gradients(w: Windows) -> None:
    check_layer(w.max_pool(), normal(w.shape, w.seed), seed=w.seed)


@given(windows())
def test_max_pool_gradients_beside_ties(w: Windows) -> None:
    check_layer(w.max_pool(), with_ties(w.shape, w.seed), seed=w.seed)


@given(st.integers(1, 4), st.integers(1, 7), st.integers(1, 5), seeds)
def test_gradients_of_the_flat_layers(batch: int, features: int, units: int, seed: int) -> None:
    for layer in (Dense(units), ReLU(), Sigmoid(), Softmax()):
        layer.build((features,), np.random.default_rng(seed), np.float64)
        check_layer(layer, normal((batch, features), seed), seed=seed)


@given(st.tuples(sizes, sizes, sizes, st.integers(1, 3)), seeds)
def test_gradients_of_the_shapeless_layers_on_images(shape: Any, seed: int) -> None:
    for layer in (ReLU(), Sigmoid(), Softmax(), Flatten()):
        layer.build(shape[1:], np.random.default_rng(seed), np.float64)
        check_layer(layer, normal(shape, seed), seed=seed)


@given(windows())
def test_same_padding_gives_size_over_stride_rounded_up(w: Windows) -> None:
    for layer in (w.conv2d(), w.max_pool()):
        shape = layer.forward(normal(w.shape, 0)).shape[1:]
        assert shape == Sequential([layer], w.shape[1:]).output_shape
        if w.padding == "same":
            assert shape[0] == -(-w.shape[1] // w.strides[0])
            assert shape[1] == -(-w.shape[2] // w.strides[1])


def test_glorot_uniform_fills_its_range_and_no_more() -> None:
    layer = Conv2D(32, (3, 5))
    layer.build((9, 9, 16), np.random.default_rng(0), np.float64)
    limit = np.sqrt(6 / (3 * 5 * 16 + 3 * 5 * 32))
    values = layer.kernel.value
    assert 0.999 * limit < values.max() <= limit
    assert -limit <= values.min() < -0.999 * limit
    assert abs(values.mean()) < 0.02 * limit
    assert abs(values.var() / (limit**2 / 3) - 1) < 0.02
    assert not layer.bias.value.any()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(-1), "units must be a positive integer. Received: units=-1"),
        (lambda: Dense(0), "units must be a positive integer. Received: units=0"),
        (lambda: Dense(2.0), "units must be a positive integer. Received: units=2.0"),  # type: ignore[arg-type]
        (lambda: Dense(True), "units must be a positive integer. Received: units=True"),
        (lambda: Dense("3"), "units must be a positive integer. Received: units='3'"),  # type: ignore[arg-type]
        (lambda: Conv2D(0, 3), "filters must be a positive integer. Received: filters=0"),
        (
            lambda: Conv2D(1, (3, 0)),
            "kernel_size must be a positive integer. Received: kernel_size=0",
        ),
        (
            lambda: Conv2D(1, (3, 3, 3)),  # type: ignore[arg-type]
            "kernel_size must be one positive integer or two. Received: kernel_size=(3, 3, 3)",
        ),
        (
            lambda: Conv2D(1, 3, None),  # type: ignore[arg-type]
            "strides must be a positive integer. Received: strides=None",
        ),
        (
            lambda: Conv2D(1, 3, padding="full"),
            'padding must be "valid" or "same". Received: padding=\'full\'',
        ),
        (lambda: MaxPool(-2), "pool_size must be a positive integer. Received: pool_size=-2"),
        (lambda: MaxPool(2, strides=0), "strides must be a positive integer. Received: strides=0"),
        (
            lambda: MaxPool(2, padding="SAME"),
            'padding must be "valid" or "same". Received: padding=\'SAME\'',
        ),
        (
            lambda: MaxPool(2, padding=["same"]),  # type: ignore[arg-type]
            'padding must be "valid" or "same". Received: padding=[\'same\']',
        ),
        (
            lambda: Conv2D(2, 5).declare((4, 9, 1)),
            "Conv2D(2, (5, 5)) has a window of 5, larger than its input of 4; "
            'use a smaller window or padding="same".',
        ),
        (
            lambda: MaxPool((1, 3)).declare((4, 2, 1)),
            "MaxPool(pool_size=(1, 3)) has a window of 3, larger than its input of 2; "
            'use a smaller window or padding="same".',
        ),
        (
            lambda: Conv2D(2, 3).declare((28, 28)),
            "Conv2D(2, (3, 3)) expects examples with the axes H, W, C. Received: (28, 28)",
        ),
        (
            lambda: MaxPool().declare((10,)),
            "MaxPool() expects examples with the axes H, W, C. Received: (10,)",
        ),
        (
            lambda: Dense(3).declare((2, 2, 1)),
            "Dense(3) expects examples with the axes features. Received: (2, 2, 1)",
        ),
    ],
)
def test_wrong_arguments_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared whole
        make()
    assert str(caught.value) == message


def test_pool_strides_default_to_the_pool_size() -> None:
    assert MaxPool((2, 3)).declare((6, 6, 1)) == (3, 2, 1)
    assert MaxPool((2, 3), strides=1).declare((6, 6, 1)) == (5, 4, 1)


def test_a_window_as_large_as_the_image_is_one_output() -> None:
    assert Sequential([Conv2D(1, (2, 3))], (2, 3, 1)).output_shape == (1, 1, 1)
