"""`convert`: tinynet's files to Keras's and back, and to ONNX."""

from pathlib import Path
from typing import Annotated

import typer

from mnist_app.cli.options import MODEL_HELP, OverwriteOption
from mnist_app.cli.outputs import check_file, check_older
from mnist_app.reading.calibration import temperature_of
from mnist_app.reading.classifier import EXTENSION, class_names, find_model
from mnist_app.reading.probabilities import ends_in_logits
from mnist_app.text import printable
from tinynet import load_model, save_model

KERAS, ONNX = ".keras", ".onnx"
MARK, MARK_WITHIN = b"tinynet", 2**16  # every file that is written here has it near its start


def convert(
    source: Annotated[
        str,
        typer.Argument(
            metavar="IN", help=f"A {KERAS} file, or: {MODEL_HELP[0].lower()}{MODEL_HELP[1:]}"
        ),
    ],
    target: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help=f"A file that ends in {KERAS}, {ONNX} or {EXTENSION}; an older one of ours is "
            "replaced.",
        ),
    ],
    overwrite: OverwriteOption = False,
) -> None:
    """Make a .keras or an .onnx file of a tinynet model, or a tinynet model of a .keras file.

    The network computes the same in all of them. Only layers and settings that both sides have can
    be converted; what is no network is left behind: training options, optimizer.
    Keras needs h5py (the extra "convert"), and not TensorFlow. It gets no calibration, and no names
    of classes.
    ONNX needs onnx (the extra "onnx"). The file takes images (N, 28, 28), uint8 in 0..255 with 0
    as background, and gives probabilities; scaling and calibration are inside.
    """
    path = Path(source)
    if path.suffix != KERAS:
        path = find_model(source)
    kinds = path.suffix, target.suffix
    if kinds not in ((KERAS, EXTENSION), (EXTENSION, KERAS), (EXTENSION, ONNX)):
        raise typer.BadParameter(
            f"cannot convert '{source}' to '{target}': one must end in {EXTENSION}, the other "
            f"in {KERAS}, or OUT in {ONNX}."
        )
    check_file(target, "OUT", [path])
    check_older(target, "OUT", is_converted, overwrite)
    if path.suffix == KERAS:
        from_keras(path, target)
    elif target.suffix == KERAS:
        to_keras(path, target)
    else:
        to_onnx(path, target)
    typer.echo(f"Saved {printable(str(target))}")


def from_keras(path: Path, target: Path) -> None:
    """A .keras file as a tinynet model."""
    from mnist_app.keras.read import load_keras

    save_model(load_keras(path), target)


def to_keras(path: Path, target: Path) -> None:
    """A tinynet model as a .keras file, with a word on the calibration that it cannot hold."""
    from mnist_app.keras.write import save_keras

    model, settings = load_model(path)
    temperature = temperature_of(settings, path)
    save_keras(model, target, from_logits=ends_in_logits(model))
    if temperature != 1:
        typer.echo(
            f"The calibration stays behind: Keras's probabilities are those of temperature 1, "
            f"not {temperature:.3f}."
        )


def to_onnx(path: Path, target: Path) -> None:
    """A tinynet model as an .onnx file."""
    from mnist_app.onnx.write import save_onnx

    model, settings = load_model(path)
    classes = class_names(settings, model.output_shape[0], path)
    save_onnx(model, target, temperature_of(settings, path), classes)


def is_converted(path: Path) -> bool:
    """Whether the file is one that `convert`, or `train`, has written."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return MARK in file.read(MARK_WITHIN)
