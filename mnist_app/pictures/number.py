"""Parts the strokes of a number into its digits, and puts them in the order of reading.

Where one digit ends and the next begins is often open: the two pieces of a 4 may be as near to
one another as the two ones of 11. So strokes that are near are given whole and parted, and who
reads them decides.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_app.pictures.digit import (
    GAP,
    OTHER,
    TALL,
    TALL_GAP,
    Piece,
    pieces_of,
    with_its_own,
)
from mnist_app.pictures.mnist_style import draw_like_mnist
from mnist_app.pictures.pixels import Image28, Mask, Pixels

# More than a page of sums has; what shows more pieces is a texture or a text.
MOST_DIGITS = 60
# Two tall pieces are one above the other, as parts of a broken digit are, if they share this much
# of the narrower one's width.
ABOVE = 0.5
# Two digits stand in one line if they share this much of the lower one's height.
SAME_LINE = 0.4


@dataclass(frozen=True)
class Part:
    """What may be one digit: its box and its strokes there, and (28, 28) as a network reads it."""

    box: Piece
    strokes: Mask
    image: Image28


def parts_of(ink: Pixels, strokes: Mask) -> list[tuple[Part, list[Part]]]:
    """Each group of near strokes: as one digit, and parted into several if that is possible.

    Small pieces far from any digit, such as commas and dashes, are left out. Empty where there
    are too many pieces for a number.
    """
    pieces, labels = pieces_of(ink, strokes)
    groups = _grouped(pieces, parted=False)
    tallest = max((whole.height for whole, _ in groups), default=0)
    groups = [group for group in groups if group[0].height > OTHER * tallest]
    if len(groups) > MOST_DIGITS:
        return []
    found = []
    for whole, own in groups:
        halves = [
            half
            for half in _grouped([piece for piece in pieces if piece.label in own], parted=True)
            if half[0].height > OTHER * whole.height
        ]
        parts = [_part(ink, labels, *half) for half in halves] if len(halves) > 1 else []
        found.append((_part(ink, labels, whole, own), parts))
    return found


def in_reading_order(boxes: list[Piece]) -> list[list[int]]:
    """The places of the boxes, line by line from the top, each line from left to right.

    A digit continues the line whose last digit it shares most of its height with, so that a line
    may rise or fall.
    """
    lines: list[list[int]] = []
    for place in sorted(range(len(boxes)), key=lambda place: boxes[place].left):
        shares = [_shared_height(boxes[line[-1]], boxes[place]) for line in lines]
        best = int(np.argmax(shares)) if shares else 0
        if shares and shares[best] > SAME_LINE:
            lines[best].append(place)
        else:
            lines.append([place])
    return sorted(lines, key=lambda line: np.mean([boxes[p].top + boxes[p].bottom for p in line]))


def _shared_height(first: Piece, second: Piece) -> float:
    shared = min(first.bottom, second.bottom) - max(first.top, second.top)
    return shared / min(first.height, second.height)


def _grouped(pieces: list[Piece], parted: bool) -> list[tuple[Piece, list[int]]]:
    """The pieces that belong together: the box of each group, and the labels of its pieces."""
    groups = []
    while pieces:
        whole, own, pieces = with_its_own(pieces, _above if parted else _near)
        groups.append((whole, own))
    return groups


def _near(piece: Piece, digit: Piece) -> bool:
    """Whether two pieces may be one digit: two of a height must nearly touch."""
    gap, height = digit.gap(piece), digit.joined(piece).height
    return gap < (TALL_GAP if _are_alike(piece, digit) else GAP) * height


def _above(piece: Piece, digit: Piece) -> bool:
    """Whether a piece is near, and none of the same height beside the other."""
    shared = min(piece.right, digit.right) - max(piece.left, digit.left)
    is_above = shared > ABOVE * min(piece.width, digit.width)
    return _near(piece, digit) and (is_above or not _are_alike(piece, digit))


def _are_alike(piece: Piece, digit: Piece) -> bool:
    heights = piece.height, digit.height
    return min(heights) > TALL * max(heights)


def _part(ink: Pixels, labels: npt.NDArray[np.int32], box: Piece, own: list[int]) -> Part:
    """The strokes with these labels, drawn with a pixel around them for their blurred edge."""
    top, left = max(0, box.top - 1), max(0, box.left - 1)
    near = slice(top, box.bottom + 1), slice(left, box.right + 1)
    strokes = np.isin(labels[near], own)
    image = draw_like_mnist(ink[near], strokes)
    inside = slice(box.top - top, box.bottom - top), slice(box.left - left, box.right - left)
    return Part(box, strokes[inside], image)
