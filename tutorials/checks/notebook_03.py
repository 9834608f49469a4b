"""The checks of notebook 03: a dense layer, forwards and backwards, and three hidden bugs."""

from typing import Any

import numpy as np

from tinynet.gradient_check import numerical_gradient
from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import (
    Array,
    WrongAnswer,
    call,
    expect,
    expect_order,
    recognize,
)

SQUARE = (3, 3, 3)  # examples, inputs, units: every product has the right shape
OBLONG = (4, 3, 2)
MULTIPLIED = (
    "this is multiplied by N. dy holds the loss's 1/N, and there it stays: this layer neither "
    "divides nor multiplies by the number of examples."
)
SINGLE = (1, 3, 2)  # one example: sums over it are easily lost, or turned into numbers


@exercise
def dense_forward(answer: Answer) -> None:
    """A square batch, where mistakes have the right shape, and then one with three sizes."""
    for sizes in (SQUARE, OBLONG, SINGLE):
        x, w, b, _ = _draw(*sizes)
        y = np.array([[row @ column for column in w.T] for row in x])
        expect(call(answer, x, w, b), y + b, "y", mistakes={
            "the bias is missing.": y,
            "the bias is added to every weight, so it is multiplied by the inputs. It enters "
            "once for each output.": y + x.sum(axis=1, keepdims=True) * b,
            "the weights are transposed: y_nj sums x_ni w_ij over i, w's first index.": (
                x @ w.T + b if sizes == SQUARE else y
            ),
            "this is W X, which mixes examples. y_nj sums x_ni w_ij: x stands first.": (
                w @ x + b if sizes == SQUARE else y
            ),
            "the bias has been added along the wrong axis: b_j belongs to unit j, so every "
            "example (row) gets the same b.": y + b[:, np.newaxis] if sizes == SQUARE else y,
            "only the first example is there, repeated. Row n of y comes from row n of x.": (
                np.broadcast_to(y[0] + b, y.shape)
            ),
            "the bias is subtracted.": y - b,
            "only the first example is there. Each row of x gives a row of y.": (
                y[0] + b if len(x) > 1 else y
            ),
            "this is divided by N. This layer does not divide by the number of examples.": (
                (y + b) / len(x)
            ),
            "the bias is added twice.": y + 2 * b,
            "the product is divided by N. This layer does not divide by the number of examples.": (
                y / len(x) + b
            ),
            "only the last input is left. y_nj sums over all inputs i: add (+=) them.": (
                np.outer(x[:, -1], w[-1]) + b
            ),
            "only the last input is left, and the bias is lost. y_nj sums over all inputs i: add "
            "(+=) them.": np.outer(x[:, -1], w[-1]),
            "only the first input is counted. y_nj sums over all inputs i.": (
                np.outer(x[:, 0], w[0]) + b
            ),
            "the bias is divided by N. This layer does not divide by the number of examples.": (
                y + b / len(x)
            ),
            "this is W^T X^T, whose columns are the examples; so the bias meets the wrong numbers. "
            "y_nj sums x_ni w_ij: x stands first.": w.T @ x.T + b if sizes == SQUARE else y,
            "the bias is added once for each example, to every one of them.": y + len(x) * b,
            "all units get the first unit's bias. Each has its own.": y + b[0],
            "all units get the sum of the biases. Each has its own.": y + b.sum(),
            "the bias is added to the inputs. It enters behind the product.": (
                (x + b) @ w if sizes == SQUARE else y
            ),
            "the last input is left out of the sum.": x[:, :-1] @ w[:-1] + b,
            "this is x, unchanged.": x if sizes == SQUARE else y,
            "the bias multiplies. It is added.": y * b,
            "numbers are multiplied place by place, x * w. y_nj is a sum over i of products.": (
                x * w + b if sizes == SQUARE else y
            ),
            "negative outputs are cut off. That is a ReLU, a layer of its own.": (
                np.maximum(y + b, 0)
            ),
        })  # fmt: skip


