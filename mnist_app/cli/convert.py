"""`convert`: tinynet's files to Keras's and back."""

from pathlib import Path
from typing import Annotated

import typer

from mnist_app.cli.options import MODEL_HELP
from mnist_app.cli.outputs import check_file
from mnist_app.reading.calibration import temperature_of
from mnist_app.reading.classifier import EXTENSION, find_model
from mnist_app.reading.probabilities import ends_in_logits
from mnist_app.text import printable
from tinynet import load_model, save_model

KERAS = ".keras"


def convert(
    source: Annotated[
        str,
        typer.Argument(
            metavar="IN", help=f"A {KERAS} file, or: {MODEL_HELP[0].lower()}{MODEL_HELP[1:]}"
        ),
    ],
    target: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="The other kind of file; an older one is replaced."),
    ],
) -> None:
    """Make a .keras file of a tinynet model, or a tinynet model of a .keras file.

    The network computes the same in both. Only layers and settings that both have can be
    converted; what is no network is left behind: training options, optimizer, calibration.
    Needs h5py (the extra "convert"), and not TensorFlow.
    """
    from mnist_app.keras.read import load_keras  # h5py, and not TensorFlow
    from mnist_app.keras.write import save_keras

    path = Path(source)
    if path.suffix != KERAS:
        path = find_model(source)
    check_file(target, "OUT", [path])
    if (path.suffix, target.suffix) == (KERAS, EXTENSION):
        save_model(load_keras(path), target)
    elif (path.suffix, target.suffix) == (EXTENSION, KERAS):
        model, settings = load_model(path)
        temperature = temperature_of(settings, path)
        save_keras(model, target, from_logits=ends_in_logits(model))
        if temperature != 1:
            typer.echo(
                f"The calibration stays behind: Keras's probabilities are those of temperature 1, "
                f"not {temperature:.3f}."
            )
    else:
        raise typer.BadParameter(
            f"cannot convert '{source}' to '{target}': one must end in {EXTENSION}, the other "
            f"in {KERAS}."
        )
    typer.echo(f"Saved {printable(str(target))}")
