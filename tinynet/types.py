"""The names of types that every file uses."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Initializer = Callable[[Shape, np.random.Generator, DTypeLike], Array]
