"""ONNX files run by two programs that are not ours, onnxruntime and ONNX's reference evaluator."""

from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

from mnist_app.onnx.write import INPUT, OUTPUT, onnx_bytes
from tinynet import Sequential
from tinynet.types import Array

ENDS = ("calibrated", "clipped", OUTPUT)  # the nodes that take the network's own outputs


class Outputs(NamedTuple):
    """What a program says of images: the network's outputs, and the probabilities."""

    network: Array
    probabilities: Array


def opened(content: bytes) -> Any:
    """The file, checked in full."""
    file = onnx.load_from_string(content)
    onnx.checker.check_model(file, full_check=True)
    return file


def with_network_outputs(content: bytes) -> bytes:
    """The file with a second output: what the network says before it becomes probabilities."""
    file = opened(content)
    inside = next(node.input[0] for node in file.graph.node if node.name in ENDS)
    shape = [
        dim.dim_param or dim.dim_value for dim in file.graph.output[0].type.tensor_type.shape.dim
    ]
    info = onnx.helper.make_tensor_value_info(inside, onnx.TensorProto.FLOAT, shape)
    file.graph.output.append(info)
    return bytes(file.SerializeToString())


def by_runtime(content: bytes, images: Array, batch: int = 500) -> Outputs:
    """What onnxruntime says, with its usual optimizations."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # no warnings that some layer is a constant's business
    session = onnxruntime.InferenceSession(with_network_outputs(content), options)
    return _batches(session, images, batch)


def by_evaluator(content: bytes, images: Array, batch: int = 100) -> Outputs:
    """What ONNX's own definition of each operation says."""
    return _batches(ReferenceEvaluator(opened(with_network_outputs(content))), images, batch)


def _batches(program: Any, images: Array, batch: int) -> Outputs:
    starts = range(0, len(images), batch)
    parts = [program.run(None, {INPUT: images[start : start + batch]}) for start in starts]
    probabilities, network = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Outputs(network, probabilities)


def random_images(model: Sequential, count: int, seed: int = 0) -> Array:
    """Images as they are stored, which the model and its file both take."""
    shape = model.input_shape
    stored = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
    return np.random.default_rng(seed).integers(0, 256, (count, *stored), np.uint8)


def differences(model: Sequential, images: Array) -> list[float]:
    """How far the outputs of each program are from ours, as shares of our largest."""
    content, ours = onnx_bytes(model), model.predict(images)
    scale = max(float(np.abs(ours).max()), 1e-30)
    return [
        float(np.abs(program(content, images).network - ours).max()) / scale
        for program in (by_runtime, by_evaluator)
    ]
