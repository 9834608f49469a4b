"""How well a network does on labelled images: figures, confusions, and which images it misses."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_app.data.dataset import Dataset, Images, Labels
from mnist_app.data.labels import MOST_CLASSES, numbers
from mnist_app.reading.calibration import expected_calibration_error
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.probabilities import probabilities
from mnist_app.training.networks import loss_of
from tinynet import ModelFileError, Sequential, predict
from tinynet.types import Array


@dataclass(frozen=True)
class Evaluation:
    """What a network says about N images of K classes.

    loss           mean cross-entropy
    probabilities  (N, K), one row for each image
    confusion      (K, K) counts, row = label, column = answer
    precision, recall, f1  (K,), NaN where nothing was answered or labelled so
    mistakes       indices of wrong answers, the most confident first
    classes        what the classes are called, if they are not called 0, 1, ...
    """

    loss: float
    probabilities: Array
    labels: Labels
    confusion: NDArray[np.int64]
    classes: tuple[str, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What the classes are called."""
        return self.classes or numbers(len(self.confusion))

    @property
    def accuracy(self) -> float:
        return int(self.confusion.trace()) / len(self.labels)

    @property
    def precision(self) -> Array:
        return _ratio(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def recall(self) -> Array:
        return _ratio(self.confusion.diagonal(), self.confusion.sum(axis=1))

    @property
    def f1(self) -> Array:
        answered, labelled = self.confusion.sum(axis=0), self.confusion.sum(axis=1)
        return _ratio(2 * self.confusion.diagonal(), answered + labelled)

    @property
    def mistakes(self) -> NDArray[np.intp]:
        wrong = np.flatnonzero(self.probabilities.argmax(axis=1) != self.labels)
        confidence = self.probabilities.max(axis=1)
        return wrong[np.argsort(-confidence[wrong], kind="stable")]

    @property
    def calibration_error(self) -> float:
        """How far confidence and accuracy are apart, on average (see calibration.py)."""
        return expected_calibration_error(self.probabilities, self.labels)

    def report(self) -> dict[str, Any]:
        """Everything but the single images, as JSON."""
        classes = zip(self.precision, self.recall, self.f1, self.confusion.sum(axis=1), strict=True)
        return {
            "images": len(self.labels),
            "loss": self.loss,
            "accuracy": self.accuracy,
            "mistakes": len(self.mistakes),
            "calibration_error": self.calibration_error,
            "classes": [
                {
                    "class": label if self.classes is None else self.classes[label],
                    "precision": _number(precision),
                    "recall": _number(recall),
                    "f1": _number(f1),
                    "images": int(images),
                }
                for label, (precision, recall, f1, images) in enumerate(classes)
            ],
            "confusion_matrix": self.confusion.tolist(),
        }


def evaluate_images(
    model: Sequential,
    images: Images,
    labels: Labels,
    workers: int | None = None,
    temperature: float = 1.0,
    classes: tuple[str, ...] | None = None,
) -> Evaluation:
    """Ask the network about all images, and compare with the labels.

    The loss is the one that training minimizes; the temperature changes only how sure it sounds.
    Raises ModelFileError if the weights are so large that the answers are no numbers.
    """
    with np.errstate(all="ignore"):
        outputs = predict(model, images, workers)
        loss, _ = loss_of(model)(outputs, labels)
        rows = probabilities(model, outputs, temperature)
    if not (np.isfinite(rows).all() and np.isfinite(loss)):
        raise ModelFileError("the model gives no numbers: its weights are not usable")
    count = outputs.shape[1]
    pairs = labels.astype(np.int64) * count + outputs.argmax(axis=1)
    confusion = np.bincount(pairs, minlength=count**2).reshape(count, count)
    unnamed = classes is None or classes == numbers(count)
    return Evaluation(loss, rows, labels, confusion, None if unnamed else classes)


def fitting_labels(classifier: Classifier, dataset: Dataset) -> Labels:
    """The labels of the test images as the classifier counts its classes, which have names.

    Raises ModelFileError unless it takes the data set's images and knows all of its classes.
    """
    check_fit(classifier.model, dataset)
    if unknown := [name for name in dataset.class_names if name not in classifier.classes]:
        raise ModelFileError(
            f"the model does not know the class '{unknown[0]}' of the data set {dataset.name!r}; "
            "expected the data that the model was trained on"
        )
    places = [classifier.classes.index(name) for name in dataset.class_names]
    labels: Labels = np.array(places, np.uint8)[dataset.test_labels]
    return labels


def check_fit(model: Sequential, dataset: Dataset) -> None:
    """ModelFileError unless the network takes the data set's images and has enough classes."""
    pixels = (*dataset.test_images.shape[1:], 1)
    if model.input_shape != pixels or len(model.output_shape) != 1:
        raise ModelFileError(
            f"the model maps {model.input_shape} to {model.output_shape}; "
            f"expected one that maps {pixels} to one number a class"
        )
    if model.output_shape[0] > MOST_CLASSES:
        raise ModelFileError(
            f"the model knows {model.output_shape[0]:,} classes; expected at most {MOST_CLASSES}, "
            "as a label is a byte"
        )
    if model.output_shape[0] < dataset.classes:
        raise ModelFileError(
            f"the model knows {model.output_shape[0]} classes, the data set {dataset.name!r} has "
            f"{dataset.classes}; expected the data that the model was trained on"
        )


def _ratio(part: Array, whole: Array) -> Array:
    ratio: Array = np.full(len(whole), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
