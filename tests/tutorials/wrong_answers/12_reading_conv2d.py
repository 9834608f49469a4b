"""Wrong answers to the exercises of notebook 12."""

import numpy as np

from tests.tutorials.wrong_answers import wrong
from tutorials.checks import SOLUTIONS, find_answer


def windows(x, kernel_size, stride):
    """(H', kh, kw, C, W', N)"""
    kh, kw = kernel_size
    rows, columns = (x.shape[0] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    found = np.empty((rows, kh, kw, x.shape[1], columns, x.shape[3]))
    for i, u, v in np.ndindex(rows, kh, kw):
        found[i, u, v] = x[i * stride + u, :, v : v + stride * (columns - 1) + 1 : stride]
    return found


def with_ones(found, ones=1.0):
    rows, kh, kw, channels, columns, examples = found.shape
    flat = found.reshape(rows, kh, kw * channels, columns * examples)
    lines = np.full((rows, kh, 1, columns * examples), ones)
    return np.concatenate([flat, lines], axis=2).reshape(rows, -1, columns * examples)


@wrong("12.unfold", "the ones are missing")
def without_ones(x, kernel_size, stride=1):
    found = windows(x, kernel_size, stride)
    return found.reshape(len(found), -1, found.shape[4] * found.shape[5])


@wrong("12.unfold", "one line of ones, at the end")
def ones_once(x, kernel_size, stride=1):
    bare = without_ones(x, kernel_size, stride)
    return np.concatenate([bare, np.ones((len(bare), 1, bare.shape[2]))], axis=1)


@wrong("12.unfold", "hold zeros")
def zeros_for_ones(x, kernel_size, stride=1):
    return with_ones(windows(x, kernel_size, stride), 0.0)


@wrong("12.unfold", "(u, v, c) has c before v")
def channels_before_columns(x, kernel_size, stride=1):
    found = windows(x, kernel_size, stride)
    return with_ones(found.swapaxes(2, 3).reshape(found.shape))


@wrong("12.unfold", "(j, n) has j fastest")
def examples_first(x, kernel_size, stride=1):
    found = windows(x, kernel_size, stride)
    return with_ones(found.swapaxes(4, 5).reshape(found.shape))


@wrong("12.unfold", "the last row of windows is missing")
def last_strip_forgotten(x, kernel_size, stride=1):
    return with_ones(windows(x, kernel_size, stride))[:-1]


@wrong("12.unfold", "in reverse order")
def rows_reversed(x, kernel_size, stride=1):
    return with_ones(windows(x, kernel_size, stride)[:, ::-1])


@wrong("12.unfold", "the stride is ignored")
def stride_ignored(x, kernel_size, stride=1):
    return with_ones(windows(x, kernel_size, 1))


def matrix(kernel, bias):
    kh, kw, channels, filters = kernel.shape
    weights = np.zeros((kh, kw * channels + 1, filters))
    weights[:, :-1] = kernel.reshape(kh, -1, filters)
    return weights


@wrong("12.weights_for", "it is added kh times")
def bias_for_every_strip(kernel, bias):
    weights = matrix(kernel, bias)
    weights[:, -1] = bias
    return weights.reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "the bias is missing")
def bias_forgotten(kernel, bias):
    return matrix(kernel, bias).reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "there is no place for the lines of ones")
def kernel_alone(kernel, bias):
    return kernel.reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "there is one row for the ones, at the end")
def bias_at_the_end(kernel, bias):
    return np.concatenate([kernel.reshape(-1, kernel.shape[3]), bias[np.newaxis]])


@wrong("12.weights_for", "the matrix is transposed")
def transposed(kernel, bias):
    weights = matrix(kernel, bias)
    weights[0, -1] = bias
    return weights.reshape(-1, kernel.shape[3]).T


def on_the_last_line(kernel, bias):
    weights = matrix(kernel, bias)
    weights[-1, -1] = bias
    return weights.reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "the kernel is turned by 180 degrees")
def turned_and_the_bias_last(kernel, bias):
    return on_the_last_line(kernel[::-1, ::-1], bias)


@wrong("12.weights_for", "the kernel's rows are in reverse order")
def upside_down_and_the_bias_last(kernel, bias):
    return on_the_last_line(kernel[::-1], bias)


@wrong("12.weights_for", "the kernel's columns are in reverse order")
def sideways_and_the_bias_last(kernel, bias):
    return on_the_last_line(kernel[:, ::-1], bias)


