"""The checks of notebook 15: pictures between pixels, and networks told apart."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tinynet.gradient_check import numerical_gradient
from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect


def _sampled(image: Array, row: float, column: float) -> float:
    """Every pixel counts by its nearness along both axes: a tent of width 2 about the place."""
    rows = np.maximum(0, 1 - np.abs(np.arange(image.shape[0]) - row))
    columns = np.maximum(0, 1 - np.abs(np.arange(image.shape[1]) - column))
    return float(rows @ image @ columns)


def _judge(
    got: Sequence[float],
    right: Sequence[float],
    mistakes: Mapping[str, Sequence[float]],
    cases: Sequence[str],
) -> None:
    """All cases before the verdict: the first mistake that explains every number, or the case."""
    wrong = ~np.isclose(got, right, rtol=1e-9, atol=1e-12)
    if not wrong.any():
        return
    k = int(np.argmax(wrong))
    first = f"{cases[k]} you have {got[k]:.6g}."
    for diagnosis, values in mistakes.items():
        if np.allclose(got, values, rtol=1e-9, atol=1e-12):
            raise WrongAnswer(f"{diagnosis} {first}")
    raise WrongAnswer(f"wrong in {wrong.sum()} of {len(cases)} cases. {first}")


def _number(result: Any, what: str) -> float:
    """One number, also as an array of no axes; WrongAnswer for anything else."""
    try:
        return float(result)
    except (TypeError, ValueError):
        raise WrongAnswer(f"{what} should be one number, not {type(result).__name__}.") from None


def _numbers(result: Any, *names: str) -> tuple[Any, ...]:
    if not isinstance(result, tuple | list) or len(result) != len(names):
        raise WrongAnswer(f"{len(names)} things should be returned: {', '.join(names)}.")
    return tuple(result)


@exercise
def bilinear(answer: Answer) -> None:
    """Places between pixels, on them, across the border, and far outside; ink of both signs."""
    image = np.random.default_rng(151).normal(size=(3, 4)) + 2
    inside = [(0.3, 0.6), (1.25, 2.5), (1.0, 1.7), (0.2, 3.0), (2.0, 3.0), (0.0, 0.0)]
    outside = [(-0.4, 1.3), (1.2, -0.7), (2.7, 3.2), (0.5, 3.9), (-1.0, 2.0), (-6.5, 1.5), (1.5, 9)]
    places = inside + outside
    height, width = image.shape

    def four(row: float, column: float) -> list[float]:
        """The pixels about a place, 0 beyond the border, and how far it lies down and right."""
        top, left = math.floor(row), math.floor(column)
        padded = np.pad(image, 12)[top + 12 : top + 14, left + 12 : left + 14]
        return [*padded.ravel().tolist(), row - top, column - left]

    def clamped(row: float, column: float) -> float:
        return _sampled(image, min(max(row, 0), height - 1), min(max(column, 0), width - 1))

    def wrapped(row: float, column: float) -> float:
        top, left = math.floor(row), math.floor(column)
        down, right = row - top, column - left
        weights = np.outer([1 - down, down], [1 - right, right])
        rows, columns = (top % height, (top + 1) % height), (left % width, (left + 1) % width)
        return float((weights * image[np.ix_(rows, columns)]).sum())

    def nearest(row: float, column: float) -> float:
        return _sampled(image, round(row), round(column))

    def floored(row: float, column: float) -> float:
        return _sampled(image, math.floor(row), math.floor(column))

    def exchanged(row: float, column: float) -> float:
        a, b, c, d, down, right = four(row, column)
        return (1 - right) * ((1 - down) * a + down * b) + right * ((1 - down) * c + down * d)

    def turned(row: float, column: float) -> float:
        a, b, c, d, down, right = four(row, column)
        return down * (right * a + (1 - right) * b) + (1 - down) * (right * c + (1 - right) * d)

    def mean(row: float, column: float) -> float:
        return sum(four(row, column)[:4]) / 4

    def apart(row: float, column: float) -> float:
        a, b, c, _, down, right = four(row, column)
        return a + down * (c - a) + right * (b - a)

    def zero_outside(row: float, column: float) -> float:
        within = 0 <= row <= height - 1 and 0 <= column <= width - 1
        return _sampled(image, row, column) if within else 0.0

    def column_first(row: float, column: float) -> float:
        return _sampled(image, column, row)

    def truncated(row: float, column: float) -> float:
        top, left = int(row), int(column)
        padded = np.pad(image, 12)[top + 12 : top + 14, left + 12 : left + 14]
        down, right = row - top, column - left
        return float(np.array([1 - down, down]) @ padded @ np.array([1 - right, right]))

    mistakes: dict[str, Callable[[float, float], float]] = {
        "the nearest pixel is taken. Between two pixels the ink changes evenly.": nearest,
        "the pixel above and to the left is taken. Between two pixels the ink changes evenly.": (
            floored
        ),
        "the pixel at the border is repeated outside. There is no ink beyond it.": clamped,
        "pixels come from the opposite border: index -1 is the last one for Python.": wrapped,
        "the shares along the two axes are exchanged: the fraction of `row` mixes rows.": exchanged,
        "the shares are turned round: the nearer pixel counts more.": turned,
        "the four pixels count alike. The nearer one counts more.": mean,
        "the two changes are added. On the way right the change downwards is another one: mix "
        "along one axis, then mix the two results along the other.": apart,
        "between the last pixel and the next, which is 0, the ink changes evenly too.": (
            zero_outside
        ),
        "row and column are exchanged: image[i, j] lies at row i, column j.": column_first,
        "int() rounds towards 0, so left of pixel 0 the neighbours are the wrong ones.": truncated,
    }
    got = [_number(call(answer, image, *place), "the ink") for place in places]
    _judge(
        got,
        [_sampled(image, *place) for place in places],
        {text: [formula(*place) for place in places] for text, formula in mistakes.items()},
        [
            f"At {place}, where {_sampled(image, *place):.6g} is expected,"
            for place in places
        ],
    )  # fmt: skip


def _moved(image: Array, back: Array, centre: Sequence[float], nearest: bool = False) -> Array:
    """Every place looks up where it comes from: centre + back @ (place - centre)."""
    moved, middle = np.empty(image.shape), np.asarray(centre)
    for place in np.ndindex(*image.shape):
        source = middle + back @ (np.asarray(place) - middle)
        moved[place] = _sampled(image, *(np.round(source) if nearest else source))
    return moved


def _sent(image: Array, matrix: Array, centre: Sequence[float]) -> Array:
    """Every pixel is sent to the place nearest to where it belongs."""
    moved, middle = np.zeros(image.shape), np.asarray(centre)
    for place in np.ndindex(*image.shape):
        i, j = np.round(middle + matrix @ (np.asarray(place) - middle)).astype(int)
        if 0 <= i < image.shape[0] and 0 <= j < image.shape[1]:
            moved[i, j] = image[place]
    return moved


@exercise
def warp(answer: Answer) -> None:
    """A matrix that is no rotation, an oblong image and a square one; a rotation; the identity."""
    rng = np.random.default_rng(152)
    turn = np.radians(25)
    matrices = {
        "a matrix that turns, shears and scales": np.array([[1.3, 0.35], [-0.2, 0.8]]),
        "a rotation": np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]),
        "the unit matrix": np.eye(2),
        "a matrix that makes twice as wide": np.diag([1.0, 2.0]),
    }
    for shape in ((5, 4), (6, 6)):
        image = rng.uniform(0.2, 1, shape)
        height, width = shape
        centre = ((height - 1) / 2, (width - 1) / 2)
        for name, matrix in matrices.items():
            back = np.linalg.inv(matrix)
            got = call(answer, image, matrix)
            expect(got, _moved(image, back, centre), f"the image moved by {name}", mistakes={
                "it is moved the other way: the matrix says where ink goes to. The loop over the "
                "new pixels asks where it comes from.": _moved(image, matrix, centre),
                "the matrix is transposed. That inverts a rotation, and nothing else.": (
                    _moved(image, matrix.T, centre)
                ),
                "the inverse is transposed.": _moved(image, back.T, centre),
                "it is moved about the corner [0, 0], not about the centre.": (
                    _moved(image, back, (0, 0))
                ),
                "the centre is half a pixel off: the middle of 0, 1, ..., H - 1 is (H - 1) / 2.": (
                    _moved(image, back, (height / 2, width / 2))
                ),
                "the centre is a whole pixel. The middle of 0, 1, ..., H - 1 may be none.": (
                    _moved(image, back, (height // 2, width // 2))
                ),
                "rows and columns are exchanged: the matrix takes (rows, columns).": (
                    _moved(image, back[::-1, ::-1], centre)
                ),
                "every old pixel is sent to the place nearest to where it goes. Some places get "
                "none, and others two: ask of each new pixel where it comes from.": (
                    _sent(image, matrix, centre)
                ),
                "each pixel is taken from the nearest old one. Sample between the pixels.": (
                    _moved(image, back, centre, nearest=True)
                ),
            })  # fmt: skip


@exercise
def bilinear_backward(answer: Answer) -> None:
    """Against differences of the tent's formula: places in the middle and at the border."""
    rng = np.random.default_rng(153)
    image = rng.normal(size=(4, 5))
    for row, column, dy in ((1.3, 2.8, -1.7), (0.6, 0.1, 0.4), (2.9, 3.45, 1.0)):
        place = np.array([row, column])

        def loss(place: Array = place, dy: float = dy) -> float:
            return dy * _sampled(image, *place)

        dimage, dplace = numerical_gradient(loss, image), numerical_gradient(loss, place)
        top, left = math.floor(row), math.floor(column)
        down, right = row - top, column - left
        (a, b), (c, d) = image[top : top + 2, left : left + 2]

        def spread(rows: Sequence[float], columns: Sequence[float]) -> Array:
            array, dy_ = np.zeros_like(image), dy  # noqa: B023
            array[top : top + 2, left : left + 2] = dy_ * np.outer(rows, columns)  # noqa: B023
            return array

        ones = spread([1, 1], [1, 1])
        got = _numbers(call(answer, image, row, column, dy), "dimage", "drow", "dcolumn")
        at = f"at ({row}, {column})"
        expect(got[0], dimage, f"dimage {at}", rtol=1e-6, mistakes={
            "dy is forgotten.": dimage / dy if dy != 1 else dimage,
            "the weights of the near pixel and the far one are exchanged.": (
                spread([down, 1 - down], [right, 1 - right])
            ),
            "the shares along the axes are exchanged.": (
                spread([1 - right, right], [1 - down, down])
            ),
            "all four pixels get all of dy. Each gets it times the weight that it had.": ones,
            "each gets a fourth. Each gets dy times the weight that it had.": ones / 4,
            "the pixels themselves are in it. y is a sum of pixels times weights: its slope along "
            "a pixel is the weight.": dimage * image,
            "only the pixel above and to the left gets something. Four have a share in y.": (
                dimage * (np.arange(20).reshape(4, 5) == 5 * top + left)
            ),
        })  # fmt: skip
        upper, lower = (1 - right) * a + right * b, (1 - right) * c + right * d
        drow, dcolumn = (float(each) for each in dplace)
        for name, value, right_one, mistakes in (
            ("drow", got[1], drow, {
                "this is dcolumn: along which of the two axes does `row` move?": dcolumn,
                "the column's share is missing: the lower pair is mixed, and the upper one.": (
                    dy * (c - a)
                ),
                "this is the slope halfway between the columns, whatever the column.": (
                    dy * (c + d - a - b) / 2
                ),
                "the mixed ink itself, not its change from the upper pair to the lower.": (
                    dy * ((1 - down) * upper + down * lower)
                ),
                "dy is forgotten.": drow / dy if dy != 1 else drow,
            }),
            ("dcolumn", got[2], dcolumn, {
                "this is drow: along which of the two axes does `column` move?": drow,
                "the row's share is missing: the right pair is mixed, and the left one.": (
                    dy * (b - a)
                ),
                "dy is forgotten.": dcolumn / dy if dy != 1 else dcolumn,
            }),
        ):  # fmt: skip
            expect(_number(value, name), right_one, f"{name} {at}", rtol=1e-6, mistakes=mistakes)


