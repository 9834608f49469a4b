"""Wrong answers to the exercises of notebook 05."""

import numpy as np

from tests.tutorials.wrong_answers import wrong


@wrong("05.relu_backward", "The output is never negative")
def mask_of_the_output(x, dy):
    y = np.maximum(x, 0)
    return dy * (y >= 0)


@wrong("05.relu_backward", "except where x is exactly 0")
def passes_at_zero(x, dy):
    return dy * (x >= 0)


@wrong("05.relu_backward", "the sign of dy decides")
def relu_of_dy(x, dy):
    return np.maximum(dy, 0)


@wrong("05.relu_backward", "multiplied by the output")
def times_the_output(x, dy):
    return dy * np.maximum(x, 0)


@wrong("05.relu_backward", "the slope alone")
def without_dy(x, dy):
    return (x > 0).astype(float)


@wrong("05.relu_backward", "changes its argument dy")
def writes_into_dy(x, dy):
    dy[x <= 0] = 0
    return dy


@wrong("05.dead_units", "count as dead")
def off_once(a):
    return (a <= 0).any(axis=0)


@wrong("05.dead_units", "exactly 0 is missed")
def below_zero_only(a):
    return (a < 0).all(axis=0)


@wrong("05.dead_units", "for each *example*")
def along_the_units(a):
    return (a <= 0).all(axis=1)


@wrong("05.dead_units", "wrong way round")
def living(a):
    return (a > 0).any(axis=0)


@wrong("05.dead_units", "the sum over the examples decides")
def by_the_sum(a):
    return a.sum(axis=0) <= 0


@wrong("05.dead_units", "holds the *inputs* of the ReLU")
def as_if_outputs(a):
    return (a == 0).all(axis=0)


@wrong("05.dead_units", "numbers of the dead units")
def their_numbers(a):
    return np.flatnonzero((a <= 0).all(axis=0))


def network(x, a, h, w2, dz, mask=None):
    da = dz @ w2.T * ((a > 0) if mask is None else mask)
    return x.T @ da, da.sum(axis=0), h.T @ dz, dz.sum(axis=0)


@wrong("05.two_layer_backward", "as if it were not there")
def past_the_relu(x, a, h, w2, dz):
    return network(x, a, h, w2, dz, mask=h >= 0)


@wrong("05.two_layer_backward", "db1: the gradient went past the ReLU")
def bias_past_the_relu(x, a, h, w2, dz):
    dw1, _, dw2, db2 = network(x, a, h, w2, dz)
    return dw1, (dz @ w2.T).sum(axis=0), dw2, db2


@wrong("05.two_layer_backward", "input was h, not a")
def second_layer_sees_a(x, a, h, w2, dz):
    return network(x, a, a, w2, dz)


@wrong("05.two_layer_backward", "input was x, not h")
def first_layer_sees_h(x, a, h, w2, dz):
    return network(h, a, h, w2, dz)


@wrong("05.two_layer_backward", "w2 is not transposed")
def no_transpose(x, a, h, w2, dz):
    return network(x, a, h, w2.T, dz)


@wrong("05.two_layer_backward", "h took the place of the mask")
def times_h(x, a, h, w2, dz):
    return network(x, a, h, w2, dz, mask=h)


@wrong("05.two_layer_backward", "these are dw2, db2, dw1, db1, each of them right")
def second_layer_first(x, a, h, w2, dz):
    dw1, db1, dw2, db2 = network(x, a, h, w2, dz)
    return dw2, db2, dw1, db1


@wrong("05.two_layer_backward", "dw2: this is divided by N")
def divided_again(x, a, h, w2, dz):
    return tuple(each / len(x) for each in network(x, a, h, w2, dz))


@wrong("05.two_layer_backward", "these are dw1, dw2, db1, db2, each of them right")
def weights_first(x, a, h, w2, dz):
    dw1, db1, dw2, db2 = network(x, a, h, w2, dz)
    return dw1, dw2, db1, db2


@wrong("05.two_layer_backward", "x is not transposed")
def input_not_transposed(x, a, h, w2, dz):
    _, db1, dw2, db2 = network(x, a, h, w2, dz)
    return x @ (dz @ w2.T * (a > 0)), db1, dw2, db2