@exercise
def dense_backward(answer: Answer) -> None:
    """Expected values are sums over the places where each number is used, one by one.

    On a square batch every product of the wrong matrices has the right shape, and can be named.
    Everything else is told by sizes that differ.
    """
    _recognize_reshape(answer)
    _recognize_products(answer)
    for sizes in (OBLONG, SQUARE, SINGLE):
        x, w, _, dy = _draw(*sizes)
        dx = np.array([[np.sum(dy_n * w_i) for w_i in w] for dy_n in dy])
        dw = np.sum([np.outer(x_n, dy_n) for x_n, dy_n in zip(x, dy, strict=True)], axis=0)
        db = np.add.reduce(dy)
        got_dx, got_dw, got_db = _three(call(answer, x, w, dy))
        expect_order((got_dx, got_dw, got_db), {"dx": dx, "dw": dw, "db": db})
        expect(got_dx, dx, "dx", mistakes={
            MULTIPLIED: dx * len(x),
            "this is divided by N, but dy holds the loss's 1/N already.": dx / len(x),
            "dy does not enter: these are sums of the weights. The chain rule multiplies by dy.": (
                np.broadcast_to(w.sum(axis=1), dx.shape)
            ),
            "all examples have the same row, a mean. Each example has a dx of its own.": (
                np.broadcast_to(dx.mean(axis=0), dx.shape)
            ),
            "the weights have lost their signs.": dy @ np.abs(w).T,
            "only the last unit is left. Each input is used by all units: add (+=) them.": (
                np.outer(dy[:, -1], w[:, -1])
            ),
            "only the first unit is counted. Each input is used by all units: add them.": (
                np.outer(dy[:, 0], w[:, 0])
            ),
            "the gradient is cut off where x is negative, as by a ReLU. This layer has none.": (
                dx * (x > 0)
            ),
            "this is x times something: dx sums dy_nj w_ij over j, and x does not enter. Was it "
            "confused with dw?": x * dy.sum(axis=1, keepdims=True),
            "all examples have the same row: dy was summed over them first. Each example has a dx "
            "of its own.": np.broadcast_to(dy.sum(axis=0) @ w.T, dx.shape),
        })  # fmt: skip
        expect(got_dw, dw, "dw", mistakes={
            MULTIPLIED: dw * len(x),
            "this is divided by the number of inputs. dw_ij is a plain sum over the examples.": (
                dw / w.shape[0]
            ),
            "this is divided by the number of units. dw_ij is a plain sum over the examples.": (
                dw / w.shape[1]
            ),
            "this is w. The slope of y_nj by w_ij is x_ni; times dy_nj, and summed.": w,
            "this is dY^T X, the transpose. w_ij is indexed by the input first, then the unit.": (
                dy.T @ x
            ),
            "this is divided by N, but dy holds the loss's 1/N already: now it is applied twice.": (
                dw / len(x)
            ),
            "only the first example is counted. Each example uses each weight once: add them.": (
                np.outer(x[0], dy[0])
            ),
            "this is the outer product of two sums. Asked for is the sum of the outer products: "
            "multiply within each example first, then add.": (
                np.outer(x.sum(axis=0), dy.sum(axis=0))
            ),
            "this is the outer product of two means. Multiply within each example first, then "
            "add.": np.outer(x.mean(axis=0), dy.mean(axis=0)),
            "this is the outer product of a sum and a mean. Multiply within each example first, "
            "then add.": np.outer(x.mean(axis=0), dy.sum(axis=0)),
            "x is squared. The slope of y_nj by w_ij is x_ni.": (x**2).T @ dy,
            "w has been multiplied in. The slope of y_nj by w_ij is x_ni alone.": dw * w,
            "this is w minus its gradient: a step has been taken already. Return the gradient.": (
                w - dw
            ),
            "only the last example is left. Each example uses each weight once: add (+=) them.": (
                np.outer(x[-1], dy[-1])
            ),
        })  # fmt: skip
        expect(got_db, db, "db", mistakes={
            MULTIPLIED: db * len(x),
            "this is divided by the number of units. db_j is a plain sum over the examples.": (
                db / len(db)
            ),
            "this is the mean over the examples. The bias is used once in each example, and uses "
            "add up; dy holds the loss's 1/N already.": db / len(x),
            "only the first example is counted. Each example uses the bias once: add them.": dy[0],
            "the sum runs over the units, axis 1. db_j sums dy_nj over the examples n, axis 0.": (
                dy.sum(axis=1)
            ),
            "nothing is summed: this is dy itself. Each example uses the bias once: add them.": dy,
            "only the last example is left. Each example uses the bias once: add (+=) them.": (
                dy[-1]
            ),
            "this is multiplied by the number of inputs. Does its line stand in the loop over the "
            "inputs? Each example uses the bias once.": db * x.shape[1],
            "the first example is left out. Each example uses the bias once.": db - dy[0],
            "this is the slope alone: the bias has the slope 1. The chain rule multiplies it by "
            "dy, and adds the examples.": np.ones_like(db),
            "this counts the examples, and leaves dy out.": np.full_like(db, len(x)),
        })  # fmt: skip


