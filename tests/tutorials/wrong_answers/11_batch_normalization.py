"""Wrong answers to the exercises of notebook 11."""

import numpy as np

from tests.tutorials.wrong_answers import wrong


def axes(x):
    return tuple(range(x.ndim - 1))


def standard(x, epsilon, over=None, ddof=0):
    """x normalized over some axes."""
    over = axes(x) if over is None else over
    sigma = np.sqrt(x.var(axis=over, ddof=ddof) + epsilon)
    return (x - x.mean(axis=over)) / sigma, sigma


@wrong("11.normalize", "epsilon stands outside")
def epsilon_outside(x, epsilon):
    sigma = x.std(axis=axes(x)) + epsilon
    return (x - x.mean(axis=axes(x))) / sigma, sigma


@wrong("11.normalize", "epsilon is missing")
def epsilon_forgotten(x, epsilon):
    return standard(x, 0.0)


@wrong("11.normalize", "divided by M - 1")
def sample_variance(x, epsilon):
    return standard(x, epsilon, ddof=1)


@wrong("11.normalize", "all axes but the last")
def examples_only(x, epsilon):
    return standard(x, epsilon, over=0)


@wrong("11.normalize", "the root is missing")
def variance_for_sigma(x, epsilon):
    variance = x.var(axis=axes(x)) + epsilon
    return (x - x.mean(axis=axes(x))) / variance, variance


@wrong("11.normalize", "the mean is not subtracted")
def only_scaled(x, epsilon):
    _, sigma = standard(x, epsilon)
    return x / sigma, sigma


@wrong("11.normalize", "without subtracting the mean first")
def mean_of_squares(x, epsilon):
    sigma = np.sqrt((x**2).mean(axis=axes(x)) + epsilon)
    return (x - x.mean(axis=axes(x))) / sigma, sigma


@wrong("11.normalize", "one number came out for all channels")
def one_for_all(x, epsilon):
    sigma = np.sqrt(x.var() + epsilon)
    return (x - x.mean()) / sigma, sigma


def paths(dxhat, xhat, sigma):
    count = xhat.size // xhat.shape[-1]
    direct = dxhat / sigma
    mean = np.zeros_like(xhat) - direct.sum(axis=axes(xhat)) / count
    return direct, mean, -xhat * (direct * xhat).sum(axis=axes(xhat)) / count


@wrong("11.three_paths", "the direct share for x of shape (6, 3): sigma is missing")
def direct_without_sigma(dxhat, xhat, sigma):
    return dxhat, *paths(dxhat, xhat, sigma)[1:]


@wrong("11.three_paths", "the sign is wrong: the mean is subtracted")
def mean_added(dxhat, xhat, sigma):
    direct, mean, variance = paths(dxhat, xhat, sigma)
    return direct, -mean, variance


@wrong("11.three_paths", "each x is only one M-th of the mean")
def mean_without_its_share(dxhat, xhat, sigma):
    direct, mean, variance = paths(dxhat, xhat, sigma)
    return direct, mean * xhat.size / xhat.shape[-1], variance


