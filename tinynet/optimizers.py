"""Optimizers: they see names, values and gradients, and nothing of the network."""

import math
from collections.abc import Callable

import numpy as np

from tinynet.layers.base import Array, Parameter

Parameters = dict[str, Parameter]
Schedule = Callable[[int], float]


class Optimizer:
    """What both share: the rate, weight decay, and running arrays in `state`.

    learning_rate is a number, or a schedule: a function of the steps taken so far. Before each
    step, weight_decay * rate of every value is taken away, whatever its gradient ("decoupled").
    `slots` names the arrays kept for each parameter; they appear at the first `update`.
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

    def update(self, parameters: Parameters) -> None:
        """One step: change every value in place, by its gradient."""
        self.begin(parameters)
        for name, parameter in parameters.items():
            self.change(name, parameter)

    def begin(self, parameters: Parameters) -> None:
        """Begin a step; `change` must then see every entry of the parameters once."""
        self._rate = self.rate()
        self.iterations += 1
        self.allocate(parameters)

    def allocate(self, parameters: Parameters) -> None:
        """Make the running arrays that are not there yet, of zeros."""
        for name, parameter in parameters.items():
            for slot in self.slots if not parameter.moving else ():
                if f"{name}.{slot}" not in self.state:
                    self.state[f"{name}.{slot}"] = np.zeros_like(parameter.value)

    def change(self, name: str, parameter: Parameter, part: slice = slice(None)) -> None:
        """The step for a part of a parameter's entries, counted as they lie in memory.

        No entry's step depends on another's: parts may be changed in any order, and at once.
        """
        value, gradient = parameter.value.reshape(-1)[part], parameter.grad.reshape(-1)[part]
        if parameter.moving:
            value -= gradient
            return
        if self.weight_decay:
            value *= 1 - self._rate * self.weight_decay
        slots = (self.state[f"{name}.{slot}"].reshape(-1)[part] for slot in self.slots)
        self.step(value, gradient, self._rate, *slots)

    def step(self, value: Array, gradient: Array, rate: float, *slots: Array) -> None:
        """Change the values in place."""
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
