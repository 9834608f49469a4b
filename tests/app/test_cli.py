"""The command line in this process: what it prints, its exit codes, each error in its one line."""

import json
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_app.cli import app
from mnist_app.cli.training_display import TrainingDisplay, duration, fitting
from mnist_app.reading.classifier import MODEL
from mnist_app.text import percent
from mnist_app.training.folder import CONFUSION, FILES, MISTAKES
from mnist_app.training.networks import NETWORKS
from mnist_app.training.run import TrainingRun
from tests.app.conftest import Cli
from tests.app.idx_files import NAMES, idx_bytes, mnist, write_dataset
from tinynet import Dense, Epoch, History, Sequential, __version__, load_model, save_model

COMMANDS = [command.callback.__name__ for command in app.registered_commands if command.callback]
QUICK = ("--model=mlp-small", "--epochs=2", "--batch-size=32", "--workers=1")


@pytest.fixture(scope="session")
def digit(finished: TrainingRun) -> Path:
    """A picture of a 7."""
    return finished.folder / "digit.png"


# --- help, and wrong usage ------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_help(cli: Cli, command: str) -> None:
    result = cli(command, "--help")
    assert result.exit_code == 0
    lines = [line for line in result.stdout.splitlines() if line.startswith("│ --")]
    assert lines
    for line in lines:
        option, text = line.strip("│ ").split(None, 1)
        assert len(text.split()) > 3, f"{command} {option} has no help"


def test_without_a_command_there_is_help(cli: Cli) -> None:
    result = cli()
    assert result.exit_code == 0
    for command in COMMANDS:
        assert f"│ {command}" in result.stdout


def test_flags_take_no_value_in_help_either(cli: Cli) -> None:
    for arguments in (["--help"], *([command, "--help"] for command in COMMANDS)):
        assert "bool" not in cli(*arguments).stdout


