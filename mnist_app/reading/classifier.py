"""A trained network from a file, a run's folder, or the weights that come with the program."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_app.data.dataset import Images
from mnist_app.reading.calibration import temperature_of
from mnist_app.training.networks import NETWORKS, probabilities
from mnist_app.training.run import MODEL
from tinynet import MaxPool, ModelFileError, Sequential, load_model
from tinynet.types import Array

WEIGHTS = Path(__file__).parent.parent / "weights"
EXTENSION = ".safetensors"
DIGITS = "mnist"  # the data set of digits, as a model file's settings name it
DEFAULT_MODEL = "cnn-large"  # reads real pictures better than "cnn" (README)


@dataclass(frozen=True)
class Classifier:
    """A network that maps (28, 28, 1) to one number a class, and how sure it may sound.

    reads_digits: whether its classes are MNIST's digits, not the clothes of another data set.
    """

    model: Sequential
    temperature: float
    path: Path
    reads_digits: bool

    def probabilities(self, images: Images) -> Array:
        """One row (K,) for each image, which sums to 1."""
        return probabilities(self.model, self.model.predict(images), self.temperature)


def load_classifier(where: str | None = None) -> Classifier:
    """The classifier in a file, in a run's folder, or by the name of bundled weights.

    Raises ModelFileError or OSError, in one line, if there is none.
    """
    path = find_model(where)
    model, settings = load_model(path)
    if model.input_shape != (28, 28, 1) or len(model.output_shape) != 1:
        raise ModelFileError(
            f"'{path}' maps {model.input_shape} to {model.output_shape}; expected a network that "
            "maps a picture, (28, 28, 1), to one number a class"
        )
    pools = [layer.pool_size for layer in model.layers if isinstance(layer, MaxPool)]
    if any(max(pool) > max(model.input_shape) for pool in pools):
        raise ModelFileError(
            f"'{path}' has a pool larger than the picture; an answer would never come"
        )
    with np.errstate(all="ignore"):
        if not np.isfinite(model.predict(np.zeros((1, 28, 28), np.uint8))).all():
            raise ModelFileError(f"'{path}' gives no numbers: its weights are not usable")
    try:
        reads_digits = settings.get("dataset", DIGITS) == DIGITS and model.output_shape == (10,)
        return Classifier(model, temperature_of(settings), path, reads_digits)
    except ValueError as error:
        raise ModelFileError(f"'{path}': {error}") from None


def find_model(where: str | None = None) -> Path:
    """The file that is meant: by path, as a run's folder, or by a bundled name."""
    name = DEFAULT_MODEL if where is None else where
    path = Path(name)
    if where is not None and path.is_dir():
        if not (path / MODEL).exists():
            raise ModelFileError(f"'{path}' has no {MODEL}; expected the folder of a training run")
        return path / MODEL
    if where is not None and path.exists():
        return path
    bundled = bundled_models()
    if name not in bundled:
        raise ModelFileError(
            f"there is no model '{name}'; expected a {EXTENSION} file, the folder of a training "
            f"run, or the name of an included model ({', '.join(bundled) or 'there is none'})"
        )
    return bundled[name]


def bundled_models() -> dict[str, Path]:
    """The weights that come with the program, by name."""
    return {
        path.stem: path for path in sorted(WEIGHTS.glob(f"*{EXTENSION}")) if path.stem in NETWORKS
    }
