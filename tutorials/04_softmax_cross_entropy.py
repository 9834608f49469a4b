# %% [markdown]
# # 04 Softmax and cross-entropy
#
# [← 03 A dense layer on a batch](03_dense.ipynb) · [contents](README.md) · [05 ReLU and a whole network →](05_relu_and_a_whole_network.ipynb)
#
# ## Question
#
# A network ends in ten scores, one for each digit. A loss has to say, in one number, how far they are
# from favouring the right digit, and its gradient is the $dY$ with which every backward pass begins.
# The usual answer is softmax followed by cross-entropy. Each has an awkward derivative. Together their
# gradient is shorter than either. What is it, and why?

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import numpy as np

from tutorials.cells import FAST, check, reveal, stated
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
# Softmax turns scores into probabilities: positive numbers with the sum 1. Cross-entropy is minus the logarithm
# of the right class's probability, $-\log p$. A network is badly wrong: it gives the right class $p = 0.001$. By
# how much does the loss change, if the *score* of the right class grows by a tiny amount? By about
#
# - **a**: $-1000$ times as much: the slope of $-\log p$ is $-1/p$
# - **b**: $-1$ times as much
# - **c**: $-0.001$ times as much: where $p$ is nearly 0, softmax is nearly flat

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# In two halves: first softmax, with a table and three exercises; then the loss.
#
# **Softmax.** The scores $z_1, \dots, z_K$ of one example may be any numbers; they are also called
# *logits*. The exponential function makes them positive, and dividing by their sum makes that sum 1:
#
# $$p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}$$
#
# Adding the same number to all scores changes nothing, since it cancels. That is more than a curiosity: $e^{710}$
# does not fit into float64 any more, so a program first subtracts the largest score $m$ from all.
#
# **Its slopes.** Raising the score $z_k$ raises $e^{z_k}$, and the sum, call it $S$, by as much. By the
# quotient rule, for $j = k$ and for $j \neq k$,
#
# $$\frac{\partial p_k}{\partial z_k} = \frac{e^{z_k} S - e^{z_k} e^{z_k}}{S^2} = p_k - p_k p_k$$
#
# $$\frac{\partial p_j}{\partial z_k} = \frac{0 \cdot S - e^{z_j} e^{z_k}}{S^2} = - p_j p_k$$
#
# As a matrix, with $J_{jk} = \partial p_j / \partial z_k$:
#
# $$J = \text{diag}(p) - p \ p^T$$
#
# A first stop, with numbers: one example, three classes. (Carry four digits.)
#
# | name | rule | number |
# | --- | --- | --- |
# | `z` | given | [2, 1, 0] |
# | `e` | `exp(z)` | ? |
# | `p` | `e / e.sum()` | ? |
# | `J` | derive it, from the formula above | ? |

