"""Wrong answers to the exercises of notebook 13."""

import numpy as np

from tests.tutorials.wrong_answers import wrong
from tutorials.checks import SOLUTIONS, find_answer
from tutorials.checks.notebook_13 import TRUTH

TREATMENT = find_answer("13.treatments", SOLUTIONS)()


def length(a):
    return np.sqrt((a**2).sum())


@wrong("13.relative_moves", "divided by its length, 0")
def divided_by_nothing(before, after):
    return [length(b - a) / length(a) for a, b in zip(before, after, strict=True)]


@wrong("13.relative_moves", "In relation to what?")
def absolute_moves(before, after):
    return [length(b - a) for a, b in zip(before, after, strict=True)]


@wrong("13.relative_moves", "*after* the step")
def by_the_new_length(before, after):
    return [length(b - a) / length(b) for a, b in zip(before, after, strict=True)]


@wrong("13.relative_moves", "the difference of the lengths")
def difference_of_lengths(before, after):
    pairs = zip(before, after, strict=True)
    return [abs(length(b) - length(a)) / length(a) if a.any() else 0.0 for a, b in pairs]


@wrong("13.relative_moves", "disappears in a mean")
def mean_move(before, after):
    pairs = zip(before, after, strict=True)
    return float(np.mean([length(b - a) / length(a) if a.any() else 0.0 for a, b in pairs]))


def spread(gradients):
    return ((gradients - gradients.mean(axis=0)) ** 2).sum(axis=1).mean()


@wrong("13.batch_noise", "asked for is its root")
def mean_square(gradients, batch_size):
    return spread(gradients) / batch_size


@wrong("13.batch_noise", "falls like 1 / B")
def falls_like_the_batch(gradients, batch_size):
    return np.sqrt(spread(gradients)) / batch_size


@wrong("13.batch_noise", "the batch size does not matter")
def of_one_example(gradients, batch_size):
    return np.sqrt(spread(gradients))


@wrong("13.batch_noise", "the mean gradient is not subtracted")
def length_of_the_gradients(gradients, batch_size):
    return np.sqrt((gradients**2).sum(axis=1).mean() / batch_size)


@wrong("13.batch_noise", "adds them")
def averaged_over_entries(gradients, batch_size):
    return np.sqrt(spread(gradients) / gradients.shape[1] / batch_size)


@wrong("13.batch_noise", "divide by N")
def sample_variance(gradients, batch_size):
    n = len(gradients)
    return np.sqrt(spread(gradients) * n / (n - 1) / batch_size)


@wrong("13.batch_noise", "without repetition")
def without_repetition(gradients, batch_size):
    n = len(gradients)
    return np.sqrt(spread(gradients) / batch_size * (n - batch_size) / (n - 1))


@wrong("13.seen_before", "have been seen")
def each_picture_once(train, test):
    known, found = {image.tobytes() for image in train}, []
    for k, image in enumerate(test):
        if image.tobytes() in known:
            known.remove(image.tobytes())
            found.append(k)
    return found


@wrong("13.seen_before", "the same sum")
def by_their_sums(train, test):
    sums = {int(image.sum()) for image in train}
    return [k for k, image in enumerate(test) if int(image.sum()) in sums]


@wrong("13.seen_before", "which of the *test* images".capitalize())
def numbers_of_training_images(train, test):
    return [k for k, image in enumerate(train) if any((image == other).all() for other in test)]


@wrong("13.seen_before", "for each copy among the training images")
def once_for_each_copy(train, test):
    return [k for k, image in enumerate(test) for other in train if (image == other).all()]


@wrong("13.seen_before", "differ in one pixel")
def nearly_equal(train, test):
    near = [min(np.abs(image - other).sum() for other in train) for image in test]
    return [k for k, distance in enumerate(near) if distance < 300]


@wrong("13.seen_before", "True and False")
def as_a_mask(train, test):
    return np.array([any((image == other).all() for other in train) for image in test])


