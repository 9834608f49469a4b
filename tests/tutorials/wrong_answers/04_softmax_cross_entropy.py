"""Wrong answers to the exercises of notebook 04."""

import numpy as np

from tests.tutorials.wrong_answers import wrong
from tinynet.gradient_check import numerical_gradient


def rows(z, axis=1):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def one_hot(z, labels):
    return np.eye(z.shape[1])[labels]


@wrong("04.softmax", "sum over axis 1")
def columns(z):
    e = np.exp(z)
    return e / e.sum(axis=0)


@wrong("04.softmax", "all rows together sum to 1")
def one_sum(z):
    e = np.exp(z)
    return e / e.sum()


@wrong("04.softmax", "divide by their sum")
def not_divided(z):
    return np.exp(z)


@wrong("04.softmax", "Subtract the row's largest score")
def no_shift(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


@wrong("04.softmax", "give each row its own")
def one_shift(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


@wrong("04.softmax", "changes its argument z")
def shifts_in_place(z):
    z -= z.max(axis=1, keepdims=True)
    return rows(z)


@wrong("04.softmax_backward", "only the diagonal")
def diagonal(p, dp):
    return p * (1 - p) * dp


@wrong("04.softmax_backward", "only p * dp is there")
def as_if_not_divided(p, dp):
    return p * dp


@wrong("04.softmax_backward", "runs over the examples, axis 0")
def sum_down(p, dp):
    return p * (dp - np.sum(dp * p, axis=0))


@wrong("04.softmax_backward", "weighted by its probability")
def plain_sum(p, dp):
    return p * (dp - np.sum(dp, axis=1, keepdims=True))


@wrong("04.softmax_backward", "cannot tell it from the truth")
def nothing(p, dp):
    return np.zeros_like(dp)


@wrong("04.softmax_backward", "the factor p in front")
def no_factor(p, dp):
    return dp - np.sum(dp * p, axis=1, keepdims=True)


@wrong("04.softmax_backward", "this is p - dp")
def as_with_cross_entropy(p, dp):
    return p - dp


@wrong("04.blind_upstream", "row 0 of dp is zero")
def zeros(p):
    return np.zeros_like(p)


@wrong("04.blind_upstream", "row 0 of dp gives dz")
def probabilities(p):
    return p


@wrong("04.blind_upstream", "row 0 of dp gives dz")
def reciprocals(p):
    return 1 / p


@wrong("04.blind_upstream", "dp has shape (3,)")
def one_row(p):
    return np.ones(p.shape[1])


@wrong("04.stable_loss", "this is the sum over the batch")
def summed(z, labels):
    return -np.log(rows(z)[np.arange(len(z)), labels]).sum()


@wrong("04.stable_loss", "one loss for each example")
def each_one(z, labels):
    return -np.log(rows(z)[np.arange(len(z)), labels])


@wrong("04.stable_loss", "sign is wrong")
def log_likelihood(z, labels):
    return np.log(rows(z)[np.arange(len(z)), labels]).mean()


@wrong("04.stable_loss", "divide by N only")
def mean_over_everything(z, labels):
    return -np.mean(one_hot(z, labels) * np.log(rows(z)))


@wrong("04.stable_loss", "only the label's counts")
def all_classes(z, labels):
    return -np.log(rows(z)).sum() / len(z)


@wrong("04.stable_loss", "has to be lowered")
def shifted_once(z, labels):
    log_sums = np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1))
    return np.mean(log_sums - z[np.arange(len(z)), labels])


@wrong("04.stable_loss", "losses of all classes are averaged")
def label_not_picked(z, labels):
    return -np.log(rows(z)).mean()


@wrong("04.stable_loss", "exp of 710")
def loss_without_shift(z, labels):
    e = np.exp(z)
    return np.mean(np.log(e.sum(axis=1)) - np.log(e[np.arange(len(z)), labels]))


@wrong("04.stable_loss", "rounded to 0 is infinite")
def log_of_zero(z, labels):
    return -np.log(rows(z)[np.arange(len(z)), labels]).mean()


@wrong("04.stable_loss", "kept away from 0")
def clipped(z, labels):
    p = np.maximum(rows(z)[np.arange(len(z)), labels], 1e-12)
    return -np.log(p).mean()


