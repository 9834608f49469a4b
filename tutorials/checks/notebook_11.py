"""The checks of notebook 11: a normalization, its three paths, folding, and dropout's variance."""

from typing import Any

import numpy as np

from tinynet.gradient_check import numerical_gradient
from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect, expect_order

SHAPES = ((6, 3), (2, 4, 3, 3))  # examples and features; pictures
EPSILON = 0.3  # large, so that its place shows


def statistics(x: Array) -> tuple[Array, Array]:
    """Mean and variance of each channel, number by number."""
    channels = x.reshape(-1, x.shape[-1]).T
    means = np.array([sum(each) / len(each) for each in channels])
    spreads = [
        sum((each - mean) ** 2) / len(each) for each, mean in zip(channels, means, strict=True)
    ]
    return means, np.array(spreads)


def _draw(shape: tuple[int, ...], count: int = 2) -> list[Array]:
    """x of uneven size and place in each channel, then random numbers."""
    rng = np.random.default_rng(11)
    drawn = [rng.normal(size=shape) for _ in range(count)]
    return [drawn[0] * [1.0, 3.0, 0.2] + [0.0, -4.0, 1.0], *drawn[1:]]


def _several(result: Any, *names: str) -> tuple[Any, ...]:
    if not isinstance(result, tuple | list) or len(result) != len(names):
        raise WrongAnswer(f"{len(names)} arrays should be returned: {', '.join(names)}.")
    return tuple(result)


@exercise
def normalize(answer: Answer) -> None:
    """Features, then pictures, each with its own epsilon; then a still and a far-off channel."""
    for shape, epsilon in zip(SHAPES, (EPSILON, 0.7), strict=True):
        x = _draw(shape)[0]
        mean, variance = statistics(x)
        count = x.size // 3
        sigma = np.sqrt(variance + epsilon)
        got, got_sigma = _several(call(answer, x, epsilon), "xhat", "sigma")
        of_examples = x.var(axis=0)
        expect(got_sigma, sigma, f"sigma for x of shape {shape}", mistakes={
            "this is the variance plus epsilon; the root is missing.": variance + epsilon,
            "epsilon stands outside of the root. It belongs inside.": np.sqrt(variance) + epsilon,
            "epsilon is missing. Without it a channel that never changes is divided by 0.": (
                np.sqrt(variance)
            ),
            "this is divided by M - 1. All statistics here are plain means: divide by M.": (
                np.sqrt(variance * count / (count - 1) + epsilon)
            ),
            "the mean of the squares is taken, without subtracting the mean first.": (
                np.sqrt(variance + mean**2 + epsilon)
            ),
            "only the examples, axis 0, are averaged over. In a picture all pixels of a channel "
            "share one mean and one variance: all axes but the last.": (
                np.sqrt(of_examples + epsilon) if x.ndim > 2 else sigma
            ),
            "one number came out for all channels. Each channel has its own.": (
                np.sqrt(x.var() + epsilon)
            ),
            "the channels share one mean and one variance. Each has its own.": (
                np.sqrt((x - x.mean(axis=tuple(range(x.ndim - 1)))).var() + epsilon) * np.ones(3)
            ),
            "all numbers of x are in one variance. Each channel has its own.": (
                np.sqrt(x.var() + epsilon) * np.ones(3)
            ),
            "one mean is taken of all channels together, before the variance of each.": (
                np.sqrt(variance + (mean - x.mean()) ** 2 + epsilon)
            ),
            "this is the mean absolute distance from the mean. Distances are squared, and the root "
            "is taken at the end.": (
                np.abs(x - mean).mean(axis=tuple(range(x.ndim - 1))) + epsilon
            ),
            "xhat and sigma have changed places: xhat first.": (x - mean) / sigma,
            "epsilon is squared: it is added to the variance as it is.": (
                np.sqrt(variance + epsilon**2)
            ),
            "epsilon is the argument's, not a number of your own.": (
                np.sqrt(variance + (EPSILON if epsilon != EPSILON else 1e-3))
            ),
            "this is one number for each example. Over all axes but the last, not the other way "
            "round.": np.sqrt(x.var(axis=-1, keepdims=True) + epsilon),
            "each example is normalized by itself, over its features. That is layer "
            "normalization.": np.sqrt(x.var(axis=tuple(range(1, x.ndim))) + epsilon),
            "this is 1 / sigma. Return what x was divided by.": 1 / sigma,
        })  # fmt: skip
        expect(got, (x - mean) / sigma, f"xhat for x of shape {shape}", mistakes={
            "the mean is not subtracted.": x / sigma,
            "nothing is divided by.": x - mean,
            "epsilon is missing in it. Divide by the sigma that you return.": (
                (x - mean) / np.sqrt(variance)
            ),
            "one mean is subtracted from all channels. Each has its own.": (x - x.mean()) / sigma,
            "it is divided by the variance plus epsilon; divide by its root.": (
                (x - mean) / (variance + epsilon)
            ),
            "x is divided first, and then the mean of x is subtracted.": x / sigma - mean,
        })  # fmt: skip
    still = np.array([[2.0, 1e5], [2.0, 1e5 + 1], [2.0, 1e5 + 3]])
    got, got_sigma = _several(call(answer, still, 0.25), "xhat", "sigma")
    expect(got_sigma[:1], [0.5], "sigma of a channel that is the same everywhere")
    expect(got[:, :1], np.zeros((3, 1)), "xhat of a channel that is the same everywhere")
    spread = np.sqrt(14 / 9 + 0.25)
    if not np.allclose(got_sigma[1], spread, rtol=1e-9):
        raise WrongAnswer(
            f"sigma of the numbers 100000, 100001, 100003 is {got_sigma[1]:.12g}; expected "
            f"{spread:.12g}. The mean of the squares minus the square of the mean loses digits, "
            "where both are large and nearly equal: subtract the mean first."
        )


