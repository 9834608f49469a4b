"""Noise that a network must learn to live with."""

import numpy as np

from tinynet.layers.base import Array, Layer


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
        # Drawn batch last, as x lies in memory: the product then runs over neighbours.
        draws = self.rng.random((*x.shape[1:], len(x)), dtype=np.float32)
        keep = np.moveaxis(draws >= self.rate, -1, 0)
        mask: Array = keep * x.dtype.type(1 / (1 - self.rate))
        self._cache = mask
        return x * mask

    def backward(self, dy: Array) -> Array:
        mask: Array = self.cached()
        return dy * mask