@wrong("04.loss_gradient", "is 1/N missing?")
def not_averaged(z, labels):
    return rows(z) - one_hot(z, labels)


@wrong("04.loss_gradient", "Is 1/N applied twice?")
def averaged_twice(z, labels):
    return (rows(z) - one_hot(z, labels)) / len(z) ** 2


@wrong("04.loss_gradient", "the sign is wrong")
def uphill(z, labels):
    return (one_hot(z, labels) - rows(z)) / len(z)


@wrong("04.loss_gradient", "each column sums to 0")
def gradient_over_columns(z, labels):
    e = np.exp(z)
    return (e / e.sum(axis=0) - one_hot(z, labels)) / len(z)


@wrong("04.loss_gradient", "this is p alone")
def label_forgotten(z, labels):
    return rows(z) / len(z)


@wrong("04.loss_gradient", "divided by K")
def averaged_over_classes(z, labels):
    return (rows(z) - one_hot(z, labels)) / z.shape[1]


@wrong("04.loss_gradient", "subtract 1 at that place")
def class_number_subtracted(z, labels):
    return (rows(z) - labels[:, np.newaxis]) / len(z)


@wrong("04.loss_gradient", "Subtract the row's largest score")
def gradient_without_shift(z, labels):
    e = np.exp(z)
    return (e / e.sum(axis=1, keepdims=True) - one_hot(z, labels)) / len(z)


@wrong("04.loss_gradient", "p - y needs no division")
def in_two_steps(z, labels):
    p = rows(z)
    dp = -one_hot(z, labels) / p / len(z)
    return p * (dp - np.sum(p * dp, axis=1, keepdims=True))


@wrong("04.softmax", "that is the sigmoid")
def sigmoid_of_each(z):
    return 1 / (1 + np.exp(-z))


