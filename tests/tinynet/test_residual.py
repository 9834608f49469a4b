"""Residual blocks: their gradients, names, files, and what they say to two shapes."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinynet.strategies import normal, seeds
from tinynet import (
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    ReLU,
    Residual,
    Sequential,
    check_layer,
    check_model,
    fit,
    load_model,
    save_model,
)


def block(filters: int, strides: int = 1, projected: bool = False) -> Residual:
    """Two convolutions, as in the original paper; a 1x1 convolution where the shape changes."""
    body = Sequential(
        [
            Conv2D(filters, 3, strides, padding="same"),
            BatchNormalization(),
            ReLU(),
            Conv2D(filters, 3, padding="same"),
            BatchNormalization(),
        ]
    )
    return Residual(body, Conv2D(filters, 1, strides) if projected else None)


def network(dtype: type = np.float64) -> Sequential:
    return Sequential(
        [
            Conv2D(3, 3),
            block(3),
            ReLU(),
            block(4, strides=2, projected=True),
            ReLU(),
            Residual(Residual(Conv2D(4, 1))),
            GlobalAveragePooling2D(),
            Dense(3),
        ],
        (8, 7, 1),
        dtype=dtype,
    )


@settings(max_examples=15)
@given(st.integers(2, 4), st.integers(2, 5), st.integers(2, 5), st.booleans(), seeds)
def test_gradients(batch: int, height: int, width: int, projected: bool, seed: int) -> None:
    layer = block(2, strides=2 if projected else 1, projected=projected)
    layer.build((height, width, 2), np.random.default_rng(seed), np.float64)
    check_layer(layer, normal((batch, height, width, 2), seed), seed)


@pytest.mark.parametrize("training", [True, False])
def test_a_whole_network(training: bool) -> None:
    model = network()
    check_model(model, normal((4, 8, 7, 1), 0), training=training)
    assert list(model.parameters())[2:4] == [
        "residual_1.conv2d_1.kernel",
        "residual_1.conv2d_1.bias",
    ]
    assert "residual_2.shortcut.kernel" in model.parameters()
    assert "residual_3.kernel" in model.parameters()


def test_it_learns_is_saved_and_loaded(tmp_path: Path) -> None:
    model = network(np.float32)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 90)
    images = rng.normal(0, 0.3, (90, 8, 7)).astype(np.float32)
    images[np.arange(90), labels * 2] += 1  # a bright row says which class
    history = fit(model, images, labels, epochs=12, batch_size=16, optimizer=Adam(0.01))
    assert history.epochs[-1].accuracy > 0.9
    save_model(model, tmp_path / "blocks.safetensors")
    loaded, _ = load_model(tmp_path / "blocks.safetensors")
    assert repr(loaded) == repr(model)
    np.testing.assert_array_equal(loaded.predict(images), model.predict(images))


def test_random_layers_inside_draw_from_the_models_generator() -> None:
    model = Sequential([Residual(Sequential([Dropout(0.5)])), Dropout(0.5)], (50,))
    x = np.ones((4, 50), np.float32)
    model.reseed(3)
    first = model.forward(x, training=True)
    model.reseed(3)
    np.testing.assert_array_equal(model.forward(x, training=True), first)
    assert not np.array_equal(model.forward(x, training=True), first)


def test_two_shapes_are_refused() -> None:
    message = (
        "a Residual adds two arrays of one shape; its body makes (5,) of (4,), the shortcut (4,). "
        "Give it a shortcut that makes (5,)."
    )
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared whole
        Sequential([Residual(Dense(5))], (4,))
    assert str(caught.value) == message
    with pytest.raises(ValueError, match="Give it a shortcut"):
        Sequential([Residual(Flatten(), Conv2D(2, 1))], (2, 2, 1))
