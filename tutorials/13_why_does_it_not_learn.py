# %% [markdown]
# # 13 Why does it not learn?
#
# [← 12 Reading conv2d.py](12_reading_conv2d.ipynb) · [contents](README.md) · [14 Residual connections →](14_residual_connections.ipynb)
#
# ## Question
#
# Every gradient is right, the code runs, and the network does not learn, or not well. Now there is no check that
# says where. There are only measurements: losses, lengths, shares. Which measurement tells which cause?
#
# This notebook is a ward with eight patients. You get their charts, without names, and the means to read them.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import numpy as np
from matplotlib.patches import Rectangle

from mnist_app.data import load_mnist
from tinynet import Dense, Flatten, ReLU, Sequential, softmax_cross_entropy
from tutorials import patients
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
# A network learns twenty images by heart within forty steps. Trained on two thousand images, it reads a fifth of its
# own *training* images, and about as many of fresh ones. What is the most likely cause?
#
# - **a**: the learning rate is too large
# - **b**: the labels of the two thousand do not belong to their images
# - **c**: it overfits

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# ### Six measurements, in the order of their price
#
# - **The loss before the first step.** With ten classes and scores near 0 it is $\ln 10$, whatever the images are. A
#   loss far above says that the scores are large before anything was learned.
# - **Twenty images by heart.** Every sound network can. One that cannot has a fault in the code, or a learning rate that is
#   far off. And there is a bound. A softmax makes numbers from 0 to 1. If the loss applies a second one to them, the best
#   "scores" it can get are one 1 and nine zeros; what is the loss of these? ("By hand" computes it.)
# - **How far each layer moves in a step, in relation to its weights.** With Adam, about a thousandth to a hundredth is what
#   sound runs show; somewhat more is no proof of a fault. Exactly 0 in one layer says that its gradient is never
#   computed. 0 in all kernels says that there is nothing to be computed for them.
# - **How many hidden units are off for every image.** A few always are. All of them: from there no gradient leads back.
# - **Training images against validation images.** Both bad: it has not learned. A gap between them is there in every sound
#   run, since a network knows its own images better; it is the wider, the fewer images there are. If it keeps growing
#   while validation gets worse, the network learns its images by heart; that is *overfitting*.
# - **Validation images against fresh ones,** that nobody has touched. If both are drawn at random from one heap, as here,
#   they agree up to chance: of 2,000 images each, within two points or so. (Take neighbours from a file in place of a random
#   draw, and they may differ by more: in MNIST, some stretches are harder.) If validation is read clearly better, it is no
#   validation: its images have been *trained on*. Training and validation curves show this only by a gap that is too small,
#   and nobody knows beforehand how large it should be.
#
# ### How noisy is a batch?
#
# A loss that jumps from batch to batch is no fault. The gradient of a batch is a mean over $B$ examples, drawn at
# random, and differs from the mean over all. By how much? You know from notebook 06 how variances of independent terms add
# up. In $D$ dimensions the square of a distance is a sum over $D$ entries, and the rest is exercise 2. If the noise is
# longer than the gradient itself, most of a step is chance; steps average it away, if they are short.

# %% [markdown]
# ## By hand
#
# Three numbers that a chart is compared with, and a batch. A loss of ten equal scores; the best loss behind two
# softmaxes; the move of one layer. Then four examples with the gradients $(1, 0), (3, 0), (2, 2), (2, -2)$: their mean, the
# noise of a single one, and that of batches of four. *Noise* is how far from the mean gradient one lands: the root of the
# mean squared distance.
#
# | name | rule | number |
# | --- | --- | --- |
# | `start` | `log(10)` | ? |
# | `bound` | `-log(exp(1) / (exp(1) + 9))` | ? |
# | `before` | given | [3, 4] |
# | `after` | given | [3.05, 4] |
# | `move` | derive it | ? |
# | `gradients` | given | [[1, 0], [3, 0], [2, 2], [2, -2]] |
# | `mean` | `gradients.mean(axis=0)` | ? |
# | `noise_of_one` | derive it | ? |
# | `noise_of_four` | derive it | ? |

