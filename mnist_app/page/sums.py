"""What a number is the sum of: every output, and every gradient, of one layer for one example.

Each layer here is linear in what arrives, at the point where it is: a ReLU multiplies by 1 or 0,
a pool takes its maximum once and the others zero times. So each number is a sum of products, plus
a constant; forwards of inputs and weights, backwards of weights and gradients. Arrays are of one
example: (H, W, C) or (features,).
"""

import inspect
import re
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import numpy as np

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
    Sigmoid,
)
from tinynet.layers.windows import Windows
from tinynet.types import Array

MOST_GROUPS = 64  # that go to the page, the largest first; the rest is told as one number

Index = tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """Products that belong together, such as those of one channel: a * b, element by element."""

    label: str
    a: Array
    b: Array

    @property
    def total(self) -> float:
        return float((self.a * self.b).sum())


@dataclass(frozen=True)
class Sum:
    """A number as the sum of its products; `factors` name the two sides of each."""

    factors: tuple[str, str]
    groups: list[Group]
    constant: tuple[str, float] | None = None
    formula: str = field(default="", kw_only=True)

    @property
    def total(self) -> float:
        constant = 0.0 if self.constant is None else self.constant[1]
        return constant + sum(group.total for group in self.groups)

    def report(self) -> dict[str, Any]:
        """As JSON, with the largest groups in full."""
        ranked = sorted(self.groups, key=lambda group: -abs(group.total))
        shown, rest = ranked[:MOST_GROUPS], ranked[MOST_GROUPS:]
        return {
            "formula": self.formula,
            "factors": self.factors,
            "groups": [
                {"label": g.label, "a": g.a, "b": g.b, "products": g.a * g.b, "total": g.total}
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


# --- forwards ----------------------------------------------------------------------------------


@singledispatch
def output_sum(layer: Layer, x: Array, index: Index) -> Sum | None:
    """y[index] as a sum; None for a layer that is no sum of products (Sigmoid, blocks)."""
    return None


@output_sum.register
def _(layer: Conv2D, x: Array, index: Index) -> Sum:
    i, j, f = index
    rows, columns, inside = seen(layer._windows, x, i, j)
    kernel = layer.kernel.value[..., f]
    patches = np.where(inside[..., None], x[rows[:, None], columns], 0)
    groups = [
        Group(f"channel {c}", patches[..., c], kernel[..., c]) for c in range(kernel.shape[-1])
    ]
    return Sum(("x", "kernel"), groups, ("bias", float(layer.bias.value[f])))


@output_sum.register
def _(layer: Dense, x: Array, index: Index) -> Sum:
    (j,) = index
    weights = layer.kernel.value[:, j]
    groups = [
        Group(f"input {i}", one(a), one(b)) for i, (a, b) in enumerate(zip(x, weights, strict=True))
    ]
    return Sum(("x", "kernel"), groups, ("bias", float(layer.bias.value[j])))


@output_sum.register
def _(layer: MaxPool, x: Array, index: Index) -> Sum:
    i, j, c = index
    rows, columns, inside = seen(layer._windows, x, i, j)
    window = np.where(inside, x[rows[:, None], columns, c], -np.inf)
    wins = first_maximum(window)
    return Sum(
        ("x", "is the maximum"), [Group("window", np.where(inside, window, 0), wins.astype(float))]
    )


@output_sum.register
def _(layer: ReLU, x: Array, index: Index) -> Sum:
    return Sum(("x", "x > 0"), [Group("x", one(x[index]), one(x[index] > 0))])


@output_sum.register(Flatten)
@output_sum.register(Dropout)
def _(layer: Layer, x: Array, index: Index) -> Sum:
    flat = x.reshape(-1) if isinstance(layer, Flatten) else x
    return Sum(("x", "1"), [Group("x", one(flat[index]), one(1))])


@output_sum.register
def _(layer: BatchNormalization, x: Array, index: Index) -> Sum:
    c = index[-1]
    scale, mean = normalizing(layer, c)
    shift = float(layer.beta.value[c]) - mean * scale
    group = Group("x", one(x[index]), one(scale))
    return Sum(("x", "gamma / spread"), [group], ("beta - mean * gamma / spread", shift))


@output_sum.register
def _(layer: GlobalAveragePooling2D, x: Array, index: Index) -> Sum:
    picture = x[..., index[0]]
    return Sum(
        ("x", "1 / (H*W)"), [Group("map", picture, np.full(picture.shape, 1 / picture.size))]
    )


# --- backwards, to the input ---------------------------------------------------------------------


@singledispatch
def input_gradient_sum(layer: Layer, x: Array, y: Array, dy: Array, index: Index) -> Sum | None:
    """dx[index] as a sum; None for a block of layers."""
    return None


@input_gradient_sum.register
def _(layer: Conv2D, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    h, w, c = index
    windows, kernel = layer._windows, layer.kernel.value[:, :, c]
    (kh, kw), filters = windows.size, kernel.shape[-1]
    arriving = np.zeros((kh, kw, filters))
    for u, v in np.ndindex(kh, kw):
        i, j = output_place(windows, h, w, u, v)
        if i is not None and j is not None:
            arriving[u, v] = dy[i, j]
    groups = [Group(f"filter {f}", kernel[..., f], arriving[..., f]) for f in range(filters)]
    return Sum(("kernel", "dy"), groups)


@input_gradient_sum.register
def _(layer: Dense, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    weights = layer.kernel.value[index[0]]
    groups = [
        Group(f"unit {j}", one(a), one(b)) for j, (a, b) in enumerate(zip(weights, dy, strict=True))
    ]
    return Sum(("kernel", "dy"), groups)


@input_gradient_sum.register
def _(layer: MaxPool, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    h, w, c = index
    windows, groups = layer._windows, []
    for u, v in np.ndindex(windows.size):
        i, j = output_place(windows, h, w, u, v)
        if i is None or j is None:
            continue
        rows, columns, inside = seen(windows, x, i, j)
        window = np.where(inside, x[rows[:, None], columns, c], -np.inf)
        wins = float(first_maximum(window)[u, v])
        groups.append(Group(f"window {i}, {j}", one(wins), one(dy[i, j, c])))
    return Sum(("is the maximum", "dy"), groups)


@input_gradient_sum.register
def _(layer: ReLU, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    return Sum(("x > 0", "dy"), [Group("dy", one(x[index] > 0), one(dy[index]))])


@input_gradient_sum.register
def _(layer: Sigmoid, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    slope = y[index] * (1 - y[index])
    return Sum(("y * (1 - y)", "dy"), [Group("dy", one(slope), one(dy[index]))])


@input_gradient_sum.register(Flatten)
@input_gradient_sum.register(Dropout)
def _(layer: Layer, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    return Sum(("1", "dy"), [Group("dy", one(1), one(dy.reshape(x.shape)[index]))])


@input_gradient_sum.register
def _(layer: BatchNormalization, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    scale, _ = normalizing(layer, index[-1])
    return Sum(("gamma / spread", "dy"), [Group("dy", one(scale), one(dy[index]))])


@input_gradient_sum.register
def _(layer: GlobalAveragePooling2D, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    share = 1 / (x.shape[0] * x.shape[1])
    return Sum(("1 / (H*W)", "dy"), [Group("dy", one(share), one(dy[index[-1]]))])


# --- backwards, to the parameters ----------------------------------------------------------------


@singledispatch
def parameter_gradient_sum(layer: Layer, x: Array, dy: Array, name: str, index: Index) -> Sum:
    """The gradient of one entry of the layer's parameter `name` as a sum."""
    raise TypeError(f"{layer!r} has no parameter {name!r} that this page knows")


@parameter_gradient_sum.register
def _(layer: Conv2D, x: Array, dy: Array, name: str, index: Index) -> Sum:
    arriving = dy[..., index[-1]]
    if name == "bias":
        return Sum(("dy", "1"), [Group("all places", arriving, np.ones(arriving.shape))])
    u, v, c, _ = index
    windows = layer._windows
    (top, _), (left, _) = windows.border
    rows = np.arange(arriving.shape[0]) * windows.strides[0] + u - top
    columns = np.arange(arriving.shape[1]) * windows.strides[1] + v - left
    inside = is_inside(rows, columns, x)
    met = np.where(
        inside, x[rows.clip(0, len(x) - 1)[:, None], columns.clip(0, x.shape[1] - 1), c], 0
    )
    return Sum(("x", "dy"), [Group("all places", met, arriving)])


@parameter_gradient_sum.register
def _(layer: Dense, x: Array, dy: Array, name: str, index: Index) -> Sum:
    arriving = one(dy[index[-1]])
    met = one(1.0 if name == "bias" else float(x[index[0]]))
    return Sum(("1" if name == "bias" else "x", "dy"), [Group("this example", met, arriving)])


@parameter_gradient_sum.register
def _(layer: BatchNormalization, x: Array, dy: Array, name: str, index: Index) -> Sum:
    (c,) = index
    arriving = np.atleast_2d(dy[..., c])
    if name == "beta":
        return Sum(("dy", "1"), [Group("all places", arriving, np.ones(arriving.shape))])
    scale, mean = normalizing(layer, c)
    normalized = (np.atleast_2d(x[..., c]) - mean) * (scale / layer.gamma.value[c])
    return Sum(("(x - mean) / spread", "dy"), [Group("all places", normalized, arriving)])


# --- where windows lie -----------------------------------------------------------------------


def seen(windows: Windows, x: Array, i: int, j: int) -> tuple[Array, Array, Array]:
    """The rows and columns under window (i, j), moved into the image, and which were inside."""
    (kh, kw), (sh, sw) = windows.size, windows.strides
    (top, _), (left, _) = windows.border
    rows, columns = i * sh - top + np.arange(kh), j * sw - left + np.arange(kw)
    inside = is_inside(rows, columns, x)
    return rows.clip(0, x.shape[0] - 1), columns.clip(0, x.shape[1] - 1), inside


def is_inside(rows: Array, columns: Array, x: Array) -> Array:
    """Which of rows times columns are pixels, and not the border."""
    good_rows, good_columns = (rows >= 0) & (rows < len(x)), (columns >= 0) & (columns < x.shape[1])
    inside: Array = good_rows[:, None] & good_columns
    return inside


def output_place(windows: Windows, h: int, w: int, u: int, v: int) -> tuple[int | None, int | None]:
    """The window (i, j) that has pixel (h, w) at its place (u, v), each None if there is none."""
    found = [
        place // stride if place % stride == 0 and 0 <= place // stride < count else None
        for place, stride, count in zip(
            (h + windows.border[0][0] - u, w + windows.border[1][0] - v),
            windows.strides,
            windows.counts,
            strict=True,
        )
    ]
    return found[0], found[1]


def first_maximum(window: Array) -> Array:
    """True at the first of the largest entries, in reading order."""
    wins = np.zeros(window.shape, bool)
    wins[np.unravel_index(int(window.argmax()), window.shape)] = True
    return wins


def normalizing(layer: BatchNormalization, c: int) -> tuple[float, float]:
    """gamma / spread and the mean of channel c, as in prediction."""
    spread = float(np.sqrt(layer.moving_variance.value[c] + layer.epsilon))
    return float(layer.gamma.value[c]) / spread, float(layer.moving_mean.value[c])
