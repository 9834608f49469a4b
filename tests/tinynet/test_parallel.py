"""One batch on several threads: the same gradients, and one BLAS thread in each."""

import os
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinynet.strategies import Array, seeds
from tests.tinynet.test_model import cnn
from tinynet import Sequential, cross_entropy, softmax_cross_entropy
from tinynet.layers import BatchNormalization, Dense, Dropout
from tinynet.parallel import (
    DataParallel,
    _controller,
    check_workers,
    count_correct,
    default_workers,
    pool,
    predict,
)


def data(size: int, seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (size, 9, 8, 2), np.uint8), rng.integers(0, 5, size)


def gradients(
    model: Sequential, images: Array, labels: Array, workers: int, **more: Any
) -> tuple[float, int, dict[str, Array]]:
    with pool(workers) as executor:
        parallel = DataParallel(model, softmax_cross_entropy, executor, workers)
        loss, correct = parallel.gradients(images, labels, **more)
    return loss, correct, {name: p.grad.copy() for name, p in model.parameters().items()}


@settings(max_examples=30)
@given(st.integers(1, 9), st.integers(1, 5), seeds)
def test_shares_add_up_to_the_batch(size: int, workers: int, seed: int) -> None:
    model, (images, labels) = cnn(), data(size, seed)
    outputs = model.forward(model.prepare(images), training=True)
    expected_loss, doutputs = softmax_cross_entropy(outputs, labels)
    model.backward(doutputs)
    expected = {name: p.grad.copy() for name, p in model.parameters().items()}
    loss, correct, grads = gradients(model, images, labels, workers)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    assert correct == count_correct(outputs, labels)
    for name, grad in expected.items():
        np.testing.assert_allclose(grads[name], grad, rtol=1e-12, atol=1e-14, err_msg=name)


def test_a_small_batch_forgets_the_large_one_before() -> None:
    model, (images, labels) = cnn(), data(8)
    _, _, expected = gradients(model, images[:2], labels[:2], 4)
    with pool(4) as executor:
        parallel = DataParallel(model, softmax_cross_entropy, executor, 4)
        parallel.gradients(images, labels)
        parallel.gradients(images[:2], labels[:2])
    for name, parameter in model.parameters().items():
        np.testing.assert_array_equal(parameter.grad, expected[name])


def test_replicas_follow_the_model() -> None:
    """Weights changed in place between two batches are what every worker sees."""
    model, (images, labels) = cnn(), data(8)
    with pool(2) as executor:
        parallel = DataParallel(model, softmax_cross_entropy, executor, 2)
        parallel.gradients(images, labels)
        for parameter in model.parameters().values():
            parameter.value *= 0.5
        loss, _ = parallel.gradients(images, labels)
    outputs = model.forward(model.prepare(images))
    assert loss == pytest.approx(softmax_cross_entropy(outputs, labels)[0], rel=1e-12)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_seed_fixes_chance_for_each_worker(workers: int) -> None:
    layers = [Dense(20), BatchNormalization(), Dropout(0.5), Dense(4)]
    model = Sequential(layers, (6,), dtype=np.float64)
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(12, 6)), rng.integers(0, 4, 12)
    first, again, other = (
        gradients(model, x, labels, workers, seed=seed)[2]["dense_2.kernel"] for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_other_losses_are_shared_out_too() -> None:
    model, (images, labels) = cnn(), data(7)
    images = images / 255.0

    def loss(outputs: Array, targets: Array) -> tuple[float, Array]:
        return cross_entropy(np.exp(outputs) / 100, targets)

    with pool(3) as executor:
        value, _ = DataParallel(model, loss, executor, 3).gradients(images, labels)
    assert value == pytest.approx(loss(model.predict(images), labels)[0], rel=1e-12)


def blas_threads() -> list[int]:
    """Of the libraries that were loaded when tinynet looked, so that later ones do not matter."""
    return [lib["num_threads"] for lib in _controller().info() if lib["user_api"] == "blas"]


def test_blas_is_held_to_one_thread_and_released() -> None:
    before = blas_threads()
    assert before
    with pool(2) as executor:
        assert executor.submit(blas_threads).result() == [1] * len(before)
        predict(cnn(), data(200)[0], workers=2)  # as `fit` does with its validation images
        assert blas_threads() == [1] * len(before)
    assert blas_threads() == before
    with pytest.raises(KeyError), pool(2):
        raise KeyError
    assert blas_threads() == before


def test_an_error_in_a_worker_reaches_the_caller() -> None:
    images, labels = data(8)
    labels[7] = 5
    with pytest.raises(ValueError, match=r"labels must lie in 0\.\.4"):
        gradients(cnn(), images, labels, 2)


def test_workers() -> None:
    assert check_workers(None) == default_workers() >= 1
    assert check_workers(3) == 3
    if hasattr(os, "sched_getaffinity"):
        assert default_workers() == len(os.sched_getaffinity(0))
    with pytest.raises(ValueError, match=r"^workers must be at least 1\. Received: workers=-1$"):
        check_workers(-1)
    with pytest.raises(ValueError, match=r"workers=0$"):
        predict(cnn(), data(2)[0], workers=0)


def test_count_correct() -> None:
    outputs = np.array([[0.1, 0.9], [0.8, 0.2], [0.5, 0.5]])
    assert count_correct(outputs, np.array([1, 1, 0])) == 2
    assert count_correct(outputs, np.array([[0, 1], [1, 0], [0.3, 0.7]])) == 2
