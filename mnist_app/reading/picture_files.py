"""Which files are meant by a path, a folder or "-", and what is no picture file at all."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from mnist_app.pictures.decode import PictureError

STANDARD_INPUT = "-"
LARGEST_INPUT = 2**27  # bytes; the largest picture that is decoded, uncompressed, has fewer
PICTURE_FILE = re.compile(
    r"[^.].*\.(avif|bmp|gif|ico|jfif|jpe?g|mpo|p[bgnp]m|png|tga|tiff?|webp)", re.IGNORECASE
)

DEEPER = "; --recursive looks into the folders in it too"


def pictures_of(image: str, recursive: bool = False) -> list[str]:
    """The picture itself, or the pictures in a folder, by name.

    `recursive` asks for those in its folders too, but for hidden ones and links. A folder there
    that cannot be read stands among the pictures, where reading it fails in turn.
    Raises PictureError for a folder that has no pictures, or cannot be read.
    """
    if image == STANDARD_INPUT or not os.path.isdir(image):
        return [image]
    try:
        paths = list(Path(image).iterdir())
    except OSError as error:
        raise PictureError(f"cannot read the folder '{image}': {error.strerror}") from None
    files = [path for path in paths if PICTURE_FILE.fullmatch(path.name)]
    if recursive:
        files = list(_walk(image))
    if not files:
        deeper = any(path.is_dir() for path in paths) and not recursive
        raise PictureError(
            f"the folder '{image}' has no pictures; expected files ending in .png, .jpg, .gif, "
            f".webp, .tif, .bmp or the like{DEEPER if deeper else ''}"
        )
    return [str(path) for path in sorted(files)]


def check_picture_file(image: str) -> None:
    """PictureError for what is no file to read: a pipe, a device, or more bytes than a picture has.

    Nothing is opened: a pipe might wait for ever. Of other paths, also missing ones, `decode` says
    what is wrong.
    """
    if not image:
        raise PictureError("'' is no path; expected the path of a picture file")
    try:
        status = os.stat(image)
    except (OSError, ValueError):
        return
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise PictureError(
            f"{image!r} is not a file but a pipe or a device; expected a picture file: "
            "standard input is read as -"
        )
    if status.st_size > LARGEST_INPUT:
        raise PictureError(
            f"{image!r} has more than {LARGEST_INPUT // 2**20} MiB; expected one picture"
        )


def standard_input() -> bytes:
    """The picture on standard input; PictureError if it has more than LARGEST_INPUT bytes."""
    data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    if len(data) > LARGEST_INPUT:
        raise PictureError(
            f"standard input has more than {LARGEST_INPUT // 2**20} MiB; expected one picture"
        )
    return data


def _walk(folder: str) -> Iterator[Path]:
    unreadable: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=lambda e: unreadable.append(e.filename)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place, name) for name in names if PICTURE_FILE.fullmatch(name))
    yield from map(Path, unreadable)
