# %% [markdown]
# # 11 Batch normalization
#
# [← 10 The networks of mnist_app, end to end](10_mnist_app.ipynb) · [contents](README.md) · [12 Reading conv2d.py →](12_reading_conv2d.ipynb)
#
# ## Question
#
# In all layers so far, an example's outputs depended on that example alone. Batch normalization
# breaks this. It takes one channel of a whole batch, subtracts the mean, divides by the standard
# deviation, and so gives every channel the same size. Now each number depends on all others of its
# channel. What does a pixel owe to its batch? And why does anybody want that?
#
# It is the layer that people most often get wrong by hand, because $x$ acts in three ways at once.
# The network `cnn-large`, with which `mnist_app predict` reads, has five of them.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import numpy as np

from tutorials.cells import FAST, check, reveal, stated
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import (
    GRADIENT,
    LIGHT,
    MUTED,
    RIGHT,
    VALUE,
    WRONG,
    empty_axes,
    new_figure,
    show,
)
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# A batch of four numbers is normalized. The loss looks at the first one alone: its gradient with respect
# to the four normalized numbers is $(1, 0, 0, 0)$. Which of the four *inputs* get a gradient that is not 0?
#
# - **a**: the first
# - **b**: in general, all four
# - **c**: none

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# ### Forwards
#
# One channel of a batch holds $M$ numbers $x_1, \dots, x_M$: $M = N$ behind a dense layer,
# $M = N H W$ behind a convolution, since all pixels of a feature map are made by the same filter. Each
# channel is treated by itself, so no index for it is needed:
#
# $$\mu = \frac{1}{M} \sum_m x_m, \qquad v = \frac{1}{M} \sum_m (x_m - \mu)^2, \qquad \sigma = \sqrt{v + \varepsilon}$$
#
# $$\hat x_m = \frac{x_m - \mu}{\sigma}, \qquad y_m = \gamma \hat x_m + \beta$$
#
# The $\varepsilon$, in `tinynet` and Keras 0.001, guards against a channel that is the same everywhere.
# The $\hat x_m$ have the mean 0 and, up to $\varepsilon$, the variance 1, whatever the layers before do.
# But perhaps another mean and size would be better. So the layer learns them: $\gamma$ and $\beta$ are
# parameters, one of each for a channel.
#
# ### Backwards: three paths
#
# Let $d \hat x_m$ be the gradient of the loss with respect to $\hat x_m$. (It is $\gamma \ dy_m$.) As always
# the question is: where is $x_m$ used?
#
# - **Directly**, in $\hat x_m$, with mean and variance held still.
# - **Through the mean.** $\mu$ is used in *every* $\hat x$ of the channel. Add up what they send back; that is
#   $d\mu$. Then: how much does $\mu$ move when $x_m$ moves?
# - **Through the variance.** $v$ is used in every $\hat x$, too, as $\sigma^{-1} = (v + \varepsilon)^{-1/2}$.
#   Add up what they send back; that is $dv$. Then: how much does $v$ move when $x_m$ moves?
#
# The three shares add up, as paths do (notebook 02). There is a fourth path, $x_m \to \mu \to v$. It carries
# nothing: $\partial v / \partial \mu = -\frac{2}{M} \sum_m (x_m - \mu)$, and distances from the mean add up
# to 0. Write the three shares down as formulas; they are exercise 2. Then add them, put $x_m - \mu = \sigma
# \hat x_m$ in, and simplify. What comes out is one line with two means in it: exercise 3.

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 3.2)
axes = empty_axes(figure.add_subplot())
places = {
    "$x_m$": (0, 0),
    r"$\mu$": (3, 1.3),
    "$v$": (5.2, 1.9),
    r"$\hat x_1, \dots, \hat x_M$": (8.9, 0),
    "$L$": (11.7, 0),
}
paths = [
    (r"$x_m$", r"$\hat x_1, \dots, \hat x_M$", VALUE, "directly: one of them"),
    (r"$x_m$", r"$\mu$", GRADIENT, "moves the mean"),
    (r"$\mu$", r"$\hat x_1, \dots, \hat x_M$", GRADIENT, "all of them"),
    (r"$x_m$", "$v$", RIGHT, "moves the variance"),
    ("$v$", r"$\hat x_1, \dots, \hat x_M$", RIGHT, "all of them"),
    (r"$\mu$", "$v$", MUTED, "nothing"),
    (r"$\hat x_1, \dots, \hat x_M$", "$L$", MUTED, ""),
]
for start, end, colour, text in paths:
    (x1, y1), (x2, y2) = places[start], places[end]
    near = {"$L$": (48, 12)}.get(end, (22, 48 if "hat" in end else 16))
    bow = {"arrowstyle": "-|>", "color": colour, "shrinkA": near[0], "shrinkB": near[1], "lw": 1.6}
    bow |= {"ls": ":"} if text == "nothing" else {}
    bow |= {"connectionstyle": f"arc3,rad={-0.38 if (start, end) == ('$x_m$', '$v$') else 0}"}
    axes.annotate("", (x2, y2), (x1, y1), arrowprops=bow)
    across, up = {
        "moves the variance": (-1.6, 0.9),
        "moves the mean": (1.1, -0.25),
        "nothing": (0.1, -0.25),
    }.get(text, (-0.2, 0.32) if "all" in text else (0, -0.22))
    across += 1.2 if (start, text) == ("$v$", "all of them") else 0
    middle = (x1 + x2) / 2 + across, (y1 + y2) / 2 + up
    axes.text(*middle, text, color=colour, ha="center", va="center", fontsize=9)
