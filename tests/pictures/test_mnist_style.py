"""The digit is drawn as MNIST draws digits, and what cannot be a digit is told."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.mnist_style import draw_like_mnist, looks_drawn, stroke_width
from tests.drawn_pictures import draw

Image8 = npt.NDArray[np.uint8]


def drawn(digit: Image8, size: tuple[int, int] = (240, 200), pen: float = 0.1) -> Image8:
    ink = 1 - draw(digit, size, pen=pen)[:, :, 0]
    return draw_like_mnist(ink, ink > 0.3)


def box(image: Image8) -> tuple[int, int]:
    rows, columns = np.nonzero(image > 64)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def width(image: Image8) -> float:
    """Of the strokes, in pixels of the image."""
    fine = cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    return stroke_width((fine / np.float32(255)).astype(np.float32)) / 4


@pytest.mark.parametrize("size", [(60, 50), (240, 200), (300, 512)])
@pytest.mark.parametrize("pen", [0.02, 0.1, 0.25])
def test_the_box_has_20_pixels_and_the_mass_its_centre_at_14(
    pen: float, size: tuple[int, int], digits: Image8
) -> None:
    for digit in digits:
        image = drawn(digit, size, pen)
        assert image.shape == (28, 28)
        assert image.dtype == np.uint8
        assert 19 <= max(box(image)) <= 20
        assert image.max() > 240
        weights = image / image.sum()
        assert abs((weights.sum(axis=1) * np.arange(28)).sum() - 14) <= 0.51
        assert abs((weights.sum(axis=0) * np.arange(28)).sum() - 14) <= 0.51


def test_aspect_is_kept(digits: Image8) -> None:
    for digit in digits:
        (height, across), (was_height, was_across) = box(drawn(digit)), box(digit)
        assert across / height == pytest.approx(was_across / was_height, abs=0.2)


@pytest.mark.parametrize(("pen", "least", "most"), [(0.01, 2, 3), (0.15, 2.5, 4), (0.35, 3.7, 5.2)])
def test_strokes_come_to_a_usual_width(
    pen: float, least: float, most: float, digits: Image8
) -> None:
    """A pen of 0.15 has 3 pixels of 20 and keeps them; the others are mended."""
    assert least < width(drawn(digits[7], (512, 512), pen)) < most
    assert least < width(drawn(digits[1], (512, 512), pen)) < most


def test_only_the_digit_s_own_ink_is_drawn() -> None:
    ink = np.zeros((120, 120), np.float32)
    ink[30:90, 50:58] = 1
    alone = draw_like_mnist(ink, ink > 0.3)
    digit = ink > 0.3
    ink[30:90, 80:90] = 1
    np.testing.assert_array_equal(draw_like_mnist(ink, digit), alone)


def test_without_a_digit_the_image_is_empty() -> None:
    image = draw_like_mnist(np.ones((50, 60), np.float32), np.zeros((50, 60), bool))
    np.testing.assert_array_equal(image, np.zeros((28, 28), np.uint8))


def test_mnist_s_own_images_are_not_drawn_again() -> None:
    """Those with usual strokes only move, by less than a pixel, if at all."""
    originals = load_mnist().test_images[:300]
    same = 0
    for original in originals:
        ink = original / np.float32(255)
        image = draw_like_mnist(ink, ink > 0.3)
        moved = [np.roll(original, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        same += min(np.abs(image.astype(int) - other).max() for other in moved) <= 60
    assert same / len(originals) > 0.9


def test_a_tiny_picture_with_hair_thin_strokes_is_drawn_again() -> None:
    ink = np.zeros((28, 28), np.float32)
    ink[4:24, 14] = 1
    image = draw_like_mnist(ink, ink > 0)
    assert box(image)[1] in (2, 3)


@pytest.mark.parametrize("strip", [4, 8, 20])
def test_the_width_of_a_long_strip_is_measured(strip: int) -> None:
    shape = np.zeros((60, 400), np.float32)
    shape[20 : 20 + strip] = 1
    assert stroke_width(shape) == pytest.approx(strip + 2, abs=0.5)
    assert stroke_width(np.zeros((9, 9), np.float32)) == 0


@pytest.mark.parametrize("side", [300, 800, 2000])
@pytest.mark.parametrize("ways", [[(5, 1, 5, 9)], [(2, 1, 8, 1), (8, 1, 4, 9), (3, 5, 7, 5)]])
def test_a_line_of_one_pixel_is_not_lost_in_a_large_picture(
    ways: list[tuple[int, int, int, int]], side: int
) -> None:
    sheet = np.zeros((side, side), np.uint8)
    for x, y, to_x, to_y in np.array(ways) * side // 10:
        cv2.line(sheet, (x, y), (to_x, to_y), 255, 1, cv2.LINE_AA)
    ink = cv2.GaussianBlur(sheet, (0, 0), 0.5).astype(np.float32) / np.float32(255)
    image = draw_like_mnist(ink, ink > 0.3)
    assert 19 <= max(box(image)) <= 20
    assert 2 < width(image) < 3.5
    assert image.max() > 240


# --- what may be a digit -------------------------------------------------------------------


def with_holes(count: int) -> Image8:
    """A ladder of so many holes."""
    image = np.zeros((28, 28), np.uint8)
    for place in range(count):
        cv2.rectangle(image, (8, 2 + 4 * place), (19, 6 + 4 * place), 255, 1)
    return image


@pytest.mark.parametrize("holes", [1, 2, 3, 5])
def test_up_to_five_holes_may_be_a_digit(holes: int) -> None:
    """Two have an 8, and up to five a careless one."""
    assert looks_drawn(with_holes(holes))


def test_six_holes_are_no_digit() -> None:
    assert not looks_drawn(with_holes(6))


@pytest.mark.parametrize(("filled", "drawn"), [(0.65, True), (0.71, True), (0.8, False)])
def test_a_solid_blob_is_no_digit(filled: float, drawn: bool) -> None:
    """0.71 is the most that a digit of MNIST fills of its box."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 7:21] = 255
    lines = round((1 - filled) * 20)  # cut in from the right, all but the left column
    image[6 : 6 + lines, 8:21] = 0
    assert looks_drawn(image) == drawn


def test_a_solid_narrow_shape_is_a_1() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 10:18] = 255
    assert looks_drawn(image)


def test_every_digit_of_mnist_looks_drawn() -> None:
    mnist = load_mnist()
    assert np.mean([looks_drawn(image) for image in mnist.train_images[:5000]]) > 0.999
