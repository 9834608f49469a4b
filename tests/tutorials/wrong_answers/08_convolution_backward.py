"""Wrong answers to the exercises of notebook 08."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tests.tutorials.wrong_answers import wrong


@wrong("08.conv_db", "divided by the number of examples")
def mean_over_examples(dy):
    return dy.sum(axis=(1, 2)).mean(axis=0)


@wrong("08.conv_db", "mean over all windows")
def mean_over_everything(dy):
    return dy.mean(axis=(0, 1, 2))


@wrong("08.conv_db", "summed over the examples only")
def as_in_a_dense_layer(dy):
    return dy.sum(axis=0)


@wrong("08.conv_db", "not summed over the examples")
def one_for_each_example(dy):
    return dy.sum(axis=(1, 2))


@wrong("08.conv_db", "only the first example")
def first_example(dy):
    return dy[0].sum(axis=(0, 1))


@wrong("08.conv_db", "filters are summed over")
def one_number(dy):
    return dy.sum()


def weight_gradient(x, dy, kernel_size, stride):
    high, wide = dy.shape[1:3]
    dw = np.zeros((*kernel_size, x.shape[3], dy.shape[3]))
    for u, v in np.ndindex(kernel_size):
        pixels = x[:, u::stride, v::stride][:, :high, :wide]
        dw[u, v] = np.einsum("nijc,nijf->cf", pixels, dy)
    return dw


@wrong("08.conv_db", "not summed over the columns")
def columns_forgotten(dy):
    return dy.sum(axis=(0, 1))


@wrong("08.conv_dw", "the kernel's gradient is turned")
def weights_turned(x, dy, kernel_size, stride=1):
    return weight_gradient(x, dy, kernel_size, stride)[::-1, ::-1]


@wrong("08.conv_dw", "dy is turned")
def a_true_convolution(x, dy, kernel_size, stride=1):
    return weight_gradient(x, dy[:, ::-1, ::-1], kernel_size, stride)


@wrong("08.conv_dw", "stride is ignored")
def weights_without_stride(x, dy, kernel_size, stride=1):
    return weight_gradient(x, dy, kernel_size, 1)


@wrong("08.conv_dw", "divided by the number of examples")
def weights_averaged(x, dy, kernel_size, stride=1):
    return weight_gradient(x, dy, kernel_size, stride) / len(x)


@wrong("08.conv_dw", "divided by the number of windows")
def averaged_over_windows(x, dy, kernel_size, stride=1):
    return weight_gradient(x, dy, kernel_size, stride) / (dy.shape[1] * dy.shape[2])


@wrong("08.conv_dw", "only the first example")
def weights_from_one_example(x, dy, kernel_size, stride=1):
    return weight_gradient(x[:1], dy[:1], kernel_size, stride)


@wrong("08.conv_dw", "the axes are (u, v, c, f)")
def filters_before_channels(x, dy, kernel_size, stride=1):
    return weight_gradient(x, dy, kernel_size, stride).transpose(0, 1, 3, 2)


@wrong("08.conv_dw", "only the last example")
def set_anew_for_each_example(x, dy, kernel_size, stride=1):
    for n in range(len(x)):
        dw = weight_gradient(x[n : n + 1], dy[n : n + 1], kernel_size, stride)
    return dw


@wrong("08.conv_dw", "only the last window")
def set_anew_for_each_window(x, dy, kernel_size, stride=1):
    kh, kw = kernel_size
    for n, i, j in np.ndindex(dy.shape[:3]):
        window = x[n, i * stride : i * stride + kh, j * stride : j * stride + kw]
        dw = window[..., np.newaxis] * dy[n, i, j]
    return dw


@wrong("08.conv_dw", "in the order (c, u, v)")
def windows_as_they_come(x, dy, kernel_size, stride=1):
    windows = sliding_window_view(x, kernel_size, axis=(1, 2))[:, ::stride, ::stride]
    filters = dy.shape[3]
    matrix = windows.reshape(dy.size // filters, -1)
    return (matrix.T @ dy.reshape(-1, filters)).reshape(*kernel_size, -1, filters)


def full_correlation(dy, kernel):
    """kernel (kh, kw, F, C), laid on a padded dy as it is."""
    kh, kw = kernel.shape[:2]
    padded = np.pad(dy, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return np.einsum("npqfuv,uvfc->npqc", windows, kernel)


@wrong("08.conv_dx", "kernel lies the wrong way round: ")
def not_turned(dy, kernel):
    return full_correlation(dy, kernel.swapaxes(2, 3))


@wrong("08.conv_dx", "channels and filters have changed places")
def channels_not_swapped(dy, kernel):
    return full_correlation(dy, kernel[::-1, ::-1])


@wrong("08.conv_dx", "the wrong way round, and channels and filters")
def neither_turned_nor_swapped(dy, kernel):
    return full_correlation(dy, kernel)


@wrong("08.conv_dx", "but upside down")
def columns_turned(dy, kernel):
    return full_correlation(dy, kernel[:, ::-1].swapaxes(2, 3))


@wrong("08.conv_dx", "left and right have changed places")
def rows_turned(dy, kernel):
    return full_correlation(dy, kernel[::-1].swapaxes(2, 3))


@wrong("08.conv_dx", "Only the two axes of the window")
def everything_turned(dy, kernel):
    return full_correlation(dy, np.flip(kernel).swapaxes(2, 3))


@wrong("08.conv_dx", "kernel lies the wrong way round: ")
def scattered_and_turned(dy, kernel):
    size = dy.shape[1] + kernel.shape[0] - 1, dy.shape[2] + kernel.shape[1] - 1
    return padded_dx(dy, kernel[::-1, ::-1], size, 1, 0)


@wrong("08.conv_dx", "only the last filter")
def set_anew_for_each_filter(dy, kernel):
    return full_correlation(dy[..., -1:], kernel[::-1, ::-1, :, -1:].swapaxes(2, 3))


@wrong("08.conv_dx", "has the size of dy")
def same_size(dy, kernel):
    turned = kernel[::-1, ::-1].swapaxes(2, 3)
    return full_correlation(dy, turned)[:, 1:-1, :-1]


@wrong("08.conv_dx", "a border is missing")
def not_padded(dy, kernel):
    windows = sliding_window_view(dy, kernel.shape[:2], axis=(1, 2))
    return np.einsum("npqfuv,uvcf->npqc", windows, kernel[::-1, ::-1])


@wrong("08.conv_dx", "overwritten the others")
def last_window_wins(dy, kernel):
    return overwritten(dy, kernel, (dy.shape[1] + 2, dy.shape[2] + 1), 1)


def shares(dy, kernel, size, stride):
    """A dx that is all zero, and for each window where its share belongs and what it is."""
    kh, kw, channels, _ = kernel.shape
    places = [
        (np.s_[:, i * stride : i * stride + kh, j * stride : j * stride + kw],
         np.einsum("nf,uvcf->nuvc", dy[:, i, j], kernel))
        for i, j in np.ndindex(dy.shape[1:3])
    ]  # fmt: skip
    return np.zeros((len(dy), *size, channels)), places


def padded_dx(dy, kernel, image_size, stride, padding):
    size = image_size[0] + 2 * padding, image_size[1] + 2 * padding
    dx, places = shares(dy, kernel, size, stride)
    for place, share in places:
        dx[place] += share
    return dx


@wrong("08.conv_dx_strided", "overwritten the others")
def overwritten(dy, kernel, image_size, stride, padding=0):
    dx, places = shares(dy, kernel, image_size, stride)
    for place, share in places:
        dx[place] = share
    return dx


@wrong("08.conv_dx_strided", "stride is ignored")
def stride_ignored(dy, kernel, image_size, stride, padding=0):
    height, width = image_size
    dx = padded_dx(dy, kernel, image_size, 1, padding)
    return dx[:, padding : padding + height, padding : padding + width]


@wrong("08.conv_dx_strided", "no window covers are missing")
def only_what_is_covered(dy, kernel, image_size, stride, padding=0):
    (kh, kw), (high, wide) = kernel.shape[:2], dy.shape[1:3]
    size = kh + stride * (high - 1), kw + stride * (wide - 1)
    dx, places = shares(dy, kernel, size, stride)
    for place, share in places:
        dx[place] += share
    return dx[:, padding:, padding:]


@wrong("08.conv_dx_strided", "border of zeros is still there")
def border_kept(dy, kernel, image_size, stride, padding=0):
    return padded_dx(dy, kernel, image_size, stride, padding)


@wrong("08.conv_dx_strided", "at the wrong end")
def border_cut_off_at_one_end(dy, kernel, image_size, stride, padding=0):
    height, width = image_size
    return padded_dx(dy, kernel, image_size, stride, padding)[:, :height, :width]


@wrong("08.conv_dx_strided", "kernel lies the wrong way round")
def turned_twice(dy, kernel, image_size, stride, padding=0):
    height, width = image_size
    dx = padded_dx(dy, kernel[::-1, ::-1], image_size, stride, padding)
    return dx[:, padding : padding + height, padding : padding + width]


@wrong("08.conv_dx_strided", "opposite edge")
def negative_indices(dy, kernel, image_size, stride, padding=0):
    (height, width), (kh, kw) = image_size, kernel.shape[:2]
    dx = np.zeros((len(dy), height, width, kernel.shape[2]))
    for i, j, u, v in np.ndindex(*dy.shape[1:3], kh, kw):
        p, q = i * stride + u - padding, j * stride + v - padding
        if p < height and q < width:
            dx[:, p, q] += dy[:, i, j] @ kernel[u, v].T
    return dx


@wrong("08.conv_dx_strided", "slice padding:-padding is empty")
def cut_off_with_a_negative_index(dy, kernel, image_size, stride, padding=0):
    dx = padded_dx(dy, kernel, image_size, stride, padding)
    return dx[:, padding:-padding, padding:-padding]


@wrong("08.conv_db", "each example's windows")
def mean_over_windows(dy):
    return dy.mean(axis=(1, 2)).sum(axis=0)


@wrong("08.conv_dw", "each dy is repeated")
def dy_repeated(x, dy, kernel_size, stride=1):
    large = dy.repeat(stride, axis=1).repeat(stride, axis=2)
    high, wide = (x.shape[k + 1] - kernel_size[k] + 1 for k in (0, 1))
    large = large[:, :high, :wide]
    if large.shape[1:3] != (high, wide):
        large = np.pad(large, ((0, 0), (0, high - large.shape[1]), (0, wide - large.shape[2]),
                               (0, 0)))  # fmt: skip
    return weight_gradient(x, large, kernel_size, 1)


@wrong("08.conv_dx", "where windows overlap, their shares are averaged")
def overlap_averaged(dy, kernel):
    size = dy.shape[1] + kernel.shape[0] - 1, dy.shape[2] + kernel.shape[1] - 1
    dx, places = shares(dy, kernel, size, 1)
    counts = np.zeros_like(dx)
    for place, share in places:
        dx[place] += share
        counts[place] += 1
    return dx / counts


@wrong("08.conv_dx", "in the loss, and so in dy already")
def divided_by_the_batch(dy, kernel):
    size = dy.shape[1] + kernel.shape[0] - 1, dy.shape[2] + kernel.shape[1] - 1
    return padded_dx(dy, kernel, size, 1, 0) / len(dy)


def spread(dy, kernel, image_size, stride, padding, between, repeated=False):
    """Route B: dy with so many zeros (or copies) between, under the turned kernel."""
    height, width = image_size
    tall, broad = height + 2 * padding, width + 2 * padding
    kh, kw = kernel.shape[:2]
    large = np.zeros((len(dy), tall - kh + 1, broad - kw + 1, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        p, q = i * (between + 1), j * (between + 1)
        end = between + 1 if repeated else 1
        large[:, p : p + end, q : q + end] = dy[:, i : i + 1, j : j + 1]
    dx = full_correlation(large, kernel[::-1, ::-1].swapaxes(2, 3))
    return dx[:, padding : padding + height, padding : padding + width]


@wrong("08.conv_dx_strided", "`stride` zeros stand between")
def one_zero_too_many(dy, kernel, image_size, stride, padding=0):
    return spread(dy, kernel, image_size, stride, padding, stride)


@wrong("08.conv_dx_strided", "each dy is repeated")
def enlarged_by_copies(dy, kernel, image_size, stride, padding=0):
    return spread(dy, kernel, image_size, stride, padding, stride - 1, repeated=True)


@wrong("08.conv_dx_strided", "their shares are averaged")
def strided_overlap_averaged(dy, kernel, image_size, stride, padding=0):
    height, width = image_size
    size = height + 2 * padding, width + 2 * padding
    dx, places = shares(dy, kernel, size, stride)
    counts = np.zeros_like(dx)
    for place, share in places:
        dx[place] += share
        counts[place] += 1
    dx /= np.maximum(counts, 1)
    return dx[:, padding : padding + height, padding : padding + width]


@wrong("08.conv_dx_strided", "as if it lay only there")
def border_cut_off_twice(dy, kernel, image_size, stride, padding=0):
    return padded_dx(dy, kernel, image_size, stride, padding)[:, 2 * padding :, 2 * padding :]


def depthwise(x, kernel, dy):
    dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
    high, wide = dy.shape[1:3]
    for u, v in np.ndindex(kernel.shape[:2]):
        dx[:, u : u + high, v : v + wide] += dy * kernel[u, v]
        dkernel[u, v] = (dy * x[:, u : u + high, v : v + wide]).sum(axis=(0, 1, 2))
    return dx, dkernel


@wrong("08.depthwise_backward", "dx: the kernel lies the wrong way round")
def depthwise_turned(x, kernel, dy):
    return depthwise(x, kernel[::-1, ::-1], dy)[0], depthwise(x, kernel, dy)[1]


@wrong("08.depthwise_backward", "as in an ordinary convolution")
def depthwise_channels_summed(x, kernel, dy):
    dx, dkernel = depthwise(x, kernel, dy)
    return dx * 0 + dx.sum(axis=3, keepdims=True), dkernel


@wrong("08.depthwise_backward", "The order of the two is dx, dkernel")
def depthwise_exchanged(x, kernel, dy):
    return depthwise(x, kernel, dy)[::-1]


@wrong("08.depthwise_backward", "dkernel: the channels are summed over, and one filter is left")
def one_filter_for_all(x, kernel, dy):
    dx, dkernel = depthwise(x, kernel, dy)
    return dx, dkernel.sum(axis=2)


@wrong("08.depthwise_backward", "dkernel: it is turned by 180 degrees")
def depthwise_gradient_turned(x, kernel, dy):
    dx, dkernel = depthwise(x, kernel, dy)
    return dx, dkernel[::-1, ::-1]


@wrong("08.depthwise_backward", "dkernel: it is divided by the number of windows")
def depthwise_averaged(x, kernel, dy):
    dx, dkernel = depthwise(x, kernel, dy)
    return dx, dkernel / (dy.shape[1] * dy.shape[2])


@wrong("08.conv_db", "dy holds the loss's 1/N already")
def multiplied_by_the_batch(dy):
    return dy.sum(axis=(0, 1, 2)) * len(dy)


@wrong("08.conv_db", "this is dy")
def nothing_summed(dy):
    return dy.copy()


@wrong("08.conv_db", "1 times dy")
def slope_of_y(dy):
    return np.ones(dy.shape[3])


@wrong("08.conv_db", "a number for each example")
def one_axis_off(dy):
    return dy.sum(axis=(1, 2, 3))


@wrong("08.conv_db", "are not the filters")
def folded_by_filters(dy):
    return dy.reshape(dy.shape[3], -1).sum(axis=1)


@wrong("08.conv_db", "this is a column")
def bias_as_a_column(dy):
    return dy.sum(axis=(0, 1, 2))[:, np.newaxis]


@wrong("08.conv_db", "is keepdims in it")
def bias_with_all_axes(dy):
    return dy.sum(axis=(0, 1, 2), keepdims=True)


@wrong("08.conv_db", "the signs are lost")
def sizes_added(dy):
    return np.abs(dy).sum(axis=(0, 1, 2))


@wrong("08.conv_dw", "dy holds the loss's 1/N already")
def weights_multiplied_by_the_batch(x, dy, kernel_size, stride=1):
    return weight_gradient(x, dy, kernel_size, stride) * len(x)


@wrong("08.conv_dw", "all windows of all examples")
def averaged_over_all_windows(x, dy, kernel_size, stride=1):
    return weight_gradient(x, dy, kernel_size, stride) / dy[..., 0].size


@wrong("08.conv_dw", "still a matrix")
def weights_not_folded(x, dy, kernel_size, stride=1):
    return weight_gradient(x, dy, kernel_size, stride).reshape(-1, dy.shape[3])


@wrong("08.conv_dw", "channels and filters are mixed")
def filters_folded_first(x, dy, kernel_size, stride=1):
    dw = weight_gradient(x, dy, kernel_size, stride)
    return dw.swapaxes(2, 3).reshape(dw.shape)


@wrong("08.conv_dw", "rows and columns of the kernel are mixed")
def columns_folded_first(x, dy, kernel_size, stride=1):
    dw = weight_gradient(x, dy, kernel_size, stride)
    return dw.swapaxes(0, 1).reshape(dw.shape)


@wrong("08.conv_dw", "the channels are averaged")
def channels_averaged(x, dy, kernel_size, stride=1):
    dw = weight_gradient(x, dy, kernel_size, stride)
    return dw.mean(axis=2, keepdims=True).repeat(x.shape[3], axis=2)


@wrong("08.conv_dw", "only the first channel")
def weights_of_one_channel(x, dy, kernel_size, stride=1):
    return weight_gradient(x[..., :1], dy, kernel_size, stride).repeat(x.shape[3], axis=2)


@wrong("08.conv_dw", "meets pixel u + 1, v + 1")
def one_pixel_too_far(x, dy, kernel_size, stride=1):
    shifted = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)))[:, 1:, 1:]
    return weight_gradient(shifted, dy, kernel_size, stride)


@wrong("08.conv_dw", "the stride multiplies the place (u, v)")
def stride_in_the_window(x, dy, kernel_size, stride=1):
    high, wide = dy.shape[1:3]
    dw = np.zeros((*kernel_size, x.shape[3], dy.shape[3]))
    x = np.pad(x, ((0, 0), (0, 9), (0, 9), (0, 0)))
    for u, v in np.ndindex(kernel_size):
        pixels = x[:, u * stride : u * stride + high, v * stride : v * stride + wide]
        dw[u, v] = np.einsum("nijc,nijf->cf", pixels, dy)
    return dw


def right_dx(dy, kernel):
    return full_correlation(dy, kernel[::-1, ::-1].swapaxes(2, 3))


@wrong("08.conv_dx", "divided by the number of filters")
def filters_averaged(dy, kernel):
    return right_dx(dy, kernel) / kernel.shape[3]


@wrong("08.conv_dx", "multiplied by the number of examples")
def dx_multiplied_by_the_batch(dy, kernel):
    return right_dx(dy, kernel) * len(dy)


@wrong("08.conv_dx", "one row too low")
def padded_by_the_whole_kernel(dy, kernel):
    return np.pad(right_dx(dy, kernel), ((0, 0), (1, 0), (1, 0), (0, 0)))[:, :-1, :-1]


@wrong("08.conv_dx", "a border of zeros is still there")
def padded_too_much(dy, kernel):
    return np.pad(right_dx(dy, kernel), ((0, 0), (1, 1), (1, 1), (0, 0)))


@wrong("08.conv_dx", "only the first filter")
def first_filter(dy, kernel):
    return right_dx(dy[..., :1], kernel[..., :1])


@wrong("08.conv_dx", "the first example's gradient")
def first_example_everywhere(dy, kernel):
    return right_dx(dy[:1].repeat(len(dy), axis=0), kernel)


@wrong("08.conv_dx", "the channels are in reverse order")
def channels_turned(dy, kernel):
    return right_dx(dy, kernel[:, :, ::-1])


@wrong("08.conv_dx", "the filters are in reverse order")
def filters_turned(dy, kernel):
    return right_dx(dy, kernel[..., ::-1])


@wrong("08.conv_dx", "reshape does not move numbers")
def kernel_folded(dy, kernel):
    return right_dx(dy, kernel.swapaxes(0, 1).reshape(kernel.shape))


@wrong("08.conv_dx", "Beyond it there are no windows")
def border_continued(dy, kernel):
    kh, kw = kernel.shape[:2]
    padded = np.pad(dy, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)), "edge")
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return np.einsum("npqfuv,uvcf->npqc", windows, kernel[::-1, ::-1])


@wrong("08.conv_dx", "its last rows and columns are missing")
def end_cut_off(dy, kernel):
    return right_dx(dy, kernel)[:, : dy.shape[1], : dy.shape[2]]


@wrong("08.conv_dx", "kh - 1 and kw - 1 are exchanged")
def padding_exchanged(dy, kernel):
    kh, kw = kernel.shape[:2]
    padded = np.pad(dy, ((0, 0), (kw - 1, kw - 1), (kh - 1, kh - 1), (0, 0)))
    windows = sliding_window_view(padded, (kw, kh), axis=(1, 2))
    return np.einsum("npqfvu,uvcf->npqc", windows, kernel[::-1, ::-1])


def spread_whole(dy, kernel, image_size, stride, padding, between, repeated=False):
    """Route B with dy spread over as many pixels as that takes; dx is cut, or filled, at last."""
    height, width = image_size
    high, wide = ((size - 1) * (between + 1) + 1 for size in dy.shape[1:3])
    tall, broad = (size + between * repeated for size in (high, wide))
    large = np.zeros((len(dy), tall, broad, dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        p, q = i * (between + 1), j * (between + 1)
        end = between + 1 if repeated else 1
        large[:, p : p + end, q : q + end] = dy[:, i : i + 1, j : j + 1]
    dx = np.pad(right_dx(large, kernel), ((0, 0), (0, height), (0, width), (0, 0)))
    return dx[:, padding : padding + height, padding : padding + width]


@wrong("08.conv_dx_strided", "`stride` zeros stand between")
def zeros_too_many_in_a_whole_dy(dy, kernel, image_size, stride, padding=0):
    return spread_whole(dy, kernel, image_size, stride, padding, stride)


@wrong("08.conv_dx_strided", "each dy is repeated")
def whole_dy_repeated(dy, kernel, image_size, stride, padding=0):
    return spread_whole(dy, kernel, image_size, stride, padding, stride - 1, repeated=True)


@wrong("08.conv_dx_strided", "at the top and on the left. They are left over")
def rest_in_front(dy, kernel, image_size, stride, padding=0):
    (height, width), (kh, kw), (high, wide) = image_size, kernel.shape[:2], dy.shape[1:3]
    covered = kh + stride * (high - 1), kw + stride * (wide - 1)
    dx = padded_dx(dy, kernel, covered, stride, 0)
    down, right = height + 2 * padding - covered[0], width + 2 * padding - covered[1]
    dx = np.pad(dx, ((0, 0), (down, 0), (right, 0), (0, 0)))
    return dx[:, padding : padding + height, padding : padding + width]


@wrong("08.conv_dx_strided", "laid around once more")
def padded_once_more(dy, kernel, image_size, stride, padding=0):
    dx = padded_dx(dy, kernel, image_size, stride, padding)
    return np.pad(dx, ((0, 0), (padding, padding), (padding, padding), (0, 0)))


@wrong("08.conv_dx_strided", "i * stride *minus* padding")
def padding_added(dy, kernel, image_size, stride, padding=0):
    dx = padded_dx(dy, kernel, image_size, stride, padding)
    dx = np.pad(dx, ((0, 0), (padding, 0), (padding, 0), (0, 0)))
    return dx[:, : image_size[0], : image_size[1]]


@wrong("08.conv_dx_strided", "channels and filters are mixed")
def kernel_axes_folded(dy, kernel, image_size, stride, padding=0):
    (h, w), p, mixed = image_size, padding, kernel.swapaxes(2, 3).reshape(kernel.shape)
    return padded_dx(dy, mixed, image_size, stride, padding)[:, p : p + h, p : p + w]


@wrong("08.conv_dx_strided", "divided by the square of the stride")
def divided_by_the_stride(dy, kernel, image_size, stride, padding=0):
    (h, w), p = image_size, padding
    dx = padded_dx(dy, kernel, image_size, stride, padding)[:, p : p + h, p : p + w]
    return dx / stride**2


@wrong("08.conv_dx_strided", "the size that belongs to stride 1")
def as_for_stride_1(dy, kernel, image_size, stride, padding=0):
    return right_dx(dy, kernel)


@wrong("08.conv_dx_strided", "the last row and the last column get nothing")
def bounds_too_narrow(dy, kernel, image_size, stride, padding=0):
    (h, w), p = image_size, padding
    dx = padded_dx(dy, kernel, image_size, stride, padding)[:, p : p + h, p : p + w]
    dx[:, -1], dx[:, :, -1] = 0, 0
    return dx


@wrong("08.conv_dx_strided", "0 is a row too")
def zero_left_out(dy, kernel, image_size, stride, padding=0):
    (h, w), p = image_size, padding
    dx = padded_dx(dy, kernel, image_size, stride, padding)[:, p : p + h, p : p + w]
    dx[:, 0], dx[:, :, 0] = 0, 0
    return dx


@wrong("08.depthwise_backward", "has overwritten the others")
def depthwise_overwritten(x, kernel, dy):
    dx, (kh, kw, _) = np.zeros_like(x), kernel.shape
    for i, j in np.ndindex(dy.shape[1:3]):
        dx[:, i : i + kh, j : j + kw] = dy[:, i, j][:, np.newaxis, np.newaxis] * kernel
    return dx, depthwise(x, kernel, dy)[1]


@wrong("08.depthwise_backward", "an ordinary convolution's kernel")
def ordinary_kernel_gradient(x, kernel, dy):
    return depthwise(x, kernel, dy)[0], weight_gradient(x, dy, kernel.shape[:2], 1)


@wrong("08.depthwise_backward", "dy is summed over the channels")
def all_of_dy(x, kernel, dy):
    return right_dx(dy, kernel[..., np.newaxis].repeat(3, axis=3)), depthwise(x, kernel, dy)[1]


@wrong("08.depthwise_backward", "only the first example counts")
def depthwise_first_example(x, kernel, dy):
    return depthwise(x, kernel, dy)[0], depthwise(x[:1], kernel, dy[:1])[1]


@wrong("08.depthwise_backward", "A sum over n needs +=")
def depthwise_last_example(x, kernel, dy):
    return depthwise(x, kernel, dy)[0], depthwise(x[1:], kernel, dy[1:])[1]


@wrong("08.depthwise_backward", "the kernel's channels are in reverse order")
def depthwise_channels_turned(x, kernel, dy):
    return depthwise(x, kernel[..., ::-1], dy)[0], depthwise(x, kernel, dy)[1]


@wrong("08.depthwise_backward", "reshape does not move numbers")
def depthwise_kernel_folded(x, kernel, dy):
    mixed = kernel.swapaxes(0, 1).reshape(kernel.shape)
    return depthwise(x, mixed, dy)[0], depthwise(x, kernel, dy)[1]


@wrong("08.depthwise_backward", "every weight meets the same pixels")
def depthwise_one_place(x, kernel, dy):
    dx, dkernel = depthwise(x, kernel, dy)
    return dx, dkernel * 0 + dkernel[0, 0]


@wrong("08.depthwise_backward", "with an axis of length 1")
def depthwise_keepdims(x, kernel, dy):
    dx, dkernel = depthwise(x, kernel, dy)
    return dx, dkernel.sum(axis=2, keepdims=True)


@wrong("08.depthwise_backward", "its last rows and columns are missing")
def depthwise_end_cut_off(x, kernel, dy):
    dx, dkernel = depthwise(x, kernel, dy)
    return dx[:, : dy.shape[1], : dy.shape[2]], dkernel


@wrong("08.depthwise_backward", "They are added up, and dy holds")
def depthwise_multiplied_by_the_batch(x, kernel, dy):
    dx, dkernel = depthwise(x, kernel, dy)
    return dx, dkernel * len(x)


@wrong("08.depthwise_backward", "Each has a dx of its own")
def depthwise_dx_multiplied_by_the_batch(x, kernel, dy):
    dx, dkernel = depthwise(x, kernel, dy)
    return dx * len(x), dkernel


@wrong("08.conv_dx", "the last weight's share has overwritten the others")
def dx_assigned_weight_by_weight(dy, kernel):
    _, high, wide, _ = dy.shape
    kh, kw, channels, _ = kernel.shape
    dx = np.zeros((len(dy), high + kh - 1, wide + kw - 1, channels))
    for u, v in np.ndindex(kh, kw):
        dx[:, u : u + high, v : v + wide] = dy @ kernel[u, v].T
    return dx


def _col2im(dy, windows):
    """Each row (kh, kw, C) of the windows' gradient, added to where it was copied from."""
    _, high, wide, kh, kw, channels = windows.shape
    dx = np.zeros((len(dy), high + kh - 1, wide + kw - 1, channels))
    for i, j in np.ndindex(high, wide):
        dx[:, i : i + kh, j : j + kw] += windows[:, i, j]
    return dx


