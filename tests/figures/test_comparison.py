"""The curves of `compare`: each framework and seed with its own numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mnist_app.figures import comparison as figures
from mnist_app.figures.look import BLUE, ORANGE
from mnist_app.keras.comparison import Comparison
from mnist_app.keras.worker import Job
from tests.figures.samples import bars, drawn, points, texts

LOSSES = {
    "tinynet": [[(0.5, 2.0), (1.0, 1.0)], [(0.5, 2.2), (1.0, 1.1)]],
    "keras": [[(0.5, 4.0), (1.0, 3.0)], [(0.5, 4.4), (1.0, 3.3)]],
}
ACCURACIES = {"tinynet": [[90.0, 97.0], [91.0, 98.0]], "keras": [[80.0, 87.0], [81.0, 88.0]]}


def comparison() -> Comparison:
    """Two seeds, two epochs, and answers that differ between the seeds."""
    measured: list[dict[str, dict[str, Any]]] = [
        {
            framework: {
                "curve": LOSSES[framework][seed],
                "epochs": [{"test_accuracy": a / 100} for a in ACCURACIES[framework][seed]],
            }
            for framework in LOSSES
        }
        for seed in range(2)
    ]
    labels = np.array([0, 1, 2, 3])
    first = {"tinynet": np.array([0, 1, 2, 2]), "keras": np.array([0, 1, 1, 1])}
    return Comparison(
        Job("mlp", 2, 1), 2, "mnist", measured, [{}], [first, dict.fromkeys(first, labels)], labels
    )


def lines(axes: Axes, colour: str) -> list[list[tuple[float, float]]]:
    """The points of each line of one colour."""
    return [points(line) for line in axes.lines if line.get_color() == colour]


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> dict[Path, Figure]:
    """The figures of `save_comparison_figures` by their paths, drawn and not written."""
    made: dict[Path, Figure] = {}

    def keep(path: Path, draw: Callable[..., object], *args: Any) -> None:
        made[path] = drawn(draw, *args)

    monkeypatch.setattr(figures, "save_figure", keep)
    figures.save_comparison_figures(comparison(), Path("folder"))
    return made


def test_each_framework_and_seed_has_its_own_curve(saved: dict[Path, Figure]) -> None:
    loss, accuracy = saved[Path("folder/comparison_curves.png")].axes
    assert lines(loss, BLUE) == LOSSES["tinynet"]
    assert lines(loss, ORANGE) == LOSSES["keras"]
    for colour, framework in ((BLUE, "tinynet"), (ORANGE, "keras")):
        for line, values in zip(lines(accuracy, colour), ACCURACIES[framework], strict=True):
            np.testing.assert_allclose(line, list(enumerate(values, start=1)))


def test_the_legend_names_each_framework_once(saved: dict[Path, Figure]) -> None:
    for axes in saved[Path("folder/comparison_curves.png")].axes:
        handles, names = axes.get_legend_handles_labels()
        colours = [handle.get_color() for handle in handles]  # type: ignore[attr-defined]
        assert dict(zip(names, colours, strict=True)) == {"Keras": ORANGE, "tinynet": BLUE}
        assert axes.get_legend() is not None


def test_the_thin_line_lies_over_the_broad_one(saved: dict[Path, Figure]) -> None:
    for axes in saved[Path("folder/comparison_curves.png")].axes:
        assert [line.get_color() for line in axes.lines] == [ORANGE, ORANGE, BLUE, BLUE]
        assert axes.lines[0].get_linewidth() > axes.lines[-1].get_linewidth()


def test_the_title_says_what_was_compared(saved: dict[Path, Figure]) -> None:
    curves = saved[Path("folder/comparison_curves.png")]
    assert curves.get_suptitle() == comparison().title()
    loss, accuracy = curves.axes
    assert loss.get_yscale() == "log"
    assert accuracy.get_ylabel() == "test accuracy in %"


@pytest.mark.parametrize("spread", [0.0, 0.01, 30.0])
def test_accuracies_have_room(spread: float) -> None:
    accuracies = {"tinynet": [[60.0, 60.0 + spread]], "keras": [[60.0, 60.0]]}
    one = {framework: curves[:1] for framework, curves in LOSSES.items()}
    _, axes = drawn(figures.draw_comparison_curves, one, accuracies, "").axes
    low, high = axes.get_ylim()
    assert low <= 60 - 0.1 < 60 + spread + 0.1 <= high
    assert high - low >= 0.5 - 1e-9


def test_the_agreement_is_the_first_seeds(saved: dict[Path, Figure]) -> None:
    figure = saved[Path("folder/agreement.png")]
    matrix, cases = figure.axes
    assert figure.get_suptitle() == "mlp, seed 0: the same answer to 2 of 4 test images"
    assert texts(matrix)[1, 2] == "2"  # x is Keras's answer, y tinynet's
    assert [length for length, _ in bars(cases).values()] == [2, 0, 1, 1, 0]
