"""One training run in one folder: what it saves, and how it continues where it stopped.

model.safetensors        the network after its best epoch on the validation images
last.safetensors         the network after the last epoch
checkpoint.safetensors   all that --resume needs: weights, optimizer, random generator, history
history.csv              a line an epoch
metrics.json             options, epochs, and the test results of model.safetensors
curves.png, confusion_matrix.png, predictions.png, mistakes.png
digit.png                one test digit as a picture, to try `predict` on
augmentation.png         with --augment: training images, and what training made of them

The first four are written after every epoch, the others at the end; each file complete or not at
all, so a run can be killed at any moment and loses at most the running epoch.
"""

import csv
import hashlib
import io
import json
import math
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.data.dataset import Dataset, load_dataset, split
from mnist_app.figures import plots
from mnist_app.reading.calibration import SETTING, fit_temperature, temperature_of
from mnist_app.training.augmentation import augment, variations
from mnist_app.training.evaluation import Evaluation, evaluate_images
from mnist_app.training.networks import DEFAULT_NETWORK, NETWORKS, build_network, loss_of
from tinynet import (
    Adam,
    CosineDecay,
    Epoch,
    History,
    Progress,
    Sequential,
    fit,
    load_model,
    predict,
    save_model,
    softmax_cross_entropy,
)
from tinynet.serialization import ArrayFile, save_arrays, write_whole
from tinynet.types import Array
from tinynet.workers import default_workers

MODEL, LAST, CHECKPOINT = "model.safetensors", "last.safetensors", "checkpoint.safetensors"
HISTORY, METRICS = "history.csv", "metrics.json"
CURVES, CONFUSION = "curves.png", "confusion_matrix.png"
PREDICTIONS, MISTAKES, DIGIT = "predictions.png", "mistakes.png", "digit.png"
AUGMENTATION = "augmentation.png"
FILES = {
    MODEL: "the network after its best epoch",
    LAST: "the network after the last epoch",
    CHECKPOINT: "what --resume continues from",
    HISTORY: "loss and accuracy of every epoch",
    METRICS: "options and test results",
    CURVES: "loss and accuracy over the epochs",
    CONFUSION: "which classes are taken for which",
    PREDICTIONS: "test images with their predictions",
    MISTAKES: "the most confident mistakes",
    DIGIT: "a test image to try predict on",
    AUGMENTATION: "training images and distorted copies (with --augment)",
}


class RunError(ValueError):
    """A run that cannot start or go on; the message says why and what to do."""


@dataclass(frozen=True)
class Options:
    """What decides the resulting weights bit by bit, beside the images themselves.

    Raises ValueError for values out of range, TypeError for values of another type.
    """

    model: str = DEFAULT_NETWORK
    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 0.001
    validation_split: float = 0.1
    seed: int = 0
    workers: int = field(default_factory=default_workers)
    augment: bool = False
    data: str | None = None

    def __post_init__(self) -> None:
        if self.model not in NETWORKS:
            raise ValueError(f"unknown network {self.model!r}; known are {', '.join(NETWORKS)}")
        for name in ("epochs", "batch_size", "seed", "workers"):
            value, least = getattr(self, name), 0 if name == "seed" else 1
            if type(value) is not int or value < least:
                raise ValueError(f"{name} must be an integer of at least {least}, not {value!r}")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be positive, not {self.learning_rate!r}")
        if not 0 <= self.validation_split < 1:
            raise ValueError(f"validation_split must lie in [0, 1), not {self.validation_split!r}")
        if type(self.augment) is not bool:
            raise ValueError(f"augment must be true or false, not {self.augment!r}")
        if not isinstance(self.data, str | None):
            raise TypeError(f"data must be a path, not {self.data!r}")


