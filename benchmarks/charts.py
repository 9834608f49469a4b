"""The pictures, in the look of the program's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.layers import Profile
from benchmarks.results import SIDES, Results, Row, number
from mnist_app.figures.look import BLUE, INK, ORANGE, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"tinynet": BLUE, "keras": ORANGE, "pytorch": "#b8b8b8"}
PARTS = {"forward": "#8fb8d0", "backward": "#f0b98a"}  # pale, so that the limit stands out


def save_comparison(results: Results, path: Path) -> None:
    """A panel of bars for each row of the table."""
    save_figure(path, draw_comparison, results)


def save_growth(results: Results, path: Path) -> None:
    """A panel for each growth table."""
    save_figure(path, draw_growth, results)


def save_layers(profiles: Sequence[Profile], path: Path) -> None:
    """A panel for each network."""
    save_figure(path, draw_layers, profiles)


def draw_comparison(figure: "Figure", results: Results) -> None:
    """The rows that several sides have: shorter is better."""
    rows = [row for row in results.rows.values() if len(row.values) > 1]
    figure.set_size_inches(9, 0.6 + 1.15 * -(-len(rows) // 2))
    for axes, row in zip(grid(figure, len(rows), columns=2), rows, strict=True):
        draw_sides(axes, row)
    figure.suptitle(
        "Shorter is better: medians, with the lowest and highest of "
        f"{results.rounds} rounds ({results.machine['processor']})"
    )


def draw_sides(axes: "Axes", row: Row) -> None:
    """A bar a side with its number, and a thin line from its lowest to its highest value."""
    sides = [side for side in SIDES if side in row.values]
    longest = max(max(row.values[side]) for side in sides)
    for place, side in enumerate(sides):
        values, median = row.values[side], row.median(side)
        axes.barh(place, median, height=0.72, color=COLOURS[side])
        axes.plot([min(values), max(values)], [place, place], color=INK, lw=1)
        end = max(values) + 0.02 * longest
        axes.text(end, place, f"{number(median)} {row.unit}", va="center")
    axes.set(xlim=(0, 1.28 * longest), ylim=(len(sides) - 0.4, -0.6))
    axes.set_yticks(range(len(sides)), [SIDES[side] for side in sides])
    axes.set_title(row.title.replace("`", ""), loc="left")
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False)


def draw_growth(figure: "Figure", results: Results) -> None:
    """A curve for each growth table, from zero, on the sizes' own scale."""
    growth = results.growth
    figure.set_size_inches(9, 2.6 * -(-len(growth) // 3))
    panels = grid(figure, len(growth), columns=3)
    for axes, (name, row) in zip(panels, growth.items(), strict=True):
        sizes = [int(column) for column in row.values]
        medians = [row.median(column) for column in row.values]
        lowest, highest = ([f(v) for v in row.values.values()] for f in (min, max))
        axes.fill_between(sizes, lowest, highest, color=BLUE, alpha=0.2, lw=0)
        axes.plot(sizes, medians, "o-", color=BLUE, ms=4, lw=1.6)
        axes.set(xlabel=name.partition(",")[0], ylabel=row.unit)
        axes.set(xlim=(0, 1.08 * max(sizes)), ylim=(0, 1.15 * max(highest)))
        axes.set_title(f"cnn: {row.title}", loc="left")
        axes.set_xticks(sizes[-3:] if len(sizes) > 3 else sizes)
        axes.xaxis.set_major_formatter(lambda size, _: f"{size:,.0f}")
        axes.grid(axis="y")


def draw_layers(figure: "Figure", profiles: Sequence[Profile]) -> None:
    """What each part of a step takes, network by network, the arithmetic in a dark colour."""
    counts = [len(profile.lines) for profile in profiles]
    figure.set_size_inches(9, 0.9 * len(profiles) + 0.34 * sum(counts))
    panels = figure.subplots(len(profiles), squeeze=False, height_ratios=counts).ravel()
    for axes, profile in zip(panels, profiles, strict=True):
        draw_profile(axes, profile)
    panels[0].legend(loc="lower right")


def draw_profile(axes: "Axes", profile: Profile) -> None:
    """Two bars a part, forward and backward, with the arithmetic limit inside."""
    for (name, colour), shift in zip(PARTS.items(), (-0.2, 0.2), strict=True):
        times = [getattr(line, name) for line in profile.lines]
        places = [place + shift for place in range(len(times))]
        axes.barh(places, times, height=0.38, color=colour, label=name)
        for place, value in zip(places, times, strict=True):
            if value:
                axes.text(value, place, f" {number(value)}", va="center", fontsize=7)
    limits = [
        limit for line in profile.lines for limit in (line.forward_limit, line.backward_limit)
    ]
    places = [place + shift for place in range(len(profile.lines)) for shift in (-0.2, 0.2)]
    label = f"arithmetic at {profile.rate:.0f} GFLOP/s"
    axes.barh(places, limits, height=0.14, color=INK, label=label)
    axes.set_yticks(range(len(profile.lines)), [line.name for line in profile.lines])
    axes.invert_yaxis()
    axes.set_xlabel("ms")
    axes.set_title(f"{profile.network}: {profile.images} images on one core", loc="left")
    axes.tick_params(left=False)


def grid(figure: "Figure", count: int, columns: int) -> "Sequence[Axes]":
    """So many axes in rows of `columns`; the places that are left stay empty."""
    axes = figure.subplots(-(-count // columns), columns, squeeze=False).ravel()
    for empty in axes[count:]:
        empty.remove()
    return list(axes[:count])
