"""How the detector in reading/digit_detector.py is trained.

`python -m mnist_app.training.digit_detector FILE` makes the included weights, in twenty to
thirty minutes on one core.
"""

import sys

import numpy as np

from mnist_app.data.dataset import load_mnist
from mnist_app.data.splits import split
from mnist_app.training.augmentation import augment
from mnist_app.training.non_digits import draw_non_digits, redraw_digits
from mnist_app.training.styles.digits import with_styles
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
    fit,
    save_model,
)

NON_DIGITS, DIGITS, REDRAWN = 60_000, 54_000, 20_000  # the last are some of the digits
EPOCHS, BATCH = 12, 128


def build_detector(seed: int = 0) -> Sequential:
    """Three normalized convolutions; 201,410 parameters."""
    layers = [
        Conv2D(24, 5),
        MaxPool(2),
        BatchNormalization(),
        ReLU(),
        Conv2D(48, 3),
        BatchNormalization(),
        ReLU(),
        Conv2D(96, 3),
        MaxPool(2),
        BatchNormalization(),
        ReLU(),
        Dropout(0.2),
        Flatten(),
        Dense(96),
        BatchNormalization(),
        ReLU(),
        Dropout(0.3),
        Dense(2),
    ]
    return Sequential(layers, (28, 28, 1), seed)


def train_detector(seed: int = 0) -> Sequential:
    """A new detector, trained on MNIST's and on drawn digits, and on drawings of something else.

    It never sees the images that `train` holds out for validation. The same seed gives the same
    bits.
    """
    rng = np.random.default_rng(seed)
    (digits, labels), _ = split(load_mnist(), 0.1, np.random.default_rng(seed))
    others = draw_non_digits(NON_DIGITS, digits, labels, rng)
    redrawn = redraw_digits(digits[:REDRAWN], rng)
    digits, _ = with_styles(
        (np.concatenate([digits[REDRAWN:DIGITS], redrawn]), labels[:DIGITS]), rng
    )
    images = np.concatenate([others, digits])
    kinds = np.arange(len(images)) >= len(others)  # 1: a digit, 0: none
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
        workers=1,  # another number gives other bits
        on_epoch=show,
    )
    return model


def show(history: History) -> None:
    """A line an epoch."""
    last = history.epochs[-1]
    print(f"{last.epoch}/{EPOCHS}  loss {last.loss:.4f}  accuracy {last.accuracy:.4f}", flush=True)


if __name__ == "__main__":
    save_model(train_detector(), sys.argv[1])