# %% tags=["by-hand"]
by_hand("04.1", e=..., p=..., J=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `z` | given | [2, 1, 0] |
# | `e` | `exp(z)` | [7.3891, 2.7183, 1.0000] |
# | `p` | `e / e.sum()` | [0.6652, 0.2447, 0.0900] |
# | `J` | `np.diag(p) - np.outer(p, p)` | [[0.2227, -0.1628, -0.0599], [-0.1628, 0.1848, -0.0220], [-0.0599, -0.0220, 0.0819]] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `e` | `z` | these are the scores: the exponential of each is asked for. |
# | `e` | `[exp(2), exp(1), 0]` | exp(0) is 1. |
# | `p` | `e` | the sum is not 1 yet: divide. |
# | `p` | `z / z.sum()` | the scores are divided by their sum, without the exponential. |
# | `p` | `1 / (1 + exp(-np.array(z)))` | each score went through a sigmoid by itself. Softmax divides by one sum. |
# | `p` | `e / e.max()` | this is divided by the largest. The sum has to be 1: divide by the sum. |
# | `J` | `p * (1 - p)` | this is the diagonal alone. The other places belong to j different from k. |
# | `J` | `np.diag(p * (1 - p))` | the other places are not 0: raising one score lowers the other probabilities. |
# | `J` | `np.diag(p) + np.outer(p, p)` | p p^T is subtracted. |
# | `J` | `np.outer(p, p) - np.diag(p)` | the sign is wrong: raising a score raises its own probability. |
# | `J` | `np.outer(p, p)` | diag(p) is missing, and the sign. |
# | `J` | `-np.outer(p, p)` | diag(p) is missing: on the diagonal p_k is added. |
# | `J` | `np.diag(p * (1 - p)) + np.outer(p, p) - np.diag(p ** 2)` | beside the diagonal the sign is wrong. |
# | `J` | `np.diag(p) - np.outer(p, p) + np.diag(p ** 2)` | on the diagonal p_k squared is missing. |
# | `J` | `np.diag(1 - p) - np.outer(p, p) + np.diag(p ** 2)` | on the diagonal stands p_k - p_k p_k, not 1 - p_k. |
#
# </details>
#
# The exercises are in `tutorials/mine/04_softmax_cross_entropy.py`. All of them work on batches:
# `z` has a row for each example. For sums over a row, `axis=1, keepdims=True` keeps a column that
# broadcasts. A later answer may call an earlier one.
#
# **Exercise 1, `softmax(z)`.** Safe for any scores.

# %% tags=["exercise"]
softmax = check("04.softmax")

# %% [markdown]
# **Backwards through it.** Write $dp_j$ for $\partial L / \partial p_j$ and $dz_k$ for $\partial L / \partial z_k$, whatever the loss
# $L$ is. A gradient goes backwards through $J^T$ (notebook 02), and $J$ is symmetric:
#
# $$dz_k = \sum_j J_{jk} \ dp_j$$
#
# Put the two slopes in and multiply out: the matrix disappears, and what remains needs one sum for each
# example. Do it on paper, and then in code.
#
# **Exercise 2, `softmax_backward(p, dp)`.** For any upstream gradient `dp`, without building $J$.

# %% tags=["exercise"]
softmax_backward = check("04.softmax_backward")

# %% [markdown]
# <details><summary>The derivation, unfolded</summary>
#
# $$dz_k = \sum_j J_{jk} \ dp_j = p_k \ dp_k - p_k \sum_j p_j \ dp_j = p_k \left( dp_k - \sum_j p_j \ dp_j \right)$$
#
# </details>
#
# **Exercise 3, `blind_upstream(p)`.** Is there an upstream gradient, not zero itself, of which nothing
# passes a softmax, whatever the scores are? If so, a check that uses it proves nothing. (`p` is there for
# its shape.)

# %% tags=["exercise"]
blind_upstream = check("04.blind_upstream")

# %% [markdown]
# ### The loss
#
# **Why the logarithm?** Suppose that the examples are independent. Then the probability that the network
# gives to *all* the right answers together, its *likelihood*, is a product of $N$ numbers below 1. A
# network that makes it large is a good one. A product of many such numbers is soon too small for
# float64, but its logarithm is a sum, and minus its mean is a loss. A squared error would be another
# choice, and a worse one: where the network is badly wrong, $p$ is nearly 0, and so is the slope of $p$.
# The gradient is the product of this slope and the loss's own. That of the square, $(1 - p)^2$, is at most 2,
# and nothing moves. The logarithm's is $-1/p$, just as steep as $p$ is flat.
#
# **Cross-entropy.** Let the right class be marked by $y$: it holds a 1 there and zeros elsewhere
# (*one-hot*). The loss of one example is minus the natural logarithm of the right class's probability:
#
# $$L = - \sum_j y_j \log p_j, \qquad dp_j = - \frac{y_j}{p_j}$$
#
# It is 0 if $p = 1$ there, and grows without bound as $p$ falls to 0. So does the size of $dp$: a
# division by almost nothing.
#
# **Together.** Put this $dp$ into your formula for $dz$, and watch what becomes of the division. What is
# left is exercise 5. The two awkward pieces undo one
# another, and that is why frameworks offer them as one function.
#
# **In one step.** Put softmax into the logarithm, with $c$ for the right class:
#
# $$L = - \log p_c = \log \sum_k e^{z_k} - z_c$$
#
# Differentiate this by $z_k$ for a second opinion. This form is also the one to compute, with the largest score $m$
# subtracted from all, which changes nothing here either:
#
# $$L = \log \sum_k e^{z_k - m} - (z_c - m)$$
#
# Now the largest term of the sum is 1, so the sum lies between 1 and $K$, and its logarithm is harmless.
#
# **The batch.** The loss of $N$ examples is the *mean* of their losses. Each example's share counts
# $1/N$, and with it each row of $dZ$. This is the place where $1/N$ enters. The layers before it receive it
# inside $dZ$ and do not divide again. (Batch normalization, notebook 11, has means of its own.)

# %% [markdown]
# ## By hand
#
# The example from above; the first class is the right one. Find `dz` twice: by your formula, and through the matrix.
#
# | name | rule | number |
# | --- | --- | --- |
# | `z` | given | [2, 1, 0] |
# | `y` | given | [1, 0, 0] |
# | `p` | `exp(z) / exp(z).sum()` | ? |
# | `L` | `-log(p[0])` | ? |
# | `dz` | derive it | ? |
# | `total` | `dz.sum()` | ? |
# | `dp` | derive it | ? |
# | `dz_through_J` | derive it, from `dp` and the `J` from above | ? |

# %% tags=["by-hand"]
by_hand("04.2", p=..., L=..., dz=..., total=..., dp=..., dz_through_J=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `z` | given | [2, 1, 0] |
# | `y` | given | [1, 0, 0] |
# | `p` | `exp(z) / exp(z).sum()` | [0.6652, 0.2447, 0.0900] |
# | `L` | `-log(p[0])` | 0.4076 |
# | `dz` | `p - y` | [-0.3348, 0.2447, 0.0900] |
# | `total` | `dz.sum()` | 0 |
# | `dp` | `-y / p` | [-1.5032, 0, 0] |
# | `dz_through_J` | `(np.diag(p) - np.outer(p, p)).T @ dp` | [-0.3348, 0.2447, 0.0900] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `p` | `exp(z)` | the sum is not 1 yet: divide. |
# | `L` | `log(p[0])` | the sign is wrong: -log p is positive. |
# | `L` | `-log(p[1])` | this is the loss for the second class; the first is right. |
# | `L` | `-log(p[0]) / log(10)` | this is a logarithm to the base 10. The loss has the natural one. |
# | `L` | `1 - p[0]` | this is 1 - p; asked for is -log p. |
# | `dz` | `np.array(y) - p` | the sign is wrong: a step against the gradient has to raise the right score. |
# | `dz` | `p - [0, 1, 0]` | this is for the second class; the first is right. |
# | `dz` | `p` | the right class has no term of its own yet: y is missing. |
# | `dz` | `p + y` | y has the wrong sign: the slope of -log p is negative. |
# | `dz` | `(p - y) * y` | the other classes have gradients too: their scores stand in the sum. |
# | `dz` | `-np.array(y) / p` | this is dp. It still has to pass the softmax. |
# | `dz` | `p * (p - y)` | one factor p is too many: the slope of the logarithm cancels it. |
# | `dz` | `(p - y) / 3` | nothing is divided by the number of classes. |
# | `total` | `p.sum()` | this is the sum of p. Asked for is that of dz. |
# | `total` | `-0.0001` | that is rounding: with all digits it is 0, and has to be. Why? |
# | `total` | `0.0001` | this is only rounding: with all digits it is 0, and has to be. Why? |
# | `dp` | `-1 / p` | only the right class's probability stands in the loss: the others have the slope 0. |
# | `dp` | `[0, -1 / p[1], 0]` | this is for the second class; the first is right. |
# | `dp` | `y / p` | the sign is wrong: the larger p, the smaller the loss. |
# | `dp` | `-log(p) * y` | this is the loss; asked for is its slope. |
# | `dp` | `p - y` | this is dz. Asked for is the gradient before the softmax is passed. |
# | `dp` | `-p * y` | the slope of the logarithm is 1 / p. |
# | `dz_through_J` | `p * (1 - p) * dp` | only the diagonal of J is used. |
# | `dz_through_J` | `p * dp` | this is diag(p) times dp: the other part of J is missing. |
# | `dz_through_J` | `np.array(y) - p` | the sign is wrong: dp is negative. |
# | `dz_through_J` | `p * y - p[0] * p` | this is a row of J alone: it has to be multiplied by dp. |
# | `dz_through_J` | `dp` | J has not been multiplied yet. |
#
# </details>
#
# Two ways, one gradient. It sums to zero, as it must: raising all scores alike does not change the loss.
# Its sign says what a step of gradient descent will do: raise the first score, lower the others, and
# each in proportion to how wrong it is.
#
# Scores that break a careless program:
#
# | name | rule | number |
# | --- | --- | --- |
# | `z` | given | [1000, 0, -1000] |
# | `m` | `z.max()` | ? |
# | `s` | `exp(z - m).sum()` | ? |
# | `losses` | `log(s) - (z - m)` | ? |

# %% tags=["by-hand"]
by_hand("04.3", m=..., s=..., losses=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `z` | given | [1000, 0, -1000] |
# | `m` | `z.max()` | 1000 |
# | `s` | `exp(z - m).sum()` | 1 |
# | `losses` | `log(s) - (z - m)` | [0, 1000, 2000] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `m` | `0` | this is the mean, and the score in the middle. The largest score is asked for. |
# | `m` | `[1000, 0, -1000]` | these are the scores. One number is asked for, the largest. |
# | `s` | `0` | exp(0) is 1, and the largest score has become 0. |
# | `s` | `3` | exp(-1000) is not 1: it is rounded to 0. |
# | `losses` | `z` | these are the scores: log(s) minus (z - m) is asked for. |
# | `losses` | `-np.array(z)` | the largest score is not subtracted. |
# | `losses` | `np.array(z) - m` | the sign is wrong: a loss is positive. |
# | `losses` | `[0, 1000, 1000]` | z - m is -2000 for the last class. |
#
# </details>
#
# The last row holds the loss for each of the three classes, if it were the right one.

# %% [markdown]
# ## Code it
#
# **Exercise 4, `stable_loss(z, labels)`.** The mean over the batch. `labels` holds the number of each
# example's right class; `z[np.arange(len(z)), labels]` picks the right score from each row.

# %% tags=["exercise"]
stable_loss = check("04.stable_loss")

# %% [markdown]
# **Exercise 5, `loss_gradient(z, labels)`.** What the backward pass of a network begins with: $dZ$. The
# ones of $Y$ stand where `labels` says.

# %% tags=["exercise"]
loss_gradient = check("04.loss_gradient")

# %% [markdown]
# <details><summary>Both ways, unfolded</summary>
#
# With $dp_j = -y_j / p_j$, in $p_j \ dp_j = -y_j$ the division cancels, and the $y_j$ add up to 1:
#
# $$dz_k = p_k \left( - \frac{y_k}{p_k} + \sum_j y_j \right) = p_k - y_k$$
#
# In one step: the logarithm of the sum has the slope $e^{z_k} / \sum = p_k$, and $-z_c$ has $-1$ at the
# right class. It is $p - y$ again. For a batch, $dZ = (P - Y) / N$.
#
# </details>
#
# Both ways in one picture, with the numbers of the table:

# %% jupyter={"source_hidden": true}
z, y = np.array([2.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])
p = np.exp(z) / np.exp(z).sum()
jacobian = np.diag(p) - np.outer(p, p)


def column(numbers):
    return np.array([[f"{each:.4f}" if each % 1 else f"{each:.0f}"] for each in numbers + 0.0])


figure = new_figure(8, 2.5)
axes = figure.add_subplot()
rows = np.array([[f"{each:.4f}" for each in row] for row in jacobian])
draw_matrix(axes, rows, "$J^T$, equal to $J$", VALUE, corner=(0, 0))
draw_matrix(axes, column(-y / p), "$dp = -y / p$", GRADIENT, [(0, 0)], corner=(4.2, 0))
draw_matrix(axes, column(p - y), "$dz$", GRADIENT, [(0, 0), (1, 0), (2, 0)], corner=(6.6, 0))
draw_matrix(axes, column(p), "$p$", VALUE, corner=(9, 0))
draw_matrix(axes, column(y), "$y$", VALUE, corner=(11.4, 0))
for x, sign in [(3.6, r"$\cdot$"), (5.9, "="), (8.3, "="), (10.7, "$-$")]:
    axes.text(x, 1.5, sign, fontsize=15, ha="center", va="center")
axes.set_aspect("auto")
axes.set(xlim=(-0.1, 12.5), ylim=(3.2, -0.9))
show(
    figure,
    "jacobian",
    "The long way, through the Jacobian, and the short one, a subtraction.",
    "The matrix J, with rows (0.2227, -0.1628, -0.0599), (-0.1628, 0.1848, -0.0220) and (-0.0599, "
    "-0.0220, 0.0819), times the column dp = (-1.5032, 0, 0) equals dz = (-0.3348, 0.2447, "
    "0.0900), which equals p = (0.6652, 0.2447, 0.0900) minus y = (1, 0, 0).",
)

# %% [markdown]
# **Exercise 6, `sigmoid_loss_gradient(z, labels)`: no formula this time.** The network `mlp-small` of
# `mnist_app` ends otherwise. Each score goes through a sigmoid by itself, $q_k = 1 / (1 + e^{-z_k})$. The
# ten $q_k$ do not add up to 1, so the loss divides by their sum: $L = -\log ( q_c / \sum_k q_k )$. Its
# gradient with respect to the scores stands nowhere here. With it, every loss of this project is derived.

# %% tags=["exercise"]
sigmoid_loss_gradient = check("04.sigmoid_loss_gradient")

# %% [markdown]
# ## Check it
#
# The tables; the graph of notebook 02, which needs only `exp`, `log`, `+` and `-`; differences;
# and the loss for scores of a thousand.

# %%
from tinynet.gradient_check import numerical_gradient, relative_error
from tutorials.value import Value

np.testing.assert_allclose(softmax(z[np.newaxis])[0], p, rtol=1e-12)
np.testing.assert_allclose(loss_gradient(z[np.newaxis], np.array([0]))[0], p - y, rtol=1e-12)
stated("0.4076", stable_loss(z[np.newaxis], np.array([0])))
large = np.array([[1000.0, 0.0, -1000.0]] * 3)
assert abs(stable_loss(large, np.array([0, 1, 2])) - 1000) < 1e-9

scores = [Value(each) for each in z]
loss = (scores[0].exp() + scores[1].exp() + scores[2].exp()).log() + -scores[0]
loss.backward()
np.testing.assert_allclose([each.grad for each in scores], p - y, rtol=1e-12)
print("table and graph agree:", [round(each.grad, 4) for each in scores])

rng = np.random.default_rng(0)
scores, labels = rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])
numeric = numerical_gradient(lambda: stable_loss(scores, labels), scores)
worst = relative_error(loss_gradient(scores, labels), numeric).max()
print(f"loss_gradient against differences: error {worst:.0e}")
assert worst < 1e-6

dp = rng.normal(size=(4, 3))
numeric = numerical_gradient(lambda: np.sum(dp * softmax(scores)), scores)
worst = relative_error(softmax_backward(softmax(scores), dp), numeric).max()
print(f"softmax_backward against differences: error {worst:.0e}")
assert worst < 1e-6

# %% [markdown]
# The next figure lets one score vary: $z = (z_0, 1, 0)$, where class 0 is right. If the network is badly
# wrong, the loss grows like a straight line, and its slope $p_0 - 1$ tends to $-1$, never beyond: $1/p$ is as
# steep as softmax is flat. A mistake pulls with a bounded force. If it is right, both fade to 0.

# %% jupyter={"source_hidden": true}
first_score = np.linspace(-6, 8, 141)
varied = np.stack([first_score, np.ones(141), np.zeros(141)], axis=1)
losses = [stable_loss(row[np.newaxis], np.array([0])) for row in varied]
slopes = loss_gradient(varied, np.zeros(141, dtype=int))[:, 0] * 141  # undo the mean
figure = new_figure(7, 3.2)
axes = figure.add_subplot()
axes.plot(first_score, losses, color=VALUE)
axes.plot(first_score, slopes, color=GRADIENT)
axes.text(-3.2, 5.0, r"loss $-\log p_0$", color=VALUE)
axes.text(-5.9, -0.6, "gradient $p_0 - 1$", color=GRADIENT)
axes.plot([2, 2], [0.4076, -0.3348], "o", color=MUTED)
axes.text(2.2, 0.55, "the example by hand", color=MUTED)
axes.set(
    xlabel="score $z_0$ of the right class; the others are 1 and 0", ylabel="loss and gradient"
)
show(
    figure,
    "slope",
    "The loss of one example and its gradient, against the score of the right class.",
    "Two curves over a score from -6 to 8. The loss falls like a straight line from about 7 and "
    "flattens out at 0 above a score of about 5. The gradient starts near -1 and rises to 0 in "
    "an S shape. At a score of 2 the points of the example are marked: 0.4076 and -0.3348.",
)
np.testing.assert_allclose([losses[80], slopes[80]], [0.4076, -0.3348], atol=5e-5)

badly_wrong = np.log([[0.001, 0.5, 0.499]])  # scores with just these probabilities
slope_there = loss_gradient(badly_wrong, np.array([0]))[0, 0]
reveal(prediction, "b", f"The slope is p - 1, here {slope_there:.3f}: -1/p and the flat p cancel.")

# %% [markdown]
# ## Compare
#
# `tinynet` has both: the layer `Softmax`, whose backward pass is your `softmax_backward`, and the
# function `softmax_cross_entropy`, which returns the loss and $dZ$ together. `tinynet/textbook.py`
# has both in the form of the derivation: there `softmax_backward` builds the matrix $J$.

# %%
from tinynet import Softmax, check_layer, softmax_cross_entropy, textbook

layer = Softmax()
np.testing.assert_allclose(softmax(scores), layer.forward(scores, keep=True), rtol=1e-12)
theirs = layer.backward(dp)
np.testing.assert_allclose(softmax_backward(softmax(scores), dp), theirs, rtol=1e-12, atol=1e-15)
through_jacobian = textbook.softmax_backward(softmax(scores), dp)
np.testing.assert_allclose(through_jacobian, theirs, rtol=1e-12, atol=1e-15)

loss, dscores = softmax_cross_entropy(scores, labels)
np.testing.assert_allclose(stable_loss(scores, labels), loss, rtol=1e-12)
np.testing.assert_allclose(loss_gradient(scores, labels), dscores, rtol=1e-12, atol=1e-15)
print("probabilities, dz, loss and its gradient: the same to 12 digits")
print(f"tinynet's own check of Softmax: error {check_layer(Softmax(), scores).worst:.0e}")

# %% [markdown]
# ## Break it
#
# **The blind test.** Here is a backward pass of softmax that returns zero, always. Tested with an
# upstream gradient of ones, it is perfect: $L = \sum_j p_j$ is 1, whatever the scores are, so its
# gradient *is* zero. A random upstream gradient sees through it at once.


# %%
def lazy(p, dp):
    return np.zeros_like(p)


for name, upstream in [("ones", blind_upstream(softmax(scores))), ("random", dp)]:
    numeric = numerical_gradient(lambda dp=upstream: np.sum(dp * softmax(scores)), scores)
    error = np.abs(lazy(softmax(scores), upstream) - numeric).max()
    print(f"upstream {name:6}: the zero gradient is off by {error:.0e}")
    assert (error < 1e-6) == (name == "ones")

# %% [markdown]
# **Wrong versions that train.** Four gradients for a batch of 100 images, three of them wrong: without
# $1/N$; with $1/N$ twice; and with a softmax that sums over the examples instead of the classes. What
# does a training run say about them? The network is one dense layer from 784 pixels to 10 scores,
# trained by plain gradient descent: after each batch, subtract 0.5 times the gradient. It sees 12,000
# images, each once. Each batch is one training step: outputs, loss and its gradient, backward, update.
# `tinynet.train_step` takes the same step for any network.

# %%
from mnist_app.data import load_mnist

data = load_mnist()
EPOCH = 6_000 if FAST else 60_000
SHORT = 6_000 if FAST else 12_000


def columns_softmax(z):
    return softmax(z.T).T


def one_hot(labels):
    return np.eye(10)[labels]


gradients = {
    "right": loss_gradient,
    "1/N missing": lambda z, labels: softmax(z) - one_hot(labels),
    "1/N twice": lambda z, labels: (softmax(z) - one_hot(labels)) / len(z) ** 2,
    "wrong axis": lambda z, labels: (columns_softmax(z) - one_hot(labels)) / len(z),
}


def train(gradient, size, rate=0.5, batch=100, seed=0):
    """Once through so many images, from zero weights. Returns weights, bias, and all losses."""
    w, b = np.zeros((784, 10)), np.zeros(10)
    order = np.random.default_rng(seed).permutation(size)
    losses = []
    for chosen in order.reshape(-1, batch):
        x, labels = data.train_images[chosen].reshape(-1, 784) / 255, data.train_labels[chosen]
        z = x @ w + b
        losses.append(stable_loss(z, labels))
        dz = gradient(z, labels)
        w -= rate * (x.T @ dz)
        b -= rate * dz.sum(axis=0)
    return w, b, losses


def accuracy(w, b):
    """The share of the 10,000 test images whose highest score is the right one."""
    scores = (data.test_images.reshape(-1, 784) / 255) @ w + b
    return np.mean(scores.argmax(axis=1) == data.test_labels)


batch = data.train_images[:100].reshape(-1, 784) / 255, data.train_labels[:100]
w0 = np.random.default_rng(1).normal(size=(784, 10)) / 28
z0 = batch[0] @ w0
numeric = numerical_gradient(lambda: stable_loss(z0, batch[1]), z0)
runs = {name: train(gradient, SHORT) for name, gradient in gradients.items()}
for name, gradient in gradients.items():
    reached = accuracy(*runs[name][:2])
    error = np.abs(gradient(z0, batch[1]) - numeric).max() / np.abs(numeric).max()
    print(f"{name:12} its gradient is off by {error:.0e} of the largest entry")
    assert reached > 0.6
    assert (error < 1e-6) == (name == "right")

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 3.4)
loss_axes, bar_axes = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
for (name, (w, b, losses)), style in zip(runs.items(), ["-", "--", ":", "-."], strict=True):
    smooth = np.mean(np.reshape(losses, (20, -1)), axis=1)
    colour = RIGHT if name == "right" else WRONG
    loss_axes.semilogy(np.linspace(2.5, 97.5, 20), smooth, style, color=colour, label=name)
    bar_axes.barh(name, 100 * accuracy(w, b), color=colour)