@wrong("08.conv_dx", "the kernel as a matrix is folded the wrong way")
def dx_kernel_folded_in_place_of_transposed(dy, kernel):
    columns = dy @ kernel.reshape(dy.shape[3], -1)
    return _col2im(dy, columns.reshape(*dy.shape[:3], *kernel.shape[:3]))


@wrong("08.conv_dx", "the windows' gradient is taken in the order (c, u, v)")
def dx_windows_channels_first(dy, kernel):
    kh, kw, channels, filters = kernel.shape
    columns = dy @ kernel.reshape(-1, filters).T
    return _col2im(dy, np.moveaxis(columns.reshape(*dy.shape[:3], channels, kh, kw), 3, 5))


@wrong("08.conv_dx", "rows and columns of the window are mixed")
def dx_windows_rows_and_columns_exchanged(dy, kernel):
    kh, kw, channels, filters = kernel.shape
    columns = dy @ kernel.reshape(-1, filters).T
    return _col2im(dy, columns.reshape(*dy.shape[:3], kw, kh, channels).swapaxes(3, 4))


@wrong("08.conv_dx", "expected (2, 5, 7, 4)")
def dx_cut_by_the_wrong_side_of_the_kernel(dy, kernel):
    kh, kw = kernel.shape[:2]
    padded = np.pad(dy, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    dx = np.einsum("npqfuv,uvcf->npqc", windows, kernel[::-1, ::-1])
    return dx[:, :, : dy.shape[2] + kh - 1]


@wrong("08.conv_dx_strided", "the last weight's share has overwritten the others")
def strided_assigned_weight_by_weight(dy, kernel, image_size, stride, padding=0):
    _, high, wide, _ = dy.shape
    kh, kw, channels, _ = kernel.shape
    height, width = image_size
    dx = np.zeros((len(dy), height + 2 * padding, width + 2 * padding, channels))
    for u, v in np.ndindex(kh, kw):
        rows = slice(u, u + stride * (high - 1) + 1, stride)
        columns = slice(v, v + stride * (wide - 1) + 1, stride)
        dx[:, rows, columns] = dy @ kernel[u, v].T
    return dx[:, padding : padding + height, padding : padding + width]


@wrong("08.conv_dx_strided", "is pushed into the image as a whole")
def strided_start_clipped(dy, kernel, image_size, stride, padding=0):
    kh, kw, channels, _ = kernel.shape
    dx = np.zeros((len(dy), *image_size, channels))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = max(0, i * stride - padding), max(0, j * stride - padding)
        part = dx[:, top : top + kh, left : left + kw]
        share = np.tensordot(dy[:, i, j], kernel, axes=(1, 3))
        part += share[:, : part.shape[1], : part.shape[2]]
    return dx


def _strided(dy, kernel, image_size, stride, padding, cut):
    height, width = image_size
    kh, kw, channels, _ = kernel.shape
    dx = np.zeros((len(dy), height + 2 * padding, width + 2 * padding, channels))
    for i, j in np.ndindex(dy.shape[1:3]):
        share = np.tensordot(dy[:, i, j], kernel, axes=(1, 3))
        dx[:, i * stride : i * stride + kh, j * stride : j * stride + kw] += share
    return dx[:, cut:, cut:]


@wrong("08.conv_dx_strided", "is multiplied by the stride")
def strided_cut_at_padding_times_stride(dy, kernel, image_size, stride, padding=0):
    dx = _strided(dy, kernel, image_size, stride, padding, padding * stride)
    return dx[:, : image_size[0], : image_size[1]]


@wrong("08.conv_dx_strided", "it is divided by the stride")
def strided_divided_by_the_stride(dy, kernel, image_size, stride, padding=0):
    dx = _strided(dy, kernel, image_size, stride, padding, padding)
    return dx[:, : image_size[0], : image_size[1]] / stride


def _dw(x, dy, kernel_size, pixels):
    dw = np.empty((*kernel_size, x.shape[3], dy.shape[3]))
    for u, v in np.ndindex(kernel_size):
        dw[u, v] = np.einsum("nijc,nijf->cf", pixels(u, v), dy)
    return dw


@wrong("08.conv_dw", "every weight meets the same pixels, the last ones")
def dw_cut_at_the_wrong_end(x, dy, kernel_size, stride=1):
    _, high, wide, _ = dy.shape
    return _dw(x, dy, kernel_size, lambda u, v: x[:, u::stride, v::stride][:, -high:, -wide:])


@wrong("08.conv_dw", "the stride counts for the rows only")
def dw_stride_of_rows_only(x, dy, kernel_size, stride=1):
    _, high, wide, _ = dy.shape
    return _dw(x, dy, kernel_size, lambda u, v: x[:, u::stride, v:][:, :high, :wide])


@wrong("08.conv_dw", "the place (u, v) is multiplied by the stride too")
def dw_place_times_stride(x, dy, kernel_size, stride=1):
    _, high, wide, _ = dy.shape
    room = np.pad(x, ((0, 0), (0, 99), (0, 99), (0, 0)))

    def pixels(u, v):
        return room[:, u * stride :: stride, v * stride :: stride][:, :high, :wide]

    return _dw(x, dy, kernel_size, pixels)


@wrong("08.conv_dw", "the examples are added up before the product")
def dw_examples_added_first(x, dy, kernel_size, stride=1):
    _, high, wide, _ = dy.shape
    x, dy = x.sum(axis=0, keepdims=True), dy.sum(axis=0, keepdims=True)
    return _dw(x, dy, kernel_size, lambda u, v: x[:, u::stride, v::stride][:, :high, :wide])


def _depthwise(x, kernel, dy):
    dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
    high, wide = dy.shape[1:3]
    for u, v in np.ndindex(kernel.shape[:2]):
        dx[:, u : u + high, v : v + wide] += dy * kernel[u, v]
        dkernel[u, v] = (dy * x[:, u : u + high, v : v + wide]).sum(axis=(0, 1, 2))
    return dx, dkernel


@wrong("08.depthwise_backward", "the last weight's share has overwritten the others")
def depthwise_assigned(x, kernel, dy):
    dx, (high, wide) = np.zeros_like(x), dy.shape[1:3]
    for u, v in np.ndindex(kernel.shape[:2]):
        dx[:, u : u + high, v : v + wide] = dy * kernel[u, v]
    return dx, _depthwise(x, kernel, dy)[1]


@wrong("08.depthwise_backward", "only the last window counts")
def depthwise_last_window(x, kernel, dy):
    for i, j in np.ndindex(dy.shape[1:3]):
        window = x[:, i : i + kernel.shape[0], j : j + kernel.shape[1]]
        dkernel = (dy[:, i : i + 1, j : j + 1] * window).sum(axis=0)
    return _depthwise(x, kernel, dy)[0], dkernel


@wrong("08.depthwise_backward", "dy is summed over the channels first")
def depthwise_pairs_of_channels(x, kernel, dy):
    high, wide = dy.shape[1:3]
    dkernel = np.empty_like(kernel)
    for u, v in np.ndindex(kernel.shape[:2]):
        dkernel[u, v] = np.einsum("nijc,nijd->c", x[:, u : u + high, v : v + wide], dy)
    return _depthwise(x, kernel, dy)[0], dkernel


@wrong("08.conv_db", "only the last example counts")
def db_of_the_last_example(dy):
    for example in dy:
        db = example.sum(axis=(0, 1))
    return db


def windows_of(x, dy, kernel_size, stride):
    windows = sliding_window_view(x, kernel_size, axis=(1, 2))[:, ::stride, ::stride]
    return windows[:, : dy.shape[1], : dy.shape[2]]  # (n, i, j, c, u, v)


@wrong("08.conv_dw", "Transpose the product before it is folded")
def dw_filters_first(x, dy, kernel_size, stride=1):
    product = np.einsum("nijcuv,nijf->fuvc", windows_of(x, dy, kernel_size, stride), dy)
    return product.reshape(*kernel_size, x.shape[3], dy.shape[3])


@wrong("08.conv_dw", "one letter stands for axes of different lengths")
def dw_slices_to_the_end(x, dy, kernel_size, stride=1):
    rows = [
        [np.einsum("nijc,nijf->cf", x[:, u::stride, v::stride], dy) for v in range(kernel_size[1])]
        for u in range(kernel_size[0])
    ]
    return np.array(rows)


@wrong("08.conv_dw", "the kernel's size is worked out from x and dy")
def dw_size_guessed(x, dy, kernel_size, stride=1):
    guessed = [x.shape[k] - stride * (dy.shape[k] - 1) for k in (1, 2)]
    return np.einsum("nijcuv,nijf->uvcf", windows_of(x, dy, guessed, stride), dy)


def dx_by_windows(dy, kernel, size, stride=1, padding=0):
    dx = np.zeros((len(dy), size[0] + 2 * padding, size[1] + 2 * padding, kernel.shape[2]))
    for i, j in np.ndindex(dy.shape[1:3]):
        share = np.tensordot(dy[:, i, j], kernel, axes=(1, 3))
        top, left = i * stride, j * stride
        dx[:, top : top + kernel.shape[0], left : left + kernel.shape[1]] += share
    return dx


def before(dy, kernel):
    return dy.shape[1] + kernel.shape[0] - 1, dy.shape[2] + kernel.shape[1] - 1


@wrong("08.conv_dx", "range(kh - 1) ends before")
def dx_ends_early(dy, kernel):
    kept = np.zeros_like(kernel)
    kept[:-1, :-1] = kernel[:-1, :-1]
    return dx_by_windows(dy, kept, before(dy, kernel))


@wrong("08.conv_dx", "summed over the filters first")
def dx_filters_summed_first(dy, kernel):
    total, size = dy.sum(axis=3, keepdims=True), before(dy, kernel)
    return dx_by_windows(np.broadcast_to(total, dy.shape), kernel, size)


@wrong("08.conv_dx", "dx lies one row too low")
def dx_a_row_too_low(dy, kernel):
    return np.roll(dx_by_windows(dy, kernel, before(dy, kernel)), 1, axis=1)


@wrong("08.conv_dx_strided", "added to the edge of the image")
def border_put_back(dy, kernel, image_size, stride, padding=0):
    whole = dx_by_windows(dy, kernel, image_size, stride, padding)
    dx = np.zeros((len(dy), *image_size, kernel.shape[2]))
    for i, j in np.ndindex(whole.shape[1:3]):
        row = min(max(i - padding, 0), image_size[0] - 1)
        column = min(max(j - padding, 0), image_size[1] - 1)
        dx[:, row, column] += whole[:, i, j]
    return dx


@wrong("08.conv_dx_strided", "windows that begin in the padding are left out")
def border_windows_skipped(dy, kernel, image_size, stride, padding=0):
    inner = np.zeros_like(dy)
    for i, j in np.ndindex(dy.shape[1:3]):
        if i * stride >= padding and j * stride >= padding:
            inner[:, i, j] = dy[:, i, j]
    whole = dx_by_windows(inner, kernel, image_size, stride, padding)
    return whole[:, padding : padding + image_size[0], padding : padding + image_size[1]]


@wrong("08.conv_dx_strided", "windows that reach into the padding are left out")
def only_whole_windows(dy, kernel, image_size, stride, padding=0):
    inner = np.zeros_like(dy)
    for i, j in np.ndindex(dy.shape[1:3]):
        ends = [at * stride - padding + k for at, k in zip((i, j), kernel.shape[:2], strict=True)]
        if min(i, j) * stride >= padding and ends[0] <= image_size[0] and ends[1] <= image_size[1]:
            inner[:, i, j] = dy[:, i, j]
    whole = dx_by_windows(inner, kernel, image_size, stride, padding)
    return whole[:, padding : padding + image_size[0], padding : padding + image_size[1]]


@wrong("08.conv_dx_strided", "cut off above and below, but not at the sides")
def rows_cut_alone(dy, kernel, image_size, stride, padding=0):
    whole = dx_by_windows(dy, kernel, image_size, stride, padding)
    return whole[:, padding : padding + image_size[0], : image_size[1]]


@wrong("08.conv_dx_strided", "is there room for it?")
def no_room_for_the_border(dy, kernel, image_size, stride, padding=0):
    return dx_by_windows(dy, kernel, image_size, stride)


@wrong("08.conv_dx_strided", "the image is not square")
def square_image(dy, kernel, image_size, stride, padding=0):
    side = max(image_size)
    whole = dx_by_windows(dy, kernel, (side, side), stride, padding)
    return whole[:, padding : padding + side, padding : padding + side]


def dw_of(x, dy, kernel_size, stride):
    kh, kw = kernel_size
    high, wide = stride * dy.shape[1], stride * dy.shape[2]
    x = np.pad(x, ((0, 0), (0, high), (0, wide), (0, 0)))
    return np.array([[np.einsum("nijc,nijf->cf", x[:, u : u + high : stride, v : v + wide : stride],
                                dy) for v in range(kw)] for u in range(kh)])  # fmt: skip


@wrong("08.conv_dw", "only the last window counts")
def dw_of_the_last_window(x, dy, kernel_size, stride=1):
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride, j * stride
        window = x[:, top : top + kernel_size[0], left : left + kernel_size[1]]
        dw = np.einsum("nuvc,nf->uvcf", window, dy[:, i, j])
    return dw


@wrong("08.conv_dw", "x is turned by 180 degrees")
def dw_of_x_turned(x, dy, kernel_size, stride=1):
    return dw_of(x[:, ::-1, ::-1], dy, kernel_size, stride)


@wrong("08.conv_dw", "the pixels are added up before the product")
def dw_of_sums(x, dy, kernel_size, stride=1):
    return dw_of(x, np.broadcast_to(dy.sum(axis=(0, 1, 2)), dy.shape), kernel_size, stride)


def dx_of(dy, kernel, image_size, stride, padding):
    kh, kw = kernel.shape[:2]
    dx = np.zeros((len(dy), *(n + 2 * padding for n in image_size), kernel.shape[2]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = i * stride, j * stride
        dx[:, top : top + kh, left : left + kw] += np.einsum("nf,uvcf->nuvc", dy[:, i, j], kernel)
    return dx[:, padding:, padding:][:, : image_size[0], : image_size[1]]


@wrong("08.conv_dx_strided", "upside down")
def dx_rows_turned(dy, kernel, image_size, stride=1, padding=0):
    return dx_of(dy, kernel[::-1], image_size, stride, padding)


@wrong("08.conv_dx_strided", "left and right have changed places")
def dx_columns_turned(dy, kernel, image_size, stride=1, padding=0):
    return dx_of(dy, kernel[:, ::-1], image_size, stride, padding)


@wrong("08.conv_dx_strided", "only the first filter counts")
def dx_of_one_filter(dy, kernel, image_size, stride=1, padding=0):
    return dx_of(dy[..., :1], kernel[..., :1], image_size, stride, padding)


@wrong("08.conv_dx_strided", "only the last filter counts")
def dx_of_the_last_filter(dy, kernel, image_size, stride=1, padding=0):
    return dx_of(dy[..., -1:], kernel[..., -1:], image_size, stride, padding)
