# %% [markdown]
# # 14 Residual connections
#
# [← 13 Why does it not learn?](13_why_does_it_not_learn.ipynb) · [contents](README.md) · [15 cnn-large, honestly →](15_cnn_large_honestly.ipynb)
#
# ## Question
#
# More layers can do more, on paper. In practice a plain network of forty layers reads digits *worse* than one
# of four, even those that it was trained on. A small change mends it: let each layer compute what to *add* to
# its input, $y = x + f(x)$. With one plus sign, and a little care, a hundred layers learn. What does it do to the
# gradient? And what does it cost?

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import numpy as np

from tutorials.cells import FAST, check, reveal
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import GRADIENT, MUTED, VALUE, WRONG, empty_axes, new_figure, show
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# Forty dense layers of 32 units with ReLUs, and the same as forty blocks $x + \max(x W, 0)$, with fresh
# weights of the size that notebook 06 recommends for a layer without a ReLU. The gradient arrives at the last
# layer. By which factor does its length change on the way to the first?
#
# - **a**: both shrink, the blocks a little less
# - **b**: that of the layers shrinks, that of the blocks stays as it is
# - **c**: that of the layers shrinks, that of the blocks *grows*

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# ### What goes wrong with depth
#
# Notebook 02: a gradient goes back through a layer by its Jacobian, $dx = J^T dy$. Through $K$ layers that is a
# product of $K$ matrices. A product of many factors has a hard time to stay near 1: if each halves the length
# of what comes, ten layers leave a thousandth. Notebook 06 chose the weights so that forwards, on average,
# nothing shrinks. But that holds on average, at the start, and for one direction; each ReLU also throws half of
# the numbers away, other ones in each layer, and after forty of them little is left that depends on the input.
#
# ### A plus sign
#
# A *residual block* computes $y = x + f(x)$. The $f$, its *branch* or *body*, is any stack of layers whose output
# has the shape of its input; the bare $x$ is the *shortcut*. Where is $x$ used? You know the rule. If $f$ has a
# backward pass, the block's backward pass is one line; it is exercise 1, and needs no formula from here.
#
# Then think of $K$ blocks in a row, with Jacobians $J_1, \dots, J_K$ of their branches. What is the product now?
# Multiply it out for two blocks, and look for the term that contains no $J$ at all.
#
# ### What it costs
#
# Forwards, each block adds something to what it gets. Let $f(x)$ have the mean 0, the same mean square as $x$, and
# nothing to do with $x$ (that is, be uncorrelated with it; fresh random weights do that). How large is the mean
# square of $x + f(x)$? And after ten blocks? Exercise 4 asks for the number, with a scale in front of $f$ to
# keep it in bounds.
#
# ### If the shapes differ
#
# $x + f(x)$ needs two arrays of one shape. Where a block changes the number of features, the shortcut gets a matrix
# of its own: $y = x V + f(x)$, a *projection*. It is a dense layer without a bias (in pictures a convolution with
# windows of $1 \cdot 1$), and it learns like any other.

# %% [markdown]
# ## By hand
#
# Numbers in place of vectors. Three layers $f(x) = x / 2$ in a row; three blocks $x + f(x)$; and three blocks
# $x + 0.1 f(x)$. The slope of the last output by the first input:
#
# | name | rule | number |
# | --- | --- | --- |
# | `slope` | given | 0.5 |
# | `layers` | derive it | ? |
# | `blocks` | derive it | ? |
# | `scaled` | derive it | ? |
# | `ten_layers` | derive it | ? |
# | `ten_scaled` | derive it | ? |

