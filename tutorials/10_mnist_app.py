# %% [markdown]
# # 10 The networks of mnist_app, end to end
#
# [← 09 Pooling, and where gradients vanish](09_pooling.ipynb) · [contents](README.md) · [11 Batch normalization →](11_batch_normalization.ipynb)
#
# ## Question
#
# Nine notebooks derived every part of a network by itself, and checked it by itself. Now the parts become a whole. The notebook
# has two halves, with a good place for a break between them; the second needs no more of the first than its first cell.
#
# - **Part one: is the whole right?** You chain your own functions to a network, check it from the loss down to the first
#   weight, and compare it with two libraries. An hour, exercises 1 to 4.
# - **Part two: what does it look at?** The network that `mnist_app` comes with: its mistakes, its filters, the pixels that
#   matter to it. Forty minutes, exercises 5 and 6.
#
# (It looks at the test images again and again, to show things, which notebook 06 forbids: nothing is chosen by what is seen.
# The rates and sizes below are those of `mnist_app`, or were set beforehand.)
#
# ### Part one: is the whole right?

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

from types import SimpleNamespace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mnist_app.data import load_mnist
from mnist_app.training.networks import build_network
from tinynet import (
    Adam,
    Conv2D,
    CosineDecay,
    Dense,
    Flatten,
    MaxPool,
    ReLU,
    Sequential,
    check_model,
    evaluate,
    fit,
    softmax_cross_entropy,
)
from tinynet.gradient_check import relative_error
from tinynet.inspection import activations
from tutorials.cells import FAST, check, my_answer, quiet, reveal, stated
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

data = load_mnist()
test_images, test_labels = data.test_images, data.test_labels

# %% [markdown]
# ## Predict
#
# In the backward pass of a convolutional network, somebody lets the gradient through every ReLU
# unchanged, as if the ReLU were not there. The forward pass is right. The network is trained with
# this wrong gradient, as long as the right one would be. How many test images does it read?
#
# - **a**: about one in ten, which is guessing
# - **b**: about half of them
# - **c**: all but a few percent of what the right gradient reaches

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# ### What a layer costs
#
# A convolution without padding, with stride 1, computes (notebook 07)
#
# $$Y_{nijf} = b_f + \sum_{u,v,c} X_{n,\ i+u,\ j+v,\ c} \ W_{uvcf}$$
#
# For one image there are $H' \cdot W' \cdot F$ outputs, with $H' = H - kh + 1$ and
# $W' = W - kw + 1$. (Here $H$ and $W$ are the height and width of $X$; the kernel is the $W$ with
# indices.) Each is a sum of $kh \cdot kw \cdot C$ products. Count two things: the parameters of the layer, and its
# *multiply-adds*, one for each time that a weight is used. A dense layer is the case of a single window:
# each weight is used once.
#
# ### Checking a whole network
#
# Numerically, each of 121,930 derivatives costs two passes through the network. There is a cheaper
# question. Move *all* entries of an array at once, along a direction $V$ of its shape. By the chain
# rule of notebook 02, every entry contributes its derivative times its speed:
#
# $$\frac{d}{dt} L(W + t V) \Big|_{t=0} = \sum_i \frac{\partial L}{\partial W_i} V_i = \langle dW, V \rangle$$
#
# The left side is one centred difference, the right side the sum of an elementwise product. If $dW$
# is wrong, is it noticed? The two sides differ by $\langle dW_{\text{wrong}} - dW, V \rangle$. With
# a random $V$ that is zero only by an accident of probability zero. One pair of passes stands for a
# whole array. Even a single wrong entry among $n$ shows: it changes the sum by roughly a part in
# $\sqrt{n}$, and the check sees a part in a million. The price: the check says *that* an array is
# wrong, not *where*; for that, check the layer alone.

# %% [markdown]
# ## By hand
#
# The network `cnn`, layer by layer, for one image of $28 \times 28 \times 1$: a convolution with 32 filters of $3 \times 3$, a
# pool that halves the picture (26 pixels to 13, 11 to 5), a ReLU; a convolution with 64 filters of $3 \times 3$, a pool and a ReLU
# again; then all numbers in a row, a dense layer with 64 units and a ReLU, and one with 10. The two shares are those of the
# first dense layer in all parameters, and of the second convolution in all multiply-adds.
#
# | name | rule | number |
# | --- | --- | --- |
# | `conv_1_parameters` | derive it | ? |
# | `conv_1_products` | derive it | ? |
# | `pooled_1` | `26 // 2` | ? |
# | `conv_2_parameters` | derive it | ? |
# | `conv_2_products` | derive it | ? |
# | `pooled_2` | `11 // 2` | ? |
# | `flat` | `5 * 5 * 64` | ? |
# | `dense_1_parameters` | derive it | ? |
# | `dense_2_parameters` | derive it | ? |
# | `parameters` | derive it | ? |
# | `products` | derive it | ? |
# | `share_of_parameters` | derive it | ? |
# | `share_of_products` | derive it | ? |

