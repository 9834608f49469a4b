"""Last rungs: the app's whole networks, built as a Keras user would, on real MNIST.

One batch: outputs, loss and every gradient, to 1e-13 (measured: 2e-15). Then 40 training
steps on the same batches, to 1e-12: measured 4e-15 to 3e-13, the most right after the first
step, where Adam divides gradients of 1e-9 by their own size.
"""

import keras
import numpy as np
import pytest

from mnist_app.data.dataset import Dataset, load_mnist
from mnist_app.keras.networks import keras_network, keras_weights
from mnist_app.training.networks import build_network
from tests.parity.ladder import Training, agree, copy_to_keras, disagreement, in_float64
from tinynet import SGD, Adam, softmax_cross_entropy

NETWORKS = ("cnn", "mlp", "mlp-small")
BATCH = 32
STEPS = 40


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    return load_mnist()


@pytest.mark.parametrize("network", NETWORKS)
def test_outputs_and_gradients_of_one_batch(network: str, mnist: Dataset) -> None:
    training = Training(network, SGD(), in_float64(keras.optimizers.SGD()))
    distances, _ = training.step(mnist.train_images[:128], mnist.train_labels[:128])
    agree(distances, 1e-13)


@pytest.mark.parametrize("network", NETWORKS)
def test_forty_steps_of_adam(network: str, mnist: Dataset) -> None:
    training = Training(network, Adam(), in_float64(keras.optimizers.Adam()))
    walk(training, mnist)


def test_forty_steps_of_sgd(mnist: Dataset) -> None:
    reference = in_float64(keras.optimizers.SGD(0.05, momentum=0.9))
    walk(Training("mlp-small", SGD(0.05, 0.9), reference), mnist)


def walk(training: Training, mnist: Dataset) -> None:
    """Every loss, and all weights at the end; an ordinary rate of learning in between."""
    rng = np.random.default_rng(1)
    losses = []
    for _ in range(STEPS):
        batch = rng.integers(0, len(mnist.train_images), BATCH)
        distances, loss = training.step(mnist.train_images[batch], mnist.train_labels[batch])
        agree(distances)
        losses.append(loss)
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])


@pytest.mark.parametrize("network", NETWORKS)
def test_the_twin_has_every_weight_under_its_name(network: str) -> None:
    model, twin = build_network(network, seed=1, dtype=np.float64), keras_network(network)
    copy_to_keras(model, twin)
    parameters, variables = model.parameters(), keras_weights(twin)
    assert set(variables) == set(parameters)
    for name, variable in variables.items():
        assert np.array_equal(variable.numpy(), parameters[name].value)


def test_a_network_that_is_no_twin_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"conv2d_1.bias has the shape None there and \(32,\) here"
    ):
        copy_to_keras(build_network("cnn"), keras_network("mlp"))
    with pytest.raises(ValueError, match=r"dense_3.bias has the shape \(9,\) there and \(10,\)"):
        copy_to_keras(build_network("mlp"), keras_network("mlp", classes=9))
    with pytest.raises(ValueError, match="no twin of the network 'cnn-large'"):
        keras_network("cnn-large")


def test_what_keras_makes_of_a_sigmoid_before_the_cross_entropy() -> None:
    """It takes the sigmoid away, and the loss is that of a softmax: not what it documents."""
    scores = keras.layers.Input((10,))
    model = keras.Model(scores, keras.layers.Activation("sigmoid")(scores))
    x = np.random.default_rng(0).normal(size=(5, 10))
    labels = np.arange(5)
    loss = keras.losses.SparseCategoricalCrossentropy()(labels, model(x))
    assert disagreement(np.array(softmax_cross_entropy(x, labels)[0]), loss) < 1e-12
