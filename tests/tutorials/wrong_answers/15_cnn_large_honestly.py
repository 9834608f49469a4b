"""Wrong answers to the exercises of notebook 15."""

import math
from contextlib import suppress

import numpy as np

from tests.tutorials.wrong_answers import wrong
from tutorials.checks import SOLUTIONS, find_answer


def pixels_about(image, row, column):
    """The four pixels about a place, 0 outside, and how far it lies down and right of the first."""
    top, left = math.floor(row), math.floor(column)
    padded = np.pad(image, 20)[top + 20 : top + 22, left + 20 : left + 22]
    return padded, row - top, column - left


def sampled(image, row, column):
    four, down, right = pixels_about(image, row, column)
    return float(np.array([1 - down, down]) @ four @ np.array([1 - right, right]))


@wrong("15.bilinear", "the nearest pixel is taken")
def nearest_pixel(image, row, column):
    return sampled(image, round(row), round(column))


@wrong("15.bilinear", "above and to the left is taken")
def rounded_down(image, row, column):
    return sampled(image, math.floor(row), math.floor(column))


@wrong("15.bilinear", "repeated outside")
def border_repeated(image, row, column):
    height, width = image.shape
    return sampled(image, min(max(row, 0), height - 1), min(max(column, 0), width - 1))


@wrong("15.bilinear", "the last one for Python")
def wrapped_round(image, row, column):
    top, left = math.floor(row), math.floor(column)
    down, right = row - top, column - left
    height, width = image.shape
    a, b = image[top % height, left % width], image[top % height, (left + 1) % width]
    c, d = image[(top + 1) % height, left % width], image[(top + 1) % height, (left + 1) % width]
    return (1 - down) * ((1 - right) * a + right * b) + down * ((1 - right) * c + right * d)


@wrong("15.bilinear", "IndexError")
def no_border(image, row, column):
    top, left = math.floor(row), math.floor(column)
    down, right = row - top, column - left
    upper = (1 - right) * image[top, left] + right * image[top, left + 1]
    lower = (1 - right) * image[top + 1, left] + right * image[top + 1, left + 1]
    return (1 - down) * upper + down * lower


@wrong("15.bilinear", "the fraction of `row` mixes rows")
def shares_exchanged(image, row, column):
    four, down, right = pixels_about(image, row, column)
    return np.array([1 - right, right]) @ four @ np.array([1 - down, down])


@wrong("15.bilinear", "the nearer pixel counts more")
def shares_turned(image, row, column):
    four, down, right = pixels_about(image, row, column)
    return np.array([down, 1 - down]) @ four @ np.array([right, 1 - right])


@wrong("15.bilinear", "count alike")
def mean_of_four(image, row, column):
    return pixels_about(image, row, column)[0].mean()


@wrong("15.bilinear", "The two changes are added".lower())
def changes_added(image, row, column):
    ((a, b), (c, _)), down, right = pixels_about(image, row, column)
    return a + down * (c - a) + right * (b - a)


@wrong("15.bilinear", "changes evenly too")
def nothing_beyond_the_last_pixel(image, row, column):
    height, width = image.shape
    if not (0 <= row <= height - 1 and 0 <= column <= width - 1):
        return 0.0
    return sampled(image, row, column)


@wrong("15.bilinear", "row and column are exchanged")
def column_then_row(image, row, column):
    return sampled(image, column, row)


@wrong("15.bilinear", "int() rounds towards 0")
def truncated(image, row, column):
    top, left = int(row), int(column)
    four = np.pad(image, 20)[top + 20 : top + 22, left + 20 : left + 22]
    down, right = row - top, column - left
    return np.array([1 - down, down]) @ four @ np.array([1 - right, right])


@wrong("15.bilinear", "half a pixel off")
def pixels_at_their_corners(image, row, column):
    return sampled(image, row - 0.5, column - 0.5)


@wrong("15.bilinear", "only the rows are mixed")
def rows_mixed(image, row, column):
    return sampled(image, row, math.floor(column))


def ink_of(image, row, column, inside):
    """Bilinear, with another opinion on which pixels exist."""
    top, left = math.floor(row), math.floor(column)
    down, right = row - top, column - left
    a, b, c, d = (
        image[i, j] if inside(i, j) else 0.0
        for i, j in [(top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)]
    )
    return (1 - down) * ((1 - right) * a + right * b) + down * ((1 - right) * c + right * d)


