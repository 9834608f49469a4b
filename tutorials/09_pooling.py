# %% [markdown]
# # 09 Pooling, and where gradients vanish
#
# [← 08 Convolution, backwards](08_convolution_backward.ipynb) · [contents](README.md) · [10 The networks of mnist_app, end to end →](10_mnist_app.ipynb)
#
# ## Question
#
# A pooling layer replaces each window of $2 \cdot 2$ pixels by one number, usually the largest. The
# picture shrinks to a quarter, and whatever was found is still there, only its place is a little
# less certain. The layer has no weights. But its maximum throws three numbers out of four away, and
# what if two of them are equally large? How does a gradient pass a maximum? Three layers of the
# same simple kind come along: the mean, flattening, and dropout.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import numpy as np
from matplotlib.patches import Rectangle
from numpy.lib.stride_tricks import sliding_window_view

from tutorials.cells import FAST, check, reveal
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import (
    GRADIENT,
    MUTED,
    RIGHT,
    VALUE,
    WRONG,
    draw_matrix,
    new_figure,
    show,
    show_image,
)
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# Send digits through a convolution with 32 filters whose weights are random, then through a ReLU,
# which replaces negative numbers by 0, and cut the result into windows of $2 \cdot 2$. In how many
# of them do two or more numbers tie for the maximum?
#
# - **a**: in fewer than one of a hundred
# - **b**: in about a quarter
# - **c**: in more than two thirds

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# ### The maximum
#
# With window size $k$ and stride $s$, for each example $n$ and channel $c$ by itself:
#
# $$Y_{nijc} = \max_{0 \le u, v < k} X_{n,\ is+u,\ js+v,\ c}$$
#
# Let one entry of the window be larger than all others. Move it a little, and $Y$ moves by the same
# amount: the slope is 1. Move any other a little, and nothing happens: the slope is 0. So the whole
# gradient goes to the winner:
#
# $$dX_{npqc} = \sum_{i, j} dY_{nijc} \ [\text{the maximum of window } (i, j) \text{ is at } (p, q)]$$
#
# The bracket is 1 if what stands in it is true, else 0. The sum matters when windows *overlap*,
# that is, when $s < k$. Then a pixel can win in several windows and collects from all of them, `+=`
# as always. Pixels that lie in no window, because the stride does not divide, get 0.
#
# As a matrix: write the numbers of $X$ as one long list. The layer picks some of them, $Y = S X$,
# with a matrix $S$ that has a single 1 in each row, at the winner's place. Backwards, $dX = S^T dY$
# puts each number where it was taken from. What is special is that $S$ depends on $X$. So the
# forward pass has to remember the winners.
#
# ### A tie
#
# Let $a = b$ be the two largest entries. Raise $a$ by $h$, and the maximum rises by $h$; lower $a$
# by $h$, and it stays, because now $b$ is the maximum. There is no derivative with respect to $a$:
# the slope is 1 on one side and 0 on the other, a kink like that of the ReLU. A centred difference
# takes the mean of both and says $\frac{1}{2}$, for $a$ and for $b$.
#
# What should the code return? For $a$ alone something from the one slope to the other, from 0 to 1.
# But now move *both* by $h$. Then the maximum moves by exactly $h$, whatever the sign of $h$: in
# this direction there is no kink. So any choice $(g_a, g_b)$ has to satisfy
#
# $$g_a + g_b = 1, \qquad 0 \le g_a \le 1$$
#
# All of $dY$ to the first, all of it to the second, half to each: all are legal. Legal but
# different, so a program has to say which one it takes. `tinynet` gives it all to the first one,
# line by line from the left, as most libraries do. Not legal is all of it to *both*, which is what
# comes out if the winners are found by asking "is it equal to the maximum?".
#
# ### The mean
#
# Average pooling puts the mean in place of the maximum. No winners, no ties, and nothing to remember.
# With which weight does each entry enter? That says what it gets back.
#
# ### Flattening
#
# Between the convolutions and the dense layers a picture $(H, W, C)$ becomes a list of $H W C$
# numbers. Entry $(i, j, c)$ goes to place $(i W + j) \ C + c$. Each number is only renamed, with
# slope 1, and the gradient is renamed back: `dx = dy.reshape(x.shape)`.
#
# ### Dropout
#
# In training, each number is dropped with probability $r$, the *rate*, so that no unit can rely on
# a particular other one. What is kept is enlarged, so that the mean over many draws is $x_i$ again:
#
# $$y_i = \frac{m_i}{1 - r} \ x_i, \qquad m_i = 1 \text{ with probability } 1 - r, \text{ else } 0$$
#
# The mean of $m_i$ is $1 - r$, so the mean of $y_i$ is $x_i$. In prediction, $y = x$. Once the
# *mask* $m$ is drawn, this is a multiplication by a constant. You know what a gradient does there.
#
# ### Pool first, or ReLU first?
#
# $\text{relu}$ never changes an order: from $a \ge b$ follows $\text{relu}(a) \ge \text{relu}(b)$.
# So
#
# $$\max(\text{relu}(a), \text{relu}(b)) = \text{relu}(\max(a, b))$$
#
# Backwards it is the same too. If the maximum is positive, the same entry wins in both orders. If
# it is not, the ReLU lets nothing through, before the pooling or after it. `mnist_app` pools first,
# because the ReLU then has a quarter of the work.