@wrong("12.weights_for", "the rows for the ones hold ones")
def ones_for_the_bias(kernel, bias):
    weights = matrix(kernel, bias)
    weights[:, -1] = 1
    return weights.reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "the bias is added twice")
def bias_first_and_last(kernel, bias):
    weights = matrix(kernel, bias)
    weights[0, -1] = weights[-1, -1] = bias
    return weights.reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "divided by the number of filters")
def bias_over_the_filters(kernel, bias):
    return on_the_last_line(kernel, bias / kernel.shape[3])


@wrong("12.weights_for", "the zeros stand together at the end")
def zeros_at_the_end(kernel, bias):
    filters = kernel.shape[3]
    lines = kernel.reshape(len(kernel), -1, filters)
    zeros = np.zeros((len(kernel) - 1, filters))
    return np.vstack([lines[0], bias, *lines[1:], zeros])


def place(shares, kernel_width, stride, width, add=True, turned=False):
    channels = len(shares) // kernel_width
    columns = (width - kernel_width) // stride + 1
    row = np.zeros((channels, width, shares.shape[1] // columns))
    parts = shares.reshape(kernel_width, channels, columns, -1)
    for v, share in enumerate(parts[::-1] if turned else parts):
        where = slice(v, v + stride * (columns - 1) + 1, stride)
        row[:, where] = share + (row[:, where] if add else 0)
    return row


@wrong("12.fold", "has overwritten the others")
def set_not_added(shares, kernel_width, stride, width):
    return place(shares, kernel_width, stride, width, add=False)


@wrong("12.fold", "the shares are turned")
def shares_turned(shares, kernel_width, stride, width):
    return place(shares, kernel_width, stride, width, turned=True)


@wrong("12.fold", "columns that no window covers are missing")
def covered_only(shares, kernel_width, stride, width):
    columns = (width - kernel_width) // stride + 1
    return place(shares, kernel_width, stride, width)[:, : stride * (columns - 1) + kernel_width]


@wrong("12.fold", "are averaged")
def overlap_averaged(shares, kernel_width, stride, width):
    counts = place(np.ones_like(shares), kernel_width, stride, width)
    return place(shares, kernel_width, stride, width) / np.maximum(counts, 1)


@wrong("12.fold", "the axes are (C, W, N)")
def columns_first(shares, kernel_width, stride, width):
    return place(shares, kernel_width, stride, width).transpose(1, 0, 2)


def row_of_dx(dy, kernel, h, stride, width, order=1, first=0):
    kh, kw, channels, _ = kernel.shape
    rows, _, columns, examples = dy.shape
    seen_in = [i for i in range(rows) if 0 <= h - i * stride < kh][first:]
    if not seen_in:
        return np.zeros((channels, width, examples))
    seen_by = [h - i * stride for i in seen_in]
    if order < 0:
        seen_by = [kh - 1 - u for u in seen_by]
    weights = kernel[seen_by].transpose(1, 2, 0, 3).reshape(kw * channels, -1)
    return place(weights @ dy[seen_in].reshape(-1, columns * examples), kw, stride, width)


@wrong("12.dx_row", "a larger i means a smaller u")
def rows_unturned(dy, kernel, h, stride, width):
    return row_of_dx(dy, kernel, h, stride, width, order=-1)


@wrong("12.dx_row", "only one of the rows of windows")
def last_row_only(dy, kernel, h, stride, width):
    return row_of_dx(dy, kernel, h, stride, width, first=-1)


@wrong("12.dx_row", "and not from h to there")
def u_with_the_wrong_sign(dy, kernel, h, stride, width):
    row = np.zeros((kernel.shape[2], width, dy.shape[3]))
    for i in range(len(dy)):
        u = i * stride - h
        if 0 <= u < len(kernel):
            row += row_of_dx(dy[[i]], kernel[[u]], 0, stride, width)
    return row


@wrong("12.dx_row", "columns run the wrong way")
def columns_turned(dy, kernel, h, stride, width):
    return row_of_dx(dy, kernel[:, ::-1], h, stride, width)


@wrong("12.dx_row", "divided by the number of examples")
def averaged(dy, kernel, h, stride, width):
    return row_of_dx(dy, kernel, h, stride, width) / dy.shape[3]


@wrong("12.dx_row", "a negative index counts from the end")
def border_forgotten(dy, kernel, h, stride, width):
    row = np.zeros((kernel.shape[2], width, dy.shape[3]))
    for u in range(len(kernel)):
        i, rest = divmod(h - u, stride)
        if rest == 0:
            row += row_of_dx(dy[[i]], kernel[[u]], 0, stride, width)
    return row


@wrong("12.copied", "the line of ones is not counted")
def ones_not_counted(size, kernel_size):
    (height, channels, width, examples), (kh, kw) = size, kernel_size
    columns = (width - kw + 1) * examples
    return (height - kh + 1) * columns * kh * kw * channels, height * kw * channels * columns


@wrong("12.copied", "At the border they would not fit")
def a_window_at_every_pixel(size, kernel_size):
    (height, channels, width, examples), (kh, kw) = size, kernel_size
    pixels = height * width * examples
    return pixels * kh * kw * channels, pixels * (kw * channels + 1)


@wrong("12.copied", "have changed places")
def exchanged(size, kernel_size):
    (height, channels, width, examples), (kh, kw) = size, kernel_size
    columns = (width - kw + 1) * examples
    rows = (height - kh + 1) * columns * kh * kw * channels
    return height * (kw * channels + 1) * columns, rows


@wrong("12.copied", "There is one for each row of x")
def a_strip_for_each_row_of_windows(size, kernel_size):
    (height, channels, width, examples), (kh, kw) = size, kernel_size
    columns, rows = (width - kw + 1) * examples, height - kh + 1
    return rows * columns * kh * kw * channels, rows * (kw * channels + 1) * columns


@wrong("12.unfold", "They belong behind them")
def ones_in_front(x, kernel_size, stride=1):
    found = windows(x, kernel_size, stride)
    by = with_ones(found).reshape(*found.shape[:2], -1, found.shape[4] * found.shape[5])
    return np.roll(by, 1, axis=2).reshape(len(by), -1, by.shape[3])


@wrong("12.unfold", "turned by 180 degrees")
def windows_turned(x, kernel_size, stride=1):
    return with_ones(windows(x, kernel_size, stride)[:, ::-1, ::-1])


@wrong("12.unfold", "not for the rows")
def stride_in_columns_only(x, kernel_size, stride=1):
    rows = (x.shape[0] - kernel_size[0]) // stride + 1
    columns = (x.shape[2] - kernel_size[1]) // stride + 1
    return with_ones(windows(x, kernel_size, 1)[:rows, :, :, :, ::stride][:, :, :, :, :columns])


@wrong("12.unfold", "not for the columns")
def stride_in_rows_only(x, kernel_size, stride=1):
    rows = (x.shape[0] - kernel_size[0]) // stride + 1
    columns = (x.shape[2] - kernel_size[1]) // stride + 1
    return with_ones(windows(x, kernel_size, 1)[::stride][:rows, :, :, :, :columns])


@wrong("12.unfold", "missing 1 required positional argument")
def stride_not_optional(x, kernel_size, stride):
    return with_ones(windows(x, kernel_size, stride))


@wrong("12.weights_for", "unfold has its ones *behind*")
def bias_in_front(kernel, bias):
    weights = matrix(kernel, bias)
    weights[0, -1] = bias
    return np.roll(weights, 1, axis=1).reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "stand together at the end")
def bias_and_zeros_at_the_end(kernel, bias):
    zeros = np.zeros((len(kernel) - 1, len(bias)))
    return np.concatenate([bias_at_the_end(kernel, bias), zeros])


@wrong("12.weights_for", "the kernel is turned by 180 degrees")
def kernel_turned(kernel, bias):
    weights = matrix(kernel[::-1, ::-1], bias)
    weights[0, -1] = bias
    return weights.reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "the bias has the wrong sign")
