# %% [markdown]
# # 08 Convolution, backwards
#
# [← 07 Convolution, forwards](07_convolution_forward.ipynb) · [contents](README.md) · [09 Pooling, and where gradients vanish →](09_pooling.ipynb)
#
# ## Question
#
# In a convolution every weight is used by every window, and every pixel by several windows. So the
# gradient of a weight collects from all over the picture, and the gradient of a pixel from all
# windows that contain it. How exactly? "Do I flip the kernel?" is the question that everybody asks
# here, and the usual answers differ: some books turn the kernel by 180 degrees and exchange its
# channels and filters, most programs transpose a matrix and turn nothing. Both are right. This
# notebook derives three routes to the same gradient and shows that they are one.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tutorials.cells import FAST, check, reveal, stated
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import (
    GRADIENT,
    INK,
    LIGHT,
    MUTED,
    VALUE,
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
# One row of pixels $x = (1, 2, 3, 4, 5)$ and the kernel $w = (2, 1, -1)$ give $y = (1, 3, 5)$, as
# in notebook 07. Suppose the loss has the derivatives $dy = (1, 2, -1)$ with respect to the three
# outputs. What is $dx$, its gradient with respect to the five pixels?
#
# - **a**: $(2, 5, -1, -3, 1)$
# - **b**: $(-1, -1, 5, 3, -2)$
# - **c**: it depends on $x$ as well

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# ### One row of pixels
#
# Write the three outputs out, and look for $x_2$:
#
# $$y_0 = x_0 w_0 + x_1 w_1 + x_2 w_2$$
#
# $$y_1 = x_1 w_0 + x_2 w_1 + x_3 w_2$$
#
# $$y_2 = x_2 w_0 + x_3 w_1 + x_4 w_2$$
#
# It appears three times, each time with another weight. By the chain rule each output passes its
# gradient on, times that weight, and the shares add up:
#
# $$dx_2 = w_2 \ dy_0 + w_1 \ dy_1 + w_0 \ dy_2$$
#
# While the index of $dy$ rises, the index of $w$ falls. In general, pixel $p$ is read by window $i$
# through the weight $u = p - i$:
#
# $$dx_p = \sum_i dy_i \ w_{p-i}, \qquad 0 \le p - i \le k - 1$$
#
# A sum in which two indices run against each other, with a constant sum $p$: this is the
# mathematicians' *convolution* of notebook 07, the one with the kernel turned. **Nobody decided to
# turn the kernel. A pixel lies at the right end of the first window that reads it, and at the left
# end of the last.** It is called a *full* convolution, because $p$ runs over all pixels, also over
# those at both ends, which fewer windows contain.
#
# Now look for $w_1$ in the same three lines. It is multiplied with $x_1$, $x_2$ and $x_3$:
#
# $$dw_u = \sum_i dy_i \ x_{i+u}, \qquad db = \sum_i dy_i$$
#
# Here both indices rise together: nothing is turned. The bias $b$, which is added to each output,
# takes the sum of all of $dy$.
#
# ### The same as a matrix
#
# A convolution is linear in $x$, so it is a product with some matrix: $y = T x$. Row $i$ of $T$ has
# the weights from column $i$ on and zeros elsewhere, $T_{ip} = w_{p-i}$. Notebook 02 found that a
# gradient goes through the transpose: $dx = T^T dy$. Now write $T$ and $T^T$ down. Along the *rows* of
# $T$ the weights stand in the order $w_0, w_1, w_2$. Along its *columns* from top to bottom, which
# are the rows of $T^T$, they stand in the order $w_2, w_1, w_0$. **To transpose is to turn the
# kernel.**

# %% [markdown]
# ### Pictures, channels, filters, stride
#
# The forward formula of notebook 07, with stride $s$:
#
# $$Y_{nijf} = b_f + \sum_{u,v,c} X_{n,\ is+u,\ js+v,\ c} \ W_{uvcf}$$
#
# Each term of this sum is a product of one pixel and one weight. Whatever $dY_{nijf}$ is, the
# weight gets it times the pixel, and the pixel gets it times the weight. What is left to do is to
# collect, with every index that does not appear on the left summed over. For $db_f$ and $dW_{uvcf}$ write
# the sums yourself; they are exercises 1 and 2. For the pixels it is
#
# $$dX_{npqc} = \sum_{i,u:\ is+u=p} \ \ \sum_{j,v:\ js+v=q} \ \ \sum_f dY_{nijf} \ W_{uvcf}$$
#
# The colon means "over all pairs with". So the last sum runs over all windows $(i, j)$ that contain
# the pixel $(p, q)$, each with the one weight $(u, v)$ that lies on the pixel. And it sums over
# $f$, while $c$ comes out: filters and channels have changed places. The sum can be arranged in
# three ways: by windows, by pixels, or as a product of matrices.

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 3.5)
axes = figure.add_subplot()
four = [(u, v) for u in (1, 2) for v in (1, 2)]


def empty(rows, columns):
    return np.full((rows, columns), "", dtype=object)


for left, name, text in [
    (3, "A  scatter", "a window gives to its pixels"),
    (12, "B  gather", "a pixel collects from its windows"),
    (23.5, "C  columns", "copies of a pixel go back to it"),
]:
    axes.text(left, -2.9, name, ha="center", va="center", weight="bold", color=INK)
    axes.text(left, -1.9, text, ha="center", va="center", color=MUTED, fontsize=9)
draw_matrix(axes, empty(3, 3), "$dY$", GRADIENT, [(1, 1)], corner=(0, 0))
draw_matrix(axes, empty(4, 4), "$dX$", GRADIENT, four, corner=(2, 4))
draw_matrix(axes, empty(3, 3), "$dY$", GRADIENT, [(0, 0), (0, 1), (1, 0), (1, 1)], corner=(9, 0))
draw_matrix(axes, empty(4, 4), "$dX$", GRADIENT, [(1, 1)], corner=(11, 4))
draw_matrix(
    axes, empty(9, 4), "windows", GRADIENT, [(0, 3), (1, 2), (3, 1), (4, 0)], corner=(18, 0)
)
draw_matrix(axes, empty(4, 4), "$dX$", GRADIENT, [(1, 1)], corner=(25, 2.5))
lines = [((1.5, 1.5), (3.5 + v, 5.5 + u)) for u in (0, 1) for v in (0, 1)]
lines += [((9.5 + v, 0.5 + u), (12.5, 5.5)) for u in (0, 1) for v in (0, 1)]
lines += [((18.5 + j, 0.5 + i), (26.5, 4)) for i, j in ((0, 3), (1, 2), (3, 1), (4, 0))]
for start, end in lines:
    style = {"arrowstyle": "->", "color": INK, "lw": 0.9, "alpha": 0.7}
    axes.annotate("", xy=end, xytext=start, arrowprops=style)
