"""All planted bugs: the list `BUGS` of every module in this package that has one."""

import importlib
import pkgutil

from tests import planted
from tests.planted.bug import Bug


def catalogue() -> list[Bug]:
    """Every bug of the package, module by module in alphabetical order."""
    bugs: list[Bug] = []
    for module in pkgutil.iter_modules(planted.__path__):
        if module.name != "__main__":  # importing that one would run it
            found = importlib.import_module(f"{planted.__name__}.{module.name}")
            bugs += getattr(found, "BUGS", [])
    return bugs
