"""One training run: it trains, saves itself after every epoch, and goes on where it stopped."""

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.data.dataset import Dataset
from mnist_app.data.labels import DIGITS, unseen
from mnist_app.data.splits import split
from mnist_app.reading.calibration import SETTING, fit_temperature, temperature_of
from mnist_app.reading.classifier import CLASSES, INCLUDED, MODEL, find_model
from mnist_app.reading.datasets import load_data
from mnist_app.reading.probabilities import ends_in_logits
from mnist_app.training.augmentation import augment
from mnist_app.training.checkpoint import (
    Checkpoint,
    data_sha256,
    read_arrays,
    read_checkpoint,
    save_checkpoint,
)
from mnist_app.training.evaluation import Evaluation, evaluate_images
from mnist_app.training.folder import (
    CHECKPOINT,
    LAST,
    RunError,
    check_unused,
    save_history,
    save_metrics,
)
from mnist_app.training.lock import alone_in
from mnist_app.training.networks import (
    WEIGHT_DECAYS,
    build_network,
    copy_all,
    copy_features,
    keep,
    loss_of,
)
from mnist_app.training.options import Options
from tinynet import (
    Adam,
    CosineDecay,
    Epoch,
    History,
    ModelFileError,
    Progress,
    Sequential,
    fit,
    load_model,
    predict,
    save_model,
)
from tinynet.serialization import ArrayFile

# A network that is trained further keeps this share of the weights that it began with: of 0, 1/4
# and 1/2, on MNIST's held-out images, 1/4 and 1/2 are equally good (19 of 6,000 wrong, 0: 25), and
# of 1,500 drawn digits 1/4 reads 2 wrong, 1/2 reads 10, 0 reads 1.
KEPT = 0.25


