"""Bugs in ONNX files, each of which the named tests must notice."""

from tests.planted.bug import bugs

LAYERS = "tests/onnx/test_layers.py"
NETWORKS = "tests/onnx/test_networks.py"
CONVERT = "tests/onnx/test_convert.py"

BUGS = [
    *bugs(
        "mnist_app/onnx/layers.py",
        (
            "the rows of Dense stay in tinynet's order",
            "rows = layer.kernel.value if x.order is None else layer.kernel.value[x.order]",
            "rows = layer.kernel.value",
            f"{LAYERS}::test_dense_and_global_average_pooling",
        ),
        (
            "the order of Flatten goes on behind Dense",
            'return replace(graph.node("Gemm", x, *weights), order=None)',
            'return graph.node("Gemm", x, *weights)',
            f"{LAYERS}::test_stacks_of_blocks",
        ),
        (
            "kernels lie with rows and columns exchanged",
            "layer.kernel.value.transpose(3, 2, 0, 1)",
            "layer.kernel.value.transpose(3, 2, 1, 0)",
            f"{LAYERS}::test_conv2d",
        ),
        (
            'the border of padding "same" is left out',
            "    return top, left, bottom, right\n",
            "    return 0, 0, 0, 0\n",
            f"{LAYERS}::test_conv2d",
        ),
        (
            "an odd line of the border comes first",
            "    return top, left, bottom, right\n",
            "    return bottom, right, top, left\n",
            f"{LAYERS}::test_max_pool",
        ),
        (
            "a pool's border is zeros",
            'graph.constant("lowest", -np.inf)',
            'graph.constant("lowest", 0)',
            f"{LAYERS}::test_max_pool",
        ),
        (
            "strides of a pool are 1 if not given",
            "layer.strides or layer.pool_size",
            "layer.strides or (1, 1)",
            f"{LAYERS}::test_strides_of_a_pool_are_its_size",
        ),
        (
            "BatchNormalization has ONNX's own epsilon",
            ", epsilon=layer.epsilon)",
            ")",
            f"{LAYERS}::test_layers_for_any_shape",
        ),
        (
            "Flatten forgets that channels come first",
            "order=None if same else order)",
            "order=None)",
            f"{LAYERS}::test_dense_and_global_average_pooling",
        ),
        (
            "any layer may get a flat array in another order",
            "_twins[layer] = Twin(write, any_order)",
            "_twins[layer] = Twin(write, True)",
            f"{LAYERS}::test_a_layer_of_ones_own_with_parameters",
        ),
        (
            "a subclass is written to ONNX as its parent",
            "    if type(layer) not in _twins:\n",
            "    if not isinstance(layer, tuple(_twins)):\n",
            f"{LAYERS}::test_what_cannot_be_converted_is_named",
        ),
    ),
    *bugs(
        "mnist_app/onnx/write.py",
        (
            "a sum of two arrays in different orders",
            "graph.in_order(kept), graph.in_order(added)",
            "kept, added",
            f"{LAYERS}::test_stacks_of_blocks",
        ),
        (
            "a shortcut is left out",
            "x if layer.shortcut is None else",
            "x if True else",
            f"{LAYERS}::test_larger_models",
        ),
        (
            "outputs in the order of a Flatten at the end",
            'logits = graph.in_order(_append(graph, "", model, x))',
            'logits = _append(graph, "", model, x)',
            f"{LAYERS}::test_conv2d",
        ),
        (
            "the calibration stays behind",
            "    if temperature != 1:\n",
            "    if False:\n",
            f"{NETWORKS}::test_the_calibration_is_inside",
        ),
        (
            "pixels from 0 to 255 reach the network",
            'graph.constant("white", 255)',
            'graph.constant("white", 1)',
            f"{NETWORKS}::test_networks_with_drawn_parameters",
        ),
        (
            "a batch of one picture only",
            '"probabilities", "N"',
            '"probabilities", 1',
            f"{NETWORKS}::test_what_the_file_says_of_itself",
        ),
        (
            "the newest IR version, which runtimes refuse",
            "        ir_version=IR_VERSION,\n",
            "",
            f"{NETWORKS}::test_what_the_file_says_of_itself",
        ),
        (
            "nobody checks the nodes of layers of one's own",
            "onnx.checker.check_model(file, full_check=True)",
            "onnx.checker.check_model(file)",
            f"{LAYERS}::test_nodes_that_do_not_fit_are_refused",
        ),
        (
            "writing an ONNX file makes the model's parameters anew",
            "copy.copy(layer).declare(x.shape)",
            "layer.declare(x.shape)",
            f"{LAYERS}::test_conv2d",
        ),
    ),
    *bugs(
        "mnist_app/onnx/graph.py",
        (
            "nodes of one layer have one name",
            "        while found in self._taken:\n",
            "        while False:\n",
            f"{LAYERS}::test_layers_for_any_shape",
        ),
        (
            "an order is undone by itself",
            "np.argsort(x.order)",
            "x.order",
            f"{LAYERS}::test_conv2d",
        ),
    ),
    *bugs(
        "mnist_app/cli/convert.py",
        (
            "convert replaces files that it did not make",
            "        return MARK in file.read(MARK_WITHIN)\n",
            "        return True\n",
            f"{CONVERT}::test_only_an_older_file_of_ours_is_replaced",
        ),
        (
            "the ONNX file has no calibration",
            "save_onnx(model, target, temperature_of(settings, path), classes)",
            "save_onnx(model, target, 1.0, classes)",
            f"{CONVERT}::test_a_model_with_its_calibration",
        ),
    ),
]
