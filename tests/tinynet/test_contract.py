"""The contract of a layer: ours keep to it, and `check_layer_contract` names what others break."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinynet
from tests.tinynet.strategies import Array, normal
from tinynet import (
    BatchNormalization,
    ContractError,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GradientError,
    Layer,
    MaxPool,
    Parameter,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Softmax,
    check_layer_contract,
    layers,
)
from tinynet.initializers import ones

Shape = tuple[int, ...]
IMAGE = (5, 6, 2)
EXAMPLES: list[tuple[Layer, Shape]] = [
    (Dense(3), (4,)),
    (Conv2D(3, (3, 2)), IMAGE),
    (Conv2D(2, 3, strides=2, padding="same"), IMAGE),
    (Conv2D(2, 2, strides=(3, 1)), IMAGE),
    (MaxPool(2), IMAGE),
    (MaxPool((3, 2), strides=1, padding="same"), IMAGE),
    (ReLU(), IMAGE),
    (ReLU(), (4,)),
    (Sigmoid(), IMAGE),
    (Softmax(), (4,)),
    (Flatten(), IMAGE),
    (Dropout(0.3), IMAGE),
    (Dropout(0.3), (4,)),
    (BatchNormalization(), IMAGE),
    (BatchNormalization(), (3, 4)),
    (BatchNormalization(), (4,)),
    (GlobalAveragePooling2D(), IMAGE),
    (Residual(Sequential([Conv2D(2, 3, padding="same"), BatchNormalization(), ReLU()])), IMAGE),
    (Residual(Sequential([Dense(3), Dropout(0.5), Dense(3)]), Dense(3)), (4,)),
    (Residual(Dense(4)), (4,)),
    (Sequential([Conv2D(2, 3), ReLU(), Residual(Sequential([Conv2D(2, 1)]))]), IMAGE),
]


@pytest.mark.parametrize(("layer", "shape"), EXAMPLES, ids=lambda value: repr(value))
def test_our_layers_keep_to_the_contract(layer: Layer, shape: Shape) -> None:
    check_layer_contract(layer, shape)


@pytest.mark.parametrize("layer", [Dense(3), Conv2D(3, (3, 2)), ReLU()])
def test_a_usual_input_shape_is_found(layer: Layer) -> None:
    check_layer_contract(layer)


def test_every_layer_is_asked() -> None:
    asked = {type(layer).__name__ for layer, _ in EXAMPLES}
    assert asked == set(layers.__all__) - {"Layer"} | {"Sequential"}


@pytest.mark.parametrize(("layer", "shape"), EXAMPLES, ids=lambda value: repr(value))
def test_repr_makes_the_layer_again(layer: Layer, shape: Shape) -> None:
    assert repr(eval(repr(layer), vars(tinynet))) == repr(layer)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("layer", "shape"), EXAMPLES, ids=lambda value: repr(value))
def test_without_keep_nothing_is_kept(layer: Layer, shape: Shape, training: bool) -> None:
    model = Sequential([type(layer)(**layer.config())], shape, dtype=np.float64)
    model.forward(normal((3, *shape), 0), training, keep=True)
    model.forward(normal((3, *shape), 0), training)
    assert held(model.layers[0]) == []
    with pytest.raises(RuntimeError, match=r"backward needs .* call forward\(x, keep=True\) first"):
        model.backward(normal((3, *model.output_shape), 0))


def held(value: Any) -> list[Array]:
    """The arrays that an object holds on to, in whatever containers, but for parameters."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, list | tuple):
        return [array for item in value for array in held(item)]
    if isinstance(value, Layer):
        return held(list(vars(value).values()))
    return []


class Scale(Layer):
    """y = x * factor, a small layer that keeps to everything."""

    def declare(self, input_shape: Shape) -> Shape:
        self.factor = Parameter(input_shape[-1:], ones)
        return input_shape

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        self._cache = x if keep else None
        return np.asarray(x * self.factor.value)

    def backward(self, dy: Array) -> Array:
        products = dy * self.cached()
        self.factor.grad[...] = products.sum(axis=tuple(range(dy.ndim - 1)))
        return np.asarray(dy * self.factor.value)


class ForgetsItsArgument(Scale):
    def __init__(self, power: int = 1) -> None:
        pass


class HasAnotherShape(Scale):
    def declare(self, input_shape: Shape) -> Shape:
        super().declare(input_shape)
        return (*input_shape, 1)


class IsFloat64(Scale):
    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        return super().forward(x, training, keep).astype(np.float64)


class WritesIntoX(Scale):
    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        x *= self.factor.value
        self._cache = x / self.factor.value if keep else None
        return x


