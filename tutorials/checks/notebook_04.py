"""The checks of notebook 04: softmax, its backward pass, and the loss with its gradient."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tinynet.gradient_check import numerical_gradient
from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect

LARGE = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -2000.0], [3.0, 1.0, 2.0]])
OVERFLOW = (
    "exp of 710 is infinite, and infinity over infinity is not a number. Subtract "
    "the row's largest score first: the probabilities stay the same."
)
ONE_SHIFT = (
    "one maximum is subtracted from all rows. A row whose scores lie far below it becomes 0 / 0: "
    "give each row its own."
)


@exercise
def softmax(answer: Answer) -> None:
    """Ordinary scores, other sizes, then large ones."""
    _expect_softmax(answer, _draw()[0])
    with _other_sizes():
        _expect_softmax(answer, _draw_others()[0])
    large = "softmax of scores such as [1000, 0, -1000]"
    expect(call(answer, LARGE), _softmax(LARGE), large, mistakes=_overflows(1))


def _expect_softmax(answer: Answer, z: Array) -> None:
    e = np.exp(z)
    shifted = np.exp(z - z.max(axis=1, keepdims=True))
    got = call(answer, z)
    if np.shape(got) == z.shape and 1e-12 < np.abs(got - _softmax(z)).max() < 1e-4:
        if np.allclose(got, np.round(got, 10), rtol=0, atol=1e-15):
            raise WrongAnswer("softmax(z) is rounded. All digits are asked for.")
        raise WrongAnswer(
            "softmax(z) is nearly right. Is a small number added somewhere? None is needed: after "
            "the shift the largest exponential is 1, so the sum is never 0."
        )
    expect(got, _softmax(z), "softmax(z)", mistakes={
        "each column sums to 1, so the examples compete with each other. The scores of one "
        "example are a row: sum over axis 1.": e / e.sum(axis=0),
        "all rows together sum to 1. Each example needs a sum of its own: axis=1, "
        "keepdims=True.": e / e.sum(),
        "the rows do not sum to 1: divide by their sum.": e,
        "all rows together sum to 1, and each is lowered by another maximum. Each example needs a "
        "sum of its own: axis=1, keepdims=True.": shifted / shifted.sum(),
        "scores are divided by their sum, without the exponential.": z / z.sum(1, keepdims=True),
        "this is the logarithm of what is asked for.": np.log(_softmax(z)),
        "each score is squeezed by itself, 1 / (1 + exp(-z)): that is the sigmoid. The classes of "
        "one example share one sum, and the rows add up to 1.": 1 / (1 + np.exp(-z)),
        "these are powers of 2. Softmax takes powers of e, np.exp.": (
            2**z / (2**z).sum(axis=1, keepdims=True)
        ),
        "the maximum is taken over the examples, axis 0: each class is lowered by another amount, "
        "which changes the probabilities. Each *row* needs its own, axis=1.": (
            _lowered_by_columns(z)
        ),
        "the largest score has the 1, and the others 0: that is the answer of argmax.": (
            np.eye(z.shape[1])[z.argmax(axis=1)]
        ),
        "the sign of the scores is turned: the largest score has to get the largest probability.": (
            _softmax(-z)
        ),
        "the exponentials are divided by the largest one. The rows have to add up to 1: divide by "
        "their sum.": e / e.max(axis=1, keepdims=True),
        "the rows are lowered by their maximum, but the sum runs over the examples, axis 0.": (
            shifted / shifted.sum(axis=0)
        ),
        "the largest score is subtracted above the line only. The sum below needs it too.": (
            shifted / e.sum(axis=1, keepdims=True)
        ),
        "the largest score is subtracted below the line only. The exponentials above need the same "
        "shift.": e / shifted.sum(axis=1, keepdims=True),
        "the row is divided by its largest score. The largest is subtracted.": (
            _softmax(z / np.abs(z).max(axis=1, keepdims=True))
        ),
        "the row is divided by its largest score; and two signs may turn. The largest is "
        "subtracted.": _softmax(z / z.max(axis=1, keepdims=True)),
        "the scores are squeezed before the exponential, by tanh: large ones come out alike.": (
            _softmax(100 * np.tanh(z / 100))
        ),
    })  # fmt: skip


def _lowered_by_columns(z: Array) -> Array:
    """The softmax of scores from which each column's maximum has been subtracted."""
    return _softmax(z - z.max(axis=0))


