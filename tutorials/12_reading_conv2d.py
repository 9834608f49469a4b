# %% [markdown]
# # 12 Reading conv2d.py
#
# [← 11 Batch normalization](11_batch_normalization.ipynb) · [contents](README.md) · [13 Why does it not learn? →](13_why_does_it_not_learn.ipynb)
#
# ## Question
#
# Notebooks 07 and 08 ended with a convolution in three lines, many times as fast as loops.
# `tinynet/layers/conv2d.py` computes the same numbers faster again, and whoever opens it after notebook 08 does not
# recognise it: strips, a line of ones, axes in a strange order, one row of $dX$ at a time. Where does the second factor
# come from, when no multiplication is saved? And how large is it?
#
# This notebook goes from the one to the other in five small rewrites: four forwards (part one), one backwards (part two).
# At its end stand the parts of the file that compute, with what is left to explain in them.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import inspect
import time

import numpy as np
from matplotlib.patches import Rectangle
from numpy.lib.stride_tricks import sliding_window_view

from tutorials.cells import FAST, check, my_answer, reveal
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import (
    GRADIENT,
    LIGHT,
    MUTED,
    RIGHT,
    VALUE,
    draw_matrix,
    empty_axes,
    new_figure,
    show,
)
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# `im2col` writes each pixel down once for every window that it lies in: for windows of $3 \cdot 3$, nine times.
# How few copies can one do with, if each row of windows is still to be *one* product of matrices?
#
# - **a**: nine; the product needs them all, so they have to be written
# - **b**: fewer than nine, but some: the product may read a copy several times
# - **c**: none at all; the product reads the picture itself

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Part one: forwards
#
# *What it is for: you write the columns of all windows with few copies, and one product makes the convolution of them, bias
# included. Exercises 1 to 3, 50 minutes.*
#
# ## Derive
#
# ### What a computer likes
#
# It likes long lines of neighbours. Numbers that lie next to each other in memory come in one piece and are
# worked on eight at a time; numbers that lie apart come one by one. A product of two matrices is the fastest
# thing that NumPy has, if the matrices are large and lie in order. Copying costs about as much as reading
# and writing, and for a convolution it is a good part of the work. So: few copies, long lines, large products.
#
# ### One row of pixels first
#
# Take a picture that is one row: one channel, one example, the numbers 3, 1, 4, 1, 5. Windows of three numbers, side by side
# as *columns*: that makes a matrix of three lines, and each line is a piece of the row, begun at $v = 0, 1, 2$. No
# loop over windows is needed to write it, only one over $v$. A row of weights times this matrix is the convolution.
# If a fourth line of ones is written below, a fourth weight is added to each output: a bias.
#
# Everything below is this, with rows, channels and examples added. (The right side of the figure is for part two.)

# %% jupyter={"source_hidden": true}
row = np.array([3, 1, 4, 1, 5])
figure = new_figure(8, 3)
axes = figure.add_subplot()
draw_matrix(axes, row[np.newaxis], "one row of pixels", VALUE, [(0, 2)], corner=(0, 1))
lines = np.array([row[v : v + 3] for v in range(3)] + [[1, 1, 1]])
draw_matrix(axes, lines, "windows as columns", VALUE, [(0, 2), (1, 1), (2, 0)], corner=(7.5, 0))
for v, text in enumerate(["v = 0", "v = 1", "v = 2", "ones"]):
    axes.text(7.3, v + 0.5, text, ha="right", va="center", fontsize=9, color=MUTED)
for v in range(3):
    share = np.array([[f"$d_{{{v}0}}$", f"$d_{{{v}1}}$", f"$d_{{{v}2}}$"]])
    marked = [(0, 2 - v)]
    title = "fold: moved by v, added up" if v == 0 else ""
    draw_matrix(axes, share, title, GRADIENT, marked, corner=(14.0 + v, v))
axes.plot([14.0, 19.0], [3.15, 3.15], color=GRADIENT, lw=1.5)
for w in range(5):
    axes.text(14.5 + w, 3.55, f"$dx_{w}$", ha="center", va="center", color=GRADIENT)
axes.set(xlim=(-0.5, 19.7), ylim=(4.3, -1.2))
show(
    figure,
    "one_row",
    "One row: its windows as columns are three pieces of it, and backwards the pieces are laid back and "
    "added.",
    "Left, a row of five pixels, 3, 1, 4, 1, 5, the middle one marked. Then a matrix of four lines: "
    "3 1 4, 1 4 1, 4 1 5 and ones; the marked 4 lies in it three times, on a diagonal. Right, in "
    "orange, three lines of shares, each one place further right than the one above; the marked ones "
    "stand in one column, above dx_2, where they add up.",
)

