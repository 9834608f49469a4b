"""`convert` to ONNX: from files, runs and included models; what it replaces, and what it needs."""

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from mnist_app.training.networks import build_network
from mnist_app.training.run import TrainingRun
from tests.app.conftest import Cli, cli, data, finished, options
from tests.keras.own_layers import LeakyReLU
from tests.onnx.files import by_runtime, random_images
from tinynet import Dense, Flatten, Sequential, save_model

__all__ = ["cli", "data", "finished", "options"]  # fixtures


def test_a_model_with_its_calibration(cli: Cli, tmp_path: Path) -> None:
    model = build_network("mlp")
    source, target = tmp_path / "a.safetensors", tmp_path / "a.onnx"
    save_model(model, source, {"temperature": 3.0})
    result = cli("convert", source, target)
    assert (result.exit_code, result.stdout) == (0, f"Saved {target}\n")
    found = by_runtime(target.read_bytes(), random_images(model, 2))
    powers = np.exp(found.network / 3)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.probabilities, expected, rtol=1e-5)


def test_runs_and_included_models(
    cli: Cli, finished: TrainingRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("convert", finished.folder, "run.onnx").exit_code == 0
    assert cli("convert", "cnn", "cnn.onnx").stdout == "Saved cnn.onnx\n"
    for name in ("run.onnx", "cnn.onnx"):
        onnx.checker.check_model(onnx.load(name), full_check=True)


@pytest.mark.parametrize("name", ["a.onnx", "a.keras"])
def test_only_an_older_file_of_ours_is_replaced(cli: Cli, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_bytes(b"somebody's work")
    result = cli("convert", "cnn", target)
    assert result.exit_code == 2
    assert "was not made by this program, and would be replaced" in result.stderr
    assert target.read_bytes() == b"somebody's work"
    assert cli("convert", "cnn", target, "--overwrite").exit_code == 0
    content = target.read_bytes()
    assert cli("convert", "cnn-large", target).exit_code == 0
    assert target.read_bytes() != content


def test_a_model_of_ours_may_be_replaced_too(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "a.safetensors"
    assert cli("convert", "cnn", tmp_path / "a.keras").exit_code == 0
    for _ in range(2):
        assert cli("convert", tmp_path / "a.keras", target).exit_code == 0


def test_the_input_is_not_replaced(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "a.safetensors"
    save_model(build_network("mlp-small"), source)
    (tmp_path / "a.onnx").hardlink_to(source)
    result = cli("convert", source, tmp_path / "a.onnx", "--overwrite")
    assert result.exit_code == 2
    assert "is to be read, and would be replaced" in result.stderr


def test_an_onnx_file_is_no_input(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.onnx").touch()
    result = cli("convert", tmp_path / "a.onnx", tmp_path / "a.safetensors")
    assert result.exit_code == 2
    assert "one must end in .safetensors, the other in .keras, or OUT in .onnx" in result.stderr


def test_a_layer_without_a_twin_is_one_line(cli: Cli, tmp_path: Path) -> None:
    model = Sequential([Flatten(), LeakyReLU(0.5), Dense(10)], (28, 28, 1))
    save_model(model, tmp_path / "a.safetensors")
    result = cli("convert", tmp_path / "a.safetensors", tmp_path / "a.onnx")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "the ONNX file has no place for the layer LeakyReLU(" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]


def test_without_onnx(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    result = cli("convert", "cnn", tmp_path / "a.onnx")
    assert result.exit_code == 1
    assert result.stderr == (
        'Error: onnx is not installed; install the extra "onnx": '
        'python -m pip install "tinynet-mnist[onnx]"\n'
    )
    assert not list(tmp_path.iterdir())


def test_help_names_the_extra(cli: Cli) -> None:
    assert '(the extra "onnx")' in " ".join(cli("convert", "--help").stdout.split())
