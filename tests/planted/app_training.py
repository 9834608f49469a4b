"""Bugs in mnist_app/training, each of which the named tests must notice."""

from tests.planted.bug import Bug

AUGMENTATION = "mnist_app/training/augmentation.py"
CHECKPOINT = "mnist_app/training/checkpoint.py"
EVALUATION = "mnist_app/training/evaluation.py"
FOLDER = "mnist_app/training/folder.py"
LOCK = "mnist_app/training/lock.py"
NETWORKS = "mnist_app/training/networks.py"
NON_DIGITS = "mnist_app/training/non_digits.py"
OPTIONS = "mnist_app/training/options.py"
RUN = "mnist_app/training/run.py"
RUN_TESTS = "tests/app/test_training_run.py"
STYLES_TESTS = "tests/app/test_drawn_digits.py"
LOCK_TESTS = "tests/app/test_lock.py"
FULL_DISK = "tests/app/test_full_disk.py::test_a_disk_that_is_full_at_any_file[1]"
AUGMENTATION_TESTS = "tests/app/test_augmentation.py"
OWN_SETTINGS = (
    "tests/app/test_networks.py"
    "::test_the_included_weights_are_of_the_networks_and_settings_as_they_are"
)


def distortion(what: str, old: str, new: str, test: str) -> Bug:
    """A bug of the augmentation that the test of one distortion notices."""
    return Bug(what, file=AUGMENTATION, old=old, new=new, tests=f"{AUGMENTATION_TESTS}::{test}")


