"""Bugs in tinynet's model, training step, optimizers, checks and files."""

from tests.planted.bug import Bug, bugs
from tests.planted.layers import MODEL

TRAINING = "tests/tinynet/test_training.py::test_"
WORKERS = "tests/tinynet/test_workers.py::test_"
HELPERS = "tests/tinynet/test_helpers.py::test_"
OPTIMIZERS = "tests/tinynet/test_optimizers.py::test_"
CHECK = "tests/tinynet/test_gradient_check.py"
FILES = "tests/tinynet/test_serialization.py"
INSPECTION = "tests/tinynet/test_inspection.py::test_"
BROKEN = "tests/tinynet/test_contract.py::test_what_a_layer_breaks_is_named"

BUGS: list[Bug] = [
    *bugs(
        "tinynet/training.py",
        (
            "a step without its update",
            "    optimizer.update(model.parameters())\n",
            "",
            TRAINING + "a_step_is_outputs_loss_backward_update",
        ),
        (
            "a step that behaves as in prediction",
            "training=True, keep=True)",
            "keep=True)",
            WORKERS + "the_seed_fixes_chance_for_each_worker",
        ),
        (
            "one seed for all batches of an epoch",
            "                seed = int(rng.integers(2**63))\n",
            "                seed = epoch\n",
            TRAINING + "every_batch_draws_anew",
        ),
        (
            "a validation loss that is not the loss that is trained",
            "evaluate(model, *validation, loss=loss, workers=workers)",
            "evaluate(model, *validation, workers=workers)",
            TRAINING + "the_validation_loss_is_the_loss_that_is_trained",
        ),
        (
            "batches in order, whatever the generator",
            "np.arange(size) if rng is None else rng.permutation(size)",
            "np.arange(size)",
            TRAINING + "every_epoch_is_shuffled_anew",
        ),
        (
            "the short last batch is left out",
            "for start in range(0, size, batch_size):",
            "for start in range(0, size - batch_size + 1, batch_size):",
            TRAINING + "the_short_last_batch_is_trained_on",
        ),
        (
            "an epoch's loss is not weighted by its batches",
            "total_loss += batch_loss * len(indices)",
            "total_loss += batch_loss * batch_size",
            TRAINING + "means_are_weighted_by_the_batch",
        ),
        (
            "a continued run starts at its first epoch",
            "range(len(history.epochs) + 1, epochs + 1)",
            "range(1, epochs + 1)",
            TRAINING + "a_continued_run_is_the_uninterrupted_one",
        ),
    ),
    *bugs(
        "tinynet/history.py",
        (
            "the last epoch is the best",
            "return max(self.epochs, key=merit)",
            "return self.epochs[-1]",
            TRAINING + "best_is_the_highest_accuracy_then_the_lowest_loss_then_the_first",
        ),
        (
            "the best of equal epochs is the last",
            "return max(self.epochs, key=merit)",
            "return max(reversed(self.epochs), key=merit)",
            TRAINING + "best_is_the_highest_accuracy_then_the_lowest_loss_then_the_first",
        ),
        (
            "the highest loss decides among equal epochs",
            "epoch.val_accuracy, -epoch.val_loss",
            "epoch.val_accuracy, epoch.val_loss",
            TRAINING + "best_is_the_highest_accuracy_then_the_lowest_loss_then_the_first",
        ),
    ),
    *bugs(
        "tinynet/workers.py",
        (
            "workers' gradients not weighted",
            "doutputs * doutputs.dtype.type(part.weight)",
            "doutputs",
            WORKERS + "shares_add_up_to_the_batch",
        ),
        (
            "workers' losses not weighted",
            "return mean * part.weight, ",
            "return mean, ",
            WORKERS + "shares_add_up_to_the_batch",
        ),
        (
            "the gradients of all workers but one are lost",
            "            for other in others:\n",
            "            for other in others[1:]:\n",
            WORKERS + "shares_add_up_to_the_batch",
        ),
        (
            "the step of a worker is not the first one's",
            "self.optimizer.iterations, self.optimizer.step_rate = begun",
            "pass",
            WORKERS + "steps_side_by_side_are_steps",
        ),
        (
            "parameters stay in shared memory",
            "            self._stack.callback(self.bring_home)\n",
            "",
            HELPERS + "views_of_the_parameters_stay_theirs",
        ),
        (
            "moving averages added up, not averaged",
            "own.grads[own.trainable :] *= part.weight",
            "own.grads[own.trainable :] *= 1",
            WORKERS + "moving_averages_follow_the_mean_of_the_shares",
        ),
        (
            "all workers draw the same",
            "np.random.default_rng([part.seed, part.worker])",
            "np.random.default_rng([part.seed, 0])",
            "tests/tinynet/test_dropout.py::test_workers_draw_different_masks",
        ),
        (
            "part of the entries is not updated",
            "size * (part.worker + 1) // count)",
            "size * (part.worker + 1) // count - part.worker)",
            WORKERS + "steps_side_by_side_are_steps",
        ),
        (
            "who failed, the others still wait",
            "                helper.give_up()\n",
            "                pass\n",
            WORKERS + "whoever_fails_the_others_stop_and_the_next_step_works",
        ),
        (
            "who leaves first takes the limit of BLAS back for all",
            "                _limits[0] = first  # who was first knows how it was before\n",
            "                first.restore_original_limits()\n",
            WORKERS + "blas_is_held_to_one_thread_and_released",
        ),
        (
            "BLAS keeps all its threads",
            "limit(limits=1, user_api",
            "limit(limits=2, user_api",
            WORKERS + "blas_is_held_to_one_thread_and_released",
        ),
        (
            "freed memory goes back to the system",
            "    np.empty(32 * 2**20 - 2**13, np.uint8)\n",
            "    pass\n",
            WORKERS + "freed_memory_is_kept",
        ),
    ),
    *bugs(
        "tinynet/memory.py",
        (
            "what a worker's step changes is not shared",
            "values=shared(self.vectors.values), grads",
            "values=self.vectors.values.copy(), grads",
            WORKERS + "steps_side_by_side_are_steps",
        ),
        (
            "running arrays are not shared",
            "{name: shared(array) for",
            "{name: array.copy() for",
            HELPERS + "processes_and_threads_make_the_same_bits",
        ),
        (
            "running arrays are not brought back",
            "return [self.vectors.values, self.vectors.grads, *self.running.values()]",
            "return [self.vectors.values, self.vectors.grads]",
            HELPERS + "views_of_the_parameters_stay_theirs",
        ),
    ),
    *bugs(
        "tinynet/training.py",
        (
            "what a callback holds is not the model's",
            "            team.bring_home()\n",
            "",
            HELPERS + "views_of_the_parameters_stay_theirs",
        ),
    ),
    *bugs(
        "tinynet/helpers.py",
        (
            "a helper keeps its parent's pipe open",
            "        _close_sockets(connection.fileno())\n",
            "",
            HELPERS + "nothing_is_left_of_a_killed_training",
        ),
        (
            "helpers hear Ctrl-C",
            "signal.SIG_BLOCK, {signal.SIGINT}",
            "signal.SIG_BLOCK, set()",
            HELPERS + "ctrl_c_ends_all",
        ),
        (
            "a helper that does not end goes on",
            "        if self.process.is_alive():\n",
            "        if False:\n",
            HELPERS + "a_helper_that_does_not_end_is_ended",
        ),
        (
            "the error of a helper is a result",
            "        if isinstance(answer, Exception):\n",
            "        if isinstance(answer, ValueError):\n",
            HELPERS + "an_error_arrives_as_itself_or_in_words",
        ),
        (
            "errors are sent as they are",
            "        pickle.loads(pickle.dumps(error))\n",
            "        pass\n",
            HELPERS + "an_error_arrives_as_itself_or_in_words",
        ),
        (
            "a process that may have no children forks",
            " and not multiprocessing.current_process().daemon",
            "",
            HELPERS + "a_process_that_may_have_no_children_takes_threads",
        ),
    ),
    *bugs(
        "tinynet/optimizers.py",
        (
            "Adam without its correction of the beginning",
            "rate *= math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)",
            "rate *= 1",
            OPTIMIZERS + "adam",
        ),
        (
            "Adam counts its steps from 0",
            "t = self.iterations\n",
            "t = self.iterations + 1\n",
            OPTIMIZERS + "adam",
        ),
        (
            "Adam's epsilon under the root",
            "(np.sqrt(v) + self.epsilon)",
            "np.sqrt(v + self.epsilon)",
            OPTIMIZERS + "adam",
        ),
        (
            "Adam's second moment of the gradient, not of its square",
            "np.square(gradient) - v",
            "np.abs(gradient) - v",
            OPTIMIZERS + "adam",
        ),
        (
            "momentum added to the rate's part",
            "velocity -= rate * gradient",
            "velocity -= (1 - self.momentum) * rate * gradient",
            OPTIMIZERS + "sgd",
        ),
        (
            "weight decay without the rate",
            "1 - self.step_rate * self.weight_decay",
            "1 - self.weight_decay",
            OPTIMIZERS + "sgd",
        ),
        (
            "the schedule is asked for the next step's rate",
            "self.learning_rate(self.iterations)",
            "self.learning_rate(self.iterations + 1)",
            "tests/tinynet/test_schedules.py",
        ),
        (
            "moving averages are learned",
            "learned = slice(entries.start, min(entries.stop, vectors.trainable))",
            "learned = slice(entries.start, entries.stop)",
            OPTIMIZERS + "moving_averages_are_not_learned",
        ),
        (
            "moving averages stay where they are",
            "vectors.values[kept] -= vectors.grads[kept]",
            "pass",
            OPTIMIZERS + "moving_averages_are_not_learned",
        ),
        (
            "an optimizer goes on with another model",
            "if self._model != vectors.identity:",
            "if False:",
            OPTIMIZERS + "an_optimizer_stays_with_its_model",
        ),
        (
            "an optimizer takes part of a model",
            "if size != len(vectors.values):",
            "if False:",
            OPTIMIZERS + "an_optimizer_takes_a_whole_model",
        ),
        (
            "a resumed optimizer begins with zeros",
            "self.state.setdefault(slot, ",
            "self.state.__setitem__(slot, ",
            OPTIMIZERS + "a_run_resumes_from_its_state",
        ),
        (
            "Adam's beta_1 by default 0.99",
            "beta_1: float = 0.9,",
            "beta_1: float = 0.99,",
            OPTIMIZERS + "defaults_are_those_of_keras",
        ),
    ),
    *bugs(
        "tinynet/schedules.py",
        (
            "cosine decay without its warm-up",
            "if step < self.warmup_steps:",
            "if False:",
            "tests/tinynet/test_schedules.py",
        ),
        (
            "a decay that rises again",
            "min((step - self.warmup_steps) / self.decay_steps, 1.0)",
            "(step - self.warmup_steps) / self.decay_steps",
            "tests/tinynet/test_schedules.py",
        ),
        (
            "half the cosine's way",
            "math.cos(math.pi * fraction)",
            "math.cos(math.pi * fraction / 2)",
            "tests/tinynet/test_schedules.py",
        ),
    ),
    *bugs(
        "tinynet/initializers.py",
        (
            "Glorot by the fan in alone",
            "(channels + filters)",
            "(2 * channels)",
            "tests/tinynet/test_layers.py::test_glorot_uniform_fills_its_range_and_no_more",
        ),
        (
            "Glorot without the window's size",
            "math.prod(window) * (channels",
            "1 * (channels",
            "tests/tinynet/test_layers.py::test_glorot_uniform_fills_its_range_and_no_more",
        ),
    ),
    *bugs(
        "tinynet/parameter.py",
        (
            "moving averages between the learned",
            "sorted(parameters, key=lambda p: not p.trainable)",
            "list(parameters)",
            MODEL + "::test_parameters_are_views_of_two_vectors",
        ),
        (
            "writing into a value replaces it",
            "        self._value[...] = value\n",
            "        pass\n",
            MODEL + "::test_a_parameter_is_written_in_place",
        ),
    ),
    *bugs(
        "tinynet/model.py",
        (
            "bytes divided by 256",
            "scale = 255 if",
            "scale = 256 if",
            MODEL + "::TestPrepare",
        ),
        (
            "a replica is the model itself",
            "    def predict(self, images",
            "    def replica(self) -> Self:\n        return self\n\n    def predict(self, images",
            MODEL + "::test_a_replica_has_gradients_of_its_own",
        ),
        (
            "the seed does not fix the weights",
            "np.random.default_rng(seed), dtype)",
            "np.random.default_rng(), dtype)",
            MODEL + "::test_the_seed_fixes_the_weights",
        ),
        (
            "layers are counted over all kinds",
            "counts[kind] = counts.get(kind, 0) + 1",
            "counts[kind] = len(self.output_shapes) + 1",
            MODEL + "::test_parameters_by_name_and_shape",
        ),
        (
            "predict loses what is left over",
            "for start in range(0, len(images), PREDICT_BATCH)",
            "for start in range(0, len(images) - len(images) % PREDICT_BATCH, PREDICT_BATCH)",
            MODEL + "::TestPredict",
        ),
        (
            "any dtype passes",
            "if x.dtype != getattr(self, ",
            "if False and x.dtype != getattr(self, ",
            MODEL + "::test_errors_say_what_was_expected",
        ),
        (
            "a part of a stack takes the whole's input",
            "[self.input_shape, *self.output_shapes][first]",
            "self.input_shape",
            MODEL + "::test_a_part_of_a_stack_is_made_of_the_same_layers",
        ),
        (
            "a layer twice in a stack",
            "if len({id(layer) for layer in layers}) < len(layers):",
            "if False:",
            MODEL + "::test_a_layer_belongs_to_one_place",
        ),
        (
            "backward_parameters stops a layer early",
            "reversed(self.layers[first + 1 :])",
            "reversed(self.layers[first + 2 :])",
            MODEL + "::test_backward_parameters_is_backward_without_dx",
        ),
    ),
    *bugs(
        "tinynet/gradient_check.py",
        ("a tolerance of a thousandth", "TOLERANCE = 1e-6", "TOLERANCE = 1e-3", CHECK),
        (
            "an upstream gradient of ones",
            "dy = rng.normal(size=y.shape)",
            "dy = np.ones(y.shape)",
            CHECK,
        ),
        ("a layer may write into dy", "if not np.array_equal(dy, upstream):", "if False:", CHECK),
        (
            "kinks are not noticed",
            "if not all(map(np.array_equal, here, layer.branches())):",
            "if False:",
            CHECK,
        ),
        (
            "a check in float32",
            'if array.dtype != np.float64:\n            raise ValueError(f"gradient',
            'if False:\n            raise ValueError(f"gradient',
            CHECK,
        ),
        (
            "only some entries of small arrays",
            "if array.size > ALL_UP_TO:",
            "if array.size > 3:",
            CHECK,
        ),
        (
            "the difference quotient is one-sided",
            "with _moved(array, index, -STEP):",
            "with _moved(array, index, 0.0):",
            CHECK,
        ),
        (
            "parameters stay as they are, zero biases on their kinks",
            "parameter.value = rng.normal(0, 0.5, parameter.shape)",
            "pass",
            CHECK,
        ),
        (
            "a check in training only",
            "layer.forward(x, training, keep=True)",
            "layer.forward(x, True, keep=True)",
            "tests/tinynet/test_contract.py::"
            "test_a_wrong_gradient_is_found_in_training_and_in_prediction",
        ),
    ),
    *bugs(
        "tinynet/serialization.py",
        (
            "NaN is loaded",
            "if not np.isfinite(value).all():",
            "if False:",
            FILES,
        ),
        (
            "an array too many is ignored",
            "if extra := sorted(names - expected.keys()):",
            "if extra := sorted(set()):",
            FILES,
        ),
        (
            "dtypes are not compared",
            "if found.get_dtype() != codes[str(dtype)]:",
            "if False:",
            FILES,
        ),
        (
            "shapes are not compared",
            "if tuple(found.get_shape()) != shape:",
            "if False:",
            FILES,
        ),
        (
            "a block in a file may be built at once",
            'if kind == "Sequential" and arguments.keys() != {"layers"}:',
            "if False:",
            FILES,
        ),
        (
            "arrays are compared after memory is taken",
            "file.check({name: (p.shape, dtype) for name, p in model.parameters()",
            "dict({name: (p.shape, dtype) for name, p in model.parameters()",
            FILES,
        ),
        (
            "a failed writer leaves its temporary file",
            "temporary.unlink(missing_ok=True)",
            "pass",
            FILES,
        ),
        (
            "what dead processes left stays",
            "        remove_abandoned(target.parent)\n",
            "",
            FILES,
        ),
        (
            "what a living process writes is removed",
            "if found and not _alive(int(found[1])):",
            "if found:",
            FILES,
        ),
        (
            "files for the owner alone",
            "temporary.chmod(0o666 & ~mask)",
            "temporary.chmod(0o600)",
            FILES,
        ),
        (
            "an old file is overwritten at once",
            "        write(temporary)\n",
            "        target.unlink(missing_ok=True)\n        write(temporary)\n",
            FILES,
        ),
    ),
    *bugs(
        "tinynet/layer_contract.py",
        *(
            (f"the contract does not ask: {asked}", old, new, BROKEN)
            for asked, old, new in (
                ("config", "    _check_config(layer, make)\n", ""),
                ("shapes and dtypes", "    _check_shapes_and_dtypes(make, shape)\n", ""),
                ("what is written", "    _check_what_is_written(make, shape)\n", ""),
                ("what is kept", "    _check_what_is_kept(make, shape)\n", ""),
                ("grads", "    _check_grads(make, shape)\n", ""),
                ("memory orders", "    _check_memory_orders(make, shape)\n", ""),
                ("replica", "    _check_replica(make, shape)\n", ""),
                ("saving", "    _check_saving(make, shape)\n", ""),
            )
        ),
    ),
    *bugs(
        "tinynet/inspection.py",
        (
            "a step taken back, but not in the optimizer",
            "        vars(self.optimizer).update(copy.deepcopy(self.kept))\n",
            "",
            INSPECTION + "steps_can_be_taken_back_and_taken_again",
        ),
        (
            "a step that can be taken back only once",
            "vars(self.optimizer).update(copy.deepcopy(self.kept))",
            "vars(self.optimizer).update(self.kept)",
            INSPECTION + "steps_can_be_taken_back_and_taken_again",
        ),
        (
            "the numerical derivative says nothing of a kink",
            "        smooth = smooth and all(map(np.array_equal, here, model.branches()))\n",
            "",
            INSPECTION + "a_kink_is_told",
        ),
        (
            "the float64 twin has initial weights",
            "        parameter.value = model.parameters()[name].value\n",
            "        pass\n",
            INSPECTION + "the_twin_in_float64_has_the_same_numbers_and_shares_none",
        ),
    ),
]
