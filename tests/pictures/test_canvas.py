"""A photo leaves its canvas; everything that is no photo on a canvas stays as it is."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.pictures.canvas import photo_box
from tests.drawn_pictures import BLACK, WHITE, Colour, Sheet, as_jpeg, blur, cast_shadow, draw

Image8 = npt.NDArray[np.uint8]
PAPER, PEN = (0.8, 0.78, 0.72), (0.15, 0.2, 0.5)


def peel_canvas(picture: Sheet) -> Sheet:
    return picture[photo_box(picture)]


@pytest.fixture
def photo(digits: Image8) -> Sheet:
    """A digit on beige paper, (120, 100, 3)."""
    return draw(digits[3], (120, 100), paper=PAPER, ink=PEN)


def on_canvas(photo: Sheet, top: int, right: int, bottom: int, left: int, colour: Colour) -> Sheet:
    """The photo with margins of the canvas."""
    canvas = np.empty((photo.shape[0] + top + bottom, photo.shape[1] + left + right, 3), np.float32)
    canvas[:] = colour
    canvas[top : top + photo.shape[0], left : left + photo.shape[1]] = photo
    return canvas


def assert_is(peeled: Sheet, photo: Sheet, lost: int = 1) -> None:
    """The photo, but for at most `lost` pixels at each side."""
    rows, columns = (
        round((side - left) / 2)
        for side, left in zip(photo.shape[:2], peeled.shape[:2], strict=True)
    )
    assert 0 <= min(rows, columns) <= max(rows, columns) <= lost
    inner = photo[rows : rows + peeled.shape[0], columns : columns + peeled.shape[1]]
    np.testing.assert_allclose(peeled, inner, atol=0.1)


@pytest.mark.parametrize("colour", [WHITE, BLACK, (0.2, 0.5, 0.9)])
def test_a_photo_is_cut_out_of_its_canvas(colour: Colour, photo: Sheet) -> None:
    assert_is(peel_canvas(on_canvas(photo, 30, 8, 12, 50, colour)), photo)


@pytest.mark.parametrize("margins", [(20, 0, 20, 0), (0, 20, 0, 20), (2, 0, 40, 0), (0, 2, 0, 60)])
def test_two_opposite_margins_suffice(margins: tuple[int, int, int, int], photo: Sheet) -> None:
    assert_is(peel_canvas(on_canvas(photo, *margins, WHITE)), photo)


def test_a_canvas_on_a_canvas_is_peeled_too(photo: Sheet) -> None:
    inner = on_canvas(photo, 20, 25, 15, 30, WHITE)
    assert_is(peel_canvas(on_canvas(inner, 30, 40, 50, 25, BLACK)), photo)


def test_what_jpeg_leaves_on_the_canvas_is_canvas(photo: Sheet) -> None:
    canvas = as_jpeg(on_canvas(photo, 20, 30, 40, 20, WHITE), 60)
    height, width, _ = peel_canvas(canvas).shape
    assert abs(height - 118) <= 2
    assert abs(width - 98) <= 2


def test_a_blurred_edge_is_not_left_on_the_photo(photo: Sheet) -> None:
    peeled = peel_canvas(blur(on_canvas(photo, 20, 30, 40, 20, BLACK), 0.006))
    assert peeled.shape[0] > 110
    rim = [peeled[0], peeled[-1], peeled[:, 0], peeled[:, -1]]
    assert min(side.mean() for side in rim) > 0.6  # half of the paper's brightness is 0.4


def test_a_caption_does_not_hide_the_canvas(photo: Sheet) -> None:
    canvas = on_canvas(photo, 20, 30, 60, 30, WHITE)
    canvas[160:172, 40:90:3] = 0
    assert_is(peel_canvas(canvas), photo)


def unchanged(picture: Sheet) -> bool:
    return np.array_equal(peel_canvas(picture), picture)


def test_a_box_among_much_else_is_not_on_a_canvas(photo: Sheet) -> None:
    """A quarter of what surrounds the box is dark: it is no canvas, and nothing is cut away."""
    desk = on_canvas(photo, 60, 60, 60, 60, WHITE)
    grain = np.ones(desk.shape[:2], bool)
    grain[60:180, 60:160] = False
    grain[:3], grain[-3:], grain[:, :3], grain[:, -3:] = False, False, False, False
    y, x = np.indices(grain.shape)
    desk[grain & ((x + 3 * y) % 4 == 0)] = PAPER
    assert unchanged(desk)


@pytest.mark.parametrize("margins", [(30, 0, 0, 0), (0, 30, 0, 0), (30, 0, 0, 30), (1, 0, 40, 0)])
def test_margins_at_one_side_are_no_canvas(
    margins: tuple[int, int, int, int], photo: Sheet
) -> None:
    assert unchanged(on_canvas(photo, *margins, WHITE))


@pytest.mark.parametrize("pen", [0.03, 0.1, 0.25])
@pytest.mark.parametrize("height", [0.5, 0.9])
def test_a_drawing_stays_as_it_is(pen: float, height: float, digits: Image8) -> None:
    for digit in digits:
        assert unchanged(draw(digit, (150, 130), height, pen, paper=PAPER, ink=PEN))


@pytest.mark.parametrize("thickness", [3, 12])
def test_a_drawn_frame_is_not_the_edge_of_a_photo(thickness: int) -> None:
    sheet = np.ones((160, 160, 3), np.float32)
    cv2.rectangle(sheet, (30, 30), (130, 130), PEN, thickness)
    assert unchanged(sheet)


def test_a_disc_is_not_a_photo() -> None:
    """It fills its box to 79 %, but not the box's edge."""
    sheet = np.ones((160, 160, 3), np.float32)
    cv2.circle(sheet, (80, 80), 50, PEN, -1)
    assert unchanged(sheet)


def test_a_small_box_is_a_blot_and_not_a_photo() -> None:
    sheet = np.ones((160, 160, 3), np.float32)
    sheet[50:105, 60:110] = PEN
    assert unchanged(sheet)


def test_light_and_shadow_are_no_canvas(digits: Image8) -> None:
    rng = np.random.default_rng(0)
    for digit in digits:
        assert unchanged(cast_shadow(draw(digit, paper=PAPER, ink=PEN), rng, 0.45))


def test_a_tiny_picture_and_one_colour_stay_as_they_are(photo: Sheet) -> None:
    tiny = cv2.resize(on_canvas(photo, 30, 30, 30, 30, WHITE), (32, 36)).astype(np.float32)
    assert unchanged(tiny)
    assert unchanged(np.full((90, 80, 3), 0.5, np.float32))
