"""Chooses the strokes that form the digit, or another character.

A photo may also show dust and the edge of a neighbouring digit, and a digit may have more than one
piece: a 5 with a detached bar, a broken line. Other characters, such as an i or a Korean syllable,
have pieces that lie as they like.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

import cv2
import numpy as np
import numpy.typing as npt

from mnist_app.pictures.pixels import Mask, Picture, Pixels, box_of, is_tiny

Problem = Literal["nothing drawn", "more than one digit", "does not look like a digit"]

# A piece with this share of the heaviest one's ink may be a stroke; dust has less. The dot of an i
# has two to five hundredths.
SPECK, DOT = 0.03, 0.01
# Nearer to the frame than this share of the shorter side, a piece may be cut off by it: a blurred
# edge leaves as much.
MARGIN = 0.02
# Cut-off pieces are left out if another piece has this share of the largest one's size.
RIVAL = 0.25
# A piece is tall with this share of the height that it and the digit have together.
TALL = 0.4
# Gaps, as shares of that height. A broken line leaves the smaller one; a bar that was not joined,
# the larger one.
TALL_GAP, GAP = 0.08, 0.2
# A piece that is left is another digit if it has this share of the digit's height.
OTHER = 0.5

# An edge of the sheet lies within this share of the picture's shorter side from the frame, and is
# as long as this one; a small digit may stand near the frame.
DEPTH, LONG = 0.1, 0.15


@dataclass(frozen=True)
class Piece:
    """A connected piece of ink: its label, its box (bottom and right exclusive), its mass."""

    label: int
    top: int
    left: int
    bottom: int
    right: int
    mass: float

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom."""
        return self.left, self.top, self.right, self.bottom

    @property
    def size(self) -> int:
        """Of the box's longest side."""
        return max(self.height, self.width)

    def joined(self, other: "Piece") -> "Piece":
        """Both as one piece, under this one's label."""
        return Piece(
            self.label,
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
            self.mass + other.mass,
        )

    def gap(self, other: "Piece") -> int:
        """How far the boxes are apart, down or across; negative if they overlap."""
        down = max(self.top - other.bottom, other.top - self.bottom)
        across = max(self.left - other.right, other.left - self.right)
        return max(down, across)


def choose_digit(ink: Pixels, strokes: Mask) -> tuple[Mask, Problem | None]:
    """The strokes that form the digit, and why they may not be one digit.

    Begins with the heaviest piece and adds those that belong to it, until none does.
    """
    pieces, labels = pieces_of(ink, strokes)
    if not pieces:
        return strokes, "nothing drawn"
    tiny = is_tiny(strokes)
    if not tiny:
        pieces = _without_cut_off(pieces, strokes.shape)
    digit, members, rest = with_its_own(pieces, lambda piece, digit: _belongs(piece, digit, tiny))
    others = [piece for piece in rest if piece.height > OTHER * digit.height]
    return np.isin(labels, members), "more than one digit" if others else None


def choose_character(ink: Pixels, strokes: Mask) -> tuple[Mask, Problem | None]:
    """All strokes but dust, wherever they lie, and whether there are none."""
    pieces, labels = pieces_of(ink, strokes, DOT)
    chosen = np.isin(labels, [piece.label for piece in pieces])
    return chosen, None if pieces else "nothing drawn"


def with_its_own(
    pieces: list[Piece], belongs: Callable[[Piece, Piece], bool]
) -> tuple[Piece, list[int], list[Piece]]:
    """The heaviest piece joined with all that belong to it, their labels, and the other pieces."""
    digit, *rest = sorted(pieces, key=lambda piece: piece.mass, reverse=True)
    members = [digit.label]
    while near := [piece for piece in rest if belongs(piece, digit)]:
        members += [piece.label for piece in near]
        rest = [piece for piece in rest if piece not in near]
        for piece in near:
            digit = digit.joined(piece)
    return digit, members, rest


def pieces_of(
    ink: Pixels, strokes: Mask, least: float = SPECK
) -> tuple[list[Piece], npt.NDArray[np.int32]]:
    """The connected pieces with this share of the heaviest one's ink, and each pixel's label."""
    labels = np.zeros(strokes.shape, np.int32)
    if not strokes.any():
        return [], labels
    box = box_of(strokes)  # the rest of the picture costs more than its strokes
    count, labels[box], boxes, _ = cv2.connectedComponentsWithStats(strokes[box].astype(np.uint8))
    mass = np.bincount(labels[strokes], ink[strokes], count)
    top, left = (part.start for part in box)
    pieces = [
        Piece(label, top + int(y), left + int(x), top + int(y + h), left + int(x + w), mass[label])
        for label in np.flatnonzero(mass > least * mass.max()).tolist()
        for x, y, w, h, _ in [boxes[label]]
    ]
    return pieces, labels


def _without_cut_off(pieces: list[Piece], shape: tuple[int, ...]) -> list[Piece]:
    """The pieces away from the frame, or all of them if those are mere crumbs."""
    whole = [piece for piece in pieces if not any(at_frame(piece, shape))]
    largest = max(piece.size for piece in pieces)
    return whole if any(piece.size > RIVAL * largest for piece in whole) else pieces


def _belongs(piece: Piece, digit: Piece, tiny: bool) -> bool:
    """Whether a piece is a part of the digit.

    A tall piece is another digit, unless the two nearly touch. A small one belongs to the digit
    if it is near; in a tiny picture everything is near.
    """
    height, gap = digit.joined(piece).height, digit.gap(piece)
    is_tall = min(piece.height, digit.height) > TALL * height
    return gap < TALL_GAP * height if is_tall else tiny or gap < GAP * height


def at_frame(piece: Piece, shape: tuple[int, ...]) -> tuple[bool, bool, bool, bool]:
    """Whether the piece may be cut off at the top, left, bottom and right of the picture."""
    height, width = shape
    margin = MARGIN * min(shape)
    distances = piece.top, piece.left, height - piece.bottom, width - piece.right
    top, left, bottom, right = (distance < margin for distance in distances)
    return top, left, bottom, right


def is_edge(strokes: Mask) -> bool:
    """Whether all strokes run along the frame, as the edges of a sheet or a scan do."""
    rows, columns = (np.flatnonzero(strokes.any(axis=axis)) for axis in (1, 0))
    side = min(strokes.shape)
    if is_tiny(strokes) or not rows.size or max(np.ptp(rows), np.ptp(columns)) < LONG * side:
        return False
    return not away_from_edges(strokes).any()


def has_edge(strokes: Mask) -> bool:
    """Whether a piece of the strokes lies near the frame as a whole, as a rest of an edge does."""
    _, labels = cv2.connectedComponents(strokes.astype(np.uint8))
    return bool(np.setdiff1d(labels, away_from_edges(labels)).size)


def away_from_edges(picture: Picture) -> Picture:
    """The part of the picture where no edge of a sheet lies."""
    depth = round(DEPTH * min(picture.shape))
    return cast(Picture, picture[depth:-depth, depth:-depth])
