"""The program as a process: pipes that close, signals, terminals, full disks, strange names."""

import json
import os
import pty
import re
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mnist_app.reading.classifier import MODEL
from mnist_app.training.folder import CHECKPOINT, LAST
from mnist_app.training.run import TrainingRun
from tests.app.processes import PROGRAM, TIMEOUT, running, wait_for

TRAIN = [*PROGRAM, "train", "--model=mlp-small", "--batch-size=8", "--workers=1"]
ROOT = Path(__file__).parents[2]


def test_children_hear_ctrl_c_where_the_tests_ignore_it() -> None:
    ask = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with running([sys.executable, "-c", ask]) as process:
            assert process.communicate(timeout=TIMEOUT) == ("True\n", "")
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_test_that_fails_leaves_no_process() -> None:
    with (
        pytest.raises(ZeroDivisionError),
        running([sys.executable, "-c", "import time; time.sleep(600)"]) as process,
    ):
        _ = 1 / 0
    assert process.returncode == -signal.SIGKILL


def test_ctrl_c_ends_a_training_in_one_line(tmp_path: Path, data: Path) -> None:
    command = [*TRAIN, "--epochs=1000", f"--data={data}", f"--output={tmp_path}"]
    with running(command) as process:
        wait_for(tmp_path / LAST, process)  # the last file of an epoch
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130
    assert errors.startswith("Interrupted after ")
    assert errors.endswith(
        f" of 1000 epochs; to go on: python -m mnist_app train --resume --output {tmp_path}\n"
    )
    assert errors.count("\n") == 1
    assert "\x1b" not in output
    epochs = int(errors.split()[2])
    with (tmp_path / "history.csv").open() as file:
        assert len(file.readlines()) in (epochs, 1 + epochs)  # the last may not be written yet
    assert set(os.listdir(tmp_path)) == {CHECKPOINT, MODEL, LAST, "history.csv"}


