"""The checks of notebook 08: the three gradients of a convolution, and the fourth with stride.

The expected numbers come from the definition: every product x * kernel of the forward pass
passes dy on to both of its factors.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinynet.gradient_check import numerical_gradient
from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect


def scatter(
    dy: Array, kernel: Array, size: tuple[int, int], stride: int, add: bool = True
) -> Array:
    """dx by the definition, for windows at i*stride, j*stride; add=False lets the last one win."""
    dx = np.zeros((len(dy), *size, kernel.shape[2]))
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            for u in range(kernel.shape[0]):
                for v in range(kernel.shape[1]):
                    share = dy[:, i, j] @ kernel[u, v].T
                    place = np.s_[:, i * stride + u, j * stride + v]
                    dx[place] = share + (dx[place] if add else 0)
    return dx


def last_weight(dy: Array, kernel: Array, size: tuple[int, int], stride: int) -> Array:
    """dx weight by weight with = in place of +=: each overwrites what those before it brought."""
    dx = np.zeros((len(dy), *size, kernel.shape[2]))
    for u, v in np.ndindex(kernel.shape[:2]):
        for i, j in np.ndindex(dy.shape[1:3]):
            dx[:, i * stride + u, j * stride + v] = dy[:, i, j] @ kernel[u, v].T
    return dx


def begun_inside(
    dy: Array, kernel: Array, size: tuple[int, int], stride: int, padding: int
) -> Array:
    """Windows that begin in the border are pushed into the image, whole."""
    high, wide = (length + kernel.shape[k] for k, length in enumerate(size))
    dx = np.zeros((len(dy), high, wide, kernel.shape[2]))
    for i, j in np.ndindex(dy.shape[1:3]):
        top, left = max(0, i * stride - padding), max(0, j * stride - padding)
        for u, v in np.ndindex(kernel.shape[:2]):
            dx[:, top + u, left + v] += dy[:, i, j] @ kernel[u, v].T
    return dx[:, : size[0], : size[1]]


def covering(
    window: tuple[int, int], places: tuple[int, int], size: tuple[int, int], stride: int
) -> Array:
    """For each pixel the number of windows that it lies in."""
    counts = np.zeros(size)
    for i, j in np.ndindex(places):
        top, left = i * stride, j * stride
        counts[top : top + window[0], left : left + window[1]] += 1
    return counts


def enlarged(dy: Array, between: int, fill: bool, size: tuple[int, int]) -> Array:
    """dy with so many zeros (or copies of itself) behind each entry, cut or filled to a size."""
    large = dy.repeat(between + 1, axis=1).repeat(between + 1, axis=2)
    if not fill:
        mask = np.zeros(large.shape[1:3])
        mask[:: between + 1, :: between + 1] = 1
        large = large * mask[:, :, np.newaxis]
    large = large[:, : size[0], : size[1]]
    missing = [(0, 0), (0, size[0] - large.shape[1]), (0, size[1] - large.shape[2]), (0, 0)]
    return np.pad(large, missing)


def wrapped(padded: Array, padding: int, size: tuple[int, int]) -> Array:
    """The inside, with the upper and left border added to the opposite edges."""
    dx = np.zeros((len(padded), *size, padded.shape[3]))
    for row, column in np.ndindex(size[0] + padding, size[1] + padding):
        dx[:, row - padding, column - padding] += padded[:, row, column]
    return dx


def at_the_edge(padded: Array, padding: int, size: tuple[int, int]) -> Array:
    """The inside, with the border added to the edge that it lies at."""
    dx = np.zeros((len(padded), *size, padded.shape[3]))
    for row, column in np.ndindex(padded.shape[1:3]):
        inner = min(max(row - padding, 0), size[0] - 1), min(max(column - padding, 0), size[1] - 1)
        dx[:, *inner] += padded[:, row, column]
    return dx


def resized(image: Array, size: tuple[int, int]) -> Array:
    """Cut at the bottom and the right, or filled with zeros there."""
    filled = np.pad(image, ((0, 0), (0, size[0]), (0, size[1]), (0, 0)))
    return filled[:, : size[0], : size[1]]


def full_size(dy: Array, kernel: Array) -> tuple[int, int]:
    """The image from which stride 1 makes dy."""
    return dy.shape[1] + kernel.shape[0] - 1, dy.shape[2] + kernel.shape[1] - 1


@exercise
def conv_db(answer: Answer) -> None:
    """One random dy in which no two axes have the same size."""
    dy = np.random.default_rng(1).normal(size=(2, 4, 5, 3))
    db = np.einsum("nijf->f", dy)
    expect(
        call(answer, dy),
        db,
        "db",
        mistakes={
            "it is divided by the number of examples. That factor is in the loss, and so in dy "
            "already.": db / 2,
            "it is multiplied by the number of examples. They are added up, and dy holds the "
            "loss's 1/N already.": db * 2,
            "this is dy. The bias is added in every window of every example: sum.": dy,
            "the slope of y by the bias is 1, but the loss's slope is asked for: 1 times dy, "
            "summed.": np.ones(3),
            "this is a number for each example. Each *filter* has a bias: sum over n, i and j, the "
            "first three axes.": dy.sum(axis=(1, 2, 3)),
            "the numbers are folded, not moved: the rows of reshape(F, -1) are not the filters. f "
            "is the last axis of dy.": dy.reshape(3, -1).sum(axis=1),
            "this is a column. The bias is (F,).": db[:, np.newaxis],
            "the signs are lost: the slopes are added up as they are, not their sizes.": (
                np.abs(dy).sum(axis=(0, 1, 2))
            ),
            "this is a mean over all windows. The bias is added in each of them, and each passes "
            "its whole gradient on: sum.": db / (2 * 4 * 5),
            "only the first example counts.": dy[0].sum(axis=(0, 1)),
            "only the last example counts. A sum over n needs +=.": dy[-1].sum(axis=(0, 1)),
            "only one window of each example counts: the bias is added in all of them.": (
                dy[:, 0, 0].sum(axis=0)
            ),
            "it is summed over the examples only. The bias does not know at which window (i, j) it "
            "is added.": dy.sum(axis=0),
            "it is not summed over the examples.": dy.sum(axis=(1, 2)),
            "the sign is turned.": -db,
            "this is the mean over each example's windows. The bias is added in all: sum.": (
                db / (4 * 5)
            ),
            "the filters are summed over as well. Each has a bias of its own.": dy.sum(),
            "it is not summed over the columns j.": dy.sum(axis=(0, 1)),
            "it is not summed over the rows i.": dy.sum(axis=(0, 2)),
        },
    )


@exercise
def conv_dw(answer: Answer) -> None:
    """Stride 1; stride 2 with a row and a column left over; a stride beyond the kernel."""
    rng = np.random.default_rng(2)
    kh, kw = 3, 2
    for stride, (high, wide) in [(1, (5, 4)), (2, (3, 2)), (4, (2, 2))]:
        height = kh + stride * (high - 1) + (stride - 1)
        width = kw + stride * (wide - 1) + (stride - 1)
        x = rng.normal(size=(2, height, width, 3))
        dy = rng.normal(size=(2, high, wide, 4))

        def gradient(x: Array, dy: Array, step: int = stride) -> Array:
            dw = np.zeros((kh, kw, 3, 4))
            for i in range(dy.shape[1]):
                for j in range(dy.shape[2]):
                    window = x[:, i * step : i * step + kh, j * step : j * step + kw]
                    dw += np.einsum("nuvc,nf->uvcf", window, dy[:, i, j])
            return dw

        dw = gradient(x, dy)
        bottom, right = stride * (high - 1), stride * (wide - 1)
        last_window = x[-1, bottom : bottom + kh, right : right + kw]
        mistakes = {
            "the kernel's gradient is turned by 180 degrees. Only dx turns anything: in dw, x and "
            "dy both run forwards.": dw[::-1, ::-1],
            "dy is turned by 180 degrees. In dw, x and dy both run forwards.": (
                gradient(x, dy[:, ::-1, ::-1])
            ),
            "it is divided by the number of examples. That factor is in the loss, and so in dy "
            "already.": dw / 2,
            "it is multiplied by the number of examples. They are added up, and dy holds the "
            "loss's 1/N already.": dw * 2,
            "it is divided by the number of windows. Each window passes its whole gradient on: "
            "sum.": dw / (high * wide),
            "this is a mean over all windows of all examples. Each window passes its whole "
            "gradient on: sum.": dw / (2 * high * wide),
            "it is still a matrix, with a row for each (u, v, c). Fold it to (kh, kw, C, F).": (
                dw.reshape(-1, 4)
            ),
            "channels and filters are mixed: reshape does not move numbers, and dw is (kh, kw, C, "
            "F).": dw.swapaxes(2, 3).reshape(dw.shape),
            "rows and columns of the kernel are mixed: reshape does not move numbers, and dw is "
            "(kh, kw, C, F).": dw.swapaxes(0, 1).reshape(dw.shape),
            "the filters come first in the product, (f, (u, v, c)), and last in dw: reshape does "
            "not move numbers. Transpose the product before it is folded.": (
                np.moveaxis(dw, 3, 0).reshape(dw.shape)
            ),
            "the channels are averaged. Each has weights of its own.": np.broadcast_to(
                dw.mean(axis=2, keepdims=True), dw.shape
            ),
            "only the first channel counts. Each has weights of its own.": np.broadcast_to(
                dw[:, :, :1], dw.shape
            ),
            "weight (u, v) meets pixel u + 1, v + 1 of each window: window i begins at row "
            "i * stride itself.": gradient(
                np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)))[:, 1:, 1:], dy
            ),
            "only the first example counts. The weights are the same for all of them: sum over "
            "n.": gradient(x[:1], dy[:1]),
            "only the last example counts. A sum over n needs +=.": gradient(x[-1:], dy[-1:]),
            "only the last window of the last example counts. The sum over n, i and j needs +=.": (
                np.einsum("uvc,f->uvcf", last_window, dy[-1, -1, -1])
            ),
            "only the last window counts. A sum over i and j needs +=.": np.einsum(
                "nuvc,nf->uvcf", x[:, bottom : bottom + kh, right : right + kw], dy[:, -1, -1]
            ),
            "x is turned by 180 degrees. In dw, x and dy both run forwards.": gradient(
                x[:, ::-1, ::-1], dy
            ),
            "the pixels are added up before the product, and so is dy. Each pixel is multiplied by "
            "the dy of its window: the sum over n, i and j comes last.": gradient(
                x, np.broadcast_to(dy.sum(axis=(0, 1, 2)), dy.shape)
            ),
            "channels and filters have changed places: the axes are (u, v, c, f).": (
                dw.swapaxes(2, 3)
            ),
            "every weight meets the same pixels, the last ones. Weight (u, v) meets pixel "
            "i * stride + u, j * stride + v: cut the slice off at its end, not at its beginning.": (
                np.array(
                    [
                        [
                            np.einsum(
                                "nijc,nijf->cf", x[:, u::stride, v::stride][:, -high:, -wide:], dy
                            )
                            for v in range(kw)
                        ]
                        for u in range(kh)
                    ]
                )
            ),
            "every weight meets the same pixels, the first ones. Weight (u, v) meets pixel "
            "i * stride + u, j * stride + v.": np.broadcast_to(dw[:1, :1], dw.shape),
            "the examples are added up before the product. Each has a product of its own: the sum "
            "over n comes last.": gradient(x.sum(axis=0)[None], dy.sum(axis=0)[None]),
            "the windows are laid out in the order (c, u, v); the kernel has (u, v, c, f).": (
                dw.transpose(2, 0, 1, 3).reshape(dw.shape)
            ),
        }
        if stride > 1:
            mistakes["the stride is ignored: window i begins at row i * stride."] = gradient(
                x, dy, 1
            )
            apart = np.pad(x, ((0, 0), (0, kh * stride), (0, kw * stride), (0, 0)))
            mistakes[
                "the stride multiplies the place (u, v) in the window. It multiplies the window's "
                "(i, j): pixel i * stride + u."
            ] = np.array([[np.einsum("nijc,nijf->cf", apart[:, u : u + high, v : v + wide], dy)
                           for v in range(0, kw * stride, stride)]
                          for u in range(0, kh * stride, stride)])  # fmt: skip
            mistakes[
                "the place (u, v) is multiplied by the stride too. Only the window's (i, j) is: "
                "pixel i * stride + u."
            ] = np.array([[np.einsum("nijc,nijf->cf",
                                     apart[:, u::stride, v::stride][:, :high, :wide], dy)
                           for v in range(0, kw * stride, stride)]
                          for u in range(0, kh * stride, stride)])  # fmt: skip
            for text, down, across in [
                ("the stride counts for the rows only. Windows are a stride apart in both "
                 "directions.", stride, 1),
                ("the stride counts for the columns only. Windows are a stride apart in both "
                 "directions.", 1, stride),
            ]:  # fmt: skip
                mistakes[text] = np.array([[
                    np.einsum("nijc,nijf->cf", x[:, u::down, v::across][:, :high, :wide], dy)
                    for v in range(kw)] for u in range(kh)])  # fmt: skip
            repeated = dy.repeat(stride, axis=1).repeat(stride, axis=2)
            repeated = repeated[:, : height - kh + 1, : width - kw + 1]
            mistakes[
                "each dy is repeated until there is one for every pixel. With stride s there are "
                "s - 1 zeros between them: those windows do not exist."
            ] = gradient(x, repeated, 1)
        got = call(answer, x, dy, (kh, kw), stride)
        if stride > 1 and np.shape(got) == (kh + stride - 1, kw + stride - 1, 3, 4):
            raise WrongAnswer(
                f"dw has shape {np.shape(got)}; expected {dw.shape}: the kernel's size is worked "
                "out from x and dy. Where pixels are left over, that is too much; it is given."
            )
        expect(got, dw, f"dw for stride {stride}", mistakes=mistakes)


@exercise
def conv_dx(answer: Answer) -> None:
    """First as many filters as channels, where a forgotten swap has the right shape; then not."""
    rng = np.random.default_rng(3)
    for channels, filters, (kh, kw) in ((3, 3, (3, 2)), (4, 3, (2, 3))):  # neither is N
        dy = rng.normal(size=(2, 4, 5, filters))
        kernel = rng.normal(size=(kh, kw, channels, filters))
        size = full_size(dy, kernel)
        dx = scatter(dy, kernel, size, 1)
        got = call(answer, dy, kernel)
        if np.shape(got) == (2, dy.shape[1] + kw - 1, dy.shape[2] + kh - 1, channels):
            raise WrongAnswer(
                f"dx has shape {np.shape(got)}; expected {dx.shape}: kh - 1 and kw - 1 are "
                "exchanged. Rows belong to kh, columns to kw."
            )
        mistakes = {
            "dy is continued at its border with its last numbers. Beyond it there are no windows: "
            "pad with zeros.": _continued(dy, kernel),
            "it is divided by the number of filters. Each filter is a path to the loss: their "
            "shares add up.": dx / filters,
            "it is multiplied by the number of examples. Each has a dx of its own.": dx * 2,
            "dx lies one row too low and one column too far right. A corner of the kernel touches "
            "the corner of dy with kh - 1 and kw - 1 lines of zeros, not kh and kw.": (
                np.pad(dx, ((0, 0), (1, 0), (1, 0), (0, 0)))[:, :-1, :-1]
            ),
            "a border of zeros is still there. dx has kh - 1 rows and kw - 1 columns more than "
            "dy.": np.pad(dx, ((0, 0), (1, 1), (1, 1), (0, 0))),
            "the last row and the last column of the kernel are left out: u runs up to kh - 1, v "
            "up to kw - 1, and range(kh - 1) ends before.": (
                scatter(dy, np.pad(kernel[:-1, :-1], ((0, 1), (0, 1), (0, 0), (0, 0))), size, 1)
            ),
            "dy is summed over the filters first. Each filter has weights of its own: products, "
            "then the sum.": scatter(
                np.broadcast_to(dy.sum(axis=3, keepdims=True), dy.shape), kernel, size, 1
            ),
            "dx lies one row too low.": np.roll(dx, 1, axis=1),
            "dx lies one row too high.": np.roll(dx, -1, axis=1),
            "dx lies one column too far right.": np.roll(dx, 1, axis=2),
            "dx lies one column too far left.": np.roll(dx, -1, axis=2),
            "only the first filter counts. A sum over f is missing.": (
                scatter(dy[..., :1], kernel[..., :1], size, 1)
            ),
            "the first example's gradient stands in all of them.": dx[[0, 0]],
            "the channels are in reverse order. Only u and v turn.": dx[..., ::-1],
            "the filters are in reverse order. Only u and v turn.": (
                scatter(dy, kernel[..., ::-1], size, 1)
            ),
            "rows and columns of the kernel are mixed: reshape does not move numbers.": (
                scatter(dy, kernel.swapaxes(0, 1).reshape(kernel.shape), size, 1)
            ),
            "the kernel lies the wrong way round: pixel p gets its share from window i through "
            "weight u = p - i. Routes A and C turn nothing themselves, route B turns the kernel by "
            "180 degrees once.": (scatter(dy, kernel[::-1, ::-1], size, 1)),
            "the kernel is right from left to right, but upside down.": (
                scatter(dy, kernel[::-1], size, 1)
            ),
            "the kernel is right from top to bottom, but left and right have changed places.": (
                scatter(dy, kernel[:, ::-1], size, 1)
            ),
            "channels and filters are in reverse order. Only the two axes of the window, u and v, "
            "turn.": scatter(dy, kernel[..., ::-1, ::-1], size, 1),
            "where windows overlap, the last share has overwritten the others. They add up.": (
                scatter(dy, kernel, size, 1, add=False)
            ),
            "where windows overlap, their shares are averaged. Each is a path to the loss: they "
            "add up.": dx / np.maximum(1, covering((kh, kw), (4, 5), size, 1))[:, :, np.newaxis],
            "it is divided by the number of examples. That factor is in the loss, and so in dy "
            "already.": dx / 2,
            "dx is turned by 180 degrees: the whole picture stands on its head.": dx[:, ::-1, ::-1],
            "only the middle of the kernel counts, or one weight of it: each pixel lies in several "
            "windows, under another weight each time.": scatter(
                dy, np.where(np.arange(kh)[:, None, None, None] == 1, kernel, 0), size, 1
            ),
            "the bias has come in: dx depends on dy and the kernel alone.": dx + 1,
            "only the last filter counts. A sum over f needs +=.": (
                scatter(dy[..., -1:], kernel[..., -1:], size, 1)
            ),
            "a border is missing. Pixels at the edge of the image have a gradient too: pad dy "
            "with zeros until even a corner of the kernel touches it.": dx[
                :, kh - 1 : 1 - kh, kw - 1 : 1 - kw
            ],
            "dx has the size of dy. The image is larger than the output, by kh - 1 and kw - 1.": (
                dx[:, (kh - 1) // 2 :, (kw - 1) // 2 :][:, :4, :5]
            ),
            "where windows overlap, the last weight's share has overwritten the others. They add "
            "up: +=.": last_weight(dy, kernel, size, 1),
            "rows and columns of the window are mixed: the product's columns are in the order (u, "
            "v, c).": (
                scatter(dy, kernel.reshape(kw, kh, channels, filters).swapaxes(0, 1), size, 1)
            ),
            "the kernel as a matrix is folded the wrong way. Its rows are (u, v, c) and its "
            "columns f: transpose it, as reshape(F, -1) does not move numbers.": (
                scatter(
                    dy, kernel.reshape(filters, kh, kw, channels).transpose(1, 2, 3, 0), size, 1
                )
            ),
            "the windows' gradient is taken in the order (c, u, v). The kernel, flattened, has "
            "(u, v, c).": (
                scatter(
                    dy, kernel.reshape(channels, kh, kw, filters).transpose(1, 2, 0, 3), size, 1
                )
            ),
            "dx has the size of dy, and its last rows and columns are missing. The image is larger "
            "than the output, by kh - 1 and kw - 1.": dx[:, : dy.shape[1], : dy.shape[2]],
        }
        if channels == filters:
            swapped = kernel.swapaxes(2, 3)
            mistakes |= {
                "channels and filters have changed places. dy has filters, dx has channels: the "
                "sum runs over f, and c comes out.": scatter(dy, swapped, size, 1),
                "the kernel lies the wrong way round, and channels and filters are exchanged.": (
                    scatter(dy, swapped[::-1, ::-1], size, 1)
                ),
            }
        what = f"dx for {channels} channels and {filters} filters"
        expect(got, dx, what, mistakes=mistakes)


def _continued(dy: Array, kernel: Array) -> Array:
    """Route B with dy's own last numbers as its border."""
    kh, kw = kernel.shape[:2]
    padded = np.pad(dy, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)), "edge")
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return np.asarray(np.einsum("npqfuv,uvcf->npqc", windows, kernel[::-1, ::-1]))


