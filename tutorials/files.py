"""Where the notebooks and their exercises lie.

A notebook's number is also the beginning of its file names, which Python cannot import:
`load` reads such a file by its path.
"""

from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parent


def notebooks() -> list[Path]:
    """The sources of all notebooks, 01 first."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.py"))


def find(number: str, folder: Path) -> Path:
    """The file in a folder whose name begins with a notebook's number, such as "08".

    Raises FileNotFoundError if there is none.
    """
    for path in folder.glob(f"{number}_*.py"):
        return path
    raise FileNotFoundError(f"{folder} holds no file {number}_*.py")


def load(path: Path) -> ModuleType:
    """Run a file and return it as a module, afresh each time, so that edits count at once."""
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), vars(module))
    return module
