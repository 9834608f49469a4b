# %% [markdown]
# # 05 ReLU and a whole network
#
# [← 04 Softmax and cross-entropy](04_softmax_cross_entropy.ipynb) · [contents](README.md) · [06 Training you can trust →](06_training.ipynb)
#
# ## Question
#
# Two dense layers in a row are no better than one: $(X W_1) W_2 = X (W_1 W_2)$ is again a single matrix.
# What makes a network more than that is a bend between them, and the usual one is ReLU, which replaces
# negative numbers by 0. How does a gradient pass a bend? And with that, the pieces are complete: how
# does it pass a whole network?

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

from functools import partial

import numpy as np

from tutorials.cells import FAST, check, reveal, stated
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import (
    GRADIENT,
    INK,
    LIGHT,
    MUTED,
    RIGHT,
    VALUE,
    WRONG,
    empty_axes,
    new_figure,
    show,
    show_image,
)
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# For one image, a unit between the two layers computes $-1$, and ReLU makes it 0. Weights lead into
# this unit, from the layer before it, and out of it, to the layer after it. Which of them get a
# gradient other than zero from this image?
#
# - **a**: those that lead in
# - **b**: those that lead out
# - **c**: neither

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# **What the bend buys.** The smallest task that no single layer can do is *exclusive or*: of two inputs that
# are 0 or 1, is exactly one of them 1? A layer draws one straight line through the plane of the two inputs, and
# says yes on one side of it. The two points of "yes" lie across from each other, and so do those of "no". Two
# ReLU units are enough: $h_0 = \max(x_0 + x_1, 0)$ and $h_1 = \max(x_0 + x_1 - 1, 0)$. The score
# $h_0 - 2 h_1$ is 0, 1, 1 and 0 at the four points, because the second unit bends the slope of the first back down.
# A score above one half, the blue area in the figure, counts as "yes".

# %% jupyter={"source_hidden": true}
corners = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
line = np.linspace(-0.4, 1.4, 121)
plane = np.stack(np.meshgrid(line, line), axis=-1)


def one_layer(x):
    return x.sum(axis=-1) - 0.5


def with_a_bend(x):
    h0, h1 = np.maximum(x.sum(axis=-1), 0), np.maximum(x.sum(axis=-1) - 1, 0)
    return h0 - 2 * h1 - 0.5


figure = new_figure(7, 2.9)
for k, (title, score) in enumerate(
    [("one layer: a line", one_layer), ("two ReLU units", with_a_bend)]
):
    axes = figure.add_subplot(1, 2, k + 1)
    axes.contourf(line, line, score(plane), levels=[-9, 0, 9], colors=[LIGHT[MUTED], LIGHT[VALUE]])
    for (x0, x1), yes in zip(corners, (0, 1, 1, 0), strict=True):
        axes.plot(x0, x1, "o", ms=9, color=VALUE if yes else MUTED)
    right = ((score(corners) > 0) == [0, 1, 1, 0]).sum()
    axes.set(title=f"{title}: {right} of 4 right", xlabel="$x_0$", ylabel="$x_1$", aspect="equal")
assert ((with_a_bend(corners) > 0) == [0, 1, 1, 0]).all()
assert ((one_layer(corners) > 0) == [0, 1, 1, 0]).sum() == 3
show(
    figure,
    "exclusive_or",
    "Exclusive or: blue points are to lie in the blue area, where the score is above one half. One "
    "line gets three right at best, two ReLU units all four.",
    "Two squares with four points at their corners: blue at (0, 1) and (1, 0), grey at (0, 0) and (1, "
    "1). Left, a straight line with a blue half-plane above it holds both blue points and one grey "
    "one. Right, a blue stripe along the falling diagonal holds the blue points only.",
)

# %% [markdown]
# **ReLU** works on each entry alone:
#
# $$Y_{ni} = \max(X_{ni}, 0)$$
#
# So $X_{ni}$ is used in one place, and no sum is needed. What is its slope there? The array of these slopes is called
# the *mask*.
#
# **At 0** there is a kink and no derivative. Any number from 0 to 1 can be defended; the usual choice,
# and that of `tinynet`, is 0. It matters more often than one would think: a black image and zero biases
# put every unit exactly there.
#
# **A whole network.** Give each result of the forward pass a letter. $A$ holds the sums of
# the first layer, $H$ what ReLU makes of them (the *hidden* units), $Z$ the scores, $P$ their softmax,
# and $Y$, from here on, the one-hot labels. Copy the table on paper, and fill in the column in the middle, from
# bottom to top; the table by hand and exercise 3 judge it:
#
# | forwards, down | backwards, up | needs |
# | --- | --- | --- |
# | $A = X W_1 + b_1$ | $dW_1 =$ ?, $\quad db_1 =$ ? | $X$ |
# | $H = \max(A, 0)$ | $dA =$ ? | $A$ |
# | $Z = H W_2 + b_2$ | $dW_2 =$ ?, $\quad db_2 =$ ?, $\quad dH =$ ? | $H$, $W_2$ |
# | $L$, the loss | $dZ = (P - Y) / N$ | $Z$, labels |
#
# Every line in the middle is from notebook 03, notebook 04 or the paragraph above. The last column names
# what the forward pass has to keep: these are the *caches*.