# %% [markdown]
# ### First rewrite: the batch last
#
# In a batch (N, H, W, C) the longest neighbours are the C numbers of one pixel: one, for a picture of grey.
# Put the axes in the order (H, C, W, N). Now the line of a row and channel, W times N numbers, lies in one
# piece. Nothing else changes; a formula does not know how its numbers lie. (`layout.py` does this, and callers
# see (N, H, W, C) all the same, through a view.)

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 2.6)
axes = figure.add_subplot()
plain = [f"$w_{w}c_{c}$" for n in range(2) for w in range(3) for c in range(2)]
memory = [f"$w_{w}n_{n}$" for c in range(2) for w in range(3) for n in range(2)]
draw_matrix(
    axes, np.array([plain]), "row h, (N, H, W, C): first example | other rows | second example", VALUE,
    [(0, k) for k in range(0, 12, 2)], corner=(0, 0),
)  # fmt: skip
draw_matrix(
    axes, np.array([memory]), "row h, (H, C, W, N): first channel | second channel", VALUE,
    [(0, k) for k in range(6)], corner=(0, 2.6),
)  # fmt: skip
axes.plot([6, 6], [-0.15, 1.15], color=GRADIENT, lw=3)
axes.plot([6, 6], [2.45, 3.75], color=GRADIENT, lw=3)
axes.set(xlim=(-0.2, 12.2), ylim=(3.9, -1))
show(
    figure,
    "order",
    "The numbers of one row of a batch, as they lie in memory; marked is one channel.",
    "Two rows of twelve cells, for 3 columns, 2 channels and 2 examples. In the order (N, H, W, C) "
    "the marked cells of the first channel are every second one, and other rows of the picture lie "
    "between the examples. In the order (H, C, W, N) the six marked cells lie side by side.",
)

# %% [markdown]
# ### Second rewrite: a window is a column
#
# In notebook 07 a window was a row of the matrix, and the kernel stood on the right. Two windows, (3, 1) of one example and (5, 2)
# of another, and two filters, (1, 2) and (0, -1):
#
# $$\begin{pmatrix} 3 & 1 \\ 5 & 2 \end{pmatrix} \begin{pmatrix} 1 & 0 \\ 2 & -1 \end{pmatrix} = \begin{pmatrix} 5 & -1 \\ 9 & -2 \end{pmatrix}$$
#
# Transpose all three, and the factors change places: the windows are columns now, and the kernel stands on the left:
#
# $$\begin{pmatrix} 1 & 2 \\ 0 & -1 \end{pmatrix} \begin{pmatrix} 3 & 5 \\ 1 & 2 \end{pmatrix} = \begin{pmatrix} 5 & 9 \\ -1 & -2 \end{pmatrix}$$
#
# The same four numbers come out. But above, a line of the result is one window, seen by both filters. Below, a line is one filter, with
# both examples side by side, and that is the order that memory has now: the result can stay as it is.
#
# In general, row $i$ of the output is $Y_i = W^T \text{columns}_i$, with $\text{columns}_i[(u, v, c), (j, n)]$: a line for each entry of the
# window, a column for each window $j$ of this row and each example $n$.
#
# ### Third rewrite: strips
#
# Which numbers are in $\text{columns}_i$? Those of the rows $i$ to $i + kh - 1$ of the picture, each unfolded like the single row
# above. Call what row $p$ of the picture gives *strip* $p$: $C$ lines for $v = 0$, one for each channel, then $C$ lines for
# $v = 1$, and so on, each of $W' N$ numbers, and a line of ones at the end. ($W'$ is the number of windows in a row, $H'$ that of rows of
# windows.) So $\text{columns}_i$ is the strips $i$ to $i + kh - 1$, *one below the other*.
#
# The next row of windows needs the strips $i + 1$ to $i + kh$: the same, but for one at either end. So write every strip down once, one below the
# other, and let the matrix of each row of windows be a *view* of $kh$ of them. (With a stride $s$, the view begins
# at strip $i s$.)

