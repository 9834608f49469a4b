"""The optimizers against a scalar re-derivation, one number at a time."""

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinynet.strategies import Array, seeds
from tinynet import SGD, Adam, Optimizer, Parameter
from tinynet.initializers import zeros
from tinynet.parameter import allocate, vectors_of

STEPS = 40
SHAPES = {"a.kernel": (2, 3), "a.bias": (3,), "b.kernel": (1, 1, 2, 2)}
rates = st.sampled_from([0.3, 1e-2, 1e-3])
fractions = st.sampled_from([0.0, 0.5, 0.9, 0.999])
kept = st.sampled_from([0.5, 0.9, 0.999])  # with 0, v + (g² - v) has only the digits that v has
decays = st.sampled_from([0.0, 0.1])
scales = st.sampled_from([1e-9, 1e-4, 1.0, 1e3])


def parameters(rng: np.random.Generator, dtype: type = np.float64) -> dict[str, Parameter]:
    """Three parameters with random values."""
    made = {name: Parameter(shape, zeros) for name, shape in SHAPES.items()}
    allocate(made.values(), rng, dtype)
    for parameter in made.values():
        parameter.value[...] = rng.normal(size=parameter.shape)
    return made


def gradients(seed: int, scale: float = 1.0) -> Iterator[dict[str, Array]]:
    """A gradient for every parameter, step after step."""
    rng = np.random.default_rng([seed, 1])
    while True:
        yield {name: scale * rng.normal(size=shape) for name, shape in SHAPES.items()}


def advance(
    optimizer: Optimizer,
    learned: dict[str, Parameter],
    steps: int,
    source: Iterator[dict[str, Array]],
) -> None:
    for _, step in zip(range(steps), source, strict=False):
        for name, parameter in learned.items():
            parameter.grad[...] = step[name]
        optimizer.update(learned)


def compare(
    optimizer: Optimizer, scalar: Callable[[float, list[float]], float], seed: int, scale: float
) -> None:
    """Run the optimizer, and the scalar rule on every entry alone; both must agree."""
    learned = parameters(np.random.default_rng(seed))
    start = {name: parameter.value.copy() for name, parameter in learned.items()}
    advance(optimizer, learned, STEPS, gradients(seed, scale))
    seen = [step for _, step in zip(range(STEPS), gradients(seed, scale), strict=False)]
    for name, parameter in learned.items():
        for index in np.ndindex(parameter.shape):
            alone = scalar(float(start[name][index]), [float(step[name][index]) for step in seen])
            assert parameter.value[index] == pytest.approx(alone, rel=1e-11, abs=1e-13)


@settings(max_examples=30)
@given(rates, fractions, decays, scales, seeds)
def test_sgd(rate: float, momentum: float, decay: float, scale: float, seed: int) -> None:
    def scalar(w: float, steps: list[float]) -> float:
        v = 0.0
        for g in steps:
            w -= rate * decay * w
            v = momentum * v - rate * g
            w = w + v
        return w

    compare(SGD(rate, momentum, decay), scalar, seed, scale)


@settings(max_examples=30)
@given(rates, fractions, kept, st.sampled_from([1e-7, 1e-3]), decays, scales, seeds)
def test_adam(
    rate: float, b1: float, b2: float, epsilon: float, decay: float, scale: float, seed: int
) -> None:
    def scalar(w: float, steps: list[float]) -> float:
        m = v = 0.0
        for t, g in enumerate(steps, start=1):
            w -= rate * decay * w
            m = b1 * m + (1 - b1) * g
            v = b2 * v + (1 - b2) * g * g
            corrected = rate * math.sqrt(1 - b2**t) / (1 - b1**t)
            w -= corrected * m / (math.sqrt(v) + epsilon)
        return w

    compare(Adam(rate, b1, b2, epsilon, decay), scalar, seed, scale)


def test_defaults_are_those_of_keras() -> None:
    assert vars(SGD()) == {**vars(SGD(0.01, momentum=0.0, weight_decay=0.0))}
    adam = Adam()
    assert (adam.learning_rate, adam.beta_1, adam.beta_2) == (0.001, 0.9, 0.999)
    assert (adam.epsilon, adam.weight_decay) == (1e-7, 0.0)


def test_adams_first_step_is_the_learning_rate_whatever_the_gradient() -> None:
    learned = parameters(np.random.default_rng(0))
    before = {name: parameter.value.copy() for name, parameter in learned.items()}
    source = gradients(0, scale=1e3)
    advance(Adam(0.01), learned, 1, source)
    for name, parameter in learned.items():
        moved = before[name] - parameter.value
        np.testing.assert_allclose(moved, 0.01 * np.sign(parameter.grad), rtol=1e-4)


