"""Solutions of notebook 04."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.integer]


def softmax(z: Array) -> Array:
    """Scores to probabilities, row by row.  (N, K) -> (N, K), each row positive with the sum 1.

    Works for scores of any size, such as 1000 and -1000.
    """
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_backward(p: Array, dp: Array) -> Array:
    """dz for the scores z of which p = softmax(z), from dp = dL/dp.  (N, K), (N, K) -> (N, K)

    dz[n,k] = sum_j dp[n,j] J[j,k], where J[j,k] is the slope of p[n,j] when z[n,k] moves.
    """
    return p * (dp - np.sum(dp * p, axis=1, keepdims=True))


def blind_upstream(p: Array) -> Array:
    """An upstream gradient dp that every softmax turns into dz = 0.  (N, K) -> (N, K)

    No row of dp may be zero itself.
    """
    return np.ones_like(p)


def stable_loss(z: Array, labels: Labels) -> float:
    """The mean cross-entropy of softmax(z).  z (N, K), labels (N,) in 0..K-1  -> a number

    Works for scores of any size: z = [1000, 0, -1000] with the label 1 has the loss 1000.
    """
    shifted = z - z.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sums - shifted[np.arange(len(z)), labels]))


def loss_gradient(z: Array, labels: Labels) -> Array:
    """The gradient of stable_loss with respect to the scores.  z (N, K), labels (N,) -> dz (N, K)

    Works for scores of any size, without dividing by a probability.
    """
    dz = softmax(z)
    dz[np.arange(len(z)), labels] -= 1
    return dz / len(z)


def sigmoid_loss_gradient(z: Array, labels: Labels) -> Array:
    """dz of the loss of the network `mlp-small`, whose scores go through sigmoids.  -> (N, K)

    q = 1 / (1 + exp(-z)); the loss is the mean over n of -log(q[n,label] / sum_k q[n,k]).
    Scores of 20 and -20 have to work; those of thousands need not.
    """
    q = 1 / (1 + np.exp(-z))
    shares = q / q.sum(axis=1, keepdims=True)
    shares[np.arange(len(z)), labels] -= 1
    return (1 - q) * shares / len(z)
