"""Does a layer keep to the contract of layers/layer.py?  One function asks for every promise."""

import copy
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tinynet.gradient_check import check_layer
from tinynet.layers.layer import Layer
from tinynet.model import Sequential
from tinynet.serialization import load_model, save_model
from tinynet.types import Array, Shape

Make = Callable[[], Layer]
BATCH = 3
USUAL_SHAPES: tuple[Shape, ...] = ((5, 6, 2), (4,))  # an image, a vector
MEMORY_ORDERS: dict[str, Callable[[Array], Array]] = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "batch last": lambda a: np.moveaxis(np.ascontiguousarray(np.moveaxis(a, 0, -1)), -1, 0),
    "backwards": lambda a: np.flip(np.ascontiguousarray(np.flip(a))),
    "every second": lambda a: np.repeat(a, 2, axis=0)[::2],
}


class ContractError(AssertionError):
    """A promise that a layer breaks; the message says which, and what was expected."""


def check_layer_contract(layer: Layer, input_shape: Shape | None = None) -> None:
    """Ask a layer for everything that tinynet's own layers promise.

    Shapes, dtype, any memory order; x and dy are only read; what is kept and when; grads filled
    in place; gradients, in training and in prediction; replica; config and saving.
    input_shape is one example's: an image or a vector if not given. The layer stays as it is;
    copies are made by its config. Raises ContractError, or GradientError for a wrong gradient.
    """

    def make() -> Layer:
        return type(layer)(**copy.deepcopy(layer.config()))

    _check_config(layer, make)
    shape = _accepted(make) if input_shape is None else input_shape
    _check_shapes_and_dtypes(make, shape)
    _check_what_is_written(make, shape)
    _check_what_is_kept(make, shape)
    _check_prediction(make, shape)
    _check_grads(make, shape)
    _check_memory_orders(make, shape)
    _check_replica(make, shape)
    _check_saving(make, shape)
    for training in (True, False):
        check_layer(_built(make, shape), _numbers((BATCH, *shape), 0), training=training)


def _accepted(make: Make) -> Shape:
    """The first of the usual shapes that the layer takes."""
    refusals = []
    for shape in USUAL_SHAPES:
        try:
            make().declare(shape)
        except ValueError as error:
            refusals.append(str(error))
        else:
            return shape
    raise ContractError(f"give an input_shape that the layer takes: {'; '.join(refusals)}")


def _built(make: Make, shape: Shape, dtype: type = np.float64) -> Layer:
    """A copy of the layer with parameters that are nowhere zero."""
    layer = make()
    layer.build(shape, np.random.default_rng(0), dtype)
    for parameter in layer.parameters().values():
        parameter.value = np.random.default_rng(1).uniform(0.5, 1, parameter.shape)
    return layer


def _numbers(shape: Shape, seed: int, dtype: type = np.float64) -> Array:
    return np.random.default_rng([seed, 2]).normal(size=shape).astype(dtype)


def _run(layer: Layer, x: Array, training: bool = True) -> tuple[Array, Array, list[Array]]:
    """y, dx and the grads of one pass, which draws the same random numbers each time."""
    layer.reseed(1)
    y = layer.forward(x, training, keep=True)
    dx = layer.backward(_numbers(y.shape, 5, y.dtype.type))
    return y, dx, [parameter.grad.copy() for parameter in layer.parameters().values()]


def _expect(kept: bool, layer: Layer, promise: str) -> None:
    if not kept:
        raise ContractError(f"{layer!r}: {promise}")


def _same(first: list[Array], second: list[Array], close: float = 1e-11) -> bool:
    return all(
        a.shape == b.shape and np.allclose(a, b, rtol=close, atol=close)
        for a, b in zip(first, second, strict=True)
    )


def _check_config(layer: Layer, make: Make) -> None:
    try:
        again = make()
    except (AttributeError, TypeError) as error:
        promise = "config() must give the constructor's arguments, kept under the same names"
        raise ContractError(f"{type(layer).__name__}: {promise} ({error})") from error
    _expect(repr(again) == repr(layer), layer, f"made again by its config it is {again!r}")


def _check_shapes_and_dtypes(make: Make, shape: Shape) -> None:
    exact: list[Array] = []
    for dtype in (np.float64, np.float32):
        layer = _built(make, shape, dtype)
        declared, x = make().declare(shape), _numbers((BATCH, *shape), 0).astype(dtype)
        y, dx, grads = _run(layer, x)
        _expect(
            y.shape == (BATCH, *declared),
            layer,
            f"declare says that {shape} becomes {declared}, forward makes {y.shape[1:]}",
        )
        _expect(dx.shape == x.shape, layer, f"dx has shape {dx.shape}, x has {x.shape}")
        arrays = [layer.forward(x), y, dx, *grads]
        found = {str(array.dtype) for array in arrays}
        _expect(found == {str(x.dtype)}, layer, f"{x.dtype} becomes {' and '.join(sorted(found))}")
        close = _same(exact or arrays, arrays, close=1e-4)
        _expect(close, layer, "float32 gives other numbers than float64, by more than rounding")
        exact = exact or arrays


