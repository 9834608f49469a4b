"""The checks of notebook 12: unfolding and folding in memory's order, and one row of dx."""

from typing import Any

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect
from tutorials.checks.notebook_08 import scatter

CASES = [((5, 3, 4, 2), (3, 2), 1), ((6, 2, 7, 3), (2, 3), 2), ((4, 2, 3, 2), (4, 3), 1)]


def to_memory(x: Array) -> Array:
    return x.transpose(1, 3, 2, 0)


def _columns(x: Array, size: tuple[int, int], stride: int) -> Array:
    """The definition, entry by entry, with ones behind each u."""
    height, channels, width, examples = x.shape
    kh, kw = size
    rows, columns = (height - kh) // stride + 1, (width - kw) // stride + 1
    unfolded = np.ones((rows, kh, kw * channels + 1, columns, examples))
    for i, u, v, c, j in np.ndindex(rows, kh, kw, channels, columns):
        unfolded[i, u, v * channels + c, j] = x[i * stride + u, c, j * stride + v]
    return unfolded.reshape(rows, kh * (kw * channels + 1), columns * examples)


@exercise
def unfold(answer: Answer) -> None:
    """Numbered pictures, so that every entry says where it comes from."""
    for shape, (kh, kw), stride in CASES:
        x = 2.0 + np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
        _, channels, _, examples = shape
        right = _columns(x, (kh, kw), stride)
        rows, lines, _ = right.shape
        by = right.reshape(rows, kh, kw * channels + 1, -1, examples)
        plain = by[:, :, :-1].reshape(rows, kh, kw, channels, -1, examples)
        bare = plain.reshape(rows, kh * kw * channels, -1)

        def with_ones(entries: Array, rows: int = rows, lines: int = lines) -> Array:
            """Entries (rows, kh, kw*C, W'*N) with the ones behind each u."""
            ones = np.ones((*entries.shape[:2], 1, entries.shape[3]))
            return np.concatenate([entries, ones], axis=2).reshape(rows, lines, -1)

        flat = plain.reshape(rows, kh, kw * channels, -1)
        no_stride = _columns(x, (kh, kw), 1)
        mistakes = {
            "the ones are missing. A line of them stands behind the kw*C lines of each u.": bare,
            "there is one line of ones, at the end. It stands behind the kw*C lines of *each* u.": (
                np.concatenate([bare, np.ones((rows, 1, bare.shape[2]))], axis=1)
            ),
            "the lines of ones hold zeros.": np.where(right == 1, 0, right),
            "(u, v, c) has c before v: the columns of the window have to count slower than the "
            "channels.": with_ones(plain.swapaxes(2, 3).reshape(flat.shape)),
            "(j, n) has j fastest. In memory the examples lie next to each other: n is fastest.": (
                with_ones(plain.swapaxes(4, 5).reshape(flat.shape))
            ),
            "the rows u of each window are in reverse order.": with_ones(flat[:, ::-1]),
            "the last row of windows is missing. It ends with the picture.": right[:-1],
            "the stride is ignored.": no_stride,
            "this is the matrix of notebook 07, with a row for each window. Here a window is a "
            "column.": bare.transpose(0, 2, 1).reshape(-1, bare.shape[1]),
        }
        what = f"unfold(x of shape {shape}, {(kh, kw)}, {stride})"
        expect(call(answer, x, (kh, kw), stride), right, what, mistakes=mistakes)


@exercise
def weights_for(answer: Answer) -> None:
    """What the matrix makes of the columns must be the convolution, bias once."""
    rng = np.random.default_rng(12)
    for shape in ((3, 2, 4, 5), (2, 2, 3, 3)):
        kernel, bias = rng.normal(size=shape), rng.normal(size=shape[3])
        kh, kw, channels, filters = shape
        right = np.zeros((kh, kw * channels + 1, filters))
        for u, v, c in np.ndindex(kh, kw, channels):
            right[u, v * channels + c] = kernel[u, v, c]
        everywhere, last = right.copy(), right.copy()
        everywhere[:, -1], last[-1, -1], right[0, -1] = bias, bias, bias
        zero = right.copy()
        zero[0, -1] = 0
        swapped = right.copy()
        swapped[:, :-1] = kernel.swapaxes(1, 2).reshape(kh, -1, filters)
        bare = kernel.reshape(-1, filters)
        got = call(answer, kernel, bias)
        if np.shape(got) == (kh * (kw * channels + 1), filters) and np.allclose(
            got, last.reshape(-1, filters)
        ):
            return  # as good: the bias meets the last line of ones in place of the first
        expect(got, right.reshape(-1, filters), f"the weights for a kernel {shape}", mistakes={
            "the bias meets all kh lines of ones, so it is added kh times. It meets one of them; "
            "the others meet zeros.": everywhere.reshape(-1, filters),
            "the bias is missing: the lines of ones meet zeros only.": zero.reshape(-1, filters),
            "there is no place for the lines of ones: kh of them need a row of weights each.": bare,
            "there is one row for the ones, at the end. unfold has a line of ones behind each u.": (
                np.concatenate([bare, bias[np.newaxis]])
            ),
            "(u, v, c) has c before v: the weights meet other pixels.": (
                swapped.reshape(-1, filters)
            ),
            "the matrix is transposed: a row for each (u, v, c), a column for each filter.": (
                right.reshape(-1, filters).T
            ),
        })  # fmt: skip


