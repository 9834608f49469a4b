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


@wrong("01.crosses_kink", "farther than h from the kink")
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


@wrong("01.second_derivative", "divided by 4 h^2")
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


def slopes(f, x, h, step):
    """Like the solution, with another difference: step(f, up, down, middle, h)."""
    point = np.array(x, dtype=np.float64)
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = step(f, up, down, point, h)
    return gradient


@wrong("01.numerical_gradient", "`/ 2 * h` divides by 2 first")
def multiplied_by_h(f, x, h=1e-5):
    return slopes(f, x, h, lambda f, up, down, middle, h: (f(up) - f(down)) / 2 * h)


@wrong("01.numerical_gradient", "brackets are missing around the difference")
def brackets_missing(f, x, h=1e-5):
    return slopes(f, x, h, lambda f, up, down, middle, h: f(up) - f(down) / (2 * h))


@wrong("01.numerical_gradient", "these are differences of f, not slopes")
def not_divided(f, x, h=1e-5):
    return slopes(f, x, h, lambda f, up, down, middle, h: f(up) - f(down))


@wrong("01.numerical_gradient", "as if the two points lay h apart")
def taken_back_at_once(f, x, h=1e-5):
    point = np.array(x, dtype=np.float64)
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        up = down = point.copy()
        up[index] += h
        above = f(up)
        down[index] -= h
        gradient[index] = (above - f(down)) / (2 * h)
    return gradient


@wrong("01.numerical_gradient", "the step is h times x")
def relative_step(f, x, h=1e-5):
    point = np.array(x, dtype=np.float64)
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[index] *= 1 + h
        down[index] *= 1 - h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient


@wrong("01.numerical_gradient", "the entries of the last axis move together")
def two_axes_only(f, x, h=1e-5):
    point = np.array(x, dtype=np.float64)
    gradient = np.zeros(point.shape)
    for i in range(point.shape[0]):
        for j in range(point.shape[1]):
            up, down = point.copy(), point.copy()
            up[i, j] += h
            down[i, j] -= h
            gradient[i, j] = (f(up) - f(down)) / (2 * h)
    return gradient


@wrong("01.numerical_gradient", "rounded to 3 digits after the point")
def rounded(f, x, h=1e-5):
    return np.round(slopes(f, x, h, lambda f, up, down, _, h: (f(up) - f(down)) / (2 * h)), 3)


@wrong("01.relative_error", "1e8 stands where 1e-8 belongs")
def exponent_without_its_sign(a, n):
    return np.abs(a - n) / np.maximum(1e8, np.abs(a) + np.abs(n))


@wrong("01.relative_error", "too high: small numbers")
def high_floor(a, n):
    return np.abs(a - n) / np.maximum(1e-5, np.abs(a) + np.abs(n))


@wrong("01.relative_error", "the floor is too low, or 0 / 0 was replaced")
def zeros_afterwards(a, n):
    return np.nan_to_num(np.abs(a - n) / (np.abs(a) + np.abs(n)))


@wrong("01.relative_error", "the root of the squares")
def root_of_squares(a, n):
    return np.abs(a - n) / np.maximum(1e-8, np.sqrt(a * a + n * n))


@wrong("01.relative_error", "these are percent")
def percent(a, n):
    return 100 * np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))


@wrong("01.relative_error", "np.maximum take arrays")
def one_maximum(a, n):
    return np.abs(a - n) / max(1e-8, np.abs(a) + np.abs(n))


@wrong("01.crosses_kink", "every point below h is marked, however far: take |x|")
def without_its_size(x, h):
    return x < h


@wrong("01.crosses_kink", "without any()")
def any_of_them(x, h):
    return bool((np.abs(x) < h).any())


@wrong("01.second_derivative", "another step is written into the code")
def fixed_step(f, x, h=1e-3):
    return cut_second_differences(f, np.array(x, dtype=np.float64), 1e-3)


