"""What the page shows of one picture: its stages, the network's input, the ten probabilities."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_app.data.labels import DIGITS
from mnist_app.page.messages import packed
from mnist_app.pictures.drawing import resized_plainly
from mnist_app.pictures.pipeline import Stages
from mnist_app.pictures.pixels import Image28, Pixels, shrink
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.predict import read_picture
from mnist_app.text import percent
from tinynet.types import Array

STAGE_SIDE = 112  # pixels of a stage on the page

STAGES = {  # what `predict --explain` shows, and what each stage is for
    "grey": ("grey", "The picture in the colour that carries the ink."),
    "paper": ("paper", "The brightness of the paper alone: shadows belong to it."),
    "ink": ("ink", "How far each pixel departs from the paper."),
    "strokes": ("strokes", "What is ink, and not noise, ruling or smudge."),
    "digit": ("digit", "The strokes that form the digit."),
    "image": ("28 x 28", "Scaled, centred by mass, thickened like MNIST: the network's input."),
}

PREPARATION = "The preparation of the picture found this, before any network was asked."
SEVERAL = "The preparation divided the picture, and the network read each part."
DETECTOR = (
    "A second, small network says this: it was trained to tell digits from other drawings. The "
    "chosen network knows nothing but its classes, and would call anything one of them."
)


@dataclass(frozen=True)
class Reading:
    """An answer as the page shows it; `stages` is empty if the picture went another way.

    The page looks into one digit at a time, so that several are a problem, which names them.
    """

    image: Image28
    probabilities: Array
    answer: int | None
    problem: str | None
    stages: Stages | None
    way: str
    classes: tuple[str, ...] = DIGITS
    judge: str = PREPARATION  # who found the problem, if there is one

    def report(self) -> dict[str, Any]:
        """As JSON."""
        confidence = percent(float(self.probabilities.max()))
        name = self.classes[int(self.probabilities.argmax())]
        return {
            "image": packed(self.image),
            "answer": self.answer,
            "problem": self.problem,
            "said": self.problem or f"{name}, {confidence}",
            "probabilities": self.probabilities,
            "stages": [] if self.stages is None else stages_of(self.stages),
            "way": self.way,
            "judge": self.judge,
        }


def stages_of(stages: Stages) -> list[dict[str, Any]]:
    """The stages as small pictures, 0 = black; masks and inks become dark on white."""
    shown = []
    for name, (title, caption) in STAGES.items():
        picture = np.asarray(getattr(stages, name), np.float32)
        picture = picture / np.float32(255) if name == "image" else picture
        if name not in ("grey", "paper"):
            picture = 1 - picture
        small = picture if name == "image" else shrink(picture, STAGE_SIDE)
        pixels = np.round(small.clip(0, 1) * 255).astype(np.uint8)
        shown.append({"title": title, "caption": caption, "pixels": packed(pixels)})
    return shown


def read_pixels(classifier: Classifier, picture: Pixels, as_drawn: bool) -> Reading:
    """What the network says of a picture, prepared as `predict` does or plainly resized."""
    if as_drawn:
        return read_image(classifier, resized_plainly(picture), "as drawn: only resized")
    answer = read_picture(classifier, picture, "")
    return Reading(
        answer.stages.image,
        answer.probabilities,
        answer.digit,
        f"several digits, {answer.name}" if answer.digits else answer.problem,
        answer.stages,
        "prepared for the network",
        classifier.classes,
        SEVERAL if answer.digits else PREPARATION if answer.stages.problem else DETECTOR,
    )


def read_image(classifier: Classifier, image: Image28, way: str) -> Reading:
    """What the network says of its input, without a look at whether it is a digit."""
    row = classifier.probabilities(image[np.newaxis])[0]
    answer = int(row.argmax()) if image.any() else None
    problem = None if image.any() else "nothing drawn"
    return Reading(image, row, answer, problem, None, way, classifier.classes)
