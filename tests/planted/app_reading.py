"""Bugs in mnist_app/reading, each of which the named tests must notice."""

from tests.planted.bug import Bug

CALIBRATION = "mnist_app/reading/calibration.py"
CHOOSE = "mnist_app/reading/choose.py"
CLASSIFIER = "mnist_app/reading/classifier.py"
DETECTOR = "mnist_app/reading/digit_detector.py"
EXPLAIN = "mnist_app/reading/explain.py"
PICTURE_FILES = "mnist_app/reading/picture_files.py"
PREDICT = "mnist_app/reading/predict.py"
PROBABILITIES = "mnist_app/reading/probabilities.py"
SCORE = "mnist_app/reading/score.py"
TESTS = "tests/app"

BUGS = [
    Bug(
        "the classifier's probabilities are not calibrated",
        file=CLASSIFIER,
        old="self.model.predict(images), self.temperature)",
        new="self.model.predict(images))",
        tests=f"{TESTS}/test_classifier.py::test_probabilities_are_those_of_the_calibrated_logits",
    ),
    Bug(
        "logits are multiplied by the temperature",
        file=PROBABILITIES,
        old="outputs / outputs.dtype.type(temperature)",
        new="outputs * outputs.dtype.type(temperature)",
        tests=f"{TESTS}/test_networks.py::test_a_temperature_changes_confidence_and_no_answer",
    ),
    Bug(
        "the outputs of a softmax are taken for logits",
        file=PROBABILITIES,
        old="isinstance(model.layers[-1], Sigmoid | Softmax)",
        new="isinstance(model.layers[-1], Sigmoid)",
        tests=f"{TESTS}/test_networks.py::test_a_softmax_s_outputs_are_probabilities_already",
    ),
    Bug(
        "a row of zeros has no probabilities",
        file=PROBABILITIES,
        old="clipped = np.clip(outputs, 1e-7, 1 - 1e-7)",
        new="clipped = outputs",
        tests=f"{TESTS}/test_networks.py::test_a_row_of_zeros_is_undecided",
    ),
    Bug(
        "another default model",
        file=CLASSIFIER,
        old='DEFAULT_MODEL = "cnn-large"',
        new='DEFAULT_MODEL = "cnn"',
        tests=f"{TESTS}/test_classifier.py::test_the_default_model_is_the_one_that_reads_best",
    ),
    Bug(
        "an included name shadows a file",
        file=CLASSIFIER,
        old="    path = Path(where)\n",
        new="    path = INCLUDED.get(where, Path(where))\n",
        tests=f"{TESTS}/test_classifier.py::test_files_and_runs_come_before_included_models",
    ),
    Bug(
        "an included name shadows the folder of a run",
        file=CLASSIFIER,
        old="    if path.is_dir():\n",
        new="    if path.is_dir() and where not in INCLUDED:\n",
        tests=f"{TESTS}/test_classifier.py::test_files_and_runs_come_before_included_models",
    ),
    Bug(
        "weights that give no numbers are accepted",
        file=CLASSIFIER,
        old="if not np.isfinite(",
        new="if np.isinf(",
        tests=f"{TESTS}/test_classifier.py::test_a_negative_variance",
    ),
    Bug(
        "readers of clothes are asked whether a shoe is a digit",
        file=CLASSIFIER,
        old='settings.get("dataset", MNIST) == MNIST and ',
        new="",
        tests=f"{TESTS}/test_digit_detector.py::test_only_readers_of_digits_are_judged",
    ),
    Bug(
        "the detector overrides an earlier problem",
        file=CHOOSE,
        old="if problem is None and like < LEAST:",
        new="if like < LEAST:",
        tests=f"{TESTS}/test_digit_detector.py::test_an_earlier_problem_stays",
    ),
    Bug(
        "two ways that disagree are as sure as one",
        file=CHOOSE,
        old="best = _mixed(*sorted((way, best), key=lambda one: -one.worth))",
        new="best = max(way, best, key=lambda one: one.worth)",
        tests=f"{TESTS}/test_choose.py::test_two_good_ways_that_disagree_are_half_as_sure",
    ),
    Bug(
        "a poor way takes the confidence of a good one",
        file=CHOOSE,
        old="if way.worth > GOOD and best.worth > GOOD and",
        new="if best.worth > GOOD and",
        tests=f"{TESTS}/test_choose.py",
    ),
    Bug(
        "what other ways show is an answer, however poor",
        file=CHOOSE,
        old="(best.worth if best.problem is None else GOOD)",
        new="best.worth",
        tests=f"{TESTS}/test_choose.py"
        "::test_where_the_usual_way_shows_no_digit_only_a_good_one_is_an_answer",
    ),
    Bug(
        "stripes are ones",
        file=CHOOSE,
        old="if len(way.said) == 1 or _is_more(way))",
        new="if True)",
        tests=f"{TESTS}/test_choose.py::test_nothing_but_ones_along_long_lines_is_an_edge",
    ),
    Bug(
        "half a digit behind a line is enough",
        file=CHOOSE,
        old="if w.stages.way != STRUCK or w.worth > behind",
        new="if True",
        tests=f"{TESTS}/test_choose.py::test_what_is_left_behind_a_line_has_to_be_sure",
    ),
    Bug(
        "the desk around a note is searched before the note",
        file=CHOOSE,
        old="    if usual.problem is not None:\n        usual = ",
        new="    if usual.problem is None:\n        usual = ",
        tests=f"{TESTS}/test_choose.py"
        "::test_a_note_comes_before_the_rest_of_a_picture_that_shows_no_digit",
    ),
    Bug(
        "what was read behind a line is as sure as anything",
        file=CHOOSE,
        old="    return _behind_a_line(best) if best.stages.way == STRUCK else best",
        new="    return best",
        tests=f"{TESTS}/test_choose.py::test_what_was_read_behind_a_line_is_less_sure",
    ),
    Bug(
        "nothing is held to be no digit",
        file=DETECTOR,
        old="LEAST = 0.15",
        new="LEAST = 0.0",
        tests=f"{TESTS}/test_digit_detector.py"
        "::test_the_included_weights_tell_digits_from_what_they_have_not_seen",
    ),
    Bug(
        "the detector's classes are swapped",
        file=DETECTOR,
        old="DIGIT = 1 ",
        new="DIGIT = 0 ",
        tests=f"{TESTS}/test_digit_detector.py"
        "::test_the_included_weights_tell_digits_from_what_they_have_not_seen",
    ),
    Bug(
        "a guess beside a problem has a confidence",
        file=PREDICT,
        old="round(self.confidence, 6) if self.problem is None else None",
        new="round(self.confidence, 6)",
        tests=f"{TESTS}/test_cli.py::test_predict_prints_one_json_object_a_line_and_goes_on",
    ),
    Bug(
        "hidden files in a folder are pictures",
        file=PICTURE_FILES,
        old='r"[^.].*\\.(avif',
        new='r".*\\.(avif',
        tests=f"{TESTS}/test_cli.py::test_predict_prints_one_json_object_a_line_and_goes_on",
    ),
    Bug(
        "standard input is read to its end",
        file=PICTURE_FILES,
        old="if len(data) > LARGEST_INPUT:",
        new="if not data:",
        tests=f"{TESTS}/test_processes.py::test_standard_input_without_end",
    ),
    Bug(
        "always 15 bins",
        file=SCORE,
        old="bins = min(BINS, max(1, len(rows) // PICTURES_A_BIN))",
        new="bins = BINS",
        tests=f"{TESTS}/test_scoring.py::test_a_bin_of_the_calibration_error_has_twenty_pictures",
    ),
    Bug(
        "a byte-order mark belongs to the first column's name",
        file=SCORE,
        old='encoding="utf-8-sig"',
        new='encoding="utf-8"',
        tests=f"{TESTS}/test_scoring.py::test_a_byte_order_mark_is_no_part_of_the_first_column",
    ),
    Bug(
        "a guess beside a problem may be right",
        file=SCORE,
        old="None if self.answer is None or self.answer.problem is not None else self.answer",
        new="self.answer",
        tests=f"{TESTS}/test_scoring.py::test_a_guess_beside_a_problem_is_not_right",
    ),
    Bug(
        "pictures in `images` come before those in a folder of the file's name",
        file=SCORE,
        old='labels.parent, labels.with_suffix(""), labels.parent / "images"',
        new='labels.parent, labels.parent / "images", labels.with_suffix("")',
        tests=f"{TESTS}/test_scoring.py::test_a_folder_of_the_files_name_comes_before_images",
    ),
    Bug(
        "mistakes in the order of the file",
        file=SCORE,
        old="key=lambda picture: -picture.confidence",
        new="key=lambda picture: 0",
        tests=f"{TESTS}/test_scoring.py::test_a_sheet_of_the_most_confident_of_many_mistakes",
    ),
    Bug(
        "too confident bins make up for too modest ones",
        file=CALIBRATION,
        old="gaps = np.abs(self.accuracy - self.confidence)[filled]",
        new="gaps = (self.accuracy - self.confidence)[filled]",
        tests=f"{TESTS}/test_calibration.py::test_the_error_against_a_loop",
    ),
    Bug(
        "bins count alike, however many answers they have",
        file=CALIBRATION,
        old="(self.counts[filled] * gaps).sum() / self.counts.sum()",
        new="gaps.mean()",
        tests=f"{TESTS}/test_calibration.py::test_the_error_against_a_loop",
    ),
    Bug(
        "the inverse of the temperature is taken for it",
        file=CALIBRATION,
        old="return math.exp(-(low + high) / 2)",
        new="return math.exp((low + high) / 2)",
        tests=f"{TESTS}/test_calibration.py::test_finds_the_temperature_that_made_the_labels",
    ),
    Bug(
        "any temperature in a file is accepted",
        file=CALIBRATION,
        old="elif not COLDEST <= value <= HOTTEST:",
        new="elif not value:",
        tests=f"{TESTS}/test_calibration.py::test_the_temperature_of_a_file_is_checked",
    ),
    Bug(
        "answers that are no numbers",
        file="mnist_app/reading/classifier.py",
        old="if not np.isfinite(rows).all():",
        new="if rows.ndim != 2:",
        tests=f"{TESTS}/test_classifier.py",
    ),
    Bug(
        "a pool inside another layer may be of any size",
        file="mnist_app/reading/classifier.py",
        old="for layer in _layers(model) if isinstance",
        new="for layer in model.layers if isinstance",
        tests=f"{TESTS}/test_classifier.py::test_a_window_that_never_ends",
    ),
    Bug(
        "an evaluation of numbers that are none",
        file="mnist_app/training/evaluation.py",
        old="if not (np.isfinite(rows).all() and np.isfinite(loss)):",
        new="if rows.ndim != 2:",
        tests=f"{TESTS}/test_evaluation.py::test_weights_that_are_too_large",
    ),
    Bug(
        "contributions that are no numbers",
        file="mnist_app/reading/explain.py",
        old="if not np.isfinite(contributions).all():",
        new="if contributions.ndim != 2:",
        tests=f"{TESTS}/test_explanation.py::test_weights_that_are_too_large",
    ),
    Bug(
        "contributions are gradients at the picture alone",
        file=EXPLAIN,
        old="ink * shares.reshape(-1, *[1] * (ink.ndim - 1))",
        new="np.repeat(ink, STEPS, axis=0)",
        tests=f"{TESTS}/test_explanation.py::test_the_contributions_make_the_score",
    ),
    Bug(
        "a digit's score is its logit alone",
        file=EXPLAIN,
        old="dy = np.full_like(outputs, -1 / outputs.shape[1])",
        new="dy = np.zeros_like(outputs)",
        tests=f"{TESTS}/test_explanation.py::test_a_linear_model_gets_its_exact_terms",
    ),
    Bug(
        "percentages are rounded up to 100",
        file="mnist_app/text.py",
        old="if share < 1 and float(text) == 100:",
        new="if share < 0:",
        tests=f"{TESTS}/test_text.py",
    ),
    Bug(
        "the size of a picture file has no bound",
        file=PICTURE_FILES,
        old="if status.st_size > LARGEST_INPUT:",
        new="if status.st_size > 2 * LARGEST_INPUT:",
        tests=f"{TESTS}/test_bad_paths.py::test_the_bound_is_on_the_size_and_nothing_is_read",
    ),
    Bug(
        "a folder that cannot be entered stops the rest",
        file=PICTURE_FILES,
        old="not os.path.isdir(image)",
        new="not Path(image).is_dir()",
        tests=f"{TESTS}/test_bad_paths.py::test_folders_without_permission",
    ),
    Bug(
        "an unreadable folder in a folder is passed over",
        file=PICTURE_FILES,
        old="    yield from map(Path, unreadable)\n",
        new="",
        tests=f"{TESTS}/test_bad_paths.py::test_folders_without_permission",
    ),
    Bug(
        "a row with - reads standard input",
        file=SCORE,
        old="result = predict_file(classifier",
        new="from mnist_app.reading.predict import predict_picture\n"
        "        result = predict_picture(classifier",
        tests=f"{TESTS}/test_scoring.py::test_a_row_with_a_dash_is_a_file_and_not_standard_input",
    ),
    Bug(
        "a row of several lines is named by its last",
        file=SCORE,
        old="            yield first, stripped\n",
        new="            yield reader.line_num, stripped\n",
        tests=f"{TESTS}/test_scoring.py::test_csv_files_that_are_not_usable",
    ),
    Bug(
        "double columns of labels",
        file=SCORE,
        old="if name and names.count(name) > 1",
        new="if name and names.count(name) > 2",
        tests=f"{TESTS}/test_scoring.py::test_csv_files_that_are_not_usable",
    ),
    Bug(
        "semicolons divide no columns",
        file=SCORE,
        old='DIVIDERS = ",;\\t"',
        new='DIVIDERS = ",\\t"',
        tests=f"{TESTS}/test_scoring.py::test_what_spreadsheets_write",
    ),
]
