"""Every network as an ONNX file: all test answers, the calibration, and what is in the file."""

import functools

import numpy as np
import pytest

from mnist_app.onnx.write import onnx_bytes
from mnist_app.reading.calibration import temperature_of
from mnist_app.reading.classifier import WEIGHTS
from mnist_app.reading.probabilities import probabilities
from mnist_app.training.networks import NETWORKS, build_network
from tests.app.idx_files import mnist
from tests.keras.files import drawn
from tests.onnx.files import Outputs, by_evaluator, by_runtime, differences, opened, random_images
from tinynet import Dense, Flatten, Sequential, Softmax, load_model
from tinynet.types import Array

INCLUDED = ("cnn", "cnn-large", "digit_detector")
CLOSE = 1e-6  # of the largest logit


@functools.cache
def included(name: str) -> tuple[bytes, Array, Array]:
    """An included network as a file, and its own logits and probabilities of all test images."""
    path = WEIGHTS / f"{name}.safetensors"
    model, settings = load_model(path)
    temperature = temperature_of(settings, path)
    logits = model.predict(mnist().test_images)
    return onnx_bytes(model, temperature), logits, probabilities(model, logits, temperature)


def compare(found: Outputs, logits: Array, rows: Array) -> None:
    assert np.abs(found.network - logits).max() <= CLOSE * np.abs(logits).max()
    assert np.abs(found.probabilities - rows).max() <= 3e-6
    np.testing.assert_array_equal(found.probabilities.argmax(axis=1), rows.argmax(axis=1))


@pytest.mark.parametrize("name", INCLUDED)
def test_onnxruntime_gives_all_answers_to_the_test_images(name: str) -> None:
    content, logits, rows = included(name)
    assert len(rows) == 10_000
    compare(by_runtime(content, mnist().test_images), logits, rows)


@pytest.mark.parametrize("name", INCLUDED)
@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_the_reference_evaluator_gives_them_too(name: str, count: int) -> None:
    content, logits, rows = included(name)
    compare(by_evaluator(content, mnist().test_images[:count]), logits[:count], rows[:count])


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_with_drawn_parameters(name: str) -> None:
    """Numbers that were not trained cancel more, and rounding weighs more."""
    model = drawn(build_network(name))
    assert max(differences(model, random_images(model, 3))) <= 3 * CLOSE


@pytest.mark.parametrize("last", ["logits", "sigmoid", "softmax"])
def test_the_calibration_is_inside(last: str) -> None:
    model = drawn(build_network("mlp-small" if last == "sigmoid" else "mlp"))
    if last == "softmax":
        model = drawn(Sequential([Flatten(), Dense(3), Softmax()], (28, 28, 1)))
    images = random_images(model, 5)
    expected = probabilities(model, model.predict(images), 1.7)
    found = by_runtime(onnx_bytes(model, 1.7), images).probabilities
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    uncalibrated = probabilities(model, model.predict(images), 1)
    assert np.allclose(expected, uncalibrated, rtol=1e-3) == (last != "logits")


@pytest.mark.parametrize("count", [0, 1, 7])
def test_the_batch_may_have_any_size(count: int) -> None:
    model = build_network("cnn")
    found = by_runtime(onnx_bytes(model), random_images(model, 7), batch=7 if count == 0 else count)
    assert found.probabilities.shape == (7, 10)


def test_what_the_file_says_of_itself() -> None:
    file = opened(included("cnn-large")[0])
    assert (file.ir_version, file.opset_import[0].version) == (8, 17)
    assert (len(file.opset_import), file.producer_name) == (1, "tinynet-mnist")
    (images,), (rows,) = file.graph.input, file.graph.output
    kinds = (images.type.tensor_type.elem_type, rows.type.tensor_type.elem_type)
    assert (images.name, rows.name, kinds) == ("images", "probabilities", (2, 1))  # uint8, float
    shapes = [
        [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (images, rows)
    ]
    assert shapes == [["N", 28, 28], ["N", 10]]


def test_names_stay_and_kernels_are_laid_out_for_onnx() -> None:
    model, _ = load_model(WEIGHTS / "cnn.safetensors")
    graph = opened(included("cnn")[0]).graph
    shapes = {array.name: tuple(array.dims) for array in graph.initializer}
    assert model.parameters().keys() <= shapes.keys()
    assert (shapes["conv2d_1.kernel"], shapes["conv2d_2.kernel"]) == ((32, 1, 3, 3), (64, 32, 3, 3))
    assert shapes["dense_1.kernel"] == model.parameters()["dense_1.kernel"].shape
    kinds = [node.op_type for node in graph.node]
    assert (kinds.count("Transpose"), kinds.index("Transpose") < kinds.index("Conv")) == (1, True)
    assert "Gather" not in kinds
    names = {node.name for node in graph.node}
    assert {layer.name for layer in model.layers} <= names
