"""Wrong answers to the exercises of notebook 14."""

import numpy as np

from tests.tutorials.wrong_answers import wrong


@wrong("14.residual_backward", "the shortcut is forgotten")
def body_alone(dy, body_backward):
    return body_backward(dy)


@wrong("14.residual_backward", "the shortcut has overwritten it")
def overwritten(dy, body_backward):
    dx = body_backward(dy)
    dx = dy
    return dx


@wrong("14.residual_backward", "changes its argument dy")
def added_in_place(dy, body_backward):
    dy += body_backward(dy)
    return dy


@wrong("14.residual_backward", "It belongs to the body")
def added_to_the_bodys_array(dy, body_backward):
    dx = body_backward(dy)
    dx += dy
    return dx


@wrong("14.residual_backward", "are multiplied")
def multiplied(dy, body_backward):
    return dy * body_backward(dy)


@wrong("14.residual_backward", "the mean of the two ways")
def shared(dy, body_backward):
    return (dy + body_backward(dy)) / 2


@wrong("14.residual_backward", "it gets dy, once")
def body_twice(dy, body_backward):
    return dy + body_backward(body_backward(dy).copy())


@wrong("14.relu_block_backward", "mask lies on the shortcut too")
def mask_on_the_shortcut(x, w, dy):
    da = dy * (x @ w > 0)
    return da + da @ w.T, x.T @ da


@wrong("14.relu_block_backward", "dx: the shortcut is forgotten")
def without_the_shortcut(x, w, dy):
    da = dy * (x @ w > 0)
    return da @ w.T, x.T @ da


@wrong("14.relu_block_backward", "the mask is forgotten in the branch")
def without_the_mask(x, w, dy):
    return dy + dy @ w.T, x.T @ dy


@wrong("14.relu_block_backward", "The ReLU looks at x w")
def mask_of_the_output(x, w, dy):
    da = dy * (x + np.maximum(x @ w, 0) > 0)
    return dy + da @ w.T, x.T @ da


@wrong("14.relu_block_backward", "w is not transposed")
def not_transposed(x, w, dy):
    da = dy * (x @ w > 0)
    return dy + da @ w, x.T @ da


@wrong("14.relu_block_backward", "dw needs that of x w")
def gradient_of_x_for_the_weights(x, w, dy):
    dx = dy + (dy * (x @ w > 0)) @ w.T
    return dx, x.T @ dx


@wrong("14.projection_backward", "v learns too")
def projection_forgotten(x, w, v, dy):
    da = dy * (x @ w > 0)
    return dy @ v.T + da @ w.T, x.T @ da, np.zeros_like(v)


@wrong("14.projection_backward", "x reaches y through v too")
def way_through_v_forgotten(x, w, v, dy):
    da = dy * (x @ w > 0)
    return da @ w.T, x.T @ da, x.T @ dy


@wrong("14.projection_backward", "The ReLU does not touch the shortcut")
def mask_in_the_projection(x, w, v, dy):
    da = dy * (x @ w > 0)
    return dy @ v.T + da @ w.T, x.T @ da, x.T @ da


@wrong("14.projection_backward", "v and w are exchanged")
def matrices_exchanged(x, w, v, dy):
    da = dy * (x @ w > 0)
    return dy @ w.T + da @ v.T, x.T @ da, x.T @ dy


@wrong("14.projection_backward", "The order asked for is dx, dw, dv")
def in_another_order(x, w, v, dy):
    da = dy * (x @ w > 0)
    return dy @ v.T + da @ w.T, x.T @ dy, x.T @ da


@wrong("14.mean_square", "the scale is not squared")
def scale_not_squared(depth, scale):
    return (1 + scale) ** depth


@wrong("14.mean_square", "The next one enlarges what this one made")
def added_up(depth, scale):
    return 1 + depth * scale**2


@wrong("14.mean_square", "Uncorrelated numbers add their squares")
def as_if_equal(depth, scale):
    return (1 + scale) ** (2 * depth)


@wrong("14.mean_square", "whatever its scale")
def always_doubled(depth, scale):
    return 2.0**depth


