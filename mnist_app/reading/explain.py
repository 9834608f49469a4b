"""Which pixels spoke for an answer: the gradient through our own backward, added up."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinynet import BatchNormalization, Dropout, Layer, Sequential, Sigmoid, Softmax

Array = NDArray[Any]

STEPS = 64  # the sum then misses the integral by 1 % or so, seldom by 4


def explain(model: Sequential, image: Array, digit: int | None = None) -> Array:
    """What each pixel contributed to an answer.  (H, W) uint8 -> (H, W) in the model's dtype

    The score of a digit is its logit minus the mean of all logits. Between a blank picture and
    this one the ink is turned up in STEPS steps; a pixel's contribution is its ink times the mean
    gradient of the score on the way. Positive: it spoke for the digit, negative: against. All
    together they make the score's difference between the picture and the blank one.
    `digit` is the model's answer if not given. Raises ValueError if the model does not take
    the image.
    Source: integrated gradients, Sundararajan, Taly and Yan (2017).
    """
    ink = model.prepare(image[np.newaxis])
    layers = as_it_predicts(model)
    if digit is None:
        digit = int(forward(layers, ink).argmax())
    shares = (np.arange(STEPS, dtype=model.dtype) + 0.5) / STEPS
    outputs = forward(layers, ink * shares.reshape(-1, *[1] * (ink.ndim - 1)), training=True)
    dy = np.full_like(outputs, -1 / outputs.shape[1])
    dy[:, digit] += 1
    for layer in reversed(layers):
        dy = layer.backward(dy)
    contributions: Array = (ink[0] * dy.mean(axis=0)).reshape(image.shape)
    return contributions


def score(model: Sequential, image: Array, digit: int) -> float:
    """What `explain` divides among the pixels, but for the blank picture's own score."""
    logits = forward(as_it_predicts(model), model.prepare(image[np.newaxis]))[0]
    return float(logits[digit] - logits.mean())


def forward(layers: list[Layer], x: Array, training: bool = False) -> Array:
    """The layers, one after the other."""
    for layer in layers:
        x = layer.forward(x, training)
    return x


def as_it_predicts(model: Sequential) -> list[Layer]:
    """The layers up to the logits, so that a forward pass that keeps caches predicts.

    Without Dropout, and with each BatchNormalization as the affine map that it then is.
    Replicas, so that the model's own caches and gradients stay as they are.
    """
    layers: list[Layer] = []
    for layer in model.layers:
        if isinstance(layer, BatchNormalization):
            layers.append(Affine(*layer.affine()))
        elif not isinstance(layer, Dropout):
            layers.append(layer.replica())
    if isinstance(layers[-1], Sigmoid | Softmax):
        layers.pop()
    return layers


class Affine(Layer):
    """y = x * scale + shift, with one number of each for each channel;  dx = dy * scale"""

    def __init__(self, scale: Array, shift: Array) -> None:
        self.scale = scale
        self.shift = shift

    def forward(self, x: Array, training: bool = False) -> Array:
        y: Array = x * self.scale + self.shift
        return y

    def backward(self, dy: Array) -> Array:
        dx: Array = dy * self.scale
        return dx
