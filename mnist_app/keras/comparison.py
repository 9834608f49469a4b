"""The table of `compare`: what tinynet and Keras measured, held against each other.

It shows sameness; time and memory are measured by `benchmarks` alone. Differences of arrays are
max|a - b| / max|b| over an array, with b from Keras.
"""

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from typing import Any

import numpy as np

from mnist_app.keras.networks import PIPELINE
from mnist_app.keras.worker import STEPS, Job
from tinynet.types import Array

FRAMEWORKS = ("tinynet", "keras")
BOUNDS = {"cnn": 0.15, "mlp": 0.2, "mlp-small": 0.2}  # percentage points, between the means
REPORT, RESULTS = "comparison.md", "comparison.json"
CURVES, AGREEMENT = "comparison_curves.png", "agreement.png"
FILES = (REPORT, RESULTS, CURVES, AGREEMENT)


class ComparisonError(RuntimeError):
    """A comparison that could not be made; the message says what failed."""


@dataclass(frozen=True)
class Row:
    """One line of the table; what does not apply is empty."""

    measure: str
    tinynet: str = ""
    keras: str = ""
    difference: str = ""


def points(measure: str, ours: float, theirs: float) -> Row:
    """Two percentages and their difference."""
    return Row(measure, f"{ours:.2f} %", f"{theirs:.2f} %", f"{ours - theirs:+.2f} points")


@dataclass(frozen=True)
class Comparison:
    """What both frameworks measured, seed by seed: {"tinynet": {...}, "keras": {...}}."""

    job: Job
    seeds: int
    dataset: str
    measured: list[dict[str, dict[str, Any]]]
    distances: list[dict[str, float]]
    answers: list[dict[str, Array]]
    labels: Array

    def accuracies(self, framework: str) -> list[float]:
        """Test accuracy in % after the last epoch, seed by seed."""
        return [100 * seed[framework]["epochs"][-1]["test_accuracy"] for seed in self.measured]

    def rows(self) -> list[Row]:
        """The table."""
        return [*self._differences(), *self._accuracy_rows()]

    def _differences(self) -> list[Row]:
        worst = {
            name: max(distances[name] for distances in self.distances) for name in self.distances[0]
        }
        rows = [Row("outputs of the first batch", difference=f"{worst.pop('outputs'):.1e}")]
        for name in [name for name in worst if name.startswith("gradient ")]:
            rows.append(Row(f"its {name}", difference=f"{worst.pop(name):.1e}"))
        for step in STEPS:
            names = [name for name in worst if name.startswith(f"step {step} ")]
            if names:
                after = f"weights after {step} step" + ("s" if step > 1 else "")
                rows.append(Row(after, difference=f"{max(worst[name] for name in names):.1e}"))
        return rows

    def _accuracy_rows(self) -> list[Row]:
        ours, theirs = (self.accuracies(framework) for framework in FRAMEWORKS)
        rows = [
            points(f"test accuracy, seed {seed}", *pair)
            for seed, pair in enumerate(zip(ours, theirs, strict=True))
        ]
        rows.append(points("mean test accuracy", float(np.mean(ours)), float(np.mean(theirs))))
        same = np.mean([np.mean(a["tinynet"] == a["keras"]) for a in self.answers])
        rows.append(Row("test images with the same answer", difference=f"{100 * same:.2f} %"))
        return rows

    def title(self) -> str:
        """What was compared."""
        seeds = f"{self.seeds} seed" + ("s" if self.seeds > 1 else "")
        epochs = f"{self.job.epochs} epoch" + ("s" if self.job.epochs > 1 else "")
        return f"{self.job.network} on {self.dataset}: {epochs}, {seeds}, float32"

    def notes(self) -> list[str]:
        """What one must know to read the table."""
        first = self.measured[0]
        versions = {
            k: v for framework in FRAMEWORKS for k, v in first[framework]["versions"].items()
        }
        shown = ", ".join(f"{name} {version}" for name, version in versions.items())
        bound = BOUNDS.get(self.job.network)
        return [
            f"Same initial weights, batches of {self.job.batch_size} and order; Adam, learning "
            f"rate {self.job.learning_rate:g}. Each framework in a process of its own, in turn.",
            "Differences of arrays are max|a - b| / max|b|, the largest of all seeds. Keras rounds "
            "Adam's betas to float32, which alone is 7e-6 after the first step. Rounding grows "
            "from there on, and at once where a gradient is near 0, since Adam divides by "
            "its size.",
            *([f"The means may differ by {bound} percentage points."] if bound else []),
            PIPELINE,
            f"{shown}; {first['tinynet']['cores']} cores.",
        ]

    def markdown(self) -> str:
        """The table and its notes."""
        lines = [f"**{self.title()}**", "", "| | tinynet | Keras | difference |"]
        lines.append("| --- | ---: | ---: | ---: |")
        lines += [f"| {' | '.join(astuple(row))} |" for row in self.rows()]
        return "\n".join([*lines, "", *(f"- {note}" for note in self.notes())]) + "\n"

    def report(self) -> dict[str, Any]:
        """Everything measured, as JSON."""
        return {
            "network": self.job.network,
            "data": self.dataset,
            "epochs": self.job.epochs,
            "seeds": self.seeds,
            "rows": [asdict(row) for row in self.rows()],
            "notes": self.notes(),
            "distances": self.distances,
            "measured": self.measured,
        }


def relative_distances(ours: Mapping[str, Array], theirs: Mapping[str, Array]) -> dict[str, float]:
    """max|a - b| / max|b| of each array; ComparisonError unless the names are the same."""
    if ours.keys() != theirs.keys():
        raise ComparisonError("the two networks have different parameters")
    return {
        name: float(np.abs(ours[name] - theirs[name]).max() / np.abs(theirs[name]).max())
        for name in ours
    }
