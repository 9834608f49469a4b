"""The training loop: what it visits, what it reports, and that it is the same run every time."""

import json
import math
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinynet.helpers
from tests.tinynet.strategies import Array, seeds
from tinynet import (
    SGD,
    Adam,
    Conv2D,
    Dense,
    Epoch,
    Flatten,
    History,
    MaxPool,
    Progress,
    ReLU,
    Sequential,
    Sigmoid,
    batches,
    cross_entropy,
    evaluate,
    fit,
    load_model,
    predict,
    save_model,
    softmax_cross_entropy,
    train_step,
)
from tinynet.layers import BatchNormalization, Dropout

IMAGES = np.random.default_rng(0).integers(0, 256, (53, 8, 7), np.uint8)
LABELS = np.random.default_rng(1).integers(0, 4, 53)
STILL = 1e-300  # a learning rate that leaves every weight where it is


def network(dtype: type = np.float32, seed: int = 0, outputs: int = 4) -> Sequential:
    return Sequential(
        [Conv2D(3, 3), ReLU(), MaxPool(2), Flatten(), Dense(8), ReLU(), Dense(outputs)],
        input_shape=(8, 7, 1),
        seed=seed,
        dtype=dtype,
    )


def random_network() -> Sequential:
    """One in which chance and moving averages have a part."""
    return Sequential(
        [Conv2D(3, 3), BatchNormalization(), ReLU(), Flatten(), Dropout(0.3), Dense(4)],
        input_shape=(8, 7, 1),
    )


def weights(model: Sequential) -> dict[str, Array]:
    return {name: parameter.value.copy() for name, parameter in model.parameters().items()}


def assert_same(a: Sequential, b: Sequential) -> None:
    for name, value in weights(a).items():
        np.testing.assert_array_equal(value, b.parameters()[name].value, err_msg=name)


@given(st.integers(0, 40), st.integers(1, 45), seeds)
def test_batches_cover_everything_once(size: int, batch_size: int, seed: int) -> None:
    parts = list(batches(size, batch_size, np.random.default_rng(seed)))
    assert sorted(index for part in parts for index in part.tolist()) == list(range(size))
    assert all(len(part) == batch_size for part in parts[:-1])
    assert len(parts) == math.ceil(size / batch_size)
    again = list(batches(size, batch_size, np.random.default_rng(seed)))
    assert [part.tolist() for part in parts] == [part.tolist() for part in again]


def test_batches_without_a_generator_are_in_order() -> None:
    assert [part.tolist() for part in batches(5, 2, None)] == [[0, 1], [2, 3], [4]]


def test_every_epoch_is_shuffled_anew() -> None:
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(batches(50, 8, rng))) for _ in range(2))
    assert not np.array_equal(first, np.arange(50))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("batch_size", [53, 20, 52, 1, 1000])
def test_means_are_weighted_by_the_batch(batch_size: int) -> None:
    """With weights that stand still, an epoch's means are those of all images."""
    model = network(np.float64)
    history = fit(model, IMAGES, LABELS, batch_size=batch_size, optimizer=SGD(STILL))
    loss, accuracy = evaluate(model, IMAGES, LABELS)
    assert history.epochs[0].loss == pytest.approx(loss, rel=1e-12)
    assert history.epochs[0].accuracy == pytest.approx(accuracy, rel=1e-12)


def test_the_short_last_batch_is_trained_on() -> None:
    optimizer = Adam()
    fit(network(), IMAGES, LABELS, batch_size=20, epochs=2, optimizer=optimizer)
    assert optimizer.iterations == 2 * 3


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("make", [network, random_network])
def test_the_same_seed_gives_the_same_bits(make: Any, workers: int) -> None:
    models = make(), make()
    histories = [
        fit(
            m, IMAGES, LABELS, epochs=3, batch_size=16, workers=workers, validation=(IMAGES, LABELS)
        )
        for m in models
    ]
    assert_same(*models)
    first, second = ([{**row, "seconds": 0} for row in history.rows()] for history in histories)
    assert first == second


def test_another_seed_gives_another_run() -> None:
    one, two = network(), network()
    fit(one, IMAGES, LABELS, batch_size=16, rng=np.random.default_rng(1))
    fit(two, IMAGES, LABELS, batch_size=16, rng=np.random.default_rng(2))
    assert not np.array_equal(
        one.parameters()["dense_2.bias"].value, two.parameters()["dense_2.bias"].value
    )


