"""What a command shows while one waits: on standard error, on a terminal, and gone at the end."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

Item = TypeVar("Item")


def counted(items: Sequence[Item], doing: str) -> Iterator[Item]:
    """The items, with a bar that counts them.

    Meanwhile only `print` may write to the terminal: its lines stand above the bar.
    """
    if len(items) < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console  # 60 ms, which one picture need not wait for
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeLeft())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        yield from bar.track(items, description=doing)


def waiting(doing: str) -> AbstractContextManager[Any]:
    """A sign that something goes on, of which nobody knows how long it takes."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(f"{doing} ...")
