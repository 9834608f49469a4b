"""Third rung: 100 steps of each optimizer on the same gradients, to 1e-12 after every step."""

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.parity.ladder import agree, in_float64, optimizer_rung
from tests.tinynet.strategies import seeds
from tinynet import SGD, Adam

STEPS = 100
rates = st.sampled_from([1e-4, 0.001, 0.01, 0.1])


def gradients(seed: int, scale: float) -> tuple[list[np.ndarray], list[list[np.ndarray]]]:
    """Two parameters and 100 gradients for each, some of whose entries are always zero."""
    rng = np.random.default_rng(seed)
    start = [rng.normal(size=(3, 2)), rng.normal(size=4)]
    steps = [[scale * rng.normal(size=p.shape) for p in start] for _ in range(STEPS)]
    for step in steps:
        step[0][0] = 0
    return start, steps


scales = st.sampled_from([1e-9, 1e-4, 1.0, 1e3])  # the smallest feels Adam's epsilon of 1e-7


few = settings(max_examples=8, phases=[Phase.explicit, Phase.generate])  # a run takes a second


@few
@given(rates, scales, seeds, st.sampled_from([0.0, 0.5, 0.9]))
def test_sgd(rate: float, scale: float, seed: int, momentum: float) -> None:
    reference = in_float64(keras.optimizers.SGD(rate, momentum=momentum))
    agree(optimizer_rung(SGD(rate, momentum), reference, *gradients(seed, scale)))


@few
@given(rates, scales, seeds, st.sampled_from([{}, {"beta_1": 0.5, "beta_2": 0.9}]))
def test_adam(rate: float, scale: float, seed: int, betas: dict[str, Any]) -> None:
    reference = in_float64(keras.optimizers.Adam(rate, **betas))
    agree(optimizer_rung(Adam(rate, **betas), reference, *gradients(seed, scale)))


@pytest.mark.parametrize("epsilon", [1e-3, 1e-10])
def test_adam_with_another_epsilon(epsilon: float) -> None:
    reference = in_float64(keras.optimizers.Adam(epsilon=epsilon))
    agree(optimizer_rung(Adam(epsilon=epsilon), reference, *gradients(0, 1e-4)))


def test_what_keras_loses_by_rounding_its_betas() -> None:
    """Keras as it comes is 1.6e-7 off: it rounds 0.9 and 0.999 to float32 for beta**t.

    Betas that float32 holds exactly leave nothing to round, and then the two agree.
    """
    distances = optimizer_rung(Adam(), keras.optimizers.Adam(), *gradients(0, 1.0))
    assert 1e-8 < max(distances.values()) < 1e-6
    exact = {"beta_1": 0.875, "beta_2": 1 - 2**-10}
    agree(optimizer_rung(Adam(**exact), keras.optimizers.Adam(**exact), *gradients(0, 1.0)))
