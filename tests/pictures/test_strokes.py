"""Strokes stay; noise, smudges, ruling and the edges of a scan go."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.pictures.strokes import find_ruling, find_strokes, without_scan_edges
from tests.drawn_pictures import draw

Image8 = npt.NDArray[np.uint8]
Ink = npt.NDArray[np.float32]


def ink_of(digit: Image8, size: tuple[int, int] = (200, 180), pen: float = 0.1) -> Ink:
    """How far a drawn digit departs from its paper."""
    return 1 - draw(digit, size, pen=pen)[:, :, 0]


def noisy(ink: Ink, rng: np.random.Generator, amount: float) -> Ink:
    return ink + rng.normal(0, amount, ink.shape).astype(np.float32)


def overlap(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> float:
    return float((first & second).sum() / (first | second).sum())


@pytest.mark.parametrize("level", [0.04, 0.3, 1.0])
def test_strokes_are_found_at_any_level(level: float, digits: Image8) -> None:
    for digit in digits:
        clean = ink_of(digit)
        ink, strokes, _ = find_strokes(level * clean)
        assert overlap(strokes, clean > 0.35) > 0.9
        assert np.median(ink[strokes]) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("level", [0.0, 0.01, 0.02])
def test_what_is_too_faint_for_the_eye_is_no_ink(level: float, digits: Image8) -> None:
    ink, strokes, _ = find_strokes(level * ink_of(digits[3]))
    assert not strokes.any()
    np.testing.assert_array_equal(ink, level * ink_of(digits[3]))


@pytest.mark.parametrize("amount", [0.0, 0.003, 0.02, 0.1])
@pytest.mark.parametrize("size", [(28, 28), (90, 80), (400, 512)])
def test_noise_is_no_ink(size: tuple[int, int], amount: float) -> None:
    rng = np.random.default_rng(0)
    for _ in range(10):
        assert not find_strokes(noisy(np.zeros(size, np.float32), rng, amount))[1].any()


def test_noise_beside_the_ink_is_no_stroke(digits: Image8) -> None:
    rng = np.random.default_rng(1)
    for digit in digits:
        clean = 0.3 * ink_of(digit)
        _, strokes, _ = find_strokes(noisy(clean, rng, 0.04))
        near = cv2.dilate((clean > 0).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        assert not (strokes & ~near).any()
        assert overlap(strokes, clean > 0.1) > 0.8


def test_the_pale_end_of_a_stroke_stays_and_a_pale_smudge_goes() -> None:
    ink = np.zeros((120, 110), np.float32)
    ink[20:60, 40:46] = 1
    ink[60:100, 40:46] = 0.4  # the same stroke, pressed less
    ink[20:40, 70:90] = 0.45  # a smudge of its own
    strokes = find_strokes(ink)[1]
    assert strokes[22:98, 41:45].all()
    assert not strokes[:, 60:].any()


def test_a_weak_smear_beside_a_stroke_is_not_a_part_of_it() -> None:
    ink = np.zeros((120, 110), np.float32)
    ink[20:100, 40:46] = 1
    ink[20:100, 46:70] = 0.2
    assert not find_strokes(ink)[1][:, 48:].any()


# --- the edges of a scan -------------------------------------------------------------------


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("depth", [1, 5, 15])
def test_the_edge_of_a_scan_is_no_ink(turn: int, depth: int, digits: Image8) -> None:
    clean = np.rot90(ink_of(digits[4]), turn)
    edged = clean.copy()
    edged[:depth] = 0.9
    edged[depth] = 0.5  # blurred
    np.testing.assert_array_equal(
        without_scan_edges(np.rot90(edged, -turn)), np.rot90(clean, -turn)
    )
    assert overlap(find_strokes(np.rot90(edged, turn))[1], np.rot90(clean, turn) > 0.35) > 0.9


def test_strokes_at_the_frame_and_thick_bars_are_no_edges() -> None:
    stroke, bar = np.zeros((100, 100), np.float32), np.zeros((100, 100), np.float32)
    stroke[:6, 5:90] = 1  # not along the whole side
    bar[:20] = 1
    for ink in (stroke, bar):
        np.testing.assert_array_equal(without_scan_edges(ink), ink)


# --- ruling --------------------------------------------------------------------------------


def ruled(ink: Ink, rows: list[int], strength: float = 0.4, tilt: float = 0.0) -> Ink:
    """The ink on lines, each two pixels thick, that rise by `tilt` pixels a pixel."""
    lined = ink.copy()
    for row in rows:
        for column in range(ink.shape[1]):
            top = row + round(tilt * (column - ink.shape[1] / 2))
            lined[top : top + 2, column] = np.maximum(lined[top : top + 2, column], strength)
    return lined


def lines_alone(rows: list[int], strength: float = 0.4, tilt: float = 0.0) -> Ink:
    return ruled(np.zeros((200, 180), np.float32), rows, strength, tilt)


@pytest.mark.parametrize("tilt", [0, 0.035, -0.035])
def test_ruling_is_found(tilt: float) -> None:
    ink = lines_alone([40, 80, 120, 160], tilt=tilt)
    np.testing.assert_array_equal(find_ruling(ink, ink > 0.1), ink > 0.1)


def test_a_line_with_gaps_is_found() -> None:
    ink = lines_alone([80])
    ink[:, 60:66] = ink[:, 130:134] = 0
    np.testing.assert_array_equal(find_ruling(ink, ink > 0.1), ink > 0.1)


def test_a_slope_and_a_short_line_are_strokes() -> None:
    slope = lines_alone([80], tilt=0.3)
    short = lines_alone([80])
    short[:, 130:] = 0
    for ink in (slope, short):
        assert not find_ruling(ink, ink > 0.1).any()


def test_squares_leave_the_digit(digits: Image8) -> None:
    for digit in digits:
        clean = ink_of(digit)
        squared = ruled(clean, [25, 75, 125, 175])
        squared = ruled(squared.T.copy(), [20, 70, 120, 170]).T
        assert overlap(find_strokes(squared)[1], clean > 0.35) > 0.85


def test_what_was_taken_is_known(digits: Image8) -> None:
    """Rows, columns and the edge of a scan, and nothing of a digit on bare paper."""
    clean = ink_of(digits[3])
    assert not find_strokes(clean)[2].any()
    squared = ruled(clean, [25])
    squared[:, 20:22] = np.maximum(squared[:, 20:22], 0.4)
    squared[-4:] = 0.9
    _, strokes, lines = find_strokes(squared)
    assert not (strokes & lines).any()
    assert lines[25:27, 40:100].all()
    assert lines[40:100, 20:22].all()
    assert lines[-4:].all()
    assert not find_strokes(squared, has_lines=False)[2].any()


def test_a_stroke_that_crosses_a_line_is_not_cut(digits: Image8) -> None:
    """Also where the line is as dark as the stroke: there is ink above and below."""
    for strength in (0.4, 1.0):
        ink = np.zeros((200, 180), np.float32)
        ink[50:150, 80:92] = 1
        lined = ruled(ink, [100], strength)
        ruling = find_ruling(lined, lined > 0.1)
        assert not ruling[:, 82:90].any()
        assert ruling[100:102, :78].all()


def test_a_dark_stroke_along_a_line_is_a_stroke() -> None:
    """The foot of a 2 written on the line, with nothing below it."""
    ink = np.zeros((200, 180), np.float32)
    ink[100:102, 60:110] = 1
    lined = ruled(ink, [100])
    ruling = find_ruling(lined, lined > 0.1)
    assert not ruling[:, 60:110].any()
    assert ruling[100:102, :58].all()


def test_a_tiny_picture_has_no_ruling_and_no_edge() -> None:
    ink = np.zeros((28, 28), np.float32)
    ink[:2] = ink[13:15] = 1
    np.testing.assert_array_equal(find_strokes(ink)[1], ink > 0)


def test_a_long_stroke_of_a_character_is_no_ruling() -> None:
    """It ends before the picture does; a printed line runs off it on both sides."""
    ink = np.zeros((105, 105), np.float32)
    ink[20:24, 10:30] = ink[10:100, 30:34] = 1
    ruled = ink.copy()
    ruled[90:92] = 0.8
    for picture in (ink, ruled):
        _, strokes, _ = find_strokes(picture, is_digit=False)
        assert strokes[12:88, 31:33].all()
        assert not strokes[90:92, 50:].any()
