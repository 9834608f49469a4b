"""Clocks that all three share."""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.settings import Size


def median_seconds(call: Callable[[], object], repeats: int) -> float:
    """The median time of a call, after one that does not count."""
    call()
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


class StepClock:
    """Mean seconds of a training step, from the end of the warm-up to the last step."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.ticks: dict[int, float] = {}

    def tick(self, steps: int) -> bool:
        """So many steps are done; True when all that are to be timed are."""
        self.ticks[steps] = time.perf_counter()
        return steps >= self.size.warm_up + self.size.steps

    def seconds(self) -> float:
        """The mean, once all steps are done."""
        first, last = self.size.warm_up, self.size.warm_up + self.size.steps
        return (self.ticks[last] - self.ticks[first]) / self.size.steps


def helpers_megabytes() -> float:
    """What this process's children hold now, and nobody else, in 10^6 bytes.

    What a forked helper has not written to is its parent's memory, and counted there. 0 where
    there is no /proc; helpers are threads there.
    """
    size = 0
    for path in Path("/proc/self/task").glob("*/children"):
        for pid in path.read_text().split():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Private_"):
                    size += int(line.split()[1]) * 1024
    return size / 1e6


def peak_megabytes() -> float:
    """The most memory that this process has held so far, in 10^6 bytes.

    From /proc on Linux: getrusage's ru_maxrss there also counts the process that started this
    one, until the moment of its start, and psutil knows a peak on Windows alone.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource  # not on Windows, hence not at the top

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6