@pytest.mark.parametrize("workers", [2, 3, 5])
def test_the_number_of_workers_changes_only_the_rounding(workers: int) -> None:
    alone, shared = network(np.float64), network(np.float64)
    arguments: dict[str, Any] = {"epochs": 3, "batch_size": 13, "optimizer": None}
    expected = fit(alone, IMAGES, LABELS, workers=1, **arguments)
    actual = fit(shared, IMAGES, LABELS, workers=workers, **arguments)
    for name, value in weights(alone).items():
        np.testing.assert_allclose(
            shared.parameters()[name].value, value, rtol=1e-12, atol=1e-12, err_msg=name
        )
    for a, b in zip(expected.epochs, actual.epochs, strict=True):
        assert b.loss == pytest.approx(a.loss, rel=1e-12)
        assert b.accuracy == a.accuracy


@pytest.mark.parametrize("make", [network, random_network])
@pytest.mark.parametrize("optimizer", [Adam, lambda: SGD(0.05, momentum=0.9)])
def test_a_continued_run_is_the_uninterrupted_one(
    make: Any, optimizer: Any, tmp_path: Path
) -> None:
    """Model, optimizer, generator and history through a file and JSON, as a checkpoint does it."""
    arguments: dict[str, Any] = {"batch_size": 16, "workers": 2}
    whole, rng, opt = make(), np.random.default_rng(7), optimizer()
    expected = fit(whole, IMAGES, LABELS, epochs=5, rng=rng, optimizer=opt, **arguments)

    part, rng, opt = make(), np.random.default_rng(7), optimizer()
    half = fit(part, IMAGES, LABELS, epochs=2, rng=rng, optimizer=opt, **arguments)
    save_model(part, tmp_path / "half.safetensors", {"rng": rng.bit_generator.state})

    resumed, settings = load_model(tmp_path / "half.safetensors")
    new_rng, new_opt = np.random.default_rng(), optimizer()
    new_rng.bit_generator.state = settings["rng"]
    new_opt.iterations = opt.iterations
    new_opt.state = {name: array.copy() for name, array in opt.state.items()}
    history = History([Epoch(**row) for row in json.loads(json.dumps(half.rows()))])
    actual = fit(
        resumed,
        IMAGES,
        LABELS,
        epochs=5,
        rng=new_rng,
        optimizer=new_opt,
        history=history,
        **arguments,
    )
    assert actual is history
    assert [e.epoch for e in actual.epochs] == [1, 2, 3, 4, 5]
    assert [(e.loss, e.accuracy) for e in actual.epochs] == [
        (e.loss, e.accuracy) for e in expected.epochs
    ]
    assert_same(resumed, whole)


def test_a_finished_history_is_left_alone() -> None:
    model, history = network(), History([Epoch(1, 0.5, 0.5)])
    before = weights(model)
    assert fit(model, IMAGES, LABELS, epochs=1, history=history) is history
    assert len(history.epochs) == 1
    np.testing.assert_array_equal(before["dense_1.kernel"], weights(model)["dense_1.kernel"])


@pytest.mark.parametrize(
    ("loss", "labels"),
    [
        (softmax_cross_entropy, LABELS[:20]),
        (softmax_cross_entropy, np.eye(4)[LABELS[:20]]),
        (softmax_cross_entropy, LABELS[:20].astype(np.uint8)),
    ],
    ids=["integers", "rows", "bytes"],
)
def test_it_can_learn_twenty_images_by_heart(loss: Any, labels: Array) -> None:
    model = network()
    history = fit(
        model, IMAGES[:20], labels, epochs=150, batch_size=8, optimizer=Adam(0.01), loss=loss
    )
    assert history.epochs[-1].loss < 0.01
    mean_loss, accuracy = evaluate(model, IMAGES[:20], labels)
    assert mean_loss == pytest.approx(0, abs=0.01)
    assert accuracy == 1.0


def test_sigmoid_outputs_learn_by_heart_with_cross_entropy() -> None:
    model = network()
    model = Sequential([*model.layers, Sigmoid()], model.input_shape)
    history = fit(
        model, IMAGES[:20], LABELS[:20], epochs=200, optimizer=Adam(0.01), loss=cross_entropy
    )
    assert history.epochs[-1].loss < 0.01


def test_evaluate_is_the_direct_computation() -> None:
    model = network(np.float64)
    outputs = model.forward(model.prepare(IMAGES))
    expected, _ = softmax_cross_entropy(outputs, LABELS)
    right = sum(int(row.argmax()) == label for row, label in zip(outputs, LABELS, strict=True))
    for labels in (LABELS, np.eye(4)[LABELS]):
        loss, accuracy = evaluate(model, IMAGES, labels)
        assert loss == pytest.approx(expected, rel=1e-12)
        assert accuracy == right / 53


