"""Every picture that the program draws.  The only file that uses matplotlib, and imports it late.

Each function writes one file, complete or not at all; the extension decides the format.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_app.data.dataset import Images
from mnist_app.text import percent
from mnist_app.training.evaluation import Evaluation
from tinynet import History
from tinynet.serialization import write_whole
from tinynet.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mnist_app.pictures.pipeline import Stages
    from mnist_app.reading.predict import Answer
    from mnist_app.reading.score import Scored

INK, FAINT = "#222222", "#9a9a9a"
BLUE, ORANGE, RED = "#2a6f97", "#e07a1f", "#c1121f"
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.parse_math": False,  # a file name may hold a dollar sign
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}
FORMATS = (".png", ".jpg", ".webp", ".svg", ".pdf")
LARGEST_GRID = 40  # mistakes in one picture
CELL = (31, 38)  # a 28x28 image, the space beside it, and its line of text above
SHEET_COLUMNS = 4  # mistakes beside each other on a contact sheet
SHEET_CELL = (64, 46)  # two images of 28x28 with spaces, and two lines of text above
WIDTHS = (1, 1, 1.6)  # of the original, the 28x28, and the bars


def save_curves(history: History, path: Path) -> None:
    """Loss and accuracy of training and validation over the epochs, the best epoch marked."""
    epochs = [epoch.epoch for epoch in history.epochs]
    best = history.best()

    def draw(figure: "Figure") -> None:
        from matplotlib.ticker import MaxNLocator

        loss, accuracy = figure.subplots(1, 2)
        for axes, measure, name, scale in (
            (loss, "loss", "loss", 1),
            (accuracy, "accuracy", "accuracy in %", 100),
        ):
            for prefix, label, colour in (
                ("", "training", BLUE),
                ("val_", "validation", ORANGE),
            ):
                values = [getattr(epoch, prefix + measure) for epoch in history.epochs]
                if None not in values:
                    points = [scale * value for value in values]
                    axes.plot(epochs, points, "o-", ms=4, lw=1.6, color=colour, label=label)
            axes.axvline(best.epoch, color=FAINT, lw=1, ls=":", zorder=0, label="best epoch")
            axes.set(xlabel="epoch", ylabel=name, xlim=(min(epochs) - 0.5, max(epochs) + 0.5))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            axes.grid(axis="y", color="#eeeeee")
            axes.set_axisbelow(True)
        loss.set_ylim(bottom=0)
        loss.legend()

    _save(path, (9, 3.6), draw)


def save_confusion_matrix(evaluation: Evaluation, path: Path) -> None:
    """The counts of each label (row) and answer (column), the rare ones still visible."""
    confusion = evaluation.confusion
    size = max(4.8, 0.5 * len(confusion) + 1.2)

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        _draw_counts(axes, confusion)
        axes.set(xlabel="answer of the network", ylabel="label")
        axes.set_title(
            f"{percent(evaluation.accuracy)} right: "
            f"{len(evaluation.mistakes):,} of {len(evaluation.labels):,} images wrong"
        )

    _save(path, (size, size), draw)


def save_predictions(images: Images, evaluation: Evaluation, path: Path) -> None:
    """The first images of the set with what the network says of each, mistakes in red."""
    chosen = np.arange(min(60, len(images)))
    wrong = len(set(chosen) & set(evaluation.mistakes))
    title = f"The first {len(chosen)} test images: answer and confidence; {wrong} wrong (in red)"
    _save_grid(images, evaluation, chosen, 10, title, path, marked=True)


def save_mistakes(images: Images, evaluation: Evaluation, path: Path) -> None:
    """The wrong answers of which the network was most certain."""
    total = len(evaluation.mistakes)
    chosen = evaluation.mistakes[:LARGEST_GRID]
    what = _which_mistakes(total)
    title = f"{what}: label → answer, confidence" if total else what
    _save_grid(images, evaluation, chosen, 8, title, path, marked=False)


def _which_mistakes(total: int) -> str:
    """How many of the mistakes a grid shows."""
    if total > LARGEST_GRID:
        return f"The {LARGEST_GRID} most confident of {total:,} mistakes"
    return {0: "No mistakes", 1: "The only mistake"}.get(total, f"All {total} mistakes")


def save_variations(images: NDArray[np.uint8], path: Path) -> None:
    """Pictures (M, 1 + V, 28, 28): one row each, the original and its V distorted copies."""

    def draw(figure: "Figure") -> None:
        cells = figure.subplots(*images.shape[:2], squeeze=False)
        for row, pictures in zip(cells, images, strict=True):
            for axes, picture in zip(row, pictures, strict=True):
                axes.imshow(picture, cmap="gray_r", vmin=0, vmax=255)
                axes.set_axis_off()
        figure.suptitle("Training images (first column), and copies distorted anew in each epoch")

    _save(path, (0.75 * images.shape[1], 0.75 * len(images) + 0.3), draw)


def save_digit(image: NDArray[np.uint8], path: Path) -> None:
    """A (28, 28) image as a picture of black ink on white paper, ten times as large."""
    picture = Image.fromarray(255 - image).resize((280, 280), Image.Resampling.BICUBIC)
    write_whole(path, lambda temporary: picture.save(temporary))


def save_answers(answers: "Sequence[Answer]", path: Path) -> None:
    """One row an answer: the original, the 28x28 that the network saw, and the bars."""

    def draw(figure: "Figure") -> None:
        cells = figure.subplots(
            len(answers), 3, squeeze=False, gridspec_kw={"width_ratios": WIDTHS}
        )
        for (original, seen, bars), answer in zip(cells, answers, strict=True):
            original.imshow(answer.picture, vmin=0, vmax=1)
            original.set_title(_shortened(Path(answer.image).name))
            seen.imshow(answer.stages.image, cmap="gray_r", vmin=0, vmax=255)
            seen.set_title("as the network sees it", color=FAINT)
            for axes in (original, seen):
                axes.set(xticks=[], yticks=[], anchor="N")
                axes.spines[:].set_visible(True)
            _draw_answer(bars, answer)

    _save(path, (8.4, 2.7 * len(answers)), draw)


def save_explanations(
    answers: "Sequence[Answer]", contributions: Sequence[Array], path: Path
) -> None:
    """One row an answer: the stages on its way to the network, which pixels spoke, the bars.

    Contributions (28, 28): red spoke for the answer, blue against it.
    """
    columns = 7  # of pictures; the bars come after them

    def draw(figure: "Figure") -> None:
        cells = figure.subplots(
            len(answers),
            columns + 1,
            squeeze=False,
            gridspec_kw={"width_ratios": (1,) * columns + WIDTHS[-1:]},
        )
        for (*row, bars), answer, spoke in zip(cells, answers, contributions, strict=True):
            stages = answer.stages
            most = max(float(np.abs(spoke).max()), 1e-12)
            shown: list[tuple[str, Array, dict[str, Any]]] = [
                (_shortened(Path(answer.image).name, 20), answer.picture, {}),
                ("in the ink's colour", stages.grey, {"cmap": "gray", "vmin": 0, "vmax": 1}),
                ("the paper alone", stages.paper, {"cmap": "gray", "vmin": 0, "vmax": 1}),
                ("the ink", stages.ink, {"cmap": "gray_r", "vmin": 0, "vmax": 1}),
                ("orange: not the digit", _sorted_strokes(stages), {}),
                ("for the network", stages.image, {"cmap": "gray_r", "vmin": 0, "vmax": 255}),
                (
                    "" if answer.digit is None else f"red: speaks for {answer.digit}",
                    spoke,
                    {"cmap": "RdBu_r", "vmin": -most, "vmax": most},
                ),
            ]
            for axes, (title, picture, look) in zip(row, shown, strict=True):
                axes.imshow(picture, **look)
                axes.set_title(title, color=INK if axes is row[0] else FAINT)
                axes.set(xticks=[], yticks=[], anchor="N")
                axes.spines[:].set_visible(True)
            _draw_answer(bars, answer)

    _save(path, (16, 2.15 * len(answers)), draw)


def save_contact_sheet(mistakes: "Sequence[Scored]", path: Path) -> None:
    """Two pictures a mistake, the original and what the network saw; label and answer above."""
    from matplotlib.patches import Rectangle

    chosen = mistakes[:LARGEST_GRID]
    columns = min(SHEET_COLUMNS, max(2, len(chosen)))
    rows = max(1, -(-len(chosen) // columns))
    width, height = SHEET_CELL
    what = _which_mistakes(len(mistakes))
    title = f"{what}: label → answer" if mistakes else what

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        axes.set_title(title, size=11, pad=12)
        for place, mistake in enumerate(chosen):
            line, column = divmod(place, columns)
            left, top = column * width, line * height
            said = f"{mistake.label} → {mistake.said}"
            axes.text(left, top - 6.5, _shortened(mistake.file, 36), size=8, color=FAINT)
            axes.text(left, top - 2, _shortened(said, 36, from_start=True), size=8, color=RED)
            pictures: list[tuple[Array, dict[str, Any]]] = []
            if mistake.answer is not None:
                seen = {"cmap": "gray_r", "vmin": 0, "vmax": 255}
                pictures = [(mistake.answer.picture, {}), (mistake.answer.stages.image, seen)]
            for x, (picture, look) in zip((left, left + 30), pictures, strict=False):
                high, wide = (28 * side / max(picture.shape[:2]) for side in picture.shape[:2])
                axes.imshow(picture, extent=(x, x + wide, top + high, top), **look)
                frame = Rectangle((x, top), wide, high, fill=False, edgecolor=FAINT, lw=0.8)
                axes.add_patch(frame)
        axes.set(xlim=(-1, columns * width - 3), ylim=(rows * height - 16, -10), aspect="equal")
        axes.set_axis_off()

    _save(path, (2.3 * columns, 2.3 * rows * height / width + 0.3), draw)


def _sorted_strokes(stages: "Stages") -> Array:
    """(H, W, 3): the strokes that form the digit in black, the others in orange, on white."""
    sheet = np.full((*stages.strokes.shape, 3), 255, np.uint8)
    sheet[stages.strokes] = tuple(bytes.fromhex(ORANGE[1:]))
    sheet[stages.digit] = 0
    return sheet


def _draw_answer(axes: "Axes", answer: "Answer") -> None:
    """What is said, and the bars below it: pale if there is a problem, none if there is no ink."""
    axes.set_title(answer.said(decimals=1), weight="bold")
    axes.set_box_aspect(1 / WIDTHS[-1])  # as high as the pictures beside it
    axes.set_anchor("N")
    if answer.digit is None:
        axes.set_axis_off()
    else:
        _draw_bars(axes, answer.probabilities, sure=answer.problem is None)


def _draw_bars(axes: "Axes", row: Array, sure: bool) -> None:
    """The probabilities (K,) as horizontal bars, the largest in colour if it is sure."""
    labels = range(len(row))
    best, others = (ORANGE, BLUE) if sure else (FAINT, FAINT)
    colours = [best if label == row.argmax() else others for label in labels]
    axes.barh(labels, 100 * row, color=colours, height=0.72)
    for label, value in enumerate(row):
        axes.text(100 * value + 1.5, label, percent(value, 1), va="center", size=7.5)
    axes.set(xlim=(0, 116), ylim=(len(row) - 0.4, -0.6), yticks=labels, xticks=[])
    axes.tick_params(length=0)
    axes.spines[["bottom", "left"]].set_visible(False)


def save_comparison_curves(
    losses: Mapping[str, Sequence[Sequence[tuple[float, float]]]],
    accuracies: Mapping[str, Sequence[Sequence[float]]],
    title: str,
    path: Path,
) -> None:
    """Both frameworks' curves on top of each other, a line a seed.

    losses: for "tinynet" and "keras" the points (epochs done, training loss) of each seed.
    accuracies: the test accuracy in % after each epoch of each seed.
    """
    looks: dict[str, tuple[str, dict[str, Any]]] = {
        "keras": ("Keras", {"color": ORANGE, "lw": 4, "alpha": 0.45}),
        "tinynet": ("tinynet", {"color": BLUE, "lw": 1}),
    }

    def draw(figure: "Figure") -> None:
        from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

        figure.suptitle(title, size=11)
        loss, accuracy = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.5, 1]})
        for framework, (name, look) in looks.items():
            for seed, points in enumerate(losses[framework]):
                label = name if seed == 0 else None
                loss.plot(*zip(*points, strict=True), label=label, **look)
            for seed, values in enumerate(accuracies[framework]):
                label = name if seed == 0 else None
                accuracy.plot(range(1, len(values) + 1), values, "o-", ms=4, label=label, **look)
        loss.set(xlabel="epochs", ylabel="training loss, mean of 16 batches", yscale="log")
        loss.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        loss.yaxis.set_major_formatter("{x:g}")
        loss.yaxis.set_minor_locator(NullLocator())
        low, high = np.min(list(accuracies.values())), np.max(list(accuracies.values()))
        room = max(0.1, 0.25 - (high - low) / 2)  # a hundredth of a point must look like one
        last = len(accuracies["keras"][0])
        accuracy.set(xlabel="epoch", ylabel="test accuracy in %")
        accuracy.set(xlim=(0.5, last + 0.5), ylim=(low - room, high + room))
        accuracy.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        for axes in (loss, accuracy):
            axes.grid(axis="y", color="#eeeeee")
            axes.set_axisbelow(True)
            axes.legend()

    _save(path, (9.5, 3.8), draw)


def save_agreement(
    ours: NDArray[np.intp], theirs: NDArray[np.intp], labels: Array, title: str, path: Path
) -> None:
    """Where tinynet's answers to the test images and Keras's agree, and who is right if not."""
    classes = int(max(ours.max(), theirs.max(), labels.max())) + 1
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (ours, theirs), 1)
    we, they, same = ours == labels, theirs == labels, ours == theirs
    groups = {
        "both right": (we & they, BLUE),
        "both wrong, the same": (~we & same, FAINT),
        "both wrong, differently": (~we & ~they & ~same, FAINT),
        "only tinynet right": (we & ~they, ORANGE),
        "only Keras right": (they & ~we, ORANGE),
    }

    def draw(figure: "Figure") -> None:
        figure.suptitle(
            f"{title}: the same answer to {np.count_nonzero(same):,} of {len(labels):,} "
            "test images",
            size=11,
        )
        matrix, bars = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.25, 1]})
        _draw_counts(matrix, counts)
        matrix.set(xlabel="answer of Keras", ylabel="answer of tinynet")
        sizes = [int(np.count_nonzero(members)) for members, _ in groups.values()]
        colours = [colour for _, colour in groups.values()]
        bars.barh(range(len(groups)), sizes, color=colours, height=0.6)
        for place, size in enumerate(sizes):
            bars.text(size + 0.02 * len(labels), place, f"{size:,}", va="center")
        bars.set(yticks=range(len(groups)), xticks=[], xlim=(0, 1.2 * len(labels)))
        bars.set_yticklabels(groups)
        bars.invert_yaxis()
        bars.tick_params(length=0)
        bars.spines[["bottom", "left"]].set_visible(False)

    _save(path, (10, 5.2), draw)


def _draw_counts(axes: "Axes", counts: NDArray[np.int_]) -> None:
    """A square matrix of counts as a heat map, with the numbers."""
    shades = (counts / max(1, counts.max())) ** 0.3  # shows one mistake beside 1,000 hits
    axes.imshow(shades, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = FAINT if count == 0 else "white" if shades[row, column] > 0.6 else INK
        axes.text(column, row, f"{count}", ha="center", va="center", color=colour, size=8)
    axes.set(xticks=range(len(counts)), yticks=range(len(counts)))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _save_grid(
    images: Images,
    evaluation: Evaluation,
    chosen: NDArray[np.intp],
    columns: int,
    title: str,
    path: Path,
    marked: bool,
) -> None:
    """The chosen images in rows, each with its answer; if marked, wrong ones in red."""
    rows = max(1, -(-len(chosen) // columns))

    def draw(figure: "Figure") -> None:
        from matplotlib.patches import Rectangle

        axes = figure.subplots()  # one for all: sixty of them take a second
        axes.set_title(title, size=11, pad=12)
        for place, index in enumerate(chosen):
            row, label = evaluation.probabilities[index], evaluation.labels[index]
            answer = row.argmax()
            wrong = answer != label
            line, column = divmod(place, columns)
            left, top = column * CELL[0], line * CELL[1]
            axes.imshow(
                images[index],
                cmap="gray_r",
                vmin=0,
                vmax=255,
                extent=(left, left + 28, top + 28, top),
            )
            red = wrong and marked
            edge, width = (RED, 1.8) if red else (FAINT, 0.8)
            axes.add_patch(Rectangle((left, top), 28, 28, fill=False, edgecolor=edge, lw=width))
            said = f"{label} → {answer}" if wrong else f"{answer}"
            text = f"{said}  {percent(row[answer], 1)}"
            axes.text(left + 14, top - 2, text, ha="center", size=8, color=RED if red else INK)
        axes.set(xlim=(-1, columns * CELL[0] - 2), ylim=(rows * CELL[1] - 7, -8), aspect="equal")
        axes.set_axis_off()

    _save(path, (1.05 * columns, 1.05 * rows * CELL[1] / CELL[0] + 0.5), draw)


def _save(path: Path, size: tuple[float, float], draw: Any) -> None:
    """Draw on a new figure of this size in inches, and write it."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # names in scripts without a font
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06))
        draw(figure)
        write_whole(path, lambda temporary: figure.savefig(temporary, dpi=130))


def _shortened(text: str, longest: int = 28, from_start: bool = False) -> str:
    """The text without control characters, and only its end, or its start, if it is too long."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    if len(printable) <= longest:
        return printable
    return f"{printable[: longest - 1]}…" if from_start else f"…{printable[1 - longest :]}"
