"""The checks of notebook 15: pictures between pixels, and networks told apart."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tinynet.gradient_check import numerical_gradient
from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect, expect_order


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

    def wrapped_once(row: float, column: float) -> float:
        """An IndexError makes a pixel 0, but index -1 raises none."""
        *_, down, right = four(row, column)
        ink, weights = 0.0, np.outer([1 - down, down], [1 - right, right])
        for u, v in np.ndindex(2, 2):
            i, j = math.floor(row) + u, math.floor(column) + v
            if -height <= i < height and -width <= j < width:
                ink += weights[u, v] * image[i, j]
        return float(ink)

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

    def half_off(row: float, column: float) -> float:
        return _sampled(image, row - 0.5, column - 0.5)

    def rows_only(row: float, column: float) -> float:
        return _sampled(image, row, math.floor(column))

    def columns_only(row: float, column: float) -> float:
        return _sampled(image, math.floor(row), column)

    def inner(top: int, left: int, bottom: int, right: int) -> Callable[[float, float], float]:
        """The image without so many lines at its four borders."""
        inside = np.zeros_like(image)
        part = np.s_[top : height - bottom, left : width - right]
        inside[part] = image[part]
        return lambda row, column: _sampled(inside, row, column)

    def last_pair(row: float, column: float) -> float:
        """The upper left one of the four is at most the last but one, and then goes too far."""
        top, left = min(math.floor(row), height - 2), min(math.floor(column), width - 2)
        a, b, c, d, *_ = four(top, left)
        down, right = row - top, column - left
        upper, lower = (1 - right) * a + right * b, (1 - right) * c + right * d
        return float((1 - down) * upper + down * lower)

    def shared_out(row: float, column: float) -> float:
        weight = _sampled(np.ones_like(image), row, column)
        return _sampled(image, row, column) / weight if weight else 0.0

    def rounded(row: float, column: float, absolute: bool = False) -> float:
        """round() in the place of floor(), so that the fractions may be negative."""
        top, left = round(row), round(column)
        a, b, c, d, *_ = four(top, left)
        down, right = row - top, column - left
        if absolute:
            down, right = abs(down), abs(right)
        upper, lower = (1 - right) * a + right * b, (1 - right) * c + right * d
        return float((1 - down) * upper + down * lower)

    def ceiled(row: float, column: float) -> float:
        """ceil(row) for the lower pixel: at whole numbers both weights are 0."""
        empty = row == math.floor(row) or column == math.floor(column)
        return 0.0 if empty else _sampled(image, row, column)

    def whole_windows(row: float, column: float) -> float:
        """0 unless all four pixels are inside."""
        within = 0 <= row < height - 1 and 0 <= column < width - 1
        return _sampled(image, row, column) if within else 0.0

    def by_distance(row: float, column: float, shared: bool = False) -> float:
        """Weights 1 - distance, perhaps made to add up to 1."""
        top, left = math.floor(row), math.floor(column)
        corners = [(top + u, left + v) for u in (0, 1) for v in (0, 1)]
        weights = [max(0.0, 1 - math.hypot(row - i, column - j)) for i, j in corners]
        ink = float(np.dot(weights, four(row, column)[:4]))
        return ink / sum(weights) if shared else ink

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
        "above and to the left of the picture pixels come from the opposite border: index -1 is "
        "the last one for Python, and raises no IndexError.": wrapped_once,
        "the shares along the two axes are exchanged: the fraction of `row` mixes rows.": exchanged,
        "round() stands where floor() belongs: the nearest pixel need not be the upper left one, "
        "and the shares become negative.": rounded,
        "round() stands where floor() belongs: the nearest pixel need not be the upper left one of "
        "the four.": lambda row, column: rounded(row, column, absolute=True),
        "the lower or right pixel is found by ceil(). At a whole number that is the pixel itself, "
        "and both shares are 0: take floor() + 1.": ceiled,
        "where one of the four pixels is beyond the border, or would be, all is 0. The others "
        "have their share: only the missing pixel is 0.": whole_windows,
        "a pixel weighs 1 minus its distance. Mix along one axis, and then along the other: the "
        "weights are products.": by_distance,
        "pixels weigh 1 minus their distance, made to add up to 1. Mix along one axis, and then "
        "along the other: the weights are products.": (
            lambda row, column: by_distance(row, column, shared=True)
        ),
        "the shares are turned round: the nearer pixel counts more.": turned,
        "the four pixels count alike. The nearer one counts more.": mean,
        "the two changes are added. On the way right the change downwards is another one: mix "
        "along one axis, then mix the two results along the other.": apart,
        "between the last pixel and the next, which is 0, the ink changes evenly too.": (
            zero_outside
        ),
        "row and column are exchanged: image[i, j] lies at row i, column j.": column_first,
        "int() rounds towards 0, so left of pixel 0 the neighbours are the wrong ones.": truncated,
        "it is half a pixel off: pixel [i, j] lies at (i, j) itself, not at its corner.": half_off,
        "only the rows are mixed. The column lies between two pixels as well.": rows_only,
        "only the columns are mixed. The row lies between two pixels as well.": columns_only,
        "the first row and the first column are taken for outside. Pixel 0 is a pixel.": (
            inner(1, 1, 0, 0)
        ),
        "the last row and the last column are taken for outside. H - 1 is a pixel, too.": (
            inner(0, 0, 1, 1)
        ),
        "the border is looked for at H along both axes. Columns end at W.": (
            inner(0, 0, 0, width - height)
        ),
        "beyond the last pixel the last pair goes on. There, one of the two is paper: 0.": (
            last_pair
        ),
        "at the border the shares are made to add up to 1 again. Paper has its share, too.": (
            shared_out
        ),
    }
    got = [_ink(answer, image, place) for place in places]
    _judge(
        got,
        [_sampled(image, *place) for place in places],
        {text: [formula(*place) for place in places] for text, formula in mistakes.items()},
        [
            f"At {place}, where {_sampled(image, *place):.6g} is expected,"
            for place in places
        ],
    )  # fmt: skip


def _ink(answer: Answer, image: Array, place: tuple[float, float]) -> float:
    """The answer's number; an index beyond the picture is told what lies there."""
    try:
        return _number(call(answer, image, *place), "the ink")
    except WrongAnswer as accident:
        if "IndexError" not in str(accident):
            raise
        raise WrongAnswer(
            f"{accident} Beyond the border, near or far, is blank paper: 0."
        ) from None


