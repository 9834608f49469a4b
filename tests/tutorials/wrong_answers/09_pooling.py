"""Wrong answers to the exercises of notebook 09."""

import numpy as np

from tests.tutorials.wrong_answers import wrong


def windows(dy, x, window, stride):
    """For each window its place in x (N, k, k, C) and its dy as (N, 1, 1, C)."""
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride, j * stride
        place = np.s_[:, top : top + window, left : left + window]
        yield place, dy[:, i : i + 1, j : j + 1]


def winners(entries):
    """The first maximum of each example and channel, as a mask (N, k, k, C)."""
    n, k, _, channels = entries.shape
    first = entries.reshape(n, k * k, channels).argmax(axis=1)
    return (np.arange(k * k)[:, np.newaxis] == first[:, np.newaxis]).reshape(entries.shape)


@wrong("09.maxpool_backward", "copied to all entries")
def copied_to_all(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        dx[place] += upstream
    return dx


@wrong("09.maxpool_backward", "shared out equally")
def averaged(dy, x, window, stride):
    return copied_to_all(dy, x, window, stride) / window**2


@wrong("09.maxpool_backward", "counts it twice")
def mask_from_equality(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        dx[place] += upstream * (x[place] == x[place].max(axis=(1, 2), keepdims=True))
    return dx


@wrong("09.maxpool_backward", "equal maxima share")
def shared_by_equals(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        equal = x[place] == x[place].max(axis=(1, 2), keepdims=True)
        dx[place] += upstream * equal / equal.sum(axis=(1, 2), keepdims=True)
    return dx


@wrong("09.maxpool_backward", "the last one gets dy")
def last_maximum(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        turned = x[place][:, ::-1, ::-1]
        dx[place] += upstream * winners(turned)[:, ::-1, ::-1]
    return dx


@wrong("09.maxpool_backward", "only the last share")
def overwritten(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        dx[place] = np.where(winners(x[place]), upstream, dx[place])
    return dx


@wrong("09.maxpool_backward", "no window covers are missing")
def only_what_is_covered(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        dx[place] += upstream * winners(x[place])
    if window > stride:
        return dx
    return dx[:, : stride * dy.shape[1], : stride * dy.shape[2]]


@wrong("09.maxpool_backward", "among all examples at once")
def batch_axis_lost(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        entries = x[place]
        best = entries == entries.max(axis=(0, 1, 2), keepdims=True)
        dx[place] += upstream * best
    return dx


@wrong("09.maxpool_backward", "among all channels at once")
def channel_axis_lost(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        entries = x[place]
        dx[place] += upstream * (entries == entries.max(axis=(1, 2, 3), keepdims=True))
    return dx


@wrong("09.maxpool_backward", "u is the quotient")
def row_and_column_exchanged(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        dx[place] += upstream * winners(x[place]).swapaxes(1, 2)
    return dx


@wrong("09.maxpool_backward", "multiplied by the maximum")
def times_the_maximum(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        dx[place] += upstream * winners(x[place]) * x[place]
    return dx


def spread(dy, image_size, window, stride):
    dx = np.zeros((len(dy), *image_size, dy.shape[3]))
    for place, upstream in windows(dy, dx, window, stride):
        dx[place] += upstream
    return dx


@wrong("09.avgpool_backward", "each entry gets all of dy")
def not_divided(dy, image_size, window, stride):
    return spread(dy, image_size, window, stride)


@wrong("09.avgpool_backward", "dy is divided by 2")
def divided_by_the_side(dy, image_size, window, stride):
    return spread(dy, image_size, window, stride) / window


@wrong("09.avgpool_backward", "has overwritten the others")
def last_window_wins(dy, image_size, window, stride):
    dx = np.zeros((len(dy), *image_size, dy.shape[3]))
    for place, upstream in windows(dy, dx, window, stride):
        dx[place] = upstream / window**2
    return dx


@wrong("09.avgpool_backward", "no window covers are missing")
def repeated(dy, image_size, window, stride):
    if window != stride:
        return spread(dy, image_size, window, stride) / window**2
    return dy.repeat(window, axis=1).repeat(window, axis=2) / window**2


@wrong("09.avgpool_backward", "not at i * window")
def steps_of_a_window(dy, image_size, window, stride):
    return spread(dy, image_size, window, window) / window**2


@wrong("09.avgpool_backward", "end up in the columns")
def axes_lost(dy, image_size, window, stride):
    dx = np.zeros((len(dy), *image_size, dy.shape[3]))
    for place, upstream in windows(dy, dx, window, stride):
        dx[place] += upstream[:, 0, 0] / window**2
    return dx


@wrong("09.avgpool_backward", "number of examples")
def divided_by_the_batch_too(dy, image_size, window, stride):
    return spread(dy, image_size, window, stride) / window**2 / len(dy)


@wrong("09.dropout_backward", "not the factor")
def factor_forgotten(dy, keep, rate):
    return dy * keep


@wrong("09.dropout_backward", "not the mask")
def mask_forgotten(dy, keep, rate):
    return dy / (1 - rate)


@wrong("09.dropout_backward", "left out")
def as_in_prediction(dy, keep, rate):
    return dy.copy()


@wrong("09.dropout_backward", "upside down")
def multiplied(dy, keep, rate):
    return dy * keep * (1 - rate)


@wrong("09.dropout_backward", "1 / rate")
def divided_by_the_rate(dy, keep, rate):
    return dy * keep / rate


@wrong("09.dropout_backward", "wrong way round")
def dropped_instead_of_kept(dy, keep, rate):
    return np.where(keep, 0, dy) / (1 - rate)


@wrong("09.dropout_backward", "other numbers are dropped")
def new_mask(dy, keep, rate):
    drawn = np.random.default_rng(0).random(dy.shape) >= rate
    return dy * drawn / (1 - rate)


@wrong("09.maxpool_backward", "Does the running maximum begin")
def running_maximum_from_zero(dy, x, window, stride):
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        best, place = 0.0, None
        for u, v in np.ndindex(window, window):
            p, q = i * stride + u, j * stride + v
            if x[n, p, q, c] > best:
                best, place = x[n, p, q, c], (n, p, q, c)
        if place is not None:
            dx[place] += dy[n, i, j, c]
    return dx


@wrong("09.maxpool_backward", "largest *absolute* value")
def largest_in_size(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        dx[place] += upstream * winners(np.abs(x[place]))
    return dx


def right(dy, x, window, stride):
    dx = np.zeros_like(x)
    for place, upstream in windows(dy, x, window, stride):
        dx[place] += upstream * winners(x[place])
    return dx


@wrong("09.maxpool_backward", "a maximum below 0 gets nothing")
def masked_below_zero(dy, x, window, stride):
    return right(dy, x, window, stride) * (x >= 0)


@wrong("09.maxpool_backward", "or is a ReLU's mask in it")
def masked_like_a_relu(dy, x, window, stride):
    return right(dy, x, window, stride) * (x > 0)


@wrong("09.maxpool_backward", "*smallest* entry")
def to_the_smallest(dy, x, window, stride):
    return right(dy, -x, window, stride)


@wrong("09.maxpool_backward", "the first entry of each window gets dy")
def to_the_corner(dy, x, window, stride):
    return right(dy, np.zeros_like(x), window, stride)


@wrong("09.maxpool_backward", "their shares are averaged")
def overlap_averaged(dy, x, window, stride):
    counts = right(np.ones_like(dy), x, window, stride)
    return right(dy, x, window, stride) / np.maximum(1, counts)


@wrong("09.avgpool_backward", "their shares are averaged")
def mean_overlap_averaged(dy, image_size, window, stride):
    counts = spread(np.ones_like(dy), image_size, window, stride)
    return spread(dy, image_size, window, stride) / window**2 / np.maximum(1, counts)


@wrong("09.avgpool_backward", "by window * stride")
def divided_by_window_and_stride(dy, image_size, window, stride):
    return spread(dy, image_size, window, stride) / (window * stride)


@wrong("09.dropout_backward", "applied twice")
def factor_squared(dy, keep, rate):
    return dy * keep / (1 - rate) ** 2


@wrong("09.dropout_backward", "1 + rate")
def one_plus_rate(dy, keep, rate):
    return dy * keep * (1 + rate)


def spread_with_border(dy, image_size, window, stride, padding, real_only=True):
    """dx with its border; each share is divided by the entries in the image, or by all."""
    height, width = image_size
    shape = len(dy), height + 2 * padding, width + 2 * padding, dy.shape[3]
    dx, real = np.zeros(shape), np.zeros(shape)
    real[:, padding : padding + height, padding : padding + width] = 1
    if not real_only:
        real[...] = 1
    for place, upstream in windows(dy, dx, window, stride):
        dx[place] += upstream * real[place] / real[place].sum(axis=(1, 2), keepdims=True)
    return dx


@wrong("09.padded_mean_backward", "the border counts in the mean")
def border_counted(dy, image_size, window, stride, padding):
    (h, w), p = image_size, padding
    return spread_with_border(dy, image_size, window, stride, p, False)[:, p : p + h, p : p + w]


@wrong("09.padded_mean_backward", "the border is still there")
def border_kept(dy, image_size, window, stride, padding):
    return spread_with_border(dy, image_size, window, stride, padding)


@wrong("09.padded_mean_backward", "the padding is left out")
def border_cut_off_at_one_end(dy, image_size, window, stride, padding):
    height, width = image_size
    return spread_with_border(dy, image_size, window, stride, padding)[:, :height, :width]


@wrong("09.padded_mean_backward", "cut off twice")
def border_cut_off_twice(dy, image_size, window, stride, padding):
    dx = spread_with_border(dy, image_size, window, stride, padding)
    return dx[:, 2 * padding :, 2 * padding :]


@wrong("09.padded_mean_backward", "That factor is in dy already")
def padded_divided_by_the_batch(dy, image_size, window, stride, padding):
    (h, w), p = image_size, padding
    return spread_with_border(dy, image_size, window, stride, p)[:, p : p + h, p : p + w] / len(dy)


def by_winner(dy, x, window, stride, *, seen=None, start=None, length=None, first=None):
    """Each dy to a maximum; where it is looked for and put can be wrong in several ways."""
    dx = np.pad(np.zeros_like(x), ((0, 0), (0, 99), (0, 99), (0, 0)))
    seen = x if seen is None else seen
    start = stride if start is None else start
    for n, i, j, c in np.ndindex(dy.shape):
        top, left = i * stride, j * stride
        entries = seen[n, top : top + window, left : left + window, c]
        k = first(entries) if first else entries.argmax()
        u, v = divmod(int(k), length or window)
        dx[n, i * start + u, j * start + v, c] += dy[n, i, j, c]
    return dx[:, : x.shape[1], : x.shape[2]]


@wrong("09.maxpool_backward", "column by column")
def first_by_columns(dy, x, window, stride):
    def first(entries):
        v, u = divmod(int(entries.T.argmax()), window)
        return u * window + v

    return by_winner(dy, x, window, stride, first=first)


@wrong("09.maxpool_backward", "gives dy to its first entry")
def first_entry_if_nothing_is_positive(dy, x, window, stride):
    def first(entries):
        return entries.argmax() if entries.max() > 0 else 0

    return by_winner(dy, x, window, stride, first=first)


@wrong("09.maxpool_backward", "one entry is chosen for all channels")
def one_winner_for_all_channels(dy, x, window, stride):
    seen = x.sum(axis=3, keepdims=True).repeat(x.shape[3], axis=3)
    return by_winner(dy, x, window, stride, seen=seen)


@wrong("09.maxpool_backward", "the first channel's maximum")
def winner_of_the_first_channel(dy, x, window, stride):
    return by_winner(dy, x, window, stride, seen=x[..., :1].repeat(x.shape[3], axis=3))


@wrong("09.maxpool_backward", "the first example's maximum")
def winner_of_the_first_example(dy, x, window, stride):
    return by_winner(dy, x, window, stride, seen=x[:1].repeat(len(x), axis=0))


@wrong("09.maxpool_backward", "the window is fixed at 2")
def window_typed_in(dy, x, window, stride):
    return by_winner(dy, x, 2, stride)


@wrong("09.maxpool_backward", "not at i and j")
def windows_at_every_pixel(dy, x, window, stride):
    return by_winner(dy, x, window, 1)


@wrong("09.maxpool_backward", "not at i * window")
def windows_side_by_side(dy, x, window, stride):
    border = ((0, 0), (0, 30), (0, 30), (0, 0))
    wide = np.pad(x, border, constant_values=-1e9)
    return by_winner(dy, wide, window, window)[:, : x.shape[1], : x.shape[2]]


@wrong("09.maxpool_backward", "u and v are places in the window")
def place_in_the_window(dy, x, window, stride):
    return by_winner(dy, x, window, stride, start=0)


@wrong("09.maxpool_backward", "dy goes to the one at i * window")
def put_beside(dy, x, window, stride):
    return by_winner(dy, x, window, stride, start=window)


@wrong("09.maxpool_backward", "A line of it has `window` entries")
def divided_by_the_stride(dy, x, window, stride):
    return by_winner(dy, x, window, stride, length=stride)


@wrong("09.maxpool_backward", "this is dy")
def as_large_as_the_output(dy, x, window, stride):
    return dy.copy()


@wrong("09.maxpool_backward", "Begin with zeros")
def added_to_x(dy, x, window, stride):
    return x + right(dy, x, window, stride)


@wrong("09.avgpool_backward", "multiplied by the number of entries")
def multiplied_by_the_entries(dy, image_size, window, stride):
    return spread(dy, image_size, window, stride) * window**2


@wrong("09.avgpool_backward", "divided by 4, whatever the window")
def four_typed_in(dy, image_size, window, stride):
    return spread(dy, image_size, window, stride) / 4


@wrong("09.avgpool_backward", "stride * stride")
def divided_by_the_squared_stride(dy, image_size, window, stride):
    return spread(dy, image_size, window, stride) / stride**2


@wrong("09.avgpool_backward", "pixels of the image")
def divided_by_the_image(dy, image_size, window, stride):
    return spread(dy, image_size, window, stride) / (image_size[0] * image_size[1])


@wrong("09.avgpool_backward", "number of channels too")
def divided_by_the_channels(dy, image_size, window, stride):
    return spread(dy, image_size, window, stride) / window**2 / dy.shape[3]


@wrong("09.avgpool_backward", "where / belongs")
def rounded_down(dy, image_size, window, stride):
    return spread(dy // window**2, image_size, window, stride)


@wrong("09.avgpool_backward", "the first example's gradient")
def the_first_example_everywhere(dy, image_size, window, stride):
    return spread(dy[:1].repeat(len(dy), axis=0), image_size, window, stride) / window**2


@wrong("09.avgpool_backward", "not at i and j")
def means_at_every_pixel(dy, image_size, window, stride):
    return spread(dy, image_size, window, 1) / window**2


@wrong("09.avgpool_backward", "the windows lie side by side")
def always_repeated(dy, image_size, window, stride):
    return dy.repeat(window, axis=1).repeat(window, axis=2) / window**2


@wrong("09.avgpool_backward", "no window covers are missing")
def cut_after_the_last_window(dy, image_size, window, stride):
    high, wide = ((size - 1) * stride + window for size in dy.shape[1:3])
    return (spread(dy, image_size, window, stride) / window**2)[:, :high, :wide]


@wrong("09.dropout_backward", "what was dropped gets dy as it is")
def dropped_passes(dy, keep, rate):
    return np.where(keep, dy / (1 - rate), dy)


@wrong("09.dropout_backward", "the factor is 2")
def rate_typed_in(dy, keep, rate):
    return dy * keep * 2


@wrong("09.dropout_backward", "kept this time")
def share_of_this_mask(dy, keep, rate):
    return dy * keep / keep.mean()


@wrong("09.dropout_backward", "divided by 1 + rate")
def divided_by_one_plus_rate(dy, keep, rate):
    return dy * keep / (1 + rate)


@wrong("09.dropout_backward", "only what was kept comes back")
def kept_alone(dy, keep, rate):
    return dy[keep] / (1 - rate)


def counted(dy, image_size, window, stride, padding, count):
    """Each dy goes to its window's lines in the image, and is divided by count(top, left)."""
    height, width = image_size
    dx = np.zeros((len(dy), height, width, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride - padding, j * stride - padding
        rows = slice(max(0, top), max(0, min(height, top + window)))
        columns = slice(max(0, left), max(0, min(width, left + window)))
        real = (rows.stop - rows.start) * (columns.stop - columns.start)
        dx[:, rows, columns] += dy[:, i : i + 1, j : j + 1] / (count(top, left) or max(1, real))
    return dx


def fair(top, left):
    return None


def lines(first, window, size):
    return min(size, first + window) - max(0, first)


@wrong("09.padded_mean_backward", "whatever the padding")
def one_line_for_each_edge(dy, image_size, window, stride, padding):
    def count(top, left):
        rows = window - (top < 0) - (top + window > image_size[0])
        return rows * (window - (left < 0) - (left + window > image_size[1]))

    return counted(dy, image_size, window, stride, padding, count)


@wrong("09.padded_mean_backward", "but all columns of the window")
def rows_alone(dy, image_size, window, stride, padding):
    def count(top, left):
        return lines(top, window, image_size[0]) * window

    return counted(dy, image_size, window, stride, padding, count)


@wrong("09.padded_mean_backward", "but all rows of the window")
def columns_alone(dy, image_size, window, stride, padding):
    def count(top, left):
        return window * lines(left, window, image_size[1])

    return counted(dy, image_size, window, stride, padding, count)


@wrong("09.padded_mean_backward", "the lines are added")
def lines_added(dy, image_size, window, stride, padding):
    def count(top, left):
        return lines(top, window, image_size[0]) + lines(left, window, image_size[1])

    return counted(dy, image_size, window, stride, padding, count)


@wrong("09.padded_mean_backward", "it is divided by 3")
def by_the_side(dy, image_size, window, stride, padding):
    return counted(dy, image_size, window, stride, padding, lambda top, left: window)


@wrong("09.padded_mean_backward", "at the bottom and on the right is")
def top_and_left_alone(dy, image_size, window, stride, padding):
    def count(top, left):
        return (window - max(0, -top)) * (window - max(0, -left))

    return counted(dy, image_size, window, stride, padding, count)


@wrong("09.padded_mean_backward", "the top and on the left is")
def bottom_and_right_alone(dy, image_size, window, stride, padding):
    def count(top, left):
        return min(window, image_size[0] - top) * min(window, image_size[1] - left)

    return counted(dy, image_size, window, stride, padding, count)


@wrong("09.padded_mean_backward", "as if it lost `padding` rows and columns")
def all_windows_smaller(dy, image_size, window, stride, padding):
    smaller = max(1, window - padding) ** 2
    return counted(dy, image_size, window, stride, padding, lambda top, left: smaller)


@wrong("09.padded_mean_backward", "depends on the stride too")
def first_and_last_smaller(dy, image_size, window, stride, padding):
    def side(first, windows):
        return window - padding * ((first + padding) // stride in (0, windows - 1))

    def count(top, left):
        return side(top, dy.shape[1]) * side(left, dy.shape[2])

    return counted(dy, image_size, window, stride, padding, count)


@wrong("09.padded_mean_backward", "exchanged in the count")
def sides_exchanged_in_the_count(dy, image_size, window, stride, padding):
    def count(top, left):
        return max(1, lines(top, window, image_size[1]) * lines(left, window, image_size[0]))

    return counted(dy, image_size, window, stride, padding, count)


@wrong("09.padded_mean_backward", "number of entries in its *window*")
def by_covering_windows(dy, image_size, window, stride, padding):
    whole = counted(dy, image_size, window, stride, padding, lambda top, left: 1)
    ones = counted(np.ones_like(dy), image_size, window, stride, padding, lambda top, left: 1)
    return whole / np.maximum(1, ones)


@wrong("09.padded_mean_backward", "not at i * stride")
def no_offset(dy, image_size, window, stride, padding):
    return counted(dy, image_size, window, stride, 0, fair)


@wrong("09.padded_mean_backward", "the padding is added")
def offset_added(dy, image_size, window, stride, padding):
    return counted(dy, image_size, window, stride, -padding, fair)


@wrong("09.padded_mean_backward", "the padding is subtracted twice")
def offset_twice(dy, image_size, window, stride, padding):
    return counted(dy, image_size, window, stride, 2 * padding, fair)


@wrong("09.padded_mean_backward", "the padding is fixed at 1")
def padding_typed_in(dy, image_size, window, stride, padding):
    return counted(dy, image_size, window, stride, 1, fair)


@wrong("09.padded_mean_backward", "the stride is left out")
def stride_left_out(dy, image_size, window, stride, padding):
    return counted(dy, image_size, window, 1, padding, fair)


@wrong("09.padded_mean_backward", "counts from the end")
def slices_from_the_end(dy, image_size, window, stride, padding):
    dx = np.zeros((len(dy), *image_size, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride - padding, j * stride - padding
        part = dx[:, top : top + window, left : left + window]
        part += dy[:, i : i + 1, j : j + 1] / max(1, part[0, :, :, 0].size)
    return dx


@wrong("09.padded_mean_backward", "at the top and on the left only")
def cut_in_front(dy, image_size, window, stride, padding):
    dx = spread_with_border(dy, image_size, window, stride, padding)
    return dx[:, padding:, padding:]


@wrong("09.padded_mean_backward", "at the bottom and on the right only")
def cut_at_the_end(dy, image_size, window, stride, padding):
    dx = spread_with_border(dy, image_size, window, stride, padding)
    return dx[:, : image_size[0] + padding, : image_size[1] + padding]


@wrong("09.padded_mean_backward", "height and width are exchanged.")
def width_before_height(dy, image_size, window, stride, padding):
    return counted(dy, image_size[::-1], window, stride, padding, fair)


def _pooled(dy, x, window, stride, winner, place):
    """dx from the number of the winner and the place that is written to."""
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        top, left = i * stride, j * stride
        entries = x[:, top : top + window, left : left + window]
        u, v = divmod(int(winner(entries, n, c)), window)
        dx[place(n, i, j, u, v, c)] += dy[n, i, j, c]
    return dx


def _of_its_own(entries, n, c):
    return entries[n, :, :, c].argmax()


@wrong("09.maxpool_backward", "dy goes to row i + u, column j + v")
def written_without_the_stride(dy, x, window, stride):
    return _pooled(dy, x, window, stride, _of_its_own,
                   lambda n, i, j, u, v, c: (n, i + u, j + v, c))  # fmt: skip


@wrong("09.maxpool_backward", "an index n is missing where dx is written to")
def written_to_all_examples(dy, x, window, stride):
    def place(n, i, j, u, v, c):
        return slice(None), i * stride + u, j * stride + v, c

    return _pooled(dy, x, window, stride, _of_its_own, place)


@wrong("09.maxpool_backward", "one place is chosen for the whole batch")
def one_maximum_for_the_batch(dy, x, window, stride):
    def place(n, i, j, u, v, c):
        return n, i * stride + u, j * stride + v, c

    return _pooled(dy, x, window, stride,
                   lambda entries, n, c: entries[..., c].max(axis=0).argmax(), place)  # fmt: skip


@wrong("09.maxpool_backward", "the entries of different channels are mixed")
def channels_mixed_by_reshape(dy, x, window, stride):
    def place(n, i, j, u, v, c):
        return n, i * stride + u, j * stride + v, c

    def winner(entries, n, c):
        return entries.reshape(len(x), x.shape[3], -1)[n, c].argmax()

    return _pooled(dy, x, window, stride, winner, place)


@wrong("09.avgpool_backward", "only the first entry of each window gets something, and that is")
def all_to_the_first_entry(dy, image_size, window, stride):
    dx = np.zeros((len(dy), *image_size, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        dx[:, i * stride, j * stride] += dy[:, i, j]
    return dx


@wrong("09.dropout_backward", "the first example's mask is used for all")
def mask_of_the_first_example(dy, keep, rate):
    return dy * keep[:1] / (1 - rate)


@wrong("09.dropout_backward", "the rate multiplies what was kept")
def times_the_rate(dy, keep, rate):
    return dy * keep * rate


def _shared_out(dy, image_size, window, stride, padding, count):
    height, width = image_size
    dx = np.zeros((len(dy), height, width, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride - padding, j * stride - padding
        rows = range(max(0, top), min(height, top + window))
        columns = range(max(0, left), min(width, left + window))
        inside = np.s_[:, rows.start : rows.stop, columns.start : columns.stop]
        dx[inside] += dy[:, i : i + 1, j : j + 1] / count(rows, columns)
    return dx


@wrong("09.padded_mean_backward", "is pushed into the image, and keeps all its lines")
def start_clipped_but_not_the_window(dy, image_size, window, stride, padding):
    dx = np.zeros((len(dy), *image_size, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = max(0, i * stride - padding), max(0, j * stride - padding)
        part = dx[:, top : top + window, left : left + window]
        part += dy[:, i : i + 1, j : j + 1] / (part.shape[1] * part.shape[2])
    return dx


@wrong("09.padded_mean_backward", "the rows that lie in the image are counted, and squared")
def rows_squared(dy, image_size, window, stride, padding):
    return _shared_out(dy, image_size, window, stride, padding, lambda rows, _: len(rows) ** 2)


@wrong("09.padded_mean_backward", "every window at an edge is divided as if it had lost")
def padding_lost_at_every_edge(dy, image_size, window, stride, padding):
    def count(rows, columns):
        whole = len(rows) == len(columns) == window
        return window**2 if whole else max(1, window - padding) ** 2

    return _shared_out(dy, image_size, window, stride, padding, count)


def winners_of(x, window, stride, shape):
    """n, i, j, c and the place of each winner."""
    for n, i, j, c in np.ndindex(shape):
        part = x[n, i * stride : i * stride + window, j * stride : j * stride + window, c]
        u, v = np.unravel_index(part.argmax(), part.shape)
        yield n, i, j, c, i * stride + u, j * stride + v


@wrong("09.maxpool_backward", "each winner gets 1")
def one_for_each_winner(dy, x, window, stride):
    dx = np.zeros_like(x)
    for n, _, _, c, row, column in winners_of(x, window, stride, dy.shape):
        dx[n, row, column, c] += 1
    return dx


@wrong("09.maxpool_backward", "that of the largest number in any of them")
def largest_of_any_channel(dy, x, window, stride):
    dx = np.zeros_like(x)
    for n, i, j in np.ndindex(dy.shape[:3]):
        part = x[n, i * stride : i * stride + window, j * stride : j * stride + window]
        u, v, _ = np.unravel_index(part.argmax(), part.shape)
        dx[n, i * stride + u, j * stride + v] += dy[n, i, j]
    return dx


@wrong("09.maxpool_backward", "the indices n and c are missing")
def written_to_all(dy, x, window, stride):
    dx = np.zeros_like(x)
    for n, i, j, c, row, column in winners_of(x, window, stride, dy.shape):
        dx[:, row, column, :] += dy[n, i, j, c]
    return dx


@wrong("09.maxpool_backward", "an index c is missing")
def written_to_all_channels(dy, x, window, stride):
    dx = np.zeros_like(x)
    for n, i, j, c, row, column in winners_of(x, window, stride, dy.shape):
        dx[n, row, column, :] += dy[n, i, j, c]
    return dx


@wrong("09.maxpool_backward", "dx has the size of x, not that of dy")
def as_small_as_dy(dy, x, window, stride):
    dx = np.zeros_like(dy)
    for n, i, j, c, row, column in winners_of(x, window, stride, dy.shape):
        dx[n, row, column, c] += dy[n, i, j, c]
    return dx


@wrong("09.avgpool_backward", "divided by the number of windows")
def mean_of_the_windows(dy, image_size, window, stride):
    dx = np.zeros((len(dy), *image_size, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride, j * stride
        dx[:, top : top + window, left : left + window] += dy[:, i : i + 1, j : j + 1]
    return dx / (dy.shape[1] * dy.shape[2])


@wrong("09.padded_mean_backward", "windows that hang over the edge are left out")
def overhanging_windows_skipped(dy, image_size, window, stride, padding):
    dx = np.zeros((len(dy), *image_size, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride - padding, j * stride - padding
        if min(top, left) >= 0 and top + window <= image_size[0] and left + window <= image_size[1]:
            share = dy[:, i : i + 1, j : j + 1] / window**2
            dx[:, top : top + window, left : left + window] += share
    return dx
