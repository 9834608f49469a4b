# %% [markdown]
# # 03 A dense layer on a batch
#
# [← 02 The chain rule on a graph](02_chain_rule.ipynb) · [contents](README.md) · [04 Softmax and cross-entropy →](04_softmax_cross_entropy.ipynb)
#
# ## Question
#
# A dense layer multiplies its inputs by a matrix of weights and adds a bias. Its backward pass is three
# lines long, and the first question that everyone asks about it is: where do the transposes come from?
# A popular answer is "from the shapes: try until they fit". This notebook shows why the shapes cannot
# tell, what can, and which checks let a wrong layer through.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import time

import numpy as np

from tutorials.cells import FAST, check, reveal, stated
from tutorials.style import (
    GRADIENT,
    INK,
    LIGHT,
    MUTED,
    RIGHT,
    VALUE,
    WRONG,
    draw_matrix,
    empty_axes,
    new_figure,
    show,
    show_image,
)
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# A *dense layer* multiplies a batch of examples, one in each row, by a matrix of weights, and adds a
# *bias* to each of its outputs, the *units*. Its backward pass computes the gradients of inputs, weights and
# bias. Three people have written it, each with one mistake:
#
# - the first takes a mean over the batch for the bias's gradient, where a sum belongs;
# - the second counts only the first example of the batch for the bias;
# - the third divides the weights' gradient by the number of examples, which the loss has done already.
#
# Each compares every entry with a difference quotient, as notebook 01 teaches, on a batch that
# holds *one* image. How many of the three mistakes are found?
#
# - **a**: none
# - **b**: one or two
# - **c**: all three

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# A batch $X$ has one example in each row: $N$ rows, and one column for each input. $W$ has a row for
# each input and a column for each unit. With $n$ for the example, $i$ for
# the input and $j$ for the unit, the layer computes
#
# $$Y_{nj} = b_j + \sum_i X_{ni} W_{ij}$$
#
# From the layers after it comes $dY$: one number $dY_{nj} = \partial L / \partial Y_{nj}$ for each entry of $Y$.
# Notebook 02 says what to do with it: the gradient of a number is a sum over all places where the number
# is used, each with its slope.
#
# **The weights.** Where is $W_{ij}$ used? In $Y_{nj}$, once for every example $n$, and nowhere else. Its
# slope there is $X_{ni}$. So
#
# $$dW_{ij} = \sum_n X_{ni} \ dY_{nj}$$
#
# **The inputs** and **the bias**: ask the same question twice more. Where is $X_{ni}$ used, with which
# slope there? Where is $b_j$ used? Write $dX_{ni}$ and $db_j$ down as sums before you go on; the table
# below tells whether you were right, and the sums stand folded behind exercise 2.
#
# All three follow one rule: *sum over the index that the result does not have*. $dW_{ij}$ has no $n$.
# This is the `+=` of notebook 02.
#
# **As matrices.** A matrix product $C = A B$ means $C_{pq} = \sum_k A_{pk} B_{kq}$: the summed index
# stands *last* in the first factor and *first* in the second, side by side. In your sums of two factors, those
# for $dW$ and $dX$, it does not. What a transpose does is to exchange the two indices of a matrix: $X_{ni} = (X^T)_{in}$. Which
# matrix has to be turned over, and which stands first? That is exercise 2.
#
# **Where is $1/N$?** The loss is a *mean* over the batch. Its factor $1/N$ was met when $dY$ was
# computed, and is inside $dY$. A layer sums over examples and does not divide by
# their number, unless its own forward pass holds a mean.

# %% [markdown]
# ## By hand
#
# Two examples, three inputs, two units, whole numbers. Compute entry by entry, with the sums over the
# indices. For instance $dW_{20}$, in the last row and first column: it sums over the two examples,
# $X_{02} \ dY_{00} + X_{12} \ dY_{10} = 0 \cdot 1 + 3 \cdot 2 = 6$.
#
# | name | rule | number |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 0], [0, 1, 3]] |
# | `W` | given | [[1, -1], [0, 2], [3, 1]] |
# | `b` | given | [1, -2] |
# | `Y` | `X @ W + b` | ? |
# | `dY` | given | [[1, 0], [2, -1]] |
# | `dW` | derive it | ? |
# | `db` | derive it | ? |
# | `dX` | derive it | ? |

