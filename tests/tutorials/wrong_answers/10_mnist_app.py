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


@wrong("10.centred", "the shift is cut off")
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


@wrong("10.conv_cost", "one bias in all")
def a_single_bias(height, width, kernel_shape):
    return math.prod(kernel_shape) + 1, 0


@wrong("10.conv_cost", "kh and kw are exchanged")
def window_exchanged(height, width, kernel_shape):
    kh, kw, _, filters = kernel_shape
    weights = math.prod(kernel_shape)
    return weights + filters, (height - kw + 1) * (width - kh + 1) * weights


@wrong("10.conv_cost", "taken for squares")
def squares(height, width, kernel_shape):
    kh, _, channels, filters = kernel_shape
    weights = kh * kh * channels * filters
    return math.prod(kernel_shape) + filters, (height - kh + 1) ** 2 * weights


@wrong("10.conv_cost", "the window is taken for a square")
def square_weights(height, width, kernel_shape):
    kh, _, channels, filters = kernel_shape
    return kh * kh * channels * filters + filters, without_biases(height, width, kernel_shape)[1]


@wrong("10.conv_cost", "the channels where the filters do")
def channels_for_filters(height, width, kernel_shape):
    kh, kw, channels, _ = kernel_shape
    return (kh * kw * channels + 1) * channels, 0


@wrong("10.conv_cost", "two plain numbers")
def cost_as_an_array(height, width, kernel_shape):
    return np.array(without_biases(height, width, kernel_shape))


def along(f, x, direction, h):
    return (f(x + h * direction) - f(x - h * direction)) / (2 * h)


@wrong("10.slope_along", "is another h typed in")
def h_typed_in(f, x, direction, h=1e-5):
    return along(f, x, direction, 1e-5)


@wrong("10.slope_along", "is another h typed in")
def h_far_too_small(f, x, direction, h=1e-5):
    return along(f, x, direction, 1e-12)


@wrong("10.slope_along", "write / (2 * h)")
def times_h(f, x, direction, h=1e-5):
    return (f(x + h * direction) - f(x - h * direction)) / 2 * h


@wrong("10.slope_along", "x + h - h is not x")
def put_back_by_arithmetic(f, x, direction, h=1e-5):
    x += h * direction
    above = f(x)
    x -= 2 * h * direction
    below = f(x)
    x += h * direction
    return (above - below) / (2 * h)


@wrong("10.slope_along", "a plain number, not an array")
def slope_in_an_array(f, x, direction, h=1e-5):
    return np.array([along(f, x, direction, h)])


@wrong("10.slope_along", "divided by the direction's length. Its")
def divided_by_the_length(f, x, direction, h=1e-5):
    return along(f, x, direction, h) / np.linalg.norm(direction)


@wrong("10.slope_along", "the direction does not enter: all entries move by h.")
def direction_ignored(f, x, direction, h=1e-5):
    return along(f, x, np.ones_like(x), h)


@wrong("10.slope_along", "but for its mean")
def direction_averaged(f, x, direction, h=1e-5):
    return along(f, x, np.full_like(x, direction.mean()), h)


@wrong("10.slope_along", "only the direction's signs")
def signs_of_the_direction(f, x, direction, h=1e-5):
    return along(f, x, np.sign(direction), h)


@wrong("10.slope_along", "the direction's numbers are squared")
def direction_squared(f, x, direction, h=1e-5):
    return along(f, x, direction**2, h)


@wrong("10.slope_along", "the slope is multiplied by the direction")
def direction_afterwards(f, x, direction, h=1e-5):
    return along(f, x, np.ones_like(x), h) * direction


@wrong("10.slope_along", "Stay in float64")
def in_float32(f, x, direction, h=1e-5):
    above, below = x + h * direction, x - h * direction
    return (f(above.astype(np.float32)) - f(below.astype(np.float32))) / (2 * h)


@wrong("10.saliency", "training=True) is for training")
def asked_as_in_training(model, image, digit):
    scores = model.forward(image[np.newaxis, :, :, np.newaxis], training=True, keep=True)
    return model.backward(np.eye(scores.shape[1])[[digit]])[0, :, :, 0]


