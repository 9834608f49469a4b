"""Graphs with sums: Keras's order of their layers, what is a chain with residual blocks."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mnist_app.keras.graph import Graph, Node, as_stack, keras_order, weight_groups
from mnist_app.keras.write import save_keras
from tests.keras.files import entry, forge, refused, residual
from tinynet import Dense, ReLU


def graph(**inputs: str) -> Graph:
    """Nodes by name: x is the input, s, t and u are sums, anything else a layer of its own."""
    return {
        name: Node(
            {"x": "InputLayer"}.get(name, "Add" if name in "stu" else "Dense"),
            tuple(calls),
            () if name in "xstu" else (Dense(ord(name)),),
        )
        for name, calls in inputs.items()
    }


def shown(nodes: Graph, output: str) -> str:
    """The stack in short: a residual block as [body+shortcut]."""

    def one(layer: Any) -> str:
        if isinstance(layer, Dense):
            return chr(layer.units)
        if hasattr(layer, "layers"):
            return "".join(map(one, layer.layers))
        return f"[{one(layer.body)}+{one(layer.shortcut) if layer.shortcut else ''}]"

    return "".join(map(one, as_stack(nodes, output)))


CHAINS: dict[str, tuple[dict[str, str], str, str]] = {  # inputs, the stack, Keras's order
    "a chain": ({"x": "", "a": "x", "b": "a"}, "ab", "xab"),
    "a block at the start": ({"x": "", "a": "x", "s": "ax", "b": "s"}, "[a+]b", "xasb"),
    "the input first": ({"x": "", "a": "x", "s": "xa"}, "[a+]", "xas"),
    "a shortcut": ({"x": "", "a": "x", "b": "a", "c": "x", "s": "bc"}, "[ab+c]", "xabcs"),
    "a shortcut, met first": (
        {"x": "", "a": "x", "b": "a", "c": "x", "s": "cb"},
        "[c+ab]",
        "xacbs",
    ),
    "a block in a block": (
        {"x": "", "a": "x", "s": "ax", "b": "s", "t": "bx"},
        "[[a+]b+]",
        "xasbt",
    ),
    "a block at the end of a block": (
        {"x": "", "a": "x", "b": "a", "s": "ba", "t": "sx", "c": "t"},
        "[a[b+]+]c",
        "xabstc",
    ),
    "two blocks": (
        {"x": "", "a": "x", "s": "ax", "b": "s", "t": "sb", "c": "t"},
        "[a+][b+]c",
        "xasbtc",
    ),
    "the order in the file does not matter": (
        {"t": "sb", "b": "s", "s": "ax", "a": "x", "x": ""},
        "[a+][b+]",
        "xasbt",
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_chains_with_residual_blocks(name: str) -> None:
    inputs, stack, order = CHAINS[name]
    nodes = graph(**inputs)
    assert "".join(keras_order(nodes, order[-1])) == order
    assert shown(nodes, order[-1]) == stack


def test_arrays_are_counted_in_keras_order() -> None:
    """The shortcut is as far from the end as the body's last layer, and is met after it."""
    nodes = graph(x="", a="x", b="a", c="x", s="bc", d="s")
    groups = weight_groups(nodes, "d")
    assert list(groups) == ["dense", "dense_1", "dense_2", "dense_3"]
    assert [chr(layer.units) for layer in groups.values() if isinstance(layer, Dense)] == [*"abcd"]


