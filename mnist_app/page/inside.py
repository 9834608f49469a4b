"""What the page shows inside of a network: its layers, their numbers, what each is the sum of."""

from dataclasses import replace
from typing import Any

import numpy as np

from mnist_app.page.messages import packed
from mnist_app.page.sums import formula, output_sum
from mnist_app.reading.explain import up_to_logits
from tinynet import Layer, MaxPool, Sequential, activations, gradients
from tinynet.types import Array

NOTEBOOKS = {  # where each layer is derived
    "Conv2D": "07_convolution_forward",
    "Dense": "03_dense",
    "MaxPool": "09_pooling",
    "Dropout": "09_pooling",
    "ReLU": "05_relu_and_a_whole_network",
    "Sigmoid": "05_relu_and_a_whole_network",
    "Softmax": "04_softmax_cross_entropy",
}


def describe(model: Sequential) -> dict[str, Any]:
    """The layers in order, from the input on: names, shapes, formulas, parameters."""
    layers = [
        {"name": "input", "title": "input", "kind": "input", "shape": model.input_shape},
        *(
            {
                "name": layer.name,
                "title": repr(layer),
                "kind": type(layer).__name__,
                "shape": shape,
                "formula": formula(layer, "y"),
                "backward": formula(layer, "dx"),
                "notebook": NOTEBOOKS.get(type(layer).__name__, ""),
                "parameters": {
                    f"{layer.name}.{name}": parameter.shape
                    for name, parameter in layer.parameters().items()
                    if parameter.trainable
                },
            }
            for layer, shape in zip(model.layers, model.output_shapes, strict=True)
        ),
    ]
    return {"layers": layers, "parameters": sum(p.size for p in model.parameters().values())}


class Inside:
    """A network with one picture in it: all that it computed, kept to be asked about."""

    def __init__(self, model: Sequential, image: Array) -> None:
        self.model = model.replica()  # other tabs may be using the model
        kept = activations(self.model, self.model.prepare(image[np.newaxis]), keep=True)
        self.values = [array[0] for array in kept]

    def report(self) -> dict[str, Any]:
        """The input and each layer's output, and which inputs each pool has taken."""
        return {"values": [packed(array) for array in self.values], "winners": self.winners()}

    def winners(self) -> dict[int, Any]:
        """By the layer that feeds a pool: which of its numbers are the maximum of a window."""
        return {
            k: packed(
                layer.backward(np.ones((1, *self.values[k + 1].shape), self.model.dtype))[0] > 0
            )
            for k, layer in enumerate(self.model.layers)
            if isinstance(layer, MaxPool)
        }

    def cell(self, layer: int, index: tuple[int, ...]) -> dict[str, Any]:
        """One number, and the sum that it is; the input's numbers (layer 0) are no sum."""
        value = self.values[layer][index]
        if layer == 0:
            return {"value": value, "sum": None}
        owner = self.model.layers[layer - 1]
        found = output_sum(owner, self.values[layer - 1], index)
        if found is not None:
            found = replace(found, formula=formula(owner, "y"))
        return {"value": value, "sum": None if found is None else found.report()}

    def kernel(self, layer: int, unit: int) -> dict[str, Any]:
        """All weights that lead to one unit or map: (kh, kw, C), or (H, W, C) of a first Dense."""
        owner = self.model.layers[layer - 1]
        values = owner.parameters()["kernel"].value[..., unit]
        before = self.shape_before_flatten(layer - 1)
        if values.ndim == 1 and before is not None:
            values = values.reshape(before)
        return {"kernel": packed(values)}

    def shape_before_flatten(self, layer: int) -> tuple[int, ...] | None:
        """The shape (H, W, C) that a Flatten directly before this layer had as input."""
        owner: Layer | None = self.model.layers[layer - 1] if layer else None
        return self.values[layer - 1].shape if type(owner).__name__ == "Flatten" else None

    def saliency(self) -> dict[str, Any]:
        """The gradient of "answer minus runner-up" with respect to each layer's numbers."""
        logits = up_to_logits(self.model)
        outputs = activations(logits, self.values[0][np.newaxis], keep=True)[-1]
        runner_up, answer = np.argsort(outputs[0], kind="stable")[-2:]
        dy = np.zeros_like(outputs)
        dy[0, answer], dy[0, runner_up] = 1, -1
        slopes = [array[0] for array in gradients(logits, dy)]
        slopes += [np.zeros_like(array) for array in self.values[len(slopes) :]]
        return {
            "values": [packed(array) for array in slopes],
            "answer": answer,
            "runner_up": runner_up,
        }
