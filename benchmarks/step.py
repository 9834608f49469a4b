"""A training step on several workers, part by part: `python -m benchmarks step`.

Every worker notes when it begins its share of the batch, when its gradients are there, when those
of the others are there too, and when its part of the update is done. What stands between a step
and its arithmetic is then a number: handing out, waiting, updating.
"""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.layers import first_with_parameters, matmul_rate, operations
from benchmarks.results import markdown_table, number
from benchmarks.settings import BATCH_SIZE, SEED, Size
from mnist_app.data.dataset import load_mnist
from mnist_app.training.networks import build_network, loss_of
from tinynet import Adam, Sequential, train_step
from tinynet.memory import shared
from tinynet.training import batches
from tinynet.types import Array
from tinynet.workers import Part, Workers, default_workers

PARTS = (
    "until its share begins",
    "forward, loss, backward",
    "waiting for the others' gradients",
    "adding gradients, update",
    "until the step ends",
)


class TimedWorkers(Workers):
    """Workers who note the time at the beginning and end of each part but the first and last."""

    def __init__(self, model: Sequential, workers: int) -> None:
        super().__init__(train_step, model, loss_of(model), Adam(), workers)
        self.marks: Array = shared(np.zeros((workers, len(PARTS) - 1)))

    def _share(self, part: Part, begin: Callable[[], None]) -> tuple[float, int]:
        marks = self.marks[part.worker]

        def timed_begin() -> None:
            marks[1] = time.perf_counter()
            begin()
            marks[2] = time.perf_counter()

        marks[0] = time.perf_counter()
        results = super()._share(part, timed_begin)
        marks[3] = time.perf_counter()
        return results


@dataclass(frozen=True)
class StepProfile:
    """Medians in milliseconds: of the whole step, of gathering its batch before, of the parts."""

    network: str
    rate: float  # GFLOP/s of a core
    limit: float
    gathering: float
    step: float
    parts: list[list[float]]  # PARTS of each worker

    def to_json(self) -> dict[str, Any]:
        """Every number."""
        return asdict(self)

    def to_markdown(self) -> str:
        """A table with a line a part, and a column a worker."""
        whole = self.gathering + self.step
        head = ["", *(f"worker {worker + 1}" for worker in range(len(self.parts)))]
        lines = [
            [part, *(number(times[i]) for times in self.parts)] for i, part in enumerate(PARTS)
        ]
        return (
            f"`{self.network}`, {BATCH_SIZE} images: {number(whole)} ms, of them "
            f"{number(self.gathering)} for gathering the batch. The arithmetic of a worker's share "
            f"would take {number(self.limit)} ms at {self.rate:.0f} GFLOP/s, the measured rate of "
            f"float32 matrix products: {self.limit / whole:.0%} of the step.\n\n"
            f"{markdown_table(head, lines)}\n"
        )


def profile_step(network: str, rounds: int, size: Size, workers: int | None = None) -> StepProfile:
    """The parts of rounds * size.steps steps, after size.warm_up that do not count."""
    mnist = load_mnist()
    model = build_network(network)
    workers = default_workers() if workers is None else workers
    gathering: list[float] = []
    marks: list[Array] = []  # of each step: when it began and ended, and its workers' between
    rng = np.random.default_rng(SEED)
    with TimedWorkers(model, workers) as team:
        rate = matmul_rate()
        for indices in _endless(len(mnist.train_images), rng):
            started = time.perf_counter()
            images, labels = mnist.train_images[indices], mnist.train_labels[indices]
            begun = time.perf_counter()
            team.step(images, labels)
            ended = time.perf_counter()
            gathering.append(begun - started)
            all_workers = np.ones((workers, 1))
            marks.append(np.hstack([begun * all_workers, team.marks, ended * all_workers]))
            if len(marks) == size.warm_up + rounds * size.steps:
                break
    timed = np.array(marks[size.warm_up :]) * 1e3
    return StepProfile(
        network,
        rate,
        BATCH_SIZE / workers * _operations(model) / rate / 1e6,
        statistics.median(gathering[size.warm_up :]) * 1e3,
        float(np.median(timed[:, 0, -1] - timed[:, 0, 0])),
        np.median(np.diff(timed), axis=0).tolist(),
    )


def _endless(count: int, rng: np.random.Generator) -> Iterable[Array]:
    while True:
        yield from batches(count, BATCH_SIZE, rng)


def _operations(model: Sequential) -> int:
    """Multiplications and additions of a training step's matrix products, for one image."""
    first, total = first_with_parameters(model), 0
    for position, (layer, shape) in enumerate(zip(model.layers, model.output_shapes, strict=True)):
        total += operations(layer, shape) * (2 if position == first else 3)  # y, dkernel, dx
    return total
