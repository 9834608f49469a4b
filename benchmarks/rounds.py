"""The rounds: each measurement in a process of its own, the sides taking turns."""

import tempfile
from collections.abc import Callable

from benchmarks import comparison, growth
from benchmarks.jobs import Job
from benchmarks.machine import describe
from benchmarks.results import SIDES, Results
from benchmarks.settings import Size


def measure_everything(rounds: int, size: Size, say: Callable[[str], None]) -> Results:
    """All rows, `rounds` values in each. Raises MeasurementError if a process fails."""
    say("looking at the machine and the installed packages")
    results = Results(describe(SIDES), rounds, size, comparison.rows(), growth.rows())
    comparison.add_installed_sizes(results.rows)
    with tempfile.TemporaryDirectory() as folder:
        comparison.prepare(size, folder)
        work = [
            *((results.rows, group) for group in comparison.jobs(size, folder)),
            *((results.growth, group) for group in growth.jobs(size)),
        ]
        for round_ in range(rounds):
            for rows, group in work:
                for job in rotated(group, round_):
                    say(f"round {round_ + 1} of {rounds}: {job.what}")
                    for row, value in job.measure().items():
                        rows[row].add(job.column, value)
    return results


def rotated(group: list[Job], by: int) -> list[Job]:
    """The group, begun with another job in each round: nobody is always first."""
    start = by % len(group)
    return group[start:] + group[:start]
