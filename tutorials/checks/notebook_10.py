"""The checks of notebook 10: costs, a slope along a direction, saliency, centring."""

import math

import numpy as np

from tinynet import Conv2D, Dense, Flatten, MaxPool, ReLU, Sequential, Softmax
from tinynet.gradient_check import numerical_gradient
from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect


@exercise
def conv_cost(answer: Answer) -> None:
    """The two convolutions of the app's network, and one that is square in nothing."""
    for height, width, shape in [
        (28, 28, (3, 3, 1, 32)),
        (13, 13, (3, 3, 32, 64)),
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
                f"two numbers should be returned, (parameters, multiply-adds). Received: {cost!r}"
            )
        case = f"for an image {height} x {width} and a kernel {shape}"
        expect(cost[0], weights + filters, f"the number of parameters {case}", mistakes={
            "the biases are missing: there is one for each filter.": weights,
            "there is one bias for each filter, not for each channel.": weights + channels,
            "there is one bias for all windows of a filter, not one for each window.": (
                weights + high * wide * filters
            ),
            "this is the number of multiply-adds: return (parameters, multiply-adds).": (
                high * wide * weights
            ),
            "the biases are counted twice.": weights + 2 * filters,
            "the places are counted too. The same weights serve in all windows.": (
                high * wide * weights + filters
            ),
            "the filters are missing: each has weights of its own.": kh * kw * channels + filters,
            "the channels are missing: each filter has weights for all of them.": (
                kh * kw * filters + filters
            ),
        })  # fmt: skip
        expect(cost[1], high * wide * weights, f"the number of multiply-adds {case}", mistakes={
            "a window is counted for each pixel. At the border it would not fit: there are "
            f"{high} x {wide} places.": height * width * weights,
            "the biases are counted too; they are added, not multiplied.": (
                high * wide * (weights + filters)
            ),
            "the filters are missing: each makes a number of its own in each window.": (
                high * wide * kh * kw * channels
            ),
            "the channels are missing: each output adds up a window of all of them.": (
                high * wide * kh * kw * filters
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
    """A function with a known gradient, and directions that are not of length 1."""
    rng = np.random.default_rng(3)
    w, x = rng.normal(size=(2, 3, 4)) / 2

    calls: list[Array] = []

    def f(x: Array) -> float:
        calls.append(x)
        return float(np.exp(np.sum(w * x)))

    for length, h in [(3.0, 1e-5), (0.5, 1e-3)]:
        v = rng.normal(size=x.shape)
        v *= length / np.linalg.norm(v)
        slope = f(x) * float(np.sum(w * v))
        step = h * float(np.sum(w * v))
        calls.clear()
        got = call(answer, f, x, v, h)
        count = len(calls)
        expect(
            got,
            slope,
            f"the slope along a direction of length {length:g}",
            mistakes={
                "this is the forward difference, whose error is of the order of h. Step to both "
                "sides.": f(x) * math.expm1(step) / h,
                "exactly 2 times too large: the two points lie 2h apart, not h.": 2 * slope,
                "the direction is shortened to length 1 first. Its length counts here.": (
                    slope / length
                ),
                "this is the backward difference, whose error is of the order of h. Step to both "
                "sides.": -f(x) * math.expm1(-step) / h,
                "the numerical gradient of f is added up; each entry counts with the direction's "
                "entry.": f(x) * float(np.sum(w)),
                "the slope is divided by the direction's length squared. Its length counts.": (
                    slope / length**2
                ),
                "h is not divided by: this is a difference of f, not a slope.": 2 * h * slope,
                "the sign is turned: f(x + hv) - f(x - hv), in this order.": -slope,
                "every entry has its own slope here. Asked for is one number: all entries move "
                "at once.": f(x) * w * v,
            },
            rtol=2e-8 if h == 1e-5 else 1e-6,
        )
        if count > 4:
            raise WrongAnswer(
                f"the slope is right, but f is called {count} times for {x.size} entries. In "
                "a network that takes hours: move all entries at once, and two calls are enough."
            )


@exercise
def saliency(answer: Answer) -> None:
    """A small convolutional network; the expected numbers are differences of its scores."""
    rng = np.random.default_rng(4)
    layers = [Conv2D(3, 3), MaxPool(2), ReLU(), Flatten(), Dense(5)]
    model = Sequential(layers, input_shape=(8, 7, 1), dtype=np.float64)
    for parameter in model.parameters().values():
        parameter.value[...] = rng.normal(size=parameter.shape) / 2
    image = rng.uniform(size=(8, 7))

    def scores() -> Array:
        outputs: Array = model.forward(image[np.newaxis, :, :, np.newaxis])[0]
        return outputs

    def slopes(weights: Array) -> Array:
        return numerical_gradient(lambda: float(scores() @ weights), image)

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
            "the sign is turned.": -slopes(chosen),
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
        got = call(answer, model, image, digit)
        expect(got, slopes(chosen), "the saliency", mistakes=mistakes, rtol=1e-6)


def _runner_up(scores: Array, digit: int) -> int:
    """The digit with the largest score among the others."""
    others = scores.copy()
    others[digit] = -np.inf
    return int(others.argmax())


@exercise
def centred(answer: Answer) -> None:
    """Blots off the centre, one of them at the border, and a blank image."""
    rng = np.random.default_rng(20)  # centres whose place tells all the mistakes apart
    for top, left, border in [(2, 6, False), (17, 4, False), (0, 20, True), (19, 21, True)]:
        image = np.zeros((28, 28))
        image[top : top + 9, left : left + 7] = rng.uniform(size=(9, 7))
        image[top + 6 : top + 9, left + 4 : left + 7] *= 5  # the ink's centre is not the box's
        image[top : top + 3, left : left + 4] = 0  # nor that of the inked pixels
        if border:
            image[27, 0] = image[0, 0] = 0.2  # ink that leaves at either end
        rows, columns = np.nonzero(image)
        ink = image[rows, columns]
        middle = np.array([np.average(rows, weights=ink), np.average(columns, weights=ink)])
        down, right = np.rint(14 - middle).astype(int)
        box = (image.shape[0] - 1) - np.array(
            [rows.min() + rows.max(), columns.min() + columns.max()]
        )
        unweighted = np.rint([14 - rows.mean(), 14 - columns.mean()]).astype(int)
        early = np.rint(13.5 - middle).astype(int)
        mistakes = {
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
            "it lies a pixel too high or too far left: either the shift is cut off where it should "
            "be rounded, or the centre is put on 13.5 in place of 14.": _moved(image, *early),
            "the centre of mass is counted from 1. Row and column numbers begin with 0.": (
                _moved(image, down - 1, right - 1)
            ),
            "the image is divided by its sum. Only its place changes.": (
                _moved(image, down, right) / image.sum()
            ),
            "only the size of the shift counts, not its direction: the digit moves down and to the "
            "right, wherever it lies.": _moved(image, abs(down), abs(right)),
            "it is moved up and down only.": _moved(image, down, 0),
            "it is moved to the sides only.": _moved(image, 0, right),
            "it is not moved.": image,
        }
        expected = _moved(image, down, right)
        expect(call(answer, image), expected, "the centred image", mistakes=mistakes)
    blank = np.zeros((28, 28))
    expect(call(answer, blank), blank, "a blank image, centred")


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


@exercise
def scaled_branch_backward(answer: Answer) -> None:
    """Against differences: numbers of both signs, scales of both signs."""
    rng = np.random.default_rng(21)
    for n in (4, 1):
        x, dy, scale = rng.normal(size=(n, 3)), rng.normal(size=(n, 3)), np.array([0.5, -2.0, 1.5])

        def loss(x: Array = x, dy: Array = dy, scale: Array = scale) -> float:
            return float(np.sum(dy * (x + scale * np.maximum(x, 0))))

        got = call(answer, x, scale, dy)
        if not isinstance(got, tuple | list) or len(got) != 2:
            raise WrongAnswer("the result should be two arrays: dx, dscale.")
        dx, dscale = numerical_gradient(loss, x), numerical_gradient(loss, scale)
        on, branch = x > 0, dy * np.maximum(x, 0)
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
            "the two ways are multiplied. They are a sum, and so are their gradients.": (
                dy * dy * scale * on
            ),
        }, batch=n)  # fmt: skip
        expect(got[1], dscale, "dscale", rtol=1e-6, mistakes={
            "this is summed over the channels too. Each channel has a scale of its own.": (
                branch.sum()
            ),
            "nothing is summed. Every example uses the same scale.": branch,
            "this is the mean over the examples; dy holds the loss's 1/N already.": (
                branch.mean(axis=0)
            ),
            "x took the place of max(x, 0): the scale multiplies what comes out of the ReLU.": (
                (dy * x).sum(axis=0)
            ),
            "this is the sum of dy where x is positive. The slope by the scale is max(x, 0).": (
                (dy * on).sum(axis=0)
            ),
            "the scale itself is multiplied in. Its slope does not contain it.": scale * dscale,
        }, batch=n)  # fmt: skip
