"""The training step on several cores.  To be trusted, not studied: training.py does not need it.

Each worker runs the whole step on its share of a batch, with a replica of the model. Workers are
forked processes, whose values and gradients lie in memory that they share: two threads of one
interpreter wait for its lock, a third of an `mlp` step. Threads do the same where there is no fork.
"""

import contextlib
import functools
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, Self

import numpy as np
from threadpoolctl import ThreadpoolController

from tinynet.helpers import Helper, sendable
from tinynet.losses import Loss, count_correct
from tinynet.memory import Memory, shared
from tinynet.model import PREDICT_BATCH, Sequential
from tinynet.optimizers import Optimizer
from tinynet.parameter import Parameter, place
from tinynet.types import Array

WORTH_A_WORKER = 2**16  # entries to update: with fewer, handing them out takes longer
Augment = Callable[[Array, np.random.Generator], Array]
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


_limits: list[Any] = []  # BLAS's, one for each who is inside; they belong to the whole process
_limiting = threading.Lock()


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread: workers divide the element-wise work as well.

    Several threads may be inside at once; the last to leave takes the limit back.
    """
    with _limiting:
        _limits.append(_controller().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _limiting:
            first = _limits.pop(0)
            if _limits:
                _limits[0] = first  # who was first knows how it was before
            else:
                first.restore_original_limits()


def keep_freed_memory() -> None:
    """Have glibc reuse the memory of large arrays instead of returning it to the system.

    It does so for blocks smaller than the largest one freed so far, up to 32 MB; untouched, this
    one costs nothing. Reason: a third of a `cnn` step went into page faults.
    """
    np.empty(32 * 2**20 - 2**13, np.uint8)


class Workers:
    """A model's training step, divided among several workers, who are there while it is entered.

    Each has a replica, which shares the model's values, and takes an equal, fixed share of every
    batch. Their gradients are added in the workers' order, so that the result is the same at
    every run with the same number of workers, and differs between numbers of workers only by
    rounding. This process is the first worker, and tells its helpers what to do.
    """

    def __init__(
        self,
        train_step: TrainStep,
        model: Sequential,
        loss: Loss,
        optimizer: Optimizer,
        workers: int,
        augment: Augment | None = None,
    ) -> None:
        self.train_step = train_step
        self.loss = loss
        self.optimizer = optimizer
        self.augment = augment
        self.models = [model, *(model.replica() for _ in range(workers - 1))]
        self.parameters = model.parameters()
        self.home = self.memory = Memory(optimizer.allocate(self.parameters), optimizer.state)
        self.work = self.home.shared() if workers > 1 else self.home
        self.vectors = [self.work.vectors]
        self.helpers: list[Helper] = []
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        keep_freed_memory()
        with self._stack:
            self._stack.enter_context(one_blas_thread())
            self._stack.callback(self.bring_home)
            self._move(self.work)
            for replica in self.models[1:]:
                self.vectors.append(
                    replace(self.work.vectors, grads=shared(self.home.vectors.grads))
                )
                place(replica.parameters(), self.vectors[-1])
            for _ in self.models[1:]:
                self.helpers.append(self._stack.enter_context(Helper(self._serve)))
            self._stack = self._stack.pop_all()  # nothing failed
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def bring_home(self) -> None:
        """Let the arrays that others may hold be the parameters again, until the next step."""
        self._move(self.home)

    def _move(self, target: Memory) -> None:
        if self.memory is not target:
            for old, new in zip(self.memory.arrays(), target.arrays(), strict=True):
                new[...] = old
            place(self.parameters, target.vectors)
            self.optimizer.state, self.memory = target.running, target

    def step(self, images: Array, labels: Array, seed: int = 0) -> tuple[float, int]:
        """One training step; return the batch's mean loss and its number of right answers.

        The seed, with the worker's number, fixes what random layers and the augmentation draw.
        """
        self._move(self.work)
        count = min(len(self.models), len(images))
        parts = [
            Part(worker, count, len(share) / len(images), seed, share, answers)
            for worker, (share, answers) in enumerate(
                zip(np.array_split(images, count), np.array_split(labels, count), strict=True)
            )
        ]
        helpers = self.helpers[: count - 1]
        try:
            for helper, part in zip(helpers, parts[1:], strict=True):
                helper.send(part)
            results = [self._share(parts[0], functools.partial(self._begin, helpers))]
            results += [helper.receive() for helper in helpers]
        except Exception:
            for helper in helpers:
                helper.give_up()
            raise
        return sum(loss for loss, _ in results), sum(correct for _, correct in results)

    def _begin(self, helpers: Sequence[Helper]) -> None:
        """When all gradients are there, count the step and let the update begin."""
        for helper in helpers:
            helper.receive()
        self.optimizer.begin(self.parameters)
        for helper in helpers:
            helper.send((self.optimizer.iterations, self.optimizer.step_rate))

    def _serve(self, connection: "Connection[Any, Any]") -> None:
        """What a helper does: its part of one step after the other, until nobody listens."""

        def begin() -> None:
            connection.send(None)
            begun = connection.recv()
            if begun is None:
                raise RuntimeError("another worker has failed")
            self.optimizer.iterations, self.optimizer.step_rate = begun

        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                part: Part = connection.recv()
                try:
                    connection.send(self._share(part, begin))
                except Exception as error:
                    connection.send(sendable(error))

    def _share(self, part: "Part", begin: Callable[[], None]) -> tuple[float, int]:
        """The whole step for one worker's images, whose loss is their part of the batch's."""
        model = self.models[part.worker]
        rng = np.random.default_rng([part.seed, part.worker])

        def loss(outputs: Array, labels: Array) -> tuple[float, Array]:
            mean, doutputs = self.loss(outputs, labels)
            return mean * part.weight, doutputs * doutputs.dtype.type(part.weight)

        images = part.images if self.augment is None else self.augment(part.images, rng)
        model.reseed(rng)
        update = Update(self, part, begin)
        mean, outputs = self.train_step(model, images, part.labels, loss, update)
        return mean, count_correct(outputs, part.labels)


@dataclass
class Part:
    """One worker's part of a step: its images and labels, and what share of the batch they are."""

    worker: int
    count: int  # of the workers in this step
    weight: float
    seed: int
    images: Array
    labels: Array


