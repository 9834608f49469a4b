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


def first_by_columns(entries: Array) -> Array:
    return first_maximum(entries.T).T


def first_if_positive_else_corner(entries: Array) -> Array:
    return first_maximum(entries) if entries.max() > 0 else corner(entries)


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
        (" of windows that lie apart", rng.permutation(336).reshape(2, 7, 8, 3), 2, 3),
        (" with ties", rng.integers(-1, 2, (2, 6, 4, 3)), 2, 2),
        (" of overlapping windows", rng.permutation(210).reshape(2, 7, 5, 3) - 99, 3, 2),
        (" with a row and a column left over", rng.integers(-4, 5, (2, 7, 5, 3)), 2, 2),
        (" of negative numbers", -1 - rng.permutation(2 * 6 * 4 * 3).reshape(2, 6, 4, 3), 2, 2),
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
            "of equal maxima the first one column by column gets dy; here it is the first one line "
            "by line.": by(first_by_columns),
            "a window without a number above 0 gives dy to its first entry. Does the running "
            "maximum begin at 0? The maximum of -5 and -3 is -3, and gets dy.": (
                by(first_if_positive_else_corner)
            ),
            "one entry is chosen for all channels. Each channel has a maximum of its own.": (
                by(first_maximum, x=np.broadcast_to(x.sum(axis=3, keepdims=True), x.shape))
            ),
            "the first channel's maximum gets the dy of all channels. Each has its own.": (
                by(first_maximum, x=x[..., [0, 0, 0]])
            ),
            "the first example's maximum gets the dy of all examples. Each has its own.": (
                by(first_maximum, x=x[[0, 0]])
            ),
            "the window is fixed at 2. It is an argument.": by(first_maximum, window=2),
            "window (i, j) begins at row i * stride, column j * stride, not at i and j.": (
                by(first_maximum, stride=1)
            ),
            "window (i, j) begins at row i * stride, column j * stride, not at i * window.": (
                _beside(dy, x, window, first_maximum)
            ),
            "u and v are places in the window. In the image it is row i * stride + u, column "
            "j * stride + v.": _placed(dy, x, window, stride, 0, window),
            "the maximum is looked for in the window at i * stride, but dy goes to the one at "
            "i * window.": _placed(dy, x, window, stride, window, window),
            "the place in the window is divided by the stride. A line of it has `window` "
            "entries.": _placed(dy, x, window, stride, stride, stride),
            "each winner gets 1. It gets its dy.": by(first_maximum, dy=np.ones_like(dy)),
            "one place is chosen for all channels, that of the largest number in any of them. Each "
            "channel has a maximum of its own.": (
                by(first_maximum, x=np.broadcast_to(x.max(axis=3, keepdims=True), x.shape))
            ),
            "each dy goes to all examples and channels: the indices n and c are missing where dx "
            "is written to.": np.broadcast_to(dx.sum(axis=(0, 3), keepdims=True), dx.shape),
            "each dy goes to all channels: an index c is missing where dx is written to.": (
                np.broadcast_to(dx.sum(axis=3, keepdims=True), dx.shape)
            ),
            "this is dy. dx has the size of x.": dy,
            "x itself is in it. Begin with zeros.": x + dx,
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
            "one place is chosen for the whole batch, that of the largest number in any example. "
            "Each example has a maximum of its own.": (
                by(first_maximum, x=np.broadcast_to(x.max(axis=0), x.shape))
            ),
            "one place is chosen for the whole batch. Each example has a maximum of its own.": (
                by(first_maximum, x=np.broadcast_to(x.sum(axis=0), x.shape))
            ),
            "the maximum is found in the right window, but dy goes to row i + u, column j + v. In "
            "the image it is row i * stride + u, column j * stride + v.": (
                _placed(dy, x, window, stride, 1, window)
            ),
            "each example's dy goes to all examples: an index n is missing where dx is written "
            "to.": np.broadcast_to(dx.sum(axis=0), dx.shape),
            "the entries of different channels are mixed: reshape(N, C, -1) does not move the "
            "channel axis forward. In (N, k, k, C) the channels come last: (N, k * k, C).": (
                _mixed_channels(dy, x, window, stride)
            ),
        }
        try:
            got = call(answer, dy, x, window, stride)
        except WrongAnswer as failed:
            if "out of bounds" in str(failed):
                raise WrongAnswer(f"{failed} dx has the size of x, not that of dy.") from failed
            raise
        expect(got, dx, f"dx{circumstance}", mistakes=mistakes, batch=2)