@exercise
def three_paths(answer: Answer) -> None:
    """Each share by itself: differences in which the other two are held still."""
    for shape in SHAPES:
        x, dxhat = _draw(shape)
        mean, variance = statistics(x)
        sigma = np.sqrt(variance + EPSILON)
        xhat, count = (x - mean) / sigma, x.size // 3
        axes = tuple(range(x.ndim - 1))

        def through(moves: str, x: Array = x, dxhat: Array = dxhat, mean: Array = mean,
                    variance: Array = variance) -> Array:  # fmt: skip
            """The gradient if x acts only directly, through the mean, or through the variance."""
            point = x.copy()

            def loss() -> float:
                own_mean, own_variance = statistics(point)
                top = point if moves == "direct" else x
                low = own_variance if moves == "variance" else variance
                middle = own_mean if moves == "mean" else mean
                return float(np.sum(dxhat * (top - middle) / np.sqrt(low + EPSILON)))

            return numerical_gradient(loss, point)

        direct, by_mean, by_variance = map(through, ("direct", "mean", "variance"))
        got = _several(call(answer, dxhat, xhat, sigma), "direct", "through the mean",
                       "through the variance")  # fmt: skip
        what = f"for x of shape {shape}"
        expect(got[0], direct, f"the direct share {what}", rtol=1e-6, mistakes={
            "sigma is missing: the slope of xhat by x, with mean and variance held still, is "
            "1 / sigma.": dxhat,
            "it is multiplied by sigma. x is *divided* by it.": dxhat * sigma,
            "this is the whole of dx; the three shares are asked for one by one.": (
                direct + by_mean + by_variance
            ),
        })  # fmt: skip
        expect(got[1], by_mean, f"the share through the mean {what}", rtol=1e-6, mistakes={
            "the sign is wrong: the mean is subtracted.": -by_mean,
            "the 1/M is missing: each x is only one M-th of the mean.": by_mean * count,
            "only the own entry counts. The mean is used in *every* xhat of the channel: add up.": (
                -direct / count
            ),
            "this is dmean, one number a channel. It still has to reach each x.": (
                by_mean.sum(axis=axes)
            ),
            "one number a channel came out. Each x of the channel gets it: the shape of x.": (
                by_mean.reshape(-1, 3)[0]
            ),
            "this is the share through the variance. The order is direct, mean, variance.": (
                by_variance
            ),
            "the variance's share is in it, too. The three are asked for one by one.": (
                by_mean + by_variance
            ),
            "it is added up over the examples alone, axis 0. The mean is used by all pixels of the "
            "channel.": -np.ones(shape) * dxhat.mean(axis=0) / sigma,
            "it is divided by the number of examples. A channel of pictures has M = N*H*W "
            "numbers.": by_mean * count / len(x),
        })  # fmt: skip
        wrong = by_variance.sum() * 0
        expect(got[2], by_variance, f"the share through the variance {what}", rtol=1e-6, mistakes={
            "nothing comes through the variance here. It moves whenever an x moves: by "
            "2 (x - mean) / M.": by_variance * wrong,
            "the sign is wrong: a larger variance makes every xhat smaller.": -by_variance,
            "the 1/M is missing: each x is only one M-th of the variance.": by_variance * count,
            "the factor 2 of the square is missing.": by_variance / 2,
            "the 1/2 of the root is missing.": by_variance * 2,
            "sigma, as the root of the variance plus epsilon, has one power too few or too many: "
            "the slope of 1/sigma by the variance is -1/2 sigma^-3, and x - mean is xhat sigma.": (
                by_variance * sigma
            ),
            "there is a power of sigma too many: x - mean is xhat times sigma.": (
                by_variance / sigma
            ),
            "there are two powers of sigma too many. x - mean stands in it twice, once in dv and "
            "once in the slope of v; each is xhat times sigma.": by_variance / sigma**2,
            "its last factor is missing: v moves by 2 (x - mean) / M, so the share is another one "
            "for each x.": -np.ones(shape) * (dxhat * xhat).mean(axis=axes) / sigma,
            "nothing is added up: v is used in *every* xhat of the channel, so dv is a sum.": (
                -dxhat * xhat**2 / sigma / count
            ),
            "it is added up over the examples alone, axis 0. The variance is used by all pixels of "
            "the channel.": -xhat * (dxhat * xhat).mean(axis=0) / sigma,
            "it is divided by the number of examples. A channel of pictures has M = N*H*W "
            "numbers.": by_variance * count / len(x),
        })  # fmt: skip


