"""Bugs in tinynet's layers and losses, each of which the named tests must notice."""

from tests.planted.bug import bugs

TEXTBOOK = "tests/tinynet/test_textbook.py::test_"
CONTRACT = "tests/tinynet/test_contract.py::test_our_layers_keep_to_the_contract"
MODEL = "tests/tinynet/test_model.py"


BUGS = [
    *bugs(
        "tinynet/layers/conv2d.py",
        (
            "convolution without its bias",
            "weights[0, -1] = self.bias.value",
            "weights[0, -1] = 0",
            TEXTBOOK + "conv2d",
        ),
        (
            "convolution's bias met once for each row of the kernel",
            "weights[0, -1] = self.bias.value",
            "weights[:, -1] = self.bias.value",
            TEXTBOOK + "conv2d",
        ),
        (
            "convolution's dx misses the window's last row",
            "if 0 <= h - i * sh < kh]",
            "if 0 <= h - i * sh < max(kh - 1, 1)]",
            TEXTBOOK + "conv2d",
        ),
        (
            "convolution's dx with the kernel's rows the other way",
            "tuple(h - i * sh for i in seen_in)",
            "tuple(h - i * sh for i in reversed(seen_in))",
            TEXTBOOK + "conv2d",
        ),
        (
            "convolution's dkernel as a mean over the rows",
            "dy.swapaxes(1, 2)).sum(axis=0)",
            "dy.swapaxes(1, 2)).mean(axis=0)",
            TEXTBOOK + "conv2d",
        ),
        (
            "convolution's dx swaps the kernel's columns and channels",
            "self.kernel.value.transpose(1, 2, 0, 3)",
            "self.kernel.value[:, ::-1].transpose(1, 2, 0, 3)",
            TEXTBOOK + "conv2d",
        ),
        (
            "a single image's windows in the order of the columns",
            "together.reshape(rows, width, weights.shape[1]).swapaxes(1, 2)",
            "together.reshape(width, rows, weights.shape[1]).transpose(1, 2, 0)",
            TEXTBOOK + "conv2d_narrow_and_wide_rows",
        ),
        (
            "wide rows without the bias",
            "        return weights.T @ columns\n",
            "        return weights[:-1].T @ columns[:, :-1]\n",
            TEXTBOOK + "conv2d_narrow_and_wide_rows",
        ),
        (
            "convolution pads with ones",
            "pad(to_memory(x), self._windows, 0)",
            "pad(to_memory(x), self._windows, 1)",
            TEXTBOOK + "conv2d",
        ),
        (
            "convolution keeps what it was not asked to keep",
            "(columns, padded.shape) if keep else None",
            "(columns, padded.shape)",
            CONTRACT,
        ),
    ),
    *bugs(
        "tinynet/layers/windows.py",
        (
            "rows of windows by the columns' stride",
            "(sh * strip, line, number)",
            "(sw * strip, line, number)",
            TEXTBOOK + "conv2d",
        ),
        (
            "an odd line of `same` padding before the image",
            "border.append((lacking // 2, lacking - lacking // 2))",
            "border.append((lacking - lacking // 2, lacking // 2))",
            TEXTBOOK + "conv2d",
        ),
        (
            "`same` rounds the number of windows down",
            "count = -(-length // stride)",
            "count = max(length // stride, 1)",
            TEXTBOOK + "conv2d",
        ),
        (
            "`valid` forgets the last window",
            "(length - extent) // stride + 1, 0",
            "max((length - extent) // stride, 1), 0",
            TEXTBOOK + "conv2d",
        ),
        ("fold overwrites", "sw)] += share", "sw)] = share", TEXTBOOK + "conv2d"),
        (
            "crop leaves the top border",
            "x[top : x.shape[0] - bottom",
            "x[bottom : x.shape[0] - top",
            TEXTBOOK + "conv2d",
        ),
        (
            "a window larger than the image is accepted",
            "elif extent <= length:",
            "elif True:",
            "tests/tinynet/test_layers.py::test_wrong_arguments_are_named",
        ),
    ),
    *bugs(
        "tinynet/layers/max_pool.py",
        (
            "every maximum of a window gets dy",
            "left = left - share",
            "left = left - 0 * share",
            TEXTBOOK + "max_pool",
        ),
        ("a pool pads with zeros", "-np.inf)", "0)", TEXTBOOK + "max_pool"),
        (
            "a pool looks at the first column of its windows only",
            "for v in range(kw)])",
            "for v in range(1)])",
            TEXTBOOK + "max_pool",
        ),
        (
            "overlapping windows overwrite each other's dx",
            "any(s < k for s, k in",
            "all(s < k for s, k in",
            TEXTBOOK + "max_pool",
        ),
        (
            "a pool's strides are 1 by default",
            "self.strides or self.pool_size",
            "self.strides or (1, 1)",
            "tests/tinynet/test_layers.py::test_pool_strides_default_to_the_pool_size",
        ),
        (
            "a pool names no branches",
            "return list(winners)",
            "return []",
            "tests/tinynet/test_layers.py::test_max_pool_gradients_beside_ties",
        ),
    ),
    *bugs(
        "tinynet/layers/relu.py",
        ("ReLU's derivative at 0 is 1", "x > 0 if keep", "x >= 0 if keep", TEXTBOOK + "relu"),
        ("a leaking ReLU", "np.clip(x, 0, np.inf)", "np.maximum(x, 0.01 * x)", TEXTBOOK + "relu"),
    ),
    *bugs(
        "tinynet/layers/sigmoid.py",
        ("sigmoid's derivative y * y", "dy * (y * (1 - y))", "dy * (y * y)", TEXTBOOK + "sigmoid"),
        ("sigmoid twice as steep", "np.tanh(0.5 * x)", "np.tanh(x)", TEXTBOOK + "sigmoid"),
        (
            "a sigmoid that overflows",
            "0.5 + 0.5 * np.tanh(0.5 * x)",
            "1 / (1 + np.exp(-x))",
            "tests/tinynet/test_layers.py::test_no_input_overflows",
        ),
    ),
    *bugs(
        "tinynet/layers/softmax.py",
        (
            "softmax's backward without what runs through the sum",
            "y * (dy - np.sum(dy * y, axis=-1, keepdims=True))",
            "y * dy",
            TEXTBOOK + "softmax",
        ),
        (
            "softmax over all of a row's numbers",
            "exponentials.sum(axis=-1, keepdims=True)",
            "exponentials.sum(axis=tuple(range(1, x.ndim)), keepdims=True)",
            TEXTBOOK + "softmax",
        ),
        (
            "a softmax that overflows",
            "np.exp(x - x.max(axis=-1, keepdims=True))",
            "np.exp(x)",
            "tests/tinynet/test_layers.py::test_no_input_overflows",
        ),
    ),
    *bugs(
        "tinynet/layers/flatten.py",
        (
            "flatten with the channels first",
            "np.moveaxis(x, 0, -1))",
            "np.moveaxis(x, 0, -1).swapaxes(0, -2)) if x.ndim == 4 else np.moveaxis(x, 0, -1)",
            TEXTBOOK + "flatten",
        ),
        (
            "flatten's dx not put back",
            "np.moveaxis(dy.T.reshape(*shape, len(dy)), -1, 0)",
            "dy.T.reshape(len(dy), *shape)",
            TEXTBOOK + "flatten",
        ),
    ),
    *bugs(
        "tinynet/layers/dense.py",
        (
            "dense without its bias",
            "+ self.bias.value",
            "+ 0 * self.bias.value",
            TEXTBOOK + "dense",
        ),
        ("dense's dbias as a mean", "np.sum(dy, axis=0", "np.mean(dy, axis=0", TEXTBOOK + "dense"),
        (
            "dense's dkernel from the wrong side",
            "np.matmul(self.cached().T, dy,",
            "np.matmul(np.abs(self.cached()).T, dy,",
            TEXTBOOK + "dense",
        ),
        (
            "dense's dx halved",
            "return (self.kernel.value @ dy.T).T",
            "return (self.kernel.value @ dy.T).T / 2",
            TEXTBOOK + "dense",
        ),
    ),
    *bugs(
        "tinynet/layers/dropout.py",
        (
            "dropout drops the others",
            ">= self.rate",
            "< self.rate",
            "tests/tinynet/test_dropout.py::test_the_share_dropped_is_the_rate_and_the_mean_stays",
        ),
        (
            "dropout does not scale what stays",
            "1 / (1 - self.rate))",
            "1)",
            TEXTBOOK + "dropout",
        ),
        (
            "dropout drops in prediction too",
            "        if training:\n",
            "        if True:\n",
            CONTRACT,
        ),
        (
            "dropout scales in prediction",
            "return x * scale if training else x",
            "return x * scale if training else x * x.dtype.type(1 - self.rate)",
            CONTRACT,
        ),
    ),
    *bugs(
        "tinynet/layers/batch_normalization.py",
        (
            "batch normalization's averages go the whole way but a little",
            "(1 - self.momentum) * (average",
            "self.momentum * (average",
            "tests/tinynet/test_batch_normalization.py::test_against_the_definition",
        ),
        (
            "batch normalization forgets the way through the mean",
            "dx -= each(scale * self.beta.grad / per_channel(dy))",
            "pass",
            TEXTBOOK + "batch_normalization",
        ),
        (
            "batch normalization forgets the way through the variance",
            "dx -= centred * each(scale / spread * self.gamma.grad / per_channel(dy))",
            "pass",
            TEXTBOOK + "batch_normalization",
        ),
        (
            "batch normalization with the unbiased variance",
            "channel_product(centred, centred) / per_channel(x)",
            "channel_product(centred, centred) / max(per_channel(x) - 1, 1)",
            TEXTBOOK + "batch_normalization",
        ),
        (
            "batch normalization predicts with its gradient in mind",
            "if of_batch is not None:",
            "if True:",
            CONTRACT,
        ),
        (
            "batch normalization's averages move in prediction",
            "(mean, variance) if training else None)",
            "(mean, variance + 1))",
            "tests/tinynet/test_batch_normalization.py",
        ),
        (
            "batch normalization predicts without its shift",
            "each(self.beta.value - mean * scale)",
            "each(self.beta.value)",
            "tests/tinynet/test_batch_normalization.py::test_against_the_definition",
        ),
        (
            "batch normalization learns its averages",
            "zeros, trainable=False)",
            "zeros)",
            "tests/tinynet/test_batch_normalization.py",
        ),
    ),
    *bugs(
        "tinynet/layers/global_average_pooling.py",
        (
            "the sum for the mean of a feature map",
            ".mean(axis=(0, 2))",
            ".sum(axis=(0, 2))",
            TEXTBOOK + "global_average_pooling",
        ),
        (
            "global average pooling's dx not divided",
            "/ (height * width)",
            "/ height",
            TEXTBOOK + "global_average_pooling",
        ),
    ),
    *bugs(
        "tinynet/layers/residual.py",
        (
            "a residual without its input",
            "return kept + self.body.forward(x, training, keep)",
            "return self.body.forward(x, training, keep)",
            TEXTBOOK + "residual",
        ),
        (
            "a residual's gradient only through the body",
            "return kept + self.body.backward(dy)",
            "return 0 * kept + self.body.backward(dy)",
            TEXTBOOK + "residual",
        ),
        (
            "a residual's shortcut left out of the gradient",
            "kept = dy if self.shortcut is None else self.shortcut.backward(dy)",
            "kept = dy",
            TEXTBOOK + "residual",
        ),
        (
            "a residual always in training",
            "kept + self.body.forward(x, training, keep)",
            "kept + self.body.forward(x, True, keep)",
            CONTRACT,
        ),
        (
            "a residual adds arrays of two shapes",
            "if added != kept:",
            "if False:",
            "tests/tinynet/test_residual.py::test_two_shapes_are_refused",
        ),
    ),
    *bugs(
        "tinynet/layers/layout.py",
        (
            "images in memory with rows and columns exchanged",
            "x.transpose(1, 3, 2, 0) if",
            "x.transpose(2, 3, 1, 0) if",
            TEXTBOOK + "conv2d",
        ),
        (
            "channels of vectors mixed with positions",
            "np.moveaxis(x, 0, -1))",
            "np.moveaxis(x, 0, 0))",
            TEXTBOOK + "batch_normalization",
        ),
    ),
    *bugs(
        "tinynet/layers/layer.py",
        (
            "any name may be taken",
            "if taken.__module__ != cls.__module__ and",
            "if False and",
            "tests/tinynet/test_contract.py::test_tinynets_names_are_taken",
        ),
        (
            "a copy carries the caches",
            '{**vars(self), "_cache": None}',
            "{**vars(self)}",
            MODEL,
        ),
        (
            "children draw from another generator",
            "layer.reseed(self.rng)",
            "layer.reseed(0)",
            "tests/tinynet/test_dropout.py::test_reseed_repeats_the_draws_and_layers_draw_apart",
        ),
        (
            "an unbuilt layer says nothing helpful",
            "setattr(cls, name, Unbuilt(name))",
            "pass",
            MODEL + "::test_an_unbuilt_layer_says_what_to_do",
        ),
    ),
    *bugs(
        "tinynet/losses.py",
        (
            "the gradient of the summed loss",
            "(exponentials / sums * weights - targets) / logits.dtype.type(len(logits))",
            "(exponentials / sums * weights - targets)",
            TEXTBOOK + "softmax_cross_entropy",
        ),
        (
            "a loss that overflows",
            "logits - logits.max(axis=1, keepdims=True)",
            "logits + 0",
            "tests/tinynet/test_losses.py",
        ),
        (
            "labels of rows taken to sum to 1",
            "exponentials / sums * weights - targets",
            "exponentials / sums - targets",
            "tests/tinynet/test_losses.py",
        ),
        (
            "clipped probabilities get a gradient",
            "dclipped * (clipped == probabilities)",
            "dclipped",
            "tests/tinynet/test_losses.py",
        ),
        (
            "probabilities taken to sum to 1",
            "np.log(sums) - np.log(clipped)",
            "0 * sums - np.log(clipped)",
            TEXTBOOK + "cross_entropy",
        ),
        (
            "labels out of range accepted",
            "if labels.size and not 0 <= labels.min()",
            "if labels.size and not -99 <= labels.min()",
            "tests/tinynet/test_losses.py",
        ),
        (
            "right answers counted among the first classes only",
            "outputs.argmax(axis=1) == targets",
            "outputs[:, :-1].argmax(axis=1) == targets",
            "tests/tinynet/test_workers.py::test_count_correct",
        ),
    ),
]
