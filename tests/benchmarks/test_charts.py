"""Each bar and point of the charts has its own number."""

import pytest
from matplotlib.axes import Axes

from benchmarks.charts import COLOURS, draw_comparison, draw_growth, draw_layers
from benchmarks.layers import Line, Profile
from benchmarks.results import Results, Row
from benchmarks.settings import Size
from tests.figures.samples import bars, drawn, points


def results() -> Results:
    """Two rows that several sides have, one that only tinynet has, and two growth tables."""
    rows = {
        "epoch": Row("An epoch of `cnn`", "s", {"tinynet": [2.0, 1.0, 6.0], "keras": [4.0] * 3}),
        "import": Row("Importing", "ms", {"keras": [30.0], "pytorch": [20.0]}),
        "alone": Row("Alone", "s", {"tinynet": [1.0]}),
    }
    growth = {
        "workers": Row("an epoch", "s", {"1": [10.0, 8.0, 9.0], "2": [5.0, 5.5, 4.5]}),
        "batch size, images": Row("a step", "ms", {str(n): [n / 16] for n in (16, 32, 64, 128)}),
    }
    return Results({"processor": "abacus"}, 3, Size(), rows, growth)


def names(axes: Axes) -> list[str]:
    """What stands beside the bars."""
    return [tick.get_text() for tick in axes.get_yticklabels()]


def test_each_side_has_its_median_and_its_spread() -> None:
    figure = drawn(draw_comparison, results())
    epoch, imported = figure.axes
    assert bars(epoch) == {0: (2.0, COLOURS["tinynet"]), 1: (4.0, COLOURS["keras"])}
    assert names(epoch) == ["tinynet", "Keras"]
    assert points(epoch.lines[0]) == [(1.0, 0.0), (6.0, 0.0)]
    assert [text.get_text() for text in epoch.texts] == ["2.00 s", "4.00 s"]
    assert epoch.yaxis_inverted()
    assert epoch.get_title(loc="left") == "An epoch of cnn"
    assert bars(imported) == {0: (30.0, COLOURS["keras"]), 1: (20.0, COLOURS["pytorch"])}
    assert names(imported) == ["Keras", "PyTorch"]
    assert "of 3 rounds (abacus)" in figure.get_suptitle()


def test_growth_goes_through_the_medians() -> None:
    workers, batches = drawn(draw_growth, results()).axes
    assert points(workers.lines[0]) == [(1.0, 9.0), (2.0, 5.0)]
    assert points(batches.lines[0]) == [(16.0, 1.0), (32.0, 2.0), (64.0, 4.0), (128.0, 8.0)]
    assert (batches.get_xlabel(), batches.get_ylabel()) == ("batch size", "ms")
    for axes, highest in ((workers, 10), (batches, 8)):
        assert axes.get_ylim() == pytest.approx((0, 1.15 * highest))
        assert axes.get_xlim()[0] == 0


def test_each_part_has_its_times_and_its_limits() -> None:
    lines = [Line("Dense(10)", 1.0, 0.5, 2.0, 0.75), Line("loss", 4.0, 0.0, 0.0, 0.0)]
    (axes,) = drawn(draw_layers, [Profile("mlp", 64, 200.0, lines)]).axes
    forward, backward, limits = ([bar.get_width() for bar in group] for group in axes.containers)
    assert (forward, backward, limits) == ([1.0, 4.0], [2.0, 0.0], [0.5, 0.75, 0.0, 0.0])
    heights = [bar.get_y() + bar.get_height() / 2 for group in axes.containers for bar in group]
    assert heights == pytest.approx([-0.2, 0.8, 0.2, 1.2, -0.2, 0.2, 0.8, 1.2])
    assert names(axes) == ["Dense(10)", "loss"]
    assert axes.yaxis_inverted()
    _, labels = axes.get_legend_handles_labels()
    assert labels == ["forward", "backward", "arithmetic at 200 GFLOP/s"]
    assert axes.get_title(loc="left") == "mlp: 64 images on one core"
