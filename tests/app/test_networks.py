"""The named networks, and the loss and the probabilities that belong to each."""

import numpy as np
import pytest

from mnist_app.reading.classifier import INCLUDED
from mnist_app.reading.probabilities import probabilities
from mnist_app.training.networks import (
    LEARNING_RATES,
    NETWORKS,
    build_network,
    loss_of,
    residual_block,
)
from tests.app.conftest import Cli
from tests.app.idx_files import mnist
from tinynet import Dense, Sequential, Softmax, load_model


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cnn", 121_930),
        ("cnn-large", 506_250),
        ("resnet", 406_042),
        ("mlp", 669_706),
        ("mlp-small", 42_310),
    ],
)
def test_networks_have_the_published_sizes(name: str, count: int) -> None:
    model = build_network(name)
    assert sum(p.value.size for p in model.parameters().values()) == count
    assert model.output_shape == (10,)
    assert build_network(name, classes=47).output_shape == (47,)


def test_a_residual_block_begins_with_what_it_gets() -> None:
    """What its body adds is scaled by the last gamma."""
    model = Sequential(residual_block(3), (4, 4, 3))
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype(np.float32)
    assert not np.array_equal(model.forward(x), np.clip(x, 0, None))
    model.parameters()["residual_1.batch_normalization_2.gamma"].value[...] = 0
    assert np.array_equal(model.forward(x), np.clip(x, 0, None))


def test_an_unknown_network_is_named() -> None:
    with pytest.raises(ValueError, match=f"unknown network 'rnn'; known are {', '.join(NETWORKS)}"):
        build_network("rnn")


@pytest.mark.parametrize("name", INCLUDED)
def test_the_included_weights_are_of_the_networks_and_settings_as_they_are(name: str) -> None:
    """Dropout and learning rate among them: other ones would train another network.

    What was trained further, from another's weights, began at half the rate.
    """
    model, settings = load_model(INCLUDED[name])
    assert list(map(repr, model.layers)) == list(map(repr, build_network(name).layers))
    assert settings["learning_rate"] == LEARNING_RATES[name] / (2 if "start" in settings else 1)


def test_the_help_names_the_learning_rates(cli: Cli) -> None:
    shown = " ".join(cli("train", "--help").stdout.replace("│", " ").split())
    usual = LEARNING_RATES["cnn"]
    others = {name: rate for name, rate in LEARNING_RATES.items() if rate != usual}
    assert f"{usual}; {', '.join(f'{name} {rate}' for name, rate in others.items())}" in shown
    assert set(LEARNING_RATES) == set(NETWORKS)


def models() -> list[Sequential]:
    """One for each kind of ending: logits, sigmoid, softmax."""
    softmax = Sequential([Dense(10), Softmax()], (784,))
    return [build_network("mlp"), build_network("mlp-small"), softmax]


@pytest.mark.parametrize("model", models(), ids=["logits", "sigmoid", "softmax"])
def test_probabilities_are_what_the_loss_measures(model: Sequential) -> None:
    images, labels = mnist().test_images[:50], mnist().test_labels[:50]
    outputs = model.predict(images.reshape(50, *model.input_shape))
    rows = probabilities(model, outputs)
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-6)
    loss, _ = loss_of(model)(outputs, labels)
    assert loss == pytest.approx(-np.log(rows[np.arange(50), labels]).mean(), rel=1e-5)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_a_softmax_s_outputs_are_probabilities_already(temperature: float) -> None:
    _, _, model = models()
    outputs = model.predict(mnist().test_images[:50].reshape(50, 784))
    np.testing.assert_allclose(probabilities(model, outputs, temperature), outputs, rtol=1e-5)


def test_a_temperature_changes_confidence_and_no_answer() -> None:
    model = build_network("mlp")
    outputs = model.predict(mnist().test_images[:50])
    sure, unsure = probabilities(model, outputs), probabilities(model, outputs, temperature=2)
    np.testing.assert_array_equal(sure.argmax(axis=1), unsure.argmax(axis=1))
    assert (unsure.max(axis=1) < sure.max(axis=1)).all()
    assert unsure.dtype == np.float32
    np.testing.assert_allclose(unsure, Softmax().forward(outputs / 2), rtol=1e-6)


def test_a_row_of_zeros_is_undecided() -> None:
    rows = probabilities(build_network("mlp-small"), np.zeros((1, 10), np.float32))
    np.testing.assert_allclose(rows, 0.1, rtol=1e-6)
