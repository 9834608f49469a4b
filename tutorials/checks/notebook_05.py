"""The checks of notebook 05: ReLU, dead units, and the backward pass of two layers."""

from typing import Any

import numpy as np

from tinynet.gradient_check import numerical_gradient
from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import (
    Array,
    WrongAnswer,
    call,
    expect,
    expect_order,
    multiple,
    recognize,
)

SQUARE = (3, 3, 3, 3)  # examples, inputs, hidden units, classes: every product fits
OBLONG = (4, 3, 5, 2)
MULTIPLIED = (
    "this is multiplied by N. dz holds the loss's 1/N, and there it stays: a layer divides or "
    "multiplies by the number of examples only if its own forward pass does."
)


@exercise
def relu_backward(answer: Answer) -> None:
    """Three axes, inputs of both signs and exact zeros."""
    rng = np.random.default_rng(6)
    x, dy = rng.normal(size=(2, 2, 3, 4))
    dy *= 10
    x[0, 0, :2] = 0.0
    x[1, 0, :2] = 1e-6, -1e-6
    x[1, 1, :2] = 1e-30, -1e-30
    dx = np.where(x > 0, dy, 0.0)
    got = call(answer, x, dy)
    leaks = [multiple(got, dx, np.where(off, dy, 0.0)) for off in (x < 0, x <= 0)]
    leak = leaks[0] if leaks[1] is None else leaks[1]
    if leak is not None and np.isclose(leak, -1):
        raise WrongAnswer(
            "dx: where x is negative, dy passes with its sign turned. That is the slope of |x|. "
            "A ReLU's output is 0 there, whatever x is, so nothing passes."
        )
    if leak is not None and leak != 1:
        raise WrongAnswer(
            f"dx: where x is negative, {leak:.4g} of dy passes. That is a leaky ReLU. Here the "
            "output is 0 there, whatever x is, so nothing passes."
        )
    expect(got, dx, "dx", mistakes={
        "where x is positive *and* dy is positive, dy passes. That is 'guided' backpropagation, "
        "which draws pretty pictures, and is no derivative. The sign of dy does not matter.": (
            np.where(x > 0, np.maximum(dy, 0), 0.0)
        ),
        "this is divided by the number of examples. dy holds the loss's 1/N already.": dx / len(x),
        "dy is multiplied by x, whether it is positive or not. The slope is 1 or 0.": dy * x,
        "half of dy passes where x is exactly 0. A legal choice, but asked for is 0.": (
            dx + 0.5 * dy * (x == 0)
        ),
        "the sign of x is multiplied in: where x is negative, nothing passes.": dy * np.sign(x),
        "every gradient passes, as if there were no ReLU. Was the mask made with >= from the "
        "output? The output is never negative.": dy,
        "right, except where x is exactly 0: there the gradient passes, and asked for is 0. "
        "Compare with >, not >=.": dy * (x >= 0),
        "the sign of dy decides what passes. What decides is on which side of the kink x was.": (
            np.maximum(dy, 0)
        ),
        "dy is multiplied by the output. The slope of a ReLU is 1 or 0, not its value.": (
            dy * np.maximum(x, 0)
        ),
        "the gradient passes where x is negative, and stops where it is positive.": dy * (x < 0),
        "this is the slope alone. The chain rule multiplies it by dy.": (x > 0).astype(float),
        "the gradient is cut off, but x comes out in its place.": np.maximum(x, 0),
        "the gradient stops where x is small, too. The slope is 1 wherever x > 0, however small.": (
            np.where(x > 1e-3, dy, 0.0)
        ),
        "the gradient stops where x is tiny, too. The slope is 1 wherever x > 0, however small.": (
            np.where(x > 1e-8, dy, 0.0)
        ),
        "the gradient stops below x = 1. The kink lies at 0.": np.where(x > 1, dy, 0.0),
        "the gradient passes down to x = -1. The kink lies at 0.": np.where(x > -1, dy, 0.0),
        "dy passes where x is negative, too: any number but 0 counts as true. Compare with 0.": (
            dy * (x != 0)
        ),
        "dy is multiplied by a sigmoid of x. The slope of a ReLU is 1 or 0.": dy / (1 + np.exp(-x)),
        "dy * x is cut off where it is negative. x decides alone, and passes dy as it is.": (
            np.maximum(dy * x, 0)
        ),
        "the gradient passes where x * dy is positive. x decides alone.": dy * (x * dy > 0),
        "a number passes if any of its row is positive. Each decides for itself.": (
            dy * (x > 0).any(axis=-1, keepdims=True)
        ),
        "x and dy are exchanged: x decides, dy passes.": x * (dy > 0),
        "`dy * x > 0` compares the product: > binds less tightly than *. Write dy * (x > 0).": (
            (dy * x > 0).astype(float)
        ),
        "x itself passes where it is negative. There the output is 0, whatever x is, so nothing "
        "passes.": np.where(x > 0, dy, x),
        "only the entries that pass are left, in a row. dx has the shape of x, with a 0 wherever "
        "nothing passes.": dy[x > 0],
        "a number only passes where its whole row is positive. Each decides for itself.": (
            dy * (x > 0).all(axis=-1, keepdims=True)
        ),
        **{
            f"dy is cut off at {bound}. Where x is positive, all of it passes, of any size.": (
                np.clip(dx, -bound, bound)
            )
            for bound in (1, 3, 5, 10)
        },
    })  # fmt: skip


