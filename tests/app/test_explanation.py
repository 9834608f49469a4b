"""Explanations: the parts make the whole, and they change nothing in the model."""

import numpy as np
import pytest

from mnist_app.reading.explain import explain, up_to_logits
from tinynet import (
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPool,
    ModelFileError,
    ReLU,
    Sequential,
    Sigmoid,
    fit,
)

STACKS: dict[str, list[Layer]] = {
    "logits": [Conv2D(4, 3), ReLU(), MaxPool(), Flatten(), Dense(3)],
    "sigmoid": [Flatten(), Dense(8), ReLU(), Dense(3), Sigmoid()],
    "normalized": [
        Conv2D(4, 3),
        BatchNormalization(0.5),
        ReLU(),
        Dropout(0.5),
        GlobalAveragePooling2D(),
        BatchNormalization(0.5),
        Dense(3),
    ],
}


def score(model: Sequential, image: np.ndarray, digit: int) -> float:
    """What `explain` divides among the pixels, but for the blank picture's own score."""
    logits = up_to_logits(model).forward(model.prepare(image[np.newaxis]))[0]
    return float(logits[digit] - logits.mean())


def bars(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of a bar in one of three places, with faint noise elsewhere; labels 0..2."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 40, (count, 12, 12)).astype(np.uint8), np.arange(count) % 3
    for image, label in zip(images, labels, strict=True):
        image[1:11, 1 + 4 * label : 3 + 4 * label] = 220
    return images, labels


@pytest.fixture(params=STACKS)
def model(request: pytest.FixtureRequest) -> Sequential:
    model = Sequential([layer.replica() for layer in STACKS[request.param]], (12, 12, 1))
    images, labels = bars(90)
    fit(model, images, labels, epochs=5, batch_size=30, optimizer=Adam(0.01), workers=1)
    return model


def test_the_contributions_make_the_score(model: Sequential) -> None:
    image = bars(3)[0][1]
    blank = np.zeros_like(image)
    for digit in range(3):
        whole = score(model, image, digit) - score(model, blank, digit)
        assert explain(model, image, digit).sum() == pytest.approx(whole, rel=0.05, abs=0.02)


def test_the_score_is_the_prediction_s_own(model: Sequential) -> None:
    """Dropout and batch statistics must play no part."""
    image = bars(3)[0][1]
    outputs = model.predict(image[np.newaxis])[0].astype(float)
    ends_in_sigmoid = isinstance(model.layers[-1], Sigmoid)
    logits = np.log(outputs / (1 - outputs)) if ends_in_sigmoid else outputs
    for digit in range(3):
        assert score(model, image, digit) == pytest.approx(
            logits[digit] - logits.mean(), rel=1e-3, abs=1e-3
        )


def test_nothing_in_the_model_changes(model: Sequential) -> None:
    image = bars(3)[0][0]
    arrays = [a for p in model.parameters().values() for a in (p.value, p.grad)]
    before = [a.copy() for a in arrays]
    caches = [layer._cache for layer in model.layers]
    first, second = explain(model, image), explain(model, image)
    assert np.array_equal(first, second)
    assert all(map(np.array_equal, arrays, before))
    assert all(a is b for a, b in zip(caches, (y._cache for y in model.layers), strict=True))


def test_the_bar_speaks_for_its_answer_and_blank_pixels_are_silent() -> None:
    model = Sequential([Flatten(), Dense(16), ReLU(), Dense(3)], (12, 12, 1))
    images, labels = bars(90)
    fit(model, images, labels, epochs=20, batch_size=30, optimizer=Adam(0.01), workers=1)
    for label in range(3):
        image = images[label].copy()
        image[0] = 0
        contributions = explain(model, image)
        assert contributions.shape == (12, 12)
        assert not contributions[0].any()
        bar = contributions[1:11, 1 + 4 * label : 3 + 4 * label]
        assert bar.sum() > 0.8 * np.abs(contributions).sum() > 0
        wrong = explain(model, image, (label + 1) % 3)
        assert wrong[1:11, 1 + 4 * label : 3 + 4 * label].sum() < 0


def test_a_linear_model_gets_its_exact_terms() -> None:
    model = Sequential([Flatten(), Dense(3)], (4, 5, 1), dtype=np.float64)
    image = np.random.default_rng(0).integers(0, 256, (4, 5)).astype(np.uint8)
    kernel = model.parameters()["dense_1.kernel"].value.reshape(4, 5, 3)
    expected = image / 255 * (kernel[:, :, 2] - kernel.mean(axis=2))
    np.testing.assert_allclose(explain(model, image, 2), expected, rtol=1e-12)


def test_strict_about_the_image() -> None:
    model = Sequential([Flatten(), Dense(3)], (4, 5, 1))
    with pytest.raises(ValueError, match="the model expects inputs of shape"):
        explain(model, np.zeros((5, 5), np.uint8))


def test_weights_that_are_too_large() -> None:
    """The gradient is infinite where a ReLU is open."""
    model = Sequential([Flatten(), Dense(9), ReLU(), Dense(10)], (28, 28, 1))
    for parameter in model.parameters().values():
        parameter.value[...] = 3e38
    with pytest.raises(ModelFileError, match="which pixels spoke cannot be told"):
        explain(model, np.full((28, 28), 255, np.uint8))
