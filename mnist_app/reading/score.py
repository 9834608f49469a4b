"""How well a classifier reads pictures that somebody has labelled in a CSV file."""

import csv
import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.data.labels import DIGITS
from mnist_app.reading.calibration import BINS, expected_calibration_error
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.intervals import Interval, bootstrap, wilson
from mnist_app.reading.predict import Answer, Failure, predict_file

FILE, LABEL = "file", "label"
SOURCE = "source"  # the column that says whose pictures are alike
DIVIDERS = ",;\t"  # spreadsheets of many countries write semicolons
LARGEST_TABLE = 2**26  # bytes; a million pictures have fewer
MOST_GROUPS = 20  # a column with more values, such as a size, is no grouping
PICTURES_A_BIN = 20  # of the calibration error: fewer say nothing about a bin


class ScoreError(ValueError):
    """A CSV file of labels that is not usable; the message says what is wrong with it."""


@dataclass(frozen=True)
class Scored:
    """A labelled picture, with its other columns, and what the classifier says of it.

    The label is the number of a class, which `classes` calls by its name.
    """

    file: str
    label: int
    columns: dict[str, str]
    result: Answer | Failure
    classes: tuple[str, ...] = DIGITS

    @property
    def name(self) -> str:
        """What the label is called."""
        return self.classes[self.label]

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
class OverSources:
    """The accuracy over sources: how many, the mean of theirs, and the interval of the whole."""

    sources: int
    mean: float
    interval: Interval


