"""Optimizers: they see names, values and gradients, and nothing of the network."""

import math

import numpy as np

from tinynet.layers.base import Array, Parameter

Parameters = dict[str, Parameter]


class Optimizer:
    """What both share: hyperparameters in `config`, running arrays in `state`.

    `slots` names the arrays kept for each parameter; they appear at the first `update`.
    """

    slots: tuple[str, ...] = ()

    def __init__(self, learning_rate: float) -> None:
        if not 0 < learning_rate < math.inf:
            raise ValueError(
                f"learning_rate must be positive. Received: learning_rate={learning_rate!r}"
            )
        self.learning_rate = learning_rate
        self.iterations = 0
        self.state: dict[str, Array] = {}

    def update(self, parameters: Parameters) -> None:
        """One step: change every value in place, by its gradient."""
        self.iterations += 1
        for name, parameter in parameters.items():
            for slot in self.slots:
                if f"{name}.{slot}" not in self.state:
                    self.state[f"{name}.{slot}"] = np.zeros_like(parameter.value)
            self.step(parameter, *(self.state[f"{name}.{slot}"] for slot in self.slots))

    def step(self, parameter: Parameter, *slots: Array) -> None:
        """Change one parameter in place."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent with momentum.

    v = momentum * v - lr * g;  w = w + v
    Source: keras.optimizers.SGD (nesterov=False).
    """

    slots = ("velocity",)

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0) -> None:
        super().__init__(learning_rate)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must lie in [0, 1). Received: momentum={momentum!r}")
        self.momentum = momentum

    def step(self, parameter: Parameter, *slots: Array) -> None:
        (velocity,) = slots
        velocity *= self.momentum
        velocity -= self.learning_rate * parameter.grad
        parameter.value += velocity


class Adam(Optimizer):
    """Steps of about the learning rate, whatever the gradient's scale.

    m = b1*m + (1-b1)*g;  v = b2*v + (1-b2)*g^2
    w = w - lr * sqrt(1-b2^t) / (1-b1^t) * m / (sqrt(v) + epsilon),  t = 1, 2, ... over the run
    Source: Kingma and Ba (2015), section 2, the epsilon-hat form, as keras.optimizers.Adam.
    """

    slots = ("m", "v")

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate)
        for name, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not 0 <= beta < 1:
                raise ValueError(f"{name} must lie in [0, 1). Received: {name}={beta!r}")
        if not epsilon > 0:
            raise ValueError(f"epsilon must be positive. Received: epsilon={epsilon!r}")
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def step(self, parameter: Parameter, *slots: Array) -> None:
        m, v = slots
        t, gradient = self.iterations, parameter.grad
        m += (gradient - m) * (1 - self.beta_1)
        v += (np.square(gradient) - v) * (1 - self.beta_2)
        rate = self.learning_rate * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        parameter.value -= rate * m / (np.sqrt(v) + self.epsilon)
