"""The layers, one a file."""

from tinynet.layers.batch_normalization import BatchNormalization
from tinynet.layers.conv2d import Conv2D
from tinynet.layers.dense import Dense
from tinynet.layers.dropout import Dropout
from tinynet.layers.flatten import Flatten
from tinynet.layers.global_average_pooling import GlobalAveragePooling2D
from tinynet.layers.layer import Layer
from tinynet.layers.max_pool import MaxPool
from tinynet.layers.relu import ReLU
from tinynet.layers.residual import Residual
from tinynet.layers.sigmoid import Sigmoid
from tinynet.layers.softmax import Softmax

__all__ = [
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "Layer",
    "MaxPool",
    "ReLU",
    "Residual",
    "Sigmoid",
    "Softmax",
]