@wrong("13.name_faults", 'A is no case of "rate too small". There, every layer moves')
def frozen_for_slow():
    return {**TRUTH, "A": "rate too small", "B": "frozen layer"}


@wrong("13.name_faults", 'C is no case of "leak"')
def leak_for_shuffled():
    return {**TRUTH, "C": "leak", "F": "shuffled labels"}


@wrong("13.name_faults", "Look at moves and units off of G")
def dead_for_zero():
    return {**TRUTH, "G": "rate too large", "H": "zero weights"}


@wrong("13.name_faults", "expected one of rate too large")
def overfitting():
    return {**TRUTH, "F": "overfitting"}


@wrong("13.treatments", "the labels belong to other images")
def lower_rate_for_shuffled_labels():
    return {
        **TREATMENT,
        "shuffled labels": "lower the rate",
        "rate too large": "pair images and labels again",
    }


@wrong("13.treatments", "one gradient is not computed")
def other_rate_for_a_frozen_layer():
    return {**TREATMENT, "frozen layer": "raise the rate", "rate too small": "repair its gradient"}


@wrong("13.treatments", "images that were trained on are its judge")
def fewer_layers_for_a_leak():
    return {**TREATMENT, "leak": "remove a layer"}


@wrong("13.treatments", "all gradients of kernels are 0")
def higher_rate_for_zero_weights():
    return {**TREATMENT, "zero weights": "raise the rate"}


@wrong("13.relative_moves", "*after* the step")
def by_the_new_length_with_a_guard(before, after):
    pairs = zip(before, after, strict=True)
    return [length(b - a) / length(b) if a.any() else 0.0 for a, b in pairs]


@wrong("13.relative_moves", "arrays of the list after are changed")
def moved_in_place(before, after):
    for a, b in zip(before, after, strict=True):
        b -= a
    pairs = zip(before, after, strict=True)
    return [length(b) / length(a) if a.any() else 0.0 for a, b in pairs]


@wrong("13.relative_moves", "absolute values are added up")
def sums_of_absolute_values(before, after):
    pairs = zip(before, after, strict=True)
    return [np.abs(b - a).sum() / np.abs(a).sum() if a.any() else 0.0 for a, b in pairs]


@wrong("13.relative_moves", "disappears in the whole")
def all_arrays_as_one(before, after):
    steps = sum(length(b - a) ** 2 for a, b in zip(before, after, strict=True))
    return [np.sqrt(steps / sum(length(a) ** 2 for a in before))] * len(before)


@wrong("13.relative_moves", "the array of zeros is left out")
def without_zeros(before, after):
    return [length(b - a) / length(a) for a, b in zip(before, after, strict=True) if a.any()]


@wrong("13.batch_noise", "this is the mean of the distances")
def mean_distance(gradients, batch_size):
    centred = gradients - gradients.mean(axis=0)
    return np.sqrt((centred**2).sum(axis=1)).mean() / np.sqrt(batch_size)


@wrong("13.batch_noise", "divided by the number of all examples")
def divided_by_all(gradients, batch_size):
    return np.sqrt(spread(gradients) / len(gradients))


@wrong("13.batch_noise", "Asked for is their mean")
def squares_summed(gradients, batch_size):
    return np.sqrt(spread(gradients) * len(gradients) / batch_size)


@wrong("13.batch_noise", "Were batches drawn?")
def drawn(gradients, batch_size):
    chosen = np.random.default_rng(0).integers(0, len(gradients), (20_000, batch_size))
    distances = gradients[chosen].mean(axis=1) - gradients.mean(axis=0)
    return np.sqrt((distances**2).sum(axis=1).mean())


def equal_in(train, test, key):
    keys = {key(image).tobytes() for image in train}
    return [k for k, image in enumerate(test) if key(image).tobytes() in keys]


