"""The checks of notebook 09: where a gradient goes behind a maximum, a mean, and dropout."""

from collections.abc import Callable

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, call, expect

Share = Callable[[Array], Array]  # from a window (k, k) to the shares of its entries


def route(dy: Array, x: Array, window: int, stride: int, share: Share, add: bool = True) -> Array:
    """Each dy goes to its window in shares; add=False lets the last window win."""
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dy.shape):
        place = np.s_[n, i * stride : i * stride + window, j * stride : j * stride + window, c]
        shares = dy[n, i, j, c] * share(x[place])
        dx[place] = shares + dx[place] if add else np.where(shares != 0, shares, dx[place])
    return dx


def first_maximum(entries: Array) -> Array:
    first = np.zeros(entries.shape)
    first.flat[entries.argmax()] = 1
    return first


def first_of_abs(entries: Array) -> Array:
    return first_maximum(np.abs(entries))


def first_if_positive(entries: Array) -> Array:
    """The running maximum starts at 0, so what is not above it never wins."""
    return first_maximum(entries) if entries.max() > 0 else np.zeros(entries.shape)


def smallest(entries: Array) -> Array:
    return first_maximum(-entries)


def corner(entries: Array) -> Array:
    return first_maximum(np.zeros(entries.shape))


def last_maximum(entries: Array) -> Array:
    return first_maximum(entries[::-1, ::-1])[::-1, ::-1]


def exchanged(entries: Array) -> Array:
    return first_maximum(entries).T


def all_maxima(entries: Array) -> Array:
    maxima = np.zeros(entries.shape)
    maxima[entries == entries.max()] = 1
    return maxima


def shared_by_maxima(entries: Array) -> Array:
    maxima = all_maxima(entries)
    shares: Array = maxima / maxima.sum()
    return shares


def copied(entries: Array) -> Array:
    return np.ones(entries.shape)


def mean(entries: Array) -> Array:
    return np.full(entries.shape, 1 / entries.size)


