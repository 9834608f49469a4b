"""A training that one watches: `tinynet.fit` in a thread of its own, paused between two batches."""

import copy
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from mnist_app.page.experiment import Experiment
from mnist_app.page.messages import packed
from mnist_app.reading.probabilities import probabilities
from tinynet import Parameter, Progress, ReLU, Sequential, activations, fit
from tinynet.losses import count_correct
from tinynet.types import Array

LOOKED_AT = 256  # validation images that are asked which units are dead
MISTAKES = 20
BINS = 25
LEAST_PAUSE = 0.4  # seconds of training between two looks
SHARE = 40  # seconds of training for one of looking: it stays as fast as without
MOST_MAPS = 32  # kernels that are shown
MOST_POINTS = 2000  # of the curve that go in one message


class _Closed(Exception):
    """The training is not wanted any more."""


class Live:
    """An experiment that `fit` trains, one batch or many, as long as somebody wants it to.

    `go` lets it take batches; `news` tells what happened. It never changes what `fit` does: looks
    happen between two batches, and only read.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.version = 1  # grows with everything there is to tell
        self.failed = ""
        self.losses, self.accuracies = array("d"), array("d")  # of each batch
        self.validation: list[tuple[int, float, float]] = []  # after batch, loss, accuracy
        self.epoch, self.total = 1, len(experiment.images)
        self.look: dict[str, Any] = {}
        self.looks = 0
        self._before = (0, 0.0, 0.0)  # done, sum of losses, right answers in this epoch
        self._values: dict[str, Array] = {}  # before the last batch
        self._looked, self._cost = 0.0, 0.0
        self._left: int | None = 0  # batches that may be taken; None: all
        self._held = 0  # how many want it to rest, whatever is left
        self._closed = False
        self._resting = True  # no batch is under way
        self._state = threading.Condition()
        self._thread: threading.Thread | None = None
        with np.errstate(all="ignore"):
            self._look()
        self._values = {name: p.value.copy() for name, p in self._learned().items()}

    # --- from the page --------------------------------------------------------------------------

    def go(self, batches: int | None) -> None:
        """Take this many batches more; None goes on for ever, 0 pauses."""
        with self._state:
            self._left = 0 if self.failed else batches
            self.version += 1
            if self._thread is None and self._left != 0:
                self._resting = False
                self._thread = threading.Thread(target=self._train, daemon=True)
                self._thread.start()
            self._state.notify_all()

    def close(self) -> None:
        """End the training, after the batch that it is at."""
        with self._state:
            self._closed = True
            self._state.notify_all()
        if self._thread is not None:
            self._thread.join()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """A block for which the training waits, between two batches; then it goes on."""
        with self._state:
            self._held += 1
            self._state.wait_for(lambda: self._resting or self._closed)
        try:
            yield
        finally:
            with self._state:
                self._held -= 1
                self._state.notify_all()

    def copy(self) -> Sequential:
        """The network between two batches, as one of its own, without planted bugs."""
        with self.resting():
            made = copy.deepcopy(self.experiment.model)
        for layer in made.layers:
            for name in ("backward", "backward_parameters"):
                vars(layer).pop(name, None)
        return made

    def news(self, batches: int = 0, looks: int = 0) -> dict[str, Any]:
        """What is new to one who knows of so many batches and looks."""
        with self._state:
            count = len(self.losses)
            step = max(1, (count - batches) // MOST_POINTS)
            new = {} if looks == self.looks else {"look": self.look, "looks": self.looks}
            return {
                "running": self._left != 0,
                "first": looks == 0,
                "batch": count,
                "epoch": self.epoch,
                "images": self.total,
                "failed": self.failed,
                "curve": [
                    (k + 1, self.losses[k], self.accuracies[k]) for k in range(batches, count, step)
                ],
                "validation": self.validation[looks:],
                **new,
            }

    # --- in the thread --------------------------------------------------------------------------

    def _train(self) -> None:
        made = self.experiment
        self._looked = time.thread_time()  # the first look was another thread's
        try:
            with np.errstate(all="ignore"):
                fit(
                    made.model,
                    made.images,
                    made.labels,
                    epochs=10**6,
                    on_batch=self._after_batch,
                    **made.arguments(),
                )
        except _Closed:
            pass

    def _after_batch(self, progress: Progress) -> None:
        with self._state:
            self._count(progress)
            if self._left:
                self._left -= 1
            paused = self._left == 0
            if paused or time.thread_time() - self._looked > max(LEAST_PAUSE, SHARE * self._cost):
                self._look()
            self._values = {name: p.value.copy() for name, p in self._learned().items()}
            while (self._left == 0 or self._held) and not self._closed:
                self._resting = True
                self._state.notify_all()
                self._state.wait()
            self._resting = False
            if self._closed:
                raise _Closed

    def _count(self, progress: Progress) -> None:
        """The loss and accuracy of this batch alone, out of the epoch's means."""
        done, loss, right = self._before if progress.epoch == self.epoch else (0, 0.0, 0.0)
        size = progress.done - done
        now = progress.done, progress.loss * progress.done, progress.accuracy * progress.done
        self.epoch, self._before = progress.epoch, now
        self.version += 1
        batch_loss = (now[1] - loss) / size
        self.losses.append(batch_loss)
        self.accuracies.append((now[2] - right) / size)
        if not np.isfinite(batch_loss):
            self.failed = (
                f"After batch {len(self.losses)} the loss is not a number: the weights have "
                "become too large. Try a lower rate, and begin anew."
            )
            self._left = 0

    def _learned(self) -> dict[str, Parameter]:
        """The parameters that a batch changes."""
        parameters = self.experiment.model.parameters()
        return {name: p for name, p in parameters.items() if p.trainable}

    def _look(self) -> None:
        """Validation, kernels, dead units, histograms, mistakes: read, between two batches."""
        started = time.thread_time()  # of this thread alone: a busy computer changes no share
        model, (images, labels) = self.experiment.model, self.experiment.validation
        outputs = model.predict(images)
        loss, _ = self.experiment.loss(outputs, labels)
        self.validation.append(
            (len(self.losses), loss, count_correct(outputs, labels) / len(labels))
        )
        learned = self._learned()
        self.look = {
            "kernels": packed(first_kernels(model)),
            "dead": dead_units(model, images[:LOOKED_AT]),
            "ratios": {
                name: float(np.linalg.norm(learned[name].value - before) / np.linalg.norm(before))
                for name, before in self._values.items()
                if before.any()
            },
            "histograms": {name: histogram(p.value) for name, p in learned.items()},
            "mistakes": worst_mistakes(probabilities(model, outputs), images, labels),
        }
        self.looks += 1
        self._looked = time.thread_time()
        self._cost = self._looked - started