@pytest.mark.parametrize(
    ("inputs", "output", "words"),
    [
        ({"x": "", "s": "xx"}, "s", "'s' adds an array to itself"),
        ({"x": "", "a": "x", "s": "aa"}, "s", "'s' adds an array to itself"),
        ({"x": "", "a": "xx"}, "a", "'a' has 2 inputs"),
        ({"x": "", "a": ""}, "a", "'x' leads nowhere"),
        ({"a": ""}, "a", "'a' has 0 inputs"),
        ({"x": "", "a": "x", "b": "x", "s": "xab"}, "s", "'s' has 3 inputs"),
        ({"x": "", "s": "x"}, "s", "'s' has 1 inputs"),
        ({"x": "a", "a": "x"}, "a", "a circle"),
        ({"x": "", "a": "x", "b": "x"}, "b", "'a' leads nowhere"),
        ({"x": "", "a": "b"}, "a", "'b' is missing"),
        (
            {"x": "", "a": "x", "b": "a", "s": "bx", "c": "a", "t": "sc"},
            "t",
            "no chain with residual blocks",
        ),
        (
            {"x": "", "a": "x", "b": "x", "s": "ab", "t": "ba", "u": "st"},
            "u",
            "no chain with residual blocks",
        ),
    ],
)
def test_other_graphs(inputs: dict[str, str], output: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        as_stack(graph(**inputs), output)


def test_lanes_that_cross_do_not_take_for_ever() -> None:
    """Each pair of sums doubles the number of ways from the input."""
    nodes = dict(graph(x="", a="x", b="x"))
    one, other = "a", "b"
    for i in range(60):
        nodes[f"{i} one"] = Node("Add", (one, other))
        nodes[f"{i} other"] = Node("Add", (other, one))
        one, other = f"{i} one", f"{i} other"
    nodes["end"] = Node("Add", (one, other))
    with pytest.raises(ValueError, match="no chain"):
        as_stack(nodes, "end")


def test_a_long_chain_takes_little_memory() -> None:
    """A layer must not cost as much as all those before it: 8 bytes each would be 144 MB here."""
    nodes = {"0": Node("InputLayer", ())}
    nodes |= {f"{i}": Node("ReLU", (f"{i - 1}",), (ReLU(),)) for i in range(1, 6001)}
    tracemalloc.start()
    assert len(as_stack(nodes, "6000")) == 6000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e7


# --- in a file --------------------------------------------------------------------------------


@pytest.fixture
def good(tmp_path: Path) -> Path:
    save_keras(residual(), tmp_path / "good.keras", from_logits=True)
    return tmp_path / "good.keras"


def call(config: Any, kind: str) -> Any:
    """How the first layer of a kind is called."""
    return entry(config, kind)["inbound_nodes"][0]


def history(config: Any, kind: str) -> Any:
    """Whose output the first layer of a kind is called with: [name, call, output]."""
    return call(config, kind)["args"][0]["config"]["keras_history"]


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda c: history(c, "Dense").__setitem__(0, "nothing"), "'nothing' is missing"),
        (lambda c: history(c, "Dense").__setitem__(0, "dense_1"), "leads nowhere"),
        (lambda c: history(c, "Dense").__setitem__(1, 1), "the only output of a layer"),
        (lambda c: history(c, "Dense").__setitem__(0, ["a"]), "the only output of a layer"),
        (lambda c: history(c, "Dense").append(0), "the only output of a layer"),
        (lambda c: call(c, "Dense")["kwargs"].update(training=True), "called with training=True"),
        (lambda c: call(c, "Dense")["args"].append(call(c, "ReLU")["args"][0]), "has 2 inputs"),
        (lambda c: call(c, "Dense").update(args=[]), "leads nowhere"),
        (lambda c: call(c, "Dense").update(args=[3]), "not subscriptable"),
        (
            lambda c: call(c, "Dense")["args"][0].update(class_name="Tensor"),
            "something else than outputs",
        ),
        (
            lambda c: entry(c, "Dense").update(inbound_nodes=2 * [call(c, "Dense")]),
            "called 2 times",
        ),
        (lambda c: entry(c, "Dense").update(name="conv2d_1"), "have the same name"),
        (lambda c: entry(c, "Dense").update(name=["a"]), "unhashable"),
        (lambda c: entry(c, "Add").update(class_name="Concatenate"), "a layer 'Concatenate'"),
        (lambda c: entry(c, "Add").update(class_name="Subtract"), "a layer 'Subtract'"),
        (lambda c: entry(c, "Add").update(registered_name="mine>Add"), "a layer 'mine>Add'"),
        (lambda c: entry(c, "Add").update(registered_name="Add"), "a layer of its own, 'Add'"),
        (lambda c: entry(c, "Add")["config"].update(scale=2), "its Add has scale=2"),
        (lambda c: entry(c, "InputLayer")["config"].update(sparse=True), "has sparse=True"),
        (
            lambda c: c["config"].update(output_layers=[["dense_1", 0, 0]] * 2),
            "the only output of a layer",
        ),
        (lambda c: c["config"].update(output_layers=["conv2d_1", 0, 0]), "leads nowhere"),
        (lambda c: c["config"].update(input_layers=["conv2d_1", 0, 0]), "not have one input"),
        (
            lambda c: c["config"]["layers"].append({**entry(c, "InputLayer"), "name": "other"}),
            "not have one input",
        ),
        (lambda c: c["config"].pop("input_layers"), "lacks 'input_layers'"),
        (lambda c: c.update(registered_name="mine>Functional"), "it holds a Functional; expected"),
        (
            lambda c: entry(c, "Conv2D", 2)["config"].update(filters=3),
            "a Residual adds two",
        ),
    ],
)
def test_a_graph_that_is_no_network_of_ours(
    tamper: Callable[[Any], object], words: str, good: Path
) -> None:
    refused(forge(good, tamper), words)


def test_the_good_file_is_good(good: Path) -> None:
    with pytest.raises(AssertionError):
        refused(forge(good))
