"""Does a picture look like a digit at all?  A small network beside the one that reads digits.

A classifier divides all pictures among its ten digits, and is as sure of a drawn face as of a 0.
So this network has learned the difference between MNIST's digits and drawings of something else,
for any classifier. It flags 0.5 % of the test images and 1.5 % of digits drawn on all kinds of
paper. Of 380 letters, which it has never seen, 21 % pass; of 352 drawn shapes 32 % pass, some of
them like the polygons that it has seen. Bounds on the classifier itself, set so that they flag as
many digits, let more pass: 63 % and 74 % by cnn-large's calibrated confidence, 75 % and 74 % by
the energy of its logits.
Source: outlier exposure, Hendrycks, Mazeika and Dietterich (2019).

Training it: training/digit_detector.py.
"""

import functools

from mnist_app.data.dataset import Images
from mnist_app.reading.classifier import WEIGHTS
from tinynet import Sequential, Softmax, load_model
from tinynet.types import Array

DIGIT = 1  # its second class; the first is everything else
# It has learned from about as many digits as other things. Where three pictures in four hold a
# digit, one below this probability is more likely none.
LEAST = 0.25


def looks_like_digit(images: Images) -> Array:
    """Whether each image may be a digit.  (N, 28, 28) uint8, as for a classifier -> (N,) bool"""
    probability = Softmax().forward(detector().predict(images))[:, DIGIT]
    likely: Array = probability >= LEAST
    return likely


@functools.cache
def detector() -> Sequential:
    """The trained network, with the weights that come with the program."""
    return load_model(WEIGHTS / "digit_detector.safetensors")[0]