loss_axes.set(xlabel="% of the images", ylabel="loss")
loss_axes.legend()
bar_axes.set(xlabel="test accuracy, %", xlim=(0, 100))
bar_axes.invert_yaxis()
bar_axes.grid(visible=False, axis="y")
show(
    figure,
    "wrong_but_training",
    "Four gradients, one of them right. All four networks learn.",
    "Left, the loss over 12,000 images for the right gradient (green, solid), which is lowest, and "
    "three wrong ones in red: without 1/N (dashed), far above; with 1/N twice (dotted), which hardly "
    "falls; and the softmax over the wrong axis (dash-dotted), which rises. Right, their test accuracies: right above 80 %, 1/N twice above 70 %, 1/N "
    "missing and wrong axis above 60 %.",
)
reached = {name: accuracy(w, b) for name, (w, b, _) in runs.items()}
assert reached["right"] > 0.80
assert reached["1/N missing"] > 0.60  # it jumps about: rounding alone moves it by ten points
assert reached["1/N twice"] > 0.70
first, last = np.reshape(runs["wrong axis"][2], (2, -1)).mean(axis=1)
assert last > first  # the two halves of the run: the loss rises

# %% [markdown]
# All four networks learn, and the accuracies alone could be excused: a poor choice of step, too few
# images. A factor in the gradient acts like another step size: missing $1/N$ is a step 100 times as
# long, $1/N$ twice one 100 times as short. The loss says a little more. Over the wrong axis it *rises*
# although the network ends far above a guess, so something is off; it does not say what. The difference quotient
# finds all three before any training.
#
# ## Measure
#
# This network begins with zero weights. So all scores are 0, each digit has the probability 1/10, and
# the loss is $\log 10$, or 2.3026, whatever the images are: a free check of the loss's code. The gradient can be looked
# at: for each example it sums to 0. Without its $1/N$, as it is drawn below, it is $P - Y$: before training $-0.9$ at
# the right class and 0.1 at each of the others. The figure shows it then, and after one *epoch*: one pass through all
# training images.

