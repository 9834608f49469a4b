"""Options that several commands share."""

from typing import Annotated

import typer

from mnist_app.classifier import DEFAULT_MODEL

ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        show_default=f"the included {DEFAULT_MODEL}",
        help="A model file, the folder of a run, or the name of an included model.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead of tables.")
]