# %% jupyter={"source_hidden": true}
x = np.arange(12).reshape(4, 3)
figure = new_figure(7, 5.2)
axes = figure.add_subplot()
draw_matrix(axes, x, "picture", VALUE, [(1, 1)], corner=(0, 3.5))
for p, pixels in enumerate(x):
    strip = np.array([pixels[:2], pixels[1:], [1, 1]])
    marked = [(i, j) for i, j in np.ndindex(2, 2) if strip[i, j] == 4]
    title = "strips" if p == 0 else ""
    draw_matrix(axes, strip, title, VALUE, marked, corner=(6.2, 3.2 * p))
    for k, text in enumerate(["v = 0", "v = 1", "ones"]):
        axes.text(6, 3.2 * p + k + 0.5, text, ha="right", va="center", fontsize=9, color=MUTED)
    axes.text(4.5, 3.2 * p + 1.5, f"strip {p}", ha="right", va="center", fontsize=9)
for i, colour in enumerate([VALUE, GRADIENT, RIGHT]):
    left, top = 8.7 + 1.4 * i, 3.2 * i
    axes.plot([left, left], [top, top + 6.2], color=colour, lw=4)
    axes.text(left + 0.35, top + 3.1, f"columns of window row {i}", color=colour, fontsize=9,
              rotation=90, va="center")  # fmt: skip
seen = np.array([[3, 4], [4, 5], [1, 1], [6, 7], [7, 8], [1, 1]])
marked = [(0, 1), (1, 0)]
draw_matrix(axes, seen, "columns of row 1", GRADIENT, marked, corner=(14.2, 3.2))
axes.set(xlim=(-0.3, 17.2), ylim=(13, -1.2))
show(
    figure,
    "strips",
    "Windows of 2 by 2: four strips are written, each pixel at most twice (as the 4), and three overlapping "
    "views of two strips each are the columns. Right, the second view as the matrix that it is.",
    "Left, the numbers 0 to 11 in four rows of three, the 4 marked. Right, four strips of three lines: "
    "0 1, 1 2 and ones; 3 4, 4 5 and ones; and so on. The 4 is marked in both lines of strip 1. Beside "
    "them three bars of two strips each, which overlap: the first spans strips 0 and 1, the second 1 "
    "and 2, the third 2 and 3, so that the 4 is read by two of them. Right of them the second as a "
    "matrix of six lines: 3 4, 4 5, ones, 6 7, 7 8, ones.",
)

# %% [markdown]
# Here is all that exercise 1 needs. The exercises are in `tutorials/mine/12_reading_conv2d.py`.
#
# **Exercise 1, `unfold(x, kernel_size, stride)`.** The columns of all rows of windows, with the lines of ones. Loops are
# fine; whether it is a view does not matter here.

# %% tags=["exercise"]
unfold = check("12.unfold")

# %% [markdown]
# <details><summary>A strip, and a view of kh strips</summary>
#
# For each $v$, the pixels $x[:, :, v], x[:, :, v + s], \dots$, $W'$ of them, are one slice of the picture. It fills the $C$ lines
# of this $v$ in all strips at once. The strips begin as ones, so that the last line of each stays what it is. Window row $i$
# is strips $i s$ to $i s + kh - 1$.
#
# </details>
#
# ### Fourth rewrite: a line of ones
#
# What are the ones for? Adding the bias is one more pass over all outputs. But a product of matrices adds up anyhow: with one row more in
# the matrix of weights, which meets the line of ones, it adds the bias on the way. Only, a view
# of $kh$ strips holds $kh$ lines of ones, and the bias is to be added *once*. By what are these lines to be multiplied?

# %% [markdown]
# ## By hand
#
# The picture of the last figure, one channel, one example: rows (0, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10, 11). The kernel is
# $((1, 0), (2, -1))$, the bias 10.
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]] |
# | `strip_0` | `[x[0, :2], x[0, 1:], [1, 1]]` | ? |
# | `strip_1` | `[x[1, :2], x[1, 1:], [1, 1]]` | ? |
# | `columns_0` | `np.vstack([strip_0, strip_1])` | ? |
# | `weights` | derive it; the whole bias as early as it can stand | ? |
# | `y_0` | `np.array(weights) @ columns_0` | ? |

