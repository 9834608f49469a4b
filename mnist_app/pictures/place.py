"""Where the stages of a picture lie in it: they are smaller than it, and may be a part of it."""

import numpy as np
import numpy.typing as npt

Place = npt.NDArray[np.float64]  # (2, 3): (x, y, 1) in pixels of a stage -> shares of the picture
Box = tuple[float, float, float, float]  # left, top, right, bottom


def place_of(rows: slice, columns: slice, shape: tuple[int, ...]) -> Place:
    """The place of these rows and columns in a picture of this shape."""
    height, width = shape[:2]
    return np.array(
        [[1 / width, 0, columns.start / width], [0, 1 / height, rows.start / height]], np.float64
    )


def in_picture(box: Box, place: Place) -> Box:
    """A box in pixels of a stage -> the upright box around it, as shares of the picture."""
    left, top, right, bottom = box
    corners = [[x, y, 1.0] for x in (left, right) for y in (top, bottom)]
    x, y = place @ np.array(corners).T
    shares = np.array([x.min(), y.min(), x.max(), y.max()]).clip(0, 1)
    return tuple(shares.tolist())
