"""How the commands print: text as it is, tables, and the commands to run next."""

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from mnist_app.cli.errors import PROGRAM
from mnist_app.text import printable

if TYPE_CHECKING:
    from rich.console import Console

LINE_BELOW_HEADER = "    \n    \n -- \n" + 5 * "    \n"  # the third of the eight lines of a Box
WIDEST = 10_000  # columns: no table is as wide
MOST_LINES = 5  # of pictures that were left out


def console() -> "Console":
    """Standard output; without a terminal no control characters, and no lines cut or broken."""
    from rich.console import Console  # 60 ms, which `predict` need not spend

    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def print_table(out: "Console", header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """The first column aligned to the left, the others to the right, a line below the header.

    Every row is one whole line, however narrow the terminal: a pipe gets it as it is, and a
    terminal goes on in its next line.
    """
    from rich.box import Box
    from rich.measure import Measurement
    from rich.table import Table

    table = Table(
        box=Box(LINE_BELOW_HEADER, ascii=True),
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="",
    )
    for place, name in enumerate(header):
        table.add_column(printable(name), justify="right" if place else "left")
    for row in rows:
        table.add_row(*map(printable, row))
    table.width = Measurement.get(out, out.options.update(max_width=WIDEST), table).maximum
    out.print(table)


def show_left_out(lines: Sequence[str]) -> None:
    """The first of the pictures that could not be read, and how many there are, on stderr."""
    for line in lines[:MOST_LINES]:
        typer.echo(f"Note: left out: {printable(line)}", err=True)
    if len(lines) > MOST_LINES:
        typer.echo(f"Note: and {len(lines) - MOST_LINES:,} more pictures left out", err=True)


def command(*arguments: object) -> str:
    """A command of this program, ready to be pasted into a shell."""
    return f"{PROGRAM} {shlex.join(str(argument) for argument in arguments)}"
