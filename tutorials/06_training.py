# %% [markdown]
# # 06 Training you can trust
#
# [← 05 ReLU and a whole network](05_relu_and_a_whole_network.ipynb) · [contents](README.md) · [07 Convolution, forwards →](07_convolution_forward.ipynb)
#
# ## Question
#
# The gradient is right: five notebooks checked it entry by entry. A network with a right gradient
# can still train badly, or train well for a reason that will not last: steps too long, weights that
# start too large, images that are not scaled, labels that belong to other images. None of this
# raises an error, and most of it still reads most digits. So: when can I trust a training run?
#
# Two things are needed. One is the *step*: what is done with a gradient, and why that helps. The
# other is a short list of measurements to take before believing anything, a ladder whose rungs are
# climbed one after the other.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import numpy as np

from tutorials.cells import FAST, check, reveal, stated
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import GRADIENT, MUTED, RIGHT, VALUE, WRONG, empty_axes, new_figure, show
from tutorials.tables import by_hand

# %% [markdown]
# ## Part one: the step
#
# *What it is for: you write the three kinds of step that nearly all networks are trained with, and the scale at which weights
# start; then you see why each helps. Exercises 1 to 4, 55 minutes.*
#
# ## Predict
#
# Somebody forgets the $1/N$ in the gradient of the loss; the loss itself has it. With $N = 128$
# examples in a batch, every gradient is then exactly 128 times too large. The network is trained with
# Adam, the optimizer that `mnist_app` uses. The first step that it takes is
#
# - **a**: 128 times too long, and the training diverges
# - **b**: as long as it should be
# - **c**: 128 times too short, because Adam divides by the square of the gradient

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# ### Downhill
#
# The loss $L$ is a function of all weights $w_i$. Change each by a small $\Delta_i$. A smooth
# function is, close by, its tangent:
#
# $$L(w + \Delta) \approx L(w) + \sum_i \frac{\partial L}{\partial w_i} \Delta_i$$
#
# We may choose the $\Delta_i$. With $\Delta_i = -\eta \ \partial L / \partial w_i$ and a small
# positive number $\eta$ (the *learning rate*, `rate` in the code) every term of the sum is negative
# or zero:
#
# $$L(w + \Delta) \approx L(w) - \eta \sum_i \left( \frac{\partial L}{\partial w_i} \right)^2$$
#
# As vectors, with $dw$ for the gradient as in the code: $w \leftarrow w - \eta \ dw$. That is
# *gradient descent*. It is called *stochastic* (SGD) when $dw$ comes from a random batch of
# examples in place of all. The loss is a mean over examples, so the batch's gradient is right on
# average, at a fraction of the cost.
#
# ### How long a step
#
# The tangent holds only close by. The simplest loss that bends is $L = \frac{\lambda}{2} w^2$, a
# valley with *curvature* $\lambda$. Its gradient is $\lambda w$, and a step makes
#
# $$w \leftarrow w - \eta \lambda w = (1 - \eta \lambda) \ w$$
#
# After $t$ steps $w$ has been multiplied by $(1 - \eta \lambda)^t$. It shrinks if and only if
# $|1 - \eta \lambda| < 1$, that is for $0 < \eta < 2 / \lambda$. Beyond that, each step jumps over
# the valley to a higher place on the other side. A network has many weights and many curvatures at
# once: the *largest* one limits the rate, and along the *smallest* one this rate makes slow
# progress.
#
# ### Momentum
#
# Keep a part $\mu$ of the last step, and add the new one to it:
#
# $$v \leftarrow \mu v - \eta \ dw, \qquad w \leftarrow w + v$$
#
# Across a valley the gradient changes its sign at each step, and the steps cancel. Along the valley
# it keeps its sign and they add up: for a constant gradient $g$ the step $v$ grows towards
# $-\eta g (1 + \mu + \mu^2 + \dots) = -\eta g / (1 - \mu)$, which for the usual $\mu = 0.9$ is 10
# times the plain step.
#
# Take your pencil: momentum in the valley $L = w^2$, so that $dw = 2w$, from $w = 1$ with $\eta = 0.1$,
# $\mu = 0.9$. Two steps; `plain` is where the second would end without momentum: SGD, from where the first step led.
#
# | name | rule | number |
# | --- | --- | --- |
# | `w` | given | 1 |
# | `v` | given | 0 |
# | `dw` | `2 * w` | ? |
# | `v` | `0.9 * v - 0.1 * dw` | ? |
# | `w` | `w + v` | ? |
# | `dw_2` | `2 * w` with the new `w` | ? |
# | `v_2` | derive it | ? |
# | `w_2` | derive it | ? |
# | `plain` | derive it | ? |