@wrong("01.second_derivative", "an array of integers, the result is far off")
def as_it_comes(f, x, h=1e-3):
    return cut_second_differences(f, x, h)


@wrong("01.second_derivative", "f is called with float32 numbers")
def second_in_float32(f, x, h=1e-3):
    return cut_second_differences(f, x.astype(np.float32), h)


@wrong("01.second_derivative", "f(x) is added, where it is subtracted twice")
def middle_added(f, x, h=1e-3):
    return slopes(f, x, h, lambda f, up, down, x, h: (f(up) + 2 * f(x) + f(down)) / h**2)


@wrong("01.second_derivative", "f(x) is missing")
def no_middle(f, x, h=1e-3):
    return slopes(f, x, h, lambda f, up, down, x, h: (f(up) + f(down)) / h**2)


@wrong("01.second_derivative", "only the last term is divided by h^2")
def second_without_brackets(f, x, h=1e-3):
    return slopes(f, x, h, lambda f, up, down, x, h: f(up) - 2 * f(x) + f(down) / h**2)


@wrong("01.second_derivative", "the value in the middle taken at x - h")
def middle_too_late(f, x, h=1e-3):
    return slopes(f, x, h, lambda f, up, down, x, h: (f(up) - 2 * f(down) + f(down)) / h**2)


@wrong("01.second_derivative", "row sums of the matrix of second derivatives")
def gradient_of_the_sum(f, x, h=1e-3):
    def centred(f, up, down, x, h):
        return (f(up) - f(down)) / (2 * h)

    return slopes(lambda y: slopes(f, y, h, centred).sum(), x, h, centred)


def cut_second_differences(f, x, h):
    result = np.zeros(np.shape(x))
    for index in np.ndindex(np.shape(x)):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        result[index] = (f(up) - 2 * f(x) + f(down)) / h**2
    return result


def differences(f, x, h, moves):
    """A gradient of f from the given pairs of an index and a step."""
    point = np.array(x, dtype=float)
    gradient = np.zeros_like(point)
    for index, step in moves(point):
        up, down = point.copy(), point.copy()
        up[index] += step
        down[index] -= step
        gradient[index] = (f(up) - f(down)) / (2 * step)
    return gradient


@wrong("01.numerical_gradient", "whole slabs move together")
def first_axis_only(f, x, h=1e-5):
    return differences(f, x, h, lambda p: ((i, h) for i in range(len(p))))


@wrong("01.numerical_gradient", "the step is h times |x|")
def step_in_proportion(f, x, h=1e-5):
    def moves(p):
        return ((i, h * abs(p[i]) or h) for i in np.ndindex(p.shape))

    return differences(f, x, h, moves)


@wrong("01.numerical_gradient", "half of it to each side")
def half_a_step_to_each_side(f, x, h=1e-5):
    return differences(f, x, h, lambda p: ((i, h / 2) for i in np.ndindex(p.shape)))


@wrong("01.relative_error", "the difference is squared")
def squared_difference(a, n):
    return (a - n) ** 2 / np.maximum(1e-8, np.abs(a) + np.abs(n))


@wrong("01.relative_error", "the floor is 1e-06, too high")
def floor_of_a_millionth(a, n):
    return np.abs(a - n) / np.maximum(1e-6, np.abs(a) + np.abs(n))


@wrong("01.relative_error", "the floor is 1, too high")
def floor_of_one(a, n):
    return np.abs(a - n) / np.maximum(1, np.abs(a) + np.abs(n))


@wrong("01.relative_error", "sums over all pairs")
def norms(a, n):
    return np.linalg.norm(a - n) / max(1e-8, np.linalg.norm(a) + np.linalg.norm(n))


@wrong("01.crosses_kink", "farther than h from the kink")
def one_and_a_half_steps_wide(x, h):
    return np.abs(x) < 1.6 * h


