"""BatchNormalization against loops over one channel at a time, and its moving averages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinynet.strategies import Array, dtypes, normal, seeds
from tinynet import (
    SGD,
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GradientError,
    MaxPool,
    ReLU,
    Sequential,
    check_layer,
    check_model,
    fit,
    load_model,
    save_model,
)

shapes = st.one_of(
    st.tuples(st.integers(2, 6), st.integers(1, 5)),
    st.tuples(st.integers(2, 4), st.integers(1, 4), st.integers(1, 5)),
    st.tuples(st.integers(1, 4), st.integers(2, 5), st.integers(1, 5), st.integers(1, 4)),
)
momenta = st.sampled_from([0.0, 0.5, 0.99])
epsilons = st.sampled_from([1e-5, 1e-3, 0.1])


def built(
    shape: tuple[int, ...],
    seed: int = 0,
    dtype: type = np.float64,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
) -> BatchNormalization:
    """A layer whose parameters and moving averages are all drawn."""
    layer = BatchNormalization(momentum, epsilon)
    assert layer.build(shape[1:], np.random.default_rng(0), dtype) == shape[1:]
    rng = np.random.default_rng(seed)
    for parameter in layer.parameters().values():
        parameter.value[...] = rng.uniform(0.5, 2, parameter.shape)
    return layer


@given(shapes, seeds, dtypes, momenta, epsilons)
def test_against_the_definition(
    shape: tuple[int, ...], seed: int, dtype: type, momentum: float, epsilon: float
) -> None:
    layer = built(shape, seed, dtype, momentum, epsilon)
    x, dy = normal(shape, seed, dtype) + dtype(2), normal(shape, seed + 1, dtype)
    given_x, upstream = x.copy(), dy.copy()
    before = {name: p.value.copy() for name, p in layer.parameters().items()}
    predicted = layer.forward(x)
    y, dx = layer.forward(x, training=True, keep=True), layer.backward(dy)
    atol = 1e-10 if dtype == np.float64 else 1e-3
    for c in range(shape[-1]):
        channel = x[..., c].astype(np.float64)
        mean, variance = channel.mean(), np.mean((channel - channel.mean()) ** 2)
        xhat = (channel - mean) / np.sqrt(variance + epsilon)
        gamma, beta = float(before["gamma"][c]), float(before["beta"][c])
        moving_mean = float(before["moving_mean"][c])
        moving_variance = float(before["moving_variance"][c])
        still = (channel - moving_mean) / np.sqrt(moving_variance + epsilon)
        np.testing.assert_allclose(y[..., c], gamma * xhat + beta, rtol=0, atol=atol)
        np.testing.assert_allclose(predicted[..., c], gamma * still + beta, rtol=0, atol=atol)
        np.testing.assert_allclose(
            layer.gamma.grad[c], np.sum(dy[..., c] * xhat), rtol=0, atol=atol
        )
        np.testing.assert_allclose(layer.beta.grad[c], np.sum(dy[..., c]), rtol=0, atol=atol)
        for moving, old, new in (
            (layer.moving_mean, moving_mean, mean),
            (layer.moving_variance, moving_variance, variance),
        ):
            step = old - (momentum * old + (1 - momentum) * new)
            np.testing.assert_allclose(moving.grad[c], step, rtol=0, atol=atol)
    assert y.shape == dx.shape == shape
    assert {y.dtype, dx.dtype, predicted.dtype} == {np.dtype(dtype)}
    assert all(p.value.dtype == p.grad.dtype == dtype for p in layer.parameters().values())
    assert np.array_equal(x, given_x)
    assert np.array_equal(dy, upstream)
    assert all(np.array_equal(p.value, before[n]) for n, p in layer.parameters().items())


@given(shapes, seeds)
def test_gradients(shape: tuple[int, ...], seed: int) -> None:
    report = check_layer(built(shape, seed), normal(shape, seed), seed)
    assert report.errors.keys() == {"dx", "gamma", "beta"}


@pytest.mark.parametrize("forgotten", ["mean", "variance"])
def test_the_gradient_check_sees_a_forgotten_path(forgotten: str) -> None:
    """x acts directly, through the mean and through the variance: leave one of these out."""

    class Forgetful(BatchNormalization):
        def backward(self, dy: Array) -> Array:
            dx = super().backward(dy)
            centred, spread, _ = self.cached()
            xhat = (centred / spread[:, np.newaxis])[0].T
            factor = xhat if forgotten == "variance" else 1.0
            kept: Array = self.gamma.value / spread * factor * (dy * factor).mean(axis=0)
            return np.add(dx, kept)

    layer = Forgetful()
    layer.build((3,), np.random.default_rng(0), np.float64)
    with pytest.raises(GradientError, match="dx"):
        check_layer(layer, normal((5, 3), 0))


def test_backward_parameters_alone_gives_the_same_grads() -> None:
    x, dy = normal((4, 3, 5, 2), 0), normal((4, 3, 5, 2), 1)
    layer, twin = built(x.shape), built(x.shape)
    layer.forward(x, training=True, keep=True)
    twin.forward(x, training=True, keep=True)
    layer.backward(dy)
    twin.backward_parameters(dy)
    for one, other in zip(layer.parameters().values(), twin.parameters().values(), strict=True):
        assert np.array_equal(one.grad, other.grad)


def test_any_memory_order_gives_the_same() -> None:
    x, dy = normal((4, 3, 5, 2), 0), normal((4, 3, 5, 2), 1)
    layer = built(x.shape)
    y, dx = layer.forward(x, training=True, keep=True), layer.backward(dy)
    other = np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0)  # batch last in memory
    assert np.array_equal(layer.forward(other, training=True, keep=True), y)
    assert np.array_equal(layer.backward(np.asfortranarray(dy)), dx)


def test_a_large_mean_does_not_drown_the_variance() -> None:
    """float32: mean(x^2) - mean(x)^2 would lose all of it."""
    x = (normal((64, 5, 5, 1), 0) + 1e4).astype(np.float32)
    layer = BatchNormalization()
    layer.build(x.shape[1:], np.random.default_rng(0), np.float32)
    y = layer.forward(x, training=True, keep=True)
    assert abs(y.std() - 1) < 0.01


def network(dtype: type = np.float64) -> Sequential:
    layers = [Conv2D(3, 3), BatchNormalization(0.9), ReLU(), MaxPool(), Flatten(), Dense(6)]
    return Sequential([*layers, BatchNormalization(0.9), Dense(4)], (8, 7, 1), dtype=dtype)


def test_a_whole_network_passes_the_gradient_check() -> None:
    check_model(network(), normal((6, 8, 7, 1), 0))


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.9, weight_decay=0.1), Adam()])
def test_optimizers_move_the_averages_as_they_are(optimizer: SGD | Adam) -> None:
    """Neither the learning rate, nor momentum, nor weight decay acts on a moving average."""
    x = normal((50, 8, 7, 1), 0)
    model = Sequential([BatchNormalization(0.75)], (8, 7, 1), dtype=np.float64)
    expected = {"moving_mean": 0.0, "moving_variance": 1.0}
    for _ in range(5):
        model.forward(x, training=True, keep=True)
        model.backward(np.zeros_like(x))
        optimizer.update(model.parameters())
        expected["moving_mean"] = 0.75 * expected["moving_mean"] + 0.25 * x.mean()
        expected["moving_variance"] = 0.75 * expected["moving_variance"] + 0.25 * x.var()
    parameters = model.parameters()
    for name, value in expected.items():
        np.testing.assert_allclose(parameters[f"batch_normalization_1.{name}"].value, value)
    assert not any("moving" in name for name in optimizer.state)


def test_workers_average_their_shares() -> None:
    """Three workers, uneven shares: the moving mean goes to the mean over the whole batch."""
    x = normal((7, 5), 0)
    model = Sequential([BatchNormalization(0.0), Dense(2)], (5,), dtype=np.float64)
    fit(model, x, np.zeros(7, int), batch_size=7, optimizer=SGD(1e-9), workers=3)
    shares = np.array_split(np.arange(7), 3)
    order = np.random.default_rng(0).permutation(7)
    variance = sum(len(s) / 7 * x[order[s]].var(axis=0) for s in shares)
    parameters = model.parameters()
    np.testing.assert_allclose(
        parameters["batch_normalization_1.moving_mean"].value, x.mean(axis=0), rtol=1e-12
    )
    np.testing.assert_allclose(
        parameters["batch_normalization_1.moving_variance"].value, variance, rtol=1e-12
    )


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_training_repeats_bit_by_bit(workers: int) -> None:
    images, labels = normal((40, 8, 7, 1), 0, np.float32), np.arange(40) % 4

    def train() -> list[bytes]:
        model = network(np.float32)
        fit(model, images, labels, epochs=2, batch_size=16, workers=workers)
        return [p.value.tobytes() for p in model.parameters().values()]

    assert train() == train()


def test_saved_with_its_moving_averages(tmp_path) -> None:  # type: ignore[no-untyped-def]
    layers = [Conv2D(3, 3), BatchNormalization(0.9, 1e-4), Dropout(0.25), GlobalAveragePooling2D()]
    model = Sequential([*layers, BatchNormalization(), Dense(4)], (8, 7, 1))
    images = normal((40, 8, 7, 1), 0, np.float32)
    fit(model, images, np.arange(40) % 4, batch_size=16)
    save_model(model, tmp_path / "model.safetensors")
    loaded, _ = load_model(tmp_path / "model.safetensors")
    assert repr(loaded.layers) == repr(model.layers)
    assert np.array_equal(loaded.predict(images), model.predict(images))
    assert loaded.parameters()["batch_normalization_1.moving_mean"].value.any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"momentum": 1.5}, "momentum must lie in"),
        ({"momentum": float("nan")}, "momentum must lie in"),
        ({"epsilon": 0.0}, "epsilon must be positive"),
    ],
)
def test_strict_arguments(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BatchNormalization(**arguments)


def test_backward_needs_a_training_forward() -> None:
    layer = built((2, 3))
    layer.forward(np.ones((2, 3)))
    with pytest.raises(RuntimeError, match="keep=True"):
        layer.backward(np.ones((2, 3)))