axes.set(xlim=(-1.2, 29.5), ylim=(9.3, -3.6))
show(
    figure,
    "routes",
    "The same additions in three orders: by windows, by pixels, by the rows of im2col.",
    "Three sketches without numbers, for windows of two by two. A: one entry of a three by three dY "
    "with arrows to four pixels of a four by four dX. B: four entries of dY with arrows to one pixel "
    "of dX. C: nine rows of four, and arrows from one entry in each of four rows to one pixel of dX.",
)

# %% [markdown]
# **Route A, scatter.** Go through the windows. Each adds its share, $\sum_f dY_{nijf} W_{uvcf}$ for
# all $u$, $v$ and $c$, to the pixels it was computed from. This is the definition itself. Where
# windows overlap, shares add up: `+=`.
#
# **Route B, gather.** Go through the pixels. For $s = 1$ the pixel $(p, q)$ collects from the
# windows $i = p - u$, $j = q - v$. Put $u' = kh - 1 - u$ and $v' = kw - 1 - v$, which counts the
# weights from the other end. Then $i = p + u' - (kh - 1)$: both rise together, as in notebook 07.
# Put $kh - 1$ rows and $kw - 1$ columns of zeros around $dY$ on each side, and its row $i$ becomes
# row $p + u'$. So this is an ordinary convolution over the padded $dY$, with the kernel
# $\tilde W_{u'v'fc} = W_{uvcf}$: *turned by 180 degrees, channels and filters swapped*. For $s > 1$ there
# is a neat argument: stride $s$ is stride 1 with most of the outputs thrown away. Outputs that are
# thrown away have the gradient 0. So put $dY$ back to where it would be at stride 1, with zeros for
# all the others, and go on as before.
#
# **Route C, columns.** Forwards, $Y = \text{im2col}(X) \ W + b$, a dense layer on windows. Notebook
# 03 has its gradients, that of the weights and that of the windows; $dY$ too is a matrix with one row
# for each window. Then each entry of the windows' gradient goes back to the
# pixel that it was copied from. Since a pixel was copied several times, its copies' gradients add
# up. This adding-back is called *col2im*, and it is to im2col what $T^T$ is to $T$.

# %% [markdown]
# **They are the same sum.** In route C, $W^T$ sums over $f$ and lets $c$ come out: this is the swap
# of channels and filters. And col2im adds entry $u$ of window $i$ to the pixel $p = is + u$. For a
# fixed pixel, a larger $i$ means a smaller $u$: this is the turn by 180 degrees. "Transpose, then
# col2im" *is* "turn and swap"; the index $p - i$ does the turning, without anyone turning anything.
#
# **Padding.** Notebook 07 put lines of zeros around the picture. Call the result $\hat X$. The layer works
# on $\hat X$ as if nothing had been said, and so does everything above: it gives $d \hat X$, a gradient for each
# number of the larger picture. Which of these belongs to a pixel of $X$, and who gets the others? Ask of each
# number of $\hat X$ what it was copied from. Exercise 4 needs the answer.
#
# %% [markdown]
# ## By hand
#
# One row of pixels first. `T` is the convolution as a matrix. The row `unturned` is the popular
# mistake: the kernel laid on $dy$ as it is.
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [1, 2, 3, 4, 5] |
# | `w` | given | [2, 1, -1] |
# | `dy` | given | [1, 2, -1] |
# | `dx0` | derive it | ? |
# | `dx1` | derive it | ? |
# | `dx2` | derive it | ? |
# | `dx3` | derive it | ? |
# | `dx4` | derive it | ? |
# | `T` | given | [[2, 1, -1, 0, 0], [0, 2, 1, -1, 0], [0, 0, 2, 1, -1]] |
# | `dx` | derive it | ? |
# | `unturned` | `np.convolve(dy, w[::-1])` | ? |
# | `dw0` | derive it | ? |
# | `dw1` | derive it | ? |
# | `dw2` | derive it | ? |
# | `db` | derive it | ? |

