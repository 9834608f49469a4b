"""The graph of an ONNX file, built node by node.

ONNX's images have their channels first, tinynet's last. So every array in the graph has its
channels first, from one transpose at the input on, and parameters are laid out to fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_app.keras.extras import ExtraMissing
from tinynet import Parameter
from tinynet.types import Array, Shape


def import_onnx() -> Any:
    """onnx, all that writing a file needs; ExtraMissing without it."""
    try:
        import onnx
    except ModuleNotFoundError:
        raise ExtraMissing("onnx", "onnx") from None
    return onnx


@dataclass(frozen=True)
class Value:
    """An array on its way through the graph.

    shape  one example's, as tinynet has it: (H, W, C) is (N, C, H, W) in the graph
    order  for a flat array, where each of its numbers stands in tinynet's; None: in the same place
    """

    name: str
    shape: Shape
    order: npt.NDArray[np.intp] | None = None


class Graph:
    """The nodes and the constants so far.

    `place` begins the names of the nodes that are entered; `names` are those of the parameters.
    """

    def __init__(self, names: Mapping[Parameter, str]) -> None:
        self.names = names
        self.place = ""
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}
        self._taken: set[str] = set()

    def node(self, kind: str, x: Value, *others: Value | str, **attributes: Any) -> Value:
        """Enter a node; return its output, with the shape and the order of x.

        Inputs after x are other values, or names of constants.
        """
        name = self._free(self.place)
        inputs = [x.name, *(other.name if isinstance(other, Value) else other for other in others)]
        helper = import_onnx().helper
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return replace(x, name=name)

    def parameter(self, parameter: Parameter, laid_out: Array | None = None) -> str:
        """Enter a parameter under its own name, with its value or that in another layout."""
        value = parameter.value if laid_out is None else laid_out
        return self._enter(self.names[parameter], value)

    def constant(self, name: str, value: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """Enter another constant of this layer."""
        return self._enter(f"{self.place}.{name}", np.asarray(value, dtype))

    def in_order(self, x: Value) -> Value:
        """The value with all numbers where tinynet has them."""
        if x.order is None:
            return x
        indices = self.constant("order", np.argsort(x.order), np.int64)
        return replace(self.node("Gather", x, indices, axis=1), order=None)

    def _enter(self, name: str, value: Array) -> str:
        name = self._free(name)
        self.constants[name] = np.asarray(value, order="C")
        return name

    def _free(self, name: str) -> str:
        """The name, or name_2, name_3 and so on if it is taken."""
        found, count = name, 1
        while found in self._taken:
            count += 1
            found = f"{name}_{count}"
        self._taken.add(found)
        return found
