"""The losses against their definitions, in numbers and in differences."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinynet.strategies import Array, normal, seeds
from tinynet import cross_entropy, softmax_cross_entropy
from tinynet.gradient_check import numerical_gradient, relative_error

Loss = Callable[[Array, Array], tuple[float, Array]]
batches = st.integers(1, 6)
classes = st.integers(1, 7)


def softmax_definition(logits: Array, targets: Array) -> float:
    """mean_n sum_k -targets[n,k] * log(exp(z[n,k]) / sum_j exp(z[n,j])), one exp at a time."""
    total = 0.0
    for z, t in zip(logits.tolist(), targets.tolist(), strict=True):
        whole = sum(math.exp(value) for value in z)
        total -= sum(
            share * math.log(math.exp(value) / whole) for share, value in zip(t, z, strict=True)
        )
    return total / len(logits)


def clipped_definition(probabilities: Array, targets: Array) -> float:
    """The same of clipped numbers divided by their row's sum."""
    total = 0.0
    for p, t in zip(probabilities.tolist(), targets.tolist(), strict=True):
        q = [min(max(value, 1e-7), 1 - 1e-7) for value in p]
        total -= sum(share * math.log(value / sum(q)) for share, value in zip(t, q, strict=True))
    return total / len(probabilities)


def outputs_for(loss: Loss, batch: int, kinds: int, seed: int) -> Array:
    """Logits of any sign, or numbers between 0 and 1."""
    numbers = normal((batch, kinds), seed)
    return 3 * numbers if loss is softmax_cross_entropy else 1 / (1 + np.exp(-numbers))


def labels_for(batch: int, kinds: int, seed: int) -> Array:
    return np.random.default_rng(seed).integers(0, kinds, batch)


both = pytest.mark.parametrize(
    ("loss", "definition"),
    [(softmax_cross_entropy, softmax_definition), (cross_entropy, clipped_definition)],
    ids=["softmax_cross_entropy", "cross_entropy"],
)


@both
@given(batches, classes, seeds)
def test_integer_labels(loss: Loss, definition: Loss, batch: int, kinds: int, seed: int) -> None:
    outputs, labels = outputs_for(loss, batch, kinds, seed), labels_for(batch, kinds, seed)
    rows = np.eye(kinds)[labels]
    value, gradient = loss(outputs, labels)
    assert value == pytest.approx(definition(outputs, rows), rel=1e-12, abs=1e-14)
    same_value, same_gradient = loss(outputs, rows)
    assert value == same_value
    np.testing.assert_array_equal(gradient, same_gradient)


@both
@given(batches, classes, seeds)
def test_soft_labels(loss: Loss, definition: Loss, batch: int, kinds: int, seed: int) -> None:
    outputs = outputs_for(loss, batch, kinds, seed)
    rows = np.random.default_rng(seed).dirichlet(np.ones(kinds), batch)
    value, _ = loss(outputs, rows)
    assert value == pytest.approx(definition(outputs, rows), rel=1e-12, abs=1e-14)


@both
@given(batches, classes, seeds, st.booleans())
def test_the_gradient_is_the_derivative_of_the_mean(
    loss: Loss, definition: Loss, batch: int, kinds: int, seed: int, soft: bool
) -> None:
    outputs = outputs_for(loss, batch, kinds, seed)
    if loss is cross_entropy:  # a difference is off by h^2 / 3p^3, which near 0 would count
        outputs = 0.5 + outputs / 2
    rows = np.random.default_rng(seed).dirichlet(np.ones(kinds), batch)
    labels = rows if soft else labels_for(batch, kinds, seed)
    _, gradient = loss(outputs, labels)
    numeric = numerical_gradient(lambda: loss(outputs, labels)[0], outputs)
    assert relative_error(gradient, numeric, floor=1e-3).max() < 1e-6


