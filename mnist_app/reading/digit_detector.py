"""Does a picture look like a digit at all?  A small network beside the one that reads digits.

A classifier divides all pictures among its ten digits, and is as sure of a drawn face as of a 0.
So this network has learned the difference between MNIST's digits and drawings of something else,
for any classifier. It flags 0.5 % of the test images and 1.5 % of digits drawn on all kinds of
paper. Of 380 letters, which it has never seen, 21 % pass, of 352 drawn shapes (some like the
polygons it has seen) 32 %. Bounds that flag as many digits let more pass: on cnn-large's
calibrated confidence 63 % and 74 %, on the energy of its logits 75 % and 74 %.
Source: outlier exposure, Hendrycks, Mazeika and Dietterich (2019).

`python -m mnist_app.reading.digit_detector FILE` makes the included weights, in eight minutes.
"""

import functools
import sys
from pathlib import Path

import numpy as np

from mnist_app.data.dataset import Images, load_mnist, split
from tinynet import (
    Adam,
    BatchNormalization,
    Conv2D,
    CosineDecay,
    Dense,
    Dropout,
    Flatten,
    History,
    MaxPool,
    ReLU,
    Sequential,
    Softmax,
    fit,
    load_model,
    save_model,
)
from tinynet.types import Array

WEIGHTS = Path(__file__).parent.parent / "weights" / "digit_detector.safetensors"
NO_DIGIT, DIGIT = 0, 1
# It has learned from about as many digits as other things. Where three pictures in four hold a
# digit, one below this probability is more likely none.
LEAST = 0.25
NON_DIGITS, REDRAWN, EPOCHS, BATCH = 60_000, 20_000, 8, 128


def looks_like_digit(images: Images) -> Array:
    """Whether each image (N, 28, 28) uint8, as a classifier sees it, may be a digit.  (N,) bool"""
    probability = Softmax().forward(detector().predict(images))[:, DIGIT]
    likely: Array = probability >= LEAST
    return likely


@functools.cache
def detector() -> Sequential:
    """The trained network, with the weights that come with the program."""
    return load_model(WEIGHTS)[0]


def build_detector(seed: int = 0) -> Sequential:
    """Three normalized convolutions; 89,986 parameters."""
    layers = [
        Conv2D(16, 5),
        MaxPool(2),
        BatchNormalization(),
        ReLU(),
        Conv2D(32, 3),
        BatchNormalization(),
        ReLU(),
        Conv2D(64, 3),
        MaxPool(2),
        BatchNormalization(),
        ReLU(),
        Dropout(0.2),
        Flatten(),
        Dense(64),
        BatchNormalization(),
        ReLU(),
        Dropout(0.3),
        Dense(2),
    ]
    return Sequential(layers, (28, 28, 1), seed)


def train_detector(seed: int = 0) -> Sequential:
    """A new detector, from MNIST's training images and drawings of something else.

    The images that `train` holds out for validation are held out here too.
    """
    from mnist_app.training.augmentation import augment
    from mnist_app.training.non_digits import draw_non_digits, redraw_digits

    rng = np.random.default_rng(seed)
    (digits, labels), _ = split(load_mnist(), 0.1, np.random.default_rng(seed))
    others = draw_non_digits(NON_DIGITS, digits, labels, rng)
    redrawn = redraw_digits(digits[:REDRAWN], rng)
    images = np.concatenate([others, digits[REDRAWN:], redrawn])
    kinds = np.arange(len(images)) >= len(others)
    model = build_detector(seed)
    steps = EPOCHS * -(-len(images) // BATCH)
    fit(
        model,
        images,
        kinds.astype(np.int64),
        epochs=EPOCHS,
        batch_size=BATCH,
        optimizer=Adam(CosineDecay(0.002, steps)),
        augment=augment,
        rng=rng,
        workers=2,  # another number gives other bits
        on_epoch=show,
    )
    return model


def show(history: History) -> None:
    """A line an epoch."""
    last = history.epochs[-1]
    print(f"{last.epoch}/{EPOCHS}  loss {last.loss:.4f}  accuracy {last.accuracy:.4f}", flush=True)


if __name__ == "__main__":
    save_model(train_detector(), sys.argv[1])
