"""What the page shows inside of a network: its layers, their numbers, what each is the sum of."""

from typing import Any

import numpy as np

from mnist_app.page.chain import opened
from mnist_app.page.evidence import Evidence, last_map
from mnist_app.page.messages import packed
from mnist_app.page.places import Index
from mnist_app.page.sums import formula
from mnist_app.reading.explain import up_to_logits
from mnist_app.reading.probabilities import ends_in_logits, probabilities
from tinynet import Dense, Layer, MaxPool, Sequential, activations, gradients
from tinynet.types import Array

NOTEBOOKS = {  # where each layer is derived
    "Conv2D": "07_convolution_forward",
    "Dense": "03_dense",
    "MaxPool": "09_pooling",
    "Dropout": "09_pooling",
    "ReLU": "05_relu_and_a_whole_network",
    "Sigmoid": "05_relu_and_a_whole_network",
    "Softmax": "04_softmax_cross_entropy",
    "BatchNormalization": "11_batch_normalization",
    "Residual": "14_residual_connections",
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

    def __init__(self, model: Sequential, image: Array, temperature: float = 1.0) -> None:
        self.model = model.replica()  # other tabs may be using the model
        self.temperature = temperature
        kept = activations(self.model, self.model.prepare(image[np.newaxis]), keep=True)
        self.values = [array[0] for array in kept]

    def report(self) -> dict[str, Any]:
        """The input and each layer's output, which inputs each pool has taken, the softmax."""
        return {
            "values": [packed(array) for array in self.values],
            "winners": self.winners(),
            "softmax": softmax_table(self.model, self.values[-1], self.temperature),
        }

    def winners(self) -> dict[int, Any]:
        """By the layer that feeds a pool: which of its numbers are the maximum of a window."""
        return {
            k: packed(
                layer.backward(np.ones((1, *self.values[k + 1].shape), self.model.dtype))[0] > 0
            )
            for k, layer in enumerate(self.model.layers)
            if isinstance(layer, MaxPool)
        }

    def cell(self, card: int, index: Index) -> dict[str, Any]:
        """One number, followed to the sum that it is; the input's numbers (card 0) are no sum."""
        return opened(self.model, self.values, card, index)

    def why(self, answer: int | None, rival: int | None) -> dict[str, Any]:
        """Why one class and not another: what each unit before the logits gave to the difference.

        logit[answer] - logit[rival] is a sum over the units of the last dense layer's input: the
        unit's number times the difference of its two weights. Which part of the picture gave it
        is another such sum (evidence.py). If they are not given, `answer` is the most probable
        class, and `rival` the most probable one besides.
        """
        card = len(up_to_logits(self.model).layers)
        logits = self.values[card]
        answer, rival = self.pair(answer, rival)
        evidence = self.evidence(answer, rival)
        told = {
            "card": card,
            "answer": answer,
            "rival": rival,
            "logits": logits,
            "evidence": None if evidence is None else evidence.report(),
            "units": [],
        }
        layer = self.model.layers[card - 1]
        if not isinstance(layer, Dense):
            return told
        x, kernel, bias = self.values[card - 1], layer.kernel.value, layer.bias.value
        gaps = kernel[:, answer] - kernel[:, rival]
        products = x * gaps
        order = np.argsort(-np.abs(products), kind="stable")
        shown = [int(i) for i in order if products[i]]
        return told | {
            "units": [
                {"unit": i, "value": x[i], "weight": gaps[i], "product": products[i]} for i in shown
            ],
            "silent": len(x) - len(shown),
            "bias": bias[answer] - bias[rival],
            "difference": float(products.sum() + bias[answer] - bias[rival]),
        }

    def pair(self, answer: int | None, rival: int | None) -> tuple[int, int]:
        """The two classes that are compared, where they are not given."""
        first, second = best_two(self.values[len(up_to_logits(self.model).layers)])
        answer = first if answer is None else answer
        if rival is None:
            rival = second if answer == first else first
        return answer, rival

    def evidence(self, answer: int, rival: int) -> Evidence | None:
        """What each place of the last map gave to the difference; None if no sum can tell."""
        card = last_map(self.model, self.values)
        return None if card is None else Evidence(self.model, self.values, card, answer, rival)

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

    def saliency(self, answer: int | None, rival: int | None) -> dict[str, Any]:
        """The gradient of logit[answer] - logit[rival] with respect to each layer's numbers.

        Which two, if they are not given, is as in `why`.
        """
        logits = up_to_logits(self.model)
        answer, rival = self.pair(answer, rival)
        outputs = activations(logits, self.values[0][np.newaxis], keep=True)[-1]
        dy = np.zeros_like(outputs)
        dy[0, answer] += 1
        dy[0, rival] -= 1
        slopes = [array[0] for array in gradients(logits, dy)]
        slopes += [np.zeros_like(array) for array in self.values[len(slopes) :]]
        return {"slopes": [packed(array) for array in slopes], "answer": answer, "rival": rival}


def best_two(logits: Array) -> tuple[int, int]:
    """The answer and the runner-up."""
    runner_up, answer = np.argsort(logits, kind="stable")[-2:]
    return int(answer), int(runner_up)


def softmax_table(model: Sequential, outputs: Array, temperature: float) -> dict[str, Any]:
    """How the outputs become probabilities: p = exp / sum, or y / sum for outputs in (0, 1).

    The largest logit is taken from all first: no exp is too large then, and p stays the same.
    """
    logits = ends_in_logits(model)
    scaled = outputs / outputs.dtype.type(temperature)
    weights = np.exp(scaled - scaled.max()) if logits else np.clip(outputs, 1e-7, 1 - 1e-7)
    return {
        "logits": logits,
        "outputs": outputs,
        "temperature": temperature,
        "weights": weights,
        "sum": weights.sum(),
        "probabilities": probabilities(model, outputs[np.newaxis], temperature)[0],
    }
