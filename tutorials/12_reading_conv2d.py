# %% [markdown]
# # 12 Reading conv2d.py
#
# [← 11 Batch normalization](11_batch_normalization.ipynb) · [contents](README.md) · [13 Why does it not learn? →](13_why_does_it_not_learn.ipynb)
#
# ## Question
#
# Notebooks 07 and 08 ended with a convolution in three lines, a hundred times as fast as loops.
# `tinynet/layers/conv2d.py` computes the same numbers faster still: the convolution that sees the picture in about half
# the time, the others in somewhat less than the time of that. Whoever opens it
# after notebook 08 does not recognise it: strips, a line of ones, axes in a strange order, one row of $dX$ at
# a time. Where does that come from, when all multiplications are the same?
#
# This notebook goes from the one to the other in five small rewrites. Each is one idea, one figure or one
# measurement, and one asserted equality. At its end stands the file itself, and nothing in it is new.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import inspect
import time

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tutorials.cells import FAST, check, my_answer, reveal
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import (
    GRADIENT,
    MUTED,
    RIGHT,
    VALUE,
    draw_matrix,
    new_figure,
    show,
)
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# `im2col` writes each pixel down once for every window that it lies in: for windows of $3 \cdot 3$, nine times.
# The product of the matrices needs all nine. How few copies can one do with?
#
# - **a**: nine; the product needs them all, so they have to be written
# - **b**: three, and the product reads each of them three times
# - **c**: none at all, whatever the order of the axes

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# ### What a computer likes
#
# It likes long lines of neighbours. Numbers that lie next to each other in memory come in one piece and are
# worked on eight at a time; numbers that lie apart come one by one. A product of two matrices is the fastest
# thing that NumPy has, if the matrices are large and lie in order. Copying costs about as much as reading
# and writing, and for a convolution it is a good part of the work. So: few copies, long lines, large products.
#
# ### First rewrite: the batch last
#
# In a batch (N, H, W, C) the longest neighbours are the C numbers of one pixel: one, for a picture of grey.
# Put the axes in the order (H, C, W, N). Now the line of a row and channel, W times N numbers, lies in one
# piece. Nothing else changes; a formula does not know how its numbers lie. (`layout.py` does this, and callers
# see (N, H, W, C) all the same, through a view.)
#
# ### Second rewrite: a window is a column
#
# In notebook 07 a window was a row of the matrix. With the batch last it becomes a column:
# $\text{columns}[(u, v, c), (j, n)]$, for one row $i$ of windows at a time. The kernel stands on the left,
# $Y_i = W^T \text{columns}_i$, and what comes out is a row of the output in memory's order, ready to lie down.
#
# ### Third rewrite: strips
#
# Which numbers are in the columns of window row $i$? Rows $i, i + 1, \dots, i + kh - 1$ of the picture, each moved
# by $v = 0, \dots, kw - 1$. Call *strip* $p$ what row $p$ of the picture gives: its line for $v = 0$, for $v = 1$, and so on,
# $kw \cdot C$ lines of $W' N$ numbers. Then the columns of window row $i$ are the strips $i$ to $i + kh - 1$, *one
# below the other*. The next row of windows needs the strips $i + 1$ to $i + kh$. So write the strips down once, one below the
# other, and let the matrix of each window row be a *view* of $kh$ of them. (With a stride $s$, the view begins
# at strip $i s$.) How many copies of a pixel is that?
#
# ### Fourth rewrite: a line of ones
#
# Adding the bias is one more pass over all outputs. But a product of matrices adds up anyhow. Give each strip one
# more line, of ones, and the matrix of weights one more row, with the bias: the product adds it on the way. A view
# of $kh$ strips holds $kh$ such lines, and the bias is to be added *once*. What have the other lines to meet?
#
# It pays a second time on the way back. $dW = \text{columns} \cdot dY^T$ has a row for the line of ones, and there
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
# Lay the rows $dY_i$ with these $i$ one below the other, and the kernel's rows $u = h - i s$ side by side, in the same
# order: *one* product of matrices sums over $i$ and over $f$ together. (While $i$ rises, $u$ falls. There it is again, the
# turned kernel.) What is left is the sum over $v$, within a row: `fold`, which adds $kw$ lines, each moved by one.

