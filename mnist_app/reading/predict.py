"""From pictures to answers: what the network says of each, and which could not be read."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_app.data.labels import DIGITS
from mnist_app.pictures.decode import PictureError, decode
from mnist_app.pictures.digit import Problem
from mnist_app.pictures.pipeline import Stages, preprocess
from mnist_app.pictures.pixels import Image28, Pixels
from mnist_app.reading.choose import best_way
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.number import Digit
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
    digits         those of a number, if there are several; the probabilities and the stages'
                   image are then those of the heaviest alone
    """

    image: str
    picture: Pixels
    stages: Stages
    probabilities: Array
    problem: Problem | None
    classes: tuple[str, ...] = DIGITS
    digits: tuple[Digit, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The number in each line; empty unless there are several digits."""
        grouped = itertools.groupby(self.digits, lambda digit: digit.line)
        return ["".join(digit.name for digit in line) for _, line in grouped]

    @property
    def images(self) -> list[Image28]:
        """What the network got: one image, or one for each digit."""
        return [digit.image for digit in self.digits] or [self.stages.image]

    def laid_out(self, images: Sequence[Array]) -> Array:
        """One (28, 28) for each digit, beside each other as the digits stand in their lines."""
        lengths = [len(line) for line in self.lines] or [1]
        grid = np.zeros((len(lengths), max(lengths), *images[0].shape), images[0].dtype)
        each = iter(images)
        for row, length in zip(grid, lengths, strict=True):
            for cell in row[:length]:
                cell[:] = next(each)
        rows, columns, height, width = grid.shape
        return grid.swapaxes(1, 2).reshape(rows * height, columns * width)

    @property
    def digit(self) -> int | None:
        """The number of the most probable class; None if nothing is drawn, or several digits."""
        if self.digits or not self.stages.image.any():
            return None
        return int(self.probabilities.argmax())

    @property
    def name(self) -> str | None:
        """What the most probable class is called, or the number; None if nothing is drawn."""
        if self.digits:
            return " / ".join(self.lines)
        return None if self.digit is None else self.classes[self.digit]

    @property
    def confidence(self) -> float:
        """How probable it is that all of it is right."""
        if self.digits:
            return math.prod(digit.confidence for digit in self.digits)
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
        if self.digits:
            return {
                "image": self.image,
                "number": "\n".join(self.lines),
                "confidence": round(self.confidence, 6),
                "digits": [digit.report() for digit in self.digits],
                "problem": None,
            }
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
    if not classifier.reads_digits:
        stages = preprocess(picture, is_digit=False)
        row = classifier.probabilities(stages.image[np.newaxis])[0]
        return Answer(image, thumbnail(picture), stages, row, stages.problem, classifier.classes)
    way = best_way(classifier, picture)
    return Answer(
        image,
        thumbnail(picture),
        way.stages,
        way.probabilities,
        way.problem,
        classifier.classes,
        way.digits,
    )


def thumbnail(picture: Pixels) -> Pixels:
    """Every second or third or ... pixel, so that the longest side is at most THUMBNAIL."""
    step = -(-max(picture.shape[:2]) // THUMBNAIL)
    return picture[::step, ::step].copy()
