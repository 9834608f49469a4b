# %% [markdown]
# # 07 Convolution, forwards
#
# [← 06 Training you can trust](06_training.ipynb) · [contents](README.md) · [08 Convolution, backwards →](08_convolution_backward.ipynb)
#
# ## Question
#
# A dense layer sees a picture as a list of 784 numbers. Nothing in it knows that two pixels are
# neighbours, and an edge that it learned to see in one corner it has to learn again in every other.
# A convolution mends both: it looks at a small window of neighbours, and uses the same weights for
# every window of the picture. Two questions about it: what exactly does it compute, and how is it made
# fast enough to train?

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import time

import numpy as np
from matplotlib.patches import Rectangle

from tutorials.cells import FAST, check, reveal, stated
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import (
    INK,
    LIGHT,
    MUTED,
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
# Here is the same convolution in two ways: as loops in Python that follow the definition,
# one multiplication at a time, and, by you, as a rearrangement of the pixels followed by *one* product of
# two matrices. Both do the same multiplications. On 64 pictures of $28 \cdot 28$ pixels, how much
# faster is the second?
#
# - **a**: about twice
# - **b**: about five times
# - **c**: more than twenty times

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# **One row of pixels.** Given numbers $x_0, x_1, \dots$ and a short list of $k$ weights
# $w_0, \dots, w_{k-1}$, lay the weights on the numbers, multiply what lies on top of each other,
# and add up. Then move the weights one step on:
#
# $$y_i = \sum_{u=0}^{k-1} x_{i+u} \ w_u$$
#
# The weights together are called the *kernel*, the numbers under it a *window*.
#
# **How many windows?** Let there be $n$ numbers, and let the kernel move $s$ steps at a time, its
# *stride*. Window $i$ begins at $i \cdot s$, written $is$, and ends at $is + k - 1$, which has to be at
# most $n - 1$:
#
# $$i \le \frac{n - k}{s}, \qquad \text{count} = \left\lfloor \frac{n - k}{s} \right\rfloor + 1$$
#
# The brackets $\lfloor \ \rfloor$ mean rounding down. The $+1$ is there because $i$ starts from 0.
# If the division leaves a remainder, so many numbers at the end belong to no window: the layer does
# not see them. With $p$ zeros added at both ends, which is called *padding*, put $n + 2p$ in place
# of $n$. How many zeros does it take for a layer with stride 1 to have as many windows as pixels? And
# what if that number is odd? You will code it in exercise 4.

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 2.3)
cases = [(1, 0, "stride 1"), (2, 0, "stride 2"), (2, 1, "stride 2, padding 1")]
for k, (stride, padding, name) in enumerate(cases):
    axes = empty_axes(figure.add_subplot(1, 3, k + 1))
    starts = range(-padding, 6 + padding - 3 + 1, stride)
    covered = {start + u for start in starts for u in range(3)}
    for pixel in range(-padding, 6 + padding):
        inside, seen = 0 <= pixel < 6, pixel in covered
        face = "white" if seen else LIGHT[WRONG]
        edge = (INK if inside else MUTED) if seen else WRONG
        axes.add_patch(Rectangle((pixel + 0.04, 0), 0.92, 0.9, facecolor=face, edgecolor=edge))
        label = str(pixel) if inside else "zero"
        size = 10 if inside else 7
        axes.text(pixel + 0.5, 0.43, label, ha="center", va="center", color=edge, fontsize=size)
    for row, start in enumerate(starts):
        bar = Rectangle(
            (start + 0.08, 1.2 + row), 2.84, 0.7, facecolor=LIGHT[VALUE], edgecolor=VALUE
        )
        axes.add_patch(bar)
        axes.text(start + 1.5, 1.53 + row, f"window {row}", ha="center", va="center", color=VALUE)
    axes.set(xlim=(-1.1, 7.1), ylim=(5.3, -0.2), title=f"{name}: {len(starts)} windows")
show(
    figure,
    "windows",
    "Windows of 3 over 6 pixels. What no window covers (red) has no influence on the output.",
    "Three rows of six pixels with the windows drawn beneath as bars. Stride 1: four windows. "
    "Stride 2: two windows, and pixel 5 is left over, in red. Stride 2 with a zero at both ends: "
    "three windows, and the last zero is left over.",
)

