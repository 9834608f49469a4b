"""Several ways to read a picture: how sure the answer is where they disagree."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_app.pictures.pipeline import Stages, preprocess
from mnist_app.pictures.ways import NOTE, STRUCK
from mnist_app.reading import choose
from mnist_app.reading.choose import UNLIKE, Way, best_way
from mnist_app.reading.classifier import load_classifier
from mnist_app.reading.number import Digit

BLANK = preprocess(np.full((40, 40), 255, np.uint8))
SOURCES = (
    *("on_a_note", "beside_shadows", "without_marks", "with_long_lines"),
    *("last_ways", "struck_out"),
)


def way(digit: int, worth: float, name: str | None = None) -> Way:
    """A way that says a digit, nine in ten sure."""
    row = np.full(10, 0.1 / 9, np.float32)
    row[digit] = 0.9
    return Way(replace(BLANK, problem=None, way=name), row, None, (), worth)


def best_of(
    monkeypatch: pytest.MonkeyPatch, usual: Way, other: Way, source: str = "with_long_lines"
) -> Way:
    """What is answered, if those are the usual way and the only other one, which source makes."""
    ways = iter([usual, other])
    monkeypatch.setattr(choose, "judged", lambda *_: next(ways))
    for name in SOURCES:
        monkeypatch.setattr(choose, name, lambda *_: ())
    monkeypatch.setattr(choose, source, lambda _: (BLANK,))
    return best_way(load_classifier("cnn"), np.zeros((40, 40), np.uint8))


@pytest.mark.parametrize(("worths", "digit"), [((0.6, 0.7), 2), ((0.7, 0.6), 5)])
def test_two_good_ways_that_disagree_are_half_as_sure(
    monkeypatch: pytest.MonkeyPatch, worths: tuple[float, float], digit: int
) -> None:
    best = best_of(monkeypatch, way(5, worths[0]), way(2, worths[1]))
    assert best.said == [digit]
    assert best.probabilities.max() == pytest.approx((0.9 * 0.7 + 0.1 / 9 * 0.6) / 1.3, rel=1e-5)
    assert best.probabilities.sum() == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize(("other", "worth"), [(2, 0.4), (5, 0.7)])
def test_a_poor_way_and_one_that_says_the_same_take_no_confidence(
    monkeypatch: pytest.MonkeyPatch, other: int, worth: float
) -> None:
    best = best_of(monkeypatch, way(5, 0.6), way(other, worth))
    assert best.said == [5]
    assert best.probabilities.max() == pytest.approx(0.9)


def test_what_was_read_behind_a_line_is_less_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    best = best_of(monkeypatch, way(5, 0), way(2, 0.9, STRUCK))
    assert (best.said, best.problem) == ([2], None)
    assert best.probabilities.max() < 0.8


@pytest.mark.parametrize(("worth", "is_one"), [(0.4, False), (0.6, True)])
def test_where_the_usual_way_shows_no_digit_only_a_good_one_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, worth: float, is_one: bool
) -> None:
    usual = replace(way(0, 0), problem=UNLIKE)
    best = best_of(monkeypatch, usual, way(2, worth))
    assert (best.problem is None) == is_one


def test_nothing_but_ones_along_long_lines_is_an_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Digit("1", BLANK.image, way(1, 0.9).probabilities, (0, 0, 0.1, 1), 0)
    stripes = replace(way(1, 0.9), digits=(one, one))
    usual = replace(way(0, 0), problem=UNLIKE)
    assert best_of(monkeypatch, usual, stripes).problem == UNLIKE
    assert best_of(monkeypatch, usual, way(1, 0.9)).said == [1]


@pytest.mark.parametrize(("worth", "problem"), [(0.7, UNLIKE), (0.9, None)])
def test_what_is_left_behind_a_line_has_to_be_sure(
    monkeypatch: pytest.MonkeyPatch, worth: float, problem: str | None
) -> None:
    usual = replace(way(0, 0), problem=UNLIKE)
    best = best_of(monkeypatch, usual, way(3, worth, STRUCK), "last_ways")
    assert best.problem == problem


def test_a_note_comes_before_the_rest_of_a_picture_that_shows_no_digit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual, note = replace(way(0, 0), problem="more than one digit"), way(8, 0.9, NOTE)
    seen: list[str | None] = []
    ways = iter([usual, note])

    def watched(stages: Stages) -> tuple[Stages, ...]:
        seen.append(stages.way)
        return ()

    monkeypatch.setattr(choose, "with_long_lines", watched)
    monkeypatch.setattr(choose, "judged", lambda *_: next(ways))
    monkeypatch.setattr(choose, "on_a_note", lambda _: (BLANK,))
    for name in ("beside_shadows", "without_marks"):
        monkeypatch.setattr(choose, name, lambda *_: ())
    best = best_way(load_classifier("cnn"), np.zeros((40, 40), np.uint8))
    assert (best.said, best.problem, seen) == ([8], None, [NOTE])
