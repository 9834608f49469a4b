"""Bugs in mnist_app/cli, in the packages' order and in the tests' own tools."""

from tests.planted.bug import Bug

ERRORS = "mnist_app/cli/errors.py"
EVALUATE = "mnist_app/cli/evaluate.py"
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
        file=EVALUATE,
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
    # --- the packages' order ----------------------------------------------------------------
    Bug(
        "reading imports training",
        file="mnist_app/reading/classifier.py",
        old="from tinynet import MaxPool",
        new="import mnist_app.training.folder  # noqa: F401\nfrom tinynet import MaxPool",
        tests=f"{ARCHITECTURE}::test_there_is_no_circle",
    ),
    Bug(
        "training imports figures, late",
        file="mnist_app/training/evaluation.py",
        old="    classes = outputs.shape[1]\n",
        new="    classes = outputs.shape[1]\n    import mnist_app.figures.run  # noqa: F401\n",
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
