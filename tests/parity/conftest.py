"""TensorFlow for the ladder: quiet, in float64, and on one thread."""

import os
from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import tensorflow as tf

# Small arrays: a second thread gains nothing, and on a busy machine each step would wait for it.
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


@pytest.fixture(autouse=True)
def float64() -> Iterator[None]:
    """Keras calculates in float64, its learning rate included (a float32 0.001 is 5e-8 off)."""
    calculate_in("float64")
    yield
    calculate_in("float32")


@pytest.fixture
def float32(float64: None) -> None:
    """But in float32 where a test asks for it."""
    calculate_in("float32")


def calculate_in(dtype: str) -> None:
    """Layers look at the policy, which Keras derives from floatx only once; the rest at floatx."""
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """As for TensorFlow, so for NumPy's BLAS."""
    with threadpool_limits(1):
        yield
