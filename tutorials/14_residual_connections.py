# %% [markdown]
# # 14 Residual connections
#
# [← 13 Why does it not learn?](13_why_does_it_not_learn.ipynb) · [contents](README.md) · [15 cnn-large, honestly →](15_cnn_large_honestly.ipynb)
#
# ## Question
#
# More layers can do more, on paper. In practice a plain network of forty layers reads digits *worse* than one
# of two, even those that it was trained on. A small change mends it: let each layer compute what to *add* to
# its input, $y = x + f(x)$. With one plus sign, and a little care, forty layers learn. What does it do to the
# gradient? And what does it cost?

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import numpy as np

from tutorials.cells import FAST, check, reveal, stated
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import GRADIENT, MUTED, RIGHT, VALUE, WRONG, empty_axes, new_figure, show
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# Forty dense layers of 32 units with ReLUs, and the same as forty blocks $x + \max(x W, 0)$, with fresh
# weights of the size that notebook 06 recommends for a layer *without* a ReLU (Glorot's). The gradient arrives at the last
# layer. What happens to its length on the way to the first?
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
# Notebook 02: a gradient goes back through a layer by its Jacobian, $dx = J^T dy$. Through $R$ layers that is a
# product of $R$ matrices. A product of many factors has a hard time to stay near 1: if each halves the length
# of what comes, ten layers leave a thousandth. Notebook 06 chose the weights so that forwards, on average,
# nothing shrinks; for a ReLU layer they are larger by $\sqrt 2$ (He's scale). That mends the *length*. Does it mend the
# network? A length is one number. Whether forty layers still tell two digits apart is another question, and "Measure"
# asks both.
#
# ### A plus sign
#
# A *residual block* computes $y = x + f(x)$. The $f$, its *branch* or *body*, is any stack of layers whose output
# has the shape of its input; the bare $x$ is the *shortcut*. Where is $x$ used? You know the rule. If $f$ has a
# backward pass, the block's backward pass is one line; it is exercise 1, and needs no formula from here.
#
# Then think of $R$ blocks in a row, with Jacobians $J_1, \dots, J_R$ of their branches. What is the product now?
# Multiply it out for two blocks, and look for the term that contains no $J$ at all.
#
# ### What it costs
#
# Forwards, each block adds something to what it gets. Let $f(x)$ have the mean 0, the same mean square as $x$, and
# nothing to do with $x$ (that is, be uncorrelated with it). A layer with fresh random weights of the right size and no ReLU does that. How
# large is the mean square of $x + f(x)$? And after ten blocks? Exercise 4 asks for the number, with a scale in front of
# $f$ to keep it in bounds. (A branch that ends in a ReLU is never negative, so its mean is not 0: it breaks the
# assumption. By how much that matters is measured below.)
#
# ### If the shapes differ
#
# $x + f(x)$ needs two arrays of one shape. Where a block changes the number of features, the shortcut gets a matrix
# $V$ of its own: $y = x V + f(x)$, a *projection*. It is a dense layer without a bias (in pictures a convolution with
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
# | name | if you have | then |
# | --- | --- | --- |
# | `layers` | `3 * slope` | slopes in a row are multiplied, not added. |
# | `layers` | `slope` | this is one layer. Three stand in a row. |
# | `layers` | `2 ** 3` | this is the slope of 2 x. That of x / 2 is a half. |
# | `blocks` | `1 + slope ** 3` | this is one shortcut around all three layers. Each has its own. |
# | `blocks` | `1 + 3 * slope` | each block multiplies by its slope: the second also adds to what the first has added. |
# | `blocks` | `3 * (1 + slope)` | slopes in a row are multiplied, not added. |
# | `blocks` | `1 + slope` | this is one block. Three stand in a row. |
# | `blocks` | `2 ** 3` | the slope of f is missing: it is a half. |
# | `scaled` | `1.1 ** 3` | the slope of f is missing: 0.1 stands before f. |
# | `scaled` | `1 + 3 * 0.1 * slope` | each block multiplies by its slope. |
# | `scaled` | `1 + (0.1 * slope) ** 3` | this is one shortcut around all three layers. Each has its own. |
# | `scaled` | `(0.1 * slope) ** 3` | the shortcuts are missing. |
# | `scaled` | `0.1 * (1 + slope) ** 3` | 0.1 stands before f, not before the block. |
# | `scaled` | `(0.1 * (1 + slope)) ** 3` | 0.1 stands before f alone: the shortcut passes all of x. |
# | `scaled` | `0.1 * slope ** 3` | these are layers without shortcuts, and one 0.1 for all. Each block adds x to 0.1 f(x). |
# | `scaled` | `1 + 0.1 * slope ** 3` | this is one shortcut around all three layers, and one 0.1. Each block has its own. |
# | `scaled` | `(0.1 + slope) ** 3` | 0.1 multiplies f, and x comes to it with the slope 1. |
# | `scaled` | `0.1 * slope` | this is the branch of one block. The shortcut is missing, and there are three. |
# | `scaled` | `1 + 0.1 * slope` | this is one block. Three stand in a row. |
# | `scaled` | `3 * (1 + 0.1 * slope)` | slopes in a row are multiplied, not added. |
# | `ten_layers` | `10 * slope` | slopes in a row are multiplied, not added. |
# | `ten_scaled` | `1 + 10 * 0.1 * slope` | each block multiplies by its slope. |
# | `ten_scaled` | `10 * (1 + 0.1 * slope)` | slopes in a row are multiplied, not added. |
# | `ten_scaled` | `(1 + slope) ** 10` | the 0.1 before f is missing. |
# | `ten_scaled` | `(0.1 * slope) ** 10` | the shortcuts are missing. |
# | `ten_scaled` | `1 + (0.1 * slope) ** 10` | this is one shortcut around all ten. Each has its own. |
# | `ten_scaled` | `1.1 ** 10` | the slope of f is missing: 0.1 stands before f. |
#
# </details>
#
# One block $y = x + \max(x W, 0)$, with two features and one example:
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [[1, -2]] |
# | `W` | given | [[1, 3], [2, -2]] |
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
# | `W` | given | [[1, 3], [2, -2]] |
# | `dy` | given | [[3, 4]] |
# | `a` | `x @ W` | [[-3, 7]] |
# | `y` | `x + np.maximum(a, 0)` | [[1, 5]] |
# | `da` | `dy * (a > 0)` | [[0, 4]] |
# | `dW` | `x.T @ da` | [[0, 4], [0, -8]] |
# | `dx` | `dy + da @ W.T` | [[15, -4]] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `y` | `np.maximum(a, 0)` | the shortcut is missing. |
# | `y` | `np.maximum(x + a, 0)` | the ReLU stands in the branch, before x is added. |
# | `y` | `x + a` | the ReLU is missing. |
# | `da` | `dy` | where a is negative, the ReLU lets nothing through. |
# | `da` | `dy * np.maximum(a, 0)` | this is multiplied by the output. The ReLU's slope is 0 or 1. |
# | `da` | `dy * (a <= 0)` | the wrong one passes: the ReLU lets through where a is positive. |
# | `da` | `1 * (a > 0)` | this is the ReLU's slope alone. It is multiplied by dy. |
# | `dW` | `x.T @ dy` | this is computed from dy. What reaches x W is da. |
# | `dW` | `x.T @ np.maximum(a, 0)` | this is computed from the branch's output. What comes back to x W is da. |
# | `dx` | `da @ W.T` | the shortcut is missing: x has a second way to y. |
# | `dx` | `dy + da @ W` | W has to be transposed on the way back. |
# | `dx` | `dy + dy @ W.T` | the branch gets da, not dy: the ReLU is forgotten. |
# | `dx` | `da + da @ W.T` | the ReLU's mask lies on the shortcut, too. It passes all of dy. |
#
# </details>

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 3.2)
axes = empty_axes(figure.add_subplot())
for k in range(3):
    left = 3.4 * k
    axes.annotate("", (left + 3.1, 0), (left, 0), arrowprops={"arrowstyle": "-|>", "color": VALUE})
    bow = {"arrowstyle": "-|>", "color": VALUE, "connectionstyle": "arc3,rad=-0.5"}
    axes.annotate("", (left + 3.1, 0.15), (left + 0.1, 0.1), arrowprops=bow)
    box = {"facecolor": "white", "edgecolor": VALUE, "boxstyle": "round,pad=0.3"}
    axes.text(left + 1.6, 0.72, f"$f_{k + 1}$", ha="center", va="center", bbox=box)
    axes.text(left + 3.25, 0, "+", ha="center", va="center", fontsize=14)
    back = {"arrowstyle": "-|>", "color": GRADIENT, "lw": 2}
    axes.annotate("", (left, -0.5), (left + 3.2, -0.5), arrowprops=back)
    back |= {"lw": 1, "connectionstyle": "arc3,rad=-0.5"}
    axes.annotate("", (left + 0.1, -0.65), (left + 3.1, -0.65), arrowprops=back)
    box |= {"edgecolor": GRADIENT}
    axes.text(left + 1.6, -1.26, f"$J_{k + 1}^T$", ha="center", va="center", bbox=box)
