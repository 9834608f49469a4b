"""Confidence that means something: of all answers given with 90 %, nine in ten are right.

A network trained to the end is surer than it should be. To mend that, its logits are divided by
one number, the temperature, which is fitted on images that it was not trained on. No answer
changes.
Source: Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks (2017).
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet import ModelFileError, softmax_cross_entropy
from tinynet.types import Array

BINS = 15
COLDEST, HOTTEST = 0.05, 20.0
SETTING = "temperature"  # its name in a model file's settings


@dataclass(frozen=True)
class Reliability:
    """Answers sorted into bins of equal width by confidence; arrays of one number a bin.

    counts      how many answers fell into the bin
    confidence  their mean confidence, NaN in an empty bin
    accuracy    the share of them that was right, NaN in an empty bin
    """

    counts: Array
    confidence: Array
    accuracy: Array

    @property
    def error(self) -> float:
        """The expected calibration error: the mean of |accuracy - confidence| over all answers."""
        filled = self.counts > 0
        gaps = np.abs(self.accuracy - self.confidence)[filled]
        return float((self.counts[filled] * gaps).sum() / self.counts.sum())


def reliability(probabilities: Array, labels: Array, bins: int = BINS) -> Reliability:
    """How sure the answers were, and how often right.  Rows (N, K) that sum to 1; labels (N,)

    Raises ValueError if there are no rows, or not one label for each.
    """
    check(probabilities, labels)
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    counts = np.bincount(places, minlength=bins)
    members = np.where(counts > 0, counts, np.nan)
    return Reliability(
        counts,
        np.bincount(places, confidence, bins) / members,
        np.bincount(places, right, bins) / members,
    )


def expected_calibration_error(probabilities: Array, labels: Array, bins: int = BINS) -> float:
    """The mean distance between confidence and accuracy, bin by bin; errors as `reliability`."""
    return reliability(probabilities, labels, bins).error


def fit_temperature(logits: Array, labels: Array) -> float:
    """The T in [0.05, 20] for which softmax(logits / T) has the least cross-entropy.

    Logits (N, K) and integer labels (N,) of images that the network was not trained on. The loss
    is convex in b = 1/T. So its slope, <dL/d(b*logits), logits>, changes sign once, and bisection
    of log b finds the place. Raises ValueError as `reliability`.
    """
    check(logits, labels)
    scores = logits.astype(np.float64)

    def slope(inverse: float) -> float:
        _, gradient = softmax_cross_entropy(scores * inverse, labels)
        return float(np.sum(gradient * scores))

    low, high = -math.log(HOTTEST), -math.log(COLDEST)
    for _ in range(50):
        middle = (low + high) / 2
        if slope(math.exp(middle)) < 0:
            low = middle
        else:
            high = middle
    return math.exp(-(low + high) / 2)


def temperature_of(settings: Mapping[str, Any], path: str | os.PathLike[str]) -> float:
    """The temperature among a model file's settings, 1 if there is none.

    Raises ModelFileError if it is not a number that `fit_temperature` can return.
    """
    value = settings.get(SETTING, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        wanted = "be a number"
    elif not COLDEST <= value <= HOTTEST:
        wanted = f"lie in [{COLDEST}, {HOTTEST}]"
    else:
        return float(value)
    raise ModelFileError(f"'{path}': the temperature must {wanted}. Received: {value!r}")


def check(rows: Array, labels: Array) -> None:
    """ValueError unless there is at least one row, and one label for each."""
    if rows.ndim != 2 or len(rows) == 0 or labels.shape != rows.shape[:1]:
        raise ValueError(
            f"expected rows (N, K) and labels (N,), at least one. Received: {rows.shape} and "
            f"{labels.shape}"
        )
