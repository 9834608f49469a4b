"""Which of several ways to read a picture shows a digit: the networks decide.

How good a way is, is told by how much its digit is like one, times how sure the classifier is of
it; a number is as good as the worst of its digits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mnist_app.pictures.digit import Problem
from mnist_app.pictures.pipeline import Stages, preprocess
from mnist_app.pictures.ways import (
    NOTE,
    beside_shadows,
    last_ways,
    struck_out,
    with_long_lines,
    without_marks,
)
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.digit_detector import LEAST, likeness
from mnist_app.reading.number import Digit, read_number
from tinynet.types import Array

UNLIKE: Problem = "does not look like a digit"
# A way that is better than this needs no other one beside it.
SURE = 0.8
SURE_OF_ONE = 0.95  # a 1: any edge or stripe looks like one
# What a last way shows, or what is left without a line that strikes it out, is a digit from here.
GOOD = 0.5


@dataclass(frozen=True)
class Way:
    """A way to read a picture: its stages, what the networks say, and how good it is (0 to 1)."""

    stages: Stages
    probabilities: Array
    problem: Problem | None
    digits: tuple[Digit, ...]
    worth: float

    @property
    def said(self) -> list[int]:
        """The number of the digit's class, or of each digit's."""
        rows = [digit.probabilities for digit in self.digits] or [self.probabilities]
        return [int(row.argmax()) for row in rows]


def best_way(classifier: Classifier, pixels: npt.NDArray[np.generic]) -> Way:
    """The best way to read a picture of digits.

    First the usual way. If it shows a mark around, below or across a digit, what is left without
    the mark is the answer if it is a digit. If ink was taken for ruling, or the paper has a
    shadow, the better way of two counts. If the best is still not sure, all others are tried.
    What may be struck out, and is another digit without the line, is refused.
    """
    usual = judged(classifier, preprocess(pixels))
    shadow = _all(classifier, beside_shadows(usual.stages))
    best = _better(usual, (way for way in shadow if len(way.said) == 1 or _is_more(way)))
    for way in _all(classifier, without_marks(best.stages)):
        if way.worth > GOOD or (way.problem is None and best.problem is not None):
            return way
        if best.worth < SURE:
            best = replace(best, problem=UNLIKE, digits=(), worth=0.0)
    best = _better(best, _all(classifier, with_long_lines(usual.stages)))
    if best.worth < (SURE if _is_more(best) else SURE_OF_ONE):
        last = _all(classifier, last_ways(pixels, usual.stages))
        best = _better(best, (way for way in last if way.worth > GOOD and _is_more(way)))
    if best.stages.way is None and any(
        way.worth > GOOD and way.said != best.said
        for way in _all(classifier, struck_out(best.stages))
    ):
        return replace(best, problem=UNLIKE, digits=(), worth=0.0)
    return best


def _all(classifier: Classifier, ways: Iterable[Stages]) -> Iterator[Way]:
    return (judged(classifier, stages) for stages in ways)


def _better(best: Way, ways: Iterable[Way]) -> Way:
    """The best of all; a sure way stays if a better one says the same, and is as good from then."""
    for way in ways:
        if way.worth > best.worth:
            is_same = best.worth >= SURE and way.said == best.said
            best = replace(best, worth=way.worth) if is_same else way
    return best


def _is_more(way: Way) -> bool:
    """False for nothing but ones, since any edge looks like one, unless they stand on a note."""
    return way.stages.way == NOTE or any(digit != 1 for digit in way.said)


def judged(classifier: Classifier, stages: Stages) -> Way:
    """What the networks say of one way; a number, if there are several digits."""
    images = stages.image[np.newaxis]
    row, problem = classifier.probabilities(images)[0], stages.problem
    like = float(likeness(images)[0]) if problem is None else 0.0
    if problem is None and like < LEAST:
        problem = UNLIKE
    if problem is not None or (stages.strokes & ~stages.digit).any():
        digits, strokes, worth = read_number(classifier, stages)
        if digits:
            return Way(replace(stages, digit=strokes, problem=None), row, None, digits, worth)
    worth = like * float(row.max()) if problem is None else 0.0
    return Way(stages, row, problem, (), worth)