axes.text(-0.3, 0, "$x$", ha="right", va="center", fontsize=13)
axes.text(10.5, 0, "$y$", ha="left", va="center", fontsize=13)
axes.text(-0.3, -0.5, "$dx$", ha="right", va="center", fontsize=13, color=GRADIENT)
axes.text(10.5, -0.5, "$dy$", ha="left", va="center", fontsize=13, color=GRADIENT)
axes.text(5.1, -2.05, "backwards, the same picture: dy comes through untouched, and each branch adds its share",
          color=GRADIENT, ha="center", va="center", fontsize=10)  # fmt: skip
axes.set(xlim=(-1, 11), ylim=(-2.3, 1.4))
show(
    figure,
    "shortcut",
    "Three blocks. Along the shortcuts (straight) nothing is multiplied, forwards or backwards.",
    "Three blocks in a row: from x a straight line with plus signs leads to y, and above each "
    "stretch a branch f leaves the line and returns to the plus sign. Below, in orange, the same "
    "backwards: a straight line from dy to dx, and below each stretch the branch's transposed "
    "Jacobian, whose share is added.",
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
# For $R$ blocks there are $2^R$ terms, one for each choice of branches to go through, and one of them goes through none.
# Whatever the branches do, $dy$ itself arrives at the first block. It can be drowned, but not multiplied away.
#
# </details>
#
# **Exercise 2, `relu_block_backward(x, w, dy)`.** The block of the second table.

# %% tags=["exercise"]
relu_block_backward = check("14.relu_block_backward")

# %% [markdown]
# <details><summary>A sum of two dense layers' answers</summary>
#
# With the mask $m = (x W > 0)$ and $da = m \ dy$, the branch is a dense layer: $dW = x^T da$, and it sends $da \ W^T$ back. The
# shortcut sends $dy$, without a mask: the ReLU is inside of the branch.
#
# $$dx = dy + (m \ dy) \ W^T, \qquad dW = x^T (m \ dy)$$
#
# </details>
#
# **Exercise 3, `projection_backward(x, w, v, dy)`.** With a matrix on the shortcut.

# %% tags=["exercise"]
projection_backward = check("14.projection_backward")

# %% [markdown]
# <details><summary>One more dense layer</summary>
#
# $dx = dy \ V^T + (m \ dy) \ W^T$, $\ dW = x^T (m \ dy)$ as before, and $dV = x^T dy$: the same $dy$ goes into both, once
# with the mask and once without.
#
# </details>
#
# **Exercise 4, `mean_square(depth, scale)`.** By which factor do blocks $x + \text{scale} \cdot
# f(x)$ enlarge the mean square of their numbers?

# %% tags=["exercise"]
mean_square = check("14.mean_square")

# %% [markdown]
# <details><summary>The square of a sum</summary>
#
# Call the scale $c$. The mean of $(x + c f)^2$ is the mean of $x^2$, plus $2 c$ times the mean of $x f$, plus $c^2$ times the mean of $f^2$. The
# second is 0, the third is $c^2$ times the first. So a block multiplies by $1 + c^2$, and $R$ blocks by $(1 + c^2)^R$. For
# $c = 1 / \sqrt R$ that stays below $e$, however large $R$ is.
#
# </details>
#
# **Exercise 5, `gated_backward(x, gate, dy)`: no formula this time.** Before the residual network there was the *highway*
# network. It lets a gate decide, feature by feature, between the branch and the shortcut:
# $y = s \tanh(x) + (1 - s) x$ with $s = 1 / (1 + e^{-g})$, the sigmoid, and learns the gate $g$. (Here it is simplified: $g$ is one free
# number for each feature. Theirs is made of $x$ by a layer of its own, so there a third use of $x$ comes in.)

# %% tags=["exercise"]
gated_backward = check("14.gated_backward")

# %% [markdown]
# <details><summary>Two uses of x, two uses of s</summary>
#
# Given $s$, $y$ depends on $x$ through the branch, with the slope $s \ (1 - \tanh^2 x)$, and through the shortcut, with $1 - s$. Given
# $x$, it depends on $s$ with the slope $\tanh(x) - x$; $s$ depends on $g$ with the slope $s (1 - s)$. All examples use the same
# gate:
#
# $$dx = dy \left( s (1 - \tanh^2 x) + 1 - s \right), \qquad dg = s (1 - s) \sum_n dy_n (\tanh x_n - x_n)$$
#
# </details>

# %% [markdown]
# ## Check it

# %%
from tinynet.gradient_check import numerical_gradient, relative_error

x, W, dy = np.array([[1.0, -2.0]]), np.array([[1.0, 3], [2, -2]]), np.array([[3.0, 4.0]])
dx, dw = relu_block_backward(x, W, dy)
np.testing.assert_allclose(dx, [[15, -4]], atol=1e-12)
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
# And exercise 5 at work. Somebody has mixed two features with gates that we do not know; we see $x$ and $y$. Gradient
# descent on the mean squared error finds them.

# %%
x, unknown, gate = rng.normal(size=(200, 2)), np.array([1.5, -1.0]), np.zeros(2)


def gated(x, gate):
    s = 1 / (1 + np.exp(-gate))
    return s * np.tanh(x) + (1 - s) * x


y = gated(x, unknown)
for step in range(61):
    off = gated(x, gate) - y
    if step % 20 == 0:
        print(f"after {step:2} steps: gates {gate.round(3)}, error {np.mean(off**2):.0e}")
    gate = gate - 20 * gated_backward(x, gate, 2 * off / off.size)[1]
assert np.abs(gate - unknown).max() < 0.05

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
# Forty layers; the same with He's scale, all kernels larger by $\sqrt 2$, as a ReLU wants it; forty blocks; and forty blocks
# whose branches begin smaller by the factor $1 / \sqrt{40}$. All are fresh. How long is the gradient of real digits at the input
# of each? And forwards: by how much does the mean square grow, and how *alike* do different digits come out? (Alike: the
# cosine of the angle between what two images give, on average over all pairs. 1 means that they all point one way.)

# %%
from mnist_app.data import load_mnist
from tinynet import Adam, Flatten, evaluate, fit, softmax_cross_entropy
from tinynet.inspection import activations, gradients

data = load_mnist()
KINDS = {"layers": WRONG, "layers, He": RIGHT, "blocks": GRADIENT, "scaled blocks": VALUE}


def deep(kind, depth):
    """A dense layer, then so many layers or blocks of 32 units, then scores."""
    layers = [Flatten(), Dense(32)]
    for _ in range(depth):
        body = Sequential([Dense(32), ReLU()])
        layers.append(body if "layers" in kind else Residual(body))
    model = Sequential([*layers, Dense(10)], input_shape=(28, 28, 1), seed=2)
    factor = {"layers, He": np.sqrt(2), "scaled blocks": 1 / np.sqrt(depth)}.get(kind, 1.0)
    kernels = [p for name, p in model.parameters().items() if name.endswith("kernel")]
    for p in kernels[1:-1]:
        p.value *= factor
    return model


def alike(outputs):
    """The mean cosine between the outputs of two different images."""
    directions = outputs / np.linalg.norm(outputs, axis=1, keepdims=True)
    count = len(outputs)
    return float(((directions @ directions.T).sum() - count) / (count * (count - 1)))


lengths, grown, likeness = {}, {}, {}
for kind in KINDS:
    model = deep(kind, 40)
    outputs = activations(model, model.prepare(data.train_images[:200]), keep=True)
    squares = [np.mean(each.astype(np.float64) ** 2) for each in outputs[2:-1]]
    grown[kind], likeness[kind] = squares[-1] / squares[0], alike(outputs[-2].astype(np.float64))
    _, dy = softmax_cross_entropy(outputs[-1], data.train_labels[:200])
    lengths[kind] = [np.linalg.norm(dx) for dx in gradients(model, dy)[2:-1]]
    change = lengths[kind][0] / lengths[kind][-1]
    print(f"{kind:14} gradient, last to first: times {change:<8.2g}", end="")
    print(f"mean square, first to last: times {grown[kind]:<8.2g}alike: {likeness[kind]:.3f}")
print(f"exercise 4 for scaled blocks: times {mean_square(40, 1 / np.sqrt(40)):.2g}")
assert lengths["layers"][0] < 1e-3 * lengths["layers"][-1]
assert 0.1 < lengths["layers, He"][0] / lengths["layers, He"][-1] < 1
assert lengths["blocks"][0] > 30 * lengths["blocks"][-1]
assert 0.3 < lengths["scaled blocks"][0] / lengths["scaled blocks"][-1] < 5
assert min(likeness["layers, He"], likeness["blocks"]) > 0.99 > 0.98 > likeness["scaled blocks"]
stated("2.7", mean_square(40, 1 / np.sqrt(40)))
stated("1.64", (1 + 0.5 / 40) ** 40)
assert 5 < grown["scaled blocks"] / mean_square(40, 1 / np.sqrt(40)) < 20
reveal(
    prediction,
    "c",
    "A shortcut keeps all of dy, and each branch adds to it. Only scaled branches leave it about as it is.",
)

# %% jupyter={"source_hidden": true}
figure = new_figure(7.5, 3)
axes = figure.add_subplot()
for kind, colour in KINDS.items():
    values = np.array(lengths[kind]) / lengths[kind][-1]
    axes.semilogy(range(1, len(values)), values[:-1], color=colour)
    axes.text(0.2, values[0], kind, color=colour, ha="right", va="center", fontsize=9)
axes.set(
    xlim=(-9, None),
    xticks=[1, 10, 20, 30, 40],
    xlabel="at the input of layer or block",
    ylabel="gradient, relative\nto that of the scores' layer",
)
where = {"xycoords": "axes fraction", "arrowprops": {"arrowstyle": "-|>", "color": MUTED}}
axes.annotate("", (0.4, 0.06), (0.62, 0.06), **where)
axes.text(0.64, 0.06, "backwards", transform=axes.transAxes, color=MUTED, va="center", fontsize=9)
show(
    figure,
    "gradient",
    "The gradient on its way back through forty fresh layers or blocks, as a multiple of what it was at "
    "the end.",
    "Length of the gradient, logarithmic, at the input of each of forty layers. For plain layers it "
    "falls from right to left by many powers of ten. For blocks it grows from right to left by some "
    "powers of ten. For layers with He's scale and for scaled blocks it stays nearly level.",
)

# %% [markdown]
# Two things to notice. With He's scale a third of the gradient's length arrives, not a millionth: that the others' dies is the wrong scale's doing,
# no law of depth. But what comes out of those forty layers is nearly the same direction for all digits. And the scaled
# blocks grow ten times more than exercise 4 says: their branches end in a ReLU, are never negative, and so add up in part
# (the assumption "uncorrelated" fails). A second assumption fails the other way: a ReLU leaves $f$ with half of the mean square. By itself
# that would make forty blocks grow by 1.64, not by 2.7. The first is stronger by far. They stay in bounds all the same.
#
# ### Does depth still hurt?
#
# Trained for one pass over 10,000 images, with 2, 10, 20 and 40 of each.

# %%
count, depths = (640, [2, 10]) if FAST else (10_000, [2, 10, 20, 40])
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
    own = evaluate(model, data.train_images[:count], data.train_labels[:count])[1]
    shown = "  ".join(f"{d}: {100 * s:.1f} %" for d, s in zip(depths, shares[kind], strict=True))
    print(f"{kind:14} {shown}   (of its own training images, the deepest: {100 * own:.1f} %)")
if not FAST:
    others = [shares[kind][-1] for kind in KINDS if kind != "scaled blocks"]
    assert max(others) < 0.6 < 0.8 < shares["scaled blocks"][-1]
    assert shares["layers"][-1] + 0.03 < shares["layers, He"][-1]
    assert shares["scaled blocks"][-1] > shares["layers"][0] - 0.03

# %% jupyter={"source_hidden": true}
figure = new_figure(7, 2.8)
axes = figure.add_subplot()
for kind, colour in KINDS.items():
    axes.semilogx(depths, 100 * np.array(shares[kind]), "o-", color=colour)
    axes.text(
        depths[-1] * 1.08, 100 * shares[kind][-1], kind, color=colour, va="center", fontsize=9
    )
axes.plot([2, depths[-1]], [10, 10], color=MUTED, lw=0.8, ls=":")
axes.text(2, 8, "guessing", color=MUTED, ha="left", va="top", fontsize=9)
axes.set(xlabel="layers or blocks", ylabel="unseen digits right, %")
axes.set(xlim=(1.8, 80), ylim=(0, 102))
axes.set_xticks(depths, [str(depth) for depth in depths])
axes.minorticks_off()
show(
    figure,
    "depth",
    "After one pass over the same images: layers lose with depth, and so do blocks, unless their "
    "branches begin small.",
    "Share of unseen digits right against the number of layers or blocks. With 2 all are between "
    "eight and nine in ten. With 40 the plain layers read two in ten, those with He's scale three in "
    "ten, and the blocks at full size one in ten, which is guessing. The scaled blocks read nearly "
    "nine in ten at every depth.",
)

# %% [markdown]
# Forty plain layers learn little in this time, and not because they overfit: they do not read their own training images either.
# With the right scale the gradient arrives, and they *still* learn little. So a gradient of good length is not enough. What
# was measured beside it: fresh, they turn all digits into nearly the same direction, and the layers behind have little to
# tell apart. That this is the cause is likely, and not shown here: to show it, one would have to mend it alone. Forty blocks of
# full size learn nothing: forwards and backwards all grows by many powers of ten, and their digits are alike, too. The plus
# sign alone is not enough. With branches that begin small, forty blocks learn as two do. (They do not learn *more* here:
# depth pays in larger tasks.) Real residual networks keep their branches in bounds with a normalization in each.

# %% [markdown]
# ## What this cannot tell you
#
# - **Whether a plain network of forty layers can be trained at all.** With better weights at the start, normalization
#   (notebook 11) and patience it can. The blocks need none of that.
# - **What the branches learn.** "Residual" suggests small corrections. Measured networks do both.
# - **The best scale.** $1/\sqrt{R}$ keeps the sizes in bounds; behind a ReLU less well than exercise 4 says. Others begin
#   with branches that are 0, or put a normalization in.
# - **Other seeds, other rates.** One seed and one rate are shown. With a second seed forty plain layers read a tenth (guessing),
#   where a fifth is shown above. He's scale, with a third, and the scaled blocks, with nearly nine tenths, came out as above.
#
# **In short.** You can now add a plus sign and know what it does: $dx = dy + J^T dy$, a sum forwards is a sum
# backwards; $R$ blocks have $2^R$ ways, one of them free; mean squares multiply by $1 + \text{scale}^2$ a block. Where people
# go wrong: the shortcut's gradient overwritten by the branch's, `dy` changed in place, the ReLU's mask laid on the
# shortcut, the projection's own gradient forgotten.
#
# **In other libraries.** PyTorch and Keras have no such layer: one writes `x + body(x)`, and automatic differentiation
# finds the two uses of `x` and adds their shares up, within one backward pass. (That PyTorch's `.grad` also adds up over
# *several* calls of `backward()`, and has to be set to zero between steps, is another matter, and its design.)
#
# **The best of others.** He, Zhang, Ren and Sun, [Deep residual learning](https://arxiv.org/abs/1512.03385), the paper, and
# its sequel on [identity mappings](https://arxiv.org/abs/1603.05027). Veit, Wilber and Belongie, [Residual networks behave
# like ensembles](https://arxiv.org/abs/1605.06431), for the $2^R$ ways. Srivastava, Greff and Schmidhuber, [Highway
# networks](https://arxiv.org/abs/1505.00387).
#
# ## Next
#
# Build one: `Residual(Sequential([Conv2D(32, 3, padding="same"), BatchNormalization(), ReLU()]))` is a layer for
# `Sequential`. And does it pay? [15 cnn-large, honestly](15_cnn_large_honestly.ipynb) asks that of every part of a network.