@wrong("10.saliency", "changes the model's weights")
def weights_changed(model, image, digit):
    gradient = backward(model, image, np.eye(model.output_shape[0])[digit])
    for parameter in model.parameters().values():
        parameter.value[...] -= 0.1 * parameter.grad
    return gradient


@wrong("10.saliency", "other numbers than the image's")
def scaled_again(model, image, digit):
    return backward(model, image / 255, np.eye(model.output_shape[0])[digit])


@wrong("10.saliency", "other numbers than the image's")
def rounded_to_float32(model, image, digit):
    rounded = image.astype(np.float32).astype(np.float64)
    return backward(model, rounded, np.eye(model.output_shape[0])[digit])


@wrong("10.saliency", "one backward pass gives all slopes")
def by_differences(model, image, digit):
    gradient = np.zeros_like(image)
    for index in np.ndindex(image.shape):
        step = np.zeros_like(image)
        step[index] = 0.1
        above, below = (
            model.forward(each[np.newaxis, :, :, np.newaxis])[0, digit]
            for each in (image + step, image - step)
        )
        gradient[index] = (above - below) / 0.2
    return gradient


@wrong("10.saliency", "dscores holds the scores themselves")
def scores_as_gradient(model, image, digit):
    scores = model.forward(image[np.newaxis, :, :, np.newaxis], keep=True)
    return model.backward(scores)[0, :, :, 0]


@wrong("10.saliency", "the score beside it")
def digit_counted_from_one(model, image, digit):
    return backward(model, image, np.eye(model.output_shape[0])[digit - 1])


@wrong("10.saliency", "the next score")
def digit_one_too_far(model, image, digit):
    return backward(model, image, np.eye(model.output_shape[0])[(digit + 1) % 5])


@wrong("10.saliency", "in the batch twice")
def two_copies_added(model, image, digit):
    both = image[np.newaxis, :, :, np.newaxis].repeat(2, axis=0)
    scores = model.forward(both, keep=True)
    dscores = np.zeros_like(scores)
    dscores[:, digit] = 1
    return model.backward(dscores).sum(axis=0)[:, :, 0]


def moved_by(image, shift):
    """shift turns the centre's row, or column, into whole pixels to move."""
    if not image.any():
        return image.copy()
    return shifted(image, *(int(shift(each)) for each in centre(image)))


@wrong("10.centred", "the target (13, 13)")
def target_13(image):
    return moved_by(image, lambda each: round(13 - each))


@wrong("10.centred", "too low and too far right. The target")
def target_15(image):
    return moved_by(image, lambda each: round(15 - each))


@wrong("10.centred", "too far left. The target")
def target_14_13(image):
    row, column = centre(image)
    return shifted(image, round(14 - row), round(13 - column))


@wrong("10.centred", "too high. The target")
def target_13_14(image):
    row, column = centre(image)
    return shifted(image, round(13 - row), round(14 - column))


@wrong("10.centred", "rounded up, not to the nearest")
def shift_rounded_up(image):
    return moved_by(image, lambda each: math.ceil(14 - each))


@wrong("10.centred", "14.5 in place of 14")
def target_behind_the_middle(image):
    return moved_by(image, lambda each: round(14.5 - each))


@wrong("10.centred", "or rounded down")
def shift_rounded_down(image):
    return moved_by(image, lambda each: math.floor(14 - each))


@wrong("10.centred", "ink squared")
def weighted_by_squares(image):
    row, column = centre(image.astype(float) ** 2)
    return shifted(image, round(14 - row), round(14 - column))


@wrong("10.centred", "bytes (uint8) come back as float64")
def always_floats(image):
    moved = np.zeros((28, 28))
    moved[...] = moved_by(image, lambda each: round(14 - each))
    return moved


@wrong("10.centred", "moved by parts of pixels")
def blurred(image):
    down = moved_by(image, lambda each: math.floor(14 - each))
    return (down + moved_by(image, lambda each: math.ceil(14 - each))) / 2


@wrong("10.centred", "at most")
def moved_a_little(image):
    return moved_by(image, lambda each: np.clip(round(14 - each), -4, 4))


