"""The checks of notebook 06: three kinds of step, how large fresh weights are, a first training."""

import math
from typing import Any

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect, multiple

MATRIX, BIAS, KERNEL = (3, 4), (4,), (2, 3, 1, 4)


@exercise
def sgd_step(answer: Answer) -> None:
    """A step of random size from random weights: a matrix, a bias, a convolution's kernel."""
    for rate, shape in [(0.35, MATRIX), (0.07, BIAS), (0.35, KERNEL)]:
        w, dw = _draw(2, shape)
        got = _step(answer, w, dw, rate)
        mistakes = {
            "the step goes uphill. The gradient points to where the loss grows; go against it.": (
                w + rate * dw
            ),
            "these are the weights from before the step.": w,
            "this is only the step. Add it to the weights from which it starts.": -rate * dw,
            "this is only the rate times the gradient. Subtract it from the weights.": rate * dw,
            "the rate does not matter here, but it should: the step is rate * dw.": w - dw,
            "the step is divided by the number of rows. The factor 1/N is already in the gradient, "
            "put there by the loss.": w - rate * dw / len(w),
            "every entry moves by the same amount: only the gradient's sign is used.": (
                w - rate * np.sign(dw)
            ),
            "the weights are made smaller too, by the rate. That is weight decay; here only the "
            "gradient counts.": w - rate * (dw + w),
            "the gradient is divided by its length first. Its length counts.": (
                w - rate * dw / np.linalg.norm(dw)
            ),
            "the rate is squared.": w - rate**2 * dw,
            "the step is divided by the rate.": w - dw / rate,
            "the weights are multiplied by the step. It is subtracted.": w * (1 - rate * dw),
            "the rate multiplies the weights. It belongs to the gradient.": rate * w - dw,
            "every weight moves by the mean of all gradients. Each has a gradient of its own.": (
                w - rate * dw.mean()
            ),
            "every weight moves by the sum of all gradients. Each has a gradient of its own.": (
                w - rate * dw.sum()
            ),
            "the gradient is summed over its first axis. Examples were summed over in the backward "
            "pass; here each weight has a gradient of its own.": w - rate * dw.sum(axis=0),
            "the gradient is averaged over its first axis. That is no axis of examples: each "
            "weight has a gradient of its own.": w - rate * dw.mean(axis=0),
        }
        if typed := multiple(got, w, dw):
            mistakes[
                f"the weights move by {typed:.6g} times the gradient; the rate is {rate} here. It "
                "is an argument: is another number typed in?"
            ] = w + typed * dw
        expect(got, w - rate * dw, "w after the step", mistakes=mistakes)


@exercise
def momentum_step(answer: Answer) -> None:
    """One step with a velocity from before, then others with another rate, momentum, shape."""
    for rate, momentum, shape in [(0.3, 0.9, MATRIX), (0.05, 0.5, MATRIX), (0.3, 0.8, BIAS)]:
        w, dw, v = _draw(3, shape)
        new = momentum * v - rate * dw
        new_w, new_v = _parts(_step(answer, w, dw, v, rate, momentum), "w", "velocity")
        swapped = "the weights stand where the velocity belongs: return (w, velocity)."
        expect(new_v, new, "the velocity", mistakes={
            swapped: w + new,
            "this is counted uphill: the rate times the gradient is subtracted.": (
                momentum * v + rate * dw
            ),
            "the rate is missing. (Some libraries keep it out of the velocity and multiply later; "
            "here it belongs to the velocity.)": momentum * v - dw,
            "this is momentum * v + dw, the velocity of libraries that multiply by -rate later. "
            "Here the rate and the sign belong to the velocity.": momentum * v + dw,
            "the old velocity is lost: momentum * v is missing.": -rate * dw,
            "momentum and 1 - momentum are exchanged: most of the old velocity is kept.": (
                (1 - momentum) * v - rate * dw
            ),
            "the momentum multiplies the gradient too. It belongs to the old velocity alone.": (
                momentum * (v - rate * dw)
            ),
            "the momentum is fixed at 0.9. It is an argument.": 0.9 * v - rate * dw,
            "the old velocity is kept whole: multiply it by the momentum.": v - rate * dw,
            "the new gradient is multiplied by 1 - momentum. That makes it an average, as in "
            "Adam; the velocity here is a sum.": momentum * v - (1 - momentum) * rate * dw,
            "this is the velocity from before the step.": v,
            "the rate and the momentum are exchanged: the momentum multiplies the old velocity, "
            "the rate the gradient.": rate * v - momentum * dw,
        })  # fmt: skip
        expect(new_w, w + new, "w after the step", mistakes={
            "this is Nesterov's step, which looks ahead by one more momentum * v - rate * dw. Here "
            "the weights move by the new velocity alone.": w + momentum * new - rate * dw,
            "the weights are multiplied by the momentum. It belongs to the old velocity alone.": (
                momentum * w + new
            ),
            "the velocity is multiplied by the momentum once more; it is in it already.": (
                w + momentum * new
            ),
            "this is the weights from before the step.": w,
            "the sign of the velocity is turned round. It already points downhill: add it.": (
                w - new
            ),
            "the weights move by the old velocity. Compute the new one first.": w + v,
            "the velocity does not enter: this is a step without momentum.": w - rate * dw,
            "the rate is applied twice: it is already in the velocity.": w + rate * new,
            "the gradient is subtracted once more; it is already in the velocity.": (
                w + new - rate * dw
            ),
            "this is only the step. Add it to the weights from which it starts.": new,
        })  # fmt: skip