def _recognize_reshape(answer: Answer) -> None:
    """WrongAnswer if reshape took the place of a transpose: on a square it would change nothing."""
    x, w, _, dy = _draw(*OBLONG)
    try:
        got_dx, got_dw, _ = _three(call(answer, x, w, dy))
    except WrongAnswer:
        return  # products that do not fit are told on the square
    told = "does not turn a matrix over: it keeps the numbers in their order, in other rows."
    recognize(got_dx, dy @ w.T, "dx", {f"reshape {told}": dy @ w.reshape(w.shape[::-1])})
    recognize(got_dw, x.T @ dy, "dw", {f"reshape {told}": x.reshape(x.shape[::-1]) @ dy})


def _recognize_products(answer: Answer) -> None:
    """WrongAnswer if dx or dw is another product of the same matrices, told by its value."""
    x, w, _, dy = _draw(*SQUARE)
    got_dx, got_dw, _ = _three(call(answer, x, w, dy))
    recognize(got_dx, dy @ w.T, "dx", {
        "this is dY W, which sums over w's first index. dx_ni sums dy_nj w_ij over j, the second "
        "one.": dy @ w,
        "this is W dY: the examples are summed over. Each example has a dx of its own.": w @ dy,
        "this is W^T dY: the examples are summed over. Each example has a dx of its own.": w.T @ dy,
        "this is W dY^T, the transpose: dx_ni is indexed by the example first.": w @ dy.T,
        "this is dY X. The slopes of y_nj by x_ni are the weights.": dy @ x,
        "numbers are multiplied place by place, dy * w. dx_ni is a sum over j of products.": dy * w,
    })  # fmt: skip
    recognize(got_dw, x.T @ dy, "dw", {
        "this is X dY, which sums over x's second index, the inputs. dw_ij sums x_ni dy_nj over n, "
        "the examples.": x @ dy,
        "this is X dY^T. dw_ij sums over n, the first index of both.": x @ dy.T,
        "this is dY X, which sums over the units. dw_ij sums x_ni dy_nj over n.": dy @ x,
        "this is X^T dY^T, which sums over n in x and over j in dy. It is n in both.": x.T @ dy.T,
        "numbers are multiplied place by place, x * dy. dw_ij is a sum over n of products.": x * dy,
    })  # fmt: skip