@wrong("10.centred", "drawn on into what comes in")
def border_drawn_on(image):
    if not image.any():
        return image.copy()
    down, right = (round(14 - each) for each in centre(image))
    padded = np.pad(image, 28, mode="edge")
    return padded[28 - down : 56 - down, 28 - right : 56 - right]


@wrong("10.centred", "nothing is left")
def blank(image):
    return np.zeros_like(image)


@wrong("10.centred", "A blank image has no centre")
def blank_not_thought_of(image):
    row, column = centre(image)
    return shifted(image, round(14 - row), round(14 - column))


@wrong("10.scaled_branch_backward", "this is dscale")
def results_exchanged(x, scale, dy):
    return scaled_branch(x, scale, dy)[::-1]


@wrong("10.scaled_branch_backward", "its slope is 0 there, not -1")
def sign_as_mask(x, scale, dy):
    return dy * (1 + scale * np.sign(x)), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "the mask is the wrong way round")
def mask_inverted(x, scale, dy):
    return dy * (1 + scale * (x < 0)), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "the mask is made from dy")
def mask_of_dy(x, scale, dy):
    return dy * (1 + scale * (dy > 0)), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "the branch is subtracted")
def branch_subtracted(x, scale, dy):
    return dy * (1 - scale * (x > 0)), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "x has stayed in it")
def times_the_relu(x, scale, dy):
    return dy * (1 + scale * np.maximum(x, 0)), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "a negative scale is taken for 0")
def positive_scales(x, scale, dy):
    return dy * (1 + scale * (x > 0) * (scale > 0)), scaled_branch(x, scale, dy)[1]


@wrong("10.scaled_branch_backward", "divided by the number of examples")
def dx_averaged(x, scale, dy):
    dx, dscale = scaled_branch(x, scale, dy)
    return dx / len(x), dscale


@wrong("10.scaled_branch_backward", "a number for each example")
def summed_over_channels(x, scale, dy):
    return scaled_branch(x, scale, dy)[0], (dy * np.maximum(x, 0)).sum(axis=1)


@wrong("10.scaled_branch_backward", "the sums are multiplied")
def product_of_sums(x, scale, dy):
    dscale = dy.sum(axis=0) * np.maximum(x, 0).sum(axis=0)
    return scaled_branch(x, scale, dy)[0], dscale


@wrong("10.scaled_branch_backward", "y took the place")
def scale_of_y(x, scale, dy):
    y = x + scale * np.maximum(x, 0)
    return scaled_branch(x, scale, dy)[0], (dy * y).sum(axis=0)


@wrong("10.scaled_branch_backward", "the shortcut is in it")
def shortcut_in_the_scale(x, scale, dy):
    return scaled_branch(x, scale, dy)[0], (dy * (x + np.maximum(x, 0))).sum(axis=0)


@wrong("10.scaled_branch_backward", "is keepdims in it")
def scale_with_an_axis(x, scale, dy):
    dx, dscale = scaled_branch(x, scale, dy)
    return dx, dscale[np.newaxis]


@wrong("10.scaled_branch_backward", "2 of 5 entries")
def three_channels(x, scale, dy):
    dx, dscale = np.zeros_like(x), np.zeros_like(scale)
    for c in range(3):
        dx[:, c] = dy[:, c] * (1 + scale[c] * (x[:, c] > 0))
        dscale[c] = (dy[:, c] * np.maximum(x[:, c], 0)).sum()
    return dx, dscale


@wrong("10.conv_cost", "are counted in whole numbers")
def cost_in_floats(height, width, kernel_shape):
    parameters, products = without_biases(height, width, kernel_shape)
    return float(parameters + kernel_shape[3]), float(products)


@wrong("10.conv_cost", "the places on the way down are counted twice")
def height_for_the_width(height, width, kernel_shape):
    weights = math.prod(kernel_shape)
    return weights + kernel_shape[3], (height - kernel_shape[0] + 1) ** 2 * weights


@wrong("10.slope_along", "h is missing, in the step and in the division")
def slope_without_h(f, x, direction, h=1e-5):
    return (f(x + direction) - f(x - direction)) / 2


