"""Each curve has its own numbers, and the best epoch is the one that training chose."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mnist_app.figures.curves import WHY_WORSE, draw_curves
from mnist_app.figures.look import BLUE, ORANGE
from tests.figures.samples import drawn, points
from tinynet import Epoch, History

LOSSES, ACCURACIES = [2.0, 1.0, 0.5], [0.5, 0.75, 0.875]
VAL_LOSSES, VAL_ACCURACIES = [1.75, 0.875, 1.25], [0.625, 0.8, 0.7]


def figure(validated: bool = True) -> Figure:
    """Three epochs, of which the second was best on the validation images."""
    epochs = [Epoch(n + 1, LOSSES[n], ACCURACIES[n]) for n in range(3)]
    if validated:
        epochs = [
            Epoch(n + 1, LOSSES[n], ACCURACIES[n], VAL_LOSSES[n], VAL_ACCURACIES[n])
            for n in range(3)
        ]
    return drawn(draw_curves, History(epochs))


def curves(axes: Axes) -> dict[object, list[tuple[float, float]]]:
    """The points of each curve, by its label."""
    return {
        line.get_label(): points(line) for line in axes.lines if line.get_label() != "best epoch"
    }


def best_epoch(axes: Axes) -> list[float]:
    (line,) = (line for line in axes.lines if line.get_label() == "best epoch")
    return [float(x) for x in np.asarray(line.get_xdata())]


def test_each_curve_has_its_own_numbers() -> None:
    loss, accuracy = figure().axes
    assert curves(loss) == {
        "training": list(zip([1, 2, 3], LOSSES, strict=True)),
        "validation": list(zip([1, 2, 3], VAL_LOSSES, strict=True)),
    }
    assert curves(accuracy) == {
        "training": [(1, 50), (2, 75), (3, 87.5)],
        "validation": [(1, 62.5), (2, 80), (3, 70)],
    }
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss", "accuracy in %")
    assert loss.get_ylim()[0] == 0


def test_training_is_blue_and_validation_orange() -> None:
    for axes in figure().axes:
        colours = {line.get_label(): line.get_color() for line in axes.lines}
        assert (colours["training"], colours["validation"]) == (BLUE, ORANGE)
    legend = figure().axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.texts] == ["training", "validation", "best epoch"]


@pytest.mark.parametrize(("validated", "best"), [(True, 2), (False, 3)])
def test_the_best_epoch_is_marked(validated: bool, best: int) -> None:
    for axes in figure(validated).axes:
        assert best_epoch(axes) == [best, best]


def test_without_validation_there_is_one_curve() -> None:
    for axes in figure(validated=False).axes:
        assert list(curves(axes)) == ["training"]


@pytest.mark.parametrize("count", [1, 2, 30])
def test_all_epochs_are_in_sight_at_whole_numbers(count: int) -> None:
    history = History([Epoch(n, 1 / n, 0.5) for n in range(1, count + 1)])
    for axes in drawn(draw_curves, history).axes:
        assert axes.get_xlim() == (0.5, count + 0.5)
        assert all(tick == int(tick) for tick in axes.get_xticks())


@pytest.mark.parametrize(("validated", "best"), [(True, 2), (False, 3)])
def test_title_and_why_training_looks_worse(validated: bool, best: int) -> None:
    title = f"Loss and accuracy after each epoch; epoch {best} is the best"
    assert figure(validated).get_suptitle() == title
    assert figure(validated).get_supxlabel() == (WHY_WORSE if validated else "")
