"""The contract of a layer.

Every layer is a function with a hand-written derivative: `forward` computes y from x,
`backward` takes dy = dL/dy back to dx = dL/dx and fills the gradients on the way.
"""

import copy
import inspect
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from tinynet.parameter import Parameter
from tinynet.types import Array, Shape


class Layer:
    """What all layers share.  Shapes are without the batch axis, unless an N is written.

    A subclass writes `declare`, `forward` and `backward`; if it has parameters, it keeps them as
    attributes and also writes `backward_parameters`. Constructor arguments are kept as
    attributes of the same name, which is what `config` and `repr` read.
    """

    name = ""
    rng: np.random.Generator  # what random layers draw from; see Sequential.reseed
    _cache: Any = None

    def declare(self, input_shape: Shape) -> Shape:
        """Check the input shape, declare the parameters, return the output shape."""
        return input_shape

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        """Declare and initialize the parameters; return the output shape."""
        output_shape = self.declare(input_shape)
        for parameter in self.parameters().values():
            parameter.initialize(rng, dtype)
        return output_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        """y from x.  With training=True, keep what `backward` will need."""
        raise NotImplementedError

    def backward(self, dy: Array) -> Array:
        """dx from dy; overwrites the parameters' grads, never writes into dy."""
        raise NotImplementedError

    def backward_parameters(self, dy: Array) -> None:
        """Only the parameters' grads: all that training needs of the first layer."""

    def branches(self) -> list[Array]:
        """Which side of each kink the last training forward took (for the gradient check)."""
        return []

    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name, in the order in which `declare` made them."""
        return {name: p for name, p in vars(self).items() if isinstance(p, Parameter)}

    def replica(self) -> Self:
        """A layer that shares the values but has gradients and caches of its own."""
        replica = copy.copy(self)
        replica._cache = None
        for name, parameter in self.parameters().items():
            setattr(replica, name, parameter.twin())
        return replica

    def cached(self) -> Any:
        """What the last `forward(x, training=True)` kept; RuntimeError if there was none."""
        if self._cache is None:
            raise RuntimeError(
                f"{self.name or type(self).__name__}: backward needs the values that a forward "
                "pass keeps; call forward(x, training=True) first."
            )
        return self._cache

    def config(self) -> dict[str, Any]:
        """The constructor's arguments: what it takes to make this layer again."""
        arguments = inspect.signature(type(self)).parameters
        return {name: getattr(self, name) for name in arguments}

    def __repr__(self) -> str:
        arguments = inspect.signature(type(self)).parameters.values()
        shown = [
            repr(getattr(self, a.name))
            if a.default is a.empty
            else f"{a.name}={getattr(self, a.name)!r}"
            for a in arguments
            if getattr(self, a.name) != a.default
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def positive_int(value: Any, argument: str) -> int:
    """The value as an int >= 1; ValueError in Keras's words otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{argument} must be a positive integer. Received: {argument}={value!r}")
    return int(value)


def pair(value: Any, argument: str) -> tuple[int, int]:
    """3 -> (3, 3); (3, 2) -> (3, 2); ValueError for anything else."""
    if isinstance(value, list | tuple):
        if len(value) != 2:
            raise ValueError(
                f"{argument} must be one positive integer or two. Received: {argument}={value!r}"
            )
        return positive_int(value[0], argument), positive_int(value[1], argument)
    return positive_int(value, argument), positive_int(value, argument)


def expect_rank(layer: Layer, input_shape: Shape, axes: str) -> None:
    """ValueError unless the input shape has as many axes as are named, e.g. "H, W, C"."""
    if len(input_shape) != len(axes.split(", ")):
        raise ValueError(
            f"{layer!r} expects examples with the axes {axes}. Received: {input_shape}"
        )