for label, (x, y) in places.items():
    axes.text(x, y, label, fontsize=14, ha="center", va="center")
axes.set(xlim=(-0.8, 12), ylim=(-0.6, 2.9))
show(
    figure,
    "paths",
    "Three paths from one number to the loss: directly, through the mean, through the variance.",
    "A graph. From x_m three arrows: a blue one straight to the normalized numbers, of which it "
    "reaches one; an orange one to the mean and from there to all of them; a green one to the "
    "variance and from there to all of them. A dotted grey arrow from the mean to the variance "
    "carries nothing. From the normalized numbers an arrow leads to the loss.",
)

# %% [markdown]
# ### Predicting
#
# A single digit to be read is no batch. In prediction, $\mu$ and $v$ are fixed numbers: running averages of
# what the training batches had, $\mu_{\text{run}} \leftarrow 0.99 \ \mu_{\text{run}} + 0.01 \ \mu$, and
# likewise for $v$. They start at 0 and 1. Then $y$ is a constant times $x$ plus a constant, and the
# backward pass has only the direct path. A layer that adds up inputs, followed by "times a constant plus a
# constant", is again a layer that adds up inputs. So before an app is shipped, a normalization can be
# *folded* into the layer before it, and costs nothing any more: exercise 4. The two have to be neighbours.
# Behind a max pooling (two of the five in `cnn-large` stand so), it may change places with the pooling first
# only where $\gamma / \sigma$ is not negative: a negative factor makes the largest number the smallest.
#
# ### Why anybody wants it
#
# Multiply all weights of the layer before by 10. Its outputs are 10 times as large, and so are $\mu$ and
# $\sigma$; $\hat x$ stays the same (up to $\varepsilon$). The scores and the loss do not notice. Notebook 06
# spent a section on the size of the first weights; here it matters far less. But not *not at all*: the gradient
# that comes back to those weights is divided by $\sigma$, and the weights are larger. How far does a step get
# then, in relation to them, with gradient descent, and how far with Adam? "Measure" comes back to it.

# %% [markdown]
# ## By hand
#
# Four numbers, $\varepsilon = 0$, $\gamma = 1$, $\beta = 0$. The numbers are chosen so that $\sigma$ is whole.
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [1, 1, 5, 5] |
# | `dy` | given | [4, 0, -1, 1] |
# | `mean` | `x.mean()` | ? |
# | `variance` | `((x - mean) ** 2).mean()` | ? |
# | `sigma` | `sqrt(variance)` | ? |
# | `xhat` | `(x - mean) / sigma` | ? |
# | `direct` | derive it | ? |
# | `dmean` | derive it | ? |
# | `through_mean` | derive it | ? |
# | `dvariance` | derive it | ? |
# | `through_variance` | derive it | ? |
# | `dx` | derive it | ? |