# %% tags=["by-hand"]
by_hand("03.1", Y=..., dW=..., db=..., dX=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 0], [0, 1, 3]] |
# | `W` | given | [[1, -1], [0, 2], [3, 1]] |
# | `b` | given | [1, -2] |
# | `Y` | `X @ W + b` | [[2, 1], [10, 3]] |
# | `dY` | given | [[1, 0], [2, -1]] |
# | `dW` | `[[sum(X[:, i] * dY[:, j]) for j in range(2)] for i in range(3)]` | [[1, 0], [4, -1], [6, -3]] |
# | `db` | `[sum(dY[:, j]) for j in range(2)]` | [3, -1] |
# | `dX` | `[[sum(dY[n] * W[i]) for i in range(3)] for n in range(2)]` | [[1, 0, 3], [3, -2, 5]] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `Y` | `X @ W` | the bias is missing. |
# | `Y` | `X @ W + 2 * b` | the bias enters once for each number. |
# | `Y` | `X @ W + b[:, np.newaxis]` | b_j belongs to unit j, a column: every row gets the same b. |
# | `Y` | `X @ W - b` | the bias is added. |
# | `dW` | `[[1, 0], [2, 0], [0, 0]]` | only the first example is counted: the sum over n has two terms. |
# | `dW` | `[[0, 0], [2, -1], [6, -3]]` | only the second example is counted: the sum over n has two terms. |
# | `dW` | `[[3, -1], [9, -3], [9, -3]]` | multiply within each example first, then add. |
# | `dW` | `[[3, 1], [0, -2], [9, -1]]` | these are the weights times something. The slope of Y_nj by W_ij is X_ni. |
# | `db` | `dY[0]` | only the first example is counted: each uses the bias once. |
# | `db` | `dY[1]` | only the second example is counted: each uses the bias once. |
# | `db` | `[1, 1]` | the sum runs over the units. It runs over the examples n, down the columns. |
# | `db` | `[2, 2]` | the bias is used twice, and each use brings its dY_nj. |
# | `db` | `dY` | each example uses the bias: add them. |
# | `dX` | `[[1, -1], [2, -4]]` | which index is summed? The result has an n and an i, so it is the third one, in both factors. |
# | `dX` | `W.T` | these are the weights alone: dY is missing. |
# | `dX` | `[[1, 0, 3], [1, 0, 3]]` | this is the first example twice. Each has a row of dY of its own. |
# | `dX` | `dY @ np.abs(W).T` | a weight has lost its minus. |
# | `dX` | `np.abs(dY) @ W.T` | dY has lost its minus. |
# | `dX` | `X` | X does not enter: the slope of Y_nj by X_ni is W_ij. |
# | `dX` | `[[0, 2, 4], [0, 2, 4]]` | these are sums of the weights: dY is missing. |
#
# </details>

# %%
X = np.array([[1, 2, 0], [0, 1, 3]])
W = np.array([[1, -1], [0, 2], [3, 1]])
b = np.array([1, -2])
dY = np.array([[1, 0], [2, -1]])

# %% [markdown]
# **The square trap.** "The shapes decide" works as long as all sizes differ. Take two examples, two
# inputs and two units. Then everything is 2 by 2, and every one of the eight ways to multiply $X$ and
# $dY$, in either order and each turned over or not, has the shape of $dW$:
#
# | name | rule | number |
# | --- | --- | --- |
# | `X` | given | [[1, 2], [3, 4]] |
# | `dY` | given | [[1, -1], [0, 2]] |
# | `dW` | derive it | ? |
# | `wrong_1` | `X @ dY` | ? |
# | `wrong_2` | `dY.T @ X` | ? |

