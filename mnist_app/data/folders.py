"""What lies in a folder."""

import os
from pathlib import Path


def folders_in(folder: Path) -> list[str]:
    """The folders in it by name, without hidden ones.  Raises OSError if it cannot be read."""
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if not e.name.startswith(".") and e.is_dir())
