"""tinynet held against Keras: the same weights, batches and order, each in its own process.

The two are trained in turn, never at once. Differences are max|a - b| / max|b| over an array,
with b from Keras.
"""

import importlib.util
import io
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from mnist_app.data.dataset import load_dataset
from mnist_app.keras.file import KerasMissing
from mnist_app.keras.networks import PIPELINE
from mnist_app.keras.worker import INITIAL, JOB, STEPS, Job
from mnist_app.training.networks import build_network
from tinynet import save_model
from tinynet.serialization import write_whole
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


def ratio(measure: str, ours: float, theirs: float, shown: str) -> Row:
    """Two costs and their ratio; `shown` is their format."""
    share = ours / theirs
    text = f"{share:.2f} times" if share > 0.1 else f"1/{theirs / ours:,.0f}"
    return Row(measure, shown.format(ours), shown.format(theirs), text)


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

    def median(self, framework: str, find: Callable[[dict[str, Any]], list[float]]) -> float:
        """The median of the numbers found in what each seed's process measured."""
        numbers = [number for seed in self.measured for number in find(seed[framework])]
        return float(statistics.median(numbers))

    def rows(self) -> list[Row]:
        """The table."""
        return [*self._differences(), *self._accuracy_rows(), *self._cost_rows()]

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

    def _cost_rows(self) -> list[Row]:
        def seconds(results: dict[str, Any]) -> list[float]:
            return [epoch["seconds"] for epoch in results["epochs"]]

        def megabytes(results: dict[str, Any]) -> list[float]:
            return [results["peak_memory_mb"]]

        def one_image(way: str) -> Callable[[dict[str, Any]], list[float]]:
            return lambda results: [results["one_image_ms"][way]]

        ours = self.median("tinynet", one_image("model.predict"))
        rows = [self._ratio("seconds an epoch", seconds, "{:.2f}")]
        for way in self.measured[0]["keras"]["one_image_ms"]:
            theirs = self.median("keras", one_image(way))
            rows.append(ratio(f"ms for one image, {way}", ours, theirs, "{:.3f}"))
        return [*rows, self._ratio("peak memory in MB", megabytes, "{:,.0f}")]

    def _ratio(
        self, measure: str, find: Callable[[dict[str, Any]], list[float]], shown: str
    ) -> Row:
        return ratio(measure, self.median("tinynet", find), self.median("keras", find), shown)

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
            "Seconds, milliseconds and MB are medians; peak memory is the whole process's, "
            "with the data set.",
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


def compare(
    network: str,
    epochs: int,
    seeds: int,
    data: Path | None = None,
    on_epoch: Callable[[str, int, dict[str, Any]], None] | None = None,
) -> Comparison:
    """Train both frameworks, seed by seed; on_epoch(framework, seed, what the epoch measured).

    Raises KerasMissing without TensorFlow, ComparisonError if one of the two fails.
    """
    for package in ("tensorflow", "h5py"):
        if importlib.util.find_spec(package) is None:
            raise KerasMissing("TensorFlow")
    dataset = load_dataset(data)
    measured, distances, answers = [], [], []
    for seed in range(seeds):
        job = Job(network, epochs, seed, data=None if data is None else str(data.resolve()))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / JOB).write_text(json.dumps(asdict(job)))
            save_model(build_network(network, dataset.classes, seed=seed), folder / INITIAL)
            results = {}
            for framework in FRAMEWORKS:

                def report(epoch: dict[str, Any], f: str = framework, s: int = seed) -> None:
                    if on_epoch is not None:
                        on_epoch(f, s, epoch)

                results[framework] = _run_worker(framework, folder, report)
            arrays = {f: load_file(folder / f"{f}.safetensors") for f in FRAMEWORKS}
        outputs = {f: arrays[f].pop("test outputs") for f in FRAMEWORKS}
        measured.append(results)
        distances.append(_distances(arrays["tinynet"], arrays["keras"]))
        answers.append({f: outputs[f].argmax(axis=1) for f in FRAMEWORKS})
    return Comparison(job, seeds, dataset.name, measured, distances, answers, dataset.test_labels)


def save_comparison(comparison: Comparison, folder: Path) -> None:
    """Write the table and the numbers into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = comparison.markdown()
    write_whole(folder / REPORT, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    save_report(comparison, folder / RESULTS)


def save_report(comparison: Comparison, path: Path) -> None:
    """Write everything measured as JSON."""
    text = json.dumps(comparison.report(), indent=1) + "\n"
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def _distances(ours: dict[str, Array], theirs: dict[str, Array]) -> dict[str, float]:
    if ours.keys() != theirs.keys():
        raise ComparisonError("the two networks have different parameters")
    return {
        name: float(np.abs(ours[name] - theirs[name]).max() / np.abs(theirs[name]).max())
        for name in ours
    }


def _run_worker(
    framework: str, folder: Path, on_epoch: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Run one framework's process, hand on its epochs, and return what it measured."""
    command = [sys.executable, "-m", "mnist_app.keras.worker", framework, str(folder)]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as noise,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=noise, text=True) as process,
    ):
        try:
            assert isinstance(process.stdout, io.TextIOBase)
            for line in process.stdout:
                on_epoch(json.loads(line))
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            noise.seek(0)
            said = noise.read().strip().splitlines() or ["nothing"]
            raise ComparisonError(
                f"the process that runs {framework} failed with code {process.returncode}; "
                f"the last it said was: {said[-1]}"
            )
    results: dict[str, Any] = json.loads((folder / f"{framework}.json").read_text())
    return results
