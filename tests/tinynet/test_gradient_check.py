"""The checker must find what is wrong and say it: layers with planted bugs, one for each."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.tinynet.strategies import Array, normal
from tests.tinynet.test_model import cnn
from tinynet import (
    Conv2D,
    Dense,
    Flatten,
    GradientError,
    Layer,
    MaxPool,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    check_layer,
    check_model,
)
from tinynet.gradient_check import (
    ALL_UP_TO,
    constant_ratio,
    numerical_gradient,
    relative_error,
)

FLAT, IMAGE = (4,), (5, 4, 2)
NUMBERS = r"backward says [\w.+-]+, the difference quotient [\w.+-]+; relative error "
ENTRY = r"\[\d+(, \d+)*\]: " + NUMBERS


class SoftmaxZero(Softmax):
    """A common short cut: take the loss's gradient as if it had passed the softmax already."""

    def backward(self, dy: Array) -> Array:
        return np.zeros_like(super().backward(dy))


class SoftmaxDiagonal(Softmax):
    """Only the Jacobian's diagonal: y * (1 - y)."""

    def backward(self, dy: Array) -> Array:
        y: Array = self.cached()
        dx: Array = dy * y * (1 - y)
        return dx


class ReLUOpen(ReLU):
    """Passes everything."""

    def backward(self, dy: Array) -> Array:
        self.cached()
        return dy.copy()


class SigmoidWrongSign(Sigmoid):
    def backward(self, dy: Array) -> Array:
        return -super().backward(dy)


class SigmoidInPlace(Sigmoid):
    """Right, but written into the caller's array."""

    def backward(self, dy: Array) -> Array:
        dy *= super().backward(np.ones_like(dy))
        return dy


class MaxPoolLastWindow(MaxPool):
    """`=` for `+=`: where windows overlap, only the last one's share stays."""

    def backward(self, dy: Array) -> Array:
        dx = np.zeros_like(super().backward(dy))
        for i, j in np.ndindex(dy.shape[1:3]):
            alone = np.zeros_like(dy)
            alone[:, i, j] = dy[:, i, j]
            share = super().backward(alone)
            dx[share != 0] = share[share != 0]
        return dx


class ConvUnturned(Conv2D):
    """The kernel not turned by 180 degrees on the way back."""

    def backward(self, dy: Array) -> Array:
        kept = self.kernel.value.copy()
        self.kernel.value[...] = kept[::-1, ::-1]
        dx = super().backward(dy)
        self.kernel.value[...] = kept
        return dx


class ConvNoBias(Conv2D):
    """Forgets db, and leaves what was there."""

    def backward_parameters(self, dy: Array) -> None:
        super().backward_parameters(dy)
        self.bias.grad[...] = 0


class DenseBiasAveraged(Dense):
    def backward_parameters(self, dy: Array) -> None:
        super().backward_parameters(dy)
        self.bias.grad[...] = dy.mean(axis=0)


class DenseTwiceOverN(Dense):
    """1/N here, although the loss has it already."""

    def backward_parameters(self, dy: Array) -> None:
        super().backward_parameters(dy)
        self.kernel.grad /= len(dy)


class DenseAccumulates(Dense):
    """Adds to the grads that it should overwrite."""

    def backward_parameters(self, dy: Array) -> None:
        before = self.bias.grad.copy()
        super().backward_parameters(dy)
        self.bias.grad += before + 1


class DenseOneExample(Dense):
    """dx of one example only, which broadcasting would hide in an optimizer."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy)[:1]


class FlattenTransposed(Flatten):
    """Right shape, wrong order."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy)[:, ::-1]


class NaNs(Sigmoid):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * np.nan


