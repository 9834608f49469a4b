"""The paper's brightness is found under ink, light and shadow."""

import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.pictures.paper import ink_is_dark, paper_and_ink, paper_under_dark_ink
from tests.drawn_pictures import BLACK, WHITE, add_noise, blur, cast_shadow, draw, shade

Image8 = npt.NDArray[np.uint8]
Grey = npt.NDArray[np.float32]
PENS = [0.02, 0.08, 0.2]


def blank(value: float = 0.8, size: tuple[int, int] = (200, 180)) -> npt.NDArray[np.float32]:
    return np.full((*size, 3), value, np.float32)


def grey_draw(digit: Image8, height: float = 0.6, pen: float = 0.08) -> Grey:
    return draw(digit, (200, 180), height, pen)[:, :, 0]


@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize("height", [0.4, 0.9])
def test_polarity_is_told(height: float, pen: float, digits: Image8) -> None:
    for digit in digits:
        grey = 0.2 + 0.6 * grey_draw(digit, height, pen)
        assert ink_is_dark(grey)
        assert not ink_is_dark(1 - grey)


def test_polarity_is_told_in_shadows(digits: Image8) -> None:
    rng = np.random.default_rng(1)
    for digit in digits:
        for paper, ink in ((0.8, 0.2), (0.3, 0.7)):
            sheet = draw(digit, (200, 180), paper=(paper,) * 3, ink=(ink,) * 3)
            grey = cast_shadow(shade(sheet, rng, 0.4), rng, 0.4)[:, :, 0]
            assert ink_is_dark(grey) == (paper > ink)


def test_a_lamp_s_light_does_not_vote(digits: Image8) -> None:
    """Most of the paper is darker than the bright spot in it, but it has no strong contrast."""
    y, x = np.mgrid[:200, :180] / np.float32(200)
    light = 0.4 + 0.4 * np.exp(-((y - 0.3) ** 2 + (x - 0.3) ** 2) / 0.05)
    for digit in digits:
        lines = draw(digit, (200, 180), 0.4, 0.03, (0.6, 0.6))[:, :, 0]
        grey = (light * (0.1 + 0.9 * lines)).astype(np.float32)
        assert ink_is_dark(grey)
        assert not ink_is_dark(1 - grey)


def test_the_frame_is_paper_where_most_of_the_picture_is_ink() -> None:
    """A very bold 8 in a tight crop: two thirds of the pixels are ink."""
    grey = np.ones((120, 100), np.float32)
    grey[8:-8, 8:-8] = 0
    grey[30:50, 40:60] = grey[70:90, 40:60] = 1
    assert grey.mean() < 0.4
    assert ink_is_dark(grey)
    assert not ink_is_dark(1 - grey)


def test_the_rest_of_the_picture_is_heard_where_ink_lies_at_the_frame(digits: Image8) -> None:
    """The dark edges of a scan are most of the frame, but little of the picture."""
    for digit in digits:
        grey = grey_draw(digit)
        grey[:10], grey[-10:], grey[:, :10], grey[:, -10:] = 0, 0, 0, 0
        assert ink_is_dark(grey)
        assert not ink_is_dark(1 - grey)


@pytest.mark.parametrize("pen", PENS)
def test_the_paper_is_found_under_the_ink(pen: float, digits: Image8) -> None:
    rng = np.random.default_rng(2)
    for digit in digits:
        light = shade(blank(), rng, 0.5)[:, :, 0]
        paper = paper_under_dark_ink(light * (0.2 + 0.8 * grey_draw(digit, pen=pen)))
        assert paper.shape == light.shape
        assert np.abs(paper - light).max() < 0.1
        assert np.abs(paper - light).mean() < 0.01


def test_a_shadow_is_paper_beside_the_ink(digits: Image8) -> None:
    rng = np.random.default_rng(3)
    for digit in digits:
        light = blur(cast_shadow(blank(), rng, 0.4), 0.01)[:, :, 0]
        paper = paper_under_dark_ink(light * (0.2 + 0.8 * grey_draw(digit)))
        assert np.quantile(np.abs(paper - light), 0.99) < 0.12


def test_a_soft_cloud_has_no_sharp_edge_and_is_paper() -> None:
    """A closing would take a tenth of the brightness for ink."""
    y, x = np.mgrid[:160, :160] / np.float32(160) - np.float32(0.5)
    light = (0.8 - 0.4 * np.exp(-(x**2 + y**2) / 0.4)).astype(np.float32)
    assert np.abs(paper_under_dark_ink(light) - light).max() < 0.1


def test_noise_does_not_make_the_paper_brighter(digits: Image8) -> None:
    rng = np.random.default_rng(4)
    for digit in digits[:5]:
        grey = add_noise(0.2 + 0.5 * draw(digit, (120, 110)), rng, 0.05)[:, :, 0]
        assert np.median(paper_under_dark_ink(grey)) == pytest.approx(0.7, abs=0.008)


def test_a_marker_in_a_tight_crop_is_not_paper(digits: Image8) -> None:
    """Its strokes are wider than the narrow windows, and wider still where they meet."""
    for digit in digits:
        grey = draw(digit, (200, 200), 0.9, 0.25)[:, :, 0]
        assert paper_under_dark_ink(grey).min() > 0.88


def test_a_tiny_picture_is_all_paper_but_for_the_ink(digits: Image8) -> None:
    for digit in digits:
        grey = 1 - digit / np.float32(255)
        assert paper_under_dark_ink(grey).min() > 0.9


def test_ink_is_positive_on_paper_and_board_alike(digits: Image8) -> None:
    rng = np.random.default_rng(5)
    for digit in digits:
        for paper, ink in ((0.8, 0.3), (0.2, 0.7)):
            sheet = draw(digit, (160, 150), paper=(paper,) * 3, ink=(ink,) * 3)
            where = draw(digit, (160, 150))[:, :, 0] < 0.5
            found, departure = paper_and_ink(add_noise(sheet, rng, 0.02)[:, :, 0])
            assert np.median(found) == pytest.approx(paper, abs=0.01)
            assert np.median(departure[where]) == pytest.approx(0.5, abs=0.05)
            assert np.median(departure[~where]) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("value", [BLACK[0], 0.5, WHITE[0]])
def test_one_colour_is_paper(value: float) -> None:
    paper, ink = paper_and_ink(np.full((50, 70), value, np.float32))
    np.testing.assert_allclose(paper, value, atol=1e-6)
    np.testing.assert_allclose(ink, 0, atol=1e-6)