@pytest.mark.parametrize("make", [lambda: SGD(0.1, 0.9), Adam], ids=["SGD", "Adam"])
def test_a_run_resumes_from_its_state(make: Any) -> None:
    whole, halves = (parameters(np.random.default_rng(0)) for _ in range(2))
    advance(make(), whole, 20, gradients(3))
    source, first, second = gradients(3), make(), make()
    advance(first, halves, 7, source)
    second.iterations = first.iterations
    second.state = {name: array.copy() for name, array in first.state.items()}
    advance(second, halves, 13, source)
    for name in whole:
        np.testing.assert_array_equal(halves[name].value, whole[name].value)


@pytest.mark.parametrize("make", [lambda: SGD(0.1, 0.9), Adam], ids=["SGD", "Adam"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_updates_happen_in_place_and_in_the_dtype(make: Any, dtype: type) -> None:
    optimizer, learned = make(), parameters(np.random.default_rng(0), dtype)
    vectors = vectors_of(learned)
    arrays = vectors.values, vectors.grads
    advance(optimizer, learned, 3, gradients(0))
    grads = {name: parameter.grad.copy() for name, parameter in learned.items()}
    state = dict(optimizer.state)
    optimizer.update(learned)
    assert optimizer.iterations == 4
    assert set(state) == set(optimizer.slots)
    assert vectors.values is arrays[0]
    assert vectors.grads is arrays[1]
    for name, parameter in learned.items():
        assert parameter.vectors is vectors
        assert parameter.value.dtype == dtype
        np.testing.assert_array_equal(parameter.grad, grads[name])
    for name, array in optimizer.state.items():
        assert array is state[name]
        assert array.dtype == dtype


@pytest.mark.parametrize("shapes", [SHAPES, {"c.kernel": (13,)}, {"a.kernel": (2, 3)}], ids=str)
def test_an_optimizer_stays_with_its_model(shapes: dict[str, tuple[int, ...]]) -> None:
    """Running arrays of another model mean nothing here, even where they would fit."""
    optimizer, mine = Adam(), parameters(np.random.default_rng(0))
    optimizer.update(mine)
    others = {name: Parameter(shape, zeros) for name, shape in shapes.items()}
    allocate(others.values(), np.random.default_rng(0), np.float64)
    before = {name: parameter.value.copy() for name, parameter in others.items()}
    with pytest.raises(ValueError, match=r"belongs to another model, .* has taken 1 steps; make"):
        optimizer.update(others)
    assert optimizer.iterations == 1
    for name, parameter in others.items():
        np.testing.assert_array_equal(parameter.value, before[name])
    optimizer.update(mine)
    optimizer.update(copy.deepcopy(mine))  # a copy is the same model, elsewhere in memory


def test_an_optimizer_takes_a_whole_model() -> None:
    mine = parameters(np.random.default_rng(0))
    part = {"a.kernel": mine["a.kernel"]}
    with pytest.raises(ValueError, match=r"all parameters of one model.*received a\.kernel\."):
        SGD().update(part)
    with pytest.raises(ValueError, match="all parameters of one model"):
        SGD().update({**mine, "b.kernel": parameters(np.random.default_rng(0))["b.kernel"]})


def test_moving_averages_are_not_learned() -> None:
    moving, learned = Parameter((2,), zeros, trainable=False), Parameter((3,), zeros)
    both = {"norm.mean": moving, "dense.bias": learned}
    allocate(both.values(), np.random.default_rng(0), np.float64)
    moving.value[...], moving.grad[...], learned.grad[...] = 1, (0.25, -1), 1
    optimizer = Adam(0.1, weight_decay=0.1)
    optimizer.update(both)
    assert moving.value.tolist() == [0.75, 2]
    np.testing.assert_allclose(learned.value, -0.1, rtol=1e-5)
    assert {name: array.shape for name, array in optimizer.state.items()} == {"m": (3,), "v": (3,)}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0), "learning_rate must be positive. Received: learning_rate=0"),
        (lambda: Adam(-0.1), "learning_rate must be positive. Received: learning_rate=-0.1"),
        (lambda: Adam(math.nan), "learning_rate must be positive. Received: learning_rate=nan"),
        (lambda: SGD(math.inf), "learning_rate must be positive. Received: learning_rate=inf"),
        (lambda: SGD(momentum=1.0), "momentum must lie in [0, 1). Received: momentum=1.0"),
        (lambda: SGD(momentum=-0.1), "momentum must lie in [0, 1). Received: momentum=-0.1"),
        (lambda: Adam(beta_1=1.0), "beta_1 must lie in [0, 1). Received: beta_1=1.0"),
        (lambda: Adam(beta_2=math.nan), "beta_2 must lie in [0, 1). Received: beta_2=nan"),
        (lambda: Adam(epsilon=0), "epsilon must be positive. Received: epsilon=0"),
        (
            lambda: SGD(weight_decay=-1),
            "weight_decay must not be negative. Received: weight_decay=-1",
        ),
    ],
)
def test_wrong_arguments_are_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared whole
        make()
    assert str(caught.value) == message