def _flags(only_a: int, only_b: int, both: int, neither: int) -> tuple[Array, Array]:
    """Two networks that disagree so often, in an order that tells nothing."""
    counts = (only_a, only_b, both, neither)
    order = np.random.default_rng(154).permutation(sum(counts))
    wrong_a, wrong_b = (np.repeat(flags, counts)[order] for flags in (
        [True, False, True, False], [False, True, True, False]
    ))  # fmt: skip
    return wrong_a, wrong_b


def _at_most(k: int, tosses: int) -> float:
    """The probability of at most k heads, without floats that overflow."""
    ways = sum(math.comb(tosses, i) for i in range(k + 1))
    return ways / int(2**tosses)


@exercise
def mcnemar(answer: Answer) -> None:
    """Few and many disagreements, in both directions, even, none; many images they agree on."""
    counts = [(2, 8, 3, 87), (8, 2, 3, 87), (13, 35, 20, 900), (5, 5, 1, 30), (0, 6, 0, 20),
              (1, 0, 4, 5), (0, 0, 7, 50), (700, 820, 10, 300)]  # fmt: skip

    def exact(a: int, b: int) -> float:
        return min(1.0, 2 * _at_most(min(a, b), a + b))

    def unpaired(a: int, b: int, both: int, neither: int) -> float:
        wrong, images = 2 * both + a + b, a + b + both + neither
        share = wrong / (2 * images)
        spread = math.sqrt(2 * share * (1 - share) / images)
        return math.erfc(abs(a - b) / images / spread / math.sqrt(2)) if spread else 1.0

    def normal(a: int, b: int, less: float) -> float:
        if a + b == 0:
            return 1.0
        z = max(abs(a - b) - less, 0) / math.sqrt(a + b)
        return math.erfc(z / math.sqrt(2))

    cases = [f"For {a} images that only A reads wrongly and {b} that only B does,"
             for a, b, *_ in counts]  # fmt: skip
    mistakes: dict[str, Sequence[float]] = {
        "only one direction counts: as far on the other side would be as uneven.": (
            [_at_most(min(a, b), a + b) for a, b, *_ in counts]
        ),
        "this is the probability of exactly this split. More uneven ones count too.": (
            [math.comb(a + b, a) / 2 ** (a + b) for a, b, *_ in counts]
        ),
        "this is twice the probability of exactly this split. More uneven ones count too.": (
            [2 * math.comb(a + b, a) / 2 ** (a + b) for a, b, *_ in counts]
        ),
        "this counts only what is more uneven, and leaves out the split that was seen.": (
            [2 * _at_most(min(a, b) - 1, a + b) if a + b else 1.0 for a, b, *_ in counts]
        ),
        "the split in the middle is counted from both sides: a probability is at most 1.": (
            [2 * _at_most(min(a, b), a + b) for a, b, *_ in counts]
        ),
        "the bell curve stands in for the coins. It is close for many; count, for few.": (
            [normal(a, b, 0) for a, b, *_ in counts]
        ),
        "the bell curve, with its correction of one, stands in for the coins. Count them.": (
            [normal(a, b, 1) for a, b, *_ in counts]
        ),
        "the images are taken for two separate samples. They are the same: those on which the "
        "networks agree say nothing.": [unpaired(*each) for each in counts],
        "one network's direction is fixed: it is small only if A is the better one. Uneven in "
        "either direction counts.": [_at_most(a, a + b) for a, b, *_ in counts],
        "one network's direction is fixed: it is small only if B is the better one. Uneven in "
        "either direction counts.": [_at_most(b, a + b) for a, b, *_ in counts],
        "this is the probability of the opposite: 1 - p.": [1 - exact(a, b) for a, b, *_ in counts],
    }  # fmt: skip
    got = [_number(call(answer, *_flags(*each)), "the probability") for each in counts]
    right = [exact(a, b) for a, b, *_ in counts]
    shown = [
        f"{case} where {value:.6g} is expected," for case, value in zip(cases, right, strict=True)
    ]
    _judge(got, right, mistakes, shown)