@dataclass
class Update:
    """What `train_step` has for an optimizer in a worker."""

    workers: Workers
    part: Part
    begin: Callable[[], None]

    def update(self, parameters: Mapping[str, Parameter]) -> None:
        """Add the gradients of all workers, in their order, and change this worker's entries."""
        part, vectors = self.part, self.workers.vectors[: self.part.count]
        own, size = vectors[part.worker], len(vectors[0].values)
        own.grads[own.trainable :] *= part.weight  # what is learned has it from doutputs
        self.begin()
        count = min(part.count, 1 + size // WORTH_A_WORKER)
        if part.worker < count:
            entries = slice(size * part.worker // count, size * (part.worker + 1) // count)
            total, *others = vectors
            for other in others:
                total.grads[entries] += other.grads[entries]
            self.workers.optimizer.change(total, entries)


def predict(model: Sequential, images: Array, workers: int | None = None) -> Array:
    """`model.predict` on several cores: outputs (N, ...) for any number of images.

    The bits do not depend on how many threads BLAS would take.
    """
    workers = check_workers(workers)
    starts = range(0, len(images), PREDICT_BATCH)
    parts = [images[start : start + PREDICT_BATCH] for start in starts]
    with one_blas_thread(), contextlib.ExitStack() as stack:
        if len(parts) < 2:
            return model.predict(images)
        executor = stack.enter_context(ThreadPoolExecutor(workers, "tinynet"))
        return np.concatenate(list(executor.map(model.predict, parts)))
