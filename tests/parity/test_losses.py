"""Second rung: both losses and their gradients, to 1e-12.

Measured over 1,500 drawn batches: 6e-16 or better. Each batch begins with an ordinary example:
the loss of a certain and right answer is 1 - p, of which rounding leaves no 12 digits.
"""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.ladder import agree, loss_rung
from tests.tinynet.strategies import normal, seeds
from tinynet import cross_entropy, softmax_cross_entropy

batches = st.integers(1, 9)
classes = st.integers(2, 12)


def integers(batch: int, classes: int, seed: int) -> np.ndarray:
    return np.random.default_rng([seed, 3]).integers(0, classes, batch)


@given(batches, classes, seeds, st.sampled_from([1.0, 30.0, 1000.0]))
def test_softmax_cross_entropy(batch: int, classes: int, seed: int, scale: float) -> None:
    logits, labels = scale * normal((batch, classes), seed), integers(batch, classes, seed)
    logits[0] /= scale
    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    agree(loss_rung(softmax_cross_entropy, sparse, logits, labels))
    dense = keras.losses.CategoricalCrossentropy(from_logits=True)
    agree(loss_rung(softmax_cross_entropy, dense, logits, np.eye(classes)[labels]))


@given(batches, classes, seeds)
def test_softmax_cross_entropy_of_soft_labels(batch: int, classes: int, seed: int) -> None:
    labels = np.random.default_rng([seed, 4]).dirichlet(np.ones(classes), batch)
    dense = keras.losses.CategoricalCrossentropy(from_logits=True)
    agree(loss_rung(softmax_cross_entropy, dense, normal((batch, classes), seed), labels))


@given(batches, classes, seeds, st.sampled_from([1.0, 10.0, 40.0]))
def test_cross_entropy(batch: int, classes: int, seed: int, scale: float) -> None:
    """Sigmoid outputs; at the larger scales many lie outside the clip at 1e-7 and 1 - 1e-7."""
    outputs = 1 / (1 + np.exp(-scale * normal((batch, classes), seed)))
    outputs[0] = np.linspace(0.2, 0.8, classes)
    sparse = keras.losses.SparseCategoricalCrossentropy()
    agree(loss_rung(cross_entropy, sparse, outputs, integers(batch, classes, seed)))


@pytest.mark.parametrize("value", [0.0, 1e-7, 1 - 1e-7, 1.0])
def test_cross_entropy_at_the_ends_of_the_clip(value: float) -> None:
    outputs = np.array([[value, 0.5, 0.25], [0.5, value, value]])
    sparse = keras.losses.SparseCategoricalCrossentropy()
    agree(loss_rung(cross_entropy, sparse, outputs, np.array([0, 2])))
