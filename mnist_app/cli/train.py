"""`train`: watch a network learn."""

import math
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from mnist_app.cli.console import command, console, show_left_out
from mnist_app.cli.errors import INTERRUPTED
from mnist_app.cli.progress import waiting
from mnist_app.data.labels import spans
from mnist_app.figures.run import save_run_figures
from mnist_app.text import percent, printable
from mnist_app.training.evaluation import Evaluation
from mnist_app.training.folder import DIGIT, FILES
from mnist_app.training.networks import LEARNING_RATES, NETWORKS
from mnist_app.training.options import Options
from mnist_app.training.run import TrainingRun, resume_run, start_run

DEFAULTS = Options()
FEW_STEPS = 200  # with fewer a network has hardly begun


def known_network(name: str) -> str:
    """The name, if there is such a network."""
    if name not in NETWORKS:
        raise typer.BadParameter(f"'{name}' is not one of {', '.join(NETWORKS)}.")
    return name


def positive(value: float | None) -> float | None:
    """The value, if it is finite and above 0, or not given."""
    if value is not None and not 0 < value < math.inf:
        raise typer.BadParameter(f"{value:g} is not a positive number.")
    return value


def share(value: float) -> float:
    """The value, if it lies in [0, 1)."""
    if not 0 <= value < 1:
        raise typer.BadParameter(f"{value:g} is not in the range 0<=x<1.")
    return value


def train(
    context: typer.Context,
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME", callback=known_network, help=f"Network: {', '.join(NETWORKS)}."
        ),
    ] = DEFAULTS.model,
    epochs: Annotated[
        int, typer.Option(min=1, metavar="N", help="How often to go through the training images.")
    ] = DEFAULTS.epochs,
    batch_size: Annotated[
        int, typer.Option(min=1, metavar="N", help="Images a step.")
    ] = DEFAULTS.batch_size,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            metavar="RATE",
            callback=positive,
            show_default="0.001; cnn-large 0.002, resnet 0.002, mlp-small 0.003",
            help="Size of Adam's first steps; it falls to zero along half a cosine.",
        ),
    ] = None,
    validation_split: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            callback=share,
            help="Share of the images held out to choose the best epoch.",
        ),
    ] = DEFAULTS.validation_split,
    seed: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="Fixes the initial weights, the split and the order."
        ),
    ] = DEFAULTS.seed,
    workers: Annotated[
        int,
        typer.Option(
            min=1, max=256, metavar="N", show_default="all cores", help="Processes that train."
        ),
    ] = DEFAULTS.workers,
    augment: Annotated[
        bool,
        typer.Option(
            "--augment", help="Turn, bend and redraw the images a little, anew in each epoch."
        ),
    ] = DEFAULTS.augment,
    styles: Annotated[
        bool,
        typer.Option(
            "--styles",
            help="Add drawn digits in styles that MNIST lacks: a 1 with a flag, a closed 4, ...",
        ),
    ] = DEFAULTS.styles,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            show_default="random weights",
            help="Begin with the weights of this run, file or included model, to train it further.",
        ),
    ] = DEFAULTS.start,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            show_default="MNIST, included",
            help="Folder of pictures, photos or drawings, in a folder for each class; or of four "
            "IDX files, gzipped or not: Fashion-MNIST, KMNIST, EMNIST, ...",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            show_default="runs/NAME",
            help="Folder for the run's files.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Continue the run in the output folder, with its options.",
        ),
    ] = False,
) -> None:
    """Train a network, test it, and save it with pictures of what it learned.

    The same options give the same weights, bit by bit. The images held out for validation choose
    the best epoch: model.safetensors holds it, last.safetensors the last one. Every epoch ends
    with a checkpoint: after Ctrl-C, or a crash, --resume continues as if nothing had happened.
    A folder that already holds a run is never overwritten.
    """
    from mnist_app.cli.training_display import TrainingDisplay  # imports rich

    folder = Path("runs", model) if output is None else output
    given = given_options(context)
    options = Options(**{"learning_rate": LEARNING_RATES[model], **given})
    with ExitStack() as stack:
        with waiting("Reading the data"):
            run = stack.enter_context(
                resume_run(folder, given) if resume else start_run(folder, options)
            )
        show_start(run)
        try:
            with TrainingDisplay(run.options.epochs, len(run.training[0])) as display:
                run.train(display.on_batch, display.on_epoch)
            evaluation = run.finish()
            save_run_figures(run, evaluation)
        except KeyboardInterrupt:
            typer.echo(interrupted(run), err=True)
            raise typer.Exit(INTERRUPTED) from None
        except OSError as error:
            if error.strerror and run.is_saved():
                error.strerror += f"; when that is mended, go on with: {again(run)}"
            raise
        show_end(run, evaluation)