@wrong("05.two_layer_backward", "h is not transposed")
def hidden_not_transposed(x, a, h, w2, dz):
    dw1, db1, _, db2 = network(x, a, h, w2, dz)
    return dw1, db1, h @ dz, db2


@wrong("05.two_layer_backward", "should be four arrays: dw1, db1, dw2, db2. Received: 2")
def weights_only(x, a, h, w2, dz):
    return network(x, a, h, w2, dz)[::2]


@wrong("05.relu_backward", "0.01 of dy passes. That is a leaky ReLU")
def leaky(x, dy):
    return np.where(x > 0, dy, 0.01 * dy)


@wrong("05.relu_backward", "That is the slope of |x|")
def of_the_absolute_value(x, dy):
    return dy * np.sign(x)


@wrong("05.relu_backward", "no derivative. The sign of dy does not matter")
def guided(x, dy):
    return np.maximum(dy, 0) * (x > 0)


@wrong("05.relu_backward", "dy is multiplied by x")
def times_x(x, dy):
    return dy * x


@wrong("05.relu_backward", "half of dy passes where x is exactly 0")
def half_at_zero(x, dy):
    return dy * np.heaviside(x, 0.5)


@wrong("05.dead_units", "the first example decides")
def by_the_first(a):
    return a[0] <= 0


@wrong("05.dead_units", "Dead is the other end")
def always_on(a):
    return (a > 0).all(axis=0)


@wrong("05.two_layer_backward", "w2 has changed before dh was computed: it is w2 - 0.1 * dw2")
def updates_on_the_way(x, a, h, w2, dz):
    dw2, db2 = h.T @ dz, dz.sum(axis=0)
    w2 = w2 - 0.1 * dw2
    da = dz @ w2.T * (a > 0)
    return x.T @ da, da.sum(axis=0), dw2, db2


@wrong("05.two_layer_backward", "changes its argument w2")
def updates_in_place(x, a, h, w2, dz):
    dw2, db2 = h.T @ dz, dz.sum(axis=0)
    w2 -= 0.1 * dw2
    da = dz @ w2.T * (a > 0)
    return x.T @ da, da.sum(axis=0), dw2, db2


@wrong("05.two_layer_backward", "only gradients that are positive pass")
def guided_network(x, a, h, w2, dz):
    da = np.maximum(dz @ w2.T, 0) * (a > 0)
    return x.T @ da, da.sum(axis=0), h.T @ dz, dz.sum(axis=0)


@wrong("05.two_layer_backward", "the wrong way round")
def mask_turned(x, a, h, w2, dz):
    return network(x, a, h, w2, dz, mask=a <= 0)


@wrong("05.two_layer_backward", "dw2 took the place of w2")
def gradient_for_weights(x, a, h, w2, dz):
    return (*network(x, a, h, h.T @ dz, dz)[:2], h.T @ dz, dz.sum(axis=0))


@wrong("05.softplus_backward", "slope of the sigmoid")
def slope_of_the_sigmoid(x, dy):
    s = 1 / (1 + np.exp(-x))
    return dy * s * (1 - s)


@wrong("05.softplus_backward", "the mask of a ReLU")
def as_a_relu(x, dy):
    return dy * (x > 0)


@wrong("05.softplus_backward", "the inner derivative is missing")
def inner_derivative_forgotten(x, dy):
    return dy / (1 + np.exp(x))


@wrong("05.softplus_backward", "the logarithm's slope is missing")
def outer_derivative_forgotten(x, dy):
    return dy * np.exp(x)


@wrong("05.softplus_backward", "exp(1000) is infinite")
def overflows(x, dy):
    return dy * np.exp(x) / (1 + np.exp(x))


@wrong("05.softplus_backward", "this is the slope alone")
def slope_alone(x, dy):
    return 1 / (1 + np.exp(-x))


@wrong("05.relu_backward", "> binds less tightly than *")
def without_brackets(x, dy):
    return dy * x > 0


@wrong("05.relu_backward", "where x is small, too")
def above_a_thousandth(x, dy):
    return dy * (x > 1e-3)


@wrong("05.dead_units", "on by very little")
def nearly_off(a):
    return a.max(axis=0) <= 1e-3


def two_layers(x, a, h, w2, dz, da):
    return x.T @ da, da.sum(axis=0), h.T @ dz, dz.sum(axis=0)


