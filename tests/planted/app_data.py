"""Bugs in mnist_app/data, each of which the named tests must notice."""

from tests.planted.bug import Bug

DATASET, IDX, SPLITS = (f"mnist_app/data/{name}.py" for name in ("dataset", "idx", "splits"))
DATA_LABELS = "mnist_app/data/labels.py"
TESTS = "tests/app/test_dataset.py"

BUGS = [
    Bug(
        "EMNIST's test images stay transposed",
        file=DATASET,
        old='if prefix.lower().startswith("emnist"):',
        new='if prefix.lower().startswith("emnist") and part == TRAIN:',
        tests=f"{TESTS}::test_emnist_is_turned_upright",
    ),
    Bug(
        "MNIST is loaded without its checksums",
        file=DATASET,
        old='"mnist", MNIST_SHA256)',
        new='"mnist", {})',
        tests=f"{TESTS}::test_every_file_of_mnist_is_compared_with_its_checksum",
    ),
    Bug(
        "checksums of an IDX file's header alone",
        file=IDX,
        old="    digest.update(body)\n",
        new="",
        tests=f"{TESTS}::test_mnist_is_the_whole_of_mnist",
    ),
    Bug(
        "checksums are not looked at",
        file=IDX,
        old="if sha256 is not None and digest.hexdigest() != sha256:",
        new="if sha256 is not None and not digest.hexdigest():",
        tests=f"{TESTS}::test_a_changed_mnist_is_noticed",
    ),
    Bug(
        "classes are counted among the training labels alone",
        file=DATASET,
        old="count_classes(str(folder), train, test)",
        new="count_classes(str(folder), train)",
        tests=f"{TESTS}::test_classes_are_counted_in_both_sets",
    ),
    Bug(
        "a label byte of 255 makes 256 classes",
        file=DATA_LABELS,
        old="if classes > 2 * len(found):",
        new="if classes > 256:",
        tests=f"{TESTS}::test_labels_that_leave_most_classes_empty",
    ),
    Bug(
        "labels without an image are not said",
        file="mnist_app/cli/train.py",
        old="    if run.unseen:\n",
        new="    if not run.model:\n",
        tests="tests/app/test_cli.py::test_labels_that_cannot_be_learned_are_said_before_training",
    ),
    Bug(
        "a gzipped file comes before its unpacked twin",
        file=DATASET,
        old="key=lambda file: file.name):",
        new="key=lambda file: file.name, reverse=True):",
        tests=f"{TESTS}::test_an_unpacked_file_comes_before_its_packed_twin",
    ),
    Bug(
        "as many images as labels are not expected",
        file=DATASET,
        old="if len(images) != len(labels) or len(images) == 0:",
        new="if len(images) == 0:",
        tests=f"{TESTS}::test_a_broken_file_is_named",
    ),
    Bug(
        "a gzip bomb is unpacked whole",
        file=IDX,
        old="body = stream.read(size + 1)",
        new="body = stream.read()",
        tests=f"{TESTS}::test_a_gzip_bomb_takes_no_memory",
    ),
    Bug(
        "a header may promise any size",
        file=IDX,
        old="if size > LARGEST_FILE:",
        new="if size > LARGEST_FILE**2:",
        tests=f"{TESTS}::test_a_broken_file_is_named",
    ),
    Bug(
        "validation images are training images",
        file=SPLITS,
        old="return (images[training], labels[training]),",
        new="return (images[order], labels[order]),",
        tests=f"{TESTS}::test_split_divides_the_training_set",
    ),
    Bug(
        "labels do not move with their images",
        file=SPLITS,
        old="(images[validation], labels[validation])",
        new="(images[validation], labels[-held_out:])",
        tests=f"{TESTS}::test_split_divides_the_training_set",
    ),
    Bug(
        "the split is the same for every seed",
        file=SPLITS,
        old="order = rng.permutation(len(images))",
        new="order = np.random.default_rng(0).permutation(len(images))",
        tests=f"{TESTS}::test_split_divides_the_training_set",
    ),
]
