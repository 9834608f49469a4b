"""What every layer promises (DESIGN.md, "The contract of a layer"), asked of each in turn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinynet
from tests.tinynet.strategies import Array, normal
from tinynet import Layer, Parameter, layers
from tinynet.layers import Conv2D, Dense, Flatten, MaxPool, ReLU, Sigmoid, Softmax

Shape = tuple[int, ...]
IMAGE = (5, 6, 2)
EXAMPLES: list[tuple[Callable[[], Layer], Shape]] = [
    (lambda: Dense(3), (4,)),
    (lambda: Conv2D(3, (3, 2)), IMAGE),
    (lambda: Conv2D(2, 3, strides=2, padding="same"), IMAGE),
    (lambda: MaxPool(2), IMAGE),
    (lambda: MaxPool((3, 2), strides=1, padding="same"), IMAGE),
    (lambda: ReLU(), IMAGE),
    (lambda: ReLU(), (4,)),
    (lambda: Sigmoid(), IMAGE),
    (lambda: Softmax(), (4,)),
    (lambda: Flatten(), IMAGE),
    (lambda: layers.Dropout(0.3), IMAGE),
    (lambda: layers.BatchNormalization(), IMAGE),
    (lambda: layers.BatchNormalization(), (4,)),
    (lambda: layers.GlobalAveragePooling2D(), IMAGE),
]
each_layer = pytest.mark.parametrize(
    ("make", "shape"), EXAMPLES, ids=[f"{make()!r}-{len(shape)}" for make, shape in EXAMPLES]
)
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])

LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "rows": np.ascontiguousarray,
    "batch last": lambda a: np.moveaxis(np.ascontiguousarray(np.moveaxis(a, 0, -1)), -1, 0),
    "columns": np.asfortranarray,
    "backwards": lambda a: np.flip(np.ascontiguousarray(np.flip(a))),
    "every second": lambda a: np.repeat(np.repeat(a, 2, axis=0), 2, axis=-1)[::2, ..., ::2],
}


def build(layer: Layer, shape: Shape, dtype: type = np.float64) -> Layer:
    """The layer with parameters that are nowhere zero, and a generator as a model gives it."""
    rng = np.random.default_rng(0)
    layer.build(shape, rng, dtype)
    layer.rng = np.random.default_rng(1)
    for parameter in layer.parameters().values():
        parameter.value[...] = rng.uniform(0.5, 1, parameter.shape)
    return layer


def run(layer: Layer, x: Array) -> tuple[Array, Array]:
    """(y, dx) of a training pass that draws the same random numbers each time."""
    layer.rng = np.random.default_rng(1)
    y = layer.forward(x, training=True)
    return y, layer.backward(normal(y.shape, 5, y.dtype.type))


def held(value: Any) -> list[Array]:
    """The arrays that an object holds on to, in whatever containers."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, list | tuple):
        return [array for item in value for array in held(item)]
    return []


def test_every_layer_is_asked() -> None:
    asked = {type(make()).__name__ for make, _ in EXAMPLES}
    assert asked == set(layers.__all__) - {"Layer", "Parameter"}


@each_layer
@each_dtype
def test_everything_stays_in_the_dtype(make: Any, shape: Shape, dtype: type) -> None:
    layer = build(make(), shape, dtype)
    y, dx = run(layer, normal((3, *shape), 0, dtype))
    assert layer.forward(normal((3, *shape), 0, dtype)).dtype == dtype
    assert y.dtype == dtype
    assert dx.dtype == dtype
    for parameter in layer.parameters().values():
        assert parameter.value.dtype == dtype
        assert parameter.grad.dtype == dtype


@each_layer
def test_float32_is_float64_to_rounding(make: Any, shape: Shape) -> None:
    x = normal((3, *shape), 0)
    exact, rounded = build(make(), shape, np.float64), build(make(), shape, np.float32)
    for a, b in zip(run(exact, x), run(rounded, x.astype(np.float32)), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)


@each_layer
@pytest.mark.parametrize("layout", LAYOUTS)
def test_x_and_dy_are_only_read(make: Any, shape: Shape, layout: str) -> None:
    layer, x = build(make(), shape), LAYOUTS[layout](normal((3, *shape), 0))
    x.setflags(write=False)  # NumPy raises if anyone writes
    y = layer.forward(x, training=True)
    dy = LAYOUTS[layout](normal(y.shape, 1))
    dy.setflags(write=False)
    layer.backward(dy)
    layer.backward_parameters(dy)
    layer.forward(x)


@each_layer
def test_backward_needs_a_training_forward(make: Any, shape: Shape) -> None:
    layer = build(make(), shape)
    layer.name = "some_layer_1"
    dy = np.zeros_like(layer.forward(normal((3, *shape), 0)))
    remedy = r"some_layer_1: backward needs .* call forward\(x, training=True\) first\."
    with pytest.raises(RuntimeError, match=remedy):
        layer.backward(dy)
    layer.forward(normal((3, *shape), 0), training=True)
    layer.backward(dy)
    layer.forward(normal((3, *shape), 0))  # predicting forgets the last training forward
    with pytest.raises(RuntimeError, match=remedy):
        layer.backward(dy)