@exercise
def difference(answer: Answer) -> None:
    """Networks that mostly agree, that never do, that always do."""
    for counts in ((9, 4, 30, 157), (40, 60, 0, 0), (3, 3, 1, 93), (0, 0, 5, 45)):
        a, b, both, _ = counts
        images = sum(counts)
        wrong_a, wrong_b = _flags(*counts)
        mean = (a - b) / images
        square = (a + b) / images
        of_a, of_b = (a + both) / images, (b + both) / images
        apart = math.sqrt((of_a * (1 - of_a) + of_b * (1 - of_b)) / images)
        about = f"for {images} images, {a} that only A reads wrongly and {b} that only B does"
        got = _numbers(call(answer, wrong_a, wrong_b), "the difference", "its deviation")
        expect(_number(got[0], "the difference"), mean, f"the difference {about}", mistakes={
            "the sign is turned: A's share minus B's.": -mean,
            "this is the number of images, not their share.": float(a - b),
            "this is the share of those on which they disagree, whoever is right.": square,
            "it is divided by the number of disagreements, not of images.": (
                (a - b) / (a + b) if a + b else mean
            ),
        })  # fmt: skip
        spread = math.sqrt(square - mean**2)
        right = spread / math.sqrt(images)
        with_less = spread / math.sqrt(images - 1)  # N - 1 for N is as good a definition
        deviation = _number(got[1], "the deviation")
        if not math.isclose(deviation, with_less, rel_tol=1e-9):
            expect(deviation, right, f"the deviation {about}", mistakes={
                "the two are taken for independent samples. They read the same images: what is "
                "hard for one is hard for the other.": apart,
                "this is the deviation of one image. The mean of N varies less.": spread,
                "this is the variance; its root is asked for.": right**2,
                "this is the deviation of A's share alone.": (
                    math.sqrt(of_a * (1 - of_a) / images)
                ),
                "it is divided by N, not by the root of N.": spread / images,
                "this is that of the number of images, not of their share.": (
                    spread * math.sqrt(images)
                ),
            }, scale=1e-3)  # fmt: skip