# %% tags=["by-hand"]
by_hand("14.1", layers=..., blocks=..., scaled=..., ten_layers=..., ten_scaled=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `slope` | given | 0.5 |
# | `layers` | `slope ** 3` | 0.125 |
# | `blocks` | `(1 + slope) ** 3` | 3.375 |
# | `scaled` | `(1 + 0.1 * slope) ** 3` | 1.1576 |
# | `ten_layers` | `slope ** 10` | 0.00098 |
# | `ten_scaled` | `(1 + 0.1 * slope) ** 10` | 1.6289 |
#
# </details>
#
# One block $y = x + \max(x W, 0)$, with two features and one example:
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [[1, -2]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `dy` | given | [[3, 4]] |
# | `a` | `x @ W` | ? |
# | `y` | `x + np.maximum(a, 0)` | ? |
# | `da` | derive it | ? |
# | `dW` | derive it | ? |
# | `dx` | derive it | ? |

# %% tags=["by-hand"]
by_hand("14.2", a=..., y=..., da=..., dW=..., dx=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [[1, -2]] |
# | `W` | given | [[1, 0], [2, -1]] |
# | `dy` | given | [[3, 4]] |
# | `a` | `x @ W` | [[-3, 2]] |
# | `y` | `x + np.maximum(a, 0)` | [[1, 0]] |
# | `da` | `dy * (a > 0)` | [[0, 4]] |
# | `dW` | `x.T @ da` | [[0, 4], [0, -8]] |
# | `dx` | `dy + da @ W.T` | [[3, 0]] |
#
# </details>

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 2.4)
axes = empty_axes(figure.add_subplot())
for k in range(3):
    left = 3.4 * k
    axes.annotate("", (left + 3.1, 0), (left, 0), arrowprops={"arrowstyle": "-|>", "color": VALUE})
    bow = {"arrowstyle": "-|>", "color": VALUE, "connectionstyle": "arc3,rad=-0.5"}
    axes.annotate("", (left + 3, 0.15), (left + 0.2, 0.1), arrowprops=bow)
    box = {"facecolor": "white", "edgecolor": VALUE, "boxstyle": "round,pad=0.3"}
    axes.text(left + 1.6, 1.05, f"$f_{k + 1}$", ha="center", va="center", bbox=box)
    axes.text(left + 3.2, 0, "+", ha="center", va="center", fontsize=14)
    back = {"arrowstyle": "-|>", "color": GRADIENT, "lw": 2}
    axes.annotate("", (left, -0.5), (left + 3.1, -0.5), arrowprops=back)
axes.text(-0.3, 0, "$x$", ha="right", va="center", fontsize=13)
axes.text(10.5, 0, "$y$", ha="left", va="center", fontsize=13)
axes.text(5.1, -0.95, "$dy$ comes through untouched, beside whatever the branches send", color=GRADIENT,
          ha="center", va="center", fontsize=10)  # fmt: skip
axes.set(xlim=(-1, 11), ylim=(-1.3, 1.7))
show(
    figure,
    "shortcut",
    "Three blocks. Along the shortcuts (straight) nothing is multiplied, forwards or backwards.",
    "Three blocks in a row: from x a straight line with plus signs leads to y, and above each "
    "stretch a branch f leaves the line and returns to the plus sign. Below, an orange arrow runs "
    "back from y to x along the straight line.",
)

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/14_residual_connections.py`.
#
# **Exercise 1, `residual_backward(dy, body_backward)`.** `body_backward` is a function: it takes the gradient of the
# branch's output and returns that of its input. Mind whose arrays you write into: `dy` is the caller's, and what
# the branch returns is the branch's.

# %% tags=["exercise"]
residual_backward = check("14.residual_backward")

# %% [markdown]
# <details><summary>The formula, and the product of many</summary>
#
# $x$ is used twice, so $dx = dy + J^T dy = (I + J)^T dy$. For two blocks
#
# $$(I + J_1)^T (I + J_2)^T dy = dy + J_1^T dy + J_2^T dy + J_1^T J_2^T dy$$
#
# For $K$ blocks there are $2^K$ terms, one for each choice of branches to go through, and one of them goes through none.
# Whatever the branches do, $dy$ itself arrives at the first block. It can be drowned, but not multiplied away.
#
# </details>
#
# **Exercise 2, `relu_block_backward(x, w, dy)`.** The block of the second table.

# %% tags=["exercise"]
relu_block_backward = check("14.relu_block_backward")

# %% [markdown]
# **Exercise 3, `projection_backward(x, w, v, dy)`.** With a matrix on the shortcut.

# %% tags=["exercise"]
projection_backward = check("14.projection_backward")

# %% [markdown]
# <details><summary>The formulas of exercises 2 and 3</summary>
#
# With $da = dy \cdot [x W > 0]$, the branch alone: $dW = x^T da$ and, with the shortcut, $dx = dy + da \, W^T$. A projection is one
# more dense layer: $dx = dy \, V^T + da \, W^T$, $dW = x^T da$, $dV = x^T dy$.
#
# </details>
#
# **Exercise 4, `mean_square(depth, scale)`: no formula this time.** By which factor do blocks $x + \text{scale} \cdot
# f(x)$ enlarge the mean square of their numbers?

# %% tags=["exercise"]
mean_square = check("14.mean_square")

# %% [markdown]
# **Exercise 5, `gated_backward(x, gate, dy)`: no formula this time.** Before the residual network there was the *highway*
# network. It lets a gate decide, feature by feature, between the branch and the shortcut:
# $y = s \tanh(x) + (1 - s) x$ with $s = \sigma(g)$, and learns the gate $g$.

# %% tags=["exercise"]
gated_backward = check("14.gated_backward")

# %% [markdown]
# ## Check it

# %%
from tinynet.gradient_check import numerical_gradient, relative_error

x, W, dy = np.array([[1.0, -2.0]]), np.array([[1.0, 0], [2, -1]]), np.array([[3.0, 4.0]])
dx, dw = relu_block_backward(x, W, dy)
np.testing.assert_allclose(dx, [[3, 0]], atol=1e-12)
np.testing.assert_allclose(dw, [[0, 4], [0, -8]], atol=1e-12)

rng = np.random.default_rng(0)
x, w, v = rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
dy = rng.normal(size=(5, 3))


def block():
    """The number whose gradient with respect to the block's output is dy."""
    return np.sum(dy * (x @ v + np.maximum(x @ w, 0)))


for name, mine, array in zip(
    ("dx", "dw", "dv"), projection_backward(x, w, v, dy), (x, w, v), strict=True
):
    worst = relative_error(mine, numerical_gradient(block, array)).max()
    print(f"projection, {name}: error {worst:.0e}")
    assert worst < 1e-6

numbers = rng.normal(size=(200, 400))
square = [np.mean(numbers**2)]
for _ in range(10):
    weights = rng.normal(0, np.sqrt(1 / 400), size=(400, 400))  # keeps the mean square
    numbers = numbers + 0.5 * numbers @ weights
    square.append(np.mean(numbers**2))
print(f"ten blocks of scale 0.5: measured {square[-1] / square[0]:.2f}", end="")
print(f", derived {mean_square(10, 0.5):.2f}")
assert abs(square[-1] / square[0] / mean_square(10, 0.5) - 1) < 0.1

# %% [markdown]
# ## Compare
#
# `tinynet.Residual` takes a body, mostly a `Sequential`, and perhaps a layer for the shortcut. The same weights, the same
# numbers.

# %%
from tinynet import Dense, ReLU, Residual, Sequential, check_layer, textbook

layer = Residual(Sequential([Dense(4), ReLU()]))
model = Sequential([layer], input_shape=(4,), dtype=np.float64)
parameters = model.parameters()
kernel = next(p for name, p in parameters.items() if name.endswith("kernel"))
x, dy = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
y = model.forward(x, keep=True)
np.testing.assert_allclose(x + np.maximum(x @ kernel.value, 0), y, rtol=1e-12)
theirs = model.backward(dy)
dx, dw = relu_block_backward(x, kernel.value, dy)
np.testing.assert_allclose(dx, theirs, rtol=1e-12)
np.testing.assert_allclose(dw, kernel.grad, rtol=1e-12)
mask = x @ kernel.value > 0
plain = textbook.residual_backward(dy, lambda dy: (dy * mask) @ kernel.value.T)
np.testing.assert_allclose(dx, plain, rtol=1e-12)
print("exercise 2, tinynet and the textbook agree to 12 digits;", end=" ")
print(f"tinynet's own check: error {check_layer(layer, x).worst:.0e}")

# %% [markdown]
# ## Break it
#
# Three wrong versions. The second is the most common: it looks like a saving.


# %%
def shortcut_forgotten(dy, body_backward):
    return body_backward(dy)


def in_place(dy, body_backward):
    dy += body_backward(dy)
    return dy


def mask_on_the_shortcut(x, w, dy):
    da = dy * (x @ w > 0)
    return da + da @ w.T, x.T @ da


for exercise, wrong_version in [
    ("14.residual_backward", shortcut_forgotten),
    ("14.residual_backward", in_place),
    ("14.relu_block_backward", mask_on_the_shortcut),
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
# ### The gradient on its way
#
# Forty layers, forty blocks, and forty blocks whose branches begin smaller by the factor $1 / \sqrt{40}$, all fresh. How
# long is the gradient of real digits at the input of each?

# %%
from mnist_app.data import load_mnist
from tinynet import Adam, Flatten, evaluate, fit, softmax_cross_entropy
from tinynet.inspection import activations, gradients

data = load_mnist()
KINDS = {"layers": WRONG, "blocks": GRADIENT, "scaled blocks": VALUE}


def deep(kind, depth):
    """A dense layer, then so many layers or blocks of 32 units, then scores."""
    layers = [Flatten(), Dense(32)]
    for _ in range(depth):
        body = Sequential([Dense(32), ReLU()])
        layers.append(body if kind == "layers" else Residual(body))
    model = Sequential([*layers, Dense(10)], input_shape=(28, 28, 1), seed=2)
    if kind == "scaled blocks":
        kernels = [p for name, p in model.parameters().items() if name.endswith("kernel")]
        for p in kernels[1:-1]:
            p.value /= np.sqrt(depth)
    return model


lengths = {}
for kind in KINDS:
    model = deep(kind, 40)
    images = model.prepare(data.train_images[:200])
    scores = activations(model, images, keep=True)[-1]
    _, dy = softmax_cross_entropy(scores, data.train_labels[:200])
    lengths[kind] = [np.linalg.norm(dx) for dx in gradients(model, dy)[2:-1]]
    change = lengths[kind][0] / lengths[kind][-1]
    print(f"{kind:14} from the last to the first: times {change:.2g}")
assert lengths["layers"][0] < 1e-3 * lengths["layers"][-1]
assert lengths["blocks"][0] > 30 * lengths["blocks"][-1]
assert 0.3 < lengths["scaled blocks"][0] / lengths["scaled blocks"][-1] < 5
reveal(
    prediction,
    "c",
    "A shortcut keeps all of dy, and each branch adds to it. Only scaled branches leave it as it is.",
)

# %% jupyter={"source_hidden": true}
figure = new_figure(7.5, 3)
axes = figure.add_subplot()
for kind, colour in KINDS.items():
    values = np.array(lengths[kind]) / lengths[kind][-1]
    axes.semilogy(range(1, len(values) + 1), values, color=colour, label=kind)
axes.set(xlabel="input of layer or block", ylabel="length of the gradient")
axes.legend()
show(
    figure,
    "gradient",
    "The gradient on its way back through forty fresh layers or blocks, as a multiple of what it was at "
    "the end.",
    "Length of the gradient, logarithmic, at the input of each of forty layers and of the output "
    "layer. For plain layers it falls from right to left by many powers of ten. For blocks it grows "
    "from right to left by some powers of ten. For scaled blocks it stays nearly level.",
)

# %% [markdown]
# ### Does depth still hurt?
#
# Trained for one pass over 10,000 images, with 2, 10 and 40 of each.

# %%
count, depths = (640, [2, 10]) if FAST else (10_000, [2, 10, 40])
unseen = data.train_images[50_000:52_000], data.train_labels[50_000:52_000]
shares = {kind: [] for kind in KINDS}
for kind in KINDS:
    for depth in depths:
        model = deep(kind, depth)
        fit(
            model,
            data.train_images[:count],
            data.train_labels[:count],
            optimizer=Adam(0.001),
            workers=1,
        )
        shares[kind].append(evaluate(model, *unseen)[1])
    shown = "  ".join(f"{d}: {100 * s:.1f} %" for d, s in zip(depths, shares[kind], strict=True))
    print(f"{kind:14} {shown}")
if not FAST:
    assert max(shares["layers"][-1], shares["blocks"][-1]) < 0.6 < 0.8 < shares["scaled blocks"][-1]
    assert shares["scaled blocks"][-1] > shares["layers"][0] - 0.03

# %% jupyter={"source_hidden": true}
figure = new_figure(7, 2.8)
axes = figure.add_subplot()
for kind, colour in KINDS.items():
    axes.semilogx(depths, 100 * np.array(shares[kind]), "o-", color=colour, label=kind)
axes.axhline(10, color=MUTED, lw=0.8, ls=":")
axes.set(xlabel="layers or blocks", ylabel="unseen digits right, %", ylim=(0, 102))
axes.set_xticks(depths, [str(depth) for depth in depths])
axes.minorticks_off()
axes.legend(loc="lower left")
show(
    figure,
    "depth",
    "After one pass over the same images: layers lose with depth, and so do blocks, unless their "
    "branches begin small.",
    "Share of unseen digits right against the number of layers or blocks. With 2 all are between "
    "eight and nine in ten. With 40 the plain layers read two in ten and the blocks at full size one "
    "in ten, which is guessing. The scaled blocks read nearly nine in ten at every depth.",
)

# %% [markdown]
# Forty plain layers learn little in this time: their gradient dies on the way. Forty blocks learn nothing either, for the
# opposite reason: forwards, every block adds a branch of nearly the size of what it gets, exercise 4 says how that grows,
# and backwards the gradient does the same. The plus sign alone is not enough. With branches that begin small, forty blocks
# learn as two do. (They do not learn *more* here: thirty-two numbers for a digit are soon used up. Depth pays in larger
# tasks.) Real residual networks keep their branches in bounds with a normalization in each.

# %% [markdown]
# ## What this cannot tell you
#
# - **Whether a plain network of forty layers can be trained at all.** With better weights at the start, normalization
#   (notebook 11) and patience it can. The blocks need none of that.
# - **What the branches learn.** "Residual" suggests small corrections. Measured networks do both.
# - **The best scale.** $1/\sqrt{K}$ keeps the sizes. Others begin with branches that are 0, or put a normalization in.
#
# **In short.** You can now add a plus sign and know what it does: $dx = dy + J^T dy$, a sum forwards is a sum
# backwards; $K$ blocks have $2^K$ ways, one of them free; mean squares multiply by $1 + \text{scale}^2$ a block. Where people
# go wrong: the shortcut's gradient overwritten by the branch's, `dy` changed in place, the ReLU's mask laid on the
# shortcut, the projection's own gradient forgotten.
#
# **In other libraries.** PyTorch and Keras have no such layer: one writes `x + body(x)`, and automatic differentiation
# finds the two uses of `x`. It adds the shares into one buffer, which is why PyTorch's `.grad` *accumulates* and has to be
# set to zero.
#
# **The best of others.** He, Zhang, Ren and Sun, [Deep residual learning](https://arxiv.org/abs/1512.03385), the paper, and
# its sequel on [identity mappings](https://arxiv.org/abs/1603.05027). Veit, Wilber and Belongie, [Residual networks behave
# like ensembles](https://arxiv.org/abs/1605.06431), for the $2^K$ ways. Srivastava, Greff and Schmidhuber, [Highway
# networks](https://arxiv.org/abs/1505.00387).
#
# ## Next
#
# Build one: `Residual(Sequential([Conv2D(32, 3, padding="same"), BatchNormalization(), ReLU()]))` is a layer for
# `Sequential`. And does it pay? [15 cnn-large, honestly](15_cnn_large_honestly.ipynb) asks that of every part of a network.
