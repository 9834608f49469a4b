"""Runs cases in a process of their own, which may crash, hang or run out of memory."""

import multiprocessing
import resource
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from itertools import count, takewhile
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.fuzz.kinds import Kind

MEMORY = 2**30  # bytes beyond what the process has after a first, good case
PATIENCE = 60  # seconds until a case hangs: a busy machine is no failure


def cases(number: int | None, seconds: float | None) -> Iterator[int]:
    """0, 1, 2, ...: so many, or for so long."""
    end = time.monotonic() + (seconds or 0)
    if seconds is not None:
        return takewhile(lambda _: time.monotonic() < end, count())
    return iter(range(number or 0))


class Child:
    """A process that runs the cases of one kind, and is started again when it has died."""

    def __init__(self, kind: Kind, patience: float = PATIENCE) -> None:
        self.kind, self.patience = kind, patience
        self.process: BaseProcess | None = None

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def run(self, content: bytes) -> str | None:
        """None, or what is wrong in words, the most telling ones last."""
        process = self.process = self.process or self._start()
        try:
            self.pipe.send_bytes(content)
            if self.pipe.poll(self.patience):
                found: str | None = self.pipe.recv()
                return found
            wrong = f"no end after {self.patience} seconds"
        except (EOFError, OSError):
            process.join()
            wrong = f"the process died with exit code {process.exitcode}"
        self._end()
        return wrong

    def _start(self) -> BaseProcess:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(self.kind, theirs), daemon=True)
        process.start()
        theirs.close()
        if wrong := self.pipe.recv():
            raise RuntimeError(f"a good file of {self.kind.name} does not pass: {wrong}")
        return process

    def _end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.pipe.close()
            self.process = None


def _serve(kind: Kind, pipe: Connection) -> None:
    warnings.simplefilter("always")
    pipe.send(_wrong_with(kind, kind.seeds()[0]))
    resource.setrlimit(resource.RLIMIT_AS, (_memory() + MEMORY,) * 2)
    while True:
        try:
            content = pipe.recv_bytes()
        except EOFError:
            return
        pipe.send(_wrong_with(kind, content))


def _wrong_with(kind: Kind, content: bytes) -> str | None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder, "case")
        path.write_bytes(content)
        try:
            kind.run(path)
        except BaseException:
            return traceback.format_exc()
        return None


def _memory() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
