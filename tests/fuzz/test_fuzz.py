"""A few cases of each kind pass, and the fuzzer notices whatever a case may do wrong."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_app.data import DatasetError
from tests.fuzz import kinds
from tests.fuzz.__main__ import fuzz, repeat
from tests.fuzz.kinds import KINDS, BrokenError, Kind, own_errors_only
from tests.fuzz.runner import Child

FEW = {"pictures": 100, "models": 30, "keras": 30, "idx": 30, "csv": 20, "checkpoints": 30}


@pytest.mark.parametrize("name", KINDS)
def test_a_few_cases_end_in_a_result_or_one_line(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert fuzz(KINDS[name], FEW[name], None, seed=0) == 0
    assert f"{FEW[name]} cases, 0 broken (seed 0)" in capfd.readouterr().out


@pytest.mark.parametrize("name", KINDS)
def test_the_same_numbers_make_the_same_case(name: str) -> None:
    first = [KINDS[name].case(3, index) for index in range(5)]
    assert first == [KINDS[name].case(3, index) for index in range(5)]
    assert len(set(first)) == 5


def good() -> list[bytes]:
    return [b"good"]


def unchanged(content: bytes, rng: np.random.Generator) -> bytes:
    return content + b"!"


def use(path: Path) -> None:
    """What the content asks for: everything that a case may do wrong."""
    content = path.read_bytes()
    if content == b"raise":
        raise KeyError("no key")
    if content == b"die":
        os.abort()
    if content == b"hang":
        time.sleep(1000)
    if content == b"fill":
        np.ones(2**28)
    if content == b"good!":
        raise BrokenError("mutated")


WRONG = Kind("wrong", good, unchanged, use)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"raise", "KeyError: 'no key'"),
        (b"die", "exit code -6"),
        (b"hang", "no end after 3 seconds"),
        (b"fill", "MemoryError"),
    ],
)
def test_what_a_case_does_wrong_is_said_and_the_next_one_runs(content: bytes, words: str) -> None:
    with Child(WRONG, patience=3) as child:
        assert child.run(b"fine") is None
        assert words in str(child.run(content))
        assert child.run(b"fine") is None


def test_a_broken_case_is_saved_and_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.fuzz.__main__.FOLDER", tmp_path)
    assert fuzz(WRONG, 1, None, seed=5) == 1
    path = tmp_path / "wrong-5-0"
    assert path.read_bytes() == b"good!"
    assert f"again: python -m tests.fuzz wrong --case {path}" in capsys.readouterr().out
    assert repeat(WRONG, path) == 1


def several_lines() -> None:
    raise DatasetError("one\ntwo")


def another() -> None:
    raise IndexError


@pytest.mark.parametrize(("run", "kind"), [(several_lines, BrokenError), (another, IndexError)])
def test_errors_that_are_not_our_own(run: Callable[[], None], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        own_errors_only(run)


def test_output_that_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    picture = tmp_path / "seven.png"
    kinds.drawing().save(picture)
    kinds.command("predict", picture, "--json")
    monkeypatch.setattr("mnist_app.reading.predict.Answer.report", lambda _: {"a": float("nan")})
    with pytest.raises(BrokenError, match="NaN in JSON"):
        kinds.command("predict", picture, "--json")
    with pytest.raises(BrokenError, match="exit 2"):
        kinds.command("predict", "--no-such-option")
