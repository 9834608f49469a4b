"""The layers, one a file."""

from tinynet.layers.activations import ReLU, Sigmoid, Softmax
from tinynet.layers.base import Layer, Parameter
from tinynet.layers.conv2d import Conv2D
from tinynet.layers.dense import Dense
from tinynet.layers.flatten import Flatten
from tinynet.layers.max_pool import MaxPool

__all__ = [
    "Conv2D",
    "Dense",
    "Flatten",
    "Layer",
    "MaxPool",
    "Parameter",
    "ReLU",
    "Sigmoid",
    "Softmax",
]