@exercise
def adam_step(answer: Answer) -> None:
    """Gradients of very different size, that shrink from step to step; m and v as sums over all.

    Each entry is held against its own size, so that the small ones count like the large ones.
    """
    for shape in (MATRIX, BIAS):
        _adam_steps(answer, *_draw(4, shape))


def _adam_steps(answer: Answer, w: Array, *gradients: Array) -> None:
    size = np.array([1e3, 1.0, 1e-3, 1e-6])  # the last is near epsilon / sqrt(1 - beta_2)
    gradients = tuple(each * size / 4**k for k, each in enumerate(gradients))
    rate, beta_1, beta_2, epsilon = 0.02, 0.8, 0.99, 2e-7

    def averages(t: int) -> tuple[Array, Array]:
        ages = list(enumerate(reversed(gradients[:t])))
        m = np.sum([(1 - beta_1) * beta_1**age * g for age, g in ages] or [0 * w], axis=0)
        v = np.sum([(1 - beta_2) * beta_2**age * g * g for age, g in ages] or [0 * w], axis=0)
        return np.asarray(m), np.asarray(v)

    for t in (3, 2, 1):  # the first step last: with m = v = 0 many mistakes look the same
        dw = gradients[t - 1]
        (m, v), (right_m, right_v) = averages(t - 1), averages(t)
        result = _step(answer, w, dw, m, v, t, rate, beta_1, beta_2, epsilon)
        new_w, new_m, new_v = _parts(result, "w", "m", "v")
        correct_1, correct_2 = 1 - beta_1**t, 1 - beta_2**t
        expect(new_m, right_m, f"m after step {t}", mistakes={
            "the corrected m is returned. The next step continues from the uncorrected one: keep "
            "the correction out of m.": right_m / correct_1,
            "beta_1 and 1 - beta_1 are exchanged: most of the *old* m is kept.": (
                (1 - beta_1) * m + beta_1 * dw
            ),
            "the factor 1 - beta_1 before the gradient is missing.": beta_1 * m + dw,
            "beta_2 is used where beta_1 belongs.": beta_2 * m + (1 - beta_2) * dw,
            "the old m is lost.": (1 - beta_1) * dw,
            "v stands where m belongs: return (w, m, v), in this order.": right_v,
            "this is m from before the step. The next one continues from the new m.": m,
            "beta_1 is fixed at 0.9. It is an argument.": 0.9 * m + 0.1 * dw,
            "the gradient is squared; that belongs to v.": beta_1 * m + (1 - beta_1) * dw**2,
            "the rate is in m already. It multiplies the step alone.": (
                beta_1 * m + (1 - beta_1) * rate * dw
            ),
        }, scale=0.0)  # fmt: skip
        expect(new_v, right_v, f"v after step {t}", mistakes={
            "the corrected v is returned. The next step continues from the uncorrected one: keep "
            "the correction out of v.": right_v / correct_2,
            "the gradient is not squared.": beta_2 * v + (1 - beta_2) * dw,
            "beta_2 and 1 - beta_2 are exchanged: most of the *old* v is kept.": (
                (1 - beta_2) * v + beta_2 * dw**2
            ),
            "beta_1 is used where beta_2 belongs.": beta_1 * v + (1 - beta_1) * dw**2,
            "the old v is lost.": (1 - beta_2) * dw**2,
            "this is v from before the step. The next one continues from the new v.": v,
            "beta_2 is fixed at 0.999. It is an argument.": 0.999 * v + 0.001 * dw**2,
            "the gradient's size is averaged, not its square.": (
                beta_2 * v + (1 - beta_2) * np.abs(dw)
            ),
            "the root of v is averaged with the gradient, and squared afterwards. The squares are "
            "averaged.": (beta_2 * np.sqrt(v) + (1 - beta_2) * dw) ** 2,
            "m is squared in place of the gradient.": beta_2 * v + (1 - beta_2) * right_m**2,
            "v never falls: the larger of the old and the new one is kept. That is another method, "
            "AMSGrad.": np.maximum(v, right_v),
            "the factor 1 - beta_2 before the square is missing.": beta_2 * v + dw**2,
            "the squares are added up and nothing is forgotten. That is another method, Adagrad.": (
                v + dw**2
            ),
            "the distance from m is squared, (dw - m)^2. That is another method, AdaBelief.": (
                beta_2 * v + (1 - beta_2) * (dw - right_m) ** 2
            ),
            "the gradients' squares are averaged over all weights. Each weight has a v of its "
            "own.": beta_2 * v + (1 - beta_2) * np.mean(dw**2),
            "the gradients' squares are summed over all weights. Each weight has a v of its "
            "own.": beta_2 * v + (1 - beta_2) * np.sum(dw**2),
        }, scale=0.0)  # fmt: skip
        root, correct = np.sqrt(right_v), np.sqrt(correct_2) / correct_1

        def after(factor: float, divisor: Array, start: Array = w, m: Array = right_m) -> Array:
            return start - factor * m / divisor

        with np.errstate(all="ignore"):
            mistakes = {
                "the correction for the start is missing: m and v begin at zero and are too small "
                "at first, v more than m, so the first steps are too long.": after(
                    rate, root + epsilon
                ),
                "only m is corrected for its start at zero; v begins at zero too.": after(
                    rate / correct_1, root + epsilon
                ),
                "only v is corrected for its start at zero; m begins at zero too.": after(
                    rate * np.sqrt(correct_2), root + epsilon
                ),
                "the correction of v is not under the root: it is sqrt(1 - beta_2^t).": after(
                    rate * correct_2 / correct_1, root + epsilon
                ),
                "the correction is that of the first step at every step. t counts on.": after(
                    rate * np.sqrt(1 - beta_2) / (1 - beta_1), root + epsilon
                ),
                "the correction is that of the step before: t begins with 1, not 0.": after(
                    rate * np.sqrt(1 - beta_2 ** (t - 1)) / (1 - beta_1 ** (t - 1)), root + epsilon
                ),
                "the two corrections are exchanged: beta_2 belongs to v, under the root, beta_1 to "
                "m.": after(rate * np.sqrt(1 - beta_1**t) / (1 - beta_2**t), root + epsilon),
                "the correction is upside down.": after(rate / correct, root + epsilon),
                "v is corrected, but without the root: 1 - beta_2^t in place of its root, and "
                "below the fraction.": after(rate / (correct_1 * correct_2), root + epsilon),
                "this is Nesterov's version: the new gradient enters once more. Here m is used as "
                "it is.": after(
                    rate * correct,
                    root + epsilon,
                    m=beta_1 * right_m + (1 - beta_1) * dw,
                ),
                "the weights themselves are made smaller too, by the rate. That is weight decay.": (
                    after(rate * correct, root + epsilon, start=w * (1 - rate))
                ),
                "epsilon is inside the root. It is added to sqrt(v): otherwise, at 1e-7, it counts "
                "as much as a gradient of 3e-4.": after(rate * correct, np.sqrt(right_v + epsilon)),
                "epsilon is added to the corrected root, as in Algorithm 1 of Adam's paper. Here, "
                "in tinynet and in Keras it is added to sqrt(v) itself.": after(
                    rate / correct_1, root / np.sqrt(correct_2) + epsilon
                ),
                "epsilon is squared under the root. Here it is added to sqrt(v) itself.": after(
                    rate * correct, np.sqrt(right_v + epsilon**2)
                ),
                "the root of v is replaced by epsilon where it is smaller. Here epsilon is added "
                "to it.": after(rate * correct, np.maximum(root, epsilon)),
                "epsilon is fixed at 1e-7. It is an argument.": after(rate * correct, root + 1e-7),
                "epsilon is fixed at 1e-8. It is an argument.": after(rate * correct, root + 1e-8),
                "epsilon is missing: a weight whose gradient is always 0, such as that of a blank "
                "pixel, would be 0 / 0.": after(rate * correct, root),
                "the root of v is missing: m / v is large where the gradient is small.": after(
                    rate * correct, right_v + epsilon
                ),
                "the root of v is missing, and that of its correction: m / v is large where the "
                "gradient is small.": after(rate * correct_2 / correct_1, right_v + epsilon),
                "the old m and v make the step. Compute the new ones first.": after(
                    rate * correct, np.sqrt(v) + epsilon, m=m
                ),
                "the correction is that of the step after: t is this step's number already.": after(
                    rate * np.sqrt(1 - beta_2 ** (t + 1)) / (1 - beta_1 ** (t + 1)), root + epsilon
                ),
                "this is not a number: a root of something negative? The corrections hold "
                "beta_1**t and beta_2**t, not beta * t.": after(
                    rate * np.sqrt(1 - beta_2 * t) / (1 - beta_1 * t), root + epsilon
                ),
                "the gradient itself is divided by the root, as in RMSprop; m belongs there.": (
                    after(rate * np.sqrt(correct_2), root + epsilon, m=dw)
                ),
                "the step goes uphill: subtract it.": after(-rate * correct, root + epsilon),
                "the gradient itself is divided by the root; m belongs there.": after(
                    rate * correct, root + epsilon, m=dw
                ),
                "this is only the step. Subtract it from the weights from which it starts.": after(
                    -rate * correct, root + epsilon, start=np.zeros_like(w)
                ),
                "epsilon is inside the root, beside the corrected v. Here it is added to sqrt(v) "
                "itself.": after(rate / correct_1, np.sqrt(right_v / correct_2 + epsilon)),
                "the correction of m holds beta_1**t, not beta_1 * t.": after(
                    rate * np.sqrt(correct_2) / (1 - beta_1 * t), root + epsilon
                ),
                "the correction of v holds beta_2**t, not beta_2 * t.": after(
                    rate * np.sqrt(1 - beta_2 * t) / correct_1, root + epsilon
                ),
                "both corrections multiply. m is too small, so it is divided by its own.": after(
                    rate * np.sqrt(correct_2) * correct_1, root + epsilon
                ),
                "only v is corrected for its start; m begins at zero as well.": after(
                    rate, root / np.sqrt(correct_2) + epsilon
                ),
                "the root of the corrected v is missing: the fraction is large where the gradient "
                "is small.": after(rate / correct_1, right_v / correct_2 + epsilon),
                "the corrections are those of the step after: t is this step's number already.": (
                    after(
                        rate / (1 - beta_1 ** (t + 1)),
                        root / np.sqrt(1 - beta_2 ** (t + 1)) + epsilon,
                    )
                ),
                "this is RMSprop: the gradient itself stands where m belongs, and nothing is "
                "corrected.": after(rate, root + epsilon, m=dw),
                "epsilon is added to the whole step: brackets are missing in m / (sqrt(v) + "
                "epsilon).": after(rate * correct, root, start=w - epsilon),
                "epsilon is added to the fraction: brackets are missing in m / (sqrt(v) + "
                "epsilon).": after(rate * correct, root, start=w - rate * epsilon),
                "epsilon is added to the new weights: brackets are missing in m / (sqrt(v) + "
                "epsilon).": after(rate * correct, root, start=w + epsilon),
            }
            of_rate_1 = after(correct, root + epsilon) - w
        right_w = after(rate * correct, root + epsilon)
        if (typed := multiple(new_w, w, of_rate_1)) and typed > 0:
            mistakes[
                f"the step is that of the rate {typed:.6g}; the rate is {rate} here. It is an "
                "argument: is another number typed in?"
            ] = w + typed * of_rate_1
        expect(new_w, right_w, f"w after step {t}", mistakes=mistakes)


