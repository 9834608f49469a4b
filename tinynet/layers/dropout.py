"""Noise that a network must learn to live with.  In plain words: `dropout` in textbook.py."""

import numpy as np

from tinynet.layers.layer import Layer
from tinynet.layers.layout import from_memory, memory_order
from tinynet.types import Array


class Dropout(Layer):
    """In training each number is zero with probability `rate`.  Any shape.

    y = x * mask / (1 - rate), so that the mean stays what it is in prediction, where y = x.
    dx = dy * mask / (1 - rate). The mask is drawn from `rng` (see Layer.reseed).
    Raises ValueError unless 0 <= rate < 1.
    Source: Srivastava et al. (2014), inverted as keras.layers.Dropout.
    """

    def __init__(self, rate: float) -> None:
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate < 1:
            raise ValueError(f"rate must lie in [0, 1). Received: rate={rate!r}")
        self.rate = float(rate)
        self.rng = np.random.default_rng(0)

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        scale = x.dtype.type(1)
        if training:
            kept = self.rng.random(memory_order(x).shape, dtype=np.float32) >= self.rate
            scale = from_memory(kept) * x.dtype.type(1 / (1 - self.rate))
        self._cache = scale if keep else None
        return x * scale if training else x

    def backward(self, dy: Array) -> Array:
        scale: Array = self.cached()
        return dy * scale
