"""Cuts a note out of the desk that it lies on, and turns it upright."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mnist_app.pictures.pixels import THUMBNAIL_SIDE, Pixels, is_tiny, shrink
from mnist_app.pictures.place import Place

# A note takes these shares of the picture, and fills its rectangle but for torn corners.
LEAST, MOST, FILLED = 0.1, 0.95, 0.85
# Of the note's shorter side, this share is left out all around: its blurred edge.
EDGE = 0.03


def find_note(colour: Pixels) -> tuple[Pixels, Place] | None:
    """(H, W, 3) -> the note upright, and its place in the picture; None if there is none.

    A note is nearly a rectangle, turned in any way, of another brightness than what lies around
    it. What is left of the desk beside it gets the note's own colour.
    """
    if is_tiny(colour):
        return None
    small = shrink(colour, THUMBNAIL_SIDE)
    grey = np.round(cv2.GaussianBlur(small.mean(axis=2), (5, 5), 0) * 255).astype(np.uint8)
    _, bright = cv2.threshold(grey, 0, 1, cv2.THRESH_OTSU)
    for mask in (bright, 1 - bright):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        note = max(contours, key=cv2.contourArea, default=np.zeros((1, 1, 2), np.int32))
        middle, sides, angle = cv2.minAreaRect(note)
        area = cv2.contourArea(note)
        if LEAST < area / grey.size < MOST and area > FILLED * sides[0] * sides[1]:
            filled = cv2.drawContours(np.zeros_like(grey), [note], -1, 255, cv2.FILLED)
            scale = colour.shape[1] / grey.shape[1]
            middle, sides = np.add(middle, 0.5) * scale - 0.5, np.multiply(sides, scale)
            return _upright(colour, filled, middle.tolist(), sides.tolist(), angle)
    return None


def _upright(
    colour: Pixels,
    filled: npt.NDArray[Any],
    middle: Sequence[float],
    sides: Sequence[float],
    angle: float,
) -> tuple[Pixels, Place]:
    """The rectangle with these sides, turned by less than half a right angle."""
    for quarter in (90, -90):  # OpenCV's versions give the angle in different ranges
        if abs(angle - quarter) <= 45:
            angle, sides = angle - quarter, sides[::-1]
    width, height = (max(1, round(side)) for side in sides)
    turn = cv2.getRotationMatrix2D(middle, angle, 1)
    shift = np.array([width - 1, height - 1]) / 2 - middle
    turn = np.column_stack([turn[:, :2], turn[:, 2] + shift])
    upright = cv2.warpAffine(colour, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(cv2.resize(filled, colour.shape[1::-1]), turn, (width, height)) > 127
    edge = round(EDGE * min(width, height))
    kernel = np.ones((2 * edge + 1, 2 * edge + 1), np.uint8)
    inside = cv2.erode(inside.astype(np.uint8), kernel, borderValue=0) > 0
    if inside.any():
        upright[~inside] = np.median(upright[inside], axis=0)
    shares = np.array([[1 / colour.shape[1]], [1 / colour.shape[0]]])
    return upright.astype(np.float32), cv2.invertAffineTransform(turn) * shares
