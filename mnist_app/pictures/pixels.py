"""What the stages share: the types of pictures, two sizes, and a few measures.

A picture is grey (H, W) or colour (H, W, 3), float32 in [0, 1]. A mask is True where pixels count.
"""

from typing import Any, TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Image28 = npt.NDArray[np.uint8]  # (28, 28), 0 = background, 255 = ink: what a network reads
Picture = TypeVar("Picture", bound=npt.NDArray[Any])

# Up to this side a picture holds a digit and no more: no canvas, ruling or edge of a scan.
TINY = 32
# Paper and ink are told apart in a thumbnail: cheap, and strokes are still wider than a pixel.
THUMBNAIL_SIDE = 128


def is_tiny(picture: npt.NDArray[Any]) -> bool:
    """Whether the shorter side has at most TINY pixels."""
    return bool(min(picture.shape[:2]) <= TINY)


def shrink(picture: Picture, longest: int) -> Picture:
    """Averages a picture down to the longest side; smaller pictures stay as they are."""
    scale = longest / max(picture.shape[:2])
    if scale >= 1:
        return picture
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    return cast(Picture, cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))


def window(picture: Pixels, share: float, at_least: int = 1) -> tuple[int, int]:
    """A square window as OpenCV wants it: this share of the longest side, an odd number."""
    side = max(at_least, int(share * max(picture.shape[:2])) | 1)
    return side, side


def frame(picture: Picture, width: int) -> Picture:
    """(H, W) -> (N,), or (H, W, C) -> (N, C): the pixels nearer to the border than `width`."""
    inside = np.zeros(picture.shape[:2], bool)
    inside[width:-width, width:-width] = True
    return cast(Picture, picture[~inside])


def box_of(mask: Mask) -> tuple[slice, slice]:
    """The smallest box, rows and columns, that holds all of a mask; the mask must not be empty."""
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def ink_level(ink: Pixels) -> float:
    """How dark the ink is where there is any: a mean in which each pixel weighs its square."""
    squares = np.square(ink.clip(0), dtype=np.float64)
    return float((squares * ink).sum() / (squares.sum() + 1e-12))
