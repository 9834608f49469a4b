"""`compare`'s table on measurements made by hand, so that every number of it is known."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from mnist_app.cli import app
from mnist_app.keras import compare as keras_compare
from mnist_app.keras.comparison import (
    FILES,
    Comparison,
    ComparisonError,
    Row,
    relative_distances,
)
from mnist_app.keras.extras import ExtraMissing
from mnist_app.keras.networks import STEPS_PER_CALL
from mnist_app.keras.worker import Job, windows


def measured(accuracies: list[float], **versions: str) -> dict[str, Any]:
    return {
        "epochs": [{"test_accuracy": accuracy} for accuracy in accuracies],
        "curve": [(0.5, 1.0), (1.0, 0.5), (1.5, 0.3), (2.0, 0.2)],
        "versions": {"python": "3.11", **versions},
        "cores": 2,
    }


@pytest.fixture
def made() -> Comparison:
    """Two seeds of two epochs. Of 8 images, tinynet has 7 right and Keras 6; 5 are the same."""
    labels = np.arange(8)
    ours, theirs = labels.copy(), labels.copy()
    ours[0], theirs[1:3] = 9, 9
    return Comparison(
        job=Job("mlp", epochs=2, seed=1),
        seeds=2,
        dataset="mnist",
        measured=[
            {
                "tinynet": measured([0.9, 0.97], numpy="2.4"),
                "keras": measured([0.91, 0.96], keras="3.15"),
            },
            {
                "tinynet": measured([0.92, 0.95], numpy="2.4"),
                "keras": measured([0.93, 0.9725], keras="3.15"),
            },
        ],
        distances=[
            {"outputs": 1e-7, "gradient a.kernel": 3e-6, "step 1 a": 4e-5, "step 1 b": 5e-4},
            {"outputs": 2e-7, "gradient a.kernel": 1e-6, "step 1 a": 6e-3, "step 1 b": 2e-5},
        ],
        answers=[{"tinynet": ours, "keras": theirs}, {"tinynet": labels, "keras": labels}],
        labels=labels,
    )


ROWS = [
    Row("outputs of the first batch", difference="2.0e-07"),
    Row("its gradient a.kernel", difference="3.0e-06"),
    Row("weights after 1 step", difference="6.0e-03"),
    Row("test accuracy, seed 0", "97.00 %", "96.00 %", "+1.00 points"),
    Row("test accuracy, seed 1", "95.00 %", "97.25 %", "-2.25 points"),
    Row("mean test accuracy", "96.00 %", "96.62 %", "-0.62 points"),
    Row("test images with the same answer", difference="81.25 %"),
]


def test_every_number_of_the_table(made: Comparison) -> None:
    """The largest distance of all seeds and arrays, the last epoch, tinynet minus Keras."""
    assert made.rows() == ROWS


def test_what_is_said_beside_it(made: Comparison) -> None:
    assert made.title() == "mlp on mnist: 2 epochs, 2 seeds, float32"
    notes = made.notes()
    assert notes[0].startswith(
        "Same initial weights, batches of 128 and order; Adam, learning rate"
    )
    assert "The means may differ by 0.2 percentage points." in notes
    assert notes[-1] == "python 3.11, numpy 2.4, keras 3.15; 2 cores."
    assert not any(word in " ".join(notes) for word in ("econds", "MB", "timed"))


def test_the_files(made: Comparison, tmp_path: Path) -> None:
    keras_compare.save_comparison(made, tmp_path / "new" / "folder")
    lines = (tmp_path / "new" / "folder" / "comparison.md").read_text().splitlines()
    assert lines[0] == f"**{made.title()}**"
    assert lines[2] == "| | tinynet | Keras | difference |"
    assert lines[4] == "| outputs of the first batch |  |  | 2.0e-07 |"
    assert lines[7] == "| test accuracy, seed 0 | 97.00 % | 96.00 % | +1.00 points |"
    assert lines[12:] == [f"- {note}" for note in made.notes()]
    report = json.loads((tmp_path / "new" / "folder" / "comparison.json").read_text())
    assert report["rows"][4] == {
        "measure": "test accuracy, seed 1",
        "tinynet": "95.00 %",
        "keras": "97.25 %",
        "difference": "-2.25 points",
    }
    assert (report["network"], report["epochs"], report["seeds"]) == ("mlp", 2, 2)
    assert report["distances"] == made.distances
    assert report["measured"][1]["keras"]["epochs"][1] == {"test_accuracy": 0.9725}


def test_distances_are_relative_to_keras() -> None:
    theirs = {"a": np.array([1.0, -4.0]), "b": np.array([2.0])}
    assert relative_distances({"a": np.array([1.5, -5.0]), "b": np.array([2.0])}, theirs) == {
        "a": 0.25,
        "b": 0.0,
    }
    assert relative_distances(theirs, {"a": np.array([1.5, -5.0]), "b": theirs["b"]})["a"] == 0.2
    with pytest.raises(ComparisonError, match="different parameters"):
        relative_distances({"a": theirs["a"]}, theirs)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_what_the_command_prints(
    made: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compare(network: str, epochs: int, seeds: int, on_epoch: Any) -> Comparison:
        assert (network, epochs, seeds) == ("mlp", 2, 2)
        on_epoch("keras", 1, {"epoch": 2, "test_accuracy": 0.9725})
        return made

    monkeypatch.setattr(keras_compare, "compare", compare)
    folder, extra = tmp_path / "folder", tmp_path / "numbers.json"
    options = ("--model", "mlp", "--epochs", 2, "--seeds", 2)
    result = run("compare", *options, "--output", folder, "--json", extra)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    printed = [" ".join(line.split()) for line in lines]
    assert printed[0] == "seed 1 keras epoch 2/2 test accuracy 97.25 %"
    assert "tinynet Keras difference" in printed
    for row in ROWS:
        texts = (row.measure, row.tinynet, row.keras, row.difference)
        assert " ".join(text for text in texts if text) in printed
    for note in made.notes():
        assert note in lines
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert json.loads(extra.read_text()) == json.loads((folder / "comparison.json").read_text())
    assert all(str(folder / name) in lines[-1] for name in FILES)


def test_without_tensorflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorflow" else find(name)
    )
    result = run("compare", "--output", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        'Error: TensorFlow is not installed; install the extra "keras": '
        'python -m pip install "tinynet-mnist[keras]"\n'
    )
    assert not (tmp_path / "out").exists()
    with pytest.raises(ExtraMissing):
        keras_compare.compare("cnn", 1, 1)


def test_a_process_that_fails_is_reported_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError) as caught:
        keras_compare._run_worker("tinynet", tmp_path, print)
    assert "the process that runs tinynet failed with code 1" in str(caught.value)
    assert "job.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_wrong_use() -> None:
    result = run("compare", "--model", "cnn-large")
    assert result.exit_code == 2
    assert "'cnn-large' is not one of cnn, mlp, mlp-small" in result.stderr
    assert run("compare", "--epochs", "0").exit_code == 2
    assert run("compare", "--seeds", "0").exit_code == 2


def test_mean_losses_since_the_start_become_means_of_windows() -> None:
    losses = np.arange(1.0, 41)
    means = {step: float(losses[:step].mean()) for step in range(1, 41)}
    first, second, last = windows(means)
    assert first == (STEPS_PER_CALL / 40, losses[:16].mean())
    assert second == pytest.approx((32 / 40, losses[16:32].mean()))
    assert last == pytest.approx((1, losses[32:].mean()))
