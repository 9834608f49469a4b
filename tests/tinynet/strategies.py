"""What hypothesis draws: shapes, window settings and arrays, small enough for the loops."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from tinynet import Conv2D, MaxPool

Array = NDArray[Any]
seeds = st.integers(0, 2**32 - 1)
dtypes = st.sampled_from([np.float32, np.float64])
sizes = st.integers(1, 7)
pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@dataclass(frozen=True)
class Windows:
    """An input (N, H, W, C) and the windows that slide over it."""

    shape: tuple[int, int, int, int]
    window: tuple[int, int]
    strides: tuple[int, int]
    padding: str
    filters: int
    seed: int

    def conv2d(self, dtype: type = np.float64) -> Conv2D:
        """A built convolution whose bias is not zero."""
        layer = Conv2D(self.filters, self.window, self.strides, self.padding)
        rng = np.random.default_rng(self.seed)
        layer.build(self.shape[1:], rng, dtype)
        layer.bias.value[...] = rng.normal(size=self.filters)
        return layer

    def max_pool(self, dtype: type = np.float64) -> MaxPool:
        """A built pool."""
        layer = MaxPool(self.window, self.strides, self.padding)
        layer.build(self.shape[1:], np.random.default_rng(self.seed), dtype)
        return layer


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    """Windows that fit, or any at all with padding "same"; often 1 wide, seldom square."""
    padding = draw(st.sampled_from(["valid", "same"]))
    window = draw(pairs)
    height, width = draw(sizes), draw(sizes)
    if padding == "valid":
        height, width = height + window[0] - 1, width + window[1] - 1
    batch, channels, filters = (draw(st.integers(1, 3)) for _ in range(3))
    shape = (batch, height, width, channels)
    return Windows(shape, window, draw(pairs), padding, filters, draw(seeds))


def normal(shape: tuple[int, ...], seed: int, dtype: type = np.float64) -> Array:
    """Standard normal numbers."""
    return np.random.default_rng([seed, 1]).normal(size=shape).astype(dtype)


def with_ties(shape: tuple[int, ...], seed: int, dtype: type = np.float64) -> Array:
    """Few different numbers, all of them negative or zero: ties are common, and padding with
    zeros would show.
    """
    return np.random.default_rng([seed, 2]).integers(-3, 1, shape).astype(dtype)
