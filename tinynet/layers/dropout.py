"""Noise that a network must learn to live with."""

import numpy as np

from tinynet.layers.layer import Layer
from tinynet.layers.layout import batch_first
from tinynet.types import Array


class Dropout(Layer):
    """In training each number is zero with probability `rate`.  Any shape.

    y = x * mask / (1 - rate), so that the mean stays what it is in prediction, where y = x.
    dx = dy * mask / (1 - rate). The mask is drawn from `rng` (see Sequential.reseed).
    Raises ValueError unless 0 <= rate < 1.
    Source: Srivastava et al. (2014), inverted as keras.layers.Dropout.
    """

    def __init__(self, rate: float) -> None:
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate < 1:
            raise ValueError(f"rate must lie in [0, 1). Received: rate={rate!r}")
        self.rate = float(rate)
        self.rng = np.random.default_rng(0)

    def forward(self, x: Array, training: bool = False) -> Array:
        if not training:
            self._cache = None
            return x
        shape = x.transpose(1, 3, 2, 0).shape if x.ndim == 4 else x.shape  # as x lies in memory
        keep = self.rng.random(shape, dtype=np.float32) >= self.rate
        scale = x.dtype.type(1 / (1 - self.rate))
        mask: Array = (batch_first(keep) if x.ndim == 4 else keep) * scale
        self._cache = mask
        return x * mask

    def backward(self, dy: Array) -> Array:
        mask: Array = self.cached()
        return dy * mask