def _overflows(n: int) -> dict[str, Array]:
    """What goes wrong for LARGE, in the probabilities or (n > 1) their share of the gradient."""
    minus = np.eye(3)[[1, 2, 0]] if n > 1 else 0
    cut = _softmax(np.clip(LARGE, -700, 700))
    with np.errstate(all="ignore"):
        e, shifted = np.exp(LARGE), np.exp(LARGE - LARGE.max())
        lowered = [
            np.exp(LARGE - by)
            for by in (LARGE.mean(1, keepdims=True), LARGE.min(1, keepdims=True), 500)
        ]
        return {
            "the scores are cut off at a bound: two that lie beyond it become equal. Subtract the "
            "row's largest score instead: nothing is lost.": (cut - minus) / n,
            "the mean of the scores is subtracted; then the largest still overflows. Subtract the "
            "largest.": (lowered[0] / lowered[0].sum(axis=1, keepdims=True) - minus) / n,
            "the smallest score is subtracted; then the largest overflows all the more. Subtract "
            "the largest.": (lowered[1] / lowered[1].sum(axis=1, keepdims=True) - minus) / n,
            "a row whose scores lie far below what is subtracted becomes 0 / 0. Is that one "
            "constant for all rows, or the largest of |z|? Subtract each row's largest score.": (
                lowered[2] / lowered[2].sum(axis=1, keepdims=True) - minus
            )
            / n,
            "infinity over infinity has been replaced by 0, and with it the answer. Subtract the "
            "row's largest score first.": (np.nan_to_num(e / e.sum(axis=1, keepdims=True)) - minus)
            / n,
            OVERFLOW: (e / e.sum(axis=1, keepdims=True) - minus) / n,
            ONE_SHIFT: (shifted / shifted.sum(axis=1, keepdims=True) - minus) / n,
        }


@exercise
def softmax_backward(answer: Answer) -> None:
    """Against the Jacobian matrix of each row, for three classes and for five."""
    _expect_softmax_backward(answer, _softmax(_draw()[0]))
    with _other_sizes():
        _expect_softmax_backward(answer, _softmax(_draw_others()[0]))