# %% tags=["by-hand"]
by_hand("08.1",
    dx0=..., dx1=..., dx2=..., dx3=..., dx4=..., dx=..., unturned=..., dw0=..., dw1=...,
    dw2=..., db=...)  # fmt: skip

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [1, 2, 3, 4, 5] |
# | `w` | given | [2, 1, -1] |
# | `dy` | given | [1, 2, -1] |
# | `dx0` | `dy[0] * w[0]` | 2 |
# | `dx1` | `dy[0] * w[1] + dy[1] * w[0]` | 5 |
# | `dx2` | `dy[0] * w[2] + dy[1] * w[1] + dy[2] * w[0]` | -1 |
# | `dx3` | `dy[1] * w[2] + dy[2] * w[1]` | -3 |
# | `dx4` | `dy[2] * w[2]` | 1 |
# | `T` | given | [[2, 1, -1, 0, 0], [0, 2, 1, -1, 0], [0, 0, 2, 1, -1]] |
# | `dx` | `T.T @ dy` | [2, 5, -1, -3, 1] |
# | `unturned` | `np.convolve(dy, w[::-1])` | [-1, -1, 5, 3, -2] |
# | `dw0` | `dy[0] * x[0] + dy[1] * x[1] + dy[2] * x[2]` | 2 |
# | `dw1` | `dy[0] * x[1] + dy[1] * x[2] + dy[2] * x[3]` | 4 |
# | `dw2` | `dy[0] * x[2] + dy[1] * x[3] + dy[2] * x[4]` | 6 |
# | `db` | `dy[0] + dy[1] + dy[2]` | 2 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `dx0` | `dy[0] * w[2]` | the kernel lies the wrong way round: $x_0$ is under $w_0$ in the only window that reads it. |
# | `dx1` | `dy[0] * w[1] + dy[1] * w[2]` | the kernel lies the wrong way round: $x_1$ is under $w_1$ in the first window, and under $w_0$ in the second. |
# | `dx2` | `dy[0] * w[0] + dy[1] * w[1] + dy[2] * w[2]` | the kernel lies the wrong way round. Find $x_2$ in each of the three lines, and the weight beside it. |
# | `dx3` | `dy[1] * w[0] + dy[2] * w[1]` | the kernel lies the wrong way round: $x_3$ is under $w_2$ in the second window, and under $w_1$ in the third. |
# | `dx4` | `dy[2] * w[0]` | the kernel lies the wrong way round: $x_4$ is under $w_2$ in the only window that reads it. |
# | `dx1` | `dy[0] * w[1]` | $x_1$ lies in two windows, and this is the share of the first. |
# | `dx1` | `dy[1] * w[0]` | $x_1$ lies in two windows, and this is the share of the second. |
# | `dx3` | `dy[1] * w[2]` | $x_3$ lies in two windows, and this is the share of the second. |
# | `dx3` | `dy[2] * w[1]` | $x_3$ lies in two windows, and this is the share of the third. |
# | `dw0` | `dy[2] * x[0] + dy[1] * x[1] + dy[0] * x[2]` | $dy$ is turned (or this is $dw_2$). In $dw$ both run forwards. |
# | `dw2` | `dw1` | this is $dw_1$. Weight $w_2$ meets $x_2$, $x_3$ and $x_4$. |
# | `dw1` | `dw0` | this is $dw_0$. Weight $w_1$ meets $x_1$, $x_2$ and $x_3$. |
# | `dw2` | `dy[2] * x[2] + dy[1] * x[3] + dy[0] * x[4]` | $dy$ is turned. In $dw$ both run forwards. |
# | `db` | `(dy[0] + dy[1] + dy[2]) / 3` | this is the mean. The bias is added to each output, and takes the sum. |
# | `db` | `[1, 2, -1]` | this is $dy$. The bias is one number, and takes the sum. |
#
# </details>
#
# (`np.convolve` turns its second argument, so handing it a turned kernel undoes that.)

# %% jupyter={"source_hidden": true}
w, d = np.array([2, 1, -1]), np.array([1, 2, -1])
T = np.zeros((3, 5), int)
for i in range(3):
    T[i, i : i + 3] = w
figure = new_figure(8, 3.1)
axes = figure.add_subplot()
x = np.arange(1, 6)
draw_matrix(axes, T, "$T$", VALUE, [(1, 1), (1, 2), (1, 3)], corner=(0, 1))
draw_matrix(axes, x[:, np.newaxis], "$x$", VALUE, [(k, 0) for k in (1, 2, 3)], corner=(5.6, 0))
draw_matrix(axes, (T @ x)[:, np.newaxis], "$y$", VALUE, [(1, 0)], corner=(7.8, 1))
draw_matrix(axes, T.T, "$T^T$", GRADIENT, [(2, 0), (2, 1), (2, 2)], corner=(11, 0))
draw_matrix(axes, d[:, np.newaxis], "$dy$", GRADIENT, [(k, 0) for k in range(3)], corner=(14.6, 1))
draw_matrix(axes, (T.T @ d)[:, np.newaxis], "$dx$", GRADIENT, [(2, 0)], corner=(16.8, 0))
for left in (7.2, 16.2):
    axes.text(left, 2.5, "=", ha="center", va="center", fontsize=14)
axes.text(2.5, 4.6, "weights in order: 2, 1, -1", ha="center", color=VALUE)
axes.text(12.5, 5.6, "weights turned: -1, 1, 2", ha="center", color=GRADIENT)
axes.set_ylim(6, -1)
show(
    figure,
    "transpose",
    "A convolution as a matrix, and its gradient as the transpose: in the rows of the transpose "
    "the kernel is turned.",
    "Left, the matrix T with the rows 2 1 minus 1 0 0, then the same shifted by one and by two, "
    "times x = 1 to 5 gives y = 1, 3, 5. Right, its transpose with five rows and three columns; "
    "the middle row reads minus 1, 1, 2. Times dy = 1, 2, minus 1 it gives dx = 2, 5, minus 1, "
    "minus 3, 1.",
)

# %% [markdown]
# A picture, at stride 1. `dX` by route A with its shares in another order, weight by weight: each
# weight adds a copy of $dY$, shifted to where that weight's pixels are. `dW` entry by entry.
#
# | name | rule | number |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 3, 4], [0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `dY` | given | [[1, 2, -1], [3, -1, 1], [1, -2, 2]] |
# | `dX11` | derive it | ? |
# | `up_left` | `np.pad(dY, [(0, 1), (0, 1)])` | ? |
# | `down_left` | derive it | ? |
# | `down_right` | derive it | ? |
# | `dX` | derive it | ? |
# | `dW00` | derive it | ? |
# | `dW01` | derive it | ? |
# | `dW10` | derive it | ? |
# | `dW11` | derive it | ? |

