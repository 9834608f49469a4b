"""What a number is the sum of: every output of one layer, for one example.

Each layer here is linear in what arrives, at the point where it is: a ReLU multiplies by 1 or 0,
a pool takes its maximum once and the others zero times. So each number is a sum of products, plus
a constant. Arrays are of one example: (H, W, C) or (features,). Gradients: gradient_sums.py.
"""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from mnist_app.page.places import Index, at, first_maximum, grid, seen, whole_map
from tinynet import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPool,
    ReLU,
    Residual,
    Sigmoid,
)
from tinynet.types import Array

MOST_GROUPS = 64  # that go to the page, the largest first; the rest is told as one number


@dataclass(frozen=True)
class Group:
    """Products that belong together, such as those of one channel: a * b, element by element.

    `a_at` and `b_at` tell where these numbers stand in the array that they come from, one index
    an element (rows, columns, axes), so that each can be opened in its turn.
    """

    label: str
    a: Array
    b: Array
    a_at: Array | None = None
    b_at: Array | None = None

    @property
    def total(self) -> float:
        return float((self.a * self.b).sum())


@dataclass(frozen=True)
class Sum:
    """A number as the sum of its products; `factors` name the two sides of each."""

    factors: tuple[str, str]
    groups: list[Group]
    constant: tuple[str, float] | None = None

    @property
    def total(self) -> float:
        constant = 0.0 if self.constant is None else self.constant[1]
        return constant + sum(group.total for group in self.groups)

    def report(self, cards: Mapping[str, int]) -> dict[str, Any]:
        """As JSON, with the largest groups in full; on which card the arrays "x" and "dy" are."""
        ranked = sorted(self.groups, key=lambda group: -abs(group.total))
        shown, rest = ranked[:MOST_GROUPS], ranked[MOST_GROUPS:]
        return {
            "factors": self.factors,
            "cards": [cards.get(factor) for factor in self.factors],
            "groups": [
                {
                    "label": g.label,
                    "a": g.a,
                    "b": g.b,
                    "at": (g.a_at, g.b_at),
                    "products": g.a * g.b,
                    "total": g.total,
                }
                for g in shown
            ],
            "products": sum(group.a.size for group in self.groups),
            "nonzero": sum(int(np.count_nonzero(g.a * g.b)) for g in self.groups),
            "rest": {"groups": len(rest), "total": sum(group.total for group in rest)},
            "constant": self.constant,
            "total": self.total,
        }


def formula(layer: Layer, symbol: str) -> str:
    """The line of the layer's docstrings that derives y, dx, dkernel, ...; "" if there is none."""
    kind = type(layer)
    texts = [inspect.getdoc(it) or "" for it in (kind, kind.backward, kind.backward_parameters)]
    for line in "\n".join(texts).splitlines():
        for part in re.split(r";  ", line):
            if re.match(rf"{symbol}\b[^=]*=", part.strip()):
                return re.sub(r"\.  .*|, the transpose.*", "", part.strip()).removesuffix(";")
    return ""


def one(value: float) -> Array:
    """A single number as the (1, 1) that groups are made of."""
    return np.full((1, 1), value)


@singledispatch
def output_sum(layer: Layer, x: Array, index: Index) -> Sum | None:
    """y[index] as a sum; None for a layer that is no sum of products, such as Sigmoid."""
    return None


@output_sum.register
def _(layer: Conv2D, x: Array, index: Index) -> Sum:
    i, j, f = index
    rows, columns, inside = seen(layer._windows, x, i, j)
    kernel = layer.kernel.value[..., f]
    patches = np.where(inside[..., None], x[rows[:, None], columns], 0)
    groups = [
        Group(f"channel {c}", patches[..., c], kernel[..., c], grid(rows, columns, inside, c))
        for c in range(kernel.shape[-1])
    ]
    return Sum(("x", "kernel"), groups, ("bias", float(layer.bias.value[f])))


@output_sum.register
def _(layer: Dense, x: Array, index: Index) -> Sum:
    (j,) = index
    weights = layer.kernel.value[:, j]
    groups = [
        Group(f"input {i}", one(a), one(b), at(i))
        for i, (a, b) in enumerate(zip(x, weights, strict=True))
    ]
    return Sum(("x", "kernel"), groups, ("bias", float(layer.bias.value[j])))


@output_sum.register
def _(layer: MaxPool, x: Array, index: Index) -> Sum:
    i, j, c = index
    rows, columns, inside = seen(layer._windows, x, i, j)
    window = np.where(inside, x[rows[:, None], columns, c], -np.inf)
    wins = first_maximum(window)
    places = grid(rows, columns, inside, c)
    group = Group("window", np.where(inside, window, 0), wins.astype(float), places)
    return Sum(("x", "is the maximum"), [group])


@output_sum.register
def _(layer: ReLU, x: Array, index: Index) -> Sum:
    return Sum(("x", "x > 0"), [Group("x", one(x[index]), one(x[index] > 0), at(*index))])


@output_sum.register(Flatten)
@output_sum.register(Dropout)
def _(layer: Layer, x: Array, index: Index) -> Sum:
    place = source(layer, x, index)
    assert place is not None
    return Sum(("x", "1"), [Group("x", one(x[place]), one(1), at(*place))])


@output_sum.register
def _(layer: BatchNormalization, x: Array, index: Index) -> Sum:
    c = index[-1]
    scale, mean = normalizing(layer, c)
    shift = float(layer.beta.value[c]) - mean * scale
    group = Group("x", one(x[index]), one(scale), at(*index))
    return Sum(("x", "gamma / spread"), [group], ("beta - mean * gamma / spread", shift))


@output_sum.register
def _(layer: GlobalAveragePooling2D, x: Array, index: Index) -> Sum:
    picture = x[..., index[0]]
    shares = np.full(picture.shape, 1 / picture.size)
    group = Group("map", picture, shares, whole_map(picture, index[0]))
    return Sum(("x", "1 / (H*W)"), [group])


@output_sum.register
def _(layer: Residual, x: Array, index: Index) -> Sum:
    ways = {"body": layer.body, "shortcut": layer.shortcut}
    outputs = {n: x if way is None else way.forward(x[np.newaxis])[0] for n, way in ways.items()}
    return Sum(("its output", "1"), [Group(n, one(y[index]), one(1)) for n, y in outputs.items()])


# --- where a number comes from, if that is one number only ---------------------------------------


@singledispatch
def source(layer: Layer, x: Array, index: Index) -> Index | None:
    """The place in x of the one number that y[index] is made of; None if there are more."""
    return None


@source.register(ReLU)
@source.register(Sigmoid)
@source.register(Dropout)
@source.register(BatchNormalization)
def _(layer: Layer, x: Array, index: Index) -> Index:
    return index


@source.register
def _(layer: Flatten, x: Array, index: Index) -> Index:
    return tuple(map(int, np.unravel_index(index[0], x.shape)))


@source.register
def _(layer: MaxPool, x: Array, index: Index) -> Index:
    i, j, c = index
    rows, columns, inside = seen(layer._windows, x, i, j)
    wins = first_maximum(np.where(inside, x[rows[:, None], columns, c], -np.inf))
    u, v = np.argwhere(wins)[0]
    return int(rows[u]), int(columns[v]), c


def normalizing(layer: BatchNormalization, c: int) -> tuple[float, float]:
    """gamma / spread and the mean of channel c, as in prediction."""
    spread = float(np.sqrt(layer.moving_variance.value[c] + layer.epsilon))
    return float(layer.gamma.value[c]) / spread, float(layer.moving_mean.value[c])
