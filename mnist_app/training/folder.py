"""The folder of a training run: the names of its files, and how its text files are written.

model.safetensors        the network after its best epoch on the validation images
last.safetensors         the network after the last epoch
checkpoint.safetensors   all that --resume needs: weights, optimizer, random generator, history
history.csv              a line an epoch
metrics.json             options, epochs, and the test results of model.safetensors
curves.png, confusion_matrix.png, predictions.png, mistakes.png
digit.png                one test digit as a picture, to try `predict` on
augmentation.png         with --augment: training images, and what training made of them

The first four are written after every epoch, the others at the end. Each file is complete or not
there at all, and the checkpoint is the first: with it, --resume writes the others. So a run can be
killed at any moment and loses at most the running epoch.
"""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mnist_app.reading.classifier import MODEL
from tinynet import History
from tinynet.serialization import write_whole

LAST, CHECKPOINT = "last.safetensors", "checkpoint.safetensors"
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


def check_unused(folder: Path) -> None:
    """RunError if the folder has a file with one of the names that a run would write."""
    found = [name for name in FILES if (folder / name).exists()]
    if CHECKPOINT in found:
        raise RunError(
            f"'{folder}' already holds a run ({found[0]}); continue it with --resume, "
            "or give another folder with --output"
        )
    if found:
        raise RunError(
            f"'{folder}' has no {CHECKPOINT} to resume from, but files that a run would replace "
            f"({', '.join(found)}); move them away and train without --resume, or give another "
            "folder with --output"
        )


def save_history(folder: Path, history: History) -> None:
    """The epochs so far as history.csv; what was not measured is empty."""
    rows = io.StringIO()
    writer = csv.DictWriter(rows, history.rows()[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(history.rows())
    _save_text(folder / HISTORY, rows.getvalue())


def save_metrics(folder: Path, metrics: Mapping[str, Any]) -> None:
    """What the run measured, as metrics.json."""
    _save_text(folder / METRICS, json.dumps(metrics, indent=2) + "\n")


def _save_text(path: Path, text: str) -> None:
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