def bias_subtracted(kernel, bias):
    weights = matrix(kernel, bias)
    weights[0, -1] = -bias
    return weights.reshape(-1, kernel.shape[3])


@wrong("12.fold", "the last window is missing")
def last_window_forgotten(shares, kernel_width, stride, width):
    columns = (width - kernel_width) // stride + 1
    known = shares.copy().reshape(len(shares), columns, -1)
    known[:, -1] = 0
    return place(known.reshape(shares.shape), kernel_width, stride, width)


@wrong("12.fold", "not to the entries")
def stride_for_the_entries(shares, kernel_width, stride, width):
    columns = (width - kernel_width) // stride + 1
    parts = shares.reshape(kernel_width, -1, columns, shares.shape[1] // columns)
    row = np.zeros((parts.shape[1], stride * width, parts.shape[3]))
    for v, share in enumerate(parts):
        row[:, v * stride : v * stride + columns] += share
    return row[:, :width]


def summed(pairs, dy, kernel, width, stride, fold_stride=None):
    """The shares of pairs (i, u), added up."""
    row = np.zeros((kernel.shape[2], width, dy.shape[3]))
    for i, u in pairs:
        share = np.einsum("vcf,fjn->vcjn", kernel[u], dy[i]).reshape(-1, dy[i][0].size)
        row += place(share, kernel.shape[1], fold_stride or stride, width)
    return row


@wrong("12.dx_row", "a larger i means a smaller u")
def kernel_rows_rising(dy, kernel, h, stride, width):
    seen = [i for i in range(len(dy)) if 0 <= h - i * stride < len(kernel)]
    rising = sorted(h - i * stride for i in seen)
    return summed(zip(seen, rising, strict=True), dy, kernel, width, stride)


@wrong("12.dx_row", "is rounded down")
def quotient_rounded(dy, kernel, h, stride, width):
    pairs = [((h - u) // stride, u) for u in range(len(kernel))]
    return summed([p for p in pairs if 0 <= p[0] < len(dy)], dy, kernel, width, stride)


@wrong("12.dx_row", "the stride is forgotten in the rows")
def rows_without_stride(dy, kernel, h, stride, width):
    pairs = [(i, h - i) for i in range(len(dy)) if 0 <= h - i < len(kernel)]
    return summed(pairs, dy, kernel, width, stride)


@wrong("12.dx_row", "the last row of the kernel")
def last_kernel_row_missed(dy, kernel, h, stride, width):
    pairs = [(i, h - i * stride) for i in range(len(dy)) if 0 <= h - i * stride < len(kernel) - 1]
    return summed(pairs, dy, kernel, width, stride)


@wrong("12.dx_row", "the first row of the kernel")
def first_kernel_row_missed(dy, kernel, h, stride, width):
    pairs = [(i, h - i * stride) for i in range(len(dy)) if 0 < h - i * stride < len(kernel)]
    return summed(pairs, dy, kernel, width, stride)


@wrong("12.dx_row", "No window sees row")
def nothing_to_join(dy, kernel, h, stride, width):
    seen = [i for i in range(len(dy)) if 0 <= h - i * stride < len(kernel)]
    return np.add.reduce(
        np.stack([summed([(i, h - i * stride)], dy, kernel, width, stride) for i in seen])
    )


@wrong("12.copied", "for each *window* of the row")
def strips_of_whole_rows(size, kernel_size):
    (height, channels, width, examples), (kh, kw) = size, kernel_size
    rows = (height - kh + 1) * (width - kw + 1) * examples * kh * kw * channels
    return rows, height * (kw * channels + 1) * width * examples


@wrong("12.copied", "moved sideways, not kh")
def strips_of_kh(size, kernel_size):
    (height, channels, width, examples), (kh, kw) = size, kernel_size
    columns = (width - kw + 1) * examples
    rows = (height - kh + 1) * columns * kh * kw * channels
    return rows, height * (kh * channels + 1) * columns


@wrong("12.copied", "holds kh of them")
def many_lines_of_ones(size, kernel_size):
    (height, channels, width, examples), (kh, kw) = size, kernel_size
    columns = (width - kw + 1) * examples
    rows = (height - kh + 1) * columns * kh * kw * channels
    return rows, height * (kw * channels + kh) * columns


@wrong("12.copied", "memory's order")
def sizes_of_a_caller(size, kernel_size):
    (examples, height, width, channels), (kh, kw) = size, kernel_size
    columns = (width - kw + 1) * examples
    rows = (height - kh + 1) * columns * kh * kw * channels
    return rows, height * (kw * channels + 1) * columns


@wrong("12.unfold", "windows that do not fit are left out")
def size_rounded_up(x, kernel_size, stride=1):
    kh, kw = kernel_size
    more = -(-(x.shape[0] - kh) // stride) * stride + kh - x.shape[0]
    wider = -(-(x.shape[2] - kw) // stride) * stride + kw - x.shape[2]
    padded = np.pad(x, ((0, more), (0, 0), (0, wider), (0, 0)))
    return with_ones(windows(padded, kernel_size, stride))


@wrong("12.unfold", "windows that do not fit are left out")
def sizes_that_divide(x, kernel_size, stride=1):
    assert (x.shape[0] - kernel_size[0]) % stride == 0
    return with_ones(windows(x, kernel_size, stride))


@wrong("12.unfold", "i * stride + u, not to their entries")
def stride_between_the_entries(x, kernel_size, stride=1):
    kh, kw = kernel_size
    found = windows(x, kernel_size, stride)
    for i, u, v, j in np.ndindex(len(found), kh, kw, found.shape[4]):
        p, q = min(i + u * stride, len(x) - 1), min(j + v * stride, x.shape[2] - 1)
        found[i, u, v, :, j] = x[p, :, q]
    return with_ones(found)


@wrong("12.unfold", "kernel_size is (kh, kw)")
def width_and_height(x, kernel_size, stride=1):
    return with_ones(windows(x, kernel_size[::-1], stride))


@wrong("12.unfold", "the columns need it, too")
def stride_of_the_rows(x, kernel_size, stride=1):
    return with_ones(windows(x, kernel_size, 1)[::stride])


@wrong("12.unfold", "the rows need it, too")
def stride_of_the_columns(x, kernel_size, stride=1):
    return with_ones(windows(x, kernel_size, 1)[:, :, :, :, ::stride])


@wrong("12.unfold", "only the first u has its line of ones")
def ones_for_the_first(x, kernel_size, stride=1):
    found = with_ones(windows(x, kernel_size, stride))
    lines = found.shape[1] // kernel_size[0]
    found[:, 2 * lines - 1 :: lines] = 0
    return found


@wrong("12.unfold", "in one matrix side by side")
def one_large_matrix(x, kernel_size, stride=1):
    return np.concatenate(list(with_ones(windows(x, kernel_size, stride))), axis=1)


@wrong("12.weights_for", "divided by kw")
def bias_by_the_width(kernel, bias):
    weights = matrix(kernel, bias)
    weights[:, -1] = bias / kernel.shape[1]
    return weights.reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "a part of the bias")
def a_part_of_the_bias(kernel, bias):
    weights = matrix(kernel, bias)
    weights[0, -1] = bias / len(kernel)
    return weights.reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "kh lines of ones")
def slow_columns(kernel, bias):
    weights = matrix(kernel.swapaxes(0, 1), bias)
    weights[0, -1] = bias
    return weights.reshape(-1, kernel.shape[3])


@wrong("12.weights_for", "u has an axis of its own")
def axis_for_u(kernel, bias):
    weights = matrix(kernel, bias)
    weights[0, -1] = bias
    return weights


def shares_of(dy, kernel, h, stride, width, pairs):
    """The shares of some rows (i, u), added up."""
    row = np.zeros((kernel.shape[2], width, dy.shape[3]))
    for i, u in pairs:
        for v, j in np.ndindex(kernel.shape[1], dy.shape[2]):
            row[:, j * stride + v] += kernel[u, v] @ dy[i, :, j]
    return row


@wrong("12.dx_row", "rows of the kernel that do not exist")
def kernel_from_the_end(dy, kernel, h, stride, width):
    kh = len(kernel)
    pairs = [(i, h - i * stride) for i in range(len(dy)) if -kh <= h - i * stride < kh]
    return shares_of(dy, kernel, h, stride, width, pairs)


@wrong("12.dx_row", "the number of rows of windows that saw this row")
def mean_of_the_rows(dy, kernel, h, stride, width):
    pairs = [(i, h - i * stride) for i in range(len(dy)) if 0 <= h - i * stride < len(kernel)]
    return shares_of(dy, kernel, h, stride, width, pairs) / max(1, len(pairs))


def counted(size, kernel_size):
    (height, channels, width, examples), (kh, kw) = size, kernel_size
    high, wide = height - kh + 1, width - kw + 1
    rows = examples * high * wide * kh * kw * channels
    return rows, high, wide * examples, kw * channels + 1


@wrong("12.copied", "the views are counted as if they were written")
def views_counted(size, kernel_size):
    rows, high, columns, lines = counted(size, kernel_size)
    return rows, high * kernel_size[0] * lines * columns


@wrong("12.copied", "the channels are left out.")
def one_channel(size, kernel_size):
    rows, _, columns, _ = counted(size, kernel_size)
    return rows // size[1], size[0] * (kernel_size[1] + 1) * columns


@wrong("12.copied", "W - kw + 1 of them fit")
def one_window_less(size, kernel_size):
    (height, channels, width, examples), (kh, kw) = size, kernel_size
    columns = (width - kw) * examples
    return (height - kh) * columns * kh * kw * channels, height * (kw * channels + 1) * columns


@wrong("12.copied", "these are bytes")
def bytes_of_float64(size, kernel_size):
    rows, _, columns, lines = counted(size, kernel_size)
    return 8 * rows, 8 * size[0] * lines * columns


UNFOLD = find_answer("12.unfold", SOLUTIONS)
FOLD = find_answer("12.fold", SOLUTIONS)
WEIGHTS_FOR = find_answer("12.weights_for", SOLUTIONS)


@wrong("12.unfold", "the columns v of each window are in reverse order")
def columns_reversed(x, kernel_size, stride=1):
    return with_ones(windows(x, kernel_size, stride)[:, :, ::-1])


@wrong("12.unfold", "the 1 stands inside of the division")
def one_inside_of_the_division(x, kernel_size, stride=1):
    rows = (x.shape[0] - kernel_size[0] + 1) // stride
    columns = (x.shape[2] - kernel_size[1] + 1) // stride
    return with_ones(windows(x, kernel_size, stride)[:rows, :, :, :, :columns])


@wrong("12.unfold", "x is read as (H, W, C, N)")
def channels_third(x, kernel_size, stride=1):
    if x.shape[1] < kernel_size[1]:
        return UNFOLD(x, kernel_size, stride)
    return UNFOLD(x.swapaxes(1, 2), kernel_size, stride)


@wrong("12.weights_for", "the kernel's rows are in reverse order")
def kernel_upside_down(kernel, bias):
    return WEIGHTS_FOR(kernel[::-1], bias)


@wrong("12.weights_for", "the kernel's columns are in reverse order")
def kernel_from_right_to_left(kernel, bias):
    return WEIGHTS_FOR(kernel[:, ::-1], bias)


@wrong("12.fold", "every share lies one column too far right: entry v")
def one_column_too_far(shares, kernel_width, stride, width):
    row = FOLD(shares, kernel_width, stride, width)
    return np.pad(row, ((0, 0), (1, 0), (0, 0)))[:, :width]


@wrong("12.fold", "and the last one comes in again")
def one_column_too_far_and_round(shares, kernel_width, stride, width):
    return np.roll(FOLD(shares, kernel_width, stride, width), 1, axis=1)


@wrong("12.fold", "np.add.at")
def added_to_a_list_of_places(shares, kernel_width, stride, width):
    columns = (width - kernel_width) // stride + 1
    channels = len(shares) // kernel_width
    places = np.arange(kernel_width)[:, np.newaxis] + stride * np.arange(columns)
    row = np.zeros((channels, width, shares.shape[1] // columns))
    shares = shares.reshape(kernel_width, channels, columns, -1).swapaxes(0, 1)
    row[:, places.ravel()] += shares.reshape(channels, places.size, -1)
    return row


def row_from(dy, kernel, h, stride, width, laid, step):
    """dx_row, with the rows of dy laid flat in some way, and a stride for fold."""
    kh, kw, channels, filters = kernel.shape
    seen_in = [i for i in range(len(dy)) if 0 <= h - i * stride < kh]
    if not seen_in:
        return np.zeros((channels, width, dy.shape[3]))
    weights = kernel[[h - i * stride for i in seen_in]].transpose(1, 2, 0, 3)
    above = laid(dy[seen_in]).reshape(len(seen_in) * filters, -1)
    return FOLD(weights.reshape(kw * channels, -1) @ above, kw, step, width)


@wrong("12.dx_row", "laid flat as (n, j)")
def examples_before_columns(dy, kernel, h, stride, width):
    return row_from(dy, kernel, h, stride, width, lambda rows: rows.swapaxes(2, 3), stride)


@wrong("12.dx_row", "fold has got the stride 1")
def folded_without_stride(dy, kernel, h, stride, width):
    return row_from(dy, kernel, h, stride, width, lambda rows: rows, 1)


@wrong("12.copied", "each channel has got a line of ones")
def ones_for_each_channel(size, kernel_size):
    rows, _, columns, _ = counted(size, kernel_size)
    return rows, size[0] * columns * size[1] * (kernel_size[1] + 1)


@wrong("12.copied", "the size is read as (H, W, C, N)")
def size_with_channels_third(size, kernel_size):
    (height, width, channels, examples), (kh, kw) = size, kernel_size
    columns = (width - kw + 1) * examples
    return (height - kh + 1) * columns * kh * kw * channels, height * (kw * channels + 1) * columns


@wrong("12.copied", "the strips' number is wrong for x")
def one_strip_less(size, kernel_size):
    rows, _, columns, lines = counted(size, kernel_size)
    return rows, (size[0] - 1) * columns * lines
