"""Ctrl-C is not lost, wherever it falls."""

import _thread
import signal
import sys
from types import FrameType, TracebackType
from typing import Self


class Interrupts:
    """A context in which `heard` tells whether there was a Ctrl-C.

    Python cannot raise it out of a finalizer, nor matplotlib's C++ out of a callback: both would
    print a traceback and go on. Here it is raised once more, outside.
    """

    def __init__(self) -> None:
        self.heard = False

    def __enter__(self) -> Self:
        self._hook, self._handler = sys.unraisablehook, signal.getsignal(signal.SIGINT)
        sys.unraisablehook = self._again
        if self._handler is signal.default_int_handler:  # and not told to ignore Ctrl-C
            signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        sys.unraisablehook = self._hook
        if self._handler is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.heard = True
        raise KeyboardInterrupt

    def _again(self, lost: "sys.UnraisableHookArgs") -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):
            _thread.start_new_thread(_thread.interrupt_main, ())  # not at once: not in here
        else:
            self._hook(lost)
