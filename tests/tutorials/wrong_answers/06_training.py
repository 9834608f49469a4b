"""Wrong answers to the exercises of notebook 06."""

import math

import numpy as np

from tests.tutorials.wrong_answers import wrong


@wrong("06.sgd_step", "uphill")
def uphill(w, dw, rate):
    return w + rate * dw


@wrong("06.sgd_step", "changes its argument w")
def in_place(w, dw, rate):
    w -= rate * dw
    return w


@wrong("06.sgd_step", "only the step")
def the_step_alone(w, dw, rate):
    return -rate * dw


@wrong("06.sgd_step", "the rate does not matter")
def without_the_rate(w, dw, rate):
    return w - dw


@wrong("06.sgd_step", "1/N is already in the gradient")
def mean_once_more(w, dw, rate):
    return w - rate * dw / len(dw)


@wrong("06.momentum_step", "turned round")
def velocity_subtracted(w, dw, velocity, rate, momentum=0.9):
    velocity = momentum * velocity - rate * dw
    return w - velocity, velocity


@wrong("06.momentum_step", "counted uphill")
def velocity_uphill(w, dw, velocity, rate, momentum=0.9):
    velocity = momentum * velocity + rate * dw
    return w + velocity, velocity


@wrong("06.momentum_step", "multiply by -rate later")
def another_convention(w, dw, velocity, rate, momentum=0.9):
    velocity = momentum * velocity + dw
    return w - rate * velocity, velocity


@wrong("06.momentum_step", "old velocity")
def moved_before(w, dw, velocity, rate, momentum=0.9):
    return w + velocity, momentum * velocity - rate * dw


@wrong("06.momentum_step", "makes it an average")
def averaged(w, dw, velocity, rate, momentum=0.9):
    velocity = momentum * velocity - (1 - momentum) * rate * dw
    return w + velocity, velocity


@wrong("06.momentum_step", "return w, velocity")
def the_weights_alone(w, dw, velocity, rate, momentum=0.9):
    return w + momentum * velocity - rate * dw


@wrong("06.momentum_step", "return (w, velocity)")
def in_the_other_order(w, dw, velocity, rate, momentum=0.9):
    velocity = momentum * velocity - rate * dw
    return velocity, w + velocity


@wrong("06.momentum_step", "changes its argument velocity")
def velocity_in_place(w, dw, velocity, rate, momentum=0.9):
    velocity *= momentum
    velocity -= rate * dw
    return w + velocity, velocity


def averages(dw, m, v, beta_1, beta_2):
    return beta_1 * m + (1 - beta_1) * dw, beta_2 * v + (1 - beta_2) * dw**2