# %% jupyter={"source_hidden": true}
x = np.arange(12).reshape(4, 3)
strips = np.array([np.concatenate([row[:2], row[1:]]) for row in x])
figure = new_figure(8, 3)
axes = figure.add_subplot()
draw_matrix(axes, x, "picture", VALUE, [(1, 1)], corner=(0, 0.6))
lines = [[f"{row[0]} {row[1]}", f"{row[1]} {row[2]}", "1 1"] for row in x]
for p, line in enumerate(lines):
    for k, text in enumerate(line):
        top = 3 * p * 0.42 + 0.42 * k
        colour = MUTED if k == 2 else VALUE
        axes.text(6.4, top, text, ha="center", va="center", color=colour, fontsize=9)
    axes.text(5.2, 3 * p * 0.42 + 0.42, f"strip {p}", ha="right", va="center", fontsize=9)
for i, (left, colour) in enumerate([(7.4, VALUE), (7.9, GRADIENT), (8.4, RIGHT)]):
    top, bottom = 3 * i * 0.42 - 0.2, 3 * (i + 2) * 0.42 - 0.25
    axes.plot([left, left], [top, bottom], color=colour, lw=3)
    axes.text(
        left + 0.12,
        (top + bottom) / 2,
        f"windows {i}",
        color=colour,
        fontsize=8,
        rotation=90,
        va="center",
    )
axes.text(6.3, -0.7, "v = 0, v = 1, ones", ha="center", color=MUTED, fontsize=9)
axes.text(8.6, -0.7, "views", ha="center", color=MUTED, fontsize=9)
axes.set(xlim=(-0.5, 10), ylim=(5.2, -1.2))
show(
    figure,
    "strips",
    "A picture of 4 rows and 3 columns, windows of 2 by 2: four strips are written, and three "
    "overlapping views of two strips each are the columns.",
    "Left, the numbers 0 to 11 in four rows of three. Right, four strips of three lines: 0 1, 1 2 "
    "and ones; 3 4, 4 5 and ones; and so on. Beside them three bars of two strips each, which "
    "overlap: the first spans strips 0 and 1, the second 1 and 2, the third 2 and 3.",
)

