"""A neural network in NumPy, small enough to read in an evening.

Notation, the same in every file: N examples in a batch, H and W height and width, C channels
in, F filters (channels out), u and v positions in a window, K classes. Arrays are (N, features)
or (N, H, W, C), kernels (in, out) or (kh, kw, C, F), as in Keras. L is the loss, a mean over
the batch, and dx stands for dL/dx, with the shape of x.
"""

from tinynet.gradient_check import GradientError, check_layer, check_model
from tinynet.history import Epoch, History, Progress
from tinynet.inspection import (
    Snapshot,
    activations,
    gradients,
    in_float64,
    numerical_derivative,
)
from tinynet.layer_contract import ContractError, check_layer_contract
from tinynet.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPool,
    ReLU,
    Residual,
    Sigmoid,
    Softmax,
)
from tinynet.losses import cross_entropy, softmax_cross_entropy
from tinynet.model import Sequential
from tinynet.optimizers import SGD, Adam, Optimizer
from tinynet.parameter import Parameter
from tinynet.schedules import CosineDecay
from tinynet.serialization import ModelFileError, load_model, save_model
from tinynet.training import batches, evaluate, fit, train_step
from tinynet.workers import predict

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "Adam",
    "BatchNormalization",
    "ContractError",
    "Conv2D",
    "CosineDecay",
    "Dense",
    "Dropout",
    "Epoch",
    "Flatten",
    "GlobalAveragePooling2D",
    "GradientError",
    "History",
    "Layer",
    "MaxPool",
    "ModelFileError",
    "Optimizer",
    "Parameter",
    "Progress",
    "ReLU",
    "Residual",
    "Sequential",
    "Sigmoid",
    "Snapshot",
    "Softmax",
    "activations",
    "batches",
    "check_layer",
    "check_layer_contract",
    "check_model",
    "cross_entropy",
    "evaluate",
    "fit",
    "gradients",
    "in_float64",
    "load_model",
    "numerical_derivative",
    "predict",
    "save_model",
    "softmax_cross_entropy",
    "train_step",
]
