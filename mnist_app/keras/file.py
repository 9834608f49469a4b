"""Networks in Keras's own files, without Keras: `.keras` read strictly, and written plainly.

A .keras file is a zip archive. In it config.json describes the layers, and model.weights.h5
holds the arrays as layers/<kind>[_<n>]/vars/<i>, counted from 0. A file from someone else is
only ever compared with what tinynet knows; nothing that it names is looked up or run.
"""

import inspect
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tinynet import ModelFileError, Sequential, layers
from tinynet.layers.layer import Layer
from tinynet.model import count_parameters
from tinynet.serialization import write_whole
from tinynet.types import Array, Shape

# Arguments have the same names in both, so that `config()` serves both directions.
KERAS_NAMES: dict[type[Layer], str] = {
    layers.BatchNormalization: "BatchNormalization",
    layers.Conv2D: "Conv2D",
    layers.Dense: "Dense",
    layers.Dropout: "Dropout",
    layers.Flatten: "Flatten",
    layers.GlobalAveragePooling2D: "GlobalAveragePooling2D",
    layers.MaxPool: "MaxPooling2D",
    layers.ReLU: "ReLU",
    layers.Softmax: "Softmax",
}
TINYNET_LAYERS = {name: kind for kind, name in KERAS_NAMES.items()}
ACTIVATIONS: dict[str, type[Layer]] = {
    "relu": layers.ReLU,
    "sigmoid": layers.Sigmoid,
    "softmax": layers.Softmax,
}
# What Keras can set and tinynet cannot, with the value that tinynet has ...
FIXED: dict[str, Any] = {
    "axis": -1,
    "center": True,
    "data_format": "channels_last",
    "dilation_rate": [1, 1],
    "groups": 1,
    "negative_slope": 0.0,
    "scale": True,
    "threshold": 0.0,
    "use_bias": True,
}
# ... and what makes no difference to a network that has its weights.
OF_NO_CONSEQUENCE = {"name", "trainable", "seed", "renorm_momentum"}

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
LARGEST_CONFIG = 2**20
# Beside the weights a file may hold an optimizer's arrays, twice as many, and HDF5's own.
LARGEST_WEIGHTS = (2**22, 4)  # bytes, and bytes for each byte of the weights


class KerasMissing(ImportError):
    """Part of the extra `keras` is not installed; the message says what to install."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f'{package} is not installed; install the extra "keras": '
            'python -m pip install "tinynet-mnist[keras]"'
        )


def import_h5py() -> Any:
    """h5py, which comes with TensorFlow; KerasMissing without it."""
    try:
        import h5py  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise KerasMissing("h5py") from None
    return h5py


def load_keras(path: str | os.PathLike[str]) -> Sequential:
    """The network of a .keras file, a Sequential of layers that tinynet has.

    Strict: every setting, name, shape and dtype is compared before memory is taken. Raises
    ModelFileError with one line that says what is wrong, OSError if the file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(_member(archive, CONFIG, LARGEST_CONFIG))
            stack, input_shape, dtype = _read_config(config)
            model = Sequential(stack)
            model.declare(input_shape)
            size = count_parameters(model)
            least, factor = LARGEST_WEIGHTS
            limit = least + factor * size * dtype.itemsize
            arrays = _read_weights(_member(archive, WEIGHTS, limit), stack, dtype)
    except OSError:
        raise
    except RecursionError:
        raise ModelFileError(f"{path}: its {CONFIG} is nested too deeply") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelFileError(f"{path}: not a whole .keras file ({error})") from error
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise ModelFileError(f"{path}: {_one_line(error)}") from error
    model.build(input_shape, np.random.default_rng(model.seed), dtype)
    for name, parameter in model.parameters().items():
        parameter.value[...] = arrays[name]
    return model


