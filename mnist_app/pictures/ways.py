"""Other ways to read a picture, for where the usual one may have lost the digit.

A stage that takes something away may take a stroke: a long stem is like a printed line, a pale
one like a smudge. And ink that is no digit may be left: the edge of a shadow, a circle around the
digit. Each way takes one such guess back, or makes one more. They are generators, so that a way
that nobody looks at costs nothing.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mnist_app.pictures.grey import ink_channel
from mnist_app.pictures.marks import (
    filled_outline,
    inside_outline,
    without_line,
    without_lines_below,
)
from mnist_app.pictures.note import find_note
from mnist_app.pictures.paper import (
    has_shadow,
    ink_is_dark,
    paper_and_ink,
    paper_and_ink_beside_shadows,
    paper_and_ink_of_two_levels,
)
from mnist_app.pictures.pipeline import Sheet, Stages, as_colour, finished
from mnist_app.pictures.pixels import Mask, Pixels, box_of, frame, is_tiny
from mnist_app.pictures.strokes import WEAK, find_strokes, reaching_frame, without_frame

PALE = WEAK / 2
RAISED = 4  # times its contrast: two grey values are then ink on clean paper
NOTE, INNER = "on a note", "away from the frame"
STANDING, STRUCK = "without the line on which it stands", "without a line"
# A line that strikes a digit out, or on which it stands, is longer than any bar of its own by this
# share on both sides.
FAR = 0.2
NEAR = 0.05  # of a note's shorter side: nothing is written so near to its edge
# Of a digit in a tight crop, more of the frame than this shows paper.
MOST_AT_FRAME = 0.6


def without_marks(stages: Stages) -> Iterator[Stages]:
    """Without what somebody drew around the digit or below it, if there is any."""
    if is_tiny(stages.grey) or not stages.strokes.any():
        return
    box = box_of(stages.strokes)  # the rest of the picture costs more than its strokes
    ink, strokes = stages.ink[box], stages.strokes[box]
    if (filled := _placed(filled_outline(ink, strokes), box, stages)) is not None:
        full = np.maximum(stages.ink, filled.astype(np.float32))
        yield finished(stages, full, filled, stages.lines, "with the outline filled")
    if (inside := _placed(inside_outline(ink, strokes), box, stages)) is not None:
        yield finished(stages, stages.ink, inside, stages.lines, "inside the outline")
    if (rest := _placed(without_lines_below(strokes), box, stages)) is not None:
        yield finished(stages, stages.ink, rest, stages.lines, "without the line below")
    if (found := without_line(stages.strokes, FAR)) is not None and found[1]:
        yield finished(stages, stages.ink, found[0], stages.lines, STANDING)


def _placed(part: Mask | None, box: tuple[slice, slice], stages: Stages) -> Mask | None:
    """A mask of this box as one of the whole picture."""
    if part is None:
        return None
    whole = np.zeros_like(stages.strokes)
    whole[box] = part
    return whole


def struck_out(stages: Stages) -> Iterator[Stages]:
    """Without a long line across the strokes, if there is one: it may strike them out."""
    if (found := without_line(stages.strokes, FAR)) is not None and not found[1]:
        yield finished(stages, stages.ink, found[0], stages.lines, STRUCK)


def with_long_lines(stages: Stages) -> Iterator[Stages]:
    """With what was taken for ruling or the edge of a scan, if anything was."""
    if not stages.lines.any():
        return
    ink, strokes, lines = find_strokes(stages.departure, has_lines=False)
    if (strokes & ~stages.strokes).any():
        yield finished(stages, ink, strokes, lines, "with long lines")


def away_from_frame(stages: Stages) -> Iterator[Stages]:
    """Without what touches the frame, if anything does."""
    if (inner := without_frame(stages.departure)) is not None:
        yield _with_ink(stages, inner, INNER)


def beside_shadows(stages: Stages) -> Iterator[Stages]:
    """With the hard edges of shadows in the paper, if it is not evenly bright."""
    if not is_tiny(stages.grey) and has_shadow(stages.paper):
        paper, departure = paper_and_ink_beside_shadows(stages.grey)
        yield _with_ink(replace(stages, paper=paper), departure, "beside a shadow")


def on_a_note(pixels: npt.NDArray[np.generic]) -> Iterator[Stages]:
    """The note alone that lies on a desk, if there is one, without what reaches its edge."""
    if (note := find_note(as_colour(pixels))) is not None:
        grey = ink_channel(note[0])
        sheet = Sheet(grey, *paper_and_ink(grey), note[1])
        ink, strokes, lines = find_strokes(sheet.departure)
        edges = reaching_frame(strokes, max(1, round(NEAR * min(strokes.shape))))
        yield finished(sheet, ink, strokes & ~edges, lines, NOTE)


def last_ways(stages: Stages) -> Iterator[Stages]:
    """What else may show a digit where all other ways show none."""
    if (found := without_line(stages.strokes)) is not None:
        yield finished(stages, stages.ink, found[0], stages.lines, STRUCK)
    if not stages.strokes.any():
        raised = 0.5 + RAISED * (stages.grey - np.median(stages.grey))
        grey = raised.clip(0, 1).astype(np.float32)
        paper, departure = paper_and_ink(grey)
        yield _with_ink(replace(stages, grey=grey, paper=paper), departure, "with more contrast")
    yield finished(stages, *find_strokes(stages.departure, weakest=PALE), "with pale strokes")
    is_dark = ink_is_dark(stages.grey)
    for dark, way in ((is_dark, "of two levels"), (not is_dark, "paper and ink exchanged")):
        paper, departure = paper_and_ink_of_two_levels(stages.grey, dark)
        ink, strokes, lines = find_strokes(departure, has_lines=False)
        if frame(strokes, 1).mean() < MOST_AT_FRAME:
            sheet = replace(stages, paper=paper, departure=departure)
            yield finished(sheet, ink, strokes, lines, way)


def _with_ink(sheet: Sheet, departure: Pixels, way: str) -> Stages:
    return finished(replace(sheet, departure=departure), *find_strokes(departure), way)
