"""Several digits in a picture are read as a number; one digit stays one."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.digit import Piece
from mnist_app.pictures.number import MOST_DIGITS, in_reading_order, parts_of
from mnist_app.reading.classifier import Classifier, load_classifier
from mnist_app.reading.predict import Answer, read_picture
from tests.app.conftest import Cli
from tests.drawn_pictures import Sheet, add_noise, as_bytes, draw, rule, shade

PLACES = {0: 3, 1: 2, 2: 1, 4: 4, 6: 21, 7: 0}  # test images that no network of ours misreads
SIZE = (240, 400)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier()


def page(*lines: str, height: float = 0.3, rise: float = 0.0) -> Sheet:
    """The digits of each line beside each other; a line rises by this share of the page."""
    sheet = np.ones((*SIZE, 3), np.float32)
    for down, line in enumerate(lines):
        for across, name in enumerate(line):
            x = (across + 0.5) / len(line)
            y = (down + 0.5) / len(lines) + rise * (0.5 - x)
            digit = load_mnist().test_images[PLACES[int(name)]]
            sheet = np.minimum(sheet, draw(digit, SIZE, height, 0.1, (y, 0.08 + 0.84 * x)))
    return sheet


def read(classifier: Classifier, sheet: Sheet) -> Answer:
    return read_picture(
        classifier, as_bytes(sheet).astype(np.float32) / np.float32(255), "page.png"
    )


@pytest.mark.parametrize("lines", [["2026"], ["42", "10"], ["7", "1"], ["64", "0712"]])
def test_digits_are_read_line_by_line(classifier: Classifier, lines: list[str]) -> None:
    answer = read(classifier, page(*lines))
    assert (answer.problem, answer.lines, answer.digit) == (None, lines, None)
    assert answer.said().startswith(" / ".join(lines))
    assert answer.confidence == pytest.approx(np.prod([d.confidence for d in answer.digits]))


@pytest.mark.parametrize("spoil", ["lines", "squares", "light"])
def test_a_number_on_a_sheet_of_paper(classifier: Classifier, spoil: str) -> None:
    rng = np.random.default_rng(2)
    sheet = page("2026")
    if spoil == "light":
        sheet = shade(sheet, rng, 0.5)
    else:
        sheet = rule(sheet, rng, 0.25, squared=spoil == "squares")
    assert read(classifier, add_noise(sheet, rng, 0.02)).lines == ["2026"]


def test_a_rising_line_is_one_line(classifier: Classifier) -> None:
    assert read(classifier, page("2046", height=0.25, rise=0.35)).lines == ["2046"]


def test_boxes_are_shares_of_the_picture(classifier: Classifier) -> None:
    """The ink lies in them and nowhere else, also where the picture lies on a canvas."""
    sheet = page("274", "01")
    canvas = np.zeros((SIZE[0] + 90, SIZE[1] + 120, 3), np.float32)
    canvas[30:-60, 80:-40] = 0.9 * sheet
    for picture, ink in ((sheet, sheet < 0.5), (canvas, (canvas > 0.1) & (canvas < 0.4))):
        answer = read(classifier, picture)
        assert answer.lines == ["274", "01"]
        height, width = picture.shape[:2]
        outside = ink[:, :, 0].copy()
        for digit in answer.digits:
            left, top, right, bottom = digit.box
            rows = slice(round(top * height) - 2, round(bottom * height) + 2)
            columns = slice(round(left * width) - 2, round(right * width) + 2)
            assert outside[rows, columns].any()
            outside[rows, columns] = False
        outside[:32], outside[-62:], outside[:, :82], outside[:, -42:] = False, False, False, False
        assert not outside.any()


def test_a_number_cropped_to_its_box_keeps_its_first_and_last_digit(
    classifier: Classifier,
) -> None:
    sheet = page("1264", height=0.4)
    rows, columns = np.nonzero(sheet[:, :, 0] < 0.5)
    cropped = sheet[rows.min() - 20 : rows.max() + 20, columns.min() : columns.max() + 1]
    assert read(classifier, cropped).lines == ["1264"]


def test_a_neighbour_at_the_frame_makes_no_number(classifier: Classifier) -> None:
    answer = read(classifier, page("020")[:, 90:310])
    assert (answer.lines, answer.digit) == ([], 2)


@pytest.mark.parametrize("digit", PLACES)
def test_one_digit_stays_one(classifier: Classifier, digit: int) -> None:
    answer = read(classifier, page(str(digit), height=0.6))
    assert (answer.lines, answer.digit, answer.problem) == ([], digit, None)


def test_digits_that_touch_are_refused(classifier: Classifier) -> None:
    sheet = page("26", height=0.5)
    sheet[118:126, 90:320] = 0
    assert read(classifier, sheet).problem is not None


def test_near_strokes_are_given_whole_and_parted() -> None:
    ink = np.zeros((120, 160), np.float32)
    ink[20:100, 40:50] = ink[20:100, 54:64] = 1  # so near that they may be one digit
    ((whole, halves),) = parts_of(ink, ink > 0)
    assert whole.box.corners == (40, 20, 64, 100)
    assert [half.box.corners for half in halves] == [(40, 20, 50, 100), (54, 20, 64, 100)]


def test_a_texture_is_no_number() -> None:
    ink = np.zeros((200, 200), np.float32)
    ink[::20, ::20] = 1
    assert (ink > 0).sum() > MOST_DIGITS
    assert parts_of(ink, ink > 0) == []


def test_the_order_of_reading() -> None:
    def box(left: int, top: int) -> Piece:
        return Piece(1, top, left, top + 10, left + 8, 1.0)

    boxes = [box(40, 32), box(0, 30), box(20, 3), box(40, 6), box(0, 0), box(20, 29)]
    assert in_reading_order(boxes) == [[4, 2, 3], [1, 5, 0]]


def test_the_command_prints_a_number(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "number.png"
    Image.fromarray(as_bytes(page("42", "1"))).save(path)
    result = cli("predict", path)
    assert result.exit_code == 0
    first, *rest = result.stdout.splitlines()
    assert first.startswith(f"{path}: 42 / 1, ")
    assert [line.split()[0] for line in rest] == ["4", "2", "1"]
    report = json.loads(cli("predict", path, "--json").stdout)
    assert set(report) == {"image", "number", "confidence", "digits", "problem"}
    assert (report["number"], report["problem"]) == ("42\n1", None)
    assert [(digit["digit"], digit["line"]) for digit in report["digits"]] == [
        (4, 0), (2, 0), (1, 1),
    ]  # fmt: skip
    for digit in report["digits"]:
        assert digit["confidence"] == max(digit["probabilities"])
    figure = tmp_path / "why.png"
    assert cli("predict", path, "--explain", figure).exit_code == 0
    assert figure.stat().st_size > 5000
