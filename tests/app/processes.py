"""The program in a process of its own, which ends with the test, whatever happens."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = [sys.executable, "-m", "mnist_app"]
TIMEOUT = 60  # seconds until a process that hangs is a failure


def hear_ctrl_c() -> None:
    """What a shell's background jobs, and with them these tests, may have been told to ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def running(command: Sequence[Any], **options: Any) -> Iterator["subprocess.Popen[str]"]:
    """A process that Ctrl-C interrupts, with pipes for its output; killed at the end."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    settings = {**pipes, "text": True, "preexec_fn": hear_ctrl_c, **options}
    with subprocess.Popen(command, **settings) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(path: Path, process: "subprocess.Popen[str]") -> None:
    """Until the process has written the file."""
    deadline = time.monotonic() + TIMEOUT
    while not path.exists():
        assert process.poll() is None, "the process ended before it wrote anything"
        assert time.monotonic() < deadline
        time.sleep(0.01)
