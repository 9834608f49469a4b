"""Numbers by row and column, their medians, spread and ratios, as Markdown and JSON."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.settings import Size

SIDES = {"tinynet": "tinynet", "keras": "Keras", "pytorch": "PyTorch"}


@dataclass
class Row:
    """One quantity: a list of values, one a round, for each column."""

    title: str
    unit: str
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, column: str, value: float) -> None:
        """One more round's value."""
        self.values.setdefault(column, []).append(value)

    def median(self, column: str) -> float:
        """The column's median over the rounds."""
        return statistics.median(self.values[column])

    def ratio(self, column: str, other: str) -> float | None:
        """The median of the rounds' own ratios, column : other; None if one has no values.

        Neighbours in time are compared, so that a slow minute of the machine changes little.
        """
        if column not in self.values or other not in self.values:
            return None
        pairs = zip(self.values[column], self.values[other], strict=True)
        return statistics.median(mine / theirs for mine, theirs in pairs)


@dataclass
class Results:
    """All that one run measured: rows with a column a side, and growth with a column a size."""

    machine: dict[str, str]
    rounds: int
    size: Size
    rows: dict[str, Row]
    growth: dict[str, Row]

    def to_json(self) -> dict[str, Any]:
        """Every single value."""
        return asdict(self)

    def to_markdown(self) -> str:
        """The tables and the conditions under which they hold."""
        parts = [
            comparison_table(list(self.rows.values())),
            f"Medians of {self.rounds} rounds, lowest and highest in brackets; ratios are medians "
            f"of the rounds' own. A training step is the mean of {self.size.steps} after "
            f"{self.size.warm_up} to warm up; evaluation the median of {self.size.evaluations}, "
            f"one image of {self.size.calls}.",
            *(growth_table(name, row) for name, row in self.growth.items()),
            speed_up(self.growth["workers"]),
            "\n".join(f"- {name}: {text}" for name, text in self.machine.items()),
        ]
        return "\n\n".join(parts) + "\n"


def comparison_table(rows: Sequence[Row]) -> str:
    """A Markdown table: a line a row, a column a side, and tinynet's ratios to the others."""
    others = [side for side in SIDES if side != "tinynet"]
    head = ["", *SIDES.values(), *(f"tinynet : {SIDES[other]}" for other in others)]
    lines = [[row.title, *(cell(row, side) for side in SIDES)] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        for other in others:
            ratio = row.ratio("tinynet", other)
            line.append("" if ratio is None else f"{number(ratio)}")
    return markdown_table(head, lines)


def growth_table(name: str, row: Row) -> str:
    """A Markdown table of one line: what the quantity is at each size."""
    head = [name, *(f"{int(size):,}" for size in row.values)]
    return markdown_table(head, [[f"{row.title}, {row.unit}", *cells(row)]])


def speed_up(row: Row) -> str:
    """What the most workers gain over one."""
    most = list(row.values)[-1]
    return f"{most} workers are {number(row.ratio('1', most) or 1)} times as fast as one."


def cells(row: Row) -> list[str]:
    """The medians alone."""
    return [number(row.median(column)) for column in row.values]


def cell(row: Row, column: str) -> str:
    """`11.4 s (11.2 - 11.9)`, or nothing."""
    if column not in row.values:
        return ""
    values = row.values[column]
    spread = f" ({number(min(values))} - {number(max(values))})" if len(values) > 1 else ""
    return f"{number(row.median(column))} {row.unit}{spread}"


def markdown_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Rows of cells; all columns but the first are aligned to the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *lines))


def number(value: float) -> str:
    """Three digits that count: 0.0312, 8.70, 11.4, 1,128."""
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}"
