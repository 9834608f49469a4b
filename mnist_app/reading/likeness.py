"""How much a picture looks like a digit, by the network that tells digits from other drawings."""

from mnist_app.data.dataset import Images
from mnist_app.reading.digit_detector import DIGIT, detector
from tinynet import Softmax
from tinynet.types import Array


def likeness(images: Images) -> Array:
    """The probability that each image is a digit.  (N, 28, 28) uint8 -> (N,)"""
    rows: Array = Softmax().forward(detector().predict(images))[:, DIGIT]
    return rows
