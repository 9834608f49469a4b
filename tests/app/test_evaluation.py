"""The figures of an evaluation, against an example counted by hand."""

import json

import numpy as np
import pytest

from mnist_app.data.dataset import Dataset
from mnist_app.reading.calibration import expected_calibration_error
from mnist_app.training.evaluation import Evaluation, check_fit, evaluate_images
from tests.app.idx_files import mnist
from tinynet import Dense, Flatten, ModelFileError, Sequential, evaluate

# Six images of three classes; class 2 is never answered and class 1 twice wrong.
PROBABILITIES = np.array(
    [
        [0.7, 0.2, 0.1],  # 0, right
        [0.6, 0.3, 0.1],  # 0, right
        [0.1, 0.8, 0.1],  # 1, right
        [0.9, 0.1, 0.0],  # 1, taken for 0
        [0.5, 0.4, 0.1],  # 1, taken for 0
        [0.2, 0.6, 0.2],  # 2, taken for 1
    ],
    np.float32,
)
LABELS = np.array([0, 0, 1, 1, 1, 2], np.uint8)


def by_hand() -> Evaluation:
    confusion = np.array([[2, 0, 0], [2, 1, 0], [0, 1, 0]])
    return Evaluation(0.5, PROBABILITIES, LABELS, confusion)


def test_figures_of_an_example() -> None:
    example = by_hand()
    assert example.accuracy == 0.5
    np.testing.assert_allclose(example.precision, [2 / 4, 1 / 2, np.nan])
    np.testing.assert_allclose(example.recall, [1, 1 / 3, 0])
    np.testing.assert_allclose(example.f1, [2 * 2 / (4 + 2), 2 * 1 / (2 + 3), 0])
    assert example.mistakes.tolist() == [3, 5, 4]


def test_report_is_json_without_nan() -> None:
    report = json.loads(json.dumps(by_hand().report(), allow_nan=False))
    assert report["images"] == 6
    assert report["mistakes"] == 3
    assert report["confusion_matrix"] == [[2, 0, 0], [2, 1, 0], [0, 1, 0]]
    assert report["classes"][2] == {
        "class": 2, "precision": None, "recall": 0.0, "f1": 0.0, "images": 1,
    }  # fmt: skip


def test_evaluation_agrees_with_tinynet_and_with_counting() -> None:
    images, labels = mnist().test_images[:300], mnist().test_labels[:300]
    model = Sequential([Flatten(), Dense(10)], (28, 28, 1), seed=5)
    found = evaluate_images(model, images, labels, temperature=3)
    assert (found.loss, found.accuracy) == evaluate(model, images, labels)
    counted = np.zeros((10, 10), int)
    for label, row in zip(labels, model.predict(images), strict=True):
        counted[label, row.argmax()] += 1
    np.testing.assert_array_equal(found.confusion, counted)
    assert len(found.mistakes) == 300 - np.trace(counted)
    assert found.calibration_error == expected_calibration_error(found.probabilities, labels)
    assert found.report()["calibration_error"] == found.calibration_error > 0
    confidence = found.probabilities.max(axis=1)[found.mistakes]
    assert (np.diff(confidence) <= 0).all()


def little(classes: int) -> Dataset:
    return Dataset(*2 * (mnist().test_images[:9], mnist().test_labels[:9]), "little", classes)


def test_a_model_must_fit_the_data() -> None:
    model = Sequential([Flatten(), Dense(10)], (28, 28, 1))
    check_fit(model, little(10))
    check_fit(model, little(9))
    with pytest.raises(ModelFileError) as caught:
        check_fit(model, little(26))
    assert str(caught.value) == (
        "the model knows 10 classes, the data set 'little' has 26; expected the data that the "
        "model was trained on"
    )
    with pytest.raises(ModelFileError) as caught:
        check_fit(Sequential([Flatten(), Dense(40_000)], (28, 28, 1)), little(10))
    assert str(caught.value) == (
        "the model knows 40,000 classes; expected at most 256, as a label is a byte"
    )
    with pytest.raises(ModelFileError) as caught:
        check_fit(Sequential([Dense(10)], (784,)), little(10))
    assert str(caught.value) == (
        "the model maps (784,) to (10,); expected one that maps (28, 28, 1) to one number a class"
    )


def test_weights_that_are_too_large() -> None:
    model = Sequential([Flatten(), Dense(10)], (28, 28, 1))
    model.parameters()["dense_1.kernel"].value[...] = 3e38 * (np.arange(10) % 2 * 2 - 1)
    data = little(10)
    with pytest.raises(ModelFileError, match="the model gives no numbers"):
        evaluate_images(model, data.test_images, data.test_labels, workers=1)