# %% [markdown]
# **To turn or not to turn.** In mathematics, the *convolution* of two sequences runs through one of
# them backwards: $\sum_u x_{i-u} w_u$. The sum above, where both run forwards, is called
# *cross-correlation* there. Neural networks use the second and call it a convolution. For a layer
# that learns its weights it makes no difference: one would learn the other's weights turned around.
# But keep it in mind. In the next notebook the turned kernel comes back by itself, in the gradient.
#
# **Pictures.** Now the window moves in two directions, a pixel consists of several numbers, the
# *channels*, and there are several kernels, the *filters*, each of which makes one channel of the
# output. A batch of pictures $X$ has the shape $(N, H, W, C)$, the kernel $W$ has $(kh, kw, C, F)$,
# and the bias $b$ has $(F)$. (The letter $W$ is overworked: in a shape it is the width of the
# picture, with indices or alone it is the kernel.) For example $n$, row $i$ and column $j$ of the
# output, and filter $f$:
#
# $$Y_{nijf} = b_f + \sum_{u=0}^{kh-1} \ \sum_{v=0}^{kw-1} \ \sum_{c=0}^{C-1} X_{n,\ is+u,\ js+v,\ c} \ W_{uvcf}$$
#
# So $u$ and $v$ are the row and the column inside the window. Height and width of the output follow
# from the count above, each with its own size; call them $H'$ and $W'$.
#
# **As matrices.** Compare this with the dense layer of notebook 03,
# $Y_{nj} = b_j + \sum_i X_{ni} W_{ij}$. Read the three indices $(u, v, c)$ as *one* index with
# $kh \cdot kw \cdot C$ values, and the three indices $(n, i, j)$ as one with $N \cdot H' \cdot W'$
# values. Then it is the same formula. Each window is an example for a dense layer with $F$ outputs.
# What remains is to lay out the windows as rows of a matrix. Its traditional name is *im2col*,
# "image to columns", although here the windows are rows:
#
# $$Y = \text{im2col}(X) \ W + b$$
#
# with $W$ as a matrix $(kh \cdot kw \cdot C, F)$, and $Y$ folded back to $(N, H', W', F)$. A window
# overlaps with its neighbours, so a pixel is copied as often as there are windows that contain it.
# This is the price. What it buys is a product of two matrices, the operation that NumPy has in its
# fastest form.

# %% jupyter={"source_hidden": true}
x = np.arange(12).reshape(3, 4)
windows = [(i, j) for i in range(2) for j in range(3)]
matrix = np.array([x[i : i + 2, j : j + 2].ravel() for i, j in windows])
weights = np.array([["$w_{00}$"], ["$w_{01}$"], ["$w_{10}$"], ["$w_{11}$"]], dtype=object)
outputs = np.array([[f"$y_{{{i}{j}}}$"] for i, j in windows], dtype=object)
figure = new_figure(8, 3.0)
axes = figure.add_subplot()
draw_matrix(
    axes, x, "picture: pixels 0 to 11", marked=[(1, 1), (1, 2), (2, 1), (2, 2)], corner=(0, 1.5)
)
draw_matrix(
    axes,
    matrix,
    "im2col: a row for each window",
    marked=[(4, j) for j in range(4)],
    corner=(6.5, 0),
)
draw_matrix(axes, weights, "kernel", corner=(12, 1))
draw_matrix(axes, outputs, "output", marked=[(4, 0)], corner=(14.5, 0))
draw_matrix(axes, outputs.reshape(2, 3), "folded back", marked=[(1, 1)], corner=(17, 2))
copies = [(2, 2.5), *((6.5 + column, row) for row, column in np.argwhere(matrix == 6))]
for left, top in copies:
    axes.add_patch(Rectangle((left, top), 1, 1, facecolor=VALUE))
    axes.text(left + 0.5, top + 0.5, "6", ha="center", va="center", color="white", weight="bold")
for row, (i, j) in enumerate(windows):
    axes.text(6.3, row + 0.5, f"{i}, {j}", ha="right", va="center", color=MUTED, fontsize=9)
for left, sign in [(11.25, r"$\times$"), (13.75, "="), (16.25, "→")]:
    axes.text(left, 3, sign, ha="center", va="center", fontsize=14)
show(
    figure,
    "im2col",
    "im2col as a map of pixels: the window at 1, 1 is one row (light blue), pixel 6 is copied "
    "into four rows (dark blue).",
    "Left, a picture of three by four pixels, numbered 0 to 11, with the window of the pixels 5, "
    "6, 9 and 10 marked. Middle, the im2col matrix with six rows, one for each window, and four "
    "columns; the row of the marked window reads 5, 6, 9, 10, and pixel 6 stands in four rows, "
    "each time in another column. Right, the product with the four weights gives six outputs, "
    "folded back to two by three.",
)