@wrong("05.two_layer_backward", "dw2: this is multiplied by N")
def all_times_n(x, a, h, w2, dz):
    return tuple(len(x) * each for each in two_layers(x, a, h, w2, dz, dz @ w2.T * (a > 0)))


@wrong("05.two_layer_backward", "dw1: this is divided by the number of inputs")
def first_by_inputs(x, a, h, w2, dz):
    dw1, *others = two_layers(x, a, h, w2, dz, dz @ w2.T * (a > 0))
    return dw1 / x.shape[1], *others


@wrong("05.two_layer_backward", "dw2: this is divided by the number of classes")
def second_by_classes(x, a, h, w2, dz):
    dw1, db1, dw2, db2 = two_layers(x, a, h, w2, dz, dz @ w2.T * (a > 0))
    return dw1, db1, dw2 / dz.shape[1], db2


@wrong("05.two_layer_backward", "db1: this is the mean over the examples")
def first_bias_averaged(x, a, h, w2, dz):
    dw1, db1, *others = two_layers(x, a, h, w2, dz, dz @ w2.T * (a > 0))
    return dw1, db1 / len(x), *others


@wrong("05.two_layer_backward", "db1: the sum runs over the units")
def first_bias_over_units(x, a, h, w2, dz):
    da = dz @ w2.T * (a > 0)
    return x.T @ da, da.sum(axis=1), h.T @ dz, dz.sum(axis=0)


@wrong("05.two_layer_backward", "dw2: x took the place of h")
def second_from_x(x, a, h, w2, dz):
    da = dz @ w2.T * (a > 0)
    return x.T @ da, da.sum(axis=0), x.T @ dz, dz.sum(axis=0)


@wrong("05.two_layer_backward", "a took the place of the mask")
def times_a(x, a, h, w2, dz):
    return two_layers(x, a, h, w2, dz, dz @ w2.T * a)


@wrong("05.two_layer_backward", "`dh * a > 0` compares the product")
def compared_product(x, a, h, w2, dz):
    return two_layers(x, a, h, w2, dz, (dz @ w2.T * a > 0).astype(float))


@wrong("05.two_layer_backward", "only that of a")
def mask_of_dh(x, a, h, w2, dz):
    return two_layers(x, a, h, w2, dz, np.maximum(dz @ w2.T, 0))


@wrong("05.softplus_backward", "this is tanh. The slope")
def slope_is_tanh(x, dy):
    return dy * np.tanh(x)


@wrong("05.softplus_backward", "this is tanh of half of x")
def half_tanh(x, dy):
    return dy * np.tanh(x / 2)


@wrong("05.softplus_backward", "the slope is too steep")
def twice_as_steep(x, dy):
    return dy * (1 + np.tanh(x)) / 2


@wrong("05.softplus_backward", "dy alone comes out")
def passes_everything(x, dy):
    return dy.copy()


@wrong("05.softplus_backward", "x is cut off at a bound")
def cut_off(x, dy):
    return dy / (1 + np.exp(-np.clip(x, -20, 20)))


@wrong("05.two_layer_backward", "this sums da. b2 was added to z")
def second_bias_from_da(x, a, h, w2, dz):
    da = dz @ w2.T * (a > 0)
    return x.T @ da, da.sum(axis=0), h.T @ dz, da.sum(axis=0)


@wrong("05.relu_backward", "stops where x is tiny")
def passes_above_a_small_number(x, dy):
    return dy * (x >= 1e-8)


@wrong("05.relu_backward", "down to x = -1")
def passes_above_minus_one(x, dy):
    return dy * (x > -1)


@wrong("05.relu_backward", "any number but 0 counts as true")
def where_x_is_true(x, dy):
    return np.where(x, dy, 0)


@wrong("05.relu_backward", "multiplied by a sigmoid of x")
def slope_of_softplus(x, dy):
    return dy / (1 + np.exp(-x))


@wrong("05.relu_backward", "dy * x is cut off")
def relu_of_the_product(x, dy):
    return np.maximum(x * dy, 0)


@wrong("05.relu_backward", "where x * dy is positive")
def passes_where_the_product_is_positive(x, dy):
    return dy * (x * dy > 0)


