"""Networks into Keras's own files, without Keras; see read.py for what such a file holds."""

import copy
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.keras.extras import import_h5py
from mnist_app.keras.graph import Node, keras_order, weight_groups
from mnist_app.keras.layers import ADD, INPUT, to_keras
from mnist_app.keras.read import CONFIG, TENSOR, WEIGHTS
from tinynet import Residual, Sequential
from tinynet.layers.layer import Layer
from tinynet.model import snake_case
from tinynet.serialization import write_whole
from tinynet.types import Shape


def save_keras(model: Sequential, path: str | os.PathLike[str], from_logits: bool) -> None:
    """Write the model as a .keras file, complete or not at all.

    A plain stack becomes a Sequential, blocks in it laid out; one with residual blocks becomes
    a Functional. It is compiled with the cross-entropy (of logits, or of probabilities) and the
    accuracy, so that `evaluate` works once Keras has opened it; its inputs are images in 0..1.
    To train it on, compile it again: the optimizer in the file is Keras's plain SGD.
    Raises ModelFileError for a layer that Keras lacks, ExtraMissing without h5py.
    """
    graph = _KerasGraph(model)
    config = json.dumps(graph.config(from_logits), indent=1)
    weights = graph.weights()

    def write(temporary: Path) -> None:
        with zipfile.ZipFile(temporary, "w") as archive:
            archive.writestr("metadata.json", json.dumps({"keras_version": "3.0.0"}))
            archive.writestr(CONFIG, config)
            archive.writestr(WEIGHTS, weights)

    write_whole(path, write)


class _KerasGraph:
    """A model as a graph of Keras's layers, node by node from the input to the output."""

    def __init__(self, model: Sequential) -> None:
        self.dtype = str(model.dtype)
        self.nodes: dict[str, Node] = {}
        self.shapes: dict[str, Shape] = {}  # of the outputs
        self.batch_shape = [None, *model.input_shape]
        settings = {"batch_shape": self.batch_shape}
        self.input = self._add("input", Node(INPUT, (), (), settings), model.input_shape)
        self.output = self._append(model, self.input)

    def config(self, from_logits: bool) -> dict[str, Any]:
        """What config.json says: a Sequential, or a Functional if there are sums."""
        names = keras_order(self.nodes, self.output)
        layers = [self._entry(name) for name in names]
        network = _object("keras", "Sequential", {"name": "tinynet", "layers": layers})
        network["build_config"] = {"input_shape": self.batch_shape}
        if any(node.kind == ADD for node in self.nodes.values()):
            for name, layer in zip(names, layers, strict=True):
                layer.update(name=name, inbound_nodes=self._calls(self.nodes[name]))
            ends = {"input_layers": [self.input, 0, 0], "output_layers": [self.output, 0, 0]}
            settings = {**network["config"], **ends}
            network = _object("keras.src.models.functional", "Functional", settings)  # as Keras
        loss = {"from_logits": from_logits}
        compiled = {
            "optimizer": "sgd",
            "loss": _object("keras.losses", "SparseCategoricalCrossentropy", loss),
            "metrics": ["accuracy"],
        }
        return {**network, "compile_config": compiled}

    def weights(self) -> bytes:
        """What model.weights.h5 holds."""
        h5py = import_h5py()
        content = io.BytesIO()
        with h5py.File(content, "w") as file:
            for group, layer in weight_groups(self.nodes, self.output).items():
                for i, parameter in enumerate(layer.parameters().values()):
                    file[f"layers/{group}/vars/{i}"] = parameter.value
            file["optimizer/vars/0"] = np.int64(0)  # SGD's iterations and learning rate
            file["optimizer/vars/1"] = np.float32(0.01)
        return content.getvalue()

    def _append(self, layer: Layer, end: str) -> str:
        """Call the layer with the output of the node `end`; return the node of its own output."""
        if isinstance(layer, Sequential):
            for part in layer.layers:
                end = self._append(part, end)
            return end
        if isinstance(layer, Residual):
            body = self._append(layer.body, end)
            shortcut = end if layer.shortcut is None else self._append(layer.shortcut, end)
            return self._add("add", Node(ADD, (body, shortcut)), self.shapes[body])
        kind, settings = to_keras(layer)
        node = Node(kind, (end,), (layer,), settings)
        shape = copy.copy(layer).declare(self.shapes[end])  # a copy: it makes new parameters
        return self._add(snake_case(type(layer).__name__), node, shape)

    def _add(self, kind: str, node: Node, shape: Shape) -> str:
        """Enter a node under a name that counts its kind: conv2d_1, conv2d_2, ..."""
        count = 1 + sum(name.rpartition("_")[0] == kind for name in self.nodes)
        name = f"{kind}_{count}"
        self.nodes[name], self.shapes[name] = node, shape
        return name

    def _entry(self, name: str) -> dict[str, Any]:
        """One layer of the description."""
        node = self.nodes[name]
        settings = {"name": name, "dtype": self.dtype, **node.settings}
        package, _, class_name = node.kind.rpartition(">")
        if package:
            return {**_object("", class_name, settings), "registered_name": node.kind}
        return _object("keras.layers", class_name, settings)

    def _calls(self, node: Node) -> list[dict[str, Any]]:
        """How a layer is called, once, with the outputs of others; a sum with a list of two."""
        tensors = [
            {
                "class_name": TENSOR,
                "config": {
                    "shape": [None, *self.shapes[name]],
                    "dtype": self.dtype,
                    "keras_history": [name, 0, 0],
                },
            }
            for name in node.inputs
        ]
        args = [tensors] if node.kind == ADD else tensors
        return [{"args": args, "kwargs": {}}] if tensors else []


def _object(module: str, class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    """How Keras writes down any object."""
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": None,
    }