@wrong("14.mean_square", "x itself is in the sum")
def branch_only(depth, scale):
    return scale ** (2 * depth)


def highway(x, gate, dy):
    s, t = 1 / (1 + np.exp(-gate)), np.tanh(x)
    return s, t, dy * (s * (1 - t**2) + 1 - s), (dy * (t - x)).sum(axis=0) * s * (1 - s)


@wrong("14.gated_backward", "passes all of dy")
def gate_open_for_the_shortcut(x, gate, dy):
    s, t, _, dgate = highway(x, gate, dy)
    return dy * (s * (1 - t**2) + 1), dgate


@wrong("14.gated_backward", "1 - s of dy comes straight through")
def highway_closed(x, gate, dy):
    s, t, _, dgate = highway(x, gate, dy)
    return dy * s * (1 - t**2), dgate


@wrong("14.gated_backward", "s appears twice")
def half_a_gate(x, gate, dy):
    s, t, dx, _ = highway(x, gate, dy)
    return dx, (dy * t).sum(axis=0) * s * (1 - s)


@wrong("14.gated_backward", "the slope of the sigmoid is missing")
def gate_without_its_slope(x, gate, dy):
    _, t, dx, _ = highway(x, gate, dy)
    return dx, (dy * (t - x)).sum(axis=0)


@wrong("14.gated_backward", "all examples use the same gate")
def gate_for_each_example(x, gate, dy):
    s, t, dx, _ = highway(x, gate, dy)
    return dx, dy * (t - x) * s * (1 - s)


@wrong("14.residual_backward", "has run 2 times")
def two_passes(dy, body_backward):
    return dy + body_backward(dy) / 2 + body_backward(dy) / 2


@wrong("14.residual_backward", "the shortcut counts twice")
def shortcut_twice(dy, body_backward):
    return 2 * dy + body_backward(dy)


@wrong("14.residual_backward", "has no single slope")
def slope_with_ones(dy, body_backward):
    return dy + dy * body_backward(np.ones_like(dy))


@wrong("14.relu_block_backward", "where x w is exactly 0")
def open_at_zero(x, w, dy):
    da = dy * (x @ w >= 0)
    return dy + da @ w.T, x.T @ da


@wrong("14.relu_block_backward", "the wrong way round")
def mask_reversed(x, w, dy):
    da = dy * (x @ w < 0)
    return dy + da @ w.T, x.T @ da


@wrong("14.relu_block_backward", "Its *slope* is 1 or 0")
def times_the_output(x, w, dy):
    da = dy * np.maximum(x @ w, 0)
    return dy + da @ w.T, x.T @ da


@wrong("14.relu_block_backward", "only the first example")
def first_example_only(x, w, dy):
    da = dy * (x @ w > 0)
    return dy + da @ w.T, np.outer(x[0], da[0])


@wrong("14.projection_backward", "the mask is made of x v")
def mask_of_the_projection(x, w, v, dy):
    da = dy * (x @ v > 0)
    return dy @ v.T + da @ w.T, x.T @ da, x.T @ dy


@wrong("14.projection_backward", "the mask is made of y")
def mask_of_the_sum(x, w, v, dy):
    da = dy * (x @ v + np.maximum(x @ w, 0) > 0)
    return dy @ v.T + da @ w.T, x.T @ da, x.T @ dy


@wrong("14.mean_square", "one block too few")
def one_block_less(depth, scale):
    return (1 + scale**2) ** (depth - 1)


@wrong("14.mean_square", "very many small blocks")
def exponential(depth, scale):
    return float(np.exp(depth * scale**2))


@wrong("14.mean_square", "a cross term")
def with_a_cross_term(depth, scale):
    return (1 + scale + scale**2) ** depth


@wrong("14.mean_square", "a ReLU's half")
def halved_by_a_relu(depth, scale):
    return (1 + scale**2 / 2) ** depth


def gradients(x, gate, dy):
    s, t = 1 / (1 + np.exp(-gate)), np.tanh(x)
    return dy * (s * (1 - t**2) + 1 - s), (dy * (t - x)).sum(axis=0) * s * (1 - s)