BUGS = [
    # --- the run ----------------------------------------------------------------------------
    Bug(
        "the test result is not calibrated",
        file=RUN,
        old="evaluate_images(best, *self.test, workers, temperature, names)",
        new="evaluate_images(best, *self.test, workers, 1.0, names)",
        tests=f"{RUN_TESTS}::test_the_test_result_is_the_best_network_s_with_its_temperature",
    ),
    Bug(
        "the test result is the last network's",
        file=RUN,
        old="evaluate_images(best, *self.test,",
        new="evaluate_images(self.model, *self.test,",
        tests=f"{RUN_TESTS}::test_the_test_result_is_the_best_network_s_with_its_temperature",
    ),
    Bug(
        "the last network's validation stands in the metrics",
        file=RUN,
        old="        best = self.history.best()\n        return {",
        new="        best = self.history.epochs[-1]\n        return {",
        tests=f"{RUN_TESTS}::test_the_validation_of_the_metrics_is_the_best_network_s",
    ),
    Bug(
        "training figures stand for validation in the metrics",
        file=RUN,
        old='"validation": {"loss": best.val_loss, "accuracy": best.val_accuracy}',
        new='"validation": {"loss": best.loss, "accuracy": best.accuracy}',
        tests=f"{RUN_TESTS}::test_the_validation_of_the_metrics_is_the_best_network_s",
    ),
    Bug(
        "the temperature is fitted on the training images",
        file=RUN,
        old="images, labels = self.validation\n",
        new="images, labels = self.training\n",
        tests=f"{RUN_TESTS}::test_the_saved_temperature_fits_the_validation_images",
    ),
    Bug(
        "the temperature is not saved",
        file=RUN,
        old="        save_model(best, self.folder / MODEL, settings)\n",
        new="",
        tests=f"{RUN_TESTS}::test_the_saved_temperature_fits_the_validation_images",
    ),
    Bug(
        "every epoch is saved as the best",
        file=RUN,
        old="if self.history.best() is last:",
        new="if self.history.best():",
        tests=f"{RUN_TESTS}::test_the_best_epoch_and_the_last_are_kept",
    ),
    Bug(
        "the files of an epoch come before its checkpoint",
        file=RUN,
        old="        iterations = self.optimizer.iterations\n",
        new="        self._save_results()\n        iterations = self.optimizer.iterations\n",
        tests=FULL_DISK,
    ),
    Bug(
        "what a full disk has kept from being written stays unwritten",
        file=RUN,
        old="        run.mend()\n",
        new="",
        tests=f"{RUN_TESTS}::test_whatever_could_not_be_written_the_run_goes_on",
    ),
    Bug(
        "the last network comes before the best",
        file=RUN,
        old="        if self.history.best() is last:\n",
        new="        self._save_model(LAST, last)\n        if self.history.best() is last:\n",
        tests=f"{RUN_TESTS}::test_whatever_could_not_be_written_the_run_goes_on",
    ),
    Bug(
        "two trainings into one folder",
        file=LOCK,
        old="        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        new="        pass\n",
        tests=f"{LOCK_TESTS}::test_the_second_training_says_who_has_the_folder",
    ),
    Bug(
        "a lock on a file that is gone",
        file=LOCK,
        old="if os.path.samestat(os.fstat(file.fileno()), path.stat()):",
        new="if path.exists():",
        tests=f"{LOCK_TESTS}::test_a_lock_that_its_owner_has_just_removed_is_none",
    ),
    Bug(
        "a training that ends leaves its lock",
        file=LOCK,
        old="            path.unlink()\n",
        new="            pass\n",
        tests=f"{LOCK_TESTS}::test_the_lock_is_given_back_whatever_happens",
    ),
    Bug(
        "--augment changes nothing",
        file=RUN,
        old="augment=augment if self.options.augment else None",
        new="augment=None",
        tests=f"{RUN_TESTS}::test_augmentation_is_an_option",
    ),
    Bug(
        "--styles changes nothing",
        file=RUN,
        old="        if options.styles:\n",
        new="        if False:\n",
        tests=f"{STYLES_TESTS}::test_a_run_with_styles",
    ),
    Bug(
        "the drawn digits that choose the best epoch are some of those that train",
        file=RUN,
        old="self.validation = with_styles(self.validation, rng)",
        new="self.validation = with_styles(\n"
        "                self.validation, np.random.default_rng([self.options.seed, 1])\n"
        "            )",
        tests=f"{STYLES_TESTS}::test_a_run_with_styles",
    ),
    Bug(
        "--start changes nothing",
        file=RUN,
        old="        if options.start is not None:\n",
        new="        if False:\n",
        tests=f"{STYLES_TESTS}::test_a_run_begins_with_another_s_weights",
    ),
    Bug(
        "a network that is finished twice goes back towards its start twice",
        file=RUN,
        old=' and "kept" not in settings',
        new="",
        tests=f"{STYLES_TESTS}::test_a_network_trained_further_keeps_a_part_of_its_start",
    ),
    Bug(
        "the flag of a drawn 1 is as flat as the bar of a 7",
        file="mnist_app/training/styles/skeletons.py",
        old="(62 if foot else 55)",
        new="88",
        tests=f"{STYLES_TESTS}::test_a_flag_falls_so_steeply_that_the_digit_is_no_7",
    ),
    Bug(
        "the learning rate falls to zero in the first epoch",
        file=RUN,
        old="steps = options.epochs * -(",
        new="steps = -(",
        tests=f"{RUN_TESTS}::test_the_learning_rate_falls_to_zero_over_all_epochs",
    ),
    Bug(
        "a loss that is no number is trained on",
        file=RUN,
        old="if not math.isfinite(progress.loss):",
        new="if progress.loss == 0:",
        tests=f"{RUN_TESTS}::test_a_run_that_diverges_says_so",
    ),
    Bug(
        "model files name a folder of this computer",
        file=RUN,
        old='        del options["data"]',
        new='        options["data"]',
        tests=f"{RUN_TESTS}::test_settings_name_no_folder_of_this_computer",
    ),
    Bug(
        "a run overwrites another one",
        file=RUN,
        old="        check_unused(folder)\n        run = ",
        new="        run = ",
        tests=f"{RUN_TESTS}::test_a_run_is_never_overwritten",
    ),
    Bug(
        "a run overwrites somebody's curves.png",
        file=FOLDER,
        old="for name in FILES if (folder / name)",
        new="for name in [MODEL] if (folder / name)",
        tests=f"{RUN_TESTS}::test_a_foreign_file_is_never_overwritten",
    ),
    # --- resuming ---------------------------------------------------------------------------
    Bug(
        "a run resumes on other labels",
        file=CHECKPOINT,
        old="    digest.update(dataset.train_labels.data)\n",
        new="",
        tests=f"{RUN_TESTS}::test_the_data_may_move_but_not_change",
    ),
    Bug(
        "a run resumes on other images",
        file=RUN,
        old="if data_sha256(dataset) != checkpoint.data_sha256:",
        new="if not checkpoint.data_sha256:",
        tests=f"{RUN_TESTS}::test_the_data_may_move_but_not_change",
    ),
    Bug(
        "a resumed run begins its random numbers again",
        file=RUN,
        old="        self.rng = checkpoint.rng\n",
        new="",
        tests=f"{RUN_TESTS}::test_an_interrupted_run_resumes_to_the_same_bits",
    ),
    Bug(
        "a resumed run begins its learning rate again",
        file=RUN,
        old="        self.optimizer.iterations = checkpoint.iterations\n",
        new="",
        tests=f"{RUN_TESTS}::test_an_interrupted_run_resumes_to_the_same_bits",
    ),
    Bug(
        "other options resume silently",
        file=RUN,
        old='if name != "data" and value != getattr(saved, name):',
        new='if name == "data" and value != getattr(saved, name):',
        tests=f"{RUN_TESTS}::test_other_options_do_not_resume",
    ),
    Bug(
        "an optimizer's arrays have another name in the checkpoint",
        file=CHECKPOINT,
        old='f"optimizer.learned.{slot}": a',
        new='f"optimizer.{slot}": a',
        tests="tests/app/test_checkpoint.py::test_names_in_the_file_stay_so_that_older_runs_resume",
    ),
    Bug(
        "a damaged checkpoint resumes: its state",
        file=CHECKPOINT,
        old="    _compare(file, file.metadata.get(CHECKSUM), _sha256(saved))\n",
        new="",
        tests="tests/app/test_checkpoint.py::test_a_flipped_bit_is_called_damage",
    ),
    Bug(
        "a damaged checkpoint resumes: its arrays",
        file=CHECKPOINT,
        old="        digest.update(np.ascontiguousarray(array).data)\n",
        new="",
        tests="tests/app/test_checkpoint.py::test_a_flipped_bit_is_called_damage",
    ),
    Bug(
        "an old checkpoint without checksums is refused",
        file=CHECKPOINT,
        old="if saved is not None and saved != found:",
        new="if saved != found:",
        tests="tests/app/test_checkpoint.py::test_a_checkpoint_without_checksums_resumes",
    ),
    Bug(
        "a killed run resumes with other random numbers",
        file=CHECKPOINT,
        old='rng.bit_generator.state = saved["rng"]',
        new='rng.bit_generator.state = {**saved["rng"], "state": rng.bit_generator.state["state"]}',
        tests=f"{RUN_TESTS}::test_a_killed_run_resumes_to_the_same_bits",
    ),
    Bug(
        "a forged history is believed",
        file=CHECKPOINT,
        old="        _check_history(history)\n",
        new="",
        tests="tests/app/test_checkpoint.py::test_a_forged_checkpoint_is_refused",
    ),
    Bug(
        "workers may be true",
        file=OPTIONS,
        old="if type(value) is not int or value < least:",
        new="if not isinstance(value, int) or value < least:",
        tests="tests/app/test_checkpoint.py::test_a_forged_checkpoint_is_refused",
    ),
    # --- the networks -----------------------------------------------------------------------
    Bug(
        "cnn-large with a dropout of 0.9",
        file=NETWORKS,
        old="Dropout(0.4)",
        new="Dropout(0.9)",
        tests=OWN_SETTINGS,
    ),
    Bug(
        "cnn-large with a learning rate ten times too high",
        file=NETWORKS,
        old='"cnn-large": 0.002',
        new='"cnn-large": 0.02',
        tests=OWN_SETTINGS,
    ),
    Bug(
        "resnet's blocks forget what they get",
        file=NETWORKS,
        old="return [Residual(Sequential(body)), ReLU()]",
        new="return [Sequential(body), ReLU()]",
        tests="tests/app/test_networks.py::test_a_residual_block_begins_with_what_it_gets",
    ),
    Bug(
        "a scribble may be a blot, as a bold 0 is",
        file="mnist_app/training/styles/scribbles.py",
        old="if stroke_width(sheet) < BLOT * HEIGHT:",
        new="if True:",
        tests=f"{STYLES_TESTS}::test_no_scribble_runs_together_to_a_blot",
    ),
    Bug(
        "a question mark's dot is in its bow",
        file="mnist_app/training/styles/others.py",
        old="hand.between(0.88, 1))",
        new="hand.between(0.3, 0.4))",
        tests=f"{STYLES_TESTS}::test_a_question_mark_has_a_dot_below_its_stem",
    ),
    Bug(
        "resnet without its weight decay",
        file=RUN,
        old="weight_decay=WEIGHT_DECAYS.get(options.model, 0.0),",
        new="weight_decay=0.0,",
        tests=f"{RUN_TESTS}::test_only_resnet_is_trained_with_weight_decay",
    ),
    Bug(
        "resnet with a learning rate ten times too high",
        file=NETWORKS,
        old='"resnet": 0.002',
        new='"resnet": 0.02',
        tests="tests/app/test_networks.py::test_the_help_names_the_learning_rates",
    ),
    Bug(
        "mlp-small with a learning rate ten times too high",
        file=NETWORKS,
        old='"mlp-small": 0.003',
        new='"mlp-small": 0.03',
        tests="tests/app/test_networks.py::test_the_help_names_the_learning_rates",
    ),
    Bug(
        "the detector is built with other dropout than it was trained with",
        file="mnist_app/training/digit_detector.py",
        old="Dropout(0.3)",
        new="Dropout(0.8)",
        tests="tests/app/test_digit_detector.py::test_the_included_weights_are_of_the_detector",
    ),
    Bug(
        "weights made anew are called the same for one number that is",
        file="mnist_app/training/included.py",
        old="return max(float(",
        new="return min(float(",
        tests="tests/app/test_included.py::test_a_number_that_differs_is_seen",
    ),
    Bug(
        "the included weights are said to come from another rate",
        file="mnist_app/training/included.py",
        old="--learning-rate 0.001",
        new="--learning-rate 0.002",
        tests="tests/app/test_included.py::test_an_included_file_has_the_settings_of_its_training",
    ),
    Bug(
        "digits that stay digits upside down are shown as none",
        file=NON_DIGITS,
        old="(4, 7): np.flipud",
        new="(0, 1, 8): np.flipud",
        tests="tests/app/test_digit_detector.py::test_changed_digits_are_digits_no_more",
    ),
    # --- evaluation -------------------------------------------------------------------------
    Bug(
        "precision and recall are swapped",
        file=EVALUATION,
        old="    def precision(self) -> Array:\n"
        "        return _ratio(self.confusion.diagonal(), self.confusion.sum(axis=0))\n",
        new="    def precision(self) -> Array:\n"
        "        return _ratio(self.confusion.diagonal(), self.confusion.sum(axis=1))\n",
        tests="tests/app/test_evaluation.py::test_figures_of_an_example",
    ),
    Bug(
        "the least confident mistakes come first",
        file=EVALUATION,
        old="np.argsort(-confidence[wrong]",
        new="np.argsort(confidence[wrong]",
        tests="tests/app/test_evaluation.py::test_figures_of_an_example",
    ),
    Bug(
        "rows of the confusion matrix are answers",
        file=EVALUATION,
        old="labels.astype(np.int64) * count + outputs.argmax(axis=1)",
        new="labels + outputs.argmax(axis=1) * count",
        tests="tests/app/test_evaluation.py::test_evaluation_agrees_with_tinynet_and_with_counting",
    ),
    Bug(
        "the loss of an evaluation is calibrated",
        file=EVALUATION,
        old="loss, _ = loss_of(model)(outputs, labels)",
        new="loss, _ = loss_of(model)(outputs / temperature, labels)",
        tests="tests/app/test_evaluation.py::test_evaluation_agrees_with_tinynet_and_with_counting",
    ),
    Bug(
        "a confusion matrix of any size",
        file=EVALUATION,
        old="if model.output_shape[0] > MOST_CLASSES:",
        new="if model.output_shape[0] > MOST_CLASSES**2:",
        tests="tests/app/test_evaluation.py::test_a_model_must_fit_the_data",
    ),
    Bug(
        "a model for fewer classes than the data set has is tested",
        file=EVALUATION,
        old="if model.output_shape[0] < dataset.classes:",
        new="if model.output_shape[0] < 2:",
        tests="tests/app/test_evaluation.py::test_a_model_must_fit_the_data",
    ),
    # --- augmentation -----------------------------------------------------------------------
    distortion(
        "nothing is turned",
        "ROTATION = 15.0",
        "ROTATION = 0.0",
        "test_turns_up_to_15_degrees",
    ),
    distortion(
        "turned up to twice as far",
        "ROTATION = 15.0",
        "ROTATION = 30.0",
        "test_turns_up_to_15_degrees",
    ),
    distortion(
        "turned to one side alone",
        "rng.uniform(-ROTATION, ROTATION, count)",
        "rng.uniform(0, ROTATION, count)",
        "test_turns_up_to_15_degrees",
    ),
    distortion(
        "nothing is sheared",
        "shear = rng.uniform(-SHEAR, SHEAR, count)",
        "shear = 0 * rng.uniform(-SHEAR, SHEAR, count)",
        "test_shears_up_to_015_columns_a_row",
    ),
    distortion(
        "sheared up to twice as far",
        "SHEAR = 0.15",
        "SHEAR = 0.3",
        "test_shears_up_to_015_columns_a_row",
    ),
    distortion(
        "nothing is scaled",
        "tall, wide = rng.uniform(1 - SCALE, 1 + SCALE, (2, count))",
        "tall, wide = rng.uniform(1 - SCALE, 1 + SCALE, (2, count)) ** 0",
        "test_scales_height_and_width_up_to_12_percent_each",
    ),
    distortion(
        "scaled up to twice as far",
        "SCALE = 0.12",
        "SCALE = 0.24",
        "test_scales_height_and_width_up_to_12_percent_each",
    ),
    distortion(
        "height and width are scaled alike",
        "rng.uniform(1 - SCALE, 1 + SCALE, (2, count))",
        "rng.uniform(1 - SCALE, 1 + SCALE, (2, count))[[0, 0]]",
        "test_scales_height_and_width_up_to_12_percent_each",
    ),
    distortion(
        "nothing is shifted",
        "each(down + (height - 1) / 2)",
        "each(0 * down + (height - 1) / 2)",
        "test_shifts_up_to_12_tenths_of_a_pixel",
    ),
    distortion(
        "shifted up to twice as far",
        "SHIFT = 1.2",
        "SHIFT = 2.4",
        "test_shifts_up_to_12_tenths_of_a_pixel",
    ),
    distortion(
        "nothing is bent",
        "sample(drawn, rows + linear_rows, columns + linear_columns)",
        "sample(drawn, linear_rows, linear_columns)",
        "test_bends_by_07_pixels",
    ),
    distortion(
        "bent twice as far",
        "BEND = 0.7",
        "BEND = 1.4",
        "test_bends_by_07_pixels",
    ),
    distortion(
        "no pen is broader or finer",
        "drawn = redraw(images, rng.uniform(-THIN, THICK, count))",
        "drawn = redraw(images, 0 * rng.uniform(-THIN, THICK, count))",
        "test_redraws_from_a_finer_pen_to_a_broader_one",
    ),
    distortion(
        "pens up to twice as fine",
        "THIN, THICK = 0.2, 0.8",
        "THIN, THICK = 0.4, 0.8",
        "test_redraws_from_a_finer_pen_to_a_broader_one",
    ),
    distortion(
        "pens up to twice as broad",
        "THIN, THICK = 0.2, 0.8",
        "THIN, THICK = 0.2, 1.6",
        "test_redraws_from_a_finer_pen_to_a_broader_one",
    ),
    distortion(
        "nothing is blurred",
        "    seen += (blurred(seen) - seen) * each(rng.uniform(0, BLUR, count))\n",
        "    rng.uniform(0, BLUR, count)\n",
        "test_blurs_up_to_four_tenths_of_the_way",
    ),
    distortion(
        "blurred up to twice as much",
        "BLUR = 0.4",
        "BLUR = 0.8",
        "test_blurs_up_to_four_tenths_of_the_way",
    ),
    distortion(
        "no edge is sharpened",
        "    seen *= each(rng.uniform(1, CONTRAST, count))\n",
        "",
        "test_sharpens_edges_up_to_16_tenths",
    ),
    distortion(
        "edges sharpened twice as much",
        "CONTRAST = 1.6",
        "CONTRAST = 2.2",
        "test_sharpens_edges_up_to_16_tenths",
    ),
    distortion(
        "one distortion for all pictures of a batch",
        "angle = np.radians(rng.uniform(-ROTATION, ROTATION, count))",
        "angle = np.radians(np.repeat(rng.uniform(-ROTATION, ROTATION), count))",
        "test_turns_up_to_15_degrees",
    ),
]