@wrong("10.slope_along", "h is missing in the step")
def step_without_h(f, x, direction, h=1e-5):
    return (f(x + direction) - f(x - direction)) / (2 * h)


def _backward_from(model, image, dscores):
    scores = model.forward(image[np.newaxis, :, :, np.newaxis], keep=True)
    return model.backward(np.broadcast_to(dscores, scores.shape).copy())[0, :, :, 0]


@wrong("10.saliency", "the ones and zeros of dscores are exchanged")
def ones_elsewhere(model, image, digit):
    return _backward_from(model, image, np.arange(5) != digit)


@wrong("10.saliency", "the other scores are subtracted")
def minus_one_elsewhere(model, image, digit):
    return _backward_from(model, image, np.where(np.arange(5) == digit, 1.0, -1.0))


@wrong("10.saliency", "the mean of the other scores is subtracted")
def minus_the_mean_of_the_others(model, image, digit):
    return _backward_from(model, image, np.where(np.arange(5) == digit, 1.0, -0.25))


def _shift_of(image, total=None):
    rows, columns = np.indices(image.shape)
    total = image.sum() if total is None else total
    if total == 0:
        return 0, 0
    return round(14 - (image * rows).sum() / total), round(14 - (image * columns).sum() / total)


def _placed(image, down, right, start=None):
    moved = np.zeros_like(image) if start is None else start.copy()
    target = np.s_[
        max(0, down) : max(0, 28 + min(0, down)), max(0, right) : max(0, 28 + min(0, right))
    ]
    source = np.s_[
        max(0, -down) : max(0, 28 - max(0, down)), max(0, -right) : max(0, 28 - max(0, right))
    ]
    moved[target] = image[source]
    return moved


@wrong("10.centred", "a negative shift, up or to the left, is not carried out")
def positive_shifts_only(image):
    down, right = _shift_of(image)
    return _placed(image, max(down, 0), max(right, 0))


@wrong("10.centred", "a negative shift, up or to the left, is not carried out")
def positive_shifts_of_columns_only(image):
    down, right = _shift_of(image)
    return _placed(image, down, max(right, 0))


@wrong("10.centred", "[:-3] is all but the last three rows")
def cleared_as_if_positive(image):
    down, right = _shift_of(image)
    moved = np.roll(image, (down, right), (0, 1))
    moved[:down] = 0
    moved[:, :right] = 0
    return moved


@wrong("10.centred", "a mean over all 784 pixels is taken for the centre")
def mean_over_all_pixels(image):
    return _placed(image, *_shift_of(image, image.size))


@wrong("10.centred", "the old ink is left standing")
def old_ink_left(image):
    return _placed(image, *_shift_of(image), start=image)


@wrong("10.centred", "the brightest pixel is put in the middle")
def brightest_pixel(image):
    row, column = np.unravel_index(image.argmax(), image.shape)
    return _placed(image, 14 - int(row), 14 - int(column))


@wrong("10.centred", "each pixel above a threshold counts alike")
def threshold(image):
    return _placed(image, *_shift_of((image > 0.5).astype(float)))


@wrong("10.scaled_branch_backward", "the scales are averaged")
def scales_averaged(x, scale, dy):
    return dy * (1 + scale.mean() * (x > 0)), (dy * np.maximum(x, 0)).sum(axis=0)


@wrong("10.scaled_branch_backward", "the scale stands inside the maximum")
def scale_inside_the_maximum(x, scale, dy):
    on = scale * x > 0
    return dy * (1 + scale * on), (dy * x * on).sum(axis=0)


@wrong("10.scaled_branch_backward", "only the first example counts")
def dscale_of_the_first(x, scale, dy):
    return dy * (1 + scale * (x > 0)), (dy * np.maximum(x, 0))[0]


