"""What the tests of all stages share: one digit of each class."""

import numpy as np
import numpy.typing as npt
import pytest

from mnist_app.data.dataset import load_mnist


@pytest.fixture(scope="session")
def digits() -> npt.NDArray[np.uint8]:
    """(10, 28, 28): the first MNIST test image of each class."""
    mnist = load_mnist()
    first = [int(np.flatnonzero(mnist.test_labels == label)[0]) for label in range(10)]
    return mnist.test_images[first]