def first_kernels(model: Sequential) -> Array:
    """The first layer's kernels as maps (rows, columns, units); of a dense layer, as pictures."""
    kernel = next(p.value for name, p in model.parameters().items() if name.endswith("kernel"))
    if kernel.ndim == 2:
        kernel = kernel.reshape(*model.input_shape[:2], -1)
    maps: Array = kernel.reshape(*kernel.shape[:2], -1)[..., :MOST_MAPS]
    return maps


def dead_units(model: Sequential, images: Array) -> dict[str, float]:
    """By ReLU: the share of units (maps, of an image) that are 0 for every one of the images."""
    arrays = activations(model, model.prepare(images))
    return {
        layer.name: float((array.max(axis=tuple(range(array.ndim - 1))) <= 0).mean())
        for layer, array in zip(model.layers, arrays[1:], strict=True)
        if isinstance(layer, ReLU)
    }


def histogram(values: Array) -> dict[str, Any]:
    """How many of a parameter's values lie in each of BINS bins between its ends."""
    if not np.isfinite(values).all():
        return {"counts": [], "low": values.min(), "high": values.max()}
    return {"counts": np.histogram(values, BINS)[0], "low": values.min(), "high": values.max()}


def worst_mistakes(rows: Array, images: Array, labels: Array) -> list[dict[str, Any]]:
    """The wrong answers of which the network is surest."""
    answers, confidence = rows.argmax(axis=1), rows.max(axis=1)
    wrong = np.flatnonzero(answers != labels)
    order = wrong[np.argsort(-confidence[wrong], kind="stable")][:MISTAKES]
    return [
        {
            "image": packed(images[k]),
            "label": labels[k],
            "answer": answers[k],
            "confidence": confidence[k],
        }
        for k in order
    ]