def _without_epsilon(dy: Array, x: Array, mean: Array, spread: Array) -> Array:
    """The gradient through a normalization with epsilon = 0, for gamma = 1."""
    axes, xhat = tuple(range(x.ndim - 1)), (x - mean) / spread
    return np.asarray((dy - dy.mean(axis=axes) - xhat * (dy * xhat).mean(axis=axes)) / spread)


@exercise
def batchnorm_backward(answer: Answer) -> None:
    """Against differences of the whole layer, for features and for pictures."""
    for shape in SHAPES:
        x, dy = _draw(shape)
        gamma, beta = np.array([1.5, -0.7, 0.4]), np.zeros(3)
        mean, variance = statistics(x)
        sigma = np.sqrt(variance + EPSILON)
        xhat, count, axes = (x - mean) / sigma, x.size // 3, tuple(range(x.ndim - 1))

        def loss(x: Array = x, dy: Array = dy, gamma: Array = gamma, beta: Array = beta) -> float:
            mean, variance = statistics(x)
            return float(np.sum(dy * (gamma * (x - mean) / np.sqrt(variance + EPSILON) + beta)))

        dx, dgamma, dbeta = (numerical_gradient(loss, each) for each in (x, gamma, beta))
        scale = gamma / sigma
        along = xhat * (dy * xhat).mean(axis=axes)
        few = {} if len(axes) == 1 else {
            "the means run over the examples alone, axis 0. In pictures all M = N*H*W numbers of a "
            "channel share them.": (
                scale * (dy - dy.mean(axis=0) - xhat * (dy * xhat).mean(axis=0))
            ),
            "the sums over the channel are divided by N. It has M = N*H*W numbers.": (
                scale * (dy - (dy.sum(axis=axes) + xhat * (dy * xhat).sum(axis=axes)) / len(x))
            ),
        }  # fmt: skip
        got = _several(call(answer, dy, xhat, sigma, gamma), "dx", "dgamma", "dbeta")
        what = f"for x of shape {shape}"
        expect_order(got, {"dx": dx, "dgamma": dgamma, "dbeta": dbeta})
        expect(got[0], dx, f"dx {what}", rtol=1e-6, mistakes={
            "mean and variance are held still. Each x also moves them, and through them all "
            "others of its channel.": scale * dy,
            "the variance is held still. Each x also moves it.": scale * (dy - dy.mean(axis=axes)),
            "the mean is held still. Each x also moves it.": scale * (dy - along),
            "gamma is forgotten: dxhat is gamma * dy.": dx / gamma,
            "the 1/sigma is forgotten.": dx * sigma,
            "it is divided by sigma twice.": dx / sigma,
            "it is multiplied by sigma. x is *divided* by it.": dx * sigma**2,
            "gamma is in it twice.": dx * gamma,
            "the means run over all channels together. Each channel has its own.": (
                scale * (dy - dy.mean() - xhat * (dy * xhat).mean())
            ),
            "this is dy itself. The normalization stands between.": dy,
            "gamma is on the direct path only. dxhat, gamma * dy, goes all three ways.": (
                (gamma * dy - dy.mean(axis=axes) - along) / sigma
            ),
            "the means are multiplied, where the mean of the product dy * xhat is meant.": (
                scale * (dy - dy.mean(axis=axes) - xhat * dy.mean(axis=axes))
            ),
            "the sum in the variance's term is divided by M - 1; the layer divides by M.": (
                scale * (dy - dy.mean(axis=axes) - along * count / (count - 1))
            ),
            "the sum in the mean's term is divided by M - 1; the layer divides by M.": (
                scale * (dy - dy.mean(axis=axes) * count / (count - 1) - along)
            ),
            "sigma is made anew, without epsilon. Use the one that is given.": (
                gamma * _without_epsilon(dy, x, mean, np.sqrt(variance))
            ),
            "the sums over the channel are not divided by M.": (
                scale * (dy - dy.sum(axis=axes) - xhat * (dy * xhat).sum(axis=axes))
            ),
            "it is M - 1 that the sums are divided by; the layer's means divide by M.": (
                scale * (dy - (dy.sum(axis=axes) + xhat * (dy * xhat).sum(axis=axes)) / (count - 1))
            ),
            "the share through the variance has the wrong sign.": (
                scale * (dy - dy.mean(axis=axes) + along)
            ),
            "the two means are added. Both are taken away.": (
                scale * (dy + dy.mean(axis=axes) + along)
            ),
            "xhat is missing in the last term: what is taken away is the part of dy along xhat.": (
                scale * (dy - dy.mean(axis=axes) - (dy * xhat).mean(axis=axes))
            ),
            "the last term is divided by sigma once more. What xhat needs of it, it has.": (
                scale * (dy - dy.mean(axis=axes) - along / sigma)
            ),
            "the last term is divided by sigma squared. That belongs to x - mean; xhat is divided "
            "by sigma already.": scale * (dy - dy.mean(axis=axes) - along / sigma**2),
            "gamma / sigma stands before the first term alone. It multiplies all three.": (
                scale * dy - dy.mean(axis=axes) - along
            ),
            "gamma / sigma does not multiply the last term. It multiplies all three.": (
                scale * (dy - dy.mean(axis=axes)) - along
            ),
            **few,
        }, batch=len(x))  # fmt: skip
        expect(got[1], dgamma, f"dgamma {what}", rtol=1e-6, mistakes={
            "xhat is forgotten: gamma multiplies xhat, so its slope is xhat.": dbeta,
            "x took the place of xhat: gamma multiplies the normalized number.": (
                (dy * x).sum(axis=axes)
            ),
            "this is the mean. gamma is used in every number of the channel: add up; dy holds the "
            "loss's 1/N already.": dgamma / count,
            "nothing is summed: gamma is used in every number of the channel.": dy * xhat,
            "gamma itself is multiplied in. Its slope is xhat alone.": gamma * dgamma,
            "it is summed over the examples only. All pixels use the same gamma.": (
                (dy * xhat).sum(axis=0) if len(axes) > 1 else dgamma
            ),
        })  # fmt: skip
        expect(got[2], dbeta, f"dbeta {what}", rtol=1e-6, mistakes={
            "this is the mean. beta is used in every number of the channel: add up.": dbeta / count,
            "it is summed over the examples only. All pixels use the same beta.": (
                dy.sum(axis=0) if len(axes) > 1 else dbeta
            ),
            "gamma is multiplied in; beta is added after it.": gamma * dbeta,
        })  # fmt: skip