@wrong("15.bilinear", "Pixel 0 is a pixel")
def first_line_outside(image, row, column):
    height, width = image.shape
    return ink_of(image, row, column, lambda i, j: 0 < i < height and 0 < j < width)


@wrong("15.bilinear", "H - 1 is a pixel, too")
def last_line_outside(image, row, column):
    height, width = image.shape
    return ink_of(image, row, column, lambda i, j: 0 <= i < height - 1 and 0 <= j < width - 1)


@wrong("15.bilinear", "Columns end at W")
def square_border(image, row, column):
    height, _ = image.shape
    return ink_of(image, row, column, lambda i, j: 0 <= i < height and 0 <= j < height)


@wrong("15.bilinear", "the last pair goes on")
def last_pair_goes_on(image, row, column):
    top = min(math.floor(row), image.shape[0] - 2)
    left = min(math.floor(column), image.shape[1] - 2)
    padded = np.pad(image, 20)[top + 20 : top + 22, left + 20 : left + 22]
    down, right = row - top, column - left
    return np.array([1 - down, down]) @ padded @ np.array([1 - right, right])


@wrong("15.bilinear", "Paper has its share")
def shares_of_what_is_there(image, row, column):
    weight = sampled(np.ones(image.shape), row, column)
    return sampled(image, row, column) / weight if weight else 0.0


def looked_up(image, back, centre, sample=sampled):
    moved = np.empty(image.shape)
    for place in np.ndindex(*image.shape):
        moved[place] = sample(image, *(centre + back @ (np.array(place) - centre)))
    return moved


def middle(image):
    return (np.array(image.shape) - 1) / 2


@wrong("15.warp", "moved the other way")
def inverse_forgotten(image, matrix):
    return looked_up(image, matrix, middle(image))


@wrong("15.warp", "That inverts a rotation, and nothing else")
def transposed_for_inverted(image, matrix):
    return looked_up(image, matrix.T, middle(image))


@wrong("15.warp", "the inverse is transposed")
def row_vector_times_inverse(image, matrix):
    return looked_up(image, np.linalg.inv(matrix).T, middle(image))


@wrong("15.warp", "about the corner")
def about_the_corner(image, matrix):
    return looked_up(image, np.linalg.inv(matrix), np.zeros(2))


@wrong("15.warp", "half a pixel off")
def half_the_size(image, matrix):
    return looked_up(image, np.linalg.inv(matrix), np.array(image.shape) / 2)