def _expect_softmax_backward(answer: Answer, p: Array) -> None:
    dp = np.random.default_rng(5).normal(size=p.shape)
    dz = np.array([_jacobian(p_n) @ dp_n for p_n, dp_n in zip(p, dp, strict=True)])
    expect(call(answer, p, dp), dz, "dz", mistakes={
        "only the diagonal of the Jacobian is used, p (1 - p). Raising one score also lowers the "
        "probabilities of all other classes.": p * (1 - p) * dp,
        "only p * dp is there. Raising one score also enlarges the sum that all are divided "
        "by.": p * dp,
        "the factor p in front is missing.": dp - np.sum(dp * p, axis=1, keepdims=True),
        "the sum runs over the examples, axis 0. It belongs to one example and runs over its "
        "classes: axis 1.": p * (dp - np.sum(dp * p, axis=0)),
        "the sum runs over all examples. Each row has a sum of its own.": p * (dp - np.sum(dp * p)),
        "the sum is taken of dp alone; each term is weighted by its probability.": (
            p * (dp - np.sum(dp, axis=1, keepdims=True))
        ),
        "the mean over the classes is taken where their sum belongs.": (
            p * (dp - np.mean(dp * p, axis=1, keepdims=True))
        ),
        "the bracket has the wrong sign: it is dp minus the weighted sum.": -dz,
        "the sum is added where it is subtracted. Raising one score lowers the others.": (
            p * (dp + np.sum(dp * p, axis=1, keepdims=True))
        ),
        "the sum stands alone, and the class's own dp is missing.": (
            -p * np.sum(dp * p, axis=1, keepdims=True)
        ),
        "this is divided by N, but dp holds the loss's 1/N already.": dz / len(p),
        "dp alone comes out: the softmax is not passed.": dp,
        "this is dp (p - sum): p and dp are exchanged. It is p (dp - sum).": (
            dp * (p - np.sum(dp * p, axis=1, keepdims=True))
        ),
        "all examples use the Jacobian of the first one. Each row has its own p.": (
            dp @ _jacobian(p[0])
        ),
        "softmax is applied once more: p holds probabilities already.": (
            _softmax(p) * (dp - np.sum(dp * _softmax(p), axis=1, keepdims=True))
        ),
        "the other classes' share has the wrong sign: raising a score *lowers* them.": (
            p * (1 - p) * dp + p * (np.sum(p * dp, axis=1, keepdims=True) - p * dp)
        ),
        "the sum is not multiplied by p: brackets are missing, p (dp - sum).": (
            p * dp - np.sum(p * dp, axis=1, keepdims=True)
        ),
        "dp is not multiplied by p: brackets are missing, p (dp - sum).": (
            dp - p * np.sum(p * dp, axis=1, keepdims=True)
        ),
        "brackets are missing: p (dp - sum), not p dp (1 - sum).": (
            p * dp * (1 - np.sum(p * dp, axis=1, keepdims=True))
        ),
        "the plain mean of dp is subtracted; each dp_j is weighted by its own p_j.": (
            p * (dp - dp.mean(axis=1, keepdims=True))
        ),
        "p_k p_k stands where p_k p_j belongs: each dp_j is weighted by its own p_j.": (
            p * dp - p**2 * dp.sum(axis=1, keepdims=True)
        ),
        "dp is missing in the sum: that of p alone is 1.": p * (dp - 1),
        "only the other classes' share is there. On the diagonal of J stands p (1 - p).": (
            p * (p * dp - np.sum(p * dp, axis=1, keepdims=True))
        ),
        "the bracket is divided by p, where it is multiplied.": (
            (dp - np.sum(p * dp, axis=1, keepdims=True)) / p
        ),
        "the own term p p dp is subtracted twice: the sum over all classes holds it already.": (
            p * (1 - p) * dp - p * np.sum(p * dp, axis=1, keepdims=True)
        ),
        "p stands inside the sum where it belongs before it: p dp - p sum(p dp).": (
            p * dp - np.sum(p * p * dp, axis=1, keepdims=True)
        ),
        "one matrix, of all examples together, takes the place of one J for each.": (
            dp @ (np.diag(p.mean(axis=0)) - p.T @ p)
        ),
        "the sum weighs by p squared; once is enough.": (
            p * (dp - np.sum(dp * p**2, axis=1, keepdims=True))
        ),
        "this is p - dp. dp is any upstream gradient, and has to go through the slopes.": p - dp,
        "this is 0 everywhere. A test with dp = 1 cannot tell it from the truth, but dp is "
        "random here.": np.zeros_like(p),
    })  # fmt: skip


@exercise
def blind_upstream(answer: Answer) -> None:
    """Any dp that is constant in each row, and of ordinary size, for two sizes."""
    _expect_blind(answer, _softmax(_draw()[0]))
    with _other_sizes():
        _expect_blind(answer, _softmax(_draw_others()[0]))


def _expect_blind(answer: Answer, p: Array) -> None:
    dp = np.asarray(call(answer, p))
    if dp.shape != p.shape:
        raise WrongAnswer(f"dp has shape {dp.shape}; expected that of p, {p.shape}.")
    if not np.isfinite(dp).all():
        raise WrongAnswer("dp holds numbers that are not finite.")
    if not dp.any(axis=1).all():
        row = int(np.argmin(dp.any(axis=1)))
        raise WrongAnswer(f"row {row} of dp is zero, and every layer turns that into zero.")
    size = np.abs(dp).max(axis=1)
    if size.min() < 1e-3 or size.max() > 1e3:
        raise WrongAnswer(
            f"a row of dp has the size {size.min() if size.min() < 1e-3 else size.max():.0e}, at "
            "which rounding hides everything. Take numbers of ordinary size, about 1."
        )
    for n, (p_n, dp_n) in enumerate(zip(p, dp, strict=True)):
        dz = _jacobian(p_n) @ dp_n
        if np.abs(dz).max() > 1e-9 * np.abs(dp_n).max():
            raise WrongAnswer(
                f"row {n} of dp gives dz = {np.array2string(dz, precision=3)}, not 0. Which sum of "
                "the probabilities stays the same, whatever the scores are?"
            )


