"""Which nodes of ONNX each layer of tinynet becomes; `register` adds a layer of your own."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mnist_app.onnx.graph import Graph, Value
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
    Sigmoid,
    Softmax,
)
from tinynet.layers.windows import Pair, place_windows

Write = Callable[[Any, Graph, Value], Value]


@dataclass(frozen=True)
class Twin:
    """How a layer is written, and whether its input may be flat in another order."""

    write: Write
    any_order: bool


_twins: dict[type[Layer], Twin] = {}


def register(layer: type[Layer], write: Write, any_order: bool = False) -> None:
    """Let `.onnx` files hold a layer of your own.

    `write(layer, graph, x)` enters its nodes and returns the value of the last:
    `graph.node("LeakyRelu", x, alpha=layer.slope)`. Arrays of images are (N, C, H, W) there. A
    layer that treats all features alike may say `any_order=True`, which saves a node after
    Flatten. Raises ValueError if the layer is registered already.
    """
    if layer in _twins:
        raise ValueError(f"{layer.__name__} is registered already.")
    _twins[layer] = Twin(write, any_order)


def twin_of(layer: Layer) -> Twin:
    """How the layer is written; ModelFileError if nobody has said so."""
    if type(layer) not in _twins:
        raise ModelFileError(
            f"the ONNX file has no place for the layer {layer!r}; "
            "mnist_app.onnx.layers.register makes one"
        )
    return _twins[type(layer)]


# --- tinynet's own ---------------------------------------------------------------------------


def _dense(layer: Dense, graph: Graph, x: Value) -> Value:
    """The rows of the kernel follow the order of x."""
    rows = layer.kernel.value if x.order is None else layer.kernel.value[x.order]
    weights = graph.parameter(layer.kernel, rows), graph.parameter(layer.bias)
    return replace(graph.node("Gemm", x, *weights), order=None)


def _conv2d(layer: Conv2D, graph: Graph, x: Value) -> Value:
    kernel = graph.parameter(layer.kernel, layer.kernel.value.transpose(3, 2, 0, 1))  # OIHW
    bias = graph.parameter(layer.bias)
    size, strides = layer.kernel_size, layer.strides
    pads = _border(layer, x, size, strides)
    return graph.node("Conv", x, kernel, bias, kernel_shape=size, strides=strides, pads=pads)


def _max_pool(layer: MaxPool, graph: Graph, x: Value) -> Value:
    """The border is a node of its own: ONNX's evaluator misreads the pads of a pool."""
    size, strides = layer.pool_size, layer.strides or layer.pool_size
    top, left, bottom, right = _border(layer, x, size, strides)
    if any((top, left, bottom, right)):
        pads = graph.constant("border", (0, 0, top, left, 0, 0, bottom, right), np.int64)
        x = graph.node("Pad", x, pads, graph.constant("lowest", -np.inf))
    return graph.node("MaxPool", x, kernel_shape=size, strides=strides)


def _border(
    layer: Conv2D | MaxPool, x: Value, size: Pair, strides: Pair
) -> tuple[int, int, int, int]:
    """The lines that padding adds: top, left, bottom, right."""
    height, width, _ = x.shape
    windows = place_windows(layer, (height, width), size, strides, layer.padding)
    (top, bottom), (left, right) = windows.border
    return top, left, bottom, right


def _batch_normalization(layer: BatchNormalization, graph: Graph, x: Value) -> Value:
    names = map(
        graph.parameter, (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    )
    return graph.node("BatchNormalization", x, *names, epsilon=layer.epsilon)


def _flatten(layer: Flatten, graph: Graph, x: Value) -> Value:
    """Channels come first here, so a flat array has another order than tinynet's."""
    if len(x.shape) == 1:
        return x
    places = np.arange(math.prod(x.shape)).reshape(x.shape)
    order = np.moveaxis(places, -1, 0).ravel()
    same = np.array_equal(order, places.ravel())
    return replace(graph.node("Flatten", x, axis=1), order=None if same else order)


def _global_average_pooling(layer: GlobalAveragePooling2D, graph: Graph, x: Value) -> Value:
    return graph.node("ReduceMean", x, axes=(2, 3), keepdims=0)


def _dropout(layer: Dropout, graph: Graph, x: Value) -> Value:
    """Nothing: this network predicts."""
    return x


register(Dense, _dense, any_order=True)
register(Conv2D, _conv2d)
register(MaxPool, _max_pool)
register(BatchNormalization, _batch_normalization)
register(Flatten, _flatten, any_order=True)
register(GlobalAveragePooling2D, _global_average_pooling)
register(Dropout, _dropout, any_order=True)
register(ReLU, lambda layer, graph, x: graph.node("Relu", x), any_order=True)
register(Sigmoid, lambda layer, graph, x: graph.node("Sigmoid", x), any_order=True)
register(Softmax, lambda layer, graph, x: graph.node("Softmax", x, axis=1), any_order=True)
