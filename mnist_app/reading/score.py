"""How well a classifier reads pictures that somebody has labelled in a CSV file."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.reading.calibration import BINS, expected_calibration_error
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.predict import Answer, Failure, predict_picture

FILE, LABEL = "file", "label"
MOST_GROUPS = 20  # a column with more values, such as a size, is no grouping
PICTURES_A_BIN = 20  # of the calibration error: fewer say nothing about a bin


class ScoreError(ValueError):
    """A CSV file of labels that is not usable; the message says what is wrong with it."""


@dataclass(frozen=True)
class Scored:
    """A labelled picture, with its other columns, and what the classifier says of it."""

    file: str
    label: int
    columns: dict[str, str]
    result: Answer | Failure

    @property
    def answer(self) -> Answer | None:
        """None if the picture could not be read."""
        return self.result if isinstance(self.result, Answer) else None

    @property
    def reading(self) -> Answer | None:
        """The answer, but None for a guess beside a problem."""
        return None if self.answer is None or self.answer.problem is not None else self.answer

    @property
    def right(self) -> bool:
        """Whether the reading is the label."""
        return self.reading is not None and self.reading.digit == self.label

    @property
    def confidence(self) -> float:
        """Of the reading, 0 if there is none."""
        return 0.0 if self.reading is None else self.reading.confidence

    @property
    def said(self) -> str:
        """The answer in a line, or why there is none."""
        return self.result.error if isinstance(self.result, Failure) else self.result.said()


@dataclass(frozen=True)
class Score:
    """What the classifier makes of all pictures, in the order of the file."""

    pictures: list[Scored]

    @property
    def accuracy(self) -> float:
        """The share that was read right; a picture without an answer was not."""
        return sum(picture.right for picture in self.pictures) / len(self.pictures)

    @property
    def mistakes(self) -> list[Scored]:
        """The wrong answers, the most confident first, then the pictures without an answer."""
        wrong = [picture for picture in self.pictures if not picture.right]
        return sorted(wrong, key=lambda picture: -picture.confidence)

    def groups(self) -> dict[str, dict[str, tuple[int, int]]]:
        """For each column that groups the pictures: how many were right, and how many there are."""
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for column in self.pictures[0].columns:
            counts: dict[str, list[bool]] = defaultdict(list)
            for picture in self.pictures:
                counts[picture.columns[column]].append(picture.right)
            if 1 < len(counts) <= min(MOST_GROUPS, len(self.pictures) / 2):
                found[column] = {name: (sum(all_), len(all_)) for name, all_ in counts.items()}
        return found

    def calibration_error(self) -> float | None:
        """The expected calibration error of those that got an answer; None if none did."""
        answered = [
            (picture.reading.probabilities, picture.label)
            for picture in self.pictures
            if picture.reading is not None
        ]
        if not answered:
            return None
        rows, labels = zip(*answered, strict=True)
        bins = min(BINS, max(1, len(rows) // PICTURES_A_BIN))
        return expected_calibration_error(np.stack(rows), np.array(labels), bins)

    def report(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "pictures": len(self.pictures),
            "accuracy": self.accuracy,
            "calibration_error": self.calibration_error(),
            "groups": {
                column: {name: {"right": r, "pictures": n} for name, (r, n) in values.items()}
                for column, values in self.groups().items()
            },
            "mistakes": [{"label": p.label, **p.result.report()} for p in self.mistakes],
        }


def score_pictures(classifier: Classifier, labels: Path) -> Iterator[Scored]:
    """Each picture of a CSV file with the columns `file` and `label`, and what is said of it.

    A file is looked for beside the CSV, then in a folder there with the CSV's name without
    .csv, then in `images`. A picture that cannot be read is a Failure, and does not stop the
    others. Raises ScoreError before the first if the CSV is not usable, OSError if unreadable.
    """
    rows = read_labels(labels)
    for name, label, columns in rows:
        yield Scored(name, label, columns, predict_picture(classifier, str(find(labels, name))))


def read_labels(path: Path) -> list[tuple[str, int, dict[str, str]]]:
    """File, label and the other columns of each row; ScoreError if the file is not usable."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = list(reader.fieldnames or [])
            rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScoreError(f"'{path}' is not a CSV file ({error})") from None
    if missing := [name for name in (FILE, LABEL) if name not in names]:
        raise ScoreError(
            f"'{path}' has no column '{missing[0]}'; expected a first line with the columns "
            f"{FILE},{LABEL}"
        )
    if not rows:
        raise ScoreError(f"'{path}' names no pictures")
    found = []
    for number, row in enumerate(rows, start=2):
        name, label = row.pop(FILE), row.pop(LABEL)
        if not name or label not in set("0123456789"):
            raise ScoreError(
                f"'{path}', line {number}: expected a file and a digit. Received: {name!r}, "
                f"{label!r}"
            )
        columns = {key: row[key] or "" for key in names if key not in (FILE, LABEL)}
        found.append((name, int(label), columns))
    return found


def find(labels: Path, name: str) -> Path:
    """Where the picture is; beside the CSV if it is nowhere."""
    places = [labels.parent, labels.with_suffix(""), labels.parent / "images"]
    return next((place / name for place in places if (place / name).is_file()), places[0] / name)
