"""One batch on several cores: each worker runs the whole network on its share."""

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

from tinynet.model import PREDICT_BATCH, Sequential
from tinynet.optimizers import Optimizer
from tinynet.types import Array

T = TypeVar("T")
WORTH_A_THREAD = 2**16  # entries to update: with fewer, waking another thread takes longer
Loss = Callable[[Array, Array], tuple[float, Array]]
Augment = Callable[[Array, np.random.Generator], Array]


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
    """Worker threads, with BLAS held to one thread in each.

    NumPy releases the interpreter lock in its loops, so threads divide the element-wise work
    as well as the matrix products; BLAS's own threads would divide only the latter.
    """
    with (
        _controller().limit(limits=1, user_api="blas"),
        ThreadPoolExecutor(workers, "tinynet") as executor,
    ):
        yield executor


class DataParallel:
    """Gradients of one batch, computed by several replicas of a model.

    Each replica shares the model's values and takes an equal, fixed share of the batch; shares
    are added in the replicas' order. So the result is the same at every run with the same
    number of workers, and differs between numbers of workers only by rounding.
    """

    def __init__(
        self,
        model: Sequential,
        loss: Loss,
        executor: ThreadPoolExecutor,
        workers: int,
        augment: Augment | None = None,
    ):
        self.model = model
        self.loss = loss
        self.augment = augment
        self.executor = executor
        keep_freed_memory()
        self.replicas = [model, *(model.replica() for _ in range(workers - 1))]
        self.vectors = [replica.joined() for replica in self.replicas]

    def gradients(self, images: Array, labels: Array, seed: int = 0) -> tuple[float, int]:
        """Fill the model's grads; return the batch's mean loss and its number of right answers.

        The seed, with the worker's number, fixes what random layers and the augmentation draw.
        """
        workers = min(len(self.replicas), len(images))
        shares = zip(np.array_split(images, workers), np.array_split(labels, workers), strict=True)
        results = self._side_by_side(
            [
                functools.partial(self._share, worker, *share, len(images), seed)
                for worker, share in enumerate(shares)
            ]
        )
        for vectors in self.vectors[1:workers]:
            for name, total in self.vectors[0].items():
                total.grad += vectors[name].grad
        return sum(loss for loss, _ in results), sum(correct for _, correct in results)

    def update(self, optimizer: Optimizer) -> None:
        """`optimizer.update(model.joined())`, by all workers that are worth it."""
        vectors = self.vectors[0]
        size = max((vector.value.size for vector in vectors.values()), default=0)
        workers = min(len(self.replicas), 1 + size // WORTH_A_THREAD)
        optimizer.update(vectors, workers, self._side_by_side)

    def _side_by_side(self, tasks: Sequence[Callable[[], T]]) -> list[T]:
        """The tasks' results: the first task is done in this thread, for a wake-up less."""
        futures = [self.executor.submit(task) for task in tasks[1:]]
        try:
            return [tasks[0](), *(future.result() for future in futures)]
        finally:
            wait(futures)  # also after Ctrl-C: nobody goes on writing into the model

    def _share(
        self, worker: int, images: Array, labels: Array, batch_size: int, seed: int
    ) -> tuple[float, int]:
        replica, rng = self.replicas[worker], np.random.default_rng([seed, worker])
        if self.augment is not None:
            images = self.augment(images, rng)
        replica.reseed(rng)
        outputs = replica.forward(replica.prepare(images), training=True)
        loss, doutputs = self.loss(outputs, labels)
        weight = len(images) / batch_size  # this share's part of the batch mean
        replica.backward_parameters(doutputs * doutputs.dtype.type(weight))
        if "moving" in self.vectors[worker]:  # what is learned has the weight from doutputs
            self.vectors[worker]["moving"].grad *= weight
        return loss * weight, count_correct(outputs, labels)


def predict(model: Sequential, images: Array, workers: int | None = None) -> Array:
    """`model.predict` on several cores: outputs (N, ...) for any number of images."""
    workers = check_workers(workers)
    starts = range(0, len(images), PREDICT_BATCH)
    parts = [images[start : start + PREDICT_BATCH] for start in starts]
    if len(parts) < 2:
        return model.predict(images)
    with pool(workers) as executor:
        return np.concatenate(list(executor.map(model.predict, parts)))


def count_correct(outputs: Array, labels: Array) -> int:
    """How many rows have their largest output at the label (an integer, or a row's maximum)."""
    targets = labels if labels.ndim == 1 else labels.argmax(axis=1)
    return int(np.count_nonzero(outputs.argmax(axis=1) == targets))