@exercise
def centre_backward(answer: Answer) -> None:
    """Against differences; then one example, which is its own mean."""
    rng = np.random.default_rng(13)
    for n, d in ((5, 3), (3, 3), (1, 2)):
        x, dy = rng.normal(size=(n, d)), rng.normal(size=(n, d))

        def loss(x: Array = x, dy: Array = dy) -> float:
            return float(np.sum(dy * (x - x.mean(axis=0))))

        columns = dy.mean(axis=0)
        dx = numerical_gradient(loss, x)
        expect(call(answer, dy), dx, f"dx for {n} examples", rtol=1e-7, scale=1.0, mistakes={
            "the mean is held still. Each x also moves the mean of its column, and with it every "
            "y of that column.": dy,
            "the path through the mean is added; the mean is *subtracted* in the layer.": (
                dy + columns
            ),
            "this is dy / N alone: the direct path has the slope 1, the one through the mean "
            "-1/N.": dy / n if n > 1 else dx,
            "the mean divides by N - 1. Here it is the sum over N.": (
                dy - dy.sum(axis=0) / max(n - 1, 1) if n > 1 else dx
            ),
            "the own entry is left out of the sum. It moves the mean as well.": (
                dy - (dy.sum(axis=0) - dy) / n if n > 1 else dx
            ),
            "the sum is divided by the number of features, not of examples.": (
                dy - dy.sum(axis=0) / d
            ),
            "the mean is subtracted twice.": dy - 2 * columns,
            "the own entry's share of the mean is subtracted twice: the mean holds it already.": (
                dy * (1 - 1 / n) - columns if n > 1 else dx
            ),
            "the direct path is divided by N: its slope is 1.": dy / n - columns if n > 1 else dx,
            "this is 0 everywhere. A test with dy = 1 cannot tell it from the truth, but dy is "
            "random here.": np.zeros_like(dy),
            "the first example takes the place of the mean.": dy - dy[0],
            "only the last example's share of the mean is left: add (+=) them.": dy - dy[-1] / n,
            "only the last term of each sum is left: add (+=) them.": (
                dy * (np.arange(n) == n - 1)[:, np.newaxis] - dy[-1] / n
            ),
            "the mean is that of |dy|. Its sign counts.": (
                dy - np.abs(dy).mean(axis=0) if n > 1 else dx
            ),
            "the sum is divided by 2, whatever N is. The mean divides by N.": (
                dy - dy.sum(axis=0) / 2
            ),
            "the sum is divided by 5, whatever N is: for 5 examples all was right. The mean "
            "divides by N, len(dy).": dy - dy.sum(axis=0) / 5,
            "the means of rows and columns are both subtracted. The layer takes columns only.": (
                dy - columns - dy.mean(axis=1, keepdims=True) + dy.mean()
            ),
            "both means are subtracted, of columns and of rows. The layer takes columns only.": (
                dy - columns - dy.mean(axis=1, keepdims=True)
            ),
            "the mean of dy is divided by N once more: it holds its 1/N already.": (
                dy - columns / n
            ),
            "the mean is rounded on the way.": dy - columns.round(),
            "the other entries' shares are added. If x goes up, the mean goes up, and every other "
            "y goes *down*.": dy * (1 - 1 / n) + (dy.sum(axis=0) - dy) / n if n > 1 else dx,
            "this is the gradient divided by N once more: the direct path has the slope 1.": (
                (dy - columns) / n if n > 1 else dx
            ),
            "rows that have been changed enter the means of the rows after them: take the mean "
            "once, before.": _one_after_the_other(dy),
            "this is divided by the column's deviation, too. The layer only subtracts.": (
                (dy - columns) / dy.std(axis=0) if n > 1 else dx
            ),
            "the median takes the place of the mean.": dy - np.median(dy, axis=0),
            "only the own entry's share of the mean is counted, 1/N of it. All other entries of "
            "the column use the mean too.": dy * (1 - 1 / n),
            "the sum is subtracted where the mean belongs: the mean has the slope 1/N.": (
                dy - dy.sum(axis=0)
            ),
            "the mean is taken over each example, axis 1. The layer takes it over the column.": (
                dy - dy.mean(axis=1, keepdims=True)
            ),
            "the mean over everything is subtracted. Each column has a mean of its own.": (
                dy - dy.mean()
            ),
            "only the path through the mean is there; x is also used directly.": (
                np.broadcast_to(-columns, dy.shape)
            ),
        }, batch=n)  # fmt: skip


def _one_after_the_other(dy: Array) -> Array:
    """Each row minus the mean of a batch in which the rows before it are changed already."""
    changed = dy.copy()
    for row in changed:
        row -= changed.mean(axis=0)
    return changed


@exercise
def find_bugs(answer: Answer) -> None:
    """Each wrong accusation is answered with what that gradient does right."""
    truth = {"first": "db", "second": "dw", "third": "dx"}
    got = call(answer)
    if not isinstance(got, dict) or set(got) != set(truth):
        raise WrongAnswer(
            f"the result should be a dictionary with the keys first, second, third. Received: "
            f"{got!r}"
        )
    defence = {
        "dx": "its dx is dY W^T, row by row",
        "dw": "its dw is the sum of x_ni dy_nj over the examples",
        "db": "its db is the sum of dy_nj over the examples",
    }
    for name, wrong in truth.items():
        if not isinstance(got[name], str) or got[name] not in defence:
            raise WrongAnswer(f'{name}: expected "dx", "dw" or "db". Received: {got[name]!r}')
        if got[name] != wrong:
            raise WrongAnswer(
                f"{name}: {defence[got[name]]}, which is right. Write the other two with "
                "indices, or compare them with differences."
            )


def _draw(n: int, inputs: int, units: int) -> tuple[Array, Array, Array, Array]:
    """Random x, w, b and dy for so many examples, inputs and units."""
    rng = np.random.default_rng(3)
    shapes: list[Any] = [(n, inputs), (inputs, units), units, (n, units)]
    x, w, b, dy = (rng.normal(size=shape) for shape in shapes)
    return x, w, b, dy


def _three(result: Any) -> tuple[Any, Any, Any]:
    if not isinstance(result, tuple | list) or len(result) != 3:
        received = (
            len(result) if isinstance(result, tuple | list) else f"one {type(result).__name__}"
        )
        raise WrongAnswer(f"the result should be three arrays: dx, dw, db. Received: {received}")
    return result[0], result[1], result[2]
