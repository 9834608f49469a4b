"""The checks of notebook 01: differences, their error, and the kinks."""

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect, recognize

H = 1e-5
INTEGERS = (
    "for x = [[1, 0], [2, -1]], an array of integers, the result is far off. Such an array cannot "
    "hold 1 + h: the step is cut off. Convert x to float64 first."
)


@exercise
def numerical_gradient(answer: Answer) -> None:
    """A function whose entries do not act independently, with three axes; then integers."""
    rng = np.random.default_rng(1)
    w = rng.normal(size=(2, 3, 4))

    def f(x: Array) -> float:
        if x.dtype == np.float32:
            raise WrongAnswer(
                "f is called with float32 numbers. They have 7 digits, and a step of 1e-5 "
                "leaves two of them: convert x to float64 first."
            )
        return float(np.exp(np.sum(w * x)))

    x = rng.normal(size=w.shape) / 4
    gradient = call(answer, f, x)
    if isinstance(gradient, np.ndarray) and not gradient.any():
        raise WrongAnswer(
            "the gradient is zero everywhere: f gets the same numbers above and below. `up = x` is "
            "a second name, not a copy. Or is it a copy that moves, as flatten() makes one, and "
            "not what f gets?"
        )
    expect(
        gradient,
        w * f(x),
        "the gradient of exp(sum(w * x))",
        mistakes={
            "this is the forward difference, (f(x + h) - f(x)) / h, whose error is of the order "
            "of h. Step to both sides: (f(x + h) - f(x - h)) / 2h.": f(x) * (np.exp(H * w) - 1) / H,
            "this is the backward difference, (f(x) - f(x - h)) / h, whose error is of the order "
            "of h. Step to both sides: (f(x + h) - f(x - h)) / 2h.": f(x)
            * (1 - np.exp(-H * w))
            / H,
            "all entries move at once, so each entry holds the slope of all of them together. Move "
            "one entry, and hold the others still.": np.full(w.shape, f(x) * w.sum()),
            "all entries move at once, and one number comes out. Move one entry, hold the others "
            "still, and you have one slope for each.": f(x) * w.sum(),
            "the sign is turned: f(x + h) - f(x - h), in this order.": -w * f(x),
            "the difference is multiplied by h: `/ 2 * h` divides by 2 first. Write / (2 * h).": (
                H * H * w * f(x)
            ),
            "this is half of what it should be, as if the two points lay h apart. Is one of them x "
            "itself? `up = down = x.copy()` makes one array with two names: what is added to one "
            "is taken from the other.": f(x) * np.expm1(H * w) / (2 * H),
            "h is not divided by: these are differences of f, not slopes.": 2 * H * w * f(x),
            "only f(x - h) is divided by 2h: brackets are missing around the difference.": (
                f(x) * (np.exp(H * w) - np.exp(-H * w) / (2 * H))
            ),
            "the step is h times x, but the difference is divided by 2h. Step by h itself, which "
            "works at x = 0 too.": w * f(x) * x,
            "the step is h times |x|, but the difference is divided by 2h. Step by h itself, which "
            "works at x = 0 too.": w * f(x) * np.abs(x),
            "the entries of the last axis move together. x may have any number of axes: "
            "np.ndindex(x.shape) goes through all entries.": np.broadcast_to(
                f(x) * w.sum(axis=-1, keepdims=True), w.shape
            ),
            "whole slabs move together: range(len(x)) goes through the first axis, and x[i] is all "
            "that lies behind it. np.ndindex(x.shape) goes through all entries.": np.broadcast_to(
                f(x) * w.sum(axis=(1, 2), keepdims=True), w.shape
            ),
            "every entry is exactly 2 times too large. The two points lie 2h apart, not h.": 2
            * w
            * f(x),
            "entries that have been moved stay moved while the next ones are differenced: put "
            "each back before you go on.": _without_putting_back(f, x, w),
        },
        rtol=1e-8,
    )
    coarse = 0.5
    expect(
        call(answer, f, np.asfortranarray(x), coarse),
        f(x) * np.sinh(coarse * w) / coarse,
        "the gradient with the step h = 0.5",
        mistakes={
            "it is zero everywhere for an x that lies in memory column by column, as a transposed "
            "one does. There reshape(-1) and ravel() make a copy, and f gets what has not moved. "
            "np.ndindex(x.shape) needs neither.": np.zeros(x.shape),
            "the step h makes no difference: another one is written into the code.": w * f(x),
            "this is the forward difference; only at a small h does it look right.": (
                f(x) * np.expm1(coarse * w) / coarse
            ),
            "the step is h times |x|. Asked for is the same step, h, for all entries: it works at "
            "x = 0 too.": f(x) * np.sinh(coarse * np.abs(x) * w) / (coarse * np.abs(x)),
            "this is a formula of the fourth order, from four points. It is a better one, but "
            "asked for is (f(x + h) - f(x - h)) / 2h.": (
                f(x) * (16 * np.sinh(coarse * w) - 2 * np.sinh(2 * coarse * w)) / (12 * coarse)
            ),
            "the points lie h apart, half of it to each side. Asked for are x + h and x - h.": (
                f(x) * np.sinh(coarse / 2 * w) / (coarse / 2)
            ),
        },
        rtol=1e-8,
    )
    whole = np.array([[1, 0], [2, -1]])
    w = np.array([[1.0, 2.0], [-1.0, 0.5]])
    slopes = w * f(whole)
    gradient = call(answer, f, whole)
    if np.shape(gradient) == whole.shape and np.abs(gradient - slopes).max() > 1:
        raise WrongAnswer(INTEGERS)
    expect(gradient, slopes, "the gradient at the integers [[1, 0], [2, -1]]", rtol=1e-8)


