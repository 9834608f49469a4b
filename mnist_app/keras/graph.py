"""A network as Keras's files describe it: nodes by name, each called with the outputs of others.

tinynet's networks are chains in which residual blocks are links, and so are the graphs here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from mnist_app.keras.layers import snake_case
from tinynet import Residual, Sequential
from tinynet.layers.layer import Layer

INPUT, ADD = "InputLayer", "Add"


@dataclass(frozen=True)
class Node:
    """A layer of Keras, and which layers of tinynet it is.

    None for the input and for a sum; two for a layer with an activation.
    """

    kind: str
    inputs: tuple[str, ...]
    layers: tuple[Layer, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


Graph = Mapping[str, Node]


def keras_order(graph: Graph, output: str) -> list[str]:
    """The names of all nodes in the order in which Keras counts them, inputs first.

    Those that are more layers away from the output come first; of equals, the one that Keras
    meets first as it walks from the output back, always through the first input before the next.
    Raises ValueError if a node is missing, leads nowhere, or comes before itself.
    """
    met: dict[str, int] = {}
    waiting = [output]
    while waiting:
        name = waiting.pop()
        if name not in graph:
            raise ValueError(f"its layer {name!r} is missing")
        if name not in met:
            met[name] = len(met)
            waiting.extend(reversed(graph[name].inputs))
    if idle := sorted(graph.keys() - met.keys()):
        raise ValueError(f"its layer {idle[0]!r} leads nowhere")
    try:
        inputs_first = TopologicalSorter({name: graph[name].inputs for name in met}).static_order()
        outputs_first = reversed(list(inputs_first))
    except CycleError:
        raise ValueError("its layers form a circle") from None
    distances = {output: 0}
    for name in outputs_first:
        for other in graph[name].inputs:
            distances[other] = max(distances.get(other, 0), distances[name] + 1)
    return sorted(met, key=lambda name: (-distances[name], met[name]))


def weight_groups(graph: Graph, output: str) -> dict[str, Layer]:
    """Which layer's parameters stand under layers/conv2d, layers/conv2d_1, ... in a file."""
    groups: dict[str, Layer] = {}
    counts: dict[str, int] = {}
    for name in keras_order(graph, output):
        node = graph[name]
        kind = snake_case(node.kind)
        count = counts.get(kind, 0)
        counts[kind] = count + 1
        if node.layers:
            groups[f"{kind}_{count}" if count else kind] = node.layers[0]
    return groups


def as_stack(graph: Graph, output: str) -> list[Layer]:
    """The graph as layers one after the other; ValueError unless it is such a chain.

    Every node gets its trail, the layers from the input to it. At a sum two trails meet: up to
    the fork they are the same; what follows is the body and the shortcut of a residual block.
    """
    trails: dict[str, list[Layer]] = {}
    inside: set[int] = set()  # the layers in residual blocks, each of which may be in one only
    for name in keras_order(graph, output):
        node = graph[name]
        if len(node.inputs) != {INPUT: 0, ADD: 2}.get(node.kind, 1):
            raise ValueError(f"its layer {name!r} has {len(node.inputs)} inputs")
        before = [trails[other] for other in node.inputs] or [[]]
        trails[name] = [*before[0], *node.layers]
        if node.kind == ADD:
            one, other = before
            fork = next(
                (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a is not b),
                min(len(one), len(other)),
            )
            _claim([*one[fork:], *other[fork:]], inside)
            trails[name] = [*one[:fork], _residual(name, one[fork:], other[fork:])]
    _claim(trails[output], inside)
    return trails[output]


def _claim(layers: list[Layer], inside: set[int]) -> None:
    """Enter the layers; ValueError for one that is in another place of the chain as well."""
    for layer in layers:
        if id(layer) in inside:
            raise ValueError(
                "its layers are no chain with residual blocks: the outputs of a "
                f"{type(layer).__name__} go different ways that do not meet in one sum"
            )
        inside.add(id(layer))


def _residual(name: str, body: list[Layer], shortcut: list[Layer]) -> Residual:
    """Of the two ways the first is the body, unless it is empty: that way is the input itself."""
    if not body:
        body, shortcut = shortcut, body
    if not body:
        raise ValueError(f"its layer {name!r} adds an array to itself")
    return Residual(_block(body), _block(shortcut) if shortcut else None)


def _block(layers: list[Layer]) -> Layer:
    return layers[0] if len(layers) == 1 else Sequential(layers)