class WritesIntoDy(Scale):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        dy *= self.factor.value
        return dy


class ChangesItsValues(Scale):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.factor.value -= 0.1
        return dx


class ReusesItsOutput(Scale):
    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        y = super().forward(x, training, keep)
        buffer = vars(self).setdefault("buffer", np.empty_like(y))
        buffer[...] = y
        return np.asarray(buffer)


class KeepsAlways(Scale):
    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        return super().forward(x, training, keep=True)


class KeepsInTraining(Scale):
    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        return super().forward(x, training, keep or training)


class LooksAtTheBatch(Scale):
    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        return super().forward(x - x.mean(axis=0), training, keep)


class AddsToItsGrad(Scale):
    def backward(self, dy: Array) -> Array:
        before = np.nan_to_num(self.factor.grad.copy())
        dx = super().backward(dy)
        self.factor.grad += before
        return dx


class FillsNoGrad(Scale):
    def backward(self, dy: Array) -> Array:
        self.cached()
        return np.asarray(dy * self.factor.value)


class FillsHalf(Scale):
    def backward_parameters(self, dy: Array) -> None:
        self.backward(dy / 2)


class MakesANewParameter(Scale):
    def backward(self, dy: Array) -> Array:
        before = self.factor
        self.factor = Parameter(before.shape, ones)
        self.factor.put(before.vectors, before.start)
        return super().backward(dy)


class CountsOnC(Scale):
    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        in_memory = x.ravel(order="K").reshape(x.shape)
        return super().forward(in_memory, training, keep)


class SharesItsGrad(Scale):
    def replica(self) -> "SharesItsGrad":
        return self


class HasItsOwnValue(Scale):
    def replica(self) -> Any:
        other: Any = Sequential([type(self)()], (2,), dtype=np.float64).layers[0]
        other.factor.value = self.factor.value
        return other


class CannotBeSaved(Scale):
    def __init__(self, function: Any = abs) -> None:
        self.function = function


class HasTheWrongGradient(Scale):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * 1.01


class IsWrongInPrediction(Scale):
    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        y = super().forward(x, training, keep)
        return y if training else y * 2


def test_a_small_layer_of_ones_own_passes() -> None:
    check_layer_contract(Scale())
    check_layer_contract(Scale(), (2, 3))


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (ForgetsItsArgument(), "config() must give the constructor's arguments"),
        (HasAnotherShape(), "declare says that (5, 6, 2) becomes (5, 6, 2, 1), forward makes (5"),
        (IsFloat64(), "float32 becomes float32 and float64"),
        (WritesIntoX(), "writes into x"),
        (WritesIntoDy(), "writes into dy"),
        (ChangesItsValues(), "only an optimizer may change values"),
        (ReusesItsOutput(), "a later pass changes y or dx of an earlier"),
        (KeepsAlways(), "after forward(x, training=False), without keep, backward must raise"),
        (KeepsInTraining(), "after forward(x, training=True), without keep, backward must raise"),
        (LooksAtTheBatch(), "an example's output must not depend on the others in the batch"),
        (AddsToItsGrad(), "overwrite grads, not add to them"),
        (FillsNoGrad(), "backward must fill every grad"),
        (FillsHalf(), "backward_parameters must fill the grads as backward does"),
        (MakesANewParameter(), "factor must stay where it is"),
        (CountsOnC(), "other numbers if x and dy lie in"),
        (SharesItsGrad(), "a replica must have a grad of its own for factor"),
        (HasItsOwnValue(), "a replica must share the value of factor"),
        (CannotBeSaved(), "cannot be saved and loaded"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_layer_breaks_is_named(layer: Layer, says: str) -> None:
    with pytest.raises(ContractError) as caught:
        check_layer_contract(layer)
    assert says in str(caught.value)


@pytest.mark.parametrize("layer", [HasTheWrongGradient(), IsWrongInPrediction()])
def test_a_wrong_gradient_is_found_in_training_and_in_prediction(layer: Layer) -> None:
    with pytest.raises(GradientError, match="dx"):
        check_layer_contract(layer)


def test_a_layer_that_takes_neither_usual_shape_asks_for_one() -> None:
    class Text(Layer):
        def declare(self, input_shape: Shape) -> Shape:
            raise ValueError("text only")

    with pytest.raises(ContractError, match="give an input_shape that the layer takes: text only"):
        check_layer_contract(Text())


@pytest.mark.parametrize("make", [lambda: type("Dense", (Layer,), {})], ids=["Dense"])
def test_tinynets_names_are_taken(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="tinynet has a layer 'Dense'; give this class another"):
        make()
    assert Layer.classes["Dense"] is Dense
