"""What each part of cnn-large is worth:  python -m tutorials.ablation, in the clone.

Trains cnn-large on few images, once as it is and once without each of its parts, with several
seeds, and writes tutorials/ablation.json: for each training, the places of the validation images
that it reads wrongly. Ten minutes on one core; begun again, it goes on where it stopped. Notebook
15 reads the file. No test image is looked at.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_app.data import load_mnist
from mnist_app.training.augmentation import augment
from mnist_app.training.networks import LEARNING_RATES, cnn, cnn_large
from tinynet import (
    Adam,
    BatchNormalization,
    CosineDecay,
    Dropout,
    Layer,
    Sequential,
    fit,
    predict,
)
from tutorials import files

RESULTS = files.FOLDER / "ablation.json"
SEEDS = range(3)
IMAGES, EPOCHS, BATCH = 1000, 8, 50
VALIDATION = 5000  # the last of the training images; those learned from are the first

Layers = Callable[[int], list[Layer]]


def without(kind: type[Layer]) -> Layers:
    """The layers of cnn-large but those of one kind."""
    return lambda classes: [each for each in cnn_large(classes) if not isinstance(each, kind)]


def one_convolution_less(classes: int) -> list[Layer]:
    """The layers of cnn-large but the fourth convolution, its normalization and its ReLU."""
    layers = cnn_large(classes)
    return layers[:12] + layers[15:]


@dataclass(frozen=True)
class Recipe:
    """A network, and how it is trained; as it stands, the recipe of cnn-large."""

    layers: Layers = cnn_large
    rate: float = LEARNING_RATES["cnn-large"]
    falling: bool = True  # the rate, along half a cosine
    distorted: bool = True  # the images, anew each time
    weight_decay: float = 0.0
    momentum: float = 0.9  # of the running averages: 160 steps are too few for the usual 0.99


RECIPES = {
    "as it is": Recipe(),
    "no distortion": Recipe(distorted=False),
    "no normalization": Recipe(without(BatchNormalization)),
    "no dropout": Recipe(without(Dropout)),
    "one convolution less": Recipe(one_convolution_less),
    "constant rate": Recipe(falling=False),
    "weight decay 0.05": Recipe(weight_decay=0.05),
    "cnn instead": Recipe(cnn, LEARNING_RATES["cnn"]),
    "no distortion, slow averages": Recipe(distorted=False, momentum=0.99),
    "slow averages": Recipe(momentum=0.99),
}


def train(recipe: Recipe, seed: int, images: int = IMAGES, epochs: int = EPOCHS) -> Sequential:
    """A network trained on the first images of MNIST's training part.

    One seed gives all recipes the same batches in the same order.
    """
    data = load_mnist()
    model = Sequential(recipe.layers(10), (28, 28, 1), seed)
    for layer in model.layers:
        if isinstance(layer, BatchNormalization):
            layer.momentum = recipe.momentum
    steps = epochs * -(-images // BATCH)
    rate = CosineDecay(recipe.rate, steps) if recipe.falling else recipe.rate
    fit(
        model,
        data.train_images[:images],
        data.train_labels[:images],
        epochs=epochs,
        batch_size=BATCH,
        optimizer=Adam(rate, weight_decay=recipe.weight_decay),
        augment=augment if recipe.distorted else None,
        rng=np.random.default_rng(seed),
        workers=1,
    )
    return model


def wrong(model: Sequential, count: int = VALIDATION) -> list[int]:
    """The places, among the last `count` training images, of those that are read wrongly."""
    data = load_mnist()
    answers = predict(model, data.train_images[-count:], workers=1).argmax(axis=1)
    places: list[int] = np.flatnonzero(answers != data.train_labels[-count:]).tolist()
    return places


def read(path: Path = RESULTS) -> dict[str, list[list[int]]]:
    """For each recipe, what `wrong` found with seed 0, 1, ...; empty before the first run."""
    if not path.exists():
        return {}
    results: dict[str, list[list[int]]] = json.loads(path.read_text("utf-8"))
    return results


def main(path: Path = RESULTS) -> None:
    """Train what the file lacks, seed by seed; it is written after each training."""
    results = read(path)
    for seed in SEEDS:
        for name, recipe in RECIPES.items():
            found = results.setdefault(name, [])
            if len(found) == seed:
                found.append(wrong(train(recipe, seed)))
                print(f"seed {seed}, {name}: {len(found[-1])} wrong")
                part = path.with_suffix(".part")  # a file that is there is whole
                part.write_text(json.dumps(results).replace("]], ", "]],\n") + "\n", "utf-8")
                part.replace(path)


if __name__ == "__main__":
    main()