@wrong("11.three_paths", "only the own entry counts")
def own_entry(dxhat, xhat, sigma):
    direct, _, variance = paths(dxhat, xhat, sigma)
    return direct, -direct / (xhat.size // xhat.shape[-1]), variance


@wrong("11.three_paths", "the factor 2 of the square is missing")
def square_forgotten(dxhat, xhat, sigma):
    direct, mean, variance = paths(dxhat, xhat, sigma)
    return direct, mean, variance / 2


@wrong("11.three_paths", "nothing comes through the variance here")
def variance_held_still(dxhat, xhat, sigma):
    direct, mean, _ = paths(dxhat, xhat, sigma)
    return direct, mean, np.zeros_like(direct)


@wrong("11.three_paths", "the whole of dx")
def all_in_one(dxhat, xhat, sigma):
    direct, mean, variance = paths(dxhat, xhat, sigma)
    return direct + mean + variance, mean, variance


@wrong("11.three_paths", "has M = N*H*W numbers")
def divided_by_the_examples(dxhat, xhat, sigma):
    direct, mean, variance = paths(dxhat, xhat, sigma)
    pixels = xhat.size // xhat.shape[-1] / len(xhat)
    return direct, mean * pixels, variance * pixels


def backward(dy, xhat, sigma, gamma, mean=True, variance=True, over=None, count=None):
    over = axes(xhat) if over is None else over
    count = count or xhat.size // xhat.shape[-1] if over != 0 else len(xhat)
    dx = dy - mean * dy.sum(axis=over) / count
    dx = dx - variance * xhat * (dy * xhat).sum(axis=over) / count
    return gamma / sigma * dx, (dy * xhat).sum(axis=axes(xhat)), dy.sum(axis=axes(xhat))


@wrong("11.batchnorm_backward", "mean and variance are held still")
def both_held_still(dy, xhat, sigma, gamma):
    return backward(dy, xhat, sigma, gamma, mean=False, variance=False)


@wrong("11.batchnorm_backward", "the variance is held still")
def only_the_mean_moves(dy, xhat, sigma, gamma):
    return backward(dy, xhat, sigma, gamma, variance=False)


@wrong("11.batchnorm_backward", "the mean is held still")
def only_the_variance_moves(dy, xhat, sigma, gamma):
    return backward(dy, xhat, sigma, gamma, mean=False)


@wrong("11.batchnorm_backward", "gamma is forgotten")
def gamma_forgotten(dy, xhat, sigma, gamma):
    return backward(dy, xhat, sigma, 1.0)


@wrong("11.batchnorm_backward", "the 1/sigma is forgotten")
def sigma_forgotten(dy, xhat, sigma, gamma):
    return backward(dy, xhat, 1.0, gamma)


@wrong("11.batchnorm_backward", "the means run over the examples alone")
def over_the_examples(dy, xhat, sigma, gamma):
    return backward(dy, xhat, sigma, gamma, over=0)


@wrong("11.batchnorm_backward", "are divided by N. It has M = N*H*W")
def batch_for_m(dy, xhat, sigma, gamma):
    return backward(dy, xhat, sigma, gamma, count=len(xhat))


@wrong("11.batchnorm_backward", "it is M - 1")
def one_less(dy, xhat, sigma, gamma):
    return backward(dy, xhat, sigma, gamma, count=xhat.size // xhat.shape[-1] - 1)


@wrong("11.batchnorm_backward", "dgamma for x of shape (6, 3): this is the mean")
def parameters_averaged(dy, xhat, sigma, gamma):
    dx, dgamma, dbeta = backward(dy, xhat, sigma, gamma)
    return dx, dgamma / (xhat.size // 3), dbeta / (xhat.size // 3)


@wrong("11.batchnorm_backward", "The order asked for is dx, dgamma, dbeta")
def parameters_exchanged(dy, xhat, sigma, gamma):
    dx, dgamma, dbeta = backward(dy, xhat, sigma, gamma)
    return dx, dbeta, dgamma


@wrong("11.batchnorm_backward", "summed over the examples only")
def gamma_of_each_pixel(dy, xhat, sigma, gamma):
    dx, _, dbeta = backward(dy, xhat, sigma, gamma)
    return dx, (dy * xhat).sum(axis=0), dbeta


@wrong("11.folded", "the old bias is lost")
def bias_lost(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma / sigma, beta - mean * gamma / sigma


@wrong("11.folded", "the old bias is not scaled")
def bias_not_scaled(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma / sigma, bias - mean * gamma / sigma + beta


@wrong("11.folded", "sigma is missing")
def folded_without_sigma(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma, (bias - mean) * gamma + beta


@wrong("11.folded", "beta is scaled too")
def beta_scaled(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma / sigma, (bias - mean + beta) * gamma / sigma


@wrong("11.folded", "this is the old kernel")
def kernel_untouched(kernel, bias, gamma, beta, mean, sigma):
    return kernel, (bias - mean) * gamma / sigma + beta


def by_example(dy, xhat, sigma, axis=1, mean=True, variance=True):
    dx = dy - mean * dy.mean(axis=axis, keepdims=True)
    return (dx - variance * xhat * (dy * xhat).mean(axis=axis, keepdims=True)) / sigma


@wrong("11.layer_normalization_backward", "as in batch normalization")
def over_the_batch(dy, xhat, sigma):
    return by_example(dy, xhat, sigma, axis=0)


@wrong("11.layer_normalization_backward", "mean and variance are held still")
def example_held_still(dy, xhat, sigma):
    return dy / sigma


@wrong("11.layer_normalization_backward", "the variance is held still")
def example_variance_still(dy, xhat, sigma):
    return by_example(dy, xhat, sigma, variance=False)


@wrong("11.layer_normalization_backward", "the 1/sigma is forgotten")
def example_sigma_forgotten(dy, xhat, sigma):
    return by_example(dy, xhat, 1.0)


@wrong("11.dropout_variance", "the variance of the mask alone")
def of_the_mask(x, rate):
    return np.full(x.shape, rate * (1 - rate))


@wrong("11.dropout_variance", "enters squared")
def without_the_factor(x, rate):
    return x**2 * rate * (1 - rate)


@wrong("11.dropout_variance", "the mean of the squares")
def mean_square(x, rate):
    return x**2 / (1 - rate)


@wrong("11.dropout_variance", "this is the standard deviation")
def deviation(x, rate):
    return np.abs(x) * np.sqrt(rate / (1 - rate))


@wrong("11.dropout_variance", "are exchanged")
def rate_exchanged(x, rate):
    return x**2 * (1 - rate) / rate


@wrong("11.normalize", "a number of your own")
def its_own_epsilon(x, epsilon):
    return standard(x, 0.3)


@wrong("11.normalize", "loses digits")
def squares_minus_square(x, epsilon):
    over = tuple(range(x.ndim - 1))
    mean = x.mean(axis=over)
    sigma = np.sqrt((x**2).mean(axis=over) - mean**2 + epsilon)
    return (x - mean) / sigma, sigma


@wrong("11.normalize", "have changed places")
def sigma_first(x, epsilon):
    return standard(x, epsilon)[::-1]


@wrong("11.normalize", "keepdims")
def kept_dimensions(x, epsilon):
    xhat, sigma = standard(x, epsilon)
    return xhat, sigma[np.newaxis]


def shares(dxhat, xhat, sigma):
    over = tuple(range(xhat.ndim - 1))
    mean = -np.ones(xhat.shape) * dxhat.mean(axis=over) / sigma
    return dxhat / sigma, mean, -xhat * (dxhat * xhat).mean(axis=over) / sigma


@wrong("11.three_paths", "two powers of sigma too many")
def xhat_for_both_distances(dxhat, xhat, sigma):
    direct, mean, variance = shares(dxhat, xhat, sigma)
    return direct, mean, variance / sigma**2


@wrong("11.three_paths", "The order is")
def exchanged_shares(dxhat, xhat, sigma):
    direct, mean, variance = shares(dxhat, xhat, sigma)
    return direct, variance, mean


@wrong("11.three_paths", "its last factor is missing")
def slope_of_v_forgotten(dxhat, xhat, sigma):
    direct, mean, variance = shares(dxhat, xhat, sigma)
    return direct, mean, variance / xhat


@wrong("11.three_paths", "dv is a sum")
def dv_not_summed(dxhat, xhat, sigma):
    direct, mean, _ = shares(dxhat, xhat, sigma)
    return direct, mean, -dxhat * xhat**2 / sigma / (xhat.size // 3)


@wrong("11.three_paths", "examples alone")
def shares_over_axis_0(dxhat, xhat, sigma):
    direct, _, _ = shares(dxhat, xhat, sigma)
    mean = -np.ones(xhat.shape) * dxhat.mean(axis=0) / sigma
    return direct, mean, -xhat * (dxhat * xhat).mean(axis=0) / sigma


def one_line(dy, xhat, sigma, gamma):
    over = tuple(range(dy.ndim - 1))
    along = (dy * xhat).mean(axis=over)
    dx = gamma / sigma * (dy - dy.mean(axis=over) - xhat * along)
    return dx, (dy * xhat).sum(axis=over), dy.sum(axis=over)


@wrong("11.batchnorm_backward", "on the direct path only")
def gamma_once(dy, xhat, sigma, gamma):
    dx, dgamma, dbeta = one_line(dy, xhat, sigma, np.ones(3))
    return dx + (gamma - 1) * dy / sigma, dgamma, dbeta


@wrong("11.batchnorm_backward", "variance's term is divided by M - 1")
def unbiased_variance_only(dy, xhat, sigma, gamma):
    over, count = tuple(range(dy.ndim - 1)), dy.size // 3
    dx, dgamma, dbeta = one_line(dy, xhat, sigma, gamma)
    extra = gamma / sigma * xhat * (dy * xhat).mean(axis=over) / (count - 1)
    return dx - extra, dgamma, dbeta


@wrong("11.batchnorm_backward", "this is dy itself")
def nothing_done(dy, xhat, sigma, gamma):
    return (dy.copy(), *one_line(dy, xhat, sigma, gamma)[1:])


@wrong("11.batchnorm_backward", "the means are multiplied")
def product_of_means(dy, xhat, sigma, gamma):
    mean = dy.mean(axis=tuple(range(dy.ndim - 1)))
    dx = gamma / sigma * (dy - mean - xhat * mean)
    return (dx, *one_line(dy, xhat, sigma, gamma)[1:])


@wrong("11.batchnorm_backward", "keepdims")
def sums_with_an_axis(dy, xhat, sigma, gamma):
    dx, dgamma, dbeta = one_line(dy, xhat, sigma, gamma)
    return dx, dgamma[np.newaxis], dbeta[np.newaxis]


@wrong("11.folded", "multiplied by sigma")
def times_sigma(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma * sigma, (bias - mean) * gamma * sigma + beta


@wrong("11.folded", "a root is taken of sigma")
def root_of_sigma(kernel, bias, gamma, beta, mean, sigma):
    scale = gamma / np.sqrt(sigma)
    return kernel * scale, (bias - mean) * scale + beta


@wrong("11.folded", "epsilon is added once more")
def epsilon_again(kernel, bias, gamma, beta, mean, sigma):
    scale = gamma / np.sqrt(sigma**2 + 1e-3)
    return kernel * scale, (bias - mean) * scale + beta


def own(a):
    return a.mean(axis=1, keepdims=True)


@wrong("11.layer_normalization_backward", "xhat is missing")
def features_without_xhat(dy, xhat, sigma):
    return (dy - own(dy) - own(dy * xhat)) / sigma


@wrong("11.layer_normalization_backward", "divided by N")
def features_over_n(dy, xhat, sigma):
    factor = dy.shape[1] / dy.shape[0] if dy.shape[0] != dy.shape[1] else 1
    return (dy - (own(dy) + xhat * own(dy * xhat)) * factor) / sigma


@wrong("11.layer_normalization_backward", "D - 1")
def features_unbiased(dy, xhat, sigma):
    count = dy.shape[1]
    return (dy - own(dy) - xhat * own(dy * xhat) * count / (count - 1)) / sigma


@wrong("11.layer_normalization_backward", "the whole array")
def features_over_everything(dy, xhat, sigma):
    return (dy - dy.mean() - xhat * (dy * xhat).mean()) / sigma


@wrong("11.layer_normalization_backward", "sigma twice")
def features_sigma_twice(dy, xhat, sigma):
    return (dy - own(dy) - xhat * own(dy * xhat)) / sigma**2


@wrong("11.layer_normalization_backward", "one sigma is used")
def first_sigma_for_all(dy, xhat, sigma):
    return (dy - own(dy) - xhat * own(dy * xhat)) / sigma[0]


@wrong("11.dropout_variance", "cancels one of them")
def factor_once_too_often(x, rate):
    return x**2 * rate / (1 - rate) ** 2


@wrong("11.dropout_variance", "Was it drawn?")
def drawn_variance(x, rate):
    masks = np.random.default_rng(0).random((50_000, *x.shape)) >= rate
    return (x * masks / (1 - rate)).var(axis=0)


@wrong("11.dropout_variance", "Its *square* is")
def squares_minus_mean(x, rate):
    return x**2 / (1 - rate) - x


@wrong("11.dropout_variance", "from mask to mask")
def variance_of_the_numbers(x, rate):
    return np.var(x) * rate / (1 - rate)


def over_all(x):
    return tuple(range(x.ndim - 1))


@wrong("11.normalize", "all numbers of x are in one variance")
def one_variance(x, epsilon):
    sigma = np.sqrt(x.var() + epsilon) * np.ones(x.shape[-1])
    return (x - x.mean()) / sigma, sigma


@wrong("11.normalize", "mean absolute distance")
def absolute_distances(x, epsilon):
    mean = x.mean(axis=over_all(x))
    sigma = np.abs(x - mean).mean(axis=over_all(x)) + epsilon
    return (x - mean) / sigma, sigma


@wrong("11.normalize", "Divide by the sigma that you return")
def epsilon_in_sigma_alone(x, epsilon):
    variance = x.var(axis=over_all(x))
    return (x - x.mean(axis=over_all(x))) / np.sqrt(variance), np.sqrt(variance + epsilon)


@wrong("11.three_paths", "the variance's share is in it, too")
def variance_within_the_mean(dxhat, xhat, sigma):
    direct = dxhat / sigma
    by_mean = -direct.mean(axis=over_all(xhat)) * np.ones(xhat.shape)
    by_variance = -xhat * (direct * xhat).mean(axis=over_all(xhat))
    return direct, by_mean + by_variance, 0 * by_variance


@wrong("11.batchnorm_backward", "it is multiplied by sigma")
def sigma_above(dy, xhat, sigma, gamma):
    dx, dgamma, dbeta = one_line(dy, xhat, sigma, gamma)
    return dx * sigma**2, dgamma, dbeta


@wrong("11.batchnorm_backward", "gamma is in it twice")
def gamma_twice(dy, xhat, sigma, gamma):
    dx, dgamma, dbeta = one_line(dy, xhat, sigma, gamma)
    return dx * gamma, dgamma, dbeta


@wrong("11.batchnorm_backward", "over all channels together")
def means_of_everything(dy, xhat, sigma, gamma):
    _, dgamma, dbeta = one_line(dy, xhat, sigma, gamma)
    return gamma / sigma * (dy - dy.mean() - xhat * (dy * xhat).mean()), dgamma, dbeta


@wrong("11.batchnorm_backward", "xhat is forgotten")
def dgamma_without_xhat(dy, xhat, sigma, gamma):
    dx, _, dbeta = one_line(dy, xhat, sigma, gamma)
    return dx, dbeta, dbeta


@wrong("11.folded", "the other way round")
def mean_minus_bias(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma / sigma, (mean - bias) * gamma / sigma + beta


@wrong("11.folded", "The order asked for")
def bias_first(kernel, bias, gamma, beta, mean, sigma):
    return (bias - mean) * gamma / sigma + beta, kernel * gamma / sigma


@wrong("11.layer_normalization_backward", "it is multiplied by sigma")
def example_times_sigma(dy, xhat, sigma):
    along = (dy * xhat).mean(axis=1, keepdims=True)
    return (dy - dy.mean(axis=1, keepdims=True) - xhat * along) * sigma


@wrong("11.layer_normalization_backward", "one of the two means runs over the batch")
def one_mean_over_the_batch(dy, xhat, sigma):
    return (dy - dy.mean(axis=1, keepdims=True) - xhat * (dy * xhat).mean(axis=0)) / sigma


@wrong("11.dropout_variance", "only the numbers that are kept")
def kept_case_alone(x, rate):
    return (1 - rate) * (x / (1 - rate) - x) ** 2


@wrong("11.dropout_variance", "the share that is kept")
def square_of_what_is_kept(x, rate):
    return x**2 * (1 - rate)


def last_term_over(power):
    """The right line, but for a power of sigma below its last term."""

    def backward(dy, xhat, sigma, gamma):
        over = axes(dy)
        along = xhat * (dy * xhat).mean(axis=over) / sigma**power
        dx = gamma / sigma * (dy - dy.mean(axis=over) - along)
        return dx, (dy * xhat).sum(axis=over), dy.sum(axis=over)

    return backward


@wrong("11.batchnorm_backward", "the last term is divided by sigma once more")
def sigma_below_the_last_term(dy, xhat, sigma, gamma):
    return last_term_over(1)(dy, xhat, sigma, gamma)


@wrong("11.batchnorm_backward", "the last term is divided by sigma squared")
def variance_below_the_last_term(dy, xhat, sigma, gamma):
    return last_term_over(2)(dy, xhat, sigma, gamma)


@wrong("11.batchnorm_backward", "before the first term alone")
def bracket_forgotten(dy, xhat, sigma, gamma):
    over = axes(dy)
    dx = gamma / sigma * dy - dy.mean(axis=over) - xhat * (dy * xhat).mean(axis=over)
    return dx, (dy * xhat).sum(axis=over), dy.sum(axis=over)


@wrong("11.batchnorm_backward", "does not multiply the last term")
def bracket_closed_too_early(dy, xhat, sigma, gamma):
    over = axes(dy)
    dx = gamma / sigma * (dy - dy.mean(axis=over)) - xhat * (dy * xhat).mean(axis=over)
    return dx, (dy * xhat).sum(axis=over), dy.sum(axis=over)


@wrong("11.folded", "the bias comes back as it was")
def bias_kept(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma / sigma, bias


@wrong("11.folded", "the bias only got beta")
def beta_added_to_the_bias(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma / sigma, bias + beta


@wrong("11.folded", "nothing is scaled")
def bias_moved_and_not_scaled(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma / sigma, bias - mean + beta


@wrong("11.folded", "it is divided by sigma twice")
def sigma_taken_for_the_deviation_again(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma / sigma**2, (bias - mean) * gamma / sigma + beta


@wrong("11.folded", "sigma is taken for the variance")
def root_of_sigma_and_epsilon(kernel, bias, gamma, beta, mean, sigma):
    sigma = np.sqrt(sigma + 1e-3)
    return kernel * gamma / sigma, (bias - mean) * gamma / sigma + beta


@wrong("11.dropout_variance", "|x| enters as it is")
def size_of_x(x, rate):
    return np.abs(x) * rate / (1 - rate)


@wrong("11.dropout_variance", "x is not in it")
def of_the_factor_alone(x, rate):
    return np.full(x.shape, rate / (1 - rate))


@wrong("11.folded", "the bias: gamma is missing")
def bias_without_gamma(kernel, bias, gamma, beta, mean, sigma):
    return kernel * gamma / sigma, (bias - mean) / sigma + beta
