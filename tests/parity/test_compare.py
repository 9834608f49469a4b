"""`compare`, for real but small: both processes, the table, the files, and what can go wrong."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from mnist_app.cli import app
from mnist_app.keras import compare as comparison
from mnist_app.keras.compare import Comparison, ComparisonError, ratio
from mnist_app.keras.file import KerasMissing
from mnist_app.keras.worker import STEPS_PER_CALL, windows
from tests.app.idx_files import write_dataset

EPOCHS = 2


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, list[Any]]:
    """mlp-small on 13,000 images, so that there are 100 steps and a short last batch."""
    data = write_dataset(tmp_path_factory.mktemp("data") / "some", train=13_000, test=1000)
    told: list[Any] = []
    result = comparison.compare(
        "mlp-small", EPOCHS, 1, data, on_epoch=lambda *epoch: told.append(epoch)
    )
    return result, told


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_both_do_the_same(compared: tuple[Comparison, list[Any]]) -> None:
    """float32: rounding at first, which Adam's divisions then magnify."""
    (distances,) = compared[0].distances
    assert {name for name in distances if name.startswith("gradient ")} == {
        f"gradient dense_{i}.{name}" for i in (1, 2, 3) for name in ("kernel", "bias")
    }
    for name, distance in distances.items():
        if not name.startswith("step"):
            assert distance < 1e-5, name
        if name.startswith("step 1 "):
            assert distance < 1e-3, name
    assert sum(name.startswith("step 100 ") for name in distances) == 6
    ours, theirs = (compared[0].accuracies(framework)[0] for framework in ("tinynet", "keras"))
    assert ours > 85
    assert abs(ours - theirs) < 1
    (answers,) = compared[0].answers
    assert np.mean(answers["tinynet"] == answers["keras"]) > 0.98


def test_losses_go_together(compared: tuple[Comparison, list[Any]]) -> None:
    curves = [np.array(compared[0].measured[0][f]["curve"]) for f in ("tinynet", "keras")]
    assert len(curves[0]) == EPOCHS * 7  # 102 batches, a point for every 16
    np.testing.assert_allclose(curves[0][:, 0], curves[1][:, 0])
    np.testing.assert_allclose(curves[0][:, 1], curves[1][:, 1], rtol=0.05)


def test_each_epoch_is_told(compared: tuple[Comparison, list[Any]]) -> None:
    told = compared[1]
    assert [(f, seed, epoch["epoch"]) for f, seed, epoch in told] == [
        ("tinynet", 0, 1),
        ("tinynet", 0, 2),
        ("keras", 0, 1),
        ("keras", 0, 2),
    ]
    assert all(epoch["seconds"] > 0 for *_, epoch in told)


def test_what_is_printed_and_saved(
    compared: tuple[Comparison, list[Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "compare", lambda *_, **__: compared[0])
    folder, extra = tmp_path / "new" / "folder", tmp_path / "numbers.json"
    result = run("compare", "--model", "mlp-small", "--output", folder, "--json", extra)
    assert result.exit_code == 0, result.output
    table = (folder / "comparison.md").read_text()
    for measure in (
        "outputs of the first batch",
        "its gradient dense_1.kernel",
        "weights after 1 step",
        "weights after 10 steps",
        "weights after 100 steps",
        "test accuracy, seed 0",
        "mean test accuracy",
        "test images with the same answer",
        "seconds an epoch",
        "ms for one image, model.predict",
        "ms for one image, model.predict_on_batch",
        "peak memory in MB",
    ):
        assert f"| {measure} |" in table
        assert measure in result.stdout
    for said in ("tensorflow 2.", "numpy ", " cores", "steps_per_execution=16"):
        assert said in table
        assert said in result.stdout
    report = json.loads(extra.read_text())
    assert report == json.loads((folder / "comparison.json").read_text())
    assert report["network"] == "mlp-small"
    assert len(report["rows"]) == table.count("\n| ") - 2
    for framework in ("tinynet", "keras"):
        assert 50 < report["measured"][0][framework]["peak_memory_mb"] < 5000
    for name in ("comparison_curves.png", "agreement.png"):
        with Image.open(folder / name) as picture:
            assert min(picture.size) > 300
    assert sorted(path.name for path in folder.iterdir()) == sorted(comparison.FILES)


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
    with pytest.raises(KerasMissing):
        comparison.compare("cnn", 1, 1)


def test_a_process_that_fails_is_reported_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError) as caught:
        comparison._run_worker("tinynet", tmp_path, print)
    assert "the process that runs tinynet failed with code 1" in str(caught.value)
    assert "job.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_wrong_use(tmp_path: Path) -> None:
    result = run("compare", "--model", "cnn-large")
    assert result.exit_code == 2
    assert "'cnn-large' is not one of cnn, mlp, mlp-small" in result.stderr
    assert run("compare", "--epochs", "0").exit_code == 2
    assert run("compare", "--seeds", "0").exit_code == 2


def test_mean_losses_since_the_start_become_means_of_windows() -> None:
    losses = np.arange(1.0, 41)
    means = {step: losses[:step].mean() for step in range(1, 41)}
    first, second, last = windows(means)
    assert first == (STEPS_PER_CALL / 40, losses[:16].mean())
    assert second == pytest.approx((32 / 40, losses[16:32].mean()))
    assert last == pytest.approx((1, losses[32:].mean()))


def test_ratios_are_readable() -> None:
    assert ratio("s", 3.0, 2.0, "{:.1f}").difference == "1.50 times"
    assert ratio("ms", 0.01, 100.0, "{:.2f}").difference == "1/10,000"
