"""From pictures to answers: what the network says of each, and which could not be read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_app.data.labels import DIGITS
from mnist_app.pictures.decode import PictureError, decode
from mnist_app.pictures.digit import Problem
from mnist_app.pictures.pipeline import Stages, preprocess
from mnist_app.pictures.pixels import Pixels
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.digit_detector import looks_like_digit
from mnist_app.reading.picture_files import (
    STANDARD_INPUT,
    check_picture_file,
    pictures_of,
    standard_input,
)
from mnist_app.text import percent
from tinynet.types import Array

THUMBNAIL = 360  # pixels: what a figure shows of an original
MOST_SHOWN = 10  # classes with their probabilities


@dataclass(frozen=True)
class Answer:
    """What the network says of one picture.

    picture        a thumbnail of the original, (H, W, 3) in [0, 1]
    stages         the picture on its way to the network
    probabilities  (K,), which sum to 1; they presume that the picture holds one digit
    problem        why it may hold none, or several, or None; the digit is then only a guess
    classes        what each class is called
    """

    image: str
    picture: Pixels
    stages: Stages
    probabilities: Array
    problem: Problem | None
    classes: tuple[str, ...] = DIGITS

    @property
    def digit(self) -> int | None:
        """The number of the most probable class; None if nothing is drawn."""
        return int(self.probabilities.argmax()) if self.stages.image.any() else None

    @property
    def name(self) -> str | None:
        """What the most probable class is called; None if nothing is drawn."""
        return None if self.digit is None else self.classes[self.digit]

    @property
    def confidence(self) -> float:
        return float(self.probabilities.max())

    def said(self, decimals: int = 2) -> str:
        """What it is and the confidence, or the problem."""
        return self.problem or f"{self.name}, {percent(self.confidence, decimals)}"

    def shown(self) -> list[int]:
        """The classes worth showing: all of ten, or else the ten most probable, best first."""
        if len(self.classes) <= MOST_SHOWN:
            return list(range(len(self.classes)))
        best: list[int] = np.argsort(-self.probabilities, kind="stable")[:MOST_SHOWN].tolist()
        return best

    def report(self) -> dict[str, Any]:
        """As JSON; classes that are not the ten digits come with their names."""
        rounded = [round(float(p), 6) for p in self.probabilities]
        digits = self.classes == DIGITS
        return {
            "image": self.image,
            **({"digit": self.digit} if digits else {"class": self.name}),
            "confidence": round(self.confidence, 6) if self.problem is None else None,
            "probabilities": (rounded if digits else dict(zip(self.classes, rounded, strict=True))),
            "problem": self.problem,
        }


@dataclass(frozen=True)
class Failure:
    """A picture that could not be read, and why in one line."""

    image: str
    error: str

    def report(self) -> dict[str, Any]:
        return {"image": self.image, "error": self.error}


def find_pictures(images: Iterable[str], recursive: bool = False) -> list[str | Failure]:
    """All that is meant by paths, folders of pictures, and "-" for standard input.

    A folder that has no pictures, or cannot be read, becomes a Failure among the others.
    """
    found: list[str | Failure] = []
    for image in images:
        try:
            found += pictures_of(image, recursive)
        except PictureError as error:
            found.append(Failure(image, str(error)))
    return found


def predict_pictures(
    classifier: Classifier, pictures: Iterable[str | Failure]
) -> Iterator[Answer | Failure]:
    """One answer or failure for each picture that was found; a bad one does not stop the others."""
    for picture in pictures:
        yield picture if isinstance(picture, Failure) else predict_picture(classifier, picture)


def predict_picture(classifier: Classifier, image: str) -> Answer | Failure:
    """The answer to one picture, by its path or "-", or the failure to read it."""
    if image != STANDARD_INPUT:
        return predict_file(classifier, image)
    try:
        return _predict(classifier, image, standard_input())
    except PictureError as error:
        return Failure(image, str(error))


def predict_file(classifier: Classifier, image: str) -> Answer | Failure:
    """The answer to one picture file, or the failure to read it; "-" is a file like any other."""
    try:
        check_picture_file(image)
        return _predict(classifier, image, image)
    except PictureError as error:
        return Failure(image, str(error))


def _predict(classifier: Classifier, image: str, source: str | bytes) -> Answer:
    return read_picture(classifier, decode(source), image)


def read_picture(classifier: Classifier, picture: Pixels, image: str) -> Answer:
    """What the network says of a picture in pixels, (H, W) or (H, W, 3) in [0, 1]."""
    stages = preprocess(picture, classifier.reads_digits)
    images = stages.image[np.newaxis]
    problem = stages.problem
    if problem is None and classifier.reads_digits and not looks_like_digit(images)[0]:
        problem = "does not look like a digit"
    rows = classifier.probabilities(images)
    return Answer(image, thumbnail(picture), stages, rows[0], problem, classifier.classes)


def thumbnail(picture: Pixels) -> Pixels:
    """Every second or third or ... pixel, so that the longest side is at most THUMBNAIL."""
    step = -(-max(picture.shape[:2]) // THUMBNAIL)
    return picture[::step, ::step].copy()
