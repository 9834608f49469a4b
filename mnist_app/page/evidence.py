"""Which part of the picture spoke for an answer: two logits and their gap, place by place.

Behind the last map (H, W, C) of a network each layer is linear at the point where it is: a ReLU is
a gate that this picture has opened or shut. So a logit is a sum over the map's numbers, each times
its slope, which is the logit's gradient; and over what the biases behind the map add.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from mnist_app.page.chain import window_of
from mnist_app.page.gradient_sums import input_gradient_sum
from mnist_app.page.messages import packed
from mnist_app.page.places import Index, at, whole_map
from mnist_app.page.sums import Group, Sum, one
from mnist_app.reading.explain import up_to_logits
from tinynet import (
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    ReLU,
    Sequential,
    activations,
    gradients,
)
from tinynet.types import Array

LINEAR = BatchNormalization | Dense | Dropout | Flatten | GlobalAveragePooling2D | ReLU


class Evidence:
    """The last map of a network with one picture in it, and how two logits hang on its numbers.

    Arrays have three rows: for the answer, for the rival, and the gap, answer minus rival.
    """

    def __init__(
        self, model: Sequential, values: list[Array], card: int, answer: int, rival: int
    ) -> None:
        self.model, self.card = model, card
        self.x = values[card].astype(np.float64)
        self.behind = up_to_logits(model)[card:]
        self.kept = activations(self.behind, values[card][np.newaxis], keep=True)
        self.passed = [self.back(answer), self.back(rival)]  # gradients, array by array
        first, second = (slopes[0].astype(np.float64) for slopes in self.passed)
        self.slopes = np.stack([first, second, first - second])

    def back(self, k: int) -> list[Array]:
        """The gradient of logit k with respect to each array from the map on."""
        dy = np.zeros_like(self.kept[-1])
        dy[0, k] = 1
        return [array[0] for array in gradients(self.behind, dy)]

    def report(self) -> dict[str, Any]:
        """The shares summed by place and by map, what the biases add, and what each place sees."""
        shares = self.slopes * self.x
        return {
            "card": self.card,
            "places": packed(shares.sum(axis=3)),
            "maps": packed(shares.sum(axis=(1, 2))),
            "total": shares.sum(axis=(1, 2, 3)),
            "biases": self.biases(),
            "seen": self.seen(),
        }

    def biases(self) -> dict[str, Array]:
        """By layer, what its bias adds: what leaves the layer for the logit, less what came in."""
        found = {}
        for k, layer in enumerate(self.behind.layers):
            if isinstance(layer, Dense):  # the same, with fewer roundings
                first, second = (float(slopes[k + 1] @ layer.bias.value) for slopes in self.passed)
                found[layer.name] = np.array([first, second, first - second])
            elif layer.parameters():
                first, second = (
                    float((slopes[k + 1] * self.kept[k + 1][0]).sum(dtype=np.float64))
                    - float((slopes[k] * self.kept[k][0]).sum(dtype=np.float64))
                    for slopes in self.passed
                )
                found[layer.name] = np.array([first, second, first - second])
        return found

    def seen(self) -> list[list[list[int]]] | None:
        """First and last pixel that each row of the map sees, and each column; None if hidden.

        They may lie beside the picture, where a convolution has a border of zeros.
        """
        rows, columns, _ = self.x.shape
        windows = [
            [window_of(self.model, self.card, (i, i, 0)) for i in range(size)]
            for size in (rows, columns)
        ]
        down, right = windows
        if down[0] is None:
            return None
        return [[list(it[:2]) for it in down if it], [list(it[2:]) for it in right if it]]

    def at_place(self, i: int, j: int) -> dict[str, Any]:
        """The gap's share of one place: a product for each map."""
        groups = [
            Group(f"map {c}", one(a), one(b), at(i, j, c), at(i, j, c))
            for c, (a, b) in enumerate(zip(self.x[i, j], self.slopes[2, i, j], strict=True))
        ]
        return Sum(("x", "slope"), groups).report({"x": self.card, "slope": self.card})

    def of_map(self, c: int) -> dict[str, Any]:
        """The gap's share of one map: a product for each place."""
        picture = self.x[..., c]
        places = whole_map(picture, c)
        group = Group(f"map {c}", picture, self.slopes[2, ..., c], places, places)
        return Sum(("x", "slope"), [group]).report({"x": self.card, "slope": self.card})

    def slope(self, index: Index) -> dict[str, Any]:
        """What the slope of one number is the sum of: the ways that lead from it to the logits."""
        for k, layer in enumerate(self.behind.layers):
            x, y = self.kept[k][0], self.kept[k + 1][0]
            dy = self.passed[0][k + 1] - self.passed[1][k + 1]
            if isinstance(layer, Flatten):
                index = (int(np.ravel_multi_index(index, x.shape)),)
            elif not isinstance(layer, Dropout):
                break
        told = input_gradient_sum(layer, x, y, dy, index)
        assert told is not None
        named = replace(told, factors=(told.factors[0], "slope behind"))
        return named.report({}) | {"layer": self.card + k + 1}


def last_map(model: Sequential, values: list[Array]) -> int | None:
    """The last card with maps, or None if what is behind it is not linear, such as a Sigmoid."""
    card = max(k for k, array in enumerate(values) if array.ndim == 3)
    behind = up_to_logits(model).layers[card:]
    return card if all(isinstance(layer, LINEAR) for layer in behind) else None
