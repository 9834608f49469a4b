"""The command line.  One file a command, thin over tested functions; no mathematics.

Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted.
"""

from typing import Annotated

import typer

from mnist_app.cli.compare import compare
from mnist_app.cli.convert import convert
from mnist_app.cli.errors import Command, OneLineErrors
from mnist_app.cli.evaluate import evaluate
from mnist_app.cli.page import page
from mnist_app.cli.predict import predict
from mnist_app.cli.score import score
from mnist_app.cli.train import train
from tinynet import __version__

app = typer.Typer(
    cls=OneLineErrors,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # docstrings are plain text: only this mode joins their lines
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(cls=Command)(train)
app.command(cls=Command)(evaluate)
app.command(cls=Command)(predict)
app.command(cls=Command)(score)
app.command(cls=Command)(page)
app.command(cls=Command)(compare)
app.command(cls=Command)(convert)


@app.callback(invoke_without_command=True)
def mnist_app(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show which version this is, and exit.")
    ] = False,
) -> None:
    """Handwritten digits, read by a neural network in NumPy.

    Start with `train` to watch a network learn, or `predict` to ask the one that is included.
    """
    if version:
        typer.echo(f"tinynet-mnist {__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