def _check_what_is_written(make: Make, shape: Shape) -> None:
    layer, x = _built(make, shape), _numbers((BATCH, *shape), 0)
    values = [parameter.value.copy() for parameter in layer.parameters().values()]
    for name, forward in (("x", True), ("dy", False)):
        layer.reseed(1)
        y = layer.forward(x, training=True, keep=True)
        dy = _numbers(y.shape, 1)
        (x if forward else dy).setflags(write=False)
        try:
            layer.forward(x, training=True, keep=True)
            layer.backward(dy)
            layer.backward_parameters(dy)
        except ValueError as error:
            raise ContractError(f"{layer!r}: it writes into {name} ({error})") from error
        x.setflags(write=True)
    now = [parameter.value for parameter in layer.parameters().values()]
    _expect(_same(values, now, close=0), layer, "only an optimizer may change values")
    first = _run(layer, x)
    kept = [array.copy() for array in first[:2]]
    _run(layer, _numbers(x.shape, 7))
    _expect(_same(kept, [*first[:2]], close=0), layer, "a later pass changes y or dx of an earlier")


def _check_what_is_kept(make: Make, shape: Shape) -> None:
    layer, x = _built(make, shape), _numbers((BATCH, *shape), 0)
    for training in (False, True):
        _run(layer, x)
        layer.reseed(1)
        dy = np.zeros_like(layer.forward(x, training))
        try:
            layer.backward(dy)
        except RuntimeError:
            continue
        raise ContractError(
            f"{layer!r}: after forward(x, training={training}), without keep, backward must raise "
            "RuntimeError; set _cache to None, and read it by cached()"
        )


def _check_prediction(make: Make, shape: Shape) -> None:
    layer, x = _built(make, shape), _numbers((BATCH, *shape), 0)
    alone = np.concatenate([layer.forward(x[n : n + 1]) for n in range(BATCH)])
    promise = "in prediction, an example's output must not depend on the others in the batch"
    _expect(_same([alone], [layer.forward(x)]), layer, promise)


def _check_grads(make: Make, shape: Shape) -> None:
    layer, x = _built(make, shape), _numbers((BATCH, *shape), 0)
    parameters = layer.parameters()
    places = {name: parameter.vectors for name, parameter in parameters.items()}
    for parameter in parameters.values():
        parameter.grad[...] = np.nan
    _, _, once = _run(layer, x)
    _, _, twice = _run(layer, x)
    filled = all(np.isfinite(grad).all() for grad in once)
    _expect(filled, layer, "backward must fill every grad")
    _expect(_same(once, twice, close=0), layer, "backward must overwrite grads, not add to them")
    y = layer.forward(x, training=True, keep=True)
    layer.reseed(1)
    layer.forward(x, training=True, keep=True)
    for parameter in parameters.values():
        parameter.grad[...] = np.nan
    layer.backward_parameters(_numbers(y.shape, 5))
    alone = [parameter.grad for parameter in parameters.values()]
    _expect(_same(once, alone), layer, "backward_parameters must fill the grads as backward does")
    for name, parameter in layer.parameters().items():
        same = parameter is parameters[name] and parameter.vectors is places[name]
        _expect(same, layer, f"{name} must stay where it is; write into value and grad in place")


def _check_memory_orders(make: Make, shape: Shape) -> None:
    layer, x = _built(make, shape), _numbers((BATCH, *shape), 0)
    y, dx, grads = _run(layer, x)
    for order, lay in MEMORY_ORDERS.items():
        layer.reseed(1)
        other_y = layer.forward(lay(x), training=True, keep=True)
        other_dx = layer.backward(lay(_numbers(y.shape, 5)))
        others = [other_y, other_dx, *(p.grad for p in layer.parameters().values())]
        _expect(
            _same([y, dx, *grads], others), layer, f"other numbers if x and dy lie in {order} order"
        )


def _check_replica(make: Make, shape: Shape) -> None:
    layer, x = _built(make, shape), _numbers((BATCH, *shape), 0)
    y, dx, grads = _run(layer, x)
    replica = layer.replica()
    for name, parameter in layer.parameters().items():
        twin = replica.parameters()[name]
        shares = np.shares_memory(twin.value, parameter.value)
        _expect(shares, layer, f"a replica must share the value of {name}")
        apart = not np.shares_memory(twin.grad, parameter.grad)
        _expect(apart, layer, f"a replica must have a grad of its own for {name}")
    _run(replica, _numbers((BATCH + 1, *shape), 3))
    again = [layer.backward(_numbers(y.shape, 5)), *(p.grad for p in layer.parameters().values())]
    _expect(_same([dx, *grads], again), layer, "a pass through a replica changes what this keeps")


def _check_saving(make: Make, shape: Shape) -> None:
    model = Sequential([make()], shape, dtype=np.float64)
    for parameter in model.parameters().values():
        parameter.value = np.random.default_rng(1).uniform(0.5, 1, parameter.shape)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.safetensors")
        try:
            save_model(model, path)
            loaded, _ = load_model(path)
        except (TypeError, ValueError) as error:
            promise = f"a model with it cannot be saved and loaded ({error})"
            raise ContractError(f"{model.layers[0]!r}: {promise}") from error
    x = _numbers((BATCH, *shape), 0)
    same = _same([model.forward(x)], [loaded.forward(x)], close=0)
    _expect(same, model.layers[0], "saved and loaded again, it gives other numbers")