@both
@given(batches, classes, seeds, st.sampled_from([np.float32, np.float64]), st.booleans())
def test_dtype_is_kept_and_nothing_written(
    loss: Loss,
    definition: Loss,
    batch: int,
    kinds: int,
    seed: int,
    dtype: type,
    integers: bool,
) -> None:
    outputs: Array = outputs_for(loss, batch, kinds, seed).astype(dtype)
    labels: Array = labels_for(batch, kinds, seed).astype(np.uint8)
    if not integers:
        labels = np.eye(kinds)[labels]  # float64 rows must not drag float32 outputs along
    outputs.setflags(write=False)
    labels.setflags(write=False)
    value, gradient = loss(outputs, labels)
    assert type(value) is float
    assert gradient.dtype == dtype
    assert gradient.shape == outputs.shape


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits(dtype: type) -> None:
    huge = np.finfo(dtype).max / 4
    logits: Array = np.array([[huge, 0, -huge], [-huge, -huge, -huge], [1e4, -1e4, 1e4]], dtype)
    value, gradient = softmax_cross_entropy(logits, np.array([0, 1, 2]))
    assert value == pytest.approx((0 + math.log(3) + math.log(2)) / 3, rel=1e-6)
    expected = np.array([[0, 0, 0], [1 / 3, -2 / 3, 1 / 3], [0.5, 0, -0.5]]) / 3
    np.testing.assert_allclose(gradient, expected, atol=1e-7)
    value, gradient = softmax_cross_entropy(logits[:1], np.array([2]))
    assert value == pytest.approx(float(2 * huge), rel=1e-6)
    assert gradient.tolist() == [[1, 0, -1]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_clips_and_passes_nothing_back_where_it_did(dtype: type) -> None:
    probabilities: Array = np.array([[0.0, 1.0, 0.5], [-3.0, 0.5, 2.0]], dtype)
    value, gradient = cross_entropy(probabilities, np.array([0, 1]))
    first, second = math.log(1.5 / 1e-7), math.log(1.5 / 0.5)
    assert value == pytest.approx((first + second) / 2, rel=1e-6)
    assert (gradient != 0).tolist() == [[False, False, True], [False, True, False]]
    assert gradient[0, 2] == pytest.approx(1 / 1.5 / 2, rel=1e-6)
    assert gradient[1, 1] == pytest.approx((1 / 1.5 - 1 / 0.5) / 2, rel=1e-6)


@both
def test_an_untrained_guess_costs_log_k(loss: Loss, definition: Loss) -> None:
    value, gradient = loss(np.full((4, 10), 0.1), np.arange(4))
    assert value == pytest.approx(math.log(10))
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-12)


@both
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([0, 3]), "labels must lie in 0..2. Received: 0..3"),
        (np.array([-1, 0]), "labels must lie in 0..2. Received: -1..0"),
        (
            np.array([0, 1, 2]),
            "labels must be integers of shape (2,) or rows of shape (2, 3). "
            "Received: int64 of shape (3,)",
        ),
        (
            np.array([0.0, 1.0]),
            "labels must be integers of shape (2,) or rows of shape (2, 3). "
            "Received: float64 of shape (2,)",
        ),
        (
            np.zeros((2, 1), int),
            "labels must be integers of shape (2,) or rows of shape (2, 3). "
            "Received: int64 of shape (2, 1)",
        ),
        (
            np.array([True, False]),
            "labels must be integers of shape (2,) or rows of shape (2, 3). "
            "Received: bool of shape (2,)",
        ),
    ],
)
def test_wrong_labels(loss: Loss, definition: Loss, labels: Array, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared whole
        loss(np.full((2, 3), 0.5), labels)
    assert str(caught.value) == message


@pytest.mark.parametrize("loss", [softmax_cross_entropy, cross_entropy])
def test_rows_of_labels_may_have_any_sum(loss: Loss) -> None:
    outputs = outputs_for(loss, 3, 4, seed=0)
    rows = np.array([[2.0, 0.5, 0, 0], [0, 0.25, 0, 0], [0.1, 0.2, 0.3, 0.4]])
    _, gradient = loss(outputs, rows)
    numeric = numerical_gradient(lambda: loss(outputs, rows)[0], outputs)
    assert relative_error(gradient, numeric).max() < 1e-6
