"""`evaluate`: how good a trained network is, class by class."""

import json
from pathlib import Path
from typing import Annotated

import typer

from mnist_app.cli.console import console, print_table, show_left_out
from mnist_app.cli.options import JsonOption, ModelArgument, OverwriteOption
from mnist_app.cli.outputs import check_folder
from mnist_app.cli.progress import waiting
from mnist_app.figures.confusion import draw_confusion
from mnist_app.figures.grids import draw_mistakes
from mnist_app.figures.look import save_figure
from mnist_app.reading.classifier import load_classifier
from mnist_app.reading.datasets import load_data
from mnist_app.text import percent, printable
from mnist_app.training.evaluation import Evaluation, evaluate_images, fitting_labels
from mnist_app.training.folder import CONFUSION, MISTAKES


def evaluate(
    model: ModelArgument = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            show_default="MNIST, included",
            help="Folder of four IDX files, or of pictures in a folder for each class, of which "
            "a fifth is for the test.",
        ),
    ] = None,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help=f"Folder for two pictures, {CONFUSION} and {MISTAKES}; older ones are replaced.",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Test a trained network on the test images of a data set.

    Prints loss and accuracy, precision, recall and F1 of each class, and the confusion matrix.
    """
    if output is not None:
        check_folder(output, "--output", [CONFUSION, MISTAKES], overwrite)
    classifier = load_classifier(model)
    with waiting("Reading the data"):
        dataset = load_data(data, classifier.reads_digits)
    show_left_out(dataset.left_out)
    evaluation = evaluate_images(
        classifier.model,
        dataset.test_images,
        fitting_labels(classifier, dataset),
        temperature=classifier.temperature,
        classes=classifier.classes,
    )
    if as_json:
        head = {"model": str(classifier.path), "data": dataset.name}
        typer.echo(json.dumps(head | evaluation.report()))
    else:
        show_evaluation(printable(f"{classifier.path} on {dataset.name}"), evaluation)
    if output is not None:
        with waiting("Drawing"):
            save_figure(output / CONFUSION, draw_confusion, evaluation)
            save_figure(output / MISTAKES, draw_mistakes, dataset.test_images, evaluation)
        if not as_json:
            typer.echo(f"\nSaved {printable(f'{output / CONFUSION} and {output / MISTAKES}')}")


def show_evaluation(title: str, evaluation: Evaluation) -> None:
    """The figures, a table of the classes, and the confusion matrix."""
    report, out = evaluation.report(), console()
    out.print(title, style="bold")
    out.print(
        f"accuracy {percent(report['accuracy'])} ({report['mistakes']:,} of "
        f"{report['images']:,} wrong), loss {report['loss']:.4f}, "
        f"expected calibration error {report['calibration_error']:.4f}"
    )
    measures = ("precision", "recall", "f1")
    rows = [
        (str(row["class"]), f"{row['images']:,}", *(percent(row[name]) for name in measures))
        for row in report["classes"]
    ]
    out.print()
    kind = "digit" if evaluation.classes is None else "class"
    print_table(out, (kind, "images", "precision", "recall", "F1"), rows)
    header = ("label", *evaluation.names)
    counts = [
        (name, *(str(count) if count else "." for count in row))
        for name, row in zip(evaluation.names, evaluation.confusion, strict=True)
    ]
    out.print("\nConfusion matrix: a row a label, a column an answer", style="bold")
    print_table(out, header, counts)
