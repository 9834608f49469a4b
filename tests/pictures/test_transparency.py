"""Whatever is transparent, the ink can be seen."""

import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.pictures.transparency import on_visible_background
from tests.drawn_pictures import BLACK, WHITE, Colour, draw

Image8 = npt.NDArray[np.uint8]
Rgba = npt.NDArray[np.float32]
RED = (0.8, 0.1, 0.1)


def with_alpha(colour: npt.NDArray[np.float32], alpha: npt.NDArray[np.float32]) -> Rgba:
    return np.concatenate([colour, alpha[:, :, None]], axis=2).astype(np.float32)


@pytest.mark.parametrize("ink", [BLACK, WHITE, RED])
@pytest.mark.parametrize("pen", [0.03, 0.1, 0.2])
def test_opaque_ink_is_black_on_white_whatever_its_colour(
    ink: Colour, pen: float, digits: Image8
) -> None:
    for digit in digits:
        black = draw(digit, (90, 80), pen=pen)
        colour = np.ones_like(black) * np.array(ink, np.float32)
        rgb = on_visible_background(with_alpha(colour, 1 - black[:, :, 0]))
        assert rgb.dtype == np.float32
        np.testing.assert_allclose(rgb, black, atol=1e-6)


@pytest.mark.parametrize(("paper", "ink"), [(WHITE, BLACK), (BLACK, WHITE), ((0.9, 0.9, 0.7), RED)])
def test_a_sheet_continues_in_its_own_colour(paper: Colour, ink: Colour, digits: Image8) -> None:
    """Also where it is half transparent."""
    sheet = draw(digits[5], (90, 80), paper=paper, ink=ink)
    larger, alpha = np.zeros((130, 120, 3), np.float32), np.zeros((130, 120), np.float32)
    larger[20:110, 20:100], alpha[20:110, 20:100] = sheet, 1
    larger[18:20, 20:100], alpha[18:20, 20:100] = paper, 0.5
    expected = np.empty_like(larger)
    expected[:] = paper
    expected[20:110, 20:100] = sheet
    rgb = on_visible_background(with_alpha(larger, alpha))
    np.testing.assert_allclose(rgb, expected, atol=1e-6)


def test_an_upright_1_fills_its_box_and_is_still_ink() -> None:
    alpha = np.zeros((60, 40), np.float32)
    alpha[10:50, 18:23] = 1
    rgb = on_visible_background(with_alpha(np.ones((60, 40, 3), np.float32), alpha))
    np.testing.assert_array_equal(rgb[:, :, 0], 1 - alpha)


def test_ink_of_two_colours_is_no_sheet(digits: Image8) -> None:
    black = draw(digits[0], (90, 80), pen=0.15)
    colour = np.zeros_like(black)
    colour[:45] = RED
    rgb = on_visible_background(with_alpha(colour, 1 - black[:, :, 0]))
    np.testing.assert_allclose(rgb, black, atol=1e-6)


def test_an_opaque_picture_stays_as_it_is(digits: Image8) -> None:
    sheet = draw(digits[4], (50, 60), paper=RED, ink=WHITE)
    rgba = with_alpha(sheet, np.ones((50, 60), np.float32))
    np.testing.assert_array_equal(on_visible_background(rgba), sheet)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_nothing_opaque_is_no_sheet(alpha: float) -> None:
    rgba = np.full((9, 8, 4), alpha, np.float32)
    np.testing.assert_array_equal(on_visible_background(rgba), np.full((9, 8, 3), 1 - alpha))