@exercise
def conv_dx_strided(answer: Answer) -> None:
    """Overlap, padding, a row and a column left over, and a stride larger than the kernel."""
    rng = np.random.default_rng(4)
    cases = [((6, 5), (3, 2), 1, 0), ((7, 8), (3, 3), 2, 0), ((8, 6), (3, 3), 2, 0),
             ((6, 5), (3, 3), 1, 1), ((9, 7), (4, 3), 3, 1), ((7, 6), (3, 2), 2, 2),
             ((8, 9), (2, 2), 3, 0)]  # fmt: skip
    for (height, width), (kh, kw), stride, padding in cases:
        tall, broad = height + 2 * padding, width + 2 * padding
        high, wide = (tall - kh) // stride + 1, (broad - kw) // stride + 1
        dy, kernel = rng.normal(size=(5, high, wide, 2)), rng.normal(size=(kh, kw, 3, 2))

        def inside(
            padded: Array, top: int = padding, size: tuple[int, int] = (height, width)
        ) -> Array:
            return padded[:, top : top + size[0], top : top + size[1]]

        dx = inside(scatter(dy, kernel, (tall, broad), stride))
        covered = kh + stride * (high - 1), kw + stride * (wide - 1)
        mistakes = {
            "where windows overlap, the last share has overwritten the others. They add up.": (
                inside(scatter(dy, kernel, (tall, broad), stride, add=False))
            ),
            "the stride is ignored: window i begins at row i * stride of the image.": (
                inside(scatter(dy, kernel, (tall, broad), 1))
            ),
            "the kernel lies the wrong way round. Routes A and C turn nothing themselves, route B "
            "turns the kernel by 180 degrees once.": (
                inside(scatter(dy, kernel[::-1, ::-1], (tall, broad), stride))
            ),
            "the kernel is right from left to right, but upside down.": (
                inside(scatter(dy, kernel[::-1], (tall, broad), stride))
            ),
            "the kernel is right from top to bottom, but left and right have changed places.": (
                inside(scatter(dy, kernel[:, ::-1], (tall, broad), stride))
            ),
            "only the first filter counts. A sum over f is missing.": (
                inside(scatter(dy[..., :1], kernel[..., :1], (tall, broad), stride))
            ),
            "only the last filter counts. A sum over f needs +=.": (
                inside(scatter(dy[..., -1:], kernel[..., -1:], (tall, broad), stride))
            ),
            "rows or columns that no window covers are missing. They belong to the image; their "
            "gradient is 0.": scatter(dy, kernel, covered, stride)[:, padding:, padding:],
            "the border of zeros is still there. It does not belong to the image.": (
                scatter(dy, kernel, (tall, broad), stride)
            ),
            "the padding is left out, or cut off at the wrong end. It lies on all four sides, so "
            "the image begins at row `padding` and column `padding`.": (
                inside(scatter(dy, kernel, (tall, broad), stride), top=0)
            ),
            "what belongs to the padding has landed at the opposite edge: p - padding is negative "
            "there, and a negative index counts from the end.": (
                wrapped(scatter(dy, kernel, (tall, broad), stride), padding, (height, width))
            ),
        }
        shares = covering((kh, kw), (high, wide), (tall, broad), stride)[:, :, np.newaxis]
        whole = scatter(dy, kernel, (tall, broad), stride)
        reach = 1 + (high - 1) * (stride + 1) + stride, 1 + (wide - 1) * (stride + 1) + stride
        one_each = tall - kh + 1, broad - kw + 1  # the places that stride 1 has
        mistakes |= {
            "where windows overlap, their shares are averaged. Each is a path to the loss: they "
            "add up.": inside(whole / np.maximum(1, shares)),
            "`stride` zeros stand between the numbers of dy. Neighbours are `stride` apart, so "
            "stride - 1 zeros lie between them.": inside(
                scatter(enlarged(dy, stride, False, one_each), kernel, (tall, broad), 1)
            ),
            "each dy is repeated until there is one for every pixel. With stride s there are s - 1 "
            "*zeros* between them: those windows do not exist.": inside(
                scatter(enlarged(dy, stride - 1, True, one_each), kernel, (tall, broad), 1)
            ),
            "it is divided by the number of examples. That factor is in the loss, and so in dy "
            "already.": dx / 5,
            "it is multiplied by the number of examples. Each has a dx of its own.": dx * 5,
            "where windows overlap, the last weight's share has overwritten the others. They add "
            "up: +=.": inside(last_weight(dy, kernel, (tall, broad), stride)),
            "a window that begins in the padding is pushed into the image as a whole. The part of "
            "it that lies in the padding falls away, the rest stays where it is.": begun_inside(
                dy, kernel, (height, width), stride, padding
            ),
            "it is divided by the stride. A pixel gets all that comes from the windows it lies "
            "in.": dx / stride,
            "the padding that is cut off is multiplied by the stride. It is counted in pixels of "
            "the image.": inside(whole, padding * stride),
            "it is divided by the square of the stride. A pixel gets all that comes from the "
            "windows it lies in.": dx / stride**2,
            "the padding that is cut off at the top and on the left is multiplied by the stride. "
            "It is counted in pixels of the image.": (
                whole[:, stride * padding :, stride * padding :]
            ),
            "the padding is cut off at the top and on the left twice, as if it lay only there.": (
                whole[:, 2 * padding :, 2 * padding :]
            ),
        }
        spread, repeated = enlarged(dy, stride, False, reach), enlarged(dy, stride - 1, True, reach)
        mistakes |= {
            "`stride` zeros stand between the numbers of dy: neighbours are `stride` apart, so "
            "stride - 1 zeros lie between them.": inside(
                resized(scatter(spread, kernel, full_size(spread, kernel), 1), (tall, broad))
            ),
            "each dy is repeated, for `stride` rows and columns. With stride s there are s - 1 "
            "*zeros* between them: those windows do not exist.": inside(
                resized(scatter(repeated, kernel, full_size(repeated, kernel), 1), (tall, broad))
            ),
            "dx has the size that belongs to stride 1.": scatter(
                dy, kernel, full_size(dy, kernel), 1
            ),
            "the rows and columns that no window covers are at the top and on the left. They are "
            "left over at the bottom and on the right.": inside(
                np.pad(scatter(dy, kernel, covered, stride),
                       ((0, 0), (tall - covered[0], 0), (broad - covered[1], 0), (0, 0)))
            ),
            "the padding is laid around once more. It was part of the padded image, and is to be "
            "cut off.": np.pad(whole, ((0, 0), (padding, padding), (padding, padding), (0, 0))),
            "window i begins at row i * stride + padding here. In the image itself it begins at "
            "i * stride *minus* padding.": np.pad(
                whole, ((0, 0), (padding, 0), (padding, 0), (0, 0))
            )[:, :height, :width],
            "channels and filters are mixed: reshape does not move numbers.": inside(
                scatter(dy, kernel.swapaxes(2, 3).reshape(kernel.shape), (tall, broad), stride)
            ),
            "the last row and the last column get nothing: p runs up to H - 1, q up to W - 1.": (
                np.pad(dx[:, :-1, :-1], ((0, 0), (0, 1), (0, 1), (0, 0)))
            ),
            "the first row and the first column get nothing: 0 is a row too.": (
                np.pad(dx[:, 1:, 1:], ((0, 0), (1, 0), (1, 0), (0, 0)))
            ),
        }  # fmt: skip
        first = -(-padding // stride)  # the first window that begins in the image
        last_row, last_column = (high, wide) if not padding else (
            (height - kh + padding) // stride + 1, (width - kw + padding) // stride + 1
        )  # fmt: skip
        part = "the part of them that lies in the image gets its share."
        for text, kept in [
            (f"windows that begin in the padding are left out as a whole: {part}",
             np.s_[:, first:, first:]),
            (f"windows that reach into the padding are left out as a whole: {part}",
             np.s_[:, first:last_row, first:last_column]),
        ]:  # fmt: skip
            some = np.zeros_like(dy)
            some[kept] = dy[kept]
            mistakes[text] = inside(scatter(some, kernel, (tall, broad), stride))
        mistakes |= {
            "what belongs to the padding is added to the edge of the image. It falls away: no "
            "pixel lies there.": at_the_edge(whole, padding, (height, width)),
            "the padding is cut off above and below, but not at the sides.": (
                whole[:, padding : padding + height, :width]
            ),
            "the padding is cut off at the sides, but not above and below.": (
                whole[:, :height, padding : padding + width]
            ),
        }
        if padding == 0:
            empty = "nothing is left: with padding 0 the slice padding:-padding is empty."
            mistakes[empty] = dx[:, :0, :0]
        what = f"dx of an image {(height, width)}, kernel {(kh, kw)}, stride {stride}, "
        what += f"padding {padding}"
        try:
            got = call(answer, dy, kernel, (height, width), stride, padding)
        except WrongAnswer as failed:
            if padding:
                raise WrongAnswer(
                    f"{failed} Without padding it was right. The windows reach into the border: is "
                    "there room for it?"
                ) from failed
            raise
        square = (5, height, height, 3), (5, width, width, 3)
        if covered == (tall, broad) and np.shape(got) in square:
            raise WrongAnswer(
                f"{what} has shape {np.shape(got)}; expected {dx.shape}: the image is not square."
            )
        expect(got, dx, what, mistakes=mistakes)


@exercise
def depthwise_backward(answer: Answer) -> None:
    """Against differences: two examples, three channels, a kernel that is not square."""
    rng = np.random.default_rng(18)
    x, kernel, dy = (rng.normal(size=s) for s in ((2, 5, 4, 3), (3, 2, 3), (2, 3, 3, 3)))

    def forward(x: Array, kernel: Array) -> Array:
        high, wide = x.shape[1] - kernel.shape[0] + 1, x.shape[2] - kernel.shape[1] + 1
        return np.asarray(sum(
            x[:, u : u + high, v : v + wide] * kernel[u, v]
            for u, v in np.ndindex(kernel.shape[:2])
        ))  # fmt: skip

    def loss() -> float:
        return float(np.sum(dy * forward(x, kernel)))

    got = call(answer, x, kernel, dy)
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise WrongAnswer("the result should be two arrays: dx, dkernel.")

    def diagonal(kernel: Array) -> Array:
        each = [np.diag(kernel[u, v]) for u, v in np.ndindex(kernel.shape[:2])]
        return np.array(each).reshape(3, 2, 3, 3)

    def gradient(kernel: Array, dy: Array = dy, add: bool = True) -> Array:
        return scatter(dy, diagonal(kernel), (5, 4), 1, add)

    dx, dkernel = numerical_gradient(loss, x), numerical_gradient(loss, kernel)
    each = np.array([[[(dy[n] * x[n, u : u + 3, v : v + 3]).sum(axis=(0, 1)) for v in (0, 1)]
                      for u in (0, 1, 2)] for n in (0, 1)])  # fmt: skip
    summed = np.broadcast_to(dkernel.sum(axis=2, keepdims=True), dkernel.shape)
    expect(got[0], dx, "dx", rtol=1e-6, mistakes={
        "this is dkernel. The order of the two is dx, dkernel.": dkernel,
        "the kernel lies the wrong way round: pixel p gets its share from window i through weight "
        "u = p - i.": gradient(kernel[::-1, ::-1]),
        "the channels are summed over, as in an ordinary convolution. Here each output channel "
        "sees one input channel, its own.": np.broadcast_to(
            dx.sum(axis=3, keepdims=True), dx.shape
        ),
        "it is divided by the number of examples. That factor is in dy already.": dx / 2,
        "it is multiplied by the number of examples. Each has a dx of its own.": dx * 2,
        "where windows overlap, the last share has overwritten the others. They add up.": (
            gradient(kernel, add=False)
        ),
        "where windows overlap, the last weight's share has overwritten the others. They add "
        "up: +=.": last_weight(dy, diagonal(kernel), (5, 4), 1),
        "dy is summed over the channels. Here channel c of dy belongs to channel c of x alone.": (
            gradient(kernel, np.broadcast_to(dy.sum(axis=3, keepdims=True), dy.shape))
        ),
        "the kernel's channels are in reverse order.": gradient(kernel[..., ::-1]),
        "rows and columns of the kernel are mixed: reshape does not move numbers.": (
            gradient(kernel.swapaxes(0, 1).reshape(kernel.shape))
        ),
        "dx has the size of dy. The image is larger than the output.": dx[:, 1:-1, :-1],
        "dx has the size of dy, and its last rows and columns are missing. The image is larger "
        "than the output.": dx[:, :3, :3],
    })  # fmt: skip
    expect(got[1], dkernel, "dkernel", rtol=1e-6, mistakes={
        "it is turned by 180 degrees. In dkernel, x and dy both run forwards.": dkernel[::-1, ::-1],
        "the channels are summed over. Each has a filter of its own.": summed,
        "the channels are summed over, and one filter is left. Each has its own.": (
            dkernel.sum(axis=2)
        ),
        "it is divided by the number of examples. That factor is in dy already.": dkernel / 2,
        "it is divided by the number of windows. Each passes its whole gradient on.": dkernel / 9,
        "it is multiplied by the number of examples. They are added up, and dy holds the "
        "loss's 1/N already.": dkernel * 2,
        "the channels are summed over, and one filter is left, with an axis of length 1. Each has "
        "its own.": dkernel.sum(axis=2, keepdims=True),
        "this is the gradient of an ordinary convolution's kernel, (kh, kw, C, C). Here a filter "
        "sees its own channel alone: (kh, kw, C).": np.array(
            [[np.einsum("nijc,nijf->cf", x[:, u : u + 3, v : v + 3], dy) for v in (0, 1)]
             for u in (0, 1, 2)]),
        "every weight meets the same pixels. Weight (u, v) meets pixel (i + u, j + v).": (
            np.broadcast_to(dkernel[0, 0], dkernel.shape)
        ),
        "only the first example counts. All of them use the same filter: sum.": each[0],
        "only the last example counts. A sum over n needs +=.": each[1],
        "the examples are not summed over: all of them use the same filter.": each,
        "only the last window counts. A sum over i and j needs +=.": (
            (dy[:, -1:, -1:] * x[:, 2:, 2:]).sum(axis=0)
        ),
        "only the last window of the last example counts. The sum over n, i and j needs +=.": (
            dy[-1, -1, -1] * x[-1, 2:, 2:]
        ),
        "dy is summed over the channels first. Channel c of dy belongs to channel c of x alone.": (
            np.array([[(dy.sum(axis=3, keepdims=True) * x[:, u : u + 3, v : v + 3]).sum((0, 1, 2))
                       for v in (0, 1)] for u in (0, 1, 2)])
        ),
        "x is summed over the channels first. Channel c of x belongs to channel c of dy alone.": (
            np.array([[(dy * x.sum(axis=3, keepdims=True)[:, u : u + 3, v : v + 3]).sum((0, 1, 2))
                       for v in (0, 1)] for u in (0, 1, 2)])
        ),
    })  # fmt: skip
