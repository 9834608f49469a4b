"""The checkpoint of a run: with it, a run goes on as if it had never stopped."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.data.dataset import Dataset
from mnist_app.training.options import Options
from tinynet import Epoch, History, Optimizer, Sequential
from tinynet.serialization import ArrayFile, save_arrays
from tinynet.types import Array

STATE, CHECKSUM = "checkpoint", "checksum"  # their names in the file's metadata
ARRAYS_CHECKSUM = "arrays_sha256"  # its name in the state


@dataclass(frozen=True)
class Checkpoint:
    """What a run needs to go on, beside the arrays of its model and optimizer."""

    options: Options
    data_sha256: str
    history: History
    iterations: int
    rng: np.random.Generator


def save_checkpoint(
    path: Path, checkpoint: Checkpoint, model: Sequential, optimizer: Optimizer
) -> None:
    """Write the checkpoint with the arrays of model and optimizer, complete or not at all."""
    state = {
        "options": asdict(checkpoint.options),
        "data_sha256": checkpoint.data_sha256,
        "history": checkpoint.history.rows(),
        "iterations": checkpoint.iterations,
        "rng": checkpoint.rng.bit_generator.state,
        ARRAYS_CHECKSUM: _arrays_sha256(model, optimizer),
    }
    save_arrays(path, _arrays(model, optimizer), {STATE: state, CHECKSUM: _sha256(state)})


def read_checkpoint(file: ArrayFile) -> Checkpoint:
    """The checkpoint in an open file, without its arrays; ModelFileError if it is not usable."""
    saved: Any = file.metadata.get(STATE)
    _compare(file, file.metadata.get(CHECKSUM), _sha256(saved))
    try:
        options, data_sha256 = Options(**saved["options"]), saved["data_sha256"]
    except (KeyError, TypeError, ValueError) as error:
        raise file.error(f"not a checkpoint of a training run ({error})") from error
    try:
        history = History([Epoch(**row) for row in saved["history"]])
        _check_history(history)
        if (iterations := int(saved["iterations"])) < 1:
            raise ValueError(f"iterations is {iterations}")
        rng = np.random.default_rng()
        rng.bit_generator.state = saved["rng"]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise file.error(f"its state of the run is not usable ({error})") from error
    return Checkpoint(options, data_sha256, history, iterations, rng)


def read_arrays(file: ArrayFile, model: Sequential, optimizer: Optimizer) -> None:
    """Fill model and optimizer from a checkpoint's arrays; ModelFileError if they do not fit."""
    optimizer.allocate(model.parameters())
    file.read_into(_arrays(model, optimizer))
    _compare(file, file.metadata[STATE].get(ARRAYS_CHECKSUM), _arrays_sha256(model, optimizer))


def data_sha256(dataset: Dataset) -> str:
    """A checksum of the training images and their labels."""
    digest = hashlib.sha256(dataset.train_images.data)
    digest.update(dataset.train_labels.data)
    return digest.hexdigest()


def _arrays(model: Sequential, optimizer: Optimizer) -> dict[str, Array]:
    """Every array of a checkpoint by its name in the file, to read and to write."""
    values = {f"value.{name}": p.value for name, p in model.parameters().items()}
    slots = {f"optimizer.learned.{slot}": a for slot, a in optimizer.state.items()}
    return values | slots


def _sha256(state: Any) -> str:
    """A checksum of the state, as JSON writes it."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def _arrays_sha256(model: Sequential, optimizer: Optimizer) -> str:
    """A checksum of every array with its name."""
    digest = hashlib.sha256()
    for name, array in sorted(_arrays(model, optimizer).items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _compare(file: ArrayFile, saved: str | None, found: str) -> None:
    """ModelFileError if the checksums differ; older checkpoints have none."""
    if saved is not None and saved != found:
        raise file.error("it has changed since it was written (its checksum differs)")


def _check_history(history: History) -> None:
    """ValueError or TypeError unless the epochs are 1, 2, ..., and their measures numbers."""
    for number, epoch in enumerate(history.epochs, start=1):
        measured = [epoch.loss, epoch.accuracy, epoch.seconds]
        measured += [x for x in (epoch.val_loss, epoch.val_accuracy) if x is not None]
        if epoch.epoch != number or not all(math.isfinite(x) for x in measured):
            raise ValueError(f"epoch {number} of its history is {epoch}")
    if not history.epochs:
        raise ValueError("its history is empty")