# %% tags=["by-hand"]
by_hand("12.1", strip_0=..., strip_1=..., columns_0=..., weights=..., y_0=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]] |
# | `strip_0` | `[x[0, :2], x[0, 1:], [1, 1]]` | [[0, 1], [1, 2], [1, 1]] |
# | `strip_1` | `[x[1, :2], x[1, 1:], [1, 1]]` | [[3, 4], [4, 5], [1, 1]] |
# | `columns_0` | `np.vstack([strip_0, strip_1])` | [[0, 1], [1, 2], [1, 1], [3, 4], [4, 5], [1, 1]] |
# | `weights` | `[1, 0, 10, 2, -1, 0]` | [1, 0, 10, 2, -1, 0] |
# | `y_0` | `np.array(weights) @ columns_0` | [12, 14] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `columns_0` | `np.hstack([strip_0, strip_1])` | the strips stand side by side. They belong one below the other. |
# | `weights` | `[1, 0, 0, 2, -1, 10]` | right as well: which line of ones carries the bias does not matter. |
# | `weights` | `[1, 0, 5, 2, -1, 5]` | right as well: half of the bias on either line of ones adds up to the bias. |
# | `weights` | `[1, 0, 3, 2, -1, 7]` | right as well: any two numbers that add up to the bias will do. |
# | `weights` | `[1, 0, 10, 2, -1, 10]` | the bias is added twice: the columns hold two lines of ones. |
# | `weights` | `[1, 0, 1, 2, -1, 1]` | these are ones on the lines of ones. Such a line is multiplied by what is to be added. |
# | `weights` | `[1, 0, 0, 2, -1, 0]` | the bias is missing. |
# | `weights` | `[-1, 2, 10, 0, 1, 0]` | the kernel is turned. Forwards it is laid on as it is. |
# | `weights` | `[2, -1, 10, 1, 0, 0]` | the kernel's rows are exchanged. Forwards it is laid on as it is. |
# | `weights` | `[0, 1, 10, -1, 2, 0]` | the kernel's columns are exchanged. Forwards it is laid on as it is. |
# | `weights` | `[1, 2, 10, 0, -1, 0]` | the kernel is transposed: its row u belongs to strip u. |
# | `weights` | `[10, 1, 0, 0, 2, -1]` | the line of ones is the last of a strip, not the first. |
# | `weights` | `[1, 0, 2, -1, 10, 0]` | each strip ends with its line of ones: the third number belongs to it. |
# | `weights` | `[1, 0, 2, -1, 10]` | there are two lines of ones, one at the end of each strip. |
# | `weights` | `[1, 0, 2, -1]` | the lines of ones need weights, too: the columns have six lines. |
# | `y_0` | `[22, 24]` | the bias is added twice. |
# | `y_0` | `[2, 4]` | the bias is missing. |
#
# </details>

# %% [markdown]
# ## Code it
#
# **Exercise 2, `weights_for(kernel, bias)`.** The matrix that multiplies the columns, bias included.

# %% tags=["exercise"]
weights_for = check("12.weights_for")

# %% [markdown]
# <details><summary>One row of ones counts</summary>
#
# For each $u$ the $kw \cdot C$ rows of the kernel, then one row for the line of ones: the bias for a single $u$, zeros for the
# others. Which $u$ does not matter, and $b / kh$ for every $u$ would do as well.
#
# </details>
#
# **Exercise 3, `copied(size, kernel_size)`: no formula this time.** How many numbers does each layout write down?

# %% tags=["exercise"]
copied = check("12.copied")

# %% [markdown]
# <details><summary>Two counts</summary>
#
# im2col has a row of $kh \cdot kw \cdot C$ numbers for each of the $N H' W'$ windows. There are $H$ strips, each of
# $kw \cdot C + 1$ lines of $W' N$ numbers. For many rows and channels the first is nearly $kh$ times the second.
#
# </details>
#
# **Looking back at part one.** Each pixel is written down $kw$ times in place of $kh \cdot kw$ times, and the overlapping views cost nothing.
# One product for each row of windows makes the outputs, bias included, in memory's order. A good place to stop.
#
# ## Part two: backwards
#
# *What it is for: you compute one row of the gradient by one product; then you read the file itself, and measure what all of it
# saves. Exercises 4 and 5, 40 minutes.*
#
# ## Derive
#
# ### One row again
#
# In the first figure, the weights send each output's gradient to the lines: a matrix of shares, of the shape of the columns. Each share goes
# back to where its number came from: line $v$, moved by $v$, and what meets in a pixel adds up. This is `fold`, exercise 4.
# The line of ones pays a second time here: $dW = \text{columns} \cdot dY^T$ has a row for it, and there
# stands $\sum 1 \cdot dY$. You know this sum.
#
# ### Fifth rewrite: backwards, row by row
#
# `col2im` writes the gradients of all copies down, $kh \cdot kw$ for a pixel, and adds them up. Better to let a product
# do the adding. Row $h$ of the picture was row $u = h - i s$ of the windows in output row $i$, for those $i$ for which
# $0 \le u < kh$. So
#
# $$dX_{h} = \sum_{i:\ 0 \le h - is < kh} \ \sum_{v, f} \ \dots$$
#
# (What the dots stand for is exercise 5.) Lay the rows $dY_i$ with these $i$ one below the other, and the kernel's rows $u = h - i s$ side by side, in the same
# order: *one* product of matrices sums over $i$ and over $f$ together. (While $i$ rises, $u$ falls. There it is again, the
# turned kernel of notebook 08; the next figure shows it.) What is left is the sum over $v$, within a row: `fold`, which
# adds $kw$ lines, each moved by one.

