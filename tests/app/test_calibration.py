"""Calibration: the measure against a loop, the temperature against what made the data."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_app.reading.calibration import (
    expected_calibration_error,
    fit_temperature,
    reliability,
    temperature_of,
)
from tinynet import ModelFileError, Softmax, softmax_cross_entropy


def answers(temperature: float, seed: int, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from softmax(logits / temperature)."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (count, 10))
    gumbel = rng.gumbel(size=logits.shape)
    return logits.astype(np.float32), (logits / temperature + gumbel).argmax(axis=1)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_finds_the_temperature_that_made_the_labels(temperature: float) -> None:
    logits, labels = answers(temperature, 0)
    found = fit_temperature(logits, labels)
    assert found == pytest.approx(temperature, rel=0.05)
    before = expected_calibration_error(Softmax().forward(logits), labels)
    after = expected_calibration_error(Softmax().forward(logits / found), labels)
    assert after < 0.01
    assert before > 0.05 or temperature == 1


@given(st.integers(0, 99), st.integers(2, 50))
def test_no_other_temperature_is_better(seed: int, count: int) -> None:
    logits, labels = answers(1.5, seed, count)
    best = fit_temperature(logits, labels)

    def loss(temperature: float) -> float:
        return softmax_cross_entropy(logits.astype(float) / temperature, labels)[0]

    others = [best * 1.01, best / 1.01, 1.0, 0.05, 20.0]
    assert all(loss(best) <= loss(t) + 1e-9 for t in others if 0.05 <= t <= 20)


def test_answers_that_are_all_right_stop_at_the_coldest() -> None:
    assert fit_temperature(np.eye(10), np.arange(10)) == pytest.approx(0.05)
    assert fit_temperature(np.eye(10), (np.arange(10) + 1) % 10) == pytest.approx(20)


@given(st.integers(0, 99), st.integers(1, 60), st.integers(1, 20))
def test_the_error_against_a_loop(seed: int, count: int, bins: int) -> None:
    logits, labels = answers(0.7, seed, count)
    probabilities = Softmax().forward(logits.astype(float))
    expected = 0.0
    for k in range(bins):
        members = [n for n in range(count) if k / bins <= probabilities[n].max() < (k + 1) / bins]
        if members:
            confidence = sum(probabilities[n].max() for n in members) / len(members)
            right = sum(probabilities[n].argmax() == labels[n] for n in members) / len(members)
            expected += len(members) / count * abs(right - confidence)
    assert expected_calibration_error(probabilities, labels, bins) == pytest.approx(expected)


def test_full_confidence_is_in_the_last_bin_and_empty_bins_are_nan() -> None:
    found = reliability(np.eye(10), np.zeros(10, int))
    assert found.counts.tolist() == [0] * 14 + [10]
    assert found.confidence[-1] == 1
    assert found.accuracy[-1] == 0.1
    assert np.isnan(found.accuracy[:-1]).all()
    assert found.error == pytest.approx(0.9)


def test_the_temperature_of_a_file_is_checked() -> None:
    assert temperature_of({}, "a") == 1
    assert temperature_of({"temperature": 1.25}, "a") == 1.25
    for wrong in ("1", None, True, [1], math.nan, math.inf, 0, -1, 1e9):
        with pytest.raises(ModelFileError, match="'a': the temperature must"):
            temperature_of({"temperature": wrong}, "a")


@pytest.mark.parametrize("shape", [(0, 10), (3, 10), (10,)])
def test_strict_about_shapes(shape: tuple[int, ...]) -> None:
    rows, labels = np.full(shape, 0.1), np.zeros(0 if shape[0] == 0 else 4, int)
    for function in (fit_temperature, expected_calibration_error):
        with pytest.raises(ValueError, match="at least one"):
            function(rows, labels)
