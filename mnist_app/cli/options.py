"""Options that several commands share."""

from typing import Annotated

import typer

from mnist_app.reading.classifier import DEFAULT_MODEL

MODEL, MODEL_DEFAULT = "MODEL", f"the included {DEFAULT_MODEL}"
MODEL_HELP = "A model file, the folder of a run, or the name of an included model."
ModelOption = Annotated[
    str | None, typer.Option(metavar=MODEL, show_default=MODEL_DEFAULT, help=MODEL_HELP)
]
ModelArgument = Annotated[
    str | None, typer.Argument(metavar=MODEL, show_default=MODEL_DEFAULT, help=MODEL_HELP)
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead of tables.")
]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Replace also files that this program did not make.")
]
