"""`python -m tutorials`: which exercises are solved, and what is wrong with the others."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tutorials import files
from tutorials.checks import all_checks, find_check, verdict, where

STYLES = {"right": "green", "wrong": "red", "not attempted": "dim"}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def progress(context: typer.Context) -> None:
    """Show every exercise of the tutorials: not attempted, right, or wrong and why."""
    if context.invoked_subcommand is not None:
        return
    titles = {path.name[:2]: path.stem[3:].replace("_", " ") for path in files.notebooks()}
    table = Table(title="Exercises in tutorials/exercises", title_justify="left")
    for heading in ("notebook", "exercise", "answer"):
        table.add_column(heading, overflow="fold")
    right, shown = 0, ""
    checks = all_checks()
    for name in checks:
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
    console.print(f"{right} of {len(checks)} exercises are right.", highlight=False)


@app.command()
def check(exercise: Annotated[str, typer.Argument(help="such as 08.conv_dx")]) -> None:
    """Check one exercise; the exit code is 0 if the answer is right, else 1."""
    try:
        find_check(exercise)
    except KeyError as error:
        typer.echo(f"Error: {error.args[0]}.", err=True)
        raise typer.Exit(2) from None
    judged = verdict(exercise)
    typer.echo(f"{exercise}: {judged.status}. {judged.diagnosis}".rstrip())
    if judged.status == "not attempted":
        typer.echo(f"Write it in {where(exercise)}.")
    raise typer.Exit(judged.status != "right")


if __name__ == "__main__":
    app(prog_name="python -m tutorials")
