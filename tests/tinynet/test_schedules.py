"""Learning-rate schedules, and weight decay, in the optimizers that use them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinynet import SGD, Adam, CosineDecay, Parameter
from tinynet.initializers import zeros
from tinynet.parameter import allocate


def parameter(value: float, grad: float) -> Parameter:
    made = Parameter((1,), zeros)
    allocate([made], np.random.default_rng(0), np.float64)
    made.value[...], made.grad[...] = value, grad
    return made


@given(st.floats(1e-6, 10), st.integers(1, 1000), st.integers(0, 100))
def test_the_shape_of_cosine_decay(peak: float, decay_steps: int, warmup_steps: int) -> None:
    schedule = CosineDecay(peak, decay_steps, warmup_steps)
    rates = [schedule(step) for step in range(warmup_steps + decay_steps + 3)]
    assert rates[warmup_steps] == peak == max(rates)
    assert rates[-3:] == pytest.approx([0, 0, 0], abs=1e-15)
    assert rates[: warmup_steps + 1] == sorted(rates[: warmup_steps + 1])
    assert rates[warmup_steps:] == sorted(rates[warmup_steps:], reverse=True)
    middle = warmup_steps + decay_steps / 2
    assert schedule(middle) == pytest.approx(peak / 2)  # type: ignore[arg-type]
    if warmup_steps:
        assert rates[0] == 0
        assert rates[1] == pytest.approx(peak / warmup_steps)


@pytest.mark.parametrize("optimizer_class", [SGD, Adam])
def test_the_optimizer_asks_for_the_steps_taken_so_far(optimizer_class: type) -> None:
    asked: list[int] = []

    def schedule(step: int) -> float:
        asked.append(step)
        return 0.1 / (step + 1)

    scheduled, stepwise = optimizer_class(schedule), optimizer_class(1.0)
    one, other = parameter(1.0, 0.5), parameter(1.0, 0.5)
    for step in range(5):
        scheduled.update({"a": one})
        stepwise.learning_rate = 0.1 / (step + 1)
        stepwise.update({"a": other})
        assert np.array_equal(one.value, other.value)
    assert asked == [0, 1, 2, 3, 4]


@given(st.floats(0, 0.5), st.floats(0.01, 0.5), st.sampled_from([SGD, Adam]))
def test_weight_decay_is_apart_from_the_gradient(
    decay: float, rate: float, optimizer_class: type
) -> None:
    """Each step first shrinks the value; momentum and m, v never see the decay."""
    decayed, plain = optimizer_class(rate, weight_decay=decay), optimizer_class(rate)
    one, other = parameter(3.0, 0.0), parameter(0.0, 0.0)
    expected = 3.0
    for step in range(4):
        one.grad[...] = other.grad[...] = math.cos(step)
        before = float(other.value[0])
        decayed.update({"a": one})
        plain.update({"a": other})
        expected = expected * (1 - rate * decay) + float(other.value[0]) - before
        assert one.value[0] == pytest.approx(expected, rel=1e-12)
    assert all(np.array_equal(decayed.state[name], plain.state[name]) for name in plain.state)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CosineDecay(0.0, 10), "peak must be positive"),
        (lambda: CosineDecay(float("nan"), 10), "peak must be positive"),
        (lambda: CosineDecay(0.1, 0), "decay_steps must be at least 1"),
        (lambda: CosineDecay(0.1, 10, -1), "warmup_steps at least 0"),
        (lambda: Adam(weight_decay=-1), "weight_decay must not be negative"),
        (lambda: SGD(weight_decay=float("nan")), "weight_decay must not be negative"),
    ],
)
def test_strict_arguments(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        make()