def _without_putting_back(f: Answer, x: Array, w: Array) -> Array:
    """Each entry left at x - h: the later derivatives are taken where the sum is smaller."""
    moved = np.cumsum(w.ravel()).reshape(w.shape) - w  # of all entries before this one
    slopes: Array = w * f(x) * np.exp(-H * moved)
    return slopes


@exercise
def relative_error(answer: Answer) -> None:
    """Pairs that agree, differ in sign, are tiny, are both zero."""
    a = np.array([[3.0, 0.0, 1e-3, -7.0], [-2.0, 5.0, 1e-10, 1e200]])
    n = np.array([[3.3, 0.0, -1e-3, -4.0], [-2.2, 5.0, 0.0, 2e200]])
    difference, size = np.abs(a - n), np.abs(a) + np.abs(n)
    right = difference / np.maximum(1e-8, size)
    with np.errstate(all="ignore"):
        mistakes = {
            "where both numbers are 0 this is 0 / 0, which is not a number. The denominator is "
            "at least 1e-8.": difference / size,
            "this is the absolute difference |a - n|. A difference of 1 is nothing beside a "
            "million and everything beside 1: divide by |a| + |n|.": difference,
            "the difference is divided by |n| alone. Then a and n are not treated alike, and "
            "n = 0 makes any a look wrong.": difference / np.maximum(1e-8, np.abs(n)),
            "the difference is divided by |n| alone, which may be 0. The denominator is "
            "|a| + |n|, and at least 1e-8.": difference / np.abs(n),
            "the difference is divided by the larger of |a| and |n|. Asked for is their sum: then "
            "the error lies between 0 and 1.": (
                difference / np.maximum(1e-8, np.maximum(np.abs(a), np.abs(n)))
            ),
            "the difference is divided by |a| alone. Then a and n are not treated alike, and "
            "a = 0 makes any n look wrong.": difference / np.maximum(1e-8, np.abs(a)),
            "the difference is divided by the mean of |a| and |n|. Asked for is their sum: then "
            "the error lies between 0 and 1.": difference / np.maximum(1e-8, size / 2),
            "the signs are kept in the denominator: a + n of two negative numbers is negative, and "
            "1e-8 takes its place. Take |a| + |n|.": difference / np.maximum(1e-8, a + n),
            "the difference is divided by |a + n|, which is 0 for numbers of opposite sign. Take "
            "|a| + |n|.": difference / np.maximum(1e-8, np.abs(a + n)),
            "some errors are negative: take |a - n|, or a wrong sign passes any upper bound.": (
                (a - n) / np.maximum(1e-8, size)
            ),
            "1e-8 is added to the denominator, where the larger of the two is asked for.": (
                difference / (1e-8 + size)
            ),
            "the smaller of 1e-8 and |a| + |n| is taken. Asked for is the larger one: 1e-8 only "
            "keeps the quotient from 0 / 0.": difference / np.minimum(1e-8, size),
            "the size is that of the largest pair, for all of them. Each pair has its own: "
            "np.maximum goes entry by entry, np.max and max over all.": difference / size.max(),
            "the root of the squares takes the place of |a| + |n|.": (
                difference / np.maximum(1e-8, np.sqrt(a**2 + n**2))
            ),
            "the difference is squared. Take |a - n| as it is.": (
                difference**2 / np.maximum(1e-8, size)
            ),
            "the floor is too low, or 0 / 0 was replaced by 0 afterwards: where both numbers are "
            "tiny, rounding decides the quotient. The denominator is at least 1e-8.": (
                difference / np.maximum(1e-12, size)
            ),
            **{
                f"the floor is {floor:g}, too high: small numbers that differ look alike. 1e-8 is "
                "asked for.": difference / np.maximum(floor, size)
                for floor in 10.0 ** np.arange(-7, 1)
            },
            "one number came out, from sums over all pairs. Each pair has its own error, or a "
            "wrong small entry would be lost among large ones.": (
                np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n))
            ),
            "|n| is added to the quotient: the denominator needs brackets.": (
                difference / np.maximum(1e-8, np.abs(a)) + np.abs(n)
            ),
            "the sum |a + n| stands above the line; there belongs the difference.": (
                np.abs(a + n) / np.maximum(1e-8, size)
            ),
            "the difference of the absolute values is taken: 1 and -1 would agree.": (
                np.abs(np.abs(a) - np.abs(n)) / np.maximum(1e-8, size)
            ),
            "1e8 stands where 1e-8 belongs.": difference / np.maximum(1e8, size),
            "these are percent. An error of 1 means entirely wrong.": 100 * right,
            "one number came out, where one for each entry is asked for. The largest is taken "
            "later, and its place says where the mistake is.": right.max(),
        }
    got = np.asarray(call(answer, a, n))
    if got.shape == a.shape and np.array_equal(got, np.full_like(got, got[0, 0]), equal_nan=True):
        raise WrongAnswer(
            "all pairs have one and the same error. Is it computed from whole arrays, by a norm, a "
            "sum or a maximum? Each pair has its own size, |a| + |n|."
        )
    expect(got, right, "the relative error", mistakes=mistakes)