def test_the_version(cli: Cli) -> None:
    assert cli("--version").stdout == f"tinynet-mnist {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "7.png", "--save-figure", ""), ("predict", "7.png", "--explain="),
        ("predict", "7.png", "--model", ""), ("evaluate", ""), ("evaluate", "--output", ""),
        ("evaluate", "--data", ""), ("score", ""), ("score", "labels.csv", "--output", ""),
        ("compare", "--json", ""), ("compare", "--output", ""), ("convert", "", "a.keras"),
        ("convert", "cnn", ""), ("train", "--output", ""), ("train", "--data", ""),
    ],
)  # fmt: skip
def test_an_empty_path_is_not_the_folder_one_is_in(cli: Cli, arguments: tuple[str, ...]) -> None:
    result = cli(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: Invalid value for ")
    assert f": it is empty (see 'mnist_app {arguments[0]} --help')\n" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("tain", "No such command 'tain'. Did you mean 'train'? (see 'mnist_app --help')"),
        ("train --bogus", "No such option: --bogus (see 'mnist_app train --help')"),
        ("train --learning-rate 0", "Invalid value for '--learning-rate': 0 is not a positive "
         "number (see 'mnist_app train --help')"),
        ("train --learning-rate nan", "Invalid value for '--learning-rate': nan is not a positive "
         "number (see 'mnist_app train --help')"),
        ("train --validation-split 1", "Invalid value for '--validation-split': 1 is not in the "
         "range 0<=x<1 (see 'mnist_app train --help')"),
        ("train --validation-split nan", "Invalid value for '--validation-split': nan is not in "
         "the range 0<=x<1 (see 'mnist_app train --help')"),
        ("train --model rnn", f"Invalid value for '--model': 'rnn' is not one of "
         f"{', '.join(NETWORKS)} (see 'mnist_app train --help')"),
        ("predict", "Invalid value for 'IMAGE...': missing; give pictures, folders of pictures, "
         "or - for standard input (see 'mnist_app predict --help')"),
        ("predict 7.png --save-figure seven.docx", "Invalid value for '--save-figure': "
         "'seven.docx' must end in one of .png, .jpg, .webp, .svg, .pdf "
         "(see 'mnist_app predict --help')"),
        ("predict 7.png --save-figure no/7.png", "Invalid value for '--save-figure': there is no "
         "folder 'no' (see 'mnist_app predict --help')"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line_and_exit_code_2(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli(*arguments.split())
    assert result.stderr == f"Error: {message}\n"
    assert result.stdout == ""
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        "train --epochs 0",
        "train --epochs many",
        "train --batch-size 0",
        "train --workers 0",
        "train --workers 257",
        "train --seed -1",
        "train --learning-rate fast",
        "train --output file",
        "evaluate --output file",
    ],
)
def test_a_wrong_value_names_its_option(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    command, option, value = arguments.split()
    result = cli(command, option, value)
    assert result.stderr.startswith(f"Error: Invalid value for '{option}': ")
    assert result.stderr.endswith(f" (see 'mnist_app {command} --help')\n")
    assert result.stderr.count("\n") == 1
    assert result.exit_code == 2


# --- train ----------------------------------------------------------------------------------


def test_train_prints_plain_lines_and_commands_that_work(
    cli: Cli, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("train", *QUICK, "--augment", "--data", data, "--output", "my runs/first")
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0] == "mlp-small on little"
    assert "900 images to train on, 100 for validation, 200 to test; workers: 1" in lines
    rows = [line.split() for line in lines if line.strip().startswith(("1/2", "2/2"))]
    assert [row[0] for row in rows] == ["1/2", "2/2"]
    metrics = json.loads(Path("my runs/first/metrics.json").read_text())
    assert [line for line in lines if line.startswith("Test accuracy")] == [
        f"Test accuracy {100 * metrics['test']['accuracy']:.2f} % ({metrics['test']['mistakes']} "
        f"of 200 wrong), loss {metrics['test']['loss']:.4f}, after epoch {metrics['best_epoch']}"
    ]
    assert "Saved in my runs/first:" in lines
    for name in FILES:
        assert any(line.startswith(f"  {name} ") for line in lines)
        assert Path("my runs/first", name).is_file()
    following = [line.strip() for line in lines[lines.index("Next:") + 1 :]]
    assert following == [
        f"python -m mnist_app evaluate 'my runs/first' --data {data}",
        "python -m mnist_app predict --model 'my runs/first' 'my runs/first/digit.png'",
    ]
    for command in following:
        assert cli(*shlex.split(command)[3:]).exit_code == 0


def test_train_goes_to_runs_by_default_and_resumes_there(
    cli: Cli, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("train", *QUICK, "--data", data).exit_code == 0
    again = cli("train", "--model=mlp-small")
    assert again.exit_code == 1
    assert again.stderr == (
        "Error: 'runs/mlp-small' already holds a run (model.safetensors); continue it with "
        "--resume, or give another folder with --output\n"
    )
    more = cli("train", "--model=mlp-small", "--resume")
    assert more.exit_code == 0
    assert "Resumed after 2 of 2 epochs" in more.stdout
    other = cli("train", "--model=mlp-small", "--resume", "--seed=0", "--batch-size=64")
    assert other.exit_code == 1
    assert other.stderr == (
        "Error: the run in 'runs/mlp-small' has --batch-size 32, not 64; resume it without this "
        "option, or start another run with --output\n"
    )


def test_ctrl_c_says_how_to_go_on(
    cli: Cli, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = TrainingDisplay.on_batch

    def interrupt(self: TrainingDisplay, progress: object) -> None:
        show(self, progress)  # type: ignore[arg-type]
        if progress.epoch == 2:  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(TrainingDisplay, "on_batch", interrupt)
    result = cli("train", *QUICK, "--data", data, "--output", "it's")
    assert result.exit_code == 130
    assert result.stderr == (
        "Interrupted after 1 of 2 epochs; to go on: python -m mnist_app train --resume --output "
        "'it'\"'\"'s'\n"
    )
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert cli("train", "--resume", "--output", "it's").exit_code == 0
    whole = cli("train", *QUICK, "--data", data, "--output", "whole")
    assert whole.exit_code == 0
    assert (tmp_path / "whole" / MODEL).read_bytes() == (tmp_path / "it's" / MODEL).read_bytes()


def test_ctrl_c_in_the_first_epoch(cli: Cli, tmp_path: Path, data: Path) -> None:
    def interrupt(self: TrainingDisplay, progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrainingDisplay, "on_batch", interrupt)
        result = cli("train", *QUICK, "--data", data, "--output", tmp_path / "run")
    assert result.exit_code == 130
    assert result.stderr == "Interrupted in the first epoch; nothing was saved.\n"


def test_labels_that_cannot_be_learned_are_said_before_training(cli: Cli, tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "letters", 60, 20)
    letters = np.resize(np.arange(1, 27, dtype=np.uint8), 60)
    (data / NAMES[1]).write_bytes(idx_bytes(letters))
    result = cli("train", *QUICK, "--data", data, "--output", tmp_path / "run")
    assert result.stderr == (
        "Note: no training image has the label 0, which the network cannot learn; are the labels "
        "right?\n"
    )
    assert result.exit_code == 0


def test_the_best_epoch_so_far_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    history = History()
    with TrainingDisplay(3, 100) as display:
        for number, accuracy in enumerate((0.5, 0.7, 0.6), start=1):
            history.epochs.append(Epoch(number, 1.0, 0.9, 1.0, accuracy))
            display.on_epoch(history)
    _, *lines = capsys.readouterr().out.splitlines()
    assert [line.endswith("  best") for line in lines] == [True, True, False]


def test_too_little_memory_is_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("mnist_app.reading.predict.decode", decode)
    result = cli("predict", "7.png")
    assert result.stderr == "Error: there is not enough memory for this\n"
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--data {tmp}/nowhere", "'{tmp}/nowhere' is not a folder; {expected} in it"),
        ("--data {tmp}", "'{tmp}' has no file of train images; {expected}"),
        ("--resume", "'{tmp}/run' has no checkpoint.safetensors to resume from; "
         "train without --resume"),
        ("--learning-rate 1e30 --data {data}", "training diverged: the loss of epoch 1 is not a "
         "number any more; try a --learning-rate below 1e+30"),
        ("--validation-split 0.0001 --data {data}", "the data set 'little' has 1,000 training "
         "images; a validation split of 0.0001 leaves none of them on one side; with "
         "--validation-split 0, all of them train"),
        ("--data {data} --output {tmp}/file/run", "'{tmp}/file/run': Not a directory"),
        ("--data {data} --output /proc/run", "'/proc/run': No such file or directory"),
    ],
)  # fmt: skip
def test_what_train_cannot_do_is_one_line(
    cli: Cli, tmp_path: Path, data: Path, arguments: str, message: str
) -> None:
    expected = (
        "expected the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, "
        "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, gzipped (.gz) or not, or a folder of "
        "pictures for each class"
    )
    (tmp_path / "file").touch()
    given = shlex.split(arguments.format(tmp=tmp_path, data=data))
    result = cli("train", "--model=mlp-small", "--output", tmp_path / "run", *given)
    assert result.stderr == f"Error: {message.format(tmp=tmp_path, expected=expected)}\n"
    assert result.exit_code == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "file"]


# --- evaluate -------------------------------------------------------------------------------


def test_evaluate_prints_figures_and_the_confusion_matrix(
    cli: Cli, finished: TrainingRun, data: Path, tmp_path: Path
) -> None:
    result = cli("evaluate", finished.folder, "--data", data, "--output", tmp_path / "a" / "b")
    assert result.exit_code == 0
    report = json.loads((finished.folder / "metrics.json").read_text())["test"]
    lines = result.stdout.splitlines()
    assert lines[0] == f"{finished.folder / MODEL} on little"
    assert lines[1] == (
        f"accuracy {100 * report['accuracy']:.2f} % ({report['mistakes']} of 200 wrong), "
        f"loss {report['loss']:.4f}, "
        f"expected calibration error {report['calibration_error']:.4f}"
    )
    start = lines.index("Confusion matrix: a row a label, a column an answer") + 3
    matrix = [
        [0 if count == "." else int(count) for count in line.split()[1:]]
        for line in lines[start : start + 10]
    ]
    assert matrix == report["confusion_matrix"]
    one = report["classes"][1]
    assert next(line.split() for line in lines if line.startswith("1 ")) == [
        "1", str(one["images"]),
        *" ".join(percent(one[name]) for name in ("precision", "recall", "f1")).split(),
    ]  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "a" / "b").iterdir()) == sorted([CONFUSION, MISTAKES])


