"""Processes that help in training: how one is started, talked to and ended.

A helper is a fork of this process: it has the model and everything else without being sent it.
Threads take the same part where processes can't be forked safely: outside Linux, since the
system's libraries may not survive it, and in processes that may not have children.
"""

import contextlib
import errno
import multiprocessing
import os
import pickle
import signal
import stat
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from gc import freeze
from multiprocessing.connection import Connection
from typing import Any, Self

SECONDS_TO_END = 1.0  # what a helper gets to finish what it is at, before it is killed
Serve = Callable[["Connection[Any, Any]"], None]


def can_fork() -> bool:
    """Whether helpers are processes."""
    return sys.platform == "linux" and not multiprocessing.current_process().daemon


class Helper:
    """Someone who runs `serve(connection)`, and ends when nobody holds the other end any more.

    `serve` takes one task after the other. For each it sends None when it waits for more, and
    in the end its result, or its error.
    """

    def __init__(self, serve: Serve) -> None:
        self.connection, there = multiprocessing.Pipe()
        self.busy = self.waiting = False
        self.process: Any = None
        if can_fork():
            self.process = _fork(_run, serve, there)
            there.close()
        else:
            self.thread = threading.Thread(target=serve, args=(there,), daemon=True)
            self.thread.start()

    def send(self, message: object) -> None:
        """Give it a task, or what it waits for; ChildProcessError if it is dead."""
        self.busy = self.waiting = False
        with self._explained():
            self.connection.send(message)
        self.busy = True

    def receive(self) -> Any:
        """Its result, or None if it waits; raises its error, or ChildProcessError if it is dead."""
        self.busy = self.waiting = False
        with self._explained():
            answer = self.connection.recv()
        self.busy = self.waiting = answer is None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def give_up(self) -> None:
        """Let it end its task in vain: another one failed."""
        with contextlib.suppress(Exception):
            while self.busy:
                if self.waiting:
                    self.send(None)
                self.receive()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """End it, whatever it is at."""
        self.connection.close()
        if self.process is None:
            self.thread.join()
            return
        self.process.join(SECONDS_TO_END)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()

    @contextlib.contextmanager
    def _explained(self) -> Any:
        try:
            yield
        except (EOFError, ConnectionError) as error:
            self.process.join(SECONDS_TO_END)
            raise ChildProcessError(
                errno.ECHILD,
                f"a worker process has ended (exit code {self.process.exitcode}); if the system "
                "ended it for want of memory, take a smaller batch or workers=1",
            ) from error


def _fork(target: Callable[..., None], *arguments: object) -> Any:
    """A forked process that runs target(*arguments), and hears no Ctrl-C: its parent does."""
    # Other threads' locks, which the warning is about, are not taken in what a helper runs.
    warnings.filterwarnings("ignore", ".*multi-threaded, use of fork", DeprecationWarning)
    process = multiprocessing.get_context("fork").Process(
        target=target, args=arguments, daemon=True
    )
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return process


def _run(serve: Serve, connection: "Connection[Any, Any]") -> None:
    """All that a forked process does."""
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        freeze()  # finalizers of what was inherited are the parent's to run
        _close_sockets(connection.fileno())
        serve(connection)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)  # what the parent has not flushed, or does at its exit, is not done twice


def _close_sockets(kept: int) -> None:
    """Close the parent's sockets: a connection ends when nobody holds it, and so does a helper."""
    for name in os.listdir("/proc/self/fd"):
        number = int(name)
        with contextlib.suppress(OSError):
            if number > 2 and number != kept and stat.S_ISSOCK(os.fstat(number).st_mode):
                os.close(number)


def sendable(error: Exception) -> Exception:
    """The error with its traceback as a note; in words, if it can't be sent as it is."""
    error.add_note("In a worker: " + "".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
