"""Bugs with classes of one's own, each of which the named tests must notice."""

from tests.planted.bug import bugs

FOLDERS = "tests/app/test_class_folders.py"
NAMES = "tests/app/test_class_names.py"

BUGS = [
    *bugs(
        "mnist_app/reading/class_folders.py",
        (
            "the names of files decide which are for the test",
            "order = sorted(range(len(images)), key=digests.__getitem__)",
            "order = list(range(len(digests)))",
            f"{FOLDERS}::test_names_and_order_of_files_decide_nothing",
        ),
        (
            "pictures of the test are trained on",
            "images[order[held_out:]]",
            "images[order]",
            f"{FOLDERS}::test_each_folder_is_a_class_and_a_fifth_is_for_the_test",
        ),
        (
            "characters are read by the rules of digits",
            "is_digit = files.keys() <= set(DIGITS)",
            "is_digit = True",
            f"{FOLDERS}::test_a_character_keeps_all_its_pieces",
        ),
        (
            "digits in folders keep the dust",
            "is_digit = files.keys() <= set(DIGITS)",
            "is_digit = False",
            f"{FOLDERS}::test_digits_in_folders_are_read_by_the_rules_of_digits",
        ),
        (
            "a pipe among the pictures is opened",
            "            check_picture_file(str(file))\n",
            "            assert not file.is_fifo()\n",
            f"{FOLDERS}::test_what_is_no_picture_is_left_out_and_named",
        ),
        (
            "blank pictures are learned",
            "            if not image.any():\n",
            "            if False:\n",
            f"{FOLDERS}::test_what_is_no_picture_is_left_out_and_named",
        ),
        (
            "spoilt pictures count towards those that a class needs",
            "        if len(images) < LEAST_PICTURES:\n",
            "        if len(paths) < LEAST_PICTURES:\n",
            f"{FOLDERS}::test_a_folder_that_is_not_usable_is_one_line",
        ),
        (
            "names that differ in capitals alone",
            'unicodedata.normalize("NFC", name).casefold()',
            'unicodedata.normalize("NFC", name)',
            f"{FOLDERS}::test_a_folder_that_is_not_usable_is_one_line",
        ),
        (
            "a class that only the test has",
            "if unknown := sorted(test_files.keys() - files.keys()):",
            "if unknown := list[str]():",
            f"{FOLDERS}::test_a_folder_of_test_pictures_is_taken_as_it_is",
        ),
    ),
    *bugs(
        "mnist_app/data/splits.py",
        (
            "validation takes its share of all, not of each class",
            "    if dataset.names is not None:\n",
            "    if False:\n",
            f"{FOLDERS}::test_validation_takes_its_share_of_each_class",
        ),
    ),
    *bugs(
        "mnist_app/training/networks.py",
        (
            "nothing is copied from the included weights",
            "            parameter.value[...] = values[name].value\n",
            "            pass\n",
            f"{NAMES}::test_training_begins_with_what_is_included_but_its_last_layer",
        ),
    ),
    *bugs(
        "mnist_app/training/evaluation.py",
        (
            "classes are compared by number, not by name",
            "places = [classifier.classes.index(name) for name in dataset.class_names]",
            "places = list(range(dataset.classes))",
            f"{NAMES}::test_evaluate_finds_classes_by_their_names",
        ),
    ),
    *bugs(
        "mnist_app/training/run.py",
        (
            "the names of the classes are lost",
            "            **({CLASSES: list(self.names)} if self.names else {}),\n",
            "",
            f"{NAMES}::test_predict_answers_with_names",
        ),
    ),
    *bugs(
        "mnist_app/reading/classifier.py",
        (
            "two classes of one name",
            "        and len(set(names)) == count\n",
            "",
            f"{NAMES}::test_names_that_are_none",
        ),
        (
            "any ten classes are digits",
            'settings.get("dataset", MNIST) == MNIST and classes == DIGITS',
            "classes == DIGITS",
            f"{NAMES}::test_files_without_names_are_read_as_before",
        ),
    ),
    *bugs(
        "mnist_app/reading/predict.py",
        (
            "predict takes characters for digits",
            "preprocess(picture, is_digit=False)",
            "preprocess(picture)",
            f"{NAMES}::test_a_shape_need_not_look_like_a_digit",
        ),
        (
            "the least probable classes are shown",
            'np.argsort(-self.probabilities, kind="stable")',
            'np.argsort(self.probabilities, kind="stable")',
            f"{NAMES}::test_of_many_classes_the_ten_most_probable_are_shown",
        ),
    ),
    *bugs(
        "mnist_app/data/labels.py",
        (
            "a name is the first of its characters",
            'name = "".join(map(chr, codes))',
            'name = "".join(map(chr, codes[:1]))',
            f"{NAMES}::test_emnist_as_it_comes",
        ),
        (
            "labels without a name become the first class",
            "if nameless := sorted(set(np.unique(labels).tolist()) - names.keys()):",
            "if nameless := list[int]():",
            f"{NAMES}::test_a_mapping_that_is_none",
        ),
    ),
    *bugs(
        "mnist_app/pictures/strokes.py",
        (
            "a character's long straight stroke is taken for ruling",
            "        if not (is_digit or _runs_off(line)):\n",
            "        if False:\n",
            "tests/pictures/test_strokes.py::test_a_long_stroke_of_a_character_is_no_ruling",
        ),
    ),
    *bugs(
        "mnist_app/pictures/digit.py",
        (
            "a character loses a dot",
            "pieces_of(ink, strokes, DOT)",
            "pieces_of(ink, strokes, SPECK)",
            "tests/pictures/test_digit.py::test_a_character_keeps_its_dots_and_loses_dust",
        ),
    ),
]
