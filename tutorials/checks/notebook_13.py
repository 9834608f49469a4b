"""The checks of notebook 13: three measurements, eight diagnoses, eight treatments."""

from collections.abc import Callable

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect
from tutorials.patients import cures

TRUTH = {
    "A": "frozen layer",
    "B": "rate too small",
    "C": "shuffled labels",
    "D": "bytes",
    "E": "softmax twice",
    "F": "leak",
    "G": "zero weights",
    "H": "rate too large",
}
LOOK = {  # what a chart shows with this fault, and where to look
    "rate too large": (
        "the kernels are moved more than in any other run, until no unit is on",
        "moves and units off",
    ),
    "rate too small": ("every layer moves, but all of them hardly", "moves"),
    "bytes": ("the scores are as large as the pixels before the first step", "first"),
    "zero weights": ("no kernel moves, and no hidden unit is on", "moves and units off"),
    "frozen layer": ("one layer stands still, while the others move", "moves"),
    "softmax twice": ("the loss of twenty images stops at a bound that you computed", "twenty"),
    "shuffled labels": (
        "twenty images are learned by heart, two thousand are not: they have nothing in common",
        "twenty and training",
    ),
    "leak": ("validation images are read better than fresh ones", "validation and fresh"),
}
WHY_NOT = {
    "rate too large": "its steps throw the units into a place from which no gradient leads back",
    "rate too small": "it does the right thing, too slowly. Nothing is broken",
    "bytes": "the scores are hundreds of times too large before the first step",
    "zero weights": "where all weights are 0, all gradients of kernels are 0",
    "frozen layer": "one gradient is not computed, and the layers above do what they can alone",
    "softmax twice": "the loss applies a softmax to what is one already, and has a bound",
    "shuffled labels": "the labels belong to other images: there is nothing to learn from them",
    "leak": "the training is sound. What is wrong is the measurement: images that were trained on "
    "are its judge",
}
EFFECT = {  # what a treatment does
    "lower the rate": "a lower rate makes the same steps, only shorter ones",
    "raise the rate": "a higher rate makes the same steps, only longer ones",
    "divide the pixels by 255": "another unit for the pixels changes the size of the scores",
    "draw fresh weights": "fresh weights give another start, and nothing else",
    "repair its gradient": "a repaired gradient helps where one is wrong or missing",
    "remove a layer": "without a layer the network computes another function",
    "pair images and labels again": "pairing anew changes which label an image has",
    "split the images anew": "another split changes which images are judged by, and trained on",
    "train on more images": "more images bring training and validation nearer to each other",
    "train a larger network": "a larger network can learn more by heart",
}


