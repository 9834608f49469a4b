"""Optimizers: they see values and gradients, and nothing of the network."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from tinynet.parameter import Parameter, Vectors, vectors_of
from tinynet.types import Array

Schedule = Callable[[int], float]


class Optimizer:
    """What both share: the rate, weight decay, and running arrays in `state`.

    learning_rate is a number, or a schedule: a function of the steps taken so far. Before each
    step, weight_decay * rate of every value is taken away, whatever its gradient ("decoupled").
    A subclass writes `step`, and names in `slots` the running arrays that it keeps, zeros at
    first: one number in each for every number that is learned.
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
        self.step_rate = 0.0  # the learning rate of the step that is being taken
        self.state: dict[str, Array] = {}
        self._model: int | None = None  # the identity of the model's vectors, once known

    def rate(self) -> float:
        """The learning rate of the next step."""
        if callable(self.learning_rate):
            return self.learning_rate(self.iterations)
        return self.learning_rate

    def update(self, parameters: Mapping[str, Parameter]) -> None:
        """One step: change all values of a model, `model.parameters()`, by their gradients.

        Raises ValueError for part of a model, or if earlier steps were another model's.
        """
        vectors = self.begin(parameters)
        self.change(vectors, slice(0, len(vectors.values)))

    def begin(self, parameters: Mapping[str, Parameter]) -> Vectors:
        """Count a step, and return the vectors that hold the parameters; errors as `update`.

        `change` then does the work, for all entries at once or in parts side by side; it needs
        `iterations` and `step_rate`, and nothing else that differs from step to step.
        """
        vectors = self.allocate(parameters)
        self.step_rate = self.rate()
        self.iterations += 1
        return vectors

    def allocate(self, parameters: Mapping[str, Parameter]) -> Vectors:
        """Make the running arrays before the first step; errors as `update`."""
        vectors = vectors_of(parameters)
        size = sum(p.size for p in parameters.values() if p.vectors is vectors)
        if size != len(vectors.values):
            raise ValueError(
                "an optimizer updates all parameters of one model, model.parameters(); "
                f"received {', '.join(parameters)}."
            )
        if self._model is None:
            self._model = vectors.identity
            for slot in self.slots:  # a resumed optimizer has them already
                self.state.setdefault(slot, np.zeros_like(vectors.values[: vectors.trainable]))
        if self._model != vectors.identity:
            raise ValueError(
                f"the optimizer belongs to another model, with which it has taken "
                f"{self.iterations} steps; make a new one for the model with "
                f"{', '.join(parameters)}."
            )
        return vectors

    def change(self, vectors: Vectors, entries: slice) -> None:
        """The step, for these entries of the vectors: none depends on any other."""
        learned = slice(entries.start, min(entries.stop, vectors.trainable))
        kept = slice(max(entries.start, vectors.trainable), entries.stop)
        vectors.values[kept] -= vectors.grads[kept]
        value = vectors.values[learned]
        if self.weight_decay:
            value *= 1 - self.step_rate * self.weight_decay
        slots = (self.state[slot][learned] for slot in self.slots)
        self.step(value, vectors.grads[learned], self.step_rate, *slots)

    def step(self, value: Array, gradient: Array, rate: float, *slots: Array) -> None:
        """Change values in place; all arrays are vectors, some entries of the model's."""
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