# %% [markdown]
# ## By hand
#
# Two inputs, two hidden units, two classes, one example; class 1 is right. The parameters are whole
# numbers, so only one number is awkward, and all gradients are multiples of it: $p_0 = e^1 / (e^1 + e^0)$, the
# sigmoid of 1 that you met in notebook 02, 0.7311. (With one example a sum over examples cannot be told from a mean. Random
# batches will tell, below.)
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [[1, 2]] |
# | `W1` | given | [[1, -1], [1, 0]] |
# | `b1` | given | [0, 0] |
# | `W2` | given | [[1, -1], [2, 1]] |
# | `b2` | given | [-2, 3] |
# | `y` | given | [[0, 1]] |
# | `a` | `x @ W1 + b1` | ? |
# | `h` | `np.maximum(a, 0)` | ? |
# | `z` | `h @ W2 + b2` | ? |
# | `p` | `exp(z) / exp(z).sum()` | ? |
# | `L` | `-log(p[0, 1])` | ? |
# | `dz` | derive it | ? |
# | `dW2` | derive it | ? |
# | `db2` | derive it | ? |
# | `dh` | derive it | ? |
# | `da` | derive it | ? |
# | `dW1` | derive it | ? |
# | `db1` | derive it | ? |

# %% tags=["by-hand"]
by_hand("05.1",
    a=..., h=..., z=..., p=..., L=..., dz=..., dW2=..., db2=..., dh=..., da=..., dW1=...,
    db1=...)  # fmt: skip

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [[1, 2]] |
# | `W1` | given | [[1, -1], [1, 0]] |
# | `b1` | given | [0, 0] |
# | `W2` | given | [[1, -1], [2, 1]] |
# | `b2` | given | [-2, 3] |
# | `y` | given | [[0, 1]] |
# | `a` | `x @ W1 + b1` | [[3, -1]] |
# | `h` | `np.maximum(a, 0)` | [[3, 0]] |
# | `z` | `h @ W2 + b2` | [[1, 0]] |
# | `p` | `exp(z) / exp(z).sum()` | [[0.7311, 0.2689]] |
# | `L` | `-log(p[0, 1])` | 1.3133 |
# | `dz` | `p - y` | [[0.7311, -0.7311]] |
# | `dW2` | `h.T @ dz` | [[2.1932, -2.1932], [0, 0]] |
# | `db2` | `dz[0]` | [0.7311, -0.7311] |
# | `dh` | `dz @ W2.T` | [[1.4621, 0.7311]] |
# | `da` | `dh * (a > 0)` | [[1.4621, 0]] |
# | `dW1` | `x.T @ da` | [[1.4621, 0], [2.9242, 0]] |
# | `db1` | `da[0]` | [1.4621, 0] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `a` | `x @ W1.T + b1` | the weights are transposed: a_j sums x_i W_ij over i, the rows of W1. |
# | `h` | `[[1, 0]]` | this is the mask. h is a itself where a is positive. |
# | `h` | `abs(a)` | a negative number becomes 0, not positive. |
# | `z` | `a @ W2 + b2` | the second layer takes h, not a. |
# | `z` | `h @ W2` | the bias is missing. |
# | `p` | `[[0.2689, 0.7311]]` | the two have changed places: the larger score has the larger probability. |
# | `L` | `-log(p[0, 0])` | this is the loss for class 0; class 1 is right. |
# | `L` | `log(p[0, 1])` | the sign is wrong: -log p is positive. |
# | `dz` | `y - p` | the sign is wrong: notebook 04 has p - y. |
# | `dz` | `p - [[1, 0]]` | this is for class 0; class 1 is right. |
# | `dz` | `p` | the 1 of the label has to be subtracted. |
# | `dW2` | `[[2.1932, -2.1932], [-0.7311, 0.7311]]` | the second layer's input was h, not a: its second unit gave 0. |
# | `dW2` | `[[2.1932, 0], [-2.1932, 0]]` | this is the transpose: a row for each hidden unit, a column for each score. |
# | `dW2` | `[[0.7311, -0.7311], [1.4621, -1.4621]]` | the second layer's input was h, not x. |
# | `db2` | `dz` | one pair of brackets too many: a bias has one number for each score, and no rows. |
# | `db2` | `[0, 0]` | the two scores are not added: each has a bias of its own. |
# | `dh` | `[[-0.7311, -1.4621]]` | the weights are not turned: dh_i sums dz_j W_ij over j, along *row* i of W2. |
# | `dh` | `dz` | W2 is missing: h_i is used in every score, with the slope W_ij. |
# | `dh` | `[[2.1932, 0]]` | this is h times dz, which belongs to the weights. |
# | `da` | `dh` | the ReLU is missing: a_1 is negative, and h_1 does not depend on it. |
# | `da` | `[[4.3864, 0]]` | the slope of a ReLU is 1 or 0, not its output. |
# | `da` | `[[0.7311, 0]]` | W2 is missing on the way back: begin at `dh`. |
# | `dW1` | `[[1.4621, 0.7311], [2.9242, 1.4621]]` | the gradient went past the ReLU as if it were not there: take `da`. |
# | `dW1` | `[da[0], da[0]]` | x is missing: the second input is 2. |
# | `dW1` | `[[1.4621, 2.9242], [0, 0]]` | this is the transpose: a row for each input, a column for each unit. |
# | `dW1` | `[[4.3864, 0], [0, 0]]` | the first layer's input was x, not h. |
# | `db1` | `da` | one pair of brackets too many: a bias has one number for each unit, and no rows. |
# | `db1` | `dh[0]` | the gradient went past the ReLU as if it were not there: take `da`. |
# | `db1` | `[0, 0]` | b1 is 0 now, but it is a parameter: if it grows, so does a. |
#
# </details>
#
# Now a step of gradient descent: from each parameter subtract 0.1 times its gradient. Then forwards once
# more. Take the gradients from your last table, those of the biases too. With $c$ for 0.7311, all of them are multiples
# of $c$:
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [[1, 2]] |
# | `c` | `1 / (1 + exp(-1))` | ? |
# | `W1` | derive it | ? |
# | `b1` | derive it | ? |
# | `W2` | derive it | ? |
# | `b2` | derive it | ? |
# | `a` | `x @ W1 + b1` | ? |
# | `h` | `np.maximum(a, 0)` | ? |
# | `z` | `h @ W2 + b2` | ? |
# | `L` | `log(exp(z).sum()) - z[0, 1]` | ? |