@exercise
def stable_loss(answer: Answer) -> None:
    """Against the definition, with Python's own logarithm; then scores of a thousand."""
    _expect_loss(answer, *_draw())
    with _other_sizes():
        _expect_loss(answer, *_draw_others())
    labels = np.array([1, 2, 0])
    m = LARGE.max(axis=1)
    logs = np.log(np.exp(LARGE - m[:, np.newaxis]).sum(axis=1)) + m
    exact = float(np.mean(logs - LARGE[[0, 1, 2], labels]))
    got = call(answer, LARGE, labels)
    if np.shape(got) == () and 1 < got < exact - 1e-6:
        raise WrongAnswer(
            "the loss for scores such as [1000, 0, -1000] is too small. Are the scores cut off, a "
            "probability kept away from 0 before the logarithm, or an infinite loss replaced by a "
            "number? Take the logarithm of the quotient on paper first: log p = z - m - log(sum). "
            "Then nothing is ever 0."
        )
    expect(got, exact, "the loss for scores such as [1000, 0, -1000]", mistakes={
        "exp of 710 is infinite. Subtract the row's largest score first.": np.nan,
        ONE_SHIFT.replace("becomes 0 / 0", "has a sum that is rounded to 0"): -np.inf,
        "the logarithm of a probability that was rounded to 0 is infinite. Take the logarithm of "
        "the quotient on paper first: log p = z - m - log(sum).": np.inf,
    })  # fmt: skip


def _expect_loss(answer: Answer, z: Array, labels: Array) -> None:
    p = _softmax(z)
    n, k = z.shape
    own_columns = -np.log(p)[:, labels]
    m, own = z.max(axis=1), z[np.arange(n), labels]
    sums = np.exp(z - m[:, np.newaxis]).sum(axis=1)
    each = np.array([-math.log(p[row, label]) for row, label in enumerate(labels)])
    expect(call(answer, z, labels), each.mean(), "the loss", mistakes={
        "this is the sum over the batch, where the mean is asked for.": each.sum(),
        "there is one loss for each example. The loss is their mean, one number.": each,
        "the sign is wrong: -log p is positive.": -each.mean(),
        "this is the mean over examples and classes. Each example has one loss: divide by N "
        "only.": each.mean() / k,
        "the sum is divided by the number of classes, K. It is the mean over the N examples.": (
            each.sum() / k
        ),
        "the mean is taken first, then the logarithm. Each example has its own -log p.": (
            -math.log(np.mean(np.exp(-each)))
        ),
        "this is the loss of the *most probable* class, not of the label.": (
            -np.log(p.max(axis=1)).mean()
        ),
        "this is the mean probability of the labels; the loss is minus its logarithm.": (
            np.exp(-each).mean()
        ),
        "the largest score is subtracted inside the sum only. The label's score has to be lowered "
        "by as much.": (each - z.max(axis=1)).mean(),
        "the largest score is added twice: either log(sum) + m - z, or log(sum) - (z - m).": (
            (each + m).mean()
        ),
        "the largest score is subtracted once more, where it has to come back: either "
        "log(sum) + m - z, or log(sum) - (z - m).": (each - 2 * m).mean(),
        "the logarithm of the sum is missing.": (sums - own + m).mean(),
        "the logarithm of the sum is missing: log sum exp(z) - z.": (np.exp(m) * sums - own).mean(),
        "np.log1p adds 1 to the sum. The sum holds all its terms already: np.log.": (
            (np.log1p(sums) - own + m).mean()
        ),
        "np.log1p adds 1 to the sum, which holds all its terms already: np.log.": (
            (np.log1p(np.exp(m) * sums) - own).mean()
        ),
        "the sum of the exponentials is divided by the number of classes.": (
            each.mean() - math.log(k)
        ),
        "all examples are held against the first one's label. Each has its own.": (
            -np.log(p)[:, labels[0]].mean()
        ),
        "`[:, labels]` takes the columns of all labels from every row, N by N numbers. From row n "
        "only the one at labels[n] counts: index with np.arange(N) too.": own_columns.mean(),
        "`[:, labels]` takes the columns of all labels from every row, N by N numbers; from row n "
        "only the one at labels[n] counts.": own_columns,
        "`[:, labels]` takes the columns of all labels from every row, N by N numbers; only one of "
        "each row counts. Index with np.arange(N) too.": own_columns.sum() / n,
        "this is a logarithm to the base 2. The loss has the natural one, np.log.": (
            each.mean() / math.log(2)
        ),
        "this is a logarithm to the base 10. The loss has the natural one, np.log.": (
            each.mean() / math.log(10)
        ),
        "each score went through a sigmoid by itself. Softmax divides by the sum over the "
        "classes.": np.log1p(np.exp(-z))[np.arange(n), labels].mean(),
        "the mean of the log sums alone; the label's score has to be subtracted.": (
            np.log(np.exp(z).sum(axis=1)).mean()
        ),
        "this is the mean squared distance of p from the label. Asked for is -log p.": (
            ((p - np.eye(k)[labels]) ** 2).sum(axis=1).mean()
        ),
        "softmax is applied twice: its numbers are probabilities already.": (
            -np.log(_softmax(p))[np.arange(n), labels].mean()
        ),
        "this is minus the mean probability of the labels; the loss is minus its logarithm.": (
            -np.exp(-each).mean()
        ),
        "the sum of all scores takes the place of the label's score.": (
            (np.log(np.exp(z).sum(axis=1)) - z.sum(axis=1)).mean()
        ),
        "the sum runs over all examples. Each row has a sum of its own: axis=1, keepdims=True.": (
            math.log(np.exp(z).sum()) - own.mean()
        ),
        "this is 1 - p of the label. Asked for is -log p.": (1 - np.exp(-each)).mean(),
        "the maximum is taken over the examples, axis 0. Each *row* needs its own, axis=1.": (
            -np.log(_lowered_by_columns(z))[np.arange(n), labels].mean()
        ),
        "the sum runs over the examples, axis 0. The classes of one example share a sum.": (
            (np.log(np.exp(z).sum(axis=0))[labels] - z[np.arange(n), labels]).mean()
        ),
        "the shifted exponentials are summed over the examples, axis 0. The classes of one example "
        "share a sum.": (
            np.log(np.exp(z - m[:, np.newaxis]).sum(axis=0)).mean() - (own - m).mean()
        ),
        "the label before is taken: labels count from 0.": (
            -np.log(p)[np.arange(n), labels - 1].mean()
        ),
        "the label after is taken: labels count from 0.": (
            -np.log(p)[np.arange(n), (labels + 1) % k].mean()
        ),
        "only the first example counts. The loss is the mean over all.": each[0],
        "only the last example counts. The loss is the mean over all.": each[-1],
        "the label's score is held against the largest one alone. The loss holds it against the "
        "logarithm of the sum.": (z.max(axis=1) - z[np.arange(n), labels]).mean(),
        "this is the median of the losses; the mean is asked for.": float(np.median(each)),
        "the loss of the other classes is added, -log(1 - p). Only the label's counts.": (
            (each - np.where(np.eye(k)[labels] == 1, 0, np.log(1 - p)).sum(axis=1)).mean()
        ),
        "this is the mean squared distance of p from the label, over all classes. Asked for is "
        "-log p.": ((p - np.eye(k)[labels]) ** 2).mean(),
        "this is the mean squared distance of the label's p from 1. Asked for is -log p.": (
            ((1 - np.exp(-each)) ** 2).mean()
        ),
        "the sum runs over all examples. Each row has a sum of its own: axis=1.": (
            math.log(np.exp(z - z.max(axis=1, keepdims=True)).sum())
            + (z.max(axis=1) - z[np.arange(n), labels]).mean()
        ),
        "the losses of all classes are averaged; only the label's counts.": -np.log(p).mean(),
        "the logarithms of all classes are added; only the label's counts.": (
            -np.log(p).sum() / n
        ),
    })  # fmt: skip


