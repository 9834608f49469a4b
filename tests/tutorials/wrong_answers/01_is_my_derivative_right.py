"""Wrong answers to the exercises of notebook 01."""

import numpy as np

from tests.tutorials.wrong_answers import wrong


@wrong("01.numerical_gradient", "forward difference")
def forward_formula(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    gradient = np.zeros_like(point)
    here = f(point)
    for index in np.ndindex(point.shape):
        moved = point.copy()
        moved[index] += h
        gradient[index] = (f(moved) - here) / h
    return gradient


@wrong("01.numerical_gradient", "exactly 2 times too large")
def divided_by_one_step(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / h
    return gradient


@wrong("01.numerical_gradient", "stay moved")
def not_restored(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        point[index] += h
        above = f(point)
        point[index] -= 2 * h
        below = f(point)
        gradient[index] = (above - below) / (2 * h)
    return gradient


@wrong("01.numerical_gradient", "changes its argument x")
def moves_the_callers_array(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        below = f(x)
        gradient[index] = (above - below) / (2 * h)
    return gradient


@wrong("01.numerical_gradient", "array of integers")
def integers_truncate(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] = x[index] + h
        down[index] = x[index] - h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient


@wrong("01.numerical_gradient", "float32")
def in_float32(f, x, h=1e-5):
    point = np.array(x, dtype=np.float32)
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient


@wrong("01.numerical_gradient", "shape (24,)")
def flattened(f, x, h=1e-5):
    steps = np.eye(x.size).reshape(-1, *x.shape) * h
    return np.array([(f(x + step) - f(x - step)) / (2 * h) for step in steps])


@wrong("01.numerical_gradient", "a second name, not a copy")
def one_array_with_two_names(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        up = down = point
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient


@wrong("01.relative_error", "0 / 0")
def nothing_against_zero(a, n):
    return np.abs(a - n) / (np.abs(a) + np.abs(n))


@wrong("01.relative_error", "absolute difference")
def absolute(a, n):
    return np.abs(a - n)


@wrong("01.relative_error", "|n| alone")
def by_one_of_them(a, n):
    return np.abs(a - n) / np.maximum(1e-8, np.abs(n))


@wrong("01.relative_error", "negative")
def with_a_sign(a, n):
    return (a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))


@wrong("01.relative_error", "alone, which may be 0")
def by_one_of_them_even_if_it_is_zero(a, n):
    return np.abs(a - n) / np.abs(n)


@wrong("01.relative_error", "|a + n|")
def size_of_the_sum(a, n):
    return np.abs(a - n) / np.maximum(1e-8, np.abs(a + n))


@wrong("01.relative_error", "one number came out")
def only_the_largest(a, n):
    return np.max(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n)))


@wrong("01.relative_error", "added to the denominator")
def floor_added(a, n):
    return np.abs(a - n) / (1e-8 + np.abs(a) + np.abs(n))


@wrong("01.crosses_kink", "only x = 0 itself")
def only_zero(x, h):
    return x == 0


@wrong("01.crosses_kink", "just below the kink")
def only_from_above(x, h):
    return (x >= 0) & (x - h < 0)


@wrong("01.crosses_kink", "just above the kink")
def only_from_below(x, h):
    return (x <= 0) & (x + h > 0)


@wrong("01.crosses_kink", "only points below")
def upwards_only(x, h):
    return (x < 0) & (x + h > 0)


@wrong("01.crosses_kink", "only points above")
def downwards_only(x, h):
    return (x > 0) & (x - h < 0)


@wrong("01.crosses_kink", "rising side")
def where_the_relu_changes(x, h):
    return np.maximum(x + h, 0) != np.maximum(x - h, 0)


@wrong("01.crosses_kink", "a point on the kink")
def forgets_the_kink_itself(x, h):
    return (x != 0) & (np.abs(x) < h)


@wrong("01.crosses_kink", "step h does not matter")
def step_fixed(x, h):
    return np.abs(x) < 1e-5


@wrong("01.crosses_kink", "wrong way round")
def where_it_is_smooth(x, h):
    return np.abs(x) >= h


@wrong("01.crosses_kink", "flat side")
def where_the_relu_is_flat(x, h):
    return x < 0


@wrong("01.numerical_gradient", "backward difference")
def backward_formula(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        moved = point.copy()
        moved[index] -= h
        gradient[index] = (f(point) - f(moved)) / h
    return gradient


@wrong("01.numerical_gradient", "each entry holds the slope of all of them together")
def all_entries_at_once(f, x, h=1e-5):
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@wrong("01.numerical_gradient", "one number comes out")
def one_slope_for_all(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


def centred_differences(f, x, h):
    steps = np.eye(x.size).reshape(-1, *x.shape) * h
    slopes = [(f(x + step) - f(x - step)) / (2 * h) for step in steps]
    return np.array(slopes).reshape(x.shape)


@wrong("01.numerical_gradient", "another one is written into the code")
def step_written_into_the_code(f, x, h=1e-5):
    return centred_differences(f, x, 1e-5)


@wrong("01.numerical_gradient", "the sign is turned")
def from_above_to_below(f, x, h=1e-5):
    return -centred_differences(f, x, h)


@wrong("01.numerical_gradient", "h is not divided by")
def not_divided_by_the_step(f, x, h=1e-5):
    return centred_differences(f, x, h) * 2 * h


@wrong("01.relative_error", "by the larger of |a| and |n|")
def by_the_larger(a, n):
    return np.abs(a - n) / np.maximum(1e-8, np.maximum(np.abs(a), np.abs(n)))


@wrong("01.relative_error", "divided by |a| alone")
def by_the_analytic_one(a, n):
    return np.abs(a - n) / np.maximum(1e-8, np.abs(a))


@wrong("01.relative_error", "mean of |a| and |n|")
def by_the_mean(a, n):
    return np.abs(a - n) / np.maximum(1e-8, (np.abs(a) + np.abs(n)) / 2)


@wrong("01.relative_error", "signs are kept in the denominator")
def sum_with_signs(a, n):
    return np.abs(a - n) / np.maximum(1e-8, a + n)


@wrong("01.crosses_kink", "up to 2h away")
def two_steps_wide(x, h):
    return np.abs(x) < 2 * h


@wrong("01.crosses_kink", "half a step")
def half_a_step_wide(x, h):
    return np.abs(x) < h / 2


@wrong("01.crosses_kink", "no point is marked")
def nowhere(x, h):
    return (x - h > 0) & (x + h < 0)


@wrong("01.crosses_kink", "every point is marked")
def everywhere(x, h):
    return x + h > x - h if np.abs(x).max() < 1 else np.ones(x.shape, dtype=bool)


def second_differences(f, x, h, above=1, here=-2, below=1):
    """above * f(x + h) + here * f(x) + below * f(x - h), for each entry."""
    steps = np.eye(x.size).reshape(-1, *x.shape) * h
    sums = [above * f(x + step) + here * f(x) + below * f(x - step) for step in steps]
    return np.array(sums).reshape(x.shape)


@wrong("01.second_derivative", "this is the first derivative")
def the_first_again(f, x, h=1e-3):
    return second_differences(f, x, h, 1, 0, -1) / (2 * h)


@wrong("01.second_derivative", "divided by h once")
def divided_by_h(f, x, h=1e-3):
    return second_differences(f, x, h) / h


@wrong("01.second_derivative", "exactly 4 times too small")
def divided_by_the_whole_distance(f, x, h=1e-3):
    return second_differences(f, x, h) / (2 * h) ** 2


@wrong("01.second_derivative", "f(x) is subtracted once")
def middle_once(f, x, h=1e-3):
    return second_differences(f, x, h, here=-1) / h**2


@wrong("01.second_derivative", "the square of the first derivative")
def slope_squared(f, x, h=1e-3):
    return (second_differences(f, x, 1e-5, 1, 0, -1) / 2e-5) ** 2


@wrong("01.second_derivative", "difference to one side")
def to_one_side(f, x, h=1e-3):
    steps = np.eye(x.size).reshape(-1, *x.shape) * h
    sums = [f(x + 2 * step) - 2 * f(x + step) + f(x) for step in steps]
    return np.array(sums).reshape(x.shape) / h**2


@wrong("01.second_derivative", "all entries move at once")
def all_at_once_twice(f, x, h=1e-3):
    return np.full(x.shape, (f(x + h) - 2 * f(x) + f(x - h)) / h**2)
