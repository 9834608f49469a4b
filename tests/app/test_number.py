"""Several digits in a picture are read as a number; one digit stays one."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.digit import Piece
from mnist_app.pictures.number import MOST_DIGITS, Part, in_reading_order, parts_of
from mnist_app.reading.classifier import Classifier, load_classifier
from mnist_app.reading.number import CutOff, Judged, without_edges
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


@pytest.mark.parametrize("number", ["16", "71", "164", "102"])
def test_a_1_near_the_frame_is_a_digit(classifier: Classifier, number: str) -> None:
    sheet = page(number, height=0.5)
    rows, columns = np.nonzero(sheet[:, :, 0] < 0.5)
    tight = sheet[rows.min() - 3 : rows.max() + 4, columns.min() - 3 : columns.max() + 21]
    high = np.pad(tight, ((17, 17), (0, 0), (0, 0)), constant_values=1)
    for cropped in (tight, high):
        assert read(classifier, cropped).lines == [number]


@pytest.mark.parametrize(("number", "shown"), [("020", 90), ("414", 100), ("767", 80)])
def test_a_neighbour_at_the_frame_makes_no_number(
    classifier: Classifier, number: str, shown: int
) -> None:
    answer = read(classifier, page(number, height=0.3 if number == "020" else 0.4)[:, shown:-shown])
    assert (answer.lines, answer.digit) == ([], int(number[1]))


def judged(left: int, likeness: float, rows: slice = slice(0, 60)) -> Judged:
    """A stroke, 10 wide and 60 high, of which these rows reach to its left and right."""
    strokes = np.zeros((60, 10), bool)
    strokes[:, 4:6] = strokes[rows] = True
    box = Piece(1, 20, left, 80, left + 10, 1.0)
    part = Part(box, strokes, np.zeros((28, 28), np.uint8))
    return Judged(part, np.ones(10), likeness, "1")


def test_what_the_frame_may_have_cut_off() -> None:
    """A whole digit with the end of a stroke there, the edge of a neighbour, and neither surely."""
    end = slice(50, 60)
    inside, whole, edge, unsure = (
        judged(40, 1),
        judged(0, 0.9, end),
        judged(0, 0.9),
        judged(0, 0.7, end),
    )
    shape = 100, 100
    assert without_edges([whole, inside], shape) == [whole, inside]
    assert without_edges([edge, inside], shape) == [inside]
    assert without_edges([unsure, inside], shape) == [inside]
    both_sides = [edge, inside, judged(90, 0.9, end)]
    assert without_edges(both_sides, shape) == both_sides
    assert without_edges([edge, inside, judged(90, 0.9)], shape) == [inside]
    with pytest.raises(CutOff):
        without_edges([unsure, inside, judged(60, 1)], shape)


def test_a_pen_beside_a_digit_is_no_1(classifier: Classifier) -> None:
    sheet = draw(load_mnist().test_images[PLACES[7]], (200, 200), 0.4, 0.1)
    cv2.line(sheet, (175, 0), (155, 85), (0.2, 0.2, 0.25), 9, cv2.LINE_AA)
    answer = read(classifier, sheet)
    assert (answer.lines, answer.digit, answer.problem) == ([], 7, None)


def test_a_number_that_may_be_cut_off_is_refused(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_app.reading.number.SURELY", 1.0)  # the first digit is not so sure
    sheet = page("264", height=0.4)
    columns = np.flatnonzero((sheet < 0.5).any(axis=(0, 2)))
    answer = read(classifier, sheet[:, columns[0] - 3 :])
    assert (answer.lines, answer.problem) == ([], "more than one digit")


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