@wrong("15.warp", "a whole pixel")
def centre_in_whole_pixels(image, matrix):
    return looked_up(image, np.linalg.inv(matrix), np.array(image.shape) // 2)


@wrong("15.warp", "rows and columns are exchanged")
def columns_first(image, matrix):
    return looked_up(image, np.linalg.inv(matrix)[::-1, ::-1], middle(image))


@wrong("15.warp", "ask of each new pixel where it comes from")
def pixels_sent(image, matrix):
    moved, centre = np.zeros(image.shape), middle(image)
    for place in np.ndindex(*image.shape):
        i, j = np.round(centre + matrix @ (np.array(place) - centre)).astype(int)
        if 0 <= i < image.shape[0] and 0 <= j < image.shape[1]:
            moved[i, j] = image[place]
    return moved


@wrong("15.warp", "Sample between the pixels")
def nearest_old_pixel(image, matrix):
    def nearest(image, row, column):
        return sampled(image, round(row), round(column))

    return looked_up(image, np.linalg.inv(matrix), middle(image), nearest)


@wrong("15.warp", "(H - 1) // 2")
def centre_rounded_down(image, matrix):
    return looked_up(image, np.linalg.inv(matrix), (np.array(image.shape) - 1) // 2)


@wrong("15.warp", "fits square pictures only")
def centre_of_a_square(image, matrix):
    return looked_up(image, np.linalg.inv(matrix), middle(image)[[0, 0]])


@wrong("15.warp", "height and width are exchanged in the centre")
def centre_exchanged(image, matrix):
    return looked_up(image, np.linalg.inv(matrix), middle(image)[::-1])


@wrong("15.warp", "the centre is not added back")
def centre_not_added(image, matrix):
    def from_the_corner(image, row, column):
        return sampled(image, *(np.array([row, column]) - middle(image)))

    return looked_up(image, np.linalg.inv(matrix), middle(image), from_the_corner)


@wrong("15.warp", "lacks its factor")
def adjugate(image, matrix):
    return looked_up(image, np.linalg.inv(matrix) * np.linalg.det(matrix), middle(image))


@wrong("15.warp", "one over each entry")
def entries_inverted(image, matrix):
    with np.errstate(divide="ignore"):
        return looked_up(image, np.where(matrix == 0, 0, 1 / matrix), middle(image))


@wrong("15.warp", "the border is repeated")
def border_carried_on(image, matrix):
    return looked_up(image, np.linalg.inv(matrix), middle(image), border_repeated)


@wrong("15.warp", "what meets is added")
def pixels_sent_and_added(image, matrix):
    moved, centre = np.zeros(image.shape), middle(image)
    for place in np.ndindex(*image.shape):
        i, j = np.round(centre + matrix @ (np.array(place) - centre)).astype(int)
        if 0 <= i < image.shape[0] and 0 <= j < image.shape[1]:
            moved[i, j] += image[place]
    return moved


@wrong("15.warp", "dtype int64")
def whole_numbers_kept(image, matrix):
    moved = np.zeros_like(image)
    moved[...] = looked_up(image, np.linalg.inv(matrix), middle(image))
    return moved


@wrong("15.warp", "comes back as it was")
def not_moved(image, matrix):
    return image.copy()


@wrong("15.warp", "returns None")
def moved_and_kept(image, matrix):
    looked_up(image, np.linalg.inv(matrix), middle(image))


def sampled_backward(image, row, column, dy):
    four, down, right = pixels_about(image, row, column)
    top, left = math.floor(row), math.floor(column)
    dimage = np.zeros_like(image)
    weights = np.outer([1 - down, down], [1 - right, right])
    dimage[top : top + 2, left : left + 2] = dy * weights
    (a, b), (c, d) = four
    drow = dy * ((1 - right) * (c - a) + right * (d - b))
    dcolumn = dy * ((1 - down) * (b - a) + down * (d - c))
    return dimage, drow, dcolumn


@wrong("15.bilinear_backward", "dy is forgotten")
def without_dy(image, row, column, dy):
    return sampled_backward(image, row, column, 1.0)


@wrong("15.bilinear_backward", "the near pixel and the far one are exchanged")
def far_for_near(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    part = np.s_[math.floor(row) : math.floor(row) + 2, math.floor(column) : math.floor(column) + 2]
    dimage[part] = dimage[part][::-1, ::-1]
    return dimage, drow, dcolumn


@wrong("15.bilinear_backward", "the weight that it had")
def all_of_dy_to_each(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    return np.where(dimage != 0, dy, 0.0), drow, dcolumn


@wrong("15.bilinear_backward", "each gets a fourth")
def a_fourth_to_each(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    return np.where(dimage != 0, dy / 4, 0.0), drow, dcolumn


@wrong("15.bilinear_backward", "its slope along a pixel is the weight")
def times_the_pixel(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    return dimage * image, drow, dcolumn


@wrong("15.bilinear_backward", "Four have a share in y")
def one_pixel_only(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    one = np.zeros_like(dimage)
    one[math.floor(row), math.floor(column)] = dimage[math.floor(row), math.floor(column)]
    return one, drow, dcolumn


@wrong("15.bilinear_backward", "The order asked for")
def places_exchanged(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    return dimage, dcolumn, drow


@wrong("15.bilinear_backward", "this is dcolumn")
def column_twice(image, row, column, dy):
    dimage, _, dcolumn = sampled_backward(image, row, column, dy)
    return dimage, dcolumn, dcolumn


@wrong("15.bilinear_backward", "drow at (1.3, 2.8): the sign is turned")
def slopes_upside_down(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    return dimage, -drow, -dcolumn


@wrong("15.bilinear_backward", "dcolumn at (1.3, 2.8): the sign is turned")
def slope_turned_round(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    return dimage, drow, -dcolumn


def pairs_mixed(image, row, column, dy, by_row, by_column):
    """The slopes, with these shares of the two columns and of the two rows."""
    ((a, b), (c, d)), down, right = pixels_about(image, row, column)
    left, here = by_column(down, right)
    upper, lower = by_row(down, right)
    dimage = sampled_backward(image, row, column, dy)[0]
    return dimage, dy * (left * (c - a) + here * (d - b)), dy * (upper * (b - a) + lower * (d - c))


@wrong("15.bilinear_backward", "mixed by the row's fraction")
def mixed_by_its_own_fraction(image, row, column, dy):
    def rows(down, right):
        return 1 - right, right

    def columns(down, right):
        return 1 - down, down

    return pairs_mixed(image, row, column, dy, rows, columns)


@wrong("15.bilinear_backward", "are exchanged in the mix")
def far_pair_for_near(image, row, column, dy):
    def rows(down, right):
        return down, 1 - down

    def columns(down, right):
        return right, 1 - right

    return pairs_mixed(image, row, column, dy, rows, columns)


@wrong("15.bilinear_backward", "shares that add up to 1")
def pairs_added(image, row, column, dy):
    def ones(down, right):
        return 1, 1

    return pairs_mixed(image, row, column, dy, ones, ones)


@wrong("15.bilinear_backward", "the four pixels alone")
def corner_of_the_gradient(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    top, left = math.floor(row), math.floor(column)
    return dimage[top : top + 2, left : left + 2], drow, dcolumn


@wrong("15.bilinear_backward", "only the nearest pixel")
def all_to_the_nearest(image, row, column, dy):
    dimage, drow, dcolumn = sampled_backward(image, row, column, dy)
    dimage[...] = 0
    dimage[round(row), round(column)] = dy
    return dimage, drow, dcolumn


@wrong("15.bilinear_backward", "within a pixel, too")
def place_has_no_slope(image, row, column, dy):
    return sampled_backward(image, row, column, dy)[0], 0.0, 0.0


@wrong("15.bilinear_backward", "the column's share is missing")
def left_pair_only(image, row, column, dy):
    ((a, b), (c, _)), _, _ = pixels_about(image, row, column)
    return sampled_backward(image, row, column, dy)[0], dy * (c - a), dy * (b - a)


@wrong("15.bilinear_backward", "halfway between the columns")
def both_pairs_alike(image, row, column, dy):
    ((a, b), (c, d)), _, _ = pixels_about(image, row, column)
    dimage, _, dcolumn = sampled_backward(image, row, column, dy)
    return dimage, dy * (c + d - a - b) / 2, dcolumn


@wrong("15.bilinear_backward", "3 things should be returned")
def image_alone(image, row, column, dy):
    return sampled_backward(image, row, column, dy)[0]


def disagreements(wrong_a, wrong_b):
    return int(np.sum(wrong_a & ~wrong_b)), int(np.sum(wrong_b & ~wrong_a))


def at_most(k, tosses):
    return sum(math.comb(tosses, i) for i in range(k + 1)) / 2**tosses


@wrong("15.mcnemar", "only one direction counts")
def one_sided(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return at_most(min(a, b), a + b)


@wrong("15.mcnemar", "exactly this split")
def exactly_this(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return math.comb(a + b, a) / 2 ** (a + b)


@wrong("15.mcnemar", "leaves out the split that was seen")
def only_more_uneven(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return 2 * at_most(min(a, b) - 1, a + b) if a + b else 1.0


@wrong("15.mcnemar", "a probability is at most 1")
def more_than_certain(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return 2 * at_most(min(a, b), a + b)


@wrong("15.mcnemar", "the bell curve stands in")
def bell_curve(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return math.erfc(abs(a - b) / math.sqrt(2 * (a + b))) if a + b else 1.0


@wrong("15.mcnemar", "with its correction of one")
def bell_curve_corrected(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return math.erfc(max(abs(a - b) - 1, 0) / math.sqrt(2 * (a + b))) if a + b else 1.0


@wrong("15.mcnemar", "two separate samples")
def separate_samples(wrong_a, wrong_b):
    images = len(wrong_a)
    share = (wrong_a.mean() + wrong_b.mean()) / 2
    spread = math.sqrt(2 * share * (1 - share) / images)
    return math.erfc(abs(wrong_a.mean() - wrong_b.mean()) / spread / math.sqrt(2))


@wrong("15.mcnemar", "only if A is the better one")
def direction_fixed(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return at_most(a, a + b)


@wrong("15.mcnemar", "this is the probability of the opposite")
def opposite(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return 1 - min(1.0, 2 * at_most(min(a, b), a + b))


@wrong("15.mcnemar", "OverflowError")
def floats_overflow(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    tail = sum(float(math.comb(a + b, k)) for k in range(min(a, b) + 1))
    return min(1.0, 2 * tail / 2.0 ** (a + b))


@wrong("15.mcnemar", "only where they disagree falls a coin")
def agreements_count(wrong_a, wrong_b):
    a, b = int(wrong_a.sum()), int(wrong_b.sum())
    return min(1.0, 2 * at_most(min(a, b), a + b))


@wrong("15.mcnemar", "the images that both get wrong are tossed, too")
def either_wrong(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return min(1.0, 2 * at_most(min(a, b), int((wrong_a | wrong_b).sum())))


@wrong("15.mcnemar", "all images are tossed")
def every_image(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return min(1.0, 2 * at_most(min(a, b), len(wrong_a)))


@wrong("15.mcnemar", "leaves out the split that was seen")
def range_too_short(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return min(1.0, 2 * sum(math.comb(a + b, k) for k in range(min(a, b))) / 2 ** (a + b))


@wrong("15.mcnemar", "twice the probability of exactly this split")
def one_term(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return min(1.0, 2 * math.comb(a + b, a) / 2 ** (a + b))


@wrong("15.mcnemar", "counts half")
def half_of_what_was_seen(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    seen = math.comb(a + b, a) / 2 ** (a + b)
    return min(1.0, 2 * at_most(min(a, b), a + b) - seen)


@wrong("15.mcnemar", "the larger of the two numbers")
def up_to_the_larger(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return min(1.0, 2 * at_most(max(a, b), a + b))


@wrong("15.mcnemar", "up to A's number")
def up_to_a(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return min(1.0, 2 * at_most(a, a + b))


@wrong("15.mcnemar", "corrected by one beyond the middle")
def chi_square_corrected(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    return math.erfc(abs(abs(a - b) - 1) / math.sqrt(2 * (a + b))) if a + b else 1.0


@wrong("15.mcnemar", "separate samples")
def two_variances(wrong_a, wrong_b):
    spread = math.sqrt((wrong_a.var() + wrong_b.var()) / len(wrong_a))
    return math.erfc(abs(wrong_a.mean() - wrong_b.mean()) / spread / math.sqrt(2))


@wrong("15.mcnemar", "held against a bell curve")
def mean_over_its_error(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    spread = each.std(ddof=1) / math.sqrt(len(each))
    return math.erfc(abs(each.mean()) / spread / math.sqrt(2)) if spread else 1.0


@wrong("15.mcnemar", "where the networks *agree*")
def where_they_agree(wrong_a, wrong_b):
    a, b = int(np.sum(wrong_a & wrong_b)), int(np.sum(~wrong_a & ~wrong_b))
    return min(1.0, 2 * at_most(min(a, b), a + b))


@wrong("15.mcnemar", "Were the coins tossed?")
def coins_tossed(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    tossed = np.random.default_rng(0).binomial(a + b, 0.5, 100_000)
    return np.mean(np.abs(tossed - (a + b) / 2) >= abs(a - b) / 2)


@wrong("15.mcnemar", "too small for a float")
def product_of_halves(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    tail, term = 0.0, 0.5 ** (a + b)
    for k in range(min(a, b) + 1):
        tail += term
        term *= (a + b - k) / (k + 1)
    return min(1.0, 2 * tail)


@wrong("15.mcnemar", "Nothing speaks against equal networks")
def never_for_sure(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    tail = sum(math.comb(a + b, k) for k in range(min(a, b) + 1)) if a + b else 0
    return min(1.0, 2 * tail / 2 ** (a + b))


@wrong("15.difference", "the sign is turned")
def b_minus_a(wrong_a, wrong_b):
    each = wrong_b.astype(float) - wrong_a
    return each.mean(), each.std() / math.sqrt(len(each))


@wrong("15.difference", "TypeError")
def flags_subtracted(wrong_a, wrong_b):
    each = wrong_a - wrong_b
    return each.mean(), each.std() / math.sqrt(len(each))


@wrong("15.difference", "the number of images, not their share")
def counted(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    return each.sum(), each.std() * math.sqrt(len(each))


@wrong("15.difference", "taken for independent samples")
def independent_samples(wrong_a, wrong_b):
    variance = wrong_a.var() + wrong_b.var()
    return wrong_a.mean() - wrong_b.mean(), math.sqrt(variance / len(wrong_a))


@wrong("15.difference", "the deviation of one image")
def of_one_image(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    return each.mean(), each.std()


@wrong("15.difference", "this is the variance")
def variance_of_the_mean(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    return each.mean(), each.var() / len(each)


@wrong("15.difference", "divided by N, not by the root")
def divided_by_n(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    return each.mean(), each.std() / len(each)


@wrong("15.difference", "the number of disagreements, not of images")
def share_of_the_disagreements(wrong_a, wrong_b):
    a, b = disagreements(wrong_a, wrong_b)
    each = wrong_a.astype(float) - wrong_b
    return (a - b) / (a + b) if a + b else 0.0, each.std() / math.sqrt(len(each))


@wrong("15.difference", "not taken off")
def square_of_the_mean_kept(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    return each.mean(), math.sqrt((each**2).mean() / len(each))


@wrong("15.difference", "two deviations are added up")
def deviations_added(wrong_a, wrong_b):
    added = wrong_a.std() + wrong_b.std()
    return wrong_a.mean() - wrong_b.mean(), added / math.sqrt(len(wrong_a))


@wrong("15.difference", "one variance is taken from the other")
def variances_subtracted(wrong_a, wrong_b):
    less = abs(wrong_a.var() - wrong_b.var())
    return wrong_a.mean() - wrong_b.mean(), math.sqrt(less / len(wrong_a))


@wrong("15.difference", "The others count, as zeros")
def among_the_disagreements(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    some = each[each != 0]
    return each.mean(), some.std() / math.sqrt(len(some))


@wrong("15.difference", "1.96 deviations")
def half_an_interval(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    return each.mean(), 1.96 * each.std() / math.sqrt(len(each))


@wrong("15.difference", "0 - 1 is 255")
def numbers_without_a_sign(wrong_a, wrong_b):
    each = wrong_a.astype(np.uint8) - wrong_b.astype(np.uint8)
    return each.mean(), each.std() / math.sqrt(len(each))


@wrong("15.difference", "in per cent")
def per_cent(wrong_a, wrong_b):
    each = 100 * (wrong_a.astype(float) - wrong_b)
    return each.mean(), each.std() / math.sqrt(len(each))


@wrong("15.over_seeds", "the sign is turned")
def gain_for_cost(errors, reference):
    each = reference - errors
    return each.mean(), each.std(ddof=1) / math.sqrt(len(each))


@wrong("15.over_seeds", "the best seeds are compared")
def best_of_the_seeds(errors, reference):
    each = errors - reference
    return errors.min() - reference.min(), each.std(ddof=1) / math.sqrt(len(each))


@wrong("15.over_seeds", "this is the median")
def median_of_the_seeds(errors, reference):
    each = errors - reference
    return np.median(each), each.std(ddof=1) / math.sqrt(len(each))


@wrong("15.over_seeds", "taken for independent")
def rows_not_paired(errors, reference):
    variance = errors.var(ddof=1) + reference.var(ddof=1)
    return errors.mean() - reference.mean(), math.sqrt(variance / len(errors))


@wrong("15.over_seeds", "the deviation of one seed")
def of_one_seed(errors, reference):
    each = errors - reference
    return each.mean(), each.std(ddof=1)


@wrong("15.over_seeds", "divide their sum by S - 1")
def all_squares_free(errors, reference):
    each = errors - reference
    return each.mean(), each.std() / math.sqrt(len(each))


@wrong("15.over_seeds", "the root of S")
def divided_by_seeds(errors, reference):
    each = errors - reference
    return each.mean(), each.std(ddof=1) / len(each)


@wrong("15.over_seeds", "the mean error with the change")
def error_for_cost(errors, reference):
    return errors.mean(), errors.std(ddof=1) / math.sqrt(len(errors))


def mean_and_error(each):
    return each.mean(), each.std(ddof=1) / math.sqrt(len(each))


@wrong("15.over_seeds", "the best of one row is paired with the best of the other")
def rows_sorted(errors, reference):
    return mean_and_error(np.sort(errors) - np.sort(reference))


@wrong("15.over_seeds", "one of the rows is turned round")
def row_turned(errors, reference):
    return mean_and_error(errors - reference[::-1])


@wrong("15.over_seeds", "have lost their signs")
def distances(errors, reference):
    return mean_and_error(np.abs(errors - reference))


@wrong("15.over_seeds", "in relation to the error without")
def relative_costs(errors, reference):
    return mean_and_error((errors - reference) / reference)


@wrong("15.over_seeds", "S - 1 is in it twice")
def one_less_twice(errors, reference):
    each = errors - reference
    return each.mean(), each.std(ddof=1) / math.sqrt(len(each) - 1)


@wrong("15.over_seeds", "the root of 3")
def always_three_seeds(errors, reference):
    each = errors - reference
    return each.mean(), each.std(ddof=1) / math.sqrt(3)


@wrong("15.over_seeds", "of the first row alone")
def mean_of_the_reference(errors, reference):
    return mean_and_error(errors - reference.mean())


@wrong("15.over_seeds", "not taken off before squaring")
def mean_kept(errors, reference):
    each = errors - reference
    return each.mean(), math.sqrt((each**2).sum() / (len(each) - 1) / len(each))


@wrong("15.over_seeds", "1.96 standard errors")
def half_an_interval_over_seeds(errors, reference):
    cost, error = mean_and_error(errors - reference)
    return cost, 1.96 * error


@wrong("15.over_seeds", "The order asked for")
def error_first(errors, reference):
    return mean_and_error(errors - reference)[::-1]


@wrong("15.over_seeds", "one row's deviation is taken from the other's")
def deviations_subtracted(errors, reference):
    less = abs(errors.std(ddof=1) - reference.std(ddof=1))
    return errors.mean() - reference.mean(), less / math.sqrt(len(errors))


BILINEAR = find_answer("15.bilinear", SOLUTIONS)
BACKWARD = find_answer("15.bilinear_backward", SOLUTIONS)
WARP = find_answer("15.warp", SOLUTIONS)


def mixed(image, row, column, top, left, size=float):
    """The ink from the four pixels that begin at [top, left], wherever the place lies."""
    four = np.pad(image, 20)[top + 20 : top + 22, left + 20 : left + 22]
    down, right = size(row - top), size(column - left)
    return float(np.array([1 - down, down]) @ four @ np.array([1 - right, right]))


@wrong("15.bilinear", "the shares become negative")
def round_for_floor(image, row, column):
    return mixed(image, row, column, round(row), round(column))


@wrong("15.bilinear", "need not be the upper left one of the four")
def round_for_floor_without_signs(image, row, column):
    return mixed(image, row, column, round(row), round(column), abs)


@wrong("15.bilinear", "is found by ceil()")
def ceil_for_the_next(image, row, column):
    if row == math.floor(row) or column == math.floor(column):
        return 0.0  # (ceil(row) - row) and (row - floor(row)) are both 0
    return BILINEAR(image, row, column)


@wrong("15.bilinear", "only the missing pixel is 0")
def all_four_inside(image, row, column):
    top, left = math.floor(row), math.floor(column)
    inside = 0 <= top < image.shape[0] - 1 and 0 <= left < image.shape[1] - 1
    return BILINEAR(image, row, column) if inside else 0.0


def nearness(row, column):
    corners = [(math.floor(row) + u, math.floor(column) + v) for u in (0, 1) for v in (0, 1)]
    return np.array([max(0.0, 1 - math.hypot(row - i, column - j)) for i, j in corners])


@wrong("15.bilinear", "a pixel weighs 1 minus its distance")
def weights_by_distance(image, row, column):
    four, _, _ = pixels_about(image, row, column)
    return float(nearness(row, column) @ four.ravel())


@wrong("15.bilinear", "made to add up to 1")
def shares_by_distance(image, row, column):
    weights = nearness(row, column)
    return weights_by_distance(image, row, column) / weights.sum()


@wrong("15.bilinear", "near or far, is blank paper")
def one_line_of_paper(image, row, column):
    padded = np.pad(image, 1)
    return sampled(padded, row + 1, column + 1) + 0 * padded[math.floor(row), math.floor(column)]


@wrong("15.warp", "the result is rounded")
def whole_greys(image, matrix):
    return np.round(WARP(image, matrix))


@wrong("15.warp", "is cut off")
def greys_cut_off(image, matrix):
    return np.floor(WARP(image, matrix))


@wrong("15.bilinear_backward", "a difference over a whole pixel")
def whole_step_ahead(image, row, column, dy):
    here = BILINEAR(image, row, column)
    down, right = BILINEAR(image, row + 1, column), BILINEAR(image, row, column + 1)
    return BACKWARD(image, row, column, dy)[0], dy * (down - here), dy * (right - here)


@wrong("15.bilinear_backward", "a centred one, too")
def whole_steps_both_ways(image, row, column, dy):
    dimage, drow, _ = BACKWARD(image, row, column, dy)
    ahead, behind = (BILINEAR(image, row, column + step) for step in (1, -1))
    return dimage, drow, dy * (ahead - behind) / 2


def counts(wrong_a, wrong_b):
    """How many images A alone, B alone and both get wrong, and how many there are."""
    only_a, only_b = np.sum(wrong_a & ~wrong_b), np.sum(wrong_b & ~wrong_a)
    return int(only_a), int(only_b), int(np.sum(wrong_a & wrong_b)), len(wrong_a)


@wrong("15.mcnemar", "it is divided by 2^N")
def ways_of_all_images(wrong_a, wrong_b):
    a, b, _, images = counts(wrong_a, wrong_b)
    ways = sum(math.comb(a + b, k) for k in range(min(a, b) + 1))
    return min(1.0, 2 * ways / 2**images)


@wrong("15.mcnemar", "as many coins fall as there are images that both get wrong")
def coins_that_both_get_wrong(wrong_a, wrong_b):
    a, b, both, _ = counts(wrong_a, wrong_b)
    ways = sum(math.comb(both, k) for k in range(min(a, b) + 1))
    return min(1.0, 2 * ways / 2**both)


def two_sided(difference, variance):
    return math.erfc(abs(difference) / math.sqrt(2 * variance)) if variance else 1.0


@wrong("15.mcnemar", "one share of wrong images is taken for exact")
def share_against_a_share(wrong_a, wrong_b):
    share = wrong_b.mean()
    return two_sided(wrong_a.mean() - share, share * (1 - share) / len(wrong_a))


@wrong("15.mcnemar", "with the deviation of one")
def shares_with_one_deviation(wrong_a, wrong_b):
    share = (wrong_a.mean() + wrong_b.mean()) / 2
    return two_sided(wrong_a.mean() - wrong_b.mean(), share * (1 - share) / len(wrong_a))


@wrong("15.mcnemar", "the mean of the differences is held")
def mean_over_its_deviation(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    return two_sided(each.mean(), each.var() / len(each))


@wrong("15.difference", "the sign is lost")
def size_of_the_difference(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    return abs(each.mean()), each.std() / math.sqrt(len(each))


@wrong("15.difference", "the mean is taken off the mean of the squares")
def mean_taken_off(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    return each.mean(), math.sqrt(((each**2).mean() - each.mean()) / len(each))


@wrong("15.difference", "The differences are -1, 0 or 1")
def variance_of_a_share(wrong_a, wrong_b):
    each = wrong_a.astype(float) - wrong_b
    share = abs(each.mean())
    return each.mean(), math.sqrt(share * (1 - share) / len(each))


@wrong("15.difference", "as if the differences had no sign")
def variance_of_the_disagreements(wrong_a, wrong_b):
    each, share = wrong_a.astype(float) - wrong_b, np.mean(wrong_a != wrong_b)
    return each.mean(), math.sqrt(share * (1 - share) / len(each))


@wrong("15.over_seeds", "the sum is divided by S - 1")
def mean_over_one_less(errors, reference):
    each = errors - reference
    return each.sum() / (len(each) - 1), each.std(ddof=1) / math.sqrt(len(each))


@wrong("15.over_seeds", "half of the way from the smallest to the largest")
def half_of_the_range(errors, reference):
    each = errors - reference
    return each.mean(), np.ptp(each) / 2


@wrong("15.over_seeds", "this is the way from the smallest to the largest")
def the_range(errors, reference):
    each = errors - reference
    return each.mean(), np.ptp(each)


@wrong("15.bilinear", "raises no IndexError")
def zero_at_an_index_error(image, row, column):
    i, j = int(np.floor(row)), int(np.floor(column))
    ink = 0.0
    for u, v in np.ndindex(2, 2):
        weight = (1 - abs(row - i - u)) * (1 - abs(column - j - v))
        with suppress(IndexError):
            ink += weight * image[i + u, j + v]
    return ink
