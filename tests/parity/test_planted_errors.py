"""The ladder can fail: errors planted in tinynet, which the rungs themselves must report.

Each error is small enough that the network would still learn.
"""

import math
from dataclasses import replace
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest

import tinynet.layers.conv2d
import tinynet.layers.max_pool
from tests.parity.ladder import (
    Distances,
    Training,
    agree,
    conv2d_rung,
    dense_rung,
    in_float64,
    loss_rung,
    max_pool_rung,
    optimizer_rung,
)
from tinynet import SGD, Adam, Conv2D, Dense, MaxPool, softmax_cross_entropy
from tinynet.types import Array

X = np.random.default_rng(0).normal(size=(3, 7, 6, 2))


def assert_reported(distances: Distances, *names: str) -> None:
    """The named arrays are far off, no other is, and `agree` says so."""
    assert {name for name, distance in distances.items() if distance > 1e-12} == set(names)
    with pytest.raises(AssertionError, match=names[0]):
        agree(distances)


def convolution(**settings: Any) -> Distances:
    return conv2d_rung(X, filters=3, kernel_size=3, **settings)


def test_a_kernel_flipped_in_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    forward = Conv2D.forward

    def flipped(self: Conv2D, x: Array, training: bool = False, keep: bool = False) -> Array:
        kernel = self.kernel.value.copy()
        self.kernel.value[...] = kernel[::-1, ::-1]
        y = forward(self, x, training, keep)
        self.kernel.value[...] = kernel
        return y

    agree(convolution())
    monkeypatch.setattr(Conv2D, "forward", flipped)
    assert_reported(convolution(), "y")


def test_a_kernel_not_flipped_in_backward(monkeypatch: pytest.MonkeyPatch) -> None:
    backward = Conv2D.backward

    def unflipped(self: Conv2D, dy: Array) -> Array:
        kernel = self.kernel.value.copy()
        self.kernel.value[...] = kernel[::-1, ::-1]
        dx = backward(self, dy)
        self.kernel.value[...] = kernel
        return dx

    monkeypatch.setattr(Conv2D, "backward", unflipped)
    assert_reported(convolution(), "dx")


def swap_borders(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an odd `same` padding come before the image instead of after it."""
    place = module.place_windows

    def swapped(*settings: Any) -> Any:
        windows = place(*settings)
        (top, bottom), (left, right) = windows.border
        return replace(windows, border=((bottom, top), (right, left)))

    monkeypatch.setattr(module, "place_windows", swapped)


def test_same_padding_of_a_convolution_on_the_wrong_side(monkeypatch: pytest.MonkeyPatch) -> None:
    agree(convolution(padding="same", strides=2))
    swap_borders(tinynet.layers.conv2d, monkeypatch)
    assert_reported(convolution(padding="same", strides=(1, 2)), "y", "dx", "dkernel")


def test_same_padding_of_a_pool_on_the_wrong_side(monkeypatch: pytest.MonkeyPatch) -> None:
    agree(max_pool_rung(X, pool_size=2, padding="same"))
    swap_borders(tinynet.layers.max_pool, monkeypatch)
    assert_reported(max_pool_rung(X, pool_size=2, padding="same"), "y", "dx")


def test_the_last_of_equal_maxima_winning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forward is right, and wherever there are no ties backward is too."""
    backward = MaxPool.backward

    def last_winner(self: MaxPool, dy: Array) -> Array:
        mirrored = MaxPool(self.pool_size, self.strides, self.padding)
        mirrored.build(x.shape[1:], np.random.default_rng(0), x.dtype)
        mirrored.forward(x[:, ::-1, ::-1], keep=True)
        return backward(mirrored, dy[:, ::-1, ::-1])[:, ::-1, ::-1]

    monkeypatch.setattr(MaxPool, "backward", last_winner)
    x = X[:, :6]
    agree(max_pool_rung(x, pool_size=2))
    x = np.zeros_like(x)
    assert_reported(max_pool_rung(x, pool_size=2), "dx")


def test_a_bias_gradient_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    backward = Dense.backward_parameters

    def averaged(self: Dense, dy: Array) -> None:
        backward(self, dy)
        self.bias.grad /= len(dy)

    monkeypatch.setattr(Dense, "backward_parameters", averaged)
    assert_reported(dense_rung(X.reshape(3, -1), 4), "dbias")


def test_a_loss_gradient_off_by_rounding_to_float32() -> None:
    def rounded(outputs: Array, labels: Array) -> tuple[float, Array]:
        loss, gradient = softmax_cross_entropy(outputs, labels)
        return loss, gradient.astype(np.float32).astype(np.float64)

    reference = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert_reported(loss_rung(rounded, reference, X[:, 0, 0], np.array([0, 1, 1])), "gradient")


class EpsilonOf1e8(Adam):
    """Adam with the epsilon of the paper and of PyTorch."""

    def __init__(self) -> None:
        super().__init__(epsilon=1e-8)


class EpsilonInsideTheRoot(Adam):
    """Adam with sqrt(v + epsilon) for sqrt(v) + epsilon."""

    def step(self, value: Array, gradient: Array, rate: float, *slots: Array) -> None:
        m, v = slots
        m += (gradient - m) * (1 - self.beta_1)
        v += (np.square(gradient) - v) * (1 - self.beta_2)
        rate *= math.sqrt(1 - self.beta_2**self.iterations) / (1 - self.beta_1**self.iterations)
        value -= rate * m / np.sqrt(v + self.epsilon)


class EpsilonBeforeTheCorrection(Adam):
    """Adam as the paper's first form has it: epsilon beside the corrected v."""

    def step(self, value: Array, gradient: Array, rate: float, *slots: Array) -> None:
        m, v = slots
        m += (gradient - m) * (1 - self.beta_1)
        v += (np.square(gradient) - v) * (1 - self.beta_2)
        m_hat = m / (1 - self.beta_1**self.iterations)
        v_hat = v / (1 - self.beta_2**self.iterations)
        value -= rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


class RestartedCount(Adam):
    """Adam whose bias correction starts again with every ten steps."""

    def update(self, parameters: Any) -> None:
        self.iterations %= 10
        super().update(parameters)


class NoMomentum(SGD):
    """SGD that forgets its velocity."""

    def step(self, value: Array, gradient: Array, rate: float, *slots: Array) -> None:
        value -= rate * gradient


def steps() -> tuple[list[Array], list[list[Array]]]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=4)], [[rng.normal(size=4)] for _ in range(100)]


@pytest.mark.parametrize(
    "planted", [EpsilonOf1e8, EpsilonInsideTheRoot, EpsilonBeforeTheCorrection, RestartedCount]
)
def test_another_adam(planted: type[Adam]) -> None:
    reference = in_float64(keras.optimizers.Adam())
    assert_reported(optimizer_rung(planted(), reference, *steps()), "parameter 0")


def test_another_sgd() -> None:
    reference = in_float64(keras.optimizers.SGD(0.01, momentum=0.9))
    assert_reported(optimizer_rung(NoMomentum(0.01, 0.9), reference, *steps()), "parameter 0")


def test_another_adam_in_a_whole_network() -> None:
    rng = np.random.default_rng(0)
    training = Training("mlp-small", EpsilonOf1e8(), in_float64(keras.optimizers.Adam()))
    images = rng.integers(0, 256, (8, 28, 28), np.uint8)
    distances, _ = training.step(images, np.arange(8))
    with pytest.raises(AssertionError, match="dense_1"):
        agree(distances)
