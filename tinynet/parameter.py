"""The arrays that training changes."""

import copy
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from tinynet.types import Array, Initializer, Shape


class Parameter:
    """An array that training changes, with the gradient of the loss beside it.

    A layer declares its shape first; `initialize` takes the memory, so that a wrong stack of
    layers fails before anything large is allocated. Afterwards value and grad are written in
    place; only `join` may move them. Whoever holds the parameter sees every change.
    moving=True marks a moving average of what passes through (BatchNormalization keeps two): it
    is saved with the rest but not learned. Its grad is the step that the batch asks for, which
    the optimizer subtracts as it is.
    """

    value: Array
    grad: Array

    def __init__(self, shape: Shape, initializer: Initializer, moving: bool = False) -> None:
        self.shape = shape
        self.initializer = initializer
        self.moving = moving

    def initialize(self, rng: np.random.Generator, dtype: DTypeLike) -> None:
        """Draw the value; the gradient starts at zero."""
        self.value = np.ascontiguousarray(self.initializer(self.shape, rng, dtype))
        self.grad = np.zeros_like(self.value)

    def twin(self) -> "Parameter":
        """A parameter that shares this value and has a gradient of its own."""
        twin = copy.copy(self)
        twin.grad = np.zeros_like(self.grad)
        return twin


def join(parameters: Sequence[Parameter]) -> Parameter:
    """All of them as one: a vector in whose memory they lie, end to end.

    What does not lie there yet is moved. Reason: one NumPy call adds or updates a vector, where
    there would be one for each parameter.
    """
    sizes = [math.prod(parameter.shape) for parameter in parameters]
    joined = Parameter((sum(sizes),), parameters[0].initializer, parameters[0].moving)
    for kind in ("value", "grad"):
        arrays: list[Array] = [getattr(parameter, kind) for parameter in parameters]
        memory = arrays[0].base
        if not lie_end_to_end(arrays, memory):
            memory = np.concatenate([array.reshape(-1) for array in arrays])
            places = np.split(memory, np.cumsum(sizes)[:-1])
            for parameter, place in zip(parameters, places, strict=True):
                setattr(parameter, kind, place.reshape(parameter.shape))
        setattr(joined, kind, memory)
    return joined


def lie_end_to_end(arrays: Sequence[Array], memory: object) -> bool:
    """Whether memory is a vector, and these arrays are its parts, in their order, and all of it."""
    if not isinstance(memory, np.ndarray) or memory.ndim != 1 or not memory.flags.c_contiguous:
        return False
    address = memory.ctypes.data
    for array in arrays:
        if array.base is not memory or not array.flags.c_contiguous or array.ctypes.data != address:
            return False
        address += array.nbytes
    return bool(address == memory.ctypes.data + memory.nbytes)