@exercise
def initial_scale(answer: Answer) -> None:
    """Dense layers that widen and narrow, and a convolution."""
    for shape in [(784, 512), (512, 10), (50, 200), (5, 3, 8, 24)]:
        *window, channels, outputs = shape
        n = int(np.prod(window)) * channels
        right = float(np.sqrt(2 / n))
        got = call(answer, shape)
        if np.shape(got) == shape:
            raise WrongAnswer(
                "an array of weights came out. Asked for is one number: how far they scatter."
            )
        expect(
            got,
            right,
            f"the scale for weights of shape {shape}",
            mistakes={
                "this is the variance. The standard deviation is its root.": 2 / n,
                "the 2 is missing: a ReLU lets only half of the mean square through.": (
                    np.sqrt(1 / n)
                ),
                "the root is taken of the 2 alone. The root of n belongs to it too: "
                "sqrt(2 / n).": np.sqrt(2) / n,
                "this is the root of 4 / n. A ReLU halves the mean square once.": np.sqrt(4 / n),
                "a ReLU halves the mean square; the weights have to double it, not to halve it "
                "once more.": np.sqrt(0.5 / n),
                "this is the scale for 784 inputs. The inputs are counted by the shape.": (
                    np.sqrt(2 / 784)
                ),
                "this is 0. Does 2 // n round down? A fraction needs /.": 0.0,
                "it is rounded. Return all digits.": next(
                    (round(right, k) for k in range(1, 9) if round(right, k) == got), right
                ),
                f"the {outputs} outputs are counted. What is added up for one output are the "
                "inputs.": np.sqrt(2 / outputs),
                "this is Glorot's limit of a uniform distribution, sqrt(6 / (inputs + outputs)).": (
                    np.sqrt(6 / (n + outputs))
                ),
                "this is the root of the number of inputs over 2: the fraction is upside down.": (
                    np.sqrt(n / 2)
                ),
                "all axes are counted. The last one counts outputs, not inputs.": (
                    np.sqrt(2 / (n * outputs))
                ),
                "inputs and outputs are averaged (1 / n with their mean as n): that is Glorot's "
                "scale without ReLU.": np.sqrt(2 / (n + outputs)),
                "inputs and outputs are averaged (2 / n with their mean as n). One output adds up "
                "the inputs alone.": np.sqrt(4 / (n + outputs)),
                "inputs and outputs are added up. One output adds up the inputs alone, and a ReLU "
                "follows.": np.sqrt(1 / (n + outputs)),
                "the sizes of the axes are added up. One output adds up "
                f"{' * '.join(map(str, shape[:-1]))} numbers.": np.sqrt(2 / sum(shape[:-1])),
                "only the window is counted, without its channels. One output adds up all of "
                "them.": np.sqrt(2 / np.prod(window)) if window else right,
                f"only the {channels} channels are counted. One output of a convolution adds up "
                f"the whole window, {' * '.join(map(str, shape[:-1]))} numbers.": (
                    np.sqrt(2 / channels)
                ),
                f"only the first axis, {shape[0]}, is counted: all axes but the last are inputs.": (
                    np.sqrt(2 / shape[0])
                ),
                "this is the limit of a uniform distribution with the right variance; asked for is "
                "the standard deviation.": np.sqrt(6 / n),
            },
        )