@wrong("14.gated_backward", "the branch bends")
def straight_branch(x, gate, dy):
    return dy.copy(), gradients(x, gate, dy)[1]


@wrong("14.gated_backward", "has a square in it")
def slope_without_square(x, gate, dy):
    s = 1 / (1 + np.exp(-gate))
    return dy * (s * (1 - np.tanh(x)) + 1 - s), gradients(x, gate, dy)[1]


@wrong("14.gated_backward", "has two factors")
def half_a_slope(x, gate, dy):
    s = 1 / (1 + np.exp(-gate))
    return gradients(x, gate, dy)[0], (dy * (np.tanh(x) - x)).sum(axis=0) * s


@wrong("14.gated_backward", "not gate (1 - gate)")
def slope_of_the_gate(x, gate, dy):
    dgate = (dy * (np.tanh(x) - x)).sum(axis=0) * gate * (1 - gate)
    return gradients(x, gate, dy)[0], dgate


@wrong("14.gated_backward", "sum over axis 0")
def summed_over_features(x, gate, dy):
    s = 1 / (1 + np.exp(-gate))
    dgate = (dy * (np.tanh(x) - x) * s * (1 - s)).sum(axis=1)
    return gradients(x, gate, dy)[0], dgate


@wrong("14.residual_backward", "one array is asked for")
def both_ways_apart(dy, body_backward):
    return dy, body_backward(dy)


@wrong("14.residual_backward", "What it passes is 1 times dy")
def one_added(dy, body_backward):
    return 1 + body_backward(dy)


@wrong("14.relu_block_backward", "y stands in the place of x")
def dw_from_the_output(x, w, dy):
    mask = x @ w > 0
    return dy + (dy * mask) @ w.T, (x + np.maximum(x @ w, 0)).T @ (dy * mask)


@wrong("14.relu_block_backward", "the mask lies on all of it")
def mask_behind_everything(x, w, dy):
    mask = x @ w > 0
    return (dy + dy @ w.T) * mask, x.T @ (dy * mask)


@wrong("14.relu_block_backward", "x times the transpose of w")
def mask_of_the_transpose(x, w, dy):
    da = dy * (x @ w.T > 0)
    return dy + da @ w.T, x.T @ da


def projection(x, w, v, dy, mask):
    return dy @ v.T + (dy * mask) @ w.T, x.T @ (dy * mask), x.T @ dy


@wrong("14.projection_backward", "The ReLU looks at x w alone")
def mask_of_both_products(x, w, v, dy):
    return projection(x, w, v, dy, x @ (v + w) > 0)


@wrong("14.projection_backward", "dx")
def mask_of_a_mixture(x, w, v, dy):
    return projection(x, w, v, dy, x @ (v + 2 * w) > 0)


@wrong("14.projection_backward", "dx")
def mask_beyond_zero(x, w, v, dy):
    return projection(x, w, v, dy, x @ w > 0.05)


@wrong("14.projection_backward", "where x w is exactly 0")
def passes_at_the_bend(x, w, v, dy):
    return projection(x, w, v, dy, x @ w >= 0)


@wrong("14.projection_backward", "what x w or x v lets pass")
def mask_of_either(x, w, v, dy):
    return projection(x, w, v, dy, (x @ w > 0) | (x @ v > 0))


@wrong("14.projection_backward", "dw: the mask is forgotten")
def mask_in_dx_alone(x, w, v, dy):
    dx, _, dv = projection(x, w, v, dy, x @ w > 0)
    return dx, x.T @ dy, dv


@wrong("14.projection_backward", "the shortcut's gradient is in it, too")
def both_gradients_for_w(x, w, v, dy):
    dx, dw, dv = projection(x, w, v, dy, x @ w > 0)
    return dx, dw + dv, dv


@wrong("14.projection_backward", "a ReLU of its own")
def two_relus(x, w, v, dy):
    da, db = dy * (x @ w > 0), dy * (x @ v > 0)
    return da @ w.T + db @ v.T, x.T @ da, x.T @ db


@wrong("14.projection_backward", "the ReLU is laid on x")
def relu_of_x(x, w, v, dy):
    dx, _, dv = projection(x, w, v, dy, x @ w > 0)
    return dx, np.maximum(x, 0).T @ dy, dv