BROKEN: list[tuple[Callable[[], Layer], tuple[int, ...], str]] = [
    (SoftmaxZero, FLAT, f"SoftmaxZero\\(\\): dx{ENTRY}.*The gradient is zero everywhere"),
    (SoftmaxDiagonal, FLAT, f"SoftmaxDiagonal\\(\\): dx{ENTRY}"),
    (ReLUOpen, IMAGE, r"^ReLUOpen\(\): dx\[.*\]: .*difference quotient 0; "),
    (SigmoidWrongSign, FLAT, f"dx{ENTRY}.*Every entry has the wrong sign\\.$"),
    (SigmoidInPlace, FLAT, r"^SigmoidInPlace\(\): backward wrote into dy$"),
    (lambda: MaxPoolLastWindow(3, strides=1), IMAGE, f"dx{ENTRY}"),
    (lambda: ConvUnturned(2, 3, padding="same"), IMAGE, f"3, 3\\), padding='same'\\): dx{ENTRY}"),
    (lambda: ConvNoBias(2, 3), IMAGE, f"bias{ENTRY}.*zero everywhere: is it computed at all\\?$"),
    (
        lambda: DenseBiasAveraged(3),
        FLAT,
        f"bias{ENTRY}.*Every entry is exactly 6 times too small \\(6 is the batch size\\)\\.$",
    ),
    (
        lambda: DenseTwiceOverN(3),
        FLAT,
        f"kernel{ENTRY}.*Every entry is exactly 6 times too small \\(6 is the batch size\\)\\.$",
    ),
    (lambda: DenseAccumulates(3), FLAT, f"bias{ENTRY}"),
    (lambda: DenseOneExample(3), FLAT, r"the gradient of dx has shape \(1, 4\); expected \(6, 4\)"),
    (FlattenTransposed, IMAGE, f"dx{ENTRY}"),
    (NaNs, FLAT, r"dx\[0, 0\]: backward says nan"),
]
each_broken = pytest.mark.parametrize(
    ("make", "shape", "message"), BROKEN, ids=[type(make()).__name__ for make, *_ in BROKEN]
)


def check(layer: Layer, shape: tuple[int, ...], seed: int = 0) -> Any:
    layer.build(shape, np.random.default_rng(0), np.float64)
    return check_layer(layer, normal((6, *shape), seed), seed=seed)


@each_broken
@pytest.mark.parametrize("seed", range(3))
def test_a_broken_layer_fails_and_is_named(
    make: Callable[[], Layer], shape: tuple[int, ...], message: str, seed: int
) -> None:
    with pytest.raises(GradientError) as caught:
        check(make(), shape, seed)
    assert re.search(message, str(caught.value)), str(caught.value)


@each_broken
def test_its_parent_passes(make: Callable[[], Layer], shape: Any, message: str) -> None:
    broken = make()
    parent = type(broken).__bases__[0]
    assert check(parent(**broken.config()), shape).worst <= 1e-6


def stack(middle: Layer, shape: tuple[int, ...]) -> Sequential:
    """A network with this layer between others, so that its dx reaches x and parameters."""
    before: list[Layer] = [Dense(4)] if len(shape) == 1 else [Conv2D(2, 2)]
    after: list[Layer] = [Dense(3)] if isinstance(middle, Flatten) else [Flatten(), Dense(3)]
    start = (5,) if len(shape) == 1 else (6, 5, 1)
    return Sequential([*before, middle, *after], start, dtype=np.float64)


