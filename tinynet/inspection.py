"""Look into a network: every number between picture and answer, its gradient, a step taken back.

Training needs none of this. Tutorials and the page show with it what the fast path hides.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from tinynet.gradient_check import numerical_gradient
from tinynet.model import Sequential
from tinynet.optimizers import Optimizer
from tinynet.types import Array


def activations(
    model: Sequential, x: Array, training: bool = False, keep: bool = False
) -> list[Array]:
    """x, and what each layer makes of it: one array more than there are layers.

    The last is `model.forward(x, training, keep)`, to the bit.
    """
    arrays = [x]
    for layer in model.layers:
        arrays.append(layer.forward(arrays[-1], training, keep))
    return arrays


def gradients(model: Sequential, dy: Array) -> list[Array]:
    """dL/d of each array of `activations`, in their order; overwrites every parameter's grad.

    The first is `model.backward(dy)`, to the bit; the last is dy. RuntimeError without a
    forward pass that keeps.
    """
    arrays = [dy]
    for layer in reversed(model.layers):
        arrays.append(layer.backward(arrays[-1]))
    return arrays[::-1]


def in_float64(model: Sequential) -> Sequential:
    """A twin with the same numbers in float64, for numerical derivatives; it shares nothing."""
    layers = copy.deepcopy(model.layers)
    twin = Sequential(layers, model.input_shape, model.seed, np.float64)
    for name, parameter in twin.parameters().items():
        parameter.value = model.parameters()[name].value
    return twin


def numerical_derivative(
    model: Sequential,
    x: Array,
    loss: Callable[[Array], float],
    array: Array,
    index: tuple[int, ...],
) -> tuple[float, bool]:
    """d loss(model.forward(x)) / d array[index], by a centred difference; and whether it exists.

    The array is x or a parameter's value, in float64. It does not exist if a step of 1e-5 crosses
    a kink: a ReLU switches, or a pool's maximum moves. What the model kept is that of another
    point afterwards. Raises TypeError unless the array is float64.
    """
    model.forward(x, keep=True)
    here = model.branches()
    smooth = True

    def moved() -> float:
        nonlocal smooth
        outputs = model.forward(x, keep=True)
        smooth = smooth and all(map(np.array_equal, here, model.branches()))
        return loss(outputs)

    slope = numerical_gradient(moved, array, [index])
    return float(slope[0]), smooth


class Snapshot:
    """A model and its optimizer as they are now, so that what follows can be taken back.

    `restore` puts values, running arrays and the count of steps back, to the bit. Gradients, and
    what layers kept, stay as they are.
    """

    def __init__(self, model: Sequential, optimizer: Optimizer) -> None:
        self.model, self.optimizer = model, optimizer
        self.values = {name: p.value.copy() for name, p in model.parameters().items()}
        self.kept: dict[str, Any] = copy.deepcopy(vars(optimizer))

    def restore(self) -> None:
        """Back to how it was; as often as one likes."""
        for name, parameter in self.model.parameters().items():
            parameter.value = self.values[name]
        vars(self.optimizer).update(copy.deepcopy(self.kept))
