"""`python -m tutorials`: which exercises are solved, and what is wrong with the others.

`start` makes the folder to write in, `check 08.conv_dx` judges one exercise.
"""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tutorials import checks, files
from tutorials.checks import all_checks, find_check, verdict, where

STYLES = {"right": "green", "wrong": "red", "not attempted": "dim"}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def progress(context: typer.Context) -> None:
    """Show every exercise of the tutorials: not attempted, right, or wrong and why."""
    if context.invoked_subcommand is not None:
        return
    titles = {path.name[:2]: path.stem[3:].replace("_", " ") for path in files.notebooks()}
    table = Table(title="Exercises in tutorials/mine", title_justify="left")
    for heading in ("notebook", "exercise", "answer"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "exercise")
    right, shown = 0, ""
    names = list(all_checks())
    for name in names:
        number = name[:2]
        judged = verdict(name)
        right += judged.status == "right"
        answer = Text(judged.status, STYLES[judged.status])
        if judged.diagnosis:
            answer.append(f": {judged.diagnosis}", "default")
        title = f"{number} {titles.get(number, '')}" if number != shown else ""
        table.add_row(title, Text(name), answer, end_section=False)
        shown = number
    console = Console()
    console.print(table)
    console.print(f"{right} of {len(names)} exercises are right.", highlight=False)


@app.command()
def start() -> None:
    """Make the files to write in, tutorials/mine/NN_name.py; nothing in them is ever replaced."""
    written = checks.start()
    for path in written:
        typer.echo(f"tutorials/mine/{path.name}")
    if not written:
        typer.echo("Every exercise has its file already.")
    typer.echo(f"Open the first notebook:  jupyter lab tutorials/{files.notebooks()[0].stem}.ipynb")


@app.command()
def check(exercise: Annotated[str, typer.Argument(help="such as 08.conv_dx")]) -> None:
    """Check one exercise; the exit code is 0 if the answer is right, else 1."""
    try:
        find_check(exercise)
    except KeyError as error:
        typer.echo(f"Error: {error.args[0]}", err=True)
        raise typer.Exit(2) from None
    judged = verdict(exercise)
    typer.echo(f"{exercise}: {judged.status}. {judged.diagnosis}".rstrip())
    if judged.status == "not attempted":
        typer.echo(f"Write it in {where(exercise)}; `python -m tutorials start` makes that file.")
    raise typer.Exit(judged.status != "right")


if __name__ == "__main__":
    app(prog_name="python -m tutorials")