@wrong("04.softmax", "these are powers of 2")
def powers_of_two(z):
    e = 2 ** (z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@wrong("04.softmax", "maximum is taken over the examples")
def shifted_by_columns(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=1, keepdims=True)


@wrong("04.softmax", "the answer of argmax")
def hard_maximum(z):
    return np.eye(z.shape[1])[z.argmax(axis=1)]


@wrong("04.softmax", "the sign of the scores is turned")
def smallest_score_first(z):
    return rows(-z)


@wrong("04.softmax_backward", "the mean over the classes")
def mean_for_sum(p, dp):
    return p * (dp - np.mean(dp * p, axis=1, keepdims=True))


@wrong("04.softmax_backward", "bracket has the wrong sign")
def bracket_turned(p, dp):
    return p * (np.sum(dp * p, axis=1, keepdims=True) - dp)


@wrong("04.softmax_backward", "added where it is subtracted")
def sum_added(p, dp):
    return p * (dp + np.sum(dp * p, axis=1, keepdims=True))


@wrong("04.softmax_backward", "holds the loss's 1/N already")
def averaged_again(p, dp):
    return p * (dp - np.sum(dp * p, axis=1, keepdims=True)) / len(p)


@wrong("04.stable_loss", "N by N numbers")
def columns_of_all_labels(z, labels):
    return -np.log(rows(z))[:, labels].mean()


@wrong("04.stable_loss", "N by N numbers")
def matrix_of_losses(z, labels):
    return -np.log(rows(z))[:, labels]


@wrong("04.stable_loss", "logarithm to the base 2")
def in_bits(z, labels):
    return -np.log2(rows(z)[np.arange(len(z)), labels]).mean()


@wrong("04.stable_loss", "went through a sigmoid by itself")
def loss_of_a_sigmoid(z, labels):
    return -np.log(1 / (1 + np.exp(-z)))[np.arange(len(z)), labels].mean()


@wrong("04.stable_loss", "mean squared distance")
def squared_distance(z, labels):
    return ((rows(z) - one_hot(z, labels)) ** 2).sum(axis=1).mean()


@wrong("04.stable_loss", "this is 1 - p of the label")
def one_minus_p(z, labels):
    return (1 - rows(z)[np.arange(len(z)), labels]).mean()


@wrong("04.stable_loss", "the label's score has to be subtracted")
def log_sums_alone(z, labels):
    return np.log(np.exp(z).sum(axis=1)).mean()


@wrong("04.loss_gradient", "`dz[:, labels] -= 1`")
def ones_in_whole_columns(z, labels):
    dz = rows(z)
    dz[:, labels] -= 1
    return dz / len(z)


@wrong("04.loss_gradient", "softmax is missing")
def scores_for_probabilities(z, labels):
    return (z - one_hot(z, labels)) / len(z)


@wrong("04.loss_gradient", "the classes share one sum")
def gradient_of_sigmoids(z, labels):
    return (1 / (1 + np.exp(-z)) - one_hot(z, labels)) / len(z)


@wrong("04.loss_gradient", "only the label's column is there")
def label_column_only(z, labels):
    return (rows(z) - 1) * one_hot(z, labels) / len(z)


@wrong("04.loss_gradient", "cancels the p")
def times_p(z, labels):
    return rows(z) * (rows(z) - one_hot(z, labels)) / len(z)


@wrong("04.loss_gradient", "maximum is taken over the examples")
def gradient_shifted_by_columns(z, labels):
    e = np.exp(z - z.max(axis=0))
    return (e / e.sum(axis=1, keepdims=True) - one_hot(z, labels)) / len(z)


def sigmoids(z, labels):
    q = 1 / (1 + np.exp(-z))
    return q, q / q.sum(axis=1, keepdims=True), one_hot(z, labels)


@wrong("04.sigmoid_loss_gradient", "this is softmax's p - y")
def as_behind_a_softmax(z, labels):
    return (rows(z) - one_hot(z, labels)) / len(z)


@wrong("04.sigmoid_loss_gradient", "looks at each class alone")
def as_for_single_classes(z, labels):
    q, _, y = sigmoids(z, labels)
    return (q - y) / len(z)


@wrong("04.sigmoid_loss_gradient", "It still has to pass the sigmoid")
def stops_at_the_sigmoid(z, labels):
    q, _, y = sigmoids(z, labels)
    return (1 / q.sum(axis=1, keepdims=True) - y / q) / len(z)


@wrong("04.sigmoid_loss_gradient", "the slope of the sigmoid is missing")
def slope_of_the_sigmoid_forgotten(z, labels):
    _, shares, y = sigmoids(z, labels)
    return (shares - y) / len(z)


@wrong("04.sigmoid_loss_gradient", "raising one q also raises the sum")
def sum_held_still(z, labels):
    q, _, y = sigmoids(z, labels)
    return -(1 - q) * y / len(z)


@wrong("04.sigmoid_loss_gradient", "one factor q is too many")
def one_q_too_many(z, labels):
    q, shares, y = sigmoids(z, labels)
    return q * (1 - q) * (shares - y) / len(z)


@wrong("04.softmax", "Is a size written into the code")
def three_classes(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / (3 * e.mean(axis=1, keepdims=True))


@wrong("04.softmax", "but the sum runs over the examples, axis 0")
def shifted_rows_summed_columns(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=0)


@wrong("04.softmax", "exponentials are divided by the largest one")
def lowered_only(z):
    return np.exp(z - z.max(axis=1, keepdims=True))


@wrong("04.softmax", "has been replaced by 0, and with it the answer")
def nothing_for_infinity(z):
    e = np.exp(z)
    return np.nan_to_num(e / e.sum(axis=1, keepdims=True))


@wrong("04.softmax_backward", "Is a size written into the code")
def three_times_the_mean(p, dp):
    return p * (dp - 3 * np.mean(p * dp, axis=1, keepdims=True))


@wrong("04.softmax_backward", "p stands inside the sum")
def p_inside(p, dp):
    return p * dp - np.sum(p * p * dp, axis=1, keepdims=True)


@wrong("04.blind_upstream", "Is a size written into the code")
def four_by_three(p):
    return np.ones((4, 3))


@wrong("04.stable_loss", "Is a size written into the code")
def eye_of_three(z, labels):
    shifted = z - z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - (shifted * np.eye(3)[labels]).sum(axis=1))


@wrong("04.stable_loss", "taken from the largest label")
def eye_of_the_labels(z, labels):
    y = np.eye(labels.max() + 1)[labels]
    shifted = z - z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - (shifted * y).sum(axis=1))


@wrong("04.stable_loss", "should be one number, not tuple")
def loss_and_gradient(z, labels):
    return rows(z)[np.arange(len(z)), labels].mean(), rows(z)


