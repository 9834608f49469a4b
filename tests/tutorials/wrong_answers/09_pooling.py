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
    if window > stride:
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
