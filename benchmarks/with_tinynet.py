"""What is measured of tinynet; with_keras.py and with_pytorch.py have the same functions."""

import contextlib
from typing import Any

import numpy as np
from PIL import Image
from threadpoolctl import ThreadpoolController

from benchmarks.layers import profile
from benchmarks.settings import BATCH_SIZE, SEED, Size
from benchmarks.step import profile_step
from benchmarks.timing import StepClock, helpers_megabytes, median_seconds
from mnist_app.data.dataset import load_mnist
from mnist_app.training.augmentation import augment
from mnist_app.training.networks import build_network, loss_of
from tinynet import Conv2D, Progress, Sequential, evaluate, fit, save_model
from tinynet.workers import default_workers

FILTERS = 32  # of the first convolution of `cnn`; the second has twice as many


class _Enough(Exception):
    """All steps that were to be timed are done."""


def versions(size: Size) -> dict[str, str]:
    """Versions, and the BLAS that does the matrix products."""
    blas = [library for library in ThreadpoolController().info() if library["user_api"] == "blas"]
    return {
        "NumPy": np.__version__,
        "BLAS": ", ".join(
            f"{library['internal_api']} {library['version']}, kernels {library['architecture']}"
            for library in blas
        ),
        "tinynet": f"{default_workers()} workers, one BLAS thread each",
    }


def training(
    size: Size,
    network: str,
    batch_size: int = BATCH_SIZE,
    workers: int | None = None,
    filters: int = FILTERS,
    distorted: bool = False,
) -> dict[str, float]:
    """Seconds of a step of `fit` with Adam, and what the helpers hold in the end."""
    mnist = load_mnist()
    model = with_filters(build_network(network), filters)
    clock, helpers = StepClock(size), 0.0

    def on_batch(progress: Progress) -> None:
        nonlocal helpers
        if clock.tick(-(-progress.done // batch_size)):
            helpers = helpers_megabytes()
            raise _Enough

    with contextlib.suppress(_Enough):
        fit(
            model,
            mnist.train_images,
            mnist.train_labels,
            batch_size=batch_size,
            loss=loss_of(model),
            rng=np.random.default_rng(SEED),
            augment=augment if distorted else None,
            workers=workers,
            on_batch=on_batch,
        )
    return {"step": clock.seconds(), "helpers": helpers}


def whole_epoch(size: Size, images: int) -> dict[str, float]:
    """Seconds of an epoch of `cnn` over the first images of the training set."""
    mnist = load_mnist()
    model, helpers = build_network("cnn"), 0.0

    def on_batch(progress: Progress) -> None:
        nonlocal helpers
        if progress.done == images:
            helpers = helpers_megabytes()

    warm_up = size.warm_up * BATCH_SIZE
    fit(model, mnist.train_images[:warm_up], mnist.train_labels[:warm_up])
    history = fit(
        model, mnist.train_images[:images], mnist.train_labels[:images], on_batch=on_batch
    )
    return {"epoch": history.epochs[0].seconds, "helpers": helpers}


def evaluation(size: Size) -> dict[str, float]:
    """Seconds of evaluating the test set with `cnn`."""
    mnist = load_mnist()
    model = build_network("cnn")
    images, labels = mnist.test_images[: size.images], mnist.test_labels[: size.images]
    return {"evaluation": median_seconds(lambda: evaluate(model, images, labels), size.evaluations)}


def one_image(size: Size) -> dict[str, float]:
    """Seconds of predicting one image with `cnn`."""
    image = load_mnist().test_images[:1]
    model = build_network("cnn")
    predict = median_seconds(lambda: model.predict(image), size.calls)
    forward = median_seconds(lambda: model.forward(model.prepare(image)), size.calls)
    return {"predict": predict, "call": forward, "predict_on_batch": predict}


def layers(size: Size, network: str, rounds: int) -> dict[str, Any]:
    """The time of each layer of a training step (benchmarks.layers.Profile)."""
    return profile(network, rounds, size).to_json()


def step(size: Size, network: str, rounds: int) -> dict[str, Any]:
    """The time of each part of a training step (benchmarks.step.StepProfile)."""
    return profile_step(network, rounds, size).to_json()


def write_model(size: Size, path: str) -> dict[str, float]:
    """A model file for the `predict` command."""
    save_model(build_network("cnn"), path)
    return {}


def write_picture(size: Size, path: str) -> dict[str, float]:
    """A digit for the `predict` commands, dark ink on white paper."""
    digit = Image.fromarray(255 - load_mnist().test_images[0])
    digit.resize((280, 280), Image.Resampling.BICUBIC).save(path)
    return {}


def with_filters(model: Sequential, filters: int) -> Sequential:
    """The network with so many filters in its first convolution, and twice as many in the second.

    The model itself if it has them already.
    """
    convolutions = [layer for layer in model.layers if isinstance(layer, Conv2D)]
    if not convolutions or convolutions[0].filters == filters:
        return model
    for number, convolution in enumerate(convolutions):
        convolution.filters = filters * 2**number
    return Sequential(model.layers, model.input_shape)