@wrong("04.stable_loss", "the maximum is taken over the examples")
def loss_shifted_by_columns(z, labels):
    shifted = z - z.max(axis=0)
    log_sums = np.log(np.exp(z - z.max(axis=0)).sum(axis=1))
    return np.mean(log_sums - shifted[np.arange(len(z)), labels])


@wrong("04.stable_loss", "the sum runs over all examples")
def loss_with_one_sum(z, labels):
    shifted = z - z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum()) - shifted[np.arange(len(z)), labels])


@wrong("04.stable_loss", "the label before is taken")
def label_before(z, labels):
    return -np.log(rows(z)[np.arange(len(z)), labels - 1]).mean()


@wrong("04.stable_loss", "only the first example counts")
def first_loss(z, labels):
    return -np.log(rows(z)[0, labels[0]])


@wrong("04.loss_gradient", "taken from the largest label")
def gradient_with_eye_of_the_labels(z, labels):
    return (rows(z) - np.eye(labels.max() + 1)[labels]) / len(z)


@wrong("04.loss_gradient", "Is a size written into the code")
def gradient_with_eye_of_three(z, labels):
    return (rows(z) - np.eye(3)[labels]) / len(z)


@wrong("04.loss_gradient", "only y is divided by N")
def y_divided(z, labels):
    return rows(z) - one_hot(z, labels) / len(z)


@wrong("04.loss_gradient", "only p is divided by N")
def p_divided(z, labels):
    dz = rows(z) / len(z)
    dz[np.arange(len(z)), labels] -= 1
    return dz


@wrong("04.loss_gradient", "softmax is applied twice")
def softmax_twice(z, labels):
    return (rows(rows(z)) - one_hot(z, labels)) / len(z)


@wrong("04.loss_gradient", "the most probable class takes the place")
def own_guess(z, labels):
    return (rows(z) - one_hot(z, z.argmax(axis=1))) / len(z)


@wrong("04.loss_gradient", "-1 stands at the label's place")
def assigned(z, labels):
    dz = rows(z)
    dz[np.arange(len(z)), labels] = -1
    return dz / len(z)


@wrong("04.loss_gradient", "a probability is kept away from 0")
def probabilities_clipped(z, labels):
    return (np.clip(rows(z), 1e-7, 1 - 1e-7) - one_hot(z, labels)) / len(z)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@wrong("04.sigmoid_loss_gradient", "Are these differences")
def by_differences(z, labels):
    def loss():
        q = sigmoid(z)
        return -np.log(q[np.arange(len(z)), labels] / q.sum(axis=1)).mean()

    return numerical_gradient(loss, z)


def shares(z):
    q = sigmoid(z)
    return q / q.sum(axis=1, keepdims=True)


@wrong("04.sigmoid_loss_gradient", "Is a size written into the code")
def divided_by_four(z, labels):
    return (shares(z) - one_hot(z, labels)) * (1 - sigmoid(z)) / 4


@wrong("04.sigmoid_loss_gradient", "Is a size written into the code")
def three_sigmoids(z, labels):
    q = sigmoid(z)
    return (q / (3 * q.mean(axis=1, keepdims=True)) - one_hot(z, labels)) * (1 - q) / len(z)


@wrong("04.sigmoid_loss_gradient", "the label's own term is missing")
def label_term_missing(z, labels):
    return shares(z) * (1 - sigmoid(z)) / len(z)


@wrong("04.sigmoid_loss_gradient", "where the sigmoid's own 1 - q belongs")
def share_in_the_slope(z, labels):
    return (shares(z) - one_hot(z, labels)) * (1 - shares(z)) / len(z)


@wrong("04.sigmoid_loss_gradient", "the sum runs over the examples, axis 0")
def sigmoids_summed_down(z, labels):
    q = sigmoid(z)
    return (q / q.sum(axis=0) - one_hot(z, labels)) * (1 - q) / len(z)


@wrong("04.sigmoid_loss_gradient", "the sum runs over everything")
def sigmoids_summed_up(z, labels):
    q = sigmoid(z)
    return (q / q.sum() - one_hot(z, labels)) * (1 - q) / len(z)


