"""What layers say to wrong arguments, in Keras's words."""

from typing import Any

import numpy as np

from tinynet.types import Shape


def positive_int(value: Any, argument: str) -> int:
    """The value as an int >= 1; ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{argument} must be a positive integer. Received: {argument}={value!r}")
    return int(value)


def pair(value: Any, argument: str) -> tuple[int, int]:
    """3 -> (3, 3); (3, 2) -> (3, 2); ValueError for anything else."""
    if isinstance(value, list | tuple):
        if len(value) != 2:
            raise ValueError(
                f"{argument} must be one positive integer or two. Received: {argument}={value!r}"
            )
        return positive_int(value[0], argument), positive_int(value[1], argument)
    return positive_int(value, argument), positive_int(value, argument)


def check_padding(padding: Any) -> str:
    """ "valid" or "same"; ValueError for anything else."""
    if padding not in ("valid", "same"):
        raise ValueError(f'padding must be "valid" or "same". Received: padding={padding!r}')
    return str(padding)


def expect_rank(layer: object, input_shape: Shape, axes: str) -> None:
    """ValueError unless the input shape has as many axes as are named, e.g. "H, W, C"."""
    if len(input_shape) != len(axes.split(", ")):
        raise ValueError(
            f"{layer!r} expects examples with the axes {axes}. Received: {input_shape}"
        )
