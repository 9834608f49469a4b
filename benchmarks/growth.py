"""How tinynet's cost grows with the work, and shrinks with the cores."""

from dataclasses import replace
from functools import partial

from benchmarks.jobs import Job, Values
from benchmarks.processes import measured
from benchmarks.results import Row
from benchmarks.settings import EPOCH_STEPS, Size
from tinynet.workers import default_workers

BATCH_SIZES = (32, 64, 128, 256, 512)
IMAGE_COUNTS = (1_920, 3_840, 7_680, 15_360)
FILTER_COUNTS = (8, 16, 32, 64)


def rows() -> dict[str, Row]:
    """The rows of the tables, empty; the columns are the sizes."""
    return {
        "workers": Row("an epoch of 60,000 images", "s"),
        "batch size": Row("training, an image", "µs"),
        "training images": Row("an epoch", "s"),
        "training images, memory": Row("peak memory of the epoch", "MB"),
        "filters": Row("a training step", "ms"),
    }


def jobs(size: Size) -> list[list[Job]]:
    """A group for each kind of growth."""
    short = replace(size, steps=max(2, size.steps // 4))  # a curve needs less than a comparison
    return [
        [Job(f"{n} workers", str(n), partial(workers, size, n)) for n in worker_counts()],
        [Job(f"batches of {n}", str(n), partial(batch_size, short, n)) for n in BATCH_SIZES],
        [Job(f"{n:,} images", str(n), partial(image_count, size, n)) for n in IMAGE_COUNTS],
        [Job(f"{n} filters", str(n), partial(filters, short, n)) for n in FILTER_COUNTS],
    ]


def worker_counts() -> list[int]:
    """1, 2, 4, ... and all cores."""
    cores = default_workers()
    return [2**k for k in range(cores.bit_length()) if 2**k < cores] + [cores]


def workers(size: Size, count: int) -> Values:
    """Training on so many workers."""
    return {"workers": step("workers", size, count) * EPOCH_STEPS}


def batch_size(size: Size, count: int) -> Values:
    """Training in batches of this size."""
    return {"batch size": step("batch_size", size, count) / count * 1e6}


def filters(size: Size, count: int) -> Values:
    """Training with so many filters in the first convolution, twice as many in the second."""
    return {"filters": step("filters", size, count) * 1e3}


def step(setting: str, size: Size, count: int) -> float:
    """Seconds of a training step of `cnn` with one setting changed."""
    found = measured("tinynet", "training", size, network="cnn", **{setting: count})
    return float(found["step"])


def image_count(size: Size, count: int) -> Values:
    """An epoch over so many images, and the memory that it takes."""
    found = measured("tinynet", "whole_epoch", size, images=count)
    return {"training images": found["epoch"], "training images, memory": found["peak"]}
