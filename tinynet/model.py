"""A stack of layers."""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from tinynet.layers.layer import Layer
from tinynet.layers.layout import batch_first
from tinynet.parameter import Parameter, join
from tinynet.types import Array, Shape

PREDICT_BATCH = 64  # large enough for BLAS, small enough that a layer's arrays stay in the cache


class Sequential:
    """Layers one after the other, built at once.

    input_shape is one example's, (H, W, C) or (features,); the seed fixes the initial weights;
    the dtype is float32, or float64 for gradient checks and parity.
    Raises ValueError if the layers do not fit together, before any memory is taken.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: Shape = (28, 28, 1),
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64. Received: dtype={self.dtype}")
        if not layers:
            raise ValueError("a Sequential needs at least one layer.")
        self.layers = list(layers)
        self.input_shape: Shape = tuple(input_shape)
        self.seed = seed
        self.output_shapes = declare(self.layers, self.input_shape)
        rng = np.random.default_rng(seed)
        for parameter in self.parameters().values():
            parameter.initialize(rng, self.dtype)
        self.joined()
        self.reseed(rng)

    @property
    def output_shape(self) -> Shape:
        """One example's output shape."""
        return self.output_shapes[-1]

    def parameters(self) -> dict[str, Parameter]:
        """Every parameter under its layer's name: {"conv2d_1.kernel": ..., ...}."""
        return named_parameters(self.layers)

    def joined(self) -> dict[str, Parameter]:
        """The same as one vector of all that is learned, and one of the moving averages, if any."""
        groups: dict[str, list[Parameter]] = {}
        for parameter in self.parameters().values():
            groups.setdefault("moving" if parameter.moving else "learned", []).append(parameter)
        return {name: join(parameters) for name, parameters in groups.items()}

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
        if x.ndim != 4:
            return np.divide(x, scale, dtype=self.dtype)
        return batch_first(np.divide(x.transpose(1, 3, 2, 0), scale, dtype=self.dtype, order="C"))

    def forward(self, x: Array, training: bool = False) -> Array:
        """Outputs (N, ...) for inputs (N, ...) in the model's dtype (see `prepare`)."""
        self._check_shape(x)
        if x.dtype != self.dtype:
            raise TypeError(
                f"the model works in {self.dtype}; pass x through model.prepare(x) first. "
                f"Received: {x.dtype}"
            )
        for layer in self.layers:
            x = layer.forward(x, training)
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

    def reseed(self, seed: int | np.random.Generator) -> None:
        """Give the random layers a generator to draw from, in their order (see Dropout)."""
        rng = np.random.default_rng(seed)
        for layer in self.layers:
            layer.rng = rng

    def replica(self) -> "Sequential":
        """A model with the same values in memory, but gradients and caches of its own."""
        self.joined()  # a copied model's parameters may lie apart: move them before they are shared
        replica = object.__new__(type(self))
        replica.__dict__.update(self.__dict__)
        replica.layers = [layer.replica() for layer in self.layers]
        return replica

    def summary(self) -> str:
        """A table of layers, output shapes and parameter counts."""
        rows = [("layer", "output shape", "parameters")]
        for layer, shape in zip(self.layers, self.output_shapes, strict=True):
            count = sum(math.prod(p.shape) for p in layer.parameters().values())
            rows.append((f"{layer.name}: {layer!r}", str(shape), f"{count:,}"))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
        lines.insert(1, "-" * len(lines[0]))
        return "\n".join([*lines, lines[1], f"input {self.input_shape}, {self._size()}"])

    def _size(self) -> str:
        count = sum(math.prod(p.shape) for p in self.parameters().values())
        return f"{count:,} parameters, {self.dtype}"

    def __repr__(self) -> str:
        layers = "".join(f"  {layer!r},\n" for layer in self.layers)
        return f"Sequential([\n{layers}], input_shape={self.input_shape})  # {self._size()}"

    def _check_shape(self, x: Array) -> None:
        if x.shape[1:] != self.input_shape or x.ndim == 0:
            raise ValueError(
                f"the model expects inputs of shape (N, {', '.join(map(str, self.input_shape))}). "
                f"Received: {x.shape}"
            )


def declare(layers: Sequence[Layer], input_shape: Shape) -> list[Shape]:
    """Name the layers (conv2d_1, conv2d_2, ...) and declare them; return their output shapes."""
    if len({id(layer) for layer in layers}) < len(layers):
        raise ValueError("a layer is in the stack twice; make a new one for each place.")
    shapes = []
    counts: dict[str, int] = {}
    for layer in layers:
        kind = snake_case(type(layer).__name__)
        counts[kind] = counts.get(kind, 0) + 1
        layer.name = f"{kind}_{counts[kind]}"
        input_shape = layer.declare(input_shape)
        shapes.append(input_shape)
    return shapes


def named_parameters(layers: Sequence[Layer]) -> dict[str, Parameter]:
    """The parameters of declared layers, under their layers' names."""
    return {
        f"{layer.name}.{name}": parameter
        for layer in layers
        for name, parameter in layer.parameters().items()
    }


def snake_case(name: str) -> str:
    """Conv2D -> conv2d, MaxPool -> max_pool, ReLU -> relu: the parameters' first names."""
    return re.sub("(?<=[a-z])(?=[A-Z][a-z])", "_", name).lower()
