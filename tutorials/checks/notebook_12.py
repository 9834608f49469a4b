"""The checks of notebook 12: unfolding and folding in memory's order, and one row of dx."""

from typing import Any

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect
from tutorials.checks.notebook_08 import scatter

CASES = [((5, 3, 4, 2), (3, 2), 1), ((6, 2, 7, 3), (2, 3), 2), ((4, 2, 3, 2), (4, 3), 1)]
UNEVEN = ((8, 2, 7, 3), (3, 2), 2)  # the last row and the last column are in no window


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
    for shape, (kh, kw), stride in [*CASES, UNEVEN]:
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
        fine = no_stride.reshape(x.shape[0] - kh + 1, lines, -1, examples)
        wide, step = by.shape[3], stride
        turned = plain[:, ::-1, ::-1].reshape(flat.shape)
        by_v = plain.swapaxes(1, 2).reshape(rows, kw, kh * channels, -1)
        spread = np.ones((rows, kh, kw * channels + 1, wide, examples))
        for i, u, v, j in np.ndindex(rows, kh, kw, wide):
            p, q = min(i + u * step, len(x) - 1), min(j + v * step, x.shape[2] - 1)
            spread[i, u, v * channels : (v + 1) * channels, j] = x[p, :, q]
        first_ones = by.copy()
        first_ones[:, 1:, -1] = 0
        other_size = right
        if kw <= shape[0] and kh <= shape[2]:
            other_size = _columns(x, (kw, kh), stride)
        mistakes = {
            "the ones stand in front of the kw*C lines of each u. They belong behind them.": (
                np.roll(by, 1, axis=2).reshape(right.shape)
            ),
            "the windows are turned by 180 degrees: entry (u, v) of a window is u rows below "
            "and v columns to the right of its beginning.": with_ones(turned),
            "v counts slower than u, so the ones stand behind each v. The order is (u, v, c).": (
                np.concatenate([by_v, np.ones((rows, kw, 1, by_v.shape[3]))], axis=2).reshape(
                    rows, kw * (kh * channels + 1), -1
                )
            ),
            "the last column of windows is missing. It ends with the picture.": (
                by[:, :, :, :-1].reshape(rows, lines, -1)
            ),
            "rows and columns of the picture are exchanged: x is (H, C, W, N).": (
                _columns(x.swapaxes(0, 2), (kh, kw), stride)
            ),
            "only the first example is there. N counts fastest within a line.": (
                _columns(x[..., :1], (kh, kw), stride)
            ),
            "only the first channel is there.": _columns(x[:, :1], (kh, kw), stride),
            "a window lies in each row. Here it is a column: (u, v, c) comes first, then (j, n).": (
                right.swapaxes(1, 2)
            ),
            "the stride is used for the columns, but not for the rows: window row i begins at row "
            "i * stride.": fine[:rows, :, ::step][:, :, :wide].reshape(right.shape),
            "the stride is used for the rows, but not for the columns: window j begins at column "
            "j * stride.": fine[::step][:rows, :, :wide].reshape(right.shape),
            "the stride counts the rows of windows, but does not move them: window row i begins at "
            "row i * stride.": no_stride[:rows],
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
            "the columns v of each window are in reverse order.": (
                with_ones(plain[:, :, ::-1].reshape(flat.shape))
            ),
            "the 1 stands inside of the division. The first window takes no step: (H - kh) // "
            "stride + 1 of them fit, and not (H - kh + 1) // stride.": (
                by[: (len(x) - kh + 1) // step, :, :, : (shape[2] - kw + 1) // step].reshape(
                    (len(x) - kh + 1) // step, lines, -1
                )
            ),
            "the last row of windows is missing. It ends with the picture.": right[:-1],
            "the stride is ignored.": no_stride,
            "the stride belongs to the windows, i * stride + u, not to their entries, "
            "i + u * stride.": spread.reshape(right.shape),
            "the stride moves the rows of windows alone: the columns need it, too.": (
                no_stride[::step]
            ),
            "the stride moves the columns of windows alone: the rows need it, too.": (
                fine[:, :, ::step].reshape(len(fine), lines, -1)
            ),
            "height and width of the window are exchanged: kernel_size is (kh, kw).": other_size,
            "only the first u has its line of ones, the others have zeros.": (
                first_ones.reshape(right.shape)
            ),
            "the rows of windows lie in one matrix side by side. Each has a matrix of its own: "
            "(H', kh*(kw*C + 1), W'*N).": np.concatenate(list(right), axis=1),
            "there is an axis for u, too: kh*(kw*C + 1) lines are one axis.": (
                right.reshape(rows, kh, kw * channels + 1, -1)
            ),
            "this is the matrix of notebook 07, with a row for each window. Here a window is a "
            "column.": bare.transpose(0, 2, 1).reshape(-1, bare.shape[1]),
        }
        what = f"unfold(x of shape {shape}, {(kh, kw)}, {stride})"
        try:
            got = call(answer, x, (kh, kw), stride)
        except WrongAnswer as accident:
            if (shape, (kh, kw), stride) != UNEVEN:
                raise
            raise WrongAnswer(
                f"{accident} Here the stride leaves a row and a column over: windows that do not "
                "fit are left out."
            ) from None
        wrong_lines = (rows, kh * (kw * shape[2] + 1), ((channels - kw) // stride + 1) * examples)
        if np.shape(got) == wrong_lines != right.shape:
            raise WrongAnswer(f"{what}: x is read as (H, W, C, N). It is (H, C, W, N).")
        if np.ndim(got) == 3 and len(got) == rows + 1 and (shape, (kh, kw), stride) == UNEVEN:
            raise WrongAnswer(
                f"{what}: there is one window too many. The last row and the last column are left "
                "over here: windows that do not fit are left out."
            )
        expect(got, right, what, mistakes=mistakes)
    x = np.ones((2, 1, 2, 1))  # the notebook leaves the stride out, too
    expect(call(answer, x, (1, 1)), _columns(x, (1, 1), 1), "unfold(x, (1, 1)), stride left out")


def _joined(matrix: Array, shape: tuple[int, ...]) -> Array:
    """The same weights, with all that stands on the lines of ones added up on the first."""
    kh, _, _, filters = shape
    joined = np.array(matrix, dtype=np.float64).reshape(kh, -1, filters)
    joined[0, -1] = joined[:, -1].sum(axis=0)
    joined[1:, -1] = 0
    return joined.reshape(-1, filters)


def _does_the_same(got: Any, lines: Array, shape: tuple[int, ...]) -> bool:
    """Whether this matrix makes of any columns what the other one makes."""
    kh, kw, channels, _ = shape
    x = np.random.default_rng(16).normal(size=(kh + 3, channels, kw + 4, 3))
    columns = _columns(x, (kh, kw), 1)
    return bool(np.allclose(np.asarray(got).T @ columns, lines.T @ columns, rtol=1e-9))


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
        everywhere, zero = right.copy(), right.copy()
        everywhere[:, -1], right[0, -1] = bias, bias
        swapped = right.copy()
        swapped[:, :-1] = kernel.swapaxes(1, 2).reshape(kh, -1, filters)
        bare = kernel.reshape(-1, filters)
        got = call(answer, kernel, bias)
        lines = right.reshape(-1, filters)
        if np.shape(got) == lines.shape and _does_the_same(got, lines, shape):
            continue  # it does not matter which lines of ones bring the bias
        at_the_end = np.concatenate([bare, bias[np.newaxis], np.zeros((kh - 1, filters))])
        turned, negative, first, ones = right.copy(), right.copy(), right.copy(), right.copy()
        turned[:, :-1] = kernel[::-1, ::-1].reshape(kh, -1, filters)
        upside_down, sideways = right.copy(), right.copy()
        upside_down[:, :-1] = kernel[::-1].reshape(kh, -1, filters)
        sideways[:, :-1] = kernel[:, ::-1].reshape(kh, -1, filters)
        crossed = right.copy()
        crossed[:, :-1] = kernel.swapaxes(0, 1).reshape(kh, -1, filters)
        filters_first = right.copy()
        filters_first[:, :-1] = kernel.transpose(3, 0, 1, 2).reshape(kh, -1, filters)
        negative[0, -1], first[0, -1], ones[1:, -1] = -bias, bias[0], 1
        one = right.copy()
        one[0, -1] = 1
        by_width, part = right.copy(), right.copy()
        by_width[:, -1], part[0, -1] = bias / kw, bias / kh
        slow_v = np.concatenate(
            [kernel.swapaxes(0, 1).reshape(kw, -1, filters), np.zeros((kw, 1, filters))], axis=1
        )
        slow_v[0, -1] = bias
        all_ones, twice, by_filters = right.copy(), right.copy(), right.copy()
        all_ones[:, -1], twice[0, -1], by_filters[0, -1] = 1, 2 * bias, bias / filters
        late = np.concatenate(
            [kernel[0].reshape(-1, filters), bias[np.newaxis], kernel[1:].reshape(-1, filters),
             np.zeros((kh - 1, filters))]
        )  # fmt: skip
        mistakes = {
            "the bias stands in front of each u. unfold has its ones *behind* the kw*C lines of "
            "each u.": np.roll(right, 1, axis=1).reshape(-1, filters),
            "the rows for the ones stand together at the end. unfold has a line of ones behind "
            "each u, so theirs stand there too.": at_the_end,
            "the kernel is turned by 180 degrees. Forwards, entry (u, v) of the kernel meets entry "
            "(u, v) of the window.": turned.reshape(-1, filters),
            "the kernel's rows are in reverse order. Forwards, row u of the kernel meets row u of "
            "the window.": upside_down.reshape(-1, filters),
            "the kernel's columns are in reverse order. Forwards, column v of the kernel meets "
            "column v of the window.": sideways.reshape(-1, filters),
            "u and v are exchanged: u counts slowest.": crossed.reshape(-1, filters),
            "the numbers of different filters are mixed: F is the last axis of the kernel, and "
            "stays the last.": filters_first.reshape(-1, filters),
            "the bias has the wrong sign. It is added.": negative.reshape(-1, filters),
            "each filter has a bias of its own.": first.reshape(-1, filters),
            "the row for the ones holds ones. The ones are in the columns already; here is what "
            "they are multiplied by, the bias.": one.reshape(-1, filters),
            "the other rows for the ones are not 0, so that they add something more.": (
                ones.reshape(-1, filters)
            ),
            "the bias meets all kh lines of ones, so it is added kh times. It meets one of them; "
            "the others meet zeros.": everywhere.reshape(-1, filters),
            "the bias is divided by kw and meets kh lines of ones. Together that is not once.": (
                by_width.reshape(-1, filters)
            ),
            "a part of the bias, 1 / kh, meets one line of ones. Together that is not all of it.": (
                part.reshape(-1, filters)
            ),
            "u and v are exchanged: u counts slowest, so there are kh lines of ones.": (
                slow_v.reshape(-1, filters)
            ),
            "u has an axis of its own. The matrix has one row for each line of the columns.": right,
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
            "the rows for the ones hold ones. The ones are in the columns already; here is what "
            "they are multiplied by, the bias, once.": all_ones.reshape(-1, filters),
            "the bias is added twice. It meets one line of ones, or a part of it each.": (
                twice.reshape(-1, filters)
            ),
            "the bias is divided by the number of filters. Each filter has a bias of its own, and "
            "adds all of it.": by_filters.reshape(-1, filters),
            "the zeros stand together at the end. unfold has a line of ones behind *each* u, so "
            "theirs stand there too.": late,
        }  # fmt: skip
        if np.shape(got) == lines.shape:  # the bias may have been put on another line of ones
            for value in [each for each in mistakes.values() if np.shape(each) == lines.shape]:
                if np.allclose(_joined(got, shape), _joined(value, shape), rtol=1e-6):
                    got = value
                    break
        expect(got, lines, f"the weights for a kernel {shape}", mistakes=mistakes)


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

    def loose(size: Any, kernel: Any) -> tuple[int, int]:
        """The same by formulas that take any size, even one that does not fit."""
        wide = size[2] - kernel[1] + 1
        return (
            product(size, kernel, size[0] - kernel[0] + 1, wide),
            size[0] * (kernel[1] * size[1] + 1) * wide * size[3],
        )

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

    def product(size: Any, kernel: Any, rows: int, columns: int) -> int:
        return int(rows * columns * size[3] * kernel[0] * kernel[1] * size[1])

    def strips_of(lines: Any, columns: Any = None) -> Any:
        """im2col right, the strips counted as lines(size, kernel) of columns(size, kernel)."""
        wide = columns or (lambda size, kernel: (size[2] - kernel[1] + 1) * size[3])
        return lambda size, kernel: (
            counts(size, kernel)[0], lines(size, kernel) * wide(size, kernel)
        )  # fmt: skip

    got = [call(answer, *case) for case in cases]
    right = [counts(*case) for case in cases]
    got = [pair.tolist() if isinstance(pair, np.ndarray) else pair for pair in got]
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
        "the strips have a number for each *window* of the row, W' = W - kw + 1, not for each "
        "pixel.": strips_of(
            lambda size, kernel: size[0] * (kernel[1] * size[1] + 1),
            lambda size, kernel: size[2] * size[3],
        ),
        "the views are counted as if they were written. A view of kh strips reads them where they "
        "stand: each strip is written once.": lambda size, kernel: (
            counts(size, kernel)[0],
            (size[0] - kernel[0] + 1) * kernel[0] * counts(size, kernel)[1] // size[0],
        ),
        "the channels are left out.": lambda size, kernel: (
            counts(size, kernel)[0] // size[1],
            size[0] * (kernel[1] + 1) * (size[2] - kernel[1] + 1) * size[3],
        ),
        "the windows are counted without the last one: W - kw + 1 of them fit in a row, and "
        "H - kh + 1 rows.": lambda size, kernel: (
            product(size, kernel, size[0] - kernel[0], size[2] - kernel[1]),
            size[0] * (kernel[1] * size[1] + 1) * (size[2] - kernel[1]) * size[3],
        ),
        "these are bytes. Asked for are numbers.": lambda size, kernel: (
            8 * counts(size, kernel)[0],
            8 * counts(size, kernel)[1],
        ),
        "a strip has one line of ones. It is the *view* of kh strips that holds kh of them.": (
            strips_of(lambda size, kernel: size[0] * (kernel[1] * size[1] + kernel[0]))
        ),
        "a strip holds kw copies of its row, moved sideways, not kh: the view brings the kh.": (
            strips_of(lambda size, kernel: size[0] * (kernel[0] * size[1] + 1))
        ),
        "there is a line of ones in *every* strip, not one for the whole picture.": (
            strips_of(lambda size, kernel: size[0] * kernel[1] * size[1] + 1)
        ),
        "a line of ones is as long as the other lines, W' N numbers.": lambda size, kernel: (
            counts(size, kernel)[0],
            without_ones(size, kernel)[1] + size[0],
        ),
        "im2col has rows for the windows that fit, H' W' of them, not for each pixel.": (
            lambda size, kernel: (product(size, kernel, size[0], size[2]), counts(size, kernel)[1])
        ),
        "the channels are left out in im2col.": lambda size, kernel: (
            counts(size, kernel)[0] // size[1],
            counts(size, kernel)[1],
        ),
        "there is one window more: H - kh + 1 of them fit, and W - kw + 1.": lambda size, kernel: (
            product(size, kernel, size[0] - kernel[0], size[2] - kernel[1]),
            counts(size, kernel)[1],
        ),
        "this is im2col's number divided by kh. The strips have more: H of them, not H', and a "
        "line of ones in each.": lambda size, kernel: (
            counts(size, kernel)[0],
            counts(size, kernel)[0] // kernel[0],
        ),
        "im2col is given ones, too. They belong to the strips.": lambda size, kernel: (
            counts(size, kernel)[0]
            // (kernel[0] * kernel[1] * size[1])
            * (kernel[0] * kernel[1] * size[1] + 1),
            counts(size, kernel)[1],
        ),
        "the size is read as (N, H, W, C). Here it is memory's order, (H, C, W, N).": (
            lambda size, kernel: loose((size[1], size[3], size[2], size[0]), kernel)
        ),
        "the size is read as (H, W, C, N). Here it is memory's order, (H, C, W, N).": (
            lambda size, kernel: loose((size[0], size[2], size[1], size[3]), kernel)
        ),
        "each channel has got a line of ones in every strip. One is enough, behind all kw * C "
        "lines.": strips_of(lambda size, kernel: size[0] * size[1] * (kernel[1] + 1)),
        "the kernel is taken to be square. It is (kh, kw).": (
            lambda size, kernel: loose(size, (kernel[0], kernel[0]))
        ),
    }.items():
        if [tuple(pair) for pair in got] == [formula(*case) for case in cases]:
            raise WrongAnswer(diagnosis)
    k = next(k for k in range(len(cases)) if tuple(got[k]) != right[k])
    names = "im2col's number", "the strips' number"
    wrong = [name for name, a, b in zip(names, got[k], right[k], strict=True) if a != b]
    raise WrongAnswer(
        f"{' and '.join(wrong)} {'are' if len(wrong) > 1 else 'is'} wrong for x {cases[k][0]}, "
        f"kernel {cases[k][1]}: you have {got[k]}."
    )


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
            "+=. (`row[:, places] += ...` with a list of places adds only once to a place that "
            "comes twice; slices, or np.add.at, add every time.)": added(shares, add=False),
            "every share lies one column too far right: entry v of window j belongs to column "
            "j * stride + v.": np.pad(right, ((0, 0), (1, 0), (0, 0)))[:, :width],
            "every share lies one column too far right, and the last one comes in again at the "
            "left: entry v of window j belongs to column j * stride + v.": np.roll(right, 1, 1),
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
        mistakes |= {
            "the last window is missing.": added(
                np.where(np.arange(columns)[:, np.newaxis] == columns - 1, 0, shares)
            ),
            "the last entry of each window, v = kw - 1, is missing.": added(
                np.concatenate([shares[:-1], np.zeros_like(shares[:1])])
            ),
            "the first entry of each window, v = 0, is missing.": added(
                np.concatenate([np.zeros_like(shares[:1]), shares[1:]])
            ),
            "the channels are added up. Each keeps its own row.": right.sum(axis=0, keepdims=True),
            "columns and examples lie in one axis. The axes are (C, W, N).": (
                right.reshape(channels, -1)
            ),
            "only the first example is there.": right[..., :1],
        }
        if stride > 1:
            far = np.zeros((channels, (kw - 1) * stride + width, examples))
            for v, j in np.ndindex(kw, columns):
                far[:, v * stride + j] += shares[v, :, j]
            mistakes["the stride belongs to the windows, j * stride + v, not to the entries, "
                     "v * stride + j."] = far[:, :width]  # fmt: skip
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
    """Every row of dx, the middle first, where most goes on; one that no window reaches."""
    rng = np.random.default_rng(14)
    for (height, width), (kh, kw), stride in [((7, 5), (3, 2), 1), ((8, 6), (3, 3), 2),
                                              ((7, 5), (2, 2), 3)]:  # fmt: skip
        high, wide = (height - kh) // stride + 1, (width - kw) // stride + 1
        dy, kernel = rng.normal(size=(2, high, wide, 4)), rng.normal(size=(kh, kw, 3, 4))

        def gradient(kernel: Array, dy: Array = dy, step: int = stride, height: int = height,
                     width: int = width) -> Array:  # fmt: skip
            return to_memory(scatter(dy, kernel, (height, width), step))

        right, turned = gradient(kernel), gradient(kernel[::-1])
        last_only = to_memory(_rows_overwritten(dy, kernel, (height, width), stride))
        sideways = gradient(kernel[:, ::-1])

        def others(h: int, dy: Array = dy, kernel: Array = kernel, high: int = high,
                   stride: int = stride, width: int = width,
                   right: Array = right) -> dict[str, Array]:  # fmt: skip
            """What further mistakes would make of row h."""
            kh, kw, channels, filters = kernel.shape

            def row(pairs: Any, kernel: Array = kernel, dy: Array = dy, step: int = 0) -> Array:
                """The shares of some (i, u), added up."""
                total = np.zeros((channels, width, len(dy)))
                for i, u in pairs:
                    band = scatter(dy[:, i : i + 1], kernel[u : u + 1], (1, width), step or stride)
                    total += to_memory(band)[0]
                return total

            true = [(i, h - i * stride) for i in range(high) if 0 <= h - i * stride < kh]
            wrapped = [(i, h - i * stride) for i in range(high) if -kh <= h - i * stride < kh]
            rising = zip([i for i, _ in true], sorted(u for _, u in true), strict=True)
            plain = [(i, h - i) for i in range(high) if 0 <= h - i < kh]
            floor = [((h - u) // stride, u) for u in range(kh) if 0 <= (h - u) // stride < high]
            mixed = kernel.reshape(kh, kw, filters, channels).transpose(0, 1, 3, 2)
            swapped = kernel.transpose(0, 2, 1, 3).reshape(kernel.shape)
            upwards = [(i, i * stride - h) for i in range(high) if 0 <= i * stride - h < kh]
            found = {
                "window row i lies in row i * stride, and below it: u counts from there down to "
                "h, and not from h to there.": row(upwards),
                "the kernel's rows lie in the order of u, the rows of dy in that of i. While i "
                "rises, u = h - i * stride falls: row i of dy has to meet row u of the kernel.": (
                    row(rising)
                ),
                "the stride is forgotten in the rows: window row i begins at row i * stride, so "
                "u = h - i * stride.": row(plain),
                "i = (h - u) / stride is rounded down. If it is no whole number, no window has "
                "this row as its row u.": row(floor),
                "the last row of the kernel is left out: u runs up to kh - 1.": (
                    row((i, u) for i, u in true if u < kh - 1)
                ),
                "the first row of the kernel, u = 0, is left out.": row(
                    (i, u) for i, u in true if u > 0
                ),
                "rows of the kernel that do not exist have come in: for later rows of windows "
                "u = h - i * stride is negative, and counts from the end.": row(
                    (i, u % kh) for i, u in wrapped
                ),
                "it is divided by the number of rows of windows that saw this row. What they send "
                "back adds up.": right[h] / max(len(true), 1),
                "every row of dy has met every row of the kernel. Row i meets u = h - i * stride "
                "alone, if there is such a row.": row(
                    (i, u) for i in range(high) for u in range(kh)
                ),
                "channels and filters of the kernel are mixed: a reshape reads (C, F) as (F, C). "
                "It takes a transpose.": row(true, mixed),
                "(v, c) is read as (c, v): fold wants c to count fastest.": row(true, swapped),
                "only the first filter counts. Every filter has seen the pixel: add up over f.": (
                    row(true, kernel[..., :1], dy[..., :1])
                ),
                "this is the next row of dx, h + 1.": (
                    right[h + 1] if h + 1 < len(right) else right[h]
                ),
                "this is the row before, h - 1.": right[h - 1] if h else right[h],
            }
            if stride > 1:
                found["the stride is lost within the row: fold needs it, too."] = row(true, step=1)
            examples, _, columns, _ = dy.shape
            if examples != columns:
                seen = dy.transpose(1, 3, 0, 2).reshape(high, filters, columns, examples)
                found["the rows of dy are laid flat as (n, j). fold wants (j, n), n fastest."] = (
                    row(true, dy=seen.transpose(3, 0, 2, 1))
                )
            return {text: value for text, value in found.items() if value.any()}

        for h in sorted(range(height), key=lambda h: h != height // 2):  # the middle first
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
            if not right[h].any():
                _unseen(answer, (to_memory(dy), kernel, h, stride, width))
            got = call(answer, to_memory(dy), kernel, h, stride, width)
            mistakes |= others(h)
            what = f"row {h} of dx, picture {(height, width)}, kernel {(kh, kw)}, stride {stride}"
            fine = width - kw + 1  # windows in a row, were the stride 1
            if stride > 1 and np.shape(got) == (3, width, wide * len(dy) // fine):
                raise WrongAnswer(f"{what}: fold has got the stride 1, and takes n for j.")
            if not right[h].any() and np.any(got):
                raise WrongAnswer(f"{what}: no window reaches this row, so all of it is 0.")
            expect(got, right[h], what, mistakes=mistakes, batch=2)


def _unseen(answer: Answer, arguments: Any) -> None:
    """A row that no window reaches: an accident there is told what is special about it."""
    try:
        call(answer, *arguments)
    except WrongAnswer as accident:
        raise WrongAnswer(
            f"{accident} No window sees row {arguments[2]} here: there is nothing to add up, and "
            "the row is 0."
        ) from None


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