@dataclass(frozen=True)
class Score:
    """What the classifier makes of all pictures, in the order of the file."""

    pictures: list[Scored]

    @property
    def accuracy(self) -> float:
        """The share that was read right; a picture without an answer was not."""
        return sum(picture.right for picture in self.pictures) / len(self.pictures)

    def interval(self) -> Interval:
        """Where the true accuracy lies, if the pictures say nothing about one another."""
        return wilson(sum(picture.right for picture in self.pictures), len(self.pictures))

    def over_sources(self) -> OverSources | None:
        """The same if pictures of one source are alike; None unless they have several sources."""
        counts = self._counts(SOURCE) if SOURCE in self.pictures[0].columns else {}
        if len(counts) < 2:
            return None
        right, totals = zip(*counts.values(), strict=True)
        mean = float(np.mean(np.divide(right, totals)))
        return OverSources(len(counts), mean, bootstrap(right, totals))

    @property
    def mistakes(self) -> list[Scored]:
        """The wrong answers, the most confident first, then the pictures without an answer."""
        wrong = [picture for picture in self.pictures if not picture.right]
        return sorted(wrong, key=lambda picture: -picture.confidence)

    def groups(self) -> dict[str, dict[str, tuple[int, int]]]:
        """For each column that groups the pictures: how many were right, and how many there are."""
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for column in self.pictures[0].columns:
            counts = self._counts(column)
            if 1 < len(counts) <= min(MOST_GROUPS, len(self.pictures) / 2):
                found[column] = counts
        return found

    def _counts(self, column: str) -> dict[str, tuple[int, int]]:
        """For each value of a column: how many pictures were right, and how many there are."""
        found: dict[str, list[bool]] = defaultdict(list)
        for picture in self.pictures:
            found[picture.columns[column]].append(picture.right)
        return {name: (sum(all_), len(all_)) for name, all_ in found.items()}

    def calibration_error(self) -> float | None:
        """The expected calibration error of those read as one digit; None if none was."""
        answered = [
            (picture.reading.probabilities, picture.label)
            for picture in self.pictures
            if picture.reading is not None and picture.reading.digit is not None
        ]
        if not answered:
            return None
        rows, labels = zip(*answered, strict=True)
        bins = min(BINS, max(1, len(rows) // PICTURES_A_BIN))
        return expected_calibration_error(np.stack(rows), np.array(labels), bins)

    def report(self) -> dict[str, Any]:
        """All of it as JSON."""
        sources = self.over_sources()
        return {
            "pictures": len(self.pictures),
            "accuracy": self.accuracy,
            "interval": self.interval(),
            "over_sources": None if sources is None else asdict(sources),
            "calibration_error": self.calibration_error(),
            "groups": {
                column: {name: {"right": r, "pictures": n} for name, (r, n) in values.items()}
                for column, values in self.groups().items()
            },
            "mistakes": [
                {"label": p.label if p.classes == DIGITS else p.name, **p.result.report()}
                for p in self.mistakes
            ],
        }


@dataclass(frozen=True)
class Row:
    """A line of a CSV file of labels."""

    file: str
    label: int
    columns: dict[str, str]


def score_pictures(classifier: Classifier, labels: Path, rows: Iterable[Row]) -> Iterator[Scored]:
    """Each picture that the rows of a CSV file name, and what is said of it.

    A file is looked for beside the CSV, then in a folder there with the CSV's name without
    .csv, then in `images`. A picture that cannot be read is a Failure, and does not stop the
    others. A picture in which several digits are read is wrong, whatever they are.
    """
    for row in rows:
        result = predict_file(classifier, str(find(labels, row.file)))
        yield Scored(row.file, row.label, row.columns, result, classifier.classes)


def read_labels(path: Path, classes: Sequence[str] = DIGITS) -> list[Row]:
    """The rows of a CSV file with the columns `file` and `label`.

    Commas, semicolons or tabs divide it; capitals in those two names and spaces around any cell
    do not matter, nor do blank lines. A label is one of the classes; a number such as 2026 is
    none, for pictures are scored by their one digit. Raises ScoreError if the
    file is not usable, OSError if unreadable.
    """
    check_size(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            divider = max(DIVIDERS, key=file.readline().count)
            file.seek(0)
            lines = numbered(csv.reader(file, delimiter=divider, skipinitialspace=True))
            _, header = next(lines, (1, []))
            names = column_names(path, header)
            rows = [read_row(path, number, names, cells, classes) for number, cells in lines]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScoreError(f"'{path}' is not a CSV file ({error})") from None
    if not rows:
        raise ScoreError(f"'{path}' names no pictures")
    return rows


def check_size(path: Path) -> None:
    """ScoreError for a pipe, a device, or more than a table of labels can have."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ScoreError(f"'{path}' is not a file; expected a CSV file of labels")
    if status.st_size > LARGEST_TABLE:
        raise ScoreError(
            f"'{path}' has more than {LARGEST_TABLE // 2**20} MiB; expected a CSV file of labels"
        )


def numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows of a csv.reader that are not blank, each with the number of its first line."""
    first = 1
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield first, stripped
        first = reader.line_num + 1


def column_names(path: Path, header: list[str]) -> list[str]:
    """The columns, `file` and `label` in small letters; ScoreError if one is missing or double."""
    names = [name.lower() if name.lower() in (FILE, LABEL) else name for name in header]
    if missing := [name for name in (FILE, LABEL) if name not in names]:
        raise ScoreError(
            f"'{path}' has no column '{missing[0]}'; expected a first line with the columns "
            f"{FILE},{LABEL}"
        )
    if double := [name for name in names if name and names.count(name) > 1]:
        raise ScoreError(f"'{path}' has two columns '{double[0]}'; expected each column once")
    return names


def read_row(
    path: Path, number: int, names: list[str], cells: list[str], classes: Sequence[str]
) -> Row:
    """One row; ScoreError, with the number of its line, if it names no file or no class."""
    row = dict(zip(names, cells, strict=False))
    name, label = row.get(FILE), row.get(LABEL)
    if not name or label not in classes:
        what = "digit" if classes == DIGITS else f"class of the model ({', '.join(classes)[:200]})"
        raise ScoreError(
            f"'{path}', line {number}: expected a file and a {what}. Received: {name!r}, {label!r}"
        )
    columns = {key: row.get(key, "") for key in names if key and key not in (FILE, LABEL)}
    return Row(name, classes.index(label), columns)


def find(labels: Path, name: str) -> Path:
    """Where the picture is; beside the CSV if it is nowhere."""
    places = [labels.parent, labels.with_suffix(""), labels.parent / "images"]
    found = (place / name for place in places if os.path.isfile(place / name))
    return next(found, places[0] / name)