def _draw(count: int, shape: tuple[int, ...]) -> list[Array]:
    rng = np.random.default_rng(6)
    return [rng.normal(size=shape) for _ in range(count)]


def _step(answer: Answer, w: Array, *others: Any) -> Any:
    """The step; that it fails for all but matrices is said in words."""
    try:
        return call(answer, w, *others)
    except WrongAnswer as wrong:
        if w.shape == MATRIX or " fails: " not in str(wrong):
            raise
        raise WrongAnswer(
            f"for matrices it is right, but {wrong} A bias has one axis, a convolution's kernel "
            "four: compute with whole arrays, and the same line fits all of them."
        ) from wrong


def _parts(result: Any, *names: str) -> tuple[Any, ...]:
    if not isinstance(result, tuple | list) or len(result) != len(names):
        raise WrongAnswer(
            f"{len(names)} arrays should be returned: return {', '.join(names)}. "
            f"Received: {type(result).__name__}"
        )
    return tuple(result)


@exercise
def learn_by_heart(answer: Answer) -> None:
    """A loss that ties three arrays together, two of them of one shape; each call is recorded."""
    for steps in (4, 1, 0):
        run = _Run()
        weights = [w.copy() for w in run.start]
        try:
            losses = call(answer, weights, run.loss_and_gradients, run.adam_step, steps)
        except WrongAnswer:
            run.tell_what_was_kept()  # a wrong array often ends in an exception
            raise
        if len(weights) != len(run.start) or not all(map(np.array_equal, weights, run.start)):
            raise WrongAnswer(
                "the weights that came in are changed: the ladder goes on from them. Begin with a "
                "list of your own, and put each new array into it."
            )
        if not np.shape(losses):
            raise WrongAnswer("one number came out. Asked for are the losses, steps + 1 of them.")
        reference = _Run()
        right = np.array(reference.learn(steps))
        try:
            _expect_losses(losses, right)
        except WrongAnswer:
            run.tell_how_often(steps)
            run.tell_what_was_kept()
            run.tell_what_was_moved(steps)
            raise


