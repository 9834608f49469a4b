"""Wrong answers to the exercises of notebook 13."""

import numpy as np

from tests.tutorials.wrong_answers import wrong
from tutorials.checks.notebook_13 import TREATMENT, TRUTH


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
    return [k for k, image in enumerate(test) if int(image.sum()) in sums and k not in (3,)]


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


@wrong("13.name_faults", "one layer does not move at all, while the others do")
def frozen_for_slow():
    return {**TRUTH, "A": "rate too small", "B": "frozen layer"}


@wrong("13.name_faults", 'C is no case of "leak"')
def leak_for_shuffled():
    return {**TRUTH, "C": "leak", "F": "shuffled labels"}


@wrong("13.name_faults", "although the weights have moved")
def dead_for_zero():
    return {**TRUTH, "G": "rate too large", "H": "zero weights"}


@wrong("13.name_faults", "expected one of rate too large")
def overfitting():
    return {**TRUTH, "F": "overfitting"}


@wrong("13.treatments", "learns it more slowly")
def lower_rate_for_shuffled_labels():
    return {
        **TREATMENT,
        "shuffled labels": "lower the rate",
        "rate too large": "pair images and labels again",
    }


@wrong("13.treatments", "does not get better with more images")
def other_rate_for_a_frozen_layer():
    return {**TREATMENT, "frozen layer": "raise the rate", "rate too small": "repair its gradient"}


@wrong("13.treatments", "Overfitting would show")
def fewer_layers_for_a_leak():
    return {**TREATMENT, "leak": "remove a layer"}


@wrong("13.treatments", "at any rate and for any images")
def higher_rate_for_zero_weights():
    return {**TREATMENT, "zero weights": "raise the rate"}
