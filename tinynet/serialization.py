"""Models in safetensors files: arrays by name, and the architecture as JSON beside them."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from tinynet.layers.arguments import positive_int
from tinynet.layers.layer import Layer
from tinynet.model import Sequential
from tinynet.types import Array

FORMAT = "tinynet 1"
TEMPORARY = re.compile(r"\.tinynet-(\d+)-\w{8}(\..*)?")  # its process, and the final extension


class ModelFileError(ValueError):
    """A file that does not hold the model that was asked for; the message says what is wrong."""


def save_model(
    model: Sequential, path: str | os.PathLike[str], settings: Mapping[str, Any] | None = None
) -> None:
    """Write the model, complete or not at all; `settings` is any JSON worth keeping with it."""
    arrays = {name: parameter.value for name, parameter in model.parameters().items()}
    save_arrays(path, arrays, {"model": architecture(model), "settings": dict(settings or {})})


def load_model(path: str | os.PathLike[str]) -> tuple[Sequential, dict[str, Any]]:
    """The model and the settings that `save_model` wrote.

    Strict: every name, shape and dtype is compared with the architecture before memory is
    taken. Raises ModelFileError with one line that says what is wrong, OSError if the file
    cannot be read.
    """
    with ArrayFile(path) as file:
        model = _rebuild(file)
        file.read_into({name: p.value for name, p in model.parameters().items()})
        return model, file.metadata["settings"]


def architecture(model: Sequential) -> dict[str, Any]:
    """What it takes to make the model again, without its values, as JSON."""
    return {
        "input_shape": list(model.input_shape),
        "dtype": str(model.dtype),
        "layers": describe(model.layers),
    }


def describe(value: Any) -> Any:
    """A constructor's argument as JSON: a layer as its type and its own arguments."""
    if isinstance(value, Layer):
        arguments = {name: describe(argument) for name, argument in value.config().items()}
        return {"type": type(value).__name__, **arguments}
    if isinstance(value, list | tuple):
        return [describe(item) for item in value]
    return value


def save_arrays(
    path: str | os.PathLike[str], arrays: Mapping[str, Array], metadata: Mapping[str, Any]
) -> None:
    """Write arrays and metadata as one safetensors file, complete or not at all."""
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    header = {FORMAT: json.dumps(dict(metadata))}  # one entry: of several, the order is random
    content = to_bytes(contiguous, header)
    write_whole(path, lambda temporary: temporary.write_bytes(content))


