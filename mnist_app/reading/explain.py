"""Which pixels spoke for an answer: the gradient through our own backward, added up."""

import numpy as np

from mnist_app.reading.probabilities import ends_in_logits
from tinynet import ModelFileError, Sequential
from tinynet.types import Array

STEPS = 64  # the sum then misses the integral by 1 % or so, seldom by 4


def explain(model: Sequential, image: Array, digit: int | None = None) -> Array:
    """What each pixel contributed to an answer.  (H, W) uint8 -> (H, W) in the model's dtype

    The score of a digit is its logit minus the mean of all logits. Between a blank picture and
    this one the ink is turned up in STEPS steps; a pixel's contribution is its ink times the mean
    gradient of the score on the way. Positive: it spoke for the digit, negative: against. All
    together they make the score's difference between the picture and the blank one.
    `digit` is the model's answer if not given. Raises ValueError if the model does not take
    the image, ModelFileError if its weights are so large that a contribution is no number.
    Source: integrated gradients, Sundararajan, Taly and Yan (2017).
    """
    ink = model.prepare(image[np.newaxis])
    network = up_to_logits(model).replica()  # the model's own caches and gradients stay
    shares = (np.arange(STEPS, dtype=model.dtype) + 0.5) / STEPS
    with np.errstate(all="ignore"):
        if digit is None:
            digit = int(network.forward(ink).argmax())
        outputs = network.forward(ink * shares.reshape(-1, *[1] * (ink.ndim - 1)), keep=True)
        dy = np.full_like(outputs, -1 / outputs.shape[1])
        dy[:, digit] += 1
        dx = network.backward(dy)
        contributions: Array = (ink[0] * dx.mean(axis=0)).reshape(image.shape)
    if not np.isfinite(contributions).all():
        raise ModelFileError("which pixels spoke cannot be told: the weights are not usable")
    return contributions


def up_to_logits(model: Sequential) -> Sequential:
    """The model without the activation that it may end in."""
    return model if ends_in_logits(model) else model[:-1]