def given_options(context: typer.Context) -> dict[str, Any]:
    """The run's options that stand on the command line."""
    given = {}
    for option in fields(Options):
        source = context.get_parameter_source(option.name)
        if source is not None and source.name == "COMMANDLINE":
            value = context.params[option.name]
            given[option.name] = str(value.resolve()) if isinstance(value, Path) else value
    return given


def show_start(run: TrainingRun) -> None:
    """The network, and the images that it will see."""
    images, held_out = len(run.training[0]), 0 if run.validation is None else len(run.validation[0])
    out = console()
    out.print(f"{run.options.model} on {run.dataset_name}", style="bold")
    out.print(run.model.summary())
    out.print(
        f"{images:,} images to train on, {held_out:,} for validation, {len(run.test[0]):,} to "
        f"test; workers: {run.options.workers}\n"
    )
    if run.options.start is not None:
        out.print(f"It begins with the weights of {printable(run.options.start)}.\n")
    elif run.start is not None:
        out.print(f"It begins with what the included {run.start} has learned of digits.\n")
    show_left_out(run.left_out)
    steps = run.options.epochs * -(-images // run.options.batch_size)
    if run.pictures and steps < FEW_STEPS:
        typer.echo(
            f"Note: {steps:,} steps are few to learn from so few images; try --model cnn-large "
            "--augment --batch-size 32 --epochs 60",
            err=True,
        )
    if run.unseen:
        unseen = ", ".join(run.unseen) if run.names else spans(list(map(int, run.unseen)))
        typer.echo(
            f"Note: no training image has the label {printable(unseen)}, which the network cannot "
            "learn; are the labels right?",
            err=True,
        )
    if run.history.epochs:
        out.print(f"Resumed after {len(run.history.epochs)} of {run.options.epochs} epochs\n")


def show_end(run: TrainingRun, evaluation: Evaluation) -> None:
    """The test result, what was saved where, and what to run next."""
    out = console()
    wrong, total = len(evaluation.mistakes), len(evaluation.labels)
    out.print(f"\nTest accuracy {percent(evaluation.accuracy)}", style="bold", end="")
    out.print(
        f" ({wrong:,} of {total:,} wrong), loss {evaluation.loss:.4f}, after epoch "
        f"{run.history.best().epoch}\n"
    )
    out.print(f"Saved in {run.folder}:")
    for name, content in FILES.items():
        if (run.folder / name).exists():
            out.print(f"  {name:<24}{content}")
    data = () if run.options.data is None else ("--data", run.options.data)
    out.print("\nNext:")
    out.print(f"  {command('evaluate', run.folder, *data)}")
    out.print(f"  {command('predict', '--model', run.folder, run.folder / DIGIT)}")


def interrupted(run: TrainingRun) -> str:
    """What is saved after Ctrl-C, and how to go on."""
    if not run.is_saved():
        return "Interrupted in the first epoch; nothing was saved."
    epochs = len(run.history.epochs)
    return f"Interrupted after {epochs} of {run.options.epochs} epochs; to go on: {again(run)}"


def again(run: TrainingRun) -> str:
    """The command that continues the run."""
    return command("train", "--resume", "--output", run.folder)