@wrong("06.adam_step", "correction for the start is missing")
def uncorrected(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "epsilon is inside the root")
def epsilon_inside(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / np.sqrt(v + epsilon), m, v


@wrong("06.adam_step", "Algorithm 1")
def epsilon_after(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    root = np.sqrt(v / (1 - beta_2**t))
    return w - rate * m / (1 - beta_1**t) / (root + epsilon), m, v


@wrong("06.adam_step", "the corrected m is returned")
def corrected_kept(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    m, v = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "not squared")
def gradient_not_squared(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = beta_1 * m + (1 - beta_1) * dw, beta_2 * v + (1 - beta_2) * dw
    return w - rate * m / (np.sqrt(np.abs(v)) + epsilon), m, v


@wrong("06.adam_step", "root of v is missing")
def without_the_root(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / (v + epsilon), m, v


@wrong("06.adam_step", "t begins with 1, not 0")
def counts_from_zero(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= np.sqrt(1 - beta_2 ** (t - 1)) / np.float64(1 - beta_1 ** (t - 1))
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "at every step. t counts on")
def always_the_first(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= math.sqrt(1 - beta_2) / (1 - beta_1)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "are exchanged")
def betas_turned(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, 1 - beta_1, 1 - beta_2)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.initial_scale", "this is the variance")
def variance(shape):
    return 2 / math.prod(shape[:-1])


@wrong("06.initial_scale", "lets only half of the mean square through")
def without_the_relu(shape):
    return math.sqrt(1 / math.prod(shape[:-1]))


@wrong("06.initial_scale", "outputs are counted")
def by_outputs(shape):
    return math.sqrt(2 / shape[-1])


@wrong("06.initial_scale", "whole window")
def without_the_window(shape):
    return math.sqrt(2 / shape[-2])


@wrong("06.initial_scale", "all axes but the last")
def first_axis(shape):
    return math.sqrt(2 / shape[0])


@wrong("06.initial_scale", "(1 / n with their mean as n): that is Glorot's scale")
def both_sides(shape):
    return math.sqrt(2 / (math.prod(shape[:-1]) + shape[-1]))


@wrong("06.sgd_step", "only the gradient's sign")
def by_the_sign(w, dw, rate):
    return w - rate * np.sign(dw)


@wrong("06.sgd_step", "that is weight decay".capitalize())
def with_decay(w, dw, rate):
    return w - rate * (dw + w)


@wrong("06.sgd_step", "by its length first")
def direction_only(w, dw, rate):
    return w - rate * dw / np.linalg.norm(dw)


@wrong("06.momentum_step", "this is Nesterov's step")
def nesterov(w, dw, velocity, rate, momentum=0.9):
    velocity = momentum * velocity - rate * dw
    return w + momentum * velocity - rate * dw, velocity


@wrong("06.momentum_step", "fixed at 0.9")
def momentum_written_into_the_code(w, dw, velocity, rate, momentum=0.9):
    velocity = 0.9 * velocity - rate * dw
    return w + velocity, velocity


@wrong("06.momentum_step", "momentum multiplies the gradient too")
def momentum_on_everything(w, dw, velocity, rate, momentum=0.9):
    velocity = momentum * (velocity - rate * dw)
    return w + velocity, velocity


@wrong("06.momentum_step", "are exchanged")
def momentum_exchanged(w, dw, velocity, rate, momentum=0.9):
    velocity = (1 - momentum) * velocity - rate * dw
    return w + velocity, velocity


@wrong("06.adam_step", "the two corrections are exchanged")
def corrections_exchanged(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= math.sqrt(1 - beta_1**t) / (1 - beta_2**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "AMSGrad")
def v_never_falls(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, new = averages(dw, m, v, beta_1, beta_2)
    v = np.maximum(v, new)
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "Adagrad")
def squares_added_up(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = beta_1 * m + (1 - beta_1) * dw, v + dw**2
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "AdaBelief")
def distance_from_m(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = beta_1 * m + (1 - beta_1) * dw
    v = beta_2 * v + (1 - beta_2) * (dw - m) ** 2
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "the correction is upside down")
def correction_inverted(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= (1 - beta_1**t) / math.sqrt(1 - beta_2**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "this is Nesterov's version")
def nesterov_adam(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    ahead = beta_1 * m + (1 - beta_1) * dw
    return w - rate * ahead / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "v of its own")
def one_v_for_all(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = beta_1 * m + (1 - beta_1) * dw, beta_2 * v + (1 - beta_2) * np.mean(dw**2)
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.initial_scale", "upside down")
def fraction_inverted(shape):
    return math.sqrt(math.prod(shape[:-1]) / 2)


@wrong("06.initial_scale", "all axes are counted")
def all_axes(shape):
    return math.sqrt(2 / math.prod(shape))


@wrong("06.initial_scale", "limit of a uniform distribution")
def uniform_limit(shape):
    return math.sqrt(6 / math.prod(shape[:-1]))


@wrong("06.sgd_step", "the weights move by -0.1 times the gradient")
def rate_typed_in(w, dw, rate):
    return w - 0.1 * dw


@wrong("06.sgd_step", "from before the step")
def no_step(w, dw, rate):
    return w.copy()


@wrong("06.sgd_step", "the rate is squared")
def rate_squared(w, dw, rate):
    return w - rate**2 * dw


@wrong("06.sgd_step", "the rate multiplies the weights")
def rate_at_the_weights(w, dw, rate):
    return rate * w - dw


@wrong("06.sgd_step", "compute with whole arrays")
def matrices_only(w, dw, rate):
    new = np.empty_like(w)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            new[i, j] = w[i, j] - rate * dw[i, j]
    return new


@wrong("06.momentum_step", "compute with whole arrays")
def momentum_of_matrices(w, dw, velocity, rate, momentum=0.9):
    new = np.empty_like(w)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            new[i, j] = momentum * velocity[i, j] - rate * dw[i, j]
    return w + new, new


@wrong("06.momentum_step", "weights are multiplied by the momentum")
def momentum_at_the_weights(w, dw, velocity, rate, momentum=0.9):
    velocity = momentum * velocity - rate * dw
    return momentum * w + velocity, velocity


@wrong("06.momentum_step", "the rate and the momentum are exchanged")
def rate_for_momentum(w, dw, velocity, rate, momentum=0.9):
    velocity = rate * velocity - momentum * dw
    return w + velocity, velocity


def adam(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "compute with whole arrays")
def adam_of_matrices(w, dw, m, v, *settings):
    new = np.empty((3, *w.shape))
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            new[:, i, j] = adam(w[i, j], dw[i, j], m[i, j], v[i, j], *settings)
    return tuple(new)


@wrong("06.adam_step", "v stands where m belongs")
def m_and_v_exchanged(w, dw, m, v, *settings):
    w, m, v = adam(w, dw, m, v, *settings)
    return w, v, m


@wrong("06.adam_step", "m from before the step")
def old_averages_returned(w, dw, m, v, *settings):
    return adam(w, dw, m, v, *settings)[0], m, v


@wrong("06.adam_step", "v from before the step")
def old_v_returned(w, dw, m, v, *settings):
    return *adam(w, dw, m, v, *settings)[:2], v


@wrong("06.adam_step", "beta_1 is fixed at 0.9")
def betas_typed_in(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    return adam(w, dw, m, v, t, rate, 0.9, 0.999, epsilon)


@wrong("06.adam_step", "beta_2 is fixed at 0.999")
def beta_2_typed_in(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    return adam(w, dw, m, v, t, rate, beta_1, 0.999, epsilon)


@wrong("06.adam_step", "epsilon is fixed at 1e-7")
def epsilon_typed_in(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    return adam(w, dw, m, v, t, rate, beta_1, beta_2)


@wrong("06.adam_step", "epsilon is fixed at 1e-8")
def epsilon_of_the_paper(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    return adam(w, dw, m, v, t, rate, beta_1, beta_2, 1e-8)


@wrong("06.adam_step", "epsilon is squared under the root")
def epsilon_squared(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / np.sqrt(v + epsilon**2), m, v


@wrong("06.adam_step", "replaced by epsilon where it is smaller")
def epsilon_as_a_bound(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / np.maximum(np.sqrt(v), epsilon), m, v


@wrong("06.adam_step", "the old m and v make the step")
def step_from_old_averages(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    rate *= math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / (np.sqrt(v) + epsilon), *averages(dw, m, v, beta_1, beta_2)


@wrong("06.adam_step", "that of the step after")
def counts_on_first(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    return adam(w, dw, m, v, t + 1, rate, beta_1, beta_2, epsilon)


@wrong("06.adam_step", "not beta * t")
def beta_times_t(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= np.sqrt(1 - beta_2 * t) / (1 - beta_1 * t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "and that of its correction")
def no_root_at_all(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= (1 - beta_2**t) / (1 - beta_1**t)
    return w - rate * m / (v + epsilon), m, v


@wrong("06.adam_step", "as in RMSprop")
def rmsprop(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    rate *= math.sqrt(1 - beta_2**t)
    return w - rate * dw / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "size is averaged, not its square")
def sizes_averaged(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = beta_1 * m + (1 - beta_1) * dw, beta_2 * v + (1 - beta_2) * np.abs(dw)
    return w - rate * m / (v + epsilon), m, v


@wrong("06.adam_step", "squared afterwards")
def roots_averaged(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, root = beta_1 * m + (1 - beta_1) * dw, beta_2 * np.sqrt(v) + (1 - beta_2) * dw
    return w - rate * m / (root + epsilon), m, root**2


@wrong("06.initial_scale", "the axes are added up")
def axes_added(shape):
    return math.sqrt(2 / sum(shape[:-1]))


@wrong("06.initial_scale", "without its channels")
def the_window_alone(shape):
    return math.sqrt(2 / (math.prod(shape[:-2]) if len(shape) > 2 else shape[0]))


@wrong("06.initial_scale", "the root is taken of the 2 alone")
def root_of_the_two(shape):
    return math.sqrt(2) / math.prod(shape[:-1])


@wrong("06.initial_scale", "the root of 4 / n")
def two_outside_squared(shape):
    return 2 / math.sqrt(math.prod(shape[:-1]))


@wrong("06.initial_scale", "double it, not to halve it")
def halved(shape):
    return math.sqrt(0.5 / math.prod(shape[:-1]))


@wrong("06.initial_scale", "for 784 inputs")
def inputs_typed_in(shape):
    return math.sqrt(2 / 784)


@wrong("06.initial_scale", "A fraction needs /")
def whole_number_division(shape):
    return math.sqrt(2 // math.prod(shape[:-1]))


@wrong("06.initial_scale", "it is rounded")
def rounded(shape):
    return round(math.sqrt(2 / math.prod(shape[:-1])), 3)


@wrong("06.initial_scale", "an array of weights came out")
def weights_drawn(shape):
    return np.random.default_rng(0).normal(0, math.sqrt(2 / math.prod(shape[:-1])), shape)


@wrong("06.initial_scale", "a plain number, not an array")
def number_in_an_array(shape):
    return np.array([math.sqrt(2 / math.prod(shape[:-1]))])


@wrong("06.sgd_step", "every weight moves by the mean of all gradients")
def sgd_mean(w, dw, rate):
    return w - rate * dw.mean()


@wrong("06.sgd_step", "the gradient is summed over its first axis")
def sgd_summed(w, dw, rate):
    return w - rate * dw.sum(axis=0)


def _adam(dw, m, v, t, rate, beta_1, beta_2, **changes):
    """The right step, or with one of its parts changed."""
    m = beta_1 * m + (1 - beta_1) * dw
    v = beta_2 * v + changes.get("weight_of_square", 1 - beta_2) * dw**2
    m_average = m / changes.get("of_m", 1 - beta_1**t)
    v_average = v / changes.get("of_v", 1 - beta_2**t)
    return rate * m_average, v_average, m, v


@wrong("06.adam_step", "epsilon is inside the root, beside the corrected v")
def adam_epsilon_beside_the_corrected_v(
    w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7
):
    step, v_average, m, v = _adam(dw, m, v, t, rate, beta_1, beta_2)
    return w - step / np.sqrt(v_average + epsilon), m, v


@wrong("06.adam_step", "the factor 1 - beta_2 before the square is missing")
def adam_square_without_its_factor(
    w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7
):
    step, v_average, m, v = _adam(dw, m, v, t, rate, beta_1, beta_2, weight_of_square=1.0)
    return w - step / (np.sqrt(v_average) + epsilon), m, v


@wrong("06.adam_step", "the correction of m holds beta_1**t, not beta_1 * t")
def adam_beta_1_times_t(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    step, _, m, v = _adam(dw, m, v, t, rate, beta_1, beta_2, of_m=1 - beta_1 * t)
    return w - np.sqrt(1 - beta_2**t) * step / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "the step is that of the rate 0.001; the rate is 0.02 here")
def adam_typed_rate(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    step, _, m, v = _adam(dw, m, v, t, 0.001, beta_1, beta_2)
    return w - np.sqrt(1 - beta_2**t) * step / (np.sqrt(v) + epsilon), m, v


def zeros(w):
    return np.zeros_like(w), np.zeros_like(w)


@wrong("06.learn_by_heart", "the weights that came in are changed")
def heart_in_place(weights, loss_and_gradients, adam_step, steps):
    kept = [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "one number came out")
def heart_last_loss(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses[-1]


@wrong("06.learn_by_heart", "the loss after the last step is missing")
def heart_before_each_step(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = []
    for t in range(1, steps + 1):
        loss, gradients = loss_and_gradients(weights)
        losses.append(loss)
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
    return losses


@wrong("06.learn_by_heart", "the first loss, that of the weights as they came, is missing")
def heart_after_each_step(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = []
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "the averages are zero again in the second step")
def heart_averages_forgotten(weights, loss_and_gradients, adam_step, steps):
    weights = list(weights)
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k] = adam_step(weights[k], dw, *zeros(dw), t)[0]
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "was given the averages of the array before it")
def heart_one_memory(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), (0.0, 0.0)
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept = adam_step(weights[k], dw, *kept, t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "m and v have changed places")
def heart_m_and_v_exchanged(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], v, m = adam_step(weights[k], dw, *kept[k], t)
            kept[k] = m, v
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "t is 0 in the first step")
def heart_from_step_0(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(steps):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "t goes up with each array")
def heart_t_per_array(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    count = 0
    for _ in range(steps):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            count += 1
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], count)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "t is 1 in every step")
def heart_always_the_first_step(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for _ in range(steps):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], 1)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "the gradients are those of the first weights")
def heart_stale_gradients(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    gradients = loss_and_gradients(weights)[1]
    for t in range(1, steps + 1):
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "the gradients are taken anew after each array")
def heart_array_by_array(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            dw = loss_and_gradients(weights)[1][k]
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "every step begins at the first weights")
def heart_never_moves(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            _, *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "adam_step was called 9 times")
def heart_one_step_too_few(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "adam_step is never called")
def heart_no_step(weights, loss_and_gradients, adam_step, steps):
    return [loss_and_gradients(weights)[0] for _ in range(steps + 1)]


@wrong("06.learn_by_heart", "one array moved in each step")
def heart_one_array(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1][:1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "in reverse order")
def heart_reversed(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses[::-1]


@wrong("06.learn_by_heart", "both averages begin at zero")
def heart_averages_of_ones(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [(0 * w, 0 * w + 1) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "was given a setting of its own")
def heart_a_rate_of_its_own(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t, 0.01)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "takes the whole list of weights")
def heart_one_array_asked(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights[0])[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "the mean of the losses so far")
def heart_means(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return [np.mean(losses[: k + 1]) for k in range(len(losses))]


@wrong("06.adam_step", "squares are summed over all weights")
def squares_summed(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = beta_1 * m + (1 - beta_1) * dw
    v = beta_2 * v + (1 - beta_2) * np.sum(dw**2)
    step = rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - step * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.learn_by_heart", "are not those that loss_and_gradients returned")
def heart_sign_turned(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], -dw, *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "are not those that loss_and_gradients returned")
def heart_gradient_over_the_arrays(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw / len(weights), *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "are not those that loss_and_gradients returned")
def heart_gradient_normed(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw / np.linalg.norm(dw), *kept[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "makes one list with two names")
def heart_one_list(weights, loss_and_gradients, adam_step, steps):
    weights = list(weights)
    ms = vs = [np.zeros_like(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        gradients = loss_and_gradients(weights)[1]
        for k, dw in enumerate(gradients):
            weights[k], ms[k], vs[k] = adam_step(weights[k], dw, ms[k], vs[k], t)
        losses.append(loss_and_gradients(weights)[0])
    return losses


@wrong("06.learn_by_heart", "the first loss stands twice")
def heart_loss_of_the_old_weights(weights, loss_and_gradients, adam_step, steps):
    weights, kept = list(weights), [zeros(w) for w in weights]
    losses = [loss_and_gradients(weights)[0]]
    for t in range(1, steps + 1):
        loss, gradients = loss_and_gradients(weights)
        for k, dw in enumerate(gradients):
            weights[k], *kept[k] = adam_step(weights[k], dw, *kept[k], t)
        losses.append(loss)
    return losses


@wrong("06.adam_step", "both corrections multiply")
def adam_corrections_multiplied(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    of_m, of_v = 1 - beta_1**t, 1 - beta_2**t
    return w - rate * math.sqrt(of_v) * of_m * m / (np.sqrt(v) + epsilon), m, v


@wrong("06.adam_step", "only v is corrected for its start; m")
def adam_v_corrected(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    of_v = 1 - beta_2**t
    return w - rate * m / (np.sqrt(v / of_v) + epsilon), m, v


@wrong("06.adam_step", "the root of the corrected v is missing")
def adam_corrected_without_root(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    of_m, of_v = 1 - beta_1**t, 1 - beta_2**t
    return w - rate * m / of_m / (v / of_v + epsilon), m, v


@wrong("06.adam_step", "epsilon is added to the whole step")
def adam_brackets_of_the_step(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    of_m, of_v = 1 - beta_1**t, 1 - beta_2**t
    return w - (rate * m / of_m / np.sqrt(v / of_v) + epsilon), m, v


@wrong("06.adam_step", "epsilon is added to the new weights")
def adam_brackets_of_the_weights(
    w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7
):
    m, v = averages(dw, m, v, beta_1, beta_2)
    of_m, of_v = 1 - beta_1**t, 1 - beta_2**t
    return w - rate * m / of_m / np.sqrt(v / of_v) + epsilon, m, v


@wrong("06.adam_step", "epsilon is added to the fraction")
def adam_brackets_of_the_fraction(
    w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7
):
    m, v = averages(dw, m, v, beta_1, beta_2)
    of_m, of_v = 1 - beta_1**t, 1 - beta_2**t
    return w - rate * (m / of_m / np.sqrt(v / of_v) + epsilon), m, v


@wrong("06.adam_step", "those of the step after")
def adam_t_counted_on(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    step, v_average, m, v = _adam(dw, m, v, t + 1, rate, beta_1, beta_2)
    return w - step / (np.sqrt(v_average) + epsilon), m, v


@wrong("06.adam_step", "this is RMSprop")
def adam_rmsprop(w, dw, m, v, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = averages(dw, m, v, beta_1, beta_2)
    return w - rate * dw / (np.sqrt(v) + epsilon), m, v


@wrong("06.initial_scale", "(2 / n with their mean as n)")
def of_the_mean_count(shape):
    return math.sqrt(4 / (math.prod(shape[:-1]) + shape[-1]))


@wrong("06.initial_scale", "inputs and outputs are added up")
def of_both_counts(shape):
    return math.sqrt(1 / (math.prod(shape[:-1]) + shape[-1]))
