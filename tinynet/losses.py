"""Losses: each returns the mean over the batch and its gradient, so that 1/N enters once."""

from collections.abc import Callable

import numpy as np

from tinynet.types import Array

Loss = Callable[[Array, Array], tuple[float, Array]]  # (outputs, labels) -> (mean loss, doutputs)


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Mean cross-entropy of softmax(logits), and its gradient.  (N, K), labels -> loss, (N, K)

    loss = mean_n (log sum_k exp(z[n,k]) - z[n,label]);  dz = (softmax(z) - onehot) / N
    Labels are integers (N,) or rows of probabilities (N, K).
    Raises ValueError for labels of another shape or out of range.
    """
    targets = one_hot(labels, logits)
    shifted = logits - logits.max(axis=1, keepdims=True)  # log-sum-exp that cannot overflow
    exponentials = np.exp(shifted)
    sums = exponentials.sum(axis=1, keepdims=True)
    losses = np.sum(targets * (np.log(sums) - shifted), axis=1)
    weights = targets.sum(axis=1, keepdims=True)
    dlogits = (exponentials / sums * weights - targets) / logits.dtype.type(len(logits))
    return float(losses.mean()), dlogits


def cross_entropy(probabilities: Array, labels: Array) -> tuple[float, Array]:
    """Mean cross-entropy of rows of positive numbers that need not sum to 1.  (N, K) -> (N, K)

    loss = mean_n -log(q[n,label] / sum_k q[n,k]), q = p clipped to [1e-7, 1 - 1e-7]
    dp[n,k] = (1 / sum_k q[n,k] - onehot[n,k] / q[n,k]) / N, and 0 where p was clipped
    Labels and errors as in `softmax_cross_entropy`.
    Source: keras.losses.SparseCategoricalCrossentropy(from_logits=False).
    """
    targets = one_hot(labels, probabilities)
    clipped = np.clip(probabilities, 1e-7, 1 - 1e-7)
    sums = clipped.sum(axis=1, keepdims=True)
    losses = np.sum(targets * (np.log(sums) - np.log(clipped)), axis=1)
    weights = targets.sum(axis=1, keepdims=True)
    dclipped = (weights / sums - targets / clipped) / probabilities.dtype.type(len(probabilities))
    return float(losses.mean()), dclipped * (clipped == probabilities)


def one_hot(labels: Array, outputs: Array) -> Array:
    """Integer labels (N,) as rows with a single 1; rows (N, K) pass, in the outputs' dtype."""
    labels = np.asarray(labels)
    if labels.shape == outputs.shape:
        return labels.astype(outputs.dtype)
    if labels.shape != outputs.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels must be integers of shape {outputs.shape[:1]} or rows of shape "
            f"{outputs.shape}. Received: {labels.dtype} of shape {labels.shape}"
        )
    classes = outputs.shape[1]
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"labels must lie in 0..{classes - 1}. Received: {labels.min()}..{labels.max()}"
        )
    rows = np.zeros(outputs.shape, outputs.dtype)
    rows[np.arange(len(labels)), labels] = 1
    return rows


def count_correct(outputs: Array, labels: Array) -> int:
    """How many rows have their largest output at the label (an integer, or a row's maximum)."""
    targets = labels if labels.ndim == 1 else labels.argmax(axis=1)
    return int(np.count_nonzero(outputs.argmax(axis=1) == targets))
