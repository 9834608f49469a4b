"""Solutions of notebook 08."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]


def conv_db(dy: Array) -> Array:
    """db (F,), from dy (N, H', W', F), which holds the loss's 1/N already."""
    return dy.sum(axis=(0, 1, 2))


def conv_dw(x: Array, dy: Array, kernel_size: tuple[int, int], stride: int = 1) -> Array:
    """dw (kh, kw, C, F), from x (N, H, W, C) and dy (N, H', W', F), with the given stride.

    Rows and columns of x that no window covers do not count. The kernel size is (kh, kw).
    """
    _, high, wide, filters = dy.shape
    dw = np.empty((*kernel_size, x.shape[3], filters))
    for u, v in np.ndindex(kernel_size):
        # What weight (u, v) was multiplied with, in each window: one pixel for each dy.
        rows = slice(u, u + stride * (high - 1) + 1, stride)
        columns = slice(v, v + stride * (wide - 1) + 1, stride)
        dw[u, v] = np.tensordot(x[:, rows, columns], dy, axes=([0, 1, 2], [0, 1, 2]))
    return dw


def conv_dx(dy: Array, kernel: Array) -> Array:
    """dx for stride 1 and no padding.

    dy is (N, H', W', F), the kernel (kh, kw, C, F); dx is (N, H'+kh-1, W'+kw-1, C).
    """
    kh, kw = kernel.shape[:2]
    turned = kernel[::-1, ::-1]
    padded = np.pad(dy, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return np.einsum("npqfuv,uvcf->npqc", windows, turned)


def conv_dx_strided(
    dy: Array, kernel: Array, image_size: tuple[int, int], stride: int, padding: int = 0
) -> Array:
    """dx (N, H, W, C) for any stride and padding; the image size is (H, W), without padding.

    The forward pass put `padding` lines of zeros around the picture, on all four sides. Pixels that
    no window covers get 0.
    """
    kh, kw, channels, _ = kernel.shape
    height, width = image_size
    dx = np.zeros((len(dy), height + 2 * padding, width + 2 * padding, channels))
    for i, j in np.ndindex(dy.shape[1:3]):
        share = np.tensordot(dy[:, i, j], kernel, axes=(1, 3))  # (N, kh, kw, C)
        dx[:, i * stride : i * stride + kh, j * stride : j * stride + kw] += share
    return dx[:, padding : padding + height, padding : padding + width]


def depthwise_backward(x: Array, kernel: Array, dy: Array) -> tuple[Array, Array]:
    """dx and dkernel of a convolution in which every channel has a filter of its own, stride 1.

    y[n,i,j,c] = sum_{u,v} x[n,i+u,j+v,c] * kernel[u,v,c], with x (N, H, W, C), kernel (kh, kw, C).
    """
    dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
    high, wide = dy.shape[1:3]
    for u, v in np.ndindex(kernel.shape[:2]):
        dx[:, u : u + high, v : v + wide] += dy * kernel[u, v]
        dkernel[u, v] = (dy * x[:, u : u + high, v : v + wide]).sum(axis=(0, 1, 2))
    return dx, dkernel