@exercise
def relative_moves(answer: Answer) -> None:
    """Arrays of different size and shape, one that stays, one that is all zeros."""
    rng = np.random.default_rng(13)
    sizes = [((3, 4), 10.0), ((5,), 0.1), ((2, 2), 1.0)]
    before = [rng.normal(size=shape) * scale for shape, scale in sizes]
    after = [a + 0.01 * rng.normal(size=a.shape) for a in before[:2]] + [before[2].copy()]
    before, after = [*before, np.zeros(3)], [*after, np.ones(3)]
    kept = [a.copy() for a in before], [b.copy() for b in after]
    got = call(answer, before, after)
    for name, arrays, own in [("before", before, kept[0]), ("after", after, kept[1])]:
        if len(arrays) != len(own) or not all(map(np.array_equal, arrays, own)):
            raise WrongAnswer(
                f"the arrays of the list {name} are changed. They belong to the caller, here they "
                "are the network's weights: b - a makes a new array, b -= a does not."
            )
    if isinstance(got, list | tuple) and any(np.ndim(each) for each in got):
        raise WrongAnswer(
            "the relative moves: some entries are arrays. One number for each array is asked for: "
            "its length is taken over *all* axes."
        )
    step = np.array([np.sqrt(((b - a) ** 2).sum()) for a, b in zip(before, after, strict=True)])
    old = np.array([np.sqrt((a**2).sum()) for a in before])
    new = np.array([np.sqrt((b**2).sum()) for b in after])
    size = np.array([a.size for a in before])
    with np.errstate(all="ignore"):
        right = np.where(old > 0, step / old, 0)
        last = got[3] if isinstance(got, list) and len(got) == 4 and np.ndim(got[3]) == 0 else 0
        pairs = list(zip(before, after, strict=True))
        one_norms = [np.abs(b - a).sum() / np.abs(a).sum() if a.any() else 0 for a, b in pairs]
        largest = [np.abs(b - a).max() / np.abs(a).max() if a.any() else 0 for a, b in pairs]
        entrywise = [np.mean(np.abs((b - a) / np.where(a == 0, 1, a))) for a, b in pairs]
        together = np.full(4, np.sqrt((step**2).sum() / (old**2).sum()))
        columns = [np.linalg.norm(b - a, axis=0).mean() for a, b in pairs]
        columns /= np.array([np.linalg.norm(a, axis=0).mean() for a, _ in pairs])
        by_column = [
            np.mean(np.linalg.norm(b - a, axis=0) / np.linalg.norm(a, axis=0)) for a, b in pairs
        ]
        signed = np.array([(b - a).sum() / a.sum() for a, b in pairs])
        spectral = [
            np.linalg.norm(b - a, 2) / np.linalg.norm(a, 2) if a.any() else 0 for a, b in pairs
        ]
        expect(got, right, "the relative moves", mistakes={
            "an array of zeros is divided by its length, 0. Its relative move is 0 here.": (
                step / old
            ),
            "these are the lengths of the steps. In relation to what?": step,
            "it is divided by the length *after* the step.": (
                np.where((old > 0) | (last != 0), step / new, 0)
            ),
            "absolute values are added up. The length is Euclidean: the root of the sum of "
            "squares.": one_norms,
            "only the largest entry is looked at. All entries belong to the length.": largest,
            "this is a mean of ratios, entry by entry. Asked for is one length over another.": (
                entrywise
            ),
            "all arrays are taken together. One number for each is asked for: a layer that stands "
            "still disappears in the whole.": together,
            "of matrices this is another norm. Take the root of the sum of *all* squares.": (
                spectral
            ),
            "this is the length after the step over that before. It is the *step* whose length is "
            "asked for, b - a.": np.where(old > 0, new / old, 0),
            "a length is taken of each column, and averaged. The length of an array is the root of "
            "the sum of *all* its squares.": np.where(old > 0, columns, 0),
            "each column has a ratio of its own, and these are averaged. An array has one.": (
                np.where(old > 0, by_column, 0)
            ),
            "entries are added up with their signs, so that they cancel. A length is the root of a "
            "sum of squares.": np.where(old > 0, signed, 0),
            "the array of zeros is left out. It counts, with 0.": right[old > 0],
            "something is added to the length, so that nothing is divided by 0; it changes the "
            "numbers. Ask whether the length is 0.": (
                np.where(old > 0, step / (old + 1e-8), last)
            ),
            "these are percents. A share is asked for.": 100 * right,
            "only the first array is looked at. One number for each is asked for.": (
                right[0]
            ),
            "the difference of the lengths is taken, where the length of the difference is asked "
            "for: a step can turn an array without changing its length.": (
                np.where(old > 0, np.abs(new - old) / old, 0)
            ),
            "the squares are not rooted.": np.where(old > 0, step**2 / old**2, 0),
            "the number of entries is in it: the root of the *mean* square above, the sum "
            "below.": np.where(old > 0, step / np.sqrt(size) / old, 0),
            "the moves of all arrays are averaged. One number for each is asked for: a layer that "
            "stands still disappears in a mean.": float(np.mean(right)),
        })  # fmt: skip
    for was, now, diagnosis in [
        ([0.0, 1.0], [0.5, 1.0], "one entry of 0 is taken for an array of zeros. *All* are to be "
         "0."),
        ([-1.0, 0.0], [-1.0, 0.5], "one entry of 0 is taken for an array of zeros. *All* are to "
         "be 0."),
        ([-1.0, 1.0], [-1.0, 2.0], "entries that add up to 0 are taken for an array of zeros. Each "
         "of them is to be 0."),
        ([3.0, 4.0], [0.0, 0.0], "a step that ends in zeros counts as none. Zeros *before* the "
         "step are what has no relative move."),
    ]:  # fmt: skip
        a, b = np.array(was), np.array(now)
        move = [np.sqrt(((b - a) ** 2).sum() / (a**2).sum())]
        what = f"the relative move from {was} to {now}"
        expect(call(answer, [a], [b]), move, what, mistakes={diagnosis: [0.0]})


