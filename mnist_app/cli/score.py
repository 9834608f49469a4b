"""`score`: how well a network reads labelled pictures."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_app.cli.console import console, print_table
from mnist_app.cli.options import JsonOption, ModelOption, OverwriteOption
from mnist_app.cli.outputs import check_folder
from mnist_app.cli.progress import counted, waiting
from mnist_app.figures.contact_sheet import draw_contact_sheet
from mnist_app.figures.look import save_figure
from mnist_app.reading.classifier import load_classifier
from mnist_app.text import percent, printable

if TYPE_CHECKING:
    from mnist_app.reading.score import Score

SHEET = "score_mistakes.png"


def score(
    labels: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS.csv",
            dir_okay=False,
            help="Columns file and label; further columns of a few values make groups. Pictures "
            "lie beside it, in a folder of its name without .csv, or in images.",
        ),
    ],
    model: ModelOption = None,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help=f"Folder for a picture of the mistakes, {SHEET}; an older one is replaced.",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Read labelled pictures, and count what was right.

    Prints the accuracy, over all and for each value of the further columns, how far the confidence
    can be trusted (the expected calibration error), and the mistakes. A picture that cannot be
    read, or is said to hold no digit or several, counts as a mistake.

    The accuracy comes with the interval that holds the true one 95 times in 100. If the pictures
    come from several sources, name them in a column source: pictures of one source are alike, and
    the interval over sources allows for that.
    """
    from mnist_app.reading.score import Score, read_labels, score_pictures  # imports cv2

    if output is not None:
        check_folder(output, "--output", [SHEET], overwrite)
    classifier = load_classifier(model)
    rows = read_labels(labels, classifier.classes)
    result = Score(list(score_pictures(classifier, labels, counted(rows, "Reading"))))
    if as_json:
        typer.echo(json.dumps(result.report()))
    else:
        show_score(result)
    if output is not None:
        with waiting("Drawing"):
            save_figure(output / SHEET, draw_contact_sheet, result.mistakes)
        if not as_json:
            typer.echo(f"\nSaved {printable(str(output / SHEET))}")


def span(interval: tuple[float, float]) -> str:
    """Both ends, in percent."""
    low, high = interval
    return f"{percent(low)} to {percent(high)}"


def show_score(result: "Score") -> None:
    """The accuracy, over all and by group, the calibration and the mistakes."""
    out, wrong, total = console(), result.mistakes, len(result.pictures)
    out.print(
        f"{percent(result.accuracy)} right ({total - len(wrong):,} of {total:,})", style="bold"
    )
    out.print(f"95 % interval {span(result.interval())}")
    if (sources := result.over_sources()) is not None:
        out.print(
            f"over {sources.sources} sources: mean {percent(sources.mean)}, "
            f"95 % interval {span(sources.interval)}"
        )
    error = result.calibration_error()
    if error is not None:
        out.print(f"expected calibration error {error:.3f}")
    for column, values in result.groups().items():
        rows = [
            (name or "-", f"{right:,}", f"{count:,}", percent(right / count))
            for name, (right, count) in sorted(values.items())
        ]
        out.print()
        print_table(out, (column, "right", "pictures", "accuracy"), rows)
    if wrong:
        width = max(len(picture.file) for picture in wrong)
        out.print("\nMistakes: file, label, answer", style="bold")
        for picture in wrong:
            line = f"{picture.file.ljust(width)}  {picture.name}  {picture.said}"
            out.print(printable(line))
