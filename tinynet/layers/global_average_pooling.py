"""The mean of a whole feature map.  In plain words: `global_average_pooling` in textbook.py."""

import numpy as np

from tinynet.layers.arguments import expect_rank
from tinynet.layers.layer import Layer
from tinynet.layers.layout import from_memory, to_memory
from tinynet.types import Array, Shape


class GlobalAveragePooling2D(Layer):
    """The mean of each channel.  (N, H, W, C) -> (N, C)

    y[n,c] = 1/(H*W) * sum_{h,w} x[n,h,w,c];  dx[n,h,w,c] = dy[n,c] / (H*W)
    Source: keras.layers.GlobalAveragePooling2D.
    """

    def declare(self, input_shape: Shape) -> Shape:
        expect_rank(self, input_shape, "H, W, C")
        return input_shape[-1:]

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        self._cache = x.shape[1:3] if keep else None
        y: Array = to_memory(x).mean(axis=(0, 2)).T
        return y

    def backward(self, dy: Array) -> Array:
        height, width = self.cached()
        share = dy.T[:, np.newaxis] / (height * width)  # (C, 1, N), the same for every position
        return from_memory(np.tile(share, (height, 1, width, 1)))