def test_validation_is_measured_after_each_epoch() -> None:
    model, seen = network(np.float64), []

    def measure(history: History) -> None:
        epoch = history.epochs[-1]
        assert (epoch.val_loss, epoch.val_accuracy) == evaluate(model, IMAGES[40:], LABELS[40:])
        seen.append(epoch.val_loss)

    validation = (IMAGES[40:], LABELS[40:])
    fit(model, IMAGES[:40], LABELS[:40], epochs=3, validation=validation, on_epoch=measure)
    assert len(set(seen)) == 3


def test_callbacks_come_in_order_and_agree() -> None:
    events: list[Any] = []
    history = fit(
        network(),
        IMAGES,
        LABELS,
        epochs=2,
        batch_size=20,
        on_batch=events.append,
        on_epoch=lambda h: events.append(h.epochs[-1]),
    )
    assert [(type(e), e.epoch) for e in events] == [
        *[(Progress, 1)] * 3,
        (Epoch, 1),
        *[(Progress, 2)] * 3,
        (Epoch, 2),
    ]
    assert [(e.done, e.total) for e in events[:3]] == [(20, 53), (40, 53), (53, 53)]
    assert (events[2].loss, events[2].accuracy) == (events[3].loss, events[3].accuracy)
    assert history.epochs == [events[3], events[7]]
    assert all(e.seconds > 0 and e.val_loss is None for e in history.epochs)


def test_augmentation_feeds_the_network_and_not_the_arrays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tinynet.helpers, "can_fork", lambda: False)  # threads share `seen`
    images, seen = IMAGES.copy(), []

    def blank(batch: Array, rng: np.random.Generator) -> Array:
        seen.append((batch.shape, rng.integers(2**62)))
        return np.zeros_like(batch)

    model = network(np.float64)
    history = fit(
        model,
        images,
        LABELS,
        epochs=2,
        batch_size=53,
        workers=2,
        augment=blank,
        optimizer=SGD(STILL),
    )
    expected, _ = evaluate(model, np.zeros_like(images), LABELS)
    assert history.epochs[0].loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_array_equal(images, IMAGES)
    assert sorted(shape for shape, _ in seen) == [(26, 8, 7)] * 2 + [(27, 8, 7)] * 2
    assert len({number for _, number in seen}) == 4


def test_every_batch_draws_anew() -> None:
    """Another seed for each batch: not one mask, or one distortion, for a whole epoch."""
    drawn: list[int] = []

    def record(batch: Array, rng: np.random.Generator) -> Array:
        drawn.append(int(rng.integers(2**62)))
        return batch

    fit(network(), IMAGES, LABELS, batch_size=10, workers=1, augment=record, epochs=2)
    assert len(set(drawn)) == len(drawn) == 2 * 6


def test_the_validation_loss_is_the_loss_that_is_trained() -> None:
    def twice(outputs: Array, labels: Array) -> tuple[float, Array]:
        loss, doutputs = softmax_cross_entropy(outputs, labels)
        return 2 * loss, 2 * doutputs

    def last(loss: Any) -> Epoch:
        data = (IMAGES, LABELS)
        still = SGD(STILL)
        return fit(network(), *data, optimizer=still, loss=loss, validation=data).epochs[-1]

    plain, doubled = last(softmax_cross_entropy), last(twice)
    assert plain.val_loss is not None
    assert doubled.val_loss == pytest.approx(2 * plain.val_loss, rel=1e-6)
    assert doubled.loss == pytest.approx(2 * plain.loss, rel=1e-6)
    assert doubled.val_accuracy == plain.val_accuracy


def test_a_step_is_outputs_loss_backward_update() -> None:
    """`train_step` against the same four by hand, plain gradient descent."""
    model = network(np.float64)
    x = model.prepare(IMAGES)
    outputs = model.forward(x, training=True, keep=True)
    loss, doutputs = softmax_cross_entropy(outputs, LABELS)
    model.backward(doutputs)
    expected = {n: p.value - 0.5 * p.grad for n, p in model.parameters().items()}
    found, seen = train_step(model, IMAGES, LABELS, softmax_cross_entropy, SGD(0.5))
    assert found == loss
    np.testing.assert_array_equal(seen, outputs)
    for name, parameter in model.parameters().items():
        np.testing.assert_allclose(parameter.value, expected[name], rtol=1e-12, err_msg=name)


