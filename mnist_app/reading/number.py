"""Several digits in a picture: which strokes are a digit each, and what the number is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_app.pictures.digit import at_frame
from mnist_app.pictures.number import Part, in_reading_order, parts_of
from mnist_app.pictures.pipeline import Stages
from mnist_app.pictures.pixels import Image28, Mask
from mnist_app.pictures.place import Box, in_picture
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.digit_detector import LEAST, likeness
from tinynet.types import Array

# What the frame may cut off is a digit of the number, and not a neighbour's edge, with this much
# likeness to one.
SURELY, ONE = 0.8, "1"
# Digits of a number share so much of the rows that the two take together.
IN_LINE = 0.6
# What is cut off has this share of its height along the frame, nearer to it than so many pixels.
ALONG, NEAR = 0.5, 2


@dataclass(frozen=True)
class Digit:
    """One digit of a number.

    name           what it is
    image          (28, 28), as the network reads it
    probabilities  (K,), which sum to 1
    box            left, top, right and bottom, as shares of the picture's width and height
    line           in which line of the picture it stands, from 0
    """

    name: str
    image: Image28
    probabilities: Array
    box: Box
    line: int

    @property
    def confidence(self) -> float:
        return float(self.probabilities.max())

    def report(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "digit": int(self.name),
            "confidence": round(self.confidence, 6),
            "probabilities": [round(float(p), 6) for p in self.probabilities],
            "box": [round(share, 4) for share in self.box],
            "line": self.line,
        }


@dataclass(frozen=True)
class Judged:
    """A part, what the classifier says of it, and how much it is like a digit."""

    part: Part
    probabilities: Array
    likeness: float
    name: str


class CutOff(Exception):
    """A number whose first or last digit may be cut off."""


def read_number(classifier: Classifier, stages: Stages) -> tuple[tuple[Digit, ...], Mask, float]:
    """The digits in the order of reading, their strokes, and the least of their likenesses.

    None unless there are several, and only digits. Near strokes are one digit or several,
    whichever looks more like digits. What the frame has cut off is left out; raises CutOff where
    it is open whether one of several is whole.
    """
    parts = parts_of(stages.ink, stages.strokes)
    judged = judge(classifier, [part for whole, halves in parts for part in (whole, *halves)])
    found: list[Judged] = []
    for _, halves in parts:
        first, *rest = (next(judged) for _ in range(1 + len(halves)))
        is_one = not rest or first.likeness >= min(half.likeness for half in rest)
        found += [first] if is_one else rest
    found = without_edges(found, stages.strokes.shape)
    strokes = np.zeros_like(stages.strokes)
    worth = min((one.likeness for one in found), default=0)
    if len(found) < 2 or worth < LEAST:
        return (), strokes, 0.0
    boxes = [one.part.box for one in found]
    for one, box in zip(found, boxes, strict=True):
        strokes[box.top : box.bottom, box.left : box.right] |= one.part.strokes
    digits = (
        Digit(
            found[place].name,
            found[place].part.image,
            found[place].probabilities,
            in_picture(boxes[place].corners, stages.place),
            line,
        )
        for line, places in enumerate(in_reading_order(boxes))
        for place in places
    )
    return tuple(digits), strokes, worth


def judge(classifier: Classifier, parts: Sequence[Part]) -> Iterator[Judged]:
    """What the networks say of each part."""
    if not parts:
        return
    images = np.stack([part.image for part in parts])
    rows = classifier.probabilities(images)
    likenesses = likeness(images) * rows.max(axis=1)
    for part, row, like in zip(parts, rows, likenesses, strict=True):
        yield Judged(part, row, float(like), classifier.classes[int(row.argmax())])


def without_edges(found: list[Judged], shape: tuple[int, ...]) -> list[Judged]:
    """Without what the frame has cut off: edges of neighbours, of the sheet, of a scan.

    Where the strokes reach the frame left and right, and not with edges alone, somebody has
    cropped a number to its box. A 1 that is in line with no other digit is a pen that lies there.
    Raises CutOff if it is open whether one of several is whole.
    """
    sides = [at_frame(one.part.box, shape) for one in found]
    is_cut = [
        along_frame(one.part, shape[1]) > ALONG or (one.name == ONE and not in_line(one, found))
        for one in found
    ]
    is_cropped = any(left for _, left, _, _ in sides) and any(right for *_, right in sides)
    is_cropped &= any(
        (side[1] or side[3]) and not cut for side, cut in zip(sides, is_cut, strict=True)
    )
    whole, unsure = [], 0
    for one, side, cut in zip(found, sides, is_cut, strict=True):
        if not any(side) or (one.likeness >= SURELY and (is_cropped or not cut)):
            whole.append(one)
        elif is_cropped or not cut:
            unsure += 1
    if unsure and unsure + len(whole) > 2:
        raise CutOff
    return whole


def in_line(one: Judged, found: list[Judged]) -> bool:
    """Whether another digit takes nearly the same rows."""
    box = one.part.box
    return any(
        min(box.bottom, row.bottom) - max(box.top, row.top) > IN_LINE * box.joined(row).height
        for row in (other.part.box for other in found if other is not one)
    )


def along_frame(part: Part, width: int) -> float:
    """How much of the part's height lies between where it touches the picture's left or right.

    What is cut off touches it with all of its edge; what just fits, with the end of a stroke.
    """
    near = part.strokes[:, :NEAR], part.strokes[:, -NEAR:]
    gaps = part.box.left, width - part.box.right
    touching = [
        np.flatnonzero(edge.any(axis=1)) for gap, edge in zip(gaps, near, strict=True) if gap < NEAR
    ]
    return max((np.ptp(rows) + 1 for rows in touching), default=0) / len(part.strokes)