@wrong("13.seen_before", "one equal pixel, the first")
def by_the_first_pixel(train, test):
    return equal_in(train, test, lambda image: image[0, 0])


@wrong("13.seen_before", "an equal first row")
def by_the_first_row(train, test):
    return equal_in(train, test, lambda image: image[0])


@wrong("13.seen_before", "an equal last row")
def by_the_last_row(train, test):
    return equal_in(train, test, lambda image: image[-1])


@wrong("13.seen_before", "the same sums of rows")
def by_sums_of_rows(train, test):
    return equal_in(train, test, lambda image: image.sum(axis=1))


@wrong("13.seen_before", "the same sums of columns")
def by_sums_of_columns(train, test):
    return equal_in(train, test, lambda image: image.sum(axis=0))


@wrong("13.seen_before", "in another order")
def by_sorted_pixels(train, test):
    return equal_in(train, test, lambda image: np.sort(image, axis=None))


@wrong("13.seen_before", "share a single pixel")
def by_any_pixel(train, test):
    return [k for k, image in enumerate(test) if (train == image).any()]


@wrong("13.seen_before", "have *not* been")
def unseen_ones(train, test):
    seen = equal_in(train, test, lambda image: image)
    return [k for k in range(len(test)) if k not in seen]


@wrong("13.seen_before", "of the same number")
def at_the_same_place(train, test):
    return [k for k in range(len(train)) if (train[k] == test[k]).all()]


@wrong("13.seen_before", "True and False")
def as_a_list_of_truths(train, test):
    seen = equal_in(train, test, lambda image: image)
    return [k in seen for k in range(len(test))]


@wrong("13.seen_before", "should rise")
def in_falling_order(train, test):
    return equal_in(train, test, lambda image: image)[::-1]


@wrong("13.name_faults", "missing: H")
def one_letter_missing():
    return {letter: fault for letter, fault in TRUTH.items() if letter != "H"}


@wrong("13.name_faults", "is given to more than one")
def one_fault_twice():
    return {**TRUTH, "G": "rate too large"}


@wrong("13.treatments", "another split changes which images")
def new_split_for_shuffled_labels():
    exchanged = {
        "shuffled labels": "split the images anew",
        "leak": "pair images and labels again",
    }
    return {**TREATMENT, **exchanged}


@wrong("13.treatments", "missing: leak")
def one_treatment_missing():
    return {fault: what for fault, what in TREATMENT.items() if fault != "leak"}


@wrong("13.treatments", "more images bring training and validation nearer")
def more_images_for_a_frozen_layer():
    return {**TREATMENT, "frozen layer": "train on more images"}


@wrong("13.treatments", "learn more by heart")
def larger_network_for_softmax():
    return {**TREATMENT, "softmax twice": "train a larger network"}


@wrong("13.relative_moves", "some entries are arrays")
def lengths_of_columns(before, after):
    pairs = zip(before, after, strict=True)
    return [np.linalg.norm(b - a, axis=0) / (np.linalg.norm(a, axis=0) + 1e-300) for a, b in pairs]


@wrong("13.seen_before", "a set has no order")
def as_a_set(train, test):
    return set(equal_in(train, test, lambda image: image))