def test_best_is_the_highest_accuracy_then_the_lowest_loss_then_the_first() -> None:
    assert History([Epoch(1, 0.5, 0.8), Epoch(2, 0.6, 0.9), Epoch(3, 0.1, 0.7)]).best().epoch == 2
    validated = [
        Epoch(1, 0.1, 1.0, val_loss=0.3, val_accuracy=0.90),
        Epoch(2, 0.9, 0.1, val_loss=0.5, val_accuracy=0.95),
        Epoch(3, 0.9, 0.1, val_loss=0.4, val_accuracy=0.95),
        Epoch(4, 0.1, 1.0, val_loss=0.4, val_accuracy=0.95),
    ]
    assert History(validated).best().epoch == 3


def test_rows_are_ready_for_a_table() -> None:
    (row,) = History([Epoch(1, 0.5, 0.8, seconds=2.0)]).rows()
    assert row == {
        "epoch": 1,
        "loss": 0.5,
        "accuracy": 0.8,
        "val_loss": None,
        "val_accuracy": None,
        "seconds": 2.0,
    }


def test_memory_does_not_grow() -> None:
    model, sizes = network(), []
    images, labels = np.tile(IMAGES, (8, 1, 1)), np.tile(LABELS, 8)
    tracemalloc.start()
    fit(
        model,
        images,
        labels,
        epochs=5,
        workers=2,
        on_epoch=lambda _: sizes.append(tracemalloc.get_traced_memory()[0]),
    )
    tracemalloc.stop()
    assert sizes[-1] - sizes[1] < 20_000  # one batch's caches alone take 10 times that


def test_predicting_takes_the_memory_of_a_few_images() -> None:
    model = network()
    peaks = []
    for count in (64, 64 * 20):
        images = np.zeros((count, 8, 7), np.uint8)
        tracemalloc.start()
        outputs = predict(model, images, workers=1)
        peaks.append(tracemalloc.get_traced_memory()[1] - outputs.nbytes)
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


EMPTY = np.zeros((0, 8, 7), np.uint8)


@pytest.mark.parametrize(
    ("images", "labels", "more", "message"),
    [
        (
            EMPTY,
            LABELS[:0],
            {},
            "expected as many labels as images, and at least one. Received: 0 images, 0 labels",
        ),
        (
            IMAGES,
            LABELS[:50],
            {},
            "expected as many labels as images, and at least one. Received: 53 images, 50 labels",
        ),
        (
            IMAGES,
            LABELS,
            {"validation": (IMAGES, LABELS[:3])},
            "expected as many labels as images, and at least one. Received: 53 images, 3 labels",
        ),
        (
            IMAGES,
            LABELS,
            {"batch_size": 0},
            "batch_size must be at least 1. Received: batch_size=0",
        ),
        (IMAGES, LABELS, {"workers": 0}, "workers must be at least 1. Received: workers=0"),
        (IMAGES, np.full(53, 4), {}, "labels must lie in 0..3. Received: 4..4"),
        (
            IMAGES[:, :5],
            LABELS,
            {"workers": 1},
            "the model expects inputs of shape (N, 8, 7, 1). Received: (53, 5, 7, 1)",
        ),
    ],
)
def test_errors_come_before_anything_changes(
    images: Array, labels: Array, more: dict[str, Any], message: str
) -> None:
    model, optimizer, history = network(), Adam(), History()
    before = weights(model)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared whole
        fit(model, images, labels, optimizer=optimizer, history=history, **more)
    assert str(caught.value) == message
    assert (optimizer.iterations, history.epochs) == (0, [])
    for name, value in weights(model).items():
        np.testing.assert_array_equal(value, before[name])


def test_evaluate_refuses_the_same() -> None:
    with pytest.raises(ValueError, match="Received: 0 images, 0 labels"):
        evaluate(network(), EMPTY, LABELS[:0])
    with pytest.raises(ValueError, match="Received: 53 images, 2 labels"):
        evaluate(network(), IMAGES, LABELS[:2])


def test_an_interruption_comes_through_and_the_model_stays_usable() -> None:
    def interrupt(progress: Progress) -> None:
        if progress.done > 20:
            raise KeyboardInterrupt

    model, history = network(), History()
    with pytest.raises(KeyboardInterrupt):
        fit(model, IMAGES, LABELS, batch_size=16, history=history, on_batch=interrupt)
    assert history.epochs == []
    assert np.isfinite(evaluate(model, IMAGES, LABELS)[0])
