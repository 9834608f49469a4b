"""A corner of a wrong gradient in figures, backward's beside the numerical one."""

from dataclasses import dataclass

import numpy as np

from tinynet import Layer
from tinynet.gradient_check import (
    TOLERANCE,
    numerical_gradient,
    relative_error,
    rounding_floor,
)
from tinynet.types import Array

SIDE = 4  # rows and columns


@dataclass(frozen=True)
class Corner:
    """What `name` of a gradient is: two matrices (rows, columns)."""

    name: str
    backward: Array
    numerical: Array


def wrong_corner(layer: Layer, x: Array) -> Corner | None:
    """The corner of dx, or of a parameter's gradient, that backward gets wrong; None if all fit.

    A single wrong number does not say what is wrong with a gradient: its neighbours do. Weights
    and dy are drawn as `check_layer` draws them, so that both speak of the same numbers.
    """
    rng = np.random.default_rng(0)
    learned = {name: p for name, p in layer.parameters().items() if p.trainable}
    for parameter in learned.values():
        parameter.value = rng.normal(0, 0.5, parameter.shape)
    y = layer.forward(x, True, keep=True)
    dy = rng.normal(size=y.shape)
    dx = layer.backward(dy)
    floor = rounding_floor(dy * y)
    pairs = {"dx": (x, dx)} | {f"d{n}": (p.value, p.grad.copy()) for n, p in learned.items()}
    for name, (array, gradient) in pairs.items():
        where, rows = corner(array.shape)
        places = [place for row in rows for place in row]
        numeric = numerical_gradient(
            lambda: float(np.sum(dy * layer.forward(x, True))), array, places
        )
        analytic = np.array([gradient[place] for place in places])
        if relative_error(analytic, numeric, floor).max() > TOLERANCE:
            shape = len(rows), -1
            return Corner(f"{name}{where}", analytic.reshape(shape), numeric.reshape(shape))
    return None


def corner(shape: tuple[int, ...]) -> tuple[str, list[list[tuple[int, ...]]]]:
    """What the corner of an array is called, and its places, row by row.

    Of x (N, H, W, C) that of the first example's first map; of a kernel (kh, kw, C, F) likewise.
    """
    if len(shape) == 1:
        count = min(SIDE, shape[0])
        return f"[:{count}]", [[(k,) for k in range(count)]]
    axis = 1 if len(shape) == 4 and shape[1] > SIDE else 0  # x, or a kernel or a matrix
    rows, columns = (min(SIDE, size) for size in shape[axis : axis + 2])
    before, after = (0,) * axis, (0,) * (len(shape) - axis - 2)
    name = ", ".join([*map(str, before), f":{rows}", f":{columns}", *map(str, after)])
    return f"[{name}]", [[(*before, i, j, *after) for j in range(columns)] for i in range(rows)]
