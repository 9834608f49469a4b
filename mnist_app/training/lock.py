"""One training at a time in a folder.

The lock is the system's own, on an open file: it ends with its process, however that ends.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from mnist_app.training.folder import RunError

LOCK = ".training.lock"
PATIENCE = 2.0  # seconds; the worker processes of a killed training hold its lock until they end

if sys.platform == "win32":
    import msvcrt

    def lock(file: BinaryIO) -> None:
        """Lock an open file; PermissionError if another process has."""
        os.lseek(file.fileno(), 1_000_000, os.SEEK_SET)  # the byte there: the others stay readable
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def lock(file: BinaryIO) -> None:
        """Lock an open file; BlockingIOError if another process has."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Inside of the block, nobody else trains into the folder.

    Raises RunError that says who does, OSError if the folder cannot be written to.
    """
    path = folder / LOCK
    try:
        file = _take(path)
        file.truncate(0)
        file.write(f"process {os.getpid()} since {datetime.now():%Y-%m-%d %H:%M:%S}".encode())
    except OSError as error:
        error.filename = str(folder)  # not the lock's, which says nothing to anyone
        raise
    try:
        yield
    finally:
        if sys.platform == "win32":
            file.close()  # an open file cannot be removed there
        with suppress(OSError):
            path.unlink()
        file.close()


def _take(path: Path) -> BinaryIO:
    """The lock's file, open and locked."""
    until = time.monotonic() + PATIENCE
    while True:
        file = path.open("a+b", buffering=0)
        try:
            lock(file)
        except (BlockingIOError, PermissionError):
            file.seek(0)
            holder = file.read(100).decode(errors="replace") or "another process"
            file.close()
            if time.monotonic() < until:
                time.sleep(0.05)
                continue
            raise RunError(
                f"'{path.parent}' is in use: {holder} trains into it; wait for its end, or give "
                "another folder with --output"
            ) from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()  # its last owner has removed it in between