@exercise
def dead_units(answer: Answer) -> None:
    """Units that are on always, sometimes, only at the kink, never."""
    always, once, never, at_the_kink = (1, 2, 0.5), (-1, 4, -2), (-2, -0.5, -3), (0, -1, 0)
    columns = [always, once, never, at_the_kink, (3, 0, -1), (2, -3, -1), (1e-12, -1, -3)]
    columns += [(-2, 1, 3), (-1, -2, 4)]  # on at the last example; off for one, and for most
    a = np.array(columns, dtype=float).T
    off = a <= 0
    expect(call(answer, a), off.all(axis=0), "dead_units(a)", mistakes={
        "units that are off for one example count as dead. Dead means off for *all* of them: the "
        "others still learn from the rest.": off.any(axis=0),
        "True and False are the wrong way round: True means dead.": ~off.all(axis=0),
        "a unit whose inputs are negative or exactly 0 is missed. At 0 the gradient is 0 "
        "too.": (a < 0).all(axis=0),
        "this looks along the units and tells for each *example* whether all units are off.": (
            off.all(axis=1)
        ),
        "this is the mask of each example and unit; combine it over the examples, axis 0.": off,
        "every unit counts as dead. Was h >= 0 asked of the output? That is true everywhere.": (
            np.ones(len(columns), dtype=bool)
        ),
        "none is dead. a holds the *inputs* of the ReLU: a unit is off where they are negative or "
        "0.": np.zeros(len(columns), dtype=bool),
        "these are the numbers of the dead units. Asked for is True or False for each unit.": (
            np.flatnonzero(off.all(axis=0))
        ),
        "the first example decides. Dead means off for *all* examples.": off[0],
        "the last example decides. Dead means off for *all* examples.": off[-1],
        "units that are on for all examples are marked. Dead is the other end.": (
            (a > 0).all(axis=0)
        ),
        "a unit that is on by very little counts as dead. However little: from there a gradient "
        "leads back.": (a <= 1e-3).all(axis=0),
        "a unit that is off for most examples counts as dead. Dead means off for *all* of them.": (
            off.mean(axis=0) > 0.5
        ),
        "the sum over the examples decides. A unit can be on for one example and still have a "
        "negative sum.": a.sum(axis=0) <= 0,
    })  # fmt: skip