def _moved(
    image: Array,
    back: Array,
    centre: Sequence[float],
    then: Callable[[Array], Array] = np.asarray,
) -> Array:
    """Every place looks up where it comes from: centre + back @ (place - centre), and `then`."""
    moved, middle = np.empty(image.shape), np.asarray(centre)
    for place in np.ndindex(*image.shape):
        moved[place] = _sampled(image, *then(middle + back @ (np.asarray(place) - middle)))
    return moved


def _sent(image: Array, matrix: Array, centre: Sequence[float], added: bool = False) -> Array:
    """Every pixel is sent to the place nearest to where it belongs."""
    moved, middle = np.zeros(image.shape), np.asarray(centre)
    for place in np.ndindex(*image.shape):
        i, j = np.round(middle + matrix @ (np.asarray(place) - middle)).astype(int)
        if 0 <= i < image.shape[0] and 0 <= j < image.shape[1]:
            moved[i, j] = image[place] + (moved[i, j] if added else 0)
    return moved


@exercise
def warp(answer: Answer) -> None:
    """A matrix that is no rotation, an oblong image and a square one; a rotation; whole numbers."""
    rng = np.random.default_rng(152)
    turn = np.radians(25)
    matrices = {
        "a matrix that turns, shears and scales": np.array([[1.3, 0.35], [-0.2, 0.8]]),
        "a rotation": np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]),
        "the unit matrix": np.eye(2),
        "a matrix that makes twice as wide": np.diag([1.0, 2.0]),
    }
    for shape in ((7, 4), (6, 6)):
        image = rng.uniform(0.2, 1, shape)
        height, width = shape
        centre = ((height - 1) / 2, (width - 1) / 2)

        def at_the_border(place: Array) -> Array:
            return np.clip(place, 0, [height - 1, width - 1])  # noqa: B023

        for name, matrix in matrices.items():
            back = np.linalg.inv(matrix)
            with np.errstate(divide="ignore"):
                one_over = np.where(matrix == 0, 0, 1 / matrix)
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
                "the centre is a whole pixel, (H - 1) // 2. The middle may lie between two.": (
                    _moved(image, back, ((height - 1) // 2, (width - 1) // 2))
                ),
                "the centre is ((H - 1) / 2, (H - 1) / 2). That fits square pictures only.": (
                    _moved(image, back, (centre[0], centre[0]))
                ),
                "height and width are exchanged in the centre: rows come first.": (
                    _moved(image, back, centre[::-1])
                ),
                "the centre is not added back: the places are counted from the middle.": (
                    _moved(image, back, centre, lambda place: place - centre)  # noqa: B023
                ),
                "row and column of the place that is looked up are exchanged.": (
                    _moved(image, back, centre, lambda place: place[::-1])
                ),
                "the border is repeated outside. There is no ink beyond it: 0.": (
                    _moved(image, back, centre, at_the_border)
                ),
                "the inverse lacks its factor, one over the determinant.": (
                    _moved(image, back * np.linalg.det(matrix), centre)
                ),
                "one over each entry is not the inverse of a matrix.": (
                    _moved(image, one_over, centre)
                ),
                "the ink is divided by the determinant. Ink moves; it is not thinned.": (
                    _moved(image, back, centre) / abs(np.linalg.det(matrix))
                ),
                "the image comes back as it was.": image,
                "rows and columns are exchanged: the matrix takes (rows, columns).": (
                    _moved(image, back[::-1, ::-1], centre)
                ),
                "every old pixel is sent to the place nearest to where it goes. Some places get "
                "none, and others two: ask of each new pixel where it comes from.": (
                    _sent(image, matrix, centre)
                ),
                "every old pixel is sent to the place nearest to where it goes, and what meets is "
                "added. Some places get none: ask of each new pixel where it comes from.": (
                    _sent(image, matrix, centre, added=True)
                ),
                "the result is rounded. Ink between two pixels is no whole number.": (
                    np.round(_moved(image, back, centre))
                ),
                "what stands behind the point is cut off. Ink between two pixels is no whole "
                "number.": np.floor(_moved(image, back, centre)),
                "each pixel is taken from the nearest old one. Sample between the pixels.": (
                    _moved(image, back, centre, np.round)
                ),
            })  # fmt: skip
    whole = np.arange(12).reshape(3, 4)  # an answer made with zeros_like(image) holds no fractions
    half = np.diag([1.0, 2.0])
    got = call(answer, whole, half)
    expect(got, _moved(whole, np.linalg.inv(half), (1, 1.5)), "the image, moved, of whole numbers")


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
        expect_order(got, {"dimage": dimage, "drow": dplace[0], "dcolumn": dplace[1]})
        at = f"at ({row}, {column})"
        near = np.zeros_like(image)
        near[round(row), round(column)] = dy
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
            "these are the four pixels alone. dimage has the shape of the image, 0 elsewhere.": (
                dy * np.outer([1 - down, down], [1 - right, right])
            ),
            "only the nearest pixel gets something. Four have a share in y.": near,
            "only the pixel above and to the left gets something. Four have a share in y.": (
                dimage * (np.arange(20).reshape(4, 5) == 5 * top + left)
            ),
        })  # fmt: skip
        upper, lower = (1 - right) * a + right * b, (1 - right) * c + right * d
        drow, dcolumn = (float(each) for each in dplace)
        steps = [[loss(place + h * axis) - loss(place) for h in (1, -1)] for axis in np.eye(2)]
        far = "a difference over a whole pixel leaves the four: beyond the next one the slope is "
        far += "another."
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
                "the sign is turned: a step down takes from the upper pair and gives to the lower "
                "one.": -drow,
                "the two pairs are mixed by the row's fraction. It is the column that says how "
                "much of each pair counts.": dy * ((1 - down) * (c - a) + down * (d - b)),
                "the near column and the far one are exchanged in the mix.": (
                    dy * (right * (c - a) + (1 - right) * (d - b))
                ),
                "the two columns are added up. They are mixed, with shares that add up to 1.": (
                    dy * (c - a + d - b)
                ),
                "the row's fraction is in it. y is linear in it, so its slope is not.": (
                    drow * down
                ),
                "it is 0. The ink changes when the place moves, within a pixel, too.": 0.0,
                far: steps[0][0],
                f"{far} That holds for a step back, too.": -steps[0][1],
                f"{far} That holds for a centred one, too.": (steps[0][0] - steps[0][1]) / 2,
                "dy is forgotten.": drow / dy if dy != 1 else drow,
            }),
            ("dcolumn", got[2], dcolumn, {
                "this is drow: along which of the two axes does `column` move?": drow,
                "the row's share is missing: the right pair is mixed, and the left one.": (
                    dy * (b - a)
                ),
                "the sign is turned: a step to the right takes from the left pair and gives to the "
                "right one.": -dcolumn,
                "the two pairs are mixed by the column's fraction. It is the row that says how "
                "much of each pair counts.": dy * ((1 - right) * (b - a) + right * (d - c)),
                "the near row and the far one are exchanged in the mix.": (
                    dy * (down * (b - a) + (1 - down) * (d - c))
                ),
                "the two rows are added up. They are mixed, with shares that add up to 1.": (
                    dy * (b - a + d - c)
                ),
                "dy is forgotten.": dcolumn / dy if dy != 1 else dcolumn,
                far: steps[1][0],
                f"{far} That holds for a step back, too.": -steps[1][1],
                f"{far} That holds for a centred one, too.": (steps[1][0] - steps[1][1]) / 2,
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
    got = [_number(call(answer, *_flags(*each)), "the probability") for each in counts]
    right = [_twice(min(a, b), a + b) for a, b, *_ in counts]
    shown = [
        f"For {a} images that only A reads wrongly and {b} that only B does, where {value:.6g} is "
        "expected,"
        for (a, b, *_), value in zip(counts, right, strict=True)
    ]
    tossed = [k for k, (a, b, *_) in enumerate(counts) if a + b]
    off = [k for k in range(len(counts)) if not math.isclose(got[k], right[k], rel_tol=1e-9)]
    if off == [6]:
        raise WrongAnswer(f"{shown[6]} you have {got[6]:g}. Nothing speaks against equal networks.")
    if off == [7] and got[7] == 0:
        raise WrongAnswer(
            f"{shown[7]} you have 0. 0.5 to the power of {700 + 820} is too small for a float: "
            "count in whole numbers, which have no bounds, and divide once."
        )
    if np.allclose(np.minimum(got, 1), right, rtol=1e-9) and max(got) > 1 + 1e-9:
        raise WrongAnswer(
            "the split in the middle is counted from both sides: a probability is at most 1. "
            f"{shown[3]} you have {got[3]:.6g}."
        )
    # what a mistake makes of no coins at all, and whether it stops at 1, tells nothing about it
    shares = [min(got[k], 1.0) for k in tossed]
    mistakes = {
        text: [min(formula(*counts[k]), 1.0) for k in tossed]
        for text, formula in _OTHER_TESTS.items()
    }
    if np.allclose(got, right, atol=0.01):
        mistakes["nearly right. Were the coins tossed? They can be counted."] = shares
    _judge(shares, [right[k] for k in tossed], mistakes, [shown[k] for k in tossed])
    if off:  # all others are right
        raise WrongAnswer(f"{shown[off[0]]} you have {got[off[0]]:.6g}.")


def _twice(k: int, tosses: int) -> float:
    return min(1.0, 2 * _at_most(k, tosses))


def _bell(z: float) -> float:
    """How likely a bell curve's number lies as far from 0, on either side."""
    return math.erfc(abs(z) / math.sqrt(2))


def _pooled(a: int, b: int, both: int, neither: int, variances: int = 2) -> float:
    images = a + b + both + neither
    share = (2 * both + a + b) / (2 * images)
    return _bell((a - b) / images / math.sqrt(variances * share * (1 - share) / images))


def _two_samples(a: int, b: int, both: int, neither: int) -> float:
    images = a + b + both + neither
    of_a, of_b = (a + both) / images, (b + both) / images
    return _bell((a - b) / images / math.sqrt((of_a * (1 - of_a) + of_b * (1 - of_b)) / images))


def _mean_of_differences(a: int, b: int, both: int, neither: int, less: int = 0) -> float:
    images = a + b + both + neither
    variance = (a + b) / images - ((a - b) / images) ** 2
    return _bell((a - b) / images / math.sqrt(variance / (images - less)))


def _bell_of_share(a: int, b: int, both: int, neither: int) -> float:
    """A's share of wrong images, held against B's as if that were exact."""
    images = a + b + both + neither
    share = (b + both) / images
    deviation = math.sqrt(share * (1 - share) / images)
    return _bell((a - b) / images / deviation) if deviation else 0.0


_OTHER_TESTS: dict[str, Callable[[int, int, int, int], float]] = {
    "only one direction counts: as far on the other side would be as uneven.": (
        lambda a, b, *_: _at_most(min(a, b), a + b)
    ),
    "this is the probability of exactly this split. More uneven ones count too.": (
        lambda a, b, *_: math.comb(a + b, a) / 2 ** (a + b)
    ),
    "this is twice the probability of exactly this split. More uneven ones count too.": (
        lambda a, b, *_: 2 * math.comb(a + b, a) / 2 ** (a + b)
    ),
    "this counts only what is more uneven, and leaves out the split that was seen.": (
        lambda a, b, *_: 2 * _at_most(min(a, b) - 1, a + b)
    ),
    "the split that was seen counts half. It is as uneven as itself: all of it counts.": (
        lambda a, b, *_: 2 * _at_most(min(a, b), a + b) - math.comb(a + b, a) / 2 ** (a + b)
    ),
    "all images that a network gets wrong are tossed. Those that both get wrong say nothing "
    "about which is better: only where they disagree falls a coin.": (
        lambda a, b, both, _: _twice(min(a, b) + both, a + b + 2 * both)
    ),
    "the images that both get wrong are tossed, too. Only where the networks disagree falls a "
    "coin.": lambda a, b, both, _: _twice(min(a, b), a + b + both),
    "all images are tossed. Only where the networks disagree falls a coin.": (
        lambda a, b, both, neither: _twice(min(a, b), a + b + both + neither)
    ),
    "this counts where the networks *agree*. Coins fall where they do not.": (
        lambda a, b, both, neither: _twice(min(both, neither), both + neither)
    ),
    "the sum goes up to the larger of the two numbers. As uneven or more, on one side, is up to "
    "the smaller one.": lambda a, b, *_: _twice(max(a, b), a + b),
    "the bell curve stands in for the coins. It is close for many; count, for few.": (
        lambda a, b, *_: _bell((a - b) / math.sqrt(a + b))
    ),
    "the bell curve, with its correction of one, stands in for the coins. Count them.": (
        lambda a, b, *_: _bell(max(abs(a - b) - 1, 0) / math.sqrt(a + b))
    ),
    "the bell curve, corrected by one beyond the middle, stands in for the coins. Count them.": (
        lambda a, b, *_: _bell((abs(a - b) - 1) / math.sqrt(a + b))
    ),
    "the mean of the differences is held against a bell curve. Count the coins.": (
        _mean_of_differences
    ),
    "the mean of the differences, with N - 1, is held against a bell curve. Count the coins.": (
        lambda a, b, both, neither: _mean_of_differences(a, b, both, neither, less=1)
    ),
    "one share of wrong images is taken for exact, and the other held against it. Both were "
    "measured, and on the same images: count the coins.": _bell_of_share,
    "one share of wrong images is taken for exact, and B's held against it. Both were measured, "
    "and on the same images: count the coins.": (
        lambda a, b, *others: _bell_of_share(b, a, *others)
    ),
    "the two shares are held against a bell curve, with the deviation of one. A difference has "
    "that of both; and the images are the same: count the coins.": (
        lambda a, b, both, neither: _pooled(a, b, both, neither, variances=1)
    ),
    "it is divided by 2^N, N all images. As many coins fall as there are images that only one of "
    "the two gets wrong.": lambda a, b, both, neither: (
        2 * _at_most(min(a, b), a + b) * 0.5 ** (both + neither)
    ),
    "as many coins fall as there are images that both get wrong. Coins are the images that only "
    "one of the two gets wrong.": lambda a, b, both, _: _twice(min(a, b), both),
    "the images are taken for two separate samples. They are the same: those on which the "
    "networks agree say nothing.": _pooled,
    "the two networks are taken for separate samples. They read the same images: those on which "
    "they agree say nothing.": _two_samples,
    "one network's direction is fixed: it is small only if A is the better one. Uneven in "
    "either direction counts.": lambda a, b, *_: _at_most(a, a + b),
    "one network's direction is fixed: it is small only if B is the better one. Uneven in "
    "either direction counts.": lambda a, b, *_: _at_most(b, a + b),
    "the sum goes up to A's number, even if that is the larger one.": (
        lambda a, b, *_: _twice(a, a + b)
    ),
    "the sum goes up to B's number, even if that is the larger one.": (
        lambda a, b, *_: _twice(b, a + b)
    ),
    "this is the probability of the opposite: 1 - p.": (
        lambda a, b, *_: 1 - _twice(min(a, b), a + b)
    ),
}


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
            # the first case is positive: who turned it did not come to a negative one
            "the sign is turned: A's share minus B's." if mean > 0 else "the sign is lost: where B "
            "is wrong more often, the difference is negative.": -mean,
            "this is the number of images, not their share.": float(a - b),
            "it is given in per cent.": 100 * mean,
            "0 - 1 is 255 in numbers without a sign (uint8). Make floats of them first.": (
                (a + 255 * b) / images
            ),
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
                "the square of the mean is not taken off. A deviation is counted from the mean.": (
                    math.sqrt(square / images)
                ),
                "two deviations are added up. And the two read the same images: take one "
                "difference for each image first.": (
                    (math.sqrt(of_a * (1 - of_a)) + math.sqrt(of_b * (1 - of_b)))
                    / math.sqrt(images)
                ),
                "one variance is taken from the other. Take one difference for each image first.": (
                    math.sqrt(abs(of_a * (1 - of_a) - of_b * (1 - of_b)) / images)
                ),
                "only the images on which they disagree are in it. The others count, as zeros.": (
                    math.sqrt(1 - ((a - b) / (a + b)) ** 2) / math.sqrt(a + b) if a + b else right
                ),
                "this is 1.96 deviations, half of a 95 % interval. Asked for is one.": 1.96 * right,
                "the mean is taken off the mean of the squares. Its *square* is.": (
                    math.sqrt((square - mean) / images)
                ),
                "this is p (1 - p), the variance of numbers that are 0 or 1. The differences are "
                "-1, 0 or 1.": math.sqrt(abs(mean) * (1 - abs(mean)) / images),
                "this is p (1 - p) of the images on which they disagree, as if the differences had "
                "no sign.": math.sqrt(square * (1 - square) / images),
            }, scale=1e-3)  # fmt: skip