@exercise
def loss_gradient(answer: Answer) -> None:
    """Against p - y over N; then scores of a thousand."""
    _expect_loss_gradient(answer, *_draw())
    with _other_sizes():
        _expect_loss_gradient(answer, *_draw_others())
    labels = np.array([1, 2, 0])
    expected = (_softmax(LARGE) - np.eye(3)[labels]) / 3
    large = "dz for scores such as [1000, 0, -1000]"
    p, y = _softmax(LARGE), np.eye(3)[labels]
    with np.errstate(all="ignore"):
        dp = -y / p / 3
        through_p = p * (dp - np.sum(p * dp, axis=1, keepdims=True))
    kept_away = np.where(p[[0, 1, 2], labels][:, np.newaxis] == 0, 0, expected)
    got = call(answer, LARGE, labels)
    if np.shape(got) == (3, 3) and 1e-12 < np.abs(got - expected).max() < 1e-3:
        raise WrongAnswer(
            f"{large} is nearly right: a probability is kept away from 0, or the slope is a "
            "difference. p - y needs neither."
        )
    expect(got, expected, large, mistakes={
        **_overflows(3),
        "a probability that was rounded to 0 is divided by. p - y needs no division.": through_p,
        "where the label's probability is rounded to 0, the row comes out as 0. Was it kept away "
        "from 0 for a division? Then p and 1 / p no longer cancel. p - y needs no division.": (
            kept_away
        ),
    }, batch=3)  # fmt: skip


