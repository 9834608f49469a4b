"""Wrong answers to the exercises of notebook 10."""

import math

import numpy as np

from tests.tutorials.wrong_answers import wrong
from tinynet import softmax_cross_entropy


@wrong("10.conv_cost", "the biases are missing")
def without_biases(height, width, kernel_shape):
    kh, kw, _, _ = kernel_shape
    weights = math.prod(kernel_shape)
    return weights, (height - kh + 1) * (width - kw + 1) * weights


@wrong("10.conv_cost", "would not fit")
def a_window_for_each_pixel(height, width, kernel_shape):
    weights = math.prod(kernel_shape)
    return weights + kernel_shape[3], height * width * weights


@wrong("10.conv_cost", "the biases are counted too")
def biases_multiplied(height, width, kernel_shape):
    kh, kw, _, filters = kernel_shape
    parameters = math.prod(kernel_shape) + filters
    return parameters, (height - kh + 1) * (width - kw + 1) * parameters


@wrong("10.conv_cost", "the channels are missing")
def without_channels(height, width, kernel_shape):
    kh, kw, _, filters = kernel_shape
    weights = kh * kw * filters
    return weights + filters, (height - kh + 1) * (width - kw + 1) * weights


@wrong("10.conv_cost", "return (parameters, multiply-adds)")
def in_the_other_order(height, width, kernel_shape):
    kh, kw, _, filters = kernel_shape
    weights = math.prod(kernel_shape)
    return (height - kh + 1) * (width - kw + 1) * weights, weights + filters


@wrong("10.conv_cost", "miscounted")
def one_place_too_few(height, width, kernel_shape):
    kh, kw, _, filters = kernel_shape
    weights = math.prod(kernel_shape)
    return weights + filters, (height - kh) * (width - kw) * weights


@wrong("10.slope_along", "forward difference")
def to_one_side(f, x, direction, h=1e-5):
    return (f(x + h * direction) - f(x)) / h


@wrong("10.slope_along", "2h apart")
def divided_by_one_step(f, x, direction, h=1e-5):
    return (f(x + h * direction) - f(x - h * direction)) / h


@wrong("10.slope_along", "Its length counts")
def shortened(f, x, direction, h=1e-5):
    v = direction / np.linalg.norm(direction)
    return (f(x + h * v) - f(x - h * v)) / (2 * h)


@wrong("10.slope_along", "changes its argument x")
def moves_the_callers_array(f, x, direction, h=1e-5):
    x += h * direction
    above = f(x)
    x -= 2 * h * direction
    return (above - f(x)) / (2 * h)


@wrong("10.slope_along", "Asked for is one number")
def entry_by_entry(f, x, direction, h=1e-5):
    slopes = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h * direction[index]
        slopes[index] = (f(x + step) - f(x - step)) / (2 * h)
    return slopes


@wrong("10.slope_along", "two calls are enough")
def sum_of_single_slopes(f, x, direction, h=1e-5):
    return entry_by_entry(f, x, direction, h).sum()


def backward(model, image, dscores):
    model.forward(image[np.newaxis, :, :, np.newaxis], keep=True)
    return model.backward(dscores[np.newaxis])[0, :, :, 0]


@wrong("10.saliency", "scores of all digits are added up")
def all_scores(model, image, digit):
    return backward(model, image, np.ones(model.output_shape))


@wrong("10.saliency", "gradient of the loss")
def of_the_loss(model, image, digit):
    x = image[np.newaxis, :, :, np.newaxis]
    _, dscores = softmax_cross_entropy(model.forward(x, keep=True), np.array([digit]))
    return model.backward(dscores)[0, :, :, 0]


@wrong("10.saliency", "the largest score")
def of_the_answer(model, image, digit):
    scores = model.forward(image[np.newaxis, :, :, np.newaxis])[0]
    return backward(model, image, np.eye(len(scores))[scores.argmax()])


@wrong("10.saliency", "for the digit or against it")
def absolute(model, image, digit):
    return np.abs(backward(model, image, np.eye(model.output_shape[0])[digit]))


@wrong("10.saliency", "axes for the batch and the channel")
def with_all_axes(model, image, digit):
    return backward(model, image, np.eye(model.output_shape[0])[digit])[
        np.newaxis, :, :, np.newaxis
    ]


@wrong("10.saliency", "call forward(x, keep=True) first")
def keeps_nothing(model, image, digit):
    model.forward(image[np.newaxis, :, :, np.newaxis], training=True)
    return model.backward(np.eye(model.output_shape[0])[[digit]])[0, :, :, 0]


def centre(image):
    rows, columns = np.indices(image.shape)
    return (image * rows).sum() / image.sum(), (image * columns).sum() / image.sum()


def shifted(image, down, right):
    padded = np.pad(image, 28)
    return padded[28 - down : 56 - down, 28 - right : 56 - right].copy()


@wrong("10.centred", "comes in at the other")
def rolled(image):
    row, column = centre(image)
    return np.roll(image, (round(14 - row), round(14 - column)), (0, 1))


@wrong("10.centred", "the wrong way")
def away(image):
    row, column = centre(image)
    return shifted(image, round(row - 14), round(column - 14))


@wrong("10.centred", "rows and columns are exchanged")
def exchanged(image):
    row, column = centre(image)
    return shifted(image, round(14 - column), round(14 - row))