def save_keras(model: Sequential, path: str | os.PathLike[str], from_logits: bool) -> None:
    """Write the model as a .keras file, complete or not at all.

    It is compiled with the cross-entropy (of logits, or of probabilities) and the accuracy, so
    that `evaluate` works once Keras has opened it; its inputs are images in 0..1. To train it
    on, compile it again: the optimizer in the file is Keras's plain SGD.
    """
    config = _config(model, from_logits)
    weights = _weights(model)

    def write(temporary: Path) -> None:
        with zipfile.ZipFile(temporary, "w") as archive:
            archive.writestr("metadata.json", json.dumps({"keras_version": "3.0.0"}))
            archive.writestr(CONFIG, json.dumps(config, indent=1))
            archive.writestr(WEIGHTS, weights)

    write_whole(path, write)


# --- reading ---------------------------------------------------------------------------------


def _member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ValueError(f"it is not a .keras file (it has no {name})") from None
    if info.file_size > limit:
        raise ValueError(f"its {name} unpacks to {info.file_size:,} bytes; expected <= {limit:,}")
    return archive.read(name)


def _read_config(config: Any) -> tuple[list[Layer], Shape, np.dtype[Any]]:
    """The layers, not yet declared, the input shape and the dtype; nothing is left unread."""
    if config["class_name"] != "Sequential":
        raise ValueError(f"it holds a {config['class_name']}; expected a Sequential")
    entries = list(config["config"]["layers"])
    batch_shape = config["config"].get("build_input_shape")
    dtypes = set()
    stack: list[Layer] = []
    for entry in entries:
        kind, settings = entry["class_name"], dict(entry["config"])
        if entry.get("registered_name") is not None:
            raise ValueError(f"it has a layer of its own, {entry['registered_name']!r}")
        dtypes.add(_dtype_name(settings.pop("dtype", "float32")))
        if kind == "InputLayer":
            batch_shape = settings["batch_shape"]
        else:
            stack.extend(_make_layers(kind, settings))
    if not stack:
        raise ValueError("it has no layers")
    if len(dtypes) != 1 or not dtypes <= {"float32", "float64"}:
        raise ValueError(
            f"its dtype is {' and '.join(sorted(dtypes))}; expected float32 or float64"
        )
    if not isinstance(batch_shape, list) or len(batch_shape) < 2:
        raise ValueError("it does not say its input shape; build the model before saving it")
    shape = tuple(batch_shape[1:])
    if not all(type(size) is int and 0 < size < 2**31 for size in shape):
        raise ValueError(f"its input shape is {shape}; expected positive sizes")
    return stack, shape, np.dtype(dtypes.pop())


def _dtype_name(dtype: Any) -> str:
    return str(dtype["config"]["name"] if isinstance(dtype, dict) else dtype)


def _make_layers(kind: str, settings: dict[str, Any]) -> Iterator[Layer]:
    """The tinynet layer of a Keras layer, and its activation if it has one."""
    activation = settings.pop("activation", "linear")
    if kind == "Activation":
        if activation == "linear":
            return
    elif not isinstance(kind, str) or kind not in TINYNET_LAYERS:
        known = ", ".join(sorted([*TINYNET_LAYERS, "Activation"]))
        raise ValueError(f"it has a layer {kind!r}, which tinynet does not have; known are {known}")
    else:
        layer = TINYNET_LAYERS[kind]
        names = inspect.signature(layer).parameters
        arguments = {name: settings.pop(name) for name in names if name in settings}
        _check_fixed(kind, settings)
        yield layer(**arguments)
        if activation == "linear":
            return
        settings = {}
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ValueError(
            f"its {kind} has the activation {activation!r}; known are linear, "
            f"{', '.join(sorted(ACTIVATIONS))}"
        )
    _check_fixed(kind, settings)
    yield ACTIVATIONS[activation]()


def _check_fixed(kind: str, settings: Mapping[str, Any]) -> None:
    """ValueError for a setting by which Keras would calculate something else than tinynet."""
    for name, value in settings.items():
        if name in OF_NO_CONSEQUENCE or name.endswith("_initializer"):
            continue
        if (value == FIXED[name]) if name in FIXED else (value is None or value is False):
            continue
        raise ValueError(f"its {kind} has {name}={value!r}, which tinynet does not have")