# %% tags=["by-hand"]
by_hand("05.2", c=..., W1=..., b1=..., W2=..., b2=..., a=..., h=..., z=..., L=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [[1, 2]] |
# | `c` | `1 / (1 + exp(-1))` | 0.7311 |
# | `W1` | `[[1 - 0.2 * c, -1], [1 - 0.4 * c, 0]]` | [[0.8538, -1], [0.7076, 0]] |
# | `b1` | `[-0.2 * c, 0]` | [-0.1462, 0] |
# | `W2` | `[[1 - 0.3 * c, -1 + 0.3 * c], [2, 1]]` | [[0.7807, -0.7807], [2, 1]] |
# | `b2` | `[-2 - 0.1 * c, 3 + 0.1 * c]` | [-2.0731, 3.0731] |
# | `a` | `x @ W1 + b1` | [[2.1227, -1]] |
# | `h` | `np.maximum(a, 0)` | [[2.1227, 0]] |
# | `z` | `h @ W2 + b2` | [[-0.4159, 1.4159]] |
# | `L` | `log(exp(z).sum()) - z[0, 1]` | 0.1485 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `W1` | `[[1 + 0.2 * c, -1], [1 + 0.4 * c, 0]]` | the step went uphill: the gradient is subtracted. |
# | `W1` | `[[1 - 2 * c, -1], [1 - 4 * c, 0]]` | the factor 0.1 is missing. |
# | `W1` | `[[-0.2 * c, 0], [-0.4 * c, 0]]` | this is the step alone: it is added to the old weights. |
# | `W1` | `[[1 - 0.2 * c, -1 - 0.1 * c], [1 - 0.4 * c, -0.2 * c]]` | the weights into the unit that is off have moved: the ReLU lets no gradient through. |
# | `W1` | `[[1 - 0.2 * c, -1 - 0.4 * c], [1, 0]]` | the gradient is transposed: it has a row for each input. |
# | `b1` | `[-2 * c, 0]` | the factor 0.1 is missing. |
# | `b1` | `[-0.2 * c, -0.1 * c]` | the bias of the unit that is off has moved: the ReLU lets no gradient through. |
# | `b1` | `[0.2 * c, 0]` | the step went uphill: the gradient is subtracted. |
# | `b1` | `[0, 0]` | the bias takes a step too. |
# | `b1` | `[-0.1 * c, 0]` | W2 is missing on the way back: both scores send a share through it. |
# | `W2` | `[[1 + 0.3 * c, -1 - 0.3 * c], [2, 1]]` | the step went uphill: the gradient is subtracted. |
# | `W2` | `[[1 - 3 * c, -1 + 3 * c], [2, 1]]` | the factor 0.1 is missing. |
# | `W2` | `[[1 - 0.3 * c, -1 + 0.3 * c], [2 + 0.1 * c, 1 - 0.1 * c]]` | the weights out of the unit that is off have moved: its h is 0. |
# | `W2` | `[[1 - 0.3 * c, -1], [2 + 0.3 * c, 1]]` | the gradient is transposed: it has a row for each hidden unit. |
# | `b2` | `[-2 - c, 3 + c]` | the factor 0.1 is missing. |
# | `b2` | `[-2 + 0.1 * c, 3 - 0.1 * c]` | the step went uphill: the gradient is subtracted. |
# | `b2` | `[-2, 3]` | the bias takes a step too. |
# | `W1` | `[[1 - 0.2 * c, -1], [1 - 0.2 * c, 0]]` | the second input is 2: its weight moves twice as far. |
# | `W1` | `[[1 - 0.1 * c, -1], [1 - 0.2 * c, 0]]` | W2 is missing on the way back: both scores send a share through it. |
# | `a` | `x @ W1` | the bias is missing. |
# | `a` | `[[3, -1]]` | this is a before the step. |
# | `z` | `h @ W2` | the bias is missing. |
# | `z` | `a @ W2 + b2` | the second layer takes h, not a. |
# | `z` | `[[1, 0]]` | these are the scores before the step. |
# | `L` | `log(exp(z).sum()) - z[0, 0]` | this is the loss for class 0; class 1 is right. |
# | `L` | `log(1 + exp(1))` | this is the loss before the step. |
#
# </details>
#
# One step, and the loss has fallen from 1.3133 to 0.1485.

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/05_relu_and_a_whole_network.py`.
#
# **Exercise 1, `relu_backward(x, dy)`.** One line.

# %% tags=["exercise"]
relu_backward = check("05.relu_backward")

# %% jupyter={"source_hidden": true}
line = np.linspace(-3, 3, 301)
figure = new_figure(7.5, 2.7)
for k, (title, values, colour) in enumerate(
    [
        ("forwards: max(x, 0)", np.maximum(line, 0), VALUE),
        ("backwards: the slope", line > 0, GRADIENT),
    ]
):
    axes = figure.add_subplot(1, 2, k + 1)
    for side in (line <= 0, line > 0):
        axes.plot(line[side], values[side], color=colour, lw=2.5)
    axes.set(title=title, xlabel="input x of the ReLU", ylim=(-0.3, 3.2 if k == 0 else 1.4))
axes.plot(0, 0, "o", color=GRADIENT)
axes.plot(0, 1, "o", color=GRADIENT, fillstyle="none")
axes.text(-0.15, 0.1, "at 0 we choose 0", color=GRADIENT, ha="right")
show(
    figure,
    "relu",
    "A ReLU is a gate: it lets a gradient through unchanged where its input was positive.",
    "Left, the ReLU: 0 for negative inputs, rising with slope 1 from 0 on. Right, its slope: 0 up "
    "to and including 0, then 1.",
)

# %% [markdown]
# Now the network of the table again, with its ReLU in the middle. Each arrow carries a weight and its gradient:

# %% jupyter={"source_hidden": true}
x, labels = np.array([[1.0, 2.0]]), np.array([1])
W1, b1 = np.array([[1.0, -1.0], [1.0, 0.0]]), np.zeros(2)
W2, b2 = np.array([[1.0, -1.0], [2.0, 1.0]]), np.array([-2.0, 3.0])
p0 = 1 / (1 + np.exp(-1))
dW1, dW2 = np.array([[2 * p0, 0], [4 * p0, 0]]), np.array([[3 * p0, -3 * p0], [0, 0]])


def draw_node(axes, x, y, value, gradient, alive=True):
    """A box with its value above and its gradient below."""
    edge = INK if alive else WRONG
    axes.fill(
        [x - 0.9, x + 0.9, x + 0.9, x - 0.9],
        [y - 0.5, y - 0.5, y + 0.5, y + 0.5],
        facecolor="white" if alive else LIGHT[WRONG],
        edgecolor=edge,
        zorder=3,
    )
    axes.text(
        x, y + (0.24 if gradient else 0), value, color=VALUE, ha="center", va="center", zorder=4
    )
    axes.text(x, y - 0.24, gradient, color=GRADIENT, ha="center", va="center", zorder=4)


def draw_weight(axes, start, end, weight, gradient, place):
    """An arrow between boxes with the weight and, if it moves, its gradient."""
    (x1, y1), (x2, y2) = start, end
    moves = gradient != 0
    style = {"lw": 2.2} if moves else {"lw": 1.2, "ls": "--"}
    line = {"color": GRADIENT if moves else MUTED, **style}
    axes.plot([x1 + 0.9, x2 - 0.9], [y1, y2], zorder=1, **line)
    x, y = x1 + 0.9 + place * (x2 - x1 - 1.8), y1 + place * (y2 - y1)
    text = f"w = {weight:g},  d = {gradient:.4g}"
    white = {"facecolor": "white", "edgecolor": "none", "pad": 3}
    colour = GRADIENT if moves else MUTED
    axes.text(x, y, text, color=colour, ha="center", va="center", fontsize=9, bbox=white)


figure = new_figure(8, 3.9)
axes = empty_axes(figure.add_subplot())
inputs, hidden, scores = [[(c, y) for y in (3, 0)] for c in (0, 4.8, 9.6)]
for layer, weights, slopes in [((inputs, hidden), W1, dW1), ((hidden, scores), W2, dW2)]:
    for (i, j), weight in np.ndenumerate(weights):
        place = 0.5 if i == j else 0.24
        draw_weight(axes, layer[0][i], layer[1][j], weight, slopes[i, j], place)
draw_node(axes, *inputs[0], "$x_0 = 1$", "")
draw_node(axes, *inputs[1], "$x_1 = 2$", "")
draw_node(axes, *hidden[0], "$a_0 = h_0 = 3$", "$da_0 = 1.4621$")
draw_node(axes, *hidden[1], "$a_1 = -1, h_1 = 0$", "$da_1 = 0$", alive=False)
draw_node(axes, *scores[0], "$z_0 = 1$", "$dz_0 = 0.7311$")
draw_node(axes, *scores[1], "$z_1 = 0$", "$dz_1 = -0.7311$")
for place, text in zip((0, 4.8, 9.6), ("inputs", "hidden units", "scores"), strict=True):
    axes.text(place, 4, text, color=MUTED, ha="center")
axes.text(4.8, -0.95, "off: nothing passes", color=WRONG, ha="center")
axes.text(9.6, -0.95, "biases: $-2$ and 3", color=MUTED, ha="center", fontsize=9)
axes.set(xlim=(-1, 10.6), ylim=(-1.2, 4.3))
show(
    figure,
    "dead_unit",
    "The network by hand; on each arrow its weight w and the gradient d. The four weights that touch "
    "the unit that is off (dashed) stand still.",
    "A network with two inputs, two hidden units and two scores. The first hidden unit has the "
    "value 3 and the gradient 1.4621; the second has -1 before the ReLU, 0 after it and no "
    "gradient. Solid arrows, whose weights move: 1.462 and 2.924 into the first unit, 2.193 and "
    "-2.193 out of it. Dashed arrows, gradient 0: the two into and the two out of the second unit.",
)
reveal(
    prediction,
    "c",
    "Into it: the mask, 0, is a factor of dW1. Out of it: h = 0 is a factor of dW2.",
)

# %% [markdown]
# The second hidden unit is off, and *both* its sides stand still: $dW_1$ has a zero column, because the
# mask stops the gradient; $dW_2$ has a zero row, because $h_1 = 0$ has no influence on the scores. If a
# unit is off for every image there is, it is called *dead*: no gradient will move its weights again.
# (In a deeper network the layer before it may still change what arrives.)

# %% [markdown]
# **Exercise 2, `dead_units(a)`.** Which units are off for all examples of a batch?

# %% tags=["exercise"]
dead_units = check("05.dead_units")

# %% [markdown]
# **Exercise 3, `two_layer_backward(x, a, h, w2, dz)`.** The column in the middle of the table, from bottom to
# top. `dz` is given, since notebook 04 has computed it. Where an $a$ is exactly 0, nothing passes, as in exercise 1.

# %% tags=["exercise"]
two_layer_backward = check("05.two_layer_backward")

# %% [markdown]
# <details><summary>The table of forwards and backwards, filled in</summary>
#
# $[A > 0]$ is 1 where the condition holds, else 0; $dA_n$ is row $n$ of $dA$.
#
# | forwards, down | backwards, up | needs |
# | --- | --- | --- |
# | $A = X W_1 + b_1$ | $dW_1 = X^T dA, \quad db_1 = \sum_n dA_n$ | $X$ |
# | $H = \max(A, 0)$ | $dA = dH \cdot [A > 0]$, entry by entry | $A$ |
# | $Z = H W_2 + b_2$ | $dW_2 = H^T dZ, \quad db_2 = \sum_n dZ_n, \quad dH = dZ \ W_2^T$ | $H$, $W_2$ |
# | $L$, the loss | $dZ = (P - Y) / N$ | $Z$, labels |
#
# </details>
#
# **Exercise 4, `softplus_backward(x, dy)`: no formula this time.** A ReLU without a kink is *softplus*,
# $y = \log(1 + e^x)$. Derive how a gradient passes it. The result is an old acquaintance. For numbers
# such as 1000 and $-1000$ it has to come out right, too: one way of writing it divides infinity by infinity there,
# and another loses its digits where the slope is small.

# %% tags=["exercise"]
softplus_backward = check("05.softplus_backward")

# %% [markdown]
# ## Check it
#
# The tables; the graph of notebook 02; and all parameters of a random network against differences.

# %%
from tinynet import softmax_cross_entropy
from tinynet.gradient_check import numerical_gradient, relative_error
from tutorials.value import Value


def forward(x, w1, b1, w2, b2):
    """The network's a, h and z."""
    a = x @ w1 + b1
    h = np.maximum(a, 0)
    return a, h, h @ w2 + b2


def gradients(x, labels, w1, b1, w2, b2):
    """The loss, and the gradients of the four parameters."""
    a, h, z = forward(x, w1, b1, w2, b2)
    loss, dz = softmax_cross_entropy(z, labels)
    return loss, two_layer_backward(x, a, h, w2, dz)


parameters = [W1, b1, W2, b2]
loss, (dw1, db1, dw2, db2) = gradients(x, labels, *parameters)
stated("1.3133", loss)
np.testing.assert_allclose(dw1, dW1, rtol=1e-12)
np.testing.assert_allclose(dw2, dW2, rtol=1e-12)
stepped = [each - 0.1 * d for each, d in zip(parameters, (dw1, db1, dw2, db2), strict=True)]
stated("0.1485", gradients(x, labels, *stepped)[0])

w1, w2 = [[[Value(each) for each in row] for row in matrix] for matrix in (W1, W2)]


def relu(number):
    """The ReLU as a node of the graph: its value, its input, its slope."""
    return Value(max(number.value, 0), (number,), (float(number.value > 0),))


units = [relu(w1[0][j] * Value(1) + w1[1][j] * Value(2)) for j in (0, 1)]
z0, z1 = [units[0] * w2[0][j] + units[1] * w2[1][j] + Value(b2[j]) for j in (0, 1)]
loss = (z0.exp() + z1.exp()).log() + -z1
loss.backward()
np.testing.assert_allclose([[each.grad for each in row] for row in w1], dw1, atol=1e-12)
np.testing.assert_allclose([[each.grad for each in row] for row in w2], dw2, atol=1e-12)
print("table, graph and code agree")


def draw(examples, inputs, hidden, classes, seed=0):
    """A batch, labels and random parameters; the biases are random too."""
    rng = np.random.default_rng(seed)
    shapes = (inputs, hidden), (hidden,), (hidden, classes), (classes,)
    x, labels = rng.normal(size=(examples, inputs)), rng.integers(classes, size=examples)
    return x, labels, [rng.normal(size=shape) for shape in shapes]


x5, labels5, random_parameters = draw(5, 4, 6, 3)
a5, _, _ = forward(x5, *random_parameters)
assert np.abs(a5).min() > 1e-3  # no step of 1e-5 crosses a kink here
_, computed = gradients(x5, labels5, *random_parameters)
for name, array, gradient in zip(
    ("w1", "b1", "w2", "b2"), random_parameters, computed, strict=True
):
    numeric = numerical_gradient(lambda: gradients(x5, labels5, *random_parameters)[0], array)
    worst = relative_error(gradient, numeric).max()
    print(f"d{name} against differences: error {worst:.0e}")
    assert worst < 1e-6

# %% [markdown]
# ## Compare
#
# In `tinynet` the network is a list of layers. `forward(x, keep=True)` makes each layer keep what its
# line of the table needs, and `backward(dz)` walks the list from its end. (`relu` and `relu_backward`
# stand in `tinynet/textbook.py`.) With the update of the second table at the end, this is one training
# step, which `tinynet.train_step` takes: outputs, loss and its gradient, backward, update. The function
# `train` below takes it with your functions. Notebook 06 is about the update.

# %%
from tinynet import Dense, ReLU, Sequential, check_layer, textbook

model = Sequential([Dense(6), ReLU(), Dense(3)], input_shape=(4,), dtype=np.float64)
theirs = list(model.parameters().values())
for parameter, value in zip(theirs, random_parameters, strict=True):
    parameter.value[...] = value
_, dz = softmax_cross_entropy(model.forward(x5, keep=True), labels5)
model.backward(dz)
for parameter, mine in zip(theirs, computed, strict=True):
    np.testing.assert_allclose(mine, parameter.grad, rtol=1e-12, atol=1e-15)

layer = ReLU()
layer.forward(a5, keep=True)
dy = np.random.default_rng(1).normal(size=a5.shape)
np.testing.assert_array_equal(relu_backward(a5, dy), layer.backward(dy))
np.testing.assert_array_equal(relu_backward(a5, dy), textbook.relu_backward(a5, dy))
print("ReLU: the same;  dw1, db1, dw2, db2: the same to 12 digits")
print(f"tinynet's own check of ReLU: error {check_layer(ReLU(), a5).worst:.0e}")

# %% [markdown]
# ## Break it
#
# **A mask of the input or of the output?** $Y > 0$ is true where $X > 0$ is, so either may be kept for the
# backward pass. But only with $>$. The condition $Y \geq 0$ is *always* true, since $Y$ is never
# negative, and then everything passes.
#
# **The mask that is always true.** The next function looks like the right one. It is a mistake from real
# life: NumPy's own MNIST tutorial, as it was read for this notebook, has `output >= 0`. A book has the
# same lines, and its readers
# [wondered about them in 2018](https://github.com/iamtrask/Grokking-Deep-Learning/issues/9).


# %%
def mask_of_the_output(x, dy):
    y = np.maximum(x, 0)
    return dy * (y >= 0)


try:
    check("05.relu_backward", mask_of_the_output)
except WrongAnswer as diagnosis:
    print(diagnosis)
else:
    raise AssertionError("a wrong version passed")

# %% [markdown]
# **Values that change too early.** Notebook 02 warned of writing into kept values. Here is the classic
# case: the second layer's weights are updated as soon as $dW_2$ is known, and *then* $dH$ is computed,
# with the new $W_2$. In the example by hand, $dA_{00}$ becomes 1.1414 instead of 1.4621.

# %%
updated = W2 - 0.1 * dW2
too_late = (np.array([[p0, -p0]]) @ updated.T)[0, 0]
print(f"da of the first unit: {2 * p0:.4f} with the kept weights, {too_late:.4f} with the new ones")
stated("1.1414", too_late)
stated("1.4621", 2 * p0)

# %% [markdown]
# ### Two mistakes that train
#
# (An excursion: you can skip the code, and go on with its figure.) NumPy's tutorial has a second mistake. It trains with *dropout* (more in notebook 09): for each example
# a random half of the hidden units is switched off, and the others are doubled. So $H$ is multiplied by
# a random array of zeros and twos. On the way back it has to be multiplied by the same array; there, it
# was an array of zeros and *ones*. First the gradient check: each call of the loss gets a generator with the
# same seed, and so the same half is off.


# %%
def dropout_gradients(x, labels, parameters, rng, always_true=False, no_factor=False):
    """Loss and gradients with dropout, right or with either mistake."""
    w1, b1, w2, b2 = parameters
    a = x @ w1 + b1
    dropped = 2.0 * (rng.random(a.shape) < 0.5)  # zeros and twos
    h = np.maximum(a, 0) * dropped
    loss, dz = softmax_cross_entropy(h @ w2 + b2, labels)
    mask = h >= 0 if always_true else a > 0
    da = dz @ w2.T * mask * (dropped > 0 if no_factor else dropped)
    return loss, (x.T @ da, da.sum(axis=0), h.T @ dz, dz.sum(axis=0))


versions = {
    "right": {},
    "factor missing": {"no_factor": True},
    "mask always true": {"always_true": True},
    "both mistakes": {"always_true": True, "no_factor": True},
}
small_x, small_labels, small = draw(4, 5, 7, 3, seed=3)


def small_gradients(**mistakes):
    rng = np.random.default_rng(0)
    return dropout_gradients(small_x, small_labels, small, rng, **mistakes)


numeric = numerical_gradient(lambda: small_gradients()[0], small[0])
for name, mistakes in versions.items():
    error = relative_error(small_gradients(**mistakes)[1][0], numeric).max()
    print(f"{name:17} error of dw1: {error:.0e}")
    assert (error < 1e-6) == (name == "right")

# %% [markdown]
# And what does a training run say? Four networks with 100 hidden units, trained on 1,000 images: right, with
# either mistake, and with both. (The folded cell holds `initial`, `train` and `accuracy`: random weights, plain
# gradient descent in batches of 20, and the share of the test images that are recognized. "Measure" uses them
# again.)

# %% jupyter={"source_hidden": true}
from mnist_app.data import load_mnist

data = load_mnist()
images, digits = data.train_images[:1000].reshape(-1, 784) / 255, data.train_labels[:1000]
test_images = data.test_images.reshape(-1, 784) / 255
EPOCHS = 4 if FAST else 10


def initial(rng):
    """Random weights of a network 784-100-10 (their size is the subject of notebook 06)."""
    w1, w2 = rng.normal(size=(784, 100)) / 20, rng.normal(size=(100, 10)) / 7
    return [w1, np.zeros(100), w2, np.zeros(10)]


def train(rate, epochs, gradients_of, seed=0):
    """Plain gradient descent in batches of 20. Returns the parameters and each epoch's loss."""
    rng = np.random.default_rng(seed)
    parameters, losses = initial(rng), []
    for _ in range(epochs):
        batch_losses = []
        for chosen in rng.permutation(1000).reshape(-1, 20):
            loss, found = gradients_of(images[chosen], digits[chosen], parameters, rng)
            batch_losses.append(loss)
            for parameter, gradient in zip(parameters, found, strict=True):
                parameter -= rate * gradient
        losses.append(np.mean(batch_losses))
    return parameters, losses


def accuracy(parameters):
    """The share of the 10,000 test images that are recognized."""
    _, _, z = forward(test_images, *parameters)
    return np.mean(z.argmax(axis=1) == data.test_labels)


# %%
runs = {
    name: train(0.1, EPOCHS, partial(dropout_gradients, **mistakes))
    for name, mistakes in versions.items()
}

# %% jupyter={"source_hidden": true}
colours = (RIGHT, "#ef8fa8", WRONG, "#4d0719")  # a pale, a middle and a dark red
figure = new_figure(8, 3.2)
loss_axes, bar_axes = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
reached = {name: accuracy(parameters) for name, (parameters, _) in runs.items()}
for (name, (_, losses)), colour in zip(runs.items(), colours, strict=True):
    style = {"right": "o-", "factor missing": "s:", "mask always true": "^--"}.get(name, "v-.")
    loss_axes.plot(range(1, EPOCHS + 1), losses, style, ms=4, color=colour, label=name)
    bar_axes.barh(name, 100 * reached[name], color=colour)
loss_axes.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
loss_axes.legend()
bar_axes.set(xlabel="test accuracy, %", xlim=(0, 100))
bar_axes.invert_yaxis()
bar_axes.grid(visible=False, axis="y")
show(
    figure,
    "loss_does_not_tell",
    "Four training runs, one with right gradients. All four losses end below where they began.",
    "Left, the training losses of four networks over the epochs, the right one green, the others "
    "pale, middle and dark red: right and factor missing fall all the way, close together; mask "
    "always true and both mistakes fall, and rise a little again, higher up. Right, "
    "their test accuracies: the first two above 85 %, the other two between 70 % and 85 %.",
)
assert all(losses[-1] < losses[0] for _, losses in runs.values())
if not FAST:
    assert min(reached["right"], reached["factor missing"]) > 0.85
    assert all(0.70 < reached[name] < 0.85 for name in ("mask always true", "both mistakes"))

# %% [markdown]
# All four losses end below where they began. Two rise a little again on the way, as right gradients
# with a long step can do, too. If you only had one of the three red curves, would you look for a mistake? Without the factor
# the network is about as good as the right one; with the mask that is always true it loses several
# percent. Only someone who knows what *should* have come out can tell from the curve. The check needs
# no such knowledge, and takes milliseconds.

# %% [markdown]
# ## Measure
#
# What do the gates of a real network look like? Below, each column is an image and each row one of the
# 100 hidden units; blue means on. The *step size*, by which gradients are multiplied (0.1 in the example
# by hand), decides what becomes of them in five epochs. Dead, above each picture, means off for all 1,000
# images.


# %%
def plain(x, labels, parameters, rng):
    return gradients(x, labels, *parameters)


rates = [0.1, 0.5, 1.0, 2.0]
networks = {0: initial(np.random.default_rng(0))}
networks |= {rate: train(rate, 2 if FAST else 5, plain)[0] for rate in rates}
dead, active = {}, {}
figure = new_figure(8, 2.5)
for k, (rate, parameters) in enumerate(networks.items()):
    a, _, _ = forward(images, *parameters)
    dead[rate], active[rate] = dead_units(a).sum(), np.mean(a > 0)
    axes = figure.add_subplot(1, 5, k + 1)
    title = f"step {rate}" if rate else "untrained"
    show_image(axes, a[:100].T > 0, f"{title}\n{dead[rate]} dead", cmap="Blues", vmin=0, vmax=1.3)
    axes.set(xlabel="100 images", ylabel="" if k else "100 hidden units")
    if active[rate] < 0.001:
        text = "nearly\nall off" if active[rate] else "all off"
        axes.text(50, 50, text, ha="center", va="center", color=MUTED)
show(
    figure,
    "gates",
    "Which hidden unit is on (blue) for which image: untrained, and trained with four step sizes.",
    "Five grids of 100 hidden units by 100 images. Untrained and with step 0.1 about half of the "
    "cells or more are blue and no unit is dead. With step 0.5 the grid is paler, with a few dead "
    "units; with step 1 most rows are empty; with step 2 almost all.",
)
for rate, count in dead.items():
    print(f"{f'step {rate}' if rate else 'untrained':9}  {count:3} of 100 units dead")
assert dead[0] == dead[0.1] == 0
assert dead[2.0] > 90
if not FAST:
    assert dead[1.0] > 50
    assert accuracy(networks[2.0]) < 0.2 < 0.8 < accuracy(networks[0.1])

dying = networks[2.0]
_, found = gradients(images, digits, *dying)
gone = dead_units(forward(images, *dying)[0])
assert not found[0][:, gone].any()
assert not found[2][gone].any()

# %% [markdown]
# Each image trains its own selection of units: that is what makes the network more than a matrix. But a
# step that is too long throws units to where no image reaches them. They are dead: the last lines of the
# cell assert that their columns of $dW_1$ and rows of $dW_2$ are exactly zero, on all 1,000 images. With
# step 2 no unit survives, or hardly one, and the network does no better than a guess. Notebook 06 is about
# choosing the step.
#
# At last, `mnist_app`'s own `mlp`: three dense layers with two ReLUs between, 669,706 parameters, checked
# on two real images. So many parameters are not checked one by one. `tinynet.check_model` moves
# each array along a random direction $v$, where the slope of the loss must be $\sum_i v_i \ dW_i$.

# %%
from mnist_app.training.networks import build_network
from tinynet import check_model

network = build_network("mlp", dtype=np.float64)
stated("669,706", sum(p.value.size for p in network.parameters().values()))
report = check_model(network, network.prepare(data.train_images[:2]))
for name, error in report.errors.items():
    print(f"{name:15} relative error {error:.0e}")
assert report.worst < 1e-6

# %% [markdown]
# ## What this cannot tell you
#
# - **What happens at a kink.** The check leaves such points out. If your data sit on kinks, as black
#   images with zero biases do, the choice that the code makes there is a choice of yours.
# - **Whether a unit is dead or only asleep.** Off for this batch may be on for the next.
# - **Which weights to begin with, and how long a step to take.** The gradient is right at any weights,
#   also at bad ones.
#
# **In short.** You can now take a gradient through a whole network by hand: the caches of the
# forward pass, the lines of the table from bottom to top, $da = dh \cdot [a > 0]$ at each bend.
# Where people go wrong: a mask of the output with $\geq$, the second layer fed with $a$ in place of
# $h$, weights that are updated before the gradients below them are computed, sums over the batch
# that are lost.
#
# **In other libraries.** PyTorch and Keras record the caches by themselves while the forward pass
# runs. Keras writes the bend as `Dense(512, activation="relu")`; PyTorch and `tinynet` as a layer
# of its own.
#
# **The best of others.** [TensorFlow Playground](https://playground.tensorflow.org/): watch what
# the bend buys, on two spirals. Karpathy, [Yes you should understand
# backprop](https://karpathy.medium.com/yes-you-should-understand-backprop-e2f06eab496b), with dead
# units in the wild. CS231n, [A network from
# scratch](https://cs231n.github.io/neural-networks-case-study/).

# %% [markdown]
# ## Next
#
# [06 Training](06_training.ipynb): how to start, how far to step, and when to believe the result.
