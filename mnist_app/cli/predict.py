"""`predict`: which digit, or other character, is in a picture."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_app.cli.errors import FAILED
from mnist_app.cli.options import ModelOption, OverwriteOption
from mnist_app.cli.outputs import check_figure, wrong
from mnist_app.cli.progress import counted, waiting
from mnist_app.figures.answers import draw_answers
from mnist_app.figures.explanations import draw_explanations
from mnist_app.figures.look import FORMATS, save_figure
from mnist_app.reading.classifier import load_classifier
from mnist_app.reading.explain import explain as which_pixels_spoke
from mnist_app.text import percent, printable

if TYPE_CHECKING:
    from mnist_app.reading.predict import Answer

BAR = 40  # characters of a bar for a probability of 1
BLOCKS = " ▏▎▍▌▋▊▉█"
LARGEST_FIGURE = 40  # pictures; WebP has no room for more than 46


def predict(
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGE...",
            show_default=False,
            help="Pictures, folders of pictures, or - for standard input.",
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Look for pictures in folders of the folders too.")
    ] = False,
    model: ModelOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    figure: Annotated[
        Path | None,
        typer.Option(
            "--save-figure",
            metavar="FILE",
            help="Also draw the pictures, what the network sees of them, and its answers "
            f"(the first {LARGEST_FIGURE}; {', '.join(FORMATS)}). An older figure is replaced.",
        ),
    ] = None,
    explain: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also draw each stage from the picture to the network, and which pixels spoke for "
            f"the answer (the first {LARGEST_FIGURE}).",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Say which digit, or what else the model has learned, is in a picture, and how sure that is.

    Any common picture format, ink and paper of any colour. Several digits that do not touch are
    read line by line. A picture with no ink, or of something else, gets an answer that says so,
    and no confidence. A picture that cannot be read
    does not stop the others; the exit code is then 1. Without a picture, on a terminal, asks for
    one.
    """
    from mnist_app.reading.predict import Failure, find_pictures, predict_pictures  # imports cv2

    for option, path in (("--save-figure", figure), ("--explain", explain)):
        if path is not None:
            check_figure(path, option, images or (), overwrite)
    if figure is not None and explain is not None and figure.resolve() == explain.resolve():
        raise wrong(f"'{explain}' is the file of --save-figure too", "--explain")
    images = images or [ask_for_picture()]
    classifier = load_classifier(model)
    pictures = find_pictures(images, recursive)
    on_screen = sys.stdout.isatty() and len(pictures) > 1
    answers: list[Answer] = []
    failed = False
    to_read = pictures if on_screen else counted(pictures, "Reading")
    for number, result in enumerate(predict_pictures(classifier, to_read), start=1):
        if as_json:
            typer.echo(json.dumps(result.report()))
        elif isinstance(result, Failure):
            print(f"Error: {printable(result.error)}", file=sys.stderr)  # above the bar
        else:
            show_answer(result, f"{number}/{len(pictures)}  " if on_screen else "")
        if isinstance(result, Failure):
            failed = True
        elif (figure or explain) and len(answers) < LARGEST_FIGURE:
            answers.append(result)
    if answers and figure is not None:
        with waiting("Drawing"):
            save_figure(figure, draw_answers, answers)
    if answers and explain is not None:
        spoke = [
            answer.laid_out(
                [which_pixels_spoke(classifier.model, image) for image in answer.images]
            )
            for answer in counted(answers, "Explaining")
        ]
        with waiting("Drawing"):
            save_figure(explain, draw_explanations, answers, spoke)
    if failed:
        raise typer.Exit(FAILED)


def ask_for_picture() -> str:
    """A path from the keyboard, without the quotes that a terminal puts around a dropped file."""
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "missing; give pictures, folders of pictures, or - for standard input",
            param_hint="'IMAGE...'",
        )
    path: str = typer.prompt("Path of a picture of a digit")
    return path.strip().strip("'\"")


def show_answer(answer: "Answer", counter: str = "") -> None:
    """What it is and the confidence, and a bar for each probability or digit; or the problem."""
    typer.secho(
        f"{counter}{printable(answer.image)}: {printable(answer.said())}{guess(answer)}", bold=True
    )
    if answer.problem is not None:
        return
    for digit in answer.digits:
        typer.echo(f"  {digit.name:>2} {percent(digit.confidence):>9}  {bar(digit.confidence)}")
    if answer.digits:
        return
    shown = answer.shown()
    width = max(2, *(len(printable(answer.classes[place])) for place in shown))
    for place in shown:
        name, share = printable(answer.classes[place]), float(answer.probabilities[place])
        line = f"  {name:>{width}} {percent(share):>9}  {bar(share)}".rstrip()
        typer.secho(line, fg="green" if place == answer.digit else None)


def guess(answer: "Answer") -> str:
    """What the digit would be, beside a problem."""
    if answer.problem is None or answer.digit is None:
        return ""
    if answer.problem == "more than one digit":
        return f"; the one with the most ink reads as {answer.name}"
    return f"; if it is, {answer.name}"


def bar(share: float) -> str:
    """A bar of up to BAR characters, in eighths where the terminal knows such characters."""
    eighths = round(share * BAR * 8)
    try:
        BLOCKS.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return "#" * round(eighths / 8)
    return BLOCKS[-1] * (eighths // 8) + BLOCKS[eighths % 8].strip()
