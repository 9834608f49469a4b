"""Turns colour into grey such that the ink stands out from the paper.

Usual grey values lose a red pen on a paper of the same brightness. The picture itself tells in
which direction of colour the strokes leave the paper.
"""

import cv2
import numpy as np

from mnist_app.pictures.pixels import THUMBNAIL_SIDE, Pixels, shrink, window

# A blur this wide, as a share of the frame, leaves paper and light and takes the strokes away.
WIDE = 0.5


def ink_channel(colour: Pixels) -> Pixels:
    """(H, W, 3) -> (H, W) in [0, 1]: the colours along the line from the paper to the ink.

    The direction is the principal axis of the details that a wide blur takes away. Strong details
    count most, so that noise has no say. Black, grey and white keep their brightness.
    """
    thumbnail = shrink(colour, THUMBNAIL_SIDE)
    detail = (thumbnail - cv2.blur(thumbnail, window(thumbnail, WIDE))).reshape(-1, 3)
    weighted = detail * (detail**2).sum(axis=1, keepdims=True)
    direction = np.linalg.eigh(weighted.T @ weighted)[1][:, -1]
    direction *= np.sign(direction.sum()) or 1  # white stays brighter than black
    lowest = np.minimum(direction, 0).sum()  # of all colours; the highest is 1 after the division
    grey = (colour @ direction - lowest) / np.abs(direction).sum()
    return np.asarray(grey.clip(0, 1), np.float32)
