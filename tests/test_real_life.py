"""What people hand in, end to end with the included weights: drawn pictures of all kinds.

The rates that the tests demand leave some room beside those measured (digit_detector.py).
"""

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.pipeline import preprocess
from mnist_app.reading.calibration import expected_calibration_error
from mnist_app.reading.classifier import Classifier, load_classifier
from mnist_app.reading.digit_detector import LEAST, likeness
from mnist_app.reading.predict import Answer, predict_picture
from tests import drawn_non_digits
from tests.drawn_pictures import WHITE, as_bytes, draw, random_picture

Picture = npt.NDArray[np.uint8]
MNIST = load_mnist()


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier()


@pytest.fixture
def ask(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Picture, str], Answer]:
    """The answer to a picture that comes as a file of some format on standard input."""

    def answer(picture: Picture, extension: str = "PNG") -> Answer:
        file = io.BytesIO()
        Image.fromarray(picture).save(file, extension)
        file.seek(0)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(file))
        result = predict_picture(classifier, "-")
        assert isinstance(result, Answer)
        return result

    return answer


def test_drawn_pictures_are_read(ask: Callable[..., Answer]) -> None:
    rng = np.random.default_rng(20)
    formats = ["PNG", "JPEG", "WEBP", "BMP", "TIFF"]
    right, flagged, count = 0, 0, 120
    for place in range(count):
        picture, _ = random_picture(MNIST.test_images[place], MNIST.test_images[-place], rng)
        answer = ask(picture, formats[place % len(formats)])
        right += answer.digit == MNIST.test_labels[place]
        flagged += answer.problem is not None
    assert right / count >= 0.97
    assert flagged / count <= 0.03


def test_mnist_s_own_images_lose_nothing_on_the_way(classifier: Classifier) -> None:
    images, labels = MNIST.test_images[:2000], MNIST.test_labels[:2000]
    prepared = np.stack([preprocess(image).image for image in images])
    direct, through = classifier.probabilities(images), classifier.probabilities(prepared)
    wrong = [int((rows.argmax(axis=1) != labels).sum()) for rows in (direct, through)]
    assert wrong[1] <= wrong[0] + 2  # 0.1 points
    assert expected_calibration_error(direct, labels) < 0.01
    assert np.mean(likeness(prepared) >= LEAST) >= 0.99


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("noise", 0.0),
        ("texture", 0.2),
        ("scribble", 0.4),
        ("letter", 0.12),
        ("shape", 0.1),
    ],
)
def test_what_holds_no_digit_is_said_to_hold_none(
    ask: Callable[..., Answer], kind: str, most: float
) -> None:
    rng = np.random.default_rng(21)
    answers = [ask(getattr(drawn_non_digits, kind)(rng)) for _ in range(100)]
    assert np.mean([answer.problem is None for answer in answers]) <= most
    for answer in answers:
        if answer.problem is not None:
            assert answer.report()["confidence"] is None
            assert (answer.digit is None) == (answer.problem == "nothing drawn")


def test_two_digits_and_an_empty_sheet(ask: Callable[..., Answer]) -> None:
    two, seven = MNIST.test_images[1], MNIST.test_images[0]
    both = np.minimum(
        draw(two, (200, 300), 0.6, centre=(0.5, 0.3)),
        draw(seven, (200, 300), 0.5, centre=(0.5, 0.7)),
    )
    answer = ask(as_bytes(both))
    assert (answer.problem, answer.lines, answer.digit) == (None, ["27"], None)
    empty = ask(as_bytes(np.full((50, 70, 3), WHITE, np.float32)))
    assert empty.problem == "nothing drawn"
    assert empty.digit is None
    one = ask(as_bytes(draw(seven)))
    assert (one.problem, one.digit) == (None, 7)
    assert one.confidence > 0.9