@exercise
def folded(answer: Answer) -> None:
    """A dense layer and a kernel, each against the two steps one after the other."""
    rng = np.random.default_rng(12)
    for shape in ((5, 3), (2, 3, 4, 3)):
        x, kernel = rng.normal(size=shape[:-1]), rng.normal(size=shape)
        bias, gamma, beta, mean = rng.normal(size=(4, 3))
        sigma = rng.uniform(0.5, 2, 3)
        got = _several(call(answer, kernel, bias, gamma, beta, mean, sigma), "kernel", "bias")
        scale = gamma / sigma
        expect_order(got, {"the kernel": kernel * scale, "the bias": (bias - mean) * scale + beta})
        expect(got[0], kernel * scale, f"the kernel of shape {shape}", mistakes={
            "this is the old kernel. It has to be scaled by gamma / sigma.": kernel,
            "sigma is missing.": kernel * gamma,
            "gamma is missing.": kernel / sigma,
            "it is multiplied by sigma. The outputs are divided by it.": kernel * gamma * sigma,
            "a root is taken of sigma. It is the root of variance plus epsilon already.": (
                kernel * gamma / np.sqrt(sigma)
            ),
            "it is divided by sigma twice. sigma is the root already, not the variance.": (
                kernel * scale / sigma
            ),
            "sigma is taken for the variance, epsilon added and a root taken. sigma is the root of "
            "variance plus epsilon already.": kernel * gamma / np.sqrt(sigma + 1e-3),
            "epsilon is added once more. It is in sigma already.": (
                kernel * gamma / np.sqrt(sigma**2 + 1e-3)
            ),
            "the mean is subtracted from the kernel. It is subtracted from what comes out, so it "
            "belongs to the bias.": (kernel - mean) * scale,
            "it is scaled along the wrong axis. gamma and sigma belong to the *filters*, the last "
            "axis.": kernel * np.resize(scale, shape[-2])[:, np.newaxis],
            "the kernel has lost its shape: it comes out as it went in.": (
                (kernel * scale).reshape(-1, 3) if len(shape) > 2 else kernel * scale
            ),
            "the fraction is upside down: it is multiplied by gamma, divided by sigma.": (
                kernel * sigma / gamma
            ),
            "beta is in the kernel. It does not depend on the inputs, so it goes to the bias.": (
                kernel * scale + beta
            ),
        })  # fmt: skip
        expect(got[1], (bias - mean) * scale + beta, "the bias", mistakes={
            "the old bias is lost. It is normalized like everything else.": beta - mean * scale,
            "the old bias is not scaled.": bias - mean * scale + beta,
            "the mean is added. It is subtracted.": (bias + mean) * scale + beta,
            "the old bias is subtracted from the mean. It is the other way round.": (
                (mean - bias) * scale + beta
            ),
            "the mean is not scaled.": bias * scale - mean + beta,
            "beta is missing.": (bias - mean) * scale,
            "gamma is missing.": (bias - mean) / sigma + beta,
            "sigma is missing.": (bias - mean) * gamma + beta,
            "beta is scaled too. It is added behind the scaling.": (bias - mean + beta) * scale,
            "the mean is missing.": bias * scale + beta,
            "the bias comes back as it was. With inputs of 0 the normalization gets it, and makes "
            "something else of it.": bias,
            "the bias only got beta. It also loses the mean, and is scaled.": bias + beta,
            "mean and beta are in it, but nothing is scaled: what stands before beta is multiplied "
            "by gamma / sigma.": bias - mean + beta,
        })  # fmt: skip
        y = gamma * (np.sum(kernel * x[..., np.newaxis], axis=tuple(range(x.ndim)))
                     + bias - mean) / sigma + beta  # fmt: skip
        expect(np.sum(got[0] * x[..., np.newaxis], axis=tuple(range(x.ndim))) + got[1], y,
               "what the folded layer computes")  # fmt: skip