def test_ctrl_c_while_waiting_for_a_picture(finished: TrainingRun) -> None:
    command = [*PROGRAM, "predict", "--model", finished.folder, finished.folder / "digit.png", "-"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with running(command, stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline()  # the first answer is there, the second is waited for
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130
    assert errors == ""


def test_ctrl_c_while_starting(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    process = subprocess.run(PROGRAM, capture_output=True, env=environment, timeout=TIMEOUT)
    assert (process.stdout, process.stderr, process.returncode) == (b"", b"", 130)


@pytest.mark.parametrize("command", ["--help", "train", "evaluate", "predict"])
def test_a_reader_that_leaves_is_no_error(
    tmp_path: Path, data: Path, finished: TrainingRun, command: str
) -> None:
    arguments: dict[str, list[Any]] = {
        "--help": ["--help"],
        "train": ["train", "--model=mlp-small", f"--data={data}", f"--output={tmp_path / 'run'}"],
        "evaluate": ["evaluate", finished.folder, f"--data={data}"],
        "predict": ["predict", "--model", finished.folder, finished.folder / "digit.png"],
    }
    reader, writer = os.pipe()
    os.close(reader)  # nobody has ever listened
    process = subprocess.run(
        [*PROGRAM, *arguments[command]],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=TIMEOUT,
    )
    os.close(writer)
    assert process.stderr == ""
    assert process.returncode == 1


def test_a_full_disk_is_one_line(tmp_path: Path, data: Path) -> None:
    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    process = subprocess.run(
        [*TRAIN, f"--data={data}", f"--output={tmp_path / 'run'}"],
        preexec_fn=small_files_only,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert process.stderr == f"Error: '{tmp_path / 'run' / CHECKPOINT}': File too large\n"
    assert process.returncode == 1
    assert os.listdir(tmp_path / "run") == []


def test_a_full_standard_output_is_one_line(finished: TrainingRun) -> None:
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [*PROGRAM, "predict", "--model", finished.folder, finished.folder / "digit.png"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT,
        )
    assert process.stderr == "Error: No space left on device\n"
    assert process.returncode == 1


def test_names_and_terminals_that_know_no_utf8(tmp_path: Path, finished: TrainingRun) -> None:
    name = os.fsencode(tmp_path) + b"/sept\xe9.png"
    with open(name, "wb") as file:
        file.write((finished.folder / "digit.png").read_bytes())
    command: list[Any] = [*PROGRAM, "predict", "--model", finished.folder, name, name + b".jpg"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    process = subprocess.run(command, capture_output=True, env=environment, timeout=TIMEOUT)
    assert process.returncode == 1
    lines = process.stdout.decode("ascii").splitlines()
    assert lines[0].startswith(f"{tmp_path}/sept")
    assert ".png: 7, " in lines[0]
    assert max(line.count("#") for line in lines) > 20
    assert process.stderr.decode("ascii").startswith(f"Error: cannot read '{tmp_path}/sept")
    process = subprocess.run([*command, "--json"], capture_output=True, timeout=TIMEOUT)
    answers = [json.loads(line) for line in process.stdout.splitlines()]
    assert [os.fsencode(answer["image"]) for answer in answers] == [name, name + b".jpg"]
    strange = os.fsencode(tmp_path) + b"/r\xe9seau.safetensors"
    Path(os.fsdecode(strange)).write_bytes((finished.folder / MODEL).read_bytes())
    process = subprocess.run([*PROGRAM, "evaluate", strange], capture_output=True, timeout=TIMEOUT)
    assert process.stderr == b""
    assert process.stdout.startswith(os.fsencode(tmp_path) + b"/r\\udce9seau.safetensors on mnist")


def on_a_terminal(command: list[Any], typed: bytes = b"") -> tuple[str, int]:
    """What a command shows on a terminal of 100 columns, with its exit code."""
    ours, theirs = pty.openpty()
    size = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    ends = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "env": {**os.environ, **size}}
    with running(command, start_new_session=True, **ends) as process:
        os.close(theirs)
        os.write(ours, typed)
        shown = b""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    shown += os.read(ours, 4096)
                except OSError:  # the other side is closed
                    break
        os.close(ours)
        return shown.decode(), process.wait(TIMEOUT)


def test_a_terminal_shows_a_live_bar(tmp_path: Path, data: Path) -> None:
    command = [*TRAIN, "--epochs=9", f"--data={data}", f"--output={tmp_path / 'run'}"]
    shown, code = on_a_terminal(command)
    assert code == 0
    figures = r"loss \d\.\d{4}  accuracy \d+\.\d\d %  [\d,]+ images/s  \d:\d\d left"
    assert re.search(rf"epoch \d/9 .*━.* {figures}", shown)
    for epoch in range(1, 10):
        assert shown.count(f"   {epoch}/9  ") == 1  # the line of an epoch stays
    assert shown.endswith("digit.png\r\n")


def test_a_terminal_asks_for_a_picture(finished: TrainingRun) -> None:
    shown, code = on_a_terminal(
        [*PROGRAM, "predict", "--model", finished.folder],
        typed=f"'{finished.folder}/digit.png'\n".encode(),
    )
    assert code == 0
    assert "Path of a picture of a digit: " in shown
    assert f"{finished.folder}/digit.png: 7, " in shown


def test_standard_input_without_end() -> None:
    with open("/dev/zero", "rb") as zeros:
        process = subprocess.run(
            [*PROGRAM, "predict", "-"],
            stdin=zeros, capture_output=True, text=True, timeout=TIMEOUT,
        )  # fmt: skip
    assert process.returncode == 1
    assert process.stderr == "Error: standard input has more than 128 MiB; expected one picture\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams(finished: TrainingRun, tmp_path: Path, closed: str) -> None:
    figure = tmp_path / "figure.png"
    script = f'exec "$@" {closed}'
    command = [*PROGRAM, "predict", "--model", finished.folder, finished.folder / "digit.png"]
    process = subprocess.run(
        ["sh", "-c", script, "sh", *map(str, command), "--save-figure", str(figure), "-"],
        capture_output=True, text=True, timeout=TIMEOUT, input="",
    )  # fmt: skip
    assert process.returncode == 1  # standard input holds no picture
    assert "Traceback" not in process.stderr
    assert (": 7, " in process.stdout) == (">&-" not in closed.replace("2>&-", ""))
    assert ("is empty" in process.stderr) == ("2>&-" not in closed)
    assert figure.stat().st_size > 5000


def test_no_word_of_matplotlib_without_a_home(finished: TrainingRun, tmp_path: Path) -> None:
    unset = ("MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    command = [*PROGRAM, "predict", "--model", finished.folder, finished.folder / "digit.png"]
    process = subprocess.run(
        list(map(str, [*command, "--save-figure", tmp_path / "figure.png"])),
        env={**environment, "HOME": "/nonexistent"}, capture_output=True, text=True,
        timeout=TIMEOUT,
    )  # fmt: skip
    assert (process.returncode, process.stderr) == (0, "")


def test_a_terminal_counts_pictures(finished: TrainingRun, tmp_path: Path) -> None:
    picture = tmp_path / "digit.png"
    picture.write_bytes((finished.folder / picture.name).read_bytes())
    (tmp_path / "labels.csv").write_text("file,label\n" + "digit.png,7\n" * 9)
    model = ["--model", finished.folder]
    shown, code = on_a_terminal([*PROGRAM, "score", tmp_path / "labels.csv", *model])
    assert code == 0
    assert re.search(r"Reading .*━.*\d/9", shown)
    arguments = [picture, tmp_path / "none.png", picture]
    shown, code = on_a_terminal([*PROGRAM, "predict", *model, *arguments])
    assert code == 1
    assert "━" not in shown
    for place in (1, 3):
        assert f"{place}/3  {picture}: 7, " in shown
    shown, _ = on_a_terminal([*PROGRAM, "predict", *model, picture])
    assert re.search(rf"^\W*(\[1m)?{picture}: 7, ", shown)


def test_a_bar_where_answers_go_elsewhere(finished: TrainingRun, tmp_path: Path) -> None:
    picture = finished.folder / "digit.png"
    arguments = ["--model", finished.folder, picture, tmp_path / "none.png", picture, picture]
    command = [*PROGRAM, "predict", *arguments, "--json"]
    answers = tmp_path / "answers"
    shown, code = on_a_terminal(["sh", "-c", 'exec "$@" > "$0"', answers, *command])
    assert code == 1
    assert len(answers.read_text().splitlines()) == 4
    assert re.search(r"Reading .*━.*\d/4", shown)
    command.remove("--json")
    shown, _ = on_a_terminal(["sh", "-c", 'exec "$@" > "$0"', answers, *command])
    assert re.search(r"\x1b\[2KError: cannot read", shown)  # on a line that the bar has left
    assert answers.read_text().count(": 7, ") == 3
