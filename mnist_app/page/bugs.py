"""Classic bugs, to be planted into an experiment.  With many of them the curve looks fine."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MethodType

import numpy as np

from mnist_app.page.experiment import Experiment
from tinynet import Adam, Conv2D, Dense, Layer, MaxPool, Optimizer, ReLU
from tinynet.losses import Loss
from tinynet.types import Array


@dataclass(frozen=True)
class Bug:
    """`found_by` is the check that names it, `evidence` what one sees of it, and why.

    Without a layer of its `kind`, or with another optimizer than its own, it cannot be planted.
    """

    title: str
    evidence: str
    plant: Callable[[Experiment], None]
    found_by: str
    kind: type[Layer] = Layer
    optimizer: str = ""  # any

    def words(self) -> dict[str, str]:
        """What the page says of it."""
        return {"title": self.title, "evidence": self.evidence}

    def fits(self, experiment: Experiment) -> bool:
        """Whether there is what the bug is in; one first layer's backward is never asked."""
        if self.optimizer not in ("", experiment.settings.optimizer):
            return False
        return any(isinstance(layer, self.kind) for layer in experiment.model.layers[1:])


def replace_method(
    kind: type[Layer], name: str, wrong: Callable[..., object]
) -> Callable[[Experiment], None]:
    """A plant: `wrong` instead of a method of every layer of this kind."""

    def plant(experiment: Experiment) -> None:
        for layer in experiment.model.layers:
            if isinstance(layer, kind):
                setattr(layer, name, MethodType(wrong, layer))

    return plant


def backward_without_mask(self: ReLU, dy: Array) -> Array:
    return dy


def backward_to_all_four(self: MaxPool, dy: Array) -> Array:
    shape, _ = self.cached()  # (H, C, W, N), as the layer keeps it
    height, channels, width, batch = shape
    kh, kw = self.pool_size
    shares = dy.repeat(kh, axis=1).repeat(kw, axis=2)
    dx = np.zeros((batch, height, width, channels), dy.dtype)
    dx[:, : shares.shape[1], : shares.shape[2]] = shares
    return dx


def convolution_backward(self: Conv2D, dy: Array, turned: bool, added: bool) -> Array:
    """dx of a convolution of stride 1 without a border, place by place of the kernel."""
    self.backward_parameters(dy)
    _, (height, channels, width, batch) = self.cached()
    kh, kw = self.kernel_size
    rows, columns = dy.shape[1:3]
    dx = np.zeros((batch, height, width, channels), dy.dtype)
    for u, v in np.ndindex(kh, kw):
        weights = self.kernel.value[kh - 1 - u, kw - 1 - v] if turned else self.kernel.value[u, v]
        share = dy @ weights.T
        place = dx[:, u : u + rows, v : v + columns]
        place[...] = place + share if added else share
    return dx


def backward_with_turned_kernel(self: Conv2D, dy: Array) -> Array:
    return convolution_backward(self, dy, turned=True, added=True)


def backward_that_overwrites(self: Conv2D, dy: Array) -> Array:
    return convolution_backward(self, dy, turned=False, added=False)


def bias_averaged(self: Dense, dy: Array) -> None:
    Dense.backward_parameters(self, dy)
    self.bias.grad /= len(dy)


def scaled_gradient(power: int) -> Callable[[Experiment], None]:
    """A plant: the loss's gradient is multiplied by N to this power once too often."""

    def plant(experiment: Experiment) -> None:
        right: Loss = experiment.loss

        def wrong(outputs: Array, labels: Array) -> tuple[float, Array]:
            mean, gradient = right(outputs, labels)
            return mean, gradient * gradient.dtype.type(float(len(outputs)) ** power)

        experiment.loss = wrong

    return plant


class UncorrectedAdam(Adam):
    """Adam without the correction for running means that begin at zero."""

    def step(self, value: Array, gradient: Array, rate: float, *slots: Array) -> None:
        m, v = slots
        m += (gradient - m) * (1 - self.beta_1)
        v += (np.square(gradient) - v) * (1 - self.beta_2)
        value -= rate * m / (np.sqrt(v) + self.epsilon)


def uncorrected_adam(experiment: Experiment) -> None:
    experiment.make_optimizer = lambda: UncorrectedAdam(experiment.settings.rate)


