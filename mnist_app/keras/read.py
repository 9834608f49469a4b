"""Networks from Keras's own files, without Keras, and strictly.

A .keras file is a zip archive. In it config.json describes the layers, and model.weights.h5
holds the arrays as layers/<kind>[_<n>]/vars/<i>, counted from 0. A file from someone else is
only ever compared with what tinynet knows; nothing that it names is looked up or run.
"""

import io
import json
import math
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_app.keras.extras import import_h5py
from mnist_app.keras.graph import Node, as_stack, weight_groups
from mnist_app.keras.layers import ADD, INPUT, check_settings, from_keras
from tinynet import ModelFileError, Sequential
from tinynet.layers.layer import Layer
from tinynet.types import Array, Shape

TENSOR = "__keras_tensor__"
CONFIG, WEIGHTS = "config.json", "model.weights.h5"
LARGEST_CONFIG = 2**20
# Beside the weights a file may hold an optimizer's arrays, twice as many, and HDF5's own.
LARGEST_WEIGHTS = (2**22, 4)  # bytes, and bytes for each byte of the weights
# Weights hardly become smaller when packed; zeros become a thousand times smaller.
MOST_UNPACKED = 64  # bytes for each packed byte, beyond the 4 MiB
LARGEST_DIRECTORY = 2**16  # bytes; Keras writes three members, and each takes zipfile 500 bytes


@dataclass(frozen=True)
class Description:
    """What config.json says: a stack of layers, not yet built, and whose arrays are where."""

    stack: list[Layer]
    groups: dict[str, Layer]
    input_shape: Shape
    dtype: np.dtype[Any]


def load_keras(path: str | os.PathLike[str]) -> Sequential:
    """The network of a .keras file: a chain of layers that tinynet has, with residual blocks.

    Strict: every setting, name, shape and dtype is compared before memory is taken. Raises
    ModelFileError with one line that says what is wrong, OSError if the file cannot be read,
    ExtraMissing without h5py.
    """
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            described = _read_config(json.loads(_member(archive, CONFIG, LARGEST_CONFIG)))
            model = Sequential(described.stack)
            model.declare(described.input_shape)
            size = sum(math.prod(p.shape) for p in model.parameters().values())
            least, factor = LARGEST_WEIGHTS
            limit = least + factor * size * described.dtype.itemsize
            arrays = _read_weights(_member(archive, WEIGHTS, limit), described)
    except OSError:
        raise
    except RecursionError:
        raise ModelFileError(f"{path}: its {CONFIG} is nested too deeply") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelFileError(f"{path}: not a whole .keras file ({error})") from error
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise ModelFileError(f"{path}: {_one_line(error)}") from error
    model.build(described.input_shape, np.random.default_rng(0), described.dtype)
    for group, layer in described.groups.items():
        for i, parameter in enumerate(layer.parameters().values()):
            parameter.value[...] = arrays[f"{group}/vars/{i}"]
    return model


def _check_directory(path: str | os.PathLike[str]) -> None:
    """ValueError if the archive's list of members is long, before zipfile makes an object of each.

    The list's length stands in the last 22 bytes, before a comment of at most 65,535; a record
    of the 64-bit format, which zipfile would believe instead, stands right before them.
    """
    with open(path, "rb") as file:
        file.seek(-min(os.path.getsize(path), 22 + 2**16 + 20), os.SEEK_END)
        end = file.read()
    at = end.rfind(b"PK\5\6")
    if at < 0:
        return  # no archive, as zipfile will say
    length = int.from_bytes(end[at + 12 : at + 16], "little")
    if length > LARGEST_DIRECTORY or end[max(0, at - 20) : at].startswith(b"PK\6\7"):
        raise ValueError("it has far more members than a .keras file")


def _member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ValueError(f"it is not a .keras file (it has no {name})") from None
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"its {name} is packed in an unusual way; expected stored or deflated")
    limit = min(limit, LARGEST_WEIGHTS[0] + MOST_UNPACKED * info.compress_size)
    if info.file_size > limit:
        raise ValueError(f"its {name} unpacks to {info.file_size:,} bytes; expected <= {limit:,}")
    return archive.read(name)


# --- config.json -----------------------------------------------------------------------------


def _read_config(config: Any) -> Description:
    """The network that is described; nothing is left unread."""
    kind, settings = config["class_name"], config["config"]
    own = config.get("registered_name") not in (None, kind)
    if own or kind not in ("Sequential", "Functional"):
        raise ValueError(f"it holds a {kind}; expected a Sequential or a Functional")
    if kind == "Sequential":
        settings = _as_functional(settings)
    entries = settings["layers"]
    graph = {entry["name"]: _node(entry) for entry in entries}
    if len(graph) < len(entries):
        raise ValueError("two of its layers have the same name")
    begin, output = _only_tensor(settings["input_layers"]), _only_tensor(settings["output_layers"])
    if [name for name, node in graph.items() if node.kind == INPUT] != [begin]:
        raise ValueError("it does not have one input")
    stack = as_stack(graph, output)
    if not stack:
        raise ValueError("it has no layers")
    dtypes = {dtype for node in graph.values() if (dtype := node.settings["dtype"])} or {"float32"}
    if len(dtypes) != 1 or not dtypes <= {"float32", "float64"}:
        raise ValueError(
            f"its dtype is {' and '.join(sorted(dtypes))}; expected float32 or float64"
        )
    shape = _input_shape(graph[begin].settings["batch_shape"])
    return Description(stack, weight_groups(graph, output), shape, np.dtype(dtypes.pop()))


