"""The two pictures of `compare`: the curves of tinynet and Keras, and where their answers agree."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_app.figures.agreement import draw_agreement
from mnist_app.figures.look import BLUE, ORANGE, save_figure
from mnist_app.keras.comparison import AGREEMENT, CURVES, FRAMEWORKS, Comparison

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOKS: dict[str, tuple[str, dict[str, Any]]] = {  # the thin line is drawn over the broad one
    "keras": ("Keras", {"color": ORANGE, "lw": 4, "alpha": 0.45}),
    "tinynet": ("tinynet", {"color": BLUE, "lw": 1}),
}


def save_comparison_figures(comparison: Comparison, folder: Path) -> None:
    """Draw the curves of all seeds, and the agreement of the first, into the folder."""
    losses = {f: [seed[f]["curve"] for seed in comparison.measured] for f in FRAMEWORKS}
    accuracies = {
        f: [[100 * e["test_accuracy"] for e in seed[f]["epochs"]] for seed in comparison.measured]
        for f in FRAMEWORKS
    }
    save_figure(folder / CURVES, draw_comparison_curves, losses, accuracies, comparison.title())
    ours, theirs = (comparison.answers[0][framework] for framework in FRAMEWORKS)
    network = f"{comparison.job.network}, seed 0"
    save_figure(folder / AGREEMENT, draw_agreement, ours, theirs, comparison.labels, network)


def draw_comparison_curves(
    figure: "Figure",
    losses: Mapping[str, Sequence[Sequence[tuple[float, float]]]],
    accuracies: Mapping[str, Sequence[Sequence[float]]],
    title: str,
) -> None:
    """Both frameworks' curves on top of each other, a line a seed.

    losses: for "tinynet" and "keras" the points (epochs done, training loss) of each seed.
    accuracies: the test accuracy in % after each epoch of each seed.
    """
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

    figure.set_size_inches(9.5, 3.8)
    figure.suptitle(title, size=11)
    loss, accuracy = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.5, 1]})
    for framework, (name, look) in LOOKS.items():
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
        axes.grid(axis="y")
        axes.legend()