class TrainingRun:
    """A network in training, and the folder that it is saved to.

    Made by `start_run` or `resume_run`; `train` runs the epochs that are left, `finish` tests
    the best network and writes the pictures.
    """

    def __init__(self, folder: Path, options: Options, dataset: Dataset) -> None:
        self.folder = folder
        self.options = options
        self.dataset_name = dataset.name
        self.data_sha256 = _sha256(dataset)
        self.test = dataset.test_images, dataset.test_labels
        self.rng = np.random.default_rng(options.seed)
        self.training, self.validation = split(dataset, options.validation_split, self.rng)
        self.model = build_network(options.model, dataset.classes, seed=options.seed)
        steps = options.epochs * -(-len(self.training[0]) // options.batch_size)
        self.optimizer = Adam(CosineDecay(options.learning_rate, steps))
        self.history = History()

    def train(
        self,
        on_batch: Callable[[Progress], None] | None = None,
        on_epoch: Callable[[History], None] | None = None,
    ) -> None:
        """Run the epochs that are left, each saved when it ends, before `on_epoch` is called.

        Raises RunError when the loss is no longer a number.
        """

        def after_batch(progress: Progress) -> None:
            if not math.isfinite(progress.loss):
                raise RunError(
                    f"training diverged: the loss of epoch {progress.epoch} is not a number "
                    f"any more; try a --learning-rate below {self.options.learning_rate:g}"
                )
            if on_batch is not None:
                on_batch(progress)

        def after_epoch(history: History) -> None:
            self._save_epoch()
            if on_epoch is not None:
                on_epoch(history)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # overflow, which after_batch reports
            fit(
                self.model,
                *self.training,
                epochs=self.options.epochs,
                batch_size=self.options.batch_size,
                optimizer=self.optimizer,
                loss=loss_of(self.model),
                validation=self.validation,
                rng=self.rng,
                workers=self.options.workers,
                augment=augment if self.options.augment else None,
                history=self.history,
                on_batch=after_batch,
                on_epoch=after_epoch,
            )

    def finish(self) -> Evaluation:
        """Test the best network, and write the metrics and the pictures."""
        best, temperature = self._calibrate()
        evaluation = evaluate_images(best, *self.test, self.options.workers, temperature)
        images, _ = self.test
        self._write_text(METRICS, json.dumps(self._metrics(evaluation), indent=2) + "\n")
        plots.save_curves(self.history, self.folder / CURVES)
        plots.save_confusion_matrix(evaluation, self.folder / CONFUSION)
        plots.save_predictions(images, evaluation, self.folder / PREDICTIONS)
        plots.save_mistakes(images, evaluation, self.folder / MISTAKES)
        plots.save_digit(images[0], self.folder / DIGIT)
        if self.options.augment:
            rng = np.random.default_rng(self.options.seed)
            variants = variations(self.training[0][:8], 9, rng)
            plots.save_variations(variants, self.folder / AUGMENTATION)
        return evaluation

    def _calibrate(self) -> tuple[Sequential, float]:
        """The best network, its file now with the temperature that fits the validation images."""
        best, settings = load_model(self.folder / MODEL)
        if self.validation is not None and loss_of(best) is softmax_cross_entropy:
            images, labels = self.validation
            settings[SETTING] = fit_temperature(predict(best, images, self.options.workers), labels)
            save_model(best, self.folder / MODEL, settings)
        return best, temperature_of(settings)

    def _save_epoch(self) -> None:
        """The checkpoint comes last: what it promises is there when it is."""
        last, best = self.history.epochs[-1], self.history.best()
        self._save_model(LAST, last)
        if best is last:
            self._save_model(MODEL, last)
        rows = io.StringIO()
        writer = csv.DictWriter(rows, self.history.rows()[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.history.rows())
        self._write_text(HISTORY, rows.getvalue())
        self._save_checkpoint()

    def _save_model(self, name: str, epoch: Epoch) -> None:
        options = asdict(self.options)
        del options["data"]  # a path on this computer, which says nothing elsewhere
        save_model(
            self.model,
            self.folder / name,
            {
                "dataset": self.dataset_name,
                "epoch": epoch.epoch,
                "val_accuracy": epoch.val_accuracy,
                **options,
            },
        )

    def _save_checkpoint(self) -> None:
        save_arrays(
            self.folder / CHECKPOINT,
            self._arrays(),
            {
                "checkpoint": {
                    "options": asdict(self.options),
                    "data_sha256": self.data_sha256,
                    "history": self.history.rows(),
                    "iterations": self.optimizer.iterations,
                    "rng": self.rng.bit_generator.state,
                }
            },
        )

    def restore(self, file: ArrayFile) -> None:
        """Continue from a checkpoint; ModelFileError if it is not usable."""
        saved = file.metadata["checkpoint"]
        try:
            history = History([Epoch(**row) for row in saved["history"]])
            _check_history(history)
            if (iterations := int(saved["iterations"])) < 1:
                raise ValueError(f"iterations is {iterations}")
            self.rng.bit_generator.state = saved["rng"]
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise file.error(f"its state of the run is not usable ({error})") from error
        self.optimizer.allocate(self.model.parameters())
        file.read_into(self._arrays())
        self.optimizer.iterations = iterations
        self.history = history

    def _arrays(self) -> dict[str, Array]:
        values = {f"value.{name}": p.value for name, p in self.model.parameters().items()}
        slots = {f"optimizer.learned.{slot}": a for slot, a in self.optimizer.state.items()}
        return values | slots

    def _metrics(self, evaluation: Evaluation) -> dict[str, Any]:
        best = self.history.best()
        return {
            "dataset": self.dataset_name,
            "options": asdict(self.options),
            "parameters": sum(p.value.size for p in self.model.parameters().values()),
            "seconds": sum(epoch.seconds for epoch in self.history.epochs),
            "best_epoch": best.epoch,
            "validation": {"loss": best.val_loss, "accuracy": best.val_accuracy},
            "test": evaluation.report(),
        }

    def _write_text(self, name: str, text: str) -> None:
        write_whole(self.folder / name, lambda path: path.write_text(text, encoding="utf-8"))


def start_run(folder: Path, options: Options) -> TrainingRun:
    """A new run. Makes the folder; RunError if a run's files are in it, DatasetError, OSError."""
    dataset = load_dataset(None if options.data is None else Path(options.data))
    folder.mkdir(parents=True, exist_ok=True)
    if found := [name for name in FILES if (folder / name).exists()]:
        raise RunError(
            f"'{folder}' already holds a run ({found[0]}); continue it with --resume, "
            "or give another folder with --output"
        )
    _check_writable(folder)
    return TrainingRun(folder, options, dataset)


def resume_run(folder: Path, given: Mapping[str, Any]) -> TrainingRun:
    """The run in the folder, where its last whole epoch left it.

    Options are the checkpoint's; those `given` must be the same, except that the data may have
    moved (epochs too: the learning rate falls to zero over all of them). Raises RunError if they
    differ, or if there is nothing to resume.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        raise RunError(f"'{folder}' has no {CHECKPOINT} to resume from; train without --resume")
    with ArrayFile(path) as file:
        saved, data_sha256 = _saved_options(file)
        for name, value in given.items():
            if name != "data" and value != getattr(saved, name):
                raise RunError(
                    f"the run in '{folder}' has --{name.replace('_', '-')} "
                    f"{getattr(saved, name)}, not {value}; resume it without this option, "
                    "or start another run with --output"
                )
        options = replace(saved, **given)
        dataset = load_dataset(None if options.data is None else Path(options.data))
        if _sha256(dataset) != data_sha256:
            raise RunError(f"the run in '{folder}' was trained on other data; give it with --data")
        _check_writable(folder)
        run = TrainingRun(folder, options, dataset)
        run.restore(file)
    return run


def _saved_options(file: ArrayFile) -> tuple[Options, str]:
    try:
        saved = file.metadata["checkpoint"]
        return Options(**saved["options"]), saved["data_sha256"]
    except (KeyError, TypeError, ValueError) as error:
        raise file.error(f"not a checkpoint of a training run ({error})") from error


def _check_history(history: History) -> None:
    """ValueError or TypeError unless the epochs are 1, 2, ..., and their measures numbers."""
    for number, epoch in enumerate(history.epochs, start=1):
        measured = [epoch.loss, epoch.accuracy, epoch.seconds]
        measured += [x for x in (epoch.val_loss, epoch.val_accuracy) if x is not None]
        if epoch.epoch != number or not all(math.isfinite(x) for x in measured):
            raise ValueError(f"epoch {number} of its history is {epoch}")
    if not history.epochs:
        raise ValueError("its history is empty")


def _check_writable(folder: Path) -> None:
    """OSError now rather than after the first epoch."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def _sha256(dataset: Dataset) -> str:
    digest = hashlib.sha256(dataset.train_images.data)
    digest.update(dataset.train_labels.data)
    return digest.hexdigest()
