"""Exercises of notebook 01.  Replace each `raise NotImplementedError` by your code.

`python -m tutorials` tells how you are doing; so does the notebook, when you run its cells.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    """The gradient of f at x by centred differences, in float64 and with the shape of x.

    f takes an array of any shape and returns a number. x may hold integers, and must hold
    after the call what it held before.
    """
    raise NotImplementedError


def relative_error(a: Array, n: Array) -> Array:
    """|a - n| / max(1e-8, |a| + |n|), entry by entry, with the shape of a.

    Where both are 0, they agree: the error there is 0.
    """
    raise NotImplementedError


def crosses_kink(x: Array, h: float) -> Array:
    """True for each entry of x from which a step of h, up or down, crosses the ReLU's kink.

    The kink is at 0. An entry that is 0 itself also counts: it has no derivative. Of an entry with
    |x| = h, from which a step just reaches the kink, either may be said.
    """
    raise NotImplementedError


def second_derivative(f: Callable[[Array], float], x: Array, h: float = 1e-3) -> Array:
    """d^2 f / dx_i^2 for each entry x_i, from values of f alone; float64, with the shape of x.

    f takes an array and returns a number. The error falls with the square of h.
    """
    raise NotImplementedError
