"""Weights that nobody can make again are weights that nobody can trust."""

import shutil
from pathlib import Path

import pytest

from mnist_app.reading.classifier import INCLUDED, MODEL
from mnist_app.training import included
from mnist_app.training.digit_detector import build_detector
from mnist_app.training.included import DETECTOR, RUNS, WORKERS, distance, main
from tinynet import load_model, save_model

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", INCLUDED)
def test_an_included_file_has_the_settings_of_its_training(name: str) -> None:
    settings = load_model(INCLUDED[name])[1]
    told = dict.fromkeys(("seed", "augment", "styles", "start"), "")  # seed 0
    for option in f"{RUNS[name]} {WORKERS}".removeprefix("--").split(" --"):
        key, _, value = option.partition(" ")
        told[key.replace("-", "_")] = value or "True"
    assert {key: str(settings.get(key) or "") for key in told} == told


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_the_documents_name_the_command(document: str) -> None:
    assert "python -m mnist_app.training.included " in (ROOT / document).read_text("utf-8")


def test_a_number_that_differs_is_seen(tmp_path: Path) -> None:
    model, settings = load_model(INCLUDED["cnn"])
    assert distance(INCLUDED["cnn"], INCLUDED["cnn"]) == 0
    model.parameters()["dense_2.bias"].value[3] += 0.25
    save_model(model, tmp_path / "other.safetensors", settings)
    assert distance(tmp_path / "other.safetensors", INCLUDED["cnn"]) == pytest.approx(0.25)
    assert distance(INCLUDED["cnn-large"], INCLUDED["cnn"]) == float("inf")


def test_what_a_user_does_wrong_gets_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(tmp_path / "file") == 1
    assert capsys.readouterr().err == f"Error: cannot write to '{tmp_path}/file' (File exists)\n"

    def interrupted(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(included, "make", interrupted)
    assert main(tmp_path) == 130
    assert "the same command goes on" in capsys.readouterr().err


@pytest.mark.slow
def test_all_is_made_again_and_an_interrupted_run_goes_on(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    weights = tmp_path / "weights"
    options = f"--data {data} --augment --epochs"
    runs = {"plain": f"{options} 1", "cnn": f"{options} 2 --start plain"}
    monkeypatch.setattr(included, "RUNS", runs)
    monkeypatch.setattr(included, "INCLUDED", {"cnn": weights / "cnn.safetensors"})
    monkeypatch.setattr(included, "WEIGHTS", weights)
    monkeypatch.setattr(included, "train_detector", build_detector)
    included.make(tmp_path / "first")
    weights.mkdir()
    shutil.copy(tmp_path / "first/cnn" / MODEL, weights / "cnn.safetensors")
    shutil.copy(tmp_path / "first" / DETECTOR, weights)

    assert main(tmp_path / "again") == 0
    capfd.readouterr()
    assert main(tmp_path / "again") == 0
    printed = capfd.readouterr().out
    assert printed.count("Resumed after") == 2
    assert printed.endswith("cnn: the same bits\ndigit_detector: the same bits\n")

    runs["cnn"] = f"{options} 3 --start plain"
    assert main(tmp_path / "other") == 1
    assert "cnn: up to 0." in capfd.readouterr().out
    runs["cnn"] = "--model rnn"
    assert main(tmp_path / "wrong") == 2