@wrong("13.seen_before", "Is every pixel in the comparison?")
def by_the_middle_row(train, test):
    return equal_in(train, test, lambda image: image[len(image) // 2])


@wrong("13.seen_before", "Is every pixel in the comparison?")
def by_the_middle_column(train, test):
    return equal_in(train, test, lambda image: image[:, image.shape[1] // 2])


@wrong("13.seen_before", "differ at [0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2] alone")
def by_the_lower_half(train, test):
    return equal_in(train, test, lambda image: image[len(image) // 2 :])


@wrong("13.seen_before", "Is every pixel in the comparison?")
def without_the_border(train, test):
    return equal_in(train, test, lambda image: image[1:-1, 1:-1])


@wrong("13.seen_before", "rows and columns have equal sums")
def by_all_sums(train, test):
    return equal_in(train, test, lambda image: np.append(image.sum(axis=0), image.sum(axis=1)))


@wrong("13.seen_before", "Are the greys rounded?")
def by_half_as_many_greys(train, test):
    return equal_in(train, test, lambda image: image // 2)


@wrong("13.seen_before", "only in its transpose")
def transposed_too(train, test):
    known = {image.tobytes() for image in train} | {image.T.tobytes() for image in train}
    return [k for k, image in enumerate(test) if image.tobytes() in known]


@wrong("13.seen_before", "every picture is taken for a known one")
def by_where_ink_is(train, test):
    return equal_in(train, test, lambda image: image > 0)


@wrong("13.seen_before", "large arrays are cut short")
def by_their_print(train, test):
    known = {str(image) for image in train}
    return [k for k, image in enumerate(test) if str(image) in known]


@wrong("13.seen_before", "the right images are found. Each is asked for once, in rising order.")
def in_the_order_of_training(train, test):
    return [k for other in train for k, image in enumerate(test) if (image == other).all()]


@wrong("13.relative_moves", "the length after the step over that before")
def length_over_length(before, after):
    pairs = zip(before, after, strict=True)
    return [length(b) / length(a) if a.any() else 0.0 for a, b in pairs]


@wrong("13.relative_moves", "entries that add up to 0")
def zero_if_the_sum_is(before, after):
    pairs = zip(before, after, strict=True)
    return [0.0 if a.sum() == 0 else length(b - a) / length(a) for a, b in pairs]


@wrong("13.relative_moves", "one entry of 0 is taken for an array of zeros")
def zero_if_an_entry_is(before, after):
    pairs = zip(before, after, strict=True)
    return [0.0 if not a.all() else length(b - a) / length(a) for a, b in pairs]


@wrong("13.relative_moves", "a step that ends in zeros")
def zero_if_either_is(before, after):
    pairs = zip(before, after, strict=True)
    return [length(b - a) / length(a) if a.any() and b.any() else 0.0 for a, b in pairs]


@wrong("13.seen_before", "a copy of the last training image is not found")
def by_as_many_training_images(train, test):
    return equal_in(train[: len(test)], test, lambda image: image)


@wrong("13.seen_before", "a copy of the last training image is not found")
def without_the_last_training_image(train, test):
    return equal_in(train[:-1], test, lambda image: image)


@wrong("13.seen_before", "a copy of the first training image is not found")
def without_the_first_training_image(train, test):
    return equal_in(train[1:], test, lambda image: image)


@wrong("13.seen_before", "of equal test images only the last is counted")
def by_a_dictionary_of_the_test_images(train, test):
    numbers = {image.tobytes(): k for k, image in enumerate(test)}
    found = {numbers[image.tobytes()] for image in train if image.tobytes() in numbers}
    return sorted(found)


@wrong("13.seen_before", "the search ends early")
def only_as_many_test_images(train, test):
    return equal_in(train, test[: len(train)], lambda image: image)


def column_lengths(a):
    return np.sqrt((a**2).sum(axis=0))


@wrong("13.relative_moves", "a length is taken of each column")
def mean_length_of_columns(before, after):
    pairs = zip(before, after, strict=True)
    return [
        column_lengths(b - a).mean() / column_lengths(a).mean() if a.any() else 0.0
        for a, b in pairs
    ]


@wrong("13.relative_moves", "each column has a ratio of its own")
def mean_ratio_of_columns(before, after):
    pairs = zip(before, after, strict=True)
    return [
        np.mean(column_lengths(b - a) / column_lengths(a)) if a.any() else 0.0 for a, b in pairs
    ]


@wrong("13.relative_moves", "added up with their signs")
def sums_with_signs(before, after):
    pairs = zip(before, after, strict=True)
    return [(b - a).sum() / a.sum() if a.any() else 0.0 for a, b in pairs]
