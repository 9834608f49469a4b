"""The runner of planted bugs, on a tiny project; and that the catalogue fits the code."""

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.planted.bug import Bug
from tests.planted.catalogue import catalogue
from tests.planted.runner import BROKEN, NOTICED, SURVIVED, Outcome, try_bugs, with_bug

ROOT = Path(__file__).parent.parent
TESTS = """
import subprocess, sys
from sums import add

def test_add(): assert add(2, 3) == 5
def test_add_of_zeros(): assert add(0, 0) == 0
def test_in_a_child(): assert subprocess.check_output(
    [sys.executable, "-c", "from sums import add; print(add(2, 3))"], cwd="/") == b"5\\n"
def test_wrong(): assert add(2, 2) == 5
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one function, its tests, and a file that git ignores."""
    root = tmp_path_factory.mktemp("project")
    (root / "sums.py").write_text("def add(a, b):\n    return a + b\n")
    (root / "test_sums.py").write_text(TESTS)
    (root / ".gitignore").write_text("pytest.ini\n")
    (root / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


def bug(name: str, new: str, test: str, old: str = "a + b") -> Bug:
    return Bug(name, file="sums.py", old=old, new=new, tests=f"test_sums.py::{test}")


ENTRIES = [
    (bug("noticed", "a - b", "test_add"), NOTICED, ""),
    (bug("noticed in a child process", "a * b", "test_in_a_child"), NOTICED, ""),
    (bug("survivor", "a * b", "test_add_of_zeros"), SURVIVED, ""),
    (bug("absent text", "a * b", "test_add", old="b + a"), BROKEN, "stands 0 times"),
    (bug("frequent text", "c", "test_add", old="a"), BROKEN, "stands 3 times"),
    (bug("nothing changed", "a + b", "test_add"), BROKEN, "`new` is `old`"),
    (bug("syntax error", "a +", "test_add"), BROKEN, "syntax error"),
    (bug("no such test", "a - b", "test_nothing"), BROKEN, "pytest ended with 4"),
    (Bug("no such file", "sum.py", "a", "b", "test_sums.py"), BROKEN, "no file sum.py"),
]


@pytest.mark.slow
def test_each_kind_of_entry_is_told_apart(project: Path) -> None:
    outcomes = {o.bug: o for o in try_bugs([entry for entry, _, _ in ENTRIES], project, 2)}
    for entry, verdict, reason in ENTRIES:
        assert outcomes[entry].verdict == verdict, outcomes[entry]
        assert reason in outcomes[entry].reason
    assert (project / "sums.py").read_text() == "def add(a, b):\n    return a + b\n"


@pytest.mark.slow
def test_a_test_that_fails_anyhow_proves_nothing(project: Path) -> None:
    good, doubtful = bug("good", "a - b", "test_add"), bug("doubtful", "a * b", "test_wrong")
    outcomes: list[Outcome] = list(try_bugs([good, doubtful], project, 1))
    assert [(o.bug, o.verdict) for o in outcomes[:2]] == [(good, NOTICED), (doubtful, NOTICED)]
    (last,) = outcomes[2:]
    assert (last.bug, last.verdict) == (doubtful, BROKEN)
    assert "without the bug" in last.reason


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.name)
def test_every_entry_of_the_catalogue_fits_the_code(entry: Bug) -> None:
    with_bug(entry, (ROOT / entry.file).read_text(encoding="utf-8"))
    for test in entry.tests.split():
        if ".py" in test:
            assert (ROOT / test.split("::")[0]).is_file(), test


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(b.name for b in catalogue()).items() if count > 1] == []