@wrong("10.centred", "centre of the box")
def by_the_box(image):
    rows, columns = np.nonzero(image)
    middle = rows.min() + rows.max() + 1, columns.min() + columns.max() + 1
    return shifted(image, *((28 - each + 1) // 2 for each in middle))


@wrong("10.centred", "each inked pixel counts alike")
def unweighted(image):
    return shifted(image, *(round(14 - axis.mean()) for axis in np.nonzero(image)))


@wrong("10.centred", "cut off where it should be rounded")
def cut_off(image):
    return shifted(image, *(int(14 - each) for each in centre(image)))


@wrong("10.centred", "13.5 in place of 14")
def in_the_middle_of_the_frame(image):
    return shifted(image, *(round(13.5 - each) for each in centre(image)))


@wrong("10.centred", "a blank image, centred")
def divides_by_nothing(image):
    if image.sum() == 0:
        return image / image.sum()
    row, column = centre(image)
    return shifted(image, round(14 - row), round(14 - column))


@wrong("10.conv_cost", "counted twice")
def sums_and_products(height, width, kernel_shape):
    kh, kw, _, filters = kernel_shape
    weights = math.prod(kernel_shape)
    return weights + filters, 2 * (height - kh + 1) * (width - kw + 1) * weights


@wrong("10.conv_cost", "the filters are missing: each has weights")
def one_filter(height, width, kernel_shape):
    kh, kw, channels, filters = kernel_shape
    return kh * kw * channels + filters, 0


@wrong("10.conv_cost", "laid beside the next one")
def windows_side_by_side(height, width, kernel_shape):
    kh, kw, _, filters = kernel_shape
    weights = math.prod(kernel_shape)
    return weights + filters, (height // kh) * (width // kw) * weights


@wrong("10.slope_along", "backward difference")
def to_the_other_side(f, x, direction, h=1e-5):
    return (f(x) - f(x - h * direction)) / h


@wrong("10.slope_along", "the sign is turned")
def backwards(f, x, direction, h=1e-5):
    return (f(x - h * direction) - f(x + h * direction)) / (2 * h)


@wrong("10.slope_along", "the direction's length squared")
def divided_by_the_square(f, x, direction, h=1e-5):
    slope = (f(x + h * direction) - f(x - h * direction)) / (2 * h)
    return slope / np.sum(direction**2)


def probabilities(model, image):
    z = model.forward(image[np.newaxis, :, :, np.newaxis])[0]
    e = np.exp(z - z.max())
    return e / e.sum()


@wrong("10.saliency", "logarithm of the digit's probability")
def of_the_log_probability(model, image, digit):
    p = probabilities(model, image)
    return backward(model, image, np.eye(len(p))[digit] - p)


@wrong("10.saliency", "gradient of the digit's probability")
def of_the_probability(model, image, digit):
    p = probabilities(model, image)
    return backward(model, image, p[digit] * (np.eye(len(p))[digit] - p))


@wrong("10.saliency", "a margin over the runner-up")
def margin(model, image, digit):
    z = model.forward(image[np.newaxis, :, :, np.newaxis])[0].copy()
    z[digit] = -np.inf
    return backward(model, image, np.eye(len(z))[digit] - np.eye(len(z))[z.argmax()])


@wrong("10.saliency", "by its largest entry")
def scaled_for_a_picture(model, image, digit):
    gradient = backward(model, image, np.eye(model.output_shape[0])[digit])
    return gradient / np.abs(gradient).max()


@wrong("10.centred", "a negative index counts from the end")
def bounded_above_only(image):
    row, column = centre(image) if image.any() else (14, 14)
    down, right = round(14 - row), round(14 - column)
    moved = np.zeros_like(image)
    for i, j in np.argwhere(image):
        if i + down < 28 and j + right < 28:
            moved[i + down, j + right] = image[i, j]
    return moved


@wrong("10.centred", "not its direction")
def always_downwards(image):
    row, column = centre(image)
    return shifted(image, abs(round(14 - row)), abs(round(14 - column)))


@wrong("10.centred", "counted from 1")
def counted_from_one(image):
    row, column = centre(image)
    return shifted(image, round(13 - row), round(13 - column))


def scaled_branch(x, scale, dy):
    return dy * (1 + scale * (x > 0)), (dy * np.maximum(x, 0)).sum(axis=0)


@wrong("10.scaled_branch_backward", "the shortcut is forgotten")
def branch_alone(x, scale, dy):
    return dy * scale * (x > 0), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "the branch is forgotten")
def shortcut_alone(x, scale, dy):
    return dy.copy(), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "the mask lies on the shortcut too")
def mask_on_both(x, scale, dy):
    return dy * (1 + scale) * (x > 0), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "the mask is forgotten")
def mask_on_neither(x, scale, dy):
    return dy * (1 + scale), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "Each channel has a scale of its own")
def one_scale(x, scale, dy):
    return scaled_branch(x, scale, dy)[0], (dy * np.maximum(x, 0)).sum()


@wrong("10.scaled_branch_backward", "x took the place of max(x, 0)")
def scale_of_x(x, scale, dy):
    return scaled_branch(x, scale, dy)[0], (dy * x).sum(axis=0)


@wrong("10.scaled_branch_backward", "nothing is summed")
def scale_not_summed(x, scale, dy):
    return scaled_branch(x, scale, dy)[0], dy * np.maximum(x, 0)