# %% [markdown]
# ## By hand
#
# In the first window the two 4s tie, and the left one, entry 2 of the window, takes it.
# (`np.argmax` counts the entries line by line from 0, and returns the first maximum.) The row `dX`
# puts each entry of `dY` on the winner of its window.
#
# | name | rule | number |
# | --- | --- | --- |
# | `X` | given | [[1, 3, 2, 0], [4, 4, 1, 5], [0, 2, 7, 6], [1, 0, 3, 2]] |
# | `dY` | given | [[1, 2], [3, -1]] |
# | `Y` | `[[X[i:i+2, j:j+2].max() for j in (0, 2)] for i in (0, 2)]` | ? |
# | `winners` | `[[np.argmax(X[i:i+2, j:j+2]) for j in (0, 2)] for i in (0, 2)]` | ? |
# | `dX` | derive it | ? |
# | `above` | `max(X[1, 0] + 0.1, X[1, 1])` | ? |
# | `below` | `max(X[1, 0] - 0.1, X[1, 1])` | ? |
# | `slope` | `(above - below) / 0.2` | ? |
# | `both_above` | `max(X[1, 0] + 0.1, X[1, 1] + 0.1)` | ? |
# | `both_below` | `max(X[1, 0] - 0.1, X[1, 1] - 0.1)` | ? |
# | `slope_of_both` | `(both_above - both_below) / 0.2` | ? |

# %% tags=["by-hand"]
by_hand("09.1",
    Y=..., winners=..., dX=..., above=..., below=..., slope=..., both_above=...,
    both_below=..., slope_of_both=...)  # fmt: skip

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `X` | given | [[1, 3, 2, 0], [4, 4, 1, 5], [0, 2, 7, 6], [1, 0, 3, 2]] |
# | `dY` | given | [[1, 2], [3, -1]] |
# | `Y` | `[[X[i:i+2, j:j+2].max() for j in (0, 2)] for i in (0, 2)]` | [[4, 5], [2, 7]] |
# | `winners` | `[[np.argmax(X[i:i+2, j:j+2]) for j in (0, 2)] for i in (0, 2)]` | [[2, 3], [1, 0]] |
# | `dX` | `np.block([[dY[0, 0] * np.array([[0, 0], [1, 0]]), dY[0, 1] * np.array([[0, 0], [0, 1]])], [dY[1, 0] * np.array([[0, 1], [0, 0]]), dY[1, 1] * np.array([[1, 0], [0, 0]])]])` | [[0, 0, 0, 0], [1, 0, 0, 2], [0, 3, -1, 0], [0, 0, 0, 0]] |
# | `above` | `max(X[1, 0] + 0.1, X[1, 1])` | 4.1 |
# | `below` | `max(X[1, 0] - 0.1, X[1, 1])` | 4 |
# | `slope` | `(above - below) / 0.2` | 0.5 |
# | `both_above` | `max(X[1, 0] + 0.1, X[1, 1] + 0.1)` | 4.1 |
# | `both_below` | `max(X[1, 0] - 0.1, X[1, 1] - 0.1)` | 3.9 |
# | `slope_of_both` | `(both_above - both_below) / 0.2` | 1.0 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `dX` | `[[0, 0, 0, 0], [1, 1, 0, 2], [0, 3, -1, 0], [0, 0, 0, 0]]` | both 4s get all of their window's 1, which counts it twice. The first one takes it. |
# | `dX` | `[[0, 0, 0, 0], [0.5, 0.5, 0, 2], [0, 3, -1, 0], [0, 0, 0, 0]]` | the two 4s share. That is legal, but here the first one takes it all. |
# | `dX` | `[[0, 0, 0, 0], [0, 1, 0, 2], [0, 3, -1, 0], [0, 0, 0, 0]]` | the second 4 takes it. Here the first one does. |
# | `dX` | `[[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, -1, -1], [3, 3, -1, -1]]` | every entry gets its window's $dy$. Only the winner has any influence on $y$. |
# | `dX` | `[[0, 0, 0, 0], [4, 0, 0, 10], [0, 6, -7, 0], [0, 0, 0, 0]]` | the winners' values are multiplied in. The slope of a maximum is 1. |
# | `dX` | `[[0, 0, 0, 0], [4, 0, 0, 5], [0, 2, 7, 0], [0, 0, 0, 0]]` | these are the winners themselves. They get their entry of $dY$. |
# | `winners` | `[[3, 4], [2, 1]]` | the entries are counted from 0. |
# | `winners` | `[[4, 5], [2, 7]]` | these are the maxima. Asked for are their places in the window. |
# | `below` | `3.9` | the other 4 is still there, and the larger of the two now. |
# | `slope` | `1` | only the way up lifts the maximum. On the way down the other 4 holds it. |
# | `slope` | `0` | the way up does lift the maximum. |
# | `slope` | `above - below` | divide by how far $x$ has moved: from 0.1 below to 0.1 above. |
# | `slope_of_both` | `0.5` | nothing holds the maximum now: both 4s move. |
# | `slope_of_both` | `2` | they move together, so the maximum moves once. |
#
# </details>