class DenseNoDx(Dense):
    """Sends nothing back, which a kernel of zeros would hide."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * 0


def test_parameters_are_drawn_anew() -> None:
    layer = DenseNoDx(3)
    layer.build((4,), np.random.default_rng(0), np.float64)
    layer.kernel.value[...] = 0
    with pytest.raises(GradientError, match="dx"):
        check_layer(layer, normal((6, 4), 0))
    assert layer.kernel.value.all()
    assert layer.bias.value.all()


WRONG_NUMBERS = [entry for entry in BROKEN if entry[0] not in (SigmoidInPlace,)]  # it spoils dy


@pytest.mark.parametrize(
    ("make", "shape"),
    [(make, shape) for make, shape, _ in WRONG_NUMBERS],
    ids=[type(make()).__name__ for make, *_ in WRONG_NUMBERS],
)
def test_a_broken_layer_in_the_middle_fails_the_whole_model(
    make: Callable[[], Layer], shape: tuple[int, ...]
) -> None:
    broken = make()
    parent = type(broken).__bases__[0](**broken.config())
    models = stack(parent, shape), stack(broken, shape)
    x = normal((6, *models[0].input_shape), 1)
    assert check_model(models[0], x).worst <= 1e-6
    wrong = "backward fails: .*mismatch" if isinstance(broken, DenseOneExample) else NUMBERS
    with pytest.raises(GradientError, match=f"(?s){wrong}"):
        check_model(models[1], x)


@pytest.mark.parametrize("seed", range(5))
def test_the_whole_cnn_passes(seed: int) -> None:
    model = cnn(seed=seed)
    report = check_model(model, normal((3, 9, 8, 2), seed), seed=seed)
    assert set(report.errors) == {"dx", *model.parameters()}
    assert report.worst == max(report.errors.values()) <= 1e-6


def test_the_model_check_names_the_array() -> None:
    model = Sequential([Dense(4), DenseTwiceOverN(3)], (5,), dtype=np.float64)
    with pytest.raises(GradientError, match=r"^dense_twice_overn_1\.kernel along a direction: "):
        check_model(model, normal((6, 5), 0))


def test_a_point_on_a_kink_is_drawn_again_and_counted() -> None:
    x = normal((2, 6), 0)
    assert check_layer(ReLU(), x).redraws == 0
    x[1, 3] = 1e-7
    assert check_layer(ReLU(), x).redraws == 1
    model = Sequential([ReLU(), Dense(2)], (6,), dtype=np.float64)
    assert check_model(model, np.where(np.abs(x) < 1, 1e-7, x)).redraws >= 1


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("row", [[0.0, 1, 1, 0], [0.0, 1, 1 + 5e-6, 0], [1 + 5e-6, 0, 0, 1]])
def test_a_tie_in_a_pool_is_drawn_again(padding: str, row: list[float]) -> None:
    """Also where both rivals win other windows, before the step and after it."""
    layer = MaxPool((1, 4) if row[0] else (1, 2), strides=1, padding=padding)
    layer.build((1, 4, 1), np.random.default_rng(0), np.float64)
    x = np.array(row).reshape(1, 1, 4, 1)
    assert 1 <= check_layer(layer, x).redraws <= 3


def test_a_function_without_a_smooth_point_is_refused() -> None:
    class Rough(ReLU):
        """Changes its mind at every pass."""

        calls = 0

        def branches(self) -> list[Array]:
            self.calls += 1
            return [np.array([self.calls])]

    with pytest.raises(ValueError, match=r"^no smooth point found near x in 100 draws$"):
        check_layer(Rough(), normal((2, 3), 0))


def test_only_float64_will_do() -> None:
    layer = Dense(2)
    layer.build((3,), np.random.default_rng(0), np.float32)
    with pytest.raises(ValueError, match="gradient checks need float64; kernel is float32"):
        check_layer(layer, normal((2, 3), 0))
    with pytest.raises(ValueError, match="gradient checks need float64; x is float32"):
        check_layer(ReLU(), normal((2, 3), 0, np.float32))
    with pytest.raises(ValueError, match=r"float64; dense_1\.kernel is float32"):
        check_model(Sequential([Dense(2)], (3,)), normal((2, 3), 0))
    with pytest.raises(TypeError, match=r"numerical derivatives need float64\. Received: int64"):
        numerical_gradient(lambda: 0.0, np.arange(3))


def test_the_callers_x_is_not_changed() -> None:
    x = normal((2, 3), 0)
    x.setflags(write=False)
    check_layer(Sigmoid(), x)
    check_model(Sequential([Sigmoid()], (3,), dtype=np.float64), x)


def test_large_arrays_are_sampled_and_still_caught() -> None:
    class Half(Dense):
        """Wrong in half of the kernel."""

        def backward_parameters(self, dy: Array) -> None:
            super().backward_parameters(dy)
            self.kernel.grad[::2] *= 1.001

    layer: Dense
    for layer in (Dense(60), Half(60)):
        layer.build((ALL_UP_TO // 50,), np.random.default_rng(0), np.float64)
        x = normal((2, ALL_UP_TO // 50), 0)
        if isinstance(layer, Half):
            with pytest.raises(GradientError, match="kernel"):
                check_layer(layer, x)
        else:
            check_layer(layer, x)


def test_a_slight_error_in_a_small_gradient_is_caught() -> None:
    class Slightly(Dense):
        """One part in 100,000 too large."""

        def backward_parameters(self, dy: Array) -> None:
            super().backward_parameters(dy)
            self.kernel.grad *= 1 + 1e-5

    layer = Slightly(3)
    layer.build(FLAT, np.random.default_rng(0), np.float64)
    with pytest.raises(GradientError, match=r"kernel\[.*; relative error 5\.0e-06, allowed 1e-06$"):
        check_layer(layer, 0.01 * normal((6, *FLAT), 0))


def test_numerical_gradient_is_exact_for_a_parabola_and_puts_back() -> None:
    a = normal((2, 3), 0)
    kept = a.copy()
    slopes = numerical_gradient(lambda: float(np.sum(a**2)), a)
    np.testing.assert_allclose(slopes, 2 * a, atol=1e-9)
    some = numerical_gradient(lambda: float(np.sum(a**2)), a, [(1, 2), (0, 0)])
    np.testing.assert_allclose(some, [2 * a[1, 2], 2 * a[0, 0]], atol=1e-9)
    np.testing.assert_array_equal(a, kept)

    def fails() -> float:
        raise KeyError

    with pytest.raises(KeyError):
        numerical_gradient(fails, a)
    np.testing.assert_array_equal(a, kept)


def test_relative_error() -> None:
    assert relative_error(1.0, 3.0) == 0.5
    assert relative_error(0.0, 0.0) == 0
    assert relative_error(1e-9, 0.0) == pytest.approx(0.1)
    assert relative_error(np.ones(2), np.array([1, -1])).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("factor", "sentence"),
    [
        (1.0, ""),
        (32.0, ". Every entry is exactly 32 times too large (32 is the batch size)."),
        (1 / 32, ". Every entry is exactly 32 times too small (32 is the batch size)."),
        (2.0, ". Every entry is exactly 2 times too large."),
        (1 / 3, ". Every entry is exactly 3 times too small."),
        (-1.0, ". Every entry has the wrong sign."),
        (1.5, ". Every entry is 1.5 times too large."),
        (0.0, ". The gradient is zero everywhere: is it computed at all?"),
        (np.nan, ""),
    ],
)
def test_constant_ratio(factor: float, sentence: str) -> None:
    numeric = np.append(normal((20,), 0), 0.0)
    assert constant_ratio(factor * numeric, numeric, batch=32) == sentence


def test_no_constant_ratio_where_there_is_none() -> None:
    assert constant_ratio(normal((20,), 0), normal((20,), 1), batch=20) == ""
    assert constant_ratio(np.ones(3), np.zeros(3), batch=3) == ""
    assert constant_ratio(np.array([0.0, 5.0]), np.array([1.0, 0.0]), batch=2) == ""
    assert constant_ratio(np.array([4.0, 0.0, 0.0]), np.array([2.0, 0.0, 0.0]), batch=3) == ""
    assert constant_ratio(np.array([4.0, 6.0, 1.0]), np.array([2.0, 3.0, 0.0]), batch=3) == ""
