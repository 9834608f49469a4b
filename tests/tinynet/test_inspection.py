"""What the page and the tutorials see of a network is what the network computes."""

import copy

import numpy as np
import pytest

from tinynet import (
    SGD,
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool,
    Optimizer,
    ReLU,
    Residual,
    Sequential,
    Snapshot,
    activations,
    gradients,
    in_float64,
    numerical_derivative,
    softmax_cross_entropy,
    train_step,
)
from tinynet.gradient_check import relative_error
from tinynet.types import Array


def small_model(dtype: type = np.float32) -> Sequential:
    layers = [
        Conv2D(3, 3),
        MaxPool(2),
        BatchNormalization(),
        ReLU(),
        Residual(Conv2D(3, 3, padding="same")),
        Flatten(),
        Dropout(0.3),
        Dense(4),
    ]
    return Sequential(layers, (8, 7, 2), seed=1, dtype=dtype)


def pictures(model: Sequential, count: int = 5) -> Array:
    return np.random.default_rng(0).normal(size=(count, *model.input_shape)).astype(model.dtype)


@pytest.mark.parametrize("training", [False, True])
def test_activations_and_gradients_are_those_of_the_whole_pass(training: bool) -> None:
    model = small_model()
    x = pictures(model)
    model.reseed(0)
    outputs = model.forward(x, training, keep=True)
    dy = np.random.default_rng(1).normal(size=outputs.shape).astype(np.float32)
    dx = model.backward(dy)
    grads = {name: p.grad.copy() for name, p in model.parameters().items()}
    model.reseed(0)
    arrays = activations(model, x, training, keep=True)
    slopes = gradients(model, dy)
    assert [a.shape[1:] for a in arrays] == [model.input_shape, *model.output_shapes]
    assert [s.shape for s in slopes] == [a.shape for a in arrays]
    np.testing.assert_array_equal(arrays[0], x)
    np.testing.assert_array_equal(arrays[-1], outputs)
    np.testing.assert_array_equal(slopes[0], dx)
    np.testing.assert_array_equal(slopes[-1], dy)
    for name, parameter in model.parameters().items():
        np.testing.assert_array_equal(parameter.grad, grads[name])


def test_every_gradient_in_between_is_that_of_the_rest_of_the_network() -> None:
    model = small_model(np.float64)
    arrays = activations(model, pictures(model), keep=True)
    labels = np.array([0, 1, 2, 3, 0])
    slopes = gradients(model, softmax_cross_entropy(arrays[-1], labels)[1])

    def loss(outputs: Array) -> float:
        return softmax_cross_entropy(outputs, labels)[0]

    rng, compared = np.random.default_rng(2), 0
    for k in range(len(model.layers)):
        x = arrays[k].copy()
        for _ in range(5):
            index = tuple(int(rng.integers(size)) for size in x.shape)
            slope, smooth = numerical_derivative(model[k:], x, loss, x, index)
            if smooth:
                compared += 1
                assert relative_error(slopes[k][index], slope, 1e-4) < 1e-6
    assert compared > 30


def test_a_kink_is_told() -> None:
    model = Sequential([ReLU()], (2,), dtype=np.float64)
    x = np.array([[0.0, 3.0]])
    for column, expected, exists in ((0, 0.5, False), (1, 1, True)):
        slope, smooth = numerical_derivative(model, x, np.sum, x, (0, column))
        assert slope == pytest.approx(expected)
        assert smooth == exists
    np.testing.assert_array_equal(x, [[0.0, 3.0]])


def test_gradients_need_a_pass_that_keeps() -> None:
    model = small_model()
    outputs = activations(model, pictures(model))[-1]
    with pytest.raises(RuntimeError, match="keep=True"):
        gradients(model, outputs)


def test_the_twin_in_float64_has_the_same_numbers_and_shares_none() -> None:
    model = small_model()
    before = {name: p.value.copy() for name, p in model.parameters().items()}
    twin = in_float64(model)
    assert twin.dtype == np.float64
    x = pictures(model)
    np.testing.assert_allclose(twin.forward(x.astype(np.float64)), model.forward(x), atol=1e-5)
    for name, parameter in twin.parameters().items():
        np.testing.assert_array_equal(parameter.value, before[name])
        parameter.value = np.zeros(parameter.shape)
    for name, parameter in model.parameters().items():
        np.testing.assert_array_equal(parameter.value, before[name])


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.9), Adam(0.01)])
def test_steps_can_be_taken_back_and_taken_again(optimizer: Optimizer) -> None:
    model = small_model()
    x, labels = pictures(model), np.array([0, 1, 2, 3, 0])

    def step() -> None:
        model.reseed(3)
        train_step(model, x, labels, softmax_cross_entropy, optimizer)

    def everything() -> dict[str, Array]:
        values = {name: p.value.copy() for name, p in model.parameters().items()}
        return values | copy.deepcopy(optimizer.state)

    untouched = Snapshot(model, optimizer)
    values = {name: p.value.copy() for name, p in model.parameters().items()}
    step()
    first, snapshot = everything(), Snapshot(model, optimizer)
    step()
    second = everything()
    for _ in range(2):
        snapshot.restore()
        assert optimizer.iterations == 1
        np.testing.assert_equal(everything(), first)
        step()
        assert optimizer.iterations == 2
        np.testing.assert_equal(everything(), second)
    untouched.restore()
    assert (optimizer.iterations, optimizer.state) == (0, {})
    np.testing.assert_equal({n: p.value for n, p in model.parameters().items()}, values)
