"""Wrong answers to the exercises of notebook 03."""

import numpy as np

from tests.tutorials.wrong_answers import wrong


@wrong("03.dense_forward", "the bias is missing")
def no_bias(x, w, b):
    return x @ w


@wrong("03.dense_forward", "added to every weight")
def bias_on_the_weights(x, w, b):
    return x @ (w + b)


@wrong("03.dense_forward", "the weights are transposed")
def transposed_weights(x, w, b):
    return x @ w.T + b


@wrong("03.dense_forward", "x stands first")
def weights_first(x, w, b):
    return w @ x + b


@wrong("03.dense_forward", "along the wrong axis")
def bias_down_the_examples(x, w, b):
    return x @ w + b[:, np.newaxis]


@wrong("03.dense_forward", "only the first example")
def one_example(x, w, b):
    return np.zeros((len(x), w.shape[1])) + x[0] @ w + b


@wrong("03.dense_forward", "transpose of what is expected")
def units_first(x, w, b):
    return w.T @ x.T + b[:, np.newaxis]


@wrong("03.dense_backward", "the mean over the examples")
def bias_averaged(x, w, dy):
    return dy @ w.T, x.T @ dy, dy.mean(axis=0)


@wrong("03.dense_backward", "db: only the first example")
def bias_of_the_first_row(x, w, dy):
    return dy @ w.T, x.T @ dy, dy[0]


@wrong("03.dense_backward", "over the units, axis 1")
def bias_along_the_units(x, w, dy):
    return dy @ w.T, x.T @ dy, dy.sum(axis=1)


@wrong("03.dense_backward", "db: nothing is summed")
def bias_not_summed(x, w, dy):
    return dy @ w.T, x.T @ dy, dy


@wrong("03.dense_backward", "db has shape (1, 2); expected (2,)")
def bias_keeps_an_axis(x, w, dy):
    return dy @ w.T, x.T @ dy, dy.sum(axis=0, keepdims=True)


@wrong("03.dense_backward", "now it is applied twice")
def divided_twice(x, w, dy):
    return dy @ w.T, x.T @ dy / len(x), dy.sum(axis=0)


@wrong("03.dense_backward", "dw: this is X dY, which sums over")
def weights_without_a_transpose(x, w, dy):
    return dy @ w.T, x @ dy, dy.sum(axis=0)


@wrong("03.dense_backward", "dw: this is dY^T X, the transpose")
def weights_transposed(x, w, dy):
    return dy @ w.T, dy.T @ x, dy.sum(axis=0)


@wrong("03.dense_backward", "only the last example is left")
def weights_overwritten(x, w, dy):
    dw = np.zeros_like(w)
    for x_n, dy_n in zip(x, dy, strict=True):
        dw[...] = np.outer(x_n, dy_n)
    return dy @ w.T, dw, dy.sum(axis=0)


@wrong("03.dense_backward", "dx: this is dY W")
def input_without_a_transpose(x, w, dy):
    return dy @ w, x.T @ dy, dy.sum(axis=0)


@wrong("03.dense_backward", "dx: this is divided by N")
def input_divided(x, w, dy):
    return dy @ w.T / len(x), x.T @ dy, dy.sum(axis=0)


@wrong("03.dense_backward", "these are dw, dx, db, each of them right")
def in_another_order(x, w, dy):
    return x.T @ dy, dy @ w.T, dy.sum(axis=0)


@wrong("03.dense_backward", "should be three arrays")
def without_the_input(x, w, dy):
    return x.T @ dy, dy.sum(axis=0)


@wrong("03.dense_backward", "changes its argument dy")
def writes_into_dy(x, w, dy):
    dy /= len(x)
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)


@wrong("03.find_bugs", "first: its dw is the sum")
def accuses_the_weights_of_the_first():
    return {"first": "dw", "second": "dw", "third": "dx"}


@wrong("03.find_bugs", "second: its db is the sum")
def accuses_the_bias_of_the_second():
    return {"first": "db", "second": "db", "third": "dx"}


@wrong("03.find_bugs", "third: its dw is the sum")
def accuses_the_weights_of_the_third():
    return {"first": "db", "second": "dw", "third": "dw"}


@wrong("03.find_bugs", 'first: expected "dx", "dw" or "db"')
def accuses_all():
    return {"first": ["dw", "db"], "second": "dw", "third": "dx"}


@wrong("03.dense_forward", "the bias is subtracted")
def bias_subtracted(x, w, b):
    return x @ w - b


@wrong("03.dense_forward", "the bias multiplies")
def bias_multiplied(x, w, b):
    return (x @ w) * b


@wrong("03.dense_forward", "place by place")
def entries_multiplied(x, w, b):
    return x * w + b


@wrong("03.dense_forward", "a layer of its own")
def with_a_relu(x, w, b):
    return np.maximum(x @ w + b, 0)