# %% tags=["by-hand"]
by_hand("11.1",
    mean=..., variance=..., sigma=..., xhat=..., direct=..., dmean=..., through_mean=...,
    dvariance=..., through_variance=..., dx=...)  # fmt: skip

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [1, 1, 5, 5] |
# | `dy` | given | [4, 0, -1, 1] |
# | `mean` | `x.mean()` | 3 |
# | `variance` | `((x - mean) ** 2).mean()` | 4 |
# | `sigma` | `sqrt(variance)` | 2 |
# | `xhat` | `(x - mean) / sigma` | [-1, -1, 1, 1] |
# | `direct` | `dy / sigma` | [2, 0, -0.5, 0.5] |
# | `dmean` | `-dy.sum() / sigma` | -2 |
# | `through_mean` | `dmean * np.ones(4) / 4` | [-0.5, -0.5, -0.5, -0.5] |
# | `dvariance` | `(dy * (x - mean)).sum() * -0.5 / sigma ** 3` | 0.5 |
# | `through_variance` | `dvariance * 2 * (x - mean) / 4` | [-0.5, -0.5, 0.5, 0.5] |
# | `dx` | `direct + through_mean + through_variance` | [1, -1, -0.5, 0.5] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `xhat` | `(x - mean) / variance` | this is divided by the variance. Sigma is its root. |
# | `direct` | `dy` | sigma is missing: xhat is x - mean divided by it. |
# | `direct` | `dy / variance` | this is divided by the variance. Sigma is its root. |
# | `dmean` | `-dy.sum() / sigma / 4` | this is the mean of four shares. Each output depends on the mean, so they add up. |
# | `dmean` | `-dy.sum()` | sigma is missing. |
# | `through_mean` | `dmean * np.ones(4)` | the mean is a mean: each number is a quarter of it. |
# | `dvariance` | `(dy * (x - mean)).sum() * -1 / sigma ** 3` | a half is missing (by the variance, a root has the slope 1 / (2 sigma)), or one sigma of three. |
# | `dvariance` | `(dy * xhat).sum() * -0.5 / sigma ** 3` | sigma is in it four times: is xhat taken for x - mean? |
# | `dvariance` | `(dy * (x - mean)).sum() * -0.5 / sigma` | the power of sigma is wrong: the slope of 1 / sigma has one more than it, and that of the root adds another. |
# | `dvariance` | `(dy * (x - mean)).sum()` | this leads to 1 / sigma. On to the variance, its slope is missing. |
# | `through_variance` | `dvariance * 2 * (x - mean)` | the variance is a mean: each number has a quarter of it. |
# | `through_variance` | `dvariance * (x - mean) / 4` | the 2 of the square is missing, or xhat stands where x - mean belongs. |
# | `through_variance` | `dvariance * 2 / 4 * np.ones(4)` | how much an x moves the variance depends on how far it lies from the mean. |
# | `dx` | `direct + through_mean` | the way through the variance is missing. |
# | `dx` | `direct + through_variance` | the way through the mean is missing. |
#
# </details>
#
# Two things to notice about `dx`. It adds up to 0, and so does its product with $\hat x$, entry by entry:
# moving all four numbers alike, or stretching them away from their mean, changes no $\hat x$, so nothing
# of the gradient can point there.
#
# Folding, for one weight: a layer $3 x + 1$, whose outputs had the mean 4 and $\sigma = 4$ in training, with
# $\gamma = 2$ and $\beta = -1$.
#
# | name | rule | number |
# | --- | --- | --- |
# | `w` | given | 3 |
# | `b` | given | 1 |
# | `x` | given | 2 |
# | `y` | `2 * (w * x + b - 4) / 4 - 1` | ? |
# | `w_folded` | derive it | ? |
# | `b_folded` | derive it | ? |
# | `y_folded` | `w_folded * x + b_folded` | ? |

