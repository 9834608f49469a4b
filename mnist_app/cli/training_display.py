"""What `train` shows while it runs: a line an epoch, and on a terminal a live bar below."""

import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from mnist_app.cli.console import console
from mnist_app.text import percent
from tinynet import History, Progress

HEADER = "  epoch   training loss   accuracy   validation loss   accuracy   seconds"
SHORTEST_BAR = 7  # columns, with the spaces around it


class TrainingDisplay:
    """A context in which `on_batch` and `on_epoch` show how the training goes."""

    def __init__(self, epochs: int, images: int) -> None:
        self.epochs = epochs
        self.out = console()
        self.bar = Bar(
            TextColumn("{task.fields[epoch]}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[figures]}"),
            console=self.out,
            expand=True,
            transient=True,
            disable=not self.out.is_terminal,
        )
        self.task = self.bar.add_task("", total=images, epoch="", figures="")
        self.started = time.perf_counter()

    def __enter__(self) -> Self:
        self.out.print(HEADER, style="bold")
        self.bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.bar.stop()

    def on_batch(self, progress: Progress) -> None:
        """Move the bar."""
        now = time.perf_counter()
        rate = progress.done / (now - self.started)
        left = (self.epochs - progress.epoch + 1) * progress.total - progress.done
        epoch = f"epoch {progress.epoch}/{self.epochs}"
        figures = fitting(
            self.out.width - len(epoch) - SHORTEST_BAR,
            f"loss {progress.loss:.4f}",
            f"accuracy {percent(progress.accuracy)}",
            f"{rate:,.0f} images/s",
            f"{duration(left / rate)} left",
        )
        self.bar.update(self.task, completed=progress.done, epoch=epoch, figures=figures)

    def on_epoch(self, history: History) -> None:
        """Print the epoch's line, and start the clock of the next."""
        last = history.epochs[-1]
        validation = (
            f"{last.val_loss:18.4f} {percent(last.val_accuracy):>10}"
            if last.val_loss is not None
            else f"{'-':>18} {'-':>10}"
        )
        best = "  best" if history.best() is last else ""
        self.out.print(
            f"{last.epoch:>4}/{self.epochs:<4}{last.loss:14.4f} {percent(last.accuracy):>10}"
            f"{validation}{last.seconds:10.1f}{best}"
        )
        self.started = time.perf_counter()


def fitting(width: int, loss: str, accuracy: str, speed: str, left: str) -> str:
    """What fits into a line of this width: the speed is the first to go, and the loss stays."""
    shown = [loss, accuracy, speed, left]
    for least in (speed, accuracy, left):
        if len("  ".join(shown)) > width:
            shown.remove(least)
    return "  ".join(shown)


def duration(seconds: float) -> str:
    """75 -> "1:15", 3675 -> "1:01:15"."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