@exercise
def batch_noise(answer: Answer) -> None:
    """Small cases, in which all batches can be written down, then a large one."""
    rng = np.random.default_rng(14)
    for n, d, batch in [(4, 2, 1), (5, 2, 2), (4, 3, 3), (50, 4, 10)]:
        gradients = rng.normal(size=(n, d)) + 2.0
        centred = gradients - gradients.mean(axis=0)
        total = (centred**2).sum(axis=1).mean()
        if n**batch < 1000:
            chosen = np.array(np.meshgrid(*[range(n)] * batch)).reshape(batch, -1).T
            distances = gradients[chosen].mean(axis=1) - gradients.mean(axis=0)
            right = np.sqrt((distances**2).sum(axis=1).mean())
        else:
            right = np.sqrt(total / batch)
        got = call(answer, gradients, batch)
        mistakes = {
            "this is the mean square; asked for is its root.": total / batch,
            "the batch size does not matter here. A mean of B independent draws varies less.": (
                np.sqrt(total)
            ),
            "it falls like 1 / B. The mean *square* does; its root falls like 1 / sqrt(B).": (
                np.sqrt(total) / batch
            ),
            "it grows with the batch. A sum does; a mean varies less, the more it averages.": (
                np.sqrt(total * batch)
            ),
            "the mean gradient is not subtracted: this is the length of the gradients.": (
                np.sqrt((gradients**2).sum(axis=1).mean() / batch)
            ),
            "the squares of the D numbers are averaged. A distance in D dimensions adds them.": (
                np.sqrt(total / d / batch)
            ),
            "it is divided by N - 1. These are all the examples there are: divide by N.": (
                np.sqrt(total * n / (n - 1) / batch)
            ),
            "this is for batches without repetition. Here each example is drawn by itself.": (
                np.sqrt(total / batch * (n - batch) / max(1, n - 1))
            ),
            "this is the mean of the distances. Asked for is the root of the mean *square*.": (
                np.sqrt((centred**2).sum(axis=1)).mean() / np.sqrt(batch)
            ),
            "the squares are added up over the examples. Asked for is their mean.": (
                np.sqrt((centred**2).sum() / batch)
            ),
            "it is divided by the number of all examples. What is averaged are the B of a batch.": (
                np.sqrt(total / n)
            ),
            "each example's own mean over its D numbers is subtracted. Subtract the mean over the "
            "examples, axis 0.": np.sqrt(
                ((gradients - gradients.mean(axis=1, keepdims=True)) ** 2).sum(axis=1).mean()
                / batch
            ),
            "one number is subtracted from all. Subtract the mean gradient, which has D numbers.": (
                np.sqrt(((gradients - gradients.mean()) ** 2).sum(axis=1).mean() / batch)
            ),
            "deviations are added up over the D entries. It is their squares that add up.": (
                gradients.std(axis=0).sum() / np.sqrt(batch)
            ),
            "it is divided by the length of the mean gradient, which is not asked for.": right
            / np.linalg.norm(gradients.mean(axis=0)),
            "these are the first examples, one batch. Asked for is what is to be expected over all "
            "batches.": np.linalg.norm(gradients[:batch].mean(axis=0) - gradients.mean(axis=0)),
            "there is one number for each of the D entries. The distance takes them together.": (
                np.sqrt((centred**2).mean(axis=0) / batch)
            ),
        }
        what = f"the noise for {n} examples and batches of {batch}"
        if (
            np.shape(got) == ()
            and 1e-9 < abs(np.asarray(got, dtype=float) / right - 1) < 0.03
            and (not any(np.allclose(got, value, rtol=1e-6) for value in mistakes.values()))
        ):
            raise WrongAnswer(
                f"{what} is nearly right. Were batches drawn? A formula gives it exactly."
            )
        expect(got, right, what, mistakes=mistakes)


