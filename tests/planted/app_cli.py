"""Bugs in mnist_app/cli, in the packages' order and in the tests' own tools."""

from tests.planted.bug import Bug

ERRORS = "mnist_app/cli/errors.py"
EVALUATE = "mnist_app/cli/evaluate.py"
OUTPUTS = "mnist_app/cli/outputs.py"
PREDICT = "mnist_app/cli/predict.py"
TRAIN = "mnist_app/cli/train.py"
ARCHITECTURE = "tests/test_architecture.py"
PROCESSES = "tests/app/processes.py"
TESTS = "tests/app/test_cli.py"

BUGS = [
    Bug(
        "`evaluate` measures confidence that is not calibrated",
        file=EVALUATE,
        old="temperature=classifier.temperature",
        new="temperature=1.0",
        tests=f"{TESTS}::test_evaluate_measures_calibrated_confidence",
    ),
    Bug(
        "`evaluate` tests a model on classes that it does not know",
        file="mnist_app/training/evaluation.py",
        old="    check_fit(classifier.model, dataset)\n",
        new="",
        tests=f"{TESTS}::test_evaluate_on_data_with_more_classes",
    ),
    Bug(
        "too little memory is a traceback",
        file=ERRORS,
        old="if isinstance(error, MemoryError):",
        new="if isinstance(error, BufferError):",
        tests=f"{TESTS}::test_too_little_memory_is_one_line",
    ),
    Bug(
        "Ctrl-C ends with the exit code 1",
        file=ERRORS,
        old="FAILED, MISUSED, INTERRUPTED = 1, 2, 130",
        new="FAILED, MISUSED, INTERRUPTED = 1, 2, 1",
        tests=f"{TESTS}::test_ctrl_c_in_the_first_epoch",
    ),
    Bug(
        "a file name that is not UTF-8 cannot be printed",
        file=ERRORS,
        old='stream.reconfigure(errors="backslashreplace")',
        new="stream.flush()",
        tests="tests/app/test_processes.py::test_names_and_terminals_that_know_no_utf8",
    ),
    Bug(
        "pictures that could not be read are no failure",
        file=PREDICT,
        old="            failed = True\n",
        new="            failed = False\n",
        tests=f"{TESTS}::test_predict_says_what_is_wrong_and_goes_on",
    ),
    Bug(
        "every network begins with the same learning rate",
        file=TRAIN,
        old='Options(**{"learning_rate": LEARNING_RATES[model], **given})',
        new="Options(**given)",
        tests=f"{TESTS}::test_train_begins_with_the_networks_own_learning_rate",
    ),
    Bug(
        "the network's own learning rate comes before the given one",
        file=TRAIN,
        old='{"learning_rate": LEARNING_RATES[model], **given}',
        new='{**given, "learning_rate": LEARNING_RATES[model]}',
        tests=f"{TESTS}::test_train_begins_with_the_networks_own_learning_rate",
    ),
    Bug(
        "defaults count as given when a run resumes",
        file=TRAIN,
        old='source is not None and source.name == "COMMANDLINE"',
        new="source is not None",
        tests=f"{TESTS}::test_train_goes_to_runs_by_default_and_resumes_there",
    ),
    Bug(
        "every epoch is called the best",
        file="mnist_app/cli/training_display.py",
        old='best = "  best" if history.best() is last else ""',
        new='best = "  best"',
        tests=f"{TESTS}::test_the_best_epoch_so_far_is_marked",
    ),
    # --- what is written, and when ----------------------------------------------------------
    Bug(
        "a figure replaces the picture that it shows",
        file=OUTPUTS,
        old="if any(is_same(path, other) for other in inputs):",
        new="if any(path == other for other in inputs):",
        tests="tests/app/test_outputs.py::test_links_lead_to_the_same_file",
    ),
    Bug(
        "a figure replaces any older file",
        file=OUTPUTS,
        old="os.path.lexists(path) and not overwrite and not is_ours(path)",
        new="False",
        tests="tests/app/test_outputs.py::test_a_figure_replaces_no_photo",
    ),
    Bug(
        "figures carry no mark",
        file="mnist_app/figures/look.py",
        old="dpi=130, **marked(path)",
        new="dpi=130",
        tests="tests/figures/test_look.py::test_a_figure_is_known_again_and_a_photo_is_not",
    ),
    Bug(
        "the folder of an output is tried after the work",
        file=OUTPUTS,
        old="    try_folder(path.parent, path)\n",
        new="",
        tests="tests/app/test_outputs.py::test_compare_tries_its_outputs_before_it_trains",
    ),
    Bug(
        "`convert` writes over what it reads",
        file="mnist_app/cli/convert.py",
        old='check_file(target, "OUT", [path])',
        new='check_file(target, "OUT")',
        tests="tests/app/test_outputs.py::test_convert_does_not_write_over_what_it_reads",
    ),
    Bug(
        "more pictures in a figure than WebP has room for",
        file=PREDICT,
        old="LARGEST_FIGURE = 40 ",
        new="LARGEST_FIGURE = 50 ",
        tests="tests/app/test_outputs.py::test_the_largest_explanations_fit_webp",
    ),
    Bug(
        "Ctrl-C in a finalizer is lost",
        file="mnist_app/cli/errors.py",
        old="with Interrupts() as interrupts:",
        new="interrupts = Interrupts()\n        if True:",
        tests=f"{TESTS}::test_ctrl_c_in_a_finalizer_while_drawing",
    ),
    Bug(
        "closed standard streams stay closed",
        file="mnist_app/__main__.py",
        old="        open_closed_streams()\n",
        new="",
        tests="tests/app/test_processes.py::test_closed_standard_streams",
    ),
    Bug(
        "an empty path is the folder one is in",
        file=ERRORS,
        old='if given.get(parameter.name) == "":',
        new='if given.get(parameter.name) == " ":',
        tests=f"{TESTS}::test_an_empty_path_is_not_the_folder_one_is_in",
    ),
    Bug(
        "control characters reach the terminal",
        file="mnist_app/text.py",
        old="return UNREADABLE.sub(",
        new="return re.compile('x^').sub(",
        tests="tests/app/test_text.py::test_no_name_commands_the_terminal",
    ),
    # --- the packages' order ----------------------------------------------------------------
    Bug(
        "reading imports training",
        file="mnist_app/reading/classifier.py",
        old="from tinynet import Layer, MaxPool",
        new="import mnist_app.training.folder  # noqa: F401\nfrom tinynet import Layer, MaxPool",
        tests=f"{ARCHITECTURE}::test_there_is_no_circle",
    ),
    Bug(
        "training imports figures, late",
        file="mnist_app/training/evaluation.py",
        old="    count = outputs.shape[1]\n",
        new="    count = outputs.shape[1]\n    import mnist_app.figures.run  # noqa: F401\n",
        tests=f"{ARCHITECTURE}::test_there_is_no_circle",
    ),
    Bug(
        "the command line loads OpenCV as it starts",
        file=PREDICT,
        old="from mnist_app.reading.classifier import load_classifier\n",
        new="from mnist_app.reading.classifier import load_classifier\n"
        "from mnist_app.reading.predict import Answer as _  # noqa: F401\n",
        tests=f"{ARCHITECTURE}::test_importing_loads_nothing_heavy",
    ),
    # --- the tests' own tools ---------------------------------------------------------------
    Bug(
        "children of the tests ignore Ctrl-C where the tests do",
        file=PROCESSES,
        old="signal.signal(signal.SIGINT, signal.SIG_DFL)",
        new="pass",
        tests="tests/app/test_processes.py::test_children_hear_ctrl_c_where_the_tests_ignore_it",
    ),
    Bug(
        "a test that fails waits for its process",
        file=PROCESSES,
        old="            process.kill()\n",
        new="            process.terminate()\n",
        tests="tests/app/test_processes.py::test_a_test_that_fails_leaves_no_process",
    ),
]