def gradients_added_up(experiment: Experiment) -> None:
    """To each batch's gradient those of all batches before are added."""
    right = experiment.make_optimizer

    def wrong() -> Optimizer:
        optimizer = right()
        step = optimizer.step
        sums: dict[int, Array] = {}  # by the place in memory of what they change

        def step_by_sums(value: Array, gradient: Array, rate: float, *slots: Array) -> None:
            where = value.ctypes.data
            sums[where] = sums.get(where, 0) + gradient
            step(value, sums[where], rate, *slots)

        optimizer.step = step_by_sums  # type: ignore[method-assign]
        return optimizer

    experiment.make_optimizer = wrong


def shuffled_labels(experiment: Experiment) -> None:
    rng = np.random.default_rng(experiment.settings.seed)
    experiment.labels = rng.permutation(experiment.labels)


def zero_weights(experiment: Experiment) -> None:
    for parameter in experiment.model.parameters().values():
        parameter.value[...] = 0


def rate_too_high(experiment: Experiment) -> None:
    right = experiment.make_optimizer

    def wrong() -> object:
        optimizer = right()
        optimizer.learning_rate = experiment.settings.rate * 100
        return optimizer

    experiment.make_optimizer = wrong  # type: ignore[assignment]


BUGS = {
    "mask": Bug(
        "ReLU's backward forgets its mask",
        "Where x is not above 0, dx must be 0; here dy passes everywhere. Only a ReLU is named.",
        replace_method(ReLU, "backward", backward_without_mask), "layers", ReLU,
    ),
    "kernel": Bug(
        "convolution: the kernel turned on the way back",
        "A convolution's dx is wrong by no single factor, and no entry is simply missing: the "
        "right numbers meet the wrong weights.",
        replace_method(Conv2D, "backward", backward_with_turned_kernel), "layers", Conv2D,
    ),
    "pool": Bug(
        "the pool's gradient goes to all four",
        "Three of the four numbers under a window must get 0; here dx has dy where the numerical "
        "derivative is 0. Only a pool is named.",
        replace_method(MaxPool, "backward", backward_to_all_four), "layers", MaxPool,
    ),
    "assign": Bug(
        "convolution: = for += on the way back",
        "A convolution's dx has only the last of the up to nine products that should be added. "
        "Its corner is right: just one product arrives there.",
        replace_method(Conv2D, "backward", backward_that_overwrites), "layers", Conv2D,
    ),
    "bias": Bug(
        "dense layers average db over the batch",
        "Only a bias's gradient is named, too small by how many examples the check takes: the "
        "loss has divided by N already.",
        replace_method(Dense, "backward_parameters", bias_averaged), "layers", Dense,
    ),
    "twice": Bug(
        "the loss divides by N twice",
        "Every layer is right; the loss's own gradient is too small by the number of examples.",
        scaled_gradient(-1), "loss",
    ),
    "never": Bug(
        "the loss never divides by N",
        "Every layer is right; the loss's own gradient is too large by the number of examples.",
        scaled_gradient(1), "loss",
    ),
    "adam": Bug(
        "Adam without its correction",
        "All gradients are right, and the first step has another size than Adam's formula: "
        "0.1 / sqrt(0.001) = 3.16 times, for means that begin at 0 and are not corrected.",
        uncorrected_adam, "optimizer", optimizer="Adam",
    ),
    "sums": Bug(
        "the gradients of all batches add up",
        "All gradients are right, and so is the first step. The second follows the sum of both "
        "gradients, as if nobody had set the first one back to 0.",
        gradients_added_up, "optimizer",
    ),
    "labels": Bug(
        "the labels are shuffled, the images are not",
        "All mathematics is right, and the accuracy stays at 10 %: the labels do not belong to "
        "their images.",
        shuffled_labels, "labels",
    ),
    "zeros": Bug(
        "all weights begin at zero",
        "Gradients, loss and labels are right; all weights are equal, so all units stay equal.",
        zero_weights, "initial weights",
    ),
    "rate": Bug(
        "the rate is a hundred times too high",
        "Gradients are right; the first step alone changes weights by more than their own size.",
        rate_too_high, "learning rate",
    ),
}  # fmt: skip
