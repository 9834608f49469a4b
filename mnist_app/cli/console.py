"""How the commands print: text as it is, tables, and the commands to run next."""

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mnist_app.cli.errors import PROGRAM

if TYPE_CHECKING:
    from rich.console import Console


def console() -> "Console":
    """Standard output; without a terminal no control characters, and no lines cut or broken."""
    from rich.console import Console  # 60 ms, which `predict` need not spend

    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The first column aligned to the left, the others to the right, a line below the header."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    text = [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in lines
    ]
    text.insert(1, "-" * len(text[0]))
    return "\n".join(text)


def command(*arguments: object) -> str:
    """A command of this program, ready to be pasted into a shell."""
    return f"{PROGRAM} {shlex.join(str(argument) for argument in arguments)}"