@exercise
def layer_normalization_backward(answer: Answer) -> None:
    """Against differences: every example by itself."""
    rng = np.random.default_rng(13)
    for shape in ((4, 5), (4, 4)):
        x, dy = rng.normal(size=(2, *shape)) * 2
        sigma = np.sqrt(x.var(axis=1, keepdims=True) + EPSILON)
        xhat = (x - x.mean(axis=1, keepdims=True)) / sigma

        def loss(x: Array = x, dy: Array = dy) -> float:
            centred = x - x.mean(axis=1, keepdims=True)
            spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + EPSILON)
            return float(np.sum(dy * centred / spread))

        def own(a: Array) -> Array:
            return np.asarray(a.mean(axis=1, keepdims=True))

        dx = numerical_gradient(loss, x)
        expect(call(answer, dy, xhat, sigma), dx, "dx", rtol=1e-6, mistakes={
            "the means run over the batch, axis 0, as in batch normalization. Here every example "
            "has a mean and a variance of its own: axis 1.": (
                (dy - dy.mean(axis=0) - xhat * (dy * xhat).mean(axis=0)) / sigma
            ),
            "mean and variance are held still. Each x also moves those of its example.": dy / sigma,
            "the variance is held still.": (dy - own(dy)) / sigma,
            "the mean is held still.": (dy - xhat * own(dy * xhat)) / sigma,
            "the 1/sigma is forgotten.": dy - own(dy) - xhat * own(dy * xhat),
            "the means run over the whole array. Each example has its own.": (
                (dy - dy.mean() - xhat * (dy * xhat).mean()) / sigma
            ),
            "the sums are divided by N. What is averaged over are the D features.": (
                (dy - (own(dy) + xhat * own(dy * xhat)) * shape[1] / shape[0]) / sigma
            ),
            "xhat is missing in the last term: what is taken away is the part of dy along xhat.": (
                (dy - own(dy) - own(dy * xhat)) / sigma
            ),
            "it is divided by sigma twice.": dx / sigma,
            "it is multiplied by sigma. x is *divided* by it.": dx * sigma**2,
            "one of the two means runs over the batch, axis 0. Both run over the features.": (
                (dy - own(dy) - xhat * (dy * xhat).mean(axis=0)) / sigma
            ),
            "one sigma is used for all examples. Each has its own.": dx * sigma / sigma[0],
            "a sum is divided by D - 1. The layer's means divide by D.": (
                (dy - own(dy) - xhat * own(dy * xhat) * shape[1] / (shape[1] - 1)) / sigma
            ),
            "this is dy itself. The normalization stands between.": dy,
            "sums are subtracted where means belong.": (
                (dy - own(dy) * shape[1] - xhat * own(dy * xhat) * shape[1]) / sigma
            ),
            "the last term has the wrong sign.": (dy - own(dy) + xhat * own(dy * xhat)) / sigma,
        }, batch=shape[0])  # fmt: skip


