"""Optimizers: they see names, values and gradients, and nothing of the network."""

import functools
import math
from collections.abc import Callable, Sequence

import numpy as np

from tinynet.parameter import Parameter
from tinynet.types import Array

Parameters = dict[str, Parameter]
Schedule = Callable[[int], float]
Run = Callable[[Sequence[Callable[[], None]]], object]


def in_turn(tasks: Sequence[Callable[[], None]]) -> None:
    """Do one task after the other."""
    for task in tasks:
        task()


class Optimizer:
    """What both share: the rate, weight decay, and running arrays in `state`.

    learning_rate is a number, or a schedule: a function of the steps taken so far. Before each
    step, weight_decay * rate of every value is taken away, whatever its gradient ("decoupled").
    `slots` names the arrays kept for each parameter, which appear at the first `update`. A subclass
    writes `step`. `fit` updates all parameters as one vector, `model.joined()`.
    Source: Loshchilov and Hutter (2019), as weight_decay= in keras.optimizers.
    """

    slots: tuple[str, ...] = ()

    def __init__(self, learning_rate: float | Schedule, weight_decay: float) -> None:
        if not callable(learning_rate) and not 0 < learning_rate < math.inf:
            raise ValueError(
                f"learning_rate must be positive. Received: learning_rate={learning_rate!r}"
            )
        if not 0 <= weight_decay < math.inf:
            raise ValueError(
                f"weight_decay must not be negative. Received: weight_decay={weight_decay!r}"
            )
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.iterations = 0
        self.state: dict[str, Array] = {}

    def rate(self) -> float:
        """The learning rate of the next step."""
        if callable(self.learning_rate):
            return self.learning_rate(self.iterations)
        return self.learning_rate

    def update(self, parameters: Parameters, parts: int = 1, run: Run = in_turn) -> None:
        """One step: change every value in place, by its gradient.

        In so many parts of the entries, equal in size, which `run` may do side by side: no entry's
        step depends on another's. Raises ValueError if earlier steps had other parameters.
        """
        rate = self.rate()
        self.allocate(parameters)
        self.iterations += 1

        def change(part: int) -> None:
            for name, parameter in parameters.items():
                size = parameter.value.size
                entries = slice(size * part // parts, size * (part + 1) // parts)
                slots = (self.state[f"{name}.{slot}"] for slot in self.slots_of(parameter))
                value, gradient, *running = (
                    array.reshape(-1, copy=False)[entries]
                    for array in (parameter.value, parameter.grad, *slots)
                )
                if parameter.moving:
                    value -= gradient
                    continue
                if self.weight_decay:
                    value *= 1 - rate * self.weight_decay
                self.step(value, gradient, rate, *running)

        run([functools.partial(change, part) for part in range(parts)])

    def allocate(self, parameters: Parameters) -> None:
        """Make the running arrays before the first step, of zeros; check them before later ones."""
        for name, parameter in parameters.items():
            for slot in self.slots_of(parameter):
                array = self.state.get(f"{name}.{slot}")
                if array is None and self.iterations == 0:
                    self.state[f"{name}.{slot}"] = np.zeros_like(parameter.value)
                elif array is None or array.shape != parameter.value.shape:
                    raise ValueError(
                        f"the optimizer has taken {self.iterations} steps with other parameters "
                        f"than {name!r} of shape {parameter.value.shape}; make a new one."
                    )

    def slots_of(self, parameter: Parameter) -> tuple[str, ...]:
        """The names of a parameter's running arrays: none for a moving average."""
        return () if parameter.moving else self.slots

    def step(self, value: Array, gradient: Array, rate: float, *slots: Array) -> None:
        """Change values in place; all arrays are vectors, some entries of one parameter or more."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent with momentum.

    v = momentum * v - lr * g;  w = w + v
    Source: keras.optimizers.SGD (nesterov=False).
    """

    slots = ("velocity",)

    def __init__(
        self,
        learning_rate: float | Schedule = 0.01,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must lie in [0, 1). Received: momentum={momentum!r}")
        self.momentum = momentum

    def step(self, value: Array, gradient: Array, rate: float, *slots: Array) -> None:
        (velocity,) = slots
        velocity *= self.momentum
        velocity -= rate * gradient
        value += velocity


class Adam(Optimizer):
    """Steps of about the learning rate, whatever the gradient's scale.

    m = b1*m + (1-b1)*g;  v = b2*v + (1-b2)*g^2
    w = w - lr * sqrt(1-b2^t) / (1-b1^t) * m / (sqrt(v) + epsilon),  t = 1, 2, ... over the run
    Source: Kingma and Ba (2015), section 2, the epsilon-hat form, as keras.optimizers.Adam.
    """

    slots = ("m", "v")

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        for name, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not 0 <= beta < 1:
                raise ValueError(f"{name} must lie in [0, 1). Received: {name}={beta!r}")
        if not epsilon > 0:
            raise ValueError(f"epsilon must be positive. Received: epsilon={epsilon!r}")
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def step(self, value: Array, gradient: Array, rate: float, *slots: Array) -> None:
        m, v = slots
        t = self.iterations
        rate *= math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        m += (gradient - m) * (1 - self.beta_1)
        v += (np.square(gradient) - v) * (1 - self.beta_2)
        value -= rate * m / (np.sqrt(v) + self.epsilon)
