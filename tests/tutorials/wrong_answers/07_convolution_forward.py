"""Wrong answers to the exercises of notebook 07."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tests.tutorials.wrong_answers import wrong


@wrong("07.output_size", "one too few")
def steps_instead_of_windows(size, window, stride=1, padding=0):
    return (size + 2 * padding - window) // stride


@wrong("07.output_size", "reaches over the end")
def rounded_up(size, window, stride=1, padding=0):
    return int(np.ceil((size + 2 * padding - window) / stride)) + 1


@wrong("07.output_size", "a float")
def not_rounded(size, window, stride=1, padding=0):
    return (size + 2 * padding - window) / stride + 1


@wrong("07.output_size", "at both ends")
def padded_once(size, window, stride=1, padding=0):
    return (size + padding - window) // stride + 1


@wrong("07.output_size", "without padding")
def padding_forgotten(size, window, stride=1, padding=0):
    return (size - window) // stride + 1


@wrong("07.output_size", "takes room too")
def only_the_stride(size, window, stride=1, padding=0):
    return (size + 2 * padding) // stride


@wrong("07.output_size", "stride is left out")
def stride_forgotten(size, window, stride=1, padding=0):
    return size + 2 * padding - window + 1


def windows_of(x, kernel_size, stride):
    """(n, i, j, c, u, v)"""
    return sliding_window_view(x, kernel_size, axis=(1, 2))[:, ::stride, ::stride]


def as_matrix(windows, *order):
    return windows.transpose(order).reshape(-1, np.prod(windows.shape[3:]))


@wrong("07.im2col", "order of (c, u, v)")
def channels_first(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, stride), 0, 1, 2, 3, 4, 5)


@wrong("07.im2col", "order of (v, u, c)")
def column_by_column(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, stride), 0, 1, 2, 5, 4, 3)


@wrong("07.im2col", "order of (n, j, i)")
def downwards_first(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, stride), 0, 2, 1, 4, 5, 3)


@wrong("07.im2col", "order of (i, j, n)")
def images_mixed(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, stride), 1, 2, 0, 4, 5, 3)


@wrong("07.im2col", "transposed")
def windows_in_columns(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, stride), 0, 1, 2, 4, 5, 3).T


@wrong("07.im2col", "whatever the stride")
def stride_ignored(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, 1), 0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "begins at pixel (i, j)")
def stride_only_in_the_count(x, kernel_size, stride=1):
    _, high, wide, *_ = windows_of(x, kernel_size, stride).shape
    return as_matrix(windows_of(x, kernel_size, 1)[:, :high, :wide], 0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "last row and the last column")
def one_window_too_few(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, stride)[:, :-1, :-1], 0, 1, 2, 4, 5, 3)


def product(x, kernel, bias, stride, *order):
    filters = kernel.shape[3]
    windows = windows_of(x, kernel.shape[:2], stride)
    matrix = as_matrix(windows, 0, 1, 2, *(order or (4, 5, 3)))
    shape = (*windows.shape[:3], filters)
    return matrix @ kernel.reshape(-1, filters) + bias, shape


@wrong("07.conv_forward", "rows of the kernel's matrix must be")
def weights_in_another_order(x, kernel, bias, stride=1):
    moved = kernel.transpose(2, 0, 1, 3).reshape(kernel.shape)
    rows, shape = product(x, moved, bias, stride)
    return rows.reshape(shape)


@wrong("07.conv_forward", "the columns of im2col must be")
def pixels_in_another_order(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel, bias, stride, 3, 4, 5)
    return rows.reshape(shape)


@wrong("07.conv_forward", "images and filters are mixed")
def transposed_before_the_reshape(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel, bias, stride)
    return rows.T.reshape(shape)


@wrong("07.conv_forward", "filters stand before the pixels")
def filters_first(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel, bias, stride)
    return rows.reshape(shape).transpose(0, 3, 1, 2)


@wrong("07.conv_forward", "turned by 180 degrees")
def turned(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel[::-1, ::-1], bias, stride)
    return rows.reshape(shape)


@wrong("07.conv_forward", "weights of different filters are mixed")
def filters_as_rows(x, kernel, bias, stride=1):
    mixed = kernel.reshape(kernel.shape[3], -1).T.reshape(kernel.shape)
    rows, shape = product(x, mixed, bias, stride)
    return rows.reshape(shape)


@wrong("07.conv_forward", "height and width of the output")
def width_before_height(x, kernel, bias, stride=1):
    rows, (examples, high, wide, filters) = product(x, kernel, bias, stride)
    return rows.reshape(examples, wide, high, filters)


@wrong("07.conv_forward", "the bias is missing")
def no_bias(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel, 0, stride)
    return rows.reshape(shape)


@wrong("07.conv_forward", "not folded back")
def still_a_matrix(x, kernel, bias, stride=1):
    return product(x, kernel, bias, stride)[0]


@wrong("07.conv_forward", "stride is ignored")
def every_window(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel, bias, 1)
    return rows.reshape(shape)


DOWN = np.array([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])


def kernel_of(first, second):
    return np.stack([first, second], axis=-1)[:, :, np.newaxis, :]


def lines_around(x, rows, columns, **settings):
    return np.pad(x, ((0, 0), rows, columns, (0, 0)), **settings)


@wrong("07.pad_same", "the extra line lies at the top or left")
def extra_line_first(x, kernel_size):
    kh, kw = kernel_size
    return lines_around(x, (kh // 2, (kh - 1) // 2), (kw // 2, (kw - 1) // 2))


@wrong("07.pad_same", "all zeros lie at the bottom and right")
def zeros_at_the_end(x, kernel_size):
    return lines_around(x, (0, kernel_size[0] - 1), (0, kernel_size[1] - 1))


@wrong("07.pad_same", "more windows than pixels")
def half_a_window_at_both_ends(x, kernel_size):
    kh, kw = kernel_size
    return lines_around(x, (kh // 2, kh // 2), (kw // 2, kw // 2))


@wrong("07.pad_same", "one line too few")
def rounded_down_at_both_ends(x, kernel_size):
    kh, kw = kernel_size
    return lines_around(x, ((kh - 1) // 2, (kh - 1) // 2), ((kw - 1) // 2, (kw - 1) // 2))


@wrong("07.pad_same", "How many are needed in all?")
def full_padding(x, kernel_size):
    down, right = kernel_size[0] - 1, kernel_size[1] - 1
    return lines_around(x, (down, down), (right, right))


@wrong("07.pad_same", "whatever the window")
def one_line_around(x, kernel_size):
    return lines_around(x, (1, 1), (1, 1))


@wrong("07.pad_same", "rows and columns are exchanged")
def columns_for_rows(x, kernel_size):
    down, right = kernel_size[0] - 1, kernel_size[1] - 1
    return lines_around(x, (right // 2, right - right // 2), (down // 2, down - down // 2))


@wrong("07.pad_same", "It should be 0")
def pixels_repeated(x, kernel_size):
    down, right = kernel_size[0] - 1, kernel_size[1] - 1
    rows, columns = (down // 2, down - down // 2), (right // 2, right - right // 2)
    return lines_around(x, rows, columns, mode="edge")


@wrong("07.pad_same", "has shape")
def every_axis_padded(x, kernel_size):
    return np.pad(x, (kernel_size[0] - 1) // 2)


@wrong("07.edge_filters", "swapped")
def swapped():
    return kernel_of(DOWN.T, DOWN)


@wrong("07.edge_filters", "upside down")
def turned_filters():
    return kernel_of(-DOWN, -DOWN.T)


@wrong("07.edge_filters", "add up to 0")
def blur():
    return kernel_of(DOWN + 1, DOWN.T + 1)


@wrong("07.edge_filters", "a line, not an edge")
def line_filters():
    line = np.array([[-1.0, -1, -1], [2, 2, 2], [-1, -1, -1]])
    return kernel_of(line, line.T)


@wrong("07.edge_filters", "other filter's edge")
def both_edges():
    return kernel_of(DOWN + DOWN.T, DOWN.T)


@wrong("07.edge_filters", "everywhere")
def nothing():
    return np.zeros((3, 3, 1, 2))


@wrong("07.edge_filters", "expected (3, 3, 1, 2)")
def filters_in_front():
    return np.stack([DOWN, DOWN.T])


@wrong("07.output_size", "int() cuts off towards 0")
def cut_off(size, window, stride=1, padding=0):
    return int((size + 2 * padding - window) / stride) + 1


@wrong("07.output_size", "none fits, and 0 is right")
def negative_counts(size, window, stride=1, padding=0):
    return (size + 2 * padding - window) // stride + 1


@wrong("07.output_size", "before the windows are counted")
def padding_counted_after(size, window, stride=1, padding=0):
    return (size - window) // stride + 1 + 2 * padding


@wrong("07.output_size", "rounded up. The window itself")
def keras_same(size, window, stride=1, padding=0):
    return -(-(size + 2 * padding) // stride)


@wrong("07.output_size", "side by side")
def side_by_side(size, window, stride=1, padding=0):
    return (size + 2 * padding) // window


@wrong("07.output_size", "one too many")
def one_more(size, window, stride=1, padding=0):
    return (size + 2 * padding - window) // stride + 2


@wrong("07.im2col", "That is dilation")
def dilated(x, kernel_size, stride=1):
    (kh, kw), s = kernel_size, stride
    big = (kh - 1) * s + 1, (kw - 1) * s + 1
    windows = sliding_window_view(x, big, axis=(1, 2))[..., ::s, ::s]
    return as_matrix(windows, 0, 1, 2, 4, 5, 3)


@wrong("07.conv_forward", "That is a ReLU")
def with_a_relu(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel, bias, stride)
    return np.maximum(rows, 0).reshape(shape)


@wrong("07.conv_forward", "upside down, but right")
def upside_down(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel[::-1], bias, stride)
    return rows.reshape(shape)


@wrong("07.conv_forward", "the mean over the window")
def averaged(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel / kernel[..., 0].size, bias, stride)
    return rows.reshape(shape)


@wrong("07.conv_forward", "only the first channel counts")
def first_channel(x, kernel, bias, stride=1):
    rows, shape = product(x[..., :1], kernel[:, :, :1], bias, stride)
    return rows.reshape(shape)


@wrong("07.receptive_field", "the windows are added up")
def windows_added(layers):
    return sum(window for window, _ in layers)


@wrong("07.receptive_field", "the windows are multiplied")
def windows_multiplied(layers):
    return int(np.prod([window for window, _ in layers]))


@wrong("07.receptive_field", "the strides are left out")
def strides_left_out(layers):
    return 1 + sum(window - 1 for window, _ in layers)


@wrong("07.receptive_field", "in the wrong order")
def first_layer_first(layers):
    size = 1
    for window, stride in layers:
        size = (size - 1) * stride + window
    return size


@wrong("07.receptive_field", "the strides of the layers *before* it")
def own_stride(layers):
    return 1 + sum((window - 1) * stride for window, stride in layers)


@wrong("07.output_size", "compare it with size + 2 * padding")
def guarded_without_padding(size, window, stride=1, padding=0):
    return 0 if size < window else (size + 2 * padding - window) // stride + 1


@wrong("07.output_size", "1 is added before the division")
def one_added_before(size, window, stride=1, padding=0):
    return max(0, (size + 2 * padding - window + 1) // stride)


@wrong("07.output_size", "rounded to the nearest")
def rounded_to_the_nearest(size, window, stride=1, padding=0):
    return max(0, round((size + 2 * padding - window) / stride) + 1)


@wrong("07.output_size", "The window itself takes room too, and the padding")
def size_over_stride(size, window, stride=1, padding=0):
    return size // stride


@wrong("07.output_size", "the window and the stride are exchanged")
def stride_as_window(size, window, stride=1, padding=0):
    return max(0, (size + 2 * padding - stride) // window + 1)


@wrong("07.output_size", "exactly as large as the image")
def guard_too_early(size, window, stride=1, padding=0):
    if window >= size + 2 * padding:
        return 0
    return (size + 2 * padding - window) // stride + 1


@wrong("07.output_size", "before the windows are counted")
def padding_counted_after_and_guarded(size, window, stride=1, padding=0):
    return 0 if window > size else (size - window) // stride + 1 + 2 * padding


@wrong("07.output_size", "return a number")
def written_out(size, window, stride=1, padding=0):
    return str((size + 2 * padding - window) // stride + 1)


@wrong("07.im2col", "not list")
def a_list_of_rows(x, kernel_size, stride=1):
    return list(as_matrix(windows_of(x, kernel_size, stride), 0, 1, 2, 4, 5, 3))


@wrong("07.im2col", "order of (u, c, v)")
def channels_between(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, stride), 0, 1, 2, 4, 3, 5)


@wrong("07.im2col", "(kh, kw), rows first")
def width_before_height_of_the_window(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size[::-1], stride), 0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "every window is square")
def square_windows(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, (kernel_size[0], kernel_size[0]), stride), 0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "only the first image")
def first_image(x, kernel_size, stride=1):
    return as_matrix(windows_of(x[:1], kernel_size, stride), 0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "only the first channel")
def first_channel_of_windows(x, kernel_size, stride=1):
    return as_matrix(windows_of(x[..., :1], kernel_size, stride), 0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "reverse order")
def images_reversed(x, kernel_size, stride=1):
    return as_matrix(windows_of(x[::-1], kernel_size, stride), 0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "a matrix of their own")
def a_matrix_for_each_image(x, kernel_size, stride=1):
    rows = as_matrix(windows_of(x, kernel_size, stride), 0, 1, 2, 4, 5, 3)
    return rows.reshape(len(x), -1, rows.shape[1])


@wrong("07.im2col", "not flattened")
def windows_left_as_they_are(x, kernel_size, stride=1):
    return windows_of(x, kernel_size, stride).transpose(0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "turned by 180 degrees")
def windows_turned(x, kernel_size, stride=1):
    turned = windows_of(x, kernel_size, stride)[..., ::-1, ::-1]
    return as_matrix(turned, 0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "the image's numbers in their order")
def the_image_in_rows(x, kernel_size, stride=1):
    return np.resize(x, as_matrix(windows_of(x, kernel_size, stride), 0, 1, 2, 4, 5, 3).shape)


@wrong("07.im2col", "on the way down only")
def stride_of_rows(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, 1)[:, ::stride], 0, 1, 2, 4, 5, 3)


@wrong("07.im2col", "on the way to the right only")
def stride_of_columns(x, kernel_size, stride=1):
    return as_matrix(windows_of(x, kernel_size, 1)[:, :, ::stride], 0, 1, 2, 4, 5, 3)


def forward(x, kernel, bias, stride=1):
    rows, shape = product(x, kernel, bias, stride)
    return rows.reshape(shape)


@wrong("07.conv_forward", "the sum of all biases")
def biases_added_up(x, kernel, bias, stride=1):
    return forward(x, kernel, bias.sum(), stride)


@wrong("07.conv_forward", "the bias is multiplied")
def bias_as_a_factor(x, kernel, bias, stride=1):
    return forward(x, kernel, 0, stride) * bias


@wrong("07.conv_forward", "its channels are in reverse")
def everything_turned(x, kernel, bias, stride=1):
    return forward(x, kernel[::-1, ::-1, ::-1], bias, stride)


@wrong("07.conv_forward", "rows and columns of the kernel are exchanged")
def kernel_transposed(x, kernel, bias, stride=1):
    return forward(x, kernel.swapaxes(0, 1).reshape(kernel.shape), bias, stride)


@wrong("07.conv_forward", "reshaped to (n, f, i, j)")
def reshaped_to_filters_first(x, kernel, bias, stride=1):
    rows, (examples, high, wide, filters) = product(x, kernel, bias, stride)
    return rows.reshape(examples, filters, high, wide)


@wrong("07.conv_forward", "i and j are exchanged")
def rows_for_columns(x, kernel, bias, stride=1):
    return forward(x, kernel, bias, stride).swapaxes(1, 2)


@wrong("07.conv_forward", "zeros are laid around the image")
def padded_forward(x, kernel, bias, stride=1):
    kh, kw = kernel.shape[:2]
    return forward(lines_around(x, (kh // 2,) * 2, (kw // 2,) * 2), kernel, bias, stride)


@wrong("07.conv_forward", "before the windows are taken")
def pixels_left_out(x, kernel, bias, stride=1):
    return forward(x[:, ::stride, ::stride], kernel, bias)


@wrong("07.conv_forward", "That is dilation")
def dilated_forward(x, kernel, bias, stride=1):
    kh, kw, _, filters = kernel.shape
    high, wide = (x.shape[1 + k] - (kernel.shape[k] - 1) * stride for k in (0, 1))
    rows = dilated(x, (kh, kw), stride) @ kernel.reshape(-1, filters) + bias
    return rows.reshape(len(x), high, wide, filters)


@wrong("07.edge_filters", "not list")
def filters_as_a_list():
    return kernel_of(DOWN, DOWN.T).tolist()


@wrong("07.edge_filters", "in this order")
def filters_before_the_channel():
    return kernel_of(DOWN, DOWN.T).swapaxes(2, 3)


def stepwise(layers, step):
    """step(jump, stride) is the jump of the next layer."""
    size, jump = 1, 1
    for window, stride in layers:
        size += (window - 1) * jump
        jump = step(jump, stride)
    return size


def field(layers):
    return stepwise(layers, lambda jump, stride: jump * stride)


@wrong("07.receptive_field", "the strides are added up. They multiply")
def strides_added(layers):
    return stepwise(layers, lambda jump, stride: jump + stride - 1)


@wrong("07.receptive_field", "only the largest stride counts. They multiply")
def largest_stride(layers):
    return stepwise(layers, max)


@wrong("07.receptive_field", "the stride of the layer just before")
def last_stride(layers):
    return stepwise(layers, lambda jump, stride: stride)


@wrong("07.receptive_field", "changes the list layers")
def list_emptied(layers):
    size = 1
    while layers:
        window, stride = layers.pop()
        size = (size - 1) * stride + window
    return size


@wrong("07.receptive_field", "changes the list layers")
def list_reversed(layers):
    layers.reverse()
    return first_layer_first(layers)


@wrong("07.receptive_field", "how many pixels are seen")
def pixels_counted(layers):
    pixels = {0}
    for window, stride in reversed(layers):
        pixels = {i * stride + u for i in pixels for u in range(window)}
    return len(pixels)


@wrong("07.receptive_field", "no whole number")
def field_as_a_float(layers):
    return float(field(layers))


@wrong("07.receptive_field", "windows and strides are multiplied")
def everything_multiplied(layers):
    return int(np.prod(layers))


@wrong("07.receptive_field", "(n - 1) * stride + window")
def one_step_too_many(layers):
    size = 1
    for window, stride in reversed(layers):
        size = size * stride + window
    return size


@wrong("07.receptive_field", "its layer's own stride too")
def own_stride_too(layers):
    size, jump = 1, 1
    for window, stride in layers:
        jump *= stride
        size += (window - 1) * jump
    return size


@wrong("07.receptive_field", "a window of k adds k steps")
def a_step_for_each_weight(layers):
    return field([(window + 1, stride) for window, stride in layers])


@wrong("07.receptive_field", "the last layer does not count")
def without_the_last(layers):
    return field(layers[:-1])


@wrong("07.receptive_field", "the first layer does not count")
def without_the_first(layers):
    return field(layers[1:])


@wrong("07.receptive_field", "window and stride are exchanged")
def window_for_stride(layers):
    return field([(stride, window) for window, stride in layers])


@wrong("07.receptive_field", "this is the area")
def area(layers):
    return field(layers) ** 2


@wrong("07.receptive_field", "a list of one number")
def field_in_a_list(layers):
    return [field(layers)]


@wrong("07.receptive_field", "the stride is guessed from the window")
def stride_guessed(layers):
    return field([(window, 2 if window == 2 else 1) for window, _ in layers])


@wrong("07.receptive_field", "With no layer at all")
def begins_with_the_last_layer(layers):
    size = layers[-1][0]
    for window, stride in layers[-2::-1]:
        size = (size - 1) * stride + window
    return size


def _each_window(x, kernel_size, stride):
    kh, kw = kernel_size
    high, wide = ((x.shape[1 + k] - kernel_size[k]) // stride + 1 for k in (0, 1))
    for n, i, j in np.ndindex(len(x), high, wide):
        top, left = i * stride, j * stride
        yield (n, i, j), (high, wide), x[n, top : top + kh, left : left + kw]


@wrong("07.im2col", "is order='F' in it?")
def flattened_by_columns(x, kernel_size, stride=1):
    return np.array(
        [window.ravel(order="F") for _, _, window in _each_window(x, kernel_size, stride)]
    )


@wrong("07.im2col", "have overwritten those of the one before")
def row_number_without_the_example(x, kernel_size, stride=1):
    windows = list(_each_window(x, kernel_size, stride))
    matrix = np.zeros((len(windows), windows[0][2].size))
    for (_, i, j), (_, wide), window in windows:
        matrix[i * wide + j] = window.ravel()
    return matrix


def _product(x, kernel, bias, stride):
    windows = _each_window(x, kernel.shape[:2], stride)
    rows = np.array([window.ravel() for _, _, window in windows])
    high, wide = ((x.shape[1 + k] - kernel.shape[k]) // stride + 1 for k in (0, 1))
    return rows @ kernel.reshape(-1, len(bias)) + bias, high, wide


@wrong("07.conv_forward", "the rows of the product are folded as (i, j, n)")
def folded_with_the_examples_last(x, kernel, bias, stride=1):
    product, high, wide = _product(x, kernel, bias, stride)
    return product.reshape(high, wide, len(x), -1).transpose(2, 0, 1, 3)


@wrong("07.conv_forward", "every window begins one pixel too far down")
def begun_at_one(x, kernel, bias, stride=1):
    shifted = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)))[:, 1:, 1:]
    product, high, wide = _product(shifted, kernel, bias, stride)
    return product.reshape(len(x), high, wide, -1)


def _around(k):
    return (k - 1) // 2, k - 1 - (k - 1) // 2


@wrong("07.pad_same", "zeros are added to the examples and the rows")
def pairs_on_the_first_axes(x, kernel_size):
    kh, kw = kernel_size
    return np.pad(x, (_around(kh), _around(kw), (0, 0), (0, 0)))


@wrong("07.pad_same", "zeros are added to the columns and the channels")
def pairs_on_the_last_axes(x, kernel_size):
    kh, kw = kernel_size
    return np.pad(x, ((0, 0), (0, 0), _around(kh), _around(kw)))


@wrong("07.pad_same", "the height of the window, kh, is used for both axes")
def height_on_both_axes(x, kernel_size):
    return np.pad(x, ((0, 0), _around(kernel_size[0]), _around(kernel_size[0]), (0, 0)))


@wrong("07.edge_filters", "it is the wrong way round from left to right")
def right_edge_turned():
    down = np.array([[-1.0] * 3, [0.0] * 3, [1.0] * 3])
    return np.stack([down, -down.T], axis=-1)[:, :, np.newaxis, :]


def _backwards(layers, step):
    size = 1
    for window, stride in reversed(layers):
        size = step(size, window, stride)
    return size


@wrong("07.receptive_field", "one too few is counted in every layer")
def one_too_few_a_layer(layers):
    return _backwards(layers, lambda size, window, stride: (size - 1) * stride + window - 1)


@wrong("07.receptive_field", "the last one is a whole window wide, not one less")
def all_steps_and_a_shorter_window(layers):
    return _backwards(layers, lambda size, window, stride: size * stride + window - 1)


@wrong("07.receptive_field", "only the first layer counts")
def first_layer_alone(layers):
    return layers[0][0] if layers else 1


@wrong("07.output_size", "as much padding as Keras's `same` takes")
def as_with_same(size, window, stride=1, padding=0):
    return -(-size // stride)


@wrong("07.im2col", "the pieces differ in size")
def counts_exchanged(x, kernel_size, stride=1):
    kh, kw = kernel_size
    wide, high = ((x.shape[k + 1] - kernel_size[k]) // stride + 1 for k in (0, 1))
    return np.array([image[i * stride : i * stride + kh, j * stride : j * stride + kw].ravel()
                     for image in x for i in range(high) for j in range(wide)])  # fmt: skip


def product_of(x, kernel, bias, stride):
    windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nijcuv,uvcf->nijf", windows, kernel) + bias


@wrong("07.conv_forward", "folded as (n, f, i, j), and moved")
def folded_by_filters_and_moved(x, kernel, bias, stride=1):
    y = product_of(x, kernel, bias, stride)
    n, high, wide, filters = y.shape
    return y.reshape(n, filters, high, wide).transpose(0, 2, 3, 1)


@wrong("07.conv_forward", "folded as (n, j, i, f), and moved")
def folded_by_columns_and_moved(x, kernel, bias, stride=1):
    y = product_of(x, kernel, bias, stride)
    n, high, wide, filters = y.shape
    return y.reshape(n, wide, high, filters).transpose(0, 2, 1, 3)


@wrong("07.pad_same", "as many zeros as the window has lines. It takes one fewer")
def padded_by_the_window(x, kernel_size):
    kh, kw = kernel_size
    return np.pad(x, ((0, 0), (kh // 2, kh - kh // 2), (kw // 2, kw - kw // 2), (0, 0)))


@wrong("07.edge_filters", "their weights are mixed")
def filters_reshaped():
    down = np.repeat([-1.0, 0.0, 1.0], 3).reshape(3, 3)
    return np.array([down, down.T]).reshape(3, 3, 1, 2)


@wrong("07.receptive_field", "the way back begins with no number")
def from_nothing(layers):
    size = 0
    for window, stride in reversed(layers):
        size = (size - 1) * stride + window
    return size


@wrong("07.receptive_field", "the strides are added to one another, from 1 on")
def steps_added(layers):
    size, step = 1, 1
    for window, stride in layers:
        size += (window - 1) * step
        step += stride
    return size


@wrong("07.receptive_field", "only the strides are multiplied")
def strides_alone(layers):
    return math.prod(stride for _, stride in layers)


@wrong("07.im2col", "turned by 180 degrees before its windows are taken")
def picture_turned_first(x, kernel_size, stride=1):
    return as_matrix(windows_of(x[:, ::-1, ::-1], kernel_size, stride), 0, 1, 2, 4, 5, 3)


def convolved(x, kernel, stride):
    windows = as_matrix(windows_of(x, kernel.shape[:2], stride), 0, 1, 2, 4, 5, 3)
    shape = windows_of(x, kernel.shape[:2], stride).shape[:3]
    return (windows @ kernel.reshape(-1, kernel.shape[3])).reshape(*shape, -1)


@wrong("07.conv_forward", "the bias is added twice")
def bias_twice(x, kernel, bias, stride=1):
    return convolved(x, kernel, stride) + 2 * bias


@wrong("07.conv_forward", "the filters come first in the kernel's matrix")
def kernel_with_filters_first(x, kernel, bias, stride=1):
    return convolved(x, kernel.transpose(3, 0, 1, 2).reshape(kernel.shape), stride) + bias
