"""The checks of notebook 09: where a gradient goes behind a maximum, a mean, and dropout."""

from collections.abc import Callable

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect

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
    """All different; then ties; then overlapping windows; then a row and a column left over."""
    rng = np.random.default_rng(9)
    cases = [
        ("", rng.permutation(2 * 6 * 4 * 3).reshape(2, 6, 4, 3), 2, 2),
        (" with ties", rng.integers(0, 3, (2, 6, 4, 3)), 2, 2),
        (" of overlapping windows", rng.permutation(2 * 7 * 5 * 3).reshape(2, 7, 5, 3), 3, 2),
        (" with a row and a column left over", rng.integers(0, 9, (2, 7, 5, 3)), 2, 2),
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
    for height, width, window, stride in [(6, 4, 2, 2), (7, 5, 3, 2), (7, 5, 2, 2)]:
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
            "the factor is 1 / rate. `rate` is the share that is dropped, 1 - rate the one that "
            "is kept.": dy * keep / 0.2,
            "the mask is the wrong way round: `keep` is True where a number was let through.": (
                dy * ~keep / 0.8
            ),
        }
        dx = dy * keep / 0.8
        dropped = np.asarray(got) == 0
        known = np.array_equal(dropped, keep) or np.array_equal(dropped, ~keep)
        if dropped.shape == shape and 0 < dropped.sum() < dropped.size and not known:
            raise WrongAnswer(
                "dx: other numbers are dropped than in the forward pass. A mask is drawn once, "
                "and the way back uses the same one."
            )
        expect(got, dx, "dx", mistakes=mistakes, batch=shape[0])
