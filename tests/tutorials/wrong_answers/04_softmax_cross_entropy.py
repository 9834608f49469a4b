"""Wrong answers to the exercises of notebook 04."""

import numpy as np

from tests.tutorials.wrong_answers import wrong


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


@wrong("04.stable_loss", "exp of a number above 709")
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
