"""Intervals of measured shares, against published values and a plain loop."""

import numpy as np
import pytest

from mnist_app.reading.intervals import bootstrap, wilson


@pytest.mark.parametrize(
    ("right", "total", "interval"),
    [  # worked out with a table of the formula
        (0, 10, (0.0, 0.2775)),
        (10, 10, (0.7225, 1.0)),
        (201, 203, (0.9648, 0.9973)),
        (1, 2, (0.0945, 0.9055)),
    ],
)
def test_wilson_s_interval(right: int, total: int, interval: tuple[float, float]) -> None:
    assert wilson(right, total) == pytest.approx(interval, abs=1e-4)


def test_the_bootstrap_is_wider_where_sources_differ() -> None:
    alike, apart = bootstrap([9] * 20, [10] * 20), bootstrap([8, 10] * 10, [10] * 20)
    assert alike == (0.9, 0.9)
    assert apart[0] < 0.87 < 0.93 < apart[1]
    assert bootstrap([8, 10] * 10, [10] * 20) == apart


def test_the_bootstrap_has_the_spread_of_the_mean() -> None:
    """For many sources of the same size, 1.96 standard errors on either side."""
    right = np.random.default_rng(1).binomial(20, 0.8, 200)
    low, high = bootstrap(right.tolist(), [20] * 200)
    half = 1.96 * right.std() / 20 / np.sqrt(200)
    assert high - low == pytest.approx(2 * half, rel=0.05)
    assert (high + low) / 2 == pytest.approx(right.mean() / 20, abs=0.005)
