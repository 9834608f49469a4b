"""How much of what the test generators draw is read:  python -m tests.measure_styles [MODEL] [SEED]

Nothing is trained on these pictures. Each takes the whole way that `predict` takes.
"""

import sys

import numpy as np

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.pipeline import preprocess
from mnist_app.reading.calibration import expected_calibration_error
from mnist_app.reading.classifier import Classifier, load_classifier
from mnist_app.reading.digit_detector import LEAST, likeness
from mnist_app.reading.predict import Answer, read_picture
from tests import drawn_non_digits
from tests.drawn_styles import (
    FONTS,
    HAND,
    NONSENSE,
    Picture,
    handwritten,
    printed,
    seven_segments,
)

EACH = 20  # pictures of each style


def ask(classifier: Classifier, picture: Picture) -> Answer:
    """The answer to a picture in bytes."""
    return read_picture(classifier, picture.astype(np.float32) / np.float32(255), "drawn")


def digits(classifier: Classifier, seed: int) -> None:
    """A line for each style: how many are right, how many have a problem, how many are wrong."""
    rng = np.random.default_rng(seed)
    sheets: dict[str, list[tuple[Picture, int]]] = {}
    for pen in ("round", "outlined", "ragged", "pale"):
        for style in HAND:
            count = EACH if pen == "round" else EACH // 5
            drawn = [(handwritten(style, rng, pen), int(style[0])) for _ in range(count)]
            sheets.setdefault(style if pen == "round" else pen, []).extend(drawn)
    sheets["segments"] = [(seven_segments(k % 10, rng), k % 10) for k in range(10 * EACH // 2)]
    for font in FONTS:
        sheets[font] = [(printed(str(k % 10), font, rng), k % 10) for k in range(20)]
    rows, labels = [], []
    for name, pairs in sheets.items():
        answers = [ask(classifier, picture) for picture, _ in pairs]
        flagged = [answer.problem is not None for answer in answers]
        right = [a.digit == digit for a, (_, digit) in zip(answers, pairs, strict=True)]
        silent = [not r and not f for r, f in zip(right, flagged, strict=True)]
        good = sum(right) - sum(r and f for r, f in zip(right, flagged, strict=True))
        print(f"{name:24} {good:4} right {sum(flagged):4} flagged {sum(silent):4} wrong")
        rows += [a.probabilities for a, f in zip(answers, flagged, strict=True) if not f]
        labels += [digit for (_, digit), f in zip(pairs, flagged, strict=True) if not f]
    confidence, all_right = np.max(rows, axis=1), np.argmax(rows, axis=1) == labels
    print(f"of those without a problem {all_right.mean():.2%} of {len(rows)} right, ", end="")
    print(
        f"calibration {expected_calibration_error(np.array(rows), np.array(labels)):.4f}, ", end=""
    )
    print(f"{(~all_right & (confidence > 0.9)).sum()} of {(~all_right).sum()} wrong above 0.9")


def mnist(classifier: Classifier) -> None:
    """MNIST's own test images on the same way."""
    data = load_mnist()
    prepared = np.stack([preprocess(image).image for image in data.test_images])
    rows = classifier.probabilities(prepared)
    wrong = rows.argmax(axis=1) != data.test_labels
    print(
        f"MNIST {1 - wrong.mean():.2%}, flagged {(likeness(prepared) < LEAST).mean():.2%}, ",
        end="",
    )
    print(f"calibration {expected_calibration_error(rows, data.test_labels):.4f}, ", end="")
    print(f"{(wrong & (rows.max(axis=1) > 0.9)).sum()} of {wrong.sum()} wrong above 0.9")


def others(classifier: Classifier, seed: int) -> None:
    """What is no digit, and how much of it is answered."""
    rng = np.random.default_rng(seed)
    for kind in ("letter", "shape", "scribble", "texture", "noise"):
        answers = [ask(classifier, getattr(drawn_non_digits, kind)(rng)) for _ in range(10 * EACH)]
        print(
            f"{kind:24} {np.mean([a.problem is None for a in answers]):.1%} of {10 * EACH} answered"
        )
    letters = [
        printed(str(rng.choice(list(drawn_non_digits.LETTERS))), f, rng) for f in FONTS * EACH
    ]
    answers = [ask(classifier, picture) for picture in letters]
    passed = np.mean([a.problem is None for a in answers])
    print(f"{'letters of DejaVu':24} {passed:.1%} of {len(answers)} answered")
    for name in NONSENSE:
        answers = [ask(classifier, handwritten(name, rng)) for _ in range(EACH)]
        print(f"{name:24} {sum(a.problem is None for a in answers)} of {EACH} answered")


if __name__ == "__main__":
    model = sys.argv[1] if len(sys.argv) > 1 else "cnn-large"
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    classifier = load_classifier(model)
    digits(classifier, seed)
    mnist(classifier)
    others(classifier, seed)