# %% tags=["by-hand"]
by_hand("03.2", dW=..., wrong_1=..., wrong_2=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `X` | given | [[1, 2], [3, 4]] |
# | `dY` | given | [[1, -1], [0, 2]] |
# | `dW` | `[[sum(X[:, i] * dY[:, j]) for j in range(2)] for i in range(2)]` | [[1, 5], [2, 6]] |
# | `wrong_1` | `X @ dY` | [[1, 3], [3, 5]] |
# | `wrong_2` | `dY.T @ X` | [[1, 2], [5, 6]] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `dW` | `[[1, 3], [3, 5]]` | this sums over the inputs. dW_ij sums over the examples n, the first index of both. |
# | `dW` | `[[-1, 4], [-1, 8]]` | this sums over the second index of both. It is n, the first one, that is summed. |
# | `dW` | `[[-2, -2], [6, 8]]` | this sums over the units. dW_ij sums over the examples n, the first index of both. |
# | `dW` | `[[1, 2], [5, 6]]` | this is the transpose: the input i comes first, then the unit j. |
# | `dW` | `[[-2, 6], [-2, 8]]` | in dY the second index is summed. It is n in both, the first one. |
# | `dW` | `[[1, -2], [0, 8]]` | numbers are multiplied place by place. dW_ij is a sum over n of products. |
# | `wrong_1` | `[[1, 5], [2, 6]]` | this is dW, the right one; here X stands as it is. |
# | `wrong_2` | `[[1, 5], [2, 6]]` | this is dW, the right one. |
# | `wrong_2` | `dY @ X` | dY has not been turned over. |
#
# </details>
#
# Square layers are not rare: the `mlp` of `mnist_app` has one of 512 by 512. All eight products stand in a figure behind
# exercise 2.

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/03_dense.py`. In code, `dX` is called `dx`, and so on.
#
# **Exercise 1, `dense_forward(x, w, b)`.** One line. NumPy adds `b` to every row.

# %% tags=["exercise"]
dense_forward = check("03.dense_forward")

# %% [markdown]
# **Exercise 2, `dense_backward(x, w, dy)`.** Three lines. It returns `dx`, `dw` and `db`, in this order.

# %% tags=["exercise"]
dense_backward = check("03.dense_backward")

# %% [markdown]
# <details><summary>The sums, and what the transposes are for</summary>
#
# $X_{ni}$ is used in $Y_{nj}$ for every unit $j$, with the slope $W_{ij}$; $b_j$ in $Y_{nj}$ for every
# example $n$, with the slope 1:
#
# $$dW_{ij} = \sum_n X_{ni} \ dY_{nj}, \qquad dX_{ni} = \sum_j dY_{nj} \ W_{ij}, \qquad db_j = \sum_n dY_{nj}$$
#
# In the first, the summed $n$ stands first in both factors, so $X$ has to be turned over. In the second,
# $j$ stands last in both, so $W$ is turned:
#
# $$dW = X^T dY, \qquad dX = dY \ W^T$$
#
# The transposes put the two ends of a sum side by side. That is the bookkeeping. Its meaning is that of
# notebook 02: $W$ holds the slopes that lead from $X$ to $Y$, and a gradient goes back through the
# transpose of the slopes.
#
# </details>
#
# Here is the square trap again, with all eight products:

# %% jupyter={"source_hidden": true}
X2, dY2 = np.array([[1, 2], [3, 4]]), np.array([[1, -1], [0, 2]])
right = X2.T @ dY2
factors = {"X": X2, "X^T": X2.T, "dY": dY2, "dY^T": dY2.T}
figure = new_figure(8, 3.6)
axes = figure.add_subplot()
place = 0
for first in factors:
    for second in factors:
        if ("Y" in first) == ("Y" in second):
            continue
        product = factors[first] @ factors[second]
        is_right = np.array_equal(product, right)
        corner = (3.4 * (place % 4), 3.6 * (place // 4))
        title = f"${first} \\ {second}$" + ("  $= dW$" if is_right else "")
        cells = list(np.ndindex(2, 2)) if is_right else ()
        draw_matrix(axes, product, title, RIGHT if is_right else MUTED, cells, corner)
        place += 1
axes.set(xlim=(-0.4, 12.6), ylim=(5.9, -1))
show(
    figure,
    "square_trap",
    "Eight products of two square matrices. All have the right shape, one is the gradient.",
    "Eight 2 by 2 matrices, the products of X and dY in both orders, each plain or transposed. "
    "Only X transposed times dY, with the rows (1, 5) and (2, 6), is marked as dW.",
)

# %% [markdown]
# And these are the three products of the layer, and one entry of each:

# %% jupyter={"source_hidden": true}
INDEX = {"n": "#6b4fa0", "i": "#0d8080", "j": "#b07a00"}
SIZE = {"n": 4, "i": 3, "j": 2}


def draw_shape(axes, name, rows, columns, left, top, colour):
    """A matrix with its row index on the left edge and its column index on the upper edge."""
    high, wide = SIZE[rows], SIZE[columns]
    for row in range(high):
        for column in range(wide):
            draw_cell(axes, left + column, top + row, colour)
    edge = {"lw": 4, "solid_capstyle": "butt"}
    axes.plot([left - 0.12] * 2, [top, top + high], color=INDEX[rows], **edge)
    axes.plot([left, left + wide], [top - 0.12] * 2, color=INDEX[columns], **edge)
    letter = {"ha": "center", "va": "center", "fontsize": 13}
    axes.text(left - 0.55, top + high / 2, f"${rows}$", color=INDEX[rows], **letter)
    axes.text(left + wide / 2, top - 0.5, f"${columns}$", color=INDEX[columns], **letter)
    axes.text(left + wide / 2, top + high / 2, f"${name}$", color=INK, **letter)


def draw_cell(axes, x, y, colour):
    axes.fill(
        [x, x + 1, x + 1, x], [y, y, y + 1, y + 1], facecolor=LIGHT[colour], edgecolor="white"
    )


products = [
    (("Y", "nj", VALUE), ("X", "ni", VALUE), ("W", "ij", VALUE)),
    (("dW", "ij", GRADIENT), ("X^T", "in", VALUE), ("dY", "nj", GRADIENT)),
    (("dX", "ni", GRADIENT), ("dY", "nj", GRADIENT), ("W^T", "ji", VALUE)),
]
formulas = [
    (r"$Y_{nj} = \sum_i X_{ni}\, W_{ij} + b_j$", "forwards: $i$ is summed"),
    (r"$dW_{ij} = \sum_n X_{ni}\, dY_{nj}$", "$n$ is summed: $X$ is turned over"),
    (r"$dX_{ni} = \sum_j dY_{nj}\, W_{ij}$", "$j$ is summed: $W$ is turned over"),
]
figure = new_figure(8, 6.3)
axes = empty_axes(figure.add_subplot())
for line, (matrices, (formula, note)) in enumerate(zip(products, formulas, strict=True)):
    middle, left = 5.7 * line, 0.0
    for left, (name, (rows, columns), colour) in zip((0, 4.8, 10.6), matrices, strict=True):
        draw_shape(axes, name, rows, columns, left, middle - SIZE[rows] / 2, colour)
    axes.text(3.6, middle, "=", fontsize=15, ha="center", va="center")
    (_, (rows, summed), _), (_, (_, columns), _) = matrices[1:]
    ends = (10.05, middle - 0.35), (4.9 + SIZE[summed], middle - SIZE[rows] / 2 - 0.12)
    bow = {"arrowstyle": "-", "connectionstyle": "arc3,rad=-0.35", "color": INDEX[summed]}
    axes.annotate("", *ends, arrowprops={**bow, "shrinkA": 0, "shrinkB": 0, "lw": 1.6})
    axes.text(14.4, middle - 0.5, formula, fontsize=13, va="center")
    axes.text(14.4, middle + 0.7, note, color=MUTED, va="center")
axes.set(xlim=(-1, 20.4), ylim=(13.6, -3), aspect="equal")
show(
    figure,
    "shapes",
    "The three products of a dense layer. In each, the summed index is the inner one: the last of "
    "the first factor and the first of the second.",
    "Three rows of matrices as grids, for 4 examples n (purple edges), 3 inputs i (teal) and 2 "
    "units j (ochre). Y, with edges n and j, is X, with n and i, times W, with i and j. dW, with i "
    "and j, is X transposed, with i and n, times dY, with n and j. dX, with n and i, is dY, with n "
    "and j, times W transposed, with j and i.",
)

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 2.4)
axes = figure.add_subplot()
draw_matrix(axes, X.T, "$X^T$", VALUE, [(2, 0), (2, 1)], corner=(0, 1))
draw_matrix(axes, dY, "$dY$", GRADIENT, [(0, 0), (1, 0)], corner=(2.6, 1.5))
draw_matrix(axes, X.T @ dY, "$dW$", GRADIENT, [(2, 0)], corner=(5.8, 1))
draw_matrix(axes, dY, "$dY$", GRADIENT, [(1, 0), (1, 1)], corner=(10, 1.5))
draw_matrix(axes, W.T, "$W^T$", VALUE, [(0, 1), (1, 1)], corner=(12.6, 1.5))
draw_matrix(axes, dY @ W.T, "$dX$", GRADIENT, [(1, 1)], corner=(16.8, 1.5))
for x in (5.2, 16.2):
    axes.text(x, 2.5, "=", fontsize=15, ha="center", va="center")
axes.text(4, 5.1, r"$dW_{20} = 0 \cdot 1 + 3 \cdot 2 = 6$", fontsize=12, ha="center")
axes.text(15, 5.1, r"$dX_{11} = 2 \cdot 0 + (-1) \cdot 2 = -2$", fontsize=12, ha="center")
axes.set(xlim=(-0.3, 20.1), ylim=(5.6, -0.2))
show(
    figure,
    "by_hand",
    "One entry of each product: a row of the first factor times a column of the second.",
    "Left, X transposed, 3 by 2, times dY, 2 by 2, gives dW, 3 by 2; the row (0, 3), the column "
    "(1, 2) and their product, the entry 6, are shaded. Right, dY times W transposed, 2 by 3, gives "
    "dX, 2 by 3; the row (2, -1), the column (0, 2) and the entry -2 are shaded.",
)

# %% [markdown]
# **Exercise 3, `centre_backward(dy)`: no formula this time.** A layer that has no weights: it subtracts
# from each column of $X$ the mean of that column, $Y_{ni} = X_{ni} - \frac{1}{N} \sum_m X_{mi}$, where $m$ runs over all
# examples, $n$ among them. Where is $X_{ni}$ used? In more places than one may think. (Notebook 11 makes a whole layer of this idea.)

# %% tags=["exercise"]
centre_backward = check("03.centre_backward")

# %% [markdown]
# **Exercise 4, `find_bugs()`.** Each of the three functions below has one mistake, and all three run
# without an error on a square batch: as many examples as inputs and units. Which gradient does each get
# wrong? Read them with the indices at
# hand, or compare them with `dense_backward`.


# %%
def first(x, w, dy):
    db = np.ones(len(dy)) @ dy / len(dy)
    return (w @ dy.T).T, (dy.T @ x).T, db


def second(x, w, dy):
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1])
    for n in range(len(x)):
        for j in range(w.shape[1]):
            dx[n] += dy[n, j] * w[:, j]
            dw[:, j] += dy[n, j] * x[n] / len(x)
            db[j] += dy[n, j]
    return dx, dw, db


def third(x, w, dy):
    dx = np.stack([w.T @ dy_n for dy_n in dy])
    dw = sum(np.outer(x_n, dy_n) for x_n, dy_n in zip(x, dy, strict=True))
    return dx, dw, sum(dy)


# %% tags=["exercise"]
find_bugs = check("03.find_bugs")

# %% [markdown]
# ## Check it
#
# First the table. Then random numbers and differences. The loss is $L = \sum_{nj} dY_{nj} Y_{nj}$,
# whose gradient with respect to $Y$ is $dY$, whatever $dY$ we choose. Random numbers are a good choice:
# no two entries count alike, so entries that are mixed up show. (The two errors below differ a great deal, and both are
# rounding: in the first batch one entry happens to be almost 0, and a relative error is divided by its size.)

# %%
np.testing.assert_array_equal(dense_forward(X, W, b), [[2, 1], [10, 3]])
for gradient, expected in zip(dense_backward(X, W, dY), (dY @ W.T, X.T @ dY, [3, -1]), strict=True):
    np.testing.assert_array_equal(gradient, expected)

from tinynet.gradient_check import numerical_gradient, relative_error


def draw(examples, inputs, units, seed=0):
    """Random x, w, b and dy."""
    rng = np.random.default_rng(seed)
    shapes = (examples, inputs), (inputs, units), (units,), (examples, units)
    return [rng.normal(size=shape) for shape in shapes]


def errors(backward, x, w, b, dy):
    """For dx, dw and db the largest relative error of a backward pass, or None for a bad shape."""

    def loss():
        return np.sum(dy * dense_forward(x, w, b))

    found = {}
    for name, array, gradient in zip(
        ("dx", "dw", "db"), (x, w, b), backward(x, w, dy), strict=True
    ):
        same_shape = np.shape(gradient) == array.shape
        numeric = numerical_gradient(loss, array)
        found[name] = relative_error(gradient, numeric).max() if same_shape else None
    return found


for sizes in [(4, 3, 2), (3, 3, 3)]:
    worst = max(errors(dense_backward, *draw(*sizes)).values())
    print(f"{sizes[0]} examples, {sizes[1]} inputs, {sizes[2]} units: error {worst:.0e}")
    assert worst < 1e-6

for function in (first, second, third):
    found = errors(function, *draw(3, 3, 3))
    wrong = [name for name, error in found.items() if error > 1e-6]
    print(f"{function.__name__}: wrong is {wrong[0]}")
    assert wrong == [find_bugs()[function.__name__]]

# %% [markdown]
# ## Compare
#
# `tinynet`'s `Dense` is in `tinynet/layers/dense.py`. Its backward pass computes the same three. It
# writes $dX$ as $(W \ dY^T)^T$, the same numbers, for the sake of how they lie in memory.
# `tinynet/textbook.py` holds the same layer in the form that you have derived, index by index, as
# `dense` and `dense_backward`. The layers and losses of the next notebooks stand there too.

# %%
from tinynet import Dense, Sequential, check_layer, textbook

x, w, b, dy = draw(4, 3, 2)
layer = Sequential([Dense(2)], input_shape=(3,), dtype=np.float64)
kernel, bias = layer.parameters().values()
kernel.value[...], bias.value[...] = w, b

y = layer.forward(x, keep=True)
theirs = layer.backward(dy), kernel.grad, bias.grad
np.testing.assert_allclose(dense_forward(x, w, b), y, rtol=1e-12)
plain = textbook.dense_backward(x, w, dy)
for mine, their, by_index in zip(dense_backward(x, w, dy), theirs, plain, strict=True):
    np.testing.assert_allclose(mine, their, rtol=1e-12)
    np.testing.assert_allclose(mine, by_index, rtol=1e-12)
report = check_layer(layer.layers[0], x)
print("y, dx, dw, db: the same to 12 digits")
print(f"tinynet's own check, largest error {report.worst:.0e}")
assert report.worst < 1e-8

# %% [markdown]
# ## Break it
#
# Six wrong versions and four ways to check. The first way looks at shapes only. The other three compare
# numbers: on one example, on four, and on a square batch with as many examples as inputs and units.

# %%
wrong_versions = {
    "db: the mean": lambda x, w, dy: (dy @ w.T, x.T @ dy, dy.mean(axis=0)),
    "db: only example 0": lambda x, w, dy: (dy @ w.T, x.T @ dy, dy[0]),
    "dw: divided by N": lambda x, w, dy: (dy @ w.T, x.T @ dy / len(x), dy.sum(axis=0)),
    "dx = dy @ w": lambda x, w, dy: (dy @ w, x.T @ dy, dy.sum(axis=0)),
    "dw = x @ dy": lambda x, w, dy: (dy @ w.T, x @ dy, dy.sum(axis=0)),
    "dw = dy.T @ x": lambda x, w, dy: (dy @ w.T, dy.T @ x, dy.sum(axis=0)),
}
ways = {
    "shapes only,\n3 x 3 x 3": (3, 3, 3),
    "numbers,\n1 x 3 x 2": (1, 3, 2),
    "numbers,\n4 x 3 x 2": (4, 3, 2),
    "numbers,\n3 x 3 x 3": (3, 3, 3),
}


def outcome(way, backward):
    """What a check says: "passes", "shape", or the largest relative error."""
    try:
        found = list(errors(backward, *draw(*ways[way])).values())
    except ValueError:  # NumPy cannot multiply these
        return "shape"
    if None in found:
        return "shape"
    if way.startswith("shapes") or max(found) < 1e-6:
        return "passes"
    return f"error {max(found):.1f}"


results = {
    name: [outcome(way, backward) for way in ways] for name, backward in wrong_versions.items()
}
assert all(row[0] == "passes" for row in results.values())
assert [row[1] for row in results.values()] == ["passes"] * 3 + ["shape"] * 3
assert not any("passes" in row[2:] for row in results.values())
reveal(
    prediction,
    "a",
    "With one example the sum, the mean and the first row are the same, and N is 1.",
)

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 3.6)
axes = empty_axes(figure.add_subplot())
for row, (name, cells) in enumerate(results.items()):
    axes.text(-0.15, row + 0.5, name, ha="right", va="center")
    for column, text in enumerate(cells):
        colour = WRONG if text == "passes" else RIGHT
        x = [column, column + 0.96, column + 0.96, column]
        axes.fill(x, [row + 0.04] * 2 + [row + 0.96] * 2, color=LIGHT[colour])
        label = "not seen" if text == "passes" else f"caught: {text}"
        axes.text(column + 0.48, row + 0.5, label, color=colour, ha="center", va="center")
for column, way in enumerate(ways):
    axes.text(column + 0.48, -0.15, way, ha="center", va="bottom")
axes.set(xlim=(-1.2, 4), ylim=(6, -1.1))
show(
    figure,
    "which_check",
    "Which check catches which mistake; the sizes are examples x inputs x units.",
    "A table of six mistakes and four checks. Shapes alone, on a square batch, catch none. Numbers "
    "on one example miss the averaged bias gradient, the one of the first example only, and the "
    "weight gradient divided twice. Numbers on four examples, or on a square batch of three, catch "
    "all six.",
)

# %% [markdown]
# With one example, a sum over examples has one term. Its mean, its first term and the sum itself are
# then the same number, and dividing by $N = 1$ does nothing. So a check needs at least two examples. It
# needs sizes that differ, where a forgotten transpose fails at once, with an error that names the
# shapes; and since square layers occur, it needs numbers.
#
# And what does `tinynet`'s checker say to a layer with an averaged bias gradient? In `Dense`, the method
# `backward_parameters` fills the gradients of weights and bias; the class below spoils the second.

# %%
from tinynet import GradientError


class Averaged(Dense):
    def backward_parameters(self, dy):
        super().backward_parameters(dy)
        self.bias.grad[...] = dy.mean(axis=0)


layer = Averaged(2)
layer.build((3,), np.random.default_rng(0), np.float64)
try:
    check_layer(layer, draw(4, 3, 2)[0])
    message = "passed"
except GradientError as error:
    message = str(error)
print(message)
assert "exactly 4 times too small" in message

# %% [markdown]
# ## Measure
#
# The same gradient in three ways, for 64 real images, shrunk to 14 by 14 pixels, and ten units: with
# `dense_backward`; with the `Value` graph of notebook 02, one number at a time; and with differences of
# all 1,960 weights. The times are processor time, which does not count the programs that run beside this one.

# %%
from mnist_app.data import load_mnist
from tutorials.value import Value

data = load_mnist()
count = 8 if FAST else 64
small = data.train_images[:count].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
x = small.reshape(count, 196) / 255
_, w, b, dy = draw(count, 196, 10)
stated("1,960", w.size)

rounds = []
for _ in range(10):
    started = time.process_time()
    for _ in range(20):
        dx, dw, db = dense_backward(x, w, dy)
    rounds.append((time.process_time() - started) / 20)
layer_seconds = min(rounds)

started = time.process_time()
weights = [[Value(each) for each in row] for row in w]
biases = [Value(each) for each in b]
total = Value(0)
for x_n, dy_n in zip(x, dy, strict=True):
    pixels = [Value(each) for each in x_n]
    for j in range(10):
        score = biases[j]
        for i in range(196):
            score = score + pixels[i] * weights[i][j]
        total = total + Value(dy_n[j]) * score
total.backward()
graph_seconds = time.process_time() - started
by_graph = np.array([[each.grad for each in row] for row in weights])

started = time.process_time()
numeric = numerical_gradient(lambda: float(np.sum(dy * dense_forward(x, w, b))), w)
numeric_seconds = time.process_time() - started

np.testing.assert_allclose(dw, by_graph, rtol=1e-9, atol=1e-12)
np.testing.assert_allclose(dw, numeric, rtol=1e-5, atol=1e-6)
np.testing.assert_allclose(db, [each.grad for each in biases], rtol=1e-9)
print(f"{dw.size:,} derivatives: three times the same")
assert graph_seconds > 100 * layer_seconds
assert numeric_seconds > 100 * layer_seconds

# %% tags=["timing"]
print(f"dense_backward {1000 * layer_seconds:10.3f} ms")
print(f"Value graph    {1000 * graph_seconds:10.3f} ms")
print(f"differences    {1000 * numeric_seconds:10.3f} ms")

# %% [markdown]
# The two witnesses take more than a hundred times as long, the graph of single numbers longer still, and say the
# same. From here on, a matrix
# product stands for all those arrows.
#
# One more look at $dW_{ij} = \sum_n X_{ni} \ dY_{nj}$. Column $j$ of $dW$ is a sum of the *images*, each
# weighted with $dY_{nj}$. So the gradient of a unit's weights is itself an image. Let the loss ask only
# that unit $j$ score high on images of the digit $j$: $L$ is minus the mean, over the images, of the
# score of the right unit. Then $dY_{nj} = -1/N$ if image $n$ shows a $j$, otherwise 0. *Gradient
# descent* trains by subtracting a small multiple of each gradient from its parameter, since that lowers
# the loss. So a step adds a little of these pictures, the columns of $-dW$, to the weights:

# %% jupyter={"source_hidden": true}
images, labels = data.train_images[:1000] / 255, data.train_labels[:1000]
shows = labels[:, np.newaxis] == np.arange(10)  # (1000, 10), True at each image's digit
wish = np.where(shows, -1 / len(labels), 0.0)
_, dw, _ = dense_backward(images.reshape(-1, 784), np.zeros((784, 10)), wish)

figure = new_figure(8, 3.4)
for j in range(10):
    axes = figure.add_subplot(2, 5, j + 1)
    show_image(axes, -dw[:, j].reshape(28, 28), f"unit {j}", vmin=0, vmax=(-dw).max())
show(
    figure,
    "columns",
    "The columns of minus dW: each is a weighted sum of the images, here of those of one digit.",
    "Ten small pictures, the columns of minus dW as images of 28 by 28 pixels, on one scale of grey: "
    "blurred digits from 0 to 9, each the average of all images of that digit, the darker the more "
    "of them there are.",
)
share = np.mean(labels == 3)
np.testing.assert_allclose(-dw[:, 3] / share, images[labels == 3].mean(axis=0).ravel(), rtol=1e-12)

# %% [markdown]
# ## What this cannot tell you
#
# - **Where $dY$ comes from.** Here it was random, or a wish. Notebook 04 derives it from a loss.
# - **Whether the forward pass is right.** If it forgets the bias, and the backward pass returns 0
#   for $db$, difference quotients agree: the bias has no influence.
# - **What a zero hides.** An input that is 0 in all examples, such as the corner of every digit, has a
#   weight gradient of 0, right or wrong. Random inputs have no such corners.
#
# **In short.** You can now derive a layer by asking where each number is used: $dW = X^T dY$, $dX =
# dY W^T$, $db = \sum_n dY_n$. Where people go wrong: a mean where the sum belongs, $1/N$ once more,
# a product that fits only because everything is square, a check with a single example.
#
# **In other libraries.** Keras's `Dense` holds its kernel as here, (in, out). PyTorch's `nn.Linear`
# holds it turned over, (out, in), and computes $X W^T + b$: a kernel has to be transposed on the
# way from one to the other.
#
# **The best of others.** Parr and Howard, [The matrix calculus you need for deep
# learning](https://explained.ai/matrix-calculus/). Justin Johnson, [Backpropagation for a linear
# layer](https://cs231n.stanford.edu/handouts/linear-backprop.pdf), the same by indices. Michael
# Nielsen, [How the backpropagation algorithm
# works](http://neuralnetworksanddeeplearning.com/chap2.html).

# %% [markdown]
# ## Next
#
# [04 Softmax and cross-entropy](04_softmax_cross_entropy.ipynb): where $dY$ begins, and why it is so
# simple.
