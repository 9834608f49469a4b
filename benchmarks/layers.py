"""Each layer against the arithmetic limit: `python -m benchmarks layers`.

One worker's share of a batch goes through the network, forwards and backwards, again and again,
with BLAS on one thread; each layer's time is the median. The limit is what its
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
from tinynet import Adam, Layer, Sequential
from tinynet.types import Array
from tinynet.workers import Loss, keep_freed_memory

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


class _Stopwatch:
    """Collects the times of calls under names."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def time(self, name: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        started = time.perf_counter()
        result = function(*args, **kwargs)
        self.seconds.setdefault(name, []).append(time.perf_counter() - started)
        return result

    def milliseconds(self, name: str) -> float:
        return statistics.median(self.seconds[name]) * 1e3 if name in self.seconds else 0.0


def profile(network: str, rounds: int, size: Size) -> Profile:
    """The time of every part of a training step, as medians of rounds * size.steps steps."""
    mnist = load_mnist()
    model = build_network(network)
    loss, optimizer = loss_of(model), Adam()
    keep_freed_memory()  # as `fit` does
    order = np.random.default_rng(SEED).permutation(len(mnist.train_images))
    watch, rate = _Stopwatch(), 0.0
    with threadpool_limits(1, "blas"):
        for step in range(rounds * size.steps):
            if step % size.steps == 0:  # now and then: the machine may be slow at one moment
                rate = max(rate, matmul_rate())
            chosen = order[np.arange(step * SHARE, (step + 1) * SHARE) % len(order)]
            images, labels = mnist.train_images[chosen], mnist.train_labels[chosen]
            _timed_step(model, loss, optimizer, images, labels, watch)
    first = first_with_parameters(model)
    lines = [Line("scaling the images", watch.milliseconds("prepare"), 0, 0, 0)]
    for position, (layer, shape) in enumerate(zip(model.layers, model.output_shapes, strict=True)):
        limit = SHARE * operations(layer, shape) / rate / 1e6
        lines.append(
            Line(
                f"{layer!r} → {shape}",
                watch.milliseconds(f"{layer.name} forward"),
                limit,
                watch.milliseconds(f"{layer.name} backward"),
                limit * (1 if position == first else 2),  # dkernel alone, or dx as well
            )
        )
    lines.append(Line("loss", watch.milliseconds("loss"), 0, 0, 0))
    lines.append(Line("Adam (once a batch)", 0, 0, watch.milliseconds("Adam"), 0))
    return Profile(network, SHARE, rate, lines)


def _timed_step(
    model: Sequential, loss: Loss, adam: Adam, images: Array, labels: Array, watch: _Stopwatch
) -> None:
    """What a worker of `fit` does with its share, and then the optimizer's update."""
    x = watch.time("prepare", model.prepare, images)
    for layer in model.layers:
        x = watch.time(f"{layer.name} forward", layer.forward, x, training=True, keep=True)
    _, dy = watch.time("loss", loss, x, labels)
    first = first_with_parameters(model)
    for layer in reversed(model.layers[first + 1 :]):
        dy = watch.time(f"{layer.name} backward", layer.backward, dy)
    layer = model.layers[first]
    watch.time(f"{layer.name} backward", layer.backward_parameters, dy)
    watch.time("Adam", adam.update, model.joined())


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
