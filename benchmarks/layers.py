"""Each layer against the arithmetic limit: `python -m benchmarks layers`.

tinynet's `train_step` runs on one worker's share of a batch, again and again, with BLAS on one
thread; each layer's time is the median. The limit is what its
multiplications and additions would take at the rate of the best matrix product of this core.
"""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ParamSpec, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.results import markdown_table, number
from benchmarks.settings import BATCH_SIZE, SEED, Size
from mnist_app.data.dataset import load_mnist
from mnist_app.training.networks import build_network, loss_of
from tinynet import Adam, Layer, Optimizer, Sequential
from tinynet.training import train_step
from tinynet.workers import keep_freed_memory

SHARE = BATCH_SIZE // 2  # images: a batch on two cores
MATRIX_SIDE = 1024
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """One layer, or another part of a step: milliseconds, and the least that they could be."""

    name: str
    forward: float
    forward_limit: float
    backward: float
    backward_limit: float


@dataclass(frozen=True)
class Profile:
    """A network's step by its parts; the rate in GFLOP/s."""

    network: str
    images: int
    rate: float
    lines: list[Line]

    def total(self) -> Line:
        """The sum of the parts."""
        return Line("sum", *(sum(values) for values in zip(*map(_times, self.lines), strict=True)))

    def to_json(self) -> dict[str, Any]:
        """Every number."""
        return asdict(self)

    @classmethod
    def from_json(cls, numbers: dict[str, Any]) -> "Profile":
        """The inverse of `to_json`."""
        lines = [Line(**line) for line in numbers["lines"]]
        return cls(numbers["network"], numbers["images"], numbers["rate"], lines)

    def to_markdown(self) -> str:
        """A table with a line a part, times and limits in milliseconds."""
        total = self.total()
        whole, limit = total.forward + total.backward, total.forward_limit + total.backward_limit
        head = ["", "forward", "limit", "backward", "limit", "share"]
        cells = [
            [
                line.name,
                *(number(value) if value else "" for value in _times(line)),
                f"{(line.forward + line.backward) / whole:.0%}",
            ]
            for line in (*self.lines, total)
        ]
        return (
            f"`{self.network}`, {self.images} images on one core, milliseconds; the limit is the "
            f"arithmetic at {self.rate:.0f} GFLOP/s, the measured rate of float32 matrix products: "
            f"{number(limit)} ms, {limit / whole:.0%} of {number(whole)} ms.\n\n"
            f"{markdown_table(head, cells)}\n"
        )


def _times(line: Line) -> tuple[float, float, float, float]:
    return line.forward, line.forward_limit, line.backward, line.backward_limit


class Stopwatch:
    """Collects the seconds of calls under names."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def timed(self, name: str, function: Callable[P, T]) -> Callable[P, T]:
        """The same function, whose calls are timed."""

        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            started = time.perf_counter()
            result = function(*args, **kwargs)
            self.seconds.setdefault(name, []).append(time.perf_counter() - started)
            return result

        return call

    def watch(self, model: Sequential, optimizer: Optimizer) -> None:
        """Time what a training step calls, from now on: scaling, each layer, the update."""
        first = first_with_parameters(model)
        calls: list[tuple[object, str, str]] = [
            (model, "prepare", "prepare"),
            (optimizer, "update", "update"),
        ]
        for position, layer in enumerate(model.layers):
            backward = "backward_parameters" if position == first else "backward"
            calls.append((layer, "forward", f"{layer.name} forward"))
            calls.append((layer, backward, f"{layer.name} backward"))
        for owner, method, name in calls:
            setattr(owner, method, self.timed(name, getattr(owner, method)))

    def milliseconds(self, name: str) -> float:
        """The median of the calls under this name; 0 if there was none."""
        return statistics.median(self.seconds[name]) * 1e3 if name in self.seconds else 0.0


def profile(network: str, rounds: int, size: Size) -> Profile:
    """The time of every part of a training step, as medians of rounds * size.steps steps."""
    mnist = load_mnist()
    model, optimizer, stopwatch, rate = build_network(network), Adam(), Stopwatch(), 0.0
    loss = stopwatch.timed("loss", loss_of(model))
    stopwatch.watch(model, optimizer)
    keep_freed_memory()  # as `fit` does
    order = np.random.default_rng(SEED).permutation(len(mnist.train_images))
    with threadpool_limits(1, "blas"):
        for step in range(rounds * size.steps):
            if step % size.steps == 0:  # now and then: the machine may be slow at one moment
                rate = max(rate, matmul_rate())
            chosen = order[np.arange(step * SHARE, (step + 1) * SHARE) % len(order)]
            images, labels = mnist.train_images[chosen], mnist.train_labels[chosen]
            train_step(model, images, labels, loss, optimizer)
    first = first_with_parameters(model)
    lines = [Line("scaling the images", stopwatch.milliseconds("prepare"), 0, 0, 0)]
    for position, (layer, shape) in enumerate(zip(model.layers, model.output_shapes, strict=True)):
        limit = SHARE * operations(layer, shape) / rate / 1e6
        lines.append(
            Line(
                f"{layer!r} → {shape}",
                stopwatch.milliseconds(f"{layer.name} forward"),
                limit,
                stopwatch.milliseconds(f"{layer.name} backward"),
                limit * (1 if position == first else 2),  # dkernel alone, or dx as well
            )
        )
    lines.append(Line("loss", stopwatch.milliseconds("loss"), 0, 0, 0))
    lines.append(Line("Adam (once a batch)", 0, 0, stopwatch.milliseconds("update"), 0))
    return Profile(network, SHARE, rate, lines)


def first_with_parameters(model: Sequential) -> int:
    """The position of the layer whose dx training does not need."""
    return next(position for position, layer in enumerate(model.layers) if layer.parameters())


def operations(layer: Layer, output_shape: tuple[int, ...]) -> int:
    """Multiplications and additions of matrix products in a forward pass, for one image."""
    if "kernel" not in layer.parameters():
        return 0
    return 2 * math.prod(layer.parameters()["kernel"].shape) * math.prod(output_shape[:-1])


def matmul_rate(repeats: int = 20) -> float:
    """GFLOP/s of the fastest of some products of large float32 matrices."""
    a = np.ones((MATRIX_SIDE, MATRIX_SIDE), np.float32)
    out = np.empty_like(a)
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        np.matmul(a, a, out=out)
        seconds.append(time.perf_counter() - started)
    return 2 * MATRIX_SIDE**3 / min(seconds) / 1e9