def _expect_loss_gradient(answer: Answer, z: Array, labels: Array) -> None:
    n, k = z.shape
    y = np.eye(k)[labels]
    p = _softmax(z)
    e = np.exp(z)
    expect(call(answer, z, labels), (p - y) / n, "dz", mistakes={
        "every entry is exactly 4 times too large. The loss is a mean over N = 4 examples: is "
        "1/N missing?": p - y,
        "every entry is exactly 4 times too small. Is 1/N applied twice?": (p - y) / n**2,
        "the sign is wrong. The label's score has to rise for the loss to fall, so its gradient "
        "is negative.": (y - p) / n,
        "each column sums to 0, where each row should: softmax goes over axis 1, the classes.": (
            (e / e.sum(axis=0) - y) / n
        ),
        "this is p alone: the 1 of the label has to be subtracted.": p / n,
        "this is the gradient with respect to the probabilities, -y/p. It still has to pass the "
        "softmax.": -y / p / n,
        "the loss is a mean over examples, not over classes: divide by N only.": (p - y) / n / k,
        "this is divided by K, the number of classes. N is the number of examples.": (p - y) / k,
        "the 1 is subtracted in the columns of all labels, in every row: `dz[:, labels] -= 1`. In "
        "row n only column labels[n] has it; index with np.arange(N) too.": (
            (p - np.isin(np.arange(k), labels)) / n
        ),
        "1 is subtracted everywhere. It belongs to the label's place alone.": (p - 1) / n,
        "this is multiplied by N, where the mean divides by it.": (p - y) * n,
        "this is the gradient of a squared error. The loss is -log p.": np.array(
            [2 * _jacobian(p_n) @ (p_n - y_n) / n for p_n, y_n in zip(p, y, strict=True)]
        ),
        "the scores take the place of the probabilities: softmax is missing.": (z - y) / n,
        "each score went through a sigmoid by itself; the classes share one sum.": (
            (1 / (1 + np.exp(-z)) - y) / n
        ),
        "p (p - y) is what a squared error gives on the way; here the slope of the logarithm "
        "cancels the p.": p * (p - y) / n,
        "only the label's column is there. The other scores have gradients too: p.": (
            (p - y) * y / n
        ),
        "the maximum is taken over the examples, axis 0, which changes the probabilities. Each "
        "row needs its own: axis=1.": (_lowered_by_columns(z) - y) / n,
        "the label itself is subtracted. It is the number of a class: subtract 1 at that place in "
        "the row.": (p - labels[:, np.newaxis]) / n,
        "only y is divided by N: brackets are missing, (p - y) / N.": p - y / n,
        "only p is divided by N: brackets are missing, (p - y) / N.": p / n - y,
        "the 1 of the label is added. It is subtracted.": (p + y) / n,
        "softmax is applied twice: its numbers are probabilities already.": (_softmax(p) - y) / n,
        "the most probable class takes the place of the label.": (
            (p - np.eye(k)[p.argmax(axis=1)]) / n
        ),
        "the label before is taken: labels count from 0.": (p - np.eye(k)[labels - 1]) / n,
        "the label after is taken: labels count from 0.": (p - np.eye(k)[(labels + 1) % k]) / n,
        "p (1 - p) (p - y) is what a sigmoid and a squared error give. Here the slopes cancel.": (
            (p - y) * p * (1 - p) / n
        ),
        "-1 stands at the label's place. Of p, 1 is subtracted there: p - 1.": (
            np.where(y == 1, -1, p) / n
        ),
        "this is divided by 100. N is the number of examples of this batch, len(z).": (p - y) / 100,
        **{
            f"{told}{missing}": value / share
            for told, value in {
                "the largest p is rounded to 1, and the others to 0. p itself is asked for.": (
                    np.eye(k)[p.argmax(axis=1)] - y
                ),
                "the 1 is subtracted from the label's score, before the softmax. It is subtracted "
                "from the probability.": _softmax(z - y),
            }.items()
            for share, missing in ((n, ""), (1, " (And 1/N is missing.)"))
        },
        "0 stands at the label's place. Of p, 1 is subtracted there: p - 1.": p * (1 - y) / n,
    }, batch=n)  # fmt: skip