def test_evaluate_prints_one_json_object(cli: Cli, finished: TrainingRun, data: Path) -> None:
    result = cli("evaluate", finished.folder / MODEL, "--data", data, "--json")
    report = json.loads(result.stdout)
    assert report["model"] == str(finished.folder / MODEL)
    assert report["data"] == "little"
    metrics = json.loads((finished.folder / "metrics.json").read_text())
    assert {name: report[name] for name in metrics["test"]} == metrics["test"]


def test_evaluate_measures_calibrated_confidence(
    cli: Cli, forgetful: TrainingRun, data: Path
) -> None:
    report = json.loads(cli("evaluate", forgetful.folder, "--data", data, "--json").stdout)
    metrics = json.loads((forgetful.folder / "metrics.json").read_text())
    assert report["calibration_error"] == pytest.approx(metrics["test"]["calibration_error"])


def test_what_is_no_model_is_one_line(
    cli: Cli, finished: TrainingRun, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.safetensors").write_text("hello")
    whole = (finished.folder / MODEL).read_bytes()
    (tmp_path / "half.safetensors").write_bytes(whole[: len(whole) // 2])
    save_model(Sequential([Dense(10)], (784,)), tmp_path / "flat.safetensors")
    settings = {"temperature": "hot"}
    save_model(load_model(finished.folder / MODEL)[0], tmp_path / "hot.safetensors", settings)
    for name, message in {
        "empty": f"'{tmp_path}/empty' has no model.safetensors; expected the folder of a training "
        "run",
        "text.safetensors": f"{tmp_path}/text.safetensors: not a whole safetensors file",
        "half.safetensors": f"{tmp_path}/half.safetensors: not a whole safetensors file",
        "flat.safetensors": f"'{tmp_path}/flat.safetensors' maps (784,) to (10,); expected a "
        "network that maps a picture, (28, 28, 1), to one number a class",
        "hot.safetensors": f"'{tmp_path}/hot.safetensors': the temperature must be a number. "
        "Received: 'hot'",
        "none": f"there is no model '{tmp_path}/none'; expected a .safetensors file, the folder of "
        "a training run, or the name of an included model (",
    }.items():
        for command in (
            ["evaluate", tmp_path / name],
            ["predict", "--model", tmp_path / name, "x"],
        ):
            result = cli(*command)
            assert result.exit_code == 1
            assert result.stderr.startswith(f"Error: {message}")
            assert result.stderr.count("\n") == 1
            assert result.stdout == ""


def test_evaluate_on_data_with_more_classes(
    cli: Cli, finished: TrainingRun, tmp_path: Path
) -> None:
    letters = write_dataset(tmp_path / "letters", 30, 20)
    (letters / NAMES[3]).write_bytes(idx_bytes(np.arange(6, 26, dtype=np.uint8)))
    result = cli("evaluate", finished.folder, "--data", letters)
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: the model knows 10 classes, the data set 'letters' has 26; expected the data that "
        "the model was trained on\n"
    )


# --- predict --------------------------------------------------------------------------------


def test_predict_draws_ten_bars(cli: Cli, finished: TrainingRun, digit: Path) -> None:
    result = cli("predict", "--model", finished.folder, digit)
    assert result.exit_code == 0
    first, *bars = result.stdout.splitlines()
    assert first.startswith(f"{digit}: 7, ")
    assert [int(line.split()[0]) for line in bars] == list(range(10))
    shares = [float(line.split()[1]) for line in bars]
    assert sum(shares) == pytest.approx(100, abs=0.1)
    lengths = [line.count("█") for line in bars]
    assert lengths.index(max(lengths)) == 7
    assert max(lengths) == pytest.approx(40 * shares[7] / 100, abs=1)


def test_predict_prints_one_json_object_a_line_and_goes_on(
    cli: Cli, finished: TrainingRun, digit: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index in (1, 2):
        Image.fromarray(255 - mnist().test_images[index]).save(folder / f"{index}.PNG")
    (folder / "1b.png").write_text("no picture")
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_text("no picture")
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty").mkdir()
    arguments = [
        tmp_path / "text.png", folder, tmp_path / "none.png", tmp_path / "empty", "-",
        tmp_path / "blank.png", digit,
    ]  # fmt: skip
    result = cli(
        "predict", "--model", finished.folder, "--json", *arguments, stdin=digit.read_bytes()
    )
    assert result.exit_code == 1
    assert result.stderr == ""
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["image"] for answer in answers] == [
        str(tmp_path / "text.png"), str(folder / "1.PNG"), str(folder / "1b.png"),
        str(folder / "2.PNG"),
        str(tmp_path / "none.png"), str(tmp_path / "empty"), "-", str(tmp_path / "blank.png"),
        str(digit),
    ]  # fmt: skip
    for index in (0, 2, 4, 5):
        assert set(answers[index]) == {"image", "error"}
        assert "\n" not in answers[index]["error"]
    for index, expected in ((1, 2), (3, 1), (6, 7), (8, 7)):
        answer = answers[index]
        assert set(answer) == {"image", "digit", "confidence", "probabilities", "problem"}
        assert answer["problem"] is None
        assert answer["digit"] == expected == int(np.argmax(answer["probabilities"]))
        assert answer["confidence"] == max(answer["probabilities"])
        assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert answers[7]["digit"] is None
    assert answers[7]["confidence"] is None
    assert answers[7]["problem"] == "nothing drawn"


def test_predict_says_what_is_wrong_and_goes_on(
    cli: Cli, finished: TrainingRun, digit: Path, tmp_path: Path
) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    (tmp_path / "folder").mkdir()
    names = [tmp_path / "none.png", tmp_path / "folder", tmp_path / "blank.png", digit]
    result = cli("predict", "--model", finished.folder, *names)
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: cannot read '{tmp_path}/none.png': No such file or directory; expected the path "
        "of a picture file\n"
        f"Error: the folder '{tmp_path}/folder' has no pictures; expected files ending in .png, "
        ".jpg, .gif, .webp, .tif, .bmp or the like\n"
    )
    lines = result.stdout.splitlines()
    assert lines[0] == f"{tmp_path}/blank.png: nothing drawn"
    assert lines[1].startswith(f"{digit}: 7, ")


@pytest.mark.parametrize("name", ["figure.png", "figure.SVG", "figure.pdf"])
def test_predict_saves_a_figure(
    cli: Cli, finished: TrainingRun, digit: Path, tmp_path: Path, name: str
) -> None:
    arguments = ["--model", finished.folder, "--save-figure", tmp_path / name]
    result = cli("predict", *arguments, tmp_path / "none.png", digit, digit)
    assert result.exit_code == 1
    assert (tmp_path / name).stat().st_size > 5000
    before = (tmp_path / name).read_bytes()
    assert cli("predict", *arguments, digit).exit_code == 0
    assert (tmp_path / name).read_bytes() != before
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """Where the tests run in the background, they may have been told to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_in_a_finalizer_while_drawing(
    cli: Cli,
    finished: TrainingRun,
    digit: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hears_ctrl_c: None,
) -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)
            sum(range(10))  # where Python raises what the signal asked for, to no avail

    def draw(*_: object) -> None:
        Finalized()
        for _pause in range(300):  # until it is raised once more; a lost one never is
            time.sleep(0.01)

    monkeypatch.setattr(sys.modules["mnist_app.cli.predict"], "draw_answers", draw)
    figure = tmp_path / "figure.png"
    result = cli("predict", "--model", finished.folder, digit, "--save-figure", figure)
    assert result.exit_code == 130
    assert result.stderr.strip() == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (57, "loss 0.1234  accuracy 98.12 %  12,345 images/s  0:12 left"),
        (45, "loss 0.1234  accuracy 98.12 %  0:12 left"),
        (38, "loss 0.1234  0:12 left"),
        (15, "loss 0.1234"),
    ],
)
def test_a_narrow_bar_drops_whole_figures(width: int, shown: str) -> None:
    parts = ("loss 0.1234", "accuracy 98.12 %", "12,345 images/s", "0:12 left")
    assert fitting(width, *parts) == shown


def test_durations() -> None:
    assert [duration(s) for s in (0.4, 59.6, 75, 3675)] == ["0:00", "1:00", "1:15", "1:01:15"]


def test_train_begins_with_the_networks_own_learning_rate(
    cli: Cli, tmp_path: Path, data: Path
) -> None:
    def rate(name: str, *options: str) -> float:
        result = cli("train", *QUICK, *options, "--data", data, "--output", tmp_path / name)
        assert result.exit_code == 0
        found: float = json.loads((tmp_path / name / "metrics.json").read_text())["options"][
            "learning_rate"
        ]
        return found

    assert rate("own") == 0.003
    assert rate("given", "--learning-rate=0.01") == 0.01
