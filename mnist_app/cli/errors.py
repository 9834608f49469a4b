"""Whatever goes wrong for a user becomes one line on stderr and an exit code."""

import os
import sys
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from mnist_app.cli.interrupts import Interrupts
from mnist_app.text import printable

PROGRAM = "python -m mnist_app"
USAGE_ERROR: Any = typer.BadParameter.mro()[1]  # what typer does not export: any wrong usage
FAILED, MISUSED, INTERRUPTED = 1, 2, 130


class OneLineErrors(TyperGroup):
    """A group of commands that ends in one line, not in a traceback, unless the bug is ours."""

    def get_params(self, ctx: Any) -> Any:
        """The options of the whole program, as `Command` shows them."""
        return without_types(super().get_params(ctx))

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command, and exit."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # file names need not be UTF-8
        with Interrupts() as interrupts:
            try:
                code = super().main(*args, **{**options, "standalone_mode": False})
                sys.stdout.flush()  # now, while an error can still be told in a line
            except (KeyboardInterrupt, typer.Abort):
                code = INTERRUPTED
            except BrokenPipeError:  # whoever read our output has enough of it
                code = FAILED
            except Exception as error:
                line, code = describe(error)
                typer.echo(f"Error: {printable(' '.join(line.split()))}", err=True)
        drop_unwritten_output()
        if interrupts.heard:
            code = INTERRUPTED
        sys.exit(code if isinstance(code, int) else 0)


def drop_unwritten_output() -> None:
    """Send to the null device what standard output does not take: Python would try again."""
    try:
        sys.stdout.flush()
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


class Command(TyperCommand):
    """One command: flags look like flags in its help, and no path is empty."""

    def get_params(self, ctx: Any) -> Any:
        """The parameters; "<bool>" beside a flag would ask for `--flag true`."""
        return without_types(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """As always, but "" is no value: as a path it would be the folder that one is in."""
        given, *_ = self.make_parser(ctx).parse_args(args=list(args))
        for parameter in self.get_params(ctx):
            if given.get(parameter.name) == "":
                raise typer.BadParameter("it is empty", ctx=ctx, param=parameter)
        return super().parse_args(ctx, args)


def without_types(parameters: list[Any]) -> list[Any]:
    """The parameters, with nothing beside the name of a flag."""
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
    return parameters


def describe(error: Exception) -> tuple[str, int]:
    """The line and the exit code for an error; one that only a bug of ours can cause is raised."""
    from mnist_app.data import DatasetError
    from mnist_app.keras.comparison import ComparisonError
    from mnist_app.keras.extras import ExtraMissing
    from mnist_app.page.port import PortError
    from mnist_app.reading.score import ScoreError
    from mnist_app.training.folder import RunError
    from tinynet import ModelFileError

    if isinstance(error, USAGE_ERROR):
        command = error.ctx.command_path if error.ctx else PROGRAM
        return f"{error.format_message().rstrip('.')} (see '{command} --help')", MISUSED
    ours = (DatasetError, ModelFileError, RunError, ComparisonError, ExtraMissing, ScoreError)
    if isinstance(error, (*ours, PortError)):
        return str(error), FAILED
    if isinstance(error, OSError) and error.strerror:
        where = f"'{os.fsdecode(error.filename)}': " if error.filename is not None else ""
        return f"{where}{error.strerror}", FAILED
    if isinstance(error, MemoryError):
        return "there is not enough memory for this", FAILED
    raise error
