"""Bugs in the comparison with Keras and in `.keras` files, each of which the tests must notice."""

from tests.planted.bug import Bug

COMPARISON = "mnist_app/keras/comparison.py"
WORKER = "mnist_app/keras/worker.py"
LAYERS = "mnist_app/keras/layers.py"
GRAPH = "mnist_app/keras/graph.py"
READ = "mnist_app/keras/read.py"
WRITE = "mnist_app/keras/write.py"
TABLE = "tests/keras/test_comparison.py::test_every_number_of_the_table"
CONVERT = "tests/keras/test_convert.py"
REFUSED = "tests/keras/test_refused_files.py"
GRAPHS = "tests/keras/test_graphs.py"
IN_KERAS = "tests/parity/test_keras_file.py"

BUGS = [
    # --- compare's table ---
    Bug(
        "the comparison's differences have the wrong sign",
        file=COMPARISON,
        old="{ours - theirs:+.2f} points",
        new="{theirs - ours:+.2f} points",
        tests=TABLE,
    ),
    Bug(
        "the comparison takes the first epoch's accuracy for the last",
        file=COMPARISON,
        old='["epochs"][-1]["test_accuracy"]',
        new='["epochs"][0]["test_accuracy"]',
        tests=TABLE,
    ),
    Bug(
        "the comparison's distances lack the absolute value",
        file=COMPARISON,
        old="np.abs(ours[name] - theirs[name]).max()",
        new="(ours[name] - theirs[name]).max()",
        tests="tests/keras/test_comparison.py::test_distances_are_relative_to_keras",
    ),
    Bug(
        "the comparison's distances are relative to tinynet",
        file=COMPARISON,
        old="/ np.abs(theirs[name]).max()",
        new="/ np.abs(ours[name]).max()",
        tests="tests/keras/test_comparison.py::test_distances_are_relative_to_keras",
    ),
    Bug(
        "the comparison shows the best seed's distance for the worst",
        file=COMPARISON,
        old="max(distances[name] for distances in self.distances)",
        new="min(distances[name] for distances in self.distances)",
        tests=TABLE,
    ),
    Bug(
        "the comparison shows the best weight's distance for the worst",
        file=COMPARISON,
        old="max(worst[name] for name in names)",
        new="min(worst[name] for name in names)",
        tests=TABLE,
    ),
    Bug(
        "the comparison shows tinynet's accuracy for the agreement",
        file=COMPARISON,
        old='np.mean(a["tinynet"] == a["keras"])',
        new='np.mean(a["tinynet"] == self.labels)',
        tests=TABLE,
    ),
    Bug(
        "the comparison's agreement is that of one seed",
        file=COMPARISON,
        old="for a in self.answers])",
        new="for a in self.answers[:1]])",
        tests=TABLE,
    ),
    Bug(
        "the comparison's mean is the best seed's",
        file=COMPARISON,
        old="float(np.mean(ours)), float(np.mean(theirs))",
        new="float(np.max(ours)), float(np.max(theirs))",
        tests=TABLE,
    ),
    Bug(
        "the comparison's columns are exchanged",
        file=COMPARISON,
        old='FRAMEWORKS = ("tinynet", "keras")',
        new='FRAMEWORKS = ("keras", "tinynet")',
        tests=TABLE,
    ),
    Bug(
        "the command prints Keras's column twice",
        file="mnist_app/cli/compare.py",
        old="map(astuple, result.rows())",
        new="((m, k, k, d) for m, _, k, d in map(astuple, result.rows()))",
        tests="tests/keras/test_comparison.py::test_what_the_command_prints",
    ),
    Bug(
        "the curve shows means since the epoch's start, not since the last point",
        file=WORKER,
        old="total = step * means[step] - before * means.get(before, 0.0)",
        new="total = (step - before) * means[step]",
        tests=(
            "tests/keras/test_comparison.py"
            "::test_mean_losses_since_the_start_become_means_of_windows"
        ),
    ),
    # --- the two processes (the tests train for real: half a minute) ---
    Bug(
        "the two frameworks see other orders of the batches",
        file=WORKER,
        old="rng = np.random.default_rng([job.seed, epoch])",
        new="rng = np.random.default_rng([job.seed, epoch, framework == 'keras'])",
        tests="tests/parity/test_compare.py::test_losses_go_together",
    ),
    Bug(
        "the first steps start from weights that a step has changed already",
        file=WORKER,
        old="    contender.start(initial, every_step=True)\n    arrays =",
        new="    arrays =",
        tests="tests/parity/test_compare.py::test_both_do_the_same",
    ),
    Bug(
        "Keras does not start from tinynet's weights",
        file="mnist_app/keras/networks.py",
        old="        set_weights(self.model, weights)\n",
        new="",
        tests="tests/parity/test_compare.py::test_both_do_the_same",
    ),
    Bug(
        "Keras trains on bytes that are not scaled",
        file="mnist_app/keras/networks.py",
        old="tf.float32)[..., tf.newaxis] / 255",
        new="tf.float32)[..., tf.newaxis]",
        tests="tests/parity/test_compare.py::test_losses_go_together",
    ),
    Bug(
        "Keras takes what went into a sigmoid for logits",
        file="mnist_app/keras/networks.py",
        old="sparse_categorical_crossentropy(labels, identity(outputs))",
        new="sparse_categorical_crossentropy(labels, outputs)",
        tests="tests/parity/test_networks.py::test_outputs_and_gradients_of_one_batch",
    ),
    # --- writing ---
    Bug(
        "the loss in a .keras file always expects logits",
        file=WRITE,
        old='loss = {"from_logits": from_logits}',
        new='loss = {"from_logits": True}',
        tests=f"{CONVERT}::test_the_loss_in_the_file_fits_the_outputs",
    ),
    Bug(
        "the loss in a .keras file always expects probabilities",
        file=WRITE,
        old='loss = {"from_logits": from_logits}',
        new='loss = {"from_logits": False}',
        tests=f"{CONVERT}::test_the_loss_in_the_file_fits_the_outputs",
    ),
    Bug(
        "convert says logits where the network ends in probabilities",
        file="mnist_app/cli/convert.py",
        old="from_logits=ends_in_logits(model)",
        new="from_logits=not ends_in_logits(model)",
        tests=f"{CONVERT}::test_the_loss_in_the_file_fits_the_outputs",
    ),
    Bug(
        "a shortcut is left out of the .keras file",
        file=WRITE,
        old="end if layer.shortcut is None else self._append(layer.shortcut, end)",
        new="end",
        tests=f"{CONVERT}::test_there_and_back_changes_no_bit",
    ),
    Bug(
        "the shortcut follows on the body instead of the input",
        file=WRITE,
        old="else self._append(layer.shortcut, end)",
        new="else self._append(layer.shortcut, body)",
        tests=f"{CONVERT}::test_there_and_back_changes_no_bit",
    ),
    Bug(
        "the body and the shortcut are exchanged",
        file=WRITE,
        old="Node(ADD, (body, shortcut))",
        new="Node(ADD, (shortcut, body))",
        tests=f"{CONVERT}::test_there_and_back_changes_no_bit",
    ),
    Bug(
        "writing a .keras file makes the model's parameters anew",
        file=WRITE,
        old="copy.copy(layer).declare(",
        new="layer.declare(",
        tests=f"{CONVERT}::test_float64_stays_float64",
    ),
    Bug(
        "the layers in a .keras file are float32, whatever the model",
        file=WRITE,
        old="self.dtype = str(model.dtype)",
        new='self.dtype = "float32"',
        tests=f"{CONVERT}::test_float64_stays_float64",
    ),
    Bug(
        "a layer of someone's package is written as one of Keras's",
        file=WRITE,
        old='"registered_name": node.kind}',
        new='"registered_name": None}',
        tests=f"{CONVERT}::test_a_layer_with_other_words_and_a_parameter",
    ),
    Bug(
        "convert needs TensorFlow",
        file="mnist_app/keras/extras.py",
        old="        import h5py\n",
        new="        import h5py\n        import tensorflow\n",
        tests=f"{CONVERT}::test_neither_tensorflow_nor_keras_is_needed",
    ),
    Bug(
        "a missing h5py asks for the 2 GB of TensorFlow",
        file="mnist_app/keras/extras.py",
        old='ExtraMissing("h5py", "convert")',
        new='ExtraMissing("h5py", "keras")',
        tests=f"{CONVERT}::test_without_h5py",
    ),
    # --- the order in which Keras counts ---
    Bug(
        "the shortest way to the output counts, not the longest",
        file=GRAPH,
        old="max(distances.get(other, 0), distances[name] + 1)",
        new="min(distances.get(other, 10**9), distances[name] + 1)",
        tests=f"{GRAPHS}::test_chains_with_residual_blocks",
    ),
    Bug(
        "of layers as far from the output, the second input's come first",
        file=GRAPH,
        old="waiting.extend(reversed(graph[name].inputs))",
        new="waiting.extend(graph[name].inputs)",
        tests=f"{GRAPHS}::test_arrays_are_counted_in_keras_order",
    ),
    Bug(
        "Keras's order of arrays is that of a file, not of the graph",
        file=GRAPH,
        old="    for name in keras_order(graph, output):\n        node = graph[name]\n        kind",
        new="    for name in graph:\n        node = graph[name]\n        kind",
        tests=f"{IN_KERAS}::test_keras_opens_what_tinynet_saves",
    ),
    Bug(
        "Keras's arrays are counted from 1",
        file=GRAPH,
        old="count = counts.get(kind, 0)",
        new="count = counts.get(kind, 1)",
        tests=f"{GRAPHS}::test_arrays_are_counted_in_keras_order",
    ),
    # --- reading ---
    Bug(
        "a graph's layers may lead nowhere",
        file=GRAPH,
        old="if idle := sorted(graph.keys() - met.keys()):",
        new="if idle := []:",
        tests=f"{GRAPHS}::test_other_graphs",
    ),
    Bug(
        "a layer may be in two blocks",
        file=GRAPH,
        old="        if id(layer) in inside:",
        new="        if False:",
        tests=f"{GRAPHS}::test_other_graphs",
    ),
    Bug(
        "a sum that names the block's input first is refused",
        file=GRAPH,
        old="        body, shortcut = shortcut, body\n",
        new="        pass\n",
        tests=f"{GRAPHS}::test_chains_with_residual_blocks",
    ),
    Bug(
        "a shared layer is read as two",
        file=READ,
        old="    if len(calls) != 1:\n",
        new="    if False:\n",
        tests=f"{GRAPHS}::test_a_graph_that_is_no_network_of_ours",
    ),
    Bug(
        "layers that always behave as in training are accepted",
        file=READ,
        old="if value is not None and value is not False:",
        new="if False:",
        tests=f"{GRAPHS}::test_a_graph_that_is_no_network_of_ours",
    ),
    Bug(
        "a graph may have two inputs",
        file=READ,
        old="if node.kind == INPUT] != [begin]:",
        new="if node.kind == INPUT] < [begin]:",
        tests=f"{GRAPHS}::test_a_graph_that_is_no_network_of_ours",
    ),
    Bug(
        "somebody's own class is taken for Keras's of the same name",
        file=READ,
        old='    if ">" not in registered:\n',
        new="    if False:\n",
        tests=f"{REFUSED}::test_a_description_that_is_no_network_of_ours",
    ),
    Bug(
        "settings that tinynet does not know are ignored",
        file=LAYERS,
        old="if name in FIXED else (value is None or value is False):",
        new="if name in FIXED else True:",
        tests=f"{REFUSED}::test_a_setting_that_tinynet_lacks",
    ),
    Bug(
        "settings that tinynet cannot change are ignored",
        file=LAYERS,
        old="if (value == FIXED[name]) if name in FIXED",
        new="if True if name in FIXED",
        tests=f"{REFUSED}::test_a_setting_that_tinynet_lacks",
    ),
    Bug(
        "settings of a registered layer are ignored",
        file=LAYERS,
        old="    check_settings(kind, left)\n    if activation",
        new="    if activation",
        tests=f"{CONVERT}::test_settings_that_a_registered_layer_lacks_are_refused",
    ),
    Bug(
        "a layer's activation is lost",
        file=LAYERS,
        old="return [*made, ACTIVATIONS[activation]()]",
        new="return made",
        tests=f"{IN_KERAS}::test_the_other_ways_to_write_the_same_network",
    ),
    Bug(
        "a subclass is written as its parent",
        file=LAYERS,
        old="        if type(layer) is kind:",
        new="        if isinstance(layer, kind):",
        tests=f"{CONVERT}::test_a_subclass_is_not_taken_for_its_parent",
    ),
    Bug(
        "a layer may be registered twice",
        file=LAYERS,
        old="    if taken or keras_name in NO_PAIRS:",
        new="    if keras_name in NO_PAIRS:",
        tests=f"{CONVERT}::test_one_pair_a_layer_and_a_name",
    ),
    Bug(
        "Keras names a layer's arrays by tinynet's words",
        file=LAYERS,
        old='return re.sub("([a-z])([A-Z])", r"\\1_\\2", parted).lower()',
        new="return parted.lower()",
        tests=f"{CONVERT}::test_arrays_are_named_as_keras_names_them",
    ),
    Bug(
        "an array too many in a .keras file is ignored",
        file=READ,
        old="if extra := sorted(found.keys() - expected.keys()):",
        new="if extra := []:",
        tests=f"{REFUSED}::test_arrays_that_are_not_the_networks",
    ),
    Bug(
        "arrays of another dtype are cast",
        file=READ,
        old="if dataset.shape != shape or dataset.dtype != dtype:",
        new="if dataset.shape != shape:",
        tests=f"{REFUSED}::test_arrays_that_are_not_the_networks",
    ),
    Bug(
        "NaN is read from a .keras file",
        file=READ,
        old="if not np.isfinite(array).all():",
        new="if False:",
        tests=f"{REFUSED}::test_arrays_that_are_not_the_networks",
    ),
    Bug(
        "arrays are read from other files than the one that is open",
        file=READ,
        old="if dataset.external or dataset.is_virtual or dataset.chunks:",
        new="if dataset.is_virtual or dataset.chunks:",
        tests=f"{REFUSED}::test_arrays_that_are_not_the_networks",
    ),
    Bug(
        "a zip bomb is unpacked",
        file=READ,
        old="    if info.file_size > limit:",
        new="    if False:",
        tests=f"{REFUSED}::test_archives_that_are_no_keras_files",
    ),
    Bug(
        "a residual block subtracts its shortcut",
        file="tinynet/layers/residual.py",
        old="return kept + self.body.forward(x, training, keep)",
        new="return self.body.forward(x, training, keep) - kept",
        tests="tests/parity/test_residual.py::test_outputs_gradients_and_steps",
    ),
    Bug(
        "a residual block's gradient takes one way only",
        file="tinynet/layers/residual.py",
        old="return kept + self.body.backward(dy)",
        new="self.body.backward(dy)\n        return kept",
        tests="tests/parity/test_residual.py",
    ),
]