def _expect_losses(losses: Any, right: Array) -> None:
    if len(np.shape(losses)) == 1 and len(losses) == len(right):
        losses = [float(loss) for loss in losses]
    expect(losses, right, "the list of losses", mistakes={
        "the loss after the last step is missing. There are steps + 1 losses.": right[:-1],
        "the first loss, that of the weights as they came, is missing. There are steps + 1 "
        "losses.": right[1:],
        "the losses stand in reverse order. The first comes first.": right[::-1],
        "each is the mean of the losses so far. Asked for are the losses themselves.": (
            np.cumsum(right) / np.arange(1, len(right) + 1)
        ),
        "the first loss stands twice, and the last one is missing. What is kept after a step is "
        "the loss of the new weights.": np.append(right[:1], right[:-1]),
    })  # fmt: skip


class _Run:
    """What an answer works on, and a record of what it asks for."""

    def __init__(self) -> None:
        rng = np.random.default_rng(6)
        shapes = [(3, 2), (2,), (3, 2)]
        self.start = [rng.normal(size=shape) for shape in shapes]
        self.goals = [rng.normal(size=shape) for shape in shapes]
        self.asked: list[list[Array]] = []  # the weights of each call for a loss
        self.steps: list[tuple[int, Array, Array, Array, Array, int]] = []  # array, then the call
        self.results: list[tuple[Array, Array, Array]] = []

    def loss_and_gradients(self, weights: Any) -> tuple[float, list[Array]]:
        if [np.shape(w) for w in weights] != [w.shape for w in self.start]:
            raise WrongAnswer(
                "loss_and_gradients takes the whole list of weights, and was given something else: "
                f"{[np.shape(w) for w in weights]} in place of {[w.shape for w in self.start]}."
            )
        self.asked.append([np.array(w) for w in weights])
        return self._loss_and_gradients(self.asked[-1])

    def _loss_and_gradients(self, weights: list[Array]) -> tuple[float, list[Array]]:
        off = [w - goal for w, goal in zip(weights, self.goals, strict=True)]
        total = sum(float(each.sum()) for each in off)  # ties the arrays together
        loss = sum(float(np.sum(each**2)) for each in off) + 0.3 * total**2
        return loss, [2 * each + 0.6 * total for each in off]

    def adam_step(
        self, w: Any, dw: Any, m: Any, v: Any, t: Any, *settings: Any, **named: Any
    ) -> tuple[Array, Array, Array]:
        if isinstance(t, float) or np.ndim(t):
            raise WrongAnswer(f"t is the number of the step, 1, 2, 3, ... It was {t!r}.")
        if t < 1:
            raise WrongAnswer("t is 0 in the first step, and Adam divides by 1 - beta**0 = 0.")
        if settings or named:
            raise WrongAnswer("adam_step was given a setting of its own. (w, dw, m, v, t) is all.")
        arrays = [np.array(each, dtype=float) for each in (w, dw, m, v)]
        w, dw, m, v = arrays
        self.steps.append((len(self.steps) % 3, w, dw, m, v, int(t)))
        m, v = 0.9 * m + 0.1 * dw, 0.999 * v + 0.001 * dw**2
        rate = 0.05 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        self.results.append((w - rate * m / (np.sqrt(v) + 1e-7), m, v))
        return self.results[-1]

    def learn(self, steps: int) -> list[float]:
        """The right losses."""
        weights, averages = self.start, [(np.zeros_like(w), np.zeros_like(w)) for w in self.start]
        losses = [self._loss_and_gradients(weights)[0]]
        for t in range(1, steps + 1):
            gradients = self._loss_and_gradients(weights)[1]
            moved = [
                self.adam_step(w, dw, *kept, t)
                for w, dw, kept in zip(weights, gradients, averages, strict=True)
            ]
            weights, averages = [each[0] for each in moved], [each[1:] for each in moved]
            losses.append(self._loss_and_gradients(weights)[0])
        return losses

    def tell_how_often(self, steps: int) -> None:
        """WrongAnswer if the steps were too many or too few."""
        number = len(self.steps)
        if steps and not number:
            raise WrongAnswer("adam_step is never called: nothing is learned.")
        if number == steps != 3 * steps:
            raise WrongAnswer("one array moved in each step. All of them have to.")
        if number != 3 * steps:
            raise WrongAnswer(
                f"adam_step was called {number} times. {steps} steps of 3 arrays make {3 * steps}."
            )

    def tell_what_was_kept(self) -> None:
        """WrongAnswer if a step was given averages that are not its own."""
        for place, (k, _, _, m, v, _) in enumerate(self.steps):
            before = self.results[place - 3][1:] if place > 2 else ()
            other = self.results[place - 1][1:] if place else ()
            if place > 2 and not m.any() and not v.any():
                raise WrongAnswer(
                    "the averages are zero again in the second step. Keep the m and v that "
                    "adam_step returns, for each array, until its next step."
                )
            if place > 2 and np.array_equal(m, v):
                raise WrongAnswer(
                    "m and v are the same numbers in the second step. m = v = [...] makes one list "
                    "with two names: each needs a list of its own."
                )
            if other and np.array_equal(m, other[0]) and np.array_equal(v, other[1]):
                raise WrongAnswer(
                    f"array {k} was given the averages of the array before it. Each array has an m "
                    "and a v of its own."
                )
            if before and np.array_equal(m, before[1]) and np.array_equal(v, before[0]):
                raise WrongAnswer("m and v have changed places. adam_step returns w, m, v.")
            if place <= 2 and (m.any() or v.any()):
                raise WrongAnswer("both averages begin at zero, m and v, for each array.")

    def tell_what_was_moved(self, steps: int) -> None:
        """WrongAnswer if the steps were misnumbered, or began or pointed where they should not."""
        numbers = [t for *_, t in self.steps]
        if numbers == list(range(1, len(numbers) + 1)) and steps:
            raise WrongAnswer(
                "t goes up with each array. It counts steps: all arrays of a step have the same t."
            )
        if steps > 1 and set(numbers) == {1}:
            raise WrongAnswer("t is 1 in every step. It counts them: 1, 2, 3, ...")
        if steps and numbers != [1 + place // 3 for place in range(len(numbers))]:
            raise WrongAnswer(f"t was {numbers} for 3 arrays and {steps} steps. It counts steps.")
        if steps > 1 and all(np.array_equal(w, self.start[k]) for k, w, *_ in self.steps):
            raise WrongAnswer(
                "every step begins at the first weights. Keep the w that adam_step returns."
            )
        gradients = self._loss_and_gradients(self.start)[1]
        if steps > 1 and all(np.array_equal(dw, gradients[k]) for k, _, dw, *_ in self.steps):
            raise WrongAnswer(
                "the gradients are those of the first weights, in every step. Ask for new ones at "
                "the new weights."
            )
        if steps and not np.array_equal(self.steps[0][2], gradients[0]):
            raise WrongAnswer(
                "the gradients that adam_step gets are not those that loss_and_gradients returned. "
                "Hand them on as they are, each with its own array."
            )
        if steps and not np.array_equal(self.steps[1][2], gradients[1]):
            raise WrongAnswer(
                "the gradients are taken anew after each array. One step moves all arrays, by "
                "gradients taken at the same weights."
            )