def _softmax(z: Array) -> Array:
    """Row by row, through logarithms of sums."""
    logarithms: Array = z - np.logaddexp.reduce(z, axis=1)[:, np.newaxis]
    return np.exp(logarithms)


def _jacobian(p: Array) -> Array:
    """dp[j] / dz[k] of one example."""
    jacobian: Array = np.diag(p) - np.outer(p, p)
    return jacobian


def _draw() -> tuple[Array, Array]:
    """Scores of four examples and three classes, and their labels; none is class 0."""
    return np.random.default_rng(4).normal(size=(4, 3)), np.array([2, 2, 1, 1])


def _draw_others() -> tuple[Array, Array]:
    """Scores of three examples and five classes; no label is the last class."""
    return np.random.default_rng(45).normal(size=(3, 5)), np.array([1, 3, 0])


@contextmanager
def _other_sizes() -> Iterator[None]:
    """What is wrong in here was right for four examples of three classes: the sizes matter."""
    try:
        yield
    except WrongAnswer as diagnosis:
        raise WrongAnswer(
            f"{diagnosis} (That was for 3 examples of 5 classes, with the labels 1, 3 and 0; for 4 "
            "examples of 3 classes all was right. Is a size written into the code, or the number "
            "of classes taken from the largest label?)"
        ) from diagnosis


@exercise
def sigmoid_loss_gradient(answer: Answer) -> None:
    """Against differences of the loss, as it is defined, and then to more digits than they have."""
    _expect_sigmoid_loss_gradient(answer, *_draw())
    with _other_sizes():
        _expect_sigmoid_loss_gradient(answer, *_draw_others())
    z, labels = _draw()
    z *= 10
    q, y = 1 / (1 + np.exp(-z)), np.eye(3)[labels]
    got = call(answer, z, labels)
    expect(got, _sigmoid_loss_gradient_of(q, y), "dz for scores ten times as large", mistakes={
        f"z is cut off at {bound}. The sigmoids of larger scores are still different.": (
            _sigmoid_loss_gradient_of(1 / (1 + np.exp(-np.clip(z, -bound, bound))), y)
        )
        for bound in (2, 3, 5, 10)
    })  # fmt: skip


