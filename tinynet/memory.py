"""Memory that forked processes share, and what of a training lies in it."""

import mmap
from dataclasses import dataclass, replace

import numpy as np

from tinynet.parameter import Vectors
from tinynet.types import Array


def shared(array: Array) -> Array:
    """A copy in anonymous memory, which forks share; it is freed with the last who has it."""
    copy = np.ndarray(array.shape, array.dtype, mmap.mmap(-1, max(1, array.nbytes)))
    copy[...] = array
    return copy


@dataclass(frozen=True)
class Memory:
    """A place for all that a step changes: a model's vectors, an optimizer's running arrays."""

    vectors: Vectors
    running: dict[str, Array]

    def arrays(self) -> list[Array]:
        """All of them, in an order of their own."""
        return [self.vectors.values, self.vectors.grads, *self.running.values()]

    def shared(self) -> "Memory":
        """Another one like it, which forks of this process share."""
        vectors = replace(
            self.vectors, values=shared(self.vectors.values), grads=shared(self.vectors.grads)
        )
        return Memory(vectors, {name: shared(array) for name, array in self.running.items()})
