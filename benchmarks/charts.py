"""The pictures.  matplotlib is imported only to draw them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.layers import Profile
from benchmarks.results import SIDES, Results, Row, number
from tinynet.serialization import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT = "#222222", "#9a9a9a"
COLOURS = {"tinynet": "#2a6f97", "keras": "#e07a1f", "pytorch": "#b8b8b8"}
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}


def save_comparison(results: Results, path: Path) -> None:
    """A panel of bars for each row of the table: shorter is better."""
    rows = [row for row in results.rows.values() if len(row.values) > 1]

    def draw(figure: "Figure") -> None:
        for axes, row in zip(grid(figure, len(rows), columns=2), rows, strict=True):
            draw_sides(axes, row)
        figure.suptitle(
            "Shorter is better: medians, with the lowest and highest of "
            f"{results.rounds} rounds ({results.machine['processor']})"
        )

    save(path, (9, 0.6 + 1.15 * -(-len(rows) // 2)), draw)


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
    axes.set_title(row.title.replace("`", ""))
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False)


def save_growth(results: Results, path: Path) -> None:
    """A panel for each growth table, from zero, on the sizes' own scale."""
    growth = results.growth

    def draw(figure: "Figure") -> None:
        panels = grid(figure, len(growth), columns=3)
        for axes, (name, row) in zip(panels, growth.items(), strict=True):
            sizes = [int(column) for column in row.values]
            medians = [row.median(column) for column in row.values]
            lowest, highest = ([f(v) for v in row.values.values()] for f in (min, max))
            axes.fill_between(sizes, lowest, highest, color=COLOURS["tinynet"], alpha=0.2, lw=0)
            axes.plot(sizes, medians, "o-", color=COLOURS["tinynet"], ms=4, lw=1.6)
            axes.set(xlabel=name.partition(",")[0], ylabel=row.unit)
            axes.set(xlim=(0, 1.08 * max(sizes)), ylim=(0, 1.15 * max(highest)))
            axes.set_title(f"cnn: {row.title}")
            axes.set_xticks(sizes[-3:] if len(sizes) > 3 else sizes)
            axes.xaxis.set_major_formatter(lambda size, _: f"{size:,.0f}")
            axes.grid(axis="y", color="#eeeeee")
            axes.set_axisbelow(True)

    save(path, (9, 2.6 * -(-len(growth) // 3)), draw)


def save_layers(profiles: Sequence[Profile], path: Path) -> None:
    """A panel a network: what each part of a step takes, the arithmetic in a dark colour."""

    def draw(figure: "Figure") -> None:
        counts = [len(profile.lines) for profile in profiles]
        panels = figure.subplots(len(profiles), squeeze=False, height_ratios=counts).ravel()
        for axes, profile in zip(panels, profiles, strict=True):
            draw_profile(axes, profile)
        panels[0].legend(loc="lower right")

    height = 0.9 * len(profiles) + 0.34 * sum(len(profile.lines) for profile in profiles)
    save(path, (9, height), draw)


def draw_profile(axes: "Axes", profile: Profile) -> None:
    """Two bars a part, forward and backward, with the arithmetic limit inside."""
    parts = (
        ("forward", [line.forward for line in profile.lines], "#8fb8d0", -0.2),
        ("backward", [line.backward for line in profile.lines], "#f0b98a", 0.2),
    )
    for name, times, colour, shift in parts:
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
    axes.set(xlabel="ms", title=f"{profile.network}: {profile.images} images on one core")
    axes.tick_params(left=False)


def grid(figure: "Figure", count: int, columns: int) -> "Sequence[Axes]":
    """So many axes in rows of `columns`; the places that are left stay empty."""
    axes = figure.subplots(-(-count // columns), columns, squeeze=False).ravel()
    for empty in axes[count:]:
        empty.remove()
    return list(axes[:count])


def save(path: Path, size: tuple[float, float], draw: Callable[["Figure"], None]) -> None:
    """Draw on a new figure of this size in inches, and write it, complete or not at all."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        write_whole(path, lambda temporary: figure.savefig(temporary, dpi=130))
