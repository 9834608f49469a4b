"""Dropout: what it zeroes, how it scales, and that the draws are the generator's alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinynet.helpers
from tests.tinynet.strategies import dtypes, normal, seeds
from tinynet import (
    SGD,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Sequential,
    check_layer,
    check_model,
    fit,
)

shapes = st.one_of(
    st.tuples(*[st.integers(1, 6)] * 2),
    st.tuples(*[st.integers(1, 5)] * 4),
)
rates = st.floats(0, 0.95)


def built(rate: float, shape: tuple[int, ...], dtype: type = np.float64) -> Dropout:
    layer = Dropout(rate)
    layer.build(shape[1:], np.random.default_rng(0), dtype)
    return layer


@given(shapes, rates, seeds, dtypes)
def test_every_number_is_dropped_or_scaled(
    shape: tuple[int, ...], rate: float, seed: int, dtype: type
) -> None:
    layer = built(rate, shape, dtype)
    layer.rng = np.random.default_rng(seed)
    x, dy = normal(shape, seed, dtype), normal(shape, seed + 1, dtype)
    kept, upstream = x.copy(), dy.copy()
    y, dx = layer.forward(x, training=True, keep=True), layer.backward(dy)
    dropped = y == 0
    scale = dtype(1 / (1 - rate))
    assert np.array_equal(y, np.where(dropped, 0, x * scale))
    assert np.array_equal(dx, np.where(dropped, 0, dy * scale))
    assert y.dtype == dx.dtype == dtype
    assert np.array_equal(x, kept)
    assert np.array_equal(dy, upstream)
    assert np.array_equal(layer.forward(x), x)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_share_dropped_is_the_rate_and_the_mean_stays(rate: float) -> None:
    y = built(rate, (100, 10, 10, 10)).forward(np.ones((100, 10, 10, 10)), training=True)
    deviation = np.sqrt(rate * (1 - rate) / y.size)
    assert abs((y == 0).mean() - rate) < 4 * deviation
    assert abs(y.mean() - 1) < 4 * deviation / (1 - rate)
    for axis in range(4):  # no axis shares its draws
        assert y.std(axis=axis).max() > 0


def test_rate_zero_drops_nothing() -> None:
    x = normal((3, 4), 0)
    assert np.array_equal(built(0, x.shape).forward(x, training=True, keep=True), x)


@given(shapes, rates, seeds)
def test_gradients(shape: tuple[int, ...], rate: float, seed: int) -> None:
    check_layer(built(rate, shape), normal(shape, seed), seed)


def test_a_wrong_mask_fails_the_gradient_check() -> None:
    class Redrawn(Dropout):
        def backward(self, dy: np.ndarray) -> np.ndarray:
            return dy * (self.rng.random(dy.shape) >= self.rate) / (1 - self.rate)

    layer = Redrawn(0.5)
    layer.build((9,), np.random.default_rng(0), np.float64)
    with pytest.raises(AssertionError, match="dx"):
        check_layer(layer, normal((5, 9), 0))


def network(dtype: type = np.float32) -> Sequential:
    layers: list[Layer] = [Conv2D(3, 3), Dropout(0.3), Flatten(), Dropout(0.5), Dense(4)]
    return Sequential(layers, (6, 5, 1), dtype=dtype)


def test_a_whole_network_passes_the_gradient_check() -> None:
    check_model(network(np.float64), normal((5, 6, 5, 1), 0))


def test_reseed_repeats_the_draws_and_layers_draw_apart() -> None:
    model = Sequential([Dropout(0.5), Dropout(0.5)], (50,))
    x = np.ones((4, 50), np.float32)
    model.reseed(3)
    first, second = (
        model.forward(x, training=True, keep=True),
        model.forward(x, training=True, keep=True),
    )
    model.reseed(3)
    assert np.array_equal(model.forward(x, training=True, keep=True), first)
    assert np.array_equal(model.forward(x, training=True, keep=True), second)
    assert not np.array_equal(first, second)
    assert np.count_nonzero(first) < 80  # a shared mask would keep about 100 of 200


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_training_repeats_bit_by_bit_and_after_a_pause(workers: int) -> None:
    images, labels = normal((40, 6, 5, 1), 0, np.float32), np.arange(40) % 4

    def train(pause: bool) -> list[bytes]:
        model, rng, optimizer = network(), np.random.default_rng(5), SGD(0.1, momentum=0.9)
        history = None
        for epochs in (1, 3) if pause else (3,):
            state = rng.bit_generator.state
            rng = np.random.default_rng()
            rng.bit_generator.state = state
            history = fit(
                model,
                images,
                labels,
                epochs=epochs,
                batch_size=16,
                optimizer=optimizer,
                rng=rng,
                workers=workers,
                history=history,
            )
            model.reseed(epochs)  # a resumed process has generators in another state
        return [p.value.tobytes() for p in model.parameters().values()]

    assert train(pause=False) == train(pause=False) == train(pause=True)


def test_workers_draw_different_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the same example, one for each of two workers: the gradients must not be equal."""
    monkeypatch.setattr(tinynet.helpers, "can_fork", lambda: False)  # threads share `seen`
    seen: list[np.ndarray] = []

    class Recorder(Layer):
        def forward(self, x: np.ndarray, training: bool = False, keep: bool = False) -> np.ndarray:
            seen.append(x)
            return x

        def backward(self, dy: np.ndarray) -> np.ndarray:
            return dy

    model = Sequential([Dense(20), Dropout(0.5), Recorder(), Dense(2)], (3,))
    fit(model, np.ones((2, 3), np.float32), np.zeros(2, int), batch_size=2, workers=2)
    first, second = seen
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("rate", [1, -0.1, 1.5, "0.5", None, True, float("nan")])
def test_strict_about_the_rate(rate: object) -> None:
    with pytest.raises(ValueError, match=r"rate must lie in \[0, 1\)"):
        Dropout(rate)  # type: ignore[arg-type]


def test_backward_needs_a_training_forward() -> None:
    layer = built(0.5, (2, 3))
    layer.forward(np.ones((2, 3)))
    with pytest.raises(RuntimeError, match="keep=True"):
        layer.backward(np.ones((2, 3)))
