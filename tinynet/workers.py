"""The training step on several cores.  To be trusted, not studied: training.py does not need it.

Each worker, a thread, runs the whole step on its share of a batch, with a replica of the model.
NumPy releases the interpreter lock in its loops, so threads divide the element-wise work as well
as the matrix products; BLAS's own threads would divide only the latter.
"""

import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from tinynet.losses import Loss, count_correct
from tinynet.model import PREDICT_BATCH, Sequential
from tinynet.optimizers import Optimizer
from tinynet.parameter import Parameter, Vectors, vectors_of
from tinynet.types import Array

WORTH_A_THREAD = 2**16  # entries to update: with fewer, waking another thread takes longer
Augment = Callable[[Array, np.random.Generator], Array]

Signal = Future[None]  # which others wait for; a worker that fails hands on its error by it
# The last argument is what `update(parameters)` is called of: here, a Part.
TrainStep = Callable[[Sequential, Array, Array, Loss, Any], tuple[float, Array]]


def default_workers() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_workers(workers: int | None) -> int:
    """The number of workers: all cores for None; ValueError below 1."""
    if workers is None:
        return default_workers()
    if workers < 1:
        raise ValueError(f"workers must be at least 1. Received: workers={workers}")
    return workers


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looking up the loaded BLAS takes milliseconds: once is enough


def keep_freed_memory() -> None:
    """Have glibc reuse the memory of large arrays instead of returning it to the system.

    It does so for blocks smaller than the largest one freed so far, up to 32 MB; untouched, this
    one costs nothing. Reason: a third of a `cnn` step went into page faults.
    """
    np.empty(32 * 2**20 - 2**13, np.uint8)


@contextmanager
def pool(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Worker threads, with BLAS held to one thread in each."""
    with (
        _controller().limit(limits=1, user_api="blas"),
        ThreadPoolExecutor(workers, "tinynet") as executor,
    ):
        yield executor


class Workers:
    """A model's training step, divided among several workers.

    Each has a replica, which shares the model's values, and takes an equal, fixed share of every
    batch. Their gradients are added in the workers' order, so that the result is the same at
    every run with the same number of workers, and differs between numbers of workers only by
    rounding.
    """

    def __init__(
        self,
        train_step: TrainStep,
        model: Sequential,
        loss: Loss,
        optimizer: Optimizer,
        executor: ThreadPoolExecutor,
        workers: int,
        augment: Augment | None = None,
    ) -> None:
        self.train_step = train_step
        self.loss = loss
        self.optimizer = optimizer
        self.executor = executor
        self.augment = augment
        self.models = [model, *(model.replica() for _ in range(workers - 1))]
        self.parameters = model.parameters()
        self.vectors = [vectors_of(each.parameters()) for each in self.models]
        keep_freed_memory()

    def step(self, images: Array, labels: Array, seed: int = 0) -> tuple[float, int]:
        """One training step; return the batch's mean loss and its number of right answers.

        The seed, with the worker's number, fixes what random layers and the augmentation draw.
        """
        count = min(len(self.models), len(images))
        meeting = Meeting(self.optimizer, self.parameters, self.vectors[:count])
        shares = zip(np.array_split(images, count), np.array_split(labels, count), strict=True)
        tasks = [
            functools.partial(
                self._share, *share, seed, Part(meeting, worker, len(share[0]) / len(images))
            )
            for worker, share in enumerate(shares)
        ]
        futures: list[Future[tuple[float, int]]] = []
        try:
            futures += [self.executor.submit(task) for task in tasks[1:]]
            results = [tasks[0](), *(future.result() for future in futures)]  # a wake-up less
        except BaseException as error:
            fail(meeting.begun, error)
            raise
        finally:
            wait(futures)  # also after Ctrl-C: nobody goes on writing into the model
        return sum(loss for loss, _ in results), sum(correct for _, correct in results)

    def _share(self, images: Array, labels: Array, seed: int, part: "Part") -> tuple[float, int]:
        """The whole step for one worker's images, whose loss is their part of the batch's."""
        model, rng = self.models[part.worker], np.random.default_rng([seed, part.worker])

        def loss(outputs: Array, labels: Array) -> tuple[float, Array]:
            mean, doutputs = self.loss(outputs, labels)
            return mean * part.weight, doutputs * doutputs.dtype.type(part.weight)

        try:
            if self.augment is not None:
                images = self.augment(images, rng)
            model.reseed(rng)
            mean, outputs = self.train_step(model, images, labels, loss, part)
        except BaseException as error:
            fail(part.ready, error)
            raise
        return mean, count_correct(outputs, labels)


def fail(signal: Signal, error: BaseException) -> None:
    """Tell those who wait that they wait in vain."""
    if not signal.done():
        signal.set_exception(error)


class Meeting:
    """Where the workers meet in a step: when all gradients are there, the update begins."""

    def __init__(
        self,
        optimizer: Optimizer,
        parameters: Mapping[str, Parameter],
        vectors: Sequence[Vectors],
    ) -> None:
        self.optimizer = optimizer
        self.parameters = parameters
        self.vectors = vectors
        self.gradients: list[Signal] = [Future() for _ in vectors]
        self.begun: Signal = Future()
        size = len(vectors[0].values)
        count = min(len(vectors), 1 + size // WORTH_A_THREAD)
        self.parts = [slice(size * k // count, size * (k + 1) // count) for k in range(count)]


@dataclass(frozen=True)
class Part:
    """What `train_step` has for an optimizer in a worker, whose images have this weight."""

    meeting: Meeting
    worker: int
    weight: float

    @property
    def ready(self) -> Signal:
        """Given when this worker's gradients are there."""
        return self.meeting.gradients[self.worker]

    def update(self, parameters: Mapping[str, Parameter]) -> None:
        """Add the gradients of all workers, in their order, and change this worker's entries.

        Worker 0 waits for all gradients and counts the step; the others with entries wait for it.
        """
        meeting, own = self.meeting, self.meeting.vectors[self.worker]
        own.grads[own.trainable :] *= self.weight  # what is learned has it from doutputs
        self.ready.set_result(None)
        if self.worker == 0:
            for gradient in meeting.gradients[1:]:
                gradient.result()
            meeting.optimizer.begin(meeting.parameters)
            meeting.begun.set_result(None)
        elif self.worker < len(meeting.parts):
            meeting.begun.result()
        if self.worker < len(meeting.parts):
            entries, (total, *others) = meeting.parts[self.worker], meeting.vectors
            for other in others:
                total.grads[entries] += other.grads[entries]
            meeting.optimizer.change(total, entries)


def predict(model: Sequential, images: Array, workers: int | None = None) -> Array:
    """`model.predict` on several cores: outputs (N, ...) for any number of images."""
    workers = check_workers(workers)
    starts = range(0, len(images), PREDICT_BATCH)
    parts = [images[start : start + PREDICT_BATCH] for start in starts]
    if len(parts) < 2:
        return model.predict(images)
    with pool(workers) as executor:
        return np.concatenate(list(executor.map(model.predict, parts)))
