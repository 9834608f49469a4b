"""Lays a transparent picture on a background on which its ink can be seen.

Drawing programs save black ink on transparent black, or white on white; without their alpha, both
are blank.
"""

import numpy as np

from mnist_app.pictures.pixels import Mask, Pixels

# An opaque part that fills so much of its own box, and is not of one colour, is a sheet with ink
# on it. A digit fills at most 0.6 of its box, except an upright 1, which has one colour.
SHEET_FILL, SHEET_CONTRAST = 0.75, 0.1


def on_visible_background(rgba: Pixels) -> Pixels:
    """(H, W, 4) -> (H, W, 3), both in [0, 1].

    If the opaque part is a sheet with ink on it, its median colour is continued. Otherwise the
    opaque part is the ink, whatever its colour: it becomes black on white, as dark as it is opaque.
    """
    colour, alpha = rgba[:, :, :3], rgba[:, :, 3:]
    opaque = alpha[:, :, 0] == 1
    if opaque.all():
        return colour
    if not _is_sheet(colour, opaque):
        return np.repeat(1 - alpha, 3, axis=2)
    sheet = np.median(colour[opaque], axis=0)
    return np.asarray(colour * alpha + sheet * (1 - alpha), np.float32)


def _is_sheet(colour: Pixels, opaque: Mask) -> bool:
    rows, columns = np.flatnonzero(opaque.any(1)), np.flatnonzero(opaque.any(0))
    if not rows.size:
        return False
    box = opaque[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    contrast = np.ptp(colour[opaque], axis=0).max()
    return bool(box.mean() > SHEET_FILL and contrast > SHEET_CONTRAST)