def _way_back(weights, kept, dscores, own, **changes):
    """The way back, or with a step of it replaced."""
    _, _, k2, _, w3, _ = weights
    x, a1, p1, h1, a2, p2, h2 = kept
    dh2, dw3, db3 = own.dense_backward(changes.get("features", h2), w3, dscores)
    dh2 = dh2.reshape(p2.shape)
    dp2 = changes["second"](dh2) if "second" in changes else own.relu_backward(p2, dh2)
    da2 = own.maxpool_backward(dp2, a2, 2, 2)
    dk2, db2 = own.conv_weights_backward(changes.get("seen", h1), da2, k2)
    dh1 = own.conv_dx_strided(da2, k2, h1.shape[1:3], 1)
    dp1 = changes["first"](dh1) if "first" in changes else own.relu_backward(p1, dh1)
    da1 = own.maxpool_backward(dp1, a1, 2, 2)
    dk1, db1 = own.conv_weights_backward(x, da1, weights[0])
    return dk1, db1, dk2, db2, dw3, db3


@wrong("10.network_backward", "db2: the second ReLU is left out")
def second_relu_left_out(weights, kept, dscores, own):
    return _way_back(weights, kept, dscores, own, second=lambda dh2: dh2)


@wrong("10.network_backward", "db1: the first ReLU is left out")
def first_relu_left_out(weights, kept, dscores, own):
    return _way_back(weights, kept, dscores, own, first=lambda dh1: dh1)


@wrong("10.network_backward", "the first ReLU's mask is made from the gradient")
def mask_of_the_gradient(weights, kept, dscores, own):
    return _way_back(weights, kept, dscores, own, first=lambda dh1: own.relu_backward(dh1, dh1))


@wrong("10.network_backward", "dk2: the second convolution's input was h1")
def input_before_the_relu(weights, kept, dscores, own):
    return _way_back(weights, kept, dscores, own, seen=kept[2])


@wrong("10.network_backward", "dw3: the dense layer's input was h2")
def features_before_the_relu(weights, kept, dscores, own):
    return _way_back(weights, kept, dscores, own, features=kept[5].reshape(kept[6].shape))


@wrong("10.network_backward", "The order asked for is dk1, db1, dk2, db2, dw3, db3")
def last_layer_first(weights, kept, dscores, own):
    return _way_back(weights, kept, dscores, own)[::-1]


@wrong("10.network_backward", "(both hold 24 numbers: is a reshape missing?)")
def list_not_folded(weights, kept, dscores, own):
    dh2, _, _ = own.dense_backward(kept[6], weights[4], dscores)
    return own.relu_backward(kept[5], dh2)


@wrong("10.network_backward", "kept of shapes (3, 14, 12, 1), (3, 12, 10, 3)")
def fails_in_some_way(weights, kept, dscores, own):
    return kept[7]


@wrong("10.network_backward", "six arrays should be returned")
def kernels_alone(weights, kept, dscores, own):
    return _way_back(weights, kept, dscores, own)[::2]


@wrong("10.saliency", "the 1 stands at digit 0")
def always_digit_0(model, image, digit):
    scores = model.forward(image[np.newaxis, :, :, np.newaxis], keep=True)
    dscores = np.zeros_like(scores)
    dscores[0, 0] = 1
    return model.backward(dscores)[0, :, :, 0]


@wrong("10.saliency", "The model here has 5 scores, not 10")
def ten_scores(model, image, digit):
    model.forward(image[np.newaxis, :, :, np.newaxis], keep=True)
    dscores = np.zeros((1, 10))
    dscores[0, digit] = 1
    return model.backward(dscores)[0, :, :, 0]


@wrong("10.centred", "the shift is negative, and a slice that begins below 0")
def slices_for_positive_shifts(image):
    if not image.any():
        return image.copy()
    rows, columns = np.indices(image.shape)
    down = round(14 - (image * rows).sum() / image.sum())
    right = round(14 - (image * columns).sum() / image.sum())
    moved = np.zeros_like(image)
    moved[down:, right:] = image[: 28 - down, : 28 - right]
    return moved


@wrong("10.scaled_branch_backward", "this is the sum of dy")
def scale_gets_dy(x, scale, dy):
    return dy * (1 + scale * (x > 0)), dy.sum(axis=0)