# %% jupyter={"source_hidden": true}
images, labels = data.train_images[:60].reshape(-1, 784) / 255, data.train_labels[:60]
start = np.zeros((60, 10))
stated("2.3026", stable_loss(start, labels))
np.testing.assert_allclose(stable_loss(start, labels), np.log(10), rtol=1e-14)

w, b, _ = train(loss_gradient, EPOCH)
trained = images @ w + b
figure = new_figure(8, 3.6)
for k, (title, z) in enumerate(
    [("all scores 0: $P - Y$", start), ("after one epoch: $P - Y$", trained)]
):
    axes = figure.add_subplot(2, 1, k + 1)
    picture = loss_gradient(z, labels).T * len(z)
    show_image(axes, picture, title, cmap="RdBu_r", vmin=-1, vmax=1)
    axes.set(ylabel="class", yticks=[0, 9])
    assert np.abs(picture.sum(axis=0)).max() < 1e-12
axes.set(xlabel="60 training images")
figure.colorbar(axes.images[0], ax=figure.axes, label="$P - Y$")
show(
    figure,
    "dlogits",
    "The gradient, without its 1/N, for 60 images, one a column: blue scores will be raised, red ones lowered.",
    "Two grids of 10 classes by 60 images. Above, before training: in each column one dark blue "
    "cell, the right class, with -0.9, and nine pale red ones with 0.1. Below, after training: "
    "almost white, with a few columns where a blue and a red cell stand for a digit that is still "
    "taken for another.",
)
stated("-0.9", (loss_gradient(start, labels) * 60).min())
stated("0.1", (loss_gradient(start, labels) * 60).max())

