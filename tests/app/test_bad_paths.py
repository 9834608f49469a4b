"""Paths that are no pictures: each failure is a line of its own, and the others are answered."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mnist_app.reading.classifier import MODEL
from mnist_app.reading.picture_files import LARGEST_INPUT, pictures_of
from mnist_app.training.run import TrainingRun
from tests.app.conftest import Cli

NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything; nobody may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def digit(finished: TrainingRun) -> Path:
    return finished.folder / "digit.png"


@pytest.mark.parametrize("json_too", [True, False])
def test_each_failure_is_a_line_and_the_others_are_answered(
    cli: Cli, finished: TrainingRun, digit: Path, tmp_path: Path, json_too: bool
) -> None:
    os.mkfifo(tmp_path / "fifo.png")
    with (tmp_path / "sparse.png").open("wb") as file:
        file.truncate(2**40)
    pipe = f"{str(tmp_path / 'fifo.png')!r} is not a file but a pipe or a device; expected a "
    bad = {
        str(tmp_path / "fifo.png"): pipe,
        "/dev/zero": "'/dev/zero' is not a file but a pipe or a device; expected a picture file",
        str(tmp_path / "sparse.png"): "sparse.png' has more than 128 MiB; expected one picture",
        "a" * 300 + ".png": "File name too long; expected the path of a picture file",
        str(digit / "7.png"): "Not a directory; expected the path of a picture file",
        "": "'' is no path; expected the path of a picture file",
    }
    flags = ["--json"] if json_too else []
    result = cli("predict", "--model", finished.folder, *flags, *bad, digit)
    assert result.exit_code == 1
    if json_too:
        *failures, answer = map(json.loads, result.stdout.splitlines())
        assert answer["digit"] == 7
        errors = [failure["error"] for failure in failures]
        assert [failure["image"] for failure in failures] == list(bad)
    else:
        assert f"{digit}: 7, " in result.stdout
        errors = result.stderr.splitlines()
    for error, expected in zip(errors, bad.values(), strict=True):
        assert expected in error


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that nobody can read too, which is not so of pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_folders_without_permission(
    cli: Cli, finished: TrainingRun, digit: Path, open_folder: Path
) -> None:
    picture = digit.read_bytes()
    model = shutil.copy(finished.folder / MODEL, open_folder)
    closed, listed = open_folder / "closed", open_folder / "listed"
    for folder, mode in ((closed, 0o000), (listed, 0o444)):
        folder.mkdir()
        (folder / "7.png").write_bytes(picture)
        folder.chmod(mode)
    arguments = ["predict", "--model", model, "--json"]
    assert cli(*arguments, digit).exit_code == 0  # everything is loaded
    with without_privileges():
        result = cli(*arguments, closed, closed / "7.png", listed, "-", stdin=picture)
        deep = cli(*arguments, open_folder, "--recursive")
    *failures, answer = map(json.loads, result.stdout.splitlines())
    assert len(failures) == 3
    assert all("Permission denied" in failure["error"] for failure in failures)
    assert answer["digit"] == 7
    found = [json.loads(line) for line in deep.stdout.splitlines()]
    assert [failure["image"] for failure in found] == [str(closed), str(listed / "7.png")]
    assert all("cannot read" in failure["error"] for failure in found)


def test_the_bound_is_on_the_size_and_nothing_is_read(cli: Cli, tmp_path: Path) -> None:
    for size, message in ((LARGEST_INPUT, "is not a picture"), (LARGEST_INPUT + 1, "128 MiB")):
        with (tmp_path / "7.png").open("wb") as file:
            file.truncate(size)
        assert message in cli("predict", tmp_path / "7.png").stderr


def test_folders_in_folders_only_if_asked_for(tmp_path: Path) -> None:
    deep = tmp_path / "b" / "deep"
    for folder in (deep, tmp_path / ".hidden"):
        folder.mkdir(parents=True)
    names = [tmp_path / "a.png", deep / "1.png", tmp_path / "c.png"]
    for path in (*names, tmp_path / ".hidden" / "2.png", deep / "notes.txt"):
        path.touch()
    (deep / "link").symlink_to(tmp_path)
    assert pictures_of(str(tmp_path)) == [str(names[0]), str(names[2])]
    assert pictures_of(str(tmp_path), recursive=True) == list(map(str, names))


def test_a_folder_of_folders_hints_at_recursive(
    cli: Cli, finished: TrainingRun, digit: Path, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "7.png").write_bytes(digit.read_bytes())
    model = ("--model", finished.folder)
    hint = "--recursive looks into the folders in it too"
    assert cli("predict", *model, tmp_path).stderr.endswith(f"; {hint}\n")
    assert f"{tmp_path}/deep/7.png: 7" in cli("predict", *model, tmp_path, "--recursive").stdout


def test_names_do_not_command_the_terminal(cli: Cli, digit: Path, tmp_path: Path) -> None:
    folder = tmp_path / "\x1b[31mred"
    folder.mkdir()
    (folder / "7\x07.png").write_bytes(digit.read_bytes())
    (folder / "labels.csv").write_text("file,label,k\x1bind\n7\x07.png,3,\x1b[1m\n7\x07.png,3,b\n")
    shown = cli("predict", folder, folder / "none").output  # `cli` asserts that all is plain
    assert r"\x1b[31mred/7\x07.png: 7" in shown
    shown = cli("score", folder / "labels.csv", "--output", folder / "out").stdout
    assert r"7\x07.png" in shown
    assert r"Saved " in shown
    shown = cli("predict", digit, "--model", folder / "no model").stderr
    assert r"\x1b[31mred/no model" in shown
