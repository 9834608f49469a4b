"""A number, followed back to the sum that it is, and to the part of the picture that it sees."""

from typing import Any

from mnist_app.page.places import Index
from mnist_app.page.sums import formula, output_sum, source
from tinynet import Conv2D, Flatten, GlobalAveragePooling2D, Layer, MaxPool, Residual, Sequential
from tinynet.types import Array


def opened(model: Sequential, values: list[Array], card: int, index: Index) -> dict[str, Any]:
    """A number and all that it is made from, until it is a sum of several products or a pixel.

    Cards count from the input, 0; `values[k]` is what stands on card k, of one example. A ReLU, a
    pool, a normalization make their number out of one: these are steps on the way.
    """
    steps = []
    while True:
        step, place = step_of(model, values, card, index)
        steps.append(step)
        if place is None:
            return {"steps": steps, "seen": seen_pixels(model, card, index)}
        card, index = card - 1, place


def step_of(
    model: Sequential, values: list[Array], card: int, index: Index
) -> tuple[dict[str, Any], Index | None]:
    """One number with its sum; and where the one number stands that it is made from, if it is."""
    step = {"card": card, "index": index, "value": values[card][index], "sum": None}
    if card == 0:
        return step, None
    layer, x = model.layers[card - 1], values[card - 1]
    found = output_sum(layer, x, index)
    if found is not None:
        step["sum"] = found.report({"x": card - 1}) | {"formula": formula(layer, "y")}
    return step, source(layer, x, index)


def seen_pixels(model: Sequential, card: int, index: Index) -> list[int] | None:
    """First and last row, first and last column of the picture on which a number depends.

    None where that is all of it, or where a block of layers hides the way.
    """
    window = window_of(model, card, index)
    if window is None:
        return None
    height, width = model.input_shape[:2]
    top, bottom, left, right = window
    return [max(top, 0), min(bottom, height - 1), max(left, 0), min(right, width - 1)]


def window_of(model: Sequential, card: int, index: Index) -> list[int] | None:
    """The same with the border of zeros beside the picture, so that all windows are as large."""
    if len(index) != 3:
        return None
    top, bottom, left, right = index[0], index[0], index[1], index[1]
    for layer in reversed(model.layers[:card]):
        if not keeps_places(layer):
            return None
        if isinstance(layer, Conv2D | MaxPool):
            windows = layer._windows
            (above, _), (before, _) = windows.border
            top, left = top * windows.strides[0] - above, left * windows.strides[1] - before
            bottom = bottom * windows.strides[0] - above + windows.size[0] - 1
            right = right * windows.strides[1] - before + windows.size[1] - 1
    return [top, bottom, left, right]


def keeps_places(layer: Layer) -> bool:
    """Whether a place in what the layer makes belongs to a window of what it got."""
    return not isinstance(layer, Flatten | GlobalAveragePooling2D | Residual | Sequential)