def whole_way_back(weights, kept, dscores, own, fold=None, unpool=None, mask=False):
    _, _, k2, _, w3, _ = weights
    x, a1, p1, h1, a2, p2, h2 = kept
    fold = fold or (lambda dh2: dh2.reshape(p2.shape))
    unpool = unpool or (lambda dp, a: own.maxpool_backward(dp, a, 2, 2))
    dh2, dw3, db3 = own.dense_backward(h2, w3, dscores)
    dh2 = fold(dh2)
    da2 = unpool(own.relu_backward(dh2 if mask else p2, dh2), a2)
    dk2, db2 = own.conv_weights_backward(h1, da2, k2)
    dh1 = own.conv_dx_strided(da2, k2, h1.shape[1:3], 1)
    da1 = unpool(own.relu_backward(dh1 if mask else p1, dh1), a1)
    return *own.conv_weights_backward(x, da1, weights[0]), dk2, db2, dw3, db3


@wrong("10.network_backward", "dh2 is folded as (N, C, H, W)")
def folded_channels_first(weights, kept, dscores, own):
    n, high, wide, channels = kept[5].shape

    def fold(dh2):
        return dh2.reshape(n, channels, high, wide).transpose(0, 2, 3, 1)

    return whole_way_back(weights, kept, dscores, own, fold=fold)


@wrong("10.network_backward", "the second ReLU's mask is made from the gradient")
def both_masks_from_gradients(weights, kept, dscores, own):
    return whole_way_back(weights, kept, dscores, own, mask=True)


@wrong("10.network_backward", "the pools have the stride 1")
def pools_with_stride_1(weights, kept, dscores, own):
    def unpool(dp, a):
        return own.maxpool_backward(dp, a, 2, 1)

    return whole_way_back(weights, kept, dscores, own, unpool=unpool)


@wrong("10.network_backward", "a pool copies its gradient")
def pools_copy(weights, kept, dscores, own):
    def unpool(dp, a):
        da = np.zeros_like(a)
        da[:, : 2 * dp.shape[1], : 2 * dp.shape[2]] = dp.repeat(2, 1).repeat(2, 2)
        return da

    return whole_way_back(weights, kept, dscores, own, unpool=unpool)


@wrong("10.network_backward", "db2: x and dy have changed places in the second ReLU")
def second_relu_swapped(weights, kept, dscores, own):
    return _way_back(
        weights, kept, dscores, own, second=lambda dh2: own.relu_backward(dh2, kept[5])
    )


@wrong("10.network_backward", "db1: x and dy have changed places in the first ReLU")
def first_relu_swapped(weights, kept, dscores, own):
    return _way_back(weights, kept, dscores, own, first=lambda dh1: own.relu_backward(dh1, kept[2]))


@wrong("10.network_backward", "but own.maxpool_backward(dy, x, window, stride)")
def pools_swapped(weights, kept, dscores, own):
    def unpool(dp, a):
        return own.maxpool_backward(a, dp, 2, 2)

    return whole_way_back(weights, kept, dscores, own, unpool=unpool)


@wrong("10.network_backward", "fails_at_once fails: IndexError")
def fails_at_once(weights, kept, dscores, own):
    return weights[6]


@wrong("10.slope_along", "forward difference with twice the step")
def forward_by_twice_h(f, x, direction, h=1e-5):
    return (f(x + 2 * h * direction) - f(x)) / (2 * h)


@wrong("10.conv_cost", "the height of the window, kh, is taken off both ways")
def kh_both_ways(height, width, kernel_shape):
    kh, kw, channels, filters = kernel_shape
    weights = kh * kw * channels * filters
    return weights + filters, (height - kh + 1) * (width - kh + 1) * weights


@wrong("10.conv_cost", "the width of the window, kw, is taken off both ways")
def kw_both_ways(height, width, kernel_shape):
    kh, kw, channels, filters = kernel_shape
    weights = kh * kw * channels * filters
    return weights + filters, (height - kw + 1) * (width - kw + 1) * weights


@wrong("10.conv_cost", "not for each weight")
def a_bias_for_each_weight(height, width, kernel_shape):
    kh, kw, channels, filters = kernel_shape
    weights = kh * kw * channels * filters
    return 2 * weights, (height - kh + 1) * (width - kw + 1) * weights