def _read_weights(content: bytes, stack: list[Layer], dtype: np.dtype[Any]) -> dict[str, Array]:
    h5py = import_h5py()
    expected = dict(_places(stack))
    arrays = {}
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            found: dict[str, Any] = {}
            if "layers" in file:  # neither soft nor external links are followed
                file["layers"].visititems(lambda name, item: found.update({name: item}))
            found = {n: item for n, item in found.items() if isinstance(item, h5py.Dataset)}
            found = {n: item for n, item in found.items() if "seed_generator" not in n}
            if missing := sorted(expected.keys() - found.keys()):
                raise ValueError(f"the array 'layers/{missing[0]}' is missing")
            if extra := sorted(found.keys() - expected.keys()):
                raise ValueError(f"there is an array 'layers/{extra[0]}' that no layer has")
            for place, (name, shape) in expected.items():
                arrays[name] = _read_array(found[place], shape, dtype)
    except OSError as error:
        raise ValueError(f"its {WEIGHTS} is damaged ({_one_line(error)})") from error
    return arrays


def _read_array(dataset: Any, shape: Shape, dtype: np.dtype[Any]) -> Array:
    if dataset.external or dataset.is_virtual or dataset.chunks:
        raise ValueError(f"{dataset.name!r} is not stored as one plain array")
    if dataset.shape != shape or dataset.dtype != dtype:
        raise ValueError(
            f"{dataset.name!r} is {dataset.dtype} of shape {dataset.shape}; "
            f"expected {dtype} of shape {shape}"
        )
    array: Array = dataset[...]
    if not np.isfinite(array).all():
        raise ValueError(f"{dataset.name!r} holds NaN or infinite numbers")
    return array


def _places(stack: list[Layer]) -> Iterator[tuple[str, tuple[str, Shape]]]:
    """For every parameter of declared layers its place below `layers`, name and shape."""
    for layer in stack:
        kind, _, count = layer.name.rpartition("_")
        group = kind if count == "1" else f"{kind}_{int(count) - 1}"
        for i, (name, parameter) in enumerate(layer.parameters().items()):
            yield f"{group}/vars/{i}", (f"{layer.name}.{name}", parameter.shape)


def _one_line(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"its {CONFIG} lacks {error}"
    return " ".join(str(error).split())


# --- writing ---------------------------------------------------------------------------------


def _config(model: Sequential, from_logits: bool) -> dict[str, Any]:
    batch_shape = [None, *model.input_shape]
    dtype = str(model.dtype)
    stack = [_object("keras.layers", "InputLayer", {"batch_shape": batch_shape, "dtype": dtype})]
    for layer in model.layers:
        kind, settings = _keras_layer(layer)
        settings = {"name": layer.name, "dtype": dtype, **settings}
        stack.append(_object("keras.layers", kind, settings))
    loss = _object("keras.losses", "SparseCategoricalCrossentropy", {"from_logits": from_logits})
    network = _object("keras", "Sequential", {"name": "tinynet", "layers": stack})
    compiled = {"optimizer": "sgd", "loss": loss, "metrics": ["accuracy"]}
    return {**network, "build_config": {"input_shape": batch_shape}, "compile_config": compiled}


def _keras_layer(layer: Layer) -> tuple[str, dict[str, Any]]:
    if type(layer) in KERAS_NAMES:
        return KERAS_NAMES[type(layer)], layer.config()
    for name, kind in ACTIVATIONS.items():
        if type(layer) is kind:
            return "Activation", {"activation": name}
    raise ModelFileError(f"Keras's file has no place for the layer {layer!r}")


def _object(module: str, class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    """How Keras writes down any object."""
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": None,
    }


def _weights(model: Sequential) -> bytes:
    h5py = import_h5py()
    parameters = model.parameters()
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for place, (name, _) in _places(model.layers):
            file[f"layers/{place}"] = parameters[name].value
        file["optimizer/vars/0"] = np.int64(0)  # SGD's iterations and learning rate
        file["optimizer/vars/1"] = np.float32(0.01)
    return content.getvalue()
