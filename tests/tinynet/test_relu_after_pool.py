"""max(max(x), 0) = max of max(x, 0): the order of ReLU and MaxPool does not change a bit."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from tinynet import Layer, MaxPool, ReLU

Pair = tuple[int, int]


def run(layers: list[Layer], x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    shape = x.shape[1:]
    for layer in layers:
        shape = layer.build(shape, np.random.default_rng(0), x.dtype)
        x = layer.forward(x, training=True, keep=True)
    for layer in reversed(layers):
        dy = layer.backward(dy)
    return x, dy


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(2, 7), st.integers(2, 7)),
    pool=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    levels=st.integers(1, 5),
)
def test_same_outputs_and_gradients(
    seed: int, size: Pair, pool: Pair, strides: Pair, levels: int
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-levels, levels + 1, (2, *size, 3)).astype(np.float32)  # many ties and zeros
    outputs = MaxPool(pool, strides, "same").build((*size, 3), rng, np.float32)
    dy = rng.normal(size=(2, *outputs)).astype(np.float32)
    usual = run([ReLU(), MaxPool(pool, strides, "same")], x, dy)
    ours = run([MaxPool(pool, strides, "same"), ReLU()], x, dy)
    np.testing.assert_array_equal(ours[0], usual[0])
    np.testing.assert_array_equal(ours[1], usual[1])
