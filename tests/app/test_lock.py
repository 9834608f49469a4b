"""Only one training has a folder: the second is told who has it, and a dead one has none."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from mnist_app.training import lock
from mnist_app.training.folder import CHECKPOINT, RunError
from mnist_app.training.lock import LOCK, alone_in
from tests.app.conftest import Cli
from tests.app.processes import PROGRAM, TIMEOUT, running, wait_for

TRAIN = [*PROGRAM, "train", "--model=mlp-small", "--batch-size=8", "--workers=1"]


def test_the_second_training_says_who_has_the_folder(tmp_path: Path, data: Path) -> None:
    run = tmp_path / "run"
    with running([*TRAIN, "--epochs=1000", f"--data={data}", f"--output={run}"]) as first:
        wait_for(run / CHECKPOINT, first)
        for more in ([f"--data={data}"], ["--resume"]):
            second = subprocess.run(
                [*TRAIN, f"--output={run}", *more], capture_output=True, text=True, timeout=TIMEOUT
            )
            assert re.fullmatch(
                rf"Error: '{run}' is in use: process {first.pid} since "
                r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d trains into it; wait for its end, or give another "
                r"folder with --output\n",
                second.stderr,
            )
            assert second.returncode == 1
        assert first.poll() is None
    assert (run / LOCK).exists()  # it was killed
    with alone_in(run):
        assert (run / LOCK).read_text().startswith(f"process {os.getpid()} since ")
    assert not (run / LOCK).exists()


def test_the_lock_is_given_back_whatever_happens(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), alone_in(tmp_path):
        _ = 1 / 0
    assert os.listdir(tmp_path) == []
    with (
        alone_in(tmp_path),
        pytest.raises(RunError, match=f"process {os.getpid()} since"),
        alone_in(tmp_path),
    ):
        pass
    assert os.listdir(tmp_path) == []


def test_a_lock_that_its_owner_has_just_removed_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening the file and locking it, its owner ends, and a third one comes."""
    real, calls = lock.lock, []

    def late(file: object) -> None:
        calls.append(file)
        if len(calls) == 1:
            (tmp_path / LOCK).unlink()
            (tmp_path / LOCK).touch()
        real(file)  # type: ignore[arg-type]

    monkeypatch.setattr(lock, "lock", late)
    with alone_in(tmp_path):
        assert len(calls) == 2
        with pytest.raises(RunError), alone_in(tmp_path):
            pass


def test_a_folder_that_cannot_be_written_to_is_named(cli: Cli, data: Path) -> None:
    result = cli("train", "--model=mlp-small", "--data", data, "--output", "/proc")
    assert result.stderr == "Error: '/proc': No such file or directory\n"
    assert result.exit_code == 1
