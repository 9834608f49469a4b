"""IDX files, in which MNIST and its relatives are published.

An IDX file is a magic number (two zero bytes, the type 8 for unsigned bytes, the number of
axes), the size of each axis as a big-endian uint32, and the bytes themselves, gzipped or not.
"""

import gzip
import hashlib
import math
import zlib
from importlib.resources.abc import Traversable
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

LARGEST_FILE = 2**30  # bytes; EMNIST's largest file has 547 MB


class DatasetError(ValueError):
    """A folder or file that is no data set; the message names it and says what is wrong."""


def read_idx(file: Traversable, axes: int, sha256: str | None = None) -> NDArray[np.uint8]:
    """The array of an IDX file of unsigned bytes with so many axes, read-only.

    At most one byte more is read than the header promises, so that a small gzip file cannot fill
    the memory. `sha256` is the checksum that the unpacked file must have. Raises DatasetError.
    """
    header, body = _unpack(file, axes)
    digest = hashlib.sha256(header)
    digest.update(body)
    if sha256 is not None and digest.hexdigest() != sha256:
        raise DatasetError(
            f"'{file}' is not the file that was published (its SHA-256 differs); install again"
        )
    return np.frombuffer(body, np.uint8).reshape(_shape(header))


def _unpack(file: Traversable, axes: int) -> tuple[bytes, bytes]:
    """The header and the body, as long as the header promises."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw
            header = stream.read(4 + 4 * axes)
            size = _promised_size(file, header, axes)
            body = stream.read(size + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DatasetError(f"'{file}' is a damaged or truncated gzip file ({error})") from None
    if len(body) != size:
        found = "more" if len(body) > size else f"{len(body):,}"
        raise DatasetError(
            f"'{file}' is damaged: its header promises {size:,} bytes, it has {found}"
        )
    return header, body


def _promised_size(file: Traversable, header: bytes, axes: int) -> int:
    expected = bytes([0, 0, 8, axes])
    if len(header) < 4 + 4 * axes or header[:4] != expected:
        raise DatasetError(
            f"'{file}' is not an IDX file of bytes with {axes} {'axis' if axes == 1 else 'axes'}: "
            f"it begins with {header[:4].hex() or 'nothing'}; expected {expected.hex()}"
        )
    size = math.prod(_shape(header))
    if size > LARGEST_FILE:
        raise DatasetError(f"'{file}' promises {size:,} bytes; expected at most {LARGEST_FILE:,}")
    return size


def _shape(header: bytes) -> tuple[int, ...]:
    return tuple(int(size) for size in np.frombuffer(header, ">u4", offset=4))
