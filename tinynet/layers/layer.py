"""The contract of a layer: a function with a hand-written derivative.

`forward` computes y from x, `backward` takes dy = dL/dy back to dx = dL/dx and fills the
gradients on the way. `tinynet.check_layer_contract(layer)` tells whether a layer keeps to it.
"""

import copy
import inspect
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import DTypeLike

from tinynet.parameter import Parameter, allocate
from tinynet.types import Array, Shape


class Unbuilt:
    """Stands for an attribute that a layer has once it is built, and says so when asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, layer: object, kind: type) -> Any:
        raise AttributeError(
            f"{kind.__name__} has no {self.name!r} before it is built; put it into "
            "Sequential([...], input_shape), or call build(input_shape, rng, dtype) first."
        )


class Layer:
    """What all layers share.  Shapes are without the batch axis, unless an N is written.

    A subclass writes `forward` and `backward`. It writes `declare` if it has parameters, which it
    keeps as attributes, or if its output has another shape than its input. Constructor arguments
    are kept as attributes of the same name, which `config` and `repr` read. Every class is known
    by its name to `load_model`; the names of tinynet's own are taken.
    """

    classes: ClassVar[dict[str, type["Layer"]]] = {}
    name = ""
    rng: np.random.Generator  # what random layers draw from; see `reseed`
    _cache: Any = None

    def __init_subclass__(cls) -> None:
        taken = Layer.classes.get(cls.__name__, cls)
        if taken.__module__ != cls.__module__ and taken.__module__.startswith("tinynet."):
            raise TypeError(f"tinynet has a layer {cls.__name__!r}; give this class another name")
        Layer.classes[cls.__name__] = cls
        for name in inspect.get_annotations(cls).keys() - vars(cls).keys():
            setattr(cls, name, Unbuilt(name))

    # --- what a subclass writes ---------------------------------------------------------------

    def declare(self, input_shape: Shape) -> Shape:
        """Check the input shape, declare the parameters, return the output shape."""
        return input_shape

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        """y from x.

        training: behave as in training (dropout drops, batches are normalized by themselves).
        keep: put what `backward` will need into `_cache`; without it, `_cache` becomes None.
        """
        raise NotImplementedError

    def backward(self, dy: Array) -> Array:
        """dx from dy; overwrites the parameters' grads, never writes into dy."""
        raise NotImplementedError

    def backward_parameters(self, dy: Array) -> None:
        """Only the parameters' grads: all that training needs of the first layer."""
        self.backward(dy)

    def branches(self) -> list[Array]:
        """Which side of each kink the last kept forward took (for the gradient check)."""
        return [branch for layer in self.children().values() for branch in layer.branches()]

    def children(self) -> dict[str, "Layer"]:
        """The layers that this one is made of, by name; most have none."""
        return {}

    # --- what it gets -------------------------------------------------------------------------

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        """Declare, take memory for the parameters and draw them; return the output shape."""
        output_shape = self.declare(input_shape)
        allocate(self.parameters().values(), rng, dtype)
        self.reseed(rng)
        return output_shape

    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name: first its own, as declared, then its children's."""
        found = {name: p for name, p in vars(self).items() if isinstance(p, Parameter)}
        for child, layer in self.children().items():
            for name, parameter in layer.parameters().items():
                found[f"{child}.{name}"] = parameter
        return found

    def reseed(self, seed: int | np.random.Generator) -> None:
        """Give the random layers a generator to draw from, in their order (see Dropout)."""
        self.rng = np.random.default_rng(seed)
        for layer in self.children().values():
            layer.reseed(self.rng)

    def cached(self) -> Any:
        """What the last `forward(x, keep=True)` kept; RuntimeError if there was none."""
        if self._cache is None:
            raise RuntimeError(
                f"{self.name or type(self).__name__}: backward needs the values that a forward "
                "pass keeps; call forward(x, keep=True) first."
            )
        return self._cache

    def replica(self) -> Self:
        """A copy that shares the values in memory, with gradients and caches of its own."""
        values = [parameter.vectors.values for parameter in self.parameters().values()]
        return copy.deepcopy(self, {id(vector): vector for vector in values})

    def config(self) -> dict[str, Any]:
        """The constructor's arguments: what it takes to make this layer again."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

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

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_cache": None}  # a copy, or a file, has no use for the cache