@wrong("14.mean_square", "what a single block does")
def one_block(depth, scale):
    return 1 + scale**2


@wrong("14.mean_square", "the powers are added up")
def sum_of_powers(depth, scale):
    return sum(scale ** (2 * k) for k in range(depth + 1))


@wrong("14.mean_square", "multiplied by the scale too")
def everything_scaled(depth, scale):
    return (2 * scale**2) ** depth


@wrong("14.mean_square", "behind the point")
def whole_numbers(depth, scale):
    return int((1 + scale**2) ** depth + 1e-9)


def gated(x, gate, dy, dtanh, ds):
    s = 1 / (1 + np.exp(-gate))
    return dy * (s * dtanh + 1 - s), (dy * (np.tanh(x) - x)).sum(axis=0) * ds(s)


@wrong("14.gated_backward", "not (1 - tanh(x))^2")
def square_of_the_difference(x, gate, dy):
    return gated(x, gate, dy, (1 - np.tanh(x)) ** 2, lambda s: s * (1 - s))


@wrong("14.gated_backward", "1 - s is there, but s is missing")
def half_of_the_sigmoids_slope(x, gate, dy):
    return gated(x, gate, dy, 1 - np.tanh(x) ** 2, lambda s: 1 - s)


@wrong("14.gated_backward", "dx: dy is forgotten")
def slope_alone(x, gate, dy):
    _, dgate = gated(x, gate, dy, 1 - np.tanh(x) ** 2, lambda s: s * (1 - s))
    return gated(x, gate, np.ones_like(dy), 1 - np.tanh(x) ** 2, lambda s: s)[0], dgate


@wrong("14.gated_backward", "dgate: dy is forgotten")
def gates_slope_alone(x, gate, dy):
    dx, _ = gated(x, gate, dy, 1 - np.tanh(x) ** 2, lambda s: s)
    return dx, gated(x, gate, np.ones_like(dy), 0, lambda s: s * (1 - s))[1]


@wrong("14.residual_backward", "counts twice")
def twice_through_the_body(dy, body_backward):
    return dy + body_backward(2 * dy)


@wrong("14.residual_backward", "the sum of both ways")
def sum_through_the_body(dy, body_backward):
    return dy + body_backward(dy + body_backward(dy))


@wrong("14.residual_backward", "dy is multiplied by what the body sends back")
def slope_one_plus_body(dy, body_backward):
    return dy * (1 + body_backward(dy))


@wrong("14.projection_backward", "together lies on both ways")
def relu_on_the_sum_of_products(x, w, v, dy):
    da = dy * (x @ w + x @ v > 0)
    return da @ v.T + da @ w.T, x.T @ da, x.T @ da


@wrong("14.projection_backward", "the block's output, lies on both ways")
def relu_on_the_output(x, w, v, dy):
    da = dy * (x @ v + np.maximum(x @ w, 0) > 0)
    return da @ v.T + da @ w.T, x.T @ da, x.T @ da


@wrong("14.projection_backward", "x v stands in the place of x")
def output_of_the_projection(x, w, v, dy):
    da = dy * (x @ w > 0)
    return dy @ v.T + da @ w.T, x.T @ da, (x @ v).T @ dy


@wrong("14.gated_backward", "1 - s^2 is the slope of tanh")
def slope_of_tanh_for_the_gate(x, gate, dy):
    s, t = 1 / (1 + np.exp(-gate)), np.tanh(x)
    return dy * (s * (1 - t**2) + 1 - s), (dy * (t - x)).sum(axis=0) * (1 - s**2)


@wrong("14.gated_backward", "Along s, y has the slope tanh(x) - x")
def bend_in_the_gates_slope(x, gate, dy):
    s, t = 1 / (1 + np.exp(-gate)), np.tanh(x)
    return dy * (s * (1 - t**2) + 1 - s), (dy * (1 - t**2 - x)).sum(axis=0) * s * (1 - s)


@wrong("14.mean_square", "the sign of the scale is in it")
def with_the_sign(depth, scale):
    return (1 + scale * abs(scale)) ** depth