# %% jupyter={"source_hidden": true}
X = np.array([[1, 3, 2, 0], [4, 4, 1, 5], [0, 2, 7, 6], [1, 0, 3, 2]])
Y, dY = np.array([[4, 5], [2, 7]]), np.array([[1, 2], [3, -1]])
dX = np.array([[0, 0, 0, 0], [1, 0, 0, 2], [0, 3, -1, 0], [0, 0, 0, 0]])
places = [(1, 0), (1, 3), (2, 1), (2, 2)]
windows = [(i, j) for i in range(2) for j in range(2)]
figure = new_figure(8, 2.7)
axes = figure.add_subplot()
draw_matrix(axes, X, "$X$, winners filled", VALUE, places)
draw_matrix(axes, Y, "$Y$", VALUE, windows, corner=(6, 1))
draw_matrix(axes, dY, "$dY$", GRADIENT, windows, corner=(10, 1))
draw_matrix(axes, dX, "$dX$", GRADIENT, places, corner=(14, 0))
for left, colour in [(0, VALUE), (14, GRADIENT)]:
    for i, j in windows:
        corner = (left + 2 * j, 2 * i)
        axes.add_patch(Rectangle(corner, 2, 2, fill=False, edgecolor=colour, linewidth=2.5))
for left, text, colour in [(5, "max", VALUE), (13, "to the\nwinners", GRADIENT)]:
    axes.text(left, 1.45, text, ha="center", va="center", color=colour, fontsize=9)
    axes.text(left, 2.2, "→", ha="center", va="center", color=colour, fontsize=14)
axes.text(9, 2, "loss", ha="center", va="center", color=MUTED)
show(
    figure,
    "routing",
    "Max pooling: forwards each window's winner passes, backwards it gets the window's whole "
    "gradient.",
    "A four by four matrix in four windows of two by two; the winners 4, 5, 2 and 7 are filled. "
    "They form Y. From dY = 1, 2, 3, minus 1 each number goes to the place of its winner in dX, "
    "and all other places are 0. In the first window two 4s tie, and the left one wins.",
)

# %% [markdown]
# Overlapping windows: one row, windows of 2, stride 1. The 5 wins twice.
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [1, 5, 2, 4] |
# | `dy` | given | [1, 2, 3] |
# | `y` | `[max(x[0], x[1]), max(x[1], x[2]), max(x[2], x[3])]` | ? |
# | `dx` | derive it | ? |
# | `overwritten` | `[0, dy[1], 0, dy[2]]` | ? |

