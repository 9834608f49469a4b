"""The checks of notebook 07: how many windows, their matrix, the layer, two filters."""

import math
from collections.abc import Callable

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect


def convolve(x: Array, kernel: Array, stride: int) -> Array:
    """The definition, one output pixel at a time, without bias."""
    kh, kw, _, filters = kernel.shape
    places = [range(0, x.shape[1 + k] - kernel.shape[k] + 1, stride) for k in (0, 1)]
    y = np.empty((len(x), len(places[0]), len(places[1]), filters))
    for i, top in enumerate(places[0]):
        for j, left in enumerate(places[1]):
            window = x[:, top : top + kh, left : left + kw]
            y[:, i, j] = np.tensordot(window, kernel, 3)
    return y


Case = tuple[int, int, int, int]  # size, window, stride, padding


def counted(case: Case) -> int:
    """The windows, one by one."""
    size, window, stride, padding = case
    return len(range(0, size + 2 * padding - window + 1, stride))


@exercise
def output_size(answer: Answer) -> None:
    """Sizes with every remainder, and windows larger than the image, all before the verdict.

    One number may be wrong in many ways; a mistake is named if it explains them all.
    """
    cases: list[Case] = [(5, 3, 1, 0), (28, 3, 1, 0), (28, 3, 2, 0), (6, 3, 2, 0), (7, 2, 3, 0)]
    cases += [(3, 3, 1, 0), (10, 3, 1, 2), (5, 2, 2, 1), (6, 4, 3, 2), (4, 4, 7, 0), (9, 1, 4, 0)]
    cases += [(2, 4, 3, 0), (2, 9, 1, 0), (1, 5, 2, 1)]  # the window is larger than the image
    cases += [(2, 3, 1, 1), (3, 6, 2, 2)]  # but not than image and padding together
    mistakes: dict[str, Callable[[int, int, int, int], float]] = {
        "this is one too few. Between 5 windows there are 4 steps: count the first window too.": (
            lambda size, window, stride, padding: (size + 2 * padding - window) // stride
        ),
        "this counts a window that reaches over the end of the image. The last one must fit "
        "whole.": lambda size, window, stride, padding: (
            -(-(size + 2 * padding - window) // stride) + 1
        ),
        "the stride is left out: this is the number for steps of 1.": (
            lambda size, window, stride, padding: size + 2 * padding - window + 1
        ),
        "this is the number without padding.": (
            lambda size, window, stride, padding: (size - window) // stride + 1
        ),
        "the zeros stand at both ends, so they count twice.": (
            lambda size, window, stride, padding: (size + padding - window) // stride + 1
        ),
        "this is the size over the stride. The window itself takes room too.": (
            lambda size, window, stride, padding: (size + 2 * padding) // stride
        ),
        "this is the size over the stride, rounded up. The window itself takes room too.": (
            lambda size, window, stride, padding: -(-(size + 2 * padding) // stride)
        ),
        "this is the size over the stride, rounded up: the number for as much padding as Keras's "
        "`same` takes. Here the padding is given.": lambda size, window, stride, padding: (
            -(-size // stride)
        ),
        "the padding is added to the number of windows. It belongs to the size, before the "
        "windows are counted.": (
            lambda size, window, stride, padding: (size - window) // stride + 1 + 2 * padding
        ),
        "the padding is added to the number of windows, and that of one end only. It belongs to "
        "the size, before the windows are counted.": (
            lambda size, window, stride, padding: (size - window) // stride + 1 + padding
        ),
        "the padding is subtracted. Zeros make room for more windows.": (
            lambda size, window, stride, padding: (size - 2 * padding - window) // stride + 1
        ),
        "where the window is larger than the image there may still be one, thanks to the padding: "
        "compare it with size + 2 * padding.": lambda size, window, stride, padding: (
            0 if window > size else (size + 2 * padding - window) // stride + 1
        ),
        "1 is added before the division. The division counts the steps, and there is one window "
        "more than steps.": (
            lambda size, window, stride, padding: (size + 2 * padding - window + 1) // stride
        ),
        "the number of steps is rounded to the nearest. A window that does not fit whole is not "
        "there: round down.": lambda size, window, stride, padding: (
            round((size + 2 * padding - window) / stride) + 1
        ),
        "this is the size over the stride. The window itself takes room too, and the padding "
        "makes some.": lambda size, window, stride, padding: size // stride,
        "the window and the stride are exchanged.": lambda size, window, stride, padding: (
            (size + 2 * padding - stride) // window + 1
        ),
        "a window exactly as large as the image (with its padding) fits: once.": (
            lambda size, window, stride, padding: (
                (size + 2 * padding > window) * ((size + 2 * padding - window) // stride + 1)
            )
        ),
        "this is one too many. The last window must fit whole.": (
            lambda size, window, stride, padding: (size + 2 * padding - window) // stride + 2
        ),
        "the windows are counted as if they lay side by side. They overlap: the next one begins "
        "`stride` further on.": lambda size, window, stride, padding: (
            (size + 2 * padding) // window
        ),
    }
    right = [counted(case) for case in cases]
    got = [call(answer, *case) for case in cases]
    shown = ["size={}, window={}, stride={}, padding={}".format(*case) for case in cases]
    for number, case in zip(got, shown, strict=True):
        if isinstance(number, str):
            raise WrongAnswer(
                f"the number of windows for {case} is text, {number!r}: return a number."
            )
        if isinstance(number, float):
            raise WrongAnswer(
                f"the number of windows for {case} is {number}, a float. Windows are counted in "
                "whole numbers; one that does not fit whole is not there."
            )
    wrong = [k for k in range(len(cases)) if not np.array_equal(got[k], right[k])]
    if not wrong:
        return
    first = f"For {shown[wrong[0]]} it is {got[wrong[0]]}, but {right[wrong[0]]} fit."
    for diagnosis, formula in mistakes.items():
        told = [formula(*case) for case in cases]
        guarded = [t * (case[1] <= case[0]) for t, case in zip(told, cases, strict=True)]
        if got == guarded or all(g in (t, max(0, t)) for g, t in zip(got, told, strict=True)):
            raise WrongAnswer(f"the number of windows: {diagnosis} {first}")
    if all(right[k] == 0 for k in wrong):
        raise WrongAnswer(
            "the number of windows: where the window is larger than the image, none fits, and 0 is "
            "right. (int() cuts off towards 0, // rounds down; neither stops at 0.) " + first
        )
    raise WrongAnswer(
        f"the number of windows is wrong in {len(wrong)} of {len(cases)} cases. {first}"
    )


@exercise
def im2col(answer: Answer) -> None:
    """Two numbered images with two channels, so that every entry says where it comes from."""
    x = np.arange(2 * 7 * 5 * 2, dtype=np.float64).reshape(2, 7, 5, 2)
    for size, stride in [((3, 2), 1), ((3, 2), 2), ((1, 3), 1), ((2, 2), 3), ((7, 5), 1)]:
        what = f"im2col(x, {size}, {stride})"
        windows = _windows(x, size, stride)  # (n, i, j, u, v, c)
        _, high, wide, *_ = windows.shape

        def matrix(*order: int, windows: Array = windows) -> Array:
            length = np.prod(windows.shape[3:], dtype=int)
            return windows.transpose(order or (0, 1, 2, 3, 4, 5)).reshape(-1, length)

        expect(
            call(answer, x, size, stride),
            matrix(0, 1, 2, 3, 4, 5),
            what,
            mistakes={
                "the columns are in the order of (c, u, v). The kernel, flattened, has them in "
                "the order of (u, v, c): each weight would meet another pixel.": (
                    matrix(0, 1, 2, 5, 3, 4)
                ),
                "the columns are in the order of (u, c, v). The kernel, flattened, has them in "
                "the order of (u, v, c): the channel runs fastest.": matrix(0, 1, 2, 3, 5, 4),
                "the columns are in the order of (v, u, c): rows and columns of the window have "
                "changed places.": matrix(0, 1, 2, 4, 3, 5),
                "the rows are in the order of (n, j, i): windows are to be read line by line, as "
                "text is.": matrix(0, 2, 1, 3, 4, 5),
                "the rows are in the order of (i, j, n), so neighbouring rows belong to different "
                "images. The example n comes first.": matrix(1, 2, 0, 3, 4, 5),
                "the matrix is transposed. Each window is a row.": matrix(0, 1, 2, 3, 4, 5).T,
                "the pixels of a window lie `stride` apart. That is dilation. With a stride the "
                "windows lie apart, and the pixels of each are neighbours.": _dilated(
                    x, size, stride
                ),
                "the kernel size is exchanged: it is (kh, kw), rows first.": matrix(
                    windows=_windows(x, size[::-1], stride)
                ),
                "every window is square. The kernel size is (kh, kw).": matrix(
                    windows=_windows(x, (size[0], size[0]), stride)
                ),
                "only the first image counts. The windows of all images are rows.": matrix(
                    windows=windows[:1]
                ),
                "only the first channel counts. A window takes all of them.": matrix(
                    windows=windows[..., :1]
                ),
                "the images come in reverse order.": matrix(windows=windows[::-1]),
                "the windows of each image are a matrix of their own. All are rows of one.": (
                    matrix().reshape(len(x), high * wide, -1)
                ),
                "the windows are right, but not flattened: each is one row of the matrix.": windows,
                "the windows are turned by 180 degrees. Nothing is turned here.": matrix(
                    windows=windows[:, :, :, ::-1, ::-1]
                ),
                "these are the image's numbers in their order, in rows as long as a window. A row "
                "holds a window: pixels from several lines of the image.": np.resize(
                    x, matrix().shape
                ),
                "the stride counts on the way down only. Windows are a stride apart in both "
                "directions.": matrix(windows=_windows(x, size, 1)[:, ::stride]),
                "the stride counts on the way to the right only. Windows are a stride apart in "
                "both directions.": matrix(windows=_windows(x, size, 1)[:, :, ::stride]),
                "every window is taken, whatever the stride.": (
                    _windows(x, size, 1).reshape(-1, size[0] * size[1] * 2)
                ),
                "window (i, j) begins at pixel (i, j). With a stride s it has to begin at "
                "(i * s, j * s).": (
                    _windows(x, size, 1)[:, :high, :wide].reshape(-1, size[0] * size[1] * 2)
                ),
                "the last row and the last column of windows are missing. Where does the last "
                "window that fits whole begin?": matrix(
                    0, 1, 2, 3, 4, 5, windows=windows[:, :-1, :-1]
                ),
                "the picture is turned by 180 degrees before its windows are taken. Nothing is "
                "turned here.": matrix(windows=_windows(x[:, ::-1, ::-1], size, stride)),
                "the entries of each window are in reverse. Nothing is turned here.": (
                    matrix(0, 1, 2, 3, 4, 5)[:, ::-1]
                ),
                "the columns are in the order of (c, v, u), with u fastest: is order='F' in it? "
                "The kernel, flattened, has the channel fastest.": matrix(0, 1, 2, 5, 4, 3),
                "the windows of each image have overwritten those of the one before: the number of "
                "a row is (n * H' + i) * W' + j.": np.concatenate(
                    [matrix(windows=windows[-1:]), 0 * matrix(windows=windows[:-1])]
                ),
            },
        )


def _dilated(x: Array, size: tuple[int, int], apart: int) -> Array:
    """Windows at every place whose pixels lie so far apart, as a matrix; empty if none fits."""
    high, wide = (apart * (k - 1) for k in size)
    rows, columns = range(x.shape[1] - high), range(x.shape[2] - wide)
    lines = [
        x[:, i : i + high + 1 : apart, j : j + wide + 1 : apart] for i in rows for j in columns
    ]
    if not lines:
        return np.empty((0, 0))
    return np.array(lines).swapaxes(0, 1).reshape(-1, size[0] * size[1] * x.shape[3])


def _windows(x: Array, size: tuple[int, int], stride: int) -> Array:
    rows = range(0, x.shape[1] - size[0] + 1, stride)
    columns = range(0, x.shape[2] - size[1] + 1, stride)
    if not rows or not columns:
        return np.empty((len(x), 0, 0, *size, x.shape[3]))
    lines = [[x[:, i : i + size[0], j : j + size[1]] for j in columns] for i in rows]
    return np.array(lines).transpose(2, 0, 1, 3, 4, 5)


@exercise
def conv_forward(answer: Answer) -> None:
    """Random data, height unlike width before and after, strides 1 and 2; the definition."""
    rng = np.random.default_rng(7)
    x, bias = rng.normal(size=(2, 9, 6, 5)), rng.normal(size=4)
    kernel = rng.normal(size=(3, 2, 5, 4))
    for stride in (1, 2):
        y = convolve(x, kernel, stride) + bias
        columns_moved = kernel.reshape(5, 3, 2, 4).transpose(1, 2, 0, 3)
        rows_moved = kernel.transpose(2, 0, 1, 3).reshape(kernel.shape)
        filters_mixed = kernel.reshape(4, -1).T.reshape(kernel.shape)
        filters_first = kernel.transpose(3, 0, 1, 2).reshape(kernel.shape)
        n, high, wide, filters = y.shape
        border = ((0, 0), (1, 1), (1, 1), (0, 0))  # half a window, rounded down
        expect(
            call(answer, x, kernel, bias, stride),
            y,
            f"y for stride {stride}",
            mistakes={
                "every filter gets the sum of all biases. Each has one of its own.": (
                    y - bias + bias.sum()
                ),
                "the bias is multiplied. It is added.": (y - bias) * bias,
                "the bias is added twice.": y + bias,
                "the filters come first in the kernel's matrix, and it is folded once more. It has "
                "a row for each (u, v, c) and a column for each f: reshape does not move "
                "numbers.": convolve(x, filters_first, stride) + bias,
                "the kernel is turned, and its channels are in reverse. It is laid on the image "
                "as it is.": convolve(x, kernel[::-1, ::-1, ::-1], stride) + bias,
                "the rows and columns of the kernel are exchanged.": (
                    convolve(x, kernel.swapaxes(0, 1).reshape(kernel.shape), stride) + bias
                ),
                "the numbers are reshaped to (n, f, i, j), but they are in the order of (n, i, j, "
                "f): reshape does not move numbers.": y.reshape(n, filters, high, wide),
                "i and j are exchanged. The axes are (n, i, j, f).": y.swapaxes(1, 2),
                "the rows of the product are folded as (n, f, i, j), and moved afterwards. They "
                "are in the order of (n, i, j, f): fold them so, and nothing has to be moved.": (
                    y.reshape(n, filters, high, wide).transpose(0, 2, 3, 1)
                ),
                "the rows of the product are folded as (n, j, i, f), and moved afterwards. They "
                "are in the order of (n, i, j, f): fold them so, and nothing has to be moved.": (
                    y.reshape(n, wide, high, filters).transpose(0, 2, 1, 3)
                ),
                "zeros are laid around the image. Here there is no padding.": (
                    convolve(np.pad(x, border), kernel, stride) + bias
                ),
                "every second pixel is left out before the windows are taken. With a stride the "
                "windows lie apart; the pixels of each are neighbours.": (
                    convolve(x[:, ::stride, ::stride], kernel, 1) + bias
                ),
                "the pixels of a window lie `stride` apart. That is dilation. With a stride the "
                "windows lie apart, and the pixels of each are neighbours.": (
                    _dilated(x, (3, 2), stride).reshape(n, 9 - 2 * stride, 6 - stride, -1)
                    @ kernel.reshape(-1, filters)
                    + bias
                ),
                "the kernel is turned by 180 degrees. That is the mathematicians' convolution; a "
                "layer lays the kernel on the image as it is.": (
                    convolve(x, kernel[::-1, ::-1], stride) + bias
                ),
                "the bias is missing.": y - bias,
                "the bias is subtracted.": y - 2 * bias,
                "the bias is added for each weight of the window. It enters once.": (
                    y - bias + kernel[..., 0].size * bias
                ),
                "negative numbers are cut off. That is a ReLU, a layer of its own.": np.maximum(
                    y, 0
                ),
                "the kernel is upside down, but right from left to right.": (
                    convolve(x, kernel[::-1], stride) + bias
                ),
                "left and right of the kernel have changed places.": (
                    convolve(x, kernel[:, ::-1], stride) + bias
                ),
                "the channels of the kernel are in reverse order.": (
                    convolve(x, kernel[:, :, ::-1], stride) + bias
                ),
                "only the first channel counts. Each filter adds up all of them.": (
                    convolve(x[..., :1], kernel[:, :, :1], stride) + bias
                ),
                "the mean over the window is taken where the sum belongs.": (
                    (y - bias) / kernel[..., 0].size + bias
                ),
                "the weights meet the wrong pixels. The rows of the kernel's matrix are in the "
                "order of (u, v, c); the columns of im2col must be in the same order.": (
                    convolve(x, columns_moved, stride) + bias
                ),
                "the weights meet the wrong pixels. The columns of im2col are in the order of (u, "
                "v, c); the rows of the kernel's matrix must be in the same order.": (
                    convolve(x, rows_moved, stride) + bias
                ),
                "the numbers are right, but in the wrong places: images and filters are mixed. "
                "The rows of the product are in the order of (n, i, j), the columns are f; "
                "reshape does not move numbers.": (
                    y.reshape(-1, filters).T.reshape(n, high, wide, filters)
                ),
                "the weights of different filters are mixed. In the kernel f is the last axis; as "
                "a matrix it has a row for each (u, v, c) and a column for each f.": (
                    convolve(x, filters_mixed, stride) + bias
                ),
                "height and width of the output have changed places.": (
                    y.reshape(n, wide, high, filters)
                ),
                "the filters stand before the pixels. The axes are (n, i, j, f).": (
                    y.transpose(0, 3, 1, 2)
                ),
                "the rows of the product are folded as (i, j, n). They are in the order of (n, i, "
                "j): fold them so, and nothing has to be moved.": (
                    y.reshape(high, wide, n, filters).transpose(2, 0, 1, 3)
                ),
                "every window begins one pixel too far down and to the right. The first one begins "
                "at pixel (0, 0).": (
                    convolve(np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)))[:, 1:, 1:], kernel, stride)
                    + bias
                ),
                "the matrix is not folded back: there is one row for each window.": (
                    y.reshape(-1, filters)
                ),
                "the stride is ignored.": convolve(x, kernel, 1) + bias,
            },
            batch=n,
        )


@exercise
def pad_same(answer: Answer) -> None:
    """Odd and even windows, oblong ones, one pixel, and a window larger than the picture."""
    rng = np.random.default_rng(75)
    for (height, width), (kh, kw) in (
        ((5, 6), (4, 5)),
        ((5, 4), (3, 3)),
        ((4, 6), (2, 3)),
        ((3, 5), (1, 1)),
        ((2, 3), (5, 4)),
    ):
        x = rng.normal(size=(2, height, width, 3))
        down, right = kh - 1, kw - 1
        top, left = down // 2, right // 2

        def padded(
            rows: tuple[int, int], columns: tuple[int, int], mode: str = "constant", x: Array = x
        ) -> Array:
            array: Array = np.pad(x, ((0, 0), rows, columns, (0, 0)), mode)  # type: ignore[call-overload]
            return array

        rows, columns = (top, down - top), (left, right - left)
        what = f"the pictures of {height} by {width}, padded for windows of {kh} by {kw}"
        expect(call(answer, x, (kh, kw)), padded(rows, columns), what, mistakes={
            "the extra line lies at the top or left. Where it cannot be halved, it comes at the "
            "end.": padded(rows[::-1], columns[::-1]),
            "all zeros lie at the bottom and right. Both ends get equally many, as far as "
            "possible.": padded((0, down), (0, right)),
            "all zeros lie at the top and left. Both ends get equally many, as far as "
            "possible.": padded((down, 0), (right, 0)),
            "there is one line too many: half of the window, rounded down, lies at both ends. If "
            "the window is even, this gives more windows than pixels.": (
                padded((kh // 2, kh // 2), (kw // 2, kw // 2))
            ),
            "there is one line too few: the lines are halved and rounded down at both ends. How "
            "many are needed in all?": padded((top, top), (left, left)),
            "as many lines as the window has lie at both ends. Then windows see nothing but "
            "zeros.": padded((kh, kh), (kw, kw)),
            "all lines but one of the window lie at both ends; that makes more windows than "
            "pixels. How many are needed in all?": padded((down, down), (right, right)),
            "one line lies at each end, whatever the window.": padded((1, 1), (1, 1)),
            "there are as many zeros as the window has lines. It takes one fewer: a window without "
            "padding fits once more than the picture has room beside it.": padded(
                (kh // 2, kh - kh // 2), (kw // 2, kw - kw // 2)
            ),
            "there are as many zeros as the window has lines, and the extra one lies at the top or "
            "left. It takes one fewer in all.": padded(
                (kh - kh // 2, kh // 2), (kw - kw // 2, kw // 2)
            ),
            "rows and columns are exchanged: the kernel size is (kh, kw).": padded(columns, rows),
            "the border is a copy of the pixels beside it. It should be 0.": (
                padded(rows, columns, "edge")
            ),
            "zeros are added to the examples and the rows. The axes are (N, H, W, C): the middle "
            "two.": np.pad(x, (rows, columns, (0, 0), (0, 0))),
            "zeros are added to the columns and the channels. The axes are (N, H, W, C): the "
            "middle two.": np.pad(x, ((0, 0), (0, 0), rows, columns)),
            "zeros are added to every axis, also to the examples and the channels.": np.pad(
                x, (rows, rows, columns, columns)
            ),
            "the height of the window, kh, is used for both axes.": padded(rows, rows),
            "the width of the window, kw, is used for both axes.": padded(columns, columns),
        }, batch=2)  # fmt: skip


@exercise
def edge_filters(answer: Answer) -> None:
    """Four pictures, half ink: the filters must see their own edge, and only where it begins."""
    kernel = call(answer)
    if not isinstance(kernel, np.ndarray):
        raise WrongAnswer(f"an array is asked for, not {type(kernel).__name__}: use np.array.")
    if np.shape(kernel) != (3, 3, 1, 2):
        raise WrongAnswer(
            f"the kernel has shape {np.shape(kernel)}; expected (3, 3, 1, 2): height, width, one "
            "channel in, two filters out, in this order."
        )
    kernel = np.asarray(kernel, dtype=np.float64)
    fault = _fault(kernel)
    stacked = np.moveaxis(kernel.reshape(2, 3, 3), 0, -1)[:, :, np.newaxis]
    if fault and not _fault(stacked):
        raise WrongAnswer(
            "the two filters are right, but their weights are mixed: they stood one behind the "
            "other, and reshape does not move numbers. Stack them along the last axis."
        )
    if fault:
        raise WrongAnswer(fault)


def _fault(kernel: Array) -> str:
    """What is wrong with the two filters, or "" if nothing is."""
    below, right = np.zeros((2, 7, 7))
    below[4:], right[:, 4:] = 1, 1

    def response(image: Array) -> Array:
        maps: Array = convolve(image[np.newaxis, :, :, np.newaxis], kernel, 1)[0]
        return maps

    even = response(np.ones((7, 7)))[0, 0]
    seen = {"down": response(below), "right": response(right)}
    own = np.array([seen["down"][..., 0], seen["right"][..., 1]])
    other = np.array([seen["right"][..., 0], seen["down"][..., 1]])
    for k, direction in enumerate(("on the way down", "on the way to the right")):
        if abs(even[k]) > 1e-9:
            return (
                f"filter {k} gives {even[k]:.4g} on an area that is all ink. Its nine weights "
                "must add up to 0."
            )
        if np.abs(own[k]).max() < 1e-9 < np.abs(other).max():
            return (
                f"filter {k} gives 0 where ink begins {direction}, and sees the other edge: is "
                "it the transpose of what you want, or are the two filters swapped?"
            )
        if np.abs(own[k]).max() < 1e-9:
            return f"filter {k} gives 0 everywhere, also where ink begins {direction}."
        if own[k].max() < 1e-9:
            turned = ("upside down", "the wrong way round from left to right")[k]
            return (
                f"filter {k} gives negative numbers where ink begins {direction}: it is "
                f"{turned}. A layer does not turn the kernel, so its positive weights lie where "
                "the ink is."
            )
        if own[k].min() < -1e-9:
            return (
                f"filter {k} gives positive and negative numbers where ink begins {direction}: "
                "it sees a line, not an edge."
            )
        if np.abs(other[k]).max() > 1e-9:
            return (
                f"filter {k} also answers to the other filter's edge. Along its own edge the "
                "weights should not change."
            )
    return ""


Stack = list[tuple[int, int]]  # (window, stride) of each layer


def seen_pixels(layers: Stack) -> set[int]:
    """What one number sees, found by walking back from it."""
    pixels = {0}
    for window, stride in reversed(layers):
        pixels = {i * stride + u for i in pixels for u in range(window)}
    return pixels


def seen(layers: Stack) -> int:
    """The width of what one number sees, from its first pixel to its last."""
    pixels = seen_pixels(layers)
    return max(pixels) - min(pixels) + 1


def stepped(layers: Stack, step: Callable[[list[int]], int]) -> int:
    """1 + the sum of window - 1 times a step that is made from the strides before the layer."""
    strides = [stride for _, stride in layers]
    return 1 + sum((layers[k][0] - 1) * step(strides[:k]) for k in range(len(layers)))


def walked(layers: Stack, keep: int = 0, more: int = 0, start: int = 1) -> int:
    """Through the layers in the order given, each size from the one before."""
    size = start
    for window, stride in layers:
        size = (size - 1 + keep) * stride + window + more
    return size


FIELDS: dict[str, Callable[[Stack], int | list[int]]] = {
    "the windows are added up. Neighbouring windows overlap: two of 3, one step apart, see 4 "
    "pixels together.": lambda layers: sum(window for window, _ in layers),
    "the windows are multiplied. Neighbouring windows overlap.": lambda layers: int(
        np.prod([window for window, _ in layers], dtype=int)
    ),
    "windows and strides are multiplied. Neighbouring windows overlap.": lambda layers: int(
        np.prod(layers, dtype=int)
    ),
    "the strides are left out. Behind a stride of 2, neighbours look at places two pixels "
    "apart.": lambda layers: stepped(layers, lambda strides: 1),
    "the strides are added to one another, from 1 on. They multiply: behind two strides of 2, "
    "neighbours look at places 4 pixels apart.": lambda layers: stepped(
        layers, lambda strides: 1 + sum(strides)
    ),
    "only the strides are multiplied. That is how far neighbours lie apart; each is a window "
    "wide.": lambda layers: math.prod(stride for _, stride in layers),
    "the way back begins with no number. It begins with one, and that one sees a whole window.": (
        lambda layers: walked(layers[::-1], start=0)
    ),
    "the strides are added up. They multiply: behind two strides of 2, neighbours look at places "
    "4 pixels apart.": lambda layers: stepped(
        layers, lambda strides: 1 + sum(strides) - len(strides)
    ),
    "only the largest stride counts. They multiply: behind two strides of 2, neighbours look at "
    "places 4 pixels apart.": lambda layers: stepped(
        layers, lambda strides: max(strides, default=1)
    ),
    "only the stride of the layer just before counts. All strides before it count, and they "
    "multiply.": lambda layers: stepped(layers, lambda strides: strides[-1] if strides else 1),
    "the layers are taken in the wrong order. Begin with the one number at the end, and ask "
    "how many of the layer before it sees.": walked,
    "each step of a window counts with the layer's own stride. It counts with the strides of "
    "the layers *before* it.": lambda layers: 1 + sum((k - 1) * s for k, s in layers),
    "each step of a window counts with its layer's own stride too. It counts with the strides of "
    "the layers *before* it alone.": lambda layers: (
        1
        + sum(
            (layers[k][0] - 1) * math.prod(stride for _, stride in layers[: k + 1])
            for k in range(len(layers))
        )
    ),
    "n neighbours begin at n places, and these have n - 1 steps between them: (n - 1) * stride + "
    "window.": lambda layers: walked(layers[::-1], keep=1),
    "one too few is counted in every layer: r neighbours begin at r places with r - 1 steps "
    "between them, and the last one is a whole window wide.": (
        lambda layers: walked(layers[::-1], more=-1)
    ),
    "n neighbours begin at n places, and these have n - 1 steps between them, not n; the last one "
    "is a whole window wide, not one less.": lambda layers: walked(layers[::-1], keep=1, more=-1),
    "only the first layer counts.": lambda layers: layers[0][0] if layers else 1,
    "a window of k adds k steps here. It adds k - 1: its first pixel was counted already.": (
        lambda layers: seen([(window + 1, stride) for window, stride in layers])
    ),
    "only the last layer counts.": lambda layers: layers[-1][0] if layers else 1,
    "the last layer does not count.": lambda layers: seen(layers[:-1]),
    "the first layer does not count.": lambda layers: seen(layers[1:]),
    "window and stride are exchanged: a layer is (window, stride).": (
        lambda layers: seen([layer[::-1] for layer in layers])
    ),
    "this is a list of one number. Asked for is the number.": lambda layers: [seen(layers)],
    "this is the area. Asked for is the width.": lambda layers: seen(layers) ** 2,
    "this is how many pixels are seen. Where a stride is larger than its window, some between "
    "them are not; asked for is how wide the part is, from the first to the last.": (
        lambda layers: len(seen_pixels(layers))
    ),
    "the stride is guessed from the window. It is given: (window, stride).": (
        lambda layers: seen([(window, 2 if window == 2 else 1) for window, _ in layers])
    ),
    "this is one too few: n numbers have n - 1 steps between them.": (
        lambda layers: seen(layers) - 1
    ),
}


@exercise
def receptive_field(answer: Answer) -> None:
    """All stacks before the verdict: strides that multiply, gaps between windows; then no layer."""
    stacks: list[Stack] = [[(3, 1)], [(3, 1), (3, 1)], [(3, 1), (2, 2)], [(2, 2), (3, 1)],
                           [(5, 2), (3, 3)], [(3, 1), (2, 2), (3, 1), (2, 2)],
                           [(1, 1), (7, 4), (1, 1)], [(3, 2), (3, 2), (3, 1)],
                           [(2, 3), (3, 2), (2, 1), (4, 1)], [(1, 2), (2, 1)]]  # fmt: skip
    right = [seen(layers) for layers in stacks]
    given = [list(layers) for layers in stacks]
    got = [call(answer, layers) for layers in given]
    if given != stacks:
        raise WrongAnswer("it changes the list layers, which belongs to the caller: copy it first.")
    wrong = [k for k in range(len(stacks)) if not np.array_equal(got[k], right[k])]
    if wrong:
        first = f"For {stacks[wrong[0]]} you have {got[wrong[0]]}; it is {right[wrong[0]]}."
        for diagnosis, formula in FIELDS.items():
            if all(
                np.array_equal(g, formula(layers)) for g, layers in zip(got, stacks, strict=True)
            ):
                raise WrongAnswer(f"{diagnosis} {first}")
        raise WrongAnswer(f"wrong for {len(wrong)} of {len(stacks)} stacks. {first}")
    if not all(isinstance(number, int | np.integer) for number in got):
        raise WrongAnswer(
            f"the numbers are right, but {got[0]!r} is no whole number. Pixels are counted."
        )
    none = "With no layer at all, one number sees one: itself."
    try:
        alone = call(answer, [])
    except WrongAnswer as failed:
        raise WrongAnswer(f"{failed} {none}") from failed
    if alone != 1:
        raise WrongAnswer(f"{none} For [] you have {alone}.")
