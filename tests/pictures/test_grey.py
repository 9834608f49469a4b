"""Ink of any colour stands out in the grey values."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.pictures.grey import ink_channel
from tests.drawn_pictures import BLACK, WHITE, Colour, Sheet, add_noise, as_bytes, draw

Image8 = npt.NDArray[np.uint8]
GREY, RED = (115 / 255, 115 / 255, 115 / 255), (204 / 255, 77 / 255, 77 / 255)


def luminance(sheet: Sheet) -> npt.NDArray[np.uint8]:
    return cv2.cvtColor(as_bytes(sheet), cv2.COLOR_RGB2GRAY).astype(np.uint8)


def contrast(grey: npt.NDArray[np.float32], ink: npt.NDArray[np.bool_]) -> float:
    """How much brighter the ink is than the paper."""
    return float(np.median(grey[ink]) - np.median(grey[~ink]))


def test_red_of_the_paper_s_own_luminance_stands_out(digits: Image8) -> None:
    for digit in digits:
        sheet = draw(digit, (150, 120), paper=GREY, ink=RED)
        assert np.ptp(luminance(sheet)) <= 1  # usual grey values do not show it
        ink = draw(digit, (150, 120))[:, :, 0] < 0.5
        assert abs(contrast(ink_channel(sheet), ink)) > 0.2


@pytest.mark.parametrize(
    ("paper", "ink", "least"),
    [
        (WHITE, BLACK, -1.0),
        (BLACK, WHITE, 1.0),
        (WHITE, (1, 0.95, 0.3), -0.5),
        ((0.13, 0.28, 0.2), (0.95, 0.9, 0.5), 0.6),
        ((0.9, 0.88, 0.8), (0.1, 0.2, 0.7), -0.4),
    ],
)
def test_ink_keeps_its_side_and_its_contrast(
    paper: Colour, ink: Colour, least: float, digits: Image8
) -> None:
    """At least that of the colour channel in which they differ most, nearly."""
    where = draw(digits[8], (150, 120))[:, :, 0] < 0.5
    grey = ink_channel(draw(digits[8], (150, 120), paper=paper, ink=ink))
    assert contrast(grey, where) * np.sign(least) > 0.95 * abs(least)
    assert 0 <= grey.min() <= grey.max() <= 1


def test_grey_pictures_keep_their_values() -> None:
    values = np.random.default_rng(0).random((60, 80)).astype(np.float32)
    grey = ink_channel(np.repeat(values[:, :, None], 3, axis=2))
    assert grey.dtype == np.float32
    np.testing.assert_allclose(grey, values, atol=1e-5)


def test_coloured_noise_does_not_choose_the_direction(digits: Image8) -> None:
    """Blue lines on grey; the noise is red, and has more variance in all, but no strong pixels."""
    rng = np.random.default_rng(0)
    sheet = draw(digits[2], (120, 120), 0.5, 0.03, paper=(0.5, 0.5, 0.5), ink=(0.5, 0.5, 1))
    ink = sheet[:, :, 2] > 0.9
    sheet[:, :, 0] = add_noise(sheet, rng, 0.12)[:, :, 0]
    share = ink.mean() * 0.25, sheet[:, :, 0].var()
    assert share[0] < share[1]
    assert contrast(ink_channel(sheet), ink) > 0.3


def test_a_shadow_of_another_colour_does_not_choose_the_direction(digits: Image8) -> None:
    """Red light falls off from left to right by more than the ink's contrast."""
    sheet = draw(digits[5], (140, 140), paper=(0.8, 0.6, 0.6), ink=(0.8, 0.6, 0.4))
    ink = sheet[:, :, 2] < 0.5
    sheet[:, :, 0] *= np.linspace(1, 0.3, 140, dtype=np.float32)
    grey = ink_channel(sheet)
    beside = [contrast(grey[:, half], ink[:, half]) for half in (slice(70), slice(70, 140))]
    assert max(beside) < -0.15


def test_one_colour_gives_one_grey_value() -> None:
    sheet = np.empty((20, 30, 3), np.float32)
    sheet[:] = RED
    assert np.ptp(ink_channel(sheet)) < 1e-6
