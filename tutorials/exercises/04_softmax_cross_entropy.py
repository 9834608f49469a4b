"""Exercises of notebook 04.  Replace each `raise NotImplementedError` by your code."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.integer]


def softmax(z: Array) -> Array:
    """Scores to probabilities, row by row.  (N, K) -> (N, K), each row positive with the sum 1.

    Works for scores of any size, such as 1000 and -1000.
    """
    raise NotImplementedError


def softmax_backward(p: Array, dp: Array) -> Array:
    """dz for the scores z of which p = softmax(z), from dp = dL/dp.  (N, K), (N, K) -> (N, K)

    dz[n,k] = sum_j dp[n,j] J[j,k], where J[j,k] is the slope of p[n,j] when z[n,k] moves.
    """
    raise NotImplementedError


def blind_upstream(p: Array) -> Array:
    """An upstream gradient dp that every softmax turns into dz = 0.  (N, K) -> (N, K)

    No row of dp may be zero itself.
    """
    raise NotImplementedError


def stable_loss(z: Array, labels: Labels) -> float:
    """The mean cross-entropy of softmax(z).  z (N, K), labels (N,) in 0..K-1  -> a number

    Works for scores of any size: z = [1000, 0, -1000] with the label 1 has the loss 1000.
    """
    raise NotImplementedError


def loss_gradient(z: Array, labels: Labels) -> Array:
    """The gradient of stable_loss with respect to the scores.  z (N, K), labels (N,) -> dz (N, K)

    Works for scores of any size, without dividing by a probability.
    """
    raise NotImplementedError


def sigmoid_loss_gradient(z: Array, labels: Labels) -> Array:
    """dz of the loss of the network `mlp-small`, whose scores go through sigmoids.  -> (N, K)

    q = 1 / (1 + exp(-z)); the loss is the mean over n of -log(q[n,label] / sum_k q[n,k]).
    Scores of 20 and -20 have to work; those of thousands need not.
    """
    raise NotImplementedError
