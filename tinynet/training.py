"""The training step, and the loop around it."""

import time
from collections.abc import Callable, Iterator

import numpy as np

from tinynet.history import Epoch, History, Progress
from tinynet.losses import Loss, count_correct, softmax_cross_entropy
from tinynet.model import Sequential
from tinynet.optimizers import Adam, Optimizer
from tinynet.types import Array
from tinynet.workers import Augment, Workers, check_workers, predict


def train_step(
    model: Sequential, images: Array, labels: Array, loss: Loss, optimizer: Optimizer
) -> tuple[float, Array]:
    """One training step, which is all that learning is.  -> (mean loss, outputs before the step)

    Images (N, ...) as they are stored (see Sequential.prepare), labels integers or rows.
    """
    outputs = model.forward(model.prepare(images), training=True, keep=True)
    mean_loss, doutputs = loss(outputs, labels)
    model.backward_parameters(doutputs)  # `backward`, without dL/dimages
    optimizer.update(model.parameters())
    return mean_loss, outputs


def batches(size: int, batch_size: int, rng: np.random.Generator | None) -> Iterator[Array]:
    """Indices of 0..size-1 in batches: shuffled by rng, in order without one.

    The last batch may be short, and is kept. Raises ValueError if batch_size < 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1. Received: batch_size={batch_size}")
    order = np.arange(size) if rng is None else rng.permutation(size)
    for start in range(0, size, batch_size):
        yield order[start : start + batch_size]


def fit(
    model: Sequential,
    images: Array,
    labels: Array,
    *,
    epochs: int = 1,
    batch_size: int = 128,
    optimizer: Optimizer | None = None,
    loss: Loss = softmax_cross_entropy,
    validation: tuple[Array, Array] | None = None,
    augment: Augment | None = None,
    rng: np.random.Generator | None = None,
    workers: int | None = None,
    history: History | None = None,
    on_batch: Callable[[Progress], None] | None = None,
    on_epoch: Callable[[History], None] | None = None,
) -> History:
    """Train until the history holds `epochs` epochs, and return it.

    Images (N, ...) are uint8 or floats (see Sequential.prepare), labels integers or rows.
    rng shuffles (default: seeded with the model's seed); the same rng state, optimizer and
    number of workers give the same bits, so a run continued from a saved state and `history`
    ends as if it had never stopped. `augment(images, rng)` makes what the network sees of a
    batch's images, anew each time. `on_epoch` is called after each epoch, to save and print.
    With several workers `loss` and `augment` run in other processes too, and keep nothing here;
    `on_batch` asks the model for its parameters, whose arrays are elsewhere within an epoch.
    Raises ValueError if there are no images, or not one label for each.
    """
    check_labels(images, labels)
    if validation is not None:
        check_labels(*validation)
    optimizer = Adam() if optimizer is None else optimizer
    rng = np.random.default_rng(model.seed) if rng is None else rng
    history = History() if history is None else history
    workers = check_workers(workers)
    with Workers(train_step, model, loss, optimizer, workers, augment) as team:
        for epoch in range(len(history.epochs) + 1, epochs + 1):
            started = time.perf_counter()
            total_loss, correct, done = 0.0, 0, 0
            for indices in batches(len(images), batch_size, rng):
                seed = int(rng.integers(2**63))
                batch_loss, batch_correct = team.step(images[indices], labels[indices], seed)
                total_loss += batch_loss * len(indices)
                correct += batch_correct
                done += len(indices)
                if on_batch is not None:
                    on_batch(Progress(epoch, done, len(images), total_loss / done, correct / done))
            team.bring_home()
            val_loss, val_accuracy = None, None
            if validation is not None:
                val_loss, val_accuracy = evaluate(model, *validation, loss=loss, workers=workers)
            seconds = time.perf_counter() - started
            history.epochs.append(
                Epoch(epoch, total_loss / done, correct / done, val_loss, val_accuracy, seconds)
            )
            if on_epoch is not None:
                on_epoch(history)
    return history


def evaluate(
    model: Sequential,
    images: Array,
    labels: Array,
    *,
    loss: Loss = softmax_cross_entropy,
    workers: int | None = None,
) -> tuple[float, float]:
    """Mean loss and accuracy over all images; errors as in `fit`."""
    check_labels(images, labels)
    outputs = predict(model, images, workers)
    mean_loss, _ = loss(outputs, labels)
    return mean_loss, count_correct(outputs, labels) / len(labels)


def check_labels(images: Array, labels: Array) -> None:
    """ValueError unless there is at least one image, and one label for each."""
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError(
            f"expected as many labels as images, and at least one. "
            f"Received: {len(images)} images, {len(labels)} labels"
        )