# %% tags=["by-hand"]
by_hand("10.1",
    conv_1_parameters=..., conv_1_products=..., pooled_1=..., conv_2_parameters=...,
    conv_2_products=..., pooled_2=..., flat=..., dense_1_parameters=...,
    dense_2_parameters=..., parameters=..., products=..., share_of_parameters=...,
    share_of_products=...)  # fmt: skip

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `conv_1_parameters` | `3 * 3 * 1 * 32 + 32` | 320 |
# | `conv_1_products` | `26 * 26 * (3 * 3 * 1 * 32)` | 194688 |
# | `pooled_1` | `26 // 2` | 13 |
# | `conv_2_parameters` | `3 * 3 * 32 * 64 + 64` | 18496 |
# | `conv_2_products` | `11 * 11 * (3 * 3 * 32 * 64)` | 2230272 |
# | `pooled_2` | `11 // 2` | 5 |
# | `flat` | `5 * 5 * 64` | 1600 |
# | `dense_1_parameters` | `1600 * 64 + 64` | 102464 |
# | `dense_2_parameters` | `64 * 10 + 10` | 650 |
# | `parameters` | `conv_1_parameters + conv_2_parameters + dense_1_parameters + dense_2_parameters` | 121930 |
# | `products` | `conv_1_products + conv_2_products + 1600 * 64 + 64 * 10` | 2528000 |
# | `share_of_parameters` | `dense_1_parameters / parameters` | 0.840 |
# | `share_of_products` | `conv_2_products / products` | 0.882 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `conv_1_parameters` | `3 * 3 * 1 * 32` | the biases are missing, one for each filter. |
# | `conv_1_parameters` | `3 * 3 * 1 * 32 + 1` | each filter has a bias of its own. |
# | `conv_1_parameters` | `3 * 3 + 1` | these are one filter's. There are 32. |
# | `conv_1_products` | `26 * 26 * 3 * 3` | these are one filter's. There are 32. |
# | `conv_1_products` | `13 * 13 * (3 * 3 * 1 * 32)` | the windows are counted behind the pool. The convolution comes before it. |
# | `conv_1_products` | `28 * 28 * (3 * 3 * 1 * 32)` | a window is counted for each pixel. At the border it would not fit. |
# | `conv_1_products` | `26 * 26 * 32` | these are the outputs. Each is a sum of several products. |
# | `conv_1_products` | `26 * 26 * (3 * 3 * 1 * 32 + 32)` | the biases are counted too. They are added, not multiplied. |
# | `conv_2_parameters` | `3 * 3 * 32 * 64` | the biases are missing, one for each filter. |
# | `conv_2_parameters` | `3 * 3 * 32 * 64 + 32` | there is one bias for each filter, not for each channel. |
# | `conv_2_parameters` | `3 * 3 * 32 * 64 + 1` | each filter has a bias of its own. |
# | `conv_2_parameters` | `3 * 3 * 64 + 64` | each filter has weights for all 32 channels. |
# | `conv_2_products` | `13 * 13 * (3 * 3 * 32 * 64)` | a window is counted for each pixel. At the border it would not fit. |
# | `conv_2_products` | `5 * 5 * (3 * 3 * 32 * 64)` | the windows are counted behind the pool. The convolution comes before it. |
# | `conv_2_products` | `11 * 11 * 64` | these are the outputs. Each is a sum of several products. |
# | `conv_2_products` | `11 * 11 * (3 * 3 * 64)` | each output adds up a window of all 32 channels. |
# | `conv_2_products` | `11 * 11 * (3 * 3 * 32 * 64 + 64)` | the biases are counted too. They are added, not multiplied. |
# | `dense_1_parameters` | `1600 * 64` | the biases are missing, one for each unit. |
# | `dense_1_parameters` | `1600 * 64 + 1` | each unit has a bias of its own. |
# | `dense_1_parameters` | `1600 * 64 + 1600` | there is one bias for each unit, not for each input. |
# | `dense_2_parameters` | `64 * 10` | the biases are missing, one for each score. |
# | `dense_2_parameters` | `1600 * 10 + 10` | its inputs are the 64 units of the layer before. |
# | `dense_2_parameters` | `64 * 10 + 1` | each score has a bias of its own. |
# | `dense_2_parameters` | `64 * 10 + 64` | there is one bias for each score, not for each input. |
# | `parameters` | `parameters - 32 - 64 - 64 - 10` | the biases are missing. |
# | `parameters` | `parameters - 31 - 63 - 63 - 9` | each filter and each unit has a bias of its own. |
# | `products` | `conv_1_products + conv_2_products` | the dense layers are missing. Each of their weights is used once. |
# | `products` | `products + 64 + 10` | the dense layers' biases are counted too. They are added, not multiplied. |
# | `share_of_parameters` | `conv_2_parameters / parameters` | this is the second convolution's share. |
# | `share_of_products` | `102400 / products` | this is the dense layer's share. |
#
# </details>
#
# A dense layer holds 84 % of the 121,930 parameters and does 4 % of the work. The second
# convolution holds 15 % of the parameters and does 88 % of the 2,528,000 multiply-adds.

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/10_mnist_app.py`.
#
# **Exercise 1, `conv_cost(height, width, kernel_shape)`.** The two numbers of a convolution.

# %% tags=["exercise"]
conv_cost = check("10.conv_cost")

# %% [markdown]
# **Exercise 2, `slope_along(f, x, direction, h)`.** The left side of the equation with $V$: one
# centred difference in which all entries move.

# %% tags=["exercise"]
slope_along = check("10.slope_along")

# %% [markdown]
# **Exercise 3, `scaled_branch_backward(x, scale, dy)`: no formula this time.** A layer that stands in no
# notebook before this one: $y_{nc} = x_{nc} + s_c \max(x_{nc}, 0)$, a path past a ReLU, and the ReLU's
# own path with a learned strength $s_c$ for each channel. Derive $dx$ and $ds$. (Notebook 14 is about such
# paths.)

# %% tags=["exercise"]
scaled_branch_backward = check("10.scaled_branch_backward")

# %% [markdown]
# <details><summary>How it comes about</summary>
#
# $x$ is used twice, in the path past the ReLU with slope 1, and in the ReLU's with slope $s_c [x_{nc} > 0]$:
# $dx_{nc} = dy_{nc} (1 + s_c [x_{nc} > 0])$. And $s_c$ is used by every example: $ds_c = \sum_n dy_{nc} \max(x_{nc}, 0)$.
#
# </details>
#
# ### Your own network
#
# Every piece that a convolutional network needs, you have written: `im2col` and `conv_forward` (07),
# `conv_dx_strided` (08), `maxpool_backward` (09), `relu_backward` (05), `dense_backward` (03),
# `loss_gradient` (04) and `adam_step` (06). Now chain them. Nothing of `tinynet` computes in it, neither forwards nor backwards.
# `my_answer` takes your function if it is right, and the solution until then; the list says which. The way forwards is
# given, with the names of everything that it keeps.

# %%
im2col, conv_forward = my_answer("07.im2col"), my_answer("07.conv_forward")
conv_dx_strided, maxpool_backward = (
    my_answer("08.conv_dx_strided"),
    my_answer("09.maxpool_backward"),
)
relu_backward, dense_backward = my_answer("05.relu_backward"), my_answer("03.dense_backward")
stable_loss, loss_gradient = my_answer("04.stable_loss"), my_answer("04.loss_gradient")
adam_step = my_answer("06.adam_step")


def halved(x):
    """The maximum of each window of 2 by 2."""
    return sliding_window_view(x, (2, 2), axis=(1, 2))[:, ::2, ::2].max(axis=(4, 5))


def forward(weights, x):
    """The scores of a batch (N, 28, 28, 1), and everything that the way back needs."""
    k1, b1, k2, b2, w3, b3 = weights
    a1 = conv_forward(x, k1, b1)  # (N, 26, 26, 8)
    p1 = halved(a1)
    h1 = np.maximum(p1, 0)
    a2 = conv_forward(h1, k2, b2)  # (N, 11, 11, 16)
    p2 = halved(a2)
    h2 = np.maximum(p2, 0).reshape(len(x), -1)  # (N, 400)
    return h2 @ w3 + b3, (x, a1, p1, h1, a2, p2, h2)


def conv_weights_backward(x, dy, kernel):
    """dkernel and dbias: those of a dense layer on the windows, as in notebook 08's route C."""
    rows = dy.reshape(-1, dy.shape[3])
    return (im2col(x, kernel.shape[:2]).T @ rows).reshape(kernel.shape), rows.sum(axis=0)


own = SimpleNamespace(
    dense_backward=dense_backward,  # (x, w, dy) -> dx, dw, db
    relu_backward=relu_backward,  # (x, dy) -> dx
    maxpool_backward=maxpool_backward,  # (dy, x, window, stride) -> dx
    conv_dx_strided=conv_dx_strided,  # (dy, kernel, image_size, stride) -> dx
    conv_weights_backward=conv_weights_backward,  # (x, dy, kernel) -> dkernel, dbias
)

# %% [markdown]
# **Exercise 4, `network_backward(weights, kept, dscores, own)`.** The way back through the whole network, to the
# gradients of its six arrays. Walk through `forward` from its last line to its first: each line has one function of `own`
# that undoes it. A gradient has the shape of the array that it belongs to. (Mind the order of the arguments, which stands
# in the comments: most functions take `x` first, but the pool's takes `dy`.)

# %% tags=["exercise"]
network_backward = check("10.network_backward")

# %% [markdown]
# <details><summary>If you are stuck</summary>
#
# Name each gradient after its array: `dh2`, `dp2`, `da2`, `dh1`, `dp1`, `da1`. `dh2` comes out of the dense layer as a list and has to be
# folded to `p2.shape` before the ReLU. A ReLU's mask is made from what went *into* it, `p2` and `p1`. The pools need `a2` and `a1`.
# The second convolution's input was `h1`, the first one's `x`, whose own gradient nobody needs.
#
# </details>


# %% [markdown]
# ## Check it
#
# First the table above, from the app's network. (Textbooks write convolution, ReLU, pool. `mnist_app/training/networks.py`
# pools first: the same numbers, as notebook 09 has shown, with a quarter of the work for the ReLU.)

# %%
network = build_network("cnn", dtype=np.float64)
print(network.summary())
shapes = [(28, 28, 1), *network.output_shapes]
costs = {}
for layer, shape in zip(network.layers, shapes, strict=False):
    if isinstance(layer, Conv2D):
        costs[layer.name] = conv_cost(*shape[:2], layer.kernel.shape)
    elif isinstance(layer, Dense):
        inputs, outputs = layer.kernel.shape
        costs[layer.name] = (inputs * outputs + outputs, inputs * outputs)
parameters, products = np.sum(list(costs.values()), axis=0)
stated("121,930", parameters)
stated("2,528,000", products)
stated("84 %", costs["dense_1"][0] / parameters)
stated("88 %", costs["conv2d_2"][1] / products)
assert parameters == sum(p.value.size for p in network.parameters().values())

# %% jupyter={"source_hidden": true}
blocks = [  # name, side, depth in the drawing, label below
    ("image", 28, 1, "28 x 28 x 1"),
    ("Conv2D", 26, 3.2, "26 x 26 x 32"),
    ("MaxPool\nReLU", 13, 3.2, "13 x 13 x 32"),
    ("Conv2D", 11, 6.4, "11 x 11 x 64"),
    ("MaxPool\nReLU", 5, 6.4, "5 x 5 x 64"),
]
figure = new_figure(8, 4.4)
top, bottom = figure.subplots(2, 1, height_ratios=[1.5, 1])
empty_axes(top)
left = 0.0


def arrow(left):
    """From the array before to the one that begins here."""
    style = {"arrowstyle": "->", "color": MUTED, "lw": 1.2}
    top.annotate("", xy=(left - 2.5, 2.5), xytext=(left - 11, 2.5), arrowprops=style)


for name, side, depth, label in blocks:
    if left:
        arrow(left)
    back, right = side * 0.28, left + depth
    faces = [
        [(left, 0), (right, 0), (right, side), (left, side)],
        [(left, side), (right, side), (right + back, side + back), (left + back, side + back)],
        [(right, 0), (right + back, back), (right + back, side + back), (right, side)],
    ]
    for face in faces:
        top.fill(*np.transpose(face), facecolor=LIGHT[VALUE], edgecolor=VALUE, lw=1)
    middle = (left + right + back) / 2
    top.text(middle, side + back + 1.2, name, ha="center", va="bottom", fontsize=9)
    top.text(middle, -1.2, label, ha="center", va="top", fontsize=8, color=VALUE)
    left = right + back + 15
for name, units in [("Dense\nReLU", 64), ("Dense", 10)]:
    arrow(left)
    top.fill(
        [left, left + 1.2, left + 1.2, left],
        [0, 0, units * 0.4, units * 0.4],
        facecolor=LIGHT[VALUE],
        edgecolor=VALUE,
    )
    top.text(left + 0.6, units * 0.4 + 1.2, name, ha="center", va="bottom", fontsize=9)
    top.text(left + 0.6, -1.2, str(units), ha="center", va="top", fontsize=8, color=VALUE)
    left += 15
top.set_aspect("equal")
top.set_ylim(-4, 42)
names = {
    "conv2d_1": "Conv2D 32",
    "conv2d_2": "Conv2D 64",
    "dense_1": "Dense 64",
    "dense_2": "Dense 10",
}
rows = np.arange(4)
for shift, column, total, colour, label in [
    (-0.2, 0, parameters, VALUE, "parameters"),
    (0.2, 1, products, GRADIENT, "multiply-adds"),
]:
    numbers = [costs[name][column] for name in names]
    bottom.barh(rows + shift, [100 * n / total for n in numbers], 0.36, color=colour, label=label)
    for row, number in enumerate(numbers):
        bottom.text(100 * number / total + 1, row + shift, f"{number:,}", va="center", fontsize=8)
bottom.set(yticks=rows, yticklabels=list(names.values()), xlabel="share in %", xlim=(0, 102))
bottom.invert_yaxis()
bottom.grid(axis="y", visible=False)
bottom.set_axisbelow(True)
bottom.legend(loc="lower right")
show(
    figure,
    "network",
    "The network cnn: the parameters are in the dense layer, the work is in the second "
    "convolution.",
    "Above, the arrays of the network as blocks: image 28 x 28 x 1; after a convolution 26 x 26 x "
    "32; after pool and ReLU 13 x 13 x 32; after the second convolution 11 x 11 x 64; after pool "
    "and ReLU 5 x 5 x 64; then 64 units and 10 scores; an arrow from each to the next. Below, bars: the first dense layer has 84 % "
    "of the 121,930 parameters and 4 % of the work, the second convolution 15 % of the parameters "
    "and 88 % of the 2,528,000 multiply-adds.",
)
stated("4 %", costs["dense_1"][1] / products)
stated("15 %", costs["conv2d_2"][0] / parameters)

# %% [markdown]
# Now your own network, on four real images: for each of its six arrays, is the gradient along a random direction the slope that is
# measured there?
#
# Two things keep the kinks away (notebooks 05 and 08). All weights are moved a little at random first, the biases too: with zero
# biases a blank corner of the image would put its ReLUs exactly on the kink. And a direction has the length 1 for a whole array,
# so that no single weight moves far.


# %%
def slope_errors(loss_at, arrays, gradients, seed=0):
    """The relative error of each array's gradient along a random direction of length 1."""
    rng, errors = np.random.default_rng(seed), []
    for k, (array, gradient) in enumerate(zip(arrays, gradients, strict=True)):
        direction = rng.normal(size=array.shape)
        direction /= np.linalg.norm(direction)

        def loss_with(values, k=k):
            """The loss with other values for array k."""
            return loss_at([*arrays[:k], values, *arrays[k + 1 :]])

        slope = slope_along(loss_with, array, direction)
        errors.append(float(relative_error(np.sum(gradient * direction), slope)))
    return errors


def twin(seed=1):
    """tinynet's network of the same shape as yours, in float64."""
    layers = [Conv2D(8, 3), MaxPool(2), ReLU(), Conv2D(16, 3), MaxPool(2), ReLU(), Flatten()]
    return Sequential([*layers, Dense(10)], input_shape=(28, 28, 1), seed=seed, dtype=np.float64)


def start(model):
    """A copy of its weights."""
    return [p.value.copy() for p in model.parameters().values()]


def nearby(arrays, rng):
    """The same weights, each moved a little."""
    return [array + 0.1 * rng.normal(size=array.shape) for array in arrays]


model, rng = twin(), np.random.default_rng(0)
four_images, four_labels = model.prepare(data.train_images[:4]), data.train_labels[:4]
point = nearby(start(model), rng)


def own_loss(weights):
    return stable_loss(forward(weights, four_images)[0], four_labels)


scores, kept = forward(point, four_images)
gradients = network_backward(point, kept, loss_gradient(scores, four_labels), own)
names = list(model.parameters())
for name, error in zip(names, slope_errors(own_loss, point, gradients), strict=True):
    print(f"{name:16} error along a direction {error:.0e}")
    assert error < 1e-6

# %% [markdown]
# `tinynet.check_model` does the same with any model of `tinynet`, $dX$ included, and draws anew if a step crosses a kink. Here it
# checks the eight arrays of the app's network.

# %%
report = check_model(network, four_images)
print(f"check_model: largest relative error {report.worst:.0e}")
assert report.worst < 1e-6

# %% [markdown]
# ## Compare
#
# Do ten steps of your network lead where ten steps of its twin in `tinynet` lead, to the last digit?


# %%
def train_step(weights, memory, t, x, labels, rate, pieces=own):
    """One step of Adam; the loss before it."""
    scores, kept = forward(weights, x)
    gradients = network_backward(weights, kept, loss_gradient(scores, labels), pieces)
    for k, gradient in enumerate(gradients):
        weights[k], *memory[k] = adam_step(weights[k], gradient, *memory[k], t, rate)
    return stable_loss(scores, labels)


weights = start(model)
optimizer = Adam(0.002)
memory = [[np.zeros_like(each), np.zeros_like(each)] for each in weights]
for t in range(1, 11):
    batch = slice(32 * t - 32, 32 * t)
    x, labels = model.prepare(data.train_images[batch]), data.train_labels[batch]
    train_step(weights, memory, t, x, labels, 0.002)
    _, dscores = softmax_cross_entropy(model.forward(x, training=True, keep=True), labels)
    model.backward(dscores)
    optimizer.update(model.parameters())
pairs = zip(weights, model.parameters().values(), strict=True)
apart = max(np.abs(mine - p.value).max() for mine, p in pairs)
print(f"after ten steps, the largest distance of any weight from tinynet's: {apart:.0e}")
assert apart < 1e-12

# %% [markdown]
# And a library that shares nothing with ours: Keras gets the same weights and the same images, and its automatic
# differentiation computes the same scores and the same eight gradients of the app's network.
# (In float32, so they agree to about six digits. If TensorFlow is not installed, the
# cell says so and the notebook goes on; `pip install -e ".[keras]"` installs it. `python -m mnist_app compare` goes on from here:
# it trains both, from the same weights, with the same batches.)

# %%
ours, keras = build_network("cnn"), None
if FAST:
    print("FAST: the comparison with Keras is left out")
else:
    try:
        with quiet():
            from mnist_app.keras.networks import KerasContender

            keras = KerasContender("cnn", classes=10, batch_size=128, learning_rate=0.001)
            keras.start({name: p.value for name, p in ours.parameters().items()})
            outputs, gradients = keras.outputs_and_gradients(
                data.train_images[:64], data.train_labels[:64]
            )
    except ImportError as missing:
        print(missing)
if keras is not None:
    scores = ours.forward(ours.prepare(data.train_images[:64]), keep=True)
    _, dscores = softmax_cross_entropy(scores, data.train_labels[:64])
    ours.backward(dscores)
    pairs = {"scores": (scores, outputs)}
    pairs |= {name: (p.grad, gradients[name]) for name, p in ours.parameters().items()}
    for name, (mine, theirs) in pairs.items():
        difference = np.abs(mine - theirs).max() / np.abs(theirs).max()
        print(f"{name:16} differs from Keras by {difference:.0e}")
        assert difference < 1e-4

# %% [markdown]
# ## Break it
#
# Four wrong gradients of your network. Each is a mistake that people make, that earlier notebooks derived, and that takes one of
# your functions:
#
# - *ReLU ignored*: the gradient passes every ReLU unchanged (05).
# - *First kernel still*: the first kernel's gradient is never computed (13).
# - *Kernel turned*: the second kernel is turned by 180 degrees on the way back (08).
# - *Pool copies*: all four entries of a window get its gradient, not the largest alone (09).
#
# Each network is checked, and trained for 60 steps from three seeds. (The forward pass is right in all of them. Fifteen trainings are a
# matter of a minute or two; if your functions have loops, write `range(1)` for `range(3)`.)


# %%
def identity(x, dy):
    return dy


def first_kernel_still(x, dy, kernel):
    dkernel, dbias = conv_weights_backward(x, dy, kernel)
    return (0 * dkernel if x.shape[3] == 1 else dkernel), dbias  # only the first sees 1 channel


def turned(dy, kernel, image_size, stride):
    return conv_dx_strided(dy, kernel[::-1, ::-1], image_size, stride)


def copied(dy, x, window, stride):
    dx = np.zeros_like(x)
    dx[:, : 2 * dy.shape[1], : 2 * dy.shape[2]] = dy.repeat(2, axis=1).repeat(2, axis=2)
    return dx


bugs = {
    "right": {},
    "ReLU ignored": {"relu_backward": identity},
    "first kernel still": {"conv_weights_backward": first_kernel_still},
    "kernel turned": {"conv_dx_strided": turned},
    "pool copies": {"maxpool_backward": copied},
}
seeds, steps = (range(1), 5) if FAST else (range(3), 60)
few = slice(500) if FAST else slice(2000)
accuracies, errors = {}, {}
for name, change in bugs.items():
    pieces = SimpleNamespace(**{**vars(own), **change})  # your functions, but for one
    scores, kept = forward(point, four_images)
    wrong = network_backward(point, kept, loss_gradient(scores, four_labels), pieces)
    errors[name] = slope_errors(own_loss, point, wrong)
    accuracies[name] = []
    for seed in seeds:
        trained = start(twin(seed))
        averages = [[np.zeros_like(each), np.zeros_like(each)] for each in trained]
        for t in range(1, steps + 1):
            batch = slice(32 * t - 32, 32 * t)
            x, labels = model.prepare(data.train_images[batch]), data.train_labels[batch]
            train_step(trained, averages, t, x, labels, 0.004, pieces)
        answers = forward(trained, model.prepare(test_images[few]))[0].argmax(axis=1)
        accuracies[name].append(np.mean(answers == test_labels[few]))

for name in bugs:
    shown = ", ".join(f"{100 * accuracy:.1f}" for accuracy in accuracies[name])
    wrong = [error for error in errors[name] if error > 1e-6]
    print(f"{name:18} {shown} % right; wrong arrays: {len(wrong)} of 6")
assert [sum(error > 1e-6 for error in errors[name]) for name in bugs] == [0, 4, 1, 2, 4]
reveal(
    prediction,
    "c",
    "Training corrects much: the last layer adapts to what the wrong ones do. The check is not fooled.",
)
mean = {name: np.mean(values) for name, values in accuracies.items()}
assert FAST or min(mean.values()) > mean["right"] - 0.05
assert all(error < 1e-6 or error > 0.01 for name in bugs for error in errors[name])

# %% jupyter={"source_hidden": true}
arrays = ["conv2d_1", "conv2d_2", "dense_1"]
figure = new_figure(8, 3.4)
grid, dots = figure.subplots(1, 2, width_ratios=[2, 1.1])
empty_axes(grid)
for row, name in enumerate(bugs):
    grid.text(-0.2, row + 0.5, name, ha="right", va="center")
    for column, error in enumerate(errors[name]):
        colour = RIGHT if error < 1e-6 else WRONG
        grid.fill(
            [column, column + 1, column + 1, column],
            [row, row, row + 1, row + 1],
            facecolor=LIGHT[colour],
            edgecolor="white",
            lw=2,
        )
        text = "ok" if error < 1e-6 else f"{error:.2f}"
        grid.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour, fontsize=9)
    values = 100 * np.array(accuracies[name])
    dots.plot(values, np.full(len(values), row + 0.5), "o", color=VALUE, alpha=0.8)
for layer, name in enumerate(arrays):
    grid.text(2 * layer + 1, -0.62, name, ha="center", va="bottom", color=INK)
    for k, kind in enumerate(("kernel", "bias")):
        grid.text(
            2 * layer + k + 0.5, -0.12, kind, ha="center", va="bottom", fontsize=8, color=MUTED
        )
grid.set(xlim=(0, 6), ylim=(5, -1.1))
dots.set(ylim=(5, -1.1), xlim=(70, 90) if not FAST else (0, 100), yticks=[])
dots.set(xlabel="test accuracy in %, three seeds")
dots.spines["left"].set_visible(False)
show(
    figure,
    "bugs",
    "Four wrong gradients: the check (relative errors, left) sees what the accuracy (right) does "
    "not.",
    "Left, a table of six gradients for five networks. All are ok for the right one. With the "
    "ReLU ignored all but the dense layer's are wrong; with the first kernel still, that "
    "kernel; with the second kernel turned, the first convolution's kernel and bias; with a "
    "copying pool, both convolutions'. Right, the accuracies of three seeds each: those of the wrong "
    "networks lie among those of the right one, slightly above or a few percentage points below.",
)

# %% [markdown]
# On average of three seeds no wrong network reads five percentage points less than the right one, and one reads more. The relative
# errors lie between 0.01 and 1 where something is wrong, and below $10^{-6}$ where nothing is: more
# than four orders of magnitude. And the table tells *where* to look. In it, gradients flow from
# right to left, so go to the first array from the right that is wrong: the mistake is in its own
# gradient, or in what lies between it and its neighbour on the right. With *pool copies* that is
# the pool behind the second convolution. With *kernel turned* the first wrong one is `conv2d_1`'s bias, and its right neighbour
# is `conv2d_2`'s kernel: between the two lie a ReLU, a pool, and the $dX$ of the second convolution, which is where the
# mistake was put. Check these three by themselves, and you have it.

# %% [markdown]
# ## Measure
#
# ### It reads
#
# After ten steps your network reads nothing yet. One epoch takes a minute or two if your functions work on whole arrays. Loops over
# windows in `im2col` and `conv_dx_strided` cost about four minutes more; a `maxpool_backward` that goes through $n$, $i$, $j$ and $c$
# one by one costs 16 (notebook 09 has the faster way). Let it run, or write `6000` for `60_000`: a tenth of the images teaches it to
# read almost nine digits in ten.

# %%
count, batch_size = (256, 64) if FAST else (60_000, 64)
order = np.random.default_rng(1).permutation(len(data.train_images))[:count]
schedule = CosineDecay(0.004, decay_steps=count // batch_size)
for t in range(11, 11 + count // batch_size):
    batch = order[(t - 11) * batch_size :][:batch_size]
    x, labels = model.prepare(data.train_images[batch]), data.train_labels[batch]
    train_step(weights, memory, t, x, labels, schedule(t - 11))
few = slice(500) if FAST else slice(None)
pixels = np.array_split(model.prepare(test_images[few]), 10)
answers = np.concatenate([forward(weights, x)[0].argmax(axis=1) for x in pixels])
accuracy = np.mean(answers == test_labels[few])
print(
    f"your network has seen {count:,} images, and reads {100 * accuracy:.1f} % of the test images"
)
if count == 60_000:
    assert accuracy > 0.97

# %% [markdown]
# **Part one in short.** A check along directions tells for each array of a whole network whether its gradient is right, and so where
# a mistake is. Equal steps and another library tell the rest. The accuracy tells little. This is the place for a break.
#
# ### Part two: what does it look at?
#
# `mnist_app` comes with weights that were trained longer, on distorted copies of the digits. Those
# of the network `cnn` read the digits in this half. (Unless told otherwise, the app
# uses a larger network.) First all 10,000 test images: which digits are taken for which?

# %%
from mnist_app.reading.classifier import load_classifier
from mnist_app.text import percent
from mnist_app.training.evaluation import evaluate_images

few = slice(500) if FAST else slice(None)
classifier = load_classifier("cnn")
included = classifier.model
evaluation = evaluate_images(included, test_images[few], test_labels[few], workers=2)
mistakes = evaluation.mistakes
print(f"{100 * evaluation.accuracy:.1f} % right, {len(mistakes)} mistakes")
stated("10,000", len(test_labels))
if not FAST:
    assert evaluation.accuracy > 0.985

figure = new_figure(5, 4.6)
axes = figure.add_subplot()
confusion = evaluation.confusion
wrong_only = confusion - np.diag(np.diag(confusion))
axes.imshow(wrong_only, cmap="Reds", vmax=max(8, wrong_only.max()))
for (label, answer), number in np.ndenumerate(confusion):
    if number:
        axes.text(answer, label, number, ha="center", va="center", fontsize=8, color=INK)
axes.set(xticks=range(10), yticks=range(10), xlabel="answer", ylabel="label")
axes.grid(False)
show(
    figure,
    "confusion",
    "Labels against answers on the test images: the diagonal is right, red is wrong.",
    "A table of ten by ten counts. Nearly all images, about a thousand for each digit, are on the "
    "diagonal; elsewhere the counts are single digits, the largest between shapes that are alike, "
    "such as 4 and 9, 5 and 3, 5 and 6.",
)

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 2.6)
for k, index in enumerate(mistakes[:20]):
    probability = evaluation.probabilities[index].max()
    answer = evaluation.probabilities[index].argmax()
    axes = figure.add_subplot(2, 10, k + 1)
    show_image(axes, test_images[index])
    axes.set_title(f"{test_labels[index]} → {answer}", fontsize=9)
    axes.set_xlabel(percent(probability, 0), fontsize=8)
show(
    figure,
    "worst_twenty",
    "The twenty mistakes of which the network is most certain: label → answer, and how certain.",
    "Twenty test images in two rows, each with its label, the network's wrong answer and its "
    "probability. Many are badly drawn or cut off, and some look more like the answer than like "
    "the label.",
)

# %% [markdown]
# #### Inside
#
# The first convolution has 32 filters of $3 \times 3$ weights. Each makes an image of its own, a
# *feature map*: large where the window looks like the filter (dark, in the figure). The second convolution sees these 32
# maps, not the image. (The second map has a grey ground. Where the paper is blank, only a filter's bias is left, and that one's is
# the largest of the nine.)

# %% jupyter={"source_hidden": true}
example = int(np.flatnonzero(test_labels == 7)[0])
image = included.prepare(test_images[example : example + 1])
maps = activations(included, image)[1][0]
kernel = included.layers[0].kernel.value[:, :, 0]
strength = np.argsort(-np.maximum(maps, 0).sum(axis=(0, 1)), kind="stable")
chosen = strength[:: max(1, len(strength) // 9)][:9]
figure = new_figure(8, 1.8)
grid = figure.subplots(2, 10)
show_image(grid[0, 0], test_images[example], "image")
empty_axes(grid[1, 0])
for column, f in enumerate(chosen, start=1):
    limit = np.abs(kernel).max()
    show_image(grid[0, column], kernel[:, :, f], cmap="RdBu_r", vmin=-limit, vmax=limit)
    show_image(grid[1, column], np.maximum(maps[:, :, f], 0))
grid[0, 1].set_ylabel("filter", fontsize=9)
grid[1, 1].set_ylabel("map", fontsize=9)
show(
    figure,
    "feature_maps",
    "Nine filters of the first convolution (red: positive, blue: negative) and what they find in a 7. "
    "Each map has a scale of its own.",
    "A handwritten seven, and nine columns with a 3 x 3 filter above and its feature map below. "
    "Some maps show the seven's horizontal stroke, some the slanted one, some the whole digit.",
)

# %% [markdown]
# #### What a pixel says
#
# The backward pass ends with $dX$, the gradient with respect to the image, and training throws it
# away. It answers a question of its own, if one starts not from a loss but from one score. Let
# $s_k$ be the score (the *logit*) of digit $k$. Then
#
# $$\frac{\partial s_k}{\partial X_{ij}} = \text{what backward gives from } ds = (0, \dots, 0, 1, 0, \dots, 0), \text{ with the 1 at } k$$
#
# Positive entries are pixels where more ink would raise that score, negative ones where it would lower
# it. The map of them is called *saliency*. Mind what a score is: adding the same number to all ten of
# them changes no probability (notebook 04). So a pixel that raises all ten alike has a saliency and no
# influence. Who asks "why $k$, and not the runner-up $r$?" starts from a 1 at $k$ and a $-1$ at $r$.
#
# **Exercise 5, `saliency(model, image, digit)`.** A forward pass that keeps what backward needs,
# then backward from a single 1. Mind the axes: the model works with $(N, H, W, 1)$.

# %% tags=["exercise"]
saliency = check("10.saliency")

# %% [markdown]
# What does the answer hang on? Two maps. *Saliency*: the gradient of the winning score
# by the pixels. And *occlusion*, which needs no gradient: put a blank patch of $5 \times 5$ over
# each place in turn, and see how far the score falls.


# %% jupyter={"source_hidden": true}
def occlusion(model, image, digit, side=5):
    """How far a score falls when a blank patch lies around each pixel.  (H, W) -> (H, W)"""
    half = side // 2
    covered = np.repeat(image[np.newaxis], image.size, axis=0)
    for k, (i, j) in enumerate(np.ndindex(image.shape)):
        covered[k, max(0, i - half) : i + half + 1, max(0, j - half) : j + half + 1] = 0
    scores = model.predict(covered)[:, digit]
    return (model.predict(image[np.newaxis])[0, digit] - scores).reshape(image.shape)


figure = new_figure(8, 4.3)
grid = figure.subplots(3, 6)
for column, digit in enumerate((0, 2, 4, 5, 7, 9)):
    index = int(np.flatnonzero(test_labels == digit)[1])
    picture = test_images[index] / np.float32(255)
    answer = int(included.predict(test_images[index : index + 1]).argmax())
    show_image(grid[0, column], picture, f"a {digit}, read {answer}")
    for row, values in [
        (1, saliency(included, picture, answer)),
        (2, occlusion(included, picture, answer)),
    ]:
        limit = np.abs(values).max()
        show_image(grid[row, column], values, cmap="RdBu_r", vmin=-limit, vmax=limit)
        grid[row, column].contour(picture, levels=[0.5], colors=MUTED, linewidths=0.7)
for row, name in enumerate(("image", "saliency", "occlusion")):
    grid[row, 0].set_ylabel(name, fontsize=10)
show(
    figure,
    "saliency",
    "Which pixels matter: red, ink there raises the answer's score (saliency), or the score falls when "
    "it is covered (occlusion). Each map has a scale of its own.",
    "Six test digits, 0, 2, 4, 5, 7 and 9, with two maps below each. The saliency maps are fine "
    "speckles of red and blue along and beside the strokes. The occlusion maps have broad red "
    "patches on the strokes that make the digit what it is, and some blue beside them.",
)

# %% [markdown]
# The two disagree in an instructive way. Saliency is a derivative: it speaks of infinitely small
# changes of single pixels, and is noisy. Occlusion makes large changes, and shows which *part* of
# the digit carries the answer. (`mnist_app predict --explain` takes a middle way: it
# averages the gradient while the ink is turned up from blank to full. And it takes it of the score minus the mean of all ten, so
# that what raises all of them alike counts for nothing.)
#
# #### Two pixels
#
# The digits of MNIST were moved so that their centre of mass lies in the middle (on average at pixel (14, 14), counted from 0), and
# a network trained on them knows digits only there. What if a digit comes from elsewhere?
#
# **Exercise 6, `centred(image)`.** Move it to where the network expects it.

# %% tags=["exercise"]
centred = check("10.centred")

# %% [markdown]
# The likeliest mistakes in both exercises: the gradient of the *loss* in place of a score's is a map that looks just as
# plausible, and shifting with `np.roll` lets ink come back in at the other side.


# %%
def of_the_loss(model, image, digit):
    x = image[np.newaxis, :, :, np.newaxis]
    _, dscores = softmax_cross_entropy(model.forward(x, keep=True), np.array([digit]))
    return model.backward(dscores)[0, :, :, 0]


def rolled(image):
    rows, columns = np.indices(image.shape)
    mass = image.sum()
    down, right = 14 - (image * rows).sum() / mass, 14 - (image * columns).sum() / mass
    return np.roll(image, (round(down), round(right)), (0, 1))


for exercise, wrong_version in [("10.saliency", of_the_loss), ("10.centred", rolled)]:
    try:
        check(exercise, wrong_version)
    except WrongAnswer as diagnosis:
        print(f"{wrong_version.__name__}\n    {diagnosis}\n")
    else:
        raise AssertionError("a wrong version passed")

# %% [markdown]
# What is it worth? Move the test digits by two pixels, down and to the right, and
# ask again; then move them back with your `centred`. Two networks are asked, the app's `cnn` and its `mlp`, each trained for
# one epoch. (`python -m mnist_app train --epochs 1` does the same, but holds some of the images out for validation.)

# %%
count = 1280 if FAST else 60_000
images, labels = data.train_images[:count], data.train_labels[:count]
networks = {"cnn": build_network("cnn"), "mlp": build_network("mlp")}
for name, model in networks.items():
    schedule = CosineDecay(0.001, decay_steps=-(-count // 128))
    fit(model, images, labels, optimizer=Adam(schedule), workers=2)
    accuracy = evaluate(model, test_images[few], test_labels[few], workers=2)[1]
    print(f"{name}: after one epoch {100 * accuracy:.1f} % of the test images are right")
    assert FAST or accuracy > 0.95
some = slice(200) if FAST else slice(2000)
canvas = np.pad(test_images[some], ((0, 0), (8, 8), (8, 8)))
shares = {}
for shift in range(5):
    shifted = canvas[:, 8 - shift : 36 - shift, 8 - shift : 36 - shift]
    back = np.array([centred(image) for image in shifted])
    for name, model in networks.items():
        for treatment, images in [("as it comes", shifted), ("centred", back)]:
            accuracy = evaluate(model, images, test_labels[some], workers=2)[1]
            shares.setdefault((name, treatment), []).append(100 * accuracy)
for (name, treatment), values in shares.items():
    print(f"{name}, {treatment:12}", ", ".join(f"{value:.1f}" for value in values), "%")
if not FAST:
    assert shares["mlp", "as it comes"][2] < 60
    assert shares["cnn", "as it comes"][2] < 80
    assert min(shares["mlp", "centred"][2], shares["cnn", "centred"][2]) > 94

figure = new_figure(7.5, 3.2)
left, right = figure.subplots(1, 2, width_ratios=[1, 2.2])
show_image(left, canvas[0, 6:34, 6:34], "a 7, moved by two pixels")
for (name, treatment), values in shares.items():
    colour = VALUE if name == "cnn" else GRADIENT
    style = "o-" if treatment == "centred" else "o--"
    right.plot(range(5), values, style, color=colour, label=f"{name}, {treatment}")
right.set(xlabel="pixels down and to the right", ylabel="right answers in %", ylim=(0, 102))
right.set_xticks(range(5))
right.legend(loc="lower left", fontsize=9)
show(
    figure,
    "shift",
    "Digits moved by a few pixels: lost without centring, read as before with it.",
    "Left, a seven that lies a little low and to the right. Right, the share of right answers "
    "against the shift from 0 to 4 pixels. As they come, both networks fall steeply, below 80 % "
    "and 60 % at two pixels and to about a tenth at four. Centred, both stay above 90 %.",
)

# %% [markdown]
# A shift that no person would mind costs the dense network about half of its answers, and the
# convolutional one a third: its filters find the strokes anywhere, but the dense layer behind them
# expects them in their places. Centring brings nearly all of it back, since it undoes what was
# done. That is why `mnist_app` spends more lines on preparing a picture than on the network: a
# photo has to become what the network has learned from. Here is a digit as a camera might see it,
# and the stages of `mnist_app.pictures.pipeline`.

# %%
from mnist_app.pictures.pipeline import preprocess

rng = np.random.default_rng(0)
big = np.kron(test_images[example] / 255, np.ones((9, 9)))  # each pixel 9 x 9 times
# each column, then each row, averaged over 9 pixels
smooth = np.apply_along_axis(np.convolve, 0, big, np.ones(9) / 9, mode="same")
smooth = np.apply_along_axis(np.convolve, 1, smooth, np.ones(9) / 9, mode="same")
photo = np.zeros((340, 340))
photo[70:322, 70:322] = smooth
shadow = np.linspace(0.85, 0.5, 340) * np.linspace(1, 0.8, 340)[:, np.newaxis]
photo = np.clip(shadow * (1 - 0.65 * photo) + rng.normal(0, 0.015, photo.shape), 0, 1)
stages = preprocess(photo)
probabilities = classifier.probabilities(stages.image[np.newaxis])[0]
print(f"read as {probabilities.argmax()}, label {test_labels[example]}")
assert probabilities.argmax() == test_labels[example]

figure = new_figure(8, 1.75)
pictures = [
    ("photo", 1 - photo),
    ("paper", 1 - stages.paper),
    ("ink", stages.ink),
    ("digit", stages.digit),
    ("28 x 28", stages.image),
]
for k, (title, picture) in enumerate(pictures):
    settings = {"vmin": 0, "vmax": 1} if k < 2 else {}
    show_image(figure.add_subplot(1, 5, k + 1), picture, title, **settings)
show(
    figure,
    "photo",
    "From a photo to the network's input: paper estimated, ink taken out, digit found, centred.",
    "Five pictures: a seven on grey paper that darkens to the right, off the centre; the paper's "
    "brightness alone; the ink alone on white; the digit as black and white; and the 28 x 28 "
    "image, with the seven in the middle.",
)

# %% [markdown]
# ## What this cannot tell you
#
# - **Whether it reads *your* handwriting.** The test images come from the same collection as the
#   training images. Try it: that is the next section.
# - **Why it answers as it does.** Saliency and occlusion describe what the score depends on near
#   one image. They are measurements, not reasons.
# - **How certain it is.** The probability in the figure of the twenty worst is high, and each of
#   the answers is wrong. `mnist_app` divides the scores by a *temperature*, chosen so that of the
#   answers given with 90 % nine in ten are right, on images like these.
# - **That there is no bug.** The gradient is that of the forward pass as it is written. If the
#   forward pass is not what you meant, the gradient is right for the wrong function. Two things
#   guard against that: Keras's network, written from the description alone, and digits that are
#   read.
#
# **In short.** You can now check a whole network with two passes an array, $\langle dW, V \rangle$
# against one difference, and you have written the way back through one yourself. Where people go wrong: they trust the
# accuracy, compare single runs, read a saliency as a reason, and forget that a network knows digits
# only as it has seen them.
#
# **In other libraries.** `model.parameters()` here is `named_parameters()` in PyTorch, and
# `model.weights` in Keras. To compare two libraries, bring the same weights into both, in float64
# if they let you, and compare scores, loss and every gradient before any accuracy.
#
# **The best of others.** Simonyan, Vedaldi and Zisserman, [Deep inside convolutional
# networks](https://arxiv.org/abs/1312.6034), where saliency comes from. Adebayo and others, [Sanity
# checks for saliency maps](https://arxiv.org/abs/1810.03292), which ones fail. Olah and others,
# [Feature visualization](https://distill.pub/2017/feature-visualization/).

# %% [markdown]
# ## Next
#
# Write a digit on paper, take a photo, and let the network that you can now derive read it:
#
# ```
# python -m mnist_app predict --model cnn photo.png
# ```
#
# Then read `tinynet`: most of its lines you have derived by now. Begin with `tinynet/textbook.py`, what
# notebooks 03 to 09 arrive at, and `train_step` in `tinynet/training.py`. Or begin again at [01 Is my
# derivative right?](01_is_my_derivative_right.ipynb), with a layer of your own.
#
# One layer of the larger network that the app uses by default is still missing: [11 Batch
# normalization](11_batch_normalization.ipynb).
