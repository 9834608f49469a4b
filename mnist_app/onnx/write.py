"""Networks into ONNX files: from images as they are stored to probabilities."""

import copy
import json
import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mnist_app.onnx.graph import Graph, Value, import_onnx
from mnist_app.onnx.layers import twin_of
from mnist_app.reading.classifier import CLASSES
from mnist_app.reading.probabilities import ends_in_logits
from tinynet import Layer, ModelFileError, Residual, Sequential, __version__
from tinynet.serialization import write_whole

PRODUCER = "tinynet-mnist"
INPUT, OUTPUT, BATCH = "images", "probabilities", "N"
OPSET, IR_VERSION = 17, 8  # old enough for the runtimes that are in use
LARGEST = 2**31 - 2**20  # bytes of all arrays: protobuf writes no file of 2 GiB
LEAST = np.float32(1e-7)  # no row of numbers in (0, 1) sums to 0, as in reading/probabilities.py


def save_onnx(
    model: Sequential,
    path: str | os.PathLike[str],
    temperature: float = 1.0,
    classes: Sequence[str] = (),
) -> None:
    """Write the model as an ONNX file, complete or not at all.

    Its input `images` is uint8 in 0..255, (N, 28, 28) for a model of (28, 28, 1); its output
    `probabilities` is float32, (N, K), with the calibration's temperature in it. Parameters keep
    their names; those of the classes, if given, stand in the file's metadata as a JSON list.
    Raises ModelFileError for what ONNX cannot hold, ExtraMissing without onnx.
    """
    content = onnx_bytes(model, temperature, classes)
    write_whole(path, lambda temporary: temporary.write_bytes(content))


def onnx_bytes(model: Sequential, temperature: float = 1.0, classes: Sequence[str] = ()) -> bytes:
    """What the file holds, after ONNX's own checker has looked at it; errors as `save_onnx`."""
    onnx = import_onnx()
    _check(model)
    graph = Graph({parameter: name for name, parameter in model.parameters().items()})
    shape = model.input_shape
    stored = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape  # pictures are (28, 28)
    x = _scaled(graph, Value(INPUT, shape), unsqueezed=stored != shape)
    logits = graph.in_order(_append(graph, "", model, x))
    if ends_in_logits(model):
        _softmax(graph, logits, temperature)
    else:
        _normalized(graph, logits)
    helper, kinds = onnx.helper, onnx.TensorProto
    described = helper.make_graph(
        graph.nodes,
        "tinynet",
        [helper.make_tensor_value_info(INPUT, kinds.UINT8, [BATCH, *stored])],
        [helper.make_tensor_value_info(OUTPUT, kinds.FLOAT, [BATCH, *model.output_shape])],
        [onnx.numpy_helper.from_array(array, name) for name, array in graph.constants.items()],
    )
    file = helper.make_model(
        described,
        producer_name=PRODUCER,
        producer_version=__version__,
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    if classes:
        helper.set_model_props(file, {CLASSES: json.dumps(list(classes))})
    try:
        onnx.checker.check_model(file, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ModelFileError(f"ONNX's checker refuses the network: {error}") from error
    content: bytes = file.SerializeToString()
    return content


def _check(model: Sequential) -> None:
    """ModelFileError for a model that no runtime would run as tinynet does."""
    if model.dtype != np.float32:
        raise ModelFileError(
            f"the model works in {model.dtype}, which ONNX's runtimes lack convolutions for; "
            "expected float32"
        )
    if len(model.output_shape) != 1:
        raise ModelFileError(
            f"the model maps {model.input_shape} to {model.output_shape}; expected one number a "
            "class, which becomes a probability"
        )
    size = sum(parameter.value.nbytes for parameter in model.parameters().values())
    if size > LARGEST:
        raise ModelFileError(
            f"the model has {size:,} bytes of parameters; an ONNX file holds at most {LARGEST:,}"
        )


def _scaled(graph: Graph, x: Value, unsqueezed: bool) -> Value:
    """Images as they are stored -> numbers in 0..1, channels first."""
    graph.place = "scaled"
    x = graph.node("Cast", x, to=import_onnx().TensorProto.FLOAT)
    x = graph.node("Div", x, graph.constant("white", 255))
    axes = len(x.shape)
    if unsqueezed:
        x = graph.node("Unsqueeze", x, graph.constant("axes", [axes], np.int64))
    return graph.node("Transpose", x, perm=(0, axes, *range(1, axes))) if axes > 1 else x


def _append(graph: Graph, place: str, layer: Layer, x: Value) -> Value:
    """Enter a layer, or all that a block is made of; return what comes out of it."""
    if isinstance(layer, Sequential):
        for name, part in layer.children().items():
            x = _append(graph, f"{place}.{name}" if place else name, part, x)
        return x
    if isinstance(layer, Residual):
        kept = (
            x if layer.shortcut is None else _append(graph, f"{place}.shortcut", layer.shortcut, x)
        )
        added = _append(graph, place, layer.body, x)
        graph.place = f"{place}.sum"
        return graph.node("Add", graph.in_order(kept), graph.in_order(added))
    graph.place = place
    twin = twin_of(layer)
    shape = copy.copy(layer).declare(x.shape)  # a copy: it makes new parameters
    y = twin.write(layer, graph, x if twin.any_order else graph.in_order(x))
    return replace(y, shape=shape)


def _softmax(graph: Graph, logits: Value, temperature: float) -> Value:
    graph.place = "calibrated"
    if temperature != 1:
        logits = graph.node("Div", logits, graph.constant("temperature", temperature))
    graph.place = OUTPUT
    return graph.node("Softmax", logits, axis=1)


def _normalized(graph: Graph, x: Value) -> Value:
    """Numbers in (0, 1), divided by their sum."""
    graph.place = "clipped"
    least, most = graph.constant("least", LEAST), graph.constant("most", 1 - LEAST)
    clipped = graph.node("Clip", x, least, most)
    graph.place = "sum"
    total = graph.node("ReduceSum", clipped, graph.constant("axes", [1], np.int64), keepdims=1)
    graph.place = OUTPUT
    return graph.node("Div", clipped, total)
