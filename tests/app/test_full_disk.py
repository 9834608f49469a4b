"""A disk that is full when `train` writes any of its files: one line, and a way to go on.

The system itself refuses the write: for once, files may not grow (RLIMIT_FSIZE).
"""

import os
import resource
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mnist_app.reading.classifier import MODEL
from mnist_app.training.folder import (
    AUGMENTATION,
    CHECKPOINT,
    CONFUSION,
    CURVES,
    DIGIT,
    FILES,
    HISTORY,
    LAST,
    METRICS,
    MISTAKES,
    PREDICTIONS,
)
from tests.app.conftest import Cli
from tests.app.idx_files import write_dataset

# What one epoch writes, in this order. The model comes twice: with its temperature at the end.
WRITTEN = (
    *(CHECKPOINT, MODEL, HISTORY, LAST, MODEL, METRICS),
    *(CURVES, CONFUSION, PREDICTIONS, MISTAKES, DIGIT, AUGMENTATION),
)
OPTIONS = ("--model=mlp", "--epochs=1", "--batch-size=32", "--workers=1", "--augment")


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("data") / "little", 100, 50)


@pytest.fixture(scope="module")
def whole(little: Path, tmp_path_factory: pytest.TempPathFactory, cli: Cli) -> Path:
    """The folder of a run that had room."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    assert cli("train", *OPTIONS, "--data", little, "--output", folder).exit_code == 0
    return folder


@contextmanager
def full_at(place: int) -> Iterator[None]:
    """Inside of the block, the disk is full from the writing of this file on, counted from 0."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    make, places = tempfile.mkstemp, iter(range(100))

    def mkstemp(*arguments: Any, **options: Any) -> tuple[int, str]:
        if next(places) == place:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
        return make(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "mkstemp", mkstemp)
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    "place", [pytest.param(n, marks=[pytest.mark.slow] * bool(n % 4)) for n in range(len(WRITTEN))]
)
def test_a_disk_that_is_full_at_any_file(
    cli: Cli, tmp_path: Path, little: Path, whole: Path, place: int
) -> None:
    run = tmp_path / "run"
    again = command = ["train", *OPTIONS, "--data", str(little), "--output", str(run)]
    with full_at(place):
        result = cli(*command)
    line = f"Error: '{run / WRITTEN[place]}': File too large"
    if place > 0:
        again = ["train", "--resume", "--output", str(run)]
        line += f"; when that is mended, go on with: python -m mnist_app {shlex.join(again)}"
    assert (result.stderr, result.exit_code) == (f"{line}\n", 1)
    assert set(os.listdir(run)) == set(WRITTEN[:place])
    assert cli(*again).exit_code == 0
    assert sorted(os.listdir(run)) == sorted(FILES)
    for name in (MODEL, LAST):
        assert (run / name).read_bytes() == (whole / name).read_bytes()