@exercise
def two_layer_backward(answer: Answer) -> None:
    """Against sums over single examples, on a network with four sizes and on a square one.

    On the square one a product of the wrong matrices has the right shape, and can be named.
    """
    _recognize_products(answer)
    for sizes in (OBLONG, SQUARE):
        n = sizes[0]
        x, a, w2, dz = _draw(*sizes)
        h = np.maximum(a, 0)
        dw2, dh = _products(h, dz), np.array([w2 @ dz_n for dz_n in dz])
        da = np.where(a > 0, dh, 0)
        dw1 = _products(x, da)
        got = _four(call(answer, x, a, h, w2, dz))
        db1, db2 = da.sum(axis=0), dz.sum(axis=0)
        expect_order(got, {"dw1": dw1, "db1": db1, "dw2": dw2, "db2": db2})
        expect(got[2], dw2, "dw2", mistakes={
            MULTIPLIED: dw2 * n,
            "this is divided by N, but dz holds the loss's 1/N already.": dw2 / n,
            "this is divided by the number of classes. dw2_ij is a plain sum over the examples.": (
                dw2 / dz.shape[1]
            ),
            "the second layer's input was h, not a: negative values never reached it.": (
                _products(a, dz)
            ),
            "this is the transpose, dz^T h.": dw2.T,
            "this is x^T dz. The second layer's input was h.": _products(x, dz),
            "the mask took the place of h. The second layer's input was h itself.": (
                _products(a > 0, dz)
            ),
            "dz is cut off where it is negative. The scores pass no ReLU.": (
                _products(h, np.maximum(dz, 0))
            ),
            "negative entries are cut off. A ReLU's mask belongs to dh.": np.maximum(dw2, 0),
        })  # fmt: skip
        recognize(got[3], db2, "db2", {"this sums da. b2 was added to z, so it sums dz.": db1})
        _expect_bias(got[3], dz, "db2")
        _expect_dw1(got[0], x, a, h, w2, dz)
        recognize(got[1], db1, "db1", {
            "the gradient went past the ReLU as if it were not there. Where a is negative, b1 has "
            "no influence either: db1 sums da, not dh.": dh.sum(axis=0),
            "the mask comes after the sum, and is that of the sum. Each example has a mask of its "
            "own: db1 sums da.": dh.sum(axis=0) * (a.sum(axis=0) > 0),
            "the mask comes after the sum: a unit passes all if it is on for one example. Each "
            "has a mask of its own: db1 sums da.": dh.sum(axis=0) * (a > 0).any(axis=0),
            "this counts the examples for which a unit is on. What arrives is missing: db1 sums "
            "da.": (a > 0).sum(axis=0),
        })  # fmt: skip
        _expect_bias(got[1], da, "db1")


def _recognize_products(answer: Answer) -> None:
    """WrongAnswer if dw1 or dw2 is another product of the same matrices, told by its value."""
    x, a, w2, dz = _draw(*SQUARE)
    h = np.maximum(a, 0)
    da = np.where(a > 0, dz @ w2.T, 0)
    got = _four(call(answer, x, a, h, w2, dz))
    recognize(got[2], h.T @ dz, "dw2", {
        "h is not transposed: dw2_ij sums h_ni dz_nj over n, the first index of both.": h @ dz,
        "dz is transposed: dw2_ij sums h_ni dz_nj over n, the first index of both.": h @ dz.T,
        "x took the place of h: the second layer's input was h.": x.T @ dz,
    })  # fmt: skip
    turned = "w2 is not transposed on the way back: dh_ni sums dz_nj w2_ij over j."
    recognize(got[0], x.T @ da, "dw1", {
        turned: x.T @ np.where(a > 0, dz @ w2, 0),
        turned + " (And the ReLU's mask is missing.)": x.T @ (dz @ w2),
        "w2 dz mixes the examples: dh_ni sums dz_nj w2_ij over j.": (
            x.T @ np.where(a > 0, w2 @ dz, 0)
        ),
        "x is not transposed: dw1_ij sums x_ni da_nj over n, the first index of both.": x @ da,
        "the first layer's input was x, not h.": h.T @ da,
    })  # fmt: skip


def _expect_bias(got: Any, dy: Array, name: str) -> None:
    """A bias's gradient from the gradient of what it was added to."""
    n = len(dy)
    expect(got, dy.sum(axis=0), name, mistakes={
        MULTIPLIED: dy.sum(axis=0) * n,
        "this is the mean over the examples. Each uses the bias once: add; dz holds the loss's "
        "1/N already.": dy.mean(axis=0),
        "the sum runs over the units, axis 1. The bias is used by all examples: axis 0.": (
            dy.sum(axis=1)
        ),
        "only the first example is counted. Each uses the bias once: add them.": dy[0],
        "only the last example is left. Each uses the bias once: add them.": dy[-1],
    })  # fmt: skip