def _as_functional(settings: dict[str, Any]) -> dict[str, Any]:
    """A Sequential's settings in the words of a Functional: each layer is called with the last."""
    entries = list(settings["layers"])
    if not entries or entries[0]["class_name"] != INPUT:
        shape = {"batch_shape": settings.get("build_input_shape")}
        entries.insert(0, {"class_name": INPUT, "config": shape})
    names = [f"{entry['class_name']} {i}" for i, entry in enumerate(entries)]
    tensors = [{"class_name": TENSOR, "config": {"keras_history": [n, 0, 0]}} for n in names]
    calls = [[], *([{"args": [tensor], "kwargs": {}}] for tensor in tensors)]
    layers = [
        {**entry, "name": name, "inbound_nodes": call}
        for entry, name, call in zip(entries, names, calls, strict=False)
    ]
    ends = [names[0], 0, 0], [names[-1], 0, 0]
    return {"layers": layers, "input_layers": ends[0], "output_layers": ends[1]}


def _node(entry: Mapping[str, Any]) -> Node:
    """One layer of the description; in its settings stay the dtype and the input's shape."""
    settings = dict(entry["config"])
    kind = _kind(entry)
    dtype = settings.pop("dtype", None)
    kept = {"dtype": str(dtype["config"]["name"] if isinstance(dtype, dict) else dtype or "")}
    layers: list[Layer] = []
    if kind == INPUT:
        kept["batch_shape"] = settings.pop("batch_shape")
    if kind in (INPUT, ADD):
        check_settings(kind, settings)
    else:
        layers = from_keras(kind, settings)
    return Node(kind, _inputs(entry), tuple(layers), kept)


def _kind(entry: Mapping[str, Any]) -> Any:
    """Keras's own classes have no registered name; others have one like `package>Class`."""
    registered = entry.get("registered_name")
    if registered is None:
        return entry["class_name"]
    if (entry["module"], registered) == ("keras.src.ops.numpy", ADD):  # what `x + y` becomes
        return ADD
    if ">" not in registered:
        raise ValueError(f"it has a layer of its own, {registered!r}")
    return registered


def _inputs(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the layers whose outputs this one is called with."""
    name, calls = entry["name"], entry["inbound_nodes"]
    if not calls:
        return ()
    if len(calls) != 1:
        raise ValueError(f"its layer {name!r} is called {len(calls)} times")
    (call,) = calls
    for argument, value in call["kwargs"].items():
        if value is not None and value is not False:
            raise ValueError(f"its layer {name!r} is called with {argument}={value!r}")
    tensors = call["args"]
    if len(tensors) == 1 and isinstance(tensors[0], list):
        (tensors,) = tensors
    if any(tensor["class_name"] != TENSOR for tensor in tensors):
        raise ValueError(f"its layer {name!r} is called with something else than outputs")
    return tuple(_only_tensor(tensor["config"]["keras_history"]) for tensor in tensors)


def _only_tensor(history: Any) -> str:
    """The layer of ["conv2d", 0, 0], the first output of its first call, alone or in a list."""
    match history:
        case [str(name), 0, 0] | [[str(name), 0, 0]]:
            return name
    raise ValueError(f"expected the only output of a layer. Received: {history!r}")


def _input_shape(batch_shape: Any) -> Shape:
    if not isinstance(batch_shape, list) or len(batch_shape) < 2:
        raise ValueError("it does not say its input shape; build the model before saving it")
    shape = tuple(batch_shape[1:])
    if not all(type(size) is int and 0 < size < 2**31 for size in shape):
        raise ValueError(f"its input shape is {shape}; expected positive sizes")
    return shape


# --- model.weights.h5 ------------------------------------------------------------------------


def _read_weights(content: bytes, described: Description) -> dict[str, Array]:
    h5py = import_h5py()
    expected = {
        f"{group}/vars/{i}": parameter.shape
        for group, layer in described.groups.items()
        for i, parameter in enumerate(layer.parameters().values())
    }
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            found: dict[str, Any] = {}
            # Neither soft nor external links are followed: not by visititems, and not here.
            if isinstance(file.get("layers", getlink=True), h5py.HardLink):
                file["layers"].visititems(lambda name, item: found.update({name: item}))
            found = {n: item for n, item in found.items() if isinstance(item, h5py.Dataset)}
            found = {n: item for n, item in found.items() if "seed_generator" not in n}
            if missing := sorted(expected.keys() - found.keys()):
                raise ValueError(f"the array 'layers/{missing[0]}' is missing")
            if extra := sorted(found.keys() - expected.keys()):
                raise ValueError(f"there is an array 'layers/{extra[0]}' that no layer has")
            stored = sum(found[place].id.get_storage_size() for place in expected)
            if stored > len(content):
                raise ValueError("two of its arrays lie in the same place")
            return {
                place: _read_array(found[place], shape, described.dtype)
                for place, shape in expected.items()
            }
    except OSError as error:
        raise ValueError(f"its {WEIGHTS} is damaged ({_one_line(error)})") from error


def _read_array(dataset: Any, shape: Shape, dtype: np.dtype[Any]) -> Array:
    if dataset.external or dataset.is_virtual or dataset.chunks:
        raise ValueError(f"{dataset.name!r} is not stored as one plain array")
    if dataset.shape != shape or dataset.dtype != dtype:
        raise ValueError(
            f"{dataset.name!r} is {dataset.dtype} of shape {dataset.shape}; "
            f"expected {dtype} of shape {shape}"
        )
    if dataset.id.get_storage_size() != dataset.nbytes:
        raise ValueError(f"{dataset.name!r} is not stored in the file")
    array: Array = dataset[...]
    if not np.isfinite(array).all():
        raise ValueError(f"{dataset.name!r} holds NaN or infinite numbers")
    return array


def _one_line(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"its {CONFIG} lacks {error}"
    return " ".join(str(error).split())