# %% tags=["by-hand"]
by_hand("13.1", start=..., bound=..., move=..., mean=..., noise_of_one=..., noise_of_four=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `start` | `log(10)` | 2.3026 |
# | `bound` | `-log(exp(1) / (exp(1) + 9))` | 1.4612 |
# | `before` | given | [3, 4] |
# | `after` | given | [3.05, 4] |
# | `move` | `np.linalg.norm(after - before) / np.linalg.norm(before)` | 0.01 |
# | `gradients` | given | [[1, 0], [3, 0], [2, 2], [2, -2]] |
# | `mean` | `gradients.mean(axis=0)` | [2, 0] |
# | `noise_of_one` | `sqrt(((gradients - mean) ** 2).sum(axis=1).mean())` | 1.5811 |
# | `noise_of_four` | `noise_of_one / sqrt(4)` | 0.7906 |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `move` | `np.linalg.norm(after - before) / np.linalg.norm(after)` | this is divided by the length after the step. The weights before it are what is moved. |
# | `move` | `np.linalg.norm(after - before)` | this is the length of the step alone. Divide by that of the weights. |
# | `move` | `np.linalg.norm(after) / np.linalg.norm(before) - 1` | this is how much longer the weights became. A step sideways would be none. |
# | `move` | `np.linalg.norm(after) / np.linalg.norm(before)` | these are the lengths after and before. The length of the *step* is asked for. |
# | `move` | `np.abs(after - before).sum() / np.abs(before).sum()` | these are sums of entries. A length is the root of a sum of squares. |
# | `move` | `np.abs(after - before).max() / np.abs(before).max()` | these are the largest entries. A length is the root of a sum of squares. |
# | `move` | `(np.abs(after - before) / before).mean()` | this is the mean of what each entry moves. One length is divided by another. |
# | `noise_of_one` | `np.linalg.norm(gradients - mean, axis=1).mean()` | this is the mean distance. The root of the mean *square* is asked for. |
# | `noise_of_one` | `sqrt(((gradients - mean) ** 2).sum() / 3)` | this is divided by three. The four are all there are, so nothing is estimated. |
# | `noise_of_one` | `sqrt(((gradients - mean) ** 2).sum())` | the squares are added up. Take their mean. |
# | `noise_of_one` | `sqrt((gradients ** 2).sum(axis=1).mean())` | this is the distance from 0. Take the mean gradient off first. |
# | `noise_of_one` | `sqrt(((gradients - mean) ** 2).mean())` | the mean goes over the entries, too. The square of a distance is their sum. |
# | `noise_of_four` | `noise_of_one / 4` | variances are divided by four, and the noise is the root of one. |
# | `noise_of_four` | `noise_of_one / sqrt(3)` | this is divided by the root of three. The mean of all is known, nothing is estimated. |
# | `noise_of_four` | `noise_of_one * sqrt(4)` | this is the noise of the sum of four. A batch's gradient is their mean. |
#
# </details>

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/13_why_does_it_not_learn.py`.
#
# **Exercise 1, `relative_moves(before, after)`.** One number for each array.

# %% tags=["exercise"]
relative_moves = check("13.relative_moves")

# %% [markdown]
# **Exercise 2, `batch_noise(gradients, batch_size)`: no formula this time.** How far does a batch's gradient lie from the mean of
# all?

# %% tags=["exercise"]
batch_noise = check("13.batch_noise")

# %% [markdown]
# <details><summary>One distance, divided by the root of B</summary>
#
# Let $g_n$ be the gradients, $\bar g$ their mean. A batch's gradient is off by $\frac{1}{B} \sum_b (g_{n_b} - \bar g)$. In each of
# the $D$ entries this is a mean of $B$ independent terms with mean 0, so the mean of its square is that of one term, divided by
# $B$ (notebook 06). The square of a distance is the sum over the entries:
#
# $$\text{noise}^2 = \frac{1}{B} \cdot \frac{1}{N} \sum_n \sum_d (g_{nd} - \bar g_d)^2$$
#
# Four times as many examples halve the noise, and cost four times as much.
#
# </details>
#
# **Exercise 3, `seen_before(train, test)`.** Which test images have been trained on? To compare each with each is too slow for
# 60,000 images; find something that can be looked up at once.

# %% tags=["exercise"]
seen_before = check("13.seen_before")

# %% [markdown]
# <details><summary>Bytes in a set</summary>
#
# The pixels of an image are as good as a name: `image.tobytes()` can stand in a set, and a set answers at once. *All* pixels:
# sums, rows or a few pixels agree for pictures that are not the same.
#
# </details>
#
# **Exercise 4, `name_faults()`.** The charts. Each run trains a network of 64 and 64 hidden units on 2,000 images, three times
# over, with Adam, from first weights of its own. One of them, "sound", has no fault. Each of the others has exactly one, and no two
# the same: *rate too large*, *rate too small* (the learning rate's), *bytes* (pixels up to 255), *zero weights* (all weights begin
# at 0), *frozen layer* (one layer's gradient is never computed), *softmax twice*, *shuffled labels*, *leak* (the validation
# images are training images). The columns:
#
# | column | what was measured |
# | --- | --- |
# | first | the loss on the training images before the first step |
# | twenty | a fresh network of the same kind, after forty steps on twenty images alone: its *loss* on them |
# | moves | a step's length in relation to the weights, for the kernels of the three layers, first layer first; means over all steps but the first two |
# | units off | share of the 64 units of either hidden layer that are 0 for all of 200 fresh images, at the end |
# | training, validation, fresh | share of images read: 2,000 each (the last two drawn from one heap) |
#
# (`tutorials/patients.py` makes the runs. It also knows the answers.)

# %%
charts = {"sound": patients.log_of(patients.Settings(**(patients.SHORT if FAST else {})))}
charts |= {letter: patients.log(letter, short=FAST) for letter in "ABCDEFGH"}
print(
    "       first   twenty    moves of the three layers     units off     training  validation  fresh"
)
for name, chart in charts.items():
    moves = "  ".join(f"{each:7.5f}" for each in chart.moves)
    off = "  ".join(f"{100 * each:4.0f} %" for each in chart.dead)
    shares = "  ".join(f"{100 * s:6.1f} %" for s in (chart.training, chart.validation, chart.fresh))
    print(f"{name:5} {chart.first_loss:7.3f}  {chart.by_heart:7.3f}   {moves}   {off}   {shares}")

# %% tags=["exercise"]
name_faults = check("13.name_faults")

# %% [markdown]
# **Exercise 5, `treatments()`.** And what helps? Each fault gets one treatment out of ten, and two are left over. Ask of each: would it
# change what is broken, or only how fast one gets there? The check gives each patient its treatment, and looks whether the fault is
# still there.

# %% tags=["exercise"]
treatments = check("13.treatments")

# %% [markdown]
# ## Check it
#
# The table; then the noise of real batches, drawn and derived. The gradients of single examples are those of a
# small network's first kernel, all of its numbers in a row.

# %%
stated("2.3026", np.log(10))
stated("2,000", patients.Settings().images)
moved = relative_moves([np.array([3.0, 4.0])], [np.array([3.05, 4.0])])
np.testing.assert_allclose(moved, [0.01], rtol=1e-9)
named = np.array([[1.0, 0], [3, 0], [2, 2], [2, -2]])
np.testing.assert_allclose(batch_noise(named, 4), np.sqrt(2.5) / 2, rtol=1e-12)

data, rng = load_mnist(), np.random.default_rng(0)
model = Sequential([Flatten(), Dense(16), ReLU(), Dense(10)], (28, 28, 1), seed=1, dtype=np.float64)
count = 100 if FAST else 500
images, labels = model.prepare(data.train_images[:count]), data.train_labels[:count]
each = np.empty((count, 784 * 16))
for n in range(count):
    _, dscores = softmax_cross_entropy(
        model.forward(images[n : n + 1], keep=True), labels[n : n + 1]
    )
    model.backward(dscores)
    each[n] = model.parameters()["dense_1.kernel"].grad.ravel()
mean, sizes, drawn = each.mean(axis=0), [1, 4, 16, 64], []
for size in sizes:
    batches = rng.integers(0, count, (100, size))
    distances = [np.sum((each[batch].mean(axis=0) - mean) ** 2) for batch in batches]
    drawn.append(np.sqrt(np.mean(distances)))
derived = [batch_noise(each, size) for size in sizes]
for size, one, other in zip(sizes, drawn, derived, strict=True):
    print(
        f"batches of {size:2}: drawn {one:.3f}, derived {other:.3f}; gradient {np.linalg.norm(mean):.3f}"
    )
np.testing.assert_allclose(drawn, derived, rtol=0.15)

# %% jupyter={"source_hidden": true}
figure = new_figure(7, 2.8)
axes = figure.add_subplot()
axes.loglog(sizes, derived, color=VALUE, label="noise of a batch, derived")
axes.loglog(sizes, drawn, "o", color=GRADIENT, label="drawn, 100 batches each")
axes.axhline(np.linalg.norm(mean), color=MUTED, ls="--", label="length of the mean gradient")
axes.set_xticks(sizes, [str(size) for size in sizes])
axes.set_yticks([0.5, 1, 2, 4, 8], ["0.5", "1", "2", "4", "8"])
axes.minorticks_off()
axes.set(xlabel="batch size", ylabel="length")
axes.legend()
show(
    figure,
    "noise",
    "The gradient of a batch of real digits: its noise falls like one over the root of the batch size.",
    "Length, from a half to eight, against batch size from 1 to 64, both logarithmic. The derived noise is a falling "
    "straight line of slope minus one half; dots from drawn batches lie on it. The length of the "
    "mean gradient is a dashed level line, which the noise crosses.",
)

# %% [markdown]
# ## Compare
#
# `tinynet` has no doctor. What it has is what you need to measure: `evaluate` on any images, the gradients and values of
# `model.parameters()`, `train_step` that returns the loss of a batch, and in `mnist_app train` the two curves of training and
# validation. And it refuses what can be refused: labels that leave most classes without an image are an error there.

# %%
reveal(
    prediction,
    "b",
    "It can learn, twenty images show it. It has not overfitted: then its training images would be read.",
)
sick = patients.Settings(labels="shuffled", **(patients.SHORT if FAST else {}))
shuffled = patients.log_of(sick)
assert shuffled.by_heart < 0.05
assert shuffled.training < 0.4
assert FAST or shuffled.fresh < shuffled.training + 0.05
print(
    f"shuffled labels: twenty by heart {shuffled.by_heart:.3f}, training {100 * shuffled.training:.0f} %",
    end="",
)
print(f", fresh {100 * shuffled.fresh:.0f} %")

# %% [markdown]
# (This is another shuffle than that of the chart.) Ten in a hundred are to be had by guessing, and it reads more fresh images than
# that, although its labels say nothing. Chance: a network that answers the same few digits to similar images is right for some of
# them. Other shuffles gave a sixteenth and a sixth of the fresh images. (The fifth of the training images hardly varied: there it
# has begun to learn by heart.)

# %% [markdown]
# ## Break it
#
# Three wrong diagnoses and treatments that are popular.


# %%
def slow_for_frozen():
    truth = name_faults()
    letters = {fault: letter for letter, fault in truth.items()}
    exchanged = {
        letters["frozen layer"]: "rate too small",
        letters["rate too small"]: "frozen layer",
    }
    return truth | exchanged


def lower_the_rate_for_everything():
    return treatments() | {"shuffled labels": "lower the rate"}


def smaller_network_for_a_leak():
    return treatments() | {"leak": "remove a layer"}


for exercise, wrong_version in [
    ("13.name_faults", slow_for_frozen),
    ("13.treatments", lower_the_rate_for_everything),
    ("13.treatments", smaller_network_for_a_leak),
]:
    try:
        check(exercise, wrong_version)
    except WrongAnswer as diagnosis:
        print(f"{wrong_version.__name__}\n    {diagnosis}\n")
    else:
        raise AssertionError("a wrong version passed")

# %% [markdown]
# Does a treatment that changes nothing of the fault help at least a little? The run with shuffled labels, treated in three ways:

# %%
for treatment in ("lower the rate", "train on more images", "pair images and labels again"):
    log = patients.log_of(patients.TREATMENTS[treatment](sick))
    print(f"{treatment:28} training {100 * log.training:5.1f} %, fresh {100 * log.fresh:5.1f} %")
    assert FAST or (log.fresh > 0.5) == (treatment == "pair images and labels again")

# %% [markdown]
# It does not. A lower rate takes longer to get nowhere, and of more images even fewer can be learned by heart.
#
# ## Measure
#
# ### The charts again, with names
#
# What is seen by which measurement, with a bound for each? (Where all weights are 0, a move in relation to them says
# nothing, and counts as unseen.)

# %% jupyter={"source_hidden": true}
letters = {fault: letter for letter, fault in name_faults().items()}
runs = {"sound": charts["sound"]} | {fault: charts[letters[fault]] for fault in sorted(letters)}
signs = {
    "loss at\nthe start": lambda chart: chart.first_loss > 3,
    "twenty\nby heart": lambda chart: chart.by_heart > 0.05,
    "one layer\nstands still": lambda chart: min(chart.moves) == 0 < max(chart.moves),
    "moves\ntoo small": lambda chart: 0 < max(chart.moves) < 1e-3,
    "units\noff": lambda chart: max(chart.dead) > 0.9,
    "training\nimages": lambda chart: chart.training < 0.5,
    "validation\nabove fresh": lambda chart: chart.validation > chart.fresh + 0.03,
}
seen = {fault: [sign(chart) for sign in signs.values()] for fault, chart in runs.items()}
figure = new_figure(8, 3.6)
axes = empty_axes(figure.add_subplot())
for row, (fault, found) in enumerate(seen.items()):
    axes.text(-0.15, row + 0.5, fault, ha="right", va="center")
    for column, wrong in enumerate(found):
        colour = WRONG if wrong else RIGHT
        axes.add_patch(
            Rectangle((column, row), 1, 1, facecolor=LIGHT[colour], edgecolor="white", lw=2)
        )
        mark = "seen" if wrong else ""
        axes.text(column + 0.5, row + 0.5, mark, ha="center", va="center", color=colour, fontsize=9)
for column, title in enumerate(signs):
    axes.text(column + 0.5, -0.15, title, ha="center", va="bottom", fontsize=8, color=MUTED)
axes.set(xlim=(-1.8, len(signs)), ylim=(len(seen), -1))
show(
    figure,
    "ward",
    "Which measurement sees which fault: of these columns none sees all, and only the last the leak.",
    "A table of nine runs and seven measurements. Bytes are seen by the loss at the start. Zero "
    "weights, a rate too small, softmax twice, a rate too large and the frozen layer are seen by "
    "twenty images learned by heart, most of them also by another measurement. Shuffled labels are "
    "seen by the share of training images, the leak only by validation against fresh images. The "
    "sound run is seen by none.",
)
if not FAST:
    assert not any(seen["sound"])
    assert all(any(found) for fault, found in seen.items() if fault != "sound")
    sound, leak = runs["sound"], runs["leak"]
    assert leak.validation > leak.fresh + 0.03
    assert max(abs(sound.validation - sound.fresh), abs(sound.fresh - leak.fresh)) < 0.02

# %% [markdown]
# No single measurement sees all of them, and one sees only the leak. All its other numbers are those of a sound
# run. (Its chart has a second sign, for those who look closely: training and validation agree to the digit. They
# do because *all* validation images had leaked here. Of half of them there would be half a gap, and who knows how large it ought to be?)
#
# *Bytes*, *frozen layer* and *softmax twice* read about three quarters of the fresh images, or more. Their errors are little more than twice
# those of the sound run at most; but who knows, without a sound run beside it, what this network could reach? By their accuracy alone they
# would have gone home.
#
# ### Is there a leak in MNIST?
#
# Your `seen_before` on the data set itself: are there test images among the 60,000 that are trained on?

# %%
some = 2000 if FAST else len(data.train_images)
known = seen_before(data.train_images[:some], data.test_images)
print(f"test images that stand among {some:,} training images, pixel by pixel: {len(known)}")
planted = np.concatenate([data.test_images[:3], data.train_images[7:8]])
assert seen_before(data.train_images[:some], planted) == [*[k for k in known if k < 3], 3]
stated("60,000", len(data.train_images))

# %% [markdown]
# ## What this cannot tell you
#
# - **Two faults at once.** Real runs have several. Mend one, and take all measurements again.
# - **A wrong gradient.** Notebook 10 showed how well wrong gradients train. No chart replaces the check.
# - **Near copies.** `seen_before` finds equal pictures. The same digit, scanned twice, or the same writer in both sets,
#   is a leak as well, and pixels do not show it.
#
# **In short.** You can now read a chart: $\ln 10$ at the start, twenty by heart, moves of each layer, dead units, training
# against validation, validation against fresh; and the noise of a batch falls like $1/\sqrt{B}$. Where people go wrong:
# they lower the rate for anything, call a leak overfitting, feed more images to a layer that is frozen, and look at
# the accuracy first.
#
# **In other libraries.** In PyTorch, `p.grad is None` after `backward()` is the frozen layer, and `optimizer` may have been given
# other parameters than the model's. In Keras, `layer.trainable` counts only as it was when `compile` was called. Keras
# computes softmax inside of the loss if told so, PyTorch's `CrossEntropyLoss` always; neither notices a second one.
#
# **The best of others.** Karpathy, [A recipe for training neural networks](https://karpathy.github.io/2019/04/25/recipe/).
# CS231n, [Babysitting the learning process](https://cs231n.github.io/neural-networks-3/#baby). McCandlish and others, [An empirical
# model of large-batch training](https://arxiv.org/abs/1812.06162), on the noise of a batch. Kapoor and Narayanan, [Leakage and
# the reproducibility crisis](https://arxiv.org/abs/2207.07048), how common leaks are.
#
# ## Next
#
# [14 Residual connections](14_residual_connections.ipynb): a fault that no rate mends, and the plus sign that does.