@wrong("05.relu_backward", "any of its row is positive")
def passes_whole_rows(x, dy):
    return dy * (x.max(axis=-1, keepdims=True) > 0)


@wrong("05.dead_units", "the last example decides")
def off_at_the_last(a):
    return a[-1] <= 0


@wrong("05.dead_units", "off for most examples")
def off_most_of_the_time(a):
    return (a <= 0).mean(axis=0) > 0.5


@wrong("05.two_layer_backward", "except where a is exactly 0")
def mask_with_equality(x, a, h, w2, dz):
    return network(x, a, h, w2, dz, a >= 0)


@wrong("05.two_layer_backward", "the mask of the first one")
def mask_of_the_first_example(x, a, h, w2, dz):
    return network(x, a, h, w2, dz, a[0] > 0)


@wrong("05.two_layer_backward", "only passes if it is on for all")
def mask_of_all_examples(x, a, h, w2, dz):
    return network(x, a, h, w2, dz, (a > 0).all(axis=0))


@wrong("05.two_layer_backward", "any number but 0 counts as true")
def mask_of_what_is_not_zero(x, a, h, w2, dz):
    return network(x, a, h, w2, dz, a != 0)


@wrong("05.two_layer_backward", "mask is a < 0")
def mask_of_the_negative_side(x, a, h, w2, dz):
    return network(x, a, h, w2, dz, a < 0)


@wrong("05.two_layer_backward", "scores pass no ReLU")
def positive_part_of_dz(x, a, h, w2, dz):
    dw1, db1, _, db2 = network(x, a, h, w2, dz)
    return dw1, db1, h.T @ np.maximum(dz, 0), db2


@wrong("05.two_layer_backward", "dw2: negative entries are cut off")
def positive_part_of_dw2(x, a, h, w2, dz):
    dw1, db1, dw2, db2 = network(x, a, h, w2, dz)
    return dw1, db1, np.maximum(dw2, 0), db2


@wrong("05.two_layer_backward", "before the product")
def positive_part_of_dw1(x, a, h, w2, dz):
    dw1, db1, dw2, db2 = network(x, a, h, w2, dz)
    return np.maximum(dw1, 0), db1, dw2, db2


@wrong("05.two_layer_backward", "negative entries of the product are cut off")
def mask_of_the_gradient_of_the_weights(x, a, h, w2, dz):
    dw1, db1, dw2, db2 = network(x, a, h, w2, dz, True)
    return np.maximum(dw1, 0), db1, dw2, db2


@wrong("05.softplus_backward", "dx loses digits")
def softplus_in_float32(x, dy):
    return dy * (1 / (1 + np.exp(-x.astype(np.float32))))


@wrong("05.softplus_backward", "1 minus something close to 1")
def one_minus_the_falling_slope(x, dy):
    return dy * (1 - 1 / (1 + np.exp(x)))


@wrong("05.softplus_backward", "slope is that of |x|")
def slope_of_the_size(x, dy):
    return dy / (1 + np.exp(-np.abs(x)))


@wrong("05.softplus_backward", "slope is that of -|x|")
def falling_slope_of_the_size(x, dy):
    return dy * np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x)))


@wrong("05.softplus_backward", "x is multiplied in")
def slope_times_x(x, dy):
    return dy * x / (1 + np.exp(-x))


@wrong("05.softplus_backward", "dy went into the exponential")
def slope_at_dy(x, dy):
    return 1 / (1 + np.exp(-dy))


@wrong("05.softplus_backward", "negative dy are cut off")
def positive_dy_only(x, dy):
    return np.maximum(dy, 0) / (1 + np.exp(-x))


@wrong("05.softplus_backward", "No shift is needed")
def shifted_as_in_softmax(x, dy):
    shifted = np.exp(x - x.max())
    return dy * shifted / (1 + shifted)


@wrong("05.softplus_backward", "dx for x = 5.5 and dy = 1 is exactly 1")
def one_above_five(x, dy):
    with np.errstate(all="ignore"):
        return dy * np.where(x > 5, 1, np.exp(x) / (1 + np.exp(x)))


@wrong("05.softplus_backward", "not replaced by them beyond a bound")
def one_above_twenty(x, dy):
    with np.errstate(all="ignore"):
        return dy * np.where(x > 20, 1, np.exp(x) / (1 + np.exp(x)))


