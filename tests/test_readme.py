"""What the README says is run: its example, its commands, and the accuracy that it promises."""

import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from mnist_app.cli import app
from tests.app.idx_files import write_dataset
from tinynet import train_step

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
EXAMPLES = [block for language, block in BLOCKS if language == "python"]
LINES = [line for language, block in BLOCKS if language == "" for line in block.splitlines()]
COMMANDS = [shlex.split(line, comments=True) for line in LINES if line.startswith("python -m")]
PROGRAM = [command[3:] for command in COMMANDS if command[2] == "mnist_app"]
QUICK = {  # what makes a command fit for a test run, where it is not quick by itself
    "train": ("--epochs=1", "--data=little"),
    "compare": ("--help",),
    "page": ("--help",),
    "benchmarks": ("--help",),
}


def run(arguments: list[str], folder: Path) -> str:
    """The standard output of `python` with these arguments, in a folder."""
    process = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=600
    )
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    return process.stdout


def test_the_example_trains_a_network(tmp_path: Path) -> None:
    output = run(["-c", EXAMPLES[0]], tmp_path)
    found = re.search(r"test accuracy ([\d.]+)%", output)
    assert found is not None
    assert float(found[1]) > 95


def test_a_layer_of_ones_own_is_checked_trained_saved_and_loaded(tmp_path: Path) -> None:
    layer = re.search(r"class LeakyReLU.*?\n\n\n", EXAMPLES[1], re.DOTALL)
    assert layer is not None
    assert len([line for line in layer[0].splitlines() if line.strip()]) <= 15
    training = """
from tinynet import SGD, evaluate, fit
x = np.random.default_rng(0).normal(size=(300, 4)).astype(np.float32)
labels = np.argmax(np.abs(x[:, :3]), axis=1)
before, _ = evaluate(model, x, labels)
fit(model, x, labels, epochs=20, batch_size=16, optimizer=SGD(0.1))
print("loss", evaluate(model, x, labels)[0] / before)
"""
    output = run(["-c", EXAMPLES[1] + training], tmp_path)
    assert "LeakyReLU(slope=0.2)" in output
    assert float(output.split()[-1]) < 0.7
    loading = "from tinynet import load_model; load_model('leaky.safetensors')"
    process = subprocess.run(
        [sys.executable, "-c", loading], cwd=tmp_path, capture_output=True, text=True
    )
    assert "unknown layer 'LeakyReLU'" in process.stderr
    assert "Import the file that defines it first" in process.stderr


def test_the_step_that_is_shown_is_the_step() -> None:
    (shown,) = [block for language, block in BLOCKS if block.startswith("outputs = ")]
    source = inspect.getsource(train_step)
    assert shown.split() == source.split()[-len(shown.split()) - 3 : -3]


def test_the_lines_to_read_are_as_many_as_it_says() -> None:
    printed = run(["docs/reading_path.py"], ROOT)
    for line in printed.splitlines()[:2]:
        assert f"| {line.split(': ')[1]} |" in README
    way = "train_step (training.py) -> Sequential.backward_parameters (model.py) -> Conv2D.backward"
    assert way in printed


def test_every_command_of_the_program_is_shown() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert {name for name, *_ in PROGRAM} == set(commands)


@pytest.mark.slow
def test_the_commands_of_the_program_run_in_the_order_shown(tmp_path: Path) -> None:
    write_dataset(tmp_path / "little")
    run(["-m", "mnist_app", "train", *QUICK["train"]], tmp_path)
    (tmp_path / "photos").mkdir()
    for place in ("digit.png", "photos/seven.png"):
        shutil.copy(tmp_path / "runs/cnn/digit.png", tmp_path / place)
    (tmp_path / "labels.csv").write_text("file,label\ndigit.png,7\n")
    for name, *arguments in PROGRAM:
        if name == "train":
            shutil.rmtree(tmp_path / "runs", ignore_errors=True)
            run(["-m", "mnist_app", "train", *QUICK["train"]], tmp_path)
            output = ["--output=elsewhere"]
            shutil.rmtree(tmp_path / "elsewhere", ignore_errors=True)
            run(["-m", "mnist_app", "train", *arguments, *QUICK["train"], *output], tmp_path)
        else:
            run(["-m", "mnist_app", name, *arguments, *QUICK.get(name, ())], tmp_path)


def test_other_commands_exist(tmp_path: Path) -> None:
    for _, _, module, *arguments in COMMANDS:
        if module in ("benchmarks", "tutorials"):
            run(["-m", module, *arguments, *QUICK.get(module, ())], ROOT)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "least"), [("cnn", 0.988), ("mlp", 0.98), ("mlp-small", 0.967)])
def test_the_default_training_reaches_what_is_promised(
    tmp_path: Path, model: str, least: float
) -> None:
    run(["-m", "mnist_app", "train", "--model", model], tmp_path)
    metrics = json.loads((tmp_path / "runs" / model / "metrics.json").read_text())
    assert metrics["test"]["accuracy"] >= least