@wrong("03.dense_forward", "shape (2,); expected (1, 2)")
def squeezed(x, w, b):
    return np.squeeze(x @ w + b)


@wrong("03.dense_backward", "the outer product of two sums")
def outer_product_of_sums(x, w, dy):
    return dy @ w.T, np.outer(x.sum(axis=0), dy.sum(axis=0)), dy.sum(axis=0)


@wrong("03.dense_backward", "the outer product of two means")
def outer_product_of_means(x, w, dy):
    return dy @ w.T, np.outer(x.mean(axis=0), dy.mean(axis=0)), dy.sum(axis=0)


@wrong("03.dense_backward", "The slope of y_nj by w_ij is x_ni alone")
def times_the_weights(x, w, dy):
    return dy @ w.T, x.T @ dy * w, dy.sum(axis=0)


@wrong("03.dense_backward", "a step has been taken already")
def new_weights(x, w, dy):
    return dy @ w.T, w - x.T @ dy, dy.sum(axis=0)


@wrong("03.dense_backward", "Each example has a dx of its own")
def one_row_for_all(x, w, dy):
    return np.tile(dy.sum(axis=0) @ w.T, (len(x), 1)), x.T @ dy, dy.sum(axis=0)


@wrong("03.dense_backward", "this is x times something")
def input_times_the_sum(x, w, dy):
    return x * dy.sum(axis=1, keepdims=True), x.T @ dy, dy.sum(axis=0)


@wrong("03.centre_backward", "the mean is held still")
def mean_held_still(dy):
    return dy.copy()


@wrong("03.centre_backward", "*subtracted* in the layer")
def mean_added(dy):
    return dy + dy.mean(axis=0)


@wrong("03.centre_backward", "only the own entry's share")
def own_share_only(dy):
    return dy * (1 - 1 / len(dy))


@wrong("03.centre_backward", "the sum is subtracted")
def sum_subtracted(dy):
    return dy - dy.sum(axis=0)


@wrong("03.centre_backward", "over each example, axis 1")
def mean_of_each_example(dy):
    return dy - dy.mean(axis=1, keepdims=True)


@wrong("03.centre_backward", "Each column has a mean of its own")
def mean_of_everything(dy):
    return dy - dy.mean()


@wrong("03.dense_forward", "the bias is added twice")
def bias_twice(x, w, b):
    return x @ w + b + b


@wrong("03.dense_forward", "once for each example, to every one")
def bias_times_n(x, w, b):
    return x @ w + len(x) * b


@wrong("03.dense_forward", "the sum of the biases")
def sum_of_biases(x, w, b):
    return x @ w + b.sum()


@wrong("03.dense_forward", "all units get the first unit's bias")
def first_bias(x, w, b):
    return x @ w + b[0]


@wrong("03.dense_backward", "dx: this is multiplied by N")
def times_n(x, w, dy):
    return dy @ w.T * len(x), x.T @ dy * len(x), dy.sum(axis=0) * len(x)


@wrong("03.dense_backward", "dw: this is multiplied by N")
def weights_times_n(x, w, dy):
    return dy @ w.T, x.T @ dy * len(x), dy.sum(axis=0)


@wrong("03.dense_backward", "dw: this is divided by the number of inputs")
def by_inputs(x, w, dy):
    return dy @ w.T, x.T @ dy / w.shape[0], dy.sum(axis=0)


@wrong("03.dense_backward", "dw: this is divided by the number of units")
def by_units(x, w, dy):
    return dy @ w.T, x.T @ dy / w.shape[1], dy.sum(axis=0)


@wrong("03.dense_backward", "db: this is divided by the number of units")
def bias_by_units(x, w, dy):
    return dy @ w.T, x.T @ dy, dy.sum(axis=0) / dy.shape[1]


@wrong("03.dense_backward", "db: only the last example is left")
def last_example(x, w, dy):
    return dy @ w.T, x.T @ dy, dy[-1]


@wrong("03.dense_backward", "dx: this is W^T dY")
def weights_in_front(x, w, dy):
    return w.T @ dy, x.T @ dy, dy.sum(axis=0)


@wrong("03.dense_backward", "these are dx, db, dw, each of them right")
def bias_second(x, w, dy):
    return dy @ w.T, dy.sum(axis=0), x.T @ dy


@wrong("03.centre_backward", "is divided by N once more")
def mean_divided_again(dy):
    return dy - dy.mean(axis=0) / len(dy)


@wrong("03.centre_backward", "the mean divides by N - 1")
def by_one_less(dy):
    return dy - dy.sum(axis=0) / max(len(dy) - 1, 1)


@wrong("03.centre_backward", "the number of features, not of examples")
def by_features(dy):
    return dy - dy.sum(axis=0) / dy.shape[1]


@wrong("03.centre_backward", "the own entry is left out of the sum")
def others_only(dy):
    return dy - (dy.sum(axis=0) - dy) / len(dy)


