"""One batch on several workers: the same gradients, and one BLAS thread in each."""

import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinynet.workers
from tests.tinynet.strategies import Array, seeds
from tests.tinynet.test_model import cnn
from tinynet import (
    SGD,
    Adam,
    BatchNormalization,
    CosineDecay,
    Dense,
    Dropout,
    Optimizer,
    ReLU,
    Sequential,
    cross_entropy,
    softmax_cross_entropy,
    train_step,
)
from tinynet.losses import Loss, count_correct
from tinynet.parameter import Vectors, vectors_of
from tinynet.workers import (
    Workers,
    _controller,
    check_workers,
    default_workers,
    one_blas_thread,
    predict,
)

ROOT = Path(__file__).parent.parent.parent


def data(size: int, seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (size, 9, 8, 2), np.uint8), rng.integers(0, 5, size)


class Still(Optimizer):
    """Changes nothing, so that only gradients remain of a step."""

    def __init__(self) -> None:
        super().__init__(1.0, 0.0)

    def change(self, vectors: Vectors, entries: slice) -> None:
        pass


def team(
    model: Sequential,
    workers: int,
    optimizer: Optimizer | None = None,
    loss: Loss = softmax_cross_entropy,
) -> Workers:
    return Workers(train_step, model, loss, optimizer or Still(), workers)


def steps(
    model: Sequential, x: Array, labels: Array, workers: int, optimizer: Optimizer
) -> list[float]:
    """The losses of one step for each batch."""
    with team(model, workers, optimizer) as several:
        return [several.step(*batch)[0] for batch in zip(x, labels, strict=True)]


def gradients(
    model: Sequential, images: Array, labels: Array, workers: int, **more: Any
) -> tuple[float, int, dict[str, Array]]:
    with team(model, workers) as workers_of_model:
        loss, correct = workers_of_model.step(images, labels, **more)
    return loss, correct, {name: p.grad.copy() for name, p in model.parameters().items()}


@settings(max_examples=30)
@given(st.integers(1, 9), st.integers(1, 5), seeds)
def test_shares_add_up_to_the_batch(size: int, workers: int, seed: int) -> None:
    model, (images, labels) = cnn(), data(size, seed)
    outputs = model.forward(model.prepare(images), training=True, keep=True)
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
    with team(model, 4) as four:
        four.step(images, labels)
        four.step(images[:2], labels[:2])
    for name, parameter in model.parameters().items():
        np.testing.assert_array_equal(parameter.grad, expected[name])


def test_replicas_follow_the_model() -> None:
    """Weights changed in place between two batches are what every worker sees."""
    model, (images, labels) = cnn(), data(8)
    with team(model, 2) as two:
        two.step(images, labels)
        for parameter in model.parameters().values():
            parameter.value *= 0.5
        loss, _ = two.step(images, labels)
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


