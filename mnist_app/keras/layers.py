"""Which layer of tinynet is which of Keras, as pairs; `register` adds one of your own."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import methodcaller
from typing import Any

from tinynet import ModelFileError, layers
from tinynet.layers.layer import Layer

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
INPUT, ADD, ACTIVATION = NO_PAIRS = ("InputLayer", "Add", "Activation")  # not one layer here
ACTIVATIONS: dict[str, type[Layer]] = {
    "relu": layers.ReLU,
    "sigmoid": layers.Sigmoid,
    "softmax": layers.Softmax,
}


@dataclass(frozen=True)
class Pair:
    """A layer, its class in Keras, and the way there and back."""

    layer: type[Layer]
    keras_name: str
    to_keras: Callable[[Any], dict[str, Any]]
    from_keras: Callable[..., Layer]


_pairs: list[Pair] = []


def register(
    layer: type[Layer],
    keras_name: str,
    to_keras: Callable[[Any], dict[str, Any]] | None = None,
    from_keras: Callable[..., Layer] | None = None,
) -> None:
    """Let `.keras` files hold a layer of your own.

    `keras_name` is its twin in keras.layers, or `package>Class` for a class that is registered
    with Keras. `to_keras(layer)` gives the twin's arguments, `from_keras(**arguments)` makes the
    layer of them; leave both out if the arguments have the same names. A file is refused if it
    sets anything else. Parameters must come in the order of the twin's `weights`.
    Raises ValueError if the layer or the name has a pair already.
    """
    taken = any(pair.layer is layer or pair.keras_name == keras_name for pair in _pairs)
    if taken or keras_name in NO_PAIRS:
        raise ValueError(
            f"{layer.__name__} or Keras's {keras_name} is registered already; "
            "a layer and a name can have one pair only."
        )
    to_keras = to_keras or methodcaller("config")
    _pairs.append(Pair(layer, keras_name, to_keras, from_keras or layer))


def to_keras(layer: Layer) -> tuple[str, dict[str, Any]]:
    """The layer's class in Keras and its arguments; ModelFileError if Keras has none."""
    for pair in _pairs:
        if type(layer) is pair.layer:
            return pair.keras_name, pair.to_keras(layer)
    for name, kind in ACTIVATIONS.items():
        if type(layer) is kind:
            return ACTIVATION, {"activation": name}
    raise ModelFileError(
        f"Keras's file has no place for the layer {layer!r}; "
        "mnist_app.keras.layers.register makes one"
    )


def from_keras(kind: str, settings: Mapping[str, Any]) -> list[Layer]:
    """The layer that a class of Keras with these settings is, and its activation if it has one.

    Raises ValueError for a class that is not known, and for a setting that tinynet lacks.
    """
    left = dict(settings)
    activation = left.pop("activation", "linear")
    made: list[Layer] = []
    if kind != ACTIVATION:
        pair = next((pair for pair in _pairs if pair.keras_name == kind), None)
        if pair is None:
            known = ", ".join(sorted([*(pair.keras_name for pair in _pairs), ACTIVATION]))
            raise ValueError(
                f"it has a layer {kind!r}, which tinynet does not have; known are {known}"
            )
        names = inspect.signature(pair.from_keras).parameters
        arguments = {name: left.pop(name) for name in names if name in left}
        made.append(pair.from_keras(**arguments))
    check_settings(kind, left)
    if activation == "linear":
        return made
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ValueError(
            f"its {kind} has the activation {activation!r}; known are linear, "
            f"{', '.join(sorted(ACTIVATIONS))}"
        )
    return [*made, ACTIVATIONS[activation]()]


def check_settings(kind: str, settings: Mapping[str, Any]) -> None:
    """ValueError for a setting by which Keras would calculate something else than tinynet."""
    for name, value in settings.items():
        if name in OF_NO_CONSEQUENCE or name.endswith("_initializer"):
            continue
        if (value == FIXED[name]) if name in FIXED else (value is None or value is False):
            continue
        raise ValueError(f"its {kind} has {name}={value!r}, which tinynet does not have")


def snake_case(keras_name: str) -> str:
    """Conv2D -> conv2d, LeakyReLU -> leaky_re_lu: how Keras names a layer's arrays in a file."""
    parted = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", keras_name.rpartition(">")[2])
    return re.sub("([a-z])([A-Z])", r"\1_\2", parted).lower()


for _layer in (
    layers.BatchNormalization,
    layers.Conv2D,
    layers.Dense,
    layers.Dropout,
    layers.Flatten,
    layers.GlobalAveragePooling2D,
    layers.ReLU,
    layers.Softmax,
):
    register(_layer, _layer.__name__)
register(layers.MaxPool, "MaxPooling2D")
