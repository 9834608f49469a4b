"""What the network has to read beside MNIST's own: pictures of the test generator, by their cause.

Nothing is trained on these (tests/drawn_styles.py), and none was chosen: the seeds are 0, 1, 2, ...
Those that are still read wrongly are KNOWN; a picture that is read at last leaves the list.
"""

import numpy as np
import pytest

from mnist_app.reading.classifier import Classifier, load_classifier
from mnist_app.reading.predict import read_picture
from tests.drawn_styles import FONTS, HAND, NONSENSE, Picture, handwritten, printed, seven_segments

EACH = 3  # pictures of each cause
DRAWN_BY_HAND = {style: ("round", style) for style in HAND}
OTHER_PENS = {
    "6 outlined": ("outlined", "6"),
    "4 outlined": ("outlined", "4 closed"),
    "1 outlined": ("outlined", "1 long flag"),
    "8 outlined": ("outlined", "8"),
    "9 outlined": ("outlined", "9 curled"),
    "6 ragged": ("ragged", "6"),
    "8 ragged": ("ragged", "8"),
    "8 pale on one side": ("pale", "8"),
    "1 pale on one side": ("pale", "1 flag, foot"),
}
CAUSES = {**DRAWN_BY_HAND, **OTHER_PENS}
KNOWN: set[tuple[str, int]] = set()


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier()


def as_pixels(picture: Picture) -> np.ndarray:
    return picture.astype(np.float32) / np.float32(255)


def wrong(classifier: Classifier, picture: Picture, digit: int) -> bool:
    """Whether the answer is another digit, or a problem."""
    answer = read_picture(classifier, as_pixels(picture), "drawn")
    return answer.problem is not None or answer.digit != digit


@pytest.mark.parametrize("cause", CAUSES)
def test_handwriting(classifier: Classifier, cause: str) -> None:
    pen, style = CAUSES[cause]
    found = {
        (cause, seed)
        for seed in range(EACH)
        if wrong(classifier, handwritten(style, np.random.default_rng(seed), pen), int(style[0]))
    }
    assert found == {(name, seed) for name, seed in KNOWN if name == cause}


@pytest.mark.parametrize("digit", range(10))
def test_seven_segments(classifier: Classifier, digit: int) -> None:
    found = {
        (f"segments {digit}", seed)
        for seed in range(EACH)
        if wrong(classifier, seven_segments(digit, np.random.default_rng(seed)), digit)
    }
    assert found == {(name, seed) for name, seed in KNOWN if name == f"segments {digit}"}


@pytest.mark.parametrize("font", FONTS)
def test_fonts(classifier: Classifier, font: str) -> None:
    rng = np.random.default_rng(0)
    found = {
        (font, digit)
        for digit in range(10)
        if wrong(classifier, printed(str(digit), font, rng), digit)
    }
    assert found == {(name, digit) for name, digit in KNOWN if name == font}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_not_answered(classifier: Classifier, what: str) -> None:
    sheets = [handwritten(what, np.random.default_rng(seed)) for seed in range(EACH)]
    answers = [read_picture(classifier, as_pixels(sheet), "drawn") for sheet in sheets]
    found = {(what, seed) for seed in range(EACH) if answers[seed].problem is None}
    assert found == {(name, seed) for name, seed in KNOWN if name == what}