# %% tags=["by-hand"]
by_hand("06.1", dw=..., v=..., w=..., dw_2=..., v_2=..., w_2=..., plain=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `w` | given | 1 |
# | `v` | given | 0 |
# | `dw` | `2 * w` | 2 |
# | `v` | `0.9 * v - 0.1 * dw` | -0.2 |
# | `w` | `w + v` | 0.8 |
# | `dw` | `2 * w` | 1.6 |
# | `v` | `0.9 * v - 0.1 * dw` | -0.34 |
# | `w` | `w + v` | 0.46 |
# | `plain` | `0.8 - 0.1 * 2 * 0.8` | 0.64 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `dw` | `1` | the slope of $w^2$ is $2w$. |
# | `v` | `0.1 * dw` | the step goes downhill, against the gradient. |
# | `dw_2` | `2` | this is the gradient at the old place. Take it at the new one. |
# | `v_2` | `-0.1 * dw_2` | the old velocity is missing: nine tenths of it stay. |
# | `v_2` | `v - 0.1 * dw_2` | all of the old velocity is kept. Nine tenths of it stay. |
# | `v_2` | `0.9 * v - 0.1 * dw` | the gradient is that of the old place. Take it at the new one. |
# | `v_2` | `0.9 * v - 0.1 * 0.1 * dw_2` | a tenth of the new part is taken. That makes an average, as in Adam; the velocity is a sum. |
# | `v_2` | `0.9 * v + 0.1 * dw_2` | the new part has the wrong sign. It goes against the gradient. |
# | `w_2` | `w - 0.1 * dw_2` | the old velocity is missing: this step is a plain one. |
# | `w_2` | `1 + v_2` | the second step begins where the first one ended. |
# | `w_2` | `w - v_2` | the velocity is added: its sign is in it already. |
# | `plain` | `0.8` | this is the first step. The second begins here. |
# | `plain` | `1 - 0.1 * dw_2` | the second step begins where the first one ended. |
# | `plain` | `0.8 - 0.1 * 2` | the gradient is that of the old place. Take it at the new one. |
#
# </details>

# %% [markdown]
# ### Adam
#
# A rate that suits one weight may suit no other. Adam gives each weight its own: it divides by the
# size that its gradient has had lately. It keeps two running averages, of the gradient and of its
# square (this $v$ is not the velocity, but both names are customary):
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) \ dw, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) \ dw^2$$
#
# with $\beta_1 = 0.9$ and $\beta_2 = 0.999$; all operations are entry by entry. Both begin at zero,
# so at first they are too small. By how much? Suppose that the gradient is always $g$. Then after
# one step $m = (1 - \beta_1) g$, after two $m = (1 - \beta_1)(1 + \beta_1) g = (1 - \beta_1^2) g$,
# and after $t$ steps $m = (1 - \beta_1^t) g$. So $m / (1 - \beta_1^t)$ is the average that we
# meant, and $v / (1 - \beta_2^t)$ likewise. The step is the one average over the root of the other:
#
# $$w \leftarrow w - \eta \ \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)}}$$
#
# A gradient that is always $g$ gives $g / \sqrt{g^2} = \pm 1$: a step of length $\eta$, whatever
# the size of $g$. If the sign of the gradient varies, $m$ cancels and $v$ does not, and the steps
# get shorter. One thing is missing: a weight whose gradient has always been zero, such as that of a
# pixel that is always blank, would get $0 / 0$. A tiny $\varepsilon = 10^{-7}$ is added. Keras and
# `tinynet` first gather the two corrections in front, and then add it to $\sqrt{v}$:
#
# $$w \leftarrow w - \eta \ \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \ \frac{m}{\sqrt{v} + \varepsilon}$$
#
# By pencil: Adam from $w = 1$ with $\eta = 0.1$, for the gradients 0.5 and then $-0.1$. (`m_average` and
# `v_average` are the corrected averages; $\varepsilon$ is too small to show.)
#
# | name | rule | number |
# | --- | --- | --- |
# | `w` | given | 1 |
# | `dw` | given | 0.5 |
# | `m` | `0.1 * dw` | ? |
# | `v` | `0.001 * dw ** 2` | ? |
# | `m_average` | derive it | ? |
# | `v_average` | derive it | ? |
# | `w` | `w - 0.1 * m_average / sqrt(v_average)` | ? |
# | `dw_2` | given | -0.1 |
# | `m_2` | `0.9 * m + 0.1 * dw_2` | ? |
# | `v_2` | `0.999 * v + 0.001 * dw_2 ** 2` | ? |
# | `m_average_2` | derive it | ? |
# | `v_average_2` | derive it | ? |
# | `w_2` | `w - 0.1 * m_average_2 / sqrt(v_average_2)` | ? |

# %% tags=["by-hand"]
by_hand("06.2",
    m=..., v=..., m_average=..., v_average=..., w=..., m_2=..., v_2=..., m_average_2=...,
    v_average_2=..., w_2=...)  # fmt: skip

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `w` | given | 1 |
# | `dw` | given | 0.5 |
# | `m` | `0.1 * dw` | 0.05 |
# | `v` | `0.001 * dw ** 2` | 0.00025 |
# | `m_average` | `m / (1 - 0.9)` | 0.5 |
# | `v_average` | `v / (1 - 0.999)` | 0.25 |
# | `w` | `w - 0.1 * m_average / sqrt(v_average)` | 0.9 |
# | `dw` | given | -0.1 |
# | `m` | `0.9 * m + 0.1 * dw` | 0.035 |
# | `v` | `0.999 * v + 0.001 * dw ** 2` | 0.00025975 |
# | `m_average` | `m / (1 - 0.9 ** 2)` | 0.1842 |
# | `v_average` | `v / (1 - 0.999 ** 2)` | 0.1299 |
# | `w` | `w - 0.1 * m_average / sqrt(v_average)` | 0.8489 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `m_average` | `m` | this is $m$ itself, which began at zero and is too small. Correct it. |
# | `m_average` | `m / 0.9` | this is $m$ divided by $\beta_1$. What part of the gradient is in $m$ after one step? |
# | `v_average` | `v` | this is $v$ itself, or $v$ divided by $\beta_2$. What part of the square is in $v$ after one step? |
# | `m_average_2` | `m_2` | this is $m$ itself, which began at zero and is too small. Correct it. |
# | `m_average_2` | `(0.5 - 0.1) / 2` | both gradients weigh the same here. The older one has been multiplied by $\beta_1$ once more. |
# | `m_average_2` | `m_2 / (1 - 0.9)` | this is the correction of the first step. $t$ is 2 now. |
# | `v_average_2` | `v_2` | this is $v$ itself, which began at zero and is too small. Correct it. |
# | `v_average_2` | `v_2 / (1 - 0.999)` | this is the correction of the first step. $t$ is 2 now. |
# | `w_2` | `1 - 0.1 * m_average_2 / sqrt(v_average_2)` | the step begins where the first one ended. |
# | `w_2` | `w + 0.1 * m_average_2 / sqrt(v_average_2)` | the step goes the wrong way: against the average, which is still positive. |
#
# </details>
#
# The first step has the length 0.1, the rate itself. The second still goes the old way although the
# gradient has turned: the average of 0.5 and $-0.1$ is positive.

