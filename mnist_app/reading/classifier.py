"""A trained network from a file, a run's folder, or the weights that come with the program."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.data.dataset import Images
from mnist_app.data.labels import DIGITS, numbers
from mnist_app.reading.calibration import temperature_of
from mnist_app.reading.probabilities import probabilities
from tinynet import Layer, MaxPool, ModelFileError, Sequential, load_model
from tinynet.types import Array

EXTENSION = ".safetensors"
MODEL = f"model{EXTENSION}"  # in the folder of a training run: the network after its best epoch
WEIGHTS = Path(__file__).parent.parent / "weights"
DEFAULT_MODEL = "cnn-large"  # reads real pictures better than "cnn" (README)
INCLUDED = {name: WEIGHTS / f"{name}{EXTENSION}" for name in (DEFAULT_MODEL, "cnn")}
MNIST = "mnist"  # the data set of digits, as a model file's settings name it
CLASSES = "classes"  # what its classes are called, in a model file's settings


@dataclass(frozen=True)
class Classifier:
    """A network that reads pictures, (28, 28, 1), and answers with one number a class.

    temperature   how sure it may sound (see calibration.py)
    path          where it comes from
    classes       what each class is called
    reads_digits  whether all of them are digits, and not letters or clothes: of digits alone is
                  known which strokes belong together, and what does not look like one
    """

    model: Sequential
    temperature: float
    path: Path
    classes: tuple[str, ...]
    reads_digits: bool

    def probabilities(self, images: Images) -> Array:
        """One row (K,) for each image, which sums to 1.

        Raises ModelFileError if the weights are so large that there are no such numbers.
        """
        with np.errstate(all="ignore"):
            rows = probabilities(self.model, self.model.predict(images), self.temperature)
        if not np.isfinite(rows).all():
            raise ModelFileError(f"'{self.path}' gives no numbers: its weights are not usable")
        return rows


def load_classifier(where: str | None = None) -> Classifier:
    """The classifier in a file, in a run's folder, or by the name of bundled weights.

    Raises ModelFileError, in one line, if there is none or if it cannot read pictures, OSError if
    the file cannot be read.
    """
    path = find_model(where)
    model, settings = load_model(path)
    if model.input_shape != (28, 28, 1) or len(model.output_shape) != 1:
        raise ModelFileError(
            f"'{path}' maps {model.input_shape} to {model.output_shape}; expected a network that "
            "maps a picture, (28, 28, 1), to one number a class"
        )
    pools = [layer.pool_size for layer in _layers(model) if isinstance(layer, MaxPool)]
    if any(max(pool) > max(model.input_shape) for pool in pools):
        raise ModelFileError(
            f"'{path}' has a pool larger than the picture; an answer would never come"
        )
    classes = class_names(settings, model.output_shape[0], path)
    if settings.get(CLASSES) is not None:
        reads_digits = set(classes) <= set(DIGITS)
    else:
        reads_digits = settings.get("dataset", MNIST) == MNIST and classes == DIGITS
    classifier = Classifier(model, temperature_of(settings, path), path, classes, reads_digits)
    extremes = np.stack([np.full((28, 28), level, np.uint8) for level in (0, 255)])
    classifier.probabilities(extremes)
    return classifier


def class_names(settings: Mapping[str, Any], count: int, path: Path) -> tuple[str, ...]:
    """What a model file's settings call its classes; "0", "1", ... if they say nothing.

    Raises ModelFileError unless there is one name for each class, and each another.
    """
    names = settings.get(CLASSES)
    if names is None:
        return numbers(count)
    if not (
        isinstance(names, list)
        and len(names) == count
        and all(isinstance(name, str) and name for name in names)
        and len(set(names)) == count
    ):
        raise ModelFileError(
            f"'{path}': its classes must be {count} different names. Received: {str(names)[:80]}"
        )
    return tuple(names)


def _layers(layer: Layer) -> Iterator[Layer]:
    """The layer, and all that are inside it."""
    yield layer
    for child in layer.children().values():
        yield from _layers(child)


def find_model(where: str | None = None) -> Path:
    """The file that is meant by a path, by the folder of a run, or by the name of included weights.

    A file or folder comes before an included model of the same name. None means the default
    model. Raises ModelFileError if there is no such model.
    """
    if where is None:
        return INCLUDED[DEFAULT_MODEL]
    path = Path(where)
    if path.is_dir():
        if not (path / MODEL).exists():
            raise ModelFileError(f"'{path}' has no {MODEL}; expected the folder of a training run")
        return path / MODEL
    if path.exists():
        return path
    if where not in INCLUDED:
        raise ModelFileError(
            f"there is no model '{where}'; expected a {EXTENSION} file, the folder of a training "
            f"run, or the name of an included model ({', '.join(INCLUDED)})"
        )
    return INCLUDED[where]
