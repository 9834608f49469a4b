"""Packages that come with an extra, and the one line that says which one is missing."""

import importlib.util
from typing import Any


class ExtraMissing(ImportError):
    """A package of an extra is not installed; the message says what to install."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f'{package} is not installed; install the extra "{extra}": '
            f'python -m pip install "tinynet-mnist[{extra}]"'
        )


def check_tensorflow() -> None:
    """ExtraMissing without TensorFlow, which is not imported: that takes seconds."""
    if importlib.util.find_spec("tensorflow") is None:
        raise ExtraMissing("TensorFlow", "keras")


def import_h5py() -> Any:
    """h5py, all that `.keras` files need; ExtraMissing without it."""
    try:
        import h5py
    except ModuleNotFoundError:
        raise ExtraMissing("h5py", "convert") from None
    return h5py