@exercise
def crosses_kink(answer: Answer) -> None:
    """Points on the kink, near it on both sides, and away from it, for two steps."""
    x = np.array([[-1e-6, 1e-6, 0.0, -3e-5, 1.5e-5], [3e-5, 0.3, -1e300, 9e-6, -1.5e-5]])
    near = np.abs(x) < H
    mistakes = {
        "only x = 0 itself is marked. From -1e-6 a step of 1e-5 lands on the other side.": x == 0,
        "points just above the kink are missed: from there the step down, x - h, crosses it.": (
            near & (x <= 0)
        ),
        "points just below the kink are missed: from there the step up, x + h, crosses it.": (
            near & (x >= 0)
        ),
        "a point on the kink, x = 0, is missed: the two steps land on different sides.": (
            near & (x != 0)
        ),
        "True and False are the wrong way round: True means that the kink is crossed.": ~near,
        "only points below the kink are marked. From just above it the step down, x - h, crosses "
        "it, and a point on the kink counts too.": near & (x < 0),
        "only points above the kink are marked. From just below it the step up, x + h, crosses "
        "it, and a point on the kink counts too.": near & (x > 0),
        "every point on the rising side is marked, even where both steps stay on it. There the "
        "slope is 1, and exists.": near | (x > 0),
        "points farther than h from the kink are marked. The two points lie 2h apart, but x is in "
        "their middle: a step is h long.": np.abs(x) < 2 * H,
        "only half a step is looked at: x - h and x + h lie a whole h away.": np.abs(x) < H / 2,
        "one answer came out for all points. Each has its own: compare the whole array, without "
        "any().": np.asarray(near.any()),
        "these are the places of the marked points. Asked for is True or False for each.": (
            np.argwhere(near)
        ),
        "every point below h is marked, however far: take |x|.": x < H,
        "x * x is compared with h: compare |x|.": np.abs(x) < H**0.5,
        "every point is marked. From -1 a step of 1e-5 stays on its side.": np.ones(
            x.shape, dtype=bool
        ),
        "no point is marked. Where do x - h and x + h lie on different sides of 0?": (
            np.zeros(x.shape, dtype=bool)
        ),
        "every point on the flat side is marked. There the derivative is 0, and exists.": x < 0,
    }
    got = call(answer, x, H)
    recognize(got, near, "crosses_kink(x, 1e-5)", mistakes)
    for h in (H, 1e-3):
        _expect_smooth(answer, h)
    expect(got, near, "crosses_kink(x, 1e-5)")
    wide = {"the step h does not matter here, but it should: the answer is that for 1e-5.": near}
    expect(call(answer, x, 1e-3), np.abs(x) < 1e-3, "crosses_kink(x, 1e-3)", mistakes=wide)
    within = np.array([True, True, False, False])
    expect(call(answer, np.array([-0.99, 0.99, -1.01, 1.01]) * H, H), within, (
        "crosses_kink(x, 1e-5) for x = [-0.99e-5, 0.99e-5, -1.01e-5, 1.01e-5]"
    ), mistakes={
        "points farther than h from the kink are marked. A step is h long, and no longer.": (
            np.ones(4, dtype=bool)
        ),
        "points nearer than h to the kink are missed. A whole step is h long.": (
            np.zeros(4, dtype=bool)
        ),
    })  # fmt: skip


