"""The checks of notebook 10: costs, a slope along a direction, saliency, centring, a network."""

import math
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from tinynet import Conv2D, Dense, Flatten, MaxPool, ReLU, Sequential, Softmax
from tinynet.gradient_check import numerical_gradient
from tutorials.checks import SOLUTIONS, Answer, exercise, find_answer
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect, expect_order


@exercise
def conv_cost(answer: Answer) -> None:
    """The two convolutions of the app's network, and one that is square in nothing."""
    for height, width, shape in [
        (13, 13, (3, 3, 32, 64)),
        (28, 28, (3, 3, 1, 32)),
        (9, 6, (4, 2, 3, 5)),
        (7, 5, (1, 1, 3, 2)),
        (4, 6, (4, 6, 2, 3)),
    ]:
        kh, kw, channels, filters = shape
        high, wide = height - kh + 1, width - kw + 1
        weights = math.prod(shape)
        cost = call(answer, height, width, shape)
        if not isinstance(cost, tuple | list) or len(cost) != 2:
            raise WrongAnswer(
                "two plain numbers should be returned: return parameters, multiply_adds. Received: "
                f"{type(cost).__name__}, {cost!r}"
            )
        case = f"for an image {height} x {width} and a kernel {shape}"
        if any(isinstance(number, float | np.floating) for number in cost):
            raise WrongAnswer(
                f"the cost {case} is {cost[0]} and {cost[1]}, with floats. Parameters and products "
                "are counted in whole numbers: is there a / where // or nothing belongs?"
            )
        expect(cost[0], weights + filters, f"the number of parameters {case}", mistakes={
            "the biases are missing: there is one for each filter.": weights,
            "there is one bias for each filter, not for each channel.": weights + channels,
            "there is one bias for all windows of a filter, not one for each window.": (
                weights + high * wide * filters
            ),
            "this is the number of multiply-adds: return (parameters, multiply-adds).": (
                high * wide * weights
            ),
            "there is one bias in all. Each filter has its own.": weights + 1,
            "the filters stand where the channels belong and the channels where the filters do: "
            "each filter has kh * kw * C weights and a bias.": (kh * kw * channels + 1) * channels,
            "the window is taken for a square. It has kh * kw weights for each channel.": (
                kh * kh * channels * filters + filters
            ),
            "the biases are counted twice.": weights + 2 * filters,
            "the places are counted too. The same weights serve in all windows.": (
                high * wide * weights + filters
            ),
            "there is one bias for each filter, not for each weight.": 2 * weights,
            "the filters are missing: each has weights of its own.": kh * kw * channels + filters,
            "the channels are missing: each filter has weights for all of them.": (
                kh * kw * filters + filters
            ),
        })  # fmt: skip
        expect(cost[1], high * wide * weights, f"the number of multiply-adds {case}", mistakes={
            "a window is counted for each pixel. At the border it would not fit: there are "
            f"{high} x {wide} places.": height * width * weights,
            "kh and kw are exchanged: there are height - kh + 1 places on the way down, width - kw "
            "+ 1 to the right.": (height - kw + 1) * (width - kh + 1) * weights,
            "image and window are taken for squares.": high * high * kh * kh * channels * filters,
            "the places on the way down are counted twice: once with the height, once with the "
            "width, as the image is not square.": high * high * weights,
            "the places to the right are counted twice: once with the height, once with the "
            "width, as the image is not square.": wide * wide * weights,
            "the biases are counted too; they are added, not multiplied.": (
                high * wide * (weights + filters)
            ),
            "the filters are missing: each makes a number of its own in each window.": (
                high * wide * kh * kw * channels
            ),
            "the channels are missing: each output adds up a window of all of them.": (
                high * wide * kh * kw * filters
            ),
            "the height of the window, kh, is taken off both ways.": (
                high * (width - kh + 1) * weights
            ),
            "the width of the window, kw, is taken off both ways.": (
                (height - kw + 1) * wide * weights
            ),
            "these are the numbers that come out. Each of them takes kh * kw * C products.": (
                high * wide * filters
            ),
            "this is the work of one window.": weights,
            "an operation is counted twice. One product with its sum is one multiply-add.": (
                2 * high * wide * weights
            ),
            "a window is laid beside the next one. They overlap: the stride is 1.": (
                (height // kh) * (width // kw) * weights
            ),
            "the places of a window are miscounted: 3 pixels have 2 places for a window of 2.": (
                (high - 1) * (wide - 1) * weights
            ),
        })  # fmt: skip


@exercise
def slope_along(answer: Answer) -> None:
    """A function with a known gradient, directions that are not of length 1, steps of two sizes."""
    rng = np.random.default_rng(3)
    w, x = rng.normal(size=(2, 3, 4)) / 2

    calls: list[Array] = []

    def f(x: Array) -> float:
        calls.append(np.array(x))
        return float(np.exp(np.sum(w * x)))

    def difference(v: Array, h: float) -> float:
        return f(x) * math.sinh(h * float(np.sum(w * v))) / h

    for length, h in [(3.0, 1e-5), (0.5, 1e-2)]:
        v = rng.normal(size=x.shape)
        v *= length / np.linalg.norm(v)
        slope = difference(v, h)
        step = h * float(np.sum(w * v))
        unit, signs, alike = v / length, np.sign(v), np.ones(x.shape)
        calls.clear()
        got = call(answer, f, x, v, h)
        points = calls.copy()
        what = f"the slope along a direction of length {length:g}, with h = {h:g}"
        if any(point.dtype == np.float32 for point in points):
            raise WrongAnswer(
                f"{what}: f is called with float32 numbers, whose rounding is as large as h. Stay "
                "in float64."
            )
        reached = [float(np.linalg.norm(point - x)) for point in points if point.shape == x.shape]
        if (
            len(points) <= 4
            and np.shape(got) == ()
            and np.isclose(got, slope, rtol=1e-2)
            and not np.isclose(reached, h * length, rtol=1e-3).any()
            and 0 not in reached  # a difference to one side, which is named below
        ):
            raise WrongAnswer(
                f"{what}: f is called at a distance of {max(reached, default=0):.3g}. It should be "
                f"{h * length:.3g}, h times the direction's length: is another h typed in?"
            )
        shortened = "the direction is shortened to length 1 first. Its length counts here."
        if np.isclose(reached, h * length, rtol=1e-3).any():
            shortened = "the slope is divided by the direction's length. Its length counts here."
        expect(
            got,
            slope,
            what,
            mistakes={
                "this is the forward difference, whose error is of the order of h. Step to both "
                "sides.": f(x) * math.expm1(step) / h,
                "this is a forward difference with twice the step. Step by h to both sides.": (
                    f(x) * math.expm1(2 * step) / (2 * h)
                ),
                "exactly 2 times too large: the two points lie 2h apart, not h.": 2 * slope,
                "it is multiplied by h. / 2 * h halves, and multiplies by h: write / (2 * h).": (
                    slope * h * h
                ),
                shortened: difference(unit, h),
                "the direction does not enter: all entries move by h. Move them by h times the "
                "direction.": difference(alike, h),
                "the direction does not enter, but for its mean: all entries move alike.": (
                    difference(np.full(x.shape, v.mean()), h)
                ),
                "only the direction's signs enter. Its numbers count.": difference(signs, h),
                "the direction's numbers are squared.": difference(v * v, h),
                "all entries move by h, and the slope is multiplied by the direction. Move them by "
                "h times the direction; one number comes out.": difference(alike, h) * v,
                "this is the backward difference, whose error is of the order of h. Step to both "
                "sides.": -f(x) * math.expm1(-step) / h,
                "the numerical gradient of f is added up; each entry counts with the direction's "
                "entry.": f(x) * float(np.sum(w)),
                "the slope is divided by the direction's length squared. Its length counts.": (
                    slope / length**2
                ),
                "h is not divided by: this is a difference of f, not a slope.": 2 * h * slope,
                "the sign is turned: f(x + hv) - f(x - hv), in this order.": -slope,
                "h is missing, in the step and in the division. Far from x a difference is no "
                "slope: step by h times the direction.": difference(v, 1.0),
                "h is missing in the step: the two points are x + h * direction and x - h * "
                "direction.": difference(v, 1.0) / h,
                "every entry has its own slope here. Asked for is one number: all entries move "
                "at once.": f(x) * w * v,
            },
            rtol=2e-8 if h == 1e-5 or len(points) > 4 else 1e-10,
        )
        if len(points) > 4:
            raise WrongAnswer(
                f"the slope is right, but f is called {len(points)} times for {x.size} entries. In "
                "a network that takes hours: move all entries at once, and two calls are enough."
            )


class Watched(Sequential):
    """A network that notes how its forward pass is asked for."""

    def watch(self) -> None:
        """Forget what was noted."""
        self.trained = False
        self.inputs: list[Array] = []

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        """As its class does it."""
        self.trained |= training
        self.inputs.append(x.copy())
        return super().forward(x, training, keep)


@exercise
def scaled_branch_backward(answer: Answer) -> None:
    """Against differences: numbers of both signs, scales of both signs."""
    rng = np.random.default_rng(21)
    for n, all_scales in ((4, [0.5, -2.0, 1.8]), (1, [0.5, -2.0, 1.5, 0.7, -1.2])):
        scale = np.array(all_scales)
        x, dy = rng.normal(size=(2, n, len(scale)))

        def loss(x: Array = x, dy: Array = dy, scale: Array = scale) -> float:
            return float(np.sum(dy * (x + scale * np.maximum(x, 0))))

        got = call(answer, x, scale, dy)
        if not isinstance(got, tuple | list) or len(got) != 2:
            raise WrongAnswer("the result should be two arrays: dx, dscale.")
        dx, dscale = numerical_gradient(loss, x), numerical_gradient(loss, scale)
        on, branch = x > 0, dy * np.maximum(x, 0)
        through = np.maximum(x, 0)
        expect(got[0], dx, "dx", rtol=1e-6, mistakes={
            "the shortcut is forgotten: x reaches y directly too, with the slope 1.": (
                dy * scale * on
            ),
            "the branch is forgotten: x reaches y through scale * max(x, 0) too.": dy,
            "the scale is forgotten: the branch passes scale times the gradient.": dy * (1 + on),
            "the mask is forgotten: where x is negative, nothing comes through the branch.": (
                dy * (1 + scale)
            ),
            "the mask lies on the shortcut too. It belongs to the branch alone.": (
                dy * (1 + scale) * on
            ),
            "this is dscale. The order of the two is dx, dscale.": dscale,
            "where x is negative the branch counts with a minus. Behind max(x, 0) its slope is 0 "
            "there, not -1.": dy * (1 + scale * np.sign(x)),
            "the mask is the wrong way round: the branch lets through where x is positive.": (
                dy * (1 + scale * (x < 0))
            ),
            "the mask is made from dy. What was let through forwards depends on x.": (
                dy * (1 + scale * (dy > 0))
            ),
            "the branch is subtracted. The two ways add up.": dy * (1 - scale * on),
            "the scales are averaged. Each channel has its own.": dy * (1 + scale.mean() * on),
            "the scale stands inside the maximum, max(scale * x, 0). Here it multiplies what comes "
            "out of it: with a negative scale that is another function.": (
                dy * (1 + scale * (scale * x > 0))
            ),
            "x has stayed in it: the slope of max(x, 0) is 1 or 0, not max(x, 0).": (
                dy * (1 + scale * through)
            ),
            "a negative scale is taken for 0. The mask depends on x alone.": (
                dy * (1 + np.maximum(scale, 0) * on)
            ),
            "it is divided by the number of examples; dy holds the loss's 1/N already.": dx / n,
            "the two ways are multiplied. They are a sum, and so are their gradients.": (
                dy * dy * scale * on
            ),
        })  # fmt: skip
        expect(got[1], dscale, "dscale", rtol=1e-6, mistakes={
            "this is summed over the channels too. Each channel has a scale of its own.": (
                branch.sum()
            ),
            "nothing is summed. Every example uses the same scale.": branch,
            "this is the mean over the examples; dy holds the loss's 1/N already.": (
                branch.mean(axis=0)
            ),
            "this is the sum of dy. The slope by the scale is max(x, 0), which is missing.": (
                dy.sum(axis=0)
            ),
            "x took the place of max(x, 0): the scale multiplies what comes out of the ReLU.": (
                (dy * x).sum(axis=0)
            ),
            "this is the sum of dy where x is positive. The slope by the scale is max(x, 0).": (
                (dy * on).sum(axis=0)
            ),
            "this is a number for each example. Each *channel* has a scale: sum over n.": (
                branch.sum(axis=1)
            ),
            "the sums are multiplied; the products are to be summed.": (
                dy.sum(axis=0) * through.sum(axis=0)
            ),
            "y took the place of max(x, 0). The scale multiplies what comes out of the ReLU.": (
                (dy * (x + scale * through)).sum(axis=0)
            ),
            "the shortcut is in it. It does not depend on the scale.": (
                (dy * (x + through)).sum(axis=0)
            ),
            "only the first example counts. All of them use the same scale: sum.": branch[0],
            "only the last example counts. A sum over n needs +=.": branch[-1],
            "the scale stands inside the maximum, max(scale * x, 0). Here it multiplies what comes "
            "out of it: with a negative scale that is another function.": (
                (dy * x * (scale * x > 0)).sum(axis=0)
            ),
            "the sign is turned.": -dscale,
            "there is an axis of length 1 left over: is keepdims in it? dscale is (C,).": (
                dscale[np.newaxis]
            ),
            "the scale itself is multiplied in. Its slope does not contain it.": scale * dscale,
        })  # fmt: skip


ARRAYS = ("dk1", "db1", "dk2", "db2", "dw3", "db3")


@cache
def _pieces() -> Any:
    """What the notebook calls `own`, made of the solutions; and the layer itself."""
    names = ["03.dense_backward", "05.relu_backward", "07.conv_forward", "07.im2col"]
    names += ["08.conv_dx_strided", "09.maxpool_backward"]
    found = {name[3:]: find_answer(name, SOLUTIONS) for name in names}

    def conv_weights_backward(x: Array, dy: Array, kernel: Array) -> tuple[Array, Array]:
        rows = dy.reshape(-1, dy.shape[3])
        columns = found["im2col"](x, kernel.shape[:2])
        return (columns.T @ rows).reshape(kernel.shape), rows.sum(axis=0)

    return SimpleNamespace(**found, conv_weights_backward=conv_weights_backward)


def _halved(x: Array) -> Array:
    """The maximum of each window of 2 by 2."""
    high, wide = x.shape[1] // 2, x.shape[2] // 2
    cut = x[:, : 2 * high, : 2 * wide]
    return np.asarray(cut.reshape(len(x), high, 2, wide, 2, x.shape[3]).max(axis=(2, 4)))


def _network(weights: list[Array], x: Array) -> tuple[Array, tuple[Array, ...]]:
    """The notebook's forward pass."""
    k1, b1, k2, b2, w3, b3 = weights
    a1 = _pieces().conv_forward(x, k1, b1)
    p1 = _halved(a1)
    h1 = np.maximum(p1, 0)
    a2 = _pieces().conv_forward(h1, k2, b2)
    p2 = _halved(a2)
    h2 = np.maximum(p2, 0).reshape(len(x), -1)
    return h2 @ w3 + b3, (x, a1, p1, h1, a2, p2, h2)


def _copied(dp: Array, a: Array) -> Array:
    """The wrong way back through a pool: all entries of a window of 2 by 2 get its gradient."""
    da = np.zeros_like(a)
    da[:, : 2 * dp.shape[1], : 2 * dp.shape[2]] = dp.repeat(2, axis=1).repeat(2, axis=2)
    return da


@exercise
def network_backward(answer: Answer) -> None:
    """Against differences, the last array first: three small images, a column left over."""
    rng = np.random.default_rng(23)
    shapes = [(3, 3, 1, 3), (3,), (3, 3, 3, 4), (4,), (8, 5), (5,)]
    weights = [rng.normal(0, 0.5, shape) for shape in shapes]
    x, dscores = rng.normal(size=(3, 14, 12, 1)), rng.normal(size=(3, 5))
    _, kept = _network(weights, x)
    _, a1, p1, h1, a2, p2, h2 = kept
    own = _pieces()

    def loss() -> float:
        return float(np.sum(dscores * _network(weights, x)[0]))

    def way_back(
        second: Callable[[Array], Array] = lambda dh2: own.relu_backward(p2, dh2),
        first: Callable[[Array], Array] = lambda dh1: own.relu_backward(p1, dh1),
        features: Array = h2,
        seen: Array = h1,
        kernel: Array = weights[2],
        fold: Callable[[Array], Array] = lambda dh2: dh2.reshape(p2.shape),
        unpool: Callable[[Array, Array], Array] = lambda dp, a: own.maxpool_backward(dp, a, 2, 2),
    ) -> tuple[Array, ...]:
        dh2, dw3, db3 = own.dense_backward(features, weights[4], dscores)
        da2 = unpool(second(fold(dh2)), a2)
        dk2, db2 = own.conv_weights_backward(seen, da2, weights[2])
        dh1 = own.conv_dx_strided(da2, kernel, h1.shape[1:3], 1)
        da1 = unpool(first(dh1), a1)
        return *own.conv_weights_backward(x, da1, weights[0]), dk2, db2, dw3, db3

    try:
        got = call(answer, [each.copy() for each in weights], kept, dscores, own)
    except WrongAnswer as failed:
        if " fails: " not in str(failed):
            raise
        raise WrongAnswer(
            f"{failed} Mind the order of arguments, which differs: own.relu_backward(x, dy), but "
            "own.maxpool_backward(dy, x, window, stride)."
        ) from failed
    if not isinstance(got, tuple | list) or len(got) != len(ARRAYS):
        count = f", {len(got)} of them" if isinstance(got, tuple | list) else ""
        raise WrongAnswer(
            f"six arrays should be returned, {', '.join(ARRAYS)}. "
            f"Received: {type(got).__name__}{count}"
        )
    expected = {
        name: numerical_gradient(loss, each) for name, each in zip(ARRAYS, weights, strict=True)
    }
    expect_order(got, expected)
    mistakes = {
        "the second ReLU is left out. What is negative in p2 did not get through.": way_back(
            second=lambda dh2: dh2
        ),
        "the first ReLU is left out. What is negative in p1 did not get through.": way_back(
            first=lambda dh1: dh1
        ),
        "both ReLUs are left out.": way_back(lambda dh2: dh2, lambda dh1: dh1),
        "the second ReLU's mask is made from the gradient. It comes from what went in, p2.": (
            way_back(second=lambda dh2: own.relu_backward(dh2, dh2))
        ),
        "the first ReLU's mask is made from the gradient. It comes from what went in, p1.": (
            way_back(first=lambda dh1: own.relu_backward(dh1, dh1))
        ),
        "x and dy have changed places in the second ReLU: own.relu_backward(x, dy).": way_back(
            second=lambda dh2: own.relu_backward(dh2, p2)
        ),
        "x and dy have changed places in the first ReLU: own.relu_backward(x, dy).": way_back(
            first=lambda dh1: own.relu_backward(dh1, p1)
        ),
        "the second ReLU's gradient is multiplied by h2. It is a mask, 1 or 0.": way_back(
            second=lambda dh2: dh2 * np.maximum(p2, 0)
        ),
        "dh2 is folded as (N, C, H, W). h2 came from p2, (N, H, W, C), by reshape: fold it back to "
        "p2.shape.": way_back(
            fold=lambda dh2: dh2.reshape(len(p2), p2.shape[3], *p2.shape[1:3]).transpose(0, 2, 3, 1)
        ),
        "the pools have the stride 1 on the way back. Their windows lie side by side: 2.": way_back(
            unpool=lambda dp, a: own.maxpool_backward(dp, a, 2, 1)
        ),
        "a pool copies its gradient to all four entries of a window. Only the maximum gets it.": (
            way_back(unpool=_copied)
        ),
        "the dense layer's input was h2, behind the ReLU, not p2.": way_back(
            features=p2.reshape(h2.shape)
        ),
        "the second convolution's input was h1, behind the ReLU, not p1.": way_back(seen=p1),
        "the second kernel is turned before conv_dx_strided, which needs it as it is.": way_back(
            kernel=weights[2][::-1, ::-1]
        ),
    }
    for k, name in reversed(list(enumerate(ARRAYS))):
        behind = " All arrays behind it are right." if k < len(ARRAYS) - 1 else ""
        try:
            expect(
                got[k],
                expected[name],
                name,
                mistakes={text: values[k] for text, values in mistakes.items()},
                batch=len(x),
                rtol=1e-6,
            )
        except WrongAnswer as wrong:
            raise WrongAnswer(f"{wrong}{behind}") from wrong


@exercise
def saliency(answer: Answer) -> None:
    """A small convolutional network; the expected numbers are differences of its scores."""
    rng = np.random.default_rng(4)
    layers = [Conv2D(3, 3), MaxPool(2), ReLU(), Flatten(), Dense(5)]
    model = Watched(layers, input_shape=(8, 7, 1), dtype=np.float64)
    model.watch()
    for parameter in model.parameters().values():
        parameter.value[...] = rng.normal(size=parameter.shape) / 2
    image = rng.uniform(size=(8, 7))

    def scores() -> Array:
        outputs: Array = model.forward(image[np.newaxis, :, :, np.newaxis])[0]
        return outputs

    def slope_of(k: int) -> Array:
        return numerical_gradient(lambda: float(scores()[k]), image)

    each_score = np.array([slope_of(k) for k in range(5)])

    def slopes(weights: Array) -> Array:
        return np.tensordot(weights, each_score, 1)

    probabilities = Softmax().forward(scores()[np.newaxis])[0]
    first = int(scores().argmax())
    for digit in (first, (first + 2) % 5):
        chosen = np.eye(5)[digit]
        p = probabilities
        mistakes = {
            "the scores of all digits are added up. Ask for one: dscores is 1 there and 0 "
            "elsewhere.": slopes(np.ones(5)),
            "this is the gradient of the loss. Asked for is that of a score: dscores is 1 at the "
            "digit and 0 elsewhere.": slopes(p - chosen),
            "this is the gradient of the logarithm of the digit's probability. Asked for is that "
            "of its score, before the softmax.": slopes(chosen - p),
            "the score of another digit is in it, with a minus sign: a margin over the runner-up. "
            "Asked for is one score.": slopes(chosen - np.eye(5)[_runner_up(scores(), digit)]),
            "the mean of all scores is subtracted. Asked for is one score.": slopes(chosen - 0.2),
            "a tenth of each score is subtracted: the mean of ten digits. Asked for is one score, "
            "with nothing subtracted.": slopes(chosen - 0.1),
            "the mean of the other scores is subtracted. Asked for is one score.": (
                slopes(1.25 * chosen - 0.25)
            ),
            "the other scores are subtracted. Asked for is one score.": slopes(2 * chosen - 1),
            "the ones and zeros of dscores are exchanged: 1 at the digit, 0 elsewhere.": (
                slopes(1 - chosen)
            ),
            "the sign is turned.": -slopes(chosen),
            "dscores holds the scores themselves. It is 1 at the digit and 0 elsewhere.": slopes(
                scores()
            ),
            "the 1 stands at digit 0, whatever the digit. It belongs at `digit`.": slopes(
                np.eye(5)[0]
            ),
            "this is the gradient of the score beside it. Digits count from 0.": slopes(
                np.eye(5)[digit - 1]
            ),
            "this is the gradient of the next score. Digits count from 0.": slopes(
                np.eye(5)[(digit + 1) % 5]
            ),
            "it is twice as large: is the image in the batch twice?": 2 * slopes(chosen),
            "the picture is transposed: rows and columns are exchanged.": slopes(chosen).T,
            "the gradient is divided by its largest entry. Asked for is the gradient itself.": (
                slopes(chosen) / np.abs(slopes(chosen)).max()
            ),
            "negative numbers are cut off. The sign tells whether ink speaks for the digit or "
            "against it.": np.maximum(slopes(chosen), 0),
            "this is the gradient of the digit's probability. Asked for is that of its score, "
            "before the softmax.": slopes(p[digit] * (chosen - p)),
            "this is the gradient of the largest score. Asked for is that of the given digit.": (
                slopes(np.eye(5)[first])
            ),
            "this is the absolute value. The sign tells whether ink speaks for the digit or "
            "against it.": np.abs(slopes(chosen)),
            "this is the gradient times the image. Asked for is the gradient alone.": (
                image * slopes(chosen)
            ),
            "the axes for the batch and the channel are still there: return the (H, W) between "
            "them.": slopes(chosen)[np.newaxis, :, :, np.newaxis],
            "the axis of the channel is still there.": slopes(chosen)[:, :, np.newaxis],
            "the axis of the batch is still there.": slopes(chosen)[np.newaxis],
            "dscores has the value of the score where a 1 belongs.": slopes(chosen * scores()),
        }
        weights = {name: each.value.copy() for name, each in model.parameters().items()}
        model.watch()
        try:
            got = call(answer, model, image, digit)
        except WrongAnswer as failed:
            if "10" in str(failed) and "matmul" in str(failed):
                raise WrongAnswer(
                    f"{failed} The model here has 5 scores, not 10: take their number from what "
                    "forward returns."
                ) from failed
            raise
        for name, each in model.parameters().items():
            if not np.array_equal(each.value, weights[name]):
                raise WrongAnswer(
                    f"it changes the model's weights ({name}). A question about a network must "
                    "leave it as it is."
                )
        if model.trained:
            raise WrongAnswer(
                "forward(..., training=True) is for training: it would drop numbers at random, and "
                "count the image into moving averages. Ask with keep=True alone."
            )
        if len(model.inputs) > 2:
            raise WrongAnswer(
                f"forward is called {len(model.inputs)} times. Differences cost two calls for each "
                "pixel, and step over kinks; one backward pass gives all slopes, exactly."
            )
        if not all(np.array_equal(each, image) for x in model.inputs for each in x[..., 0]):
            raise WrongAnswer(
                "the network is asked about other numbers than the image's. They are in the "
                "model's units already: don't scale or round them."
            )
        expect(got, slopes(chosen), "the saliency", mistakes=mistakes, rtol=1e-6)


def _runner_up(scores: Array, digit: int) -> int:
    """The digit with the largest score among the others."""
    others = scores.copy()
    others[digit] = -np.inf
    return int(others.argmax())


@exercise
def centred(answer: Answer) -> None:
    """Blots off the centre, one of them at the border; numbers and bytes; and a blank image."""
    rng = np.random.default_rng(20)  # centres whose place tells all the mistakes apart
    even = np.zeros((28, 28))  # its centre is a pixel: all ways to round give the same
    half = np.random.default_rng(22).integers(1, 9, (9, 7)) / 16
    even[4:13, 7:14] = half + half[::-1, ::-1]
    _centre_one(answer, even)
    for top, left, border in [(2, 6, False), (17, 4, False), (0, 20, True), (19, 21, True)]:
        image = np.zeros((28, 28))
        image[top : top + 9, left : left + 7] = rng.uniform(size=(9, 7))
        image[top + 6 : top + 9, left + 4 : left + 7] *= 5  # the ink's centre is not the box's
        image[top : top + 3, left : left + 4] = 0  # nor that of the inked pixels
        if border:
            image[27, 0] = image[0, 0] = 0.2  # ink that leaves at either end
        _centre_one(answer, image)
    got = np.asarray(call(answer, np.rint(image * 51).astype(np.uint8)))
    if got.dtype != np.uint8:
        raise WrongAnswer(
            f"bytes (uint8) come back as {got.dtype}. A model divides bytes by 255 and takes "
            "other numbers as they are: give the result the image's dtype, as np.zeros_like does."
        )
    blank = np.zeros((28, 28))
    try:
        expect(call(answer, blank), blank, "a blank image, centred")
    except WrongAnswer as wrong:
        raise WrongAnswer(f"{wrong} A blank image has no centre: return it as it is.") from wrong


def _centre_one(answer: Answer, image: Array) -> None:
    rows, columns = np.nonzero(image)
    ink = image[rows, columns]
    middle = np.array([np.average(rows, weights=ink), np.average(columns, weights=ink)])
    down, right = np.rint(14 - middle).astype(int)
    box = (image.shape[0] - 1) - np.array([rows.min() + rows.max(), columns.min() + columns.max()])
    unweighted = np.rint([14 - rows.mean(), 14 - columns.mean()]).astype(int)
    squares = np.rint(
        [14 - np.average(rows, weights=ink**2), 14 - np.average(columns, weights=ink**2)]
    ).astype(int)

    def rounded(how: Callable[[Array], Array]) -> Array:
        return _moved(image, *how(14 - middle).astype(int))

    mistakes = {}
    if min(down, right) < 0:  # after an image for which both shifts are positive
        mistakes["a negative shift, up or to the left, is not carried out. A slice that is to "
                 "begin at a negative number begins elsewhere."] = (
            _moved(image, max(down, 0), max(right, 0))
        )  # fmt: skip
        cleared = np.roll(image, (down, right), (0, 1))
        cleared[:down] = cleared[:, :right] = 0
        mistakes["what came in at the other side is not what is cleared. With a shift of -3, [:-3] "
                 "is all but the last three rows: clear [-3:] then."] = cleared  # fmt: skip
    mistakes |= {
        "it lies a pixel too high or too far left: either the shift is cut off (or rounded down) "
        "where it should be rounded, or the centre is put on 13.5 in place of 14.": rounded(
            np.floor
        ),
        "the shift is cut off where it should be rounded.": rounded(np.trunc),
        "it lies a pixel too low or too far right: either the shift is rounded up, not to the "
        "nearest, or the centre is put on 14.5 in place of 14.": rounded(np.ceil),
        "each pixel counts with its ink squared. It counts with its ink.": _moved(image, *squares),
        "it is moved by parts of pixels, and blurred. Move it by whole ones.": (
            (rounded(np.floor) + rounded(np.ceil)) / 2
        ),
        "the pixels' sum is taken for the mean: the centre is a mean weighted by the ink, the sum "
        "of row * ink over the sum of ink.": _moved(image, *_shift(rows, columns, ink, ink.size)),
        "a mean over all 784 pixels is taken for the centre. It is weighted by the ink: the sum of "
        "row * ink over the sum of ink.": _moved(image, *_shift(rows, columns, ink, image.size)),
        "nothing is left. Has the ink been moved out of the image? Only what leaves it is lost, "
        "and the centre is a sum over the sum of ink.": np.zeros_like(image),
        "the brightest pixel is put in the middle. The centre of mass is asked for.": _moved(
            image, *(14 - np.argwhere(image == image.max())[0])
        ),
        "the old ink is left standing where the digit comes from. Begin with a blank image.": (
            _pasted(image, down, right)
        ),
        "ink that leaves at the top or on the left comes in at the other side: a negative "
        "index counts from the end. It should be lost.": _wrapped(image, down, right),
        "the ink that leaves at one side comes in at the other. It should be lost.": np.roll(
            image, (down, right), (0, 1)
        ),
        "it is moved the wrong way: away from the centre.": _moved(image, -down, -right),
        "rows and columns are exchanged.": _moved(image, right, down),
        "the centre of the box around the digit is taken. Each pixel counts with its ink.": (
            _moved(image, *np.ceil(box / 2).astype(int))
        ),
        "each inked pixel counts alike. It counts with its ink: a mean weighted by the "
        "image.": _moved(image, *unweighted),
        "the image is divided by its sum. Only its place changes.": (
            _moved(image, down, right) / image.sum()
        ),
        "only the size of the shift counts, not its direction: the digit moves down and to the "
        "right, wherever it lies.": _moved(image, abs(down), abs(right)),
        "it is moved up and down only.": _moved(image, down, 0),
        "it is moved to the sides only.": _moved(image, 0, right),
        "it is not moved.": image,
    }
    if np.array_equal(middle, np.rint(middle)):  # else these may come from rounding
        mistakes |= {
            "it lies one pixel too high and too far left: is the target (13, 13), or the centre of "
            "mass counted from 1? Row and column numbers begin with 0; the target is (14, 14).": (
                _moved(image, down - 1, right - 1)
            ),
            "it lies one pixel too low and too far right. The target is (14, 14).": (
                _moved(image, down + 1, right + 1)
            ),
            "it lies one pixel too far left. The target is (14, 14), in both directions.": (
                _moved(image, down, right - 1)
            ),
            "it lies one pixel too high. The target is (14, 14), in both directions.": (
                _moved(image, down - 1, right)
            ),
        }
    for share in (0.1, 0.25, 0.5, 0.75):
        for limit in (share, share * image.max()):
            bright = np.argwhere(image > limit)
            if len(bright):
                mistakes.setdefault(
                    "each pixel above a threshold counts alike, the others not at all. Each counts "
                    f"with its ink. (Here the threshold would be {limit:.3g}.)",
                    _moved(image, *np.rint(14 - bright.mean(axis=0)).astype(int)),
                )
    padded = np.pad(image, 28, mode="edge")
    mistakes[
        "the border's ink is drawn on into what comes in. That is blank, 0."
    ] = padded[28 - down : 56 - down, 28 - right : 56 - right]  # fmt: skip
    for limit in range(1, 10):
        mistakes[f"it is moved by {limit} pixels at most. Move it as far as it takes."] = _moved(
            image, *np.clip([down, right], -limit, limit)
        )
    expected = _moved(image, down, right)
    try:
        got = call(answer, image)
    except WrongAnswer as failed:
        if min(down, right) < 0 and "broadcast" in str(failed):
            raise WrongAnswer(
                f"{failed} This digit has to go up or to the left: the shift is negative, and a "
                "slice that begins below 0 counts from the end."
            ) from failed
        raise
    expect(got, expected, "the centred image", mistakes=mistakes)


def _shift(rows: Array, columns: Array, ink: Array, total: float) -> Array:
    """The shift that follows if the sum of row * ink is divided by this total."""
    return np.rint(14 - np.array([rows @ ink, columns @ ink]) / total).astype(int)


def _pasted(image: Array, down: int, right: int) -> Array:
    """The moved image over the old one."""
    inside = _moved(np.ones_like(image), down, right) > 0
    return np.where(inside, _moved(image, down, right), image)


def _wrapped(image: Array, down: int, right: int) -> Array:
    """Bounded below and on the right only."""
    moved = np.zeros_like(image)
    for i, j in np.argwhere(image):
        if i + down < 28 and j + right < 28:
            moved[i + down, j + right] = image[i, j]
    return moved


def _moved(image: Array, down: int, right: int) -> Array:
    """Pixel by pixel; what leaves is lost."""
    moved = np.zeros_like(image)
    for i, j in np.argwhere(image):
        if 0 <= i + down < 28 and 0 <= j + right < 28:
            moved[i + down, j + right] = image[i, j]
    return moved