@exercise
def seen_before(answer: Answer) -> None:
    """Copies; and for each shortcut a test image that it takes for one, and that is none."""
    rng = np.random.default_rng(15)
    train, test = rng.integers(2, 255, (6, 4, 3)), rng.integers(2, 255, (14, 4, 3))
    train[5] = train[3]  # a repeated training image
    test[1], test[4], test[6] = train[3], train[4], train[3]
    test[2] = train[0][::-1, ::-1]  # the same pixels in another order
    test[3] = train[2]
    test[3, 2, 1] = (test[3, 2, 1] + 1) % 256  # one pixel apart, in the middle
    test[0, 1, 1] = train[1, 1, 1]  # one pixel in common
    test[5, 0], test[7, -1], test[8, :, 0] = train[2, 0], train[3, -1], train[0, :, 0]
    test[9] = np.roll(train[1], 1, axis=1)  # equal sums of rows
    test[10] = np.roll(train[2], 1, axis=0)  # equal sums of columns
    test[11, 0, 0], test[11, -1, -1] = train[1, 0, 0], train[1, -1, -1]
    test[13] = train[2] + [[1, 0, 0], [0, -1, 0], [-1, 0, 0], [0, 0, 1]]  # an equal sum
    test[12] = test[0]  # twice among the test images, in no training image
    exchanged, turned = train[1].copy(), train[1].T.reshape(4, 3)  # the transpose's bytes
    exchanged[:2, :2] += [[1, -1], [-1, 1]]  # the sums of all rows and all columns stay
    apart = np.array(
        [train[1]] * 12
    )  # each pixel once a grey lighter or darker, an even or odd one
    for image, place in zip(apart, np.ndindex(4, 3), strict=True):
        image[place] ^= 1
    test = np.concatenate([test, apart, [exchanged, turned]])
    known = [1, 4, 6]
    got = call(answer, train, test)
    if isinstance(got, set | frozenset):
        raise WrongAnswer("a set has no order. Asked for is a list of numbers that rise: sorted.")
    if np.ndim(got) == 1 and len(got) == len(test) and all(k in (False, True) for k in got):
        raise WrongAnswer("these are True and False. Asked for are the numbers of the images.")
    try:
        numbers = [int(k) for k in got]
    except (TypeError, ValueError):
        raise WrongAnswer("a list of the test images' numbers is asked for.") from None
    if numbers == known:
        _expect_every_training_image(answer)
        _expect_every_pixel_of_a_large_picture(answer)
        return

    def by(key: Callable[[Array], Array]) -> list[int]:
        """The answer of those who compare some key of the pictures."""
        keys = {key(image).tobytes() for image in train}
        return [k for k, image in enumerate(test) if key(image).tobytes() in keys]

    near = np.abs(test[:, np.newaxis] - train).sum(axis=(2, 3))
    every = list(range(len(test)))
    same_place = [k for k in range(len(train)) if (train[k] == test[k]).all()]
    shared = [k for k in every if (train == test[k]).any()]
    doubles = [k for k in every if any((test[k] == test[j]).all() for j in range(k))]
    told: list[tuple[list[int], str]] = [
        (by(lambda image: image.sum()), "pictures with the same sum are taken for equal."),
        (by(lambda image: np.sort(image, axis=None)), "the same pixels in another order are taken "
         "for equal."),
        (by(lambda image: image[0, 0]), "pictures with one equal pixel, the first, are taken for "
         "equal."),
        (by(lambda image: image[0]), "pictures with an equal first row are taken for equal."),
        (by(lambda image: image[-1]), "pictures with an equal last row are taken for equal."),
        (by(lambda image: image[:, 0]), "pictures with an equal first column are taken for equal."),
        (by(lambda image: image.sum(axis=1)), "pictures with the same sums of rows are taken for "
         "equal."),
        (by(lambda image: image.sum(axis=0)), "pictures with the same sums of columns are taken "
         "for equal."),
        (shared, "pictures that share a single pixel are taken for equal: any. All pixels have to "
         "agree."),
        (every, "every picture is taken for a known one. All pixels have to agree, number by "
         "number."),
        ([k for k in every if near[k].min() < 300], "pictures that differ in one pixel are taken "
         "for equal. Pixel by pixel, all of them."),
        ([k for k in every if k not in known], "these are the test images that have *not* been "
         "trained on."),
        (same_place, "a test image is compared only with the training image of the same number. "
         "Compare it with all."),
        ([k + 1 for k in known], "the numbers begin with 0."),
        ([6, 4, 1], "the numbers should rise."),
        ([1], "the search stops at the first one."),
        (doubles, "these are test images that stand twice in the test set. Compare with the "
         "training images."),
        ([3, 4, 5], "these are numbers of training images. Which of the *test* images are known?"),
        ([1, 4], "each known picture is counted once, or the search ends early. Numbers 1 and 6 "
         "are copies of the same training image: both have been seen."),
        ([4, 6], "of equal test images only the last is counted. Numbers 1 and 6 are copies of the "
         "same training image: both have been seen."),
        ([1, 1, 4, 6, 6], "a test image is counted for each copy among the training images. Each "
         "once."),
        ([], "none is found. Compare whole pictures: `(a == b).all()`, or their bytes."),
    ]  # fmt: skip
    for numbers_of_mistake, diagnosis in told:
        if numbers == numbers_of_mistake:
            raise WrongAnswer(diagnosis)
    if sorted(set(numbers)) == known:
        raise WrongAnswer("the right images are found. Each is asked for once, in rising order.")
    alike = [tuple(map(int, np.argwhere(image != train[1])[0])) for image in apart]
    ignored = [str(list(alike[k - 14])) for k in numbers if 14 <= k < 26]
    if len(ignored) == 12:
        raise WrongAnswer(
            "pictures that differ by one grey of 255 are taken for equal. Are the greys rounded?"
        )
    if ignored:
        raise WrongAnswer(
            f"pictures that differ at {', '.join(ignored)} alone are taken for equal. Is every "
            "pixel in the comparison?"
        )
    if 26 in numbers:
        raise WrongAnswer(
            "pictures whose rows and columns have equal sums are taken for equal. Sums are not "
            "the pixels."
        )
    if 27 in numbers:
        raise WrongAnswer(
            "a picture that was trained on only in its transpose counts as known. Each pixel at "
            "its place."
        )
    falsely = ", ".join(str(k) for k in numbers if k not in known)
    missing = ", ".join(str(k) for k in known if k not in numbers)
    raise WrongAnswer(
        "; ".join(
            ([f"number {falsely} stands among the training images only in part"] if falsely else [])
            + ([f"number {missing} does stand among them"] if missing else [])
        )
        + ". All pixels have to agree, each at its place."
    )