@wrong("04.sigmoid_loss_gradient", "q is not divided by the sum")
def no_sum(z, labels):
    q = sigmoid(z)
    return (q - one_hot(z, labels)) * (1 - q) / len(z)


@wrong("04.softmax", "Is a small number added somewhere")
def small_number_added(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 1e-8)


@wrong("04.softmax", "softmax(z) is rounded")
def rounded_probabilities(z):
    return np.round(rows(z), 6)


@wrong("04.softmax", "above the line only")
def numerator_shifted(z):
    return np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z).sum(axis=1, keepdims=True)


@wrong("04.softmax", "below the line only")
def denominator_shifted(z):
    return np.exp(z) / np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)


@wrong("04.softmax_backward", "the sum is not multiplied by p")
def sum_outside_the_bracket(p, dp):
    return p * dp - np.sum(p * dp, axis=1, keepdims=True)


@wrong("04.softmax_backward", "dp is not multiplied by p")
def dp_outside_the_bracket(p, dp):
    return dp - p * np.sum(p * dp, axis=1, keepdims=True)


@wrong("04.softmax_backward", "divided by p")
def bracket_divided(p, dp):
    return (dp - np.sum(p * dp, axis=1, keepdims=True)) / p


@wrong("04.softmax_backward", "subtracted twice")
def own_term_twice(p, dp):
    return p * (1 - p) * dp - p * np.sum(p * dp, axis=1, keepdims=True)


@wrong("04.blind_upstream", "about 1")
def tiny_upstream(p):
    return np.full(p.shape, 1e-300)


@wrong("04.blind_upstream", "about 1")
def huge_upstream(p):
    return np.full(p.shape, 1e200)


def loss_of(terms):
    """A loss from a function of the log sums, the shifts and the label's scores of all examples."""

    def loss(z, labels):
        m = z.max(axis=1)
        sums = np.exp(z - m[:, np.newaxis]).sum(axis=1)
        return float(np.mean(terms(sums, m, z[np.arange(len(z)), labels])))

    return loss


@wrong("04.stable_loss", "added twice")
def shift_added_twice(z, labels):
    return loss_of(lambda s, m, own: np.log(s) + m - (own - m))(z, labels)


@wrong("04.stable_loss", "has to come back")
def shift_subtracted_twice(z, labels):
    return loss_of(lambda s, m, own: np.log(s) - m - own)(z, labels)


@wrong("04.stable_loss", "the logarithm of the sum is missing")
def no_logarithm(z, labels):
    return loss_of(lambda s, m, own: s - (own - m))(z, labels)


@wrong("04.stable_loss", "np.log1p adds 1")
def one_too_many(z, labels):
    return loss_of(lambda s, m, own: np.log1p(s) - (own - m))(z, labels)


@wrong("04.stable_loss", "divided by the number of classes")
def mean_of_the_exponentials(z, labels):
    return loss_of(lambda s, m, own: np.log(s / z.shape[1]) - (own - m))(z, labels)


@wrong("04.stable_loss", "give each row its own")
def one_maximum_for_all(z, labels):
    z = z - z.max()
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]))


@wrong("04.stable_loss", "probability kept away from 0")
def clipped_far_below(z, labels):
    return float(-np.log(np.maximum(rows(z)[np.arange(len(z)), labels], 1e-300)).mean())


@wrong("04.stable_loss", "an infinite loss replaced")
def infinity_replaced(z, labels):
    with np.errstate(divide="ignore"):
        losses = -np.log(rows(z)[np.arange(len(z)), labels])
    return float(np.nan_to_num(losses, posinf=1000).mean())


@wrong("04.stable_loss", "summed over the examples")
def shifted_and_summed_down(z, labels):
    z = z - z.max(axis=1, keepdims=True)
    sums = np.log(np.exp(z).sum(axis=0)).mean()
    return float(np.mean(sums - z[np.arange(len(z)), labels]))


@wrong("04.stable_loss", "the first one's label")
def first_label_for_all(z, labels):
    return float(-np.log(rows(z)[:, labels[0]]).mean())


def through_the_softmax(z, dp):
    p = rows(z)
    return p * (dp - np.sum(p * dp, axis=1, keepdims=True)) / len(z)


@wrong("04.loss_gradient", "no longer cancel")
def kept_from_zero(z, labels):
    return through_the_softmax(z, -one_hot(z, labels) / np.maximum(rows(z), 1e-12))


