"""First rung: each layer's outputs, dx and parameters' gradients, to 1e-12.

Measured over 300 drawn examples: 6e-15 or better, with the largest where a sum nearly cancels.
CPU TensorFlow has a float64 kernel for every setting that tinynet has, so none is left out.
"""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.ladder import (
    agree,
    conv2d_rung,
    dense_rung,
    disagreement,
    layer_rung,
    max_pool_rung,
)
from tests.tinynet.strategies import Windows, normal, seeds, windows, with_ties
from tinynet import Flatten, ReLU, Sigmoid, Softmax
from tinynet.types import Array, Shape


@given(windows())
def test_convolution(drawn: Windows) -> None:
    x = normal(drawn.shape, drawn.seed)
    agree(
        conv2d_rung(
            x,
            filters=drawn.filters,
            kernel_size=drawn.window,
            strides=drawn.strides,
            padding=drawn.padding,
        )
    )


@pytest.mark.parametrize("draw", [normal, with_ties])
@given(drawn=windows())
def test_pooling_with_and_without_ties(draw: Callable[[Shape, int], Array], drawn: Windows) -> None:
    x = draw(drawn.shape, drawn.seed)
    agree(max_pool_rung(x, pool_size=drawn.window, strides=drawn.strides, padding=drawn.padding))


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_pooling_of_equal_numbers_alone(padding: str) -> None:
    """The commonest tie in MNIST: a window that sees only the background."""
    agree(max_pool_rung(np.zeros((2, 6, 5, 3)), pool_size=2, padding=padding))
    agree(max_pool_rung(np.zeros((2, 6, 5, 3)), pool_size=3, strides=2, padding=padding))


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), seeds)
def test_dense(batch: int, features: int, units: int, seed: int) -> None:
    agree(dense_rung(normal((batch, features), seed), units))


shapes = st.one_of(
    st.tuples(*[st.integers(1, 9)] * 2),
    st.tuples(*[st.integers(1, 5)] * 4),
)


@given(shapes, seeds)
def test_relu_and_its_zeros(shape: tuple[int, ...], seed: int) -> None:
    agree(layer_rung(ReLU(), keras.layers.ReLU(), normal(shape, seed)))
    agree(layer_rung(ReLU(), keras.layers.ReLU(), with_ties(shape, seed) + 1))


@given(shapes, seeds, st.sampled_from([1.0, 30.0]))
def test_sigmoid(shape: tuple[int, ...], seed: int, scale: float) -> None:
    """The first entry is 0: where all are saturated, dx is nothing but the rounding of 1 - y."""
    x = scale * normal(shape, seed)
    x.flat[0] = 0
    agree(layer_rung(Sigmoid(), keras.layers.Activation("sigmoid"), x))


@given(st.integers(1, 9), st.integers(2, 12), seeds, st.sampled_from([1.0, 30.0]))
def test_softmax(batch: int, classes: int, seed: int, scale: float) -> None:
    """The first row has two equal maxima, so that not all outputs are saturated."""
    x = scale * normal((batch, classes), seed)
    x[0, :2] = x[0].max()
    agree(layer_rung(Softmax(), keras.layers.Softmax(), x))


@given(shapes, seeds)
def test_flatten(shape: tuple[int, ...], seed: int) -> None:
    agree(layer_rung(Flatten(), keras.layers.Flatten(), normal(shape, seed)))


def test_the_measure_can_fail() -> None:
    one = np.ones(3)
    assert disagreement(one, one) == 0
    assert disagreement(one + 1e-6, one) == pytest.approx(1e-6)
    assert disagreement(one, np.zeros(3)) == np.inf
    assert disagreement(np.full(3, np.nan), one) == np.inf
    assert disagreement(one, np.full(3, np.nan)) == np.inf
    assert disagreement(one[:2], one) == np.inf
    with pytest.raises(AssertionError, match="dx"):
        agree({"y": 0.0, "dx": 2e-12})
    with pytest.raises(AssertionError, match="y"):
        agree({"y": float("nan")})
    with pytest.raises(TypeError, match="float32"):
        disagreement(one.astype(np.float32), one)