@each_layer
def test_predicting_keeps_nothing(make: Any, shape: Shape) -> None:
    layer = build(make(), shape)
    run(layer, normal((3, *shape), 0))
    layer.forward(normal((3, *shape), 0))
    assert held(list(vars(layer).values())) == []


@each_layer
def test_parameters_are_never_rebound(make: Any, shape: Shape) -> None:
    layer = build(make(), shape)
    before = {name: (p, p.value, p.grad) for name, p in layer.parameters().items()}
    values = {name: p.value.copy() for name, p in layer.parameters().items()}
    for seed in range(3):
        run(layer, normal((3, *shape), seed))
    for name, parameter in layer.parameters().items():
        assert parameter is before[name][0]
        assert parameter.value is before[name][1]
        assert parameter.grad is before[name][2]
        np.testing.assert_array_equal(parameter.value, values[name])


@each_layer
def test_grads_are_overwritten(make: Any, shape: Shape) -> None:
    layer, x = build(make(), shape), normal((3, *shape), 0)
    for parameter in layer.parameters().values():
        parameter.grad[...] = np.nan
    run(layer, x)
    once = {name: p.grad.copy() for name, p in layer.parameters().items()}
    run(layer, x)
    for name, parameter in layer.parameters().items():
        assert np.isfinite(parameter.grad).all()
        np.testing.assert_array_equal(parameter.grad, once[name])


@each_layer
def test_backward_parameters_is_backward_without_dx(make: Any, shape: Shape) -> None:
    layer, x = build(make(), shape), normal((3, *shape), 0)
    y, _ = run(layer, x)
    expected = {name: p.grad.copy() for name, p in layer.parameters().items()}
    for parameter in layer.parameters().values():
        parameter.grad[...] = np.nan
    layer.backward_parameters(normal(y.shape, 5))
    for name, parameter in layer.parameters().items():
        np.testing.assert_array_equal(parameter.grad, expected[name])


@each_layer
@pytest.mark.parametrize("layout", LAYOUTS)
def test_memory_order_changes_nothing(make: Any, shape: Shape, layout: str) -> None:
    layer, x = build(make(), shape), normal((3, *shape), 0)
    y, dx = run(layer, x)
    grads = {name: p.grad.copy() for name, p in layer.parameters().items()}
    dy = normal(y.shape, 5)
    lay = LAYOUTS[layout]
    np.testing.assert_array_equal(lay(x), x)
    layer.rng = np.random.default_rng(1)
    np.testing.assert_allclose(layer.forward(lay(x), training=True), y, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(layer.backward(lay(dy)), dx, rtol=1e-12, atol=1e-14)
    for name, parameter in layer.parameters().items():
        np.testing.assert_allclose(parameter.grad, grads[name], rtol=1e-12, atol=1e-14)


@each_layer
def test_results_are_the_callers(make: Any, shape: Shape) -> None:
    """A later pass does not overwrite what an earlier one returned."""
    layer = build(make(), shape)
    y, dx = run(layer, normal((3, *shape), 0))
    kept_y, kept_dx = y.copy(), dx.copy()
    run(layer, normal((3, *shape), 7))
    layer.forward(normal((3, *shape), 8))
    np.testing.assert_array_equal(y, kept_y)
    np.testing.assert_array_equal(dx, kept_dx)


@each_layer
def test_predicting_takes_each_example_by_itself(make: Any, shape: Shape) -> None:
    layer, x = build(make(), shape), normal((3, *shape), 0)
    alone = np.concatenate([layer.forward(x[n : n + 1]) for n in range(3)])
    np.testing.assert_allclose(layer.forward(x), alone, rtol=1e-12, atol=1e-14)


@each_layer
def test_config_and_repr_make_the_layer_again(make: Any, shape: Shape) -> None:
    layer = make()
    assert type(layer)(**layer.config()).config() == layer.config()
    assert eval(repr(layer), vars(tinynet)).config() == layer.config()


@each_layer
def test_a_replica_shares_values_and_nothing_else(make: Any, shape: Shape) -> None:
    layer = build(make(), shape)
    y, dx = run(layer, normal((3, *shape), 0))
    grads = {name: p.grad.copy() for name, p in layer.parameters().items()}
    replica = layer.replica()
    with pytest.raises(RuntimeError, match="training=True"):
        replica.backward(np.zeros_like(y))
    run(replica, normal((2, *shape), 3))
    np.testing.assert_array_equal(layer.backward(normal(y.shape, 5)), dx)
    for name, parameter in layer.parameters().items():
        twin = replica.parameters()[name]
        assert isinstance(twin, Parameter)
        assert twin.value is parameter.value
        assert not np.shares_memory(twin.grad, parameter.grad)
        np.testing.assert_array_equal(parameter.grad, grads[name])
