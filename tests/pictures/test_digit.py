"""Which strokes are the digit: all its pieces, and nothing else."""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.pictures.digit import Problem, choose_character, choose_digit
from tests.drawn_pictures import draw

Image8 = npt.NDArray[np.uint8]
Ink = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Box = tuple[int, int, int, int]  # top, left, bottom, right


def boxes(shape: tuple[int, int], *parts: Box) -> Ink:
    """Solid pieces of ink."""
    ink = np.zeros(shape, np.float32)
    for top, left, bottom, right in parts:
        ink[top:bottom, left:right] = 1
    return ink


def chosen(ink: Ink) -> tuple[Mask, Problem | None]:
    return choose_digit(ink, ink > 0.3)


def assert_digit(ink: Ink, parts: Iterable[Box], problem: Problem | None = None) -> None:
    digit, found = chosen(ink)
    np.testing.assert_array_equal(digit, boxes((ink.shape[0], ink.shape[1]), *parts) > 0)
    assert found == problem


STEM = (50, 90, 150, 100)  # 100 high, 10 wide: a mass of 1,000


def test_no_strokes_are_nothing_drawn() -> None:
    digit, problem = chosen(np.zeros((90, 80), np.float32))
    assert problem == "nothing drawn"
    assert not digit.any()


def test_every_stroke_of_one_piece_is_the_digit(digits: Image8) -> None:
    for digit in digits:
        ink = 1 - draw(digit, (200, 180))[:, :, 0]
        mask, problem = chosen(ink)
        assert problem is None
        assert mask.sum() > 0.97 * (ink > 0.3).sum()


@pytest.mark.parametrize(
    ("bar", "belongs"),
    [
        ((35, 95, 40, 115), True),  # 10 above
        ((30, 95, 35, 115), True),  # 15 above
        ((12, 95, 17, 115), False),  # 33 above
        ((50, 110, 55, 130), True),  # 10 beside
        ((50, 135, 55, 155), False),  # 35 beside
        ((160, 60, 165, 80), True),  # below
    ],
)
def test_a_small_piece_belongs_to_the_digit_if_it_is_near(bar: Box, belongs: bool) -> None:
    """It has a tenth of the stem's ink, as the bar of a 5 may have."""
    assert_digit(boxes((200, 200), STEM, bar), [STEM, bar] if belongs else [STEM])


@pytest.mark.parametrize("side", [1, 2, 5])
def test_a_speck_is_dust_however_near(side: int) -> None:
    dust = (52, 104, 52 + side, 104 + side)
    assert_digit(boxes((200, 200), STEM, dust), [STEM])


def test_a_speck_is_measured_by_its_ink_and_not_its_size() -> None:
    ink = boxes((200, 200), STEM)
    ink[52:60, 104:108] = 0.5  # 16 of 1,000; its 32 pixels would do
    digit, _ = chosen(ink)
    assert not digit[:, 104:].any()


@pytest.mark.parametrize(("gap", "belongs"), [(4, True), (7, True), (12, False)])
def test_a_broken_stroke_is_one_digit_and_two_tall_pieces_are_two(gap: int, belongs: bool) -> None:
    """Each half is tall: the gap may have 0.08 of the height of both."""
    upper, lower = (50, 90, 98, 100), (98 + gap, 90, 140 + gap, 100)
    ink = boxes((200, 200), upper, lower)
    if belongs:
        assert_digit(ink, [upper, lower])
    else:
        assert_digit(ink, [upper], "more than one digit")


def test_pieces_that_are_near_only_to_one_another_belong() -> None:
    first, second, third = (52, 112, 57, 132), (52, 144, 57, 164), (52, 176, 57, 194)
    assert_digit(boxes((200, 250), STEM, first, second, third), [STEM, first, second, third])


def test_two_digits_are_more_than_one(digits: Image8) -> None:
    for left, right in zip(digits, np.roll(digits, 1, axis=0), strict=True):
        sheet = np.minimum(
            draw(left, (200, 300), 0.5, centre=(0.5, 0.3)),
            draw(right, (200, 300), 0.5, centre=(0.5, 0.7)),
        )
        assert chosen(1 - sheet[:, :, 0])[1] == "more than one digit"


@pytest.mark.parametrize(("height", "problem"), [(45, None), (55, "more than one digit")])
def test_another_digit_has_half_the_height_at_least(height: int, problem: Problem | None) -> None:
    other = (50, 140, 50 + height, 150)
    assert_digit(boxes((200, 200), STEM, other), [STEM], problem)


@pytest.mark.parametrize("turn", range(4))
def test_a_neighbour_that_the_frame_cuts_off_is_left_out(turn: int) -> None:
    """Although it has more ink than the digit."""
    ink = np.rot90(boxes((200, 200), STEM, (40, 160, 160, 200)), turn)
    digit, problem = chosen(np.ascontiguousarray(ink))
    assert problem is None
    np.testing.assert_array_equal(digit, np.rot90(boxes((200, 200), STEM), turn) > 0)


def test_a_digit_that_touches_the_frame_is_still_the_digit() -> None:
    stem, dot = (0, 90, 150, 100), (50, 120, 60, 130)
    assert_digit(boxes((200, 200), stem), [stem])
    assert_digit(boxes((200, 200), stem, dot), [stem, dot])


def test_in_a_tiny_picture_all_pieces_are_near_and_none_is_cut_off() -> None:
    stem, dot = (0, 4, 26, 7), (2, 20, 6, 23)
    assert_digit(boxes((28, 28), stem, dot), [stem, dot])


def test_lines_that_touch_at_a_corner_are_one_piece() -> None:
    ink = np.zeros((100, 100), np.float32)
    cv2.line(ink, (30, 20), (70, 80), 1.0, 1, cv2.LINE_8)
    digit, problem = chosen(ink)
    assert problem is None
    assert digit.sum() == (ink > 0).sum()


def test_a_character_keeps_its_dots_and_loses_dust() -> None:
    """Wherever they lie: far away, tall beside it, or at the frame."""
    stem, dot, tall = (40, 90, 190, 110), (0, 95, 6, 105), (60, 150, 180, 160)
    dust = (100, 20, 103, 25)
    ink = boxes((200, 200), stem, dot, tall, dust)
    chosen_, problem = choose_character(ink, ink > 0)
    assert problem is None
    np.testing.assert_array_equal(chosen_, boxes((200, 200), stem, dot, tall) > 0)
    _, problem = choose_character(0 * ink, ink > 1)
    assert problem == "nothing drawn"