# %% jupyter={"source_hidden": true}
figure = new_figure(6.5, 3)
axes = empty_axes(figure.add_subplot())
for h in range(6):
    colour = GRADIENT if h == 3 else MUTED
    axes.text(-0.2, h + 0.5, f"row {h} of x", ha="right", va="center", color=colour, fontsize=9)
axes.axhspan(3, 4, xmin=0.0, color=LIGHT[GRADIENT], zorder=0)
for i in range(4):
    left, seen = 0.6 + 1.7 * i, i > 0
    for u in range(3):
        hit = i + u == 3
        edge = GRADIENT if hit else MUTED
        axes.add_patch(
            Rectangle((left, i + u), 1.2, 1, facecolor="white", edgecolor=edge, lw=2 if hit else 1)
        )
        axes.text(
            left + 0.6, i + u + 0.5, f"u = {u}", ha="center", va="center", color=edge, fontsize=9
        )
    axes.text(
        left + 0.6,
        i - 0.15,
        f"$dY_{i}$",
        ha="center",
        va="bottom",
        color=GRADIENT if seen else MUTED,
    )
axes.set(xlim=(-1.8, 7.3), ylim=(6.1, -0.8))
show(
    figure,
    "rows_back",
    "Windows of three rows, stride 1. Row 3 of the picture was row u = 2 of the windows in row 1, u = 1 of "
    "those in row 2, u = 0 of those in row 3.",
    "Six rows of a picture, row 3 shaded, and four towers of three boxes, u = 0, 1, 2, one for each row "
    "of dY; each tower begins one row lower than the one before. In the shaded row lie u = 2 of dY_1, "
    "u = 1 of dY_2 and u = 0 of dY_3; dY_0 does not reach it.",
)

# %% [markdown]
# ## Code it
#
# **Exercise 4, `fold(shares, kernel_width, stride, width)`.** What `unfold` does along a row, the other way.

# %% tags=["exercise"]
fold = check("12.fold")

# %% [markdown]
# <details><summary>The same slices, with +=</summary>
#
# `unfold` read $x[c, j s + v, n]$ into entry $((v, c), (j, n))$. So this entry's share goes back to $[c, j s + v, n]$: for each $v$
# one slice with the step $s$, from $v$ on, $W'$ long. Neighbouring windows overlap, so the slices are *added*; columns that
# no window reaches stay 0.
#
# </details>
#
# **Exercise 5, `dx_row(dy, kernel, h, stride, width)`.** One row of $dX$: which rows of $dY$ saw it, through which rows of
# the kernel?

# %% tags=["exercise"]
dx_row = check("12.dx_row")

# %% [markdown]
# <details><summary>Side by side, one below the other</summary>
#
# $dX_h = \sum_i \text{fold}(W_{h - is} \ dY_i)$, where $W_u$ is row $u$ of the kernel as a matrix $((v, c), f)$ and $dY_i$ a matrix
# $(f, (j, n))$. `fold` is linear, so it may be called once, on the sum. And a sum of products of matrices is one product:
# $W_2 \ dY_1 + W_1 \ dY_2 + W_0 \ dY_3$ is $(W_2 \ W_1 \ W_0)$ times the three $dY$ one below the other. If no $i$ fits, the row is 0.
#
# </details>

# %% [markdown]
# ## Check it
#
# The table first. Then a convolution from your four pieces, forwards and backwards, against notebook 07's `conv_forward`
# and notebook 08's `conv_dx_strided`, your own if they are right.

# %%
small = np.arange(12.0).reshape(4, 1, 3, 1)
kernel, bias = np.array([[1.0, 0], [2, -1]]).reshape(2, 2, 1, 1), np.array([10.0])
np.testing.assert_allclose(weights_for(kernel, bias).T @ unfold(small, (2, 2))[0], [[12, 14]])

conv_forward, conv_dx_strided = my_answer("07.conv_forward"), my_answer("08.conv_dx_strided")


def in_memory(x):
    """(N, H, W, C) -> (H, C, W, N), contiguous."""
    return np.ascontiguousarray(x.transpose(1, 3, 2, 0))


def forward(x, kernel, bias, stride):
    """x in memory's order; the rows of the output, (H', F, W', N)."""
    y = weights_for(kernel, bias).T @ unfold(x, kernel.shape[:2], stride)
    return y.reshape(len(y), kernel.shape[3], -1, x.shape[3])


