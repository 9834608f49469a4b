"""Circles, lines, shadows, desks and crops do not hide a digit; each stage has its own pictures."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.digit import has_edge
from mnist_app.pictures.marks import (
    filled_outline,
    inside_outline,
    without_line,
    without_lines_below,
)
from mnist_app.pictures.note import find_note
from mnist_app.pictures.place import in_picture
from mnist_app.pictures.strokes import without_frame
from mnist_app.reading.classifier import Classifier, load_classifier
from mnist_app.reading.predict import Answer, read_picture
from tests.drawn_pictures import Sheet, draw
from tests.pictures.desk import KINDS, Image8

MNIST = load_mnist()


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier()


def read(classifier: Classifier, picture: npt.NDArray[np.floating]) -> Answer:
    return read_picture(classifier, picture.astype(np.float32), "")


def cases(name: str) -> list[tuple[Image8, int]]:
    """The first test digits, as desk.py draws them."""
    rng = np.random.default_rng([0, list(KINDS).index(name)])
    return [
        (KINDS[name](MNIST.test_images[place], rng), int(MNIST.test_labels[place]))
        for place in range(6)
    ]


@pytest.mark.parametrize("name", [name for name in KINDS if name != "struck"])
def test_a_digit_on_a_desk_is_read(name: str, classifier: Classifier) -> None:
    for picture, label in cases(name):
        answer = read(classifier, picture / 255)
        assert (answer.problem, answer.digit) == (None, label)


def test_a_digit_that_is_struck_out_is_read_or_refused(classifier: Classifier) -> None:
    answers = [(read(classifier, picture / 255), label) for picture, label in cases("struck")]
    wrong = [one for one, label in answers if one.problem is None and one.digit != label]
    assert not wrong


def scratched(digit: int, **how: float) -> Sheet:
    """A clear digit."""
    places = {0: 3, 1: 2, 2: 1, 4: 4, 7: 0}
    return draw(MNIST.test_images[places[digit]], (200, 200), how.get("height", 0.6), 0.1)


@pytest.mark.parametrize("digit", [1, 4, 7])
def test_a_long_stem_in_a_tight_crop_is_not_ruling(digit: int, classifier: Classifier) -> None:
    sheet = scratched(digit, height=0.95)
    rows, columns = np.nonzero(sheet[:, :, 0] < 0.5)
    crop = sheet[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    answer = read(classifier, np.pad(crop, ((2, 2), (2, 2), (0, 0)), constant_values=1))
    assert (answer.problem, answer.digit) == (None, digit)


@pytest.mark.parametrize("digit", [0, 2, 7])
def test_faint_ink_beside_dark_stripes_of_a_desk(digit: int, classifier: Classifier) -> None:
    sheet = 0.9 - 0.1 * (1 - scratched(digit))
    sheet[:, :18] = 0.15
    sheet[:11, :60] = 0.1
    answer = read(classifier, sheet)
    assert (answer.problem, answer.digit) == (None, digit)


def test_what_stands_inside_a_ring_is_found_and_an_8_has_nothing_inside() -> None:
    ring = np.zeros((200, 200), np.uint8)
    cv2.circle(ring, (100, 100), 80, 1, 6)
    eight = np.zeros((200, 200), np.uint8)
    cv2.circle(eight, (100, 65), 32, 1, 9)
    cv2.circle(eight, (100, 130), 36, 1, 9)
    for strokes in (ring > 0, eight > 0):
        assert inside_outline(strokes.astype(np.float32), strokes) is None
    stem = np.zeros((200, 200), bool)
    stem[60:140, 96:104] = True
    strokes = (ring > 0) | stem
    inside = inside_outline(strokes.astype(np.float32), strokes)
    assert inside is not None
    np.testing.assert_array_equal(inside, stem)


def test_lines_below_are_taken_away_and_the_bars_of_digits_are_not() -> None:
    stem, line = np.zeros((200, 200), bool), np.zeros((200, 200), bool)
    stem[40:140, 90:100] = True
    line[160:166, 30:170] = True
    dashes = line.copy()
    dashes[:, 40::20] = dashes[:, 41::20] = dashes[:, 42::20] = False
    for lines in (line, line | np.roll(line, 14, axis=0), dashes, np.roll(line, 60, axis=1)):
        rest = without_lines_below(stem | lines)
        assert rest is not None
        np.testing.assert_array_equal(rest, stem)
    assert without_lines_below(stem | np.roll(line, -22, axis=0)) is None  # it touches the stem
    assert without_lines_below(stem | np.roll(line, -130, axis=0)) is None  # it lies above
    foot = np.zeros((200, 200), bool)
    foot[142:148, 92:130] = True  # of a 2, perhaps: it is near, and sticks out on one side alone
    assert without_lines_below(stem | foot) is None
    zero = cv2.circle(np.zeros((200, 200), np.uint8), (100, 100), 50, 1, 8) > 0
    through = np.zeros((200, 200), bool)
    for left in (10, 85, 160):
        through[112:118, left : left + 30] = True
    assert without_lines_below(zero | through) is None
    for digit in (2, 4, 7):
        strokes = scratched(digit)[:, :, 0] < 0.5
        assert without_lines_below(strokes) is None
        assert without_line(strokes) is None


def test_a_line_that_touches_is_below_the_strokes_or_across_them() -> None:
    stem, line = np.zeros((200, 200), bool), np.zeros((200, 200), bool)
    stem[40:140, 90:100] = True
    line[138:144, 30:170] = True
    found = without_line(stem | line)
    assert found is not None
    rest, is_below = found
    assert is_below
    assert rest[:138].sum() == stem[:138].sum()
    assert rest[138:144, 85:105].any()  # the stem's own end
    assert not rest[:, :80].any()
    assert not rest[:, 110:].any()
    found = without_line(stem | np.roll(line, -40, axis=0))
    assert found is not None
    rest, is_below = found
    assert not is_below
    np.testing.assert_array_equal(rest, stem)


@pytest.mark.parametrize("noise", [0, 0.7])
def test_pencil_of_few_grey_levels_is_read_on_clean_paper(
    noise: float, classifier: Classifier
) -> None:
    rng = np.random.default_rng(0)
    for ink, digits in ((5 / 255, (0, 2, 4, 7)), (0, (0,))):
        for digit in digits:
            sheet = 0.95 - ink * (1 - scratched(digit)) + rng.normal(0, noise / 255, (200, 200, 1))
            answer = read(classifier, np.round(sheet * 255) / 255)
            if ink:
                assert (answer.problem, answer.digit) == (None, digit)
            else:
                assert answer.problem == "nothing drawn"


def test_an_outline_is_filled_and_a_ring_is_none() -> None:
    sheet = np.zeros((200, 200), np.uint8)
    for pen, ink in ((30, 1), (22, 0)):  # a 6
        cv2.line(sheet, (110, 30), (72, 120), ink, pen)
        cv2.circle(sheet, (100, 130), 30, ink, pen)
    outlined = sheet > 0
    filled = filled_outline(outlined.astype(np.float32), outlined)
    assert filled is not None
    assert filled[130, 70]  # within the stroke
    assert not filled[130, 100]  # the hole
    for axes in ((40, 40), (80, 80), (70, 25)):  # the last is a leaning 0
        drawn = cv2.ellipse(np.zeros((200, 200), np.uint8), (100, 100), axes, -45, 0, 360, 1, 8)
        ring = drawn > 0
        assert filled_outline(ring.astype(np.float32), ring) is None


def test_the_loops_of_a_narrow_8_are_no_outline() -> None:
    sheet = np.zeros((300, 200), np.uint8)
    for centre in ((100, 90), (90, 210)):
        cv2.ellipse(sheet, centre, (60, 24), -80, 0, 360, 1, 6)
    eight = sheet > 0
    assert filled_outline(eight.astype(np.float32), eight) is None


@pytest.mark.parametrize("pen", [18, 30])
def test_an_outlined_flag_that_runs_into_its_stem_is_filled(pen: int) -> None:
    sheet = np.zeros((200, 200), np.uint8)
    for thick, ink in ((pen, 1), (pen - 8, 0)):
        for lines in (((60, 100), (115, 30)), ((115, 30), (110, 170))):
            cv2.line(sheet, *lines, ink, thick)
    outlined = sheet > 0
    filled = filled_outline(outlined.astype(np.float32), outlined)
    assert filled is not None
    assert filled[100, 112]


def test_the_edges_of_a_sheet_are_no_digit_and_hide_none(classifier: Classifier) -> None:
    blank = np.full((200, 160, 3), 0.9, np.float32)
    y, x = np.mgrid[:200, :160]
    leaning = (x < 9 - y / 25)[:, :, np.newaxis]
    faint = blank - 0.12 * (1 - draw(MNIST.test_images[0], (200, 160), 0.4, 0.08))
    for sheet, digit in ((blank, None), (faint, 7)):
        edged = np.where(leaning, np.float32(0.15), sheet)
        answer = read(classifier, cv2.GaussianBlur(edged, (0, 0), 1).astype(np.float32))
        assert answer.problem == ("nothing drawn" if digit is None else None)
        assert answer.digit == digit or digit is None


@pytest.mark.parametrize(("place", "digit"), [(0, 7), (3, 0)])
def test_a_dark_wedge_at_the_frame_is_no_1(classifier: Classifier, place: int, digit: int) -> None:
    """As the open lid of a scanner leaves it: broader than an edge, and darker than the pen."""
    sheet = 0.9 - 0.25 * (1 - draw(MNIST.test_images[place], (200, 160), 0.4, 0.08))
    y, x = np.mgrid[:200, :160]
    wedge = (x < 24 * (1 - y / 200))[:, :, np.newaxis]
    blurred = cv2.GaussianBlur(np.where(wedge, np.float32(0.15), sheet), (0, 0), 1)
    answer = read(classifier, blurred.astype(np.float32))
    assert (answer.problem, answer.digit) == (None, digit)


def test_a_piece_near_the_frame() -> None:
    strokes = np.zeros((100, 100), bool)
    strokes[30:70, 40:60] = True
    assert not has_edge(strokes)
    strokes[20:80, 3:8] = True
    assert has_edge(strokes)
    strokes[50, 3:60] = True  # it reaches inside
    assert not has_edge(strokes)


def test_ink_at_the_frame_is_left_out() -> None:
    ink = np.zeros((100, 100), np.float32)
    ink[40:60, 40:60] = 0.3
    assert without_frame(ink) is None
    edged = ink.copy()
    edged[:, :7] = 0.9
    inner = without_frame(edged)
    assert inner is not None
    np.testing.assert_array_equal(inner, ink)


@pytest.mark.parametrize("degrees", [-30, -12, 12, 30])
def test_a_note_is_turned_upright_and_its_place_is_known(degrees: float) -> None:
    note = np.full((120, 160, 3), 0.9, np.float32)
    note[20:40, 100:130] = 0.1  # in the upper right
    turn = cv2.getRotationMatrix2D((80, 60), degrees, 1)
    turn = np.column_stack([turn[:, :2], turn[:, 2] + [70, 90]])
    desk = cv2.warpAffine(note, turn, (300, 300), borderValue=(0.2, 0.2, 0.2))
    found = find_note(desk.astype(np.float32))
    assert found is not None
    upright, place = found
    height, width = upright.shape[:2]
    assert width / height == pytest.approx(160 / 120, abs=0.08)
    rows, columns = np.nonzero(upright[:, :, 0] < 0.5)
    assert rows.mean() / height == pytest.approx(30 / 120, abs=0.04)
    assert columns.mean() / width == pytest.approx(115 / 160, abs=0.04)
    left, top, right, bottom = in_picture(
        (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1), place
    )
    x, y = turn @ [115, 30, 1] / 300
    assert left < x < right
    assert top < y < bottom