@wrong("04.loss_gradient", "no longer cancel")
def small_number_below_the_line(z, labels):
    return through_the_softmax(z, -one_hot(z, labels) / (rows(z) + 1e-12))


@wrong("04.loss_gradient", "1 is subtracted everywhere")
def one_from_all(z, labels):
    return (rows(z) - 1) / len(z)


@wrong("04.loss_gradient", "multiplied by N")
def times_n(z, labels):
    return (rows(z) - one_hot(z, labels)) * len(z)


@wrong("04.loss_gradient", "squared error")
def gradient_of_a_squared_error(z, labels):
    return through_the_softmax(z, 2 * (rows(z) - one_hot(z, labels)))


def from_sigmoids(formula):
    """A gradient from q, the sum of a row's q, y and N."""

    def gradient(z, labels):
        q = 1 / (1 + np.exp(-z))
        return formula(q, q.sum(axis=1, keepdims=True), one_hot(z, labels), len(z))

    return gradient


for _diagnosis, _formula in {
    "1 - q multiplies q / sum": lambda q, s, y, n: ((1 - q) * q / s - y) / n,
    "1 - q multiplies y": lambda q, s, y, n: (q / s - (1 - q) * y) / n,
    "q (1 - q) multiplies 1 / sum": lambda q, s, y, n: (q * (1 - q) / s - y / q) / n,
    "only y is divided by N": lambda q, s, y, n: (1 - q) * (q / s - y / n),
    "only the first term is divided": lambda q, s, y, n: (1 - q) * (q / s / n - y),
    "label's term has the wrong sign": lambda q, s, y, n: (1 - q) * (q / s + y) / n,
    "sum's term has the wrong sign": lambda q, s, y, n: (1 - q) * (-q / s - y) / n,
    "not 1 / sum^2": lambda q, s, y, n: q * (1 - q) * (1 / s**2 - y / q) / n,
    "by the sum once more": lambda q, s, y, n: (1 - q) * (q / s - y) / s / n,
    "y is divided by the sum, too": lambda q, s, y, n: (1 - q) * (q - y) / s / n,
    "the label's term is -y / q": lambda q, s, y, n: q * (1 - q) * (1 / s - y / s) / n,
    "divided by K": lambda q, s, y, n: (1 - q) * (q / s - y) / q.shape[1],
    "over classes: divide by N only": lambda q, s, y, n: (1 - q) * (q / s - y) / q.size,
    "this is q - y, over all classes": lambda q, s, y, n: (q - y) / q.size,
    "where the example's sum belongs": lambda q, s, y, n: (1 - q) * (q / q.shape[1] - y) / n,
}.items():
    _answer = from_sigmoids(_formula)
    _answer.__name__ = "_".join(_diagnosis.split()[:6])
    wrong("04.sigmoid_loss_gradient", _diagnosis)(_answer)


@wrong("04.sigmoid_loss_gradient", "in q, not in z")
def slope_in_z(z, labels):
    q, y = 1 / (1 + np.exp(-z)), one_hot(z, labels)
    return z * (1 - z) * (1 / q.sum(axis=1, keepdims=True) - y / q) / len(z)


@wrong("04.sigmoid_loss_gradient", "z is cut off at 3")
def sigmoid_of_scores_cut_off(z, labels):
    return sigmoid_loss_gradient(np.clip(z, -3, 3), labels)


@wrong("04.sigmoid_loss_gradient", "for scores ten times as large")
def sigmoid_of_scores_cut_off_at_seven(z, labels):
    return sigmoid_loss_gradient(np.clip(z, -7, 7), labels)


def sigmoid_loss_gradient(z, labels):
    return (shares(z) - one_hot(z, labels)) * (1 - sigmoid(z)) / len(z)