# %% tags=["by-hand"]
by_hand("11.2", y=..., w_folded=..., b_folded=..., y_folded=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `w` | given | 3 |
# | `b` | given | 1 |
# | `x` | given | 2 |
# | `y` | `2 * (w * x + b - 4) / 4 - 1` | 0.5 |
# | `w_folded` | `w * 2 / 4` | 1.5 |
# | `b_folded` | `(b - 4) * 2 / 4 - 1` | -2.5 |
# | `y_folded` | `w_folded * x + b_folded` | 0.5 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `y` | `2 * (w * x + b - 4) / 4` | beta is missing. |
# | `w_folded` | `w * 2 * 4` | the weight is multiplied by sigma. y is divided by it. |
# | `w_folded` | `w * 2 / 4 ** 2` | this is divided by the variance: sigma is 4 already. |
# | `w_folded` | `w / 4` | gamma is missing. |
# | `w_folded` | `w * 2` | sigma is missing. |
# | `w_folded` | `w` | the weight is not as it was: the normalization scales what it makes. |
# | `b_folded` | `b - 4 - 1` | mean and beta are in it. What stands before beta is scaled like the weight. |
# | `b_folded` | `b * 2 / 4 - 1` | the mean is missing: it is taken off first. |
# | `b_folded` | `(b + 4) * 2 / 4 - 1` | the mean is added. It is taken off. (Or is this `w_folded`? Then the two are exchanged.) |
# | `b_folded` | `b * 2 / 4 - 4 - 1` | the mean is not scaled. It is taken off before the scaling. |
# | `b_folded` | `-1` | this is beta alone. Bias and mean are in it, too. |
# | `b_folded` | `(b - 4) * 2 / 4` | beta is missing. |
# | `b_folded` | `(b - 4) / 4 - 1` | gamma is missing. |
# | `b_folded` | `(b - 4) * 2 - 1` | sigma is missing. |
# | `b_folded` | `(b - 4 - 1) * 2 / 4` | beta is scaled, or b is not. What stands before beta is scaled, b and mean, and nothing else. |
# | `b_folded` | `b` | the bias is not as it was: put x = 0 into the rule of y. |
#
# </details>

# %% jupyter={"source_hidden": true}
shares = {
    "direct": np.array([2, 0, -0.5, 0.5]),
    "through the mean": np.full(4, -0.5),
    "through the variance": np.array([-0.5, -0.5, 0.5, 0.5]),
}
figure = new_figure(7.5, 2.8)
axes = figure.add_subplot()
above, below = np.zeros(4), np.zeros(4)
for (name, share), colour in zip(shares.items(), (VALUE, GRADIENT, RIGHT), strict=True):
    start = np.where(share > 0, above, below)
    axes.bar(range(4), share, 0.5, bottom=start, color=LIGHT[colour], edgecolor=colour, label=name)
    above, below = above + np.maximum(share, 0), below + np.minimum(share, 0)
total = sum(shares.values())
axes.plot(range(4), total, "D", color=WRONG, label="dx, their sum")
axes.axhline(0, color=MUTED, lw=0.8)
axes.set_axisbelow(True)
axes.set(xticks=range(4), xticklabels=[f"$x_{m + 1}$" for m in range(4)], ylabel="share of dx")
axes.legend(ncols=2, loc="upper right")
show(
    figure,
    "shares",
    "The example by hand: three shares for each number, and their sum.",
    "Bars for four numbers. The direct shares are 2, 0, minus 0.5 and 0.5. Through the mean each "
    "gets minus 0.5. Through the variance they get minus 0.5, minus 0.5, 0.5 and 0.5. The sums, "
    "marked by diamonds, are 1, minus 1, minus 0.5 and 0.5.",
)
assert (total == [1, -1, -0.5, 0.5]).all()

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/11_batch_normalization.py`.
#
# **Exercise 1, `normalize(x, epsilon)`.** Channels are the last axis; everything else is averaged over:
# `axis=tuple(range(x.ndim - 1))`.

# %% tags=["exercise"]
normalize = check("11.normalize")

# %% [markdown]
# **Exercise 2, `three_paths(dxhat, xhat, sigma)`.** The three shares, one by one. The check looks at each by
# itself, with the other two held still.

# %% tags=["exercise"]
three_paths = check("11.three_paths")

# %% [markdown]
# **Exercise 3, `batchnorm_backward(dy, xhat, sigma, gamma)`.** Their sum, simplified to one line, and the
# gradients of the two parameters.

# %% tags=["exercise"]
batchnorm_backward = check("11.batchnorm_backward")

# %% [markdown]
# <details><summary>From three paths to one line</summary>
#
# With sums over the channel,
#
# $$\text{direct} = \frac{d \hat x_m}{\sigma}, \qquad d\mu = - \frac{1}{\sigma} \sum_k d \hat x_k, \qquad dv = - \frac{1}{2 \sigma^3} \sum_k d \hat x_k \ (x_k - \mu)$$
#
# $\mu$ moves by $1/M$ when $x_m$ moves by 1, and $v$ by $\frac{2}{M} (x_m - \mu)$. In the last share, put
# $\sigma \hat x$ for each $x - \mu$: the powers of $\sigma$ leave one, the 2 and the $\frac{1}{2}$ cancel.
# With $d \hat x = \gamma \ dy$ and a bar for the mean over the channel,
#
# $$dx_m = \frac{\gamma}{\sigma} \left( dy_m - \overline{dy} - \hat x_m \ \overline{dy \ \hat x} \right), \qquad d\gamma = \sum_m dy_m \hat x_m, \qquad d\beta = \sum_m dy_m$$
#
# Read the bracket as geometry. Think of the channel as one vector of $M$ numbers. The first term taken away
# is the part of $dy$ along the vector of ones, the second its part along $\hat x$. What remains stands at a
# right angle to both: the two directions in which nothing can be changed.
#
# </details>
#
# **Exercise 4, `folded(kernel, bias, gamma, beta, mean, sigma)`.** For prediction: a kernel and a bias that do
# both layers' work.

# %% tags=["exercise"]
folded = check("11.folded")

# %% [markdown]
# <details><summary>What is left of the normalization</summary>
#
# $\gamma \ (z - \mu) / \sigma + \beta$, with $z = \sum x w + b$: the factor of each input is $w \ \gamma / \sigma$,
# and what does not depend on an input is $(b - \mu) \ \gamma / \sigma + \beta$.
#
# </details>
#
# **Exercise 5, `layer_normalization_backward(dy, xhat, sigma)`: no formula this time.** Transformers normalize
# the other way: each example by itself, over its $D$ features, and no batch is needed. Where is each number
# used now?

# %% tags=["exercise"]
layer_normalization_backward = check("11.layer_normalization_backward")

# %% [markdown]
# <details><summary>The same line, along the other axis</summary>
#
# Each number is used in the $D$ normalized numbers of its own example, and nowhere else. Read "channel" as "example"
# in the derivation above: the same three paths, with $M = D$, and $\gamma$ left out. With a bar for the mean over the
# features of one example,
#
# $$dx_{nd} = \frac{1}{\sigma_n} \left( dy_{nd} - \overline{dy}_n - \hat x_{nd} \ \overline{(dy \ \hat x)}_n \right)$$
#
# No number depends on another example any more, so that training and predicting are one function.
#
# </details>
#
# ### Dropout, at length
#
# A second layer, too, does one thing in training and another in prediction, and `cnn-large` has it next to its normalizations:
# dropout, whose gradient is in notebook 09. With a mask of ones and zeros, $y = x \cdot \text{mask} / (1 - r)$ is $x$ on average.
# But it *varies*. By how much? Two cases, with their probabilities, are all that it takes.
#
# **Exercise 6, `dropout_variance(x, rate)`: no formula this time.** How much do dropout's outputs vary?

# %% tags=["exercise"]
dropout_variance = check("11.dropout_variance")

# %% [markdown]
# <details><summary>Two cases</summary>
#
# With probability $r$ the output is 0, with $1 - r$ it is $x / (1 - r)$. The mean is $x$. The mean of the squares is
# $(1 - r) \cdot x^2 / (1 - r)^2 = x^2 / (1 - r)$. Take the square of the mean away: $x^2 / (1 - r) - x^2 = x^2 \ r / (1 - r)$.
# At a rate of a half the deviation is as large as the number itself.
#
# </details>
#
# What does a normalization make of that? One in *front* of the dropout never sees the dropped numbers. One *behind*
# it does: in training it measures a variance with the dropout's own in it, and keeps it in its running average;
# in prediction nothing is dropped, so that what comes varies less than the average says. In `cnn-large` the fourth normalization
# stands so. The network reads what it reads all the same; what the mismatch costs it is not measured here.

# %% [markdown]
# ## Check it
#
# The table; then features and pictures against differences.

# %%
from tinynet.gradient_check import numerical_gradient, relative_error

x, dy = np.array([[1.0], [1], [5], [5]]), np.array([[4.0], [0], [-1], [1]])
xhat, sigma = normalize(x, 0.0)
parts = three_paths(dy, xhat, sigma)
dx, dgamma, dbeta = batchnorm_backward(dy, xhat, sigma, np.ones(1))
np.testing.assert_allclose(sum(parts)[:, 0], [1, -1, -0.5, 0.5], rtol=1e-12)
np.testing.assert_allclose(dx[:, 0], [1, -1, -0.5, 0.5], rtol=1e-12)
four, first = np.array([[1.0], [2], [4], [7]]), np.array([[1.0], [0], [0], [0]])
one = batchnorm_backward(first, *normalize(four, 0.0), np.ones(1))[0]
print("the loss looks at the first of 1, 2, 4, 7; dx:", one[:, 0].round(3))
assert (one != 0).all()
reveal(prediction, "b", "The first moves the mean and the variance, and so do the three others.")

rng = np.random.default_rng(0)
gamma, beta, epsilon = rng.normal(size=3), rng.normal(size=3), 1e-3
for shape in [(6, 3), (2, 4, 5, 3)]:
    x, dy = 3 + 2 * rng.normal(size=shape), rng.normal(size=shape)

    def loss(x=x, dy=dy):
        return np.sum(dy * (gamma * normalize(x, epsilon)[0] + beta))

    xhat, sigma = normalize(x, epsilon)
    dx, dgamma, dbeta = batchnorm_backward(dy, xhat, sigma, gamma)
    for name, mine, array in [("dx", dx, x), ("dgamma", dgamma, gamma), ("dbeta", dbeta, beta)]:
        worst = relative_error(mine, numerical_gradient(loss, array)).max()
        print(f"x of shape {shape!s:12} {name:6} error {worst:.0e}")
        assert worst < 1e-6
    axes_ = tuple(range(len(shape) - 1))
    assert np.abs(dx.sum(axis=axes_)).max() < 1e-10
    assert np.abs((dx * xhat).sum(axis=axes_)).max() < 1e-2  # epsilon keeps it from 0

# exercise 5: what does an example owe to the others?
x, dy = np.random.default_rng(1).normal(size=(2, 6, 4))
other = dy + np.eye(6)[:, [5]]  # another gradient comes back to the last example
along_batch, along_features = normalize(x, epsilon), normalize(x.T, epsilon)
rows = along_features[0].T, along_features[1][:, np.newaxis]
for name, backward in [
    ("batch", lambda dy: batchnorm_backward(dy, *along_batch, np.ones(4))[0]),
    ("layer", lambda dy: layer_normalization_backward(dy, *rows)),
]:
    moved = np.abs(backward(other) - backward(dy))[0].max()
    print(f"{name} normalization: the first example's dx moves by {moved:.3f}")
    assert (moved > 0.01) == (name == "batch")

masks = rng.random((200_000, 3)) >= 0.4
spread = (np.array([3.0, -1.0, 0.5]) * masks / 0.6).var(axis=0)
print("dropout's variance, drawn:", spread.round(2), end="")
print("  derived:", dropout_variance(np.array([3.0, -1.0, 0.5]), 0.4).round(2))
np.testing.assert_allclose(spread, dropout_variance(np.array([3.0, -1, 0.5]), 0.4), rtol=0.02)

# %% [markdown]
# ## Compare
#
# `tinynet.BatchNormalization` is the line of exercise 3, and `batch_normalization_backward` of
# `tinynet/textbook.py` the three paths. In training the layer uses the batch's own mean and variance and
# moves its running averages (`moving_mean`, `moving_variance`) a hundredth of the way; in prediction it uses
# the averages.

# %%
from tinynet import BatchNormalization, Conv2D, Sequential, check_layer, textbook

x, dy = 3 + 2 * rng.normal(size=(2, 4, 5, 3)), rng.normal(size=(2, 4, 5, 3))
layer = BatchNormalization()
layer.build(x.shape[1:], rng, np.float64)
layer.gamma.value[...], layer.beta.value[...] = gamma, beta
xhat, sigma = normalize(x, layer.epsilon)
y = layer.forward(x, training=True, keep=True)
np.testing.assert_allclose(gamma * xhat + beta, y, rtol=1e-12)
mine = batchnorm_backward(dy, xhat, sigma, gamma)
theirs = layer.backward(dy), layer.gamma.grad, layer.beta.grad
plain = textbook.batch_normalization_backward(x, gamma, dy, layer.epsilon)
for a, b, c in zip(mine, theirs, plain, strict=True):
    np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(a, c, rtol=1e-10, atol=1e-12)
stated("0.001", layer.epsilon)
print("exercise 3, tinynet and the textbook agree to 10 digits")
print(f"tinynet's own check of the layer: error {check_layer(layer, x).worst:.0e}")

pair = Sequential([Conv2D(4, 3), BatchNormalization()], (6, 5, 3), dtype=np.float64)
for p in pair.parameters().values():
    p.value[...] = rng.uniform(0.5, 2, p.shape)
convolution, norm = pair.layers
fixed = norm.moving_mean.value, np.sqrt(norm.moving_variance.value + norm.epsilon)
before = pair.forward(x := rng.normal(size=(2, 6, 5, 3)))
kernel, bias = folded(
    convolution.kernel.value, convolution.bias.value, norm.gamma.value, norm.beta.value, *fixed
)
convolution.kernel.value[...], convolution.bias.value[...] = kernel, bias
np.testing.assert_allclose(convolution.forward(x), before, rtol=1e-10)
print("the folded convolution alone gives what both layers gave")

# %% [markdown]
# And all of it together: `cnn-large`, the network with five of these layers, dropouts and all, on six random pictures of 16 by 16
# in float64. `check_model` (notebook 10) compares slopes along random directions with differences.

# %%
from mnist_app.data import load_mnist
from mnist_app.training.networks import build_network
from tinynet import check_model

data = load_mnist()
large = build_network("cnn-large", input_shape=(16, 16, 1), dtype=np.float64)
parameters = sum(p.value.size for p in large.parameters().values())
pictures = np.random.default_rng(5).random((6, 16, 16, 1))  # three are few: too curved for h
result = check_model(large, pictures)
print(f"cnn-large, {parameters:,} parameters: error {result.worst:.0e}")
assert result.worst < 1e-5

# %% [markdown]
# ## Break it
#
# Three wrong versions. The first two hold something still. The third takes its means over axis 0, the examples, alone: right for
# features, wrong for pictures, whose channels have $M = N H W$ numbers.


# %%
def all_held_still(dy, xhat, sigma, gamma):
    _, dgamma, dbeta = batchnorm_backward(dy, xhat, sigma, gamma)
    return gamma / sigma * dy, dgamma, dbeta


def variance_held_still(dy, xhat, sigma, gamma):
    over = tuple(range(dy.ndim - 1))
    _, dgamma, dbeta = batchnorm_backward(dy, xhat, sigma, gamma)
    return gamma / sigma * (dy - dy.mean(axis=over)), dgamma, dbeta


def over_the_examples(dy, xhat, sigma, gamma):
    _, dgamma, dbeta = batchnorm_backward(dy, xhat, sigma, gamma)
    dx = dy - dy.mean(axis=0) - xhat * (dy * xhat).mean(axis=0)
    return gamma / sigma * dx, dgamma, dbeta


for wrong_version in (all_held_still, variance_held_still, over_the_examples):
    try:
        check("11.batchnorm_backward", wrong_version)
    except WrongAnswer as diagnosis:
        print(f"{wrong_version.__name__}\n    {diagnosis}\n")
    else:
        raise AssertionError("a wrong version passed")

# %% [markdown]
# And a wrong *check*, as in notebook 04. Take ones for the upstream gradient. They point along one of the two
# directions that a normalization does not pass, so the right $dx$ is 0. The version below returns zeros,
# whatever comes, and a check with ones is content.

# %%
x = rng.normal(size=(6, 3))
xhat, sigma = normalize(x, epsilon)


def always_zero(dy):
    return np.zeros(dy.shape)


for name, upstream in [("ones", np.ones(x.shape)), ("random", rng.normal(size=x.shape))]:

    def loss(upstream=upstream):
        return np.sum(upstream * (gamma * normalize(x, epsilon)[0]))

    right = numerical_gradient(loss, x)
    apart = np.abs(always_zero(upstream) - right).max()
    print(f"upstream {name:6}: dx = 0, always, is off by {apart:.0e} at most")
    assert (apart < 1e-8) == (name == "ones")

# %% [markdown]
# ## Measure
#
# ### Weights of the wrong size
#
# Six dense layers of 64 units, each with a ReLU, on real digits. The fresh weights are made too small or too
# large by a factor, and the network is trained for one pass over 10,000 images; with and without
# normalizations before the ReLUs.

# %%
from tinynet import Adam, Dense, Flatten, ReLU, evaluate, fit

count = 1280 if FAST else 10_000
images, labels = data.train_images[:count], data.train_labels[:count]
unseen = data.train_images[50_000:52_000], data.train_labels[50_000:52_000]


def deep(normalized, factor):
    """Six hidden layers whose fresh kernels are multiplied by a factor; the scores' is left alone."""
    layers = [Flatten()]
    for _ in range(6):
        layers += [Dense(64), *([BatchNormalization(momentum=0.9)] if normalized else []), ReLU()]
    model = Sequential([*layers, Dense(10)], input_shape=(28, 28, 1), seed=3)
    kernels = [p for name, p in model.parameters().items() if name.endswith("kernel")]
    for p in kernels[:-1]:
        p.value *= factor
    return model


stated("1.41", np.sqrt(2))
factors = [0.1, 1.0, 10.0] if FAST else [0.1, 0.3, 1.0, np.sqrt(2), 3.0, 10.0]
shares = {}
for normalized in (False, True):
    for factor in factors:
        model = deep(normalized, factor)
        fit(model, images, labels, epochs=1, optimizer=Adam(0.003), workers=1)
        shares[normalized, factor] = evaluate(model, *unseen)[1]
for normalized, name in [(False, "plain"), (True, "normalized")]:
    shown = "  ".join(
        f"{factor:.3g}: {100 * shares[normalized, factor]:4.1f} %" for factor in factors
    )
    print(f"{name:10}  {shown}")
if not FAST:
    assert all(shares[True, factor] > shares[False, factor] for factor in factors)
    assert max(factors, key=lambda factor: shares[False, factor]) == np.sqrt(2)
    assert min(shares[True, factor] for factor in factors[:4]) > 0.85
    assert shares[False, 0.1] < 0.5
    assert shares[False, 10.0] < 0.7 < shares[True, 10.0] + 0.03

# %% jupyter={"source_hidden": true}
figure = new_figure(7, 3)
axes = figure.add_subplot()
for normalized, name, colour in [(False, "plain", WRONG), (True, "normalized", VALUE)]:
    values = [100 * shares[normalized, factor] for factor in factors]
    axes.semilogx(factors, values, "o-", color=colour)
    axes.text(11, values[-1], name, color=colour, va="center")
axes.axhline(10, color=MUTED, lw=0.8, ls=":")
axes.text(10, 11, "guessing", color=MUTED, ha="right", va="bottom", fontsize=9)
axes.set(xlabel="fresh weights multiplied by", ylabel="unseen digits right, %")
axes.set(xlim=(0.09, 18), ylim=(0, 102))
show(
    figure,
    "scale",
    "Six hidden layers after one pass: with normalization the size of the fresh weights matters far "
    "less.",
    "Share of unseen digits that are read, against the factor of the fresh weights from 0.1 to 10. "
    "The plain network reads about two in ten at 0.1, more than eight in ten at 1, and about half "
    "at 10. The normalized one lies near nine in ten from 0.1 to 3, and near three quarters at 10.",
)

# %% [markdown]
# The plain network learns well only near the size that notebook 06 derived; best at 1.41, which for the square layers, 64 to 64,
# is the size for a ReLU (He's; our fresh weights have Glorot's), and there the normalized network is ahead by little. The normalized one learns
# everywhere, and worst where the weights are ten times too large. Why there? Not because its gradient is
# divided by $\sigma$: the optimizer is Adam, whose steps have the length of the rate, whatever the size of
# the gradient (notebook 06). But the weights are ten times as large, so that the same steps move them by a
# tenth *in relation to their size*. If that is the cause, a rate ten times as large mends it. (With plain
# gradient descent the gradient's size would count too, and it would take a hundred times the rate.)

# %%
model = deep(True, 10.0)
fit(model, images, labels, epochs=1, optimizer=Adam(0.03), workers=1)
mended = evaluate(model, *unseen)[1]
print(f"factor 10, rate 0.003: {100 * shares[True, 10.0]:.1f} %;  rate 0.03: {100 * mended:.1f} %")
if not FAST:
    assert mended > shares[True, 10.0] + 0.1
    assert abs(mended - shares[True, 1.0]) < 0.03

# %% [markdown]
# So it is the ratio that counts, the one that notebook 13 puts on every chart.
#
# ### Training and predicting are two functions
#
# The running averages need time. With a momentum of 0.99, after 20 steps they have gone only a fifth of the
# way from 0 and 1 to where they belong. The same network, asked in both ways, after a number of steps:

# %%
from tinynet import softmax_cross_entropy, train_step

model, optimizer = Sequential([*deep(True, 1.0).layers], (28, 28, 1), seed=3), Adam(0.003)
for layer in model.layers:
    if isinstance(layer, BatchNormalization):
        layer.momentum = 0.99
steps = [1, 5, 20] if FAST else [1, 5, 20, 50, 100, 200, 400]
rng, seen = np.random.default_rng(4), {"with the batch's own": [], "with the running averages": []}
few = unseen[0][:500], unseen[1][:500]
for step in range(1, steps[-1] + 1):
    batch = rng.choice(count, 64, replace=False)
    train_step(model, images[batch], labels[batch], softmax_cross_entropy, optimizer)
    if step in steps:
        x = model.prepare(few[0])
        for name, training in [(name, "own" in name) for name in seen]:
            answers = model.forward(x, training=training).argmax(axis=1)
            seen[name].append(np.mean(answers == few[1]))
for name, values in seen.items():
    print(
        f"{name:26}", "  ".join(f"{s}: {100 * v:.0f} %" for s, v in zip(steps, values, strict=True))
    )
if not FAST:
    early = steps.index(20)
    assert seen["with the batch's own"][early] > seen["with the running averages"][early] + 0.1
    assert abs(seen["with the batch's own"][-1] - seen["with the running averages"][-1]) < 0.05
stated("18 %", 1 - 0.99**20)

# %% jupyter={"source_hidden": true}
figure = new_figure(7, 2.8)
axes = figure.add_subplot()
for (name, values), colour in zip(seen.items(), (VALUE, GRADIENT), strict=True):
    axes.semilogx(steps, 100 * np.array(values), "o-", color=colour, label=name)
axes.set(xlabel="training steps", ylabel="unseen digits right, %", ylim=(0, 102))
axes.legend(loc="lower right")
show(
    figure,
    "two_functions",
    "One network, two functions: with the statistics of the batch it is asked with, and with its "
    "running averages.",
    "Share of unseen digits right against the number of training steps, logarithmic. With the "
    "batch's own statistics it rises early. With the running averages it lags far behind for the "
    "first dozens of steps, and both meet after some hundred.",
)

# %% [markdown]
# After 20 steps, 18 % of the way, the prediction is far worse than the training loss promised, and nothing is
# wrong with the code. Those who look at a validation loss after a few steps should know it. Those who leave
# a layer in training mode when they predict make the opposite mistake: then the answer to *your* digit
# depends on which other digits are asked with it.

# %% [markdown]
# ## What this cannot tell you
#
# - **Why it helps.** That it keeps the sizes in order is measured above. That this is the whole reason is
#   disputed; the first paper's own explanation is not believed any more.
# - **What it does to small batches.** With two examples in a batch, $\mu$ and $v$ are nearly noise.
# - **Whether your network needs it.** With good weights at the start, as at 1.41 in the figure, the
#   plain network does nearly as well.
#
# **In short.** You can now derive a layer in which everything depends on everything.
# $\ dx = \frac{\gamma}{\sigma} (dy - \overline{dy} - \hat x \ \overline{dy \ \hat x})$; $d\gamma = \sum dy \ \hat x$;
# in prediction only $\frac{\gamma}{\sigma} dy$. Where people go wrong: they hold the mean or the variance
# still; they average over $N$ where $M = NHW$ is meant; they check with ones; they forget that training and
# predicting are two functions.
#
# **In other libraries.** PyTorch calls it `BatchNorm2d`: channels are axis 1, `weight` and `bias` are $\gamma$
# and $\beta$, its `momentum` 0.1 is our 0.9, and it moves its running variance with $M - 1$. Keras's
# `BatchNormalization` is as here. In both, the mode is chosen by `model.train()` and `model.eval()`, or by
# `training=`.
#
# **The best of others.** Frederik Kratzert, [Understanding the backward pass through batch
# normalization](https://kratzert.github.io/2016/02/12/understanding-the-gradient-flow-through-the-batch-normalization-layer.html),
# step by step through a graph. Ioffe and Szegedy, [Batch
# Normalization](https://arxiv.org/abs/1502.03167), the paper.
# Santurkar and others, [How does batch normalization help
# optimization?](https://arxiv.org/abs/1805.11604), why the paper's reason is doubted.
#
# ## Next
#
# Every gradient of the networks of `mnist_app` is now derived, and the cell below "Compare" has checked the largest.
# [12 Reading conv2d.py](12_reading_conv2d.ipynb): how the same gradients are computed fast.