# %% [markdown]
# In the beginning every example pulls with the same force. Later the easy ones, where $p \approx y$, fall
# silent, and the difficult ones do the work.
#
# And what was learned? Each class has 784 weights, one for each pixel, so they can be drawn as an image.
# A step adds the images of a class to its weights, in proportion to $1 - p$, and subtracts those of all
# other classes, in proportion to $p$.

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 3.4)
limit = np.abs(w).max()
for digit in range(10):
    axes = figure.add_subplot(2, 5, digit + 1)
    weights = w[:, digit].reshape(28, 28)
    show_image(axes, weights, f"weights of {digit}", cmap="RdBu_r", vmin=-limit, vmax=limit)
figure.colorbar(axes.images[0], ax=figure.axes, shrink=0.8, label="weight")
show(
    figure,
    "templates",
    "The weights after one epoch: ink on red pixels, positive, speaks for the digit, on blue ones "
    "against it.",
    "Ten pictures of 28 by 28 weights, one for each digit. Some digits can be made out in red: the "
    "ring of the zero with a blue centre, the stroke of the one with blue on both sides.",
)
reached = accuracy(w, b)
print(f"after one epoch of {EPOCH:,} images: accuracy {100 * reached:.0f} %")
assert reached > (0.80 if FAST else 0.88)