@settings(max_examples=20)
@given(st.integers(1, 4), st.booleans(), st.sampled_from([1, 30, 10**6]), seeds)
def test_steps_side_by_side_are_steps(
    workers: int, adam: bool, worth_a_worker: int, seed: int
) -> None:
    """Equal to `train_step` in one thread, with a schedule and weight decay, over three steps."""

    def made() -> tuple[Sequential, Optimizer]:
        model = Sequential([Dense(7), ReLU(), Dense(3)], (5,), seed=seed, dtype=np.float64)
        return model, (Adam if adam else SGD)(CosineDecay(0.1, 4), weight_decay=0.1)

    rng = np.random.default_rng(seed)
    x, labels = rng.normal(size=(3, 8, 5)), rng.integers(0, 3, (3, 8))
    (alone, its), (shared, theirs) = made(), made()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tinynet.workers, "WORTH_A_WORKER", worth_a_worker)
        losses = steps(shared, x, labels, workers, theirs)
    for images, answers, loss in zip(x, labels, losses, strict=True):
        expected, _ = train_step(alone, images, answers, softmax_cross_entropy, its)
        assert loss == pytest.approx(expected, rel=1e-12)
    assert its.iterations == theirs.iterations == 3
    for name, parameter in alone.parameters().items():
        found = shared.parameters()[name].value
        np.testing.assert_allclose(found, parameter.value, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_moving_averages_follow_the_mean_of_the_shares(workers: int) -> None:
    model = Sequential([BatchNormalization(momentum=0.0), Dense(2)], (3,), dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(7, 3))
    with team(model, workers, SGD(0.1)) as several:
        several.step(x, np.zeros(7, int))
    shares = np.array_split(x, workers)
    expected = sum(len(share) / 7 * share.mean(axis=0) for share in shares)
    moving = model.parameters()["batch_normalization_1.moving_mean"].value
    np.testing.assert_allclose(moving, expected, rtol=1e-12)


def test_a_network_without_parameters_has_nothing_to_update() -> None:
    model = Sequential([ReLU()], (3,))
    with team(model, 2, Adam()) as two:
        two.step(np.ones((4, 3), np.float32), np.zeros(4, int))


PAGE_FAULTS = """
import resource, sys
import numpy as np
from tinynet.workers import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
np.ones(2**20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(2**20), np.ones(2**20)  # 8 MB each
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="how glibc handles freed memory")
def test_freed_memory_is_kept() -> None:
    def page_faults(how: str) -> int:
        command = [sys.executable, "-c", PAGE_FAULTS, how]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        return int(done.stdout)

    assert page_faults("keep") < page_faults("give back") / 4


def test_other_losses_are_shared_out_too() -> None:
    model, (images, labels) = cnn(), data(7)
    images = images / 255.0

    def loss(outputs: Array, targets: Array) -> tuple[float, Array]:
        return cross_entropy(np.exp(outputs) / 100, targets)

    with team(model, 3, loss=loss) as three:
        value, _ = three.step(images, labels)
    assert value == pytest.approx(loss(model.predict(images), labels)[0], rel=1e-12)


def blas_threads() -> list[int]:
    """Of the libraries that were loaded when tinynet looked, so that later ones do not matter."""
    return [lib["num_threads"] for lib in _controller().info() if lib["user_api"] == "blas"]


def test_blas_is_held_to_one_thread_and_released() -> None:
    before = blas_threads()
    assert before
    with one_blas_thread():
        assert blas_threads() == [1] * len(before)
        predict(cnn(), data(200)[0], workers=2)  # as `fit` does with its validation images
        assert blas_threads() == [1] * len(before)
    assert blas_threads() == before
    first, second = one_blas_thread(), one_blas_thread()
    for limit in (first, second):
        limit.__enter__()
    first.__exit__(None, None, None)
    assert blas_threads() == [1] * len(before)
    second.__exit__(None, None, None)
    assert blas_threads() == before
    with pytest.raises(KeyError), one_blas_thread():
        raise KeyError
    assert blas_threads() == before


def test_an_error_in_a_worker_reaches_the_caller() -> None:
    images, labels = data(8)
    labels[7] = 5
    model, optimizer = cnn(), Adam()
    before = vectors_of(model.parameters()).values.copy()
    for workers in (1, 2, 3):
        with pytest.raises(ValueError, match=r"labels must lie in 0\.\.4"):  # noqa: SIM117
            with team(model, workers, optimizer) as several:
                several.step(images, labels)
    assert optimizer.iterations == 0
    np.testing.assert_array_equal(vectors_of(model.parameters()).values, before)


@pytest.mark.parametrize("worker", [0, 1, 2])
def test_whoever_fails_the_others_stop_and_the_next_step_works(worker: int) -> None:
    """Nobody waits forever for the one who failed, and its error is the one that is shown."""
    model, (images, labels) = cnn(), data(9)

    def loss(outputs: Array, targets: Array) -> tuple[float, Array]:
        if 3 in targets:
            raise ZeroDivisionError("made up")
        return softmax_cross_entropy(outputs, targets)

    labels[...] = 1
    wrong = labels.copy()
    wrong[3 * worker] = 3
    optimizer = SGD(0.1)
    with team(model, 3, optimizer, loss) as three:
        with pytest.raises(ZeroDivisionError, match="made up"):
            three.step(images, wrong)
        assert optimizer.iterations == 0
        value, _ = three.step(images, labels)
    assert np.isfinite(value)
    assert optimizer.iterations == 1


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
