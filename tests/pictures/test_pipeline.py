"""Whatever the paper, pen and light, the digit comes out as MNIST would have drawn it."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.pipeline import Stages, preprocess
from tests.drawn_pictures import (
    BLACK,
    WHITE,
    Sheet,
    add_edge,
    add_neighbour,
    add_noise,
    add_specks,
    as_bytes,
    as_jpeg,
    blur,
    cast_shadow,
    draw,
    paste_on_canvas,
    random_picture,
    rule,
    shade,
)

Image8 = npt.NDArray[np.uint8]
GREY, RED = (115 / 255, 115 / 255, 115 / 255), (204 / 255, 77 / 255, 77 / 255)
PAPER, PEN = (0.9, 0.88, 0.83), (0.15, 0.2, 0.5)


def likeness(first: Image8, second: Image8) -> float:
    """The cosine between two images, slightly blurred: 1 if they are the same."""
    blurred = [cv2.GaussianBlur(image.astype(np.float32), (0, 0), 1) for image in (first, second)]
    a, b = (image.ravel() / (float(np.linalg.norm(image)) + 1e-9) for image in blurred)
    return float(a @ b)


def box(image: Image8) -> tuple[int, int]:
    rows, columns = np.nonzero(image > 64)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def assert_drawn_like_mnist(image: Image8) -> None:
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert 19 <= max(box(image)) <= 20
    weights = image / image.sum()
    assert abs((weights.sum(axis=1) * np.arange(28)).sum() - 14) <= 0.51
    assert abs((weights.sum(axis=0) * np.arange(28)).sum() - 14) <= 0.51
    assert image.max() > 240


def spoilers(digits: Image8) -> dict[str, Callable[[Sheet, np.random.Generator], Sheet]]:
    return {
        "nothing": lambda s, rng: s,
        "uneven light": lambda s, rng: shade(s, rng, 0.6),
        "shadow": lambda s, rng: cast_shadow(s, rng, 0.4),
        "lines": lambda s, rng: rule(s, rng, 0.3, squared=False),
        "squares": lambda s, rng: rule(s, rng, 0.3),
        "noise": lambda s, rng: add_noise(s, rng, 0.05),
        "specks": lambda s, rng: add_specks(s, rng, 15),
        "edge of a scan": add_edge,
        "neighbour": lambda s, rng: add_neighbour(s, digits[1], PEN, rng.choice([-1, 1])),
        "white canvas": lambda s, rng: paste_on_canvas(s, rng, WHITE),
        "black canvas": lambda s, rng: paste_on_canvas(s, rng, BLACK),
        "blur": lambda s, rng: blur(s, 0.008),
        "JPEG": lambda s, rng: as_jpeg(s, 20),
        "light, squares, noise and JPEG": lambda s, rng: as_jpeg(
            add_noise(rule(shade(s, rng), rng, 0.25), rng, 0.03)
        ),
    }


@pytest.mark.parametrize("name", spoilers(np.zeros((10, 28, 28), np.uint8)))
def test_the_sheet_does_not_change_the_digit(name: str, digits: Image8) -> None:
    rng = np.random.default_rng(3)
    for digit in digits:
        clean = draw(digit, (300, 260), 0.5, 0.08, (0.52, 0.48), PAPER, PEN)
        stages = preprocess(as_bytes(spoilers(digits)[name](clean, rng)))
        assert stages.problem is None
        assert_drawn_like_mnist(stages.image)
        assert likeness(stages.image, preprocess(as_bytes(clean)).image) > 0.85  # 1 pixel aside


def test_pictures_of_all_kinds_give_the_digit_of_the_clean_drawing(digits: Image8) -> None:
    rng = np.random.default_rng(11)
    mnist = load_mnist()
    likenesses = []
    for digit in mnist.test_images[:100]:
        picture, _ = random_picture(digit, digits[8], rng)
        clean = preprocess(as_bytes(draw(digit))).image
        likenesses.append(likeness(preprocess(picture).image, clean))
    assert np.mean(np.array(likenesses) > 0.75) >= 0.98


@pytest.mark.parametrize("size", [(40, 40), (64, 48), (150, 600), (700, 500), (2500, 3000)])
def test_any_size_gives_the_same_digit(size: tuple[int, int], digits: Image8) -> None:
    for digit in digits[[2, 5, 8]]:
        image = preprocess(as_bytes(draw(digit, size, 0.7))).image
        assert_drawn_like_mnist(image)
        assert likeness(image, preprocess(as_bytes(draw(digit, height=0.7))).image) > 0.9


@pytest.mark.parametrize("pen", [0.005, 0.02, 0.05, 0.1, 0.2])
def test_hair_thin_and_very_thick_pens_come_near_the_usual_width(
    pen: float, digits: Image8
) -> None:
    image = preprocess(as_bytes(draw(digits[7], (600, 600), pen=pen))).image
    assert_drawn_like_mnist(image)
    fine = np.pad(cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC) > 127, 1)
    distance = cv2.distanceTransform(fine.astype(np.uint8), cv2.DIST_L2, 5)
    assert 1.7 < distance[fine].mean() < 5  # a quarter of the width, of four pixels each


@pytest.mark.parametrize(
    ("paper", "ink"),
    [
        (BLACK, WHITE),
        ((0.13, 0.28, 0.2), (0.95, 0.9, 0.5)),
        (WHITE, (1, 0.95, 0.3)),
        (WHITE, (0.85, 0.85, 0.85)),
        ((0.5, 0.5, 0.5), (0.55, 0.55, 0.55)),
        (GREY, RED),
    ],
    ids=["inverse", "blackboard", "yellow", "pale", "grey on grey", "red as bright as its paper"],
)
def test_any_colours_give_the_same_digit(
    paper: tuple[float, float, float], ink: tuple[float, float, float], digits: Image8
) -> None:
    for digit in digits[[0, 4, 6]]:
        image = preprocess(as_bytes(draw(digit, pen=0.15, paper=paper, ink=ink))).image
        assert likeness(image, preprocess(as_bytes(draw(digit, pen=0.15))).image) > 0.97


@pytest.mark.parametrize("pen", [0.02, 0.1, 0.2])
def test_inverting_a_picture_changes_nothing(pen: float, digits: Image8) -> None:
    for digit in digits:
        picture = as_bytes(draw(digit, pen=pen, height=0.9))
        difference = preprocess(picture).image.astype(int) - preprocess(255 - picture).image
        assert np.abs(difference).max() <= 2


def test_mnist_itself_stays_as_it_is() -> None:
    originals = load_mnist().test_images[:1000]
    images = np.stack([preprocess(image).image for image in originals])
    difference = np.abs(images.astype(int) - originals).max(axis=(1, 2))
    assert np.median(difference) <= 12
    assert np.mean([likeness(a, b) > 0.9 for a, b in zip(images, originals, strict=True)]) > 0.98


def test_digits_of_8_by_8_pixels_keep_their_shape(digits: Image8) -> None:
    for digit in digits:
        tiny = cv2.resize(digit[4:24, 4:24], (8, 8), interpolation=cv2.INTER_AREA)
        assert likeness(preprocess(tiny.astype(np.uint8)).image, digit) > 0.75


def test_aspect_is_kept(digits: Image8) -> None:
    for digit in digits:
        height, width = box(digit)
        drawn_height, drawn_width = box(preprocess(as_bytes(draw(digit, (100, 400)))).image)
        assert drawn_width / drawn_height == pytest.approx(width / height, abs=0.2)


def with_bar(gap: int) -> Image8:
    """A 5 whose bar stands `gap` pixels above the rest of it."""
    picture = np.full((120, 100), 255, np.uint8)
    cv2.line(picture, (35, 30 - gap), (65, 30 - gap), 0, 5)
    cv2.ellipse(picture, (47, 68), (20, 20), 0, -90, 130, 0, 5)
    cv2.line(picture, (36, 32), (36, 48), 0, 5)
    cv2.line(picture, (36, 48), (47, 48), 0, 5)
    return picture


@pytest.mark.parametrize("gap", [6, 10])
def test_a_detached_bar_belongs_to_the_digit(gap: int) -> None:
    stages = preprocess(with_bar(gap))
    assert stages.problem is None
    assert stages.digit[30 - gap, 50]
    assert stages.digit[88, 47]


def blank(size: tuple[int, int] = (200, 240)) -> Sheet:
    sheet = np.empty((*size, 3), np.float32)
    sheet[:] = PAPER
    return sheet


@pytest.mark.parametrize("name", ["nothing", "uneven light", "lines", "squares", "noise", "JPEG"])
def test_paper_alone_is_nothing_drawn(name: str, digits: Image8) -> None:
    rng = np.random.default_rng(5)
    sheet = add_noise(spoilers(digits)[name](blank(), rng), rng, 0.01)
    stages = preprocess(as_bytes(sheet))
    assert stages.problem == "nothing drawn"
    assert not stages.image.any()


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (8, 8), (28, 28), (3000, 4)])
def test_one_colour_is_nothing_drawn(size: tuple[int, int], value: int) -> None:
    assert preprocess(np.full(size, value, np.uint8)).problem == "nothing drawn"


def test_a_chequer_and_a_blob_are_no_digit() -> None:
    y, x = np.mgrid[:200, :200]
    chequer = np.where((x // 25 + y // 25) % 2, 255, 0).astype(np.uint8)
    blob = np.where(np.hypot(x - 100, y - 100) < 50, 0, 255).astype(np.uint8)
    assert preprocess(chequer).problem == "does not look like a digit"
    assert preprocess(blob).problem == "does not look like a digit"


def test_the_stages_are_in_order_and_the_input_is_left_alone(digits: Image8) -> None:
    picture = as_bytes(draw(digits[3], (90, 70), paper=PAPER, ink=PEN))
    before = picture.copy()
    stages = preprocess(picture)
    np.testing.assert_array_equal(picture, before)
    for stage in (stages.grey, stages.paper, stages.ink):
        assert stage.shape == (90, 70)
        assert stage.dtype == np.float32
        assert 0 <= stage.min() <= stage.max() <= 1
    assert np.ptp(stages.paper) < 0.1 < np.ptp(stages.grey)
    assert stages.strokes.sum() >= stages.digit.sum() > 0
    assert stages.ink[stages.digit].mean() > 5 * stages.ink[~stages.digit].mean()


def same(first: Stages, second: Stages) -> bool:
    return bool(np.abs(first.image.astype(int) - second.image).max() <= 1)


def test_grey_rgb_uint8_and_floats_are_the_same(digits: Image8) -> None:
    picture = as_bytes(draw(digits[9]))
    assert same(preprocess(picture), preprocess(picture[:, :, 0]))
    assert same(preprocess(picture), preprocess(picture / 255))
    assert same(preprocess(picture), preprocess((picture / 255).astype(np.float32)))


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.zeros((9, 9, 4), np.uint8), "shape"),
        (np.zeros((0, 9), np.uint8), "shape"),
        (np.zeros(9, np.uint8), "shape"),
        (np.zeros((9, 9), np.int64), "int64"),
        (np.full((9, 9), 255.0), r"\[0, 1\]"),
        (np.full((9, 9), -0.1), r"\[0, 1\]"),
        (np.full((9, 9), np.nan), r"\[0, 1\]"),
    ],
)
def test_other_pixels_are_refused(pixels: npt.NDArray[np.generic], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        preprocess(pixels)
