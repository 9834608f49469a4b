"""How far a measured share may be from the true one: intervals that hold it 95 times in 100."""

import math
from collections.abc import Sequence

import numpy as np

DEVIATIONS = 1.959964  # standard deviations on either side of a normal curve with 95 % between
RESAMPLES = 10_000  # the ends of the interval then move by less than a tenth of a point

Interval = tuple[float, float]


def wilson(right: int, total: int) -> Interval:
    """The interval of a share, for cases that say nothing about one another.

    It also holds for shares of 0 and 1, where the usual "plus or minus" has no width.
    Source: Wilson (1927).
    """
    share, squared = right / total, DEVIATIONS**2
    middle = (share + squared / (2 * total)) / (1 + squared / total)
    half = DEVIATIONS * math.sqrt(share * (1 - share) / total + squared / (4 * total**2))
    half /= 1 + squared / total
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrap(right: Sequence[int], totals: Sequence[int]) -> Interval:
    """The interval of the share over all groups, for cases that are alike within a group.

    Draws as many groups as there are, some of them several times, again and again; the interval
    leaves out the highest and the lowest 2.5 % of the shares. The same groups always give the
    same interval. Source: the cluster bootstrap, Efron and Tibshirani (1993).
    """
    chosen = np.random.default_rng(0).integers(0, len(totals), (RESAMPLES, len(totals)))
    shares = np.asarray(right)[chosen].sum(axis=1) / np.asarray(totals)[chosen].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975]).tolist()
    return low, high