class TrainingRun:
    """A network in training, and the folder that it is saved to (see folder.py).

    Made by `start_run` or `resume_run`. `train` runs the epochs that are left, `finish` tests
    the best network.
    """

    def __init__(self, folder: Path, options: Options, dataset: Dataset) -> None:
        self.folder = folder
        self.options = options
        self.dataset_name = dataset.name
        self.data_sha256 = data_sha256(dataset)
        self.test = dataset.test_images, dataset.test_labels
        self.names = dataset.names
        self.pictures, self.left_out = dataset.pictures, dataset.left_out
        self.unseen = [
            dataset.class_names[k] for k in unseen(dataset.train_labels, dataset.classes)
        ]
        self.rng = np.random.default_rng(options.seed)
        self.training, self.validation = split(dataset, options.validation_split, self.rng)
        if options.styles:
            self._add_styles(dataset)
        self.model = build_network(options.model, dataset.classes, seed=options.seed)
        self.start = options.start
        if self.start is None and dataset.pictures and options.model in INCLUDED:
            self.start = options.model
            copy_features(load_model(INCLUDED[self.start])[0], self.model)
        steps = options.epochs * -(-len(self.training[0]) // options.batch_size)
        self.optimizer = Adam(
            CosineDecay(options.learning_rate, steps),
            weight_decay=WEIGHT_DECAYS.get(options.model, 0.0),
        )
        self.history = History()

    def begin_with(self, where: str) -> None:
        """Take the weights of a trained network; ModelFileError if it is another network."""
        path = find_model(where)
        copy_all(load_model(path)[0], self.model, path)

    def _add_styles(self, dataset: Dataset) -> None:
        """Digits in other styles join both parts; RunError if other classes are to be learned.

        They have random numbers of their own: what is drawn without them stays the same.
        """
        from mnist_app.training.styles.digits import with_styles  # imports OpenCV

        if dataset.class_names != DIGITS:
            raise RunError(
                f"--styles draws the ten digits, and the data set {dataset.name!r} has other "
                "classes; leave it out"
            )
        rng = np.random.default_rng([self.options.seed, 1])
        self.training = with_styles(self.training, rng)
        if self.validation is not None:
            self.validation = with_styles(self.validation, rng)

    def restore(self, checkpoint: Checkpoint, file: ArrayFile) -> None:
        """Go back to a checkpoint and the arrays in its file; ModelFileError if they do not fit."""
        read_arrays(file, self.model, self.optimizer)
        self.optimizer.iterations = checkpoint.iterations
        self.history = checkpoint.history
        self.rng = checkpoint.rng

    def is_saved(self) -> bool:
        """Whether there is something to resume."""
        return (self.folder / CHECKPOINT).exists()

    def mend(self) -> None:
        """Write what a kill or a full disk has kept from following the checkpoint."""
        try:
            _, settings = load_model(self.folder / LAST)
        except (FileNotFoundError, ModelFileError):
            settings = {}
        if settings.get("epoch") != self.history.epochs[-1].epoch:
            self._save_results()

    def train(
        self,
        on_batch: Callable[[Progress], None] | None = None,
        on_epoch: Callable[[History], None] | None = None,
    ) -> None:
        """Run the epochs that are left. Each is saved when it ends, before `on_epoch` is called.

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
        """Test the network of the best epoch, with its temperature, and write the metrics."""
        best, temperature = self._calibrate()
        workers, names = self.options.workers, self.names
        evaluation = evaluate_images(best, *self.test, workers, temperature, names)
        save_metrics(self.folder, self._metrics(evaluation))
        return evaluation

    def _calibrate(self) -> tuple[Sequential, float]:
        """The best network and its temperature, which fits the validation images.

        A network that was trained further keeps a part of its start. All is written into the
        network's file. Without validation images, or without logits, there is no temperature,
        which is one of 1.
        """
        best, settings = load_model(self.folder / MODEL)
        if self.options.start is not None and "kept" not in settings:
            keep(KEPT, load_model(find_model(self.options.start))[0], best)
            settings["kept"] = KEPT
        if self.validation is not None and ends_in_logits(best):
            images, labels = self.validation
            settings[SETTING] = fit_temperature(predict(best, images, self.options.workers), labels)
        save_model(best, self.folder / MODEL, settings)
        return best, temperature_of(settings, self.folder / MODEL)

    def _save_epoch(self) -> None:
        """The checkpoint comes first: with it, `mend` can write all others."""
        iterations = self.optimizer.iterations
        state = Checkpoint(self.options, self.data_sha256, self.history, iterations, self.rng)
        save_checkpoint(self.folder / CHECKPOINT, state, self.model, self.optimizer)
        self._save_results()

    def _save_results(self) -> None:
        """What is for people; the last network comes last, as the sign that nothing is missing."""
        last = self.history.epochs[-1]
        if self.history.best() is last:
            self._save_model(MODEL, last)
        save_history(self.folder, self.history)
        self._save_model(LAST, last)

    def _save_model(self, name: str, epoch: Epoch) -> None:
        options = asdict(self.options)
        del options["data"], options["start"]  # paths on this computer, which say nothing elsewhere
        settings = {
            "dataset": self.dataset_name,
            **({CLASSES: list(self.names)} if self.names else {}),
            **({"start": Path(self.start).name} if self.start else {}),
            "epoch": epoch.epoch,
            "val_accuracy": epoch.val_accuracy,
            **options,
        }
        save_model(self.model, self.folder / name, settings)

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


@contextmanager
def start_run(folder: Path, options: Options) -> Iterator[TrainingRun]:
    """A new run in a folder, which is made if it is not there.

    The folder is the run's alone until the block ends. Raises RunError if another run is in it, or
    a file that this one would replace, DatasetError for unusable data, OSError if the folder cannot
    be written to.
    """
    dataset = _load(options)
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        check_unused(folder)
        run = TrainingRun(folder, options, dataset)
        if options.start is not None:
            run.begin_with(options.start)
        yield run


@contextmanager
def resume_run(folder: Path, given: Mapping[str, Any]) -> Iterator[TrainingRun]:
    """The run in the folder, where its last whole epoch left it; the folder is its alone.

    Its options are the checkpoint's. Options that are `given` must be the same, even the number
    of epochs, over all of which the learning rate falls to zero; only the data may have moved.
    Raises RunError if they differ or if there is nothing to resume, ModelFileError for a damaged
    checkpoint, and the errors of `start_run`.
    """
    nothing = RunError(f"'{folder}' has no {CHECKPOINT} to resume from; train without --resume")
    if not folder.exists():
        raise nothing
    with alone_in(folder):
        if not (folder / CHECKPOINT).exists():
            check_unused(folder)
            raise nothing
        try:
            run = _restored(folder, given)
        except ModelFileError as error:
            raise ModelFileError(f"{error}; train anew into another folder (--output)") from error
        run.mend()
        yield run


def _restored(folder: Path, given: Mapping[str, Any]) -> TrainingRun:
    with ArrayFile(folder / CHECKPOINT) as file:
        checkpoint = read_checkpoint(file)
        options = _with_given(folder, checkpoint.options, given)
        dataset = _load(options)
        if data_sha256(dataset) != checkpoint.data_sha256:
            raise RunError(f"the run in '{folder}' was trained on other data; give it with --data")
        run = TrainingRun(folder, options, dataset)
        run.restore(checkpoint, file)
    return run


def _with_given(folder: Path, saved: Options, given: Mapping[str, Any]) -> Options:
    """The saved options with the given place of the data; RunError if another option differs."""
    for name, value in given.items():
        if name == "epochs" and value != saved.epochs:
            raise RunError(
                f"the run in '{folder}' has --epochs {saved.epochs} and cannot have {value}: its "
                f"learning rate falls to zero over just as many; train anew with --epochs {value} "
                "into another folder (--output)"
            )
        if name != "data" and value != getattr(saved, name):
            raise RunError(
                f"the run in '{folder}' has --{name.replace('_', '-')} "
                f"{getattr(saved, name)}, not {value}; resume it without this option, "
                "or start another run with --output"
            )
    return replace(saved, **given)


def _load(options: Options) -> Dataset:
    return load_data(None if options.data is None else Path(options.data))