# %% tags=["by-hand"]
by_hand("08.2",
    dX11=..., up_left=..., down_left=..., down_right=..., dX=..., dW00=..., dW01=..., dW10=...,
    dW11=...)  # fmt: skip

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 3, 4], [0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `dY` | given | [[1, 2, -1], [3, -1, 1], [1, -2, 2]] |
# | `dX11` | `dY[0, 0] * W[1, 1] + dY[0, 1] * W[1, 0] + dY[1, 0] * W[0, 1] + dY[1, 1] * W[0, 0]` | 2 |
# | `up_left` | `np.pad(dY, [(0, 1), (0, 1)])` | [[1, 2, -1, 0], [3, -1, 1, 0], [1, -2, 2, 0], [0, 0, 0, 0]] |
# | `down_left` | `np.pad(dY, [(1, 0), (0, 1)])` | [[0, 0, 0, 0], [1, 2, -1, 0], [3, -1, 1, 0], [1, -2, 2, 0]] |
# | `down_right` | `np.pad(dY, [(1, 0), (1, 0)])` | [[0, 0, 0, 0], [0, 1, 2, -1], [0, 3, -1, 1], [0, 1, -2, 2]] |
# | `dX` | `W[0, 0] * up_left + W[1, 0] * down_left + W[1, 1] * down_right` | [[1, 2, -1, 0], [5, 2, -3, 1], [7, -7, 5, -1], [2, -5, 6, -2]] |
# | `dW00` | `(X[0:3, 0:3] * dY).sum()` | 9 |
# | `dW01` | `(X[0:3, 1:4] * dY).sum()` | 10 |
# | `dW10` | `(X[1:4, 0:3] * dY).sum()` | 8 |
# | `dW11` | `(X[1:4, 1:4] * dY).sum()` | 9 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `dX11` | `1 * W[0, 0] + 2 * W[0, 1] + 3 * W[1, 0] - 1 * W[1, 1]` | the kernel lies on $dY$ as it is. In window (0, 0) the pixel lies under $W_{11}$, in window (1, 1) under $W_{00}$. |
# | `dX` | `W[1, 1] * up_left + W[1, 0] * np.pad(dY, [(0, 1), (1, 0)]) + W[0, 1] * down_left + W[0, 0] * down_right` | the kernel lies the wrong way round: weight $(u, v)$ adds the copy that is shifted by $u$ down and $v$ to the right. |
# | `dX` | `W[0, 0] * up_left + W[1, 0] * np.pad(dY, [(0, 1), (1, 0)]) + W[1, 1] * down_right` | $u$ and $v$ are exchanged: $W_{10}$ adds the copy that lies one row further down. |
# | `dX` | `W[0, 0] * up_left + W[1, 0] * down_left - W[1, 1] * down_right` | the last weight is $-1$, not 1. |
# | `dX` | `W[1, 1] * up_left + W[0, 1] * down_left + W[0, 0] * down_right` | the kernel lies the wrong way round: weight $(u, v)$ adds the copy that is shifted by $u$ down and $v$ to the right. |
# | `dX` | `up_left + down_left + down_right` | each copy is multiplied with its weight. |
# | `down_left` | `np.pad(dY, [(0, 1), (1, 0)])` | this copy is shifted to the right. $W_{10}$ lies one row further down. |
# | `down_left` | `2 * down_left` | the weight is in it already. Asked for is the shifted copy alone. |
# | `down_right` | `-down_right` | the weight is in it already. Asked for is the shifted copy alone. |
# | `dX` | `dX.T` | rows and columns have changed places. |
# | `dW00` | `(X[0:3, 0:3] * dY[::-1, ::-1]).sum()` | $dY$ is turned. In $dW$ both run forwards. |
# | `dW01` | `(X[0:3, 1:4] * dY[::-1, ::-1]).sum()` | $dY$ is turned. In $dW$ both run forwards. |
# | `dW10` | `(X[1:4, 0:3] * dY[::-1, ::-1]).sum()` | $dY$ is turned. In $dW$ both run forwards. |
# | `dW11` | `(X[1:4, 1:4] * dY[::-1, ::-1]).sum()` | $dY$ is turned. In $dW$ both run forwards. |
# | `dW01` | `dW10` | this is $dW_{10}$. The first index counts down, the second to the right. |
# | `dW10` | `dW01` | this is $dW_{01}$. The first index counts down, the second to the right. |
#
# </details>
#
# The fourth copy is missing because its weight, $W_{01}$, is 0. The figure follows one pixel of this example on all three routes.

# %% jupyter={"source_hidden": true}
X = np.array([[1, 2, 3, 4], [0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1]])
W = np.array([[1, 0], [2, -1]])
D = np.array([[1, 2, -1], [3, -1, 1], [1, -2, 2]])
dX = sum(np.pad(D * W[u, v], ((u, 1 - u), (v, 1 - v))) for u in (0, 1) for v in (0, 1))
figure = new_figure(8, 5.8)
axes = figure.add_subplot()
corners = [(i, j) for i in (0, 1) for j in (0, 1)]


def note(x, y, text, colour=INK, **settings):
    axes.text(x, y, text, ha="center", va="center", color=colour, **settings)


note(3.5, -2.4, "A  scatter", weight="bold")
note(13, -2.4, "B  gather", weight="bold")
note(22.5, -2.4, "C  columns", weight="bold")
note(3.5, -1.5, "each window gives its share", MUTED)
note(13, -1.5, "each pixel collects", MUTED)
note(22.5, -1.5, "each copy goes back", MUTED)

draw_matrix(axes, D, "$dY$", GRADIENT, corners, corner=(2, 0.3))
note(3.5, 4.1, "times the kernel, at its window", MUTED)
for i, j in corners:
    left, top = 0.5 + 4 * j, 5.4 + 3 * i
    draw_matrix(axes, D[i, j] * W, "", GRADIENT, [(1 - i, 1 - j)], corner=(left, top))
    note(left + 1, top - 0.4, f"window {i}, {j}", MUTED, fontsize=9)

padded = np.pad(D, 1)
draw_matrix(axes, padded, "$dY$ with zeros around it", GRADIENT, [(1 + i, 1 + j) for i, j in corners],
            corner=(10.5, 0.3))  # fmt: skip
draw_matrix(axes, W[::-1, ::-1], "$W$, turned", VALUE, corners, corner=(12, 7.2))

columns = D.reshape(-1, 1) * W.reshape(1, -1)
used = [(0, 0), (1, 0), (3, 0), (4, 0)]
draw_matrix(axes, D.reshape(-1, 1), "$dY$", GRADIENT, used, corner=(18.5, 1.6))
draw_matrix(axes, W.reshape(1, -1), "$W^T$", VALUE, corner=(21.5, 0.3))
draw_matrix(axes, columns, "", GRADIENT, [(0, 3), (1, 2), (3, 1), (4, 0)], corner=(21.5, 1.6))
for row, (i, j) in enumerate(np.ndindex(3, 3)):
    note(20.5, 2.1 + row, f"{i}, {j}", MUTED, fontsize=9)
note(20.5, 0.8, r"$\times$", fontsize=13)

note(3.5, 11.5, "-1 + 4 + 0 - 1", GRADIENT)
note(13, 11.5, "1 · (-1) + 2 · 2 + 3 · 0 + (-1) · 1", GRADIENT)
note(22.5, 11.5, "-1 + 4 + 0 - 1", GRADIENT)
for left in (1.5, 11, 20.5):
    draw_matrix(axes, dX, "", GRADIENT, [(1, 1)], corner=(left, 12.3))
    note(left - 0.7, 14.3, "$dX$", GRADIENT)
for left in (8.6, 17.2):
    axes.plot([left, left], [-2.6, 16.3], color=LIGHT[MUTED], lw=1)
axes.set(xlim=(-0.6, 26.2), ylim=(16.5, -3))
show(
    figure,
    "three_routes",
    "Three routes, one answer: how the pixel at row 1, column 1 gets its gradient, 2.",
    "Three columns. A: dY with its upper left two by two entries marked, 1, 2, 3 and minus 1; each "
    "times W is a share of a window, and of each share one corner is marked: minus 1, 4, 0 and "
    "minus 1. B: dY with a border of zeros, the same two by two entries marked, and the turned "
    "kernel minus 1, 2, 0, 1; the sum of products is 2. C: dY as a column of nine times the kernel "
    "as a row gives nine rows of four; four marked entries, minus 1, 4, 0 and minus 1, go back to "
    "the same pixel. Below each, the same four by four dX with 2 marked.",
)

# %% [markdown]
# As a film, by route A, window by window: the way back of the film in notebook 07.
#
# ![Nine windows, one after the other, each add their entry of dY times the kernel to the two by two pixels that they came from; where windows overlap, the shares add up.](figures/08_convolution_backward_gradient_returns.gif)
#
# The same picture and kernel at stride 2: four windows that do not overlap. `blocks` is route A,
# where each window gets its entry of $dY$ times the kernel. `dX` is route B, with zeros between the
# entries of $dY$ and around them, and the kernel turned: at stride 1 $dY$ would be $3 \cdot 3$, and a border of $kh - 1 = 1$ lies around that.
#
# | name | rule | number |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 3, 4], [0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `dY` | given | [[1, 2], [0, -1]] |
# | `blocks` | derive it | ? |
# | `spread` | given | [[0, 0, 0, 0, 0], [0, 1, 0, 2, 0], [0, 0, 0, 0, 0], [0, 0, 0, -1, 0], [0, 0, 0, 0, 0]] |
# | `turned` | `W[::-1, ::-1]` | ? |
# | `dX` | derive it | ? |
# | `dW00` | derive it | ? |
# | `dW01` | derive it | ? |
# | `dW10` | derive it | ? |
# | `dW11` | derive it | ? |

# %% tags=["by-hand"]
by_hand("08.3", blocks=..., turned=..., dX=..., dW00=..., dW01=..., dW10=..., dW11=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 3, 4], [0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `dY` | given | [[1, 2], [0, -1]] |
# | `blocks` | `np.block([[dY[0, 0] * W, dY[0, 1] * W], [dY[1, 0] * W, dY[1, 1] * W]])` | [[1, 0, 2, 0], [2, -1, 4, -2], [0, 0, -1, 0], [0, 0, -2, 1]] |
# | `spread` | given | [[0, 0, 0, 0, 0], [0, 1, 0, 2, 0], [0, 0, 0, 0, 0], [0, 0, 0, -1, 0], [0, 0, 0, 0, 0]] |
# | `turned` | `W[::-1, ::-1]` | [[-1, 2], [0, 1]] |
# | `dX` | `[[(spread[i:i+2, j:j+2] * turned).sum() for j in range(4)] for i in range(4)]` | [[1, 0, 2, 0], [2, -1, 4, -2], [0, 0, -1, 0], [0, 0, -2, 1]] |
# | `dW00` | `(X[0::2, 0::2] * dY).sum()` | 6 |
# | `dW01` | `(X[0::2, 1::2] * dY).sum()` | 8 |
# | `dW10` | `(X[1::2, 0::2] * dY).sum()` | 4 |
# | `dW11` | `(X[1::2, 1::2] * dY).sum()` | 6 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `turned` | `W.T` | this is the transpose. Turned by 180 degrees, rows and columns each stand in reverse. |
# | `turned` | `W[::-1]` | it is upside down, but not yet reversed from left to right. |
# | `turned` | `W[:, ::-1]` | left and right have changed places, but not yet top and bottom. |
# | `dX` | `[[(spread[i:i+2, j:j+2] * W).sum() for j in range(4)] for i in range(4)]` | the kernel is not turned. |
# | `blocks` | `np.block([[dY[0, 0] * turned, dY[0, 1] * turned], [dY[1, 0] * turned, dY[1, 1] * turned]])` | the kernel is turned. Route A takes it as it is. |
# | `blocks` | `np.block([[W, W], [W, W]])` | each block is the kernel times the window's entry of $dY$. |
# | `dW00` | `(X[0:2, 0:2] * dY).sum()` | neighbouring windows lie two pixels apart here, so a weight meets every second pixel. |
# | `dW01` | `(X[0:2, 1:3] * dY).sum()` | neighbouring windows lie two pixels apart here, so a weight meets every second pixel. |
# | `dW10` | `(X[1:3, 0:2] * dY).sum()` | neighbouring windows lie two pixels apart here, so a weight meets every second pixel. |
# | `dW11` | `(X[1:3, 1:3] * dY).sum()` | neighbouring windows lie two pixels apart here, so a weight meets every second pixel. |
# | `dW01` | `dW10` | this is $dW_{10}$. The first index counts down, the second to the right. |
# | `dW10` | `dW01` | this is $dW_{01}$. The first index counts down, the second to the right. |
#
# </details>

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/08_convolution_backward.py`.
#
# **Exercise 1, `conv_db(dy)`.** A warm-up: over which axes is it summed?

# %% tags=["exercise"]
conv_db = check("08.conv_db")

# %% [markdown]
# **Exercise 2, `conv_dw(x, dy, kernel_size, stride)`.** For one weight position $(u, v)$, the
# formula needs the pixels $X_{n,\ is+u,\ js+v,\ c}$ for all $n$, $i$, $j$. That is a slice of `x`
# with a step, and as large as `dy`. Mind where it ends: at the last window, not at the last pixel.
# `np.einsum` takes a sum as its indices are written, `"nijc,nijf->cf"`; loops are fine too.

# %% tags=["exercise"]
conv_dw = check("08.conv_dw")

# %% [markdown]
# **Exercise 3, `conv_dx(dy, kernel)`.** Stride 1, by any of the three routes, with or without
# loops.

# %% tags=["exercise"]
conv_dx = check("08.conv_dx")

# %% [markdown]
# **Exercise 4, `conv_dx_strided(dy, kernel, image_size, stride, padding)`.** Any stride, and
# `padding` zeros on all four sides. The size of the picture has to be given, because $dy$ does not
# tell it: if the stride does not divide, some rows and columns are in no window, and several sizes
# of picture give the same size of output. Those pixels have no influence on the loss, so their
# gradient is 0. The zeros of the padding are not pixels. (Notebook 10 trains with your function. One loop over the windows costs
# a minute or two there, which is fast enough; a loop over single pixels, filters and channels, such as route A below, is not.)

# %% tags=["exercise"]
conv_dx_strided = check("08.conv_dx_strided")

# %% [markdown]
# <details><summary>The sums of exercises 1 and 2, and the padding of exercise 4</summary>
#
# $$db_f = \sum_{n,i,j} dY_{nijf}$$
#
# $$dW_{uvcf} = \sum_{n,i,j} X_{n,\ is+u,\ js+v,\ c} \ dY_{nijf}$$
#
# With $m$ lines on each side a pixel was copied to one place, $\hat X_{p+m,\ q+m} = X_{pq}$, with slope 1. So
# $dX_{pq} = d \hat X_{p+m,\ q+m}$: cut the border off again. The border's zeros are copies of nothing, and nobody can change them: what they would get is dropped.
#
# </details>
#
# **Exercise 5, `depthwise_backward(x, kernel, dy)`: no formula this time.** A *depthwise* convolution gives
# each channel a filter of its own and mixes none: $Y_{nijc} = \sum_{u,v} X_{n,\ i+u,\ j+v,\ c} \ W_{uvc}$.
# Small networks for telephones are built on it. Derive both of its gradients.

# %% tags=["exercise"]
depthwise_backward = check("08.depthwise_backward")

# %% [markdown]
# <details><summary>How it comes about</summary>
#
# Every product has one pixel and one weight of the same channel, and nothing is summed over channels. So the two sums of a convolution stay,
# without their sums over $f$ and $c$: $dX_{npqc} = \sum_{u,v} dY_{n,\ p-u,\ q-v,\ c} \ W_{uvc}$ over the windows that exist, and
# $dW_{uvc} = \sum_{n,i,j} dY_{nijc} \ X_{n,\ i+u,\ j+v,\ c}$.
#
# </details>
#
# ## Check it
#
# The numbers by hand, then all three routes on random data. Route A as the formula says, one
# product of a weight and an entry of $dY$ at a time:


# %%
def route_a(dy, kernel, image_size, stride=1):
    """Scatter: each window adds its share to its pixels."""
    kh, kw, channels, _ = kernel.shape
    dx = np.zeros((len(dy), *image_size, channels))
    for n, i, j, f in np.ndindex(dy.shape):
        for u, v, c in np.ndindex(kh, kw, channels):
            dx[n, i * stride + u, j * stride + v, c] += dy[n, i, j, f] * kernel[u, v, c, f]
    return dx


def route_b(dy, kernel, image_size, stride=1):
    """Gather: dy as it would be at stride 1, zeros around it, the kernel turned and swapped."""
    (height, width), (kh, kw) = image_size, kernel.shape[:2]
    rows, columns, filters = dy.shape[1:]
    spread = np.zeros((len(dy), height - kh + 1, width - kw + 1, filters))
    spread[:, ::stride, ::stride][:, :rows, :columns] = dy
    padded = np.pad(spread, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
    turned_and_swapped = kernel[::-1, ::-1].swapaxes(2, 3)
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return np.einsum("npqfuv,uvfc->npqc", windows, turned_and_swapped)


def route_c(dy, kernel, image_size, stride=1):
    """Columns: the dense layer's gradient for each window, then col2im."""
    examples, rows, columns, filters = dy.shape
    kh, kw, channels, _ = kernel.shape
    dcolumns = dy.reshape(-1, filters) @ kernel.reshape(-1, filters).T
    shares = dcolumns.reshape(examples, rows, columns, kh, kw, channels)
    dx = np.zeros((examples, *image_size, channels))
    for u, v in np.ndindex(kh, kw):
        down = slice(u, u + stride * (rows - 1) + 1, stride)
        right = slice(v, v + stride * (columns - 1) + 1, stride)
        dx[:, down, right] += shares[:, :, :, u, v]
    return dx


# %%
def hand_made(matrix):
    """A matrix as a batch of one picture with one channel."""
    return np.array(matrix, float)[np.newaxis, :, :, np.newaxis]


kernel = W[:, :, np.newaxis, np.newaxis].astype(float)
for stride, dY in [(1, D), (2, np.array([[1, 2], [0, -1]]))]:
    answers = [
        route(hand_made(dY), kernel, (4, 4), stride) for route in (route_a, route_b, route_c)
    ]
    answers.append(conv_dx_strided(hand_made(dY), kernel, (4, 4), stride))
    for answer in answers:
        np.testing.assert_array_equal(answer, answers[0])
    print(f"stride {stride}: dX =\n{answers[0][0, :, :, 0].astype(int) + 0}")
    print("dW =", conv_dw(hand_made(X), hand_made(dY), (2, 2), stride).ravel().astype(int).tolist())

row = hand_made([d])
dx = conv_dx(row, w[np.newaxis, :, np.newaxis, np.newaxis].astype(float)).ravel()
np.testing.assert_array_equal(dx, [2, 5, -1, -3, 1])
reveal(prediction, "a", "b is the kernel laid on dy without the turn; x does not enter at all.")

# %%
rng = np.random.default_rng(0)
kernel = rng.normal(size=(3, 2, 3, 4))
for stride, image_size in [(1, (6, 5)), (2, (8, 7)), (3, (8, 6))]:
    shape = [(size - k) // stride + 1 for size, k in zip(image_size, (3, 2), strict=True)]
    dy = rng.normal(size=(2, *shape, 4))
    a = route_a(dy, kernel, image_size, stride)
    np.testing.assert_allclose(route_b(dy, kernel, image_size, stride), a, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(route_c(dy, kernel, image_size, stride), a, rtol=1e-12, atol=1e-12)
    mine = conv_dx_strided(dy, kernel, image_size, stride)
    np.testing.assert_allclose(mine, a, rtol=1e-12, atol=1e-12)
    if stride == 1:
        np.testing.assert_allclose(conv_dx(dy, kernel), a, rtol=1e-12, atol=1e-12)
    print(f"stride {stride}: A, B, C and the exercise agree to 12 digits")

# %% [markdown]
# How often is a pixel used? Let all weights and all of $dY$ be 1: then $dX$ counts. Pixels near the
# border are in fewer windows than others, so fewer outputs pass a gradient on to them. A stride
# makes the pattern uneven, leaves out the end where it does not divide, and leaves gaps when it is
# larger than the kernel.

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 3)
for k, (size, stride) in enumerate([(3, 1), (3, 2), (2, 3)]):
    count = (8 - size) // stride + 1
    ones = np.ones((1, count, count, 1)), np.ones((size, size, 1, 1))
    used = conv_dx_strided(*ones, (8, 8), stride)[0, :, :, 0]
    axes = empty_axes(figure.add_subplot(1, 3, k + 1))
    axes.imshow(used, cmap="Oranges", vmin=0, vmax=12)
    for (i, j), number in np.ndenumerate(used):
        axes.text(j, i, f"{number:.0f}", ha="center", va="center", color=INK if number else MUTED)
    axes.set_title(f"kernel {size}, stride {stride}")
    if size == 3:
        assert used.max() == (9 if stride == 1 else 4)
    assert (used[-1] == 0).all() == (stride == 2)
show(
    figure,
    "usage",
    "In how many windows each pixel of an 8 by 8 picture lies. Where it says 0, so is dX.",
    "Three 8 by 8 grids of counts. Kernel 3, stride 1: from 1 in the corners to 9 in the middle. "
    "Kernel 3, stride 2: 1, 2 and 4 in a lattice, and 0 in the last row and column, which no window "
    "reaches. Kernel 2, stride 3: blocks of ones with rows and columns of zeros between them.",
)

# %% [markdown]
# ## Compare
#
# `conv2d_backward` in `tinynet/textbook.py` is route A: each product of the forward pass is taken
# back to its two factors. `tinynet`'s `Conv2D` goes route C, one row of $dX$ at a time. One product
# of matrices sums over the filters, and over the rows of the windows that lie on this row. What it
# gives is added where the windows overlap along the row. All three gradients agree with yours.

# %%
from tinynet import Conv2D, Sequential, check_layer, textbook

for stride, image_size, padding in [(1, (6, 5), 0), (2, (8, 7), 0), (3, (8, 6), 0), (1, (6, 5), 1)]:
    layer = Conv2D(4, 3, strides=stride, padding="same" if padding else "valid")
    model = Sequential([layer], (*image_size, 3), dtype=np.float64)
    x = rng.normal(size=(2, *image_size, 3))
    dy = rng.normal(size=model.forward(x, keep=True).shape)
    dx = model.backward(dy)
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    weights = layer.kernel.value
    plain = textbook.conv2d_backward(x, weights, dy, layer.strides, layer.padding)
    mine = (
        conv_dx_strided(dy, weights, image_size, stride, padding),
        conv_dw(padded, dy, (3, 3), stride),
        conv_db(dy),
    )
    for theirs in (plain, (dx, layer.kernel.grad, layer.bias.grad)):
        for gradient, expected in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-12)
    if stride == 1 and not padding:
        np.testing.assert_allclose(conv_dx(dy, weights), dx, rtol=1e-12, atol=1e-12)
    worst = check_layer(layer, x).worst
    assert worst < 1e-6
    print(f"stride {stride}, padding {padding}: agrees; gradient check {worst:.0e}")

# %% [markdown]
# ## Break it
#
# Five mistakes, each with the circumstances in which nobody notices it.
#
# | mistake | hidden when |
# | --- | --- |
# | kernel not turned | the kernel is symmetric, as in a blur, or $1 \cdot 1$ |
# | channels and filters not swapped | there is one of each; if there are as many of one as of the other, only the shape is right |
# | stride ignored | the stride is 1 |
# | `=` for `+=` where windows overlap | they do not, as with stride 2 and a kernel of $2 \cdot 2$ |
# | `db` averaged instead of summed | only directions are looked at: the sign is right, the size is not |


# %%
def not_turned(dy, kernel):
    return conv_dx(dy, kernel[::-1, ::-1])


def not_swapped(dy, kernel):
    return conv_dx(dy, kernel.swapaxes(2, 3))


def stride_ignored(dy, kernel, image_size, stride, padding=0):
    height, width = image_size
    dx = route_c(dy, kernel, (height + 2 * padding, width + 2 * padding), 1)
    return dx[:, padding : padding + height, padding : padding + width]


def overwritten(dy, kernel, image_size, stride, padding=0):
    kh, kw, channels, _ = kernel.shape
    dx = np.zeros((len(dy), *image_size, channels))
    for i, j in np.ndindex(dy.shape[1:3]):
        share = np.einsum("nf,uvcf->nuvc", dy[:, i, j], kernel)
        dx[:, i * stride : i * stride + kh, j * stride : j * stride + kw] = share
    return dx


def averaged(dy):
    return dy.mean(axis=(0, 1, 2))


for exercise, wrong_version in [
    ("08.conv_dx", not_turned),
    ("08.conv_dx", not_swapped),
    ("08.conv_dx_strided", stride_ignored),
    ("08.conv_dx_strided", overwritten),
    ("08.conv_db", averaged),
]:
    try:
        check(exercise, wrong_version)
    except WrongAnswer as diagnosis:
        print(f"{wrong_version.__name__}\n    {diagnosis}\n")
    else:
        raise AssertionError("a wrong version passed")

blur = np.ones((2, 2, 1, 1))
dy = rng.normal(size=(2, 3, 3, 1))
np.testing.assert_allclose(not_turned(dy, blur), conv_dx(dy, blur))
apart = conv_dx_strided(dy, blur, (6, 6), 2)
np.testing.assert_allclose(overwritten(dy, blur, (6, 6), 2), apart)

# %% [markdown]
# ## Measure
#
# Two real digits, a convolution with four filters, and a ReLU behind it. The loss is the sum of all
# outputs, each times a random number (`upstream`). All gradients of your functions against
# differences, as in notebook 01, twice: with random biases, and with biases of zero, as almost every
# network has them at the start of its training.

# %%
from mnist_app.data import load_mnist
from tinynet.gradient_check import numerical_gradient, relative_error

images = (load_mnist().train_images[:2] / 255)[..., np.newaxis]
kernel, bias = rng.normal(size=(3, 3, 1, 4)), rng.normal(size=4)
upstream = rng.normal(size=(2, 26, 26, 4))
pixels = [
    tuple(map(int, index))
    for index in rng.integers(0, (2, 28, 28, 1), size=(20 if FAST else 60, 4))
]


def forward(x, kernel, bias):
    windows = sliding_window_view(x, (3, 3), axis=(1, 2))
    return np.einsum("nijcuv,uvcf->nijf", windows, kernel) + bias


def errors(bias):
    """The largest relative error of db, dW and of some entries of dX, with a ReLU behind."""
    before = forward(images, kernel, bias)
    dy = upstream * (before > 0)  # the ReLU's gradient, notebook 05

    def loss():
        return float((upstream * np.maximum(forward(images, kernel, bias), 0)).sum())

    dx = conv_dx(dy, kernel)
    return {
        "db": relative_error(conv_db(dy), numerical_gradient(loss, bias)).max(),
        "dW": relative_error(conv_dw(images, dy, (3, 3)), numerical_gradient(loss, kernel)).max(),
        "dX": relative_error(
            np.array([dx[index] for index in pixels]), numerical_gradient(loss, images, pixels)
        ).max(),
    }


random_biases, zero_biases = errors(bias), errors(np.zeros(4))
for name, error in random_biases.items():
    print(f"{name}: error with random biases {error:.0e}, with zero biases {zero_biases[name]:.0e}")
    assert error < 1e-6
assert zero_biases["db"] > 0.1
assert zero_biases["dX"] > 0.1

# %% [markdown]
# With biases of zero the *right* code fails, and not narrowly: the error of `db` is above 0.1,
# where 1e-6 is allowed. Most of a picture is background, which is exactly 0, and a window of
# nothing but background gives 0 plus the bias, which is 0 too: it lies on the kink of the ReLU. For
# 58 % of all windows of these two digits that is so. At a kink the difference quotient gives the
# mean of both slopes, and the code has to choose one of them. `dX` fails for the same reason. `dW`
# passes: in these windows each weight is multiplied by 0, and moving it moves nothing. So check
# gradients with random biases. `check_layer` and `check_model` do.

# %% jupyter={"source_hidden": true}
on_the_kink = forward(images, kernel, np.zeros(4))[..., 0] == 0
stated("58 %", on_the_kink.mean())
figure = new_figure(7, 2.1)
for k in (0, 1):
    show_image(figure.add_subplot(1, 4, 1 + 2 * k), images[k, :, :, 0], "picture")
    show_image(
        figure.add_subplot(1, 4, 2 + 2 * k), on_the_kink[k], "on the kink", cmap="Oranges", vmax=1.5
    )
show(
    figure,
    "kink",
    "Without a bias, every window that is all background (orange) sits exactly on the kink of "
    "the ReLU.",
    "Two handwritten digits, a five and a zero. Beside each, its windows: all those that touch no "
    "ink are marked as lying on the kink, everything around the digit and the hole inside the "
    "zero.",
)

# %% [markdown]
# ## What this cannot tell you
#
# - **Whether the forward pass is right.** These are gradients of the formula of notebook 07. A
#   forward pass with the kernel turned has a right gradient too, of another function.
# - **Anything at the kink.** What `db` should be at a bias of zero is a matter of choice, not of
#   measurement.
# - **That a network with a wrong gradient would not learn.** It often does, a little worse;
#   notebook 10 trains four such networks. Accuracy is no test of a gradient.
#
# **In short.** You can now derive the three gradients of a convolution by asking which pixel met
# which weight: $db = \sum dY$, $dW = \text{im2col}(X)^T dY$, and $dX$ by scattering, by a full
# convolution with the turned kernel, or by col2im, which are one sum. Where people go wrong: a
# kernel turned once too often or not at all, channels and filters not exchanged, `=` where windows
# overlap, `stride` zeros in place of `stride - 1`, rows that no window covers.
#
# **In other libraries.** A convolution's $dX$ is a layer of its own elsewhere: `ConvTranspose2d` in
# PyTorch, `Conv2DTranspose` in Keras. What "transpose" means there is the $T^T$ of this notebook.
#
# **The best of others.** Odena, Dumoulin and Olah, [Deconvolution and checkerboard
# artifacts](https://distill.pub/2016/deconv-checkerboard/), what uneven overlap does to pictures.
# Dumoulin and Visin, [A guide to convolution arithmetic](https://arxiv.org/abs/1603.07285), the
# section on transposed convolutions. Jefkine, [Backpropagation in convolutional
# networks](https://www.jefkine.com/general/2016/09/05/backpropagation-in-convolutional-neural-networks/).
#
# ## Next
#
# [09 Pooling](09_pooling.ipynb): a layer without weights that throws three numbers out of four
# away.
