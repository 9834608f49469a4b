# %% [markdown]
# # 01 Is my derivative right?
#
# [contents](README.md) · [02 The chain rule on a graph →](02_chain_rule.ipynb)
#
# ## Question
#
# A network holds *weights*, numbers that training adjusts until its *loss*, one number that says
# how wrong its answers are, is small. That takes the derivative of the loss with respect to each
# weight: thousands of derivatives, all written by hand as code. Code that computes a wrong
# derivative does not crash. Often it even trains, a little worse than it should. All derivatives together are
# called the *gradient*. So before the first of them, one question: how do I know that a gradient is correct,
# without trusting myself?
#
# The answer is to compute it a second time, in a way too simple to be wrong, and to compare. This
# notebook builds that second way. All others use it.
#
# A word on the cells. Those that only draw are folded; a click on them shows how. `check` judges an
# exercise, `by_hand` the numbers that you fill into a table. `reveal` comes back to your prediction, and
# `stated` holds a number of the text against the computed one, so that no text here can go stale.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import time

import numpy as np

from tutorials.cells import check, reveal, stated
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import GRADIENT, MUTED, RIGHT, VALUE, WRONG, new_figure, show, show_image
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# The derivative of $\tanh$ at 0.5 is to be computed as $(\tanh(0.5 + h) - \tanh(0.5 - h)) / 2h$, with
# ordinary Python numbers. Which step $h$ comes closest to the truth?
#
# - **a**: $h = 10^{-2}$
# - **b**: $h = 10^{-6}$
# - **c**: $h = 10^{-14}$
#
# Commit yourself before you read on: write your choice into the next cell.

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# Taylor's series says how a smooth function $f$ of one number behaves near $x$. (If you have not met
# it: the first two terms are the tangent, which everybody draws. The rest is the distance between the
# curve and its tangent, one term for each further derivative. You need no more of it than this line.)
#
# $$f(x + h) = f(x) + h f'(x) + \frac{h^2}{2} f''(x) + \frac{h^3}{6} f'''(x) + \dots$$
#
# **Forward difference.** Subtract $f(x)$ and divide by $h$:
#
# $$\frac{f(x + h) - f(x)}{h} = f'(x) + \frac{h}{2} f''(x) + \dots$$
#
# The error shrinks in proportion to $h$. One writes $O(h)$.
#
# **Centred difference.** For a step of $-h$ the odd powers change their sign:
#
# $$f(x - h) = f(x) - h f'(x) + \frac{h^2}{2} f''(x) - \frac{h^3}{6} f'''(x) + \dots$$
#
# Subtract this from the first series: all even powers cancel, $f''$ among them. Divide by $2h$:
#
# $$\frac{f(x + h) - f(x - h)}{2h} = f'(x) + \frac{h^2}{6} f'''(x) + \dots$$
#
# The error is $O(h^2)$: a step ten times smaller makes it a hundred times smaller. For one number $x$
# both formulas cost two values of $f$, and the second is far better. (For $n$ numbers the first costs $n + 1$
# values, since $f(x)$ serves all of them, the second $2n$. It is worth it.) The second table by hand, below,
# compares both on a parabola; you can fill it in right now.
#
# **Rounding.** A computer keeps only the leading digits of a number. A value of $f$ comes with a
# relative error of about $\varepsilon$, which is $1.1 \cdot 10^{-16}$ for float64 and
# $6 \cdot 10^{-8}$ for float32. In $f(x + h) - f(x - h)$ nearly everything cancels except these
# errors, up to $2 \varepsilon |f(x)|$ for two values, and dividing by $2h$ enlarges them. (The points $x + h$ and
# $x - h$ are rounded themselves, which counts once $h$ is tiny.) So the
# whole error is about
#
# $$E(h) \approx \frac{h^2}{6} |f'''(x)| + \frac{\varepsilon |f(x)|}{h}$$
#
# As $h$ falls, the first term falls and the second rises. Their sum is a U, and its bottom is where
# the derivative of $E$ is zero:
#
# $$\frac{h}{3} |f'''(x)| - \frac{\varepsilon |f(x)|}{h^2} = 0$$
#
# $$h^{*} = \sqrt[3]{\frac{3 \varepsilon |f(x)|}{|f'''(x)|}}$$
#
# **Many inputs.** If $x$ is an array, there is one derivative for each entry $x_i$, and for each of
# them only that entry moves:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$
#
# Here $e_i$ is an array like $x$, with a 1 at entry $i$ and zeros elsewhere, and $\partial$ in place of
# $d$ says that all other entries are held still. The derivatives together, laid out in the shape of
# $x$, are the *gradient*.

