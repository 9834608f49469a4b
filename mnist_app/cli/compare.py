"""`compare`: tinynet beside Keras, on the same weights and batches."""

from dataclasses import astuple
from pathlib import Path
from typing import Annotated, Any

import typer

from mnist_app.cli.console import console, print_table
from mnist_app.cli.options import OverwriteOption
from mnist_app.cli.outputs import check_file, check_folder, check_older
from mnist_app.figures.comparison import save_comparison_figures
from mnist_app.keras import compare as keras_compare
from mnist_app.keras.comparison import AGREEMENT, CURVES, FILES, RESULTS
from mnist_app.keras.extras import check_tensorflow
from mnist_app.text import percent, printable

REPORT_START = b'{\n "network": '
COMPARED = ("cnn", "mlp", "mlp-small")


def compared_network(name: str) -> str:
    """The name, if the network has a twin in Keras."""
    if name not in COMPARED:
        raise typer.BadParameter(f"'{name}' is not one of {', '.join(COMPARED)}.")
    return name


def compare(
    model: Annotated[
        str, typer.Option(callback=compared_network, help=f"Network: {', '.join(COMPARED)}.")
    ] = "cnn",
    epochs: Annotated[
        int, typer.Option(min=1, help="How often to go through the training images.")
    ] = 3,
    seeds: Annotated[
        int, typer.Option(min=1, help="How often to train, each time from other weights.")
    ] = 3,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write everything measured to this file."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            show_default="runs/compare-MODEL",
            help="Folder for the table and two pictures; older ones are replaced.",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Train the same network with tinynet and with Keras, and print how they differ.

    Same MNIST, initial weights, batches and order; each in a process of its own, one after the
    other. Needs TensorFlow (the extra "keras").
    """

    check_tensorflow()
    folder = Path("runs", f"compare-{model}") if output is None else output
    check_folder(folder, "--output", (CURVES, AGREEMENT), overwrite)
    for option, path in (("--output", folder / RESULTS), ("--json", json)):
        if path is not None:
            check_file(path, option)
            check_older(path, option, is_report, overwrite)
    out = console()

    def show(framework: str, seed: int, epoch: dict[str, Any]) -> None:
        out.print(
            f"seed {seed}  {framework:<8} epoch {epoch['epoch']}/{epochs}"
            f"   test accuracy {percent(epoch['test_accuracy'])}"
        )

    result = keras_compare.compare(model, epochs, seeds, on_epoch=show)
    out.print(f"\n{result.title()}", style="bold")
    print_table(out, ("", "tinynet", "Keras", "difference"), map(astuple, result.rows()))
    out.print("")
    for note in result.notes():
        out.print(note)
    keras_compare.save_comparison(result, folder)
    if json is not None:
        keras_compare.save_report(result, json)
    save_comparison_figures(result, folder)
    saved = [folder / name for name in FILES] + ([] if json is None else [json])
    out.print(f"\nSaved {printable(', '.join(map(str, saved)))}")


def is_report(path: Path) -> bool:
    """Whether a file begins as `save_report` begins one."""
    with path.open("rb") as file:
        return file.read(len(REPORT_START)) == REPORT_START
