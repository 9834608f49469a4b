"""Does a picture look like a digit at all?  A small network beside the one that reads digits.

A classifier divides all pictures among its ten digits, and is as sure of a drawn face as of a 0.
So this network has learned the difference between digits, MNIST's and drawn ones, and drawings of
something else, for any classifier. It flags 1 in 300 of MNIST's held-out images. What it lets pass
of drawings that it has not learned from: `python -m tests.measure_styles`.
Source: outlier exposure, Hendrycks, Mazeika and Dietterich (2019).

Training it: training/digit_detector.py.
"""

import functools

from mnist_app.data.dataset import Images
from mnist_app.reading.classifier import WEIGHTS
from tinynet import Sequential, Softmax, load_model
from tinynet.types import Array

DIGIT = 1  # its second class; the first is everything else
# Below this probability it is more likely none: one in 300 of MNIST's held-out images.
LEAST = 0.14


def likeness(images: Images) -> Array:
    """The probability that each image is a digit.  (N, 28, 28) uint8 -> (N,)"""
    rows: Array = Softmax().forward(detector().predict(images))[:, DIGIT]
    return rows


@functools.cache
def detector() -> Sequential:
    """The trained network, with the weights that come with the program."""
    return load_model(WEIGHTS / "digit_detector.safetensors")[0]