# %% [markdown]
# ## By hand
#
# Take $f = (x + y) z$ at $x = -2$, $y = 5$, $z = -4$. Derive the three derivatives, `df_dx` and so on. Then check
# $\partial f / \partial x$ by a centred difference with a step as coarse as 0.1; pencil and paper are
# enough. In tables like this one, `rule` is an expression of Python, or says that the rule is yours to find.
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | -2 |
# | `y` | given | 5 |
# | `z` | given | -4 |
# | `f` | `(x + y) * z` | ? |
# | `df_dx` | derive it | ? |
# | `df_dy` | derive it | ? |
# | `df_dz` | derive it | ? |
# | `above` | `(x + 0.1 + y) * z` | ? |
# | `below` | `(x - 0.1 + y) * z` | ? |
# | `slope` | `(above - below) / 0.2` | ? |

# %% tags=["by-hand"]
by_hand("01.1", f=..., df_dx=..., df_dy=..., df_dz=..., above=..., below=..., slope=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | -2 |
# | `y` | given | 5 |
# | `z` | given | -4 |
# | `f` | `(x + y) * z` | -12 |
# | `df_dx` | `z` | -4 |
# | `df_dy` | `z` | -4 |
# | `df_dz` | `x + y` | 3 |
# | `above` | `(x + 0.1 + y) * z` | -12.4 |
# | `below` | `(x - 0.1 + y) * z` | -11.6 |
# | `slope` | `(above - below) / 0.2` | -4.0 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `f` | `x + y * z` | the brackets come first: x + y, then times z. |
# | `df_dx` | `1` | this is the slope of x + y by x. The factor z stands before it. |
# | `df_dx` | `y * z` | if x grows by 1, x + y grows by 1, and f by z: y does not enter. |
# | `df_dx` | `x + y` | this is the slope by z. If x grows by 1, x + y grows by 1, and what stands before it? |
# | `df_dy` | `1` | this is the slope of x + y by y. The factor z stands before it. |
# | `df_dy` | `x * z` | if y grows by 1, x + y grows by 1, and f by z: x does not enter. |
# | `df_dy` | `x + y` | this is the slope by z. If y grows by 1, x + y grows by 1, and what stands before it? |
# | `df_dz` | `x * y` | x + y is a sum: if z grows by 1, f grows by x + y. |
# | `df_dz` | `f` | this is f itself. If z grows by 1, by how much does f grow? |
# | `df_dz` | `1` | the factor x + y is missing. |
# | `df_dz` | `y - x` | x is negative, and is added: watch its sign. |
# | `above` | `below` | this is `below`: x goes up by 0.1 first. |
# | `above` | `f` | x has not moved yet. |
# | `below` | `above` | this is `above`: x goes down by 0.1. |
# | `slope` | `above - below` | this is the difference; it has to be divided by the way, 0.2. |
# | `slope` | `(above - below) / 0.1` | the two points lie 0.2 apart. |
# | `slope` | `(below - above) / 0.2` | the sign is turned: above minus below. |
#
# </details>
#
# The slope is exact, because $f$ is a straight line in $x$: there is no $f''$ and no $f'''$. Nothing
# has to be small. For a parabola, $g = x^2$ at $x = 3$, there is an $f''$ but no $f'''$, and the two
# formulas part:
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | 3 |
# | `derivative` | derive it | ? |
# | `forward` | `((x + 0.1) ** 2 - x ** 2) / 0.1` | ? |
# | `centred` | `((x + 0.1) ** 2 - (x - 0.1) ** 2) / 0.2` | ? |

# %% tags=["by-hand"]
by_hand("01.2", derivative=..., forward=..., centred=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | 3 |
# | `derivative` | `2 * x` | 6 |
# | `forward` | `((x + 0.1) ** 2 - x ** 2) / 0.1` | 6.1 |
# | `centred` | `((x + 0.1) ** 2 - (x - 0.1) ** 2) / 0.2` | 6.0 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `derivative` | `x` | the slope of a parabola is not x. |
# | `derivative` | `x ** 2` | this is g itself; its slope is asked for. |
# | `derivative` | `2` | this is the second derivative: the slope depends on x. |
# | `forward` | `(x + 0.1) ** 2 - x ** 2` | the difference has to be divided by the step. |
# | `forward` | `(x ** 2 - (x - 0.1) ** 2) / 0.1` | this is the difference to the other side. |
# | `forward` | `6` | this is the derivative. The forward difference is off by something. |
# | `centred` | `((x + 0.1) ** 2 - (x - 0.1) ** 2) / 0.1` | the two points lie 0.2 apart. |
# | `centred` | `(x + 0.1) ** 2 - (x - 0.1) ** 2` | the difference has to be divided by the way, 0.2. |
# | `centred` | `6.1` | this is the forward difference. |
#
# </details>
#
# The forward difference is off by $\frac{h}{2} f'' = 0.05 \cdot 2$, as derived; the centred one is
# exact.

# %% jupyter={"source_hidden": true}
x = np.linspace(-0.6, 2.2, 200)
figure = new_figure(7.5, 3.2)
for k, (name, left) in enumerate([("forward", 0.5), ("centred", -0.3)]):
    axes = figure.add_subplot(1, 2, k + 1)
    ends = np.array([left, 1.3])
    slope = np.diff(np.tanh(ends)) / np.diff(ends)
    truth = 1 - np.tanh(0.5) ** 2
    axes.plot(x, np.tanh(x), color=VALUE, label=r"$\tanh$")
    axes.plot(x, np.tanh(0.5) + truth * (x - 0.5), color=MUTED, ls="--", label="tangent at 0.5")
    axes.plot(x, np.tanh(left) + slope * (x - left), color=GRADIENT, label=f"{name} difference")
    axes.plot(ends, np.tanh(ends), "o", color=GRADIENT)
    axes.set(
        title=f"{name}: slope {slope[0]:.3f}, true {truth:.3f}", xlabel="$x$", ylim=(-0.6, 1.5)
    )
    axes.legend(loc="lower right")
show(
    figure,
    "secants",
    "Two difference quotients with the same step, 0.8: the centred line is nearly parallel to the "
    "tangent.",
    "Two plots of tanh with its tangent at 0.5. Left, the line through the points at 0.5 and 1.3 "
    "is clearly flatter than the tangent. Right, the line through the points at -0.3 and 1.3 is "
    "nearly as steep as the tangent.",
)

# %% [markdown]
# ## Code it
#
# `python -m tutorials start`, in the folder of the clone, makes the files that you write in. Open
# `tutorials/mine/01_is_my_derivative_right.py` beside this notebook. It holds functions whose bodies
# are missing. Write one, save the file, run its cell here again. A right answer replaces the solution
# from then on; a wrong one gets a diagnosis. If you would rather stay here, write the function into a
# cell and hand it over: `numerical_gradient = check("01.numerical_gradient", my_function)`.
#
# **Exercise 1, `numerical_gradient(f, x, h)`.** The formula above, for an array `x` of any shape.
# `np.ndindex(x.shape)` runs over all indices. Three things go wrong easily: each entry has to be put
# back before the next one moves, the caller's array must not change, and an array of integers cannot
# hold $1 + 10^{-5}$.

# %% tags=["exercise"]
numerical_gradient = check("01.numerical_gradient")

# %% [markdown]
# **Exercise 2, `relative_error(a, n)`.** When do a derivative from a formula, $a$ for analytic, and a
# numerical one, $n$, agree? A difference of 1 is nothing beside a million and everything beside 1, so
# the difference is divided by the size of the numbers:
#
# $$\text{error} = \frac{|a - n|}{\max(10^{-8},\ |a| + |n|)}$$
#
# It lies between 0 and 1, and treats the two numbers alike. The $10^{-8}$ serves the case that both
# numbers are zero, or so small that only rounding noise differs.

# %% tags=["exercise"]
relative_error = check("01.relative_error")

# %% [markdown]
# **Exercise 3, `crosses_kink(x, h)`.** Taylor's series needs a smooth function. The function
# $\text{relu}(x) = \max(x, 0)$, which you will meet in notebook 05, has a kink at 0. Left of it the
# slope is 0, right of it 1. Near the kink a centred difference is neither: the table has an example. Such
# points have to be found and left out. For which $x$ does it happen, given the step $h$?
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | -1e-6 |
# | `h` | given | 1e-5 |
# | `derivative` | derive it | ? |
# | `above` | `max(x + h, 0)` | ? |
# | `below` | `max(x - h, 0)` | ? |
# | `slope` | `(above - below) / (2 * h)` | ? |

# %% tags=["by-hand"]
by_hand("01.3", derivative=..., above=..., below=..., slope=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | -1e-6 |
# | `h` | given | 1e-5 |
# | `derivative` | `0 if x < 0 else 1` | 0 |
# | `above` | `max(x + h, 0)` | 9e-6 |
# | `below` | `max(x - h, 0)` | 0 |
# | `slope` | `(above - below) / (2 * h)` | 0.45 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `derivative` | `1` | x is negative: there the ReLU is flat. |
# | `derivative` | `0.5` | x lies beside the kink, not on it. |
# | `above` | `h - x` | x is negative: x + h is smaller than h. |
# | `above` | `h` | x is not 0: x + h is a little smaller than h. |
# | `above` | `0` | x + h is positive, and the ReLU keeps it. |
# | `below` | `x - h` | x - h is negative, and the ReLU makes it 0. |
# | `below` | `h - x` | x and h are exchanged: x - h is negative, and the ReLU makes it 0. |
# | `slope` | `(above - below) / h` | the two points lie 2h apart. |
# | `slope` | `0` | this is the slope at x. The quotient sees both sides of the kink. |
# | `slope` | `0.5` | this would be so at x = 0. Here more of the step lies on the flat side. |
# | `slope` | `(above - below) / 2` | h is missing below the line. |
# | `slope` | `(above - below) / 2 * h` | (2 * h) needs its brackets: `/ 2 * h` divides by 2 and multiplies by h. |
#
# </details>

# %% tags=["exercise"]
crosses_kink = check("01.crosses_kink")

# %% jupyter={"source_hidden": true}
h, x = 1e-5, -1e-6
line = np.linspace(-2.5e-5, 2.5e-5, 201)
figure = new_figure(6, 3)
axes = figure.add_subplot()
axes.plot(1e5 * line, 1e5 * np.maximum(line, 0), color=VALUE, label="relu")
ends = np.array([x - h, x + h])
axes.plot(1e5 * ends, 1e5 * np.maximum(ends, 0), "o-", color=WRONG, label="quotient: slope 0.45")
axes.plot(1e5 * x, 0, "o", color=RIGHT, label="the point: slope 0")
axes.set(xlabel="$x$ in units of $10^{-5}$", ylabel="relu in units of $10^{-5}$")
axes.legend()
show(
    figure,
    "kink",
    "A step across the kink of a ReLU: the quotient is a mixture of the slopes 0 and 1.",
    "The ReLU near zero: flat to the left, rising with slope 1 to the right. The point at minus "
    "0.1 lies on the flat part; the line through its neighbours at minus 1.1 and 0.9 rises with "
    "slope 0.45.",
)

# %% [markdown]
# **Exercise 4, `second_derivative(f, x, h)`: no formula this time.** How fast does the slope itself change?
# Subtracting the two series gave the slope. There is another thing that one can do with them. Find a
# formula that needs only values of $f$, and whose error falls with $h^2$. Rounding is divided by $h^2$ here, not by
# $h$, so the step is a longer one. Your own function can be the judge, for an `x` of one entry:
# `numerical_gradient(lambda y: numerical_gradient(f, y)[0], x)`.

# %% tags=["exercise"]
second_derivative = check("01.second_derivative")

# %% [markdown]
# ## Check it
#
# First the hand-made example, with the coarse step; then a function whose gradient is known,
# $f = \sum_{ij} \tanh(x_{ij})$, with $\partial f / \partial x_{ij} = 1 - \tanh^2(x_{ij})$.

# %%
point = np.array([-2.0, 5.0, -4.0])
gradient = numerical_gradient(lambda p: (p[0] + p[1]) * p[2], point, h=0.1)
np.testing.assert_allclose(gradient, [-4, -4, 3], rtol=1e-12)

x = np.random.default_rng(0).normal(size=(3, 2))
gradient = numerical_gradient(lambda x: np.tanh(x).sum(), x)
worst = relative_error(gradient, 1 - np.tanh(x) ** 2).max()
print(f"largest relative error {worst:.0e}")
assert worst < 1e-9

# %% [markdown]
# Now the U itself. The next cell computes the derivative of $\tanh$ at 0.5 with both formulas, in
# both precisions, for steps from 1 down to $10^{-14}$.

# %% jupyter={"source_hidden": true}
steps = 10.0 ** np.arange(-14, 0.01, 0.25)
truth = 1 - np.tanh(0.5) ** 2


def errors(formula, dtype):
    """The relative error of a difference quotient of tanh at 0.5, for each step."""
    x, h = dtype(0.5), steps.astype(dtype)
    if formula == "forward":
        slopes = (np.tanh(x + h) - np.tanh(x)) / h
    else:
        slopes = (np.tanh(x + h) - np.tanh(x - h)) / (2 * h)
    return np.abs(slopes.astype(np.float64) - truth) / truth


figure = new_figure(7.5, 4)
axes = figure.add_subplot()
for dtype, colour in [(np.float32, GRADIENT), (np.float64, VALUE)]:
    for formula, style in [("forward", ":"), ("centred", "-")]:
        shown = np.maximum(errors(formula, dtype), 1e-13)
        axes.loglog(steps, shown, style, color=colour, label=f"{dtype.__name__}, {formula}")
axes.axhline(1e-6, color=RIGHT, lw=1)
axes.text(1, 4e-7, "tolerance 1e-6", color=RIGHT, ha="right", va="top")
axes.axvline(1e-5, color=MUTED, lw=1)
axes.text(1.3e-5, 2e-13, "$h = 10^{-5}$", color=MUTED)
axes.set(xlabel="step $h$", ylabel="relative error", ylim=(1e-13, 3))
axes.legend(loc="lower left")
show(
    figure,
    "u_curve",
    "The error of a numerical derivative is a U: large steps bend, small steps round.",
    "Relative error against step, both logarithmic, for float32 and float64 with forward and "
    "centred differences. Each curve is a U. The lowest is float64 centred, near 1e-12 at a step "
    "of about 1e-6; float64 forward reaches about 1e-9 near 1e-8, float32 centred a few 1e-6 near "
    "3e-3. At a step of 1e-5 only float64 centred lies below the tolerance of 1e-6.",
)

# %% [markdown]
# Read off the figure: in float64, the centred difference at $h = 10^{-5}$ is right to about eleven
# digits, the forward difference only to five. In float32 the centred difference is wrong in the third
# digit at that step, and its best, near $3 \cdot 10^{-3}$, is five digits. That settles two rules: check in
# float64, and with centred differences.

# %%
at = {h: int(np.argmin(np.abs(steps - h))) for h in (1e-2, 1e-3, 1e-5, 1e-6, 1e-14)}
centred, forward = errors("centred", np.float64), errors("forward", np.float64)
assert centred[at[1e-5]] < 5e-11
assert 1e-6 < forward[at[1e-5]] < 1e-5
assert errors("centred", np.float32)[at[1e-5]] > 1e-4
assert errors("centred", np.float32).min() < 2e-5

epsilon = np.finfo(np.float64).eps / 2
stated("1.1e-16", epsilon)
tanh = np.tanh(0.5)
third = (1 - tanh**2) * (6 * tanh**2 - 2)  # the third derivative of tanh
bottom = np.cbrt(3 * epsilon * abs(tanh) / abs(third))
stated("6e-6", bottom)
assert bottom / 10 < steps[np.argmin(centred)] < 10 * bottom

reveal(
    prediction,
    "b",
    "At 1e-2 the curve still bends; at 1e-14 rounding has left two digits of the difference.",
)
assert 1e-3 < centred[at[1e-14]] < 1e-2
assert centred[at[1e-6]] < centred[at[1e-2]] < centred[at[1e-14]]

# %% [markdown]
# The formula for $h^{*}$ puts the bottom at 6e-6, with an $\varepsilon$ of 1.1e-16; the measured curve
# has it within a factor of ten of that. (It is ragged there, because rounding errors are sometimes
# lucky.) A step of $10^{-5}$ is near the bottom for any function whose values and derivatives are of
# ordinary size, and is the one that `tinynet` uses.

# %% [markdown]
# ## Compare
#
# `tinynet` has these functions too, in `tinynet/gradient_check.py`. Its `numerical_gradient` moves the
# entries of an array in place, because the weights of a network have to stay where they are; apart
# from that it is yours. The relative error is the same arithmetic and agrees to the last digits; two
# numerical gradients agree only as far as rounding lets them.

# %%
from tinynet import gradient_check

theirs = gradient_check.numerical_gradient(lambda: np.tanh(x).sum(), x)
np.testing.assert_allclose(numerical_gradient(lambda x: np.tanh(x).sum(), x), theirs, rtol=1e-8)

a, n = np.random.default_rng(1).normal(size=(2, 50))
np.testing.assert_allclose(relative_error(a, n), gradient_check.relative_error(a, n), rtol=1e-12)
print(f"step {gradient_check.STEP}, tolerance {gradient_check.TOLERANCE}")

# %% [markdown]
# What you use from here on is `tinynet.check_layer(layer, x)`. A layer is one step of a network, from
# an array $x$ to an array $y$; here it is the ReLU. `check_layer` draws random weights, if the layer
# has any, and makes one number of $y$, a sum with random factors. It computes every derivative of
# this number twice, and demands a relative error of at most $10^{-6}$ for each entry. Points whose
# steps would cross a kink are drawn anew, and it says how often.

# %%
from tinynet import ReLU, check_layer

report = check_layer(ReLU(), np.random.default_rng(2).normal(size=(3, 4)))
print(f"smooth point:  redrawn {report.redraws} times, error {report.worst:.0e}")
assert report.redraws == 0
assert report.worst < 1e-9

on_the_kink = np.array([[-1e-6, 0.3], [0.7, -0.2]])
assert crosses_kink(on_the_kink, 1e-5).any()
report = check_layer(ReLU(), on_the_kink)
print(f"near the kink: redrawn {report.redraws} times, error {report.worst:.0e}")
assert report.redraws >= 1
assert report.worst < 1e-9

# %% [markdown]
# ## Break it
#
# Three wrong versions that look right. The first works on the array as it comes: fine for floats, but
# an array of integers cuts every step off. The second uses the forward difference. The third works in
# float32. Each is handed to the check of exercise 1.

# %%


def integers_cut_off(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] = x[index] + h  # 1 + h is 1 if x holds integers
        down[index] = x[index] - h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient


def forward_difference(f, x, h=1e-5):
    point = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up = point.copy()
        up[index] += h
        gradient[index] = (f(up) - f(point)) / h
    return gradient


def in_float32(f, x, h=1e-5):
    return integers_cut_off(f, x.astype(np.float32), h)


for wrong_version in (integers_cut_off, forward_difference, in_float32):
    try:
        check("01.numerical_gradient", wrong_version)
    except WrongAnswer as diagnosis:
        print(f"{wrong_version.__name__}\n    {diagnosis}\n")
    else:
        raise AssertionError("a wrong version passed")

# %% [markdown]
# ## Measure
#
# Numerical gradients need no thought, so why derive any others? Take the smallest network for real
# handwriting: one image of $28 \cdot 28 = 784$ pixels, multiplied by a matrix of weights, gives ten
# scores, one for each digit. The loss says how far the scores are from favouring the right digit.
# (Notebooks 03 and 04 derive both; here they are only a function of 7,840 weights. In the code, `Sequential` is a
# list of layers, and `parameters()` names its arrays, each with a `value` and, after `backward`, a `grad`.
# `keep=True` makes the forward pass keep what `backward` needs.) Numerically that takes 15,680 values of the loss, two
# for each weight.

# %%
from mnist_app.data import load_mnist
from tinynet import Dense, Sequential, softmax_cross_entropy

data = load_mnist()
model = Sequential([Dense(10)], input_shape=(784,), dtype=np.float64)
image, label = data.train_images[:1].reshape(1, 784) / 255, data.train_labels[:1]
weights = model.parameters()["dense_1.kernel"]
stated("7,840", weights.value.size)


def loss(values):
    weights.value[...] = values
    return softmax_cross_entropy(model.forward(image), label)[0]


def seconds(work):
    """Processor time, which does not count the programs that run beside this one."""
    started = time.process_time()
    work()
    return time.process_time() - started


def backward():
    _, dscores = softmax_cross_entropy(model.forward(image, keep=True), label)
    model.backward(dscores)


start = weights.value.copy()
evaluation_seconds = min(seconds(lambda: [loss(start) for _ in range(100)]) for _ in range(5)) / 100
numeric = numerical_gradient(loss, start)
loss(start)  # numerical_gradient leaves the weights where its last evaluation had them
backward_seconds = min(seconds(lambda: [backward() for _ in range(100)]) for _ in range(5)) / 100
numeric_seconds = 2 * weights.value.size * evaluation_seconds

worst = relative_error(weights.grad, numeric).max()
print(f"largest relative error of 7,840 entries: {worst:.0e}")
assert worst < 1e-6
assert numeric_seconds / backward_seconds > 100
stated("15,680", 2 * weights.value.size)

# %% tags=["timing"]
print(f"one value of the loss: {evaluation_seconds:8.6f} s")
print(f"15,680 of them:        {numeric_seconds:8.3f} s")
print(f"by back-propagation:   {backward_seconds:8.6f} s")
print(f"ratio:                 {numeric_seconds / backward_seconds:8,.0f}")

# %% jupyter={"source_hidden": true}
figure = new_figure(7.5, 2.9)
show_image(figure.add_subplot(1, 3, 1), data.train_images[0], f"the image: a {label[0]}")
limit = np.abs(numeric).max()
for k, (title, gradient) in enumerate([("numerically", numeric), ("backwards", weights.grad)]):
    show_image(
        figure.add_subplot(1, 3, 2 + k),
        gradient[:, label[0]].reshape(28, 28),
        f"gradient for {label[0]}, {title}",
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
    )
figure.colorbar(figure.axes[-1].images[0], ax=figure.axes, shrink=0.75, label="gradient")
show(
    figure,
    "mnist_gradient",
    "The same 784 derivatives twice: from 1,568 evaluations of the loss, and from one pass back.",
    "Left, a handwritten five from MNIST. Middle and right, the gradient of the loss with respect "
    "to the 784 weights of the score for five, once numerical and once by back-propagation: the "
    "same blue shadow of the five, negative where there is ink and zero elsewhere. A colour bar: blue "
    "is negative, red positive.",
)
stated("1,568", 2 * 784)

# %% [markdown]
# Both ways agree in every entry. (The pictures are blue, that is negative, where there is ink: more
# weight there raises the score for five, and the loss falls. Where a pixel is 0, its weight has no
# effect.) The numerical one takes more than a hundred times as long, on most machines some thousand
# times, and the ratio grows with the network: two evaluations for each weight in centred differences, so the convolutional
# network of `mnist_app`, with 121,930 weights and biases, needs 243,860 of them for *one* gradient. The way
# that the other notebooks derive, back-propagation, costs little more than another
# evaluation (notebook 02 counts it), whatever the number of weights. That is why it exists, and the numerical way stays as
# its witness.

# %%
from mnist_app.training.networks import build_network

network = build_network("cnn")
count = sum(parameter.value.size for parameter in network.parameters().values())
stated("121,930", count)
stated("243,860", 2 * count)

# %% [markdown]
# ## What this cannot tell you
#
# - **Whether the function is the right one.** A check compares a derivative with *the code* of the
#   function. If the forward pass is wrong, its right derivative passes.
# - **Anything about points that you did not check.** A mistake in a branch that the point never
#   takes, or at an image that is all black, stays unseen. Hence random points, random weights and
#   several examples.
# - **Anything at a kink.** There is no derivative there, and what the code returns is a choice.
# - **Small mistakes, if the tolerance is loose.** With an allowed error of 1 %, a mean over 128
#   examples may be divided by 127 and passes. The tolerance of $10^{-6}$ is far above what rounding
#   causes here and far below what a mistake causes.
#
# **In short.** You can now test any derivative: $(f(x + h) - f(x - h)) / 2h$ in float64 with a step
# near the bottom of the U, a relative error with $|a| + |n|$ below it, and points near a kink left
# out. Where people go wrong: a forward difference, float32, an array of integers, an entry that is
# not put back, one tolerance for everything.
#
# **In other libraries.** PyTorch has `torch.autograd.gradcheck`, which does the same (in float64,
# with centred differences) to functions that compute their own gradients. TensorFlow has `tf.test.compute_gradient`.
#
# **The best of others.** [CS231n, gradient
# checks](https://cs231n.github.io/neural-networks-3/#gradcheck), the classic list of advice. Baydin
# and others, [Automatic differentiation in machine learning](https://arxiv.org/abs/1502.05767), on
# how it differs from differences and from symbols. Tim Vieira, [How to test
# gradient implementations](https://timvieira.github.io/blog/post/2017/04/21/how-to-test-gradient-implementations/),
# on tests that can fail.

# %% [markdown]
# ## Next
#
# [02 The chain rule on a graph](02_chain_rule.ipynb): how one pass backwards gets all derivatives at
# once.