def _drawn(got: Array, exact: Array) -> bool:
    """Near everywhere, exact nowhere but where nothing varies."""
    apart = np.abs(got - exact)[exact > 0] / exact[exact > 0]
    return bool((apart < 0.05).all() and (apart > 1e-9).all())


@exercise
def dropout_variance(answer: Answer) -> None:
    """Numbers of both signs; the expected values add up the two cases of each mask."""
    x = np.array([[3.0, -1.0, 0.0], [0.5, -2.0, 8.0]])
    for rate in (0.25, 0.5, 0.9):
        kept = x / (1 - rate)
        variance = rate * (0 - x) ** 2 + (1 - rate) * (kept - x) ** 2
        got = call(answer, x, rate)
        what = f"the variance for a rate of {rate:g}"
        if np.shape(got) == x.shape and _drawn(np.asarray(got), variance):
            raise WrongAnswer(
                f"{what} is nearly right. Was it drawn? Two cases with their probabilities give it "
                "exactly."
            )
        expect(got, variance, what, mistakes={
            "this is the variance of the mask alone, r (1 - r).": (
                np.full(x.shape, rate * (1 - rate))
            ),
            "this is the mean of the squares. Subtract the square of the mean, x^2.": (
                (1 - rate) * kept**2
            ),
            "the factor 1 / (1 - rate) is forgotten: it enters squared.": x**2 * rate * (1 - rate),
            "the factor 1 / (1 - rate) enters once. In a variance it is squared.": x**2 * rate,
            "this is the standard deviation. The variance is its square.": np.sqrt(variance),
            "x enters as it is. In a variance a factor is squared.": x * rate / (1 - rate),
            "|x| enters as it is. In a variance a factor is squared.": (
                np.abs(x) * rate / (1 - rate)
            ),
            "x is not in it. The larger a number, the more its output varies.": (
                np.full(x.shape, rate / (1 - rate))
            ),
            "rate and 1 - rate are exchanged: nothing dropped means no variance.": (
                x**2 * (1 - rate) / rate if rate != 0.5 else variance
            ),
            "only the numbers that are kept are in it. Those that are dropped are 0, and lie "
            "x away from the mean.": (1 - rate) * (kept - x) ** 2,
            "this is x^2 times the share that is kept. Look at the two cases, 0 and x / (1 - r), "
            "and at their distance from x.": x**2 * (1 - rate) if rate != 0.5 else variance,
            "nothing varies here: over all masks, y is not always x.": np.zeros(x.shape),
            "1 / (1 - rate) is squared, but the mask's own variance, r (1 - r), has a factor 1 - r "
            "too, which cancels one of them.": x**2 * rate / (1 - rate) ** 2,
            "the mean is subtracted from the mean of the squares. Its *square* is.": (
                (1 - rate) * kept**2 - x
            ),
            "the rate is not in it. It is an argument.": x**2 if rate != 0.5 else variance,
            "the numbers of x are added up, or averaged. Each has a variance of its own, over all "
            "masks: the shape of x.": variance.sum(),
            "this is the variance of the numbers of x among each other. Asked for is how much one "
            "output varies from mask to mask: the shape of x.": np.var(x) * rate / (1 - rate),
            "a variance is never negative: it is a mean of squares.": -variance,
        })  # fmt: skip
