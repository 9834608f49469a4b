"""Where parameters start."""

import math

import numpy as np
from numpy.typing import DTypeLike

from tinynet.types import Array, Shape


def zeros(shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    """All zeros; the generator is not used."""
    return np.zeros(shape, dtype)


def ones(shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    """All ones; the generator is not used."""
    return np.ones(shape, dtype)


def glorot_uniform(shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    """Uniform in [-limit, limit] with limit = sqrt(6 / (fan_in + fan_out)).

    A kernel (in, out) has these fans; a kernel (kh, kw, C, F) has kh*kw*C and kh*kw*F.
    Source: Glorot and Bengio (2010); fans as keras.initializers.GlorotUniform.
    """
    *window, channels, filters = shape
    limit = math.sqrt(6.0 / (math.prod(window) * (channels + filters)))
    return rng.uniform(-limit, limit, shape).astype(dtype)
