"""Augmentation: repeatable, bounded, and no digit becomes another or leaves the picture."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinynet.helpers
from mnist_app.data.dataset import load_mnist
from mnist_app.training import augmentation
from mnist_app.training.augmentation import augment, bend, blurred, redraw, sample, turn, variations
from tinynet import Dense, Flatten, Sequential, fit

NO_CHANGE = {
    "ROTATION": 0.0,
    "SHEAR": 0.0,
    "SCALE": 0.0,
    "SHIFT": 0.0,
    "BEND": 0.0,
    "THIN": 0.0,
    "THICK": 0.0,
    "BLUR": 0.0,
    "CONTRAST": 1.0,
}
shapes = st.tuples(st.integers(1, 3), st.integers(2, 8), st.integers(2, 8))


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_mnist().train_images[:2000]


def pictures(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def places(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel comes from if nothing moves."""
    rows, columns = np.indices(shape[1:]).astype(np.float32)
    return np.broadcast_to(rows, shape), np.broadcast_to(columns, shape)


def test_the_same_generator_gives_the_same_pictures(digits: np.ndarray) -> None:
    kept = digits.copy()
    one = augment(digits, np.random.default_rng(1))
    assert np.array_equal(one, augment(digits, np.random.default_rng(1)))
    assert np.array_equal(digits, kept)
    assert one.shape == digits.shape
    assert one.dtype == np.uint8
    other = augment(digits, np.random.default_rng(2))
    assert (one != other).any(axis=(1, 2)).all()


def test_every_picture_has_its_own_draws(digits: np.ndarray) -> None:
    copies = augment(np.repeat(digits[:1], 50, axis=0), np.random.default_rng(0))
    assert len({copy.tobytes() for copy in copies}) == 50


def test_variations_stand_beside_their_original(digits: np.ndarray) -> None:
    shown = variations(digits[:3], 4, np.random.default_rng(0))
    assert shown.shape == (3, 5, 28, 28)
    assert np.array_equal(shown[:, 0], digits[:3])
    repeated = augment(np.repeat(digits[:3], 4, axis=0), np.random.default_rng(0))
    assert np.array_equal(shown[2, 1:], repeated[8:])


def test_the_ink_stays_in_the_picture_and_keeps_its_place(digits: np.ndarray) -> None:
    """Nothing blank, hardly any ink lost, the centre of mass within shift and bending."""
    drawn = augment(digits, np.random.default_rng(0)).astype(float)
    before, after = digits.sum(axis=(1, 2), dtype=float), drawn.sum(axis=(1, 2))
    assert after.min() > 0
    assert 0.9 < np.median(after / before) < 1.6
    assert (after / before).min() > 0.4
    assert (drawn.max(axis=(1, 2)) > 128).mean() > 0.99
    grid = np.arange(28) - 13.5
    for axis in (1, 2):
        centre = (drawn.sum(axis=axis) * grid).sum(axis=1) / after
        assert np.abs(centre).max() < 6
        own = (digits.sum(axis=axis) * grid).sum(axis=1) / before
        assert abs((centre - own).mean()) < 0.1
    border = np.r_[drawn[:, 0].ravel(), drawn[:, :, 0].ravel(), drawn[:, -1].ravel()]
    assert border.mean() < 3


# --- each distortion alone: it is there, and goes as far as its limit and no further ---------


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Callable[..., np.ndarray]:
    """500 copies of a picture, distorted in one way only.  -> (500, 28, 28) float64"""

    def distorted(image: np.ndarray, *limits: str) -> np.ndarray:
        for limit, nothing in NO_CHANGE.items():
            if limit not in limits:
                monkeypatch.setattr(augmentation, limit, nothing)
        copies = np.repeat(image[np.newaxis].astype(np.uint8), 500, axis=0)
        return augment(copies, np.random.default_rng(0)).astype(float)

    return distorted


def spot(down: float, across: float, row: float = 13.5, column: float = 13.5) -> np.ndarray:
    """A soft spot of these standard deviations, in pixels."""
    y, x = np.indices((28, 28))
    return 250 * np.exp(-(((y - row) / down) ** 2) / 2 - ((x - column) / across) ** 2 / 2)


def dot() -> np.ndarray:
    """One pixel of ink."""
    image = np.zeros((28, 28))
    image[14, 14] = 200
    return image