@exercise
def maxpool_backward(answer: Answer) -> None:
    """Different numbers, ties, overlap, rests; of both signs, then negative throughout."""
    rng = np.random.default_rng(9)
    cases = [
        ("", rng.permutation(2 * 6 * 4 * 3).reshape(2, 6, 4, 3) - 71, 2, 2),
        (" with ties", rng.integers(-1, 2, (2, 6, 4, 3)), 2, 2),
        (" of overlapping windows", rng.permutation(210).reshape(2, 7, 5, 3) - 99, 3, 2),
        (" with a row and a column left over", rng.integers(-4, 5, (2, 7, 5, 3)), 2, 2),
        (" of negative numbers", -1 - rng.permutation(2 * 6 * 4 * 3).reshape(2, 6, 4, 3), 2, 2),
        (" of windows that lie apart", rng.integers(-9, 0, (2, 7, 8, 3)), 2, 3),
        (" of one window", rng.permutation(2 * 4 * 4 * 3).reshape(2, 4, 4, 3) - 50, 4, 4),
    ]
    for circumstance, numbers, window, stride in cases:
        x = numbers.astype(np.float64)
        rows, columns = ((size - window) // stride + 1 for size in x.shape[1:3])
        dy = rng.normal(size=(2, rows, columns, 3))

        def by(share: Share, add: bool = True, x: Array = x, dy: Array = dy,
               window: int = window, stride: int = stride) -> Array:  # fmt: skip
            return route(dy, x, window, stride, share, add)

        dx = by(first_maximum)
        mistakes = {
            "the largest *absolute* value is taken for the maximum. -5 is smaller than 3.": (
                by(first_of_abs)
            ),
            "a window gets nothing if no number in it is above 0. Does the running maximum begin "
            "at 0, or is a ReLU's mask in it? The maximum of -3 and -5 is -3, and gets dy.": (
                by(first_if_positive)
            ),
            "a maximum below 0 gets nothing, as behind a ReLU. The pooling passes negative numbers "
            "too; here it comes before the ReLU.": dx * (x >= 0),
            "the *smallest* entry of each window gets dy.": by(smallest),
            "the first entry of each window gets dy, whatever it is. The maximum gets it.": (
                by(corner)
            ),
            "where windows overlap, their shares are averaged. Each is a path to the loss: they "
            "add up.": dx
            / np.maximum(1, route(np.ones_like(dy), x, window, stride, first_maximum)),
            "dy is copied to all entries of its window. Only the maximum has any influence on y; "
            "the others get 0.": by(copied),
            "dy is shared out equally, as behind a mean. Only the maximum has any influence on "
            "y; the others get 0.": by(mean),
            "the maximum gets only a part of dy. It passes its value on unchanged, so it gets "
            "all of it.": dx / window**2,
            "each of several equal maxima gets all of dy, which counts it twice or more. One of "
            "them has to be chosen: the first.": by(all_maxima),
            "equal maxima share dy. That is a legal choice, and what a numerical gradient gives, "
            "but here the first one gets everything.": by(shared_by_maxima),
            "of equal maxima the last one gets dy; here it is the first one.": by(last_maximum),
            "row and column inside the window have changed places: entries are counted line by "
            "line, so u is the quotient and v the remainder.": by(exchanged),
            "dy is multiplied by the maximum. The slope of the maximum is 1, whatever it is.": (
                dx * x
            ),
            "where windows overlap, a pixel that is the maximum of several gets only the last "
            "share. They add up.": by(first_maximum, add=False),
            "the rows and columns that no window covers are missing. They belong to the image; "
            "their gradient is 0.": dx[:, : rows * stride, : columns * stride],
            "the maximum is searched among all channels at once. Each channel is pooled by "
            "itself.": _one_winner(dy, x, window, stride, over_examples=False),
            "the maximum is searched among all examples at once. Each example is pooled by "
            "itself.": _one_winner(dy, x, window, stride, over_examples=True),
        }
        got = call(answer, dy, x, window, stride)
        expect(got, dx, f"dx{circumstance}", mistakes=mistakes, batch=2)


def _one_winner(dy: Array, x: Array, window: int, stride: int, over_examples: bool) -> Array:
    """Only the winner among all channels (or examples) of a window gets its own dy."""
    dx = np.zeros(x.shape)
    axis = 0 if over_examples else 3
    for i, j in np.ndindex(dy.shape[1:3]):
        rows = slice(i * stride, i * stride + window)
        columns = slice(j * stride, j * stride + window)
        for k in range(x.shape[3 - axis]):
            one = np.take(x[:, rows, columns], [k], axis=3 - axis)
            u = np.unravel_index(one.argmax(), one.shape)
            n, c = (u[0], k) if over_examples else (k, u[3])
            dx[n, i * stride + u[1], j * stride + u[2], c] += dy[n, i, j, c]
    return dx


def examples_as_columns(dy: Array, x: Array, window: int, stride: int) -> Array:
    """What comes out if dy[:, i, j], which is (N, C), is added to a window (N, k, k, C)."""
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride, j * stride
        dx[:, top : top + window, left : left + window] += dy[:, i, j]
    return dx


@exercise
def avgpool_backward(answer: Answer) -> None:
    """Side by side, then overlapping, then with a row and a column left over."""
    rng = np.random.default_rng(10)
    cases = [(6, 4, 2, 2), (7, 5, 3, 2), (7, 5, 2, 2), (4, 3, 1, 1), (3, 3, 3, 3), (7, 8, 2, 3)]
    for height, width, window, stride in cases:
        x = np.zeros((2, height, width, 3))
        rows, columns = ((size - window) // stride + 1 for size in (height, width))
        dy = rng.normal(size=(2, rows, columns, 3))
        dx = route(dy, x, window, stride, mean)
        mistakes = {
            f"each entry gets all of dy. It enters the mean with the weight 1/{window**2}, and "
            "gets dy times that.": route(dy, x, window, stride, copied),
            f"dy is divided by {window}. A window of {window} by {window} has {window**2} "
            "entries.": dx * window,
            "where windows overlap, the last share has overwritten the others. They add up.": (
                route(dy, x, window, stride, mean, add=False)
            ),
            "the rows and columns that no window covers are missing. They belong to the image; "
            "their gradient is 0.": dx[:, : rows * stride, : columns * stride],
            "only the first entry of each window gets something. All of them enter the mean.": (
                route(dy, x, window, stride, first_maximum) / window**2
            ),
            "where windows overlap, their shares are averaged. Each is a path to the loss: they "
            "add up.": dx / np.maximum(1, route(np.ones_like(dy), x, window, stride, copied)),
            "it is divided by window * stride. The mean is over window * window entries.": (
                dx * window / stride
            ),
            "it is divided by the number of examples. That factor is in the loss, and so in dy "
            "already.": dx / 2,
            "window (i, j) begins at row i * stride, column j * stride, not at i * window.": (
                route(dy, x, window, window, copied) / window**2
            ),
        }
        if window == len(dy):  # otherwise NumPy refuses
            lost = "dy[:, i, j] has lost two axes, and its examples end up in the columns of each "
            lost += "window. Keep all four axes."
            mistakes[lost] = examples_as_columns(dy, x, window, stride) / window**2
        what = f"dx for {height} by {width} pixels, {window=}, {stride=}"
        expect(call(answer, dy, (height, width), window, stride), dx, what,
               mistakes=mistakes, batch=2)  # fmt: skip


@exercise
def dropout_backward(answer: Answer) -> None:
    """Two axes, then four; a rate whose factors cannot be confused."""
    rng = np.random.default_rng(11)
    for shape in ((3, 5), (2, 4, 3, 2)):
        dy, keep = rng.normal(size=shape), rng.random(shape) >= 0.2
        dy[0, 0] = 0.0  # a gradient that is 0 is not one that was dropped
        got = call(answer, dy, keep, 0.2)
        mistakes = {
            "the mask is applied, but not the factor 1 / (1 - rate). Forwards, what is kept is "
            "enlarged by it; so is its gradient.": dy * keep,
            "the factor is applied, but not the mask. What was dropped had no influence on y.": (
                dy / 0.8
            ),
            "dropout is left out. What was dropped had no influence on y, and what was kept was "
            "enlarged.": dy,
            "the factor is upside down: divide by 1 - rate.": dy * keep * 0.8,
            "the factor is applied twice.": dy * keep / 0.8**2,
            "the factor is 1 + rate. What is kept was divided by 1 - rate.": dy * keep * 1.2,
            "the sign is turned.": -dy * keep / 0.8,
            "the factor is 1 / rate. `rate` is the share that is dropped, 1 - rate the one that "
            "is kept.": dy * keep / 0.2,
            "the mask is the wrong way round: `keep` is True where a number was let through.": (
                dy * ~keep / 0.8
            ),
        }
        if np.shape(got) == shape:
            mistakes[
                "other numbers are dropped than in the forward pass. A mask is drawn once, and the "
                "way back uses the same one."
            ] = np.where(np.equal(got, 0), 0, dy / 0.8)
        expect(got, dy * keep / 0.8, "dx", mistakes=mistakes, batch=shape[0])
    everything = np.ones(dy.shape, dtype=bool)
    expect(call(answer, dy, everything, 0.0), dy, "dx for a rate of 0, where nothing is dropped")


@exercise
def padded_mean_backward(answer: Answer) -> None:
    """Against differences: overlap, windows side by side, no padding, a left-over column."""
    rng = np.random.default_rng(19)
    cases = [((5, 4), 3, 1, 1), ((6, 5), 3, 2, 1), ((5, 6), 2, 2, 1), ((5, 4), 2, 2, 0)]
    for (height, width), window, stride, padding in cases:
        rows, columns = ((size + 2 * padding - window) // stride + 1 for size in (height, width))
        dy = rng.normal(size=(2, rows, columns, 3))
        inside = np.s_[:, padding : padding + height, padding : padding + width]
        outline = (2, height + 2 * padding, width + 2 * padding, 3)
        real = np.zeros(outline)
        real[inside] = 1

        def share(entries: Array) -> Array:
            return np.asarray(entries / entries.sum())

        dx = route(dy, real, window, stride, share)
        got = call(answer, dy, (height, width), window, stride, padding)
        case = f"dx for {height} by {width} pixels, {window=}, {stride=}, {padding=}"
        mistakes = {
            f"the border counts in the mean: everything is divided by {window**2}. Only the "
            "entries that lie in the image are counted.": route(dy, real, window, stride, mean)[
                inside
            ],
            "each entry gets all of dy. It enters the mean with a weight.": (
                route(dy, real, window, stride, copied)[inside]
            ),
            "where windows overlap, the last share has overwritten the others. They add up.": (
                route(dy, real, window, stride, share, add=False)[inside]
            ),
            "the border is still there. It does not belong to the image.": dx,
            "the padding is left out: window (i, j) begins at row i * stride - padding.": (
                dx[:, :height, :width]
            ),
            "the border is cut off twice at the top and on the left.": (
                dx[:, 2 * padding :, 2 * padding :]
            ),
            "it is divided by the number of examples. That factor is in dy already.": dx[inside]
            / 2,
        }
        expect(got, dx[inside], case, mistakes=mistakes, batch=2)
