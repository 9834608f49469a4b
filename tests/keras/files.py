"""Models to convert, a file to tamper with, and the command that must refuse it."""

import io
import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from typer.testing import CliRunner, Result

from mnist_app.cli import app
from mnist_app.keras.read import CONFIG, WEIGHTS
from mnist_app.training.networks import build_network
from tinynet import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    MaxPool,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Softmax,
)

NETWORKS = ("cnn", "mlp", "mlp-small")


def drawn(model: Sequential) -> Sequential:
    """The model with all parameters drawn at random, of both signs but for variances."""
    rng = np.random.default_rng(1)
    for name, parameter in model.parameters().items():
        values = rng.normal(size=parameter.shape) / np.sqrt(np.prod(parameter.shape[:-1]))
        parameter.value[...] = np.abs(values) + 0.1 if name.endswith("variance") else values
    return model


def every_layer() -> Sequential:
    """One of each, in both orders of ReLU and MaxPool, with settings that differ from defaults."""
    layers = [
        Conv2D(4, (3, 2), strides=(2, 1), padding="same"),
        ReLU(),
        MaxPool(2),
        BatchNormalization(momentum=0.9, epsilon=0.01),
        Conv2D(5, 3),
        MaxPool((3, 2), strides=1, padding="same"),
        ReLU(),
        Dropout(0.25),
        GlobalAveragePooling2D(),
        Dense(6),
        Sigmoid(),
        Dense(7),
        Softmax(),
    ]
    return drawn(Sequential(layers, (28, 28, 1)))


def residual(dtype: str = "float32") -> Sequential:
    """Blocks with and without a shortcut, one in another, both ways as long; a way of one layer.

    Kernels of one kind have one shape wherever they can, so that no mix-up is seen by shapes.
    """
    inner = Residual(
        Conv2D(4, 3, padding="same"), Sequential([Conv2D(4, 3, padding="same"), ReLU()])
    )
    layers = [
        Conv2D(4, 3, strides=2),
        Residual(Sequential([inner, BatchNormalization(), ReLU(), Conv2D(4, 3, padding="same")])),
        MaxPool(2),
        Residual(
            Sequential(
                [
                    Conv2D(4, 3, padding="same"),
                    BatchNormalization(),
                    ReLU(),
                    Conv2D(4, 3, padding="same"),
                    Dropout(0.25),
                ]
            ),
            Conv2D(4, 3, padding="same"),
        ),
        Residual(Conv2D(4, 1)),
        GlobalAveragePooling2D(),
        Dense(5),
    ]
    return drawn(Sequential(layers, (28, 28, 1), dtype=dtype))


MODELS: dict[str, Callable[[], Sequential]] = {
    "every layer": every_layer,
    "residual": residual,
    **{name: partial(build_network, name) for name in (*NETWORKS, "resnet")},
}


def same_weights(a: Sequential, b: Sequential) -> bool:
    """Whether both have the same parameters, names and bits."""
    ours, theirs = a.parameters(), b.parameters()
    return list(ours) == list(theirs) and all(
        np.array_equal(ours[name].value, theirs[name].value) for name in ours
    )


def run(*arguments: object) -> Result:
    """A command of the app, in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def forge(
    good: Path,
    config: Callable[[Any], object] | None = None,
    weights: Callable[[h5py.File], object] | None = None,
) -> Path:
    """A copy of the good file whose description or arrays have been tampered with."""
    with zipfile.ZipFile(good) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if config is not None:
        described = json.loads(members[CONFIG])
        config(described)
        members[CONFIG] = json.dumps(described).encode()
    if weights is not None:
        content = io.BytesIO(members[WEIGHTS])
        with h5py.File(content, "r+") as file:
            weights(file)
        members[WEIGHTS] = content.getvalue()
    bad = good.with_name("bad.keras")
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content_ in members.items():
            archive.writestr(name, content_)
    return bad


def refused(path: Path, *words: str) -> None:
    """`convert` says in one line what is wrong, with all these words, and leaves nothing."""
    target = path.with_name("out.safetensors")
    result = run("convert", path, target)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith(f"Error: {path}: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr
    assert not target.exists()


def entry(config: Any, kind: str, number: int = 0) -> Any:
    """The first layer of this kind (or another), as the file describes it."""
    return [e for e in config["config"]["layers"] if e["class_name"] == kind][number]
