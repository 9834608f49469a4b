"""Which of several ways to read a picture shows a digit: the networks decide.

How good a way is, is told by how much its digit is like one, times how sure the classifier is of
it; a number is as good as the worst of its digits.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from mnist_app.pictures.digit import Problem, away_from_edges, has_edge, is_edge
from mnist_app.pictures.pipeline import Stages, preprocess
from mnist_app.pictures.pixels import is_tiny
from mnist_app.pictures.ways import (
    INNER,
    NOTE,
    STANDING,
    STRUCK,
    away_from_frame,
    beside_shadows,
    last_ways,
    on_a_note,
    struck_out,
    with_long_lines,
    without_marks,
)
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.digit_detector import LEAST, likeness
from mnist_app.reading.number import CutOff, Digit, read_number
from tinynet.types import Array

UNLIKE: Problem = "does not look like a digit"
# A way that is better than this needs no other one beside it.
SURE = 0.8
SURE_OF_ONE = 0.95  # a 1: any edge or stripe looks like one
# A way is good from here. Where the usual one shows no digit, only what a good one shows is one.
GOOD = 0.5
# Of the digits that were found behind a line, this share was read wrongly.
HIDDEN = 0.2


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

    First the usual way, or a note that surely shows a digit where the whole picture shows none,
    or what lies away from the frame where all else may be the sheet's edge. If it shows a mark
    around, below or across a digit, what is left without the mark is the answer if it is a digit.
    If ink was taken for ruling, or the paper has a shadow, the better way of two counts. If the
    best is still not sure, all others are tried. What may be struck out, and is another digit
    without the line, is refused.
    """

    @cache  # only a picture that is hard to read is searched for a note, and once
    def notes() -> list[Way]:
        return list(_all(classifier, on_a_note(pixels)))

    stages = preprocess(pixels)
    try:
        usual = judged(classifier, stages)
    except CutOff:  # no other way may leave the digit out
        row = classifier.probabilities(stages.image[np.newaxis])[0]
        return Way(stages, row, "more than one digit", (), 0.0)
    if usual.problem is not None:
        usual = _better(usual, (way for way in notes() if way.worth > SURE))
    if _may_be_edge(usual):
        usual = next(_good(_all(classifier, away_from_frame(usual.stages))), usual)
    best = _better(usual, _no_stripes(_all(classifier, beside_shadows(usual.stages))))
    for way in _all(classifier, without_marks(best.stages)):
        if way.stages.way == STANDING and best.worth > GOOD:
            best = _better(best, [way])  # the line may be the foot of a 2
            break
        if way.worth > GOOD:
            return way
        if best.worth < SURE:
            best = _refused(best)
    if usual.stages.way != INNER:
        best = _better(best, _no_stripes(_all(classifier, with_long_lines(usual.stages))))
    if best.worth < (SURE if _is_more(best) else SURE_OF_ONE):
        last = notes() or _all(
            classifier, chain(away_from_frame(usual.stages), last_ways(usual.stages))
        )
        edge = INNER if is_edge(usual.stages.digit) else None
        last = (way for way in last if _is_more(way) or way.stages.way == edge)
        # Of what lies behind a line, a part is a guess.
        behind = GOOD if best.problem is None else SURE
        best = _better(best, (w for w in _good(last) if w.stages.way != STRUCK or w.worth > behind))
    if best.stages.way is None and any(
        way.said != best.said for way in _good(_all(classifier, struck_out(best.stages)))
    ):
        return _refused(best)
    return _behind_a_line(best) if best.stages.way == STRUCK else best


def _may_be_edge(way: Way) -> bool:
    """Whether what the way shows, or a part of it, may be the rest of the sheet's edge."""
    digit, lines = way.stages.digit, way.stages.lines
    if is_tiny(digit):
        return False
    if way.problem is not None:
        return not away_from_edges(digit).any()
    return not _is_more(way) or bool(lines.any() and has_edge(digit))


def _good(ways: Iterable[Way]) -> Iterator[Way]:
    return (way for way in ways if way.worth > GOOD)


def _no_stripes(ways: Iterable[Way]) -> Iterator[Way]:
    """Without those that say several ones and nothing else."""
    return (way for way in ways if len(way.said) == 1 or _is_more(way))


def _refused(way: Way) -> Way:
    return replace(way, problem=UNLIKE, digits=(), worth=0.0)


def _behind_a_line(way: Way) -> Way:
    """A digit that is less sure than it seems, since a part of it is a guess; no number."""
    if way.digits:
        return _refused(way)
    even = np.full_like(way.probabilities, 1 / way.probabilities.size)
    return replace(way, probabilities=(1 - HIDDEN) * way.probabilities + HIDDEN * even)


def _all(classifier: Classifier, ways: Iterable[Stages]) -> Iterator[Way]:
    for stages in ways:
        with suppress(CutOff):
            yield judged(classifier, stages)


def _better(best: Way, ways: Iterable[Way]) -> Way:
    """The best of all; a sure way stays if a better one says the same, and is as good from then.

    Where two good ways say different digits, the better one is only as sure as both together.
    Where the best shows no digit, only a good one is better.
    """
    for way in ways:
        if way.worth > GOOD and best.worth > GOOD and way.said != best.said:
            best = _mixed(*sorted((way, best), key=lambda one: -one.worth))
        elif way.worth > (best.worth if best.problem is None else GOOD):
            is_same = best.worth >= SURE and way.said == best.said
            best = replace(best, worth=way.worth) if is_same else way
    return best


def _mixed(best: Way, other: Way) -> Way:
    """The best way, with the probabilities of both, each weighed by how good it is."""
    if best.digits or other.digits:
        return best
    rows = np.stack([best.probabilities, other.probabilities])
    mixed = np.average(rows, axis=0, weights=[best.worth, other.worth]).astype(rows.dtype)
    return replace(best, probabilities=mixed)


def _is_more(way: Way) -> bool:
    """False for nothing but ones, since any edge looks like one, unless they stand on a note."""
    return way.stages.way == NOTE or any(digit != 1 for digit in way.said)


def judged(classifier: Classifier, stages: Stages) -> Way:
    """What the networks say of one way; a number, if there are several digits.

    Raises CutOff if one of them may be cut off.
    """
    images = stages.image[np.newaxis]
    row, problem = classifier.probabilities(images)[0], stages.problem
    like = float(likeness(images)[0]) if problem is None else 0.0
    if problem is None and like < LEAST:
        problem = UNLIKE
    if problem is not None or (stages.strokes & ~stages.digit).any():
        digits, strokes, worth = read_number(classifier, stages)
        if digits and not is_edge(strokes):
            return Way(replace(stages, digit=strokes, problem=None), row, None, digits, worth)
    worth = like * float(row.max()) if problem is None else 0.0
    return Way(stages, row, problem, (), worth)