@exercise
def over_seeds(answer: Answer) -> None:
    """Errors that go up and down together; two seeds; a change that helps."""
    for errors, reference in (
        ([1.9, 2.6, 1.4, 2.2], [1.6, 2.2, 1.3, 2.0]),
        ([0.5, 0.9], [0.6, 0.7]),
        ([3.0, 1.0, 2.0], [4.0, 2.5, 2.75]),
    ):
        a, b = np.array(errors), np.array(reference)
        each, seeds = a - b, len(a)
        about = f"for {errors} against {reference}"
        got = _numbers(call(answer, a, b), "the mean", "its standard error")
        expect(_number(got[0], "the mean"), each.mean(), f"the mean {about}", mistakes={
            "the sign is turned: what the change costs is the error with it minus that without.": (
                -each.mean()
            ),
            "the best seeds are compared. Of several, the best is best by luck too.": (
                a.min() - b.min()
            ),
            "this is the median; the mean is asked for.": float(np.median(each)),
            "this is the sum over the seeds.": each.sum(),
            "this is the mean error with the change; what it costs is the difference.": a.mean(),
        })  # fmt: skip
        right = each.std(ddof=1) / math.sqrt(seeds)
        unpaired = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / seeds)
        what = f"the standard error {about}"
        expect(_number(got[1], "the standard error"), right, what, mistakes={
            "the two rows are taken for independent. A seed that is hard for one is hard for the "
            "other: take the differences first.": unpaired,
            "the two rows are taken for independent, and N stands for N - 1.": (
                math.sqrt((a.var() + b.var()) / seeds)
            ),
            "this is the deviation of one seed. The mean of S varies less.": each.std(ddof=1),
            "the mean comes from the same seeds, so S - 1 of the squares are free: divide their "
            "sum by S - 1.": each.std() / math.sqrt(seeds),
            "this is the deviation of one seed, and divides by S where S - 1 are free.": each.std(),
            "it is divided by S, not by the root of S.": each.std(ddof=1) / seeds,
            "this is the square; its root is asked for.": right**2,
        })  # fmt: skip