def _expect_smooth(answer: Answer, h: float) -> None:
    """WrongAnswer if a point is marked that lies many steps from the kink."""
    rng = np.random.default_rng(3)
    x = rng.uniform(0.01, 3, size=100) * rng.choice([-1, 1], size=100)
    got = np.asarray(call(answer, x, h))
    if got.shape == x.shape and got.any():
        raise WrongAnswer(
            f"crosses_kink(x, {h:g}): smooth points are marked, such as x = {x[got.argmax()]:.4g}, "
            "where both steps stay on one side. Is a difference quotient compared with 1? It is 1 "
            "only up to rounding. Compare x with h instead."
        )


@exercise
def second_derivative(answer: Answer) -> None:
    """The same function; any formula whose error falls with h^2 is near enough."""
    rng = np.random.default_rng(2)
    w = rng.normal(size=(2, 3))
    h, x = 1e-3, rng.normal(size=w.shape) / 4

    def f(x: Array) -> float:
        if x.dtype == np.float32:
            raise WrongAnswer(
                "f is called with float32 numbers. A second difference divides by h twice, and no "
                "digit is left: convert x to float64 first."
            )
        return float(np.exp(np.sum(w * x)))

    got = call(answer, f, x, h)
    around, numbers = f(x), f(x) * np.cosh(h * w)
    mistakes = {
        "f(x) is added, where it is subtracted twice.": 2 * (numbers + around) / h**2,
        "f(x) is missing: it is subtracted twice.": 2 * numbers / h**2,
        "only the last term is divided by h^2: brackets are missing.": (
            around * (np.exp(h * w) - 2) + around * np.exp(-h * w) / h**2
        ),
        "one entry's slope is taken of the sum of all slopes: these are the row sums of the "
        "matrix of second derivatives. Move the same entry twice.": w * w.sum() * around,
        "this is the first derivative.": w * f(x),
        "this is the square of the first derivative.": (w * f(x)) ** 2,
        "this is divided by 2h, as a first derivative is. A second difference is of the order of "
        "h^2.": (numbers - around) / h,
        "this is divided by 4 h^2. The three points lie h apart: h^2.": (
            (numbers - around) / (2 * h**2)
        ),
        "the points lie 2h from x, but the difference is divided by h^2.": (
            2 * f(x) * (np.cosh(2 * h * w) - 1) / h**2
        ),
        "this is divided by h once. A second difference is of the order of h^2.": (
            f(x) * 2 * (np.cosh(h * w) - 1) / h
        ),
        "nothing is divided by, or `/ h * h` divides and multiplies again. Write / h**2.": (
            2 * (numbers - around)
        ),
        "f(x) is subtracted once. Add the two series: what is left of f(x) is twice.": (
            f(x) * (2 * np.cosh(h * w) - 1) / h**2
        ),
        "this is the difference to one side, f(x + 2h) - 2 f(x + h) + f(x): its error is of the "
        "order of h.": f(x) * np.expm1(h * w) ** 2 / h**2,
        "this is the whole matrix of second derivatives. Asked for are those for which the same "
        "entry moves twice, its diagonal, in the shape of x.": (
            around * w.ravel()[:, np.newaxis, np.newaxis] * w
        ),
        "all entries move at once.": np.full(w.shape, f(x) * w.sum() ** 2),
        "whole rows move together: range(len(x)) goes through the first axis, and x[i] is a row. "
        "np.ndindex(x.shape) goes through all entries.": np.broadcast_to(
            2 * f(x) * (np.cosh(h * w.sum(axis=1, keepdims=True)) - 1) / h**2, w.shape
        ),
        "this is the forward difference of the slopes: its error is of the order of h.": (
            w * f(x) * np.expm1(h * w) / h
        ),
        "this is (f(x + h) - f(x - h)) / h^2. Is f(x) missing, and a sign turned? Or is the value "
        "in the middle taken at x - h? Then put the entry back before you call f there.": (
            f(x) * 2 * np.sinh(h * w) / h**2
        ),
        "this is half of what it should be: the difference of two slopes is divided by 2h, but "
        "the forward and the backward slope belong to points that lie h apart.": (w**2 * f(x) / 2),
    }
    if np.shape(got) == w.shape and np.abs(got).max() < 1e-8:
        raise WrongAnswer(
            "the second derivatives are zero everywhere, but for rounding. Are the points above "
            "and below one and the same array? `up = x` is a second name, not a copy."
        )
    expect(got, w**2 * f(x), "the array of second derivatives", mistakes=mistakes, rtol=2e-5)
    coarse = np.asarray(call(answer, f, x, 0.5))
    if coarse.shape == w.shape and np.allclose(coarse, got, rtol=1e-3):
        raise WrongAnswer(
            "h = 0.5 gives the same as h = 0.001: another step is written into the code."
        )
    whole, w = np.array([[1, 0], [2, -1]]), np.array([[1.0, 2.0], [-1.0, 0.5]])
    got = call(answer, f, whole, h)
    if np.shape(got) == w.shape and np.abs(got - w**2 * f(whole)).max() > 1:
        raise WrongAnswer(INTEGERS)
    expect(got, w**2 * f(whole), "the array of second derivatives at integers", mistakes={
        INTEGERS: np.zeros(w.shape),
    }, rtol=1e-4)  # fmt: skip