def _expect_every_training_image(answer: Answer) -> None:
    """More training than test images, and copies of the first one and the last one alone."""
    train = np.random.default_rng(17).integers(0, 256, (8, 4, 3))
    test = np.stack([train[7], train[0] ^ 1, train[0]])
    numbers = [int(k) for k in call(answer, train, test)]
    if numbers == [0, 2]:
        return
    missed = {2: "a copy of the first", 0: "a copy of the last"}
    not_found = [text for k, text in missed.items() if k not in numbers]
    raise WrongAnswer(
        f"of 8 training images and 3 test images: {' and '.join(not_found)} training image is not "
        "found. Are all training images looked at?"
        if not_found
        else f"of 3 test images numbers 0 and 2 are known, number 1 is not. You have {numbers}."
    )


def _expect_every_pixel_of_a_large_picture(answer: Answer) -> None:
    """NumPy prints only the corners of what has more than a thousand numbers."""
    train = np.random.default_rng(16).integers(2, 255, (1, 40, 40))
    test = np.concatenate([train, train])
    test[0, 20, 20] += 1
    numbers = [int(k) for k in call(answer, train, test)]
    if numbers == [0, 1]:
        raise WrongAnswer(
            "two pictures of 40 by 40 that differ in the middle are taken for equal. Printed as a "
            "text, large arrays are cut short: compare the numbers, or their bytes."
        )
    if numbers != [1]:
        raise WrongAnswer(
            "of one training image, 40 by 40, and two test images, number 1 is known, number 0 is "
            f"not. You have {numbers}."
        )