@wrong("03.centre_backward", "enter the means of the rows after them")
def while_looping(dy):
    dx = dy.copy()
    for row in dx:
        row -= dx.mean(axis=0)
    return dx


@wrong("03.dense_forward", "does not divide by the number of examples")
def outputs_averaged(x, w, b):
    return (x @ w + b) / len(x)


@wrong("03.centre_backward", "divided by the column's deviation")
def standardized(dy):
    return (dy - dy.mean(axis=0)) / dy.std(axis=0)


@wrong("03.dense_forward", "whose columns are the examples")
def turned_product(x, w, b):
    return w.T @ x.T + b


@wrong("03.dense_forward", "the bias is divided by N")
def mean_of_the_bias(x, w, b):
    return x @ w + b / len(x)


@wrong("03.dense_backward", "dx: reshape does not turn")
def weights_reshaped(x, w, dy):
    return dy @ w.reshape(w.shape[::-1]), x.T @ dy, dy.sum(axis=0)


@wrong("03.dense_backward", "dw: reshape does not turn")
def inputs_reshaped(x, w, dy):
    return dy @ w.T, x.reshape(x.shape[::-1]) @ dy, dy.sum(axis=0)


def dense_loops(x, w, dy, dx_of_last=False, db_inside=False):
    """The sums as loops, with = for += in dx, or the line of db in the loop over the inputs."""
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1])
    for n, j in np.ndindex(dy.shape):
        for i in range(len(w)):
            dx[n, i] = dy[n, j] * w[i, j] + (0 if dx_of_last else dx[n, i])
            dw[i, j] += dy[n, j] * x[n, i]
            db[j] += dy[n, j] if db_inside or i == 0 else 0
    return dx, dw, db


@wrong("03.dense_backward", "only the last unit is left")
def overwrites_dx(x, w, dy):
    return dense_loops(x, w, dy, dx_of_last=True)


@wrong("03.dense_backward", "the loop over the inputs")
def bias_in_the_inner_loop(x, w, dy):
    return dense_loops(x, w, dy, db_inside=True)


@wrong("03.dense_backward", "only the first unit is counted")
def first_unit_only(x, w, dy):
    return np.outer(dy[:, 0], w[:, 0]), x.T @ dy, dy.sum(axis=0)


@wrong("03.dense_backward", "the first example is left out")
def without_the_first_example(x, w, dy):
    return dy @ w.T, x.T @ dy, dy[1:].sum(axis=0)


@wrong("03.centre_backward", "share of the mean is subtracted twice")
def own_share_twice(dy):
    return dy * (1 - 1 / len(dy)) - dy.mean(axis=0)


@wrong("03.centre_backward", "the direct path is divided by N")
def direct_path_divided(dy):
    return dy / len(dy) - dy.mean(axis=0)


@wrong("03.centre_backward", "0 everywhere")
def nothing_passes(dy):
    return np.zeros_like(dy)


@wrong("03.centre_backward", "the first example takes the place")
def first_subtracted(dy):
    return dy - dy[0]


@wrong("03.centre_backward", "that of |dy|")
def mean_of_sizes(dy):
    return dy - np.abs(dy).mean(axis=0)


@wrong("03.dense_forward", "only the last input is left. y_nj")
def last_input(x, w, b):
    y = np.zeros((len(x), w.shape[1]))
    for i in range(len(w)):
        y = np.outer(x[:, i], w[i])
    return y + b


@wrong("03.dense_forward", "only the last input is left, and the bias is lost")
def last_input_over_the_bias(x, w, b):
    y = np.zeros((len(x), w.shape[1])) + b
    for i in range(len(w)):
        y = np.outer(x[:, i], w[i])
    return y


@wrong("03.dense_forward", "only the first input is counted")
def first_input(x, w, b):
    return np.outer(x[:, 0], w[0]) + b


@wrong("03.dense_forward", "the product is divided by N")
def product_over_n(x, w, b):
    return x @ w / len(x) + b


@wrong("03.dense_backward", "the outer product of a sum and a mean")
def mean_times_sum(x, w, dy):
    return dy @ w.T, np.outer(x.mean(axis=0), dy.sum(axis=0)), dy.sum(axis=0)


@wrong("03.centre_backward", "only the last example's share of the mean")
def last_share(dy):
    mean = np.zeros(dy.shape[1])
    for row in dy:
        mean = row / len(dy)
    return dy - mean


@wrong("03.centre_backward", "only the last term of each sum")
def last_term(dy):
    dx = np.zeros_like(dy)
    for n in range(len(dy)):
        for m in range(len(dy)):
            dx[n] = dy[m] * (n == m) - dy[m] / len(dy)
    return dx


@wrong("03.centre_backward", "divided by 5, whatever N is")
def five_examples(dy):
    return dy - dy.sum(axis=0) / 5
