"""Where a command may write: tried before the work, and never over something of the user's."""

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import typer

from mnist_app.figures.look import FORMATS, is_figure


def check_file(path: Path, option: str, inputs: Iterable[str | Path] = ()) -> None:
    """Fail now, rather than after the work, if the file cannot be written.

    It may replace an older one, but none of the inputs. Raises BadParameter, and OSError where
    the system objects.
    """
    if path.is_dir():
        raise wrong(f"'{path}' is a folder; expected a file", option)
    if any(is_same(path, other) for other in inputs):
        raise wrong(f"'{path}' is to be read, and would be replaced; give another name", option)
    try_folder(path.parent, path)


def check_figure(
    path: Path, option: str, inputs: Sequence[str | Path] = (), overwrite: bool = False
) -> None:
    """As `check_file`, for a figure: it replaces an older figure, and other files if told to."""
    if path.suffix.lower() not in FORMATS:
        raise wrong(f"'{path}' must end in one of {', '.join(FORMATS)}", option)
    if not path.parent.is_dir():
        raise wrong(f"there is no folder '{path.parent}'", option)
    check_file(path, option, inputs)
    check_older(path, option, is_figure, overwrite, expanded(path, inputs))


def check_folder(
    folder: Path, option: str, figures: Iterable[str] = (), overwrite: bool = False
) -> None:
    """Make the folder, and fail now if files of it, among them these figures, cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    try_folder(folder, folder)
    for name in figures:
        check_figure(folder / name, option, overwrite=overwrite)


def check_older(
    path: Path, option: str, is_ours: Callable[[Path], bool], overwrite: bool, remark: str = ""
) -> None:
    """BadParameter for an older file that this program did not make, unless told to replace it."""
    if os.path.lexists(path) and not overwrite and not is_ours(path):
        raise wrong(
            f"'{path}' was not made by this program, and would be replaced; give another name, or "
            f"--overwrite{remark}",
            option,
        )


def expanded(path: Path, inputs: Iterable[str | Path]) -> str:
    """A word on shells, if the path and the inputs look like what one makes of *.png."""
    others = map(Path, inputs)
    if any((path.parent, path.suffix) == (other.parent, other.suffix) for other in others):
        return f". A shell makes many names of a pattern such as *{path.suffix}; only one goes here"
    return ""


def is_same(path: Path, other: str | Path) -> bool:
    """Whether both are one file, whatever they are called."""
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):  # one of them does not exist
        return False


def try_folder(folder: Path, path: Path) -> None:
    """OSError, in the name of the path, if no file can be made in the folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        error.filename = str(path)
        raise


def wrong(message: str, option: str) -> typer.BadParameter:
    """The error that names the option."""
    return typer.BadParameter(message, param_hint=f"'{option}'")