rng = np.random.default_rng(0)
for stride in (1, 2):
    x, kernel = rng.normal(size=(2, 8, 7, 3)), rng.normal(size=(3, 2, 3, 4))
    bias = rng.normal(size=4)
    y = forward(in_memory(x), kernel, bias, stride)
    plain = in_memory(conv_forward(x, kernel, bias, stride))
    dy = rng.normal(size=(2, y.shape[0], y.shape[2], 4))
    dx = np.array([dx_row(in_memory(dy), kernel, h, stride, 7) for h in range(8)])
    plain_dx = in_memory(conv_dx_strided(dy, kernel, (8, 7), stride))
    print(f"stride {stride}: y differs by {np.abs(y - plain).max():.0e}", end="")
    print(f", dx by {np.abs(dx - plain_dx).max():.0e}")
    np.testing.assert_allclose(y, plain, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(dx, plain_dx, rtol=1e-10, atol=1e-12)

# %% [markdown]
# ## Compare
#
# Now the file. First the forward half: `to_memory` is the first rewrite, `unfold` the third and the fourth, `_weights`
# exercise 2, and `_each_row` multiplies all rows of windows in one call (those of a single image are so narrow
# that one large product is faster, copies included). New are four names: `pad` adds the border that `same`
# asks for (and `crop` takes it off again), `Windows` and its `entries` hold the sizes that you computed with `//`,
# `from_memory` is `to_memory` the other way, and `cached` keeps the columns for the way back.

# %%
from tinynet.layers import conv2d, windows
from tinynet.layers.conv2d import Conv2D

print(inspect.getsource(windows.unfold))
print(inspect.getsource(Conv2D.forward))
print(inspect.getsource(Conv2D._weights))
print(inspect.getsource(conv2d._each_row))

# %% [markdown]
# In `unfold`, the loop over $v$ is the only place where pixels are copied. The last line is the view: windows of $kh$
# strips over the stack of all lines, one every `sh` strips. And the way back: the loop over $h$ is exercise 5. The
# dictionary `weights` is there because most rows of a picture are seen by the same rows of the kernel, so that
# their matrix is made once. In `backward_parameters`, `columns @ dy` is $dW$ with the line of ones in it, and
# `dweights[0, -1]` picks the bias's gradient from there.

# %%
print(inspect.getsource(Conv2D.backward))
print(inspect.getsource(windows.fold))
print(inspect.getsource(Conv2D.backward_parameters))

layer = Conv2D(4, (3, 2), strides=2)
layer.build((8, 7, 3), rng, np.float64)
layer.kernel.value[...], layer.bias.value[...] = kernel, bias
theirs = layer.forward(x, keep=True)
np.testing.assert_allclose(in_memory(theirs), y, rtol=1e-10, atol=1e-12)
np.testing.assert_allclose(in_memory(layer.backward(dy)), dx, rtol=1e-10, atol=1e-12)
print("the layer, and your four pieces: the same numbers")

# %% [markdown]
# ## Break it

# %%


def bias_for_every_strip(kernel, bias):
    kh, kw, channels, filters = kernel.shape
    weights = np.zeros((kh, kw * channels + 1, filters))
    weights[:, :-1] = kernel.reshape(kh, -1, filters)
    weights[:, -1] = bias
    return weights.reshape(-1, filters)


def rows_unturned(dy, kernel, h, stride, width):
    return dx_row(dy, kernel[::-1], h, stride, width)


def set_not_added(shares, kernel_width, stride, width):
    columns = (width - kernel_width) // stride + 1
    row = np.zeros((len(shares) // kernel_width, width, shares.shape[1] // columns))
    for v, share in enumerate(shares.reshape(kernel_width, row.shape[0], columns, -1)):
        row[:, v : v + stride * (columns - 1) + 1 : stride] = share
    return row


for exercise, wrong_version in [
    ("12.weights_for", bias_for_every_strip),
    ("12.dx_row", rows_unturned),
    ("12.fold", set_not_added),
]:
    try:
        check(exercise, wrong_version)
    except WrongAnswer as diagnosis:
        print(f"{wrong_version.__name__}\n    {diagnosis}\n")
    else:
        raise AssertionError("a wrong version passed")

# %% [markdown]
# ## Measure
#
# The second convolution of `cnn`: a batch of 64, $13 \cdot 13$ pixels, 32 channels, 64 filters of $3 \cdot 3$, float32.
# How many numbers are written down, and how long does each version take, forwards?

# %%
in_rows, in_strips = copied((13, 32, 13, 64), (3, 3))
print(
    f"im2col writes {in_rows:,} numbers, the strips {in_strips:,}: {in_rows / in_strips:.2f} times fewer"
)
assert 2.4 < in_rows / in_strips < 2.6
reveal(
    prediction,
    "b",
    "The strips hold kw copies of each pixel, here three, and the views read each of them kh times.",
)

examples = 8 if FAST else 64
rng = np.random.default_rng(1)
x = rng.normal(size=(examples, 13, 13, 32)).astype(np.float32)
kernel = rng.normal(size=(3, 3, 32, 64)).astype(np.float32)
bias = rng.normal(size=64).astype(np.float32)


def by_rows(x, kernel, bias):
    """Notebook 07: windows as rows, copied out, one product, the bias added."""
    kh, kw, channels, filters = kernel.shape
    rows = sliding_window_view(x, (kh, kw), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    y = rows.reshape(-1, kh * kw * channels) @ kernel.reshape(-1, filters) + bias
    return y.reshape(len(x), x.shape[1] - kh + 1, -1, filters)


def by_columns(x, kernel, bias):
    """Batch last, windows as columns, every copy written, the bias added."""
    kh, kw, channels, filters = kernel.shape
    columns = sliding_window_view(in_memory(x), (kh, kw), axis=(0, 2)).transpose(0, 4, 5, 1, 2, 3)
    columns = columns.reshape(len(columns), kh * kw * channels, -1)
    y = kernel.reshape(-1, filters).T @ columns + bias[:, np.newaxis]
    return y.reshape(len(y), filters, -1, len(x)).transpose(3, 0, 2, 1)


def by_views(x, kernel, bias):
    """No copies: a product for each (u, v), all nine added up; x comes in memory's order."""
    kh, kw, channels, filters = kernel.shape
    memory = x.transpose(1, 3, 2, 0)
    rows, columns = memory.shape[0] - kh + 1, memory.shape[2] - kw + 1
    y = np.zeros((rows, filters, columns * len(x)), x.dtype) + bias[:, np.newaxis]
    for u, v in np.ndindex(kh, kw):
        y += kernel[u, v].T @ memory[u : u + rows, :, v : v + columns].reshape(rows, channels, -1)
    return y.reshape(rows, filters, columns, len(x)).transpose(3, 0, 2, 1)


def columns_of(x, kernel):
    """Notebook 07's im2col."""
    kh, kw, channels, _ = kernel.shape
    rows = sliding_window_view(x, (kh, kw), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    return rows.reshape(-1, kh * kw * channels)


def back_by_rows(x, kernel, dy, columns):
    """Notebook 08, route C: the dense layer's gradients for each window, then col2im."""
    kh, kw, channels, filters = kernel.shape
    rows = dy.reshape(-1, filters)
    dkernel, dbias = columns.T @ rows, rows.sum(axis=0)
    shares = rows @ kernel.reshape(-1, filters).T
    shares = shares.reshape(*dy.shape[:3], kh, kw, channels)
    dx = np.zeros_like(x)
    for u, v in np.ndindex(kh, kw):
        dx[:, u : u + dy.shape[1], v : v + dy.shape[2]] += shares[:, :, :, u, v]
    return dx, dkernel.reshape(kernel.shape), dbias


def ready(x, kernel, bias):
    """tinynet's layer with these weights."""
    layer = Conv2D(kernel.shape[3], kernel.shape[:2])
    layer.build(x.shape[1:], rng, np.float32)
    layer.kernel.value[...], layer.bias.value[...] = kernel, bias
    return layer


layer, right = ready(x, kernel, bias), by_rows(x, kernel, bias)
dy = rng.normal(size=right.shape).astype(np.float32)
for y in (
    by_columns(x, kernel, bias),
    by_views(in_memory(x).transpose(3, 0, 2, 1), kernel, bias),
    layer.forward(x, keep=True),
):
    np.testing.assert_allclose(y, right, rtol=1e-3, atol=1e-3)
dx, dkernel, dbias = back_by_rows(x, kernel, dy, columns_of(x, kernel))
np.testing.assert_allclose(layer.backward(dy), dx, rtol=1e-3, atol=1e-2)
np.testing.assert_allclose(layer.kernel.grad, dkernel, rtol=1e-3, atol=1e-1)
np.testing.assert_allclose(layer.bias.grad, dbias, rtol=1e-3, atol=1e-1)
print("all versions give the same numbers")


def seconds(call, *arguments):
    """The shortest of some rounds."""
    times = []
    for _ in range(3 if FAST else 20):
        started = time.perf_counter()
        call(*arguments)
        times.append(time.perf_counter() - started)
    return min(times)


# %% tags=["timing"]
from threadpoolctl import threadpool_limits


def lying(x):
    """The same array, (N, H, W, C), but in memory's order, as the layer before hands it on."""
    return in_memory(x).transpose(3, 0, 2, 1)


for name, size, shape in [
    ("first", (28, 28, 1), (3, 3, 1, 32)),
    ("second", (13, 13, 32), (3, 3, 32, 64)),
]:
    x = rng.normal(size=(examples, *size)).astype(np.float32)
    kernel, bias = rng.normal(size=shape).astype(np.float32), np.zeros(shape[3], np.float32)
    layer, dy = ready(x, kernel, bias), np.ones_like(by_rows(x, kernel, bias))
    with threadpool_limits(1):  # one core, so that products do not wait for each other
        forwards = {
            "windows as rows": seconds(by_rows, x, kernel, bias),
            "windows as columns": seconds(by_columns, lying(x), kernel, bias),
            "nine views, no copy": seconds(by_views, lying(x), kernel, bias),
            "strips (tinynet)": seconds(layer.forward, lying(x)),
        }
        layer.forward(lying(x), keep=True)
        backwards = {
            "route C": seconds(back_by_rows, x, kernel, dy, columns_of(x, kernel)),
            "row by row (tinynet)": seconds(layer.backward, lying(dy)),
        }
    for direction, times in [("forwards", forwards), ("backwards", backwards)]:
        shown = ", ".join(f"{version} {1000 * each:.1f} ms" for version, each in times.items())
        print(f"{name} convolution, {direction}: {shown}")

# %% [markdown]
# Nobody has saved a multiplication. The strips even make more, for their lines of ones: 12 in place of 9 in the first
# convolution. (Both backward passes find their columns ready, kept
# from the way forwards, and are timed without making them.) The second factor is not one number: it depends on the layer, the
# direction, the machine, and on who else uses it meanwhile. In six runs of ours, the one above among them, on a busy machine: forwards between a
# seventh and four fifths of the time was saved, most of it in the first convolution, whose windows have nine numbers only, so
# that copying is a large part of the work. Backwards between an eighth and a half was saved in the second convolution, and in the first nothing that
# stood out from the noise; it was once slower. Which rewrite brings how much, these times do not tell apart. They are not
# asserted; the counts are.
#
# Why not *c*, no copy at all? One product takes a matrix whose lines begin at one fixed distance from each other. Of the columns, line
# $v + 1$ begins $N$ numbers after line $v$, but the next channel $W N$ numbers after: no view of the picture is that matrix. If one
# gives up the single product it can be done: each of the nine $x[u:, :, v:]$ is
# a view, and nine products added up are the convolution. Its time stands above, too: never the best here. (Each of the nine
# goes over all of $Y$ once, and sums over no more than the channels.) The whole comparison, with Keras and PyTorch beside it, is `python -m benchmarks layers`.

# %% [markdown]
# ## What this cannot tell you
#
# - **Whether this is the fastest way.** It is the fastest that was found with NumPy alone. Libraries written for one
#   processor do better, with blocks that fit its caches, or with Winograd's trick, which does save multiplications.
# - **What it costs to read.** You have just paid it. `tinynet/textbook.py` has the same layer in six lines and two helpers, and the tests
#   hold both equal; without that, code like this should not be written.
#
# **In short.** You can now read `conv2d.py`: batch last, windows as columns, strips as views, a line of ones for the bias,
# backwards one product a row and a `fold`. Where people go wrong: the bias is put on every line of ones; the kernel's rows
# are not turned on the way back; rows of $dY$ beyond the border count from the end; `=` where `fold` adds.
#
# **In other libraries.** PyTorch has `torch.nn.functional.unfold` and `fold` (windows as columns, every copy written). Both
# it and Keras hand the work to oneDNN or cuDNN, which choose among several such ways by the sizes.
#
# **The best of others.** Chellapilla, Puri and Simard, [High performance convolutional neural networks for document
# processing](https://inria.hal.science/inria-00112631), where im2col comes from. Lavin and Gray, [Fast algorithms for
# convolutional neural networks](https://arxiv.org/abs/1509.09308), Winograd's trick. Cho and Brand, [MEC](https://arxiv.org/abs/1706.06873),
# strips that are read as views, as here.
#
# ## Next
#
# Open `tinynet/layers/max_pool.py`: it goes through the places of a window as `unfold` does, and you will read it at the
# first attempt.