# %% [markdown]
# ### Where to start
#
# All zeros will not do: every hidden unit would be zero, and so would every gradient of a weight.
# So the weights are drawn at random, positive and negative ones equally likely. How large? Take one output
# $y_j = \sum_i x_i w_{ij}$ of a layer with $n$ inputs. The $w_{ij}$ are drawn independently with
# standard deviation $s$; the $x_i$ are given. Variances of independent terms add:
#
# $$\text{Var}(y_j) = \sum_{i=1}^{n} x_i^2 s^2 = n s^2 \cdot \overline{x^2}$$
#
# where $\overline{x^2}$ is the *mean square* of the inputs. The $y_j$ have mean 0, so their variance
# is their own mean square, taken over many units. A ReLU follows and sets one half of them, the
# negative ones, to zero. Positive and negative ones are equally likely and equally large, so it
# halves the mean square:
#
# $$\overline{\text{relu}(y)^2} = \frac{n s^2}{2} \cdot \overline{x^2}$$
#
# The root of the mean square is thus multiplied by $s \sqrt{n / 2}$ in each layer. In ten layers a
# factor of 0.5 becomes $0.5^{10}$, a thousandth, and a factor of 2 becomes $2^{10}$. Only a factor
# of 1 survives. The $s$ that has it is *He's scale*, after the first author of the paper that proposed
# it, and yours to find: exercise 4. The same count backwards, for $dX = dY W^T$, sums over the outputs
# in place of the inputs. Without a ReLU nothing is halved, and the two directions ask for
# $\sqrt{1 / n}$ and $\sqrt{1 / \text{outputs}}$. *Glorot's scale* is the compromise between these
# two, with the mean of both counts: $\sqrt{2 / (n + \text{outputs})}$. It is Keras's default and
# `tinynet`'s; for three or five layers the difference is small.

# %% [markdown]
# ## By hand
#
# He's scale for a layer with the inputs 1, 2 and 2: the mean square comes out of the ReLU as it
# went into the layer.
#
# | name | rule | number |
# | --- | --- | --- |
# | `x` | given | [1, 2, 2] |
# | `mean_square` | `np.mean(x ** 2)` | ? |
# | `s_squared` | derive it | ? |
# | `variance` | `1 * s_squared + 4 * s_squared + 4 * s_squared` | ? |
# | `after_relu` | `variance / 2` | ? |

