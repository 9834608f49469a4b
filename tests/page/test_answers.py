"""What the page says of a drawing, a test digit, a picture file is what the program says."""

import io

import numpy as np
import pytest
from PIL import Image

from mnist_app.page.tabs import mnist_once
from mnist_app.pictures.drawing import PEN, SIDE, draw_strokes, resized_plainly
from mnist_app.reading.classifier import load_classifier
from mnist_app.reading.predict import read_picture
from tests.page.client import Page, unpacked

SEVEN = [[[0.3, 0.25], [0.7, 0.25], [0.45, 0.8]]]


def test_strokes_are_joined_and_as_wide_as_the_pen() -> None:
    line = draw_strokes([[(0.2, 0.5), (0.8, 0.5)]])
    assert line.shape == (SIDE, SIDE)
    ink = line < 0.5
    assert ink[:, SIDE // 2].sum() == pytest.approx(PEN, abs=2)
    assert ink[SIDE // 2, int(0.25 * SIDE) : int(0.75 * SIDE)].all()
    assert draw_strokes([[(0.5, 0.5)]])[SIDE // 2, SIDE // 2] == 0
    assert draw_strokes([]).min() == 1
    assert draw_strokes([[(-1.0, -1.0), (2.0, 2.0)]]).shape == (SIDE, SIDE)


def test_a_drawing_is_read_as_predict_reads_it(page: Page) -> None:
    answer = page.ask("draw", strokes=SEVEN)
    classifier = load_classifier("cnn")
    expected = read_picture(classifier, draw_strokes(SEVEN), "")  # type: ignore[arg-type]
    assert answer["answer"] == expected.digit == 7
    assert answer["said"] == expected.said()
    np.testing.assert_array_equal(answer["probabilities"], expected.probabilities.tolist())
    np.testing.assert_array_equal(unpacked(answer["image"]), expected.stages.image)
    titles = [stage["title"] for stage in answer["stages"]]
    assert titles == ["grey", "paper", "ink", "strokes", "digit", "28 x 28"]


def test_pen_and_rubber_change_a_test_digit_and_undo_brings_it_back(page: Page) -> None:
    mnist = mnist_once()
    first = page.ask("sample", place=123)
    dot, far = [[[0.5, 0.5]]], [[0.1, 0.1], [0.2, 0.1]]
    inked = unpacked(page.ask("draw", strokes=dot, over=True)["image"]).astype(int)
    changed = np.argwhere(inked != mnist.test_images[123])
    assert ((changed >= 12) & (changed <= 15)).all()  # the pen is two pixels wide
    assert inked[13:15, 13:15].min() > 200
    both = page.ask("draw", strokes=[*dot, far], over=True, rubber=[True, False])
    assert "with what was drawn on it" in both["way"]
    image = unpacked(both["image"])
    assert image[13:15, 13:15].max() < 60
    assert image[2, 4] > 200
    row = load_classifier("cnn").probabilities(image[np.newaxis])[0]
    np.testing.assert_array_equal(both["probabilities"], row.tolist())
    assert both["label"] is None  # it may be another digit now
    assert page.ask("draw", strokes=[], over=True) | {"place": 123} == first
    assert page.ask("draw", strokes=[])["problem"] == "nothing drawn"
    assert page.ask("draw", strokes=[], over=True)["problem"] == "nothing drawn"  # it is gone
    assert "'rubber' must be 1 times" in page.refused("draw", strokes=dot, rubber=[1])


def test_pen_and_rubber_change_a_picture_file(page: Page) -> None:
    wide = np.full((60, 120), 255, np.uint8)
    stream = io.BytesIO()
    Image.fromarray(wide).save(stream, "PNG")
    page.post("picture", stream.getvalue())
    page.ask("draw", strokes=[[[0.5, 0.3], [0.5, 0.7]]], over=True)
    tab = page.tabs.tabs[page.tab]
    assert tab.source is not None
    assert tab.source.shape[:2] == wide.shape
    ink = np.argwhere(tab.source.mean(axis=2) < 0.5)
    assert ink.mean(axis=0) == pytest.approx([29.5, 59.5], abs=1)  # in the middle of a square
    assert np.ptp(ink[:, 1]) == pytest.approx(120 * 2 / 28, abs=3)
    assert page.ask("draw", strokes=SEVEN)["answer"] == 7  # on blank paper
    erased = draw_strokes(SEVEN * 2, [False, True])  # type: ignore[arg-type]
    assert erased.min() > 0.5


def test_as_drawn_is_only_resized(page: Page) -> None:
    small = [[[0.15 + x * 0.2, 0.15 + y * 0.2] for x, y in SEVEN[0]]]
    prepared = page.ask("draw", strokes=small)
    plainly = page.ask("draw", strokes=small, as_drawn=True)
    assert prepared["answer"] == 7
    assert plainly["stages"] == []
    expected = resized_plainly(draw_strokes(small))  # type: ignore[arg-type]
    np.testing.assert_array_equal(unpacked(plainly["image"]), expected)
    row = load_classifier("cnn").probabilities(expected[np.newaxis])[0]
    np.testing.assert_array_equal(plainly["probabilities"], row.tolist())
    assert plainly["probabilities"][7] < prepared["probabilities"][7]
    assert page.ask("again")["probabilities"] == prepared["probabilities"]


def test_problems_are_said_in_words(page: Page) -> None:
    blank = page.ask("draw", strokes=[])
    assert (blank["answer"], blank["problem"]) == (None, "nothing drawn")
    assert "preparation" in blank["judge"]
    two = page.ask("draw", strokes=[[[0.2, 0.3], [0.2, 0.7]], [[0.7, 0.3], [0.7, 0.7]]])
    assert (two["answer"], two["problem"]) == (None, "several digits, 11")
    assert "read each part" in two["judge"]
    cross = [[[0.1, 0.1], [0.9, 0.9]], [[0.1, 0.9], [0.9, 0.1]], [[0.5, 0.05], [0.5, 0.95]]]
    answer = page.ask("draw", strokes=cross)
    assert answer["problem"] == answer["said"] == "does not look like a digit"
    assert "second, small network" in answer["judge"]
    assert page.ask("draw", strokes=[], as_drawn=True)["problem"] == "nothing drawn"


def test_a_test_digit_is_fed_as_it_is(page: Page) -> None:
    mnist = mnist_once()
    answer = page.ask("sample", place=123)
    np.testing.assert_array_equal(unpacked(answer["image"]), mnist.test_images[123])
    assert answer["label"] == mnist.test_labels[123]
    assert page.ask("sample")["label"] in range(10)
    places = set()
    for _ in range(3):
        misread = page.ask("sample", misread=True)
        places.add(misread["place"])
        assert misread["answer"] != misread["label"] == mnist.test_labels[misread["place"]]
    assert len(places) == 3


def test_a_picture_file_goes_through_the_guarded_decoder(page: Page) -> None:
    pixels = (draw_strokes(SEVEN) * 255).astype(np.uint8)  # type: ignore[arg-type]
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    status, answer = page.post("picture", stream.getvalue())
    assert status == 200
    assert answer["answer"] == 7
    assert unpacked(answer["picture"]).shape == (SIDE, SIDE)
    status, answer = page.post("picture?as_drawn=true", stream.getvalue())
    assert answer["stages"] == []
    for content, reason in ((b"", "empty"), (b"<html>", "known format"), (b"\x89PNG", "known")):
        status, answer = page.post("picture", content)
        assert status == 400
        assert reason in answer["error"]


def test_another_network_reads_the_same_picture(page: Page) -> None:
    page.ask("sample", place=5)
    described = page.ask("network", network="cnn-large")
    assert described["layers"][1]["title"] == "Conv2D(32, (5, 5))"
    row = load_classifier("cnn-large").probabilities(mnist_once().test_images[5:6])[0]
    np.testing.assert_array_equal(page.ask("again")["probabilities"], row.tolist())
