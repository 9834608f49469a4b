"""Is the gradient right?  Compare it with differences of the function itself.

The rules (why each is needed is the subject of tutorials 01 to 05): float64, centred
differences with h = 1e-5, a random upstream gradient, random parameters, and a relative error
|a - n| / max(floor, |a| + |n|) of at most 1e-6, element by element. Below the floor, a gradient
is so small that its difference quotient is mostly rounding. Where a step would cross the kink
of a ReLU or change the winner of a pool, no derivative exists: such points are drawn again, and
counted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from tinynet.layers.layer import Layer
from tinynet.types import Array

STEP = 1e-5
TOLERANCE = 1e-6
ALL_UP_TO = 2000  # larger arrays are sampled
SAMPLES = 40
MAX_REDRAWS = 100


class GradientError(AssertionError):
    """A gradient that is not the derivative; the message names the array, index and numbers."""


class _Kink(Exception):
    """A step from this point crosses a kink."""


@dataclass
class GradientReport:
    """What was compared: the largest relative error of each array, and how often x was redrawn."""

    errors: dict[str, float]
    redraws: int

    @property
    def worst(self) -> float:
        """The largest relative error of all."""
        return max(self.errors.values())


def relative_error(analytic: Array | float, numeric: Array | float, floor: float = 1e-8) -> Array:
    """|a - n| / max(floor, |a| + |n|), element by element; 0 where both are 0."""
    scale = np.maximum(floor, np.abs(analytic) + np.abs(numeric))
    return np.asarray(np.abs(np.subtract(analytic, numeric)) / scale)


def numerical_gradient(
    f: Callable[[], float], array: Array, indices: list[tuple[int, ...]] | None = None
) -> Array:
    """(f(a + h) - f(a - h)) / 2h for each entry a of a float64 array that f reads.

    Each entry is moved in place and put back exactly. Returns one number an index, or without
    indices an array of the array's shape. Raises TypeError if the array is not float64.
    """
    if array.dtype != np.float64:
        raise TypeError(f"numerical derivatives need float64. Received: {array.dtype}")
    chosen = list(np.ndindex(array.shape)) if indices is None else indices
    slopes = np.empty(len(chosen))
    for k, index in enumerate(chosen):
        with _moved(array, index, STEP):
            above = f()
        with _moved(array, index, -STEP):
            below = f()
        slopes[k] = (above - below) / (2 * STEP)
    return slopes.reshape(array.shape) if indices is None else slopes


@contextmanager
def _moved(array: Array, where: tuple[int, ...], by: Array | float) -> Iterator[None]:
    kept = array[where].copy()
    array[where] = kept + by
    try:
        yield
    finally:
        array[where] = kept


def check_layer(layer: Layer, x: Array, seed: int = 0, training: bool = True) -> GradientReport:
    """Check dx and every parameter's grad of a built float64 layer, at and near x.

    The scalar is L = sum(dy * layer.forward(x, training)) with a random dy. Parameters are drawn
    anew (zero biases would sit on kinks). Raises GradientError, or ValueError if the layer or x
    is not float64, or if no smooth point was found near x.
    """
    return _at_smooth_point(_check_elements, layer, x, seed, training)


def check_model(model: Layer, x: Array, seed: int = 0, training: bool = True) -> GradientReport:
    """Check a whole float64 network along random directions, one for each array and for x.

    Along a direction v, the slope of L = sum(dy * forward(x)) must be <gradient, v>. One
    number stands for all entries of an array, so this stays cheap where elements would not.
    Raises as `check_layer`.
    """
    return _at_smooth_point(_check_directions, model, x, seed, training)


@dataclass
class _Case:
    """A point to check at: L, the arrays that it reads, and what backward says of each.

    terms are the numbers whose sum is L.
    """

    loss: Callable[[], float]
    arrays: dict[str, Array]
    gradients: dict[str, Array]
    terms: Array


def _at_smooth_point(
    check: Callable[[Layer, _Case, np.random.Generator], dict[str, float]],
    layer: Layer,
    x: Array,
    seed: int,
    training: bool,
) -> GradientReport:
    for name, array in {"x": x, **{n: p.value for n, p in layer.parameters().items()}}.items():
        if array.dtype != np.float64:
            raise ValueError(f"gradient checks need float64; {name} is {array.dtype}")
    rng = np.random.default_rng(seed)
    for redraws in range(MAX_REDRAWS):
        for parameter in layer.parameters().values():
            if parameter.trainable:
                parameter.value = rng.normal(0, 0.5, parameter.shape)
        point = x + (rng.normal(0, 1e-2, x.shape) if redraws else 0.0)
        try:
            case = _case(layer, point, rng, training)
            return GradientReport(check(layer, case, rng), redraws)
        except _Kink:
            continue
    raise ValueError(f"no smooth point found near x in {MAX_REDRAWS} draws")


def _case(layer: Layer, x: Array, rng: np.random.Generator, training: bool) -> _Case:
    def forward() -> Array:
        layer.reseed(0)  # a random layer draws the same mask every time
        return layer.forward(x, training, keep=True)

    y = forward()
    dy = rng.normal(size=y.shape)
    here = layer.branches()
    upstream = dy.copy()
    try:
        dx = layer.backward(dy)
    except ValueError as error:  # of NumPy: somewhere inside, two shapes do not fit
        raise GradientError(f"{layer!r}: backward fails: {error}") from error
    if not np.array_equal(dy, upstream):
        raise GradientError(f"{layer!r}: backward wrote into dy")

    def loss() -> float:
        total = float(np.sum(dy * forward()))
        if not all(map(np.array_equal, here, layer.branches())):
            raise _Kink
        return total

    learned = {name: p for name, p in layer.parameters().items() if p.trainable}
    arrays = {"dx": x, **{name: p.value for name, p in learned.items()}}
    gradients = {"dx": dx, **{name: p.grad.copy() for name, p in learned.items()}}
    for name, array in arrays.items():
        if gradients[name].shape != array.shape:
            raise GradientError(
                f"{layer!r}: the gradient of {name} has shape {gradients[name].shape}; "
                f"expected {array.shape}"
            )
    return _Case(loss, arrays, gradients, dy * y)


def _check_elements(layer: Layer, case: _Case, rng: np.random.Generator) -> dict[str, float]:
    errors = {}
    for name, array in case.arrays.items():
        indices = _sample(array, rng)
        numeric = numerical_gradient(case.loss, array, indices)
        analytic = np.array([case.gradients[name][index] for index in indices])
        errors[name] = _compare(f"{layer!r}: {name}", indices, analytic, numeric, case.terms)
    return errors


def _check_directions(layer: Layer, case: _Case, rng: np.random.Generator) -> dict[str, float]:
    errors = {}
    for name, array in case.arrays.items():
        direction = rng.normal(size=array.shape)
        direction /= np.linalg.norm(direction)
        with _moved(array, (), STEP * direction):
            above = case.loss()
        with _moved(array, (), -STEP * direction):
            below = case.loss()
        numeric = np.array([(above - below) / (2 * STEP)])
        analytic = np.array([np.sum(case.gradients[name] * direction)])
        errors[name] = _compare(f"{name} along a direction", [()], analytic, numeric, case.terms)
    return errors


def _sample(array: Array, rng: np.random.Generator) -> list[tuple[int, ...]]:
    chosen = np.arange(array.size)
    if array.size > ALL_UP_TO:
        chosen = rng.choice(array.size, SAMPLES, replace=False)
    return [tuple(map(int, np.unravel_index(k, array.shape))) for k in chosen]


def _compare(
    name: str, indices: list[tuple[int, ...]], analytic: Array, numeric: Array, terms: Array
) -> float:
    errors = relative_error(analytic, numeric, rounding_floor(terms))
    worst = int(np.argmax(errors))  # a NaN counts as the largest
    if errors[worst] <= TOLERANCE:
        return float(errors[worst])
    where = f"[{', '.join(map(str, indices[worst]))}]" if indices[worst] else ""
    raise GradientError(
        f"{name}{where}: backward says {analytic[worst]:.9g}, the difference quotient "
        f"{numeric[worst]:.9g}; relative error {errors[worst]:.1e}, allowed {TOLERANCE:.0e}"
        + constant_ratio(analytic, numeric, batch=len(terms))
    )


def rounding_floor(terms: Array) -> float:
    """The gradient below which rounding alone can pass the tolerance; L is the sum of the terms.

    Each term comes through several layers with an error of a few eps (8 is ample for a network
    of twenty), and the quotient carries the error of their sum over h.
    """
    rounding = float(8 * np.finfo(np.float64).eps * np.abs(terms).sum()) / STEP
    return max(1e-8, rounding / TOLERANCE)


def constant_ratio(analytic: Array, numeric: Array, batch: int) -> str:
    """A sentence about the factor between two arrays, or "" if there is no single one."""
    clear = np.abs(numeric) > 1e-6 * np.abs(numeric).max(initial=0.0)
    if not clear.any() or not np.isfinite(analytic).all():
        return ""
    if not analytic.any():
        return ". The gradient is zero everywhere: is it computed at all?"
    ratios = analytic[clear] / numeric[clear]
    ratio = float(np.median(ratios))
    many = clear.sum() > 1 or numeric.size == 1  # one entry of several is not "every entry"
    zeros = np.abs(analytic[~clear]).max(initial=0.0) <= 1e-4 * np.abs(analytic[clear]).max()
    constant = many and zeros and abs(ratio) > 1e-12 and np.abs(ratios / ratio - 1).max() <= 1e-4
    if not constant or abs(ratio - 1) < 1e-4:
        return ""
    if abs(ratio + 1) < 1e-4:
        return ". Every entry has the wrong sign."
    size, word = (ratio, "large") if abs(ratio) > 1 else (1 / ratio, "small")
    whole = round(size)
    text = f"exactly {whole}" if abs(size - whole) < 1e-4 * abs(size) else f"{size:.6g}"
    note = f" ({whole} is the batch size)" if text == f"exactly {batch}" else ""
    return f". Every entry is {text} times too {word}{note}."