@wrong("05.softplus_backward", "not replaced by them beyond a bound")
def zero_below_minus_ten(x, dy):
    with np.errstate(all="ignore"):
        return dy * np.where(x < -10, 0, 1 / (1 + np.exp(-x)))


@wrong("05.dead_units", "on by very little")
def nearly_off_by_a_millionth(a):
    return (a < 1e-6).all(axis=0)


@wrong("05.dead_units", "on by very little")
def close_to_off(a):
    return np.isclose(np.maximum(a, 0), 0).all(axis=0)


@wrong("05.two_layer_backward", "stops where a is small, too")
def mask_above_a_small_number(x, a, h, w2, dz):
    return network(x, a, h, w2, dz, a > 0.05)


@wrong("05.relu_backward", "dy is cut off at 3")
def dy_cut_off(x, dy):
    return np.clip(dy, -3, 3) * (x > 0)


@wrong("05.relu_backward", "divided by the number of examples")
def relu_over_n(x, dy):
    return dy * (x > 0) / len(x)


@wrong("05.dead_units", "every unit counts as dead")
def asked_of_the_output(a):
    return (np.maximum(a, 0) >= 0).all(axis=0)


def behind_another_slope(slope):
    def backward(x, a, h, w2, dz):
        da = dz @ w2.T * slope(a)
        return x.T @ da, da.sum(axis=0), h.T @ dz, dz.sum(axis=0)

    return backward


for _name, _diagnosis, _slope in [
    ("leaky", "0.01 of the gradient passes", lambda a: np.where(a > 0, 1, 0.01)),
    ("leaky_but_not_at_zero", "0.2 of the gradient", lambda a: np.where(a >= 0, a > 0, 0.2)),
    ("of_softplus", "the slope of softplus", lambda a: 1 / (1 + np.exp(-a))),
]:
    _answer = behind_another_slope(_slope)
    _answer.__name__ = _name
    wrong("05.two_layer_backward", _diagnosis)(_answer)


@wrong("05.softplus_backward", "the sigmoid is squared")
def sigmoid_squared(x, dy):
    return dy / (1 + np.exp(-x)) ** 2


@wrong("05.softplus_backward", "divided by the number of examples")
def softplus_over_n(x, dy):
    return dy / (1 + np.exp(-x)) / len(x)


@wrong("05.softplus_backward", "all exponentials share one sum")
def one_softmax(x, dy):
    e = np.exp(x - x.max())
    return dy * e / e.sum()


@wrong("05.relu_backward", "only the entries that pass are left")
def passing_entries_alone(x, dy):
    return dy[x > 0]


@wrong("05.relu_backward", "x itself passes where it is negative")
def x_where_it_is_off(x, dy):
    return np.where(x > 0, dy, x)


@wrong("05.two_layer_backward", "dw1: the sum over the examples decides")
def mask_of_the_summed_input(x, a, h, w2, dz):
    dw1 = x.T @ (dz @ w2.T) * (a.sum(axis=0) > 0)
    return dw1, *network(x, a, h, w2, dz)[1:]


@wrong("05.two_layer_backward", "db1: the mask comes after the sum, and is that of the sum")
def bias_masked_by_the_sum(x, a, h, w2, dz):
    dw1, _, dw2, db2 = network(x, a, h, w2, dz)
    return dw1, (dz @ w2.T).sum(axis=0) * (a.sum(axis=0) > 0), dw2, db2


@wrong("05.two_layer_backward", "a unit passes all if it is on for one")
def bias_masked_by_the_outputs(x, a, h, w2, dz):
    dw1, _, dw2, db2 = network(x, a, h, w2, dz)
    return dw1, (dz @ w2.T).sum(axis=0) * (h.sum(axis=0) > 0), dw2, db2


@wrong("05.two_layer_backward", "counts the examples for which a unit is on")
def bias_from_the_mask(x, a, h, w2, dz):
    dw1, _, dw2, db2 = network(x, a, h, w2, dz)
    return dw1, (a > 0).sum(axis=0), dw2, db2


@wrong("05.two_layer_backward", "the mask took the place of h")
def weights_from_the_mask(x, a, h, w2, dz):
    return network(x, a, (a > 0).astype(float), w2, dz)