def _expect_sigmoid_loss_gradient(answer: Answer, z: Array, labels: Array) -> None:
    n, k = z.shape
    y = np.eye(k)[labels]

    def loss() -> float:
        q = 1 / (1 + np.exp(-z))
        return float(-np.log((q / q.sum(axis=1, keepdims=True))[np.arange(n), labels]).mean())

    q, p = 1 / (1 + np.exp(-z)), _softmax(z)
    total = q.sum(axis=1, keepdims=True)
    shares = q / total
    dq = (1 / total - y / q) / n
    got = call(answer, z, labels)
    expect(got, numerical_gradient(loss, z), "dz", rtol=1e-6, mistakes={
        "this is softmax's p - y. Here the scores go through sigmoids, and the sum that is divided "
        "by is one of sigmoids.": (p - y) / n,
        "this is q - y, the gradient of a loss that looks at each class alone. Here the classes "
        "share a sum.": (q - y) / n,
        "this is the gradient with respect to q. It still has to pass the sigmoid: times "
        "q (1 - q).": dq,
        "the shares minus y: the slope of the sigmoid is missing. Of q (1 - q), the q cancels, "
        "1 - q stays.": (shares - y) / n,
        "the 1/N of the mean is missing.": dq * q * (1 - q) * n,
        "the sum in the denominator is held still: raising one q also raises the sum.": (
            -(1 - q) * y / n
        ),
        "the slope of the sigmoid is q (1 - q); one factor q is too many here: divided by q, it "
        "has cancelled already.": q * (1 - q) * (shares - y) / n,
        "the sign is wrong.": -dq * q * (1 - q),
        "the label's own term is missing, -y / q.": dq * q * (1 - q) + y * (1 - q) / n,
        "q (1 - q) is multiplied in twice.": dq * (q * (1 - q)) ** 2,
        "the slope has the share, 1 - q / sum, where the sigmoid's own 1 - q belongs.": (
            (shares - y) * (1 - shares) / n
        ),
        "the sum runs over the examples, axis 0. The classes of one example share a sum.": (
            (q / q.sum(axis=0) - y) * (1 - q) / n
        ),
        "the sum runs over everything. Each example has a sum of its own.": (
            (q / q.sum() - y) * (1 - q) / n
        ),
        "q is not divided by the sum of the example's q.": (q - y) * (1 - q) / n,
        **{
            f"the q go through a softmax. They are divided by their sum as they are.{told}": (
                (_softmax(q) - y) * slope / n
            )
            for told, slope in {
                "": 1 - q,
                " (And the sigmoid's slope is missing.)": np.ones_like(q),
                " (And q cancels.)": q * (1 - q),
            }.items()
        },
        "the slope is q (1 - q), and the q cancels: the factor 1 - q stays.": (shares - y) * q / n,
        "all scores of a row have the label's 1 - q. Each has its own.": (
            (shares - y) * (1 - q[np.arange(n), labels])[:, np.newaxis] / n
        ),
        "p is that of a softmax. Here the q are divided by their sum; no exponential of z shares a "
        "sum.": (p - y) * (1 - q) / n,
        "p is that of a softmax. Here the q are divided by their sum. (And q cancels.)": (
            (p - y) * q * (1 - q) / n
        ),
        "the slope of the sigmoid has a plus: it is q (1 - q).": (shares - y) * (1 + q) / n,
        "only the label's column is there. All q stand in the sum.": y * (shares - 1) * (1 - q) / n,
        "the sigmoid of -z is taken.": _sigmoid_loss_gradient_of(1 - q, y),
        "y / q stands where y belongs: the q of q (1 - q) cancels it.": (
            (shares - y / q) * (1 - q) / n
        ),
        "the first factor is 1 / sum; q / sum belongs there.": (
            (1 / q.sum(axis=1, keepdims=True) - y) * (1 - q) / n
        ),
        "brackets are missing: 1 - q multiplies q / sum, and y as well.": (
            ((1 - q) * shares - y) / n
        ),
        "brackets are missing: 1 - q multiplies y, and q / sum as well.": (
            (shares - (1 - q) * y) / n
        ),
        "brackets are missing: q (1 - q) multiplies 1 / sum, and -y / q as well.": (
            (q * (1 - q) / total - y / q) / n
        ),
        "only y is divided by N: brackets are missing.": (1 - q) * (shares - y / n),
        "only the first term is divided by N: brackets are missing.": (1 - q) * (shares / n - y),
        "the label's term has the wrong sign: q_c stands above the line, and -log falls with it.": (
            (1 - q) * (shares + y) / n
        ),
        "the sum's term has the wrong sign: the sum is below the line, and raises the loss.": (
            (1 - q) * (-shares - y) / n
        ),
        "the slope of log(sum) is 1 / sum, not 1 / sum^2.": (
            q * (1 - q) * (1 / total**2 - y / q) / n
        ),
        "everything is divided by the sum once more.": (1 - q) * (shares - y) / total / n,
        "y is divided by the sum, too. The label's term is y alone, once its q has cancelled.": (
            (1 - q) * (q - y) / total / n
        ),
        "the label's term is -y / q. The sum belongs to the other term.": (
            q * (1 - q) * (1 / total - y / total) / n
        ),
        "the slope of the sigmoid is q (1 - q), in q, not in z.": z * (1 - z) * dq,
        "this is divided by K, the number of classes. N is the number of examples.": (
            dq * q * (1 - q) * n / k
        ),
        "the loss is a mean over examples, not over classes: divide by N only.": (
            dq * q * (1 - q) / k
        ),
        "this is q - y, over all classes: the gradient of a loss that looks at each class alone. "
        "Here the classes share a sum.": (q - y) / n / k,
        "q is divided by the number of classes, where the example's sum belongs.": (
            (1 - q) * (q / k - y) / n
        ),
        "the most probable class takes the place of the label.": (
            (shares - np.eye(k)[shares.argmax(axis=1)]) * (1 - q) / n
        ),
    }, batch=n)  # fmt: skip
    if np.abs(got - dq * q * (1 - q)).max() > 1e-13:
        raise WrongAnswer(
            "dz is right to some nine digits. Are these differences, or is a small number added "
            "somewhere? Derive the formula; then all digits are right."
        )


def _sigmoid_loss_gradient_of(q: Array, y: Array) -> Array:
    """With other q."""
    gradient: Array = (q / q.sum(axis=1, keepdims=True) - y) * (1 - q) / len(q)
    return gradient
