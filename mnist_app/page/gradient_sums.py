"""What a gradient is the sum of: that of a layer's input, and that of its parameters.

As in sums.py, for one example. `x` and `y` are what the layer got and made, `dy` is the gradient
that arrives at `y`.
"""

from functools import singledispatch

import numpy as np

from mnist_app.page.places import (
    BORDER,
    Index,
    at,
    first_maximum,
    grid,
    is_inside,
    output_place,
    seen,
    whole_map,
)
from mnist_app.page.sums import Group, Sum, normalizing, one
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
    places = np.full((filters, kh, kw, 3), BORDER)
    for u, v in np.ndindex(kh, kw):
        i, j = output_place(windows, h, w, u, v)
        if i is not None and j is not None:
            arriving[u, v] = dy[i, j]
            places[:, u, v] = [(i, j, f) for f in range(filters)]
    groups = [
        Group(f"filter {f}", kernel[..., f], arriving[..., f], b_at=places[f])
        for f in range(filters)
    ]
    return Sum(("kernel", "dy"), groups)


@input_gradient_sum.register
def _(layer: Dense, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    weights = layer.kernel.value[index[0]]
    groups = [
        Group(f"unit {j}", one(a), one(b), b_at=at(j))
        for j, (a, b) in enumerate(zip(weights, dy, strict=True))
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
        group = Group(f"window {i}, {j}", one(wins), one(dy[i, j, c]), b_at=at(i, j, c))
        groups.append(group)
    return Sum(("is the maximum", "dy"), groups)


@input_gradient_sum.register
def _(layer: ReLU, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    return Sum(("x > 0", "dy"), [Group("dy", one(x[index] > 0), one(dy[index]), b_at=at(*index))])


@input_gradient_sum.register
def _(layer: Sigmoid, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    slope = y[index] * (1 - y[index])
    return Sum(("y * (1 - y)", "dy"), [Group("dy", one(slope), one(dy[index]), b_at=at(*index))])


@input_gradient_sum.register(Flatten)
@input_gradient_sum.register(Dropout)
def _(layer: Layer, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    place = index
    if isinstance(layer, Flatten):
        place = (int(np.ravel_multi_index(index, x.shape)),)
    return Sum(("1", "dy"), [Group("dy", one(1), one(dy[place]), b_at=at(*place))])


@input_gradient_sum.register
def _(layer: BatchNormalization, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    scale, _ = normalizing(layer, index[-1])
    return Sum(("gamma / spread", "dy"), [Group("dy", one(scale), one(dy[index]), b_at=at(*index))])


@input_gradient_sum.register
def _(layer: GlobalAveragePooling2D, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    share = 1 / (x.shape[0] * x.shape[1])
    return Sum(
        ("1 / (H*W)", "dy"), [Group("dy", one(share), one(dy[index[-1]]), b_at=at(index[-1]))]
    )


@input_gradient_sum.register
def _(layer: Residual, x: Array, y: Array, dy: Array, index: Index) -> Sum:
    groups = []
    for name, way in (("body", layer.body), ("shortcut", layer.shortcut)):
        if way is not None:
            way.forward(x[np.newaxis], keep=True)
        arriving = dy if way is None else way.backward(dy[np.newaxis])[0]
        groups.append(Group(name, one(1), one(arriving[index])))
    return Sum(("1", "what it passes back"), groups)


# --- to the parameters ----------------------------------------------------------------


@singledispatch
def parameter_gradient_sum(layer: Layer, x: Array, dy: Array, name: str, index: Index) -> Sum:
    """The gradient of one entry of the layer's parameter `name` as a sum."""
    raise TypeError(f"{layer!r} has no parameter {name!r} that this page knows")


@parameter_gradient_sum.register
def _(layer: Conv2D, x: Array, dy: Array, name: str, index: Index) -> Sum:
    arriving = dy[..., index[-1]]
    there = whole_map(arriving, index[-1])
    if name == "bias":
        return Sum(("dy", "1"), [Group("all places", arriving, np.ones(arriving.shape), there)])
    u, v, c, _ = index
    windows = layer._windows
    (top, _), (left, _) = windows.border
    rows = np.arange(arriving.shape[0]) * windows.strides[0] + u - top
    columns = np.arange(arriving.shape[1]) * windows.strides[1] + v - left
    inside = is_inside(rows, columns, x)
    met = np.where(
        inside, x[rows.clip(0, len(x) - 1)[:, None], columns.clip(0, x.shape[1] - 1), c], 0
    )
    places = grid(rows, columns, inside, c)
    return Sum(("x", "dy"), [Group("all places", met, arriving, places, there)])


@parameter_gradient_sum.register
def _(layer: Dense, x: Array, dy: Array, name: str, index: Index) -> Sum:
    arriving, there = one(dy[index[-1]]), at(index[-1])
    if name == "bias":
        return Sum(("1", "dy"), [Group("this example", one(1), arriving, b_at=there)])
    met = one(float(x[index[0]]))
    return Sum(("x", "dy"), [Group("this example", met, arriving, at(index[0]), there)])


@parameter_gradient_sum.register
def _(layer: BatchNormalization, x: Array, dy: Array, name: str, index: Index) -> Sum:
    (c,) = index
    arriving = np.atleast_2d(dy[..., c])
    if name == "beta":
        return Sum(("dy", "1"), [Group("all places", arriving, np.ones(arriving.shape))])
    scale, mean = normalizing(layer, c)
    normalized = (np.atleast_2d(x[..., c]) - mean) * (scale / layer.gamma.value[c])
    return Sum(("(x - mean) / spread", "dy"), [Group("all places", normalized, arriving)])