def _expect_dw1(got: Any, x: Array, a: Array, h: Array, w2: Array, dz: Array) -> None:
    """dw1, where a mistake in dh or da shows first."""
    n = len(x)
    dh = np.array([w2 @ dz_n for dz_n in dz])
    da = np.where(a > 0, dh, 0)
    dw1, dw2 = _products(x, da), _products(h, dz)
    after_step = _products(x, np.where(a > 0, np.array([dw2 @ dz_n for dz_n in dz]), 0))
    rate = multiple(got, dw1, after_step)
    if rate is not None:
        raise WrongAnswer(
            f"dw1: w2 has changed before dh was computed: it is w2 - {-rate:.4g} * dw2 there. "
            "All gradients belong to the weights of the forward pass; update afterwards."
        )
    leaks = [multiple(got, dw1, _products(x, np.where(off, dh, 0))) for off in (a < 0, a <= 0)]
    leak = leaks[0] if leaks[1] is None else leaks[1]
    if leak is not None and 0 < leak < 1:
        raise WrongAnswer(
            f"dw1: where a is negative, {leak:.4g} of the gradient passes. That is a leaky ReLU. "
            "Here h is 0 there, whatever a is, so nothing passes."
        )
    expect(got, dw1, "dw1", mistakes={
        "the mask is a sigmoid of a, the slope of softplus. The slope of a ReLU is 1 or 0.": (
            _products(x, dh / (1 + np.exp(-a)))
        ),
        MULTIPLIED: dw1 * n,
        "this is divided by N, but dz holds the loss's 1/N already.": dw1 / n,
        "this is divided by the number of inputs. dw1_ij is a plain sum over the examples.": (
            dw1 / x.shape[1]
        ),
        "the ReLU's mask is the wrong way round: where a is positive, nothing passes.": (
            _products(x, np.where(a > 0, 0, dh))
        ),
        "the ReLU's mask is a < 0, the wrong way round: it passes where a is positive.": (
            _products(x, np.where(a < 0, dh, 0))
        ),
        "only gradients that are positive pass, where a is positive ('guided' backpropagation). "
        "The sign of a gradient does not matter.": (
            _products(x, np.where(a > 0, np.maximum(dh, 0), 0))
        ),
        "dw2 took the place of w2 on the way back.": after_step,
        "the gradient went past the ReLU as if it were not there. Where a is negative, h did not "
        "depend on it. (A mask h >= 0 is true everywhere.)": _products(x, dh),
        "h took the place of the mask. The slope of a ReLU is 1 or 0.": _products(x, dh * h),
        "a took the place of the mask. The slope of a ReLU is 1 or 0.": _products(x, dh * a),
        "the mask is a > 1. The kink lies at 0.": _products(x, dh * (a > 1)),
        "`dh * a > 0` compares the product: > binds less tightly than *. Write dh * (a > 0).": (
            _products(x, (dh * a > 0).astype(float))
        ),
        "dz is cut off where it is negative. A ReLU stands behind the first layer alone.": (
            _products(x, np.where(a > 0, np.maximum(dz, 0) @ w2.T, 0))
        ),
        "x is cut off where it is negative. It went into the first layer as it is.": (
            _products(np.maximum(x, 0), da)
        ),
        "dh is summed over the examples first. Each example has a mask of its own.": (
            _products(x, np.where(a > 0, dh.sum(axis=0), 0))
        ),
        "a unit passes for all examples if it is on for one. Each example has a mask of its "
        "own.": _products(x, dh * (a > 0).any(axis=0)),
        "the mask is that of dh: its sign does not matter, only that of a.": (
            _products(x, np.maximum(dh, 0))
        ),
        "this is the transpose, da^T x.": dw1.T,
        "the gradient passes where a is negative, too: any number but 0 counts as true. Compare "
        "with 0.": _products(x, np.where(a != 0, dh, 0)),
        "right, except where a is exactly 0: there the gradient passes, and nothing should, as in "
        "exercise 1. Compare with >, not >=.": _products(x, np.where(a >= 0, dh, 0)),
        "the gradient stops where a is small, too. The slope is 1 wherever a > 0, however small.": (
            _products(x, np.where(a > 0.01, dh, 0))
        ),
        "the sum over the examples decides what passes. Each example has a mask of its own: it "
        "belongs to dh, before anything is summed.": _products(x, dh * (a.sum(axis=0) > 0)),
        "all examples have the mask of the first one. Each has a mask of its own.": (
            _products(x, dh * (a[0] > 0))
        ),
        "a unit only passes if it is on for all examples. Each example has a mask of its own.": (
            _products(x, dh * (a > 0).all(axis=0))
        ),
        "negative entries are cut off. The ReLU's mask belongs to dh, before the product.": (
            np.maximum(dw1, 0)
        ),
        "the gradient went past the ReLU, and negative entries of the product are cut off. The "
        "mask belongs to dh.": np.maximum(_products(x, dh), 0),
    })  # fmt: skip