def write_whole(path: str | os.PathLike[str], write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside the path, then rename it into place.

    The temporary file keeps the path's extension, and is removed if writing fails. Those that
    killed processes have left in the folder are removed first.
    """
    target = Path(path)
    try:
        remove_abandoned(target.parent)
        prefix = f".tinynet-{os.getpid()}-"
        handle, name = tempfile.mkstemp(suffix=target.suffix, prefix=prefix, dir=target.parent)
    except OSError as error:
        error.filename = str(target)  # not the temporary file's, which says nothing to anyone
        raise
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # mkstemp's files are private; this one is a normal file
        temporary.replace(target)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(target), None
        raise


def remove_abandoned(folder: Path) -> None:
    """Remove the temporary files of `write_whole` whose processes are dead."""
    with suppress(OSError), os.scandir(folder) as entries:  # a folder need not be readable
        for entry in entries:
            found = TEMPORARY.fullmatch(entry.name)
            if found and not _alive(int(found[1])):
                with suppress(OSError):  # another user's, or another process was quicker
                    os.unlink(entry.path)


def _alive(process: int) -> bool:
    """Whether the process may still run.  (Windows need not say: it keeps files that are open.)"""
    if sys.platform == "win32":
        return process == os.getpid()
    try:
        os.kill(process, 0)  # a signal that only asks
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


class ArrayFile:
    """A safetensors file of ours, open for strict reading: header first, arrays on request."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if self.path.exists() and not self.path.is_file():
            raise self.error("not a file")
        with self.path.open("rb"):
            pass  # a missing or unreadable file is an OSError, with the system's own words
        try:
            self._file = cast(Any, safe_open(self.path, framework="numpy"))  # its stub is untyped
        except SafetensorError as error:
            raise self.error(f"not a whole safetensors file ({error})") from error
        header = self._file.metadata() or {}
        if FORMAT not in header:
            raise self.error(f"not a tinynet file (its header has no {FORMAT!r})")
        try:
            self.metadata: dict[str, Any] = dict(json.loads(header[FORMAT]))
        except (ValueError, TypeError, RecursionError) as error:
            raise self.error(f"its metadata is not a JSON object ({error})") from error

    def __enter__(self) -> "ArrayFile":
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.__exit__(*exception)

    def error(self, message: str) -> ModelFileError:
        """An error that names this file."""
        return ModelFileError(f"{self.path}: {message}")

    def check(self, expected: Mapping[str, tuple[tuple[int, ...], np.dtype[Any]]]) -> None:
        """ModelFileError unless the file has just these arrays, of these shapes and dtypes."""
        names = set(self._file.keys())
        if missing := sorted(expected.keys() - names):
            raise self.error(f"the array {missing[0]!r} is missing")
        if extra := sorted(names - expected.keys()):
            raise self.error(f"there is an array {extra[0]!r} that the model does not have")
        codes = {"float32": "F32", "float64": "F64"}
        for name, (shape, dtype) in expected.items():
            found = self._file.get_slice(name)
            if tuple(found.get_shape()) != shape:
                raise self.error(f"{name!r} has shape {tuple(found.get_shape())}; expected {shape}")
            if found.get_dtype() != codes[str(dtype)]:
                raise self.error(f"{name!r} has dtype {found.get_dtype()}; expected {dtype}")

    def read_into(self, arrays: Mapping[str, Array]) -> None:
        """Fill the arrays in place, all of them or none; errors as in `load_model`."""
        self.check({name: (array.shape, array.dtype) for name, array in arrays.items()})
        values = {name: self._file.get_tensor(name) for name in arrays}
        for name, value in values.items():
            if not np.isfinite(value).all():
                raise self.error(f"{name!r} holds NaN or infinite numbers")
        for name, array in arrays.items():
            array[...] = values[name]


def _rebuild(file: ArrayFile) -> Sequential:
    """The model that the file's metadata describes, after its arrays have been compared."""
    if file.metadata and "model" not in file.metadata:
        held = next(iter(file.metadata))[:40]
        raise file.error(
            f"it holds a {held!r}, not a model; expected a model's file, in the folder of a "
            "training run model.safetensors"
        )
    try:
        described = _object(file.metadata["model"])
        if not isinstance(file.metadata["settings"], dict):
            raise ValueError("settings are not a JSON object")
        if described["dtype"] not in ("float32", "float64"):
            raise ValueError(f"dtype is {described['dtype']!r}")
        dtype = np.dtype(described["dtype"])
        input_shape = tuple(positive_int(size, "input_shape") for size in described["input_shape"])
        model = Sequential([_layer(file, entry) for entry in described["layers"]])
        model.declare(input_shape)
        file.check({name: (p.shape, dtype) for name, p in model.parameters().items()})
        model.build(input_shape, np.random.default_rng(model.seed), dtype)
        return model
    except ModelFileError:
        raise
    except KeyError as error:
        raise file.error(f"its description of the model has no {error}") from error
    except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise file.error(f"its description of the model is not usable ({error})") from error


def _layer(file: ArrayFile, described: Any) -> Layer:
    """The layer that `describe` has described; only classes that are there already are made."""
    arguments = dict(_object(described))
    kind = arguments.pop("type")
    if kind not in Layer.classes:
        known = ", ".join(sorted(Layer.classes))
        raise file.error(
            f"unknown layer {kind!r}; known are {known}. Import the file that defines it first"
        )
    if kind == "Sequential" and arguments.keys() != {"layers"}:
        raise ValueError("a block of layers has layers, and nothing else")
    return Layer.classes[kind](**{n: _argument(file, value) for n, value in arguments.items()})


def _object(described: Any) -> dict[str, Any]:
    if not isinstance(described, dict):
        raise ValueError(f"expected a JSON object. Received: {str(described)[:40]}")
    return described


def _argument(file: ArrayFile, value: Any) -> Any:
    if isinstance(value, dict) and "type" in value:
        return _layer(file, value)
    if isinstance(value, list):
        return [_argument(file, item) for item in value]
    return value
