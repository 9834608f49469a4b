"""A network as Keras's files describe it: nodes by name, each called with the outputs of others.

tinynet's networks are chains in which residual blocks are links, and so are the graphs here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from mnist_app.keras.layers import ADD, INPUT, snake_case
from tinynet import Residual, Sequential
from tinynet.layers.layer import Layer


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

    Every node gets a node before it, on the way back to the input. Two ways meet at a sum: its
    body and its shortcut are what lies on them after the fork, the last node that both share.
    """
    before: dict[str, str | None] = {}
    own: dict[str, Sequence[Layer]] = {}
    inside: set[int] = set()  # the layers in residual blocks, each of which may be in one only

    def way_back(name: str | None) -> list[str]:
        names = []
        while name is not None:
            names.append(name)
            name = before[name]
        return names

    def layers_of(names: list[str]) -> list[Layer]:
        return [layer for name in reversed(names) for layer in own[name]]

    for name in keras_order(graph, output):
        node = graph[name]
        if len(node.inputs) != {INPUT: 0, ADD: 2}.get(node.kind, 1):
            raise ValueError(f"its layer {name!r} has {len(node.inputs)} inputs")
        before[name] = node.inputs[0] if node.inputs else None
        own[name] = node.layers
        if node.kind == ADD:
            one, other = map(way_back, node.inputs)
            shared = set(other)
            fork = next(name for name in one if name in shared)  # the input at the latest
            body, shortcut = (layers_of(way[: way.index(fork)]) for way in (one, other))
            _claim([*body, *shortcut], inside)
            before[name] = fork
            own[name] = [_residual(name, body, shortcut)]
    stack = layers_of(way_back(output))
    _claim(stack, inside)
    return stack


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
