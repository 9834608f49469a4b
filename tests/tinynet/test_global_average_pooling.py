"""GlobalAveragePooling2D against a loop, and its gradient."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinynet.strategies import dtypes, normal, seeds
from tinynet import GlobalAveragePooling2D, Sequential, check_layer

shapes = st.tuples(*[st.integers(1, 5)] * 4)


def built(shape: tuple[int, ...], dtype: type = np.float64) -> GlobalAveragePooling2D:
    layer = GlobalAveragePooling2D()
    assert layer.build(shape[1:], np.random.default_rng(0), dtype) == shape[3:]
    return layer


@given(shapes, seeds, dtypes)
def test_against_a_loop(shape: tuple[int, int, int, int], seed: int, dtype: type) -> None:
    layer, x = built(shape, dtype), normal(shape, seed, dtype)
    dy = normal((shape[0], shape[3]), seed + 1, dtype)
    upstream = dy.copy()
    expected, dexpected = np.zeros(dy.shape), np.zeros(shape)
    positions = shape[1] * shape[2]
    for n, h, w, c in itertools.product(*map(range, shape)):
        expected[n, c] += x[n, h, w, c] / positions
        dexpected[n, h, w, c] = dy[n, c] / positions
    y, dx = layer.forward(x, training=True, keep=True), layer.backward(dy)
    assert y.dtype == dx.dtype == dtype
    assert y.shape == expected.shape
    assert dx.shape == shape
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6 if dtype == np.float32 else 1e-14)
    np.testing.assert_allclose(dx, dexpected, rtol=1e-6 if dtype == np.float32 else 1e-14)
    assert np.array_equal(dy, upstream)
    assert np.array_equal(layer.forward(x), y)


@given(shapes, seeds)
def test_gradients(shape: tuple[int, ...], seed: int) -> None:
    check_layer(built(shape), normal(shape, seed), seed)


def test_any_memory_order_gives_the_same() -> None:
    x = normal((3, 4, 5, 2), 0)
    layer = built(x.shape)
    for view in (np.asfortranarray(x), x[::-1].copy()[::-1], np.moveaxis(x, 0, -1).copy()):
        given_x = np.moveaxis(view, -1, 0) if view.shape != x.shape else view
        assert np.array_equal(layer.forward(given_x), layer.forward(x))


def test_needs_pictures() -> None:
    with pytest.raises(ValueError, match="expects examples with the axes H, W, C"):
        Sequential([GlobalAveragePooling2D()], (7,))


def test_backward_needs_a_training_forward() -> None:
    layer = built((1, 2, 2, 1))
    with pytest.raises(RuntimeError, match="keep=True"):
        layer.backward(np.ones((1, 1)))