def _placed(dy: Array, x: Array, window: int, stride: int, step: int, length: int) -> Array:
    """dy at the maximum's place, if windows began at i * step and their lines had a length."""
    dx = np.pad(np.zeros(x.shape), ((0, 0), (0, 99), (0, 99), (0, 0)))
    for n, i, j, c in np.ndindex(dy.shape):
        place = np.s_[n, i * stride : i * stride + window, j * stride : j * stride + window, c]
        u, v = divmod(int(x[place].argmax()), length)
        dx[n, i * step + u, j * step + v, c] += dy[n, i, j, c]
    return dx[:, : x.shape[1], : x.shape[2]]


def _beside(dy: Array, x: Array, window: int, share: Share) -> Array:
    """As if the stride were the window; beyond the image lies nothing that wins."""
    border = ((0, 0), (0, dy.shape[1] * window), (0, dy.shape[2] * window), (0, 0))
    wide = np.pad(x, border, constant_values=-1e9)
    return route(dy, wide, window, window, share)[:, : x.shape[1], : x.shape[2]]


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


def _mixed_channels(dy: Array, x: Array, window: int, stride: int) -> Array:
    """The winner looked for after reshape(N, C, -1) of a window (N, k, k, C)."""
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dy.shape):
        top, left = i * stride, j * stride
        entries = x[n, top : top + window, left : left + window].reshape(x.shape[3], -1)
        u, v = divmod(int(entries[c].argmax()), window)
        dx[n, top + u, left + v, c] += dy[n, i, j, c]
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
    cases = [(6, 4, 2, 2), (7, 8, 2, 3), (7, 5, 3, 2), (7, 5, 2, 2), (4, 3, 1, 1), (3, 3, 3, 3)]
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
            "rows and columns that no window covers are missing. They belong to the image; their "
            "gradient is 0.": dx[
                :, : (rows - 1) * stride + window, : (columns - 1) * stride + window
            ],
            "only the first entry of each window gets something. All of them enter the mean.": (
                route(dy, x, window, stride, first_maximum) / window**2
            ),
            "only the first entry of each window gets something, and that is all of dy. All "
            "entries enter the mean, each with a weight.": (
                route(dy, x, window, stride, first_maximum)
            ),
            "where windows overlap, their shares are averaged. Each is a path to the loss: they "
            "add up.": dx / np.maximum(1, route(np.ones_like(dy), x, window, stride, copied)),
            "dy is multiplied by the number of entries. It is divided by it.": dx * window**4,
            "it is divided by 4, whatever the window. A window has window * window entries.": (
                dx * window**2 / 4
            ),
            "it is divided by stride * stride. The mean is over window * window entries.": (
                dx * window**2 / stride**2
            ),
            "it is divided by the number of pixels of the image. The mean is over one window.": (
                dx * window**2 / (height * width)
            ),
            "it is divided by the number of channels too. Each channel is pooled by itself.": (
                dx / 3
            ),
            "it is rounded down: // where / belongs.": route(
                dy // window**2, x, window, stride, copied
            ),
            "the first example's gradient stands in all of them.": dx[[0, 0]],
            "window (i, j) begins at row i * stride, column j * stride, not at i and j.": (
                route(dy, x, window, 1, mean)
            ),
            "dy is repeated, and the windows lie side by side. Where the stride is not the window, "
            "they overlap or lie apart.": dy.repeat(window, 1).repeat(window, 2) / window**2,
            "this is dy. dx has the size of the image.": dy,
            "it is divided by window * stride. The mean is over window * window entries.": (
                dx * window / stride
            ),
            "it is divided by the number of windows. The mean is over the entries of one window.": (
                dx * window**2 / (rows * columns)
            ),
            "it is divided by the number of examples. That factor is in the loss, and so in dy "
            "already.": dx / 2,
            "window (i, j) begins at row i * stride, column j * stride, not at i * window.": (
                _beside(dy, x, window, mean)
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
        keep[0, 1] = False  # no example keeps everything
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
            "what was dropped gets dy as it is. It had no influence on y: 0.": (
                np.where(keep, dy / 0.8, dy)
            ),
            "the factor is 2, as for a rate of 0.5. The rate is an argument.": dy * keep * 2,
            "the factor is made from the share that was kept this time. Forwards it was "
            "1 / (1 - rate).": dy * keep / keep.mean(),
            "it is divided by 1 + rate. What is kept was divided by 1 - rate.": dy * keep / 1.2,
            "only what was kept comes back. dx has the shape of x: 0 where it was dropped.": (
                dy[keep] / 0.8
            ),
            "the factor is 1 / rate. `rate` is the share that is dropped, 1 - rate the one that "
            "is kept.": dy * keep / 0.2,
            "the rate multiplies what was kept. Forwards it was divided by 1 - rate.": (
                dy * keep * 0.2
            ),
            "the first example's mask is used for all of them. Each number has a mask of its "
            "own.": dy * keep[:1] / 0.8,
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


def _counted(
    dy: Array,
    size: tuple[int, int],
    window: int,
    stride: int,
    padding: int,
    count: Callable[[range, range], float],
) -> Array:
    """Each dy to the entries in the image, divided by a number made from the window's lines."""
    dx = np.zeros((len(dy), *size, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride - padding, j * stride - padding
        rows, columns = range(top, top + window), range(left, left + window)
        place = np.s_[:, max(0, top) : max(0, top + window), max(0, left) : max(0, left + window)]
        dx[place] += dy[:, i : i + 1, j : j + 1] / max(1, count(rows, columns))
    return dx


@exercise
def padded_mean_backward(answer: Answer) -> None:
    """Against shares of a padded image of ones: overlap, wide borders, windows over two edges."""
    rng = np.random.default_rng(19)
    cases = [((5, 4), 3, 1, 1), ((6, 6), 3, 1, 2), ((6, 5), 3, 2, 1), ((5, 6), 2, 2, 1),
             ((2, 3), 4, 1, 1), ((5, 4), 2, 2, 0)]  # fmt: skip
    for (height, width), window, stride, padding in cases:
        high, wide = ((size + 2 * padding - window) // stride + 1 for size in (height, width))
        dy = rng.normal(size=(2, high, wide, 3))
        _one_padded_mean(answer, dy, (height, width), window, stride, padding)


def _one_padded_mean(
    answer: Answer, dy: Array, size: tuple[int, int], window: int, stride: int, padding: int
) -> None:
    (height, width), (high, wide) = size, dy.shape[1:3]
    inside = np.s_[:, padding : padding + height, padding : padding + width]
    real = np.zeros((2, height + 2 * padding, width + 2 * padding, 3))
    real[inside] = 1

    def share(entries: Array) -> Array:
        return np.asarray(entries / entries.sum())

    def lines(seen: range, size: int) -> int:
        """How many of them lie in the image."""
        return len(range(max(0, seen.start), min(size, seen.stop)))

    def by(
        count: Callable[[range, range], float],
        stride: int = stride,
        padding: int = padding,
        size: tuple[int, int] = size,
    ) -> Array:
        return _counted(dy, size, window, stride, padding, count)

    def fair(rows: range, columns: range) -> int:
        return lines(rows, height) * lines(columns, width)

    dx = route(dy, real, window, stride, share)
    got = call(answer, dy, (height, width), window, stride, padding)
    case = f"dx for {height} by {width} pixels, {window=}, {stride=}, {padding=}"
    everything = route(dy, real, window, stride, copied)[inside]
    edges = range(0, high, max(1, high - 1)), range(0, wide, max(1, wide - 1))
    mistakes = {
        f"the border counts in the mean: everything is divided by {window**2}. Only the "
        "entries that lie in the image are counted.": everything / window**2,
        "each entry gets all of dy. It enters the mean with a weight.": everything,
        "where windows overlap, the last share has overwritten the others. They add up.": (
            route(dy, real, window, stride, share, add=False)[inside]
        ),
        "the rows are counted as they lie in the image, but all columns of the window.": by(
            lambda rows, columns: lines(rows, height) * window
        ),
        "the columns are counted as they lie in the image, but all rows of the window.": by(
            lambda rows, columns: window * lines(columns, width)
        ),
        "the lines are added: 2 rows and 3 columns make 6 entries, not 5.": by(
            lambda rows, columns: lines(rows, height) + lines(columns, width)
        ),
        f"it is divided by {window}. The entries in the image count, rows times columns.": (
            everything / window
        ),
        "a window at an edge loses one line here, whatever the padding. Count those that lie "
        "in the image.": by(
            lambda rows, columns: (
                (window - (rows.start < 0) - (rows.stop > height))
                * (window - (columns.start < 0) - (columns.stop > width))
            )
        ),
        "what hangs over at the top and on the left is not counted, but what hangs over at the "
        "bottom and on the right is.": by(
            lambda rows, columns: (window - max(0, -rows.start)) * (window - max(0, -columns.start))
        ),
        "what hangs over at the bottom and on the right is not counted, but what hangs over at "
        "the top and on the left is.": by(
            lambda rows, columns: (
                min(window, height - rows.start) * min(window, width - columns.start)
            )
        ),
        "a window that begins in the border is pushed into the image, and keeps all its lines. "
        "What lies in the border falls away, and the window that is left is smaller.": (
            _pushed_inside(dy, size, window, stride, padding)
        ),
        "the rows that lie in the image are counted, and squared. A window may have lost more rows "
        "than columns: rows times columns.": by(lambda rows, columns: lines(rows, height) ** 2),
        "the columns that lie in the image are counted, and squared. A window may have lost more "
        "columns than rows: rows times columns.": by(
            lambda rows, columns: lines(columns, width) ** 2
        ),
        "every window at an edge is divided as if it had lost `padding` rows and `padding` "
        "columns. Count those that lie in the image.": by(
            lambda rows, columns: (
                max(1, window - padding) ** 2
                if min(rows.start, columns.start) < 0 or rows.stop > height or columns.stop > width
                else window**2
            )
        ),
        "the height takes the place of the width in the count of the columns.": by(
            lambda rows, columns: lines(rows, height) * lines(columns, height)
        ),
        "the width takes the place of the height in the count of the rows.": by(
            lambda rows, columns: lines(rows, width) * lines(columns, width)
        ),
        "every window is divided as if it lost `padding` rows and columns. Only those at an "
        "edge do.": everything / max(1, window - padding) ** 2,
        "the first and the last window of a row lose `padding` lines here. How many they lose "
        "depends on the stride too.": by(
            lambda rows, columns: (
                (window - padding * ((rows.start + padding) // stride in edges[0]))
                * (window - padding * ((columns.start + padding) // stride in edges[1]))
            )
        ),
        "height and width are exchanged in the count.": by(
            lambda rows, columns: (
                (min(width, rows.stop) - max(0, rows.start))
                * (min(height, columns.stop) - max(0, columns.start))
            )
        ),
        "each pixel's shares are divided by the number of windows it lies in. A share is "
        "divided by the number of entries in its *window*.": everything
        / np.maximum(1, route(np.ones_like(dy), real, window, stride, copied)[inside]),
        "the padding is left out: window (i, j) begins at row i * stride - padding.": (
            dx[:, :height, :width]
        ),
        "the padding is left out: window (i, j) begins at row i * stride - padding, not at "
        "i * stride.": by(fair, padding=0),
        "the padding is added. Window (i, j) begins at row i * stride *minus* padding.": by(
            fair, padding=-padding
        ),
        "the padding is subtracted twice. Window (i, j) begins at row i * stride - padding.": (
            by(fair, padding=2 * padding)
        ),
        "the padding is fixed at 1. It is an argument.": by(fair, padding=1),
        "the stride is left out: window (i, j) begins at row i * stride - padding.": by(
            fair, stride=1
        ),
        "a negative number in a slice counts from the end. Windows that begin above or to the "
        "left of the image begin at 0 there.": _from_the_end(
            dy, (height, width), window, stride, padding
        ),
        "windows that hang over the edge are left out. The entries in the image get their share of "
        "them too.": by(
            lambda rows, columns: (
                window**2
                if lines(rows, height) == lines(columns, width) == window
                else float("inf")
            )
        ),
        "the border is still there. It does not belong to the image.": dx,
        "the border is cut off at the top and on the left only.": dx[:, padding:, padding:],
        "the border is cut off at the bottom and on the right only.": (
            dx[:, : height + padding, : width + padding]
        ),
        "the border is cut off twice at the top and on the left.": (
            dx[:, 2 * padding :, 2 * padding :]
        ),
        "height and width are exchanged.": by(
            lambda rows, columns: lines(rows, width) * lines(columns, height), size=(width, height)
        ),
        "it is divided by the number of examples. That factor is in dy already.": dx[inside] / 2,
    }
    expect(got, dx[inside], case, mistakes=mistakes)


def _from_the_end(
    dy: Array, size: tuple[int, int], window: int, stride: int, padding: int
) -> Array:
    dx = np.zeros((len(dy), *size, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride - padding, j * stride - padding
        part = dx[:, top : top + window, left : left + window]
        part += dy[:, i : i + 1, j : j + 1] / max(1, part[0, :, :, 0].size)
    return dx


def _pushed_inside(
    dy: Array, size: tuple[int, int], window: int, stride: int, padding: int
) -> Array:
    """Only the start of a window is cut, and its end is counted from there."""
    dx = np.zeros((len(dy), *size, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = max(0, i * stride - padding), max(0, j * stride - padding)
        part = dx[:, top : top + window, left : left + window]
        part += dy[:, i : i + 1, j : j + 1] / max(1, part[0, :, :, 0].size)
    return dx
