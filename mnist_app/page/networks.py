"""The networks that the page can open: the included ones, this folder's runs, and one by option."""

import functools
from pathlib import Path

from mnist_app.reading.classifier import INCLUDED, MODEL, Classifier, load_classifier

FIRST = "cnn"  # small enough to be looked at, layer by layer
RUNS = Path("runs")  # where `train` puts them


def choices(model: str | None = None) -> dict[str, str]:
    """What stands in the list of networks -> what `load_classifier` opens, the first one first.

    Requests name an entry of this list, and never a path. Raises ModelFileError if the model
    that was asked for cannot be opened.
    """
    found = {} if model is None else {model: model}
    if model is not None:
        opened(model)
    runs = sorted(path.parent for path in RUNS.glob(f"*/{MODEL}"))
    for name in (FIRST, *INCLUDED, *map(str, runs)):
        found.setdefault(name, name)
    return found


@functools.cache
def opened(where: str) -> Classifier:
    """The classifier, read once; its layers' caches are nobody's, so pass it on as a replica."""
    return load_classifier(where)