# %% tags=["by-hand"]
by_hand("06.3", mean_square=..., s_squared=..., variance=..., after_relu=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [1, 2, 2] |
# | `mean_square` | `np.mean(x ** 2)` | 3 |
# | `s_squared` | `2 / 3` | 0.6667 |
# | `variance` | `1 * s_squared + 4 * s_squared + 4 * s_squared` | 6 |
# | `after_relu` | `variance / 2` | 3 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `s_squared` | `1 / 3` | a ReLU follows, which halves the mean square. |
# | `s_squared` | `2 / 9` | the mean square of the inputs is in it. The scale depends on their number alone. |
# | `s_squared` | `sqrt(2 / 3)` | this is $s$. Asked for is its square. |
# | `mean_square` | `25 / 9` | this is the square of the mean. |
#
# </details>

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/06_training.py`. They take arrays and return *new*
# arrays.
#
# **Exercise 1, `sgd_step(w, dw, rate)`.** Plain gradient descent.

# %% tags=["exercise"]
sgd_step = check("06.sgd_step")

# %% [markdown]
# **Exercise 2, `momentum_step(w, dw, velocity, rate, momentum)`.** The velocity comes back beside
# the weights, because the next step needs it.

# %% tags=["exercise"]
momentum_step = check("06.momentum_step")

# %% [markdown]
# **Exercise 3, `adam_step(w, dw, m, v, t, rate, ...)`.** The last formula of the section on Adam.
# The averages are returned as they are kept, uncorrected; the correction lives in the rate.

# %% tags=["exercise"]
adam_step = check("06.adam_step")

# %% [markdown]
# **Exercise 4, `initial_scale(shape)`.** He's scale from the shape of the weights. A dense layer
# has weights (in, out). The kernel of a convolution, from notebook 07 on, has four axes, and again
# the last one counts the outputs; the $n$ numbers that are added up for one output are counted by
# all others.

# %% tags=["exercise"]
initial_scale = check("06.initial_scale")

# %% [markdown]
# ## Check it
#
# First the tables above, from your functions. Then what was derived: the rate at which a valley of
# curvature $\lambda = 25$ is left, and by how much a small step lowers the loss of a real network.

# %%
from mnist_app.data import load_mnist
from mnist_app.training.networks import build_network
from tinynet import softmax_cross_entropy

w, v = np.array([1.0]), np.array([0.0])
for _ in range(2):
    w, v = momentum_step(w, 2 * w, v, rate=0.1)
stated("0.46", w[0])

w, m, v = np.array([1.0]), np.array([0.0]), np.array([0.0])
for t, gradient in enumerate([0.5, -0.1], start=1):
    w, m, v = adam_step(w, np.array([gradient]), m, v, t, rate=0.1)
stated("0.8489", w[0])

for rate, comes_home in [(0.079, True), (0.081, False)]:  # 2 / 25 is 0.08
    w = np.array([1.0])
    for _ in range(1000):
        w = sgd_step(w, 25 * w, rate)
    print(f"rate {rate}: after 1000 steps from w = 1, |w| is {abs(w[0]):.0e}")
    assert (abs(w[0]) < 1e-3) == comes_home
    assert comes_home or abs(w[0]) > 1e3

data = load_mnist()
network = build_network("mlp", dtype=np.float64)
pixels, answers = network.prepare(data.train_images[:200]), data.train_labels[:200]
before, dscores = softmax_cross_entropy(network.forward(pixels, keep=True), answers)
network.backward(dscores)
promised = 0.0  # the change of the loss, by the formula of "Downhill"
for p in network.parameters().values():
    promised -= 1e-4 * np.sum(p.grad**2)
    p.value[...] = sgd_step(p.value, p.grad, rate=1e-4)
change = softmax_cross_entropy(network.forward(pixels), answers)[0] - before
print(f"a step of rate 1e-4 changes the loss: promised {promised:.6f}, happened {change:.6f}")
assert abs(change / promised - 1) < 0.02

# %% [markdown]
# The prediction: Adam's first step with a gradient, and with 128 times that gradient.

# %%
rng = np.random.default_rng(0)
w, g, zero = rng.normal(size=1000), rng.normal(size=1000), np.zeros(1000)
step = adam_step(w, g, zero, zero, 1)[0] - w
larger = adam_step(w, 128 * g, zero, zero, 1)[0] - w
np.testing.assert_allclose(larger, step, rtol=0.01)
np.testing.assert_allclose(np.abs(step), 0.001, rtol=0.01)
reveal(
    prediction, "b", "Factors in the gradient cancel: m has one of them, and so has the root of v."
)

# %% [markdown]
# Now a valley with two curvatures, 1 along and 25 across, and the three optimizers in it. SGD and
# momentum have the same rate, 0.074, just below the limit of $2 / 25$; $\mu$ is 0.4. Watch what the momentum
# does to the zigzag: across the valley its steps cancel, along it they add up. And Adam (with a rate of 0.25) begins
# diagonally: equally long steps along and across, though the slope across is eight times the other.


# %%
def walk(optimizer, steps):
    """The places that an optimizer visits in the valley L = (x^2 + 25 y^2) / 2."""
    curvatures = np.array([1.0, 25.0])
    place, memory = np.array([-4.0, 1.3]), [np.zeros(2), np.zeros(2)]
    path = [place]
    for t in range(1, steps + 1):
        slope = curvatures * place
        if optimizer == "SGD":
            place = sgd_step(place, slope, rate=0.074)
        elif optimizer == "momentum":
            place, memory[0] = momentum_step(place, slope, memory[0], rate=0.074, momentum=0.4)
        else:
            place, *memory = adam_step(place, slope, *memory, t, rate=0.25)
        path.append(place)
    return np.array(path)


for optimizer in ("SGD", "momentum", "Adam"):
    along, across = walk(optimizer, 25)[-1]
    print(f"{optimizer:8} after 25 steps: {along:6.3f} along, {across:6.3f} across")

x, y = np.meshgrid(np.linspace(-4.6, 1.6, 200), np.linspace(-1.6, 1.6, 120))
figure = new_figure(8, 1.9)
for k, (optimizer, colour) in enumerate([("SGD", VALUE), ("momentum", GRADIENT), ("Adam", RIGHT)]):
    axes = figure.add_subplot(1, 3, k + 1)
    levels = np.array([0.02, 0.2, 0.8, 2, 4, 7, 12, 20, 30])
    axes.contour(x, y, (x**2 + 25 * y**2) / 2, levels=levels, colors=MUTED, linewidths=0.6)
    path = walk(optimizer, 25)
    axes.plot(*path.T, "o-", ms=3.5, lw=1.2, color=colour)
    axes.plot(0, 0, "+", ms=12, mew=2, color=WRONG)
    axes.set_title(optimizer, color=colour)
    axes.set_aspect("equal")
    empty_axes(axes)
show(
    figure,
    "valley",
    "Twenty-five steps in a valley that is 25 times as steep across as along; the cross is the "
    "lowest place.",
    "Three copies of the same narrow elliptical valley with the path of an optimizer from its left "
    "end towards a cross in the middle. SGD zigzags from wall to wall and creeps to the right. "
    "Momentum, at the same rate, zigzags three or four times and less each time, then runs along the "
    "floor almost to the cross. Adam "
    "walks in steps of equal length in both directions, past the cross and back.",
)

# %% [markdown]
# ### Does the scale hold?
#
# Ten layers of 512 units with ReLU, fed with 500 real digits: the root of the mean square after
# each layer, for three scales of the weights, and the gradient that comes back.

# %%
from tinynet import Dense, ReLU, Sequential
from tinynet.inspection import activations, gradients


def deep_network(scale):
    layers = [layer for _ in range(10) for layer in (Dense(512), ReLU())]
    model = Sequential([*layers, Dense(10)], input_shape=(784,), dtype=np.float64)
    rng = np.random.default_rng(0)
    for p in model.parameters().values():
        if p.value.ndim == 2:
            s = initial_scale(p.value.shape) if scale == "He" else scale
            p.value[...] = rng.normal(0, s, p.value.shape)
    return model


def root_mean_square(array):
    return float(np.sqrt(np.mean(np.square(array))))


few = 100 if FAST else 500
images, answers = data.train_images[:few].reshape(few, 784) / 255, data.train_labels[:few]
figure = new_figure(8, 3.1)
forwards, backwards = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
factor = {}
for scale, colour in [(0.01, VALUE), ("He", RIGHT), (0.1, GRADIENT)]:
    model = deep_network(scale)
    values = activations(model, images, keep=True)
    back = gradients(model, softmax_cross_entropy(values[-1], answers)[1])
    outputs = [root_mean_square(x) for x in values[2::2]]  # behind each ReLU
    grads = [root_mean_square(dx) for dx in back[:-1:2]]  # at the input of each dense layer
    factor[scale] = (outputs[-1] / outputs[0]) ** (1 / 9)
    label = f"s = {scale}" if scale != "He" else "He: $s = \\sqrt{2/n}$"
    forwards.semilogy(range(1, 11), outputs, "o-", ms=4, color=colour, label=label)
    backwards.semilogy(range(1, 12), grads, "o-", ms=4, color=colour, label=label)
forwards.set(title="values: root mean square", xlabel="after layer", xticks=range(1, 11))
backwards.set(title="dX: root mean square", xlabel="at the input of layer", xticks=range(1, 12))
forwards.legend()
show(
    figure,
    "initial_scale",
    "Values and gradients in a deep network before the first step: only He's scale keeps both alive.",
    "Two logarithmic plots over the layers of a ten-layer network, for three scales. Left, the "
    "values: with s = 0.01 they fall from 0.07 to below 1e-8, with He's scale they stay near 0.3, "
    "with s = 0.1 they grow to 44. Right, the gradients that come back: from the last layer to the "
    "first they fall by many powers of ten for s = 0.01, stay nearly level for He's scale, and grow "
    "for s = 0.1.",
)
print({scale: round(value, 2) for scale, value in factor.items()})
assert abs(factor[0.01] - 0.01 * np.sqrt(512 / 2)) < 0.02
assert abs(factor["He"] - 1) < 0.02
assert abs(factor[0.1] - 0.1 * np.sqrt(512 / 2)) < 0.03
stated("0.16", 0.01 * np.sqrt(512 / 2))
stated("1.6", 0.1 * np.sqrt(512 / 2))

# %% [markdown]
# The factor from layer to layer is $s \sqrt{n / 2}$ as derived: 0.16 for $s = 0.01$, 1 for He's
# scale, 1.6 for $s = 0.1$. Backwards it is the same from layer 10 to layer 2,
# which have as many outputs as inputs. (The first layer has 784 inputs for 512 outputs, hence the small dip at the left end.)
# (A weight's own gradient shows less. It is $X^T dY$: an input that has shrunk in all layers before this one, times a gradient that
# has shrunk in all layers behind it. Together that is all layers, so it is equally small everywhere.)
#
# **Looking back at part one.** A step goes against the gradient. Momentum adds steps up, so those that turn round cancel; Adam
# divides by the size of the gradient, so a factor in it cancels. The start decides whether anything arrives at either end. A good place to
# stop: part two begins anew, with your `adam_step`.
#
# ## Part two: the run
#
# *What it is for: you train a network for the first time, and learn by which measurements a run is trusted or not.
# Exercise 5 and a riddle of four wrong runs, 40 minutes.*
#
# ## Code it
#
# **Exercise 5, `learn_by_heart(weights, loss_and_gradients, adam_step, steps)`: no recipe this time.** A first training: the same few
# examples, again and again, and how the loss falls. It will be the second rung of the ladder below. The network is hidden in
# `loss_and_gradients`. What has to be kept from one step to the next? When are gradients taken, and what is $t$?

# %% tags=["exercise"]
learn_by_heart = check("06.learn_by_heart")

# %% [markdown]
# <details><summary>How it comes about</summary>
#
# Every array of the weights has an $m$ and a $v$ of its own, zeros at first, which come out of one step and go into the next. $t$ counts
# steps, from 1, and is the same for all arrays. All gradients of a step are taken at the same weights, before the first array moves.
#
# </details>
#
# The usual training loop differs in one thing: it goes through all images once, an *epoch*, in shuffled batches. For
# each batch it takes one *training step*: outputs, loss and its gradient, backward, update.
# `batches` of `tinynet` yields the shuffled indices, and `prepare` turns bytes from 0 to 255 into
# numbers from 0 to 1. `training=True` is for layers that behave otherwise in training, such as the
# dropout of notebook 09; `keep=True` makes each layer keep what `backward` needs.

# %%
from tinynet import batches


def train_mine(model, images, labels, rng, rate=0.001, batch_size=128):
    """Once through all images with the Adam of exercise 3; returns the loss of each batch."""
    memory = {name: (0 * p.value, 0 * p.value) for name, p in model.parameters().items()}
    losses = []
    for t, batch in enumerate(batches(len(images), batch_size, rng), start=1):
        scores = model.forward(model.prepare(images[batch]), training=True, keep=True)
        loss, dscores = softmax_cross_entropy(scores, labels[batch])
        model.backward(dscores)
        for name, p in model.parameters().items():
            w, m, v = adam_step(p.value, p.grad, *memory[name], t, rate)
            p.value[...] = w
            memory[name] = m, v
        losses.append(loss)
    return losses


# %% [markdown]
# The inner loop's body is what `tinynet.train_step` does, with an optimizer in place of `adam_step`
# and `memory`. Everything in `tinynet` that trains calls that function, and from the section
# "The ladder" on so does this notebook.
#
# ## Check it
#
# ### The ladder
#
# Four measurements, each cheap, in this order. Each can only be trusted if those before it are
# passed.
#
# 1. **The first loss is near $\ln 10 = 2.3026$.** A fresh network favours no digit, and giving each
#    one the probability 1/10 costs $-\ln(1/10)$ (notebook 04). We ask for a loss between 2.2 and
#    2.8. A larger one means that the scores are large before anything has been learned: the scale
#    of the inputs or of the weights is wrong.
# 2. **Twenty images can be learned by heart.** A network with more than half a million weights must
#    get the loss of 20 images below 0.01 within 40 steps, by your `learn_by_heart`. If it cannot, the gradient, the loss or
#    the step is wrong, and more data will not help.
# 3. **Every layer moves.** The length of the first step, over the length of the weights themselves,
#    lies between $10^{-3}$ and $10^{-1}$ for each kernel, as `tinynet` calls the weights without
#    the biases. (Adam's first step moves each weight by about the rate. Later the steps get shorter,
#    and a ratio near $10^{-3}$ is usual.)
# 4. **Images that it has not seen are read better than by chance.** After 4,000 images, at least
#    half of 2,000 others are right; guessing gives a tenth.
#
# The accuracy comes last, although it is what everybody looks at first: it is the *least* able to find a fault.

# %%
from tinynet import Adam, evaluate, train_step

order = np.random.default_rng(0).permutation(60_000)
training, held_out = order[:54_000], order[54_000:]  # 6,000 held out
train_images, train_labels = data.train_images[training], data.train_labels[training]
validation = data.train_images[held_out], data.train_labels[held_out]
few_images, few_labels = train_images[:4000], train_labels[:4000]
unseen = 200 if FAST else 2000
unseen_images, unseen_labels = validation[0][:unseen], validation[1][:unseen]


def climb(model, loss_function=softmax_cross_entropy):
    """The measurements of the four rungs."""
    parameters = list(model.parameters().values())
    start = [p.value.copy() for p in parameters]
    pixels, answers = model.prepare(few_images[:20]), few_labels[:20]

    def put(weights):
        for p, w in zip(parameters, weights, strict=True):
            p.value[...] = w

    def loss_and_gradients(weights):
        put(weights)
        loss, dscores = loss_function(model.forward(pixels, training=True, keep=True), answers)
        model.backward(dscores)
        return loss, [p.grad.copy() for p in parameters]

    heart = learn_by_heart(start, loss_and_gradients, adam_step, 3 if FAST else 40)
    moves = []
    for w, dw in zip(start, loss_and_gradients(start)[1], strict=True):
        if w.ndim == 2:  # a kernel
            moved = adam_step(w, dw, 0 * w, 0 * w, 1)[0] - w
            moves.append(np.linalg.norm(moved) / np.linalg.norm(w))

    put(start)
    optimizer = Adam()
    for batch in list(batches(4000, 100, np.random.default_rng(0)))[: 2 if FAST else None]:
        train_step(model, few_images[batch], few_labels[batch], loss_function, optimizer)
    _, accuracy = evaluate(model, unseen_images, unseen_labels, workers=2)
    return {"heart": heart, "moves": moves, "accuracy": accuracy, "first": heart[0]}


seen = climb(build_network("mlp"))
print(f"1. first loss {seen['first']:.2f}")
print(f"2. loss of 20 images {seen['heart'][-1]:.4f} after {len(seen['heart']) - 1} steps")
print("3. moves of the three kernels", ", ".join(f"{move:.3f}" for move in seen["moves"]))
print(f"4. {100 * seen['accuracy']:.1f} % of unseen images right")
assert 2.2 < seen["first"] < 2.8
if not FAST:
    assert seen["heart"][-1] < 0.01
    assert min(seen["moves"]) > 1e-3
    assert max(seen["moves"]) < 1e-1
    assert seen["accuracy"] > 0.5
stated("2.3026", np.log(10))

# %% [markdown]
# ## Compare
#
# `tinynet.SGD` and `tinynet.Adam` change all weights of a model at once. The weights lie end to end in
# one vector, the gradients in a second, and the memory in others like them; apart from that they are
# your functions. Ten steps with random gradients, each with a rate of its own from a `CosineDecay`
# (more on that below), then the training loop against `tinynet.fit`. (Below, one parameter stands for
# a whole model; `allocate` makes its two vectors.)

# %%
from tinynet import SGD, CosineDecay, Flatten, Parameter, fit
from tinynet.initializers import zeros
from tinynet.parameter import allocate

rng = np.random.default_rng(0)
schedule = CosineDecay(0.01, decay_steps=10)
parameter = Parameter((3, 4), zeros)
for optimizer in (SGD(schedule), SGD(schedule, momentum=0.9), Adam(schedule)):
    allocate([parameter], rng, np.float64)
    w = parameter.value.copy()
    memory = [np.zeros((3, 4)), np.zeros((3, 4))]
    for t in range(10):
        parameter.grad[...] = rng.normal(size=(3, 4))
        optimizer.update({"w": parameter})
        if isinstance(optimizer, Adam):
            w, *memory = adam_step(w, parameter.grad, *memory, t + 1, schedule(t))
        elif optimizer.momentum:
            w, memory[0] = momentum_step(w, parameter.grad, memory[0], schedule(t))
        else:
            w = sgd_step(w, parameter.grad, schedule(t))
        np.testing.assert_allclose(w, parameter.value, rtol=1e-12, atol=1e-15)
print("ten steps of SGD, momentum and Adam: equal to 12 digits")


def small_network():
    layers = [Flatten(), Dense(32), ReLU(), Dense(10)]
    return Sequential(layers, input_shape=(28, 28, 1), seed=1, dtype=np.float64)


mine, theirs = small_network(), small_network()
images, labels = train_images[:1280], train_labels[:1280]
train_mine(mine, images, labels, np.random.default_rng(5))
fit(theirs, images, labels, rng=np.random.default_rng(5), workers=1)
for name, p in theirs.parameters().items():
    np.testing.assert_allclose(mine.parameters()[name].value, p.value, rtol=1e-9, atol=1e-12)
print("ten batches with the loop above and with tinynet.fit: the same weights")

# %% [markdown]
# ## Break it
#
# **Wrong steps.** Adam without its correction; with $\varepsilon$ inside the root; momentum with
# the sign turned.


# %%
def uncorrected(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = beta_1 * m + (1 - beta_1) * dw
    v = beta_2 * v + (1 - beta_2) * dw**2
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


def epsilon_inside(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = beta_1 * m + (1 - beta_1) * dw
    v = beta_2 * v + (1 - beta_2) * dw**2
    rate *= np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / np.sqrt(v + epsilon), m, v


def sign_turned(w, dw, velocity, rate, momentum=0.9):
    velocity = momentum * velocity - rate * dw
    return w - velocity, velocity


for exercise, wrong_version in [
    ("06.adam_step", uncorrected),
    ("06.adam_step", epsilon_inside),
    ("06.momentum_step", sign_turned),
]:
    try:
        check(exercise, wrong_version)
    except WrongAnswer as diagnosis:
        print(f"{wrong_version.__name__}\n    {diagnosis}\n")
    else:
        raise AssertionError("a wrong version passed")

first = uncorrected(zero, g, zero, zero, 1)[0] / adam_step(zero, g, zero, zero, 1)[0]
stated("3.16", np.median(first))

# %% [markdown]
# Without correction the first step is not too short, as one might think, but 3.16 times too long:
# $m$ is a tenth of what it should be, the root of $v$ only $\sqrt{0.001}$, a thirtieth. Such a run
# does not stop, and nothing in it looks wrong.
#
# **Wrong runs.** A step can be right and a run still be wrong. Here are four faults between the scores and the
# gradient. Which rung of the ladder is the *first* to see each? Put 1, 2, 3 or 4 in place of `None`, or 0 if no rung
# sees it, before you run the cell.

# %%
my_rungs = {
    "1/N forgotten in the loss and in its gradient": None,
    "1/N forgotten in the gradient alone": None,
    "the gradient's sign turned": None,
    "each image with the next one's label": None,
}


def summed(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return len(labels) * loss, len(labels) * dscores


def summed_gradient(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss, len(labels) * dscores


def uphill(scores, labels):
    loss, dscores = softmax_cross_entropy(scores, labels)
    return loss, -dscores


def neighbours(scores, labels):
    return softmax_cross_entropy(scores, np.roll(labels, 1))


def first_rung(seen):
    """The first rung that is not passed, 0 if all are."""
    passed = [
        2.2 < seen["first"] < 2.8,
        seen["heart"][-1] < 0.01,
        1e-3 < min(seen["moves"]) <= max(seen["moves"]) < 1e-1,
        seen["accuracy"] > 0.5,
    ]
    return 0 if all(passed) else passed.index(False) + 1


faults = (summed, summed_gradient, uphill, neighbours)
found = []
for (name, mine), fault in zip(my_rungs.items(), faults, strict=True):
    seen = climb(build_network("mlp"), fault)
    found.append(first_rung(seen))
    yours = "" if mine is None else f" (you said {mine})"
    print(f"{name}: rung {found[-1]}{yours}")
    print(
        f"    first loss {seen['first']:.1f}, twenty by heart {seen['heart'][-1]:.2g}, "
        f"unseen {100 * seen['accuracy']:.0f} %"
    )
if not FAST:
    assert found == [1, 0, 2, 4]

# %% [markdown]
# The first loss of a sum over twenty images is twenty times $\ln 10$: the lowest rung sees it. It is the gradient
# alone that gets through, since Adam takes the factor out again. Differences see the two the other way round:
# of the sum, the gradient *is* the right gradient. And labels of other images are learned by heart as well as any; only
# unseen images tell. Notebook 13 has eight more such runs, as charts without names.

# %% [markdown]
# ## Measure
#
# ### Three rates
#
# One pass over 10,000 images for three learning rates of Adam, each a hundred times the one before.


# %%
def losses_of_fit(model, images, labels, **settings):
    """Train with tinynet.fit; the loss of each batch, and the history."""
    totals = []

    def note(progress):  # progress.loss is the mean over the epoch so far
        totals.append((progress.epoch, progress.done, progress.loss * progress.done))

    history = fit(model, images, labels, workers=2, on_batch=note, **settings)
    losses, last = [], (0, 0, 0.0)
    for epoch, done, total in totals:
        last = last if last[0] == epoch else (epoch, 0, 0.0)
        losses.append((total - last[2]) / (done - last[1]))
        last = epoch, done, total
    return np.array(losses), history


count = 1280 if FAST else 10_000
curves = {}
for rate in (1e-5, 1e-3, 1e-1):
    model = build_network("mlp")
    curves[rate], history = losses_of_fit(
        model,
        train_images[:count],
        train_labels[:count],
        optimizer=Adam(rate),
        validation=(unseen_images, unseen_labels),
    )
    print(f"rate {rate:g}: {100 * history.epochs[-1].val_accuracy:.1f} % of unseen images right")

figure = new_figure(7.5, 3.4)
axes = figure.add_subplot()
for (rate, losses), colour in zip(curves.items(), (VALUE, RIGHT, GRADIENT), strict=True):
    name = {1e-5: "too small", 1e-3: "good", 1e-1: "too large"}[rate]
    label = rf"$\eta = 10^{{{round(np.log10(rate))}}}$: {name}"
    axes.semilogy(range(1, len(losses) + 1), losses, color=colour, lw=1.2, label=label)
axes.axhline(np.log(10), color=MUTED, lw=0.8, ls=":")
axes.text(
    1.01,
    np.log(10),
    r"$\ln 10$",
    color=MUTED,
    ha="left",
    va="center",
    transform=axes.get_yaxis_transform(),
)
axes.set(xlabel="batch", ylabel="loss of the batch")
axes.legend()
show(
    figure,
    "rates",
    "The same network and images with three learning rates.",
    "The loss of each batch, logarithmic, over one pass of 10,000 images. With the rate 1e-5 it "
    "falls a little, from 2.4 to 2.1. With 1e-3 it falls quickly and ends near 0.3. With 1e-1 it "
    "shoots up to about 1,000 at once, comes down slowly, and ends in the neighbourhood of ln 10.",
)
if not FAST:
    assert curves[1e-5][-10:].mean() > 2
    assert curves[1e-3][-10:].mean() < 0.5
    assert curves[1e-1].max() > 100
    assert 1.2 < curves[1e-1][-10:].mean() < 3

values = activations(model, model.prepare(unseen_images))  # of the last model, with the rate 1e-1
dead = [
    np.mean((units == 0).all(axis=0))
    for layer, units in zip(model.layers, values[1:], strict=True)
    if isinstance(layer, ReLU)
]
print("dead units in the two hidden layers:", ", ".join(f"{100 * share:.0f} %" for share in dead))
if not FAST:
    assert np.mean(dead) > 0.5

# %% [markdown]
# Too small a rate looks like a slow network, too large a one like a network that has given up:
# after the jump its loss comes back to the neighbourhood of $\ln 10$ and stays there. More than half of its hidden units, of both layers together,
# are now zero for every image. Such a *dead* unit passes no gradient, so its weights stand still.
#
# ### A whole training
#
# Far from the goal, long steps are good; near it they keep jumping about. So the rate is lowered on
# the way, here along half a cosine, from its peak in the first step, $t = 0$, to zero after the
# last, $t = T$:
#
# $$\eta_t = \frac{\eta}{2} \left( 1 + \cos \frac{\pi t}{T} \right)$$
#
# `tinynet.CosineDecay` is this function, and `mnist_app train` uses it. Of the 60,000 training
# images, 6,000 were held out above. They are the *validation* images: all choices, such as that of
# the rate, are made by looking at them. Now the network `mlp` of `mnist_app`, three epochs over the
# other 54,000.

# %%
epochs, count = (1, 1280) if FAST else (3, 54_000)
steps = epochs * -(-count // 128)
schedule = CosineDecay(0.001, decay_steps=steps)
network = build_network("mlp")
losses, history = losses_of_fit(
    network,
    train_images[:count],
    train_labels[:count],
    epochs=epochs,
    optimizer=Adam(schedule),
    validation=(unseen_images, unseen_labels) if FAST else validation,
)
for epoch in history.epochs:
    print(
        f"epoch {epoch.epoch}: loss {epoch.loss:.3f}, validation loss {epoch.val_loss:.3f}, "
        f"accuracy {100 * epoch.val_accuracy:.1f} %"
    )
if not FAST:
    assert history.epochs[-1].val_accuracy > 0.97

# %% jupyter={"source_hidden": true}
figure = new_figure(8, 3)
left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
left.plot([1000 * schedule(t) for t in range(steps)], color=MUTED)
left.set(title=r"learning rate $\eta_t$ in thousandths", xlabel="step", ylim=(0, 1.05))
width = max(1, steps // 60)
smooth = losses[: len(losses) // width * width].reshape(-1, width).mean(axis=1)
right.semilogy(width * (np.arange(len(smooth)) + 0.5), smooth, color=VALUE, label="training")
ends = [steps * epoch.epoch / epochs for epoch in history.epochs]
right.plot(ends, [epoch.val_loss for epoch in history.epochs], "o", color=RIGHT, label="validation")
right.set(title="loss", xlabel="step")
right.legend()
show(
    figure,
    "training",
    "Three epochs of the network mlp: the rate falls along half a cosine, the loss follows.",
    "Left, the learning rate falls from 0.001 to 0 over about 1,300 steps, slowly at both ends. "
    "Right, on a logarithmic scale, the training loss falls from about 1 to below 0.05, in steps "
    "at the beginnings of the epochs; the validation loss after the three epochs is about 0.12, "
    "0.07 and 0.07, above the training loss at the end.",
)

# %% [markdown]
# The training loss ends below the validation loss: the network has begun to learn its own images by
# heart. This gap is normal. What counts is that the validation loss does not rise.
#
# **Does precision matter?** Gradients are *checked* in float64, because differences need the digits
# (notebook 01). *Training* needs no more than float32: the noise of a random batch is far larger
# than any rounding.

# %%
accuracies = []
for dtype in (np.float32, np.float64):
    model = build_network("mlp", dtype=dtype)
    few = slice(1280) if FAST else slice(10_000)
    fit(model, train_images[few], train_labels[few], optimizer=Adam(), workers=2)
    accuracies.append(evaluate(model, *validation, workers=2)[1])
print(", ".join(f"{100 * accuracy:.1f} %" for accuracy in accuracies))
assert abs(accuracies[0] - accuracies[1]) < 0.01

# %% [markdown]
# **The test, once.** The 10,000 test images have not been looked at so far. They answer one
# question, how the network does on images that nobody chose anything by, and they can do so only
# once: who tries several things and reports the best has *chosen* by them. How much does choosing
# flatter? Suppose that twenty networks all read exactly 97 % of all digits. On 1,000 images they
# differ by luck, and the best of the twenty seems to read 98 %.

# %%
luck = np.random.default_rng(0).binomial(1000, 0.97, size=(100_000, 20)).max(axis=1).mean() / 1000
print(f"the best of twenty equal networks: {100 * luck:.1f} %")
stated("98 %", luck)

_, accuracy = evaluate(network, data.test_images, data.test_labels, workers=2)
print(f"test accuracy: {100 * accuracy:.1f} %")
if not FAST:
    assert accuracy > 0.97
stated("0.17 %", np.sqrt(0.97 * 0.03 / 10_000))

# %% [markdown]
# More than 97 % of the test images are read after three epochs, by a network whose gradients you
# could have written. The number has an uncertainty of its own: another 10,000 images would give
# another one. For a share of 97 % the standard deviation is $\sqrt{0.97 \cdot 0.03 / 10000}$, or
# 0.17 %.
#
# That is what other *images* would change. Two networks that read the *same* images are told apart more
# finely: notebook 15.

# %% [markdown]
# ## What this cannot tell you
#
# - **A factor in the gradient.** With Adam, the forgotten $1/N$ of the prediction passes every
#   rung. Only a check against differences finds it; if the loss has lost its $1/N$ too, only the
#   ladder does. It stands beside the gradient check, not in its place.
# - **Copies.** If test images are among the training images, every number gets better and none is
#   true.
# - **Other handwriting.** All images here come from the same writers, scanned and centred in the
#   same way. Notebook 10 shifts a digit by two pixels.
# - **Whether this is the best rate, network or optimizer.** The ladder says that a run does what it
#   should, not that nothing does better. For that, each candidate needs several seeds.
#
# **In short.** You can now judge a training run before its accuracy: the loss at the start, twenty
# images by heart, the moves of each layer, unseen images. $w \leftarrow w - \eta \, dw$; Adam
# divides by the root of the average square; fresh weights keep the mean square. Where people go
# wrong: no correction for the start, $\varepsilon$ in the wrong place, a rate chosen on the test
# images, one run for a result.
#
# **In other libraries.** PyTorch's and Keras's Adam differ in where $\varepsilon$ is added (and in
# its size: PyTorch has a tenth of ours, behind the correction), so long runs differ in late digits.
# Keras initializes with Glorot's scale, PyTorch's `Linear` with a uniform one of its own.
#
# **The best of others.** Karpathy, [A recipe for training neural
# networks](https://karpathy.github.io/2019/04/25/recipe/), the ladder at full length. Gabriel Goh,
# [Why momentum really works](https://distill.pub/2017/momentum/), with sliders. Kingma and Ba,
# [Adam](https://arxiv.org/abs/1412.6980). He and others, [Delving deep into
# rectifiers](https://arxiv.org/abs/1502.01852), the scale.

# %% [markdown]
# ## Next
#
# [07 Convolution forward](07_convolution_forward.ipynb): a layer that knows what an image is.