def moments(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the ink of each picture lies, (N, 2), and its covariance, (N, 2, 2); rows first."""
    places = np.indices(drawn.shape[1:]).reshape(2, -1)
    ink = drawn.reshape(len(drawn), -1)
    weights = ink / ink.sum(axis=1, keepdims=True)
    centres = weights @ places.T
    away = places - centres[:, :, np.newaxis]
    return centres, np.einsum("nap,nbp,np->nab", away, away, weights)


def spans(values: np.ndarray, low: float, high: float) -> bool:
    """Whether the values lie evenly between the limits, up to a twentieth of the distance."""
    room = (high - low) / 20
    return bool(
        abs(values.min() - low) < room
        and abs(values.max() - high) < room
        and abs(values.mean() - (low + high) / 2) < room
    )


def test_turns_up_to_15_degrees(alone: Callable[..., np.ndarray]) -> None:
    _, covariance = moments(alone(spot(2, 5), "ROTATION"))
    double = np.arctan2(2 * covariance[:, 0, 1], covariance[:, 1, 1] - covariance[:, 0, 0])
    assert spans(np.degrees(double / 2), -15, 15)


def test_shears_up_to_015_columns_a_row(alone: Callable[..., np.ndarray]) -> None:
    _, covariance = moments(alone(spot(4, 3), "SHEAR"))
    assert spans(covariance[:, 0, 1] / covariance[:, 0, 0], -0.15, 0.15)


def test_scales_height_and_width_up_to_12_percent_each(alone: Callable[..., np.ndarray]) -> None:
    square = np.zeros((28, 28))
    square[4:24, 4:24] = 200
    drawn = alone(square, "SCALE") / 200
    tall, wide = drawn[:, :, 14].sum(axis=1) / 20, drawn[:, 14].sum(axis=1) / 20
    assert spans(tall, 0.88, 1.12)
    assert spans(wide, 0.88, 1.12)
    assert abs(np.corrcoef(tall, wide)[0, 1]) < 0.15


def test_shifts_up_to_12_tenths_of_a_pixel(alone: Callable[..., np.ndarray]) -> None:
    centres, _ = moments(alone(spot(3, 3), "SHIFT"))
    down, across = (centres - 13.5).T
    assert spans(down, -1.2, 1.2)
    assert spans(across, -1.2, 1.2)
    assert abs(np.corrcoef(down, across)[0, 1]) < 0.15


def test_bends_by_07_pixels(alone: Callable[..., np.ndarray]) -> None:
    for place in ((9, 9), (13.5, 13.5), (12, 17)):
        centres, _ = moments(alone(spot(1, 1, *place), "BEND"))
        assert np.abs((centres - place).mean(axis=0)).max() < 0.1
        assert (centres - place).std() == pytest.approx(0.7, rel=0.15)


def test_redraws_from_a_finer_pen_to_a_broader_one(alone: Callable[..., np.ndarray]) -> None:
    drawn = alone(dot(), "THIN", "THICK") / 200
    lost, gained = 1 - drawn[:, 14, 14], drawn[:, 13, 14]
    assert (np.minimum(lost, gained) == 0).all()
    assert spans(gained - lost, -0.2, 0.8)


def test_blurs_up_to_four_tenths_of_the_way(alone: Callable[..., np.ndarray]) -> None:
    drawn = alone(dot(), "BLUR") / 200
    assert spans((1 - drawn[:, 14, 14]) / 0.75, 0, 0.4)
    assert drawn[:, 13:16, 13:16].sum(axis=(1, 2)) == pytest.approx(1, abs=0.03)


def test_sharpens_edges_up_to_16_tenths(alone: Callable[..., np.ndarray]) -> None:
    drawn = alone(np.full((28, 28), 185), "CONTRAST")
    assert spans((drawn[:, 14, 14] - 85) / 100, 1, 1.6)


def test_a_blank_picture_stays_blank() -> None:
    blank = np.zeros((3, 28, 28), np.uint8)
    assert not augment(blank, np.random.default_rng(0)).any()


def test_with_all_limits_zero_nothing_changes(
    digits: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, nothing in NO_CHANGE.items():
        monkeypatch.setattr(augmentation, limit, nothing)
    assert np.array_equal(augment(digits, np.random.default_rng(0)), digits)


@given(shapes, st.integers(0, 99))
def test_sample_against_a_loop(shape: tuple[int, int, int], seed: int) -> None:
    images = pictures(shape, seed).astype(np.float32)
    rng = np.random.default_rng(seed)
    rows = rng.uniform(-2, shape[1] + 1, shape).astype(np.float32)
    columns = rng.uniform(-2, shape[2] + 1, shape).astype(np.float32)
    expected = np.zeros(shape)
    for n, i, j in np.ndindex(shape):
        for row in range(shape[1]):
            for column in range(shape[2]):
                near = max(0.0, 1 - abs(float(rows[n, i, j]) - row))
                near *= max(0.0, 1 - abs(float(columns[n, i, j]) - column))
                expected[n, i, j] += near * images[n, row, column]
    np.testing.assert_allclose(sample(images, rows, columns), expected, atol=0.01)


def test_sample_moves_whole_pixels_exactly() -> None:
    images = pictures((2, 7, 9), 0).astype(np.float32)
    rows, columns = places(images.shape)
    assert np.array_equal(sample(images, rows, columns), images)
    moved = sample(images, rows + 1, columns - 2)
    assert np.array_equal(moved[:, :-1, 2:], images[:, 1:, :-2])
    assert not moved[:, -1].any()
    assert not moved[:, :, :2].any()


def test_redraw_goes_from_erosion_to_dilation() -> None:
    cross = np.zeros((1, 7, 7), np.uint8)
    cross[0, 3, 3] = 200
    images = np.repeat(cross, 3, axis=0)
    thin, same, thick = redraw(images, np.array([-0.5, 0.0, 1.0]))
    assert thin[3, 3] == 100
    assert thin.sum() == 100
    assert np.array_equal(same, images[1])
    assert np.count_nonzero(thick == 200) == 5
    assert thick.sum() == 1000


def test_turn_is_a_rotation_when_only_the_angle_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("SHEAR", "SCALE", "SHIFT"):
        monkeypatch.setattr(augmentation, limit, 0.0)
    rows, columns = turn(np.random.default_rng(0), 20, 9, 9)
    centre = np.array([4, 4])
    corners = np.stack([rows[:, 0, 0], columns[:, 0, 0]], axis=1) - centre
    np.testing.assert_allclose(np.hypot(*corners.T), np.hypot(4, 4), rtol=1e-5)
    angles = np.degrees(np.arctan2(corners[:, 0], corners[:, 1])) + 135
    assert np.abs(angles).max() <= augmentation.ROTATION + 1e-3
    assert angles.min() < -5
    assert angles.max() > 5
    assert np.ptp(rows[:, 4, 4]) == 0


def test_bending_has_the_stated_size_and_is_smooth() -> None:
    rows, columns = bend(np.random.default_rng(0), 500, 28, 28)
    for displacement in (rows, columns):
        assert displacement.std() == pytest.approx(augmentation.BEND, rel=0.1)
        assert np.abs(np.diff(displacement, axis=1)).mean() < 0.35
    assert abs(np.mean(rows * columns)) < 0.1


def test_blur_keeps_the_ink() -> None:
    images = np.zeros((2, 9, 9), np.float32)
    images[:, 4, 4] = 16
    assert np.array_equal(blurred(images)[0, 3:6, 3:6], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])


@pytest.mark.parametrize("wrong", [np.zeros((2, 28, 28)), np.zeros((28, 28), np.uint8)])
def test_strict_about_what_it_distorts(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"expected images of shape \(N, H, W\) in uint8"):
        augment(wrong, np.random.default_rng(0))


@pytest.mark.parametrize("workers", [1, 2])
def test_fit_augments_the_training_images_alone_and_anew_each_epoch(
    digits: np.ndarray, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tinynet.helpers, "can_fork", lambda: False)  # threads share `seen`
    images, labels = digits[:60], np.arange(60) % 10

    def train() -> tuple[list[bytes], list[np.ndarray]]:
        seen: list[np.ndarray] = []

        def watched(share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
            seen.append(augment(share, rng))
            return seen[-1]

        model = Sequential([Flatten(), Dense(10)], (28, 28, 1))
        fit(
            model,
            images,
            labels,
            epochs=2,
            batch_size=30,
            workers=workers,
            validation=(digits[60:], np.zeros(len(digits) - 60, int)),
            augment=watched,
        )
        return [p.value.tobytes() for p in model.parameters().values()], seen

    weights, seen = train()
    assert train()[0] == weights
    assert sum(map(len, seen)) == 2 * len(images)
    assert {len(share) for share in seen} == {30 // workers}
    assert len({image.tobytes() for share in seen for image in share}) == 2 * len(images)
    assert not np.isin([x.tobytes() for x in images], [x.tobytes() for s in seen for x in s]).any()


@pytest.mark.parametrize("workers", [1, 2])
def test_every_batch_and_every_worker_draws_anew(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The generator that a batch's share gets also makes its dropout masks."""
    monkeypatch.setattr(tinynet.helpers, "can_fork", lambda: False)  # threads share `drawn`
    drawn: list[float] = []

    def watched(share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        drawn.append(rng.random())
        return share

    images, labels = np.zeros((60, 4, 4), np.uint8), np.arange(60) % 10
    model = Sequential([Flatten(), Dense(10)], (4, 4, 1))
    fit(model, images, labels, epochs=2, batch_size=20, workers=workers, augment=watched)
    assert len(set(drawn)) == len(drawn) == 2 * 3 * workers
