"""Exercises of notebook 10.  Replace each `raise NotImplementedError` by your code.

`python -m tutorials` tells how you are doing; so does the notebook, when you run its cells.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinynet import Sequential

Array = NDArray[np.float64]


def conv_cost(height: int, width: int, kernel_shape: tuple[int, int, int, int]) -> tuple[int, int]:
    """The cost of a convolution: (parameters, multiply-adds for one image).

    The image is (height, width, C), the kernel (kh, kw, C, F), with a bias for each of the F
    filters; stride 1, no padding. Adding the bias is not counted as a multiply-add.
    """
    raise NotImplementedError


def slope_along(f: Callable[[Array], float], x: Array, direction: Array, h: float = 1e-5) -> float:
    """How fast f grows at x along a direction, by a centred difference.

    x and the direction have the same shape, f takes such an array and returns a number. All
    entries of x move at once, so f is called twice. The direction's length counts: twice the
    direction has twice the slope.
    """
    raise NotImplementedError


def scaled_branch_backward(x: Array, scale: Array, dy: Array) -> tuple[Array, Array]:
    """dx (N, C) and dscale (C,) of y = x + scale * max(x, 0), from dy (N, C).

    `scale` (C,) is learned, one number for each channel.
    """
    raise NotImplementedError


def network_backward(
    weights: Sequence[Array], kept: Sequence[Array], dscores: Array, own: Any
) -> tuple[Array, ...]:
    """The gradients (dk1, db1, dk2, db2, dw3, db3) of the six weights (k1, b1, k2, b2, w3, b3).

    `kept` is (x, a1, p1, h1, a2, p2, h2), as the forward pass names them; dscores is (N, 10).
    `own` holds your functions: own.dense_backward(x, w, dy) -> dx, dw, db;
    own.relu_backward(x, dy) -> dx; own.maxpool_backward(dy, x, window, stride) -> dx;
    own.conv_dx_strided(dy, kernel, image_size, stride) -> dx;
    own.conv_weights_backward(x, dy, kernel) -> dkernel, dbias.
    """
    raise NotImplementedError


def saliency(model: Sequential, image: Array, digit: int) -> Array:
    """The gradient of the score (logit) of one digit by the pixels, with the image's shape.

    The image is (H, W), in the numbers that the model works with. model.forward takes
    (N, H, W, 1) and returns scores (N, K); model.backward takes the gradient of the scores and
    returns that of the images, each in the same shape. It needs forward(..., keep=True).
    """
    raise NotImplementedError


def centred(image: Array) -> Array:
    """The image (28, 28), moved by whole pixels so that its centre of mass is nearest (14, 14).

    The centre of mass is the mean of the pixels' row and column numbers (from 0), each pixel
    counted with its ink. Ink that is moved over the border is lost; what comes in is blank (0).
    A blank image stays as it is.
    """
    raise NotImplementedError