@wrong("01.second_derivative", "one and the same array")
def second_difference_of_one_array(f, x, h=1e-3):
    point = np.array(x, dtype=float)
    result, middle = np.zeros_like(point), f(point)
    for index in np.ndindex(point.shape):
        up = point
        down = point
        up[index] += h
        down[index] -= h
        result[index] = (f(up) - 2 * middle + f(down)) / h**2
    return result


@wrong("01.second_derivative", "whole rows move together")
def second_differences_of_rows(f, x, h=1e-3):
    point = np.array(x, dtype=float)
    result, middle = np.zeros_like(point), f(point)
    for k in range(len(point)):
        up, down = point.copy(), point.copy()
        up[k] += h
        down[k] -= h
        result[k] = (f(up) - 2 * middle + f(down)) / h**2
    return result


@wrong("01.second_derivative", "nothing is divided by, or")
def divided_and_multiplied(f, x, h=1e-3):
    point = np.array(x, dtype=float)
    result, middle = np.zeros_like(point), f(point)
    for index in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[index] += h
        down[index] -= h
        result[index] = (f(up) - 2 * middle + f(down)) / h * h
    return result


def kink_quotient(x, h):
    return (np.maximum(x + h, 0) - np.maximum(x - h, 0)) / (2 * h)


@wrong("01.crosses_kink", "It is 1 only up to rounding. Compare x with h")
def quotient_between_the_slopes(x, h):
    slope = kink_quotient(x, h)
    return (slope > 0) & (slope < 1)


@wrong("01.crosses_kink", "smooth points are marked")
def quotient_is_no_slope(x, h):
    slope = kink_quotient(x, h)
    return (slope != 0) & (slope != 1)


@wrong("01.crosses_kink", "points farther than h from the kink are marked")
def a_little_more_than_a_step(x, h):
    return np.abs(x) < h + 1e-6


@wrong("01.crosses_kink", "points farther than h from the kink are marked")
def one_third_more_than_a_step(x, h):
    return np.abs(x) <= 1.3 * h


@wrong("01.crosses_kink", "points nearer than h to the kink are missed")
def most_of_a_step(x, h):
    return np.abs(x) <= 0.9 * h


@wrong("01.second_derivative", "as a first derivative is")
def divided_by_two_steps(f, x, h):
    return second_differences(f, x, h) / (2 * h)


@wrong("01.second_derivative", "the points lie 2h from x")
def two_steps_away(f, x, h):
    return second_differences(f, x, 2 * h) / h**2


@wrong("01.numerical_gradient", "a formula of the fourth order")
def fourth_order(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        values = []
        for steps in (-2, -1, 1, 2):
            moved = point.copy()
            moved[index] += steps * h
            values.append(f(moved))
        gradient[index] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)
    return gradient


@wrong("01.relative_error", "one and the same error")
def sizes_of_whole_arrays(a, n):
    return np.abs(a - n) / np.maximum(1e-8, np.linalg.norm(a) + np.linalg.norm(n))


@wrong("01.relative_error", "one and the same error")
def norms_of_whole_arrays(a, n):
    size = np.linalg.norm(a) + np.linalg.norm(n)
    return np.full(a.shape, np.linalg.norm(a - n) / size)


def flat_differences(f, point, flat, h):
    """Moves the entries of a flat array that may or may not be a view of the point."""
    gradient = np.zeros(point.shape)
    for k, index in enumerate(np.ndindex(point.shape)):
        kept = flat[k]
        flat[k] = kept + h
        above = f(point)
        flat[k] = kept - h
        gradient[index] = (above - f(point)) / (2 * h)
        flat[k] = kept
    return gradient


@wrong("01.numerical_gradient", "lies in memory column by column")
def reshaped_copy(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    return flat_differences(f, point, point.reshape(-1), h)


@wrong("01.numerical_gradient", "Or is it a copy that moves, as flatten() makes one")
def flattened_copy(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    return flat_differences(f, point, point.flatten(), h)