@wrong("04.softmax", "all rows together sum to 1, and each is lowered")
def one_sum_of_lowered_scores(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum()


@wrong("04.softmax", "and two signs may turn")
def divided_by_its_largest(z):
    return rows(z / z.max(axis=1, keepdims=True))


@wrong("04.softmax", "or the largest of |z|?")
def largest_size(z):
    e = np.exp(z - np.abs(z).max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def through_sums(formula):
    """A softmax_backward from p, dp and a sum over the classes."""

    def backward(p, dp):
        return formula(p, dp, lambda terms: terms.sum(axis=1, keepdims=True))

    return backward


for _diagnosis, _formula in {
    "not p dp (1 - sum)": lambda p, dp, total: p * dp * (1 - total(p * dp)),
    "the plain mean of dp": lambda p, dp, total: p * (dp - total(dp) / p.shape[1]),
    "p_k p_k stands where p_k p_j": lambda p, dp, total: p * dp - p**2 * total(dp),
    "dp is missing in the sum": lambda p, dp, total: p * (dp - total(p)),
    "only the other classes": lambda p, dp, total: p * (p * dp - total(p * dp)),
}.items():
    _answer = through_sums(_formula)
    _answer.__name__ = "_".join(_diagnosis.split()[:6])
    wrong("04.softmax_backward", _diagnosis)(_answer)


def stable_loss(z, labels):
    m = z.max(axis=1)
    own = z[np.arange(len(z)), labels]
    return np.mean(np.log(np.exp(z - m[:, np.newaxis]).sum(axis=1)) + m - own)


@wrong("04.stable_loss", "softmax is applied twice")
def loss_of_probabilities(z, labels):
    return stable_loss(rows(z), labels)


@wrong("04.stable_loss", "minus the mean probability")
def minus_the_probability(z, labels):
    return -rows(z)[np.arange(len(z)), labels].mean()


@wrong("04.stable_loss", "the sum of all scores takes the place")
def all_scores(z, labels):
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z.sum(axis=1))


@wrong("04.stable_loss", "Each row has a sum of its own")
def one_sum_for_all(z, labels):
    m = z.max()
    return np.mean(np.log(np.exp(z - m).sum()) - (z[np.arange(len(z)), labels] - m))


@wrong("04.stable_loss", "Are the scores cut off")
def loss_of_scores_cut_off(z, labels):
    return stable_loss(np.clip(z, -700, 700), labels)


@wrong("04.loss_gradient", "rounded to 1")
def winner_minus_label(z, labels):
    return (np.eye(z.shape[1])[z.argmax(axis=1)] - one_hot(z, labels)) / len(z)


@wrong("04.loss_gradient", "before the softmax")
def label_off_the_scores(z, labels):
    return rows(z - one_hot(z, labels)) / len(z)


@wrong("04.loss_gradient", "1/N is missing.)")
def label_off_the_scores_and_no_mean(z, labels):
    return rows(z - one_hot(z, labels))


for _name, _diagnosis, _formula in [
    ("softmax_of_q", "the q go through a softmax", lambda q, s, y, n: (rows(q) - y) / n),
    (
        "softmax_of_q_1",
        "the q go through a softmax",
        lambda q, s, y, n: (rows(q) - y) * (1 - q) / n,
    ),
    ("q_for_1_minus_q", "the factor 1 - q stays", lambda q, s, y, n: (q / s - y) * q / n),
    (
        "slope_of_the_label",
        "Each has its own",
        lambda q, s, y, n: (q / s - y) * (1 - (q * y).sum(axis=1, keepdims=True)) / n,
    ),
    ("nearly", "a small number added", lambda q, s, y, n: (q / (s + 1e-8) - y) * (1 - q) / n),
]:
    _answer = from_sigmoids(_formula)
    _answer.__name__ = _name
    wrong("04.sigmoid_loss_gradient", _diagnosis)(_answer)


@wrong(
    "04.sigmoid_loss_gradient", "p is that of a softmax. Here the q are divided by their sum. (And"
)
def softmax_and_a_slope(z, labels):
    q = sigmoid(z)
    return q * (1 - q) * (rows(z) - one_hot(z, labels)) / len(z)


@wrong("04.sigmoid_loss_gradient", "no exponential of z shares a sum")
def softmax_and_a_factor(z, labels):
    return (1 - sigmoid(z)) * (rows(z) - one_hot(z, labels)) / len(z)


@wrong("04.stable_loss", "divided by the number of classes, K")
def sum_by_classes(z, labels):
    m = z.max(axis=1, keepdims=True)
    logs = (np.log(np.exp(z - m).sum(axis=1, keepdims=True)) + m)[:, 0]
    return (logs - z[np.arange(len(z)), labels]).sum() / z.shape[1]