def _draw(n: int, inputs: int, hidden: int, classes: int) -> tuple[Array, Array, Array, Array]:
    """Random x, a, w2 and dz for these numbers of examples, inputs, hidden units, classes.

    One entry of a is exactly 0, another one hardly more. On the oblong network one mask for all
    examples (of the first, the last, all, any, most, the sum) is never like another.
    """
    rng = np.random.default_rng(661)
    x, w1 = rng.normal(size=(n, inputs)), rng.normal(size=(inputs, hidden))
    w2, dz = rng.normal(size=(hidden, classes)), rng.normal(size=(n, classes))
    a = x @ w1 + rng.normal(size=hidden)
    a[1, 0], a[2, 0] = 0.0, 1e-9
    return x, a, w2, dz


def _four(result: Any) -> list[Any]:
    if not isinstance(result, tuple | list) or len(result) != 4:
        received = (
            len(result) if isinstance(result, tuple | list) else f"one {type(result).__name__}"
        )
        raise WrongAnswer(
            f"the result should be four arrays: dw1, db1, dw2, db2. Received: {received}"
        )
    return list(result)


def _products(x: Array, dy: Array) -> Array:
    """sum_n x[n,i] dy[n,j], one example after the other."""
    return np.asarray(sum(np.outer(x_n, dy_n) for x_n, dy_n in zip(x, dy, strict=True)))


