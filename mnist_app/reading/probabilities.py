"""What a network's outputs mean: logits or numbers in (0, 1), both turned into probabilities."""

import numpy as np

from tinynet import Sequential, Sigmoid, Softmax
from tinynet.types import Array


def ends_in_logits(model: Sequential) -> bool:
    """Whether the outputs are logits, any numbers at all, and not yet in (0, 1)."""
    return not isinstance(model.layers[-1], Sigmoid | Softmax)


def probabilities(model: Sequential, outputs: Array, temperature: float = 1.0) -> Array:
    """The model's outputs (N, K) as rows that sum to 1, as its loss understands them.

    Logits are divided by the temperature (see calibration.py) before the softmax. Numbers in
    (0, 1) are divided by their sum; a temperature changes nothing in them.
    """
    if ends_in_logits(model):
        return Softmax().forward(outputs / outputs.dtype.type(temperature))
    clipped = np.clip(outputs, 1e-7, 1 - 1e-7)  # as in cross_entropy: no row sums to 0
    rows: Array = clipped / clipped.sum(axis=1, keepdims=True)
    return rows