# %% [markdown]
# ## By hand
#
# In one dimension. The last row is the mathematicians' version, with the kernel turned; NumPy has it
# as `np.convolve(x, w, "valid")`.
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [1, 2, 3, 4, 5] |
# | `w` | given | [2, 1, -1] |
# | `y0` | `x[0] * w[0] + x[1] * w[1] + x[2] * w[2]` | ? |
# | `y1` | derive it | ? |
# | `y2` | derive it | ? |
# | `turned` | derive it | ? |

# %% tags=["by-hand"]
by_hand("07.1", y0=..., y1=..., y2=..., turned=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [1, 2, 3, 4, 5] |
# | `w` | given | [2, 1, -1] |
# | `y0` | `x[0] * w[0] + x[1] * w[1] + x[2] * w[2]` | 1 |
# | `y1` | `x[1] * w[0] + x[2] * w[1] + x[3] * w[2]` | 3 |
# | `y2` | `x[2] * w[0] + x[3] * w[1] + x[4] * w[2]` | 5 |
# | `turned` | `[x[i+2] * w[0] + x[i+1] * w[1] + x[i] * w[2] for i in range(3)]` | [7, 9, 11] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `y0` | `x[0] * w[2] + x[1] * w[1] + x[2] * w[0]` | the kernel is turned. Lay it on $x$ as it is. |
# | `y1` | `x[1] * w[2] + x[2] * w[1] + x[3] * w[0]` | the kernel is turned. Lay it on $x$ as it is. |
# | `y2` | `x[2] * w[2] + x[3] * w[1] + x[4] * w[0]` | the kernel is turned. Lay it on $x$ as it is. |
# | `y1` | `x[0] * w[0] + x[1] * w[1] + x[2] * w[2]` | this is $y_0$. Move the kernel one number on. |
# | `turned` | `[y0, y1, y2]` | the kernel is not turned: these are $y_0$, $y_1$ and $y_2$. |
# | `turned` | `[y2, y1, y0]` | the results are turned. Turn the kernel, and lay it on $x$ from the left. |
#
# </details>

# %% jupyter={"source_hidden": true}
figure = new_figure(7, 3)
axes = figure.add_subplot()
x, w = np.arange(1, 6), np.array([2, 1, -1])
draw_matrix(axes, x, "$x$")
for i in range(3):
    draw_matrix(axes, w, marked=[(0, u) for u in range(3)], corner=(i, 1.3 + 1.2 * i))
    terms = " + ".join(f"{x[i + u]} · {w[u]}" for u in range(3)).replace("-1", "(-1)")
    line = f"$y_{i}$ = {terms} = {np.dot(x[i : i + 3], w)}"
    axes.text(5.6, 1.8 + 1.2 * i, line, va="center", color=INK)
axes.text(-0.3, 1.8, "$w$", color=VALUE, va="center", ha="right")
axes.set_xlim(-1, 11.5)
show(
    figure,
    "slide",
    "A convolution in one dimension: the same three weights at each position.",
    "The numbers 1 to 5 in a row. Beneath, the kernel 2, 1, minus 1 at three positions, each one "
    "step to the right. The sums are 1, 3 and 5.",
)

# %% [markdown]
# In two dimensions. `Y` is computed twice: window by window, and then weight by weight, each weight
# multiplied with the picture shifted by its place $u, v$, for all windows at once.
#
# | name | rule | number |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 3, 4], [0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `y00` | `X[0, 0] * 1 + X[0, 1] * 0 + X[1, 0] * 2 + X[1, 1] * -1` | ? |
# | `y01` | derive it | ? |
# | `y20` | derive it | ? |
# | `Y` | derive it: all nine windows | ? |
# | `shifted` | `X[:3, :3] * 1 + X[:3, 1:] * 0 + X[1:, :3] * 2 + X[1:, 1:] * -1` | ? |
# | `stride_2` | derive it: $Y$ at stride 2 | ? |

# %% tags=["by-hand"]
by_hand("07.2", y00=..., y01=..., y20=..., Y=..., shifted=..., stride_2=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 3, 4], [0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `y00` | `X[0, 0] * 1 + X[0, 1] * 0 + X[1, 0] * 2 + X[1, 1] * -1` | 0 |
# | `y01` | `X[0, 1] * 1 + X[0, 2] * 0 + X[1, 1] * 2 + X[1, 2] * -1` | 2 |
# | `y20` | `X[2, 0] * 1 + X[2, 1] * 0 + X[3, 0] * 2 + X[3, 1] * -1` | 6 |
# | `Y` | `[[(X[i:i+2, j:j+2] * W).sum() for j in range(3)] for i in range(3)]` | [[0, 2, 4], [8, 0, 2], [6, 8, 0]] |
# | `shifted` | `X[:3, :3] * 1 + X[:3, 1:] * 0 + X[1:, :3] * 2 + X[1:, 1:] * -1` | [[0, 2, 4], [8, 0, 2], [6, 8, 0]] |
# | `stride_2` | `shifted[::2, ::2]` | [[0, 4], [6, 0]] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `y00` | `(X[:2, :2] * W[::-1, ::-1]).sum()` | the kernel is turned. Lay it on the picture as it is. |
# | `y01` | `(X[:2, 1:3] * W[::-1, ::-1]).sum()` | the kernel is turned. Lay it on the picture as it is. |
# | `y20` | `(X[2:, :2] * W[::-1, ::-1]).sum()` | the kernel is turned. Lay it on the picture as it is. |
# | `y01` | `Y[1, 0]` | this is $y_{10}$. The first index counts down, the second to the right. |
# | `y20` | `Y[0, 2]` | this is $y_{02}$. The first index counts down, the second to the right. |
# | `Y` | `[[(X[i:i+2, j:j+2] * W[::-1, ::-1]).sum() for j in range(3)] for i in range(3)]` | the kernel is turned. Lay it on the picture as it is. |
# | `Y` | `Y.T` | rows and columns have changed places: $i$ counts down, $j$ to the right. |
# | `Y` | `np.abs(X[:3, :3] * 1 + X[1:, :3] * 2 + X[1:, 1:])` | the last weight is $-1$, not 1. |
# | `shifted` | `[[(X[i:i+2, j:j+2] * W[::-1, ::-1]).sum() for j in range(3)] for i in range(3)]` | the kernel is turned: weight $u, v$ meets the picture from row $u$ and column $v$ on. |
# | `stride_2` | `Y[:2, :2]` | these windows are neighbours. At stride 2 the next one begins two pixels on. |
# | `stride_2` | `Y[::2]` | two steps down, but only one to the right. The stride counts in both directions. |
# | `stride_2` | `Y[:, ::2]` | two steps to the right, but only one down. The stride counts in both directions. |
#
# </details>
#
# A stride of 2 takes every second output in both directions, and nothing else changes.

# %% jupyter={"source_hidden": true}
X = np.array([[1, 2, 3, 4], [0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1]])
W = np.array([[1, 0], [2, -1]])
Y = np.array([[(X[i : i + 2, j : j + 2] * W).sum() for j in range(3)] for i in range(3)])
figure = new_figure(7, 3)
axes = figure.add_subplot()
draw_matrix(axes, X, "$X$", marked=[(2, 0), (2, 1), (3, 0), (3, 1)])
draw_matrix(axes, W, "$W$", marked=[(i, j) for i in range(2) for j in range(2)], corner=(6, 1))
draw_matrix(axes, Y, "$Y$", marked=[(2, 0)], corner=(10, 0.5))
axes.text(9, 2, "→", ha="center", va="center", fontsize=14)
axes.text(5, 2, "times", ha="center", va="center")
sentence = "$y_{20}$ = 4 · 1 + 0 · 0 + 3 · 2 + 4 · (-1) = 6"
axes.text(10, 4.2, sentence, ha="center", va="center", color=VALUE)
show(
    figure,
    "two_dimensions",
    "One window of the picture, multiplied by the kernel entry by entry and added up, is one "
    "number of the output.",
    "A four by four matrix X with the window 4, 0, 3, 4 at the lower left marked, the kernel 1, 0, "
    "2, minus 1, and the three by three output with the number 6 at the lower left marked.",
)

# %% [markdown]
# As a film, window by window:
#
# ![A window of two by two slides over a picture of four by four; at each of nine places its sum of products becomes a number of the output.](figures/07_convolution_forward_window_slides.gif)
#
# And by im2col: six windows of a picture of $3 \cdot 4$ pixels become six rows.
#
# | name | rule | number |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 3, 4], [5, 6, 7, 8], [9, 0, 1, 2]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `rows` | derive it: im2col of $X$ | ? |
# | `w` | `W.ravel()` | ? |
# | `y` | `rows @ w` | ? |
# | `Y` | `y.reshape(2, 3)` | ? |

# %% tags=["by-hand"]
by_hand("07.3", rows=..., w=..., y=..., Y=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `X` | given | [[1, 2, 3, 4], [5, 6, 7, 8], [9, 0, 1, 2]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `rows` | `[X[i:i+2, j:j+2].ravel() for i in (0, 1) for j in (0, 1, 2)]` | [[1, 2, 5, 6], [2, 3, 6, 7], [3, 4, 7, 8], [5, 6, 9, 0], [6, 7, 0, 1], [7, 8, 1, 2]] |
# | `w` | `W.ravel()` | [1, 0, 2, -1] |
# | `y` | `rows @ w` | [5, 7, 9, 23, 5, 7] |
# | `Y` | `y.reshape(2, 3)` | [[5, 7, 9], [23, 5, 7]] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `rows` | `[X[i:i+2, j:j+2].T.ravel() for i in (0, 1) for j in (0, 1, 2)]` | each window is read column by column. Read it row by row, as the kernel is read. |
# | `rows` | `[X[i:i+2, j:j+2].ravel() for j in (0, 1, 2) for i in (0, 1)]` | the windows stand column by column. They come row by row, as the outputs do. |
# | `rows` | `rows.T` | each window is a column here. Write each as a row: then it meets the kernel as a row meets a column. |
# | `rows` | `[X[i:i+2, j:j+2] for i in (0, 1) for j in (0, 1, 2)]` | each window is still a square. Write its four numbers in a row. |
# | `w` | `W.T.ravel()` | the kernel is read column by column. Read it row by row. |
# | `w` | `W[::-1, ::-1].ravel()` | the kernel is turned. Read it as it is. |
# | `y` | `rows @ w[::-1]` | the kernel is turned. Each row meets it as it is. |
# | `Y` | `y.reshape(3, 2).T` | the outputs are folded column by column. They come row by row. |
#
# </details>

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/07_convolution_forward.py`.
#
# **Exercise 1, `output_size(size, window, stride, padding)`.** The count of windows along one axis.
# Python's `//` rounds down. A window that is larger than the image fits nowhere: then it is 0.

# %% tags=["exercise"]
output_size = check("07.output_size")

# %% [markdown]
# **Exercise 2, `im2col(x, kernel_size, stride)`.** From $(N, H, W, C)$ to a matrix of windows. The
# order matters twice: that of the rows has to be $(n, i, j)$, so that the output can be folded
# back, and that of the columns $(u, v, c)$, the order in which `kernel.reshape(-1, F)` lays out the
# weights. Loops over $n$, $i$ and $j$ with `.ravel()` are fine. NumPy can also do it without a
# loop: `sliding_window_view(x, (kh, kw), axis=(1, 2))` from `numpy.lib.stride_tricks` has the axes
# $(n, i, j, c, u, v)$ and copies nothing; what you need then are a slice for the stride,
# `transpose`, and `reshape`.

# %% tags=["exercise"]
im2col = check("07.im2col")

# %% [markdown]
# **Exercise 3, `conv_forward(x, kernel, bias, stride)`.** The dense layer on all windows, folded
# back. `reshape` does not move numbers, it only counts them off anew, the last axis fastest: compare
# the order in which the product holds them with the order of the axes of $Y$.

# %% tags=["exercise"]
conv_forward = check("07.conv_forward")

# %% [markdown]
# **Exercise 4, `pad_same(x, kernel_size)`.** Zeros around the pictures, so that `conv_forward` gives an output of their own
# size. `np.pad` takes how many lines come before and after, for each axis.

# %% tags=["exercise"]
pad_same = check("07.pad_same")

# %% [markdown]
# <details><summary>How many</summary>
#
# With stride 1 there are $n - k + 1$ windows, $k - 1$ fewer than pixels. So it takes $k - 1$ zeros in all: half of them
# before and half of them after, and if $k$ is even, one end gets one more. Keras and `tinynet` give it to the far end.
#
# </details>
#
# **Exercise 5, `edge_filters()`.** Choose the weights yourself. Filter 0 is to give a positive
# number where ink begins on the way down, such as at the upper edge of a stroke, and filter 1 where
# ink begins on the way to the right. Ink is 1, background 0. Two filters of $3 \cdot 3$ on one
# channel have the shape `(3, 3, 1, 2)`.

# %% tags=["exercise"]
edge_filters = check("07.edge_filters")

# %% [markdown]
# **Exercise 6, `receptive_field(layers)`: no formula this time.** One number of the last layer is computed
# from a few of the layer before it, those from more of the layer before them, and so on back to the
# image. How wide is the part of the image that it sees, for any stack of windows and strides?

# %% tags=["exercise"]
receptive_field = check("07.receptive_field")

# %% [markdown]
# <details><summary>How it comes about</summary>
#
# Go back from one number at the end: it sees 1. A layer with the window $k$ and the stride $s$ in front of it turns $r$ neighbours into
# $(r - 1) s + k$: the first of their windows begins where it begins, the last one lies $r - 1$ strides further on. Strides multiply on the way.
#
# </details>
#
# ## Check it
#
# The definition as loops, as slow and as close to the formula as possible. In the test data all axes
# of the kernel have different sizes, and so have height and width, before and after the convolution:
# no two of them can be confused unnoticed.


# %%
def with_loops(x, kernel, bias, stride=1):
    """The definition: Y[n,i,j,f] = b[f] + sum over u, v, c of X[n,is+u,js+v,c] * W[u,v,c,f]."""
    examples, height, width, channels = x.shape
    kh, kw, _, filters = kernel.shape
    shape = (output_size(height, kh, stride), output_size(width, kw, stride))
    y = np.zeros((examples, *shape, filters))
    for n, i, j, f in np.ndindex(y.shape):
        total = bias[f]
        for u in range(kh):
            for v in range(kw):
                for c in range(channels):
                    total += x[n, i * stride + u, j * stride + v, c] * kernel[u, v, c, f]
        y[n, i, j, f] = total
    return y


def hand_made(matrix):
    """A matrix as a batch of one picture with one channel."""
    return matrix[np.newaxis, :, :, np.newaxis].astype(float)


kernel = W[:, :, np.newaxis, np.newaxis].astype(float)
assert (conv_forward(hand_made(X), kernel, np.zeros(1))[0, :, :, 0] == Y).all()
assert (conv_forward(hand_made(X), kernel, np.zeros(1), 2)[0, :, :, 0] == [[0, 4], [6, 0]]).all()

rng = np.random.default_rng(0)
x, bias = rng.normal(size=(2, 9, 6, 5)), rng.normal(size=4)
kernel = rng.normal(size=(3, 2, 5, 4))
for stride in (1, 2, 3):
    y = conv_forward(x, kernel, bias, stride)
    assert y.shape[1] != y.shape[2]
    np.testing.assert_allclose(y, with_loops(x, kernel, bias, stride), rtol=1e-12, atol=1e-12)
    print(f"stride {stride}: the shape is {y.shape}, and the loops give the same numbers")

# %% [markdown]
# ## Compare
#
# `tinynet` has the convolution twice: as the definition, pixel by pixel, in `tinynet/textbook.py`, and
# fast, in `tinynet/layers/conv2d.py`. Both have the same numbers as yours. The fast one lays the
# images in memory so that a row of pixels of the whole batch is one strip, and copies each strip
# $kw$ times, shifted by one pixel each time. The $kh$ strips under a row of the output then lie one
# after the other, and are already the matrix that its product needs: a pixel is copied $kw$ times,
# instead of $kh \cdot kw$ times.
# Its padding is `"valid"`, which means none, or `"same"`, which is your `pad_same` at stride 1.

# %%
from tinynet import Conv2D, Sequential, textbook

for stride in (1, 2, 3):
    layer = Conv2D(4, (3, 2), strides=stride)
    model = Sequential([layer], input_shape=x.shape[1:], dtype=np.float64)
    layer.kernel.value[...], layer.bias.value[...] = kernel, bias
    theirs = model.forward(x)
    plain = textbook.conv2d(x, kernel, bias, (stride, stride), "valid")
    mine = conv_forward(x, kernel, bias, stride)
    np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(mine, plain, rtol=1e-12, atol=1e-12)
print("tinynet's Conv2D gives the same numbers to 12 digits")

for size in ((3, 3), (2, 4), (5, 2)):
    layer = Conv2D(4, size, padding="same")
    model = Sequential([layer], input_shape=x.shape[1:], dtype=np.float64)
    theirs = model.forward(x)
    assert theirs.shape[1:3] == x.shape[1:3]
    mine = conv_forward(pad_same(x, size), layer.kernel.value, layer.bias.value)
    np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)
print('and with padding="same", for odd and even windows')

# %% [markdown]
# The sizes in `mnist_app`'s network, in which each convolution is followed by a layer that halves
# the picture (notebook 09):

# %%
from mnist_app.training.networks import build_network

network = build_network("cnn")
size = 28
for layer, shape in zip(network.layers, network.output_shapes, strict=True):
    if isinstance(layer, Conv2D):
        print(f"{layer.name}: {size} pixels -> {output_size(size, 3)} windows")
        assert shape[0] == output_size(size, 3)
    size = shape[0]

# %% [markdown]
# ## Break it
#
# Three wrong versions. Each returns an array of the right shape; only the numbers are wrong. The
# first folds the product back after a transpose, which mixes pictures with filters. The second has
# the columns of im2col in the order $(c, u, v)$, so each weight meets another pixel. With one
# channel this is the right order too, and nothing is noticed until the second layer. The third
# turns the kernel.

# %%
from numpy.lib.stride_tricks import sliding_window_view


def mixed(x, kernel, bias, stride=1):
    y = conv_forward(x, kernel, bias, stride)
    return y.reshape(-1, y.shape[3]).T.reshape(y.shape)


def channels_first(x, kernel, bias, stride=1):
    windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    shape = (*windows.shape[:3], len(bias))
    matrix = windows.reshape(-1, kernel[..., 0].size)  # the axes c, u, v as they come
    return (matrix @ kernel.reshape(-1, len(bias)) + bias).reshape(shape)


def turned(x, kernel, bias, stride=1):
    return conv_forward(x, kernel[::-1, ::-1], bias, stride)


for wrong_version in (mixed, channels_first, turned):
    assert wrong_version(x, kernel, bias).shape == conv_forward(x, kernel, bias).shape
    try:
        check("07.conv_forward", wrong_version)
    except WrongAnswer as diagnosis:
        print(f"{wrong_version.__name__}\n    {diagnosis}\n")
    else:
        raise AssertionError("a wrong version passed")

one_channel = rng.normal(size=(2, 9, 6, 1)), rng.normal(size=(3, 2, 1, 4)), bias
np.testing.assert_allclose(channels_first(*one_channel), conv_forward(*one_channel), rtol=1e-12)

# %% [markdown]
# ## Measure
#
# First, what do your two filters see in a real seven?

# %% jupyter={"source_hidden": true}
from mnist_app.data import load_mnist

data = load_mnist()
seven = data.train_images[np.flatnonzero(data.train_labels == 7)[0]] / 255
filters = edge_filters()
seen = conv_forward(hand_made(seven), filters, np.zeros(2))[0]
figure = new_figure(8, 2.5)
show_image(figure.add_subplot(1, 5, 1), seven, "a seven")
limit = np.abs(seen).max()
for f, name in enumerate(["down", "right"]):
    axes = figure.add_subplot(1, 5, 2 + 2 * f)
    draw_matrix(axes, filters[:, :, 0, f], f"filter {f}: {name}")
    settings = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit}
    show_image(figure.add_subplot(1, 5, 3 + 2 * f), seen[:, :, f], f"output {f}", **settings)
show(
    figure,
    "edges",
    "Two hand-made filters on a real seven: red where ink begins (down, right), blue where it "
    "ends.",
    "A handwritten seven with a bar and a stem; a filter with a negative upper and a positive "
    "lower row, and its output, red along the upper edge of the bar and blue along the lower one; "
    "a filter with a negative left and a positive right column, and its output, red along the "
    "left edge of the stem and blue along the right one.",
)
assert seen.shape == (26, 26, 2)
assert np.abs(seen[0]).max() == 0  # the background is even

# %% [markdown]
# No filter of a trained network is made by hand: training finds them, by the gradients of the next
# notebook. Notebook 10 shows what it finds.
#
# Now the time. The three routes on 64 pictures with 8 filters: the loops; a view of all windows
# with `np.einsum`, which does the sums of the formula in compiled code; and im2col with one
# product. (The loops do a part of the pictures, and their time is scaled up. All times are those of the processor, so that
# other programs on the machine do not count.)


# %%
def with_views(x, kernel, bias, stride=1):
    windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nijcuv,uvcf->nijf", windows, kernel) + bias


def seconds(route, *arguments, repeats=5):
    """The shortest of a few runs, and the result."""
    shortest = np.inf
    for _ in range(repeats):
        started = time.process_time()
        result = route(*arguments)
        shortest = min(shortest, time.process_time() - started)
    return shortest, result


images = (data.train_images[: 4 if FAST else 64] / 255)[..., np.newaxis]
first = images, rng.normal(size=(3, 3, 1, 8)), rng.normal(size=8)
few = slice(len(images) // 8 + 1)  # the loops get an eighth of the pictures
part_seconds, by_loops = seconds(with_loops, images[few], *first[1:], repeats=2)
loop_seconds = part_seconds * len(images) / len(by_loops)
view_seconds, by_views = seconds(with_views, *first)
column_seconds, by_columns = seconds(conv_forward, *first)
np.testing.assert_allclose(by_views[few], by_loops, rtol=1e-12, atol=1e-12)
np.testing.assert_allclose(by_views, by_columns, rtol=1e-12, atol=1e-12)
assert loop_seconds / column_seconds > 3  # far more; some thirty if your im2col has loops
reveal(
    prediction, "c", "The multiplications are the same; what is saved is a Python step for each."
)

# %% [markdown]
# For so small a layer it depends on the machine which of the two compiled routes is ahead: the
# product itself is so short that copying the windows before it counts as much. (If your im2col loops over the windows in Python, nearly all its time
# goes there; `sliding_window_view` saves it.) The second convolution of `mnist_app` has 32 channels
# in and 64 filters, which is 142,737,408 multiplications for 64 pictures. There the product of
# matrices is usually ahead, because it uses each number that it has fetched from memory many times
# before it lets go of it.

# %%
second = (
    rng.normal(size=(4 if FAST else 64, 13, 13, 32)),
    rng.normal(size=(3, 3, 32, 64)),
    rng.normal(size=64),
)
second_views, by_views = seconds(with_views, *second, repeats=2)
second_columns, by_columns = seconds(conv_forward, *second)
np.testing.assert_allclose(by_views, by_columns, rtol=1e-12, atol=1e-9)
stated("142,737,408", 64 * output_size(13, 3) ** 2 * 3 * 3 * 32 * 64)

# %% tags=["timing"]
print("first layer           loops", f"{1000 * loop_seconds:8.1f} ms of processor time")
print("                      views", f"{1000 * view_seconds:8.1f} ms")
print("                     im2col", f"{1000 * column_seconds:8.1f} ms")
print("second layer          views", f"{1000 * second_views:8.1f} ms")
print("                     im2col", f"{1000 * second_columns:8.1f} ms")

# %% [markdown]
# The price is memory. Of the first layer's $28 \cdot 28 = 784$ pixels im2col makes $26 \cdot 26$
# rows of 9 numbers, 6,084 in all: each pixel is stored 7.8 times on average (pixels near the border
# less often). That is why `tinynet` copies the strips instead, each pixel three times at most.

# %%
matrix = im2col(images[:1], (3, 3))
stated("6,084", matrix.size)
stated("7.8", matrix.size / images[:1].size)
stated("784", images[:1].size)

# %% [markdown]
# ## What this cannot tell you
#
# - **Whether the definition is what others mean by it.** The loops and the fast version agree with
#   each other; a kernel turned in both would too. Here the numbers by hand decide, and in the
#   project's tests Keras.
# - **Anything about sizes that were not tried.** One channel, square pictures, stride 1: each of
#   these hides a mistake. A test is worth what its shapes are worth.
# - **Which route is fastest on your machine, for your sizes.** The ranking depends on channels,
#   filters and memory, and has to be measured.
#
# **In short.** You can now say what a convolution computes, pad it and lay it out as one product: $Y =
# \text{im2col}(X) W + b$; the number of windows is $\lfloor (n + 2p - k)/s \rfloor + 1$; a window
# is an example for a dense layer. Where people go wrong: the order of rows and columns in
# `reshape`, windows counted on the picture before it is padded, a kernel turned because the name says convolution.
#
# **In other libraries.** Keras has our layout, pictures (N, H, W, C) and kernels (kh, kw, C, F).
# PyTorch has (N, C, H, W) and (F, C, kh, kw). Keras's `same` puts an odd line of zeros at the end;
# PyTorch's `padding=1` puts as many lines before as after.
#
# **The best of others.** Dumoulin and Visin, [A guide to convolution
# arithmetic](https://arxiv.org/abs/1603.07285), with its
# [animations](https://github.com/vdumoulin/conv_arithmetic) of windows that move. [CNN
# Explainer](https://poloclub.github.io/cnn-explainer/), a network to look into. CS231n,
# [Convolutional networks](https://cs231n.github.io/convolutional-networks/).
#
# ## Next
#
# [08 Convolution, backwards](08_convolution_backward.ipynb): how a gradient finds its way back through all these windows.
