"""What one process measures."""

from collections.abc import Callable
from dataclasses import dataclass

Values = dict[str, float]  # the names of rows, and this round's values in the rows' units


@dataclass(frozen=True)
class Job:
    """`what` is shown while it runs; `column` of the rows gets the values."""

    what: str
    column: str
    measure: Callable[[], Values]
