"""Estimates the brightness of the bare paper; what departs from it to one side is ink.

Light falls off and shadows lie across the sheet, so that no single threshold parts paper and ink.
"""

import cv2
import numpy as np

from mnist_app.pictures.pixels import (
    THUMBNAIL_SIDE,
    Pixels,
    frame,
    ink_level,
    is_tiny,
    shrink,
    window,
)

# The neighbourhood, as a share of the frame and in pixels, in which a pixel is dark or bright:
# wider than most strokes, narrower than most shadows.
NEIGHBOURHOOD, NEIGHBOURHOOD_PIXELS = 0.25, 5
# Windows that may be wider than a stroke, as shares of the frame: from a pen's line to a marker
# in a tight crop.
WINDOWS, WIDEST = (0.06, 0.1, 0.16), 0.5
# The slope of a sharp edge in the thumbnail, as Sobel gives it, for ink of level 1. The most
# blurred photo of a digit has 2.2, shaded paper 1.1, soft shadows have up to 2.0.
SHARP = 1.7
# A window removes the strokes if it removes this share of their sharp edges: noise has a few too.
REMOVED = 0.95
# Paper is bare where it departs from the guess by less than this share of the ink's level, or
# than 5 of 255 grey values, which is noise.
BARE, BARE_NOISE = 0.25, 0.02
# A fourth round moves the paper of no real photo by 0.01.
ROUNDS = 3
# Where no bare paper is near, the last guess stands: it weighs this much.
LITTLE = 1e-3
# A shadow takes this share of the light.
SHADED = 0.15
# What is closed beside a shadow, as a share of the frame, and the blur before it.
CLOSED, CALM = 0.16, 1 / 400


def paper_and_ink(grey: Pixels) -> tuple[Pixels, Pixels]:
    """(H, W) grey values -> the paper's brightness, and how far each pixel departs from it.

    Ink is positive, whether it is darker or brighter than the paper. Noise of the paper is on
    both sides of 0.
    """
    if ink_is_dark(grey):
        paper = paper_under_dark_ink(grey)
        return paper, paper - grey
    paper = 1 - paper_under_dark_ink(1 - grey)
    return paper, grey - paper


def ink_is_dark(grey: Pixels) -> bool:
    """Whether the ink is darker than the paper.

    Each pixel votes: is it nearer to the darkest or to the brightest of its neighbourhood? Most
    pixels are paper, and most of those at the frame, so the frame votes once more. Pixels without
    contrast around them have no vote; that keeps shadows out.
    """
    thumbnail = shrink(grey, THUMBNAIL_SIDE)
    kernel = np.ones(window(thumbnail, NEIGHBOURHOOD, NEIGHBOURHOOD_PIXELS), np.uint8)
    low, high = cv2.erode(thumbnail, kernel), cv2.dilate(thumbnail, kernel)
    contrast = high - low
    votes = np.where(contrast > contrast.max() / 2, 2 * thumbnail - low - high, 0)
    at_frame = frame(votes, max(1, min(votes.shape) // 10))
    return bool(votes.mean() + at_frame.mean() >= 0)


def paper_under_dark_ink(grey: Pixels) -> Pixels:
    """(H, W) -> (H, W): the paper's brightness, also where dark ink covers it.

    The first guess is a closing: it fills each stroke with the brightness beside it, but is too
    bright by the noise. Each round then averages the bare paper near each place. That takes the
    noise out and follows the shadows.
    """
    thumbnail = shrink(grey, THUMBNAIL_SIDE)
    guess, side = _strokes_closed(thumbnail)
    for _ in range(ROUNDS):
        departure = guess - thumbnail
        # The lower quartile is paper, so it measures by how much the guess is too bright.
        departure = np.abs(departure - np.quantile(departure, 0.25))
        bare = (departure < max(BARE_NOISE, BARE * ink_level(departure))).astype(np.float32)
        weight = _near(bare, side) + LITTLE
        guess = (_near(bare * thumbnail, side) + LITTLE * guess) / weight
    return cv2.resize(guess, grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _near(values: Pixels, side: int) -> Pixels:
    """The weighted mean of the values near each place, in about the window of this side."""
    return cv2.GaussianBlur(values, (0, 0), side / 6).astype(np.float32)


def _strokes_closed(thumbnail: Pixels) -> tuple[Pixels, int]:
    """The thumbnail without its dark strokes, and the side of the window that closed them.

    Narrow windows follow shadows best, so it takes the narrowest one that removes the sharp edges:
    strokes have them, shadows do not. It then doubles that, because strokes are wider where they
    cross. Without any sharp edge there is nothing to close.
    """
    widest, side = _closing(thumbnail, WIDEST), window(thumbnail, WIDEST)[0]
    if is_tiny(thumbnail):
        return widest, side
    ink = widest - thumbnail
    level = ink_level(ink)
    slopes = cv2.Sobel(thumbnail, -1, 1, 0) ** 2 + cv2.Sobel(thumbnail, -1, 0, 1) ** 2
    edges = np.where((ink > level / 2) & (slopes > (SHARP * level) ** 2), slopes, 0)
    if not edges.any():
        return thumbnail, side
    for share in WINDOWS:
        removed = _closing(thumbnail, share) - thumbnail > ink / 2
        if edges[removed].sum() > REMOVED * edges.sum():
            return _closing(thumbnail, 2 * share), window(thumbnail, 2 * share)[0]
    return widest, side


def _closing(thumbnail: Pixels, share: float) -> Pixels:
    kernel = np.ones(window(thumbnail, share), np.uint8)
    return cv2.morphologyEx(thumbnail, cv2.MORPH_CLOSE, kernel).astype(np.float32)


def has_shadow(paper: Pixels) -> bool:
    """Whether the paper is not evenly bright."""
    dark, bright = np.quantile(shrink(paper, THUMBNAIL_SIDE // 2), [0.01, 0.99])
    return bool(bright - dark > SHADED * bright)


def paper_and_ink_beside_shadows(grey: Pixels) -> tuple[Pixels, Pixels]:
    """As `paper_and_ink`, where a shadow has a hard edge: the paper's brightness jumps there.

    A closing fills the strokes, and leaves an edge that is longer than its window where it is.
    Nothing is averaged across the edge. Ink is a share of the light, since it is paler in the
    shadow.
    """
    is_dark = ink_is_dark(grey)
    sigma = max(grey.shape) * CALM + 0.3
    calm = cv2.GaussianBlur(grey if is_dark else 1 - grey, (0, 0), sigma).astype(np.float32)
    paper = _closing(calm, CLOSED)
    paper = np.maximum(paper, LITTLE)
    ink = 1 - calm / paper
    ink = (ink - np.median(ink)).astype(np.float32)
    return (paper if is_dark else 1 - paper), ink


def paper_and_ink_of_two_levels(grey: Pixels, is_dark: bool) -> tuple[Pixels, Pixels]:
    """The paper's brightness as one number, and the departures: of a bold digit in a tight crop.

    Such a picture shows too little paper to tell what is paper; so the caller says whether the
    ink is darker.
    """
    levels = np.round(grey * 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)
    is_paper = (levels > threshold) == is_dark
    level = np.float32(np.median(grey[is_paper]) if is_paper.any() else is_dark)
    paper = np.full_like(grey, level)
    return paper, (paper - grey) if is_dark else (grey - paper)
