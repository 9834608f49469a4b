"""Solutions of notebook 10."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinynet import Sequential

Array = NDArray[np.float64]


def conv_cost(height: int, width: int, kernel_shape: tuple[int, int, int, int]) -> tuple[int, int]:
    """The cost of a convolution: (parameters, multiply-adds for one image).

    The image is (height, width, C), the kernel (kh, kw, C, F), with a bias for each of the F
    filters; stride 1, no padding. Adding the bias is not counted as a multiply-add.
    """
    kh, kw, channels, filters = kernel_shape
    windows = (height - kh + 1) * (width - kw + 1)
    weights = kh * kw * channels * filters
    return weights + filters, windows * weights


def slope_along(f: Callable[[Array], float], x: Array, direction: Array, h: float = 1e-5) -> float:
    """How fast f grows at x along a direction, by a centred difference.

    x and the direction have the same shape, f takes such an array and returns a number. All
    entries of x move at once, so f is called twice. The direction's length counts: twice the
    direction has twice the slope.
    """
    return (f(x + h * direction) - f(x - h * direction)) / (2 * h)


def saliency(model: Sequential, image: Array, digit: int) -> Array:
    """The gradient of the score (logit) of one digit by the pixels, with the image's shape.

    The image is (H, W), in the numbers that the model works with. model.forward takes
    (N, H, W, 1) and returns scores (N, K); model.backward takes the gradient of the scores and
    returns that of the images, each in the same shape. It needs forward(..., keep=True).
    """
    scores = model.forward(image[np.newaxis, :, :, np.newaxis], keep=True)
    dscores = np.zeros_like(scores)
    dscores[0, digit] = 1
    return model.backward(dscores)[0, :, :, 0]


def centred(image: Array) -> Array:
    """The image (28, 28), moved by whole pixels so that its centre of mass is nearest (14, 14).

    The centre of mass is the mean of the pixels' row and column numbers (from 0), each pixel
    counted with its ink. Ink that is moved over the border is lost; what comes in is blank (0).
    A blank image stays as it is.
    """
    mass = image.sum()
    if mass == 0:
        return image.copy()
    rows, columns = np.indices(image.shape)
    down = round(14 - (image * rows).sum() / mass)
    right = round(14 - (image * columns).sum() / mass)
    padded = np.pad(image, 28)
    return padded[28 - down : 56 - down, 28 - right : 56 - right].copy()


def scaled_branch_backward(x: Array, scale: Array, dy: Array) -> tuple[Array, Array]:
    """dx (N, C) and dscale (C,) of y = x + scale * max(x, 0), from dy (N, C).

    `scale` (C,) is learned, one number for each channel.
    """
    dx = dy * (1 + scale * (x > 0))
    dscale = (dy * np.maximum(x, 0)).sum(axis=0)
    return dx, dscale