# %% [markdown]
# ## What this cannot tell you
#
# - **Whether the probabilities deserve their name.** Softmax yields positive numbers with the sum 1. That
#   a network is right in 90 % of the cases where it says 0.9 has to be measured.
# - **Whether the labels are right.** A wrong label pulls with the full force of $p - 1$ for as long as the
#   network knows better.
# - **Whether $1/N$ is a good choice.** It is a convention, which makes the step size independent of the
#   size of the batch. A sum would be as legitimate, if loss *and* gradient agree.
#
# **In short.** You can now turn scores into a loss and begin the way back:
# $L = \log \sum_k e^{z_k} - z_c$, computed behind a shift by the maximum; $dZ = (P - Y)/N$; and for
# any upstream gradient $dz = p \, (dp - \sum p \, dp)$. Where people go wrong: $1/N$ forgotten or
# applied twice, a sum
# over the wrong axis, no shift, a softmax applied to what is one already, a check with ones.
#
# **In other libraries.** PyTorch's `nn.CrossEntropyLoss` takes scores, and so does
# `tinynet.softmax_cross_entropy`; Keras's `SparseCategoricalCrossentropy` takes probabilities
# unless it is told `from_logits=True`. That default is a common reason for training that gets
# stuck.
#
# **The best of others.** Eli Bendersky, [The softmax function and its
# derivative](https://eli.thegreenplace.net/2016/the-softmax-function-and-its-derivative/). CS231n,
# [Linear classification](https://cs231n.github.io/linear-classify/), softmax beside its rival, the
# hinge. Chris Olah, [Visual information
# theory](https://colah.github.io/posts/2015-09-Visual-Information/), where cross-entropy comes
# from.

# %% [markdown]
# ## Next
#
# [05 ReLU and a whole network](05_relu_and_a_whole_network.ipynb): one more layer, and the three together.