@exercise
def fold(answer: Answer) -> None:
    """Every share to its place, one by one; overlap, gaps, a column left over."""
    rng = np.random.default_rng(13)
    cases = [(5, 3, 1, 2, 2), (9, 2, 3, 3, 2), (7, 3, 2, 2, 2)]
    for width, kw, stride, channels, examples in cases:
        columns = (width - kw) // stride + 1
        shares = rng.normal(size=(kw, channels, columns, examples))

        def added(shares: Array, add: bool = True, step: int = stride, width: int = width,
                  kw: int = kw, columns: int = columns) -> Array:  # fmt: skip
            row = np.zeros((shares.shape[1], width, shares.shape[3]))
            for v, j in np.ndindex(kw, columns):
                w = j * step + v
                row[:, w] = shares[v, :, j] + (row[:, w] if add else 0)
            return row

        right = added(shares)
        counts = added(np.ones_like(shares))
        mistakes = {
            "where windows overlap, the last share has overwritten the others. They add up: "
            "+=.": added(shares, add=False),
            "the shares are turned: entry v of a window lies v columns to the right of its "
            "beginning.": added(shares[::-1]),
            "the shares of overlapping windows are averaged. They add up.": (
                right / np.maximum(counts, 1)
            ),
            "columns that no window covers are missing. Their sum is 0.": (
                right[:, : stride * (columns - 1) + kw]
            ),
            "rows of the result are columns: the axes are (C, W, N).": right.transpose(1, 0, 2),
        }
        if stride > 1:
            mistakes["the stride is ignored: window j begins at column j * stride."] = added(
                shares, step=1
            )
        flat = shares.reshape(kw * channels, columns * examples)
        if kw != channels:
            swapped = flat.reshape(channels, kw, columns, examples).swapaxes(0, 1)
            mistakes["(v, c) is read as (c, v): c counts fastest."] = added(swapped)
        if columns != examples:
            turned = flat.reshape(kw, channels, examples, columns).swapaxes(2, 3)
            mistakes["(j, n) is read as (n, j): n counts fastest."] = added(turned)
        what = f"the row for width {width}, kernel {kw}, stride {stride}"
        expect(call(answer, flat, kw, stride, width), right, what, mistakes=mistakes)


@exercise
def dx_row(answer: Answer) -> None:
    """Every row of dx: the first and the last, those in the middle, one that no window reaches."""
    rng = np.random.default_rng(14)
    for (height, width), (kh, kw), stride in [((6, 5), (3, 2), 1), ((8, 6), (3, 3), 2),
                                              ((7, 5), (2, 2), 3)]:  # fmt: skip
        high, wide = (height - kh) // stride + 1, (width - kw) // stride + 1
        dy, kernel = rng.normal(size=(2, high, wide, 4)), rng.normal(size=(kh, kw, 3, 4))

        def gradient(kernel: Array, dy: Array = dy, step: int = stride, height: int = height,
                     width: int = width) -> Array:  # fmt: skip
            return to_memory(scatter(dy, kernel, (height, width), step))

        right, turned = gradient(kernel), gradient(kernel[::-1])
        last_only = to_memory(_rows_overwritten(dy, kernel, (height, width), stride))
        sideways = gradient(kernel[:, ::-1])
        for h in range(height):
            mistakes = {
                "the kernel's rows run the wrong way: window i saw row h as its row "
                "u = h - i * stride, so a larger i means a smaller u.": turned[h],
                "the kernel's columns run the wrong way.": sideways[h],
                "only one of the rows of windows that saw this row counts. They add up.": (
                    last_only[h]
                ),
                "rows of dy that do not exist have come in: for the upper rows of the picture "
                "h - u is negative, and a negative index counts from the end.": (
                    right[h] + _from_beyond(dy, kernel, h, stride, width)
                ),
                "it is divided by the number of examples. That factor is in dy already.": (
                    right[h] / 2
                ),
            }
            got = call(answer, to_memory(dy), kernel, h, stride, width)
            what = f"row {h} of dx, picture {(height, width)}, kernel {(kh, kw)}, stride {stride}"
            if not right[h].any() and np.any(got):
                raise WrongAnswer(f"{what}: no window reaches this row, so all of it is 0.")
            expect(got, right[h], what, mistakes=mistakes, batch=2)