@exercise
def over_seeds(answer: Answer) -> None:
    """Errors that go up and down together, and against each other; two seeds; a gain."""
    for errors, reference in (
        ([1.9, 2.6, 1.4, 2.2, 1.7], [1.6, 2.2, 1.3, 2.0, 1.55]),
        ([0.9, 0.5], [0.6, 0.4]),
        ([3.0, 1.0, 2.0], [4.0, 2.5, 2.75]),
        ([1.0, 2.0, 1.5], [1.9, 0.8, 1.4]),  # seeds that are kind to one, and not to the other
    ):
        a, b = np.array(errors), np.array(reference)
        each, seeds = a - b, len(a)
        about = f"for {errors} against {reference}"
        got = _numbers(call(answer, a, b), "the mean", "its standard error")
        right = each.std(ddof=1) / math.sqrt(seeds)
        expect_order(got, {"the mean": each.mean(), "its standard error": right})
        expect(_number(got[0], "the mean"), each.mean(), f"the mean {about}", mistakes={
            "the differences have lost their signs. A seed for which the change helps counts "
            "against it.": np.abs(each).mean(),
            "the sign is turned: what the change costs is the error with it minus that without.": (
                -each.mean()
            ),
            "the best seeds are compared. Of several, the best is best by luck too.": (
                a.min() - b.min()
            ),
            "this is the median; the mean is asked for.": float(np.median(each)),
            "this is the sum over the seeds.": each.sum(),
            "the sum is divided by S - 1. That is for the squares; a mean divides by S.": (
                each.sum() / (seeds - 1)
            ),
            "this is the mean error with the change; what it costs is the difference.": a.mean(),
            "this is in relation to the error without. What the change costs is a difference.": (
                (each / b).mean()
            ),
            "this is in relation to the error without. What the change costs, is a difference.": (
                each.mean() / b.mean()
            ),
        })  # fmt: skip
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
            "the best of one row is paired with the best of the other, and so on. Seed by seed: "
            "errors[s] belongs to reference[s].": (
                (np.sort(a) - np.sort(b)).std(ddof=1) / math.sqrt(seeds)
            ),
            "one of the rows is turned round. Seed by seed: errors[s] belongs to reference[s].": (
                (a - b[::-1]).std(ddof=1) / math.sqrt(seeds)
            ),
            "S - 1 is in it twice: in the deviation, where it belongs, and in the root of S.": (
                each.std(ddof=1) / math.sqrt(seeds - 1)
            ),
            "it is divided by the root of 3, however many seeds there are.": (
                each.std(ddof=1) / math.sqrt(3)
            ),
            "it is divided by the root of 2 S. There are S differences, not 2 S numbers.": (
                right / math.sqrt(2)
            ),
            "this is the standard error of the first row alone. Asked for is that of the "
            "differences: much of what scatters is in both rows.": a.std(ddof=1) / math.sqrt(seeds),
            "one row's deviation is taken from the other's. Take the differences first.": (
                abs(a.std(ddof=1) - b.std(ddof=1)) / math.sqrt(seeds)
            ),
            "the mean is not taken off before squaring. A deviation is counted from the mean.": (
                math.sqrt((each**2).sum() / (seeds - 1) / seeds)
            ),
            "the differences have lost their signs.": (
                np.abs(each).std(ddof=1) / math.sqrt(seeds)
            ),
            "this is 1.96 standard errors, half of a 95 % interval. Asked for is one.": (
                1.96 * right
            ),
            "this is half of the way from the smallest to the largest. Asked for is how far the "
            "*mean* may be off.": np.ptp(each) / 2,
            "this is the way from the smallest to the largest. Asked for is how far the *mean* may "
            "be off.": np.ptp(each),
        })  # fmt: skip
