"""The checks of notebook 13: three measurements, eight diagnoses, eight treatments."""

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import WrongAnswer, call, expect

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
SIGNS = {  # what a log shows if this fault is there
    "rate too large": "its units die: nearly all hidden units are off for every image, although "
    "the weights have moved",
    "rate too small": "every layer moves, by less than a thousandth of its weights in a step, and "
    "the twenty images are not learned",
    "bytes": "its loss at the start is far above ln 10: the scores are as large as the pixels",
    "zero weights": "no layer moves, and no hidden unit is ever on; the loss at the start is ln 10",
    "frozen layer": "one layer does not move at all, while the others do",
    "softmax twice": "it learns, but its twenty images stop at a loss of ln(1 + 9/e), which no "
    "number of steps gets below",
    "shuffled labels": "twenty images are learned by heart, but it does no better on its own "
    "training images than on fresh ones",
    "leak": "its validation images are read like its training images, and fresh ones much worse",
}
TREATMENT = {
    "rate too large": "lower the rate",
    "rate too small": "raise the rate",
    "bytes": "divide the pixels by 255",
    "zero weights": "draw fresh weights",
    "frozen layer": "repair its gradient",
    "softmax twice": "remove a layer",
    "shuffled labels": "pair images and labels again",
    "leak": "split the images anew",
}
WHY_NOT = {
    "rate too large": "its steps throw the units into a place from which no gradient leads back. "
    "Only shorter steps prevent that",
    "rate too small": "it does the right thing, too slowly. Nothing is broken",
    "bytes": "the scores are hundreds of times too large before the first step. Adam hides much "
    "of it, the loss at the start does not",
    "zero weights": "where all weights are 0, all gradients of weights are 0, at any rate and for "
    "any images",
    "frozen layer": "a gradient that is not computed does not get better with more images, more "
    "steps or another rate",
    "softmax twice": "the loss applies a softmax to what is one already. It cannot get below a "
    "bound, whatever the training does",
    "shuffled labels": "there is nothing to be learned from labels that belong to other images. A "
    "lower rate learns it more slowly",
    "leak": "the training is sound. What is wrong is the measurement: the images that judge it "
    "were trained on. (Overfitting would show on validation images that are really other ones.)",
}


@exercise
def relative_moves(answer: Answer) -> None:
    """Arrays of different size and shape, one that stays, one that is all zeros."""
    rng = np.random.default_rng(13)
    sizes = [((3, 4), 10.0), ((5,), 0.1), ((2, 2), 1.0)]
    before = [rng.normal(size=shape) * scale for shape, scale in sizes]
    after = [a + 0.01 * rng.normal(size=a.shape) for a in before[:2]] + [before[2].copy()]
    before, after = [*before, np.zeros(3)], [*after, np.ones(3)]
    got = call(answer, before, after)
    step = np.array([np.sqrt(((b - a) ** 2).sum()) for a, b in zip(before, after, strict=True)])
    old = np.array([np.sqrt((a**2).sum()) for a in before])
    new = np.array([np.sqrt((b**2).sum()) for b in after])
    size = np.array([a.size for a in before])
    with np.errstate(all="ignore"):
        right = np.where(old > 0, step / old, 0)
        expect(got, right, "the relative moves", mistakes={
            "an array of zeros is divided by its length, 0. Its relative move is 0 here.": (
                step / old
            ),
            "these are the lengths of the steps. In relation to what?": step,
            "it is divided by the length *after* the step.": step / new,
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
            "there is one number for each of the D entries. The distance takes them together.": (
                np.sqrt((centred**2).mean(axis=0) / batch)
            ),
        }
        expect(got, right, f"the noise for {n} examples and batches of {batch}", mistakes=mistakes)


@exercise
def seen_before(answer: Answer) -> None:
    """Copies at several places, one of them twice; near copies; pictures with equal sums."""
    rng = np.random.default_rng(15)
    train, test = rng.integers(0, 256, (6, 4, 3)), rng.integers(0, 256, (7, 4, 3))
    train[5] = train[1]  # a repeated training image
    test[1], test[4], test[6] = train[1], train[3], train[1]
    test[2] = train[0][::-1]  # equal sums, other pictures
    test[3] = train[2]
    test[3, 0, 0] = (test[3, 0, 0] + 1) % 256  # one pixel apart
    test[0] = np.where(np.arange(3) == 1, train[4], test[0])  # some pixels in common
    got = call(answer, train, test)
    got = sorted(got) if isinstance(got, set) else got
    try:
        numbers = [int(k) for k in got]
    except (TypeError, ValueError):
        raise WrongAnswer("a list of the test images' numbers is asked for.") from None
    if isinstance(got, np.ndarray) and got.dtype == bool:
        raise WrongAnswer("these are True and False. Asked for are the numbers of the images.")
    told = {
        (
            1,
            2,
            4,
            6,
        ): "pictures with the same sum or the same pixels in another order are taken for "
        "equal: compare pixel by pixel.",
        (
            1,
            3,
            4,
            6,
        ): "pictures that differ in one pixel are taken for equal. Pixel by pixel, all of them.",
        (1, 3, 5): "these are numbers of training images. Which of the *test* images are known?",
        (
            1,
            4,
        ): "each known picture is counted once. Two test images are copies of the same one: both "
        "have been seen.",
        (
            1,
            1,
            4,
            6,
            6,
        ): "a test image is counted for each copy among the training images. Each once.",
        (
            0,
            1,
            2,
            3,
            4,
            5,
            6,
        ): "pictures that share a single value are taken for equal. All pixels have to agree.",
        (): "none is found. Compare whole pictures: `(a == b).all()`, or their bytes.",
    }
    if numbers == [1, 4, 6]:
        return
    other = f"three test images, 1, 4 and 6, stand among the training images; you have {numbers}."
    raise WrongAnswer(told.get(tuple(sorted(numbers)), other))


@exercise
def name_faults(answer: Answer) -> None:
    """Each wrong name is answered by what its log would show."""
    got = call(answer)
    if not isinstance(got, dict) or set(got) != set(TRUTH):
        raise WrongAnswer(f"a dictionary with the keys A to H is asked for. Received: {got!r}")
    for letter, fault in got.items():
        if fault not in SIGNS:
            raise WrongAnswer(f"{letter}: expected one of {', '.join(SIGNS)}. Received: {fault!r}")
    for letter in TRUTH:
        named, true = got[letter], TRUTH[letter]
        if named != true:
            shown = f"If it were: {SIGNS[named]}. What {letter} shows: {SIGNS[true]}."
            raise WrongAnswer(f'{letter} is no case of "{named}". {shown}')


@exercise
def treatments(answer: Answer) -> None:
    """A wrong treatment is answered by what the fault is."""
    got = call(answer)
    if not isinstance(got, dict) or set(got) != set(TREATMENT):
        raise WrongAnswer(
            f"the keys of the dictionary should be the eight faults. Received: {got!r}"
        )
    for fault, treatment in got.items():
        if treatment not in TREATMENT.values():
            known = ", ".join(TREATMENT.values())
            raise WrongAnswer(f"{fault}: expected one of {known}. Received: {treatment!r}")
    for fault in sorted(TREATMENT, key=lambda fault: "rate" in fault):
        treatment = got[fault]
        if treatment != TREATMENT[fault]:  # of an exchanged pair, the stranger one first
            raise WrongAnswer(f'"{treatment}" does not help against "{fault}": {WHY_NOT[fault]}.')