def _from_beyond(dy: Array, kernel: Array, h: int, stride: int, width: int) -> Array:
    """What the rows of dy with negative numbers would add to row h, if they were counted."""
    row = np.zeros((kernel.shape[2], width, len(dy)))
    for u in range(len(kernel)):
        i, rest = divmod(h - u, stride)
        if rest == 0 and -dy.shape[1] <= i < 0:
            band = scatter(dy[:, i][:, np.newaxis], kernel[u : u + 1], (1, width), stride)
            row += to_memory(band)[0]
    return row


def _rows_overwritten(dy: Array, kernel: Array, size: tuple[int, int], stride: int) -> Array:
    """dx if, of several rows of windows, the last one wins."""
    dx = np.zeros((len(dy), *size, kernel.shape[2]))
    for i in range(dy.shape[1]):
        band = scatter(dy[:, i : i + 1], kernel, (len(kernel), size[1]), stride)
        dx[:, i * stride : i * stride + len(kernel)] = band
    return dx


@exercise
def copied(answer: Answer) -> None:
    """All cases before the verdict; the strips and rows are laid out, and counted."""
    cases = [((5, 3, 4, 2), (3, 2)), ((9, 1, 8, 3), (3, 3)), ((4, 2, 4, 1), (1, 4))]
    cases.append(((3, 5, 3, 2), (3, 3)))

    def counts(size: tuple[int, int, int, int], kernel: tuple[int, int]) -> tuple[int, int]:
        height, channels, width, examples = size
        x = np.zeros((height, channels, width, examples))
        windows = _columns(x, kernel, 1)
        rows = windows.shape[0] * windows.shape[2] * kernel[0] * kernel[1] * channels
        return rows, height * (kernel[1] * channels + 1) * windows.shape[2]

    def without_ones(size: Any, kernel: Any) -> tuple[int, int]:
        rows, strips = counts(size, kernel)
        return rows, strips * kernel[1] * size[1] // (kernel[1] * size[1] + 1)

    def whole_width(size: Any, kernel: Any) -> tuple[int, int]:
        high, wide = size[0] - kernel[0] + 1, size[2] - kernel[1] + 1
        rows, strips = counts(size, kernel)
        return rows * size[0] * size[2] // (high * wide), strips * size[2] // wide

    def with_ones(size: Any, kernel: Any) -> tuple[int, int]:
        rows, strips = counts(size, kernel)
        return rows + rows // (kernel[1] * size[1]), strips

    def all_windows(size: Any, kernel: Any) -> tuple[int, int]:
        rows, strips = counts(size, kernel)
        return rows, strips // size[0] * (size[0] - kernel[0] + 1)

    def without_examples(size: Any, kernel: Any) -> tuple[int, int]:
        rows, strips = counts(size, kernel)
        return rows // size[3], strips // size[3]

    got = [call(answer, *case) for case in cases]
    right = [counts(*case) for case in cases]
    for pair, number in zip(got, right, strict=True):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise WrongAnswer("two numbers should be returned: im2col's, and the strips'.")
        if tuple(pair) == number[::-1] != number:
            raise WrongAnswer("the two have changed places: im2col's first, then the strips'.")
    if [tuple(pair) for pair in got] == right:
        return
    for diagnosis, formula in {
        "the line of ones is not counted: each row of x has one in its strip.": without_ones,
        "windows are counted at every pixel. At the border they would not fit.": whole_width,
        "im2col's rows have no ones: those belong to the strips.": with_ones,
        "the strips are counted for each row of *windows*. There is one for each row of x, and kh "
        "neighbours of them make a window's rows: that is what saves.": all_windows,
        "the examples are left out.": without_examples,
    }.items():
        if [tuple(pair) for pair in got] == [formula(*case) for case in cases]:
            raise WrongAnswer(diagnosis)
    k = next(k for k in range(len(cases)) if tuple(got[k]) != right[k])
    raise WrongAnswer(
        f"for x {cases[k][0]}, kernel {cases[k][1]} you have {got[k]}; it is {right[k]}."
    )
