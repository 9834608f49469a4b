"""Plant each bug in a copy of the project and run its tests there."""

import ast
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from tests.planted.bug import Bug

LONGEST = 300  # seconds that one bug's tests may take
NOTICED, SURVIVED, BROKEN = "noticed", "SURVIVED", "BROKEN"


@dataclass(frozen=True)
class Outcome:
    """What became of one bug; `reason` says what is wrong with a broken entry."""

    bug: Bug
    verdict: str
    seconds: float
    reason: str = ""

    def __str__(self) -> str:
        line = f"{self.verdict:8} {self.seconds:5.1f} s  {self.bug.name}"
        return f"{line}: {self.reason}" if self.reason else line


class BrokenEntryError(Exception):
    """An entry that proves nothing, whatever the tests are worth."""


def copy_tree(root: Path, folder: Path) -> None:
    """Copy what git tracks, and what it would track, from `root` to the new `folder`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    for name in listing.rstrip("\0").split("\0"):
        if (root / name).is_file():  # a deleted file is listed until its deletion is committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)


def with_bug(bug: Bug, text: str) -> str:
    """The text of the bug's file with the bug in it; BrokenEntryError if it does not fit."""
    if bug.old == bug.new:
        raise BrokenEntryError("`new` is `old`")
    if (count := text.count(bug.old)) != 1:
        raise BrokenEntryError(f"`old` stands {count} times in {bug.file}, expected once")
    wrong = text.replace(bug.old, bug.new)
    if bug.file.endswith(".py"):
        try:
            ast.parse(wrong)
        except SyntaxError as error:
            raise BrokenEntryError(f"`new` makes {bug.file} a syntax error: {error}") from error
    return wrong


@contextmanager
def planted(bug: Bug, tree: Path) -> Iterator[None]:
    """Inside of the block, `tree` has the bug."""
    path = tree / bug.file
    if not path.is_file():
        raise BrokenEntryError(f"there is no file {bug.file}")
    right = path.read_text(encoding="utf-8")
    path.write_text(with_bug(bug, right), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(right, encoding="utf-8")


def run_pytest(tree: Path, tests: list[str], *options: str) -> tuple[int, str]:
    """The exit code and output of pytest in `tree`; slow tests run too where they are named.

    Programs that the tests start import from `tree` as well, and no byte code is written: it
    would outlive a bug that leaves the file as long as it was. BrokenEntryError after LONGEST
    seconds for each of `tests`.
    """
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rfE",
        "-n0",
        "-p",
        "no:cacheprovider",
        "-m",
        "",
    ]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [*command, *options, *tests],
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # so that the tests' own children can be ended too
    )
    limit = LONGEST * len(tests)
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise BrokenEntryError(f"no answer after {limit} s") from error
    return process.returncode, output


def judge(code: int, output: str) -> str:
    """What the end of pytest with one bug says: NOTICED, SURVIVED or BrokenEntryError."""
    if code == 1 and re.search(r"\d+ failed.* in [\d.]+s", output):
        return NOTICED
    if code == 0 and re.search(r"\d+ passed.* in [\d.]+s", output):
        return SURVIVED
    last = output.strip().splitlines()[-1:]
    raise BrokenEntryError(f"pytest ended with {code}: {' '.join(last)}")


def try_bug(bug: Bug, tree: Path) -> Outcome:
    """Plant the bug in `tree`, run its tests, take it back."""
    start = time.monotonic()
    verdict, reason = BROKEN, ""
    try:
        with planted(bug, tree):
            verdict = judge(*run_pytest(tree, shlex.split(bug.tests), "-x"))
    except BrokenEntryError as error:
        reason = str(error)
    return Outcome(bug, verdict, time.monotonic() - start, reason)


def fail_without(bugs: list[Bug], tree: Path) -> list[Outcome]:
    """The bugs whose tests fail in the clean tree too, so that they prove nothing."""
    start = time.monotonic()
    tests = {bug: shlex.split(bug.tests) for bug in bugs}
    distinct = sorted({test for named in tests.values() for test in named})
    try:
        code, output = run_pytest(tree, distinct) if distinct else (0, "")
    except BrokenEntryError as error:
        code, output = -1, str(error)
    if code == 0:
        return []
    guilty = [
        bug
        for bug, named in tests.items()
        if any(f"\n{word} {test}" in output for test in named for word in ("FAILED", "ERROR"))
    ]
    reason = f"without the bug, pytest ends with {code}: {' '.join(output.splitlines()[-1:])}"
    seconds = time.monotonic() - start
    return [Outcome(bug, BROKEN, seconds, reason) for bug in guilty or bugs]


def try_bugs(bugs: list[Bug], root: Path, jobs: int) -> Iterator[Outcome]:
    """Try every bug, `jobs` at a time, each job in its own copy of the project at `root`.

    Outcomes come as they are known. At the end, the tests of all noticed bugs run once without
    any bug; a bug whose tests fail there comes a second time, as a broken entry.
    """
    with TemporaryDirectory(prefix="planted-") as folder, ThreadPoolExecutor(jobs) as pool:
        trees = [Path(folder) / str(job) for job in range(jobs)]
        free: SimpleQueue[Path] = SimpleQueue()
        for tree in trees:
            copy_tree(root, tree)
            free.put(tree)

        def in_a_free_tree(bug: Bug) -> Outcome:
            tree = free.get()
            try:
                return try_bug(bug, tree)
            finally:
                free.put(tree)

        noticed: list[Bug] = []
        try:
            for future in as_completed([pool.submit(in_a_free_tree, bug) for bug in bugs]):
                outcome = future.result()
                if outcome.verdict == NOTICED:
                    noticed.append(outcome.bug)
                yield outcome
            shares = [noticed[job::jobs] for job in range(jobs)]
            for broken in pool.map(fail_without, shares, trees):
                yield from broken
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C, only what runs is waited for
