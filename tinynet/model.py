"""A stack of layers."""

import copy
import re
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from tinynet.layers.layer import Layer
from tinynet.layers.layout import from_memory, memory_order
from tinynet.types import Array, Shape

PREDICT_BATCH = 64  # large enough for BLAS, small enough that a layer's arrays stay in the cache


class Sequential(Layer):
    """Layers one after the other: a model, or a block of layers in a larger one.

    With an input_shape, one example's, (H, W, C) or (features,), it is a model, and built at
    once: the seed fixes the initial weights; the dtype is float32, or float64 for gradient
    checks and parity. Without one it is a block, which the model around it builds.
    Raises ValueError if the layers do not fit together, before any memory is taken.
    """

    dtype: np.dtype[Any]
    input_shape: Shape
    output_shapes: list[Shape]

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: Shape | None = None,
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64. Received: dtype={np.dtype(dtype)}")
        if not layers:
            raise ValueError("a Sequential needs at least one layer.")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("a layer is in the stack twice; make a new one for each place.")
        self.layers = list(layers)
        self.seed = seed
        if input_shape is not None:
            self.build(tuple(input_shape), np.random.default_rng(seed), dtype)

    def declare(self, input_shape: Shape) -> Shape:
        """Name the layers (conv2d_1, conv2d_2, ...) and declare one after the other."""
        self.input_shape = input_shape
        self.output_shapes = []
        counts: dict[str, int] = {}
        for layer in self.layers:
            kind = snake_case(type(layer).__name__)
            counts[kind] = counts.get(kind, 0) + 1
            layer.name = f"{kind}_{counts[kind]}"
            input_shape = layer.declare(input_shape)
            self.output_shapes.append(input_shape)
        return self.output_shape

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        self.dtype = np.dtype(dtype)
        return super().build(input_shape, rng, dtype)

    def children(self) -> dict[str, Layer]:
        return {layer.name: layer for layer in self.layers}

    @property
    def output_shape(self) -> Shape:
        """One example's output shape."""
        return self.output_shapes[-1]

    def __getitem__(self, part: slice) -> Self:
        """model[:-1] is the stack without its last layer: the same layers, not copies of them."""
        first, stop, step = part.indices(len(self.layers))
        if step != 1 or first >= stop:
            raise ValueError(f"expected neighbouring layers, and at least one. Received: {part}")
        stack = copy.copy(self)
        stack.layers = self.layers[part]
        stack.output_shapes = self.output_shapes[part]
        stack.input_shape = [self.input_shape, *self.output_shapes][first]
        return stack

    def prepare(self, x: Array) -> Array:
        """What `forward` expects, from images as they are stored.

        uint8 in 0..255 becomes the model's dtype in 0..1, floats are cast, and (N, H, W)
        gains its channel axis. Raises ValueError if an example's shape is not the model's.
        """
        x = np.asarray(x)
        if x.ndim == len(self.input_shape) and self.input_shape[-1:] == (1,):
            x = x[..., np.newaxis]
        self._check_shape(x)
        scale = 255 if x.dtype == np.uint8 else 1
        return from_memory(np.divide(memory_order(x), scale, dtype=self.dtype, order="C"))

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        """Outputs (N, ...) for inputs (N, ...) in the model's dtype (see `prepare`)."""
        self._check_shape(x)
        if x.dtype != getattr(self, "dtype", x.dtype):  # a block's dtype is its model's
            raise TypeError(
                f"the model works in {self.dtype}; pass x through model.prepare(x) first. "
                f"Received: {x.dtype}"
            )
        for layer in self.layers:
            x = layer.forward(x, training, keep)
        return x

    def backward(self, dy: Array) -> Array:
        """The gradient with respect to the input; overwrites every parameter's grad."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def backward_parameters(self, dy: Array) -> None:
        """The same grads as `backward`, without the input's gradient, which training ignores."""
        first = next((i for i, layer in enumerate(self.layers) if layer.parameters()), None)
        if first is None:
            return
        for layer in reversed(self.layers[first + 1 :]):
            dy = layer.backward(dy)
        self.layers[first].backward_parameters(dy)

    def predict(self, images: Array) -> Array:
        """Outputs (N, ...) for images as they are stored, batch by batch; keeps no caches."""
        parts = [
            self.forward(self.prepare(images[start : start + PREDICT_BATCH]))
            for start in range(0, len(images), PREDICT_BATCH)
        ]
        return np.concatenate([np.empty((0, *self.output_shape), self.dtype), *parts])

    def config(self) -> dict[str, Any]:
        """The layers; what else a model is made of, `save_model` writes beside them."""
        return {"layers": self.layers}

    def summary(self) -> str:
        """A table of layers, output shapes and parameter counts."""
        rows = [("layer", "output shape", "parameters")]
        for layer, shape in zip(self.layers, self.output_shapes, strict=True):
            rows.append((f"{layer.name}: {layer!r}", str(shape), f"{count_parameters(layer):,}"))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
        lines.insert(1, "-" * len(lines[0]))
        total = f"{count_parameters(self):,} parameters, {self.dtype}"
        return "\n".join([*lines, lines[1], f"input {self.input_shape}, {total}"])

    def __repr__(self) -> str:
        if not hasattr(self, "dtype"):
            return f"Sequential({self.layers!r})"
        layers = "".join(f"  {layer!r},\n" for layer in self.layers)
        size = f"{count_parameters(self):,} parameters, {self.dtype}"
        return f"Sequential([\n{layers}], input_shape={self.input_shape})  # {size}"

    def _check_shape(self, x: Array) -> None:
        if x.shape[1:] != self.input_shape or x.ndim == 0:
            raise ValueError(
                f"the model expects inputs of shape (N, {', '.join(map(str, self.input_shape))}). "
                f"Received: {x.shape}"
            )


def count_parameters(layer: Layer) -> int:
    """How many numbers a layer has, learned or not."""
    return sum(parameter.size for parameter in layer.parameters().values())


def snake_case(name: str) -> str:
    """Conv2D -> conv2d, MaxPool -> max_pool, ReLU -> relu: the parameters' first names."""
    return re.sub("(?<=[a-z])(?=[A-Z][a-z])", "_", name).lower()