# %% tags=["by-hand"]
by_hand("09.2", y=..., dx=..., overwritten=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [1, 5, 2, 4] |
# | `dy` | given | [1, 2, 3] |
# | `y` | `[max(x[0], x[1]), max(x[1], x[2]), max(x[2], x[3])]` | [5, 5, 4] |
# | `dx` | `[0, dy[0] + dy[1], 0, dy[2]]` | [0, 3, 0, 3] |
# | `overwritten` | `[0, dy[1], 0, dy[2]]` | [0, 2, 0, 3] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `dx` | `[0, dy[0], 0, dy[2]]` | the 5 wins twice, and its second share is missing. |
# | `dx` | `[0, dy[1], 0, dy[2]]` | the 5 wins twice, and its first share is missing. |
# | `dx` | `[0, (dy[0] + dy[1]) / 2, 0, dy[2]]` | the two shares are averaged. They add up. |
# | `dx` | `[0, 5, 0, 4]` | these are the winners. What they get comes from $dy$. |
#
# </details>
#
# The mean of a window of $2 \cdot 2$, if $dy$ is 8; a picture of $2 \cdot 2$ pixels with two channels,
# flattened, and the place of its entry $(1, 0, 1)$; and dropout with rate 0.5.
#
# `dx_mean` is what the four entries of the window get, as two rows of two.
#
# | name | rule | number |
# | --- | --- | --- |
# | `dx_mean` | derive it | ? |
# | `picture` | given | [[[1, 2], [3, 4]], [[5, 6], [7, 8]]] |
# | `flat` | `picture.reshape(-1)` | ? |
# | `place` | `(1 * 2 + 0) * 2 + 1` | ? |
# | `moved` | `flat[place] - picture[1, 0, 1]` | ? |
# | `x` | given | [3, -1, 2, 5] |
# | `m` | given | [1, 0, 1, 0] |
# | `y` | `m / (1 - 0.5) * x` | ? |
# | `dy` | given | [1, 2, -1, 3] |
# | `dx` | derive it | ? |

# %% tags=["by-hand"]
by_hand("09.3", dx_mean=..., flat=..., place=..., moved=..., y=..., dx=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `dx_mean` | `np.full((2, 2), 8 / 4)` | [[2, 2], [2, 2]] |
# | `picture` | given | [[[1, 2], [3, 4]], [[5, 6], [7, 8]]] |
# | `flat` | `picture.reshape(-1)` | [1, 2, 3, 4, 5, 6, 7, 8] |
# | `place` | `(1 * 2 + 0) * 2 + 1` | 5 |
# | `moved` | `flat[place] - picture[1, 0, 1]` | 0 |
# | `x` | given | [3, -1, 2, 5] |
# | `m` | given | [1, 0, 1, 0] |
# | `y` | `m / (1 - 0.5) * x` | [6, 0, 4, 0] |
# | `dy` | given | [1, 2, -1, 3] |
# | `dx` | `m / (1 - 0.5) * dy` | [2, 0, -2, 0] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `dx_mean` | `2.0` | that is what each entry gets. Write it for all four. |
# | `dx_mean` | `[2, 2, 2, 2]` | these are the four. Write them as two rows of two. |
# | `dx_mean` | `[[8, 8], [8, 8]]` | each entry enters the mean with a weight, and gets $dy$ times that. |
# | `dx_mean` | `[[4, 4], [4, 4]]` | the window has four entries, not two. |
# | `dx_mean` | `[[8, 0], [0, 0]]` | a mean has no winner: all entries enter it alike. |
# | `dx` | `m * dy` | the factor is missing: what was kept was enlarged, and its gradient is too. |
# | `dx` | `dy / (1 - 0.5)` | the mask is missing: what was dropped had no influence on $y$. |
# | `dx` | `m * dy * 0.5` | the factor is upside down. |
# | `dx` | `m / (1 - 0.5) * x * dy` | this is $y$ times $dy$. The slope of $y$ by $x$ does not contain $x$. |
#
# </details>

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 2.6)
axes = figure.add_subplot()
x, mask, dy = np.array([3, -1, 2, 5]), np.array([1, 0, 1, 0]), np.array([1, 2, -1, 3])
kept = [(0, k) for k in range(4) if mask[k]]
draw_matrix(axes, x, "$x$", VALUE, kept)
draw_matrix(axes, mask * 2, "mask / (1 - rate)", MUTED, kept, corner=(5.5, 0))
draw_matrix(axes, mask * 2 * x, "$y$", VALUE, kept, corner=(11, 0))
draw_matrix(axes, dy, "$dy$", GRADIENT, kept, corner=(11, 2.4))
draw_matrix(axes, mask * 2, "the same", MUTED, kept, corner=(5.5, 2.4))
draw_matrix(axes, mask * 2 * dy, "$dx$", GRADIENT, kept, corner=(0, 2.4))
for left, top, sign in [
    (4.75, 0.5, r"$\times$"),
    (10.25, 0.5, "="),
    (10.25, 2.9, r"$\times$"),
    (4.75, 2.9, "="),
]:
    axes.text(left, top, sign, ha="center", va="center", fontsize=13)
axes.text(15.4, 0.5, "→", ha="left", va="center", color=VALUE, fontsize=14)
axes.text(15.4, 2.9, "←", ha="left", va="center", color=GRADIENT, fontsize=14)
axes.set_xlim(-0.5, 16.5)
show(
    figure,
    "dropout",
    "Dropout: forwards (blue, to the right) and backwards (orange, to the left) through the same "
    "mask.",
    "Above, x = 3, minus 1, 2, 5 times the mask 2, 0, 2, 0 is y = 6, 0, 4, 0. Below, from right to "
    "left, dy = 1, 2, minus 1, 3 times the same mask is dx = 2, 0, minus 2, 0.",
)

# %% [markdown]
# And the tie as a picture. On the left only $a$ moves: any line through the kink that stays below
# the graph has a slope from 0 to 1, and each is a legal gradient. On the right both move: there is
# no kink, and all of $dY$ to both predicts twice the true slope.

# %% jupyter={"source_hidden": true}
h = np.linspace(-1, 1, 201)
figure = new_figure(7.5, 3)
axes = figure.add_subplot(1, 2, 1)
for slope in (0, 0.25, 0.75, 1):
    axes.plot(h, 4 + slope * h, color=RIGHT, lw=1, alpha=0.6)
axes.plot(h, 4 + 0.5 * h, color=RIGHT, lw=1.5, label="slope 0.5, the centred difference")
axes.plot(h, np.maximum(4 + h, 4), color=VALUE, lw=2.5, label="max(4 + h, 4)")
axes.set(title="one entry moves", xlabel="$h$", ylim=(2.6, 5.4))
axes.legend(loc="lower right")
axes = figure.add_subplot(1, 2, 2)
axes.plot(h, np.maximum(4 + h, 4 + h), color=VALUE, lw=2.5, label="max(4 + h, 4 + h)")
axes.plot(h, 4 + 2 * h, "--", color=WRONG, label="all of it to both: slope 2")
axes.set(title="both move", xlabel="$h$", ylim=(2.6, 5.4))
axes.legend(loc="lower right")
show(
    figure,
    "tie",
    "A tie: for each entry alone every slope from 0 to 1 is legal, but together they must be 1.",
    "Left, the maximum of 4 plus h and 4: flat, then rising with slope 1, with five lines of slopes "
    "from 0 to 1 through the kink. Right, the maximum of 4 plus h and 4 plus h is a straight line "
    "of slope 1; a dashed red line of slope 2 is what all to both would predict.",
)

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/09_pooling.py`.
#
# **Exercise 1, `maxpool_backward(dy, x, window, stride)`.** Each example and each channel is pooled
# by itself, and each has a winner of its own. The plain way is a loop over $n$, $i$, $j$ and $c$,
# such as `for n, i, j, c in np.ndindex(dy.shape)`: `np.argmax` of the window's entries is the
# winner's number, and `divmod(winner, window)` turns it into $u$ and $v$. The faster way takes all
# examples and channels of a window at once: `reshape` it from $(N, k, k, C)$ to $(N, k^2, C)$, and
# take the `argmax` along the axis in the middle. Then $u$ and $v$ have the shape $(N, C)$, and to
# write to all winners, `dx` needs two more index arrays, for $n$ and for $c$:
# `n, c = np.ogrid[:N, :C]`. (Both are right. In notebook 10 your function trains on all training pictures; there the plain way
# costs a quarter of an hour, the faster one some seconds.)

# %% tags=["exercise"]
maxpool_backward = check("09.maxpool_backward")

# %% [markdown]
# **Exercise 2, `avgpool_backward(dy, image_size, window, stride)`.** Here $x$ is not needed, only
# its size.

# %% tags=["exercise"]
avgpool_backward = check("09.avgpool_backward")

# %% [markdown]
# **Exercise 3, `dropout_backward(dy, keep, rate)`.** One line. `keep` is the mask $m$, with True
# for 1 and False for 0.

# %% tags=["exercise"]
dropout_backward = check("09.dropout_backward")

# %% [markdown]
# **Exercise 4, `padded_mean_backward(dy, image_size, window, stride, padding)`: no formula this time.** Average
# pooling with a border. The border is not part of the image, and a fair mean does not count it: a window
# that hangs over the edge averages what it has. Derive what each pixel gets.

# %% tags=["exercise"]
padded_mean_backward = check("09.padded_mean_backward")

# %% [markdown]
# <details><summary>How it comes about</summary>
#
# A window's mean is a sum over the pixels that it holds, divided by *their* number $m$, which is smaller at the borders. So each of its pixels gets
# $dy / m$ of it, and adds up what comes from all of its windows. Count $m$ by cutting each window to the picture: rows from
# $\max(0, is - p)$ to $\min(H, is - p + k)$, and columns likewise.
#
# </details>
#
# ## Check it
#
# The forward passes, by the window views of notebook 07, and differences as in notebook 01. First
# on numbers that are all different.


# %%
from tinynet.gradient_check import numerical_gradient, relative_error


def windows_of(x, window, stride):
    """(N, H', W', C, window, window), without copying."""
    return sliding_window_view(x, (window, window), axis=(1, 2))[:, ::stride, ::stride]


def maxpool(x, window, stride):
    return windows_of(x, window, stride).max(axis=(4, 5))


def avgpool(x, window, stride):
    return windows_of(x, window, stride).mean(axis=(4, 5))


def by_differences(pool, x, dy, window, stride):
    return numerical_gradient(lambda: (dy * pool(x, window, stride)).sum(), x)


rng = np.random.default_rng(0)
for window, stride in [(2, 2), (3, 2), (2, 1)]:
    x = rng.permutation(2 * 7 * 6 * 3).reshape(2, 7, 6, 3) / 10  # no two are equal
    dy = rng.normal(size=maxpool(x, window, stride).shape)
    for pool, mine in [
        (maxpool, maxpool_backward(dy, x, window, stride)),
        (avgpool, avgpool_backward(dy, (7, 6), window, stride)),
    ]:
        worst = relative_error(mine, by_differences(pool, x, dy, window, stride)).max()
        print(f"{pool.__name__}, window {window}, stride {stride}: error {worst:.0e}")
        assert worst < 1e-6

# %% [markdown]
# And now the example by hand, with its tie: the code gives 1 and 0 to the two 4s, the difference
# quotient half to each. Neither is wrong.

# %%
x, dy = (a[np.newaxis, :, :, np.newaxis].astype(float) for a in (X, dY))
mine = maxpool_backward(dy, x, 2, 2)[0, :, :, 0]
numeric = by_differences(maxpool, x, dy, 2, 2)[0, :, :, 0]
print("by code\n", mine, "\nby differences\n", numeric.round(3) + 0.0)
np.testing.assert_array_equal(mine, dX)
np.testing.assert_allclose(numeric[1], [0.5, 0.5, 0, 2], atol=1e-9)

# %% [markdown]
# ## Compare
#
# `tinynet`'s `MaxPool` keeps which entries equal their window's maximum. On the way back it goes
# through the entries $(u, v)$ in reading order, in all windows at once. The first entry that equals
# the maximum takes the window's $dY$, and nothing is left for a later one. Its
# `GlobalAveragePooling2D` is an average pooling with one window, the whole picture. `Flatten` and
# `Dropout` are as derived. In `tinynet/textbook.py` all four stand in the form of their derivation.

# %%
from tinynet import (
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPool,
    check_layer,
    textbook,
)


def both_ways(layer: Layer, x, dy):
    """tinynet's y and dx."""
    layer.build(x.shape[1:], np.random.default_rng(0), x.dtype)
    return layer.forward(x, training=True, keep=True), layer.backward(dy)


for window, stride in [(2, 2), (3, 2), (2, 1)]:
    x = rng.integers(0, 4, (2, 7, 6, 3)).astype(float)  # many ties
    y = maxpool(x, window, stride)
    dy = rng.normal(size=y.shape)
    theirs = both_ways(MaxPool(window, strides=stride), x, dy)
    np.testing.assert_array_equal(y, theirs[0])
    mine = maxpool_backward(dy, x, window, stride)
    np.testing.assert_allclose(mine, theirs[1], rtol=1e-12, atol=1e-12)
    sides = (window, window), (stride, stride)
    plain = textbook.max_pool_backward(x, y, dy, *sides, "valid")
    np.testing.assert_allclose(mine, plain, rtol=1e-12, atol=1e-12)

x, dy = rng.normal(size=(2, 5, 5, 3)), rng.normal(size=(2, 3))
_, theirs = both_ways(GlobalAveragePooling2D(), x, dy)
np.testing.assert_allclose(avgpool_backward(dy[:, None, None, :], (5, 5), 5, 5), theirs, rtol=1e-12)

dy = rng.normal(size=(2, 75))
y, theirs = both_ways(Flatten(), x, dy)
np.testing.assert_array_equal(y, x.reshape(2, -1))
np.testing.assert_array_equal(theirs, dy.reshape(x.shape))

dy = rng.normal(size=x.shape)
y, theirs = both_ways(Dropout(0.4), x, dy)
np.testing.assert_allclose(dropout_backward(dy, y != 0, 0.4), theirs, rtol=1e-12)
np.testing.assert_allclose(y, x * (y != 0) / 0.6, rtol=1e-12)
print("tinynet's four layers give the same numbers to 12 digits")

pooling = MaxPool(2)
pooling.build((6, 4, 3), rng, np.float64)
report = check_layer(pooling, rng.integers(0, 4, (2, 6, 4, 3)).astype(float))
print(f"gradient check near ties: redrawn {report.redraws} times, error {report.worst:.0e}")
assert report.redraws >= 1
assert report.worst < 1e-6

# %% [markdown]
# `check_layer` has noticed the ties: a step across one changes the winner. It moved all of $x$ a
# little at random until there were none, and counted the attempts.
#
# ## Break it
#
# Five wrong versions.


# %%
def copied(dy, x, window, stride):
    return avgpool_backward(dy, x.shape[1:3], window, stride) * window**2


def equal_to_the_maximum(dy, x, window, stride):
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dy.shape[1:3]):
        place = np.s_[:, i * stride : i * stride + window, j * stride : j * stride + window]
        largest = x[place].max(axis=(1, 2), keepdims=True)
        dx[place] += dy[:, i : i + 1, j : j + 1] * (x[place] == largest)
    return dx


def overwritten(dy, x, window, stride):
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dy.shape[1:3]):
        place = np.s_[:, i * stride : i * stride + window, j * stride : j * stride + window]
        share = maxpool_backward(dy[:, i : i + 1, j : j + 1], x[place], window, stride)
        dx[place] = np.where(share != 0, share, dx[place])
    return dx


def not_divided(dy, image_size, window, stride):
    return avgpool_backward(dy, image_size, window, stride) * window**2


def without_the_factor(dy, keep, rate):
    return dy * keep


for exercise, wrong_version in [
    ("09.maxpool_backward", copied),
    ("09.maxpool_backward", equal_to_the_maximum),
    ("09.maxpool_backward", overwritten),
    ("09.avgpool_backward", not_divided),
    ("09.dropout_backward", without_the_factor),
]:
    try:
        check(exercise, wrong_version)
    except WrongAnswer as diagnosis:
        print(f"{wrong_version.__name__}\n    {diagnosis}\n")
    else:
        raise AssertionError("a wrong version passed")

# %% [markdown]
# The second one is the dangerous one. On random numbers, which never tie, it is right, and a test
# with random numbers passes it. The next cell shows that, and then a mistake of the *check*: if
# dropout draws a new mask for each evaluation, the difference quotient compares two different
# functions, and their difference is divided by $2h$. A check has to hold the mask fixed.

# %%
x = rng.normal(size=(2, 6, 4, 3))
dy = rng.normal(size=(2, 3, 2, 3))
right = maxpool_backward(dy, x, 2, 2)
np.testing.assert_array_equal(equal_to_the_maximum(dy, x, 2, 2), right)

x, keep = rng.normal(size=50), rng.random(50) >= 0.5
fixed = numerical_gradient(lambda: (x * keep / 0.5).sum(), x)
moving = numerical_gradient(lambda: (x * (rng.random(50) >= 0.5) / 0.5).sum(), x)
worst = relative_error(dropout_backward(np.ones(50), keep, 0.5), fixed).max()
print(f"fixed mask: error {worst:.0e}")
print(f"new masks:  largest slope {np.abs(moving).max():,.0f}, where 2 is right")
assert worst < 1e-6
assert np.abs(moving).max() > 10_000

# %% [markdown]
# ## Measure
#
# The network of `mnist_app`, untrained, and real digits. How many windows behind its first
# convolution tie, if a ReLU comes first? Three random draws of the weights.

# %%
from mnist_app.data import load_mnist
from mnist_app.training.networks import build_network
from tinynet import softmax_cross_entropy
from tinynet.inspection import activations, gradients

data = load_mnist()
count = 64 if FAST else 500


def ties(x):
    """For each window of 2 by 2: do two or more entries equal its maximum?"""
    windows = windows_of(x, 2, 2)
    return (windows == windows.max(axis=(4, 5), keepdims=True)).sum(axis=(4, 5)) > 1


shares = []
for seed in range(3):
    network = build_network("cnn", seed=seed)
    before = network.layers[0].forward(network.prepare(data.train_images[:count]))
    after = np.maximum(before, 0)
    tied = ties(after)
    all_zero = maxpool(after, 2, 2) == 0
    shares.append([tied.mean(), (tied & all_zero).mean(), (tied & ~all_zero).mean()])
    same = np.array_equal(maxpool(after, 2, 2), np.maximum(maxpool(before, 2, 2), 0))
    assert same

mean_tied, mean_zero, mean_other = np.mean(shares, axis=0)
print(f"windows that tie: {100 * mean_tied:.0f} %; at a number above 0: {100 * mean_other:.1f} %")
assert mean_tied > 2 / 3
assert mean_other < 0.01
reveal(
    prediction,
    "c",
    "The background is even, and the ReLU makes all negative numbers equal: most ties are at 0.",
)

# %% [markdown]
# More than two thirds tie, nearly all of them at 0. So the choice among equals is made all the
# time, and yet does not matter there: the ReLU's own slope at 0 is taken as 0, and blocks whatever
# the pooling hands to it. It matters for the less than 1 % of windows that tie at a positive
# number. Pooling first and taking the ReLU afterwards gives the same numbers bit by bit, as the
# cell has asserted, and in the other direction the same gradients:

# %%
dy = rng.normal(size=maxpool(after, 2, 2).shape).astype(np.float32)
relu_first = maxpool_backward(dy, after, 2, 2) * (before > 0)
pool_first = maxpool_backward(dy * (maxpool(before, 2, 2) > 0), before, 2, 2)
np.testing.assert_array_equal(relu_first, pool_first)
print(f"both orders give the same {relu_first.size:,} numbers, bit by bit")

# %% [markdown]
# Last: how much of a picture's gradient survives the way back? Take the gradient of the loss for
# real digits, follow it through the untrained network from the last layer to the output of the
# first convolution, and count what is not 0.

# %%
network = build_network("cnn")
images = network.prepare(data.train_images[:64])
values = activations(network, images, keep=True)
backwards = gradients(network, softmax_cross_entropy(values[-1], data.train_labels[:64])[1])
reached = {}
for layer, dx in reversed(list(zip(network.layers[1:], backwards[1:-1], strict=True))):
    reached[layer.name] = (dx != 0).mean()
    print(f"at the input of {layer.name:11} {reached[layer.name]:4.0%} have a gradient")
dy = backwards[1]
assert reached["max_pool_1"] < 0.1
assert reached["max_pool_2"] < 0.25
assert dy.shape[1:] == network.output_shapes[0] == (26, 26, 32)

# %% jupyter={"source_hidden": true}
map_ = np.argsort((dy[0] != 0).sum(axis=(0, 1)))[-4]  # a filter with many
stroke = np.maximum(values[1][0, :, :, map_], 0)
figure = new_figure(8, 2.4)
show_image(figure.add_subplot(1, 4, 1), images[0, :, :, 0], "a digit")
show_image(figure.add_subplot(1, 4, 2), stroke, f"filter {map_}, after ReLU", cmap="Blues")
tied_here = ties(stroke[np.newaxis, :, :, np.newaxis])[0, :, :, 0]
of_each_window = windows_of(dy[:1] != 0, 2, 2)[0, :, :, map_].sum(axis=(2, 3))
assert of_each_window.max() == 1
assert (of_each_window[tied_here] == 0).all()
show_image(figure.add_subplot(1, 4, 3), tied_here, "windows that tie", cmap="Greys", vmax=1.6)
show_image(
    figure.add_subplot(1, 4, 4), dy[0, :, :, map_] != 0, "has a gradient", cmap="Oranges", vmax=1.4
)
show(
    figure,
    "reached",
    "One filter of the first convolution. Windows that tie (grey) get no gradient here; of each "
    "other window at most one number does (orange).",
    "A handwritten five; the output of one filter after the ReLU, a blue shadow of the five; the "
    "13 by 13 windows, in which nearly all those away from the stroke tie; and the 26 by 26 "
    "numbers, of which only single dots along the stroke have a gradient.",
)

# %% [markdown]
# Fewer than one in ten of the numbers behind the first convolution get any gradient. A pooling lets
# at most one in four through, and a ReLU stops what is negative. Dense layers and convolutions
# spread the gradient again, because each of their inputs is used by many outputs: that is where the
# share rises on the way back. But the last two on the way are a ReLU and a pooling. This is no
# defect. The numbers that get nothing had no influence on the loss at this point: changing them
# a little changes nothing (unless they lie exactly on a kink, as the background does: notebook 08).
# The kernel still learns from all windows that remain, because their gradients add up (notebook
# 08). Nor has it to do with the size of the weights: with zero biases, weights that are 128 times
# smaller (a power of two, so that nothing is rounded) leave every sign and every winner as it was, and the same numbers are reached.

# %% [markdown]
# ## What this cannot tell you
#
# - **Which choice at a tie is best.** Each legal choice is the gradient right beside the tie, on one
#   side or the other, or a mean of both. No check can prefer one.
# - **Whether the maximum is better than the mean.** That is a matter of accuracy on pictures, not
#   of gradients.
# - **Whether dropout helps.** Its gradient is right for the mask that was drawn. What it does to
#   training shows only in training.
#
# **In short.** You can now route a gradient: to the winner behind a maximum, in equal parts behind
# a mean, through the same mask behind a dropout, to its old place behind a reshape. Where people go
# wrong: all of it to every equal maximum, a running maximum that begins at 0 where numbers are
# negative, `=` where windows overlap, a new mask on the way back.
#
# **In other libraries.** PyTorch's and Keras's max pooling give a tie to one winner, too. Their
# dropout divides by $1 - r$ in training, as here; older texts multiply by it in prediction instead.
#
# **The best of others.** Srivastava and others,
# [Dropout](https://jmlr.org/papers/v15/srivastava14a.html), the paper. Springenberg and others,
# [Striving for simplicity](https://arxiv.org/abs/1412.6806), which asks whether pooling is needed.
# Goodfellow, Bengio and Courville, [Convolutional
# networks](https://www.deeplearningbook.org/contents/convnets.html), on what a pooling forgets.
#
# ## Next
#
# [10 The networks of mnist_app](10_mnist_app.ipynb): all gradients together, in the network that
# reads handwriting.
