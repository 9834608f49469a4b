"""One training step on one picture, in float64, with every number open: the view "One step"."""

import math
from typing import Any

import numpy as np

from mnist_app.page.chain import opened
from mnist_app.page.gradient_sums import input_gradient_sum, parameter_gradient_sum
from mnist_app.page.messages import WrongRequest, packed
from mnist_app.page.places import Index
from mnist_app.page.sums import formula
from mnist_app.reading.probabilities import ends_in_logits, probabilities
from mnist_app.training.networks import loss_of
from tinynet import (
    SGD,
    Adam,
    Optimizer,
    Sequential,
    Snapshot,
    activations,
    gradients,
    in_float64,
    numerical_derivative,
)
from tinynet.gradient_check import (
    STEP,
    TOLERANCE,
    numerical_gradient,
    relative_error,
    rounding_floor,
)
from tinynet.losses import count_correct
from tinynet.types import Array

OPTIMIZERS: dict[str, type[SGD] | type[Adam]] = {"SGD": SGD, "Adam": Adam}
MOST_UNDONE = 5  # snapshots that are kept
MOST_CHANGES = 64  # pictures of changed weights: the largest changes


class OneStep:
    """A twin of the network in float64, one picture and its label; steps, and the way back.

    Batch normalization and dropout behave as in prediction, since a batch of one has no spread.
    For networks without them, a step is `tinynet.train_step`.
    """

    def __init__(
        self, model: Sequential, image: Array, label: int, others: tuple[Array, Array] | None = None
    ) -> None:
        self.model = in_float64(model)
        self.others = others  # images and labels that the step is not about
        self.x = self.model.prepare(image[np.newaxis])
        self.labels = np.array([label])
        self.optimizer: Optimizer | None = None
        self.snapshots: list[Snapshot] = []
        self.changes: dict[str, Array] = {}
        self.look()

    def look(self) -> None:
        """Forward, loss, backward; all arrays are kept."""
        self.values = activations(self.model, self.x, keep=True)
        self.loss, doutputs = loss_of(self.model)(self.values[-1], self.labels)
        self.slopes = gradients(self.model, doutputs)
        self.grads = {name: p.grad.copy() for name, p in self.learned().items()}

    def learned(self) -> dict[str, Any]:
        """The parameters that a step changes."""
        return {name: p for name, p in self.model.parameters().items() if p.trainable}

    def probabilities(self) -> Array:
        """p (K,), as the loss understands it: without the temperature."""
        row: Array = probabilities(self.model, self.values[-1])[0]
        return row

    def report(self) -> dict[str, Any]:
        """Loss, p, p - y, and each layer's gradient with its norm."""
        p = self.probabilities()
        onehot = np.arange(len(p)) == self.labels[0]
        return {
            "label": self.labels[0],
            "loss": self.loss,
            "probabilities": p,
            "p_minus_y": p - onehot,
            "values": [packed(slope[0]) for slope in self.slopes],
            "norms": [float(np.linalg.norm(slope)) for slope in self.slopes],
            "parameters": {
                name: {
                    "shape": parameter.shape,
                    "gradient_norm": float(np.linalg.norm(self.grads[name])),
                    "value_norm": float(np.linalg.norm(parameter.value)),
                }
                for name, parameter in self.learned().items()
            },
            "steps": 0 if self.optimizer is None else self.optimizer.iterations,
            "undo": len(self.snapshots),
            "others": self.right_others(),
        }

    def right_others(self) -> float | None:
        """Which share of other pictures is read right: a step that is too large ruins them."""
        if self.others is None:
            return None
        images, labels = self.others
        return count_correct(self.model.predict(images), labels) / len(labels)

    # --- a gradient, its sum, its numerical twin ------------------------------------------------

    def of_value(self, layer: int, index: tuple[int, ...]) -> dict[str, Any]:
        """dL/d of one number of the input (layer 0) or of a layer's output."""
        last = len(self.model.layers)
        told = None
        if layer < last:
            owner, x, y = self.model.layers[layer], self.values[layer][0], self.values[layer + 1][0]
            found = input_gradient_sum(owner, x, y, self.slopes[layer + 1][0], index)
            if found is not None:
                told = found.report({"dy": layer + 1}) | {"formula": formula(owner, "dx")}
        place = (0, *index)
        if layer == last:
            numeric, smooth = self.of_output(place)
        else:
            x = self.values[layer].copy()
            numeric, smooth = numerical_derivative(self.model[layer:], x, self.exact_loss, x, place)
        return self.compared(
            float(self.values[layer][place]),
            float(self.slopes[layer][place]),
            numeric,
            smooth,
            told,
        )

    def of_activation(self, card: int, index: Index) -> dict[str, Any]:
        """One number of the forward pass, followed to the sum that it is, as in "Inside"."""
        return opened(self.model, [value[0] for value in self.values], card, index)

    def of_output(self, place: tuple[int, ...]) -> tuple[float, bool]:
        """The loss's numerical derivative by one of the network's outputs; and whether it exists.

        An output in (0, 1) may be nearer to an end than the step of the difference quotient.
        """
        outputs = self.values[-1].copy()
        numeric = numerical_gradient(lambda: self.exact_loss(outputs), outputs, [place])[0]
        inside = STEP < outputs[place] < 1 - STEP
        return float(numeric), bool(inside) or ends_in_logits(self.model)

    def of_parameter(self, name: str, index: tuple[int, ...]) -> dict[str, Any]:
        """dL/d of one weight."""
        owner, _, own_name = name.rpartition(".")
        told = None
        k = next((k for k, it in enumerate(self.model.layers) if it.name == owner), None)
        parameter = self.learned()[name]
        if k is not None:
            layer = self.model.layers[k]
            x, dy = self.values[k][0], self.slopes[k + 1][0]
            found = parameter_gradient_sum(layer, x, dy, own_name, index)
            told = found.report({"x": k, "dy": k + 1}) | {"formula": formula(layer, f"d{own_name}")}
        numeric, smooth = numerical_derivative(
            self.model, self.x, self.exact_loss, parameter.value, index
        )
        return self.compared(
            float(parameter.value[index]),
            float(self.grads[name][index]),
            numeric,
            smooth,
            told,
        )

    def compared(
        self, value: float, analytic: float, numeric: float, smooth: bool, found: Any
    ) -> dict[str, Any]:
        """Both derivatives, how far they are apart, and in words what that means."""
        floor = rounding_floor(np.array([self.loss]))
        error = float(relative_error(analytic, numeric, floor))
        if not smooth:
            verdict = (
                "There is no derivative here: a step of 1e-5 switches a ReLU, moves a pool's "
                "maximum or leaves (0, 1), so the difference quotient mixes two slopes. Backward "
                "takes one of them."
            )
        elif not math.isfinite(error):
            verdict = "One of the two is not a number: the weights have become too large."
        elif error > TOLERANCE:
            verdict = "They differ: the gradient would be wrong."
        elif abs(analytic) + abs(numeric) < floor:
            verdict = f"Equal: both are below {floor:.1e}, where rounding decides."
        else:
            verdict = "Equal: the gradient is the derivative."
        return {
            "value": value,
            "gradient": analytic,
            "numerical": numeric,
            "error": error,
            "smooth": smooth,
            "verdict": verdict,
            "sum": found,
        }

    def exact_loss(self, outputs: Array) -> float:
        """The loss of this picture, written so that a small one keeps all its digits.

        log sum_k exp(z[k] - z[label]) = log1p of the sum over the other classes. The usual form
        adds 1 to a number that may be 1e-9, and a difference quotient would see only rounding.
        """
        if not ends_in_logits(self.model):
            return loss_of(self.model)(outputs, self.labels)[0]
        label = int(self.labels[0])
        others = np.exp(np.delete(outputs[0] - outputs[0, label], label))
        return float(np.log1p(others.sum()))

    # --- the step -----------------------------------------------------------------------------

    def take(self, optimizer: str, rate: float) -> dict[str, Any]:
        """Change all weights by one step; what it did to p, to the loss and to the weights."""
        if not math.isfinite(self.loss):
            raise WrongRequest("the loss is not a number any more; undo the last step")
        kind = OPTIMIZERS[optimizer]
        if type(self.optimizer) is not kind:  # another one begins anew
            self.optimizer = kind(rate)
            self.snapshots.clear()
        assert self.optimizer is not None
        self.optimizer.learning_rate = rate
        self.snapshots = [*self.snapshots, Snapshot(self.model, self.optimizer)][-MOST_UNDONE:]
        before = {"loss": self.loss, "probabilities": self.probabilities()}
        values = {name: p.value.copy() for name, p in self.learned().items()}
        self.optimizer.update(self.model.parameters())
        self.changes = {name: p.value - values[name] for name, p in self.learned().items()}
        self.look()
        after = {"loss": self.loss, "probabilities": self.probabilities()}
        return {
            "before": before,
            "after": after,
            "changes": {
                name: {
                    "change_norm": float(np.linalg.norm(change)),
                    "value_norm": float(np.linalg.norm(values[name])),
                }
                for name, change in self.changes.items()
            },
            "step": self.report(),
        }

    def undo(self) -> dict[str, Any]:
        """Back to before the last step."""
        if not self.snapshots:
            raise WrongRequest("there is no step to take back")
        self.snapshots.pop().restore()
        self.changes = {}
        self.look()
        return {"step": self.report()}

    def change(self, name: str) -> dict[str, Any]:
        """What the last step added to a parameter, as maps (rows, columns, maps)."""
        if name not in self.changes:
            raise WrongRequest("take a step first")
        return {"values": packed(as_maps(self.changes[name]))}


def as_maps(array: Array) -> Array:
    """A parameter as maps to look at: kernels (kh, kw, C*F), the MOST_CHANGES largest of them."""
    if array.ndim == 4:
        maps = array.reshape(*array.shape[:2], -1)
        largest = np.argsort(-np.abs(maps).max(axis=(0, 1)), kind="stable")[:MOST_CHANGES]
        return maps[:, :, np.sort(largest)]
    return array[..., np.newaxis] if array.ndim == 2 else array
