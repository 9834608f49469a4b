"""New handwriting from old: each picture bent, turned and redrawn a little, differently each time.

What real pictures have and MNIST's own lack: other slants and proportions, pens from hair-thin to
broad, soft scans and hard pixels. Every change is small enough that the digit stays the same
digit. This is plain NumPy over the whole batch, and its loops need no interpreter lock. An image
takes 15 to 20 microseconds, a twentieth of what it takes in a training step of `cnn`.
"""

import numpy as np

from mnist_app.data.dataset import Images
from tinynet.types import Array

# The limits, each drawn uniformly for each picture.
ROTATION = 15.0  # degrees; MNIST's own slants come on top, and a 6 must not become a 9
SHEAR = 0.15  # columns a row: italics, on top of those that MNIST has
SCALE = 0.12  # a factor within 1 -+ this for the width and for the height
SHIFT = 1.2  # pixels along each axis; centring by mass leaves less
BEND = 0.7  # pixels, standard deviation of the elastic displacement at the grid's points
GRID = 7  # points a side of the elastic grid: bends of a stroke's length, not ripples in it
THIN, THICK = 0.2, 0.8  # how far towards the picture eroded, or dilated, by one pixel
BLUR = 0.4  # how far towards the picture blurred by a binomial 3x3 window
CONTRAST = 1.6  # edges up to this much harder, about a third of full ink: thin strokes stay


def augment(images: Images, rng: np.random.Generator) -> Images:
    """Distorted copies of pictures of digits.  (N, H, W) uint8 -> (N, H, W) uint8

    Stroke thickness first, then rotation, shear, scale, shift and elastic bending in one
    resampling, then blur and contrast. The background is 0. The same state of rng gives the
    same pictures. Raises ValueError for arrays of another type or rank.
    """
    if images.dtype != np.uint8 or images.ndim != 3:
        raise ValueError(
            f"expected images of shape (N, H, W) in uint8. Received: {images.dtype} of shape "
            f"{images.shape}"
        )
    count, (height, width) = len(images), images.shape[1:]
    drawn = redraw(images, rng.uniform(-THIN, THICK, count))
    rows, columns = bend(rng, count, height, width)
    linear_rows, linear_columns = turn(rng, count, height, width)
    seen = sample(drawn, rows + linear_rows, columns + linear_columns)
    seen += (blurred(seen) - seen) * each(rng.uniform(0, BLUR, count))
    seen -= 85
    seen *= each(rng.uniform(1, CONTRAST, count))
    seen += 85.5  # half a grey level more: the cast rounds down
    return np.clip(seen, 0, 255).astype(np.uint8)


def variations(images: Images, count: int, rng: np.random.Generator) -> Images:
    """Each picture, then `count` distorted copies of it.  (N, H, W) -> (N, 1 + count, H, W)"""
    copies = augment(np.repeat(images, count, axis=0), rng)
    originals = images[:, np.newaxis]
    return np.concatenate([originals, copies.reshape(-1, count, *images.shape[1:])], axis=1)


def redraw(images: Images, thickness: Array) -> Array:
    """Pictures with a broader pen (thickness > 0) or a finer one (< 0).  -> (N, H, W) float32

    A mixture of the picture with the largest, or smallest, of each pixel and its four
    neighbours: at thickness 1 a stroke gains a pixel on either side.
    """
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    neighbours = (
        padded[:, :-2, 1:-1],
        padded[:, 2:, 1:-1],
        padded[:, 1:-1, :-2],
        padded[:, 1:-1, 2:],
    )
    broad, fine = images.copy(), images.copy()
    for neighbour in neighbours:
        np.maximum(broad, neighbour, out=broad)
        np.minimum(fine, neighbour, out=fine)
    ink = images.astype(np.float32)
    ink += (broad - ink) * each(thickness.clip(0, None))
    ink += (fine - ink) * each(-thickness.clip(None, 0))
    return ink


def turn(rng: np.random.Generator, count: int, height: int, width: int) -> tuple[Array, Array]:
    """Where each pixel of a turned, sheared, scaled and shifted picture comes from.

    Returns rows and columns, (N, H, W) both: an affine map about the centre.
    """
    angle = np.radians(rng.uniform(-ROTATION, ROTATION, count))
    shear = rng.uniform(-SHEAR, SHEAR, count)
    tall, wide = rng.uniform(1 - SCALE, 1 + SCALE, (2, count))
    down, right = rng.uniform(-SHIFT, SHIFT, (2, count))
    y, x = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    y, x = y[:, np.newaxis].astype(np.float32), x.astype(np.float32)
    cosine, sine = np.cos(angle), np.sin(angle)
    rows = each(cosine / tall) * y + each(sine / tall) * x + each(down + (height - 1) / 2)
    along, across = (shear * cosine - sine) / wide, (shear * sine + cosine) / wide
    columns = each(along) * y + each(across) * x + each(right + (width - 1) / 2)
    return rows, columns


def bend(rng: np.random.Generator, count: int, height: int, width: int) -> tuple[Array, Array]:
    """Smooth random displacements of rows and columns, (N, H, W) both, in pixels.

    Random numbers at the points of a coarse grid, joined by cubic B-splines.
    Source: Simard, Steinkraus and Platt (2003), who smooth noise by a Gaussian instead.
    """
    knots = rng.normal(0, BEND, (2, count, GRID, GRID)).astype(np.float32)
    rows, columns = spline(height) @ knots @ spline(width).T
    return rows, columns


def spline(size: int) -> Array:
    """The weights (size, GRID) of the grid's points in each pixel: cubic B-splines.

    Scaled so that a pixel's displacement has the variance of the points, on average.
    """
    places = np.linspace(1, GRID - 2, size)[:, np.newaxis] - np.arange(GRID)
    distance = np.abs(places)
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = (2 - distance).clip(0) ** 3 / 6
    weights = np.where(distance < 1, near, far)
    spread = np.sqrt((weights**2).sum(axis=1).mean())
    return np.asarray(weights / spread, np.float32)


def sample(images: Array, rows: Array, columns: Array) -> Array:
    """The pictures at fractional places, bilinear; 0 outside.  All (N, H, W) float32.

    y[n,i,j] = the mean of the four pixels about (rows, columns)[n,i,j], weighted by nearness
    """
    count, (height, width) = len(images), images.shape[1:]
    padded = np.pad(images, ((0, 0), (1, 2), (1, 2))).reshape(-1)
    rows, columns = (rows + 1).clip(0, height + 1), (columns + 1).clip(0, width + 1)
    top, left = np.floor(rows), np.floor(columns)
    down, right = rows - top, columns - left
    step = width + 3
    first = top.astype(np.intp) * step + left.astype(np.intp)
    first += np.arange(count)[:, np.newaxis, np.newaxis] * ((height + 3) * step)
    upper, lower = (
        padded.take(start) * (1 - right) + padded.take(start + 1) * right
        for start in (first, first + step)
    )
    between: Array = upper * (1 - down) + lower * down
    return between


def blurred(images: Array) -> Array:
    """The pictures through the window (1 2 1; 2 4 2; 1 2 1) / 16.  (N, H, W) float32"""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    both: Array = rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]
    return both / 16


def each(values: Array) -> Array:
    """One number for each picture, (N,) -> (N, 1, 1) float32, to go with pictures (N, H, W)."""
    column: Array = values.astype(np.float32)[:, np.newaxis, np.newaxis]
    return column