# %% [markdown]
# ## By hand
#
# The picture of the figure, one channel, one example: rows (0, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10, 11). The kernel is
# $((1, 0), (2, -1))$, the bias 10.
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]] |
# | `strip_0` | `[x[0, :2], x[0, 1:], [1, 1]]` | ? |
# | `strip_1` | `[x[1, :2], x[1, 1:], [1, 1]]` | ? |
# | `columns_0` | `np.vstack([strip_0, strip_1])` | ? |
# | `weights` | derive it | ? |
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
# </details>

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/12_reading_conv2d.py`.
#
# **Exercise 1, `unfold(x, kernel_size, stride)`.** The columns of all rows of windows, with the lines of ones. Loops are
# fine; whether it is a view does not matter here.

# %% tags=["exercise"]
unfold = check("12.unfold")

# %% [markdown]
# **Exercise 2, `weights_for(kernel, bias)`.** The matrix that meets them, bias included.

# %% tags=["exercise"]
weights_for = check("12.weights_for")

# %% [markdown]
# <details><summary>What the lines of ones meet</summary>
#
# A view holds $kh$ strips of $kw \cdot C + 1$ lines. So the matrix has, for each $u$, the $kw \cdot C$ rows of the kernel and one
# more: the bias for $u = 0$, zeros for all others.
#
# </details>
#
# **Exercise 3, `fold(shares, kernel_width, stride, width)`.** What `unfold` does along a row, the other way.

# %% tags=["exercise"]
fold = check("12.fold")

# %% [markdown]
# **Exercise 4, `dx_row(dy, kernel, h, stride, width)`.** One row of $dX$: which rows of $dY$ saw it, through which rows of
# the kernel?

# %% tags=["exercise"]
dx_row = check("12.dx_row")

# %% [markdown]
# <details><summary>The formulas of exercises 3 and 4</summary>
#
# `fold` is $\text{row}[c, w, n] = \sum_{v, j:\ js + v = w} \text{shares}[(v, c), (j, n)]$, and row $h$ is `fold` of
#
# $$\text{shares}[(v, c), (j, n)] = \sum_{i:\ 0 \le h - is < kh} \ \sum_f W_{h - is,\ v c f} \ dY_{i f j n}$$
#
# </details>
#
# **Exercise 5, `copied(size, kernel_size)`: no formula this time.** How many numbers does each layout write down?

# %% tags=["exercise"]
copied = check("12.copied")

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
# Now the file. First the forward half: `pad` adds the border that `same` asks for, `to_memory` is the first rewrite,
# `unfold` the third and the fourth, `_weights` exercise 2, and the product does all rows of windows in one call.

# %%
from tinynet.layers import windows
from tinynet.layers.conv2d import Conv2D

print(inspect.getsource(windows.unfold))
print(inspect.getsource(Conv2D.forward))
print(inspect.getsource(Conv2D._weights))

# %% [markdown]
# In `unfold`, the loop over $v$ is the only place where pixels are copied. The last line is the view: windows of $kh$
# strips over the stack of all lines, one every `sh` strips. And the way back: the loop over $h$ is exercise 4. The
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
    "The strips hold kw copies of each pixel, and one view after the other reads them kh times.",
)

examples = 8 if FAST else 64
rng = np.random.default_rng(1)
x = rng.normal(size=(examples, 13, 13, 32)).astype(np.float32)
kernel = rng.normal(size=(3, 3, 32, 64)).astype(np.float32)
bias = rng.normal(size=64).astype(np.float32)


def im2col(x, kernel_size):
    """Notebook 07: the windows as rows, every copy written."""
    rows = sliding_window_view(x, kernel_size, axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    return rows.reshape(-1, kernel_size[0] * kernel_size[1] * x.shape[3])


def by_rows(x, kernel, bias):
    """Notebook 07: windows as rows, copied out, one product, the bias added."""
    kh, kw, _, filters = kernel.shape
    y = im2col(x, (kh, kw)) @ kernel.reshape(-1, filters) + bias
    return y.reshape(len(x), x.shape[1] - kh + 1, -1, filters)


def by_columns(x, kernel, bias):
    """Batch last, windows as columns, every copy written, the bias added."""
    kh, kw, channels, filters = kernel.shape
    columns = sliding_window_view(in_memory(x), (kh, kw), axis=(0, 2)).transpose(0, 4, 5, 1, 2, 3)
    columns = columns.reshape(len(columns), kh * kw * channels, -1)
    y = kernel.reshape(-1, filters).T @ columns + bias[:, np.newaxis]
    return y.reshape(len(y), filters, -1, len(x)).transpose(3, 0, 2, 1)


def back_by_rows(x, columns, kernel, dy):
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
for y in (by_columns(x, kernel, bias), layer.forward(x, keep=True)):
    np.testing.assert_allclose(y, right, rtol=1e-3, atol=1e-3)
dx, dkernel, dbias = back_by_rows(x, im2col(x, (3, 3)), kernel, dy)
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
            "strips (tinynet)": seconds(layer.forward, lying(x)),
        }
        layer.forward(lying(x), keep=True)
        backwards = {
            "route C": seconds(back_by_rows, x, im2col(x, (3, 3)), kernel, dy),
            "row by row (tinynet)": seconds(layer.backward, lying(dy)),
        }
    for direction, times in [("forwards", forwards), ("backwards", backwards)]:
        shown = ", ".join(f"{version} {1000 * each:.1f} ms" for version, each in times.items())
        print(f"{name} convolution, {direction}: {shown}")

# %% [markdown]
# Nobody has saved a multiplication: all versions do the same ones. Where the product is large, as in the second
# convolution, forwards there is little to gain; the product is nearly everything. Most is gained where copying is a
# large part of the work: in the first convolution, whose windows have nine numbers only, and backwards, where col2im
# goes over nine copies of each gradient. How far depends on the machine, on its caches above all, so the times above are
# not asserted; the counts are. (Backwards, both versions find the windows of the forward pass ready.) The whole comparison, with Keras and PyTorch beside it, is `python -m benchmarks layers`.

# %% [markdown]
# ## What this cannot tell you
#
# - **Whether this is the fastest way.** It is the fastest that was found with NumPy alone. Libraries written for one
#   processor do better, with blocks that fit its caches, or with Winograd's trick, which does save multiplications.
# - **What it costs to read.** You have just paid it. `tinynet/textbook.py` has the same layer in six lines, and the tests
#   hold both equal; without that, code like this should not be written.
#
# **In short.** You can now read `conv2d.py`: batch last, windows as columns, strips as views, a line of ones for the bias,
# backwards one product a row and a `fold`. Where people go wrong: the bias meets every line of ones; the kernel's rows
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