@exercise
def name_faults(answer: Answer) -> None:
    """A wrong name is answered by what its own chart would show, and not by the right name."""
    got = call(answer)
    if not isinstance(got, dict):
        raise WrongAnswer(f"a dictionary with the keys A to H is asked for. Received: {got!r}")
    _keys(got, TRUTH)
    for letter, fault in got.items():
        if fault not in LOOK:
            raise WrongAnswer(f"{letter}: expected one of {', '.join(LOOK)}. Received: {fault!r}")
    wrong = [letter for letter in TRUTH if got[letter] != TRUTH[letter]]
    twice = sorted({fault for fault in got.values() if list(got.values()).count(fault) > 1})
    note = f" ({', '.join(twice)} is given to more than one.)" if twice else ""
    if wrong:
        named = got[wrong[0]]
        shown, column = LOOK[named]
        raise WrongAnswer(
            f'{wrong[0]} is no case of "{named}". There, {shown}. Look at {column} of '
            f"{wrong[0]} and of the others. {8 - len(wrong)} of 8 are right.{note}"
        )


def _keys(got: dict[str, str], expected: dict[str, str]) -> None:
    missing = ", ".join(map(str, expected.keys() - got.keys()))
    unknown = ", ".join(map(str, got.keys() - expected.keys()))
    if missing or unknown:
        raise WrongAnswer(
            "the keys of the dictionary do not fit:"
            + (f" missing: {', '.join(sorted(missing.split(', ')))}." if missing else "")
            + (f" unknown: {', '.join(sorted(unknown.split(', ')))}." if unknown else "")
        )


@exercise
def treatments(answer: Answer) -> None:
    """Each is given to its patient. If the fault stays: what the two are, and what they do."""
    got = call(answer)
    if not isinstance(got, dict):
        raise WrongAnswer(f"a dictionary with the eight faults as keys is asked for: {got!r}")
    _keys(got, WHY_NOT)
    for fault, treatment in got.items():
        if treatment not in EFFECT:
            known = ", ".join(EFFECT)
            raise WrongAnswer(f"{fault}: expected one of {known}. Received: {treatment!r}")
    letters = {fault: letter for letter, fault in TRUTH.items()}
    for fault in sorted(WHY_NOT, key=lambda fault: "rate" in fault):
        treatment = got[fault]
        if not cures(treatment, letters[fault]):  # of an exchanged pair, the stranger one first
            raise WrongAnswer(
                f'"{treatment}" does not help against "{fault}": {WHY_NOT[fault]}; and '
                f"{EFFECT[treatment]}."
            )
