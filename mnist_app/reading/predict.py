"""From pictures to answers: which files are meant, and what the network says of each."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.pictures.decode import PictureError, decode
from mnist_app.pictures.digit import Problem
from mnist_app.pictures.pipeline import Stages, preprocess
from mnist_app.pictures.pixels import Pixels
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.digit_detector import looks_like_digit
from mnist_app.text import percent
from tinynet.types import Array

STANDARD_INPUT = "-"
LARGEST_INPUT = 2**27  # bytes; the largest picture that is decoded, uncompressed, has fewer
THUMBNAIL = 360  # pixels: what a figure shows of an original
PICTURE_FILE = re.compile(
    r"[^.].*\.(avif|bmp|gif|ico|jfif|jpe?g|mpo|p[bgnp]m|png|tga|tiff?|webp)", re.IGNORECASE
)


@dataclass(frozen=True)
class Answer:
    """What the network says of one picture.

    picture        a thumbnail of the original, (H, W, 3) in [0, 1]
    stages         the picture on its way to the network
    probabilities  (K,), which sum to 1; they presume that the picture holds one digit
    problem        why it may hold none, or several, or None; the digit is then only a guess
    """

    image: str
    picture: Pixels
    stages: Stages
    probabilities: Array
    problem: Problem | None

    @property
    def digit(self) -> int | None:
        """The most probable one; None if nothing is drawn."""
        return int(self.probabilities.argmax()) if self.stages.image.any() else None

    @property
    def confidence(self) -> float:
        return float(self.probabilities.max())

    def said(self, decimals: int = 2) -> str:
        """The digit and the confidence, or the problem."""
        return self.problem or f"{self.digit}, {percent(self.confidence, decimals)}"

    def report(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "image": self.image,
            "digit": self.digit,
            "confidence": round(self.confidence, 6) if self.problem is None else None,
            "probabilities": [round(float(p), 6) for p in self.probabilities],
            "problem": self.problem,
        }


@dataclass(frozen=True)
class Failure:
    """A picture that could not be read, and why in one line."""

    image: str
    error: str

    def report(self) -> dict[str, Any]:
        return {"image": self.image, "error": self.error}


def predict_pictures(classifier: Classifier, images: Iterable[str]) -> Iterator[Answer | Failure]:
    """One answer or failure for each picture: paths, folders of pictures, "-" for standard input.

    A bad picture does not stop the others.
    """
    for image in images:
        try:
            for name in pictures_of(image):
                yield predict_picture(classifier, name)
        except PictureError as error:
            yield Failure(image, str(error))


def predict_picture(classifier: Classifier, image: str) -> Answer | Failure:
    """The answer to one picture, or the failure to read it."""
    try:
        picture = decode(standard_input() if image == STANDARD_INPUT else image)
        stages = preprocess(picture)
    except PictureError as error:
        return Failure(image, str(error))
    images = stages.image[np.newaxis]
    problem = stages.problem
    if problem is None and classifier.reads_digits and not looks_like_digit(images)[0]:
        problem = "does not look like a digit"
    rows = classifier.probabilities(images)
    return Answer(image, thumbnail(picture), stages, rows[0], problem)


def standard_input() -> bytes:
    """The picture on standard input; PictureError if it has more than LARGEST_INPUT bytes."""
    data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    if len(data) > LARGEST_INPUT:
        raise PictureError(
            f"standard input has more than {LARGEST_INPUT // 2**20} MiB; expected one picture"
        )
    return data


def thumbnail(picture: Pixels) -> Pixels:
    """Every second or third or ... pixel, so that the longest side is at most THUMBNAIL."""
    step = -(-max(picture.shape[:2]) // THUMBNAIL)
    return picture[::step, ::step].copy()


def pictures_of(image: str) -> list[str]:
    """The picture itself, or the pictures directly in a folder, by name.

    Raises PictureError for a folder that has none, or cannot be read.
    """
    folder = Path(image)
    if image == STANDARD_INPUT or not folder.is_dir():
        return [image]
    try:
        files = sorted(path for path in folder.iterdir() if PICTURE_FILE.fullmatch(path.name))
    except OSError as error:
        raise PictureError(f"cannot read the folder '{image}': {error.strerror}") from None
    if not files:
        raise PictureError(
            f"the folder '{image}' has no pictures; expected files ending in .png, .jpg, .gif, "
            ".webp, .tif, .bmp or the like"
        )
    return [str(path) for path in files]