@exercise
def softplus_backward(answer: Answer) -> None:
    """Against differences, then to more digits, where the slope is small, and for thousands."""
    rng = np.random.default_rng(15)
    x, dy = rng.normal(size=(2, 2, 3, 2)) * 2
    dx = numerical_gradient(lambda: float(np.sum(dy * np.logaddexp(0, x))), x)
    s = 1 / (1 + np.exp(-x))
    expect(call(answer, x, dy), dx, "dx", rtol=1e-6, mistakes={
        "this is the slope of the sigmoid, s (1 - s). The slope of log(1 + exp(x)) is something "
        "simpler.": dy * s * (1 - s),
        "this is the mask of a ReLU. Softplus has no kink: its slope rises smoothly.": dy * (x > 0),
        "the inner derivative is missing: log has the slope 1 / (1 + exp(x)), and exp(x) its "
        "own.": dy * (1 - s),
        "the logarithm's slope is missing: divide by 1 + exp(x).": dy * np.exp(x),
        "dy is multiplied by softplus itself; its slope is asked for.": dy * np.logaddexp(0, x),
        "this is the slope alone. The chain rule multiplies it by dy.": s,
        "dy alone comes out: the slope of softplus is missing.": dy,
        "this is tanh. The slope is close to it, but goes from 0 to 1.": dy * np.tanh(x),
        "the slope is too steep: exp(2x) stands where exp(x) belongs.": dy / (1 + np.exp(-2 * x)),
        "1 / 1 + exp(-x) is 1 + exp(-x): brackets are missing, 1 / (1 + exp(-x)).": (
            dy * (1 + np.exp(-x))
        ),
        **{
            f"the exponentials along axis {axis} share a sum, as in softmax. Each number goes by "
            "itself.": dy * np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)
            for axis in range(x.ndim)
        },
        "all exponentials share one sum, as in softmax. Each number goes by itself.": (
            dy * np.exp(x) / np.exp(x).sum()
        ),
        "the sigmoid is squared. The slope of softplus is the sigmoid itself.": dy * s**2,
        "this is divided by the number of examples. dy holds the loss's 1/N already.": (
            dy * s / len(x)
        ),
        "this is tanh of half of x. The sigmoid is (1 + tanh(x / 2)) / 2.": dy * np.tanh(x / 2),
        "this is the slope of tanh.": dy * (1 - np.tanh(x) ** 2),
        "the slope is that of -x: it falls where it should rise.": dy * (1 - s),
        "the slope is that of |x|. Where x is negative, it is below one half.": (
            dy / (1 + np.exp(-np.abs(x)))
        ),
        "the slope is that of -|x|. Where x is positive, it is above one half.": (
            dy / (1 + np.exp(np.abs(x)))
        ),
        "x is multiplied in: the slope alone, times dy.": dy * x * s,
        "dy went into the exponential. The slope depends on x, and is multiplied by dy.": (
            1 / (1 + np.exp(-dy))
        ),
        "negative dy are cut off. Softplus lets every gradient pass, in part.": (
            np.maximum(dy, 0) * s
        ),
        "the largest x is subtracted from all, as in softmax: here the 1 in the sum has to be "
        "scaled, too. No shift is needed.": dy / (1 + np.exp(x.max() - x)),
    })  # fmt: skip
    large, ones = np.array([1000.0, -1000.0, 0.0]), np.array([2.0, 3.0, -4.0])
    got = call(answer, large, ones)
    if np.shape(got) == (3,) and not np.isfinite(got).all():
        raise WrongAnswer(
            "dx for x = 1000 is not a number: exp(1000) is infinite, and infinity over infinity "
            "is nothing. Divide above and below by exp(x) there, so that only exp(-x) is needed."
        )
    if np.shape(got) == (3,) and 1e-100 < abs(got[1]) < 1:
        raise WrongAnswer(
            "dx for x = -1000 is not 0: x is cut off at a bound, or the slope is a difference. "
            "Take exp of -|x|, which never overflows, and write the slope with it."
        )
    expect(got, [2.0, 0.0, -2.0], "dx for x = [1000, -1000, 0]", mistakes={
        "what is not a number has been replaced by 0. At 1000 the slope is 1.": [0.0, 0.0, -2.0],
    })  # fmt: skip
    _expect_digits(call(answer, x, dy), dy * np.exp(-np.logaddexp(0, -x)))
    between = np.linspace(-36.0, 27.0, 127)  # from where exp is tiny to where the slope is 1
    slope = np.exp(between) / (1 + np.exp(between))
    got = np.asarray(call(answer, between, np.ones(between.shape)))
    replaced = ((got == 0) | (got == 1)) & (np.abs(got - slope) > 1e-12 * slope)
    if replaced.any():
        place = replaced.argmax()
        raise WrongAnswer(
            f"dx for x = {between[place]:g} and dy = 1 is exactly {got[place]:g}; expected "
            f"{slope[place]:.9g}. The slope comes close to 0 and to 1, but it is not replaced by "
            "them beyond a bound. Take exp of -|x|, which never overflows."
        )
    _expect_digits(got, slope)


def _expect_digits(dx: Array, exact: Array) -> None:
    """WrongAnswer if digits are lost that float64 has: in float32, in differences, in 1 - ..."""
    error = np.abs(dx - exact) / np.abs(exact)
    if error.max() > 1e-12:
        where = np.unravel_index(error.argmax(), error.shape)
        raise WrongAnswer(
            f"dx loses digits: it is {np.asarray(dx)[where]:.9g}; expected {exact[where]:.9g}. Is "
            "it 1 minus something close to 1, a difference, float32, or x cut off? Write the "
            "slope as one quotient, with exp of -|x|."
        )
