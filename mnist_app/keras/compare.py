"""tinynet held against Keras: the same weights, batches and order, each in its own process.

The two are trained in turn, never at once.
"""

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from mnist_app.data.dataset import load_dataset
from mnist_app.keras.comparison import (
    FRAMEWORKS,
    REPORT,
    RESULTS,
    Comparison,
    ComparisonError,
    relative_distances,
)
from mnist_app.keras.extras import check_tensorflow
from mnist_app.keras.worker import INITIAL, JOB, Job
from mnist_app.training.networks import build_network
from tinynet import save_model
from tinynet.serialization import write_whole


def compare(
    network: str,
    epochs: int,
    seeds: int,
    data: Path | None = None,
    on_epoch: Callable[[str, int, dict[str, Any]], None] | None = None,
) -> Comparison:
    """Train both frameworks, seed by seed; on_epoch(framework, seed, what the epoch measured).

    Raises ExtraMissing without TensorFlow, ComparisonError if one of the two fails.
    """
    check_tensorflow()
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
        distances.append(relative_distances(arrays["tinynet"], arrays["keras"]))
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
