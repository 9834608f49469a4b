"""Every layer under drawn settings, stacks with blocks in blocks, and layers of one's own."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_app.onnx import layers as twins
from mnist_app.onnx.graph import Graph, Value
from mnist_app.onnx.layers import register
from mnist_app.onnx.write import onnx_bytes
from tests.keras.files import MODELS, drawn
from tests.keras.own_layers import LeakyReLU, Scale
from tests.onnx.files import differences, opened, random_images
from tests.tinynet.strategies import Windows, windows
from tinynet import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPool,
    ModelFileError,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Softmax,
)
from tinynet.types import Shape

CLOSE = 1e-6  # of the largest output
shapes = st.one_of(
    st.tuples(st.integers(1, 6)),
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4)),
)
anywhere = st.one_of(
    st.just(ReLU()),
    st.just(Sigmoid()),
    st.just(Softmax()),
    st.builds(Dropout, st.sampled_from([0, 0.5])),
    st.builds(BatchNormalization, st.just(0.9), st.sampled_from([1e-5, 1e-3, 0.5])),
)


def check(layers: list[Layer], shape: Shape, close: float = CLOSE) -> None:
    """Both programs give what we give, to all numbers that the layers make of three images."""
    model = drawn(Sequential(layers, shape))
    if len(model.output_shape) > 1:
        model = drawn(Sequential([*layers, Flatten()], shape))
    assert max(differences(model, random_images(model, 3))) <= close


@settings(max_examples=60)
@given(where=windows())
def test_conv2d(where: Windows) -> None:
    check([Conv2D(where.filters, where.window, where.strides, where.padding)], where.shape[1:])


@settings(max_examples=60)
@given(where=windows())
def test_max_pool(where: Windows) -> None:
    """After a BatchNormalization, so that all numbers of a window may be negative."""
    pool = MaxPool(where.window, where.strides, where.padding)
    check([BatchNormalization(), pool], where.shape[1:])


def test_strides_of_a_pool_are_its_size() -> None:
    check([MaxPool((2, 3))], (7, 7, 2))


@settings(max_examples=60)
@given(layer=anywhere, shape=shapes)
def test_layers_for_any_shape(layer: Layer, shape: Shape) -> None:
    check([layer], shape)
    check([Flatten(), layer, Dense(3)], shape)


@settings(max_examples=30)
@given(units=st.integers(1, 5), shape=shapes)
def test_dense_and_global_average_pooling(units: int, shape: Shape) -> None:
    check([Flatten(), Dense(units)], shape)
    if len(shape) == 3:
        check([GlobalAveragePooling2D()], shape)
        check([GlobalAveragePooling2D(), Dense(units)], shape)


@st.composite
def blocks(draw: st.DrawFn, shape: Shape, depth: int = 2) -> Layer:
    """A layer that keeps the shape: a residual block, with a shortcut or not, a stack, or one."""

    def inner() -> Layer:
        return draw(blocks(shape, depth - 1))

    def linear() -> Layer:
        return Conv2D(shape[-1], 3, padding="same") if len(shape) == 3 else Dense(shape[0])

    kind = draw(st.sampled_from(["linear", "other", *(["sum", "both", "stack"] if depth else [])]))
    if kind == "sum":
        return Residual(inner())
    if kind == "both":
        return Residual(inner(), inner())
    if kind == "stack":
        return Sequential([inner(), inner()])
    return linear() if kind == "linear" else type(layer := draw(anywhere))(**layer.config())


@settings(max_examples=60)
@given(st.data(), st.tuples(st.integers(2, 5), st.integers(2, 5), st.integers(1, 3)))
def test_stacks_of_blocks(data: st.DataObject, shape: Shape) -> None:
    """Flatten and the way past it: a sum of two arrays of which only one is in another order."""
    flat = (int(np.prod(shape)),)
    layers = [data.draw(blocks(shape)), Flatten(), data.draw(blocks(flat, 1)), Dense(3)]
    check(layers[: data.draw(st.integers(1, 4))], shape, close=1e-5)


@pytest.mark.parametrize("name", ["every layer", "residual"])
def test_larger_models(name: str) -> None:
    model = MODELS[name]()
    assert max(differences(model, random_images(model, 3))) <= CLOSE


def test_parameters_in_blocks_keep_their_names() -> None:
    model = MODELS["residual"]()
    graph = opened(onnx_bytes(model)).graph
    assert model.parameters().keys() <= {array.name for array in graph.initializer}
    names = [node.name for node in graph.node]
    assert len(set(names)) == len(names)


# --- layers of one's own ----------------------------------------------------------------------


@pytest.fixture
def registered() -> Iterator[None]:
    """Pairs are taken back after the test."""
    before = dict(twins._twins)
    yield
    twins._twins.clear()
    twins._twins.update(before)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("any_order", [False, True])
def test_a_layer_of_ones_own(any_order: bool) -> None:
    register(
        LeakyReLU,
        lambda layer, graph, x: graph.node("LeakyRelu", x, alpha=layer.negative_slope),
        any_order=any_order,
    )
    layers = [BatchNormalization(), LeakyReLU(0.125), Flatten(), LeakyReLU(0.5), Dense(3)]
    check(layers, (3, 4, 2))
    kinds = [node.op_type for node in opened(onnx_bytes(Sequential(layers, (3, 4, 2)))).graph.node]
    assert kinds.count("Gather") == (0 if any_order else 1)


@pytest.mark.usefixtures("registered")
def test_a_layer_of_ones_own_with_parameters() -> None:
    """Images have their channels first, flat arrays their numbers as tinynet has them."""

    def write(layer: Scale, graph: Graph, x: Value) -> Value:
        scale = layer.scale.value.reshape(-1, *[1] * (len(x.shape) - 1))
        return graph.node("Mul", x, graph.parameter(layer.scale, scale))

    register(Scale, write)
    check([Scale(1.5), Flatten(), Scale(0.5)], (3, 4, 2))


@pytest.mark.usefixtures("registered")
def test_nodes_that_do_not_fit_are_refused() -> None:
    def write(layer: Scale, graph: Graph, x: Value) -> Value:
        return graph.node("Mul", x, graph.parameter(layer.scale))

    register(Scale, write)  # the channels are not the last axis
    model = Sequential([Scale(1.5), Flatten()], (3, 4, 2))
    with pytest.raises(ModelFileError, match="ONNX's checker refuses the network"):
        onnx_bytes(model)
    with pytest.raises(ValueError, match="Scale is registered already"):
        register(Scale, write)


# --- what cannot be converted ---------------------------------------------------------------


class Doubling(Sigmoid):
    """y = 2 / (1 + exp(-x)): not its parent."""


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (
            Sequential([LeakyReLU(0.5), Dense(2)], (3,)),
            "for the layer LeakyReLU(negative_slope=0.5",
        ),
        (Sequential([Residual(Sequential([Doubling()]))], (3,)), "for the layer Doubling()"),
        (Sequential([Dense(2)], (3,), dtype=np.float64), "works in float64"),
        (Sequential([Conv2D(4, 3)], (5, 5, 1)), "maps (5, 5, 1) to (3, 3, 4); expected one number"),
    ],
)
def test_what_cannot_be_converted_is_named(model: Sequential, words: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        onnx_bytes(model)
    assert words in str(caught.value)


def test_a_model_that_no_file_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_app.onnx.write.LARGEST", 100)
    with pytest.raises(ModelFileError, match="has 104 bytes of parameters; an ONNX file holds at"):
        onnx_bytes(Sequential([Dense(2)], (12,)))
